# fk_third_party_sodium for WebAssembly: libsodium's C sources compiled by emcc.
#
# The source archive has no `configure`, so the files stand here as a list: what core/crypto uses
# now and what the design names for later (secretstream, sealed boxes, authentication). Left out:
# AES-GCM, scrypt, ristretto255, shorthash, and every file of an instruction set wasm does not have.
set(SODIUM_ROOT ${FK_DEPS}/libsodium/src/libsodium)
set(SODIUM_GLUE ${CMAKE_CURRENT_LIST_DIR}/sodium_wasm)

set(SODIUM_SOURCES
    crypto_aead/chacha20poly1305/sodium/aead_chacha20poly1305.c
    crypto_aead/xchacha20poly1305/sodium/aead_xchacha20poly1305.c
    crypto_auth/crypto_auth.c
    crypto_auth/hmacsha256/auth_hmacsha256.c
    crypto_auth/hmacsha512/auth_hmacsha512.c
    crypto_auth/hmacsha512256/auth_hmacsha512256.c
    crypto_box/crypto_box.c
    crypto_box/crypto_box_easy.c
    crypto_box/crypto_box_seal.c
    crypto_box/curve25519xchacha20poly1305/box_curve25519xchacha20poly1305.c
    crypto_box/curve25519xchacha20poly1305/box_seal_curve25519xchacha20poly1305.c
    crypto_box/curve25519xsalsa20poly1305/box_curve25519xsalsa20poly1305.c
    crypto_core/ed25519/core_ed25519.c
    crypto_core/ed25519/ref10/ed25519_ref10.c
    crypto_core/hchacha20/core_hchacha20.c
    crypto_core/hsalsa20/core_hsalsa20.c
    crypto_core/hsalsa20/ref2/core_hsalsa20_ref2.c
    crypto_core/salsa/ref/core_salsa_ref.c
    crypto_generichash/blake2b/generichash_blake2.c
    crypto_generichash/blake2b/ref/blake2b-compress-ref.c
    crypto_generichash/blake2b/ref/blake2b-ref.c
    crypto_generichash/blake2b/ref/generichash_blake2b.c
    crypto_generichash/crypto_generichash.c
    crypto_hash/crypto_hash.c
    crypto_hash/sha256/cp/hash_sha256_cp.c
    crypto_hash/sha256/hash_sha256.c
    crypto_hash/sha512/cp/hash_sha512_cp.c
    crypto_hash/sha512/hash_sha512.c
    crypto_kdf/blake2b/kdf_blake2b.c
    crypto_kdf/crypto_kdf.c
    crypto_kx/crypto_kx.c
    crypto_onetimeauth/crypto_onetimeauth.c
    crypto_onetimeauth/poly1305/donna/poly1305_donna.c
    crypto_onetimeauth/poly1305/onetimeauth_poly1305.c
    crypto_pwhash/argon2/argon2-core.c
    crypto_pwhash/argon2/argon2-encoding.c
    crypto_pwhash/argon2/argon2-fill-block-ref.c
    crypto_pwhash/argon2/argon2.c
    crypto_pwhash/argon2/blake2b-long.c
    crypto_pwhash/argon2/pwhash_argon2i.c
    crypto_pwhash/argon2/pwhash_argon2id.c
    crypto_pwhash/crypto_pwhash.c
    crypto_scalarmult/crypto_scalarmult.c
    crypto_scalarmult/curve25519/ref10/x25519_ref10.c
    crypto_scalarmult/curve25519/scalarmult_curve25519.c
    crypto_secretbox/crypto_secretbox.c
    crypto_secretbox/crypto_secretbox_easy.c
    crypto_secretbox/xchacha20poly1305/secretbox_xchacha20poly1305.c
    crypto_secretbox/xsalsa20poly1305/secretbox_xsalsa20poly1305.c
    crypto_secretstream/xchacha20poly1305/secretstream_xchacha20poly1305.c
    crypto_sign/crypto_sign.c
    crypto_sign/ed25519/ref10/keypair.c
    crypto_sign/ed25519/ref10/open.c
    crypto_sign/ed25519/ref10/sign.c
    crypto_sign/ed25519/sign_ed25519.c
    crypto_stream/chacha20/ref/chacha20_ref.c
    crypto_stream/chacha20/stream_chacha20.c
    crypto_stream/crypto_stream.c
    crypto_stream/salsa20/ref/salsa20_ref.c
    crypto_stream/salsa20/stream_salsa20.c
    crypto_stream/xchacha20/stream_xchacha20.c
    crypto_stream/xsalsa20/stream_xsalsa20.c
    crypto_verify/sodium/verify.c
    randombytes/randombytes.c
    sodium/codecs.c
    sodium/core.c
    sodium/utils.c
    sodium/version.c)
set(SODIUM_SIMD_SOURCES
    crypto_generichash/blake2b/ref/blake2b-compress-sse41.c
    crypto_generichash/blake2b/ref/blake2b-compress-ssse3.c
    crypto_pwhash/argon2/argon2-fill-block-ssse3.c
    crypto_stream/chacha20/dolbeau/chacha20_dolbeau-ssse3.c
    crypto_stream/salsa20/xmm6int/salsa20_xmm6int-sse2.c)
list(TRANSFORM SODIUM_SOURCES PREPEND ${SODIUM_ROOT}/)
list(TRANSFORM SODIUM_SIMD_SOURCES PREPEND ${SODIUM_ROOT}/)

# wasm SIMD in these files only, written with intrinsics and made proof against clang 14 by opaque.h;
# nothing is vectorised by the compiler.
set_source_files_properties(${SODIUM_SIMD_SOURCES} PROPERTIES
    COMPILE_OPTIONS "-msimd128;-mssse3;-msse4.1;-fno-vectorize;-fno-slp-vectorize;-include;${SODIUM_GLUE}/opaque.h"
    OBJECT_DEPENDS ${SODIUM_GLUE}/opaque.h)

# What `configure` would write.
set(VERSION 1.0.18)
set(SODIUM_LIBRARY_VERSION_MAJOR 10)
set(SODIUM_LIBRARY_VERSION_MINOR 3)
set(SODIUM_LIBRARY_MINIMAL_DEF "")
configure_file(${SODIUM_ROOT}/include/sodium/version.h.in
    ${PROJECT_BINARY_DIR}/sodium/sodium/version.h @ONLY)
# version.h includes it as its neighbour.
configure_file(${SODIUM_ROOT}/include/sodium/export.h ${PROJECT_BINARY_DIR}/sodium/sodium/export.h COPYONLY)

# runtime.c asks the CPU; ours answers for wasm SIMD. randombytes_sysrandom.c is left out: there is
# no source of random bytes but the one core/crypto sets.
add_library(fk_third_party_sodium STATIC ${SODIUM_SOURCES} ${SODIUM_SIMD_SOURCES} ${SODIUM_GLUE}/runtime.c)
target_include_directories(fk_third_party_sodium SYSTEM PUBLIC
    ${SODIUM_ROOT}/include ${PROJECT_BINARY_DIR}/sodium)
target_include_directories(fk_third_party_sodium PRIVATE
    ${SODIUM_ROOT}/include/sodium ${PROJECT_BINARY_DIR}/sodium/sodium)
set_target_properties(fk_third_party_sodium PROPERTIES C_EXTENSIONS ON)
target_compile_options(fk_third_party_sodium PRIVATE -w -fno-strict-aliasing)
target_compile_definitions(fk_third_party_sodium
    PUBLIC SODIUM_STATIC=1
    PRIVATE CONFIGURED=1 NATIVE_LITTLE_ENDIAN=1 HAVE_WEAK_SYMBOLS=1 HAVE_INLINE_ASM=1
        HAVE_EMMINTRIN_H=1 HAVE_TMMINTRIN_H=1 HAVE_SMMINTRIN_H=1)

# Under __EMSCRIPTEN__ this file ignores randombytes_set_implementation() and calls JavaScript, where
# a stubbed import silently gives zero bytes. Undefined, and without a default implementation, it
# knows only the source that was set; without one the first draw traps.
set_source_files_properties(${SODIUM_ROOT}/randombytes/randombytes.c PROPERTIES COMPILE_OPTIONS
    "-U__EMSCRIPTEN__;-DRANDOMBYTES_CUSTOM_IMPLEMENTATION;-DRANDOMBYTES_DEFAULT_IMPLEMENTATION=NULL")

# For kdf.wasm, which never calls sodium_init().
add_library(fk_third_party_sodium_argon2 OBJECT ${SODIUM_GLUE}/pick_argon2.c)
target_include_directories(fk_third_party_sodium_argon2 PRIVATE ${SODIUM_ROOT}/include/sodium)
target_compile_definitions(fk_third_party_sodium_argon2 PRIVATE CONFIGURED=1)
