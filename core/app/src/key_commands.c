/* key_commands.c — the ways into an open vault: seeing them, changing, adding and taking away. */
#include <string.h>

#include "dispatch_gen.h"
#include "fk/recovery_code.h"
#include "keyslots.h"
#include "unlocking.h"

#include "fk/banned.h"

#define ALL_OF(types) (types), sizeof(types) / sizeof(types)[0]

/* What a person has at hand every day. */
static const fk_slot_type everyday_types[] = { FK_SLOT_PASSPHRASE, FK_SLOT_PRF, FK_SLOT_BOTH };
static const fk_slot_type passphrase_types[] = { FK_SLOT_PASSPHRASE, FK_SLOT_BOTH };
static const fk_slot_type recovery_types[] = { FK_SLOT_RECOVERY };
static const fk_slot_type distress_types[] = { FK_SLOT_DISTRESS };

/* --- policy ----------------------------------------------------------------------------------- */

static const char POLICY_KEY[] = "keys.policy";

enum {
    POLICY_PRF_ALONE = 1,
    POLICY_SYNCED_PASSKEYS = 2,
    POLICY_DISTRESS = 4,
};

/* Nothing is allowed that was never said. */
static fk_status read_policy(fk_session *session, unsigned *policy_out)
{
    *policy_out = 0;
    fk_arena arena;
    fk_arena_init(&arena, session->host.allocator, 64);
    fk_bytes bytes = { NULL, 0 };
    fk_status status = fk_store_meta_get(session->store, POLICY_KEY, &arena, &bytes);
    if (fk_is_ok(status) && bytes.size_bytes == 1) {
        *policy_out = bytes.data[0];
    }
    fk_arena_reset(&arena);
    return status.code == FK_ERR_NOT_FOUND ? fk_ok() : status;
}

fk_status fk_handle_keys_policy(fk_session *session, fk_arena *arena, const fk_keys_policy_request *request,
                                fk_keys_policy_reply *reply, fk_error *error)
{
    (void)arena;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    uint8_t policy = (uint8_t)((request->is_prf_alone_allowed ? POLICY_PRF_ALONE : 0) |
                               (request->are_synced_passkeys_allowed ? POLICY_SYNCED_PASSKEYS : 0) |
                               (request->is_distress_allowed ? POLICY_DISTRESS : 0));
    return fk_store_meta_put(session->store, POLICY_KEY, fk_bytes_of(&policy, 1));
}

/* --- seeing ------------------------------------------------------------------------------------- */

static fk_status list_rows(const fk_session *session, const fk_slot_list *list, fk_arena *arena,
                           fk_keys_list_reply *reply)
{
    fk_protocol_slot_row *rows = fk_arena_allocate(arena, FK_KEYFILE_SLOT_COUNT * sizeof *rows);
    if (rows == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < list->count; i++) {
        const fk_slot_entry *entry = &list->entries[i];
        if (entry->is_retiring) {
            continue;
        }
        fk_protocol_slot_row *row = &rows[reply->slots_count++];
        row->slot_index = entry->slot_index;
        row->type = fk_slot_type_at_border(entry->type);
        row->made_ms = entry->made_on_ms;
        row->is_opened_with = entry->slot_index == session->slot_index;
        FK_TRY(fk_bytes_copy(fk_bytes_of(entry->label, entry->label_size_bytes), arena, &row->label));
    }
    reply->slots = rows;
    reply->free_count = FK_KEYFILE_SLOT_COUNT - (uint32_t)list->count;
    return fk_ok();
}

fk_status fk_handle_keys_list(fk_session *session, fk_arena *arena, const fk_keys_list_request *request,
                              fk_keys_list_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    fk_slot_list list;
    unsigned policy = 0;
    fk_status status = fk_keyslots_read(session, &list);
    FK_TRY(status.code == FK_ERR_NOT_FOUND ? fk_ok() : status);
    FK_TRY(read_policy(session, &policy));
    reply->is_prf_alone_allowed = (policy & POLICY_PRF_ALONE) != 0;
    reply->are_synced_passkeys_allowed = (policy & POLICY_SYNCED_PASSKEYS) != 0;
    reply->is_distress_allowed = (policy & POLICY_DISTRESS) != 0;
    return list_rows(session, &list, arena, reply);
}

fk_status fk_handle_keys_label(fk_session *session, fk_arena *arena, const fk_keys_label_request *request,
                               fk_keys_label_reply *reply, fk_error *error)
{
    (void)arena;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    fk_slot_list list;
    FK_TRY(fk_keyslots_read(session, &list));
    fk_slot_entry *entry = fk_slot_list_find(&list, request->slot_index);
    if (entry == NULL || entry->is_retiring) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    if (entry->type == FK_SLOT_ESCROW) {
        return fk_status_of(FK_ERR_NOT_ALLOWED); /* the agency's, not the worker's (docs/adr/0018) */
    }
    memcpy(entry->label, request->label.data, request->label.size_bytes);
    entry->label_size_bytes = request->label.size_bytes;
    return fk_keyslots_write(session, &list);
}

/* --- changing ------------------------------------------------------------------------------------- */

/* The type of slot that new secrets are for, if a person may have such a one. */
static fk_status read_new(fk_session *session, fk_bytes raw, fk_slot_secrets *secrets_out, fk_slot_type *type_out)
{
    bool is_chosen = false;
    unsigned policy = 0;
    *type_out = FK_SLOT_PASSPHRASE;
    FK_TRY(fk_secrets_read(raw, secrets_out, &is_chosen));
    FK_TRY(fk_secrets_type(secrets_out, type_out));
    FK_TRY(read_policy(session, &policy));
    if (*type_out == FK_SLOT_RECOVERY) {
        return fk_status_of(FK_ERR_INVALID_INPUT); /* made and typed back by commands of its own */
    }
    bool is_allowed =
        (*type_out != FK_SLOT_PRF || (policy & POLICY_PRF_ALONE) != 0) && (!is_chosen || *type_out == FK_SLOT_BOTH);
    return fk_status_of(is_allowed ? FK_OK : FK_ERR_NOT_ALLOWED);
}

/* The slot of this vault that the secrets open. FK_ERR_AUTH when that is none, or one of the other vault behind the
 * door. */
static fk_status prove_here(fk_session *session, const fk_slot_secrets *secrets, uint32_t *slot_index_out,
                            fk_slot_type *type_out, fk_error *error)
{
    fk_keyfile keyfile;
    fk_keyfile_opened opened;
    FK_TRY(fk_prove(session, secrets, &keyfile, &opened, error));
    bool is_this_vault = fk_equal_constant_time(opened.master.bytes, session->master.bytes, FK_KEY_SIZE_BYTES);
    *slot_index_out = opened.slot_index;
    *type_out = opened.type;
    fk_wipe(&opened, sizeof opened);
    return fk_status_of(is_this_vault ? FK_OK : FK_ERR_AUTH);
}

/* The slots that a change replaces. Whoever came by the recovery key has no passphrase any more: all of them go. */
static fk_status find_replaced(fk_session *session, fk_bytes old_raw, uint32_t *slots_out, fk_error *error)
{
    fk_slot_secrets old;
    *slots_out = UINT32_C(1) << session->slot_index;
    FK_TRY(fk_secrets_read(old_raw, &old, NULL));
    if (old.passphrase_key.size_bytes + old.prf.size_bytes + old.recovery_key.size_bytes > 0) {
        uint32_t slot_index = 0;
        fk_slot_type type = FK_SLOT_PASSPHRASE;
        FK_TRY(prove_here(session, &old, &slot_index, &type, error));
        *slots_out = UINT32_C(1) << slot_index;
        return fk_ok();
    }
    if (session->slot_type == FK_SLOT_RECOVERY) {
        fk_slot_list list;
        FK_TRY(fk_keyslots_read(session, &list));
        *slots_out |= fk_keyslots_of(&list, ALL_OF(passphrase_types));
    }
    return fk_ok();
}

/* The store behind a distress phrase knows no slot but its own: that one is written over. */
static fk_status change_own_slot(fk_session *session, const fk_slot_secrets *secrets)
{
    fk_keyfile keyfile;
    FK_TRY(fk_keyfile_load(session->host.disk, &keyfile));
    if (fk_keyfile_is_taken(&keyfile, FK_SLOT_DISTRESS, secrets)) {
        return fk_status_of(FK_ERR_EXISTS);
    }
    FK_TRY(fk_keyfile_fill_slot(&keyfile, session->slot_index, FK_SLOT_DISTRESS, secrets, &session->master,
                                fk_session_now_ms(session)));
    return fk_keyfile_save_slot(session->host.disk, &keyfile, session->slot_index);
}

fk_status fk_handle_keys_change(fk_session *session, fk_arena *arena, const fk_keys_change_request *request,
                                fk_keys_change_reply *reply, fk_error *error)
{
    (void)arena;
    FK_TRY(fk_session_require_open(session));
    fk_bytes old_raw = fk_bytes_of(request->raw.data, FK_SECRETS_SIZE_BYTES);
    fk_bytes new_raw = fk_bytes_of(request->raw.data + FK_SECRETS_SIZE_BYTES, FK_SECRETS_SIZE_BYTES);
    fk_slot_secrets secrets;
    fk_slot_type type = FK_SLOT_PASSPHRASE;
    uint32_t replaced_slots = 0;
    FK_TRY(read_new(session, new_raw, &secrets, &type));
    FK_TRY(find_replaced(session, old_raw, &replaced_slots, error));
    reply->type = fk_slot_type_at_border(type);
    reply->slot_index = session->slot_index;
    if (session->is_second) {
        return change_own_slot(session, &secrets);
    }
    fk_slot_filling filling = { .type = type, .secrets = &secrets, .master = &session->master };
    FK_TRY(fk_keyslots_fill(session, &filling, replaced_slots, &reply->slot_index));
    if ((replaced_slots & UINT32_C(1) << session->slot_index) != 0) {
        session->slot_index = reply->slot_index;
        session->slot_type = type;
    }
    return fk_ok();
}

fk_status fk_handle_keys_add(fk_session *session, fk_arena *arena, const fk_keys_add_request *request,
                             fk_keys_add_reply *reply, fk_error *error)
{
    (void)arena;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    fk_slot_secrets secrets;
    fk_slot_type type = FK_SLOT_PASSPHRASE;
    FK_TRY(read_new(session, request->raw, &secrets, &type));
    fk_slot_filling filling = { .type = type, .secrets = &secrets, .master = &session->master };
    reply->type = fk_slot_type_at_border(type);
    return fk_keyslots_fill(session, &filling, 0, &reply->slot_index);
}

fk_status fk_handle_keys_prove(fk_session *session, fk_arena *arena, const fk_keys_prove_request *request,
                               fk_keys_prove_reply *reply, fk_error *error)
{
    (void)arena;
    (void)reply;
    FK_TRY(fk_session_require_open(session));
    fk_slot_secrets secrets;
    fk_slot_type given = FK_SLOT_PASSPHRASE;
    fk_slot_type opened = FK_SLOT_PASSPHRASE;
    uint32_t slot_index = 0;
    FK_TRY(fk_secrets_read(request->raw, &secrets, NULL));
    FK_TRY(fk_secrets_type(&secrets, &given));
    FK_TRY(prove_here(session, &secrets, &slot_index, &opened, error));
    /* A part of them alone may open a slot of its own: that proves nothing of the rest. */
    fk_slot_type wanted = session->is_second ? FK_SLOT_DISTRESS : given;
    return fk_status_of(opened == wanted ? FK_OK : FK_ERR_AUTH);
}

fk_status fk_handle_keys_remove(fk_session *session, fk_arena *arena, const fk_keys_remove_request *request,
                                fk_keys_remove_reply *reply, fk_error *error)
{
    (void)arena;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    fk_slot_list list;
    FK_TRY(fk_keyslots_read(session, &list));
    const fk_slot_entry *entry = fk_slot_list_find(&list, request->slot_index);
    if (entry == NULL || entry->is_retiring) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    if (entry->type == FK_SLOT_ESCROW) {
        return fk_status_of(FK_ERR_NOT_ALLOWED); /* the agency's, not the worker's (docs/adr/0018) */
    }
    fk_slot_list rest = list;
    fk_slot_list_remove(&rest, request->slot_index);
    if (fk_slot_list_count_of(&rest, ALL_OF(everyday_types)) == 0) {
        return fk_status_of(FK_ERR_LAST_KEY);
    }
    return fk_keyslots_retire(session, UINT32_C(1) << request->slot_index);
}

/* --- recovery key ------------------------------------------------------------------------------------ */

fk_status fk_handle_keys_recovery_make(fk_session *session, fk_arena *arena,
                                       const fk_keys_recovery_make_request *request, fk_keys_recovery_make_reply *reply,
                                       fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    uint8_t *text = fk_arena_allocate(arena, 1 + FK_RECOVERY_TEXT_SIZE + 1); /* the first byte marks a raw reply */
    if (text == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_random_bytes(session->new_recovery_key, sizeof session->new_recovery_key);
    session->has_new_recovery_key = true;
    fk_recovery_code_write(session->new_recovery_key, (char *)text + 1);
    reply->raw = fk_bytes_of(text, 1 + FK_RECOVERY_TEXT_SIZE);
    return fk_ok();
}

static fk_status fill_recovery_slot(fk_session *session, uint32_t *slot_index_out)
{
    fk_slot_list list;
    FK_TRY(fk_keyslots_read(session, &list));
    fk_slot_secrets secrets = {
        .recovery_key = fk_bytes_of(session->new_recovery_key, sizeof session->new_recovery_key),
    };
    fk_slot_filling filling = { .type = FK_SLOT_RECOVERY, .secrets = &secrets, .master = &session->master };
    return fk_keyslots_fill(session, &filling, fk_keyslots_of(&list, ALL_OF(recovery_types)), slot_index_out);
}

fk_status fk_handle_keys_recovery_confirm(fk_session *session, fk_arena *arena,
                                          const fk_keys_recovery_confirm_request *request,
                                          fk_keys_recovery_confirm_reply *reply, fk_error *error)
{
    (void)arena;
    FK_TRY(fk_session_require_open(session));
    if (!session->has_new_recovery_key) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    uint8_t typed[FK_RECOVERY_KEY_SIZE_BYTES];
    FK_TRY(fk_recovery_code_read(request->raw, typed, error));
    bool is_same = fk_equal_constant_time(typed, session->new_recovery_key, sizeof typed);
    fk_wipe(typed, sizeof typed);
    if (!is_same) {
        fk_error_set(error, "other-key");
        return fk_status_of(FK_ERR_MISTYPED);
    }
    FK_TRY(fill_recovery_slot(session, &reply->slot_index));
    fk_wipe(session->new_recovery_key, sizeof session->new_recovery_key);
    session->has_new_recovery_key = false;
    return fk_ok();
}

fk_status fk_handle_keys_recovery_unlock(fk_session *session, fk_arena *arena,
                                         const fk_keys_recovery_unlock_request *request,
                                         fk_keys_recovery_unlock_reply *reply, fk_error *error)
{
    (void)arena;
    uint8_t typed[FK_RECOVERY_KEY_SIZE_BYTES];
    FK_TRY(fk_recovery_code_read(request->raw, typed, error));
    fk_slot_secrets secrets = { .recovery_key = fk_bytes_of(typed, sizeof typed) };
    fk_unlocked unlocked;
    fk_status status = fk_unlock(session, &secrets, false, &unlocked, error);
    fk_wipe(typed, sizeof typed);
    reply->vault_id = unlocked.vault_id;
    reply->torn_tail = unlocked.report.torn_tail;
    reply->finished_checkpoint = unlocked.report.finished_checkpoint;
    reply->rewrite_pending = unlocked.report.rewrite_pending;
    reply->is_read_only = unlocked.report.is_read_only;
    reply->opened_with = unlocked.opened_with;
    reply->profile = unlocked.profile;
    reply->is_practice = session->is_practice;
    return status;
}

/* --- distress phrase ------------------------------------------------------------------------------------ */

/* An empty store on the second files, whatever was there. */
static fk_status make_second_store(fk_session *session, const fk_key *master, fk_error *error)
{
    const fk_disk *disk = &session->second_disk;
    for (unsigned file = 0; file < FK_FILE_STORE_COUNT; file++) {
        if (disk->truncate(disk->ctx, (fk_vault_file)file, 0) != 0 ||
            disk->flush(disk->ctx, (fk_vault_file)file) != 0) {
            return fk_status_of(FK_ERR_IO);
        }
    }
    return fk_session_make_store(session, disk, &session->vault_id, master, error);
}

fk_status fk_handle_keys_distress(fk_session *session, fk_arena *arena, const fk_keys_distress_request *request,
                                  fk_keys_distress_reply *reply, fk_error *error)
{
    (void)arena;
    FK_TRY(fk_session_require_open(session));
    fk_slot_secrets secrets;
    fk_slot_type type = FK_SLOT_PASSPHRASE;
    unsigned policy = 0;
    fk_slot_list list;
    fk_keyfile keyfile;
    FK_TRY(fk_secrets_read(request->raw, &secrets, NULL));
    FK_TRY(fk_secrets_type(&secrets, &type));
    FK_TRY(read_policy(session, &policy));
    if (type != FK_SLOT_PASSPHRASE || session->is_second) {
        return fk_status_of(session->is_second ? FK_ERR_FULL : FK_ERR_INVALID_INPUT);
    }
    if ((policy & POLICY_DISTRESS) == 0) {
        return fk_status_of(FK_ERR_NOT_ALLOWED);
    }
    FK_TRY(fk_keyfile_load(session->host.disk, &keyfile));
    if (fk_keyfile_is_taken(&keyfile, FK_SLOT_DISTRESS, &secrets)) {
        return fk_status_of(FK_ERR_EXISTS);
    }
    /* The old phrase first: it must not open files that are being made anew. */
    FK_TRY(fk_keyslots_read(session, &list));
    FK_TRY(fk_keyslots_retire(session, fk_keyslots_of(&list, ALL_OF(distress_types))));
    fk_key master;
    fk_key_random(&master);
    fk_slot_filling filling = { .type = FK_SLOT_DISTRESS, .secrets = &secrets, .master = &master };
    fk_status status = make_second_store(session, &master, error);
    if (fk_is_ok(status)) {
        status = fk_keyslots_fill(session, &filling, 0, &reply->slot_index);
    }
    fk_key_wipe(&master);
    return status;
}
