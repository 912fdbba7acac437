/* offered.c — a roster entry that somebody signed elsewhere, such as root on paper: kept, posted by the next run, and
 * forgotten once the hub has taken it or said why not (docs/adr/0018). */
#include "sync_internal.h"

#include <string.h>

#include "fk/banned.h"

static const char OFFERED_KEY[] = "sync.offered";

/* Nothing to offer is an empty value. */
static fk_status forget(fk_sync *sync)
{
    return fk_store_meta_put(sync->config.store, OFFERED_KEY, fk_bytes_of("", 0));
}

static fk_status load(const fk_sync *sync, fk_arena *arena, fk_bytes *entry_out)
{
    *entry_out = (fk_bytes){ NULL, 0 };
    fk_status status = fk_store_meta_get(sync->config.store, OFFERED_KEY, arena, entry_out);
    return status.code == FK_ERR_NOT_FOUND ? fk_ok() : status;
}

fk_status fk_sync_roster_place(const fk_sync *sync, fk_roster_place *place_out)
{
    *place_out = (fk_roster_place){ .index = 0 };
    if (!sync->facts.is_member || sync->roster == NULL) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    *place_out = fk_roster_next_place(sync->roster);
    return fk_ok();
}

fk_status fk_sync_roster_offer(fk_sync *sync, fk_bytes entry, fk_error *error)
{
    if (!sync->facts.is_member || sync->is_running) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    fk_roster *roster = NULL;
    FK_TRY(fk_sync_roster_copy(sync, &sync->facts.agency, &roster));
    fk_status status = fk_roster_append(roster, entry, error);
    fk_roster_free(roster);
    return fk_is_ok(status) ? fk_store_meta_put(sync->config.store, OFFERED_KEY, entry) : status;
}

/* Whether the roster as it is now holds the entry already, or can take it. */
typedef enum offered_state { OFFERED_NEXT, OFFERED_TAKEN, OFFERED_LATE } offered_state;

static offered_state state_of(const fk_sync *sync, fk_bytes entry, const fk_roster_header *header)
{
    fk_roster_place place = fk_roster_next_place(sync->roster);
    if (header->index < place.index) {
        fk_digest hash;
        fk_hash_of(entry, hash.bytes);
        bool is_there = memcmp(&hash, fk_roster_hash_at(sync->roster, header->index), sizeof hash) == 0;
        return is_there ? OFFERED_TAKEN : OFFERED_LATE;
    }
    bool follows = header->index == place.index && memcmp(&header->prev, &place.prev, sizeof place.prev) == 0;
    return follows ? OFFERED_NEXT : OFFERED_LATE;
}

static fk_status ask(fk_sync *sync, fk_bytes offered, bool *has_request_out)
{
    fk_roster_entry entry;
    fk_status read = fk_roster_entry_read(offered, &entry);
    if (!fk_is_ok(read)) {
        return fk_status_of(FK_ERR_DAMAGED); /* it was read before it was kept */
    }
    offered_state state = state_of(sync, offered, &entry.header);
    if (state == OFFERED_LATE) {
        fk_sync_note(sync, FK_ERR_HEAD_MOVED, "an entry that was signed elsewhere came too late");
    }
    if (state != OFFERED_NEXT) {
        return forget(sync);
    }
    fk_entries entries;
    FK_TRY(fk_entries_begin(sync, true, entry.header.made_ms, &entries));
    FK_TRY(fk_buffer_append(&sync->request.body, offered));
    fk_request_set_count(sync, FK_FRAME_ROSTER_ADD, 1);
    *has_request_out = true;
    return fk_ok();
}

fk_status fk_ask_offered(fk_sync *sync, bool *has_request_out)
{
    if (!sync->facts.is_member || sync->roster == NULL) {
        return fk_ok();
    }
    fk_arena arena;
    fk_arena_init(&arena, sync->config.allocator, FK_META_ARENA_SIZE_BYTES);
    fk_bytes offered = { NULL, 0 };
    fk_status status = load(sync, &arena, &offered);
    if (fk_is_ok(status) && offered.size_bytes > 0) {
        status = ask(sync, offered, has_request_out);
    }
    fk_arena_reset(&arena);
    return status;
}

fk_status fk_answer_offered(fk_sync *sync, const fk_frame *frame)
{
    (void)frame;
    fk_roster_read_again(sync); /* it then holds the entry, here as well */
    return fk_ok();
}

/* Somebody was first: reading again shows it, and the entry is told to be too late. Anything else is told as it is. */
bool fk_refused_offered(fk_sync *sync, fk_code code)
{
    if (fk_head_moved(sync, code)) {
        fk_roster_read_again(sync);
        return true;
    }
    fk_status status = forget(sync);
    (void)status; /* the run ends with what the hub said; an entry that stays is offered and refused once more */
    return false;
}
