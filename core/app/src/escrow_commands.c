/* escrow_commands.c — what a person is told of the agency's recovery key. */
#include "dispatch_gen.h"
#include "escrow.h"

#include "fk/banned.h"

/* In vault_meta: the id of the key that the person knows of. */
static const char SEEN_KEY[] = "keys.escrow.seen";

fk_status fk_handle_escrow_state(fk_session *session, fk_arena *arena, const fk_escrow_state_request *request,
                                 fk_escrow_state_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    const fk_roster_recovery_key_row *key = fk_escrow_agency_key(session);
    if (key == NULL) {
        return fk_ok();
    }
    bool seen = false;
    FK_TRY(fk_escrow_held(session, &reply->is_held, &reply->held_ms));
    FK_TRY(fk_session_meta_is(session, SEEN_KEY, fk_bytes_of(key->entry.key.bytes, FK_ID_SIZE_BYTES), &seen));
    reply->has_key = reply->has_key_id = reply->has_key_made_ms = true;
    reply->key_id = key->entry.key;
    reply->key_made_ms = key->made_ms;
    reply->has_held_ms = reply->is_held;
    reply->is_news = reply->is_held && !seen;
    reply->has_problem = session->escrow_problem != FK_OK;
    reply->problem = fk_bytes_text(fk_code_name((uint8_t)session->escrow_problem));
    return fk_ok();
}

fk_status fk_handle_escrow_seen(fk_session *session, fk_arena *arena, const fk_escrow_seen_request *request,
                                fk_escrow_seen_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    const fk_roster_recovery_key_row *key = fk_escrow_agency_key(session);
    return key == NULL
               ? fk_status_of(FK_ERR_WRONG_STATE)
               : fk_store_meta_put(session->store, SEEN_KEY, fk_bytes_of(key->entry.key.bytes, FK_ID_SIZE_BYTES));
}
