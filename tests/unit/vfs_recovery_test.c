/* What opening finds: a torn tail, an unfinished checkpoint, damage, a wrong key, a newer version.
 * Damage is never opened, and never changed by trying. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "seeded_random.h"
#include "vfs_history.h"
#include "vfs_record.h"
#include "vfs_root.h"

static seeded_random generator = { 21 };

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

/* --- the log --------------------------------------------------------------------------------------- */

static void open__reads_everything_back(void **state)
{
    (void)state;
    history past = make_history();
    test_store store;
    assert_opens_with(past.memory, &past, past.digest_count - 1, &store);
    assert_false(store.report.torn_tail);
    assert_false(store.report.unfinished_checkpoint);
    assert_int_equal(store.report.recovered_count, COMMITS_AFTER);
    assert_int_equal(store.report.sequence, past.sequence);
    test_store_close(&store);
    memory_disk_free(past.memory);
}

/* Any bit of the last record: it is dropped whole and the person is told. */
static void open__drops_a_torn_last_record_and_says_so(void **state)
{
    (void)state;
    history past = make_history();
    uint64_t first = past.record_offset_bytes[COMMITS_AFTER - 1];
    uint64_t numbers_end = past.record_offset_bytes[COMMITS_AFTER] - VFS_RECORD_ALIGNMENT_BYTES;
    for (uint64_t at = first; at < numbers_end; at += at < first + VFS_RECORD_HEADER_SIZE_BYTES ? 1 : 997) {
        memory_disk *memory = memory_disk_clone(past.memory, 1);
        test_store store;
        memory_disk_flip(memory, FK_FILE_LOG_0, at, 0x40);
        assert_opens_with(memory, &past, past.digest_count - 2, &store);
        assert_true(store.report.torn_tail);
        assert_int_equal(store.report.recovered_count, COMMITS_AFTER - 1);
        test_store_close(&store);
        /* It was rewritten: the next opening has nothing to tell. */
        assert_opens_with(memory, &past, past.digest_count - 2, &store);
        assert_false(store.report.torn_tail);
        test_store_close(&store);
        memory_disk_free(memory);
    }
    memory_disk_free(past.memory);
}

static void open__says_a_cut_off_last_record_is_torn(void **state)
{
    (void)state;
    history past = make_history();
    fk_bytes log = memory_disk_content(past.memory, FK_FILE_LOG_0);
    static const size_t cuts[] = { 1, 512, 513, 4000, 8000 };
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        memory_disk *memory = memory_disk_clone(past.memory, 1);
        test_store store;
        memory_disk_replace(memory, FK_FILE_LOG_0, fk_bytes_of(log.data, log.size_bytes - cuts[i]));
        /* The zeros behind a record may go: they say nothing. */
        bool is_whole = cuts[i] == 1;
        assert_opens_with(memory, &past, past.digest_count - (is_whole ? 1 : 2), &store);
        assert_int_equal(store.report.torn_tail, !is_whole);
        test_store_close(&store);
        memory_disk_free(memory);
    }
    memory_disk_free(past.memory);
}

/* Any bit of a record before the last, or all of its first sector: damage, with its number. */
static void open__calls_a_bad_record_before_a_good_one_damage(void **state)
{
    (void)state;
    history past = make_history();
    for (int record = 0; record < COMMITS_AFTER - 1; record++) {
        uint64_t first = past.record_offset_bytes[record];
        /* The zeros at its end say nothing. */
        uint64_t end = past.record_offset_bytes[record + 1] - VFS_RECORD_ALIGNMENT_BYTES;
        for (uint64_t at = first; at < end; at += at < first + VFS_RECORD_HEADER_SIZE_BYTES ? 7 : 1999) {
            memory_disk *memory = memory_disk_clone(past.memory, 1);
            memory_disk_flip(memory, FK_FILE_LOG_0, at, 0x01);
            assert_refused(memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_LOG_RECORD);
            memory_disk_free(memory);
        }
        memory_disk *memory = memory_disk_clone(past.memory, 1);
        for (uint64_t at = first; at < first + 512; at++) {
            uint8_t byte = memory_disk_content(memory, FK_FILE_LOG_0).data[at];
            if (byte != 0) {
                memory_disk_flip(memory, FK_FILE_LOG_0, at, byte);
            }
        }
        test_store store = test_store_on(memory);
        assert_code(test_store_open_vfs(&store), FK_ERR_DAMAGED);
        assert_int_equal(store.report.damaged_at_sequence, past.sequence - COMMITS_AFTER + 1 + (uint64_t)record);
        memory_disk_free(memory);
    }
    memory_disk_free(past.memory);
}

static void open__calls_a_missing_record_damage(void **state)
{
    (void)state;
    /* One record cut out: every record left is genuine, but the chain has a hole. */
    history past = make_history();
    fk_bytes log = memory_disk_content(past.memory, FK_FILE_LOG_0);
    static uint8_t without[256 * 1024];
    size_t kept = (size_t)past.record_offset_bytes[1];
    size_t from = (size_t)past.record_offset_bytes[2];
    assert_true(log.size_bytes < sizeof without);
    memcpy(without, log.data, kept);
    memcpy(without + kept, log.data + from, log.size_bytes - from);
    memory_disk_replace(past.memory, FK_FILE_LOG_0, fk_bytes_of(without, kept + log.size_bytes - from));
    assert_refused(past.memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_LOG_RECORD);
    memory_disk_free(past.memory);
}

static void open__refuses_a_log_of_another_generation(void **state)
{
    (void)state;
    history past = make_history();
    fk_bytes other = memory_disk_content(past.memory, FK_FILE_LOG_1);
    memory_disk *memory = memory_disk_clone(past.memory, 1);
    memory_disk_replace(memory, FK_FILE_LOG_0, other);
    assert_refused(memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_LOG_HEADER);
    memory_disk_free(memory);
    for (uint64_t at = 0; at < VFS_ROOT_SIZE_BYTES; at += 5) {
        memory = memory_disk_clone(past.memory, 1);
        memory_disk_flip(memory, FK_FILE_LOG_0, at, 0x08);
        assert_refused(memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_LOG_HEADER);
        memory_disk_free(memory);
    }
    memory_disk_free(past.memory);
}

/* One more record made under our own key, of one page, with one thing wrong. */
static void append_record(history *past, size_t field_offset, uint8_t mask, uint32_t page_number)
{
    static uint8_t longer[512 * 1024];
    const test_store keys = test_store_on(past->memory);
    fk_bytes log = memory_disk_content(past->memory, FK_FILE_LOG_0);
    vfs_record_header header;
    assert_code(
        vfs_record_parse_header(log.data + past->record_offset_bytes[COMMITS_AFTER - 1], test_store_format, &header),
        FK_OK);
    memcpy(longer, log.data, log.size_bytes);
    header.sequence++;
    memcpy(header.previous_mac, header.mac, sizeof header.mac);
    header.record_page_count = 1;
    ((uint8_t *)&header)[field_offset] ^= mask;
    uint8_t *record = longer + log.size_bytes;
    memset(record, 0, vfs_record_padded_size_bytes(test_store_format, 1));
    uint32_t page_size_bytes = vfs_format_page_size_bytes(test_store_format);
    uint8_t *page = record + VFS_RECORD_HEADER_SIZE_BYTES;
    fk_put_u32(page + page_size_bytes, page_number);
    fk_page_tag(&keys.page_key, page_number, fk_bytes_of(page, page_size_bytes),
                page + page_size_bytes - FK_PAGE_TAG_SIZE_BYTES);
    vfs_record_finish(&header, &keys.mac_key, record);
    memory_disk_replace(past->memory, FK_FILE_LOG_0,
                        fk_bytes_of(longer, log.size_bytes + vfs_record_padded_size_bytes(test_store_format, 1)));
}

static void open__does_not_replay_a_record_of_another_generation(void **state)
{
    (void)state;
    history past = make_history();
    test_store store = test_store_on(past.memory);
    append_record(&past, offsetof(vfs_record_header, generation), 1, 1);
    assert_code(test_store_open_vfs(&store), FK_OK);
    assert_true(store.report.torn_tail);
    assert_int_equal(store.report.recovered_count, COMMITS_AFTER);
    fk_vfs_close(store.vfs);
    memory_disk_free(past.memory);
}

/* Authentic and of this generation, so something is wrong with what stands before it. */
static void open__calls_a_record_that_does_not_follow_damage(void **state)
{
    (void)state;
    static const size_t fields[] = { offsetof(vfs_record_header, sequence), offsetof(vfs_record_header, previous_mac),
                                     offsetof(vfs_record_header, store_id) };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        history past = make_history();
        append_record(&past, fields[i], 0x20, 1);
        assert_refused(past.memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_LOG_RECORD);
        memory_disk_free(past.memory);
    }
}

static void open__replays_only_pages_of_the_database(void **state)
{
    (void)state;
    static const uint32_t page_numbers[] = { 1, 0, 1000, UINT32_MAX };
    for (size_t i = 0; i < sizeof page_numbers / sizeof page_numbers[0]; i++) {
        history past = make_history();
        test_store store = test_store_on(past.memory);
        bool is_page = page_numbers[i] == 1;
        append_record(&past, 0, 0, page_numbers[i]);
        assert_code(test_store_open_vfs(&store), FK_OK);
        assert_int_equal(store.report.torn_tail, !is_page);
        assert_int_equal(store.report.recovered_count, COMMITS_AFTER + is_page);
        fk_vfs_close(store.vfs);
        memory_disk_free(past.memory);
    }
}

/* --- superblocks ------------------------------------------------------------------------------------ */

static void open__calls_a_lost_superblock_damage_when_its_log_holds_work(void **state)
{
    (void)state;
    history past = make_history();
    for (uint64_t at = 0; at < VFS_ROOT_SIZE_BYTES; at += 11) {
        memory_disk *memory = memory_disk_clone(past.memory, 1);
        memory_disk_flip(memory, FK_FILE_SUPERBLOCK_0, at, 0x02); /* counter 2 */
        assert_refused(memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_LOST_SUPERBLOCK);
        memory_disk_free(memory);
    }
    memory_disk_free(past.memory);
}

static void open__falls_back_when_the_newer_superblock_says_nothing_new(void **state)
{
    (void)state;
    history past = make_history();
    test_store store;
    assert_opens_with(past.memory, &past, past.digest_count - 1, &store); /* a checkpoint: counter 3 */
    test_store_close(&store);
    memory_disk_flip(past.memory, FK_FILE_SUPERBLOCK_1, 100, 0x02);
    assert_opens_with(past.memory, &past, past.digest_count - 1, &store);
    assert_true(store.report.unfinished_checkpoint);
    test_store_close(&store);
    assert_opens_with(past.memory, &past, past.digest_count - 1, &store);
    assert_false(store.report.unfinished_checkpoint);
    test_store_close(&store);
    memory_disk_free(past.memory);
}

static void open__names_what_is_wrong_with_both_superblocks(void **state)
{
    (void)state;
    static const struct {
        uint64_t offset;
        fk_code code;
        fk_vfs_damage damage;
    } cases[] = {
        { 0, FK_ERR_DAMAGED, FK_VFS_DAMAGE_SUPERBLOCKS },  /* magic */
        { 16, FK_ERR_DAMAGED, FK_VFS_DAMAGE_SUPERBLOCKS }, /* store id */
        { 40, FK_ERR_AUTH, FK_VFS_DAMAGE_NONE },           /* anything under the MAC: like another key */
        { 255, FK_ERR_AUTH, FK_VFS_DAMAGE_NONE },
    };
    history past = make_history();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memory_disk *memory = memory_disk_clone(past.memory, 1);
        memory_disk_flip(memory, FK_FILE_SUPERBLOCK_0, cases[i].offset, 1);
        memory_disk_flip(memory, FK_FILE_SUPERBLOCK_1, cases[i].offset, 1);
        assert_refused(memory, cases[i].code, cases[i].damage);
        memory_disk_free(memory);
    }
    /* The newer slot's bytes in the older slot are no second superblock. */
    memory_disk_replace(past.memory, FK_FILE_SUPERBLOCK_1, memory_disk_content(past.memory, FK_FILE_SUPERBLOCK_0));
    memory_disk_replace(past.memory, FK_FILE_SUPERBLOCK_0, fk_bytes_of(NULL, 0));
    assert_refused(past.memory, FK_ERR_DAMAGED, FK_VFS_DAMAGE_SUPERBLOCKS);
    memory_disk_free(past.memory);
}

static void open__says_when_there_is_no_store(void **state)
{
    (void)state;
    memory_disk *memory = memory_disk_new(1);
    assert_refused(memory, FK_ERR_NOT_FOUND, FK_VFS_DAMAGE_NONE);
    memory_disk_free(memory);
}

/* The version changed by somebody who has the key: a newer app. */
static void open__leaves_a_newer_version_alone(void **state)
{
    (void)state;
    history past = make_history();
    const test_store keys = test_store_on(past.memory);
    uint8_t file[VFS_ROOT_SIZE_BYTES] = { 0 };
    memcpy(file, memory_disk_content(past.memory, FK_FILE_SUPERBLOCK_0).data, VFS_ROOT_SIZE_BYTES);
    fk_put_u32(file + 8, VFS_FORMAT_NEWEST + 1);
    fk_hash mac;
    fk_mac_init(&mac, fk_bytes_of(keys.mac_key.bytes, FK_KEY_SIZE_BYTES));
    fk_hash_update(&mac, fk_bytes_text("fk/super/v1"));
    fk_hash_update(&mac, fk_bytes_of(file, 224));
    fk_hash_final(&mac, file + 224);
    memory_disk_replace(past.memory, FK_FILE_SUPERBLOCK_0, fk_bytes_of(file, sizeof file));
    assert_refused(past.memory, FK_ERR_NEWER_VERSION, FK_VFS_DAMAGE_NONE);
    memory_disk_free(past.memory);
}

/* --- keys ---------------------------------------------------------------------------------------------- */

static void open__refuses_wrong_keys_and_changes_nothing(void **state)
{
    (void)state;
    history past = make_history();
    test_store store = test_store_on(past.memory);
    store.mac_key.bytes[31] ^= 1;
    assert_code(test_store_open_vfs(&store), FK_ERR_AUTH);

    store = test_store_on(past.memory);
    store.page_key.bytes[0] ^= 1;
    if (test_store_format == VFS_FORMAT_WHOLE_PAGES) {
        assert_code(test_store_open_vfs(&store), FK_OK);
        assert_int_equal(test_store_connect(&store), SQLITE_NOTADB);
        test_store_close(&store);
    } else {
        assert_code(test_store_open_vfs(&store), FK_ERR_AUTH);
    }
    assert_opens_with(past.memory, &past, past.digest_count - 1, &store);
    test_store_close(&store);
    memory_disk_free(past.memory);
}

/* --- anywhere ------------------------------------------------------------------------------------------- */

/* One random bit of any file: refused, unreadable, or a state that was acknowledged; if not the
 * newest, the person is told. */
static void open__never_shows_wrong_data_after_a_flipped_bit(void **state)
{
    (void)state;
    static const fk_vault_file files[] = { FK_FILE_PAGES, FK_FILE_LOG_0, FK_FILE_LOG_1, FK_FILE_SUPERBLOCK_0,
                                           FK_FILE_SUPERBLOCK_1 };
    history past = make_history();
    seeded_random random = { 5 };
    int refused_count = 0;
    int unreadable_count = 0;
    int older_count = 0;
    for (int i = 0; i < 600; i++) {
        memory_disk *memory = memory_disk_clone(past.memory, 1);
        fk_vault_file file = files[seeded_random_below(&random, sizeof files / sizeof files[0])];
        uint64_t at = seeded_random_below(&random, memory_disk_content(memory, file).size_bytes);
        memory_disk_flip(memory, file, at, (uint8_t)(1 << seeded_random_below(&random, 8)));
        test_store store = test_store_on(memory);
        if (!fk_is_ok(test_store_open_vfs(&store))) {
            refused_count++;
        } else if (test_store_connect(&store) != SQLITE_OK) {
            unreadable_count++;
        } else {
            uint8_t digest[FK_HASH_SIZE_BYTES];
            bool is_readable = test_store_digest(&store, EVERYTHING, digest);
            int shown = state_shown(&store, &past);
            assert_true(!is_readable || shown >= 0);
            assert_true(!is_readable || shown == past.digest_count - 1 || store.report.torn_tail);
            unreadable_count += !is_readable;
            older_count += is_readable && shown < past.digest_count - 1;
        }
        test_store_close(&store);
        memory_disk_free(memory);
    }
    memory_disk_free(past.memory);
    print_message("600 flips: %d refused, %d unreadable, %d torn tails\n", refused_count, unreadable_count,
                  older_count);
    assert_true(refused_count > 50);
    assert_true(unreadable_count > 10);
    assert_true(older_count > 5);
}

/* With an argument, only the tests whose name matches it: builds with a planted fault use that. */
int main(int argument_count, char **arguments)
{
    if (argument_count > 1) {
        cmocka_set_test_filter(arguments[1]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open__reads_everything_back),
        cmocka_unit_test(open__drops_a_torn_last_record_and_says_so),
        cmocka_unit_test(open__says_a_cut_off_last_record_is_torn),
        cmocka_unit_test(open__calls_a_bad_record_before_a_good_one_damage),
        cmocka_unit_test(open__calls_a_missing_record_damage),
        cmocka_unit_test(open__refuses_a_log_of_another_generation),
        cmocka_unit_test(open__does_not_replay_a_record_of_another_generation),
        cmocka_unit_test(open__calls_a_record_that_does_not_follow_damage),
        cmocka_unit_test(open__replays_only_pages_of_the_database),
        cmocka_unit_test(open__calls_a_lost_superblock_damage_when_its_log_holds_work),
        cmocka_unit_test(open__falls_back_when_the_newer_superblock_says_nothing_new),
        cmocka_unit_test(open__names_what_is_wrong_with_both_superblocks),
        cmocka_unit_test(open__says_when_there_is_no_store),
        cmocka_unit_test(open__leaves_a_newer_version_alone),
        cmocka_unit_test(open__refuses_wrong_keys_and_changes_nothing),
        cmocka_unit_test(open__never_shows_wrong_data_after_a_flipped_bit),
    };
    int failed_count = cmocka_run_group_tests_name("vfs_recovery", tests, start_with_seed, NULL);
    test_store_format = VFS_FORMAT_WHOLE_PAGES;
    return failed_count + cmocka_run_group_tests_name("vfs_recovery, format 1", tests, start_with_seed, NULL);
}
