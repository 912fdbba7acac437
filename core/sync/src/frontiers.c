/* frontiers.c — this device tells what it holds, and reads what others hold: how "confirmed" is known. */
#include "sync_internal.h"

#include <string.h>

#include "fk/planted.h"

#include "fk/banned.h"

enum { FRONTIER_LASTS_MS = 24 * 60 * 60 * 1000 };

/* --- one's own ------------------------------------------------------------------------------------------- */

typedef struct listing {
    fk_buffer *entries;
    const fk_id *left_out; /* a device; NULL: none */
} listing;

static fk_status add_entry(void *ctx, const fk_chain_head *head)
{
    const listing *list = ctx;
    fk_buffer *entries = list->entries;
    if (list->left_out != NULL && fk_id_equal(&head->device, list->left_out)) {
        return fk_ok();
    }
    uint8_t *room = NULL;
    fk_frontier_entry entry = { .device = head->device, .last_sequence = head->last_sequence };
    if (entries->size_bytes == (size_t)FK_FRONTIER_ENTRY_COUNT_MAX * FK_FRONTIER_ENTRY_SIZE_BYTES) {
        return fk_ok();
    }
    memcpy(entry.hash_prefix, head->id.bytes, sizeof entry.hash_prefix);
    FK_TRY(fk_buffer_extend(entries, FK_FRONTIER_ENTRY_SIZE_BYTES, &room));
    fk_frontier_entry_write(&entry, room);
    return fk_ok();
}

static fk_status note_sealed(void *ctx, const fk_segment_row *row)
{
    (void)row;
    *(bool *)ctx = true;
    return fk_ok();
}

/* What each chain held here ends with. Not of this device's own while the hub has not taken all that was sealed: others
 * would miss what nobody can give them. */
static fk_status list_chains(const fk_sync *sync, fk_buffer *entries)
{
    bool has_sealed = false;
    fk_store *store = sync->config.store;
    FK_TRY(fk_store_segments(store, FK_SEGMENT_SEALED, 1, note_sealed, &has_sealed));
    listing list = { entries, has_sealed ? fk_sync_device(sync) : NULL };
    return fk_store_chain_heads(store, FK_COMPARTMENT_HOME, true, add_entry, &list);
}

static fk_status write_frontier(fk_sync *sync, const fk_id *home, uint32_t epoch, const fk_key *key, fk_bytes entries)
{
    fk_buffer *body = &sync->request.body;
    fk_frontier_header header = {
        .agency = sync->facts.agency,
        .compartment = *home,
        .device = *fk_sync_device(sync),
        .number = sync->facts.frontier_number,
        .epoch = epoch,
        .entry_count = (uint32_t)(entries.size_bytes / FK_FRONTIER_ENTRY_SIZE_BYTES),
    };
    uint8_t *bytes = NULL;
    uint8_t signature[FK_SIGNATURE_SIZE_BYTES];
    size_t size_bytes = FK_FRONTIER_HEADER_SIZE_BYTES + entries.size_bytes + FK_AEAD_TAG_SIZE_BYTES;
    fk_random_bytes(header.nonce, sizeof header.nonce);
    FK_TRY(fk_request_post(sync, "/v1/frontier", true, FK_FRAME_FRONTIERS, 1));
    FK_TRY(fk_buffer_extend(body, size_bytes, &bytes));
    fk_frontier_header_write(&header, bytes);
    fk_aead_seal(key, header.nonce, fk_bytes_of(bytes, FK_FRONTIER_HEADER_SIZE_BYTES), entries,
                 bytes + FK_FRONTIER_HEADER_SIZE_BYTES);
    fk_sign(sync->config.identity, FK_PURPOSE_FRONTIER, &header.agency, fk_bytes_of(bytes, size_bytes), signature);
    return fk_buffer_append(body, fk_bytes_of(signature, sizeof signature));
}

/* The number is kept before the request is made, so no two frontiers of this device share one. It follows the clock,
 * so a vault that lost the newest number still goes on above it. */
static void next_number(fk_sync *sync)
{
    uint64_t now_ms = fk_sync_now_ms(sync);
    uint64_t next = sync->facts.frontier_number + 1;
    sync->facts.frontier_number = next > now_ms ? next : now_ms;
}

static fk_status ask_with(fk_sync *sync, fk_buffer *entries, bool *has_request_out)
{
    fk_id home;
    fk_key key;
    uint32_t epoch = 0;
    FK_TRY(fk_store_compartment_id(sync->config.store, FK_COMPARTMENT_HOME, &home));
    FK_TRY(list_chains(sync, entries));
    fk_hash_of(fk_buffer_view(entries), sync->frontier_hash.bytes);
    uint64_t now_ms = fk_sync_now_ms(sync);
    uint64_t posted_ms = sync->facts.frontier_ms;
    bool is_same = memcmp(&sync->frontier_hash, &sync->facts.frontier_hash, sizeof sync->frontier_hash) == 0;
    if (is_same && now_ms >= posted_ms && now_ms - posted_ms < FRONTIER_LASTS_MS) {
        return fk_ok();
    }
    fk_status status = fk_sync_newest_key(sync, &home, &epoch, &key);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_ok(); /* without a key nothing was merged either */
    }
    FK_TRY(status);
    next_number(sync);
    status = write_frontier(sync, &home, epoch, &key, fk_buffer_view(entries));
    fk_key_wipe(&key);
    *has_request_out = fk_is_ok(status);
    return status;
}

fk_status fk_ask_post_frontier(fk_sync *sync, bool *has_request_out)
{
    if (sync->is_frontier_posted) {
        return fk_ok();
    }
    sync->is_frontier_posted = true;
    fk_buffer entries;
    fk_buffer_init(&entries, sync->config.allocator,
                   (size_t)FK_FRONTIER_ENTRY_COUNT_MAX * FK_FRONTIER_ENTRY_SIZE_BYTES);
    fk_status status = ask_with(sync, &entries, has_request_out);
    fk_buffer_free(&entries);
    return status;
}

fk_status fk_answer_post_frontier(fk_sync *sync, const fk_frame *frame)
{
    (void)frame;
    sync->facts.frontier_hash = sync->frontier_hash;
    sync->facts.frontier_ms = fk_sync_now_ms(sync);
    return fk_ok();
}

/* --- others' ------------------------------------------------------------------------------------------------ */

/* A colleague's: one's own second device in the same bag confirms nothing. */
static bool is_colleague(const fk_sync *sync, const fk_roster_device_row *row, const fk_id *home)
{
    const fk_roster_device_row *own = fk_sync_own_row(sync);
    return own != NULL && !fk_id_equal(&own->entry.person, &row->entry.person) &&
           fk_roster_is_member(sync->roster, &row->entry.device, home, fk_roster_count(sync->roster) - 1);
}

/* Colleagues' office devices confirm; where there is none, any colleague's device does. */
static bool counts_as_confirming(const fk_sync *sync, const fk_roster_device_row *row, const fk_id *home)
{
    if (!is_colleague(sync, row, home)) {
        return false;
    }
    bool has_office = false;
    for (size_t i = 0; i < fk_roster_device_count(sync->roster) && !has_office; i++) {
        const fk_roster_device_row *other = fk_roster_device_at(sync->roster, i);
        has_office = other->entry.kind == FK_DEVICE_OFFICE && is_colleague(sync, other, home);
    }
    return !has_office || row->entry.kind == FK_DEVICE_OFFICE;
}

typedef struct held_place {
    fk_digest id;
    uint64_t last_sequence;
} held_place;

static fk_status note_place(void *ctx, const fk_segment_row *row)
{
    held_place *place = ctx;
    place->id = row->id;
    place->last_sequence = row->last_sequence;
    return fk_ok();
}

typedef enum place_state { PLACE_SAME, PLACE_OTHER, PLACE_LACKING } place_state;

/* Is that where a segment held here ends, and the same one? */
static fk_status look_at_place(fk_sync *sync, const fk_frontier_entry *entry, place_state *state_out)
{
    fk_chain_head head;
    held_place place = { .last_sequence = 0 };
    *state_out = PLACE_OTHER;
    if (entry->last_sequence == 0 || entry->last_sequence > INT64_MAX) {
        return fk_ok();
    }
    FK_TRY(fk_store_chain_head(sync->config.store, FK_COMPARTMENT_HOME, &entry->device, &head));
    if (entry->last_sequence > head.last_sequence) {
        *state_out = PLACE_LACKING;
        return fk_ok();
    }
    FK_TRY(fk_store_chain(sync->config.store, FK_COMPARTMENT_HOME, &entry->device, entry->last_sequence - 1, 1,
                          note_place, &place));
    bool is_same = place.last_sequence == entry->last_sequence &&
                   memcmp(place.id.bytes, entry->hash_prefix, sizeof entry->hash_prefix) == 0;
    *state_out = is_same ? PLACE_SAME : PLACE_OTHER;
    return fk_ok();
}

/* Of this device: what a colleague holds of it is safe there. */
static fk_status take_own_entry(fk_sync *sync, const fk_frontier *frontier, const fk_frontier_entry *entry,
                                place_state state)
{
    const fk_roster_device_row *row = fk_roster_device_find(sync->roster, &frontier->header.device);
    if (!counts_as_confirming(sync, row, &frontier->header.compartment)) {
        return fk_ok();
    }
    if (state != PLACE_SAME) {
        fk_sync_note(sync, FK_ERR_FORK, "a colleague holds another chain of this device");
        return fk_ok();
    }
    return fk_store_confirmation_put(sync->config.store, FK_COMPARTMENT_HOME, &frontier->header.device,
                                     frontier->header.number, entry->last_sequence);
}

/* Of another one: a hub that shows each of us something else, or keeps the end of a chain back, is seen by it. The
 * first place that is not here is asked for once more: it may have come to the hub since this run pulled. */
static void take_other_entry(fk_sync *sync, const fk_frontier_entry *entry, place_state state)
{
    if (state == PLACE_OTHER) {
        fk_sync_note(sync, FK_ERR_HUB_DIFFERS, "a colleague holds another chain of a device than this one");
    } else if (state == PLACE_LACKING && !sync->has_lacking) {
        sync->has_lacking = true;
        sync->lacking = *entry;
    }
}

static fk_status take_entries(fk_sync *sync, const fk_frontier *frontier, fk_bytes entries)
{
    for (size_t at = 0; at < entries.size_bytes; at += FK_FRONTIER_ENTRY_SIZE_BYTES) {
        fk_frontier_entry entry;
        place_state state = PLACE_OTHER;
        fk_frontier_entry_read(entries.data + at, &entry);
        FK_TRY(look_at_place(sync, &entry, &state));
        if (fk_id_equal(&entry.device, fk_sync_device(sync))) {
            FK_TRY(take_own_entry(sync, frontier, &entry, state));
        } else {
            take_other_entry(sync, &entry, state);
        }
    }
    return fk_ok();
}

/* One that is not authentic says nothing; that is the hub's fault or a colleague's, and no reason to stop. */
static fk_status take_frontier(fk_sync *sync, const fk_frontier *frontier, const fk_id *home)
{
    const fk_frontier_header *header = &frontier->header;
    const fk_roster_device_row *row = fk_roster_device_find(sync->roster, &header->device);
    bool is_wanted = row != NULL && fk_id_equal(&header->agency, &sync->facts.agency) &&
                     fk_id_equal(&header->compartment, home) && !fk_id_equal(&header->device, fk_sync_device(sync)) &&
                     fk_roster_is_member(sync->roster, &header->device, home, fk_roster_count(sync->roster) - 1);
    if (!is_wanted || !fk_is_ok(fk_verify(row->entry.signing_key, FK_PURPOSE_FRONTIER, &header->agency,
                                          frontier->content, frontier->signature.data))) {
        return fk_ok();
    }
    fk_key key;
    fk_status status = fk_store_epoch_key(sync->config.store, home, header->epoch, &key);
    if (!fk_is_ok(status)) {
        return status.code == FK_ERR_NOT_FOUND ? fk_ok() : status;
    }
    fk_buffer entries;
    uint8_t *room = NULL;
    fk_buffer_init(&entries, sync->config.allocator, FK_FRONTIER_SIZE_BYTES_MAX);
    status = fk_buffer_extend(&entries, frontier->sealed.size_bytes, &room); /* one that lists nothing is only a tag */
    if (fk_is_ok(status) &&
        fk_is_ok(fk_aead_open(&key, header->nonce, frontier->header_bytes, frontier->sealed, room))) {
        status = take_entries(sync, frontier, fk_bytes_of(room, frontier->sealed.size_bytes - FK_AEAD_TAG_SIZE_BYTES));
    }
    fk_key_wipe(&key);
    fk_buffer_free(&entries);
    return status;
}

/* After the second pull: what a colleague held before it and is still not here is kept back, or was lost. */
static fk_status tell_lacking(fk_sync *sync)
{
    place_state state = PLACE_SAME;
    FK_TRY(look_at_place(sync, &sync->lacking, &state));
    sync->has_lacking = false;
    if (state == PLACE_LACKING && !FK_PLANTED(TAIL_UNTOLD)) {
        fk_sync_note(sync, FK_ERR_HUB_DIFFERS, "a colleague holds more than this hub gives");
        sync->facts.is_heal_wanted = true;
    }
    return fk_ok();
}

fk_status fk_ask_read_frontiers(fk_sync *sync, bool *has_request_out)
{
    if (!sync->is_frontiers_read) {
        sync->is_frontiers_read = true;
        fk_request_get(sync, "/v1/frontier", 0);
        *has_request_out = true;
        return fk_ok();
    }
    return sync->has_lacking ? tell_lacking(sync) : fk_ok();
}

fk_status fk_answer_read_frontiers(fk_sync *sync, const fk_frame *frame)
{
    fk_bytes rest = frame->rest;
    fk_id home;
    FK_TRY(fk_store_compartment_id(sync->config.store, FK_COMPARTMENT_HOME, &home));
    for (uint32_t i = 0; i < frame->count; i++) {
        fk_frontier frontier;
        fk_bytes whole;
        if (!fk_is_ok(fk_frontier_read(rest, &frontier))) {
            return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "frontier");
        }
        FK_TRY(fk_take(&rest, frontier.whole.size_bytes, &whole));
        FK_TRY(take_frontier(sync, &frontier, &home));
    }
    if (sync->has_lacking) {
        sync->is_pull_over = false;
        fk_sync_jump(sync, FK_PHASE_PULL);
    }
    return rest.size_bytes == 0 ? fk_ok() : fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "bytes after the frontiers");
}
