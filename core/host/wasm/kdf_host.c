#include "abi.h"

#include "fk/kdf.h"

#include "fk/banned.h"

/* kdf.wasm: one derivation in a worker of its own, which ends after it, so that up to 1 GiB of
 * memory is given back to the device. No session, no disk, no clock, no random source. */

uint8_t *fk_kdf_abi_alloc(uint32_t size_bytes);
void fk_kdf_abi_free(uint8_t *block, uint32_t size_bytes);
int32_t fk_kdf_abi_derive(const uint8_t *passphrase, uint32_t passphrase_size_bytes, const uint8_t *salt,
                          uint32_t memory_kib, uint32_t passes, uint8_t *key_out);

/* Room for the passphrase, the salt or the key. NULL: no memory, size 0 or above the passphrase's bound. */
FK_WASM_EXPORT("fk_kdf_abi_alloc") uint8_t *fk_kdf_abi_alloc(uint32_t size_bytes)
{
    if (size_bytes == 0 || size_bytes > FK_KDF_PASSPHRASE_SIZE_BYTES_MAX) {
        return NULL;
    }
    return fk_allocate(&fk_allocator_libc, size_bytes);
}

/* Wipe and release. */
FK_WASM_EXPORT("fk_kdf_abi_free") void fk_kdf_abi_free(uint8_t *block, uint32_t size_bytes)
{
    fk_release(&fk_allocator_libc, block, size_bytes);
}

/* salt: FK_KDF_SALT_SIZE_BYTES, key_out: FK_KDF_KEY_SIZE_BYTES. Answers an fk_code (fk/kdf.h says which). */
FK_WASM_EXPORT("fk_kdf_abi_derive")
int32_t fk_kdf_abi_derive(const uint8_t *passphrase, uint32_t passphrase_size_bytes, const uint8_t *salt,
                          uint32_t memory_kib, uint32_t passes, uint8_t *key_out)
{
    return fk_kdf_argon2id(fk_bytes_of(passphrase, passphrase_size_bytes), salt, memory_kib, passes, key_out).code;
}
