/* Every allocation fails once while another device's segment is taken in: the store's own, then SQLite's. Nothing is
 * left half done, and the next try succeeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "seeded_random.h"
#include "sqlite_memory.h"
#include "store_peer.h"

static const uint64_t start_ms = 1790000000000;
static seeded_random generator = { 77 };

typedef struct scene {
    fk_arena arena;
    failing_allocator failing;
    store_peer author;
    store_peer reader;
    peer_segments segments;
    fk_buffer before;
    fk_buffer after;
} scene;

static peer_write write_of(uint8_t kind, const char *type, const char *field, const char *value)
{
    return (peer_write){
        .case_id = peer_id(0xC0, 1),
        .record = peer_id(kind, 1),
        .type = type,
        .field = field,
        .value = value,
        .time_ms = start_ms,
    };
}

/* A reader that has a write of its own and one segment of the author's, and is about to take the next, which replaces
 * what it wrote, adds a name to the case and makes a conflict. */
static void scene_begin(scene *s)
{
    memset(s, 0, sizeof *s);
    fk_arena_init(&s->arena, &fk_allocator_libc, 16 * 1024 * 1024);
    failing_allocator_init(&s->failing, FAILING_ALLOCATOR_NEVER);
    store_peer_open(&s->author, &fk_allocator_libc);
    store_peer_open(&s->reader, &s->failing.allocator);
    peer_write reference = write_of(0xC0, "case", "reference", "\"R-1\"");
    peer_write status = write_of(0xC0, "case", "status", "\"open\"");
    peer_write name = write_of(0xA0, "person", "name", "\"Ann Lee\"");
    (void)store_peer_write(&s->reader, &reference);
    (void)store_peer_write(&s->reader, &status);
    store_peer_seal(&s->reader, 8, &s->arena, &s->segments);
    uint32_t ignored = 0;
    assert_true(fk_is_ok(store_peer_take(&s->author, &s->segments.items[0], start_ms, &ignored)));
    s->segments.count = 0;
    for (unsigned i = 0; i < 2; i++) {
        (void)store_peer_replace(&s->author, &reference);
        (void)store_peer_write(&s->author, &status);
        (void)store_peer_write(&s->author, &name);
        store_peer_seal(&s->author, 8, &s->arena, &s->segments);
        name.value = "\"Ann Lea\"";
        if (i == 0) {
            assert_true(fk_is_ok(store_peer_take(&s->reader, &s->segments.items[0], start_ms, &ignored)));
        }
    }
    assert_int_equal(s->segments.count, 2);
    store_peer_dump(&s->reader, &s->before);
    store_peer_dump(&s->author, &s->after);
}

static void scene_end(scene *s)
{
    fk_buffer_free(&s->before);
    fk_buffer_free(&s->after);
    store_peer_close(&s->author);
    store_peer_close(&s->reader);
    assert_int_equal(s->failing.live_count, 0);
    fk_arena_reset(&s->arena);
}

static void assert_dump(store_peer *peer, const fk_buffer *expected)
{
    fk_buffer dump;
    store_peer_dump(peer, &dump);
    assert_true(fk_bytes_equal(fk_buffer_view(&dump), fk_buffer_view(expected)));
    fk_buffer_free(&dump);
}

/* All or nothing. */
static void assert_whole(scene *s, fk_status status)
{
    if (!fk_is_ok(status)) {
        assert_string_equal(fk_code_name(status.code), "no-memory");
    }
    assert_true(fk_is_ok(fk_store_failure(s->reader.store)));
    assert_dump(&s->reader, fk_is_ok(status) ? &s->after : &s->before);
}

static fk_status take(scene *s)
{
    uint32_t ignored = 0;
    return store_peer_take(&s->reader, &s->segments.items[1], start_ms, &ignored);
}

/* Nothing is in the way of the next try. */
static void assert_goes_on(scene *s)
{
    assert_int_equal(take(s).code, FK_OK);
    assert_whole(s, fk_ok());
    fk_store_check_result check;
    assert_true(fk_is_ok(fk_store_check(s->reader.store, &check)));
    assert_true(check.rebuilt_equal);
}

static void apply__survives_each_failed_allocation_of_its_own(void **state)
{
    (void)state;
    uint64_t failure_count = 0;
    for (bool has_failed = true; has_failed; failure_count += has_failed) {
        scene s;
        scene_begin(&s);
        s.failing.fail_at = s.failing.request_count + failure_count;
        fk_status status = take(&s);
        has_failed = failing_allocator_failed(&s.failing);
        s.failing.fail_at = FAILING_ALLOCATOR_NEVER;
        assert_int_equal(status.code, has_failed ? FK_ERR_NO_MEMORY : FK_OK);
        assert_whole(&s, status);
        assert_goes_on(&s);
        scene_end(&s);
    }
    assert_true(failure_count >= 1);
}

/* With statements prepared before, a try that failed leaves the store as it was, and the next k goes on with it. With
 * statements still to be prepared each try needs a store of its own: there every 23rd allocation fails. */
static uint64_t fail_each(uint64_t stride, bool is_reopened)
{
    scene s;
    scene_begin(&s);
    uint64_t failure_count = 0;
    bool has_failed = true;
    for (uint64_t k = 0; has_failed; k += stride) {
        if (is_reopened) {
            store_peer_reopen(&s.reader);
        }
        sqlite_memory_fail_at(k);
        fk_status status = take(&s);
        has_failed = sqlite_memory_heal();
        failure_count += has_failed;
        assert_true(has_failed || fk_is_ok(status));
        assert_whole(&s, status);
        /* SQLite does without some of the memory it asked for. */
        if (fk_is_ok(status) && has_failed) {
            scene_end(&s);
            scene_begin(&s);
        }
    }
    assert_goes_on(&s);
    scene_end(&s);
    return failure_count;
}

static void apply__survives_each_failed_allocation_of_sqlite(void **state)
{
    (void)state;
    uint64_t warm = fail_each(1, false);
    uint64_t cold = fail_each(23, true);
    print_message("%llu and %llu allocations of SQLite failed in turn\n", (unsigned long long)warm,
                  (unsigned long long)cold);
    assert_true(warm > 20);
    assert_true(cold > 20);
}

static int start(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) && sqlite_memory_install() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(apply__survives_each_failed_allocation_of_its_own),
        cmocka_unit_test(apply__survives_each_failed_allocation_of_sqlite),
    };
    return cmocka_run_group_tests_name("store_memory", tests, start, NULL);
}
