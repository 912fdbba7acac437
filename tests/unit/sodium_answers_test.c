/* libsodium's known answers, by its own tests, against the library as it is linked: Argon2id, BLAKE2b, sealed boxes,
 * secretstream, XChaCha20-Poly1305. What each prints is what its .exp file says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fk/crypto.h"
#include "known_answers.h"
#include "seeded_random.h"
#include "vectors.h"

static void assert_answers(const char *name)
{
    char path[1024];
    size_t size_bytes = 0;
    assert_int_equal(known_answers_run(name), 0);
    (void)snprintf(path, sizeof path, "%s/%s.exp", FK_KNOWN_ANSWERS_FOLDER, name);
    uint8_t *expected = vectors_read_file(path, &size_bytes);
    assert_true(size_bytes > 0);
    assert_int_equal(strlen(known_answers_output()), size_bytes);
    assert_memory_equal(known_answers_output(), expected, size_bytes);
    free(expected);
}

static void argon2id__gives_the_known_answers(void **state)
{
    (void)state;
    assert_answers("pwhash_argon2id");
}

static void blake2b__gives_the_known_answers(void **state)
{
    (void)state;
    assert_answers("generichash");
    assert_answers("generichash2");
    assert_answers("generichash3");
}

static void sealed_boxes__give_the_known_answers(void **state)
{
    (void)state;
    assert_answers("box_seal");
}

static void streams__give_the_known_answers(void **state)
{
    (void)state;
    assert_answers("secretstream");
}

static void xchacha20_poly1305__gives_the_known_answers(void **state)
{
    (void)state;
    assert_answers("aead_xchacha20poly1305");
}

static int start(void **state)
{
    (void)state;
    static seeded_random generator = { 71 };
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(argon2id__gives_the_known_answers),
        cmocka_unit_test(blake2b__gives_the_known_answers),
        cmocka_unit_test(sealed_boxes__give_the_known_answers),
        cmocka_unit_test(streams__give_the_known_answers),
        cmocka_unit_test(xchacha20_poly1305__gives_the_known_answers),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
