/* sync_commands.c — runs against the hub, and how far records got. */
#include "dispatch_gen.h"
#include "session_internal.h"

#include "fk/banned.h"

fk_status fk_handle_sync_begin(fk_session *session, fk_arena *arena, const fk_sync_begin_request *request,
                               fk_sync_begin_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_handle_sync_step(fk_session *session, fk_arena *arena, const fk_sync_step_request *request,
                              fk_sync_step_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_handle_sync_cancel(fk_session *session, fk_arena *arena, const fk_sync_cancel_request *request,
                                fk_sync_cancel_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_handle_sync_status(fk_session *session, fk_arena *arena, const fk_sync_status_request *request,
                                fk_sync_status_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    fk_store_numbers numbers;
    FK_TRY(fk_store_numbers_read(session->store, &numbers));
    reply->phase = FK_PROTOCOL_SYNC_PHASE_IDLE;
    reply->device_count = (uint32_t)numbers.unsent_count;
    reply->draft_count = (uint32_t)numbers.draft_count;
    reply->has_oldest_unsent_ms = numbers.oldest_unsent_ms > 0;
    reply->oldest_unsent_ms = numbers.oldest_unsent_ms;
    return fk_ok();
}

fk_status fk_handle_sync_items(fk_session *session, fk_arena *arena, const fk_sync_items_request *request,
                               fk_sync_items_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_NOT_YET);
}
