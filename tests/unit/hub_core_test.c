/* What the hub answers, over its real store: each endpoint, each refusal, and that a refused request leaves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "failing_allocator.h"
#include "hub_fixture.h"

#ifdef FK_BESIDE_A_VAULT
#include <sqlite3.h>
#endif

static hub_fixture fixture;
static hub_fixture *const f = &fixture;

static int begin(void **state)
{
    (void)state;
    hub_fixture_begin(f, 21);
    return 0;
}

static int begin_joined(void **state)
{
    begin(state);
    hub_fixture_join(f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hub_fixture_end(f);
    return 0;
}

static void assert_is(fk_code code, fk_code wanted)
{
    assert_string_equal(fk_code_name((uint8_t)code), fk_code_name((uint8_t)wanted));
}

/* --- push and pull --------------------------------------------------------------------------------- */

static void push__stores_what_another_device_pulls(void **state)
{
    (void)state;
    uint64_t number = 0;
    fk_bytes segment = hub_make_segment(f, &f->worker_chain, 3);
    assert_is(hub_push_one(f, segment, f->worker_token, &number), FK_OK);
    assert_int_equal(number, 1);
    assert_is(hub_push_one(f, segment, f->worker_token, &number), FK_ERR_EXISTS);
    assert_int_equal(number, 1);
    assert_int_equal(hub_pull_count(f, f->founder_token, 0), 1);
    fk_bytes pulled = hub_reply_rest(f, 8 + FK_DIGEST_SIZE_BYTES + 8);
    assert_int_equal(fk_get_u64(pulled.data), 1);
    assert_true(fk_bytes_equal(fk_bytes_of(pulled.data + 8, pulled.size_bytes - 8), segment));
    assert_int_equal(hub_pull_count(f, f->founder_token, 1), 0);
}

int main(void)
{
#ifdef FK_BESIDE_A_VAULT /* the vault's SQLite is started, so that the hub's has to be another one */
    seeded_random generator = { 1 };
    fk_random random_source = seeded_random_port(&generator);
    if (!fk_is_ok(fk_crypto_start(&random_source)) || sqlite3_initialize() != SQLITE_OK ||
        sqlite3_libversion_number() < 3050000) {
        return 1;
    }
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(push__stores_what_another_device_pulls, begin_joined, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
