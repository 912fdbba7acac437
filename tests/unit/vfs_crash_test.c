/* Power cuts at every step, calls that fail one after the other, full disks, under real SQLite: every
 * acknowledged transaction survives, one that was not is there whole or not at all, and opening never
 * calls it damage. The seeded runs are tests/disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "seeded_random.h"
#include "workload.h"

enum { ROOM_SIZE_BYTES = 100000 };

static seeded_random generator = { 11 };

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

static void must(const workload *work, bool holds)
{
    if (!holds) {
        fail_msg("step %d: %s", work->step, work->complaint);
    }
}

/* Power cut at each write, flush and truncate of creating a store. */
static void store_create__can_be_cut_anywhere(void **state)
{
    (void)state;
    bool is_done = false;
    for (uint64_t k = 0; !is_done; k++) {
        for (uint64_t seed = 0; seed < 10; seed++) {
            memory_disk *memory = memory_disk_new(seed);
            test_store store = test_store_on(memory);
            memory_disk_crash_at(memory, k);
            is_done = fk_is_ok(test_store_create_vfs(&store));
            fk_vfs_close(store.vfs);
            memory_disk_crash(memory);
            store = test_store_on(memory);
            fk_status status = test_store_open(&store);
            if (fk_is_ok(status)) {
                assert_int_equal(test_store_run(&store, "CREATE TABLE t(a)"), SQLITE_OK);
                test_store_close(&store);
            } else {
                /* No key file names this store yet; it is offered for removal. */
                assert_false(is_done);
                assert_true(status.code == FK_ERR_NOT_FOUND || status.code == FK_ERR_DAMAGED);
            }
            memory_disk_free(memory);
        }
    }
}

/* Power cut at each step of a commit and of a checkpoint, each with several outcomes. */
static void store__can_be_cut_at_each_step_of_commit_and_checkpoint(void **state)
{
    (void)state;
    for (int with_checkpoint = 0; with_checkpoint < 2; with_checkpoint++) {
        bool is_done = false;
        for (uint64_t k = 0; !is_done; k++) {
            for (uint64_t seed = 0; seed < 8; seed++) {
                memory_disk *memory = memory_disk_new(seed);
                workload work;
                must(&work, workload_begin(&work, memory, seed));
                for (int i = 0; i < 4; i++) {
                    assert_int_equal(workload_transact(&work), SQLITE_OK);
                }
                memory_disk_crash_at(memory, k);
                is_done = with_checkpoint ? fk_is_ok(fk_vfs_checkpoint(work.store.vfs))
                                          : workload_transact(&work) == SQLITE_OK;
                test_store_close(&work.store);
                memory_disk_crash(memory);
                must(&work, workload_reopen(&work));
                assert_int_equal(workload_transact(&work), SQLITE_OK);
                must(&work, workload_crash(&work));
                test_store_close(&work.store);
                memory_disk_free(memory);
            }
            assert_true(k < 50);
        }
    }
}

/* A store whose page-tag table reaches into the second sector of its superblock, with a log to recover. */
static void make_two_sectors(workload *work, memory_disk *memory, uint64_t seed)
{
    enum { TABLE_PAGES_IN_FIRST_SECTOR = 16, TABLE_PAGES_IN_TWO = 48 };
    must(work, workload_begin(work, memory, seed));
    assert_int_equal(test_store_run(&work->store, "CREATE TABLE pages(body BLOB)"), SQLITE_OK);
    assert_int_equal(test_store_run(&work->store, "INSERT INTO pages VALUES(zeroblob(130000))"), SQLITE_OK);
    uint64_t page_count = test_store_statistics(&work->store).page_count;
    assert_true(page_count > TABLE_PAGES_IN_FIRST_SECTOR && page_count <= TABLE_PAGES_IN_TWO);
    test_store_close(&work->store);
}

/* The same disk after somebody opened it, which moves the log. */
static memory_disk *after_opening(const memory_disk *closed)
{
    memory_disk *opened = memory_disk_clone(closed, 0);
    test_store store = test_store_on(opened);
    assert_code(test_store_open_vfs(&store), FK_OK);
    fk_vfs_close(store.vfs);
    return opened;
}

static uint64_t mutation_count(const memory_disk *memory)
{
    return memory_disk_count(memory, MEMORY_DISK_WRITE) + memory_disk_count(memory, MEMORY_DISK_FLUSH) +
           memory_disk_count(memory, MEMORY_DISK_TRUNCATE);
}

/* An opening wrote the first sector of its superblock, and then the power went. At the next opening it goes again when
 * the superblock was written, of which any sectors are there: the first sector of the first one and the second of the
 * second, which is the same in both, must not come to be a superblock that names the log of the first. */
static void store__is_not_led_astray_by_superblocks_of_two_openings(void **state)
{
    (void)state;
    enum { OUTCOMES = 64, SECTOR_SIZE_BYTES = 512 };
    for (uint64_t seed = 0; seed < 2; seed++) { /* a store of each format */
        memory_disk *torn = memory_disk_new(seed);
        workload work;
        make_two_sectors(&work, torn, seed);
        memory_disk *first = after_opening(torn);
        fk_bytes superblock = memory_disk_content(first, FK_FILE_SUPERBLOCK_0);
        assert_true(superblock.size_bytes > SECTOR_SIZE_BYTES);
        memory_disk_replace(torn, FK_FILE_SUPERBLOCK_0, fk_bytes_of(superblock.data, SECTOR_SIZE_BYTES));
        memory_disk_replace(torn, FK_FILE_LOG_0, memory_disk_content(first, FK_FILE_LOG_0));
        memory_disk *second = after_opening(torn);
        uint64_t last = mutation_count(second) - 1;
        for (uint64_t outcome = 0; outcome < OUTCOMES; outcome++) {
            memory_disk *memory = memory_disk_clone(torn, outcome);
            work.store.memory = memory;
            memory_disk_crash_at(memory, last);
            assert_code(test_store_open_vfs(&work.store), FK_ERR_IO);
            memory_disk_crash(memory);
            must(&work, workload_reopen(&work));
            test_store_close(&work.store);
            memory_disk_free(memory);
        }
        memory_disk_free(second);
        memory_disk_free(first);
        memory_disk_free(torn);
    }
}

/* Each write of a checkpoint is short, one store for each. The superblock's table is long and changed in its first half
 * alone, so that half of it makes a whole one over the older table; the transaction after it goes to the log in use. */
static void store__goes_on_after_a_short_superblock_that_is_whole(void **state)
{
    (void)state;
    enum { FORMAT_COUNT = 2, WRITES = 16 };
    unsigned short_count = 0;
    for (uint64_t k = 0; k < WRITES * FORMAT_COUNT; k++) {
        memory_disk *memory = memory_disk_new(k);
        workload work;
        must(&work, workload_begin(&work, memory, k % FORMAT_COUNT));
        assert_int_equal(test_store_run(&work.store, "CREATE TABLE pages(body BLOB)"), SQLITE_OK);
        assert_int_equal(test_store_run(&work.store, "INSERT INTO pages VALUES(zeroblob(900000))"), SQLITE_OK);
        for (int slot = 0; slot < 2; slot++) {
            assert_int_equal(workload_transact_small(&work), SQLITE_OK);
            assert_code(fk_vfs_checkpoint(work.store.vfs), FK_OK);
        }
        assert_int_equal(workload_transact_small(&work), SQLITE_OK);
        memory_disk_fail(memory, MEMORY_DISK_WRITE, k / FORMAT_COUNT, MEMORY_DISK_SHORT);
        fk_status status = fk_vfs_checkpoint(work.store.vfs);
        assert_true(fk_is_ok(status) || status.code == FK_ERR_FULL);
        short_count += !fk_is_ok(status);
        memory_disk_heal(memory);
        assert_int_equal(workload_transact_small(&work), SQLITE_OK);
        test_store_close(&work.store);
        must(&work, workload_reopen(&work));
        test_store_close(&work.store);
        memory_disk_free(memory);
    }
    /* Pages, log header and superblock, of each format. */
    assert_true(short_count >= 3 * FORMAT_COUNT && short_count < WRITES * FORMAT_COUNT);
}

/* The superblock's flush fails, so it may be in the system's cache only when the store is opened
 * again from it. The next checkpoint must not cut the older log before it is really there. */
static void store__survives_a_checkpoint_whose_last_flush_failed(void **state)
{
    (void)state;
    enum { FLUSH_OF_SUPERBLOCK = 2 };
    for (uint64_t seed = 0; seed < 24; seed++) {
        bool is_done = false;
        for (uint64_t k = 0; !is_done; k++) {
            memory_disk *memory = memory_disk_new(seed * 100 + k);
            workload work;
            must(&work, workload_begin(&work, memory, seed));
            assert_int_equal(workload_transact(&work), SQLITE_OK);
            memory_disk_fail(memory, MEMORY_DISK_FLUSH, FLUSH_OF_SUPERBLOCK, MEMORY_DISK_BROKEN);
            assert_code(fk_vfs_checkpoint(work.store.vfs), FK_ERR_IO);
            assert_int_equal(test_store_run(&work.store, "INSERT INTO t(step) VALUES(1)"), SQLITE_IOERR);
            test_store_close(&work.store);
            must(&work, workload_reopen(&work));
            memory_disk_crash_at(memory, k);
            is_done = workload_transact(&work) == SQLITE_OK;
            must(&work, workload_crash(&work));
            test_store_close(&work.store);
            memory_disk_free(memory);
        }
    }
}

/* A commit is refused because its flush failed, and its record is there all the same. The store is opened, the handles go
 * at one call after the other, and it is opened once more: what somebody sees then, and a command that is sent again
 * takes for done, is still there after a power cut, though nothing was committed. */
static void store__shows_at_opening_what_stays(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 24; seed++) {
        bool is_done = false;
        for (uint64_t k = 0; !is_done; k++) {
            memory_disk *memory = memory_disk_new(seed * 100 + k);
            workload work;
            must(&work, workload_begin(&work, memory, seed));
            assert_int_equal(workload_transact(&work), SQLITE_OK);
            memory_disk_fail(memory, MEMORY_DISK_FLUSH, 0, MEMORY_DISK_BROKEN);
            while (workload_transact(&work) == SQLITE_OK) {
                /* it changed nothing */
            }
            test_store_close(&work.store);
            memory_disk_lose_handles_at(memory, k);
            is_done = fk_is_ok(test_store_open(&work.store));
            test_store_close(&work.store);
            memory_disk_heal(memory);
            must(&work, workload_reopen(&work));
            must(&work, workload_crash(&work));
            test_store_close(&work.store);
            memory_disk_free(memory);
        }
    }
}

/* A record is short by one byte, of its padding; it is refused, and the power goes. Whatever of the write and of its being
 * cut off reached the disk, the transaction is not there. */
static void store__keeps_refused_what_was_short_of_padding(void **state)
{
    (void)state;
    enum { SEEDS = 1500 };
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        memory_disk *memory = memory_disk_new(seed);
        workload work;
        must(&work, workload_begin(&work, memory, 1));
        uint64_t before_bytes = memory_disk_used_bytes(memory);
        assert_int_equal(workload_transact_small(&work), SQLITE_OK);
        uint64_t record_size_bytes = memory_disk_used_bytes(memory) - before_bytes;
        memory_disk_set_quota(memory, memory_disk_used_bytes(memory) + record_size_bytes - 1);
        assert_int_equal(workload_transact_small(&work), SQLITE_FULL);
        workload_refused(&work);
        must(&work, workload_crash(&work));
        test_store_close(&work.store);
        memory_disk_free(memory);
    }
}

/* Opens, commits, takes room, moves the log, commits once more. Stops at what fails; the store may be left open or
 * not. */
static void live(workload *work)
{
    if (fk_is_ok(test_store_open(&work->store)) && workload_transact(work) == SQLITE_OK &&
        fk_is_ok(fk_vfs_reserve(work->store.vfs, ROOM_SIZE_BYTES)) && fk_is_ok(fk_vfs_checkpoint(work->store.vfs))) {
        (void)workload_transact(work);
    }
}

/* SQLite's own method: call number k fails, for each k until none is reached. */
static void store__survives_each_failed_call_in_turn(void **state)
{
    (void)state;
    uint64_t failed_count = 0;
    for (size_t kind = 0; kind < MEMORY_DISK_FAULT_COUNT; kind++) {
        bool has_failed = true;
        for (uint64_t k = 0; has_failed; k++) {
            memory_disk *memory = memory_disk_new(k);
            workload work;
            must(&work, workload_begin(&work, memory, 3));
            assert_int_equal(workload_transact(&work), SQLITE_OK);
            test_store_close(&work.store);
            uint64_t call_count = memory_disk_count(memory, memory_disk_faults[kind].operation);
            memory_disk_fail(memory, memory_disk_faults[kind].operation, k, memory_disk_faults[kind].failure);
            live(&work);
            has_failed = memory_disk_count(memory, memory_disk_faults[kind].operation) > call_count + k;
            assert_true(has_failed || work.counts.acknowledged == 3);
            memory_disk_heal(memory);
            test_store_close(&work.store);
            must(&work, workload_reopen(&work));
            assert_int_equal(workload_transact(&work), SQLITE_OK);
            must(&work, workload_crash(&work));
            test_store_close(&work.store);
            memory_disk_free(memory);
            failed_count += has_failed;
            assert_true(k < 1000);
        }
    }
    print_message("%llu calls failed in turn\n", (unsigned long long)failed_count);
    assert_true(failed_count > 20);
}

/* No room: commits get SQLITE_FULL and change nothing, reading goes on, also after a restart; with
 * room again everything goes on. */
static void store__survives_a_full_disk(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        memory_disk *memory = memory_disk_new(seed);
        workload work;
        must(&work, workload_begin(&work, memory, seed));
        memory_disk_set_quota(memory, 300000 + seed * 50000);
        int code = SQLITE_OK;
        while (code == SQLITE_OK) {
            code = workload_transact(&work);
        }
        assert_int_equal(code, SQLITE_FULL);
        assert_int_equal(sqlite3_get_autocommit(work.store.db), 1);
        assert_code(fk_vfs_failure(work.store.vfs), FK_OK);
        workload_refused(&work);
        must(&work, workload_check(&work));
        test_store_close(&work.store);
        memory_disk_crash(memory);
        must(&work, workload_reopen(&work));
        if (work.store.report.rewrite_pending) {
            assert_int_equal(workload_transact_small(&work), SQLITE_FULL);
            workload_refused(&work);
            must(&work, workload_check(&work));
        }
        memory_disk_set_quota(memory, MEMORY_DISK_NO_QUOTA);
        assert_int_equal(workload_transact(&work), SQLITE_OK);
        must(&work, workload_crash(&work));
        test_store_close(&work.store);
        memory_disk_free(memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_create__can_be_cut_anywhere),
        cmocka_unit_test(store__can_be_cut_at_each_step_of_commit_and_checkpoint),
        cmocka_unit_test(store__is_not_led_astray_by_superblocks_of_two_openings),
        cmocka_unit_test(store__goes_on_after_a_short_superblock_that_is_whole),
        cmocka_unit_test(store__survives_a_checkpoint_whose_last_flush_failed),
        cmocka_unit_test(store__shows_at_opening_what_stays),
        cmocka_unit_test(store__keeps_refused_what_was_short_of_padding),
        cmocka_unit_test(store__survives_each_failed_call_in_turn),
        cmocka_unit_test(store__survives_a_full_disk),
    };
    return cmocka_run_group_tests(tests, start_with_seed, NULL);
}
