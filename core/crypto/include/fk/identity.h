/* fk/identity.h — the key pairs of a device: Ed25519 to sign, X25519 to receive keys.
 *
 * Made with the vault, before any enrolment. At rest they are wrapped under the identity wrap key,
 * bound to their vault. */
#ifndef FK_IDENTITY_H
#define FK_IDENTITY_H

#include "fk/contexts.h"
#include "fk/crypto.h"

enum {
    FK_PUBLIC_KEY_SIZE_BYTES = 32,
    FK_SIGNATURE_SIZE_BYTES = 64,
    FK_BOX_SEAL_SIZE_BYTES = 48, /* what fk_box_seal() adds */
    FK_IDENTITY_WRAPPED_SIZE_BYTES = 1 + FK_AEAD_NONCE_SIZE_BYTES + 64 + FK_AEAD_TAG_SIZE_BYTES,
};

typedef struct fk_identity {
    uint8_t signing_public[FK_PUBLIC_KEY_SIZE_BYTES];
    uint8_t box_public[FK_PUBLIC_KEY_SIZE_BYTES];
    fk_key signing_seed; /* secret */
    fk_key box_secret;   /* secret */
} fk_identity;

/* Two new key pairs. Release with fk_identity_wipe(). */
void fk_identity_generate(fk_identity *identity_out);
/* The signing pair that follows from a seed (RFC 8032), and a new box pair. Release with fk_identity_wipe(). */
void fk_identity_from_signing_seed(const fk_key *seed, fk_identity *identity_out);
/* The box pair of a secret key (X25519), and a new signing pair. Release with fk_identity_wipe(). */
void fk_identity_from_box_secret(const fk_key *secret, fk_identity *identity_out);
void fk_identity_wipe(fk_identity *identity);

/* Version byte, nonce, both secret keys sealed and bound to vault_id. */
void fk_identity_wrap(const fk_identity *identity, const fk_key *wrap_key, const fk_id *vault_id,
                      uint8_t wrapped_out[FK_IDENTITY_WRAPPED_SIZE_BYTES]);
/* The public keys are computed again. FK_ERR_DAMAGED (size), FK_ERR_NEWER_VERSION, FK_ERR_AUTH;
 * on error *identity_out is zero. */
FK_MUST_USE fk_status fk_identity_unwrap(fk_bytes wrapped, const fk_key *wrap_key, const fk_id *vault_id,
                                         fk_identity *identity_out);

/* Sign purpose label || 0 || agency || BLAKE2b-512(content): a signature made for one purpose or
 * agency is worth nothing for another. */
void fk_sign(const fk_identity *identity, fk_purpose purpose, const fk_id *agency, fk_bytes content,
             uint8_t signature_out[FK_SIGNATURE_SIZE_BYTES]);
/* FK_ERR_AUTH when the signature is not by that key over exactly these. */
FK_MUST_USE fk_status fk_verify(const uint8_t signing_public[FK_PUBLIC_KEY_SIZE_BYTES], fk_purpose purpose,
                                const fk_id *agency, fk_bytes content,
                                const uint8_t signature[FK_SIGNATURE_SIZE_BYTES]);

/* Seal to a box key so that only its owner opens it and nobody knows who sealed (libsodium's crypto_box_seal).
 * plain is not empty; sealed_out receives plain.size_bytes + FK_BOX_SEAL_SIZE_BYTES.
 * FK_ERR_INVALID_INPUT: no key can be agreed on with that public key; then sealed_out is zero. */
FK_MUST_USE fk_status fk_box_seal(const uint8_t box_public[FK_PUBLIC_KEY_SIZE_BYTES], fk_bytes plain,
                                  uint8_t *sealed_out);
/* plain_out receives sealed.size_bytes - FK_BOX_SEAL_SIZE_BYTES. FK_ERR_AUTH, and then plain_out is zero. */
FK_MUST_USE fk_status fk_box_open(const fk_identity *identity, fk_bytes sealed, uint8_t *plain_out);

#endif
