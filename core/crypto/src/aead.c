#include "fk/crypto.h"

#include <sodium.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

_Static_assert((int)FK_KEY_SIZE_BYTES == (int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");
_Static_assert((int)FK_AEAD_NONCE_SIZE_BYTES == (int)crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce size");
_Static_assert((int)FK_AEAD_TAG_SIZE_BYTES == (int)crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag size");

void fk_aead_seal(const fk_key *key, const uint8_t nonce[FK_AEAD_NONCE_SIZE_BYTES], fk_bytes associated, fk_bytes plain,
                  uint8_t *sealed_out)
{
    int result =
        crypto_aead_xchacha20poly1305_ietf_encrypt(sealed_out, NULL, plain.data, plain.size_bytes, associated.data,
                                                   associated.size_bytes, NULL, nonce, key->bytes);
    FK_ASSERT(result == 0);
}

fk_status fk_aead_open(const fk_key *key, const uint8_t nonce[FK_AEAD_NONCE_SIZE_BYTES], fk_bytes associated,
                       fk_bytes sealed, uint8_t *plain_out)
{
    if (sealed.size_bytes < FK_AEAD_TAG_SIZE_BYTES) {
        return fk_status_of(FK_ERR_AUTH);
    }
    int result = crypto_aead_xchacha20poly1305_ietf_decrypt(plain_out, NULL, NULL, sealed.data, sealed.size_bytes,
                                                            associated.data, associated.size_bytes, nonce, key->bytes);
    if (result != 0) {
        if (sealed.size_bytes > FK_AEAD_TAG_SIZE_BYTES) {
            memset(plain_out, 0, sealed.size_bytes - FK_AEAD_TAG_SIZE_BYTES);
        }
        return fk_status_of(FK_ERR_AUTH);
    }
    return fk_ok();
}
