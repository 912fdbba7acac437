/* The two functions of SQLite3 Multiple Ciphers that cipher.c does by libsodium. Known to it by these names because
 * the build renames its own (cmake/ThirdParty.cmake). */
#ifndef FK_SQLITE3MC_SODIUM_CIPHER_H
#define FK_SQLITE3MC_SODIUM_CIPHER_H

#include <stddef.h>
#include <stdint.h>

/* XORs data with ChaCha20 (RFC 8439 2.4), in place, from the block `counter` on. In SQLite3MC's page format the first
 * counter is a random number, and after the last block comes block 0. */
void fk_sqlite3mc_chacha20_xor(void *data, size_t size_bytes, const uint8_t key[32], const uint8_t nonce[12],
                               uint32_t counter);

/* Poly1305 (RFC 8439 2.5) of the message, with a key for this message alone. */
void fk_sqlite3mc_poly1305(const uint8_t *message, size_t size_bytes, const uint8_t key[32], uint8_t tag[16]);

#endif
