/* The hub on a disk that loses power or room at any write: what was acknowledged is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "crash_vfs.h"
#include "hub_fixture.h"

enum { SEED_COUNT = 12, PUSH_COUNT = 24, SEGMENT_SIZE_MAX = 1024 };

static hub_fixture fixture;
static hub_fixture *const f = &fixture;
static seeded_random generator;

static void begin(uint64_t seed)
{
    generator.state = seed;
    crash_vfs_begin(seed);
    hub_fixture_begin(f, seed);
    hub_fixture_join(f);
}

static void end(void)
{
    hub_fixture_end(f);
    crash_vfs_end();
}

/* FK_OK with *code_out only when the flush is done. */
static fk_status push(fk_bytes segment, fk_code *code_out)
{
    enum { OUTCOME = 8 + FK_DIGEST_SIZE_BYTES };
    fk_code code = FK_ERR_BUG;
    *code_out = FK_ERR_BUG;
    FK_TRY(fk_hub_begin(f->hub));
    hub_frame(f, FK_FRAME_PUSH, 1);
    hub_add(f, segment.data, segment.size_bytes);
    fk_status status = hub_handle(f, true, "/v1/push", "", f->worker_token, &code);
    if (!fk_is_ok(status)) {
        fk_hub_rollback(f->hub);
        return status;
    }
    FK_TRY(fk_hub_commit(f->hub));
    *code_out = (fk_code)fk_get_u16(hub_reply_rest(f, OUTCOME).data);
    return fk_ok();
}

static void assert_sound(uint64_t at_least, uint64_t at_most)
{
    fk_hub_report report;
    fk_error error;
    fk_status status = fk_hub_check(f->hub, &report, &error);
    if (!fk_is_ok(status)) {
        fail_msg("%s", error.detail);
    }
    assert_in_range(report.segment_count, at_least, at_most);
}

/* Push one segment until it is acknowledged. The power goes after some of the writes it needs. */
static uint64_t push_through(uint64_t acknowledged, void (*break_at)(uint64_t k), bool restarts)
{
    uint8_t bytes[SEGMENT_SIZE_MAX];
    fk_bytes segment = hub_make_segment(f, &f->worker_chain, 1);
    memcpy(bytes, segment.data, segment.size_bytes);
    segment = fk_bytes_of(bytes, segment.size_bytes);
    uint64_t crashes = 0;
    fk_code code = FK_ERR_BUG;
    break_at(seeded_random_below(&generator, 40));
    while (!fk_is_ok(push(segment, &code))) {
        assert_true(crash_vfs_is_down());
        crashes++;
        if (restarts) {
            fk_hub_close(f->hub);
            f->hub = NULL;
        }
        crash_vfs_restart();
        if (restarts) {
            assert_code(hub_fixture_restart(f, &fk_allocator_libc), FK_OK);
        }
        assert_sound(acknowledged, acknowledged + (restarts ? 1 : 0));
        break_at(seeded_random_below(&generator, 40));
    }
    assert_true(code == FK_OK || code == FK_ERR_EXISTS);
    return crashes;
}

static void push_all(void (*break_at)(uint64_t k), bool restarts)
{
    uint64_t crashes = 0;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++) {
        begin(seed);
        for (uint64_t acknowledged = 0; acknowledged < PUSH_COUNT; acknowledged++) {
            crashes += push_through(acknowledged, break_at, restarts);
        }
        fk_hub_close(f->hub); /* the power may go in the checkpoint of a clean end too */
        f->hub = NULL;
        crash_vfs_restart();
        assert_code(hub_fixture_restart(f, &fk_allocator_libc), FK_OK);
        assert_sound(PUSH_COUNT, PUSH_COUNT);
        end();
    }
    assert_true(crashes > SEED_COUNT);
    print_message("%llu failures in %u pushes\n", (unsigned long long)crashes, SEED_COUNT * PUSH_COUNT);
}

static void hub__keeps_every_acknowledged_segment_through_power_cuts(void **state)
{
    (void)state;
    push_all(crash_vfs_crash_at, true);
}

static void hub__goes_on_when_a_full_disk_has_room_again(void **state)
{
    (void)state;
    push_all(crash_vfs_fill_at, false);
}

static void open__cut_at_any_write_leaves_a_store_that_opens(void **state)
{
    (void)state;
    bool is_done = false;
    for (uint64_t k = 0; !is_done; k++) {
        fk_hub *hub = NULL;
        fk_error error;
        crash_vfs_begin(k + 1);
        crash_vfs_crash_at(k);
        is_done = fk_is_ok(fk_hub_open("sqlite:/hub.db", &fk_allocator_libc, &hub, &error)) && !crash_vfs_is_down();
        fk_hub_close(hub);
        crash_vfs_restart();
        assert_code(fk_hub_open("sqlite:/hub.db", &fk_allocator_libc, &hub, &error), FK_OK);
        fk_hub_close(hub);
        crash_vfs_end();
        assert_true(k < 200);
    }
}

int main(void)
{
    seeded_random source = { 1 };
    fk_random random_source = seeded_random_port(&source);
    if (!fk_is_ok(fk_crypto_start(&random_source))) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hub__keeps_every_acknowledged_segment_through_power_cuts),
        cmocka_unit_test(hub__goes_on_when_a_full_disk_has_room_again),
        cmocka_unit_test(open__cut_at_any_write_leaves_a_store_that_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
