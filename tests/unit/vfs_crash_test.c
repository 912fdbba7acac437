/* Power cuts, failing handles and full disks under real SQLite: every acknowledged transaction
 * survives, one that was not is there whole or not at all, and opening never calls it damage.
 *
 * FK_DISK_SEEDS and FK_DISK_SEED_FROM widen the seeded loop; a failure prints its seed. */
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
#include "test_store.h"

static seeded_random generator = { 11 };

static const char EVERYTHING[] = "SELECT id, step, body FROM t ORDER BY id";

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

/* --- a workload whose state is known before each commit ------------------------------------------ */

typedef struct workload {
    test_store store;
    seeded_random random;
    uint64_t seed;
    int step;
    uint8_t acknowledged[FK_HASH_SIZE_BYTES]; /* state after the last commit that answered OK */
    uint8_t candidate[FK_HASH_SIZE_BYTES];    /* state after the commit under way */
    uint64_t committed_count;
    uint64_t lost_count;
} workload;

static int insert_row(workload *work)
{
    static uint8_t body[30000];
    size_t size_bytes =
        (size_t)seeded_random_below(&work->random, seeded_random_below(&work->random, 4) == 0 ? 30000 : 300);
    memset(body, 'a' + work->step % 26, size_bytes);
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(work->store.db, "INSERT INTO t(step, body) VALUES(?, ?)", -1, &statement, NULL);
    if (code == SQLITE_OK) {
        (void)sqlite3_bind_int(statement, 1, work->step);
        (void)sqlite3_bind_blob(statement, 2, body, (int)size_bytes, SQLITE_STATIC);
        code = sqlite3_step(statement);
    }
    (void)sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int change_rows(workload *work)
{
    char sql[200];
    unsigned pick = (unsigned)seeded_random_below(&work->random, 7);
    switch (seeded_random_below(&work->random, 6)) {
    case 0:
        (void)snprintf(sql, sizeof sql, "UPDATE t SET step = %d WHERE id %% 7 = %u", work->step, pick);
        return test_store_run(&work->store, sql);
    case 1:
        (void)snprintf(sql, sizeof sql, "DELETE FROM t WHERE id %% 7 = %u", pick);
        return test_store_run(&work->store, sql);
    case 2:
        return test_store_run(&work->store, "PRAGMA incremental_vacuum");
    default:
        return insert_row(work);
    }
}

/* One transaction. candidate is set before COMMIT, acknowledged after it. */
static int transact(workload *work)
{
    work->step++;
    int code = test_store_run(&work->store, "BEGIN IMMEDIATE");
    for (uint64_t i = seeded_random_below(&work->random, 4); code == SQLITE_OK; i--) {
        code = change_rows(work);
        if (i == 0) {
            break;
        }
    }
    if (code == SQLITE_OK && !test_store_digest(&work->store, EVERYTHING, work->candidate)) {
        code = SQLITE_IOERR;
    }
    if (code == SQLITE_OK) {
        code = test_store_run(&work->store, "COMMIT");
    }
    if (code == SQLITE_OK) {
        memcpy(work->acknowledged, work->candidate, sizeof work->acknowledged);
        work->committed_count++;
    }
    return code;
}

static void fail_seed(const workload *work, const char *what)
{
    print_error("seed %llu, step %d: %s (damage %d)\n", (unsigned long long)work->seed, work->step, what,
                (int)work->store.report.damage);
    fail();
}

static void workload_begin(workload *work, memory_disk *memory, uint64_t seed)
{
    *work = (workload){ .store = test_store_on(memory), .random = { seed * 7919 + 1 }, .seed = seed };
    assert_code(test_store_create(&work->store), FK_OK);
    assert_int_equal(test_store_run(&work->store, "CREATE TABLE t(id INTEGER PRIMARY KEY, step INT, body BLOB)"), 0);
    assert_true(test_store_digest(&work->store, EVERYTHING, work->acknowledged));
    memcpy(work->candidate, work->acknowledged, sizeof work->candidate);
}

/* What is shown after opening is the state before or after the transaction under way, and from
 * then on it counts as acknowledged. */
static void check_state(workload *work)
{
    uint8_t digest[FK_HASH_SIZE_BYTES];
    if (!test_store_digest(&work->store, EVERYTHING, digest)) {
        fail_seed(work, "the table cannot be read");
    }
    bool is_before = memcmp(digest, work->acknowledged, sizeof digest) == 0;
    bool is_after = memcmp(digest, work->candidate, sizeof digest) == 0;
    if (!is_before && !is_after) {
        fail_seed(work, "an acknowledged transaction is lost or one is there in part");
    }
    if (test_store_number(&work->store, "SELECT integrity_check = 'ok' FROM pragma_integrity_check") != 1) {
        fail_seed(work, "the integrity check found something");
    }
    work->lost_count += !is_after;
    memcpy(work->acknowledged, digest, sizeof digest);
    memcpy(work->candidate, digest, sizeof digest);
}

static void reopen(workload *work)
{
    fk_status status = test_store_open(&work->store);
    if (!fk_is_ok(status)) {
        fail_seed(work, fk_code_name(status.code));
    }
    check_state(work);
}

/* Power cut, sometimes once more while recovering. */
static void crash_and_reopen(workload *work)
{
    memory_disk *memory = work->store.memory;
    test_store_close(&work->store);
    memory_disk_crash(memory);
    while (seeded_random_below(&work->random, 3) == 0) {
        memory_disk_crash_at(memory, seeded_random_below(&work->random, 6));
        fk_status status = test_store_open(&work->store);
        if (fk_is_ok(status)) {
            check_state(work);
            test_store_close(&work->store);
        } else if (!memory_disk_is_down(memory)) {
            fail_seed(work, fk_code_name(status.code));
        }
        memory_disk_crash(memory);
    }
    reopen(work);
}

/* Some transactions and checkpoints until something goes wrong or enough were done. */
static void work_until_trouble(workload *work)
{
    for (int i = 0; i < 12; i++) {
        bool went_well = transact(work) == SQLITE_OK;
        if (went_well && seeded_random_below(&work->random, 5) == 0) {
            went_well = fk_is_ok(fk_vfs_checkpoint(work->store.vfs));
        }
        if (!went_well) {
            return;
        }
    }
}

static uint64_t number_from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

/* --- tests -------------------------------------------------------------------------------------- */

static void store__keeps_every_acknowledged_transaction_through_power_cuts(void **state)
{
    (void)state;
    uint64_t seed_from = number_from_environment("FK_DISK_SEED_FROM", 0);
    uint64_t seed_count = number_from_environment("FK_DISK_SEEDS", 60);
    uint64_t crash_count = 0;
    uint64_t committed_count = 0;
    uint64_t lost_count = 0;
    for (uint64_t seed = seed_from; seed < seed_from + seed_count; seed++) {
        memory_disk *memory = memory_disk_new(seed);
        workload work;
        workload_begin(&work, memory, seed);
        for (int round = 0; round < 6; round++) {
            memory_disk_crash_at(memory, seeded_random_below(&work.random, 40));
            work_until_trouble(&work);
            crash_and_reopen(&work);
            crash_count++;
        }
        committed_count += work.committed_count;
        lost_count += work.lost_count;
        test_store_close(&work.store);
        memory_disk_free(memory);
    }
    print_message("%llu seeds, %llu crashes, %llu commits, %llu unacknowledged ones gone\n",
                  (unsigned long long)seed_count, (unsigned long long)crash_count, (unsigned long long)committed_count,
                  (unsigned long long)lost_count);
    assert_true(committed_count > seed_count * 10);
    assert_true(lost_count > seed_count / 10); /* the cuts do hit transactions */
}

/* Handles that fail without a power cut: short writes leave the store usable, anything else is
 * recovered by opening again; then the power goes. */
static void store__keeps_every_acknowledged_transaction_through_failing_calls(void **state)
{
    (void)state;
    static const struct {
        memory_disk_operation operation;
        memory_disk_failure failure;
    } kinds[] = {
        { MEMORY_DISK_WRITE, MEMORY_DISK_SHORT },  { MEMORY_DISK_WRITE, MEMORY_DISK_BROKEN },
        { MEMORY_DISK_FLUSH, MEMORY_DISK_BROKEN }, { MEMORY_DISK_TRUNCATE, MEMORY_DISK_BROKEN },
        { MEMORY_DISK_READ, MEMORY_DISK_BROKEN },
    };
    uint64_t seed_count = number_from_environment("FK_DISK_SEEDS", 60);
    for (uint64_t seed = 0; seed < seed_count; seed++) {
        memory_disk *memory = memory_disk_new(seed);
        workload work;
        workload_begin(&work, memory, seed + 1000000);
        for (int round = 0; round < 6; round++) {
            size_t kind = seeded_random_below(&work.random, sizeof kinds / sizeof kinds[0]);
            memory_disk_fail(memory, kinds[kind].operation, seeded_random_below(&work.random, 20), kinds[kind].failure);
            work_until_trouble(&work);
            memory_disk_heal(memory);
            if (fk_is_ok(fk_vfs_failure(work.store.vfs))) {
                (void)test_store_run(&work.store, "ROLLBACK");
                check_state(&work); /* a short write: the transaction is gone, the store goes on */
                assert_int_equal(transact(&work), SQLITE_OK);
            }
            test_store_close(&work.store);
            reopen(&work);
            crash_and_reopen(&work);
        }
        test_store_close(&work.store);
        memory_disk_free(memory);
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
                workload_begin(&work, memory, seed);
                for (int i = 0; i < 4; i++) {
                    assert_int_equal(transact(&work), SQLITE_OK);
                }
                memory_disk_crash_at(memory, k);
                is_done = with_checkpoint ? fk_is_ok(fk_vfs_checkpoint(work.store.vfs)) : transact(&work) == SQLITE_OK;
                test_store_close(&work.store);
                memory_disk_crash(memory);
                reopen(&work);
                assert_int_equal(transact(&work), SQLITE_OK);
                crash_and_reopen(&work);
                test_store_close(&work.store);
                memory_disk_free(memory);
            }
            assert_true(k < 50);
        }
    }
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
            workload_begin(&work, memory, seed);
            assert_int_equal(transact(&work), SQLITE_OK);
            memory_disk_fail(memory, MEMORY_DISK_FLUSH, FLUSH_OF_SUPERBLOCK, MEMORY_DISK_BROKEN);
            assert_code(fk_vfs_checkpoint(work.store.vfs), FK_ERR_IO);
            assert_int_equal(test_store_run(&work.store, "INSERT INTO t(step) VALUES(1)"), SQLITE_IOERR);
            test_store_close(&work.store);
            reopen(&work);
            memory_disk_crash_at(memory, k);
            is_done = transact(&work) == SQLITE_OK;
            crash_and_reopen(&work);
            test_store_close(&work.store);
            memory_disk_free(memory);
        }
    }
}

/* No room: commits get SQLITE_FULL and change nothing, reading goes on, also after a restart; with
 * room again everything goes on. */
static void store__survives_a_full_disk(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        memory_disk *memory = memory_disk_new(seed);
        workload work;
        workload_begin(&work, memory, seed);
        memory_disk_set_quota(memory, 300000 + seed * 50000);
        int code = SQLITE_OK;
        while (code == SQLITE_OK) {
            code = transact(&work);
        }
        assert_int_equal(code, SQLITE_FULL);
        assert_int_equal(sqlite3_get_autocommit(work.store.db), 1);
        assert_code(fk_vfs_failure(work.store.vfs), FK_OK);
        memcpy(work.candidate, work.acknowledged, sizeof work.candidate);
        check_state(&work);
        test_store_close(&work.store);
        memory_disk_crash(memory);
        reopen(&work);
        if (work.store.report.rewrite_pending) {
            assert_int_equal(transact(&work), SQLITE_FULL);
            memcpy(work.candidate, work.acknowledged, sizeof work.candidate);
            check_state(&work);
        }
        memory_disk_set_quota(memory, MEMORY_DISK_NO_QUOTA);
        assert_int_equal(transact(&work), SQLITE_OK);
        crash_and_reopen(&work);
        test_store_close(&work.store);
        memory_disk_free(memory);
    }
}

/* With an argument, only the tests whose name matches it: builds with a planted fault use that. */
int main(int argument_count, char **arguments)
{
    if (argument_count > 1) {
        cmocka_set_test_filter(arguments[1]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store__keeps_every_acknowledged_transaction_through_power_cuts),
        cmocka_unit_test(store__keeps_every_acknowledged_transaction_through_failing_calls),
        cmocka_unit_test(store_create__can_be_cut_anywhere),
        cmocka_unit_test(store__can_be_cut_at_each_step_of_commit_and_checkpoint),
        cmocka_unit_test(store__survives_a_checkpoint_whose_last_flush_failed),
        cmocka_unit_test(store__survives_a_full_disk),
    };
    return cmocka_run_group_tests(tests, start_with_seed, NULL);
}
