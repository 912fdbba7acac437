/* libsodium's view of the processor, for WebAssembly.
 *
 * Stands for sodium/runtime.c, which would ask CPUID. Every browser in support runs wasm SIMD, and
 * emcc compiles SSE2 to SSE4.1 intrinsics to it; a browser without it refuses the whole module when
 * it is loaded. Argon2id at 64 MiB takes 205 ms this way and 380 ms without (measured on one
 * machine, Node 20). */
#include "runtime.h"

int sodium_runtime_has_neon(void)
{
    return 0;
}
int sodium_runtime_has_sse2(void)
{
    return 1;
}
int sodium_runtime_has_sse3(void)
{
    return 1;
}
int sodium_runtime_has_ssse3(void)
{
    return 1;
}
int sodium_runtime_has_sse41(void)
{
    return 1;
}
int sodium_runtime_has_avx(void)
{
    return 0;
}
int sodium_runtime_has_avx2(void)
{
    return 0;
}
int sodium_runtime_has_avx512f(void)
{
    return 0;
}
int sodium_runtime_has_pclmul(void)
{
    return 0;
}
int sodium_runtime_has_aesni(void)
{
    return 0;
}
int sodium_runtime_has_rdrand(void)
{
    return 0;
}
int _sodium_runtime_get_cpu_features(void)
{
    return 0;
}
