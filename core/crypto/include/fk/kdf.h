/* fk/kdf.h — the passphrase key A: Argon2id (RFC 9106) with its floor and ceiling compiled in.
 *
 * Stands apart from the rest of crypto: kdf.wasm is this file and libsodium, nothing else, so that
 * its large memory is returned when its worker ends. */
#ifndef FK_KDF_H
#define FK_KDF_H

#include "fk/bytes.h"

enum {
    FK_KDF_SALT_SIZE_BYTES = 16,
    FK_KDF_KEY_SIZE_BYTES = 32,
    FK_KDF_MEMORY_KIB_MIN = 64 * 1024,
    FK_KDF_MEMORY_KIB_MAX = 1024 * 1024,
    FK_KDF_PASSES_MIN = 3,
    FK_KDF_PASSES_MAX = 16,
    FK_KDF_PARALLELISM = 1,
    FK_KDF_PASSPHRASE_SIZE_BYTES_MAX = 1024,
};

/* FK_ERR_WEAK_PARAMETERS below the floor or above the ceiling, whatever a file says. */
FK_MUST_USE fk_status fk_kdf_check_parameters(uint32_t memory_kib, uint32_t passes);

/* A new vault has one of three settings, 64, 128 or 256 MiB with FK_KDF_PASSES_MIN passes: the largest that takes its
 * device about a second at most, measured when the vault is made. FK_ERR_WEAK_PARAMETERS for another one. */
FK_MUST_USE fk_status fk_kdf_check_setting(uint32_t memory_kib);

/* passphrase   1 to 1024 bytes, already normalised (NFC, lower case, single spaces).
 * key_out      the 32-byte result; zeros on error. Secret: the caller wipes it.
 *
 * FK_ERR_WEAK_PARAMETERS, FK_ERR_INVALID_INPUT (passphrase size), FK_ERR_NO_MEMORY: never tries
 * again with less. */
FK_MUST_USE fk_status fk_kdf_argon2id(fk_bytes passphrase, const uint8_t salt[FK_KDF_SALT_SIZE_BYTES],
                                      uint32_t memory_kib, uint32_t passes, uint8_t key_out[FK_KDF_KEY_SIZE_BYTES]);

#endif
