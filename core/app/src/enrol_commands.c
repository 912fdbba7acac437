/* enrol_commands.c — joining an agency, and letting others join. */
#include "dispatch_gen.h"
#include "session_internal.h"

#include "fk/banned.h"

fk_status fk_handle_enrol_begin(fk_session *session, fk_arena *arena, const fk_enrol_begin_request *request,
                                fk_enrol_begin_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_NOT_YET);
}

fk_status fk_handle_enrol_confirm(fk_session *session, fk_arena *arena, const fk_enrol_confirm_request *request,
                                  fk_enrol_confirm_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_handle_enrol_cancel(fk_session *session, fk_arena *arena, const fk_enrol_cancel_request *request,
                                 fk_enrol_cancel_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_handle_invite_begin(fk_session *session, fk_arena *arena, const fk_invite_begin_request *request,
                                 fk_invite_begin_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_handle_invite_list(fk_session *session, fk_arena *arena, const fk_invite_list_request *request,
                                fk_invite_list_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_handle_invite_confirm(fk_session *session, fk_arena *arena, const fk_invite_confirm_request *request,
                                   fk_invite_confirm_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_handle_invite_withdraw(fk_session *session, fk_arena *arena, const fk_invite_withdraw_request *request,
                                    fk_invite_withdraw_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_status_of(FK_ERR_WRONG_STATE);
}
