/* ChaCha20 and Poly1305 of SQLite3 Multiple Ciphers by libsodium (docs/adr/0020): the same bytes as its own plain C,
 * at several times the speed. cipher.patch leaves the library's own out. */
#include "cipher.h"

#include <sodium.h>

enum { BLOCK_BYTES = 64 };

void fk_sqlite3mc_chacha20_xor(void *data, size_t size_bytes, const uint8_t key[32], const uint8_t nonce[12],
                               uint32_t counter)
{
    /* libsodium ends the program rather than let the counter pass its end. */
    uint64_t to_end_bytes = ((uint64_t)UINT32_MAX - counter + 1) * BLOCK_BYTES;
    size_t first_bytes = size_bytes < to_end_bytes ? size_bytes : (size_t)to_end_bytes;
    uint8_t *bytes = data;
    crypto_stream_chacha20_ietf_xor_ic(bytes, bytes, first_bytes, nonce, counter, key);
    if (first_bytes < size_bytes) {
        crypto_stream_chacha20_ietf_xor_ic(bytes + first_bytes, bytes + first_bytes, size_bytes - first_bytes, nonce,
                                           0, key);
    }
}

void fk_sqlite3mc_poly1305(const uint8_t *message, size_t size_bytes, const uint8_t key[32], uint8_t tag[16])
{
    crypto_onetimeauth_poly1305(tag, message, size_bytes, key);
}
