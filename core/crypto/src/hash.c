#include "fk/crypto.h"

#include <sodium.h>

#include "fk/assert.h"
#include "fk/banned.h"

_Static_assert(sizeof(crypto_generichash_blake2b_state) <= sizeof((fk_hash *)NULL)->state,
               "fk_hash holds libsodium's state");
_Static_assert(_Alignof(crypto_generichash_blake2b_state) <= _Alignof(fk_hash), "and is aligned for it");
_Static_assert((int)FK_HASH_LONG_SIZE_BYTES == (int)crypto_generichash_blake2b_BYTES_MAX, "BLAKE2b-512");

static crypto_generichash_blake2b_state *state_of(fk_hash *hash)
{
    return (crypto_generichash_blake2b_state *)(void *)hash->state;
}

/* libsodium's BLAKE2b fails on sizes out of range only; ours are checked, so a failure is a bug. */
static void init(fk_hash *hash, fk_bytes key, size_t size_bytes)
{
    hash->size_bytes = size_bytes;
    int result = crypto_generichash_blake2b_init(state_of(hash), key.data, key.size_bytes, size_bytes);
    FK_ASSERT(result == 0);
}

void fk_hash_init(fk_hash *hash, size_t size_bytes)
{
    FK_ASSERT(size_bytes == FK_HASH_SIZE_BYTES || size_bytes == FK_HASH_LONG_SIZE_BYTES);
    init(hash, (fk_bytes){ NULL, 0 }, size_bytes);
}

void fk_mac_init(fk_hash *hash, fk_bytes key)
{
    FK_ASSERT(key.size_bytes >= crypto_generichash_blake2b_KEYBYTES_MIN);
    FK_ASSERT(key.size_bytes <= crypto_generichash_blake2b_KEYBYTES_MAX);
    init(hash, key, FK_HASH_SIZE_BYTES);
}

void fk_hash_update(fk_hash *hash, fk_bytes bytes)
{
    int result = crypto_generichash_blake2b_update(state_of(hash), bytes.data, bytes.size_bytes);
    FK_ASSERT(result == 0);
}

void fk_hash_final(fk_hash *hash, uint8_t *digest_out)
{
    int result = crypto_generichash_blake2b_final(state_of(hash), digest_out, hash->size_bytes);
    FK_ASSERT(result == 0);
    fk_wipe(hash, sizeof *hash);
}

void fk_hash_of(fk_bytes bytes, uint8_t digest_out[FK_HASH_SIZE_BYTES])
{
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_hash_update(&hash, bytes);
    fk_hash_final(&hash, digest_out);
}
