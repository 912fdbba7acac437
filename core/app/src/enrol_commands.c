/* enrol_commands.c — joining an agency, and letting others join. */
#include <string.h>

#include "dispatch_gen.h"
#include "session_internal.h"

#include "fk/banned.h"

fk_status fk_handle_enrol_begin(fk_session *session, fk_arena *arena, const fk_enrol_begin_request *request,
                                fk_enrol_begin_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_team(session));
    fk_enrol_wish wish = {
        .code = request->code,
        .hub = request->hub,
        .person_name = request->person_name,
        .team_name = request->team_name,
        .device_label = request->device_label,
        .device_kind = (fk_device_kind)((unsigned)request->device_kind + FK_DEVICE_TABLET),
    };
    bool is_founding = false;
    fk_team_view view;
    FK_TRY(fk_sync_enrol(session->sync, &wish, &is_founding, error));
    FK_TRY(fk_sync_team(session->sync, arena, &view));
    uint32_t *words = fk_arena_allocate(arena, sizeof view.words);
    if (words == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    memcpy(words, view.words, sizeof view.words);
    reply->kind = is_founding ? FK_PROTOCOL_CODE_KIND_FOUNDING : FK_PROTOCOL_CODE_KIND_JOINING;
    reply->words = words;
    reply->words_count = sizeof view.words / sizeof *words;
    return fk_ok();
}

fk_status fk_handle_enrol_confirm(fk_session *session, fk_arena *arena, const fk_enrol_confirm_request *request,
                                  fk_enrol_confirm_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    return fk_sync_enrol_confirm(session->sync);
}

fk_status fk_handle_enrol_cancel(fk_session *session, fk_arena *arena, const fk_enrol_cancel_request *request,
                                 fk_enrol_cancel_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    return fk_sync_enrol_cancel(session->sync);
}

/* --- invitations --------------------------------------------------------------------------------- */

_Static_assert((int)FK_PROTOCOL_INVITE_STATE_NEW == (int)FK_INVITE_NEW, "invitation states");
_Static_assert((int)FK_PROTOCOL_INVITE_STATE_DONE == (int)FK_INVITE_DONE, "invitation states");
_Static_assert((int)FK_PROTOCOL_INVITE_STATE_WITHDRAWN == (int)FK_INVITE_WITHDRAWN, "invitation states");

fk_status fk_handle_invite_begin(fk_session *session, fk_arena *arena, const fk_invite_begin_request *request,
                                 fk_invite_begin_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_team(session));
    if (!request->has_person_id && !request->has_person_name) {
        fk_error_set(error, "request.personName");
        return fk_status_of(FK_ERR_INCOMPLETE);
    }
    fk_invite_wish wish = {
        .is_new_person = !request->has_person_id,
        .person = request->person_id,
        .person_name = request->person_name,
        .is_administrator = request->administrator,
    };
    fk_invite_view view;
    FK_TRY(fk_sync_invite(session->sync, &wish, &view));
    reply->invite_id = view.id;
    reply->expires_ms = view.expires_ms;
    fk_status status = fk_bytes_copy(fk_bytes_text(view.code), arena, &reply->code);
    fk_wipe(view.code, sizeof view.code);
    return status;
}

typedef struct invite_page {
    fk_arena *arena;
    fk_protocol_invite_row *rows;
    size_t count;
} invite_page;

static fk_status add_invite(void *ctx, const fk_invite_view *view)
{
    invite_page *page = ctx;
    uint32_t *words = fk_arena_allocate(page->arena, sizeof view->words);
    fk_protocol_invite_row *row = &page->rows[page->count];
    if (words == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    memcpy(words, view->words, sizeof view->words);
    *row = (fk_protocol_invite_row){
        .invite_id = view->id,
        .state = (fk_protocol_invite_state)view->state,
        .has_words = view->has_words,
        .words = words,
        .words_count = view->has_words ? sizeof view->words / sizeof *words : 0,
        .expires_ms = view->expires_ms,
        .has_problem = view->problem != FK_OK,
        .problem = fk_bytes_text(fk_code_name((uint8_t)view->problem)),
    };
    FK_TRY(fk_bytes_copy(view->person_name, page->arena, &row->person_name));
    FK_TRY(fk_bytes_copy(fk_bytes_text(view->code), page->arena, &row->code));
    page->count++;
    return fk_ok();
}

fk_status fk_handle_invite_list(fk_session *session, fk_arena *arena, const fk_invite_list_request *request,
                                fk_invite_list_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    invite_page page = {
        .arena = arena,
        .rows = fk_arena_allocate(arena, FK_INVITE_COUNT_MAX * sizeof *page.rows),
    };
    if (page.rows == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    FK_TRY(fk_sync_invites(session->sync, add_invite, &page));
    reply->invites = page.rows;
    reply->invites_count = page.count;
    return fk_ok();
}

fk_status fk_handle_invite_confirm(fk_session *session, fk_arena *arena, const fk_invite_confirm_request *request,
                                   fk_invite_confirm_reply *reply, fk_error *error)
{
    (void)arena;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    return fk_sync_invite_confirm(session->sync, &request->invite_id);
}

fk_status fk_handle_invite_withdraw(fk_session *session, fk_arena *arena, const fk_invite_withdraw_request *request,
                                    fk_invite_withdraw_reply *reply, fk_error *error)
{
    (void)arena;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    return fk_sync_invite_withdraw(session->sync, &request->invite_id);
}
