/* pulling.c — what others sent: asked for by place in the hub's log, taken segment by segment. */
#include "sync_internal.h"

#include <string.h>

#include "fk/planted.h"

#include "fk/banned.h"

enum {
    FLAG_MORE = 1,
    FLAG_OTHER_LOG = 2,
    OTHER_LOG_COUNT_MAX = 2, /* in one run */
    ROSTER_AGAIN_COUNT_MAX = 2,
};

fk_status fk_ask_pull(fk_sync *sync, bool *has_request_out)
{
    if (sync->is_pull_over) {
        return fk_ok();
    }
    fk_id home;
    fk_buffer *body = &sync->request.body;
    FK_TRY(fk_store_compartment_id(sync->config.store, FK_COMPARTMENT_HOME, &home));
    FK_TRY(fk_request_post(sync, "/v1/pull", true, FK_FRAME_PULL, 1));
    FK_TRY(fk_append_u64(body, sync->facts.log_number));
    FK_TRY(fk_buffer_append(body, fk_bytes_of(sync->facts.log_hash.bytes, sizeof sync->facts.log_hash.bytes)));
    FK_TRY(fk_append_id(body, &home));
    FK_TRY(fk_append_u64(body, sync->facts.pull_after));
    *has_request_out = true;
    return fk_ok();
}

/* --- answers --------------------------------------------------------------------------------------------- */

/* Restored or rolled back. Its numbers mean something else now: everything is asked for again, and offered. */
static fk_status begin_healing(fk_sync *sync)
{
    if (sync->other_log_count++ >= OTHER_LOG_COUNT_MAX) {
        return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "the hub's log is another one each time");
    }
    fk_heal_wish(sync);
    fk_sync_jump(sync, FK_PHASE_HAVE);
    return fk_ok();
}

/* A segment made under a newer roster than ours: read that first, then ask for the segment again. */
static bool is_roster_wanted(fk_sync *sync, const fk_segment *segment)
{
    bool is_newer = segment->header.roster_index >= fk_roster_count(sync->roster);
    if (!is_newer || sync->roster_again_count >= ROSTER_AGAIN_COUNT_MAX) {
        return false;
    }
    sync->roster_again_count++;
    sync->is_roster_fresh = false;
    fk_sync_jump(sync, FK_PHASE_ROSTER);
    return true;
}

static fk_status take_segments(fk_sync *sync, uint32_t count, fk_bytes rest, bool *is_cut_out)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t number = 0;
        fk_segment segment;
        FK_TRY(fk_take_u64(&rest, &number));
        fk_status status = fk_segment_read(rest, &segment);
        if (!fk_is_ok(status)) {
            fk_code code = status.code == FK_ERR_NEWER_VERSION ? FK_ERR_OTHER_PROTOCOL : FK_ERR_NOT_A_HUB;
            return fk_sync_refuse(sync, code, "segment");
        }
        if (number <= sync->facts.pull_after) {
            return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "numbers that go back");
        }
        *is_cut_out = is_roster_wanted(sync, &segment);
        if (*is_cut_out) {
            return fk_ok();
        }
        size_t taken_bytes = 0;
        FK_TRY(fk_segment_take(sync, &segment, &taken_bytes));
        sync->facts.pull_after = number;
        sync->done++;
        FK_TRY(fk_sync_checkpoint(sync, taken_bytes));
        rest = fk_bytes_of(rest.data + segment.whole.size_bytes, rest.size_bytes - segment.whole.size_bytes);
    }
    return rest.size_bytes == 0 ? fk_ok() : fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "bytes after the segments");
}

fk_status fk_answer_pull(fk_sync *sync, const fk_frame *frame)
{
    fk_bytes rest = frame->rest;
    uint64_t log_number = 0;
    fk_digest log_hash;
    uint32_t flags = 0;
    uint32_t reserved = 0;
    bool is_cut = false;
    FK_TRY(fk_take_u64(&rest, &log_number));
    FK_TRY(fk_take_digest(&rest, &log_hash));
    FK_TRY(fk_take_u32(&rest, &flags));
    FK_TRY(fk_take_u32(&rest, &reserved));
    bool has_more = (flags & FLAG_MORE) != 0;
    if ((flags & FLAG_OTHER_LOG) != 0 || log_number < sync->facts.pushed_number) {
        return begin_healing(sync);
    }
    if (has_more && frame->count == 0) {
        return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "more, and nothing");
    }
    if (sync->total == 0 && log_number > sync->facts.pull_after) {
        sync->total = (uint32_t)(log_number - sync->facts.pull_after);
    }
    if (sync->is_heal_over) { /* from here on the hub's log is known again, and so is it when it goes back once more */
        sync->is_heal_over = sync->facts.is_heal_wanted = false;
    }
    FK_TRY(take_segments(sync, frame->count, rest, &is_cut));
    sync->facts.log_number = log_number;
    sync->facts.pushed_number = 0;
    sync->facts.log_hash = log_hash;
    sync->is_pull_over = !has_more && !is_cut;
    return fk_ok();
}
