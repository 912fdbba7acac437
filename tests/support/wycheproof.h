/* wycheproof.h — one file of C2SP/wycheproof's published vectors against the library our crypto stands on: the same
 * comparison natively, in wasm in Node and in browsers.
 *
 * XChaCha20-Poly1305 goes through fk_aead_open() and fk_aead_seal(); Ed25519 and X25519 through libsodium as linked. */
#ifndef FK_WYCHEPROOF_H
#define FK_WYCHEPROOF_H

#include "fk/bytes.h"

/* wrong: our answer is not what the vector says. */
typedef struct wycheproof_result {
    size_t test_count;
    size_t wrong_count;
    int64_t first_wrong_id; /* tcId; 0 when none is wrong */
} wycheproof_result;

/* text        the whole file; borrowed. It names its algorithm. A test with a value we cannot read counts as wrong.
 * result_out  on FK_OK what was counted, else zeros. fk_crypto_start() and fk_codec_start() come before.
 *
 * FK_ERR_NOT_FOUND for a file of another algorithm; those of fk_json_parse(). */
FK_MUST_USE fk_status wycheproof_run(fk_bytes text, wycheproof_result *result_out);

#endif
