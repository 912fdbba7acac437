/* Room taken before it is needed: what fits into it is never refused, it is no torn tail, and a record that tore inside
 * it is one all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "seeded_random.h"
#include "vfs_history.h"

enum { ROOM_SIZE_BYTES = 256 * 1024, LOG_HEADER_SIZE_BYTES = 512, SECTOR_SIZE_BYTES = 512 };

static const char INSERT[] = "INSERT INTO t(body) VALUES(zeroblob(3000))";

static seeded_random generator = { 31 };

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

/* A store in use, with its first transaction after opening done, so that what follows is a plain commit. */
static test_store open_store(memory_disk *memory)
{
    test_store store = test_store_on(memory);
    assert_code(test_store_create(&store), FK_OK);
    assert_int_equal(test_store_run(&store, "CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)"), SQLITE_OK);
    return store;
}

static void use_all_of_the_disk(memory_disk *memory)
{
    memory_disk_set_quota(memory, memory_disk_used_bytes(memory));
}

static int64_t rows_of(test_store *store)
{
    return test_store_number(store, "SELECT count(*) FROM t");
}

/* Nothing was torn, nothing had to be moved, every row is there. */
static void assert_opens_whole(memory_disk *memory, int64_t rows)
{
    test_store store = test_store_on(memory);
    memory_disk_crash(memory);
    assert_code(test_store_open(&store), FK_OK);
    assert_false(store.report.torn_tail);
    assert_int_equal(rows_of(&store), rows);
    assert_int_equal(test_store_number(&store, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    test_store_close(&store);
}

/* --- what is promised is there ------------------------------------------------------------------------ */

static void reserve__makes_room_that_no_full_disk_takes_away(void **state)
{
    (void)state;
    memory_disk *memory = memory_disk_new(1);
    test_store store = open_store(memory);
    assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_OK);
    use_all_of_the_disk(memory);
    uint64_t begun_at_bytes = test_store_statistics(&store).log_bytes;
    int64_t rows = 0;
    for (uint64_t used_bytes = 0; used_bytes <= ROOM_SIZE_BYTES;) {
        uint64_t before_bytes = test_store_statistics(&store).log_bytes;
        assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
        rows++;
        uint64_t record_bytes = test_store_statistics(&store).log_bytes - before_bytes;
        used_bytes = test_store_statistics(&store).log_bytes - begun_at_bytes + record_bytes;
    }
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        code = test_store_run(&store, INSERT);
        rows += code == SQLITE_OK;
    }
    assert_int_equal(code, SQLITE_FULL);
    assert_code(fk_vfs_failure(store.vfs), FK_OK);
    assert_int_equal(rows_of(&store), rows);
    test_store_close(&store);
    assert_opens_whole(memory, rows);
    memory_disk_free(memory);
}

static void reserve__says_full_and_changes_nothing(void **state)
{
    (void)state;
    memory_disk *memory = memory_disk_new(1);
    test_store store = open_store(memory);
    uint64_t used_bytes = memory_disk_used_bytes(memory);
    for (uint64_t free_bytes = 0; free_bytes < ROOM_SIZE_BYTES; free_bytes += 50000) {
        memory_disk_set_quota(memory, used_bytes + free_bytes);
        assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_ERR_FULL);
        assert_int_equal(memory_disk_used_bytes(memory), used_bytes);
        assert_int_equal(test_store_statistics(&store).room_bytes, 0);
    }
    /* Room for once as much is enough. */
    memory_disk_set_quota(memory, used_bytes + ROOM_SIZE_BYTES);
    assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_OK);
    assert_int_equal(test_store_statistics(&store).room_bytes, ROOM_SIZE_BYTES);
    test_store_close(&store);
    assert_opens_whole(memory, 0);
    memory_disk_free(memory);
}

/* A record beyond the room is refused; the room is there for others afterwards. */
static void reserve__outlives_a_transaction_that_does_not_fit(void **state)
{
    (void)state;
    memory_disk *memory = memory_disk_new(1);
    test_store store = open_store(memory);
    assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_OK);
    use_all_of_the_disk(memory);
    uint64_t room_bytes = test_store_statistics(&store).room_bytes;
    assert_int_equal(test_store_run(&store, "INSERT INTO t(body) VALUES(zeroblob(2000000))"), SQLITE_FULL);
    assert_int_equal(test_store_statistics(&store).room_bytes, room_bytes);
    assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
    test_store_close(&store);
    assert_opens_whole(memory, 1);
    memory_disk_free(memory);
}

/* The first commit after opening rewrites what was found; the room is taken behind that. */
static void reserve__holds_after_opening(void **state)
{
    (void)state;
    history past = make_history();
    test_store store;
    assert_opens_with(past.memory, &past, past.digest_count - 1, &store);
    assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_OK);
    use_all_of_the_disk(past.memory);
    assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
    test_store_close(&store);
    memory_disk_free(past.memory);
}

static void checkpoint__takes_the_room_along(void **state)
{
    (void)state;
    memory_disk *memory = memory_disk_new(1);
    test_store store = open_store(memory);
    assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_OK);
    assert_code(fk_vfs_checkpoint(store.vfs), FK_OK);
    assert_int_equal(test_store_statistics(&store).room_bytes, 2 * ROOM_SIZE_BYTES);
    use_all_of_the_disk(memory);
    assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
    test_store_close(&store);
    assert_opens_whole(memory, 1);
    memory_disk_free(memory);
}

/* At every byte at which the disk may be full. */
static void checkpoint__may_run_out_of_room_anywhere(void **state)
{
    (void)state;
    memory_disk *memory = memory_disk_new(1);
    test_store store = open_store(memory);
    int64_t rows = 0;
    for (; rows < 60; rows++) {
        assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
    }
    assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_OK);
    uint64_t used_bytes = memory_disk_used_bytes(memory);
    fk_status status = fk_status_of(FK_ERR_FULL);
    unsigned full_count = 0;
    for (uint64_t free_bytes = 0; status.code == FK_ERR_FULL; free_bytes += 10007) {
        memory_disk_set_quota(memory, used_bytes + free_bytes);
        status = fk_vfs_checkpoint(store.vfs);
        assert_true(fk_is_ok(status) || status.code == FK_ERR_FULL);
        full_count += !fk_is_ok(status);
        assert_code(fk_vfs_failure(store.vfs), FK_OK);
        assert_int_equal(rows_of(&store), rows);
        if (!fk_is_ok(status) && full_count % 10 == 1) {
            assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK); /* into the room */
            rows++;
        }
    }
    assert_true(full_count > 20);
    test_store_close(&store);
    memory_disk_set_quota(memory, MEMORY_DISK_NO_QUOTA);
    assert_opens_whole(memory, rows);
    memory_disk_free(memory);
}

/* --- room and remains are told apart -------------------------------------------------------------------- */

static void open__takes_room_for_no_torn_tail(void **state)
{
    (void)state;
    memory_disk *memory = memory_disk_new(1);
    test_store store = open_store(memory);
    assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_OK);
    assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
    uint64_t log_bytes = test_store_statistics(&store).log_bytes;
    assert_true(memory_disk_content(memory, FK_FILE_LOG_1).size_bytes > log_bytes + ROOM_SIZE_BYTES);
    test_store_close(&store);
    assert_opens_whole(memory, 1);
    memory_disk_free(memory);
}

/* Any sector of the last record, alone, behind good ones. */
static void open__tells_a_record_that_tore_inside_the_room(void **state)
{
    (void)state;
    memory_disk *memory = memory_disk_new(1);
    test_store store = open_store(memory);
    assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_OK);
    assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
    uint64_t from_bytes = test_store_statistics(&store).log_bytes;
    assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
    uint64_t to_bytes = test_store_statistics(&store).log_bytes;
    test_store_close(&store);
    memory_disk_crash(memory);
    unsigned told_count = 0;
    for (uint64_t kept = from_bytes; kept < to_bytes; kept += SECTOR_SIZE_BYTES) {
        memory_disk *copy = memory_disk_clone(memory, 1);
        bool is_any = false;
        for (uint64_t at = from_bytes; at < to_bytes; at++) {
            uint8_t byte = memory_disk_content(copy, FK_FILE_LOG_1).data[at];
            bool is_kept = at >= kept && at < kept + SECTOR_SIZE_BYTES;
            is_any = is_any || (is_kept && byte != 0);
            memory_disk_flip(copy, FK_FILE_LOG_1, at, is_kept ? 0 : byte);
        }
        store = test_store_on(copy);
        assert_code(test_store_open(&store), FK_OK);
        assert_int_equal(rows_of(&store), 1);
        assert_int_equal(store.report.torn_tail, is_any);
        told_count += is_any;
        test_store_close(&store);
        memory_disk_free(copy);
    }
    assert_true(told_count > 10);
    memory_disk_free(memory);
}

static void open__calls_a_zeroed_record_before_a_good_one_damage(void **state)
{
    (void)state;
    memory_disk *memory = memory_disk_new(1);
    test_store store = open_store(memory);
    assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_OK);
    uint64_t from_bytes = test_store_statistics(&store).log_bytes;
    assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
    uint64_t to_bytes = test_store_statistics(&store).log_bytes;
    assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
    test_store_close(&store);
    memory_disk_crash(memory);
    for (uint64_t at = from_bytes; at < to_bytes; at++) {
        memory_disk_flip(memory, FK_FILE_LOG_1, at, memory_disk_content(memory, FK_FILE_LOG_1).data[at]);
    }
    assert_refused(memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_LOG_RECORD);
    memory_disk_free(memory);
}

/* The superblock may be in the system's cache only: room is no proof that it is on the disk. */
static void store__survives_a_checkpoint_with_room_whose_last_flush_failed(void **state)
{
    (void)state;
    enum { FLUSH_OF_SUPERBLOCK = 2 };
    for (uint64_t seed = 0; seed < 24; seed++) {
        bool is_done = false;
        for (uint64_t k = 0; !is_done; k++) {
            memory_disk *memory = memory_disk_new(seed * 100 + k);
            test_store store = open_store(memory);
            assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
            assert_code(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES), FK_OK);
            memory_disk_fail(memory, MEMORY_DISK_FLUSH, FLUSH_OF_SUPERBLOCK, MEMORY_DISK_BROKEN);
            assert_code(fk_vfs_checkpoint(store.vfs), FK_ERR_IO);
            test_store_close(&store);
            assert_code(test_store_open(&store), FK_OK);
            memory_disk_crash_at(memory, k);
            is_done = test_store_run(&store, INSERT) == SQLITE_OK;
            test_store_close(&store);
            memory_disk_crash(memory);
            assert_code(test_store_open(&store), FK_OK);
            assert_true(rows_of(&store) >= 1 + is_done);
            test_store_close(&store);
            memory_disk_free(memory);
        }
    }
}

static void reserve__can_be_cut_anywhere(void **state)
{
    (void)state;
    bool is_done = false;
    for (uint64_t k = 0; !is_done; k++) {
        for (uint64_t seed = 0; seed < 10; seed++) {
            memory_disk *memory = memory_disk_new(seed);
            test_store store = open_store(memory);
            assert_int_equal(test_store_run(&store, INSERT), SQLITE_OK);
            memory_disk_crash_at(memory, k);
            is_done = fk_is_ok(fk_vfs_reserve(store.vfs, ROOM_SIZE_BYTES)) && k > 0;
            test_store_close(&store);
            assert_opens_whole(memory, 1);
            memory_disk_free(memory);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reserve__makes_room_that_no_full_disk_takes_away),
        cmocka_unit_test(reserve__says_full_and_changes_nothing),
        cmocka_unit_test(reserve__outlives_a_transaction_that_does_not_fit),
        cmocka_unit_test(reserve__holds_after_opening),
        cmocka_unit_test(reserve__can_be_cut_anywhere),
        cmocka_unit_test(checkpoint__takes_the_room_along),
        cmocka_unit_test(checkpoint__may_run_out_of_room_anywhere),
        cmocka_unit_test(open__takes_room_for_no_torn_tail),
        cmocka_unit_test(open__tells_a_record_that_tore_inside_the_room),
        cmocka_unit_test(open__calls_a_zeroed_record_before_a_good_one_damage),
        cmocka_unit_test(store__survives_a_checkpoint_with_room_whose_last_flush_failed),
    };
    int failed_count = cmocka_run_group_tests_name("vfs_room", tests, start_with_seed, NULL);
    test_store_format = VFS_FORMAT_WHOLE_PAGES;
    return failed_count + cmocka_run_group_tests_name("vfs_room, format 1", tests, start_with_seed, NULL);
}
