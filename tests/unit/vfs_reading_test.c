/* A damaged store opened for reading: it shows the last state of which every transaction is there, says what is
 * missing, takes no write, and changes nothing on disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "seeded_random.h"
#include "vfs_history.h"

/* Where the history's checkpoint left the log in use, and where the one before it began. */
enum { STATE_AT_CHECKPOINT = COMMITS_BEFORE };

static seeded_random generator = { 41 };

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

static void assert_untouched(memory_disk *memory, memory_disk *before)
{
    for (int file = 0; file < FK_FILE_COUNT; file++) {
        assert_true(fk_bytes_equal(memory_disk_content(memory, (fk_vault_file)file),
                                   memory_disk_content(before, (fk_vault_file)file)));
    }
}

/* What opening for reading says and shows. */
static fk_vfs_report read_it(memory_disk *memory, const history *past, int state_index)
{
    memory_disk *before = memory_disk_clone(memory, 0);
    test_store store = test_store_on(memory);
    store.is_read_only = true;
    assert_code(test_store_open(&store), FK_OK);
    assert_int_equal(state_shown(&store, past), state_index);
    assert_int_equal(test_store_run(&store, "INSERT INTO t(body) VALUES(zeroblob(10))"), SQLITE_READONLY);
    assert_code(fk_vfs_checkpoint(store.vfs), FK_ERR_READ_ONLY);
    assert_code(fk_vfs_reserve(store.vfs, 1000), FK_ERR_READ_ONLY);
    assert_int_equal(state_shown(&store, past), state_index);
    test_store_close(&store);
    assert_untouched(memory, before);
    memory_disk_free(before);
    return store.report;
}

static void reading__shows_a_whole_store_as_it_is(void **state)
{
    (void)state;
    history past = make_history();
    fk_vfs_report report = read_it(past.memory, &past, past.digest_count - 1);
    assert_int_equal(report.damage, FK_VFS_DAMAGE_NONE);
    assert_int_equal(report.seen_sequence, report.sequence);
    memory_disk_free(past.memory);
}

static void reading__stops_before_the_first_missing_record(void **state)
{
    (void)state;
    for (int record = 0; record < COMMITS_AFTER - 1; record++) {
        history past = make_history();
        memory_disk_flip(past.memory, FK_FILE_LOG_0, past.record_offset_bytes[record] + 700, 1);
        assert_refused(past.memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_LOG_RECORD);
        fk_vfs_report report = read_it(past.memory, &past, STATE_AT_CHECKPOINT + record);
        assert_int_equal(report.damage, FK_VFS_DAMAGE_LOG_RECORD);
        assert_int_equal(report.seen_sequence, past.sequence);
        assert_int_equal(report.seen_sequence - report.sequence, COMMITS_AFTER - record);
        memory_disk_free(past.memory);
    }
}

/* The records name their generation themselves, so a rotten head hides none of them. */
static void reading__does_without_the_head_of_the_log(void **state)
{
    (void)state;
    history past = make_history();
    memory_disk_flip(past.memory, FK_FILE_LOG_0, 20, 1);
    assert_refused(past.memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_LOG_HEADER);
    fk_vfs_report report = read_it(past.memory, &past, past.digest_count - 1);
    assert_int_equal(report.damage, FK_VFS_DAMAGE_LOG_HEADER);
    memory_disk_free(past.memory);
}

static void reading__goes_back_to_the_superblock_that_is_left(void **state)
{
    (void)state;
    history past = make_history();
    memory_disk_flip(past.memory, FK_FILE_SUPERBLOCK_0, 100, 1);
    assert_refused(past.memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_LOST_SUPERBLOCK);
    fk_vfs_report report = read_it(past.memory, &past, STATE_AT_CHECKPOINT);
    assert_int_equal(report.damage, FK_VFS_DAMAGE_LOST_SUPERBLOCK);
    assert_int_equal(report.seen_sequence - report.sequence, COMMITS_AFTER);
    memory_disk_free(past.memory);
}

static void reading__needs_a_superblock(void **state)
{
    (void)state;
    history past = make_history();
    memory_disk_flip(past.memory, FK_FILE_SUPERBLOCK_0, 100, 1);
    memory_disk_flip(past.memory, FK_FILE_SUPERBLOCK_1, 0, 1);
    test_store store = test_store_on(past.memory);
    store.is_read_only = true;
    fk_status status = test_store_open_vfs(&store);
    assert_true(status.code == FK_ERR_DAMAGED || status.code == FK_ERR_AUTH);
    assert_null(store.vfs);
    memory_disk_free(past.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading__shows_a_whole_store_as_it_is),
        cmocka_unit_test(reading__stops_before_the_first_missing_record),
        cmocka_unit_test(reading__does_without_the_head_of_the_log),
        cmocka_unit_test(reading__goes_back_to_the_superblock_that_is_left),
        cmocka_unit_test(reading__needs_a_superblock),
    };
    int failed_count = cmocka_run_group_tests_name("vfs_reading", tests, start_with_seed, NULL);
    test_store_format = VFS_FORMAT_WHOLE_PAGES;
    return failed_count + cmocka_run_group_tests_name("vfs_reading, format 1", tests, start_with_seed, NULL);
}
