#include "identity_internal.h"

#include <string.h>

#include "fk/banned.h"

enum {
    WRAPPED_VERSION = 1,
    NONCE_OFFSET_BYTES = 1,
    SEALED_OFFSET_BYTES = NONCE_OFFSET_BYTES + FK_AEAD_NONCE_SIZE_BYTES,
    PLAIN_SIZE_BYTES = 2 * FK_KEY_SIZE_BYTES,
    ASSOCIATED_SIZE_BYTES = sizeof FK_CONTEXT_IDENTITY + FK_ID_SIZE_BYTES,
};

_Static_assert((int)FK_IDENTITY_WRAPPED_SIZE_BYTES == SEALED_OFFSET_BYTES + PLAIN_SIZE_BYTES + FK_AEAD_TAG_SIZE_BYTES,
               "version, nonce, sealed keys, tag");

/* Label with its NUL, then the vault: a wrapped identity opens in the vault it was made in only. */
static fk_bytes associated_data(const fk_id *vault_id, uint8_t target[ASSOCIATED_SIZE_BYTES])
{
    memcpy(target, FK_CONTEXT_IDENTITY, sizeof FK_CONTEXT_IDENTITY);
    memcpy(target + sizeof FK_CONTEXT_IDENTITY, vault_id->bytes, FK_ID_SIZE_BYTES);
    return fk_bytes_of(target, ASSOCIATED_SIZE_BYTES);
}

void fk_identity_wrap(const fk_identity *identity, const fk_key *wrap_key, const fk_id *vault_id,
                      uint8_t wrapped_out[FK_IDENTITY_WRAPPED_SIZE_BYTES])
{
    uint8_t associated[ASSOCIATED_SIZE_BYTES];
    uint8_t plain[PLAIN_SIZE_BYTES];
    memcpy(plain, identity->signing_seed.bytes, FK_KEY_SIZE_BYTES);
    memcpy(plain + FK_KEY_SIZE_BYTES, identity->box_secret.bytes, FK_KEY_SIZE_BYTES);
    wrapped_out[0] = WRAPPED_VERSION;
    fk_random_bytes(wrapped_out + NONCE_OFFSET_BYTES, FK_AEAD_NONCE_SIZE_BYTES);
    fk_aead_seal(wrap_key, wrapped_out + NONCE_OFFSET_BYTES, associated_data(vault_id, associated),
                 fk_bytes_of(plain, sizeof plain), wrapped_out + SEALED_OFFSET_BYTES);
    fk_wipe(plain, sizeof plain);
}

fk_status fk_identity_unwrap(fk_bytes wrapped, const fk_key *wrap_key, const fk_id *vault_id, fk_identity *identity_out)
{
    *identity_out = (fk_identity){ .signing_public = { 0 } };
    if (wrapped.size_bytes != FK_IDENTITY_WRAPPED_SIZE_BYTES) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    if (wrapped.data[0] != WRAPPED_VERSION) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    uint8_t associated[ASSOCIATED_SIZE_BYTES];
    uint8_t plain[PLAIN_SIZE_BYTES];
    fk_bytes sealed = fk_bytes_of(wrapped.data + SEALED_OFFSET_BYTES, PLAIN_SIZE_BYTES + FK_AEAD_TAG_SIZE_BYTES);
    FK_TRY(fk_aead_open(wrap_key, wrapped.data + NONCE_OFFSET_BYTES, associated_data(vault_id, associated), sealed,
                        plain));
    memcpy(identity_out->signing_seed.bytes, plain, FK_KEY_SIZE_BYTES);
    memcpy(identity_out->box_secret.bytes, plain + FK_KEY_SIZE_BYTES, FK_KEY_SIZE_BYTES);
    fk_wipe(plain, sizeof plain);
    fk_identity_compute_public(identity_out);
    return fk_ok();
}
