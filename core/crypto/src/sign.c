#include "fk/identity.h"

#include <sodium.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

enum {
    LABEL_SIZE_BYTES_MAX = 32,
    SIGNED_SIZE_BYTES_MAX = LABEL_SIZE_BYTES_MAX + FK_ID_SIZE_BYTES + FK_HASH_LONG_SIZE_BYTES
};

_Static_assert((int)FK_SIGNATURE_SIZE_BYTES == (int)crypto_sign_ed25519_BYTES, "signature size");
_Static_assert((int)FK_PUBLIC_KEY_SIZE_BYTES == (int)crypto_sign_ed25519_PUBLICKEYBYTES, "public key size");

#define LABEL_FITS(name, value, text) _Static_assert(sizeof(text) <= LABEL_SIZE_BYTES_MAX, "the label has room");
FK_PURPOSE_LIST(LABEL_FITS)
#undef LABEL_FITS

static const char *purpose_label(fk_purpose purpose)
{
    switch (purpose) {
#define PURPOSE_CASE(name, value, text) \
    case FK_PURPOSE_##name:             \
        return text;
        FK_PURPOSE_LIST(PURPOSE_CASE)
#undef PURPOSE_CASE
    }
    fk_panic(__FILE__, __LINE__, "purpose is one of FK_PURPOSE_LIST");
}

/* label || 0 || agency || BLAKE2b-512(content). Returns its size. */
static size_t signed_bytes(fk_purpose purpose, const fk_id *agency, fk_bytes content,
                           uint8_t target[SIGNED_SIZE_BYTES_MAX])
{
    const char *label = purpose_label(purpose);
    size_t used_bytes = strlen(label) + 1;
    memcpy(target, label, used_bytes);
    memcpy(target + used_bytes, agency->bytes, FK_ID_SIZE_BYTES);
    used_bytes += FK_ID_SIZE_BYTES;
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_LONG_SIZE_BYTES);
    fk_hash_update(&hash, content);
    fk_hash_final(&hash, target + used_bytes);
    return used_bytes + FK_HASH_LONG_SIZE_BYTES;
}

void fk_sign(const fk_identity *identity, fk_purpose purpose, const fk_id *agency, fk_bytes content,
             uint8_t signature_out[FK_SIGNATURE_SIZE_BYTES])
{
    uint8_t message[SIGNED_SIZE_BYTES_MAX];
    size_t message_size_bytes = signed_bytes(purpose, agency, content, message);
    uint8_t public_key[FK_PUBLIC_KEY_SIZE_BYTES];
    uint8_t expanded[crypto_sign_ed25519_SECRETKEYBYTES];
    int expansion = crypto_sign_ed25519_seed_keypair(public_key, expanded, identity->signing_seed.bytes);
    FK_ASSERT(expansion == 0);
    int result = crypto_sign_ed25519_detached(signature_out, NULL, message, message_size_bytes, expanded);
    fk_wipe(expanded, sizeof expanded);
    FK_ASSERT(result == 0);
}

fk_status fk_verify(const uint8_t signing_public[FK_PUBLIC_KEY_SIZE_BYTES], fk_purpose purpose, const fk_id *agency,
                    fk_bytes content, const uint8_t signature[FK_SIGNATURE_SIZE_BYTES])
{
    uint8_t message[SIGNED_SIZE_BYTES_MAX];
    size_t message_size_bytes = signed_bytes(purpose, agency, content, message);
    int result = crypto_sign_ed25519_verify_detached(signature, message, message_size_bytes, signing_public);
    return result == 0 ? fk_ok() : fk_status_of(FK_ERR_AUTH);
}
