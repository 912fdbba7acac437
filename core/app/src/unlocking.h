/* unlocking.h — from secrets to an open vault: what vault.unlock and keys.recovery.unlock share. */
#ifndef FK_UNLOCKING_H
#define FK_UNLOCKING_H

#include "fk/protocol_gen.h"
#include "fk/secrets.h"
#include "fk/slot_list.h"
#include "session_internal.h"

/* How a type of slot is called at the border. */
fk_protocol_slot_type fk_slot_type_at_border(fk_slot_type type);

typedef struct fk_unlocked {
    fk_id vault_id;
    fk_store_report report;
    fk_protocol_slot_type opened_with;
    fk_protocol_vault_profile profile;
} fk_unlocked;

/* Open the locked vault. A passphrase among the secrets is counted as a try. is_read_only: fk/store.h.
 * unlocked_out: filled on FK_OK, else zeros.
 * FK_ERR_WRONG_STATE, FK_ERR_WAIT, FK_ERR_LOCKED_OUT, FK_ERR_AUTH, and what opening a store answers. */
FK_MUST_USE fk_status fk_unlock(fk_session *session, const fk_slot_secrets *secrets, bool is_read_only,
                                fk_unlocked *unlocked_out, fk_error *error);

/* What may open a new vault: a generated passphrase, or a passphrase with a passkey. A passkey alone comes later, when
 * the vault's settings allow it. FK_ERR_NOT_ALLOWED, and what fk_secrets_read() answers. */
FK_MUST_USE fk_status fk_read_first_secrets(fk_bytes raw, fk_slot_secrets *secrets_out, fk_slot_type *type_out);

/* For a vault that is filled from another one: a new master key into the first slot of its new key file, opened by these
 * secrets; list_out names that slot alone. keys_out follow from the master key: release with fk_vault_keys_wipe().
 * Errors as above. */
FK_MUST_USE fk_status fk_make_first_slot(fk_bytes raw, uint64_t made_on_ms, fk_keyfile *keyfile,
                                         fk_slot_list *list_out, fk_vault_keys *keys_out);

/* Which slot of the key file these secrets open, counted like a try to unlock. opened_out is secret. */
FK_MUST_USE fk_status fk_prove(fk_session *session, const fk_slot_secrets *secrets, fk_keyfile *keyfile_out,
                               fk_keyfile_opened *opened_out, fk_error *error);

#endif
