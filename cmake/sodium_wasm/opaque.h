/* Splats that clang 14 cannot get wrong; included before each SIMD file of libsodium.
 *
 * clang 14 turns "load a number, fill a vector with it" into one load_splat instruction and forgets
 * that it is a load: a store that comes later in the source may be moved before it. ChaCha20 then
 * used the counter of the next four blocks, silently, for every message of 256 bytes or more. The
 * empty statement hides where the number came from. tests/wasm refuses any load_splat in what is
 * shipped (docs/adr/0008). */
#ifndef FK_SODIUM_WASM_OPAQUE_H
#define FK_SODIUM_WASM_OPAQUE_H

#include <emmintrin.h>

#define FK_OPAQUE(type, value)           \
    __extension__({                      \
        type fk_opaque_ = (type)(value); \
        __asm__("" : "+r"(fk_opaque_));  \
        fk_opaque_;                      \
    })

#define _mm_set1_epi32(value) ((__m128i)wasm_i32x4_splat(FK_OPAQUE(int, value)))
#define _mm_set_epi64x(high, low) ((__m128i)wasm_i64x2_make(FK_OPAQUE(long long, low), FK_OPAQUE(long long, high)))
#define _mm_set1_epi64x(value) ((__m128i)wasm_i64x2_splat(FK_OPAQUE(long long, value)))

#endif
