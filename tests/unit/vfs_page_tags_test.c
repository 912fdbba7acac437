/* The page-tag table: what a checkpoint writes, and that no older page passes for the page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "seeded_random.h"
#include "vfs_history.h"
#include "vfs_root.h"

static seeded_random generator = { 61 };

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

/* The pages of an older checkpoint, one at a time: each authenticates by itself and is damage all the same. */
static void read__takes_no_older_page_for_the_page(void **state)
{
    (void)state;
    history past = make_history();
    memory_disk *older = memory_disk_clone(past.memory, 1);
    test_store store;
    assert_opens_with(past.memory, &past, past.digest_count - 1, &store);
    assert_code(fk_vfs_checkpoint(store.vfs), FK_OK);
    test_store_close(&store);
    fk_bytes then = memory_disk_content(older, FK_FILE_PAGES);
    fk_bytes now = memory_disk_content(past.memory, FK_FILE_PAGES);
    unsigned damaged_count = 0;
    size_t page_size_bytes = vfs_format_page_size_bytes(test_store_format);
    for (size_t at = 0; at < then.size_bytes; at += page_size_bytes) {
        memory_disk *memory = memory_disk_clone(past.memory, 1);
        bool is_other = memcmp(then.data + at, now.data + at, page_size_bytes) != 0;
        for (size_t i = at; i < at + page_size_bytes; i++) {
            memory_disk_flip(memory, FK_FILE_PAGES, i, now.data[i] ^ then.data[i]);
        }
        store = test_store_on(memory);
        assert_code(test_store_open_vfs(&store), FK_OK);
        uint8_t digest[FK_HASH_SIZE_BYTES];
        int code = test_store_connect(&store);
        bool is_readable = code == SQLITE_OK && test_store_digest(&store, EVERYTHING, digest);
        /* The check reads the pages that no row is on. */
        is_readable =
            is_readable && test_store_number(&store, "SELECT integrity_check = 'ok' FROM pragma_integrity_check") == 1;
        fk_vfs_statistics statistics = test_store_statistics(&store);
        assert_int_equal(is_readable, !is_other);
        assert_int_equal(statistics.damaged_read_count > 0, is_other);
        assert_int_equal(statistics.damaged_page, is_other ? at / page_size_bytes + 1 : 0);
        assert_code(fk_vfs_failure(store.vfs), FK_OK);
        damaged_count += is_other;
        test_store_close(&store);
        memory_disk_free(memory);
    }
    assert_true(damaged_count >= 2);
    memory_disk_free(older);
    memory_disk_free(past.memory);
}

/* The file of a superblock as a checkpoint leaves it: 16 bytes for each page, the last of the page. */
static void checkpoint__writes_the_tag_of_each_page(void **state)
{
    (void)state;
    history past = make_history();
    test_store store;
    assert_opens_with(past.memory, &past, past.digest_count - 1, &store); /* a checkpoint: counter 3 */
    size_t page_count = (size_t)test_store_statistics(&store).page_count;
    test_store_close(&store);
    fk_bytes superblock = memory_disk_content(past.memory, FK_FILE_SUPERBLOCK_1);
    fk_bytes pages = memory_disk_content(past.memory, FK_FILE_PAGES);
    size_t page_size_bytes = vfs_format_page_size_bytes(test_store_format);
    assert_true(superblock.size_bytes >= VFS_ROOT_SIZE_BYTES + page_count * 16);
    assert_int_equal(fk_get_u64(superblock.data + 88), page_count * 16);
    for (size_t i = 0; i < page_count; i++) {
        assert_memory_equal(superblock.data + VFS_ROOT_SIZE_BYTES + i * 16, pages.data + (i + 1) * page_size_bytes - 16,
                            16);
    }
    /* A changed table is a changed superblock. */
    memory_disk_flip(past.memory, FK_FILE_SUPERBLOCK_1, VFS_ROOT_SIZE_BYTES + 3, 1);
    assert_opens_with(past.memory, &past, past.digest_count - 1, &store);
    assert_true(store.report.unfinished_checkpoint); /* the one before says the same */
    test_store_close(&store);
    memory_disk_free(past.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read__takes_no_older_page_for_the_page),
        cmocka_unit_test(checkpoint__writes_the_tag_of_each_page),
    };
    int failed_count = cmocka_run_group_tests_name("vfs_page_tags", tests, start_with_seed, NULL);
    test_store_format = VFS_FORMAT_WHOLE_PAGES;
    return failed_count + cmocka_run_group_tests_name("vfs_page_tags, format 1", tests, start_with_seed, NULL);
}
