/* roster_return.c — a hub that was restored from a copy gets back the roster entries it lost, from whoever knows them.
 *
 * Each is signed and follows the one before, so the hub takes them by the same rules as when they were made. One that
 * takes them and stays short, or holds another entry where it ends, is told as a fork. */
#include "sync_internal.h"

#include "fk/banned.h"

fk_status fk_roster_return_wish(fk_sync *sync, uint32_t head)
{
    if (head < sync->roster_returned_from) {
        return fk_sync_refuse(sync, FK_ERR_FORK, "the hub's roster is shorter than the one here");
    }
    sync->is_roster_lacking = true;
    sync->roster_returned_from = head + 1; /* the next reading has to show more */
    sync->facts.granted_count = 0;         /* grants went with the entries */
    fk_sync_jump(sync, FK_PHASE_RETURN_ROSTER);
    return fk_ok();
}

/* As many as one request takes; reading the roster again shows whether more are missing. */
static fk_status add_entry(void *ctx, uint32_t index, fk_bytes entry)
{
    fk_sync *sync = ctx;
    fk_buffer *body = &sync->request.body;
    if (index < sync->roster_returned_from) {
        return fk_ok();
    }
    if (body->size_bytes + entry.size_bytes > FK_BODY_SIZE_BYTES_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    sync->sent_count++;
    return fk_buffer_append(body, entry);
}

fk_status fk_ask_return_roster(fk_sync *sync, bool *has_request_out)
{
    if (!sync->is_roster_lacking) {
        return fk_ok();
    }
    uint32_t head = sync->roster_returned_from - 1;
    sync->sent_count = 0;
    FK_TRY(fk_request_post(sync, "/v1/roster", true, FK_FRAME_ROSTER_ADD, 0));
    FK_TRY(fk_append_u32(&sync->request.body, head));
    FK_TRY(fk_append_u32(&sync->request.body, 0));
    FK_TRY(fk_buffer_append(&sync->request.body,
                            fk_bytes_of(fk_roster_hash_at(sync->roster, head)->bytes, FK_DIGEST_SIZE_BYTES)));
    fk_status status = fk_store_roster(sync->config.store, add_entry, sync);
    FK_TRY(status.code == FK_ERR_TOO_LARGE ? fk_ok() : status);
    fk_request_set_count(sync, FK_FRAME_ROSTER_ADD, (uint32_t)sync->sent_count);
    *has_request_out = true;
    return fk_ok();
}

fk_status fk_answer_return_roster(fk_sync *sync, const fk_frame *frame)
{
    (void)frame;
    fk_roster_read_again(sync);
    return fk_ok();
}

/* Somebody else was first, or it is another roster: reading again shows which. */
bool fk_refused_return_roster(fk_sync *sync, fk_code code)
{
    if (code == FK_ERR_HEAD_MOVED) {
        fk_roster_read_again(sync);
    }
    return code == FK_ERR_HEAD_MOVED;
}
