/* Real SQLite over the VFS: what a commit costs, what is refused, that nothing readable reaches the
 * disk, caps, checkpoints, several stores in one process. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "seeded_random.h"
#include "test_store.h"

static seeded_random generator = { 41 };

static void assert_code(fk_status status, fk_code code)
{
    assert_string_equal(fk_code_name(status.code), fk_code_name((uint8_t)code));
}

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

static test_store new_store(memory_disk *memory)
{
    test_store store = test_store_on(memory);
    assert_code(test_store_create(&store), FK_OK);
    assert_int_equal(test_store_run(&store, "CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)"), SQLITE_OK);
    return store;
}

static void end_store(test_store *store)
{
    test_store_close(store);
    memory_disk_free(store->memory);
}

/* --- randomness (first: SQLite's cipher seeds itself once per process) ---------------------------------- */

/* A session of its own: nonce and tag of the first page it writes. */
static void run_session(uint64_t seed, uint8_t nonce_and_tag_out[32])
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        seeded_random own = { seed };
        fk_random random = seeded_random_port(&own);
        bool is_started = fk_is_ok(fk_crypto_start(&random));
        test_store store = test_store_on(memory_disk_new(0));
        bool is_made = is_started && fk_is_ok(test_store_create(&store));
        fk_bytes log = memory_disk_content(store.memory, FK_FILE_LOG_1);
        const uint8_t *end_of_page = log.data + 512 + 136 + vfs_format_page_size_bytes(VFS_FORMAT_NEWEST);
        _exit(is_made && write(ends[1], end_of_page - 32, 32) == 32 ? 0 : 1);
    }
    int status = -1;
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], nonce_and_tag_out, 32), 32);
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void sessions__draw_their_page_nonces_from_the_host(void **state)
{
    (void)state;
    uint8_t first[32];
    uint8_t second[32];
    uint8_t same_as_first[32];
    run_session(1, first);
    run_session(2, second);
    run_session(1, same_as_first);
    assert_memory_not_equal(first, second, 16); /* nonces */
    assert_memory_not_equal(first + 16, second + 16, 16);
    /* And from nowhere else: the same host bytes give the same nonce. */
    assert_memory_equal(first, same_as_first, sizeof first);
}

static void pages__get_a_new_nonce_at_each_write(void **state)
{
    (void)state;
    test_store store = new_store(memory_disk_new(1));
    uint8_t nonces[2][16];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(test_store_run(&store, "REPLACE INTO t VALUES(1, 'the same')"), SQLITE_OK);
        assert_code(fk_vfs_checkpoint(store.vfs), FK_OK);
        fk_bytes pages = memory_disk_content(store.memory, FK_FILE_PAGES);
        memcpy(nonces[i], pages.data + pages.size_bytes - 32, 16); /* of the table's leaf */
    }
    assert_memory_not_equal(nonces[0], nonces[1], 16);
    end_store(&store);
}

/* --- what reaches the disk ------------------------------------------------------------------------------- */

static void commit__is_one_write_and_one_flush(void **state)
{
    (void)state;
    static const char *const transactions[] = {
        "INSERT INTO t(body) VALUES('one row')",
        "INSERT INTO t(body) WITH n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n LIMIT 3000) SELECT i FROM n",
        "CREATE VIRTUAL TABLE words USING fts5(text)",
        "INSERT INTO words(words, rank) VALUES('secure-delete', 1)",
        "INSERT INTO words SELECT body FROM t",
        "BEGIN; SAVEPOINT a; DELETE FROM t; ROLLBACK TO a; UPDATE t SET body = 'x' WHERE id < 9; COMMIT",
        "DELETE FROM words WHERE rowid < 1000",
        "BEGIN; DELETE FROM t WHERE id > 10; PRAGMA incremental_vacuum; COMMIT",
    };
    test_store store = new_store(memory_disk_new(1));
    for (size_t i = 0; i < sizeof transactions / sizeof transactions[0]; i++) {
        uint64_t writes = memory_disk_count(store.memory, MEMORY_DISK_WRITE);
        uint64_t flushes = memory_disk_count(store.memory, MEMORY_DISK_FLUSH);
        uint64_t commits = test_store_statistics(&store).commit_count;
        assert_int_equal(test_store_run(&store, transactions[i]), SQLITE_OK);
        assert_int_equal(memory_disk_count(store.memory, MEMORY_DISK_WRITE), writes + 1);
        assert_int_equal(memory_disk_count(store.memory, MEMORY_DISK_FLUSH), flushes + 1);
        assert_int_equal(test_store_statistics(&store).commit_count, commits + 1);
    }
    assert_int_equal(test_store_statistics(&store).refused_write_count, 0);
    assert_int_equal(test_store_statistics(&store).checkpoint_count, 0);
    end_store(&store);
}

static void disk__never_holds_anything_readable(void **state)
{
    (void)state;
    static const char *const canaries[] = { "CANARY-VALUE-7f3a", "canary_column", "canary_table", "SQLite format",
                                            "INSERT INTO",       "sqlite_",       "CREATE" };
    test_store store = new_store(memory_disk_new(1));
    assert_int_equal(test_store_run(&store, "CREATE TABLE canary_table(canary_column)"), SQLITE_OK);
    assert_int_equal(test_store_run(&store, "CREATE VIRTUAL TABLE words USING fts5(text)"), SQLITE_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(test_store_run(&store, "INSERT INTO canary_table VALUES('CANARY-VALUE-7f3a')"), SQLITE_OK);
        assert_int_equal(test_store_run(&store, "INSERT INTO words VALUES('CANARY-VALUE-7f3a')"), SQLITE_OK);
        assert_code(fk_vfs_checkpoint(store.vfs), FK_OK);
    }
    assert_int_equal(test_store_run(&store, "DELETE FROM canary_table"), SQLITE_OK);
    for (size_t i = 0; i < sizeof canaries / sizeof canaries[0]; i++) {
        assert_false(memory_disk_contains(store.memory, fk_bytes_text(canaries[i])));
    }
    /* The search itself finds what is there. */
    assert_true(memory_disk_contains(store.memory, fk_bytes_text("FKSUPER\n")));
    end_store(&store);
}

static void database__is_encrypted_as_intended(void **state)
{
    (void)state;
    test_store store = new_store(memory_disk_new(1));
    int reserved_bytes = -1;
    assert_int_equal(sqlite3_file_control(store.db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved_bytes), SQLITE_OK);
    assert_int_equal(reserved_bytes, 32);
    assert_code(fk_vfs_checkpoint(store.vfs), FK_OK);
    static const uint8_t plain_header[8] = { 0x10, 0x00, 0x01, 0x01, 0x20, 0x40, 0x20, 0x20 };
    assert_memory_equal(memory_disk_content(store.memory, FK_FILE_PAGES).data + 16, plain_header, 8);
    end_store(&store);
}

/* --- refusals ---------------------------------------------------------------------------------------------- */

static void writes__outside_a_batch_are_refused(void **state)
{
    (void)state;
    static const char *const settings[] = { "PRAGMA cache_spill=1; PRAGMA cache_size=5", "PRAGMA synchronous=OFF" };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        test_store store = new_store(memory_disk_new(1));
        assert_int_equal(test_store_run(&store, "INSERT INTO t VALUES(1, 'kept')"), SQLITE_OK);
        assert_int_equal(test_store_run(&store, settings[i]), SQLITE_OK);
        int code = test_store_run(&store, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)"
                                          "INSERT INTO t(body) SELECT zeroblob(8000) FROM n");
        assert_int_equal(code & 0xff, SQLITE_IOERR);
        assert_true(test_store_statistics(&store).refused_write_count > 0);
        test_store_close(&store);
        assert_code(test_store_open(&store), FK_OK);
        assert_int_equal(test_store_number(&store, "SELECT count(*) FROM t"), 1);
        end_store(&store);
    }
}

static void files__other_than_an_open_store_are_refused(void **state)
{
    (void)state;
    test_store store = new_store(memory_disk_new(1));
    sqlite3 *other = NULL;
    char name[40];
    (void)snprintf(name, sizeof name, "%s", fk_vfs_name(store.vfs));
    assert_int_equal(sqlite3_open_v2(name, &other, SQLITE_OPEN_READWRITE, NULL), SQLITE_CANTOPEN); /* a second time */
    (void)sqlite3_close(other);
    test_store_close(&store);
    assert_int_equal(sqlite3_open_v2(name, &other, SQLITE_OPEN_READWRITE, NULL), SQLITE_CANTOPEN); /* closed */
    (void)sqlite3_close(other);
    assert_int_equal(sqlite3_open_v2("/tmp/x.db", &other, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL),
                     SQLITE_CANTOPEN);
    (void)sqlite3_close(other);
    memory_disk_free(store.memory);
}

static void sql__has_no_clock(void **state)
{
    (void)state;
    test_store store = new_store(memory_disk_new(1));
    assert_int_equal(test_store_number(&store, "SELECT ifnull(length(datetime('now')), 0)"), 0);
    assert_int_equal(test_store_number(&store, "SELECT length(datetime(0, 'unixepoch'))"), 19);
    end_store(&store);
}

static void a_failing_handle__stops_the_store_until_it_is_opened_again(void **state)
{
    (void)state;
    static const memory_disk_operation operations[] = { MEMORY_DISK_WRITE, MEMORY_DISK_FLUSH, MEMORY_DISK_READ };
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        test_store store = new_store(memory_disk_new(1));
        assert_int_equal(test_store_run(&store, "INSERT INTO t VALUES(1, zeroblob(50000))"), SQLITE_OK);
        test_store_close(&store);
        assert_code(test_store_open(&store), FK_OK); /* an empty page cache */
        memory_disk_fail(store.memory, operations[i], 0, MEMORY_DISK_BROKEN);
        int code = test_store_run(&store, "UPDATE t SET body = body || 'x'; INSERT INTO t VALUES(2, 'b')");
        assert_true((code & 0xff) == SQLITE_IOERR || code == SQLITE_CORRUPT);
        assert_code(fk_vfs_failure(store.vfs), FK_ERR_IO);
        assert_code(fk_vfs_checkpoint(store.vfs), FK_ERR_IO);
        assert_int_not_equal(test_store_run(&store, "INSERT INTO t VALUES(3, 'c')"), SQLITE_OK);
        test_store_close(&store);
        assert_code(test_store_open(&store), FK_OK);
        assert_int_equal(test_store_number(&store, "SELECT count(*) FROM t WHERE id = 1"), 1);
        assert_int_equal(test_store_number(&store, "SELECT count(*) FROM t WHERE id = 3"), 0);
        assert_int_equal(test_store_run(&store, "INSERT INTO t VALUES(4, 'd')"), SQLITE_OK);
        end_store(&store);
    }
}

/* --- caps and checkpoints ------------------------------------------------------------------------------------ */

static void a_transaction_over_12_mib__is_full_and_gone(void **state)
{
    (void)state;
    test_store store = new_store(memory_disk_new(1));
    assert_int_equal(test_store_run(&store, "INSERT INTO t VALUES(1, zeroblob(13000000))"), SQLITE_FULL);
    assert_int_equal(sqlite3_get_autocommit(store.db), 1);
    assert_int_equal(test_store_number(&store, "SELECT count(*) FROM t"), 0);
    assert_int_equal(test_store_run(&store, "INSERT INTO t VALUES(1, zeroblob(11000000))"), SQLITE_OK);
    assert_int_equal(test_store_number(&store, "SELECT length(body) FROM t"), 11000000);
    end_store(&store);
}

static void the_log__moves_into_the_pages_at_4_mib_in_large_writes(void **state)
{
    (void)state;
    test_store store = new_store(memory_disk_new(1));
    uint64_t checkpoint_count = 0;
    while (checkpoint_count < 3) {
        uint64_t log_bytes = test_store_statistics(&store).log_bytes;
        uint64_t writes = memory_disk_count(store.memory, MEMORY_DISK_WRITE);
        assert_int_equal(test_store_run(&store, "INSERT INTO t(body) VALUES(zeroblob(300000))"), SQLITE_OK);
        writes = memory_disk_count(store.memory, MEMORY_DISK_WRITE) - writes;
        fk_vfs_statistics statistics = test_store_statistics(&store);
        if (statistics.checkpoint_count == checkpoint_count) {
            assert_true(statistics.log_bytes > log_bytes && statistics.log_bytes <= FK_VFS_CHECKPOINT_AT_BYTES);
            assert_int_equal(writes, 1);
        } else {
            /* Pages in a few runs of at most 1 MiB, log header, superblock, then the record. */
            checkpoint_count = statistics.checkpoint_count;
            assert_true(log_bytes > 3 * FK_VFS_CHECKPOINT_AT_BYTES / 4);
            assert_true(statistics.log_bytes < log_bytes);
            assert_true(writes <= 10);
        }
    }
    test_store_close(&store);
    assert_code(test_store_open(&store), FK_OK);
    assert_int_equal(test_store_number(&store, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    end_store(&store);
}

/* Checkpoints find no room: the log goes on to its cap, then commits are full; with room all goes on. */
static void the_log__stops_at_32_mib(void **state)
{
    (void)state;
    test_store store = new_store(memory_disk_new(1));
    memory_disk_set_file_quota(store.memory, FK_FILE_PAGES, 100000);
    int64_t rows = 0;
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        code = test_store_run(&store, "INSERT INTO t(body) VALUES(zeroblob(1500000))");
        rows += code == SQLITE_OK;
    }
    assert_int_equal(code, SQLITE_FULL);
    uint64_t log_bytes = test_store_statistics(&store).log_bytes;
    assert_true(log_bytes > FK_VFS_LOG_SIZE_BYTES_MAX - 2000000 && log_bytes <= FK_VFS_LOG_SIZE_BYTES_MAX);
    assert_code(fk_vfs_checkpoint(store.vfs), FK_ERR_FULL);
    assert_int_equal(test_store_number(&store, "SELECT count(*) FROM t"), rows);
    memory_disk_set_file_quota(store.memory, FK_FILE_PAGES, MEMORY_DISK_NO_QUOTA);
    assert_int_equal(test_store_run(&store, "INSERT INTO t(body) VALUES(zeroblob(1500000))"), SQLITE_OK);
    assert_int_equal(test_store_statistics(&store).checkpoint_count, 1);
    assert_int_equal(test_store_number(&store, "SELECT count(*) FROM t"), rows + 1);
    end_store(&store);
}

static void a_database__shrinks_and_stays_so(void **state)
{
    (void)state;
    test_store store = new_store(memory_disk_new(1));
    assert_int_equal(test_store_run(&store, "INSERT INTO t VALUES(1, zeroblob(400000))"), SQLITE_OK);
    uint64_t page_count = test_store_statistics(&store).page_count;
    assert_int_equal(test_store_run(&store, "DELETE FROM t; PRAGMA incremental_vacuum"), SQLITE_OK);
    uint64_t small_count = test_store_statistics(&store).page_count;
    assert_true(small_count < page_count - 40);
    assert_int_equal(test_store_run(&store, "INSERT INTO t VALUES(1, 'a')"), SQLITE_OK);
    assert_int_equal(test_store_statistics(&store).page_count, small_count);
    assert_code(fk_vfs_checkpoint(store.vfs), FK_OK);
    test_store_close(&store);
    assert_code(test_store_open(&store), FK_OK);
    assert_int_equal(test_store_statistics(&store).page_count, small_count);
    assert_int_equal(test_store_run(&store, "INSERT INTO t VALUES(2, zeroblob(400000))"), SQLITE_OK);
    assert_int_equal(test_store_number(&store, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    end_store(&store);
}

static void opening__writes_only_what_it_recovered(void **state)
{
    (void)state;
    test_store store = new_store(memory_disk_new(1));
    assert_code(fk_vfs_checkpoint(store.vfs), FK_OK);
    test_store_close(&store);
    uint64_t writes = memory_disk_count(store.memory, MEMORY_DISK_WRITE);
    assert_code(test_store_open(&store), FK_OK);
    assert_int_equal(test_store_number(&store, "SELECT count(*) FROM t"), 0);
    assert_int_equal(memory_disk_count(store.memory, MEMORY_DISK_WRITE), writes + 1); /* the superblock */
    assert_int_equal(test_store_run(&store, "INSERT INTO t VALUES(1, 'a')"), SQLITE_OK);
    assert_int_equal(test_store_statistics(&store).checkpoint_count, 1); /* before the first commit */
    end_store(&store);
}

/* --- several stores ----------------------------------------------------------------------------------------------- */

static void stores__do_not_meet_in_one_process(void **state)
{
    (void)state;
    enum { STORES = 3 };
    test_store stores[STORES];
    for (int i = 0; i < STORES; i++) {
        stores[i] = new_store(memory_disk_new((uint64_t)i));
    }
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < STORES; i++) {
            char sql[100];
            (void)snprintf(sql, sizeof sql, "INSERT INTO t(body) VALUES('store %d')", i);
            assert_int_equal(test_store_run(&stores[i], sql), SQLITE_OK);
        }
        assert_code(fk_vfs_checkpoint(stores[round % STORES].vfs), FK_OK);
    }
    for (int i = 0; i < STORES; i++) {
        char sql[100];
        (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM t WHERE body = 'store %d'", i);
        test_store_close(&stores[i]);
        assert_code(test_store_open(&stores[i]), FK_OK);
        assert_int_equal(test_store_number(&stores[i], sql), 20);
        assert_int_equal(test_store_number(&stores[i], "SELECT count(*) FROM t"), 20);
    }
    for (int i = 0; i < STORES; i++) {
        end_store(&stores[i]);
    }
}

static void create__leaves_an_existing_store_alone(void **state)
{
    (void)state;
    test_store store = new_store(memory_disk_new(1));
    test_store_close(&store);
    assert_code(test_store_create_vfs(&store), FK_ERR_EXISTS);
    assert_null(store.vfs);
    assert_code(test_store_open(&store), FK_OK);
    end_store(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions__draw_their_page_nonces_from_the_host),
        cmocka_unit_test_setup(pages__get_a_new_nonce_at_each_write, start_with_seed),
        cmocka_unit_test(commit__is_one_write_and_one_flush),
        cmocka_unit_test(disk__never_holds_anything_readable),
        cmocka_unit_test(database__is_encrypted_as_intended),
        cmocka_unit_test(writes__outside_a_batch_are_refused),
        cmocka_unit_test(files__other_than_an_open_store_are_refused),
        cmocka_unit_test(sql__has_no_clock),
        cmocka_unit_test(a_failing_handle__stops_the_store_until_it_is_opened_again),
        cmocka_unit_test(a_transaction_over_12_mib__is_full_and_gone),
        cmocka_unit_test(the_log__moves_into_the_pages_at_4_mib_in_large_writes),
        cmocka_unit_test(the_log__stops_at_32_mib),
        cmocka_unit_test(a_database__shrinks_and_stays_so),
        cmocka_unit_test(opening__writes_only_what_it_recovered),
        cmocka_unit_test(stores__do_not_meet_in_one_process),
        cmocka_unit_test(create__leaves_an_existing_store_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
