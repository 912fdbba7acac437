#include "unlocking.h"

#include "attempts_guard.h"
#include "escrow.h"
#include "keyslots.h"

#include "fk/banned.h"

fk_protocol_slot_type fk_slot_type_at_border(fk_slot_type type)
{
    _Static_assert((int)FK_PROTOCOL_SLOT_TYPE_PASSPHRASE + 1 == (int)FK_SLOT_PASSPHRASE, "the border counts from 0");
    _Static_assert((int)FK_PROTOCOL_SLOT_TYPE_DISTRESS + 1 == (int)FK_SLOT_DISTRESS, "the border counts from 0");
    return (fk_protocol_slot_type)(type - FK_SLOT_PASSPHRASE);
}

fk_status fk_prove(fk_session *session, const fk_slot_secrets *secrets, fk_keyfile *keyfile_out,
                   fk_keyfile_opened *opened_out, fk_error *error)
{
    *opened_out = (fk_keyfile_opened){ .slot_index = 0 };
    fk_status status = fk_keyfile_load(session->host.disk, keyfile_out);
    FK_TRY(status.code == FK_ERR_NOT_FOUND ? fk_status_of(FK_ERR_WRONG_STATE) : status);
    if (secrets->passphrase_key.size_bytes > 0) {
        FK_TRY(fk_guard_begin_try(session, error));
    }
    FK_TRY(fk_keyfile_open(keyfile_out, secrets, opened_out));
    fk_guard_opened(session);
    return fk_ok();
}

/* A vault that was restored from a copy has the slot and none of the files behind it: they are made anew, empty. */
static fk_status make_second_if_gone(fk_session *session, const fk_id *vault_id, const fk_key *master, fk_error *error)
{
    const fk_disk *disk = &session->second_disk;
    for (unsigned file = 0; file < FK_FILE_STORE_COUNT; file++) {
        int64_t size_bytes = disk->size(disk->ctx, (fk_vault_file)file);
        if (size_bytes != 0) {
            return fk_status_of(size_bytes < 0 ? FK_ERR_IO : FK_OK);
        }
    }
    return fk_session_make_store(session, disk, vault_id, master, error);
}

static fk_status open_vault(fk_session *session, bool is_read_only, const fk_keyfile_opened *opened,
                            fk_unlocked *unlocked, fk_error *error)
{
    fk_opening opening = { .is_second = opened->type == FK_SLOT_DISTRESS, .is_read_only = is_read_only };
    if (opening.is_second) {
        FK_TRY(make_second_if_gone(session, &unlocked->vault_id, &opened->master, error));
    }
    fk_status status =
        fk_session_open(session, opening, &unlocked->vault_id, &opened->master, &unlocked->report, error);
    /* The key file opened, so the secret was right: whatever does not authenticate now is damage. */
    FK_TRY(status.code == FK_ERR_AUTH ? fk_status_of(FK_ERR_DAMAGED) : status);
    session->slot_index = opened->slot_index;
    session->slot_type = opened->type;
    session->slot_made_ms = opened->made_on_ms;
    if (!is_read_only && !unlocked->report.is_read_only) {
        fk_keyslots_settle(session);
        fk_escrow_settle(session);
    }
    return fk_ok();
}

fk_status fk_read_first_secrets(fk_bytes raw, fk_slot_secrets *secrets_out, fk_slot_type *type_out)
{
    bool is_chosen = false;
    *type_out = FK_SLOT_PASSPHRASE;
    FK_TRY(fk_secrets_read(raw, secrets_out, &is_chosen));
    FK_TRY(fk_secrets_type(secrets_out, type_out));
    bool is_allowed = *type_out == FK_SLOT_BOTH || (*type_out == FK_SLOT_PASSPHRASE && !is_chosen);
    return fk_status_of(is_allowed ? FK_OK : FK_ERR_NOT_ALLOWED);
}

fk_status fk_make_first_slot(fk_bytes raw, uint64_t made_on_ms, fk_keyfile *keyfile, fk_slot_list *list_out,
                             fk_vault_keys *keys_out)
{
    fk_slot_secrets given;
    *list_out = (fk_slot_list){ .count = 0 };
    fk_slot_entry *first = &list_out->entries[0];
    FK_TRY(fk_read_first_secrets(raw, &given, &first->type));
    first->made_on_ms = made_on_ms;
    fk_key master;
    fk_key_random(&master);
    fk_status status =
        fk_keyfile_fill_slot(keyfile, first->slot_index, first->type, &given, &master, first->made_on_ms);
    if (fk_is_ok(status)) {
        fk_vault_keys_derive(&master, keys_out);
        list_out->count = 1;
    }
    fk_key_wipe(&master);
    return status;
}

fk_status fk_unlock(fk_session *session, const fk_slot_secrets *secrets, bool is_read_only, fk_unlocked *unlocked_out,
                    fk_error *error)
{
    *unlocked_out = (fk_unlocked){ .opened_with = FK_PROTOCOL_SLOT_TYPE_PASSPHRASE };
    if (session->store != NULL) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    fk_keyfile keyfile;
    fk_keyfile_opened opened;
    FK_TRY(fk_prove(session, secrets, &keyfile, &opened, error));
    unlocked_out->vault_id = keyfile.vault_id;
    bool is_distress = opened.type == FK_SLOT_DISTRESS;
    unlocked_out->opened_with = is_distress ? FK_PROTOCOL_SLOT_TYPE_PASSPHRASE : fk_slot_type_at_border(opened.type);
    unlocked_out->profile = is_distress ? FK_PROTOCOL_VAULT_PROFILE_NEUTRAL : FK_PROTOCOL_VAULT_PROFILE_OWN;
    fk_status status = open_vault(session, is_read_only, &opened, unlocked_out, error);
    fk_wipe(&opened, sizeof opened);
    return status;
}
