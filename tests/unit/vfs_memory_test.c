/* Every allocation of the VFS and of SQLite fails once, at each step of a store's life: nothing
 * acknowledged is lost, nothing leaks, the store goes on or opens again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "seeded_random.h"
#include "sqlite_memory.h"
#include "test_store.h"

static seeded_random generator = { 51 };

static void assert_code(fk_status status, fk_code code)
{
    assert_string_equal(fk_code_name(status.code), fk_code_name((uint8_t)code));
}

static int start(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) && sqlite_memory_install() ? 0 : -1;
}

/* --- the life of a store ------------------------------------------------------------------------------------ */

enum { ROWS_BEFORE = 2 };

static memory_disk *disk_with_a_store(void)
{
    memory_disk *memory = memory_disk_new(1);
    test_store store = test_store_on(memory);
    assert_code(test_store_create(&store), FK_OK);
    assert_int_equal(test_store_run(&store, "CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)"), SQLITE_OK);
    for (int i = 0; i < ROWS_BEFORE; i++) {
        assert_int_equal(test_store_run(&store, "INSERT INTO t(body) VALUES(zeroblob(20000))"), SQLITE_OK);
    }
    test_store_close(&store);
    return memory;
}

/* Commit, room, checkpoint, commit on an open store. How many of the two commits were acknowledged? */
static int live(test_store *store)
{
    int acknowledged = 0;
    acknowledged += test_store_run(store, "INSERT INTO t(body) VALUES(zeroblob(70000))") == SQLITE_OK;
    fk_status status = fk_vfs_reserve(store->vfs, 100000);
    assert_true(status.code == FK_OK || status.code == FK_ERR_NO_MEMORY);
    status = fk_vfs_checkpoint(store->vfs);
    assert_true(status.code == FK_OK || status.code == FK_ERR_NO_MEMORY);
    acknowledged += test_store_run(store, "INSERT INTO t(body) VALUES(zeroblob(300000))") == SQLITE_OK;
    assert_code(fk_vfs_failure(store->vfs), FK_OK); /* lack of memory breaks nothing */
    return acknowledged;
}

static void check_rows(memory_disk *memory, int rows)
{
    test_store store = test_store_on(memory);
    memory_disk_crash(memory);
    assert_code(test_store_open(&store), FK_OK);
    assert_int_equal(test_store_number(&store, "SELECT count(*) FROM t"), rows);
    assert_int_equal(test_store_number(&store, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    test_store_close(&store);
}

static void store__survives_each_failed_allocation_of_its_own(void **state)
{
    (void)state;
    bool has_failed = true;
    for (uint64_t k = 0; has_failed; k++) {
        failing_allocator failing;
        failing_allocator_init(&failing, k);
        memory_disk *memory = disk_with_a_store();
        test_store store = test_store_on(memory);
        store.allocator = &failing.allocator;
        int acknowledged = fk_is_ok(test_store_open(&store)) ? live(&store) : 0;
        has_failed = failing_allocator_failed(&failing);
        assert_true(has_failed || acknowledged == 2);
        test_store_close(&store);
        assert_int_equal(failing.live_bytes, 0);
        check_rows(memory, ROWS_BEFORE + acknowledged);
        memory_disk_free(memory);
        assert_true(k < 1000);
    }
}

static void store_create__survives_each_failed_allocation(void **state)
{
    (void)state;
    bool has_failed = true;
    for (uint64_t k = 0; has_failed; k++) {
        failing_allocator failing;
        failing_allocator_init(&failing, k);
        memory_disk *memory = memory_disk_new(1);
        test_store store = test_store_on(memory);
        store.allocator = &failing.allocator;
        fk_status status = test_store_create_vfs(&store);
        has_failed = failing_allocator_failed(&failing);
        assert_code(status, has_failed ? FK_ERR_NO_MEMORY : FK_OK);
        fk_vfs_close(store.vfs);
        assert_int_equal(failing.live_bytes, 0);
        memory_disk_free(memory);
    }
}

/* From the first statement on. Opening a connection is left out: there SQLite3 Multiple Ciphers 2.3.5
 * itself uses memory it did not get (sqlite3mcCloneCodecParameterTable), which stops the program
 * before anything is written. */
static void store__survives_each_failed_allocation_of_sqlite(void **state)
{
    (void)state;
    uint64_t failure_count = 0;
    for (uint64_t k = 0;; k++) {
        memory_disk *memory = disk_with_a_store();
        test_store store = test_store_on(memory);
        assert_code(test_store_open(&store), FK_OK);
        sqlite_memory_fail_at(k);
        int acknowledged = live(&store);
        bool has_failed = sqlite_memory_heal();
        test_store_close(&store);
        check_rows(memory, ROWS_BEFORE + acknowledged);
        memory_disk_free(memory);
        if (!has_failed) {
            assert_int_equal(acknowledged, 2);
            break;
        }
        failure_count++;
    }
    print_message("%llu allocations of SQLite failed in turn\n", (unsigned long long)failure_count);
    assert_true(failure_count > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_create__survives_each_failed_allocation),
        cmocka_unit_test(store__survives_each_failed_allocation_of_its_own),
        cmocka_unit_test(store__survives_each_failed_allocation_of_sqlite),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
