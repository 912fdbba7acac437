/* Published vectors (C2SP/wycheproof) against the library our crypto stands on (support/wycheproof.h). */
#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fk/crypto.h"
#include "fk/json.h"
#include "seeded_random.h"
#include "vectors.h"
#include "wycheproof.h"

static seeded_random generator = { 61 };

static int start(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    fk_codec_start(&fk_allocator_libc);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

/* Run every test of a file; how many must be at least count_min, so that an empty file fails. Then once more with one
 * vector changed, which must be the one that is wrong. */
static void run_file(const char *name, size_t count_min)
{
    char folder[512];
    if (!vectors_folder("wycheproof", folder, sizeof folder)) {
        skip();
    }
    char path[600];
    size_t size_bytes = 0;
    wycheproof_result result;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    uint8_t *text = vectors_read_file(path, &size_bytes);
    assert_true(fk_is_ok(wycheproof_run(fk_bytes_of(text, size_bytes), &result)));
    print_message("%s: %zu tests\n", name, result.test_count);
    assert_true(result.test_count >= count_min);
    assert_int_equal(result.first_wrong_id, 0);
    assert_int_equal(result.wrong_count, 0);

    static const char says[] = "\"result\": \"valid\"";
    static const char changed[] = "\"result\": \"wrong\"";
    uint8_t *at = memmem(text, size_bytes, says, sizeof says - 1);
    assert_non_null(at);
    memcpy(at, changed, sizeof changed - 1);
    assert_true(fk_is_ok(wycheproof_run(fk_bytes_of(text, size_bytes), &result)));
    assert_int_equal(result.wrong_count, 1);
    assert_true(result.first_wrong_id > 0);
    free(text);
}

static void xchacha20_poly1305__agrees_with_wycheproof(void **state)
{
    (void)state;
    run_file("xchacha20_poly1305_test.json", 300);
}

static void ed25519__agrees_with_wycheproof(void **state)
{
    (void)state;
    run_file("ed25519_test.json", 140);
}

static void x25519__agrees_with_wycheproof(void **state)
{
    (void)state;
    run_file("x25519_test.json", 500);
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
