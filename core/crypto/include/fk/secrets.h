/* fk/secrets.h — the one layout of secrets at the border: what a person has at hand to open a vault.
 *
 *   present u32 | passphrase key A 32 | output of a passkey (PRF) 32 | recovery key R 20       88 bytes
 *
 * present: bits of FK_SECRETS_*; what is not there is zeros. Secrets never pass through JSON. The core does not see a
 * passphrase, so whoever sends A says whether a person chose the words (FK_SECRETS_CHOSEN): such a phrase is guessed
 * too easily to stand alone and is only ever taken together with a passkey. */
#ifndef FK_SECRETS_H
#define FK_SECRETS_H

#include "fk/keyfile.h"

enum {
    FK_SECRETS_SIZE_BYTES = 4 + FK_KDF_KEY_SIZE_BYTES + FK_PRF_SIZE_BYTES + FK_RECOVERY_KEY_SIZE_BYTES,
    FK_SECRETS_PASSPHRASE = 1,
    FK_SECRETS_PRF = 2,
    FK_SECRETS_RECOVERY = 4,
    FK_SECRETS_CHOSEN = 8,
};

/* raw: borrowed for as long as *secrets_out is used; who owns it wipes it. is_chosen_out may be NULL.
 * FK_ERR_INVALID_INPUT: another size, an unknown bit, bytes where nothing is present, A said to be chosen and not
 * there. Nothing present at all is allowed. On error *secrets_out is empty. */
FK_MUST_USE fk_status fk_secrets_read(fk_bytes raw, fk_slot_secrets *secrets_out, bool *is_chosen_out);

/* raw_out is as secret as what is in it. A view of a wrong size counts as not there. */
void fk_secrets_write(const fk_slot_secrets *secrets, bool is_chosen, uint8_t raw_out[FK_SECRETS_SIZE_BYTES]);

/* The type of a slot that these open together. FK_ERR_INVALID_INPUT for nothing, and for a recovery key with more. */
FK_MUST_USE fk_status fk_secrets_type(const fk_slot_secrets *secrets, fk_slot_type *type_out);

#endif
