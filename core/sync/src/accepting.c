/* accepting.c — one segment of a colleague's device: who made it, what it follows, what it says.
 *
 * Only what its device really signed enters its chain: bytes that a hub made up are left out, and asked for again
 * later. What was signed and is wrong is kept as it came, told by count, and never merged. Neither stops the others. */
#include "sync_internal.h"

#include <string.h>

#include "fk/banned.h"

enum {
    CONTENT_ARENA_SIZE_BYTES = 1024 * 1024,
    RETRY_COUNT_MAX = 256, /* waiting segments in one go */
};

static bool is_own(const fk_sync *sync, const fk_segment_header *header)
{
    return fk_id_equal(&header->device, fk_sync_device(sync));
}

/* --- who made it --------------------------------------------------------------------------------------- */

typedef struct author {
    bool is_signed; /* by a device the roster here knows */
    fk_code code;   /* FK_OK, FK_ERR_HEAD_MOVED (under a roster newer than ours), or why it is refused */
} author;

static author check_author(const fk_sync *sync, const fk_segment *segment)
{
    const fk_segment_header *header = &segment->header;
    const fk_roster *roster = sync->roster;
    const fk_roster_device_row *device = fk_roster_device_find(roster, &header->device);
    uint8_t content[FK_SEGMENT_SIGNED_SIZE_BYTES];
    fk_segment_signed(segment, content);
    author result = {
        .is_signed =
            device != NULL && fk_is_ok(fk_verify(device->entry.signing_key, FK_PURPOSE_SEGMENT, &sync->facts.agency,
                                                 fk_bytes_of(content, sizeof content), segment->signature.data)),
    };
    if (header->roster_index >= fk_roster_count(roster)) {
        result.code = FK_ERR_HEAD_MOVED;
    } else if (memcmp(fk_roster_hash_at(roster, header->roster_index), &header->roster_hash,
                      sizeof header->roster_hash) != 0) {
        result.code = FK_ERR_FORK;
    } else if (!fk_roster_is_member(roster, &header->device, &header->compartment, header->roster_index)) {
        result.code = FK_ERR_FORBIDDEN;
    }
    return result;
}

/* --- what it says -------------------------------------------------------------------------------------- */

/* Waiting for its key, or refused, is a verdict; only faults of this device are a status. */
static bool is_verdict(fk_status status)
{
    return status.code != FK_ERR_NO_MEMORY && status.code != FK_ERR_IO && status.code != FK_ERR_FULL &&
           status.code != FK_ERR_DAMAGED && status.code != FK_ERR_BUG;
}

/* FK_ERR_NOT_FOUND: no key. */
static fk_status open_body(const fk_sync *sync, const fk_segment *segment, fk_buffer *plain_out)
{
    fk_key key;
    uint8_t *plain = NULL;
    const fk_segment_header *header = &segment->header;
    FK_TRY(fk_buffer_extend(plain_out, header->body_size_bytes - FK_AEAD_TAG_SIZE_BYTES, &plain));
    FK_TRY(fk_store_epoch_key(sync->config.store, &header->compartment, header->epoch, &key));
    fk_status status = fk_aead_open(&key, header->nonce, segment->header_bytes, segment->body, plain);
    fk_key_wipe(&key);
    return status;
}

static fk_status read_operations(const fk_sync *sync, const fk_segment_content *content, uint32_t roles,
                                 fk_arena *arena, fk_remote_segment *remote)
{
    fk_wire_operation *operations = fk_arena_allocate(arena, content->operation_count * sizeof *operations);
    fk_frontier_entry *entries = fk_arena_allocate(arena, content->frontier_entry_count * sizeof *entries);
    if (operations == NULL || entries == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    size_t offset = 0;
    for (size_t i = 0; i < content->operation_count; i++) {
        fk_segment_content_operation(content, &offset, &operations[i]);
        FK_TRY(sync->config.check(sync->config.check_ctx, roles, &operations[i]));
    }
    for (size_t i = 0; i < content->frontier_entry_count; i++) {
        fk_segment_content_frontier(content, i, &entries[i]);
    }
    remote->case_id = content->case_id;
    remote->operations = operations;
    remote->operation_count = content->operation_count;
    remote->frontier = entries;
    remote->frontier_count = content->frontier_entry_count;
    return fk_id_is_zero(&content->case_id) ? fk_status_of(FK_ERR_INVALID_INPUT) : fk_ok();
}

static fk_status apply(fk_sync *sync, const fk_segment *segment, const fk_segment_content *content)
{
    fk_arena arena;
    fk_arena_init(&arena, sync->config.allocator, CONTENT_ARENA_SIZE_BYTES);
    fk_remote_segment remote = {
        .compartment = FK_COMPARTMENT_HOME,
        .device = segment->header.device,
        .first_sequence = segment->header.first_sequence,
        .is_taken_back = is_own(sync, &segment->header),
    };
    uint32_t ignored_over = 0;
    uint32_t roles = fk_roster_roles_at(sync->roster, &remote.device, segment->header.roster_index);
    fk_status status = read_operations(sync, content, roles, &arena, &remote);
    if (fk_is_ok(status)) {
        status = fk_store_apply(sync->config.store, &remote, fk_sync_now_ms(sync), &ignored_over);
    }
    fk_arena_reset(&arena);
    return status;
}

/* Open, read, check, apply. The verdict is FK_OK, FK_ERR_NOT_FOUND (waits for its key) or why it is refused. */
static fk_status merge(fk_sync *sync, const fk_segment *segment, fk_code *verdict_out, size_t *size_out)
{
    fk_buffer plain;
    fk_buffer inflated;
    fk_segment_content content;
    fk_buffer_init(&plain, sync->config.allocator, FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    fk_buffer_init(&inflated, sync->config.allocator, FK_SEGMENT_INFLATED_SIZE_BYTES_MAX);
    fk_status status = open_body(sync, segment, &plain);
    if (fk_is_ok(status)) {
        status = fk_segment_content_read(fk_buffer_view(&plain), segment->header.operation_count, &inflated, &content);
        if (fk_is_ok(status)) {
            status = apply(sync, segment, &content);
        }
        /* Of what was opened nothing is missing: only a key can be. */
        status = status.code == FK_ERR_NOT_FOUND ? fk_status_of(FK_ERR_INVALID_INPUT) : status;
    }
    *size_out = inflated.size_bytes;
    fk_buffer_free(&plain);
    fk_buffer_free(&inflated);
    *verdict_out = (fk_code)status.code;
    return is_verdict(status) ? fk_ok() : status;
}

/* What only a key, the roster or a newer version of the app can tell waits for it. */
static fk_segment_state state_of(fk_code verdict)
{
    bool is_waiting = verdict == FK_ERR_NOT_FOUND || verdict == FK_ERR_HEAD_MOVED || verdict == FK_ERR_NEWER_VERSION;
    return verdict == FK_OK ? FK_SEGMENT_RECEIVED : is_waiting ? FK_SEGMENT_WAITING : FK_SEGMENT_REFUSED;
}

static uint8_t problem_of(fk_code verdict)
{
    return (uint8_t)(state_of(verdict) == FK_SEGMENT_REFUSED ? verdict : FK_OK);
}

/* --- where it belongs -------------------------------------------------------------------------------------- */

typedef struct same_place {
    fk_digest id;
    bool is_found;
} same_place;

static fk_status note_place(void *ctx, const fk_segment_row *row)
{
    same_place *place = ctx;
    place->id = row->id;
    place->is_found = true;
    return fk_ok();
}

/* Something is held where it begins: the same, or the device made two. */
static fk_status take_known(fk_sync *sync, const fk_segment_header *header, const fk_digest *id)
{
    same_place place = { .is_found = false };
    FK_TRY(fk_store_chain(sync->config.store, FK_COMPARTMENT_HOME, &header->device, header->first_sequence - 1, 1,
                          note_place, &place));
    if (!place.is_found || memcmp(&place.id, id, sizeof place.id) != 0) {
        fk_sync_note(sync, FK_ERR_FORK, "two segments at one place of a chain");
        sync->facts.is_forked = sync->facts.is_forked || is_own(sync, header);
    }
    return fk_ok();
}

/* Not kept: asked for again with everything else, not oftener than once an hour. */
static fk_status leave_out(fk_sync *sync, fk_code code, const char *detail)
{
    fk_sync_note(sync, code, detail);
    sync->facts.is_heal_wanted = true;
    return fk_ok();
}

static fk_status keep(fk_sync *sync, const fk_segment *segment, const fk_digest *id, fk_code verdict, size_t *size_out)
{
    if (verdict == FK_OK) {
        FK_TRY(merge(sync, segment, &verdict, size_out));
    }
    if (is_own(sync, &segment->header) && verdict != FK_OK) {
        return leave_out(sync, verdict, "a segment of this device that cannot be taken back");
    }
    fk_segment_row row = {
        .compartment = FK_COMPARTMENT_HOME,
        .device = segment->header.device,
        .first_sequence = segment->header.first_sequence,
        .last_sequence = segment->header.first_sequence + segment->header.operation_count - 1,
        .id = *id,
        .state = is_own(sync, &segment->header) ? FK_SEGMENT_SENT : state_of(verdict),
        .bytes = segment->whole,
        .problem = problem_of(verdict),
    };
    if (verdict == FK_ERR_HEAD_MOVED && segment->header.roster_index > sync->facts.roster_wanted) {
        sync->facts.roster_wanted = segment->header.roster_index;
        fk_sync_note(sync, FK_ERR_FORK, "a colleague has seen a newer roster than this hub gives");
    }
    fk_status status = fk_store_segment_add(sync->config.store, &row, fk_sync_now_ms(sync));
    bool is_refused = status.code == FK_ERR_INVALID_INPUT || status.code == FK_ERR_GAP || status.code == FK_ERR_FORK;
    return is_refused ? leave_out(sync, (fk_code)status.code, "a segment out of place") : status;
}

static fk_status note_unsealed(void *ctx, const fk_unsealed_row *row)
{
    (void)row;
    *(bool *)ctx = true;
    return fk_ok();
}

/* This device wrote it, and the vault was put back to a state before that. With nothing of its own that is newer it
 * takes it back; else two vaults went on from one, and this one has to become another device. */
static fk_status look_whether_behind(const fk_sync *sync, const fk_segment_header *header, const fk_chain_head *head,
                                     bool *is_behind_out)
{
    bool has_unsealed = false;
    FK_TRY(fk_store_unsealed(sync->config.store, FK_COMPARTMENT_HOME, 1, note_unsealed, &has_unsealed));
    bool is_next = header->first_sequence == head->last_sequence + 1;
    *is_behind_out = !has_unsealed && (!is_next || memcmp(&header->prev, &head->id, sizeof head->id) == 0);
    return fk_ok();
}

fk_status fk_segment_take(fk_sync *sync, const fk_segment *segment, size_t *size_out)
{
    *size_out = 0;
    const fk_segment_header *header = &segment->header;
    fk_id home;
    fk_chain_head head;
    fk_digest id;
    fk_segment_id(segment, &id);
    FK_TRY(fk_store_compartment_id(sync->config.store, FK_COMPARTMENT_HOME, &home));
    bool is_ours = fk_id_equal(&header->agency, &sync->facts.agency) && fk_id_equal(&header->compartment, &home);
    bool is_possible = header->first_sequence >= 1 && header->first_sequence <= (uint64_t)INT64_MAX - UINT16_MAX;
    author made_by = check_author(sync, segment);
    if (!is_ours || !is_possible || !made_by.is_signed) {
        return leave_out(sync, FK_ERR_NOT_A_HUB, "a segment that nobody here made");
    }
    FK_TRY(fk_store_chain_head(sync->config.store, FK_COMPARTMENT_HOME, &header->device, &head));
    if (header->first_sequence <= head.last_sequence) {
        return take_known(sync, header, &id);
    }
    bool may_be_taken = true;
    FK_TRY(is_own(sync, header) ? look_whether_behind(sync, header, &head, &may_be_taken) : fk_ok());
    if (!may_be_taken) {
        sync->facts.is_forked = true;
        fk_sync_note(sync, FK_ERR_FORK, "the hub holds more of this device than this vault");
        return fk_ok();
    }
    if (header->first_sequence != head.last_sequence + 1) {
        return leave_out(sync, FK_ERR_GAP, "a piece of a chain is missing");
    }
    if (memcmp(&header->prev, &head.id, sizeof head.id) != 0) {
        return leave_out(sync, FK_ERR_FORK, "a segment follows another one than is held here");
    }
    return keep(sync, segment, &id, made_by.code, size_out);
}

/* --- again, once keys or roster entries came ------------------------------------------------------------------- */

typedef struct waiting_place {
    fk_id device;
    uint64_t first_sequence;
} waiting_place;

typedef struct waiting_list {
    waiting_place *places;
    size_t count;
} waiting_list;

static fk_status add_waiting(void *ctx, const fk_segment_row *row)
{
    waiting_list *list = ctx;
    list->places[list->count++] = (waiting_place){ row->device, row->first_sequence };
    return fk_ok();
}

static fk_status copy_segment(void *ctx, const fk_segment_row *row)
{
    fk_buffer *copy = ctx;
    return fk_buffer_append(copy, row->bytes);
}

static fk_status retry(fk_sync *sync, const waiting_place *place, fk_buffer *copy)
{
    fk_segment segment;
    fk_store *store = sync->config.store;
    fk_buffer_clear(copy);
    FK_TRY(
        fk_store_chain(store, FK_COMPARTMENT_HOME, &place->device, place->first_sequence - 1, 1, copy_segment, copy));
    if (!fk_is_ok(fk_segment_read(fk_buffer_view(copy), &segment))) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    size_t taken_bytes = 0;
    fk_code verdict = check_author(sync, &segment).code;
    if (verdict == FK_OK) {
        FK_TRY(merge(sync, &segment, &verdict, &taken_bytes));
    }
    if (state_of(verdict) == FK_SEGMENT_WAITING) {
        return fk_ok();
    }
    FK_TRY(fk_store_segment_state(store, FK_COMPARTMENT_HOME, &place->device, place->first_sequence, state_of(verdict),
                                  problem_of(verdict)));
    return fk_sync_checkpoint(sync, taken_bytes);
}

fk_status fk_waiting_retry(fk_sync *sync)
{
    const fk_allocator *allocator = sync->config.allocator;
    waiting_list list = { .places = fk_allocate(allocator, RETRY_COUNT_MAX * sizeof *list.places) };
    if (list.places == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_buffer copy;
    fk_buffer_init(&copy, allocator, FK_SEGMENT_SIZE_BYTES_MAX);
    fk_status status = fk_store_segments(sync->config.store, FK_SEGMENT_WAITING, RETRY_COUNT_MAX, add_waiting, &list);
    for (size_t i = 0; i < list.count && fk_is_ok(status); i++) {
        status = retry(sync, &list.places[i], &copy);
    }
    fk_buffer_free(&copy);
    fk_release(allocator, list.places, RETRY_COUNT_MAX * sizeof *list.places);
    return status;
}
