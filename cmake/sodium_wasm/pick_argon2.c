/* Choose the SIMD paths of Argon2id without sodium_init().
 *
 * For kdf.wasm only. sodium_init() also asks for random bytes, of which that module has no source,
 * and links ciphers it does not use. */
#include "private/implementations.h"

__attribute__((constructor)) static void pick_argon2(void)
{
    (void)_crypto_pwhash_argon2_pick_best_implementation();
    (void)_crypto_generichash_blake2b_pick_best_implementation();
}
