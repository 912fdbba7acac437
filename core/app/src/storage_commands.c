/* storage_commands.c — room before a form, tidying up while nobody waits, and reading what a damaged vault still has.
 */
#include "dispatch_gen.h"
#include "unlocking.h"

#include "fk/banned.h"

fk_status fk_handle_vault_checkpoint(fk_session *session, fk_arena *arena, const fk_vault_checkpoint_request *request,
                                     fk_vault_checkpoint_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_store_tidy(session->store, &reply->is_moved);
}

fk_status fk_handle_vault_reserve(fk_session *session, fk_arena *arena, const fk_vault_reserve_request *request,
                                  fk_vault_reserve_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return fk_store_reserve(session->store);
}

fk_status fk_handle_vault_inspect(fk_session *session, fk_arena *arena, const fk_vault_inspect_request *request,
                                  fk_vault_inspect_reply *reply, fk_error *error)
{
    (void)arena;
    fk_slot_secrets secrets;
    fk_unlocked unlocked;
    FK_TRY(fk_secrets_read(request->raw, &secrets, NULL));
    FK_TRY(fk_unlock(session, &secrets, true, &unlocked, error));
    reply->vault_id = unlocked.vault_id;
    return fk_ok();
}

fk_status fk_handle_vault_damage(fk_session *session, fk_arena *arena, const fk_vault_damage_request *request,
                                 fk_vault_damage_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    fk_store_damage *damage = fk_arena_allocate(arena, sizeof *damage);
    if (damage == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    FK_TRY(fk_store_damage_read(session->store, damage));
    reply->what = fk_bytes_text(damage->what);
    reply->missing_saves = damage->missing_count < UINT32_MAX ? (uint32_t)damage->missing_count : UINT32_MAX;
    reply->has_newest_ms = damage->newest_ms > 0;
    reply->newest_ms = damage->newest_ms;
    reply->case_count = damage->case_count;
    reply->is_list_cut = damage->is_list_cut;
    reply->unreadable_total = damage->unreadable_count;
    reply->unreadable = damage->unreadable;
    bool is_cut = damage->unreadable_count > FK_STORE_UNREADABLE_COUNT_MAX;
    reply->unreadable_count = is_cut ? FK_STORE_UNREADABLE_COUNT_MAX : damage->unreadable_count;
    return fk_ok();
}
