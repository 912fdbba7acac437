/* Start and its random check, labels, hashes, sealing, derived keys, identity, signatures, Argon2id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/identity.h"
#include "fk/kdf.h"
#include "seeded_random.h"

static seeded_random generator = { 1 };

static void assert_hex(const uint8_t *bytes, size_t size_bytes, const char *hex)
{
    static const char digits[] = "0123456789abcdef";
    char text[257];
    assert_true(size_bytes * 2 < sizeof text);
    for (size_t i = 0; i < size_bytes; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size_bytes] = '\0';
    assert_string_equal(text, hex);
}

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

/* --- start ---------------------------------------------------------------------------------- */

static void fill_with_zeros(void *ctx, uint8_t *target, size_t size_bytes)
{
    (void)ctx;
    memset(target, 0, size_bytes);
}

static void fill_with_the_same(void *ctx, uint8_t *target, size_t size_bytes)
{
    (void)ctx;
    memset(target, 0xa5, size_bytes);
}

static void fill_with_two_in_turn(void *ctx, uint8_t *target, size_t size_bytes)
{
    uint8_t *turn = ctx;
    memset(target, *turn ^= 1, size_bytes);
}

static void fill_nothing(void *ctx, uint8_t *target, size_t size_bytes)
{
    (void)ctx;
    (void)target;
    (void)size_bytes;
}

static void crypto_start__refuses_a_random_source_that_does_not_work(void **state)
{
    (void)state;
    uint8_t turn = 6;
    const fk_random broken[] = { { fill_with_zeros, NULL },
                                 { fill_with_the_same, NULL },
                                 { fill_with_two_in_turn, &turn },
                                 { fill_nothing, NULL } };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        assert_code(fk_crypto_start(&broken[i]), FK_ERR_NO_RANDOM);
    }
    assert_int_equal(start_with_seed(state), 0);
}

int getentropy(void *target, size_t size_bytes);

static void crypto_start__makes_getentropy_draw_from_the_host(void **state)
{
    (void)state;
    uint8_t drawn[8];
    uint8_t expected[8];
    seeded_random copy = generator;
    fk_random random = seeded_random_port(&copy);
    random.fill(random.ctx, expected, sizeof expected);
    assert_int_equal(getentropy(drawn, sizeof drawn), 0);
    assert_memory_equal(drawn, expected, sizeof drawn);
    fk_id id = fk_random_id();
    assert_memory_not_equal(id.bytes, expected, sizeof expected);
}

/* --- labels --------------------------------------------------------------------------------- */

static void contexts__are_unique_and_none_begins_another(void **state)
{
    (void)state;
    static const char *const labels[] = {
#define LABEL_2(name, text) text,
#define LABEL_3(name, number, text) text,
        FK_CONTEXT_LIST(LABEL_2) FK_PURPOSE_LIST(LABEL_3) FK_KDF_LIST(LABEL_3)
#undef LABEL_2
    };
    enum { COUNT = sizeof labels / sizeof labels[0] };
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < COUNT; k++) {
            assert_true(i == k || strncmp(labels[i], labels[k], strlen(labels[i])) != 0);
        }
    }
    static const char *const kdf_labels[] = { FK_KDF_LIST(LABEL_3) };
#undef LABEL_3
#define NUMBER(name, number, text) number,
    static const int kdf_numbers[] = { FK_KDF_LIST(NUMBER) };
    static const int purpose_numbers[] = { FK_PURPOSE_LIST(NUMBER) };
#undef NUMBER
    for (size_t i = 0; i < sizeof kdf_labels / sizeof kdf_labels[0]; i++) {
        assert_int_equal(strlen(kdf_labels[i]), 8);
        assert_int_equal(kdf_numbers[i], i + 1);
    }
    for (size_t i = 0; i < sizeof purpose_numbers / sizeof purpose_numbers[0]; i++) {
        assert_int_equal(purpose_numbers[i], i + 1);
    }
}

/* --- BLAKE2b -------------------------------------------------------------------------------- */

static void hash__gives_the_published_digests(void **state)
{
    (void)state;
    uint8_t digest[FK_HASH_LONG_SIZE_BYTES];
    /* RFC 7693, appendix A. */
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_LONG_SIZE_BYTES);
    fk_hash_update(&hash, fk_bytes_text("a"));
    fk_hash_update(&hash, fk_bytes_text("bc"));
    fk_hash_final(&hash, digest);
    assert_hex(digest, 64,
               "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
               "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    fk_hash_of(fk_bytes_of(NULL, 0), digest);
    assert_hex(digest, 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

static void mac__depends_on_key_and_every_byte(void **state)
{
    (void)state;
    uint8_t key[32] = { 0 };
    uint8_t message[3] = { 'a', 'b', 'c' };
    uint8_t macs[5][FK_HASH_SIZE_BYTES];
    for (size_t i = 0; i < 5; i++) {
        fk_hash mac;
        key[0] = (uint8_t)(i == 4);
        message[i % 3] = (uint8_t)(message[i % 3] + (i > 0 && i < 4));
        fk_mac_init(&mac, fk_bytes_of(key, sizeof key));
        fk_hash_update(&mac, fk_bytes_of(message, sizeof message));
        fk_hash_final(&mac, macs[i]);
        for (size_t k = 0; k < i; k++) {
            assert_memory_not_equal(macs[i], macs[k], FK_HASH_SIZE_BYTES);
        }
    }
}

/* --- sealing -------------------------------------------------------------------------------- */

static void aead_open__refuses_everything_but_the_sealed_bytes(void **state)
{
    (void)state;
    enum { PLAIN = 20, SEALED = PLAIN + FK_AEAD_TAG_SIZE_BYTES };
    const fk_bytes associated = fk_bytes_text("header");
    uint8_t nonce[FK_AEAD_NONCE_SIZE_BYTES];
    uint8_t sealed[SEALED];
    uint8_t opened[PLAIN];
    static const uint8_t zeros[PLAIN];
    const char *plain = "the quick brown fox ";
    fk_key key;
    fk_key_random(&key);
    fk_random_bytes(nonce, sizeof nonce);
    fk_aead_seal(&key, nonce, associated, fk_bytes_of(plain, PLAIN), sealed);
    assert_code(fk_aead_open(&key, nonce, associated, fk_bytes_of(sealed, SEALED), opened), FK_OK);
    assert_memory_equal(opened, plain, PLAIN);

    for (size_t i = 0; i < SEALED; i++) {
        sealed[i] ^= 1;
        assert_code(fk_aead_open(&key, nonce, associated, fk_bytes_of(sealed, SEALED), opened), FK_ERR_AUTH);
        assert_memory_equal(opened, zeros, PLAIN);
        sealed[i] ^= 1;
    }
    for (size_t size = 0; size < SEALED; size++) {
        assert_code(fk_aead_open(&key, nonce, associated, fk_bytes_of(sealed, size), opened), FK_ERR_AUTH);
    }
    assert_code(fk_aead_open(&key, nonce, fk_bytes_text("headeR"), fk_bytes_of(sealed, SEALED), opened), FK_ERR_AUTH);
    nonce[23] ^= 1;
    assert_code(fk_aead_open(&key, nonce, associated, fk_bytes_of(sealed, SEALED), opened), FK_ERR_AUTH);
    nonce[23] ^= 1;
    key.bytes[0] ^= 1;
    assert_code(fk_aead_open(&key, nonce, associated, fk_bytes_of(sealed, SEALED), opened), FK_ERR_AUTH);
}

/* --- keys ----------------------------------------------------------------------------------- */

/* Golden: a changed derivation would lock every existing vault. */
static void vault_keys__are_derived_as_ever(void **state)
{
    (void)state;
    fk_key master;
    memset(master.bytes, 0x42, sizeof master.bytes);
    fk_vault_keys keys;
    fk_vault_keys_derive(&master, &keys);
    assert_hex(keys.page.bytes, 32, "84ae9eddb1f2cab7e75e6d8fab0f953841dbe7795c22393d5fffb2464c03c7ad");
    assert_hex(keys.store_mac.bytes, 32, "ce5179305b71c1f6a54d28bd067105de9640a8db5f0e4193e2e1edd3402daf3d");
    assert_hex(keys.identity_wrap.bytes, 32, "e1bae6f8f476e82d17d652ae79272b177bf5b2c01a8b7ee6328b11ab410289b2");
    assert_hex(keys.export_file.bytes, 32, "2b3a5755749b106ec613e5f2d2d01264e2baad2c6dab636ef497c1b97bb66cd7");
    fk_vault_keys_wipe(&keys);
    static const fk_vault_keys wiped;
    assert_memory_equal(&keys, &wiped, sizeof keys);
}

static void identity__is_the_same_after_wrap_and_unwrap(void **state)
{
    (void)state;
    fk_identity made;
    fk_identity read;
    fk_key wrap_key;
    uint8_t wrapped[FK_IDENTITY_WRAPPED_SIZE_BYTES];
    fk_key_random(&wrap_key);
    fk_id vault_id = fk_random_id();
    fk_identity_generate(&made);
    fk_identity_wrap(&made, &wrap_key, &vault_id, wrapped);
    assert_code(fk_identity_unwrap(fk_bytes_of(wrapped, sizeof wrapped), &wrap_key, &vault_id, &read), FK_OK);
    assert_memory_equal(&made, &read, sizeof made);
}

static void identity_unwrap__refuses_what_was_changed(void **state)
{
    (void)state;
    static const fk_identity nothing;
    fk_identity identity;
    fk_key wrap_key;
    uint8_t wrapped[FK_IDENTITY_WRAPPED_SIZE_BYTES];
    fk_key_random(&wrap_key);
    fk_id vault_id = fk_random_id();
    fk_identity_generate(&identity);
    fk_identity_wrap(&identity, &wrap_key, &vault_id, wrapped);
    for (size_t i = 0; i < sizeof wrapped; i++) {
        wrapped[i] ^= 0x80;
        assert_code(fk_identity_unwrap(fk_bytes_of(wrapped, sizeof wrapped), &wrap_key, &vault_id, &identity),
                    i == 0 ? FK_ERR_NEWER_VERSION : FK_ERR_AUTH);
        assert_memory_equal(&identity, &nothing, sizeof nothing);
        wrapped[i] ^= 0x80;
        assert_code(fk_identity_unwrap(fk_bytes_of(wrapped, i), &wrap_key, &vault_id, &identity), FK_ERR_DAMAGED);
    }
    fk_id other_vault = fk_random_id();
    assert_code(fk_identity_unwrap(fk_bytes_of(wrapped, sizeof wrapped), &wrap_key, &other_vault, &identity),
                FK_ERR_AUTH);
    wrap_key.bytes[31] ^= 1;
    assert_code(fk_identity_unwrap(fk_bytes_of(wrapped, sizeof wrapped), &wrap_key, &vault_id, &identity), FK_ERR_AUTH);
}

static void verify__accepts_only_the_same_purpose_agency_content_and_key(void **state)
{
    (void)state;
    fk_identity identity;
    fk_identity other;
    uint8_t signature[FK_SIGNATURE_SIZE_BYTES];
    fk_identity_generate(&identity);
    fk_identity_generate(&other);
    fk_id agency = fk_random_id();
    fk_id other_agency = fk_random_id();
    const uint8_t *key = identity.signing_public;
    const fk_bytes content = fk_bytes_text("content");
    fk_sign(&identity, FK_PURPOSE_SEGMENT, &agency, content, signature);
    assert_code(fk_verify(key, FK_PURPOSE_SEGMENT, &agency, content, signature), FK_OK);
    assert_code(fk_verify(key, FK_PURPOSE_ROSTER, &agency, content, signature), FK_ERR_AUTH);
    assert_code(fk_verify(key, FK_PURPOSE_SEGMENT, &other_agency, content, signature), FK_ERR_AUTH);
    assert_code(fk_verify(key, FK_PURPOSE_SEGMENT, &agency, fk_bytes_text("Content"), signature), FK_ERR_AUTH);
    assert_code(fk_verify(other.signing_public, FK_PURPOSE_SEGMENT, &agency, content, signature), FK_ERR_AUTH);
    for (size_t i = 0; i < sizeof signature; i++) {
        signature[i] ^= 4;
        assert_code(fk_verify(key, FK_PURPOSE_SEGMENT, &agency, content, signature), FK_ERR_AUTH);
        signature[i] ^= 4;
    }
}

/* --- Argon2id ------------------------------------------------------------------------------- */

static void kdf__keeps_its_floor_and_ceiling(void **state)
{
    (void)state;
    static const struct {
        uint32_t memory_kib, passes;
        fk_code code;
    } cases[] = {
        { 65536, 3, FK_OK },
        { 1048576, 16, FK_OK },
        { 65535, 3, FK_ERR_WEAK_PARAMETERS },
        { 65536, 2, FK_ERR_WEAK_PARAMETERS },
        { 1048577, 3, FK_ERR_WEAK_PARAMETERS },
        { 65536, 17, FK_ERR_WEAK_PARAMETERS },
        { 0, 0, FK_ERR_WEAK_PARAMETERS },
        { UINT32_MAX, UINT32_MAX, FK_ERR_WEAK_PARAMETERS },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_code(fk_kdf_check_parameters(cases[i].memory_kib, cases[i].passes), cases[i].code);
    }
    static const uint8_t salt[FK_KDF_SALT_SIZE_BYTES] = { 1 };
    uint8_t key[FK_KDF_KEY_SIZE_BYTES] = { 9 };
    assert_code(fk_kdf_argon2id(fk_bytes_text("p"), salt, 1024, 3, key), FK_ERR_WEAK_PARAMETERS);
    assert_int_equal(key[0], 0);
    assert_code(fk_kdf_argon2id(fk_bytes_text(""), salt, 65536, 3, key), FK_ERR_INVALID_INPUT);
    static const uint8_t too_long[FK_KDF_PASSPHRASE_SIZE_BYTES_MAX + 1] = { 'a' };
    assert_code(fk_kdf_argon2id(fk_bytes_of(too_long, sizeof too_long), salt, 65536, 3, key), FK_ERR_INVALID_INPUT);
}

/* The expected key was computed with the reference program: argon2 -id -t 3 -k 65536 -p 1 -l 32. */
static void kdf__gives_the_key_other_implementations_give(void **state)
{
    (void)state;
    uint8_t key[FK_KDF_KEY_SIZE_BYTES];
    const uint8_t *salt = (const uint8_t *)"0123456789abcdef";
    fk_bytes passphrase = fk_bytes_text("correct horse battery staple lamp");
    assert_code(fk_kdf_argon2id(passphrase, salt, 65536, 3, key), FK_OK);
    assert_hex(key, sizeof key, "6b9d2d0a2e12a31e1eed984420cbc5dd3097c81f68642f3032bfacdaf10c80b6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crypto_start__refuses_a_random_source_that_does_not_work),
        cmocka_unit_test(crypto_start__makes_getentropy_draw_from_the_host),
        cmocka_unit_test(contexts__are_unique_and_none_begins_another),
        cmocka_unit_test(hash__gives_the_published_digests),
        cmocka_unit_test(mac__depends_on_key_and_every_byte),
        cmocka_unit_test(aead_open__refuses_everything_but_the_sealed_bytes),
        cmocka_unit_test(vault_keys__are_derived_as_ever),
        cmocka_unit_test(identity__is_the_same_after_wrap_and_unwrap),
        cmocka_unit_test(identity_unwrap__refuses_what_was_changed),
        cmocka_unit_test(verify__accepts_only_the_same_purpose_agency_content_and_key),
        cmocka_unit_test(kdf__keeps_its_floor_and_ceiling),
        cmocka_unit_test(kdf__gives_the_key_other_implementations_give),
    };
    return cmocka_run_group_tests(tests, start_with_seed, NULL);
}
