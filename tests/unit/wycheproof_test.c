/* Published vectors (C2SP/wycheproof) against the library our crypto stands on, through our own functions where there
 * is one: XChaCha20-Poly1305 by fk_aead_open and fk_aead_seal; Ed25519 and X25519 by libsodium as it is linked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "fk/crypto.h"
#include "fk/json.h"
#include "seeded_random.h"
#include "vectors.h"

enum { VALUE_SIZE_BYTES_MAX = 2048 };

static seeded_random generator = { 61 };

typedef struct value {
    uint8_t bytes[VALUE_SIZE_BYTES_MAX];
    size_t size_bytes;
} value;

static int start(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    fk_codec_start(&fk_allocator_libc);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

static value hex_member(const fk_json *object, const char *name)
{
    value result = { .size_bytes = 0 };
    fk_bytes hex = fk_json_string(fk_json_member_text(object, name));
    assert_true(hex.size_bytes % 2 == 0 && hex.size_bytes / 2 <= sizeof result.bytes);
    int code = sodium_hex2bin(result.bytes, sizeof result.bytes, (const char *)hex.data, hex.size_bytes, NULL,
                              &result.size_bytes, NULL);
    assert_int_equal(code, 0);
    assert_int_equal(result.size_bytes, hex.size_bytes / 2);
    return result;
}

static fk_bytes view(const value *of)
{
    return fk_bytes_of(of->bytes, of->size_bytes);
}

typedef void check_function(const fk_json *group, const fk_json *test, bool is_valid, bool is_invalid);

/* Run every test of a file; how many must be at least count_min, so that an empty file fails. */
static void run_file(const char *name, check_function *check, size_t count_min)
{
    char folder[512];
    if (!vectors_folder("wycheproof", folder, sizeof folder)) {
        skip();
    }
    char path[600];
    size_t size_bytes = 0;
    size_t count = 0;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    uint8_t *text = vectors_read_file(path, &size_bytes);
    fk_json_doc *doc = NULL;
    fk_error error = { "" };
    assert_true(
        fk_is_ok(fk_json_parse(&fk_allocator_libc, fk_bytes_of(text, size_bytes), &fk_json_limits_form, &doc, &error)));
    const fk_json *groups = fk_json_member_text(fk_json_root(doc), "testGroups");
    for (const fk_json *group = fk_json_first(groups); group != NULL; group = fk_json_next(group)) {
        const fk_json *tests = fk_json_member_text(group, "tests");
        for (const fk_json *test = fk_json_first(tests); test != NULL; test = fk_json_next(test)) {
            fk_bytes result = fk_json_string(fk_json_member_text(test, "result"));
            check(group, test, fk_bytes_equal_text(result, "valid"), fk_bytes_equal_text(result, "invalid"));
            count++;
        }
    }
    fk_json_doc_free(doc);
    free(text);
    print_message("%s: %zu tests\n", name, count);
    assert_true(count >= count_min);
}

static void check_aead(const fk_json *group, const fk_json *test, bool is_valid, bool is_invalid)
{
    (void)group;
    value key_bytes = hex_member(test, "key");
    value nonce = hex_member(test, "iv");
    if (key_bytes.size_bytes != FK_KEY_SIZE_BYTES || nonce.size_bytes != FK_AEAD_NONCE_SIZE_BYTES) {
        assert_true(is_invalid); /* sizes our types cannot even express */
        return;
    }
    value associated = hex_member(test, "aad");
    value message = hex_member(test, "msg");
    value sealed = hex_member(test, "ct");
    value tag = hex_member(test, "tag");
    fk_key key;
    uint8_t output[VALUE_SIZE_BYTES_MAX + FK_AEAD_TAG_SIZE_BYTES];
    memcpy(key.bytes, key_bytes.bytes, sizeof key.bytes);
    memcpy(sealed.bytes + sealed.size_bytes, tag.bytes, tag.size_bytes);
    sealed.size_bytes += tag.size_bytes;
    bool is_open = fk_is_ok(fk_aead_open(&key, nonce.bytes, view(&associated), view(&sealed), output));
    assert_int_equal(is_open, is_valid);
    if (is_valid) {
        assert_memory_equal(output, message.bytes, message.size_bytes);
        fk_aead_seal(&key, nonce.bytes, view(&associated), view(&message), output);
        assert_memory_equal(output, sealed.bytes, sealed.size_bytes);
    }
}

static void check_signature(const fk_json *group, const fk_json *test, bool is_valid, bool is_invalid)
{
    (void)is_invalid;
    value public_key = hex_member(fk_json_member_text(group, "publicKey"), "pk");
    value message = hex_member(test, "msg");
    value signature = hex_member(test, "sig");
    assert_int_equal(public_key.size_bytes, crypto_sign_ed25519_PUBLICKEYBYTES);
    bool is_accepted =
        signature.size_bytes == crypto_sign_ed25519_BYTES &&
        crypto_sign_ed25519_verify_detached(signature.bytes, message.bytes, message.size_bytes, public_key.bytes) == 0;
    assert_int_equal(is_accepted, is_valid);
}

static void check_exchange(const fk_json *group, const fk_json *test, bool is_valid, bool is_invalid)
{
    (void)group;
    value public_key = hex_member(test, "public");
    value secret_key = hex_member(test, "private");
    value shared = hex_member(test, "shared");
    uint8_t output[crypto_scalarmult_BYTES] = { 0 };
    bool is_done = crypto_scalarmult(output, secret_key.bytes, public_key.bytes) == 0;
    bool is_right = is_done && memcmp(output, shared.bytes, sizeof output) == 0;
    assert_true(is_right || !is_valid);
    /* "acceptable" inputs, such as low order points: refused, or the value everybody gets. */
    assert_true(is_right || !is_done);
    assert_false(is_invalid && is_done);
}

static void xchacha20_poly1305__agrees_with_wycheproof(void **state)
{
    (void)state;
    run_file("xchacha20_poly1305_test.json", check_aead, 300);
}

static void ed25519__agrees_with_wycheproof(void **state)
{
    (void)state;
    run_file("ed25519_test.json", check_signature, 140);
}

static void x25519__agrees_with_wycheproof(void **state)
{
    (void)state;
    run_file("x25519_test.json", check_exchange, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xchacha20_poly1305__agrees_with_wycheproof),
        cmocka_unit_test(ed25519__agrees_with_wycheproof),
        cmocka_unit_test(x25519__agrees_with_wycheproof),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
