/* Making the slot for the agency's recovery key while the power goes, the disk fails or memory runs out, at every
 * place: the vault opens with its passphrase, and the next unlock leaves exactly one slot, for the newest key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "escrow_bench.h"
#include "failing_allocator.h"
#include "key_calls.h"

static sync_bench bench;
static fixture *const device = &bench.devices[1];
static fk_identity keys;
static fk_identity next;

/* Where an unlock makes the slot: none was there, and one for a key that was replaced. */
enum { START_COUNT = 2 };
static memory_disk *starts[START_COUNT];
static const fk_identity *const wanted[START_COUNT] = { &keys, &next };

/* The roster as it is now, and no more of the run. */
static memory_disk *cut_after_roster(void)
{
    assert_false(sync_run_cut(&bench, 1, 3, true));
    return memory_disk_clone(device->disk, 0);
}

static int begin_starts(void **state)
{
    (void)state;
    sync_bench_init(&bench);
    sync_found(&bench);
    sync_join(&bench, 1, FK_DEVICE_TABLET);
    fk_identity_generate(&keys);
    fk_identity_generate(&next);
    name_recovery_key(&bench, 0, &keys);
    starts[0] = cut_after_roster();
    assert_clean(sync_run(&bench, 1));
    name_recovery_key(&bench, 0, &next);
    starts[1] = cut_after_roster();
    return 0;
}

static int end_starts(void **state)
{
    (void)state;
    for (size_t i = 0; i < START_COUNT; i++) {
        memory_disk_free(starts[i]);
    }
    sync_bench_free(&bench);
    return 0;
}

/* A session on a copy of a start; the vault is locked. */
static void reset(size_t start, uint64_t seed, const fk_allocator *allocator)
{
    fk_session_free(device->session);
    device->session = NULL;
    memory_disk_free(device->disk);
    device->disk = memory_disk_clone(starts[start], seed);
    restart_with(device, allocator);
}

static void assert_ends_right(size_t start)
{
    sync_bench_reopen(&bench, 1);
    assert_escrow_opens(device, wanted[start]);
    assert_int_equal(escrow_slot_count(device), 1);
    assert_has(call(device, "escrow.state", "{}"), "\"isHeld\":true");
    assert_has(call(device, "vault.check", "{}"), "\"rebuiltEqual\":true");
}

static void starts__are_where_an_unlock_makes_the_slot(void **state)
{
    (void)state;
    for (size_t start = 0; start < START_COUNT; start++) {
        reset(start, 1, &fk_allocator_libc);
        assert_int_equal(escrow_slot_count(device), start);
        assert_ends_right(start);
    }
}

static void slot__survives_a_power_cut_at_every_write_and_flush(void **state)
{
    (void)state;
    unsigned cut_count = 0;
    for (size_t start = 0; start < START_COUNT; start++) {
        bool is_cut = true;
        for (uint64_t k = 0; is_cut; k++) {
            for (uint64_t seed = 0; seed < 3; seed++) {
                reset(start, seed, &fk_allocator_libc);
                memory_disk_crash_at(device->disk, k);
                (void)unlock(device, RIGHT);
                is_cut = memory_disk_is_down(device->disk);
                cut_count += is_cut;
                memory_disk_crash(device->disk);
                assert_ends_right(start);
            }
        }
    }
    (void)printf("%u power cuts\n", cut_count);
    assert_true(cut_count >= 60);
}

static void slot__survives_every_failing_call_of_the_disk(void **state)
{
    (void)state;
    for (size_t start = 0; start < START_COUNT; start++) {
        for (size_t i = 0; i < MEMORY_DISK_FAULT_COUNT; i++) {
            bool has_failed = true;
            for (uint64_t k = 0; has_failed; k++) {
                reset(start, k, &fk_allocator_libc);
                uint64_t first = memory_disk_count(device->disk, memory_disk_faults[i].operation);
                memory_disk_fail(device->disk, memory_disk_faults[i].operation, k, memory_disk_faults[i].failure);
                (void)unlock(device, RIGHT);
                has_failed = memory_disk_count(device->disk, memory_disk_faults[i].operation) - first > k;
                memory_disk_heal(device->disk);
                memory_disk_crash(device->disk);
                assert_ends_right(start);
            }
        }
    }
}

static void slot__survives_memory_that_ends_anywhere(void **state)
{
    (void)state;
    for (size_t start = 0; start < START_COUNT; start++) {
        failing_allocator failing;
        failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
        bool has_failed = true;
        for (uint64_t k = 0; has_failed; k++) {
            reset(start, k, &failing.allocator);
            failing.fail_at = failing.request_count + k;
            (void)unlock(device, RIGHT);
            has_failed = failing_allocator_failed(&failing);
            failing.fail_at = FAILING_ALLOCATOR_NEVER;
            fk_session_free(device->session);
            device->session = NULL;
            assert_int_equal(failing.live_count, 0);
            assert_ends_right(start);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts__are_where_an_unlock_makes_the_slot),
        cmocka_unit_test(slot__survives_a_power_cut_at_every_write_and_flush),
        cmocka_unit_test(slot__survives_every_failing_call_of_the_disk),
        cmocka_unit_test(slot__survives_memory_that_ends_anywhere),
    };
    return cmocka_run_group_tests(tests, begin_starts, end_starts);
}
