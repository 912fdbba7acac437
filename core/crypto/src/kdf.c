#include "fk/kdf.h"

#include <sodium.h>

#include "fk/banned.h"

_Static_assert((int)FK_KDF_SALT_SIZE_BYTES == (int)crypto_pwhash_argon2id_SALTBYTES, "salt size");

/* libsodium's Argon2id has parallelism 1 and version 1.3 built in. */

fk_status fk_kdf_check_parameters(uint32_t memory_kib, uint32_t passes)
{
    bool is_allowed = memory_kib >= FK_KDF_MEMORY_KIB_MIN && memory_kib <= FK_KDF_MEMORY_KIB_MAX &&
                      passes >= FK_KDF_PASSES_MIN && passes <= FK_KDF_PASSES_MAX;
    return is_allowed ? fk_ok() : fk_status_of(FK_ERR_WEAK_PARAMETERS);
}

fk_status fk_kdf_check_setting(uint32_t memory_kib)
{
    bool is_one = memory_kib == FK_KDF_MEMORY_KIB_MIN || memory_kib == 2 * FK_KDF_MEMORY_KIB_MIN ||
                  memory_kib == 4 * FK_KDF_MEMORY_KIB_MIN;
    return is_one ? fk_ok() : fk_status_of(FK_ERR_WEAK_PARAMETERS);
}

fk_status fk_kdf_argon2id(fk_bytes passphrase, const uint8_t salt[FK_KDF_SALT_SIZE_BYTES], uint32_t memory_kib,
                          uint32_t passes, uint8_t key_out[FK_KDF_KEY_SIZE_BYTES])
{
    sodium_memzero(key_out, FK_KDF_KEY_SIZE_BYTES);
    FK_TRY(fk_kdf_check_parameters(memory_kib, passes));
    if (passphrase.size_bytes == 0 || passphrase.size_bytes > FK_KDF_PASSPHRASE_SIZE_BYTES_MAX) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    /* Sizes are checked above, so the only failure left is memory. */
    int result =
        crypto_pwhash_argon2id(key_out, FK_KDF_KEY_SIZE_BYTES, (const char *)passphrase.data, passphrase.size_bytes,
                               salt, passes, (size_t)memory_kib * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
    return result == 0 ? fk_ok() : fk_status_of(FK_ERR_NO_MEMORY);
}
