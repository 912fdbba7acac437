/* team_commands.c — who belongs to the agency of this vault. */
#include "dispatch_gen.h"
#include "session_internal.h"

#include "fk/banned.h"

fk_status fk_handle_team_status(fk_session *session, fk_arena *arena, const fk_team_status_request *request,
                                fk_team_status_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    reply->state = FK_PROTOCOL_TEAM_STATE_ALONE;
    reply->device_id = *fk_store_device(session->store);
    return fk_ok();
}

fk_status fk_handle_team_members(fk_session *session, fk_arena *arena, const fk_team_members_request *request,
                                 fk_team_members_reply *reply, fk_error *error)
{
    (void)session;
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    return fk_status_of(FK_ERR_WRONG_STATE);
}
