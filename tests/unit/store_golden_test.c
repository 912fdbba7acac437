/* Vaults as they were written once, kept in tests/vectors with what they showed then: each must open, come to the newest
 * version of the tables, and show the same. vault-v1 and vault-v2 have those versions of the tables and format 1 of the
 * files, vault-format-2 version 2 and format 2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fk/store.h"

#include "memory_disk.h"
#include "seeded_random.h"
#include "vectors.h"

/* Whoever made the vault used these; they are part of the vector. */
static const fk_key golden_master = { { 9 } };
static const fk_id golden_vault = { { 5 } };

typedef struct fixture {
    memory_disk *disk;
    seeded_random random;
    fk_vault_keys keys;
    fk_store_config config;
    fk_store *store;
} fixture;

static void fixture_begin(fixture *f)
{
    memset(f, 0, sizeof *f);
    f->disk = memory_disk_new(1);
    f->random.state = 7;
    fk_random random = seeded_random_port(&f->random);
    assert_true(fk_is_ok(fk_crypto_start(&random)));
    fk_vault_keys_derive(&golden_master, &f->keys);
    f->config = (fk_store_config){
        .allocator = &fk_allocator_libc,
        .disk = memory_disk_port(f->disk),
        .keys = &f->keys,
        .vault_id = golden_vault,
    };
}

static void fixture_free(fixture *f)
{
    fk_store_close(f->store);
    memory_disk_free(f->disk);
}

/* --- what a vault shows, as text ------------------------------------------------------------------ */

typedef struct listing {
    fk_store *store;
    fk_buffer text;
} listing;

static void put(listing *to, fk_bytes piece)
{
    assert_true(fk_is_ok(fk_buffer_append(&to->text, piece)));
}

static void put_text(listing *to, const char *text)
{
    put(to, fk_bytes_text(text));
}

static void put_number(listing *to, uint64_t number)
{
    char text[32];
    (void)snprintf(text, sizeof text, " %llu", (unsigned long long)number);
    put_text(to, text);
}

static void put_id(listing *to, const fk_id *id)
{
    char hex[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(id, hex);
    put_text(to, " ");
    put_text(to, hex);
}

static void put_words(listing *to, fk_bytes words)
{
    put_text(to, " [");
    put(to, words);
    put_text(to, "]");
}

static fk_status list_field(void *ctx, const fk_field_write *field)
{
    put_text(ctx, "    ");
    put(ctx, field->field);
    put_words(ctx, field->has_value ? field->value : fk_bytes_text("taken away"));
    put_text(ctx, "\n");
    return fk_ok();
}

static fk_status list_record(void *ctx, const fk_record_row *row)
{
    listing *to = ctx;
    put_text(to, "  record");
    put_id(to, &row->record);
    put_words(to, row->type);
    put_number(to, row->created_ms);
    put_number(to, row->changed_ms);
    put_text(to, "\n");
    return fk_store_fields(to->store, row, list_field, to);
}

static fk_status list_draft(void *ctx, const fk_draft_row *row)
{
    listing *to = ctx;
    put_text(to, "  draft");
    put_id(to, &row->record);
    put_id(to, &row->case_id);
    put_words(to, row->type);
    put_number(to, row->saved_ms);
    put_number(to, row->number);
    put_text(to, "\n");
    return fk_store_draft_fields(to->store, &row->record, list_field, to);
}

static fk_status list_case(void *ctx, const fk_case_row *row, uint64_t sort_key)
{
    listing *to = ctx;
    put_text(to, "case");
    put_id(to, &row->case_id);
    put_words(to, row->victim_name);
    put_words(to, row->reference);
    put_words(to, row->status);
    put_words(to, row->next_review_on);
    put_number(to, sort_key);
    put_number(to, row->draft_count);
    put_text(to, "\n");
    return fk_ok();
}

static fk_status list_case_whole(void *ctx, const fk_case_row *row, uint64_t sort_key)
{
    listing *to = ctx;
    FK_TRY(list_case(ctx, row, sort_key));
    FK_TRY(fk_store_records(to->store, &row->case_id, NULL, 100, list_record, to));
    return fk_store_drafts(to->store, &row->case_id, 100, list_draft, to);
}

static fk_status list_vault(listing *to)
{
    uint32_t count = 0;
    fk_case_query everything = { .closed_too = true, .limit = 100 };
    fk_case_query search = { .search = fk_bytes_text("zoe"), .limit = 100 };
    FK_TRY(fk_store_cases(to->store, &everything, list_case_whole, to, &count));
    put_text(to, "found\n");
    FK_TRY(fk_store_cases(to->store, &search, list_case, to, &count));
    put_text(to, "unlisted\n");
    FK_TRY(fk_store_unlisted_drafts(to->store, 100, list_draft, to));
    fk_store_numbers numbers;
    FK_TRY(fk_store_numbers_read(to->store, &numbers));
    put_text(to, "numbers");
    put_number(to, numbers.operation_count);
    put_number(to, numbers.draft_count);
    put_number(to, numbers.unsent_count);
    put_number(to, numbers.oldest_unsent_ms);
    put_text(to, "\ndevice");
    put_id(to, fk_store_device(to->store));
    fk_id mutation = { { 0x99 } };
    mutation.bytes[15] = 1;
    FK_TRY(fk_store_mutation_size(to->store, &mutation, &count));
    put_text(to, "\nmutation");
    put_number(to, count);
    put_text(to, "\n");
    return fk_ok();
}

/* --- the vector ------------------------------------------------------------------------------------- */

/* The files as they were: size u64 and bytes of each, in the order of fk_vault_file up to the keys, the last there was. */
static void load_golden_of(fixture *f, const char *name)
{
    size_t size_bytes = 0;
    uint8_t *bytes = vectors_read_own(name, &size_bytes);
    size_t offset = 0;
    for (unsigned file = 0; file <= FK_FILE_KEYS; file++) {
        assert_true(size_bytes - offset >= 8);
        uint64_t file_size_bytes = fk_get_u64(bytes + offset);
        offset += 8;
        assert_true(file_size_bytes <= size_bytes - offset);
        memory_disk_replace(f->disk, (fk_vault_file)file, fk_bytes_of(bytes + offset, (size_t)file_size_bytes));
        offset += (size_t)file_size_bytes;
    }
    assert_int_equal(offset, size_bytes);
    free(bytes);
}

static void load_golden(fixture *f)
{
    load_golden_of(f, "vault-v1.bin");
}

static fk_status open_golden(fixture *f)
{
    fk_store_report report;
    fk_error error;
    return fk_store_open(&f->config, &f->store, &report, &error);
}

static void assert_shows(fixture *f, const char *name)
{
    size_t size_bytes = 0;
    uint8_t *expected = vectors_read_own(name, &size_bytes);
    listing to = { .store = f->store };
    fk_buffer_init(&to.text, &fk_allocator_libc, 1024 * 1024);
    assert_true(fk_is_ok(list_vault(&to)));
    assert_int_equal(to.text.size_bytes, size_bytes);
    assert_memory_equal(to.text.data, expected, size_bytes);
    fk_buffer_free(&to.text);
    free(expected);
    fk_store_check_result result;
    assert_true(fk_is_ok(fk_store_check(f->store, &result)));
    assert_true(result.pages_good);
    assert_true(result.rebuilt_equal);
}

static void assert_shows_the_same(fixture *f)
{
    assert_shows(f, "vault-v1.txt");
}

static void golden__version_1_migrates_and_shows_the_same(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    load_golden(&f);
    assert_true(fk_is_ok(open_golden(&f)));
    assert_shows_the_same(&f);
    /* Once only: the next opening writes nothing but the superblock in use over itself. */
    assert_true(fk_is_ok(fk_store_checkpoint(f.store)));
    fk_store_close(f.store);
    memory_disk_set_quota(f.disk, 1);
    uint64_t write_count = memory_disk_count(f.disk, MEMORY_DISK_WRITE);
    assert_true(fk_is_ok(open_golden(&f)));
    assert_int_equal(memory_disk_count(f.disk, MEMORY_DISK_WRITE), write_count + 1);
    assert_shows_the_same(&f);
    fixture_free(&f);
}

static void golden__version_2_migrates_and_shows_the_same(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    load_golden_of(&f, "vault-v2.bin");
    assert_true(fk_is_ok(open_golden(&f)));
    assert_shows(&f, "vault-v2.txt");
    fixture_free(&f);
}

/* Length of the page-tag table behind a superblock that says its counter is the higher one. */
static uint64_t tag_table_bytes(const fixture *f)
{
    static const fk_vault_file files[2] = { FK_FILE_SUPERBLOCK_0, FK_FILE_SUPERBLOCK_1 };
    uint64_t counter = 0;
    uint64_t size_bytes = 0;
    for (int i = 0; i < 2; i++) {
        fk_bytes file = memory_disk_content(f->disk, files[i]);
        if (file.size_bytes > 0 && fk_get_u64(file.data + 32) > counter) {
            counter = fk_get_u64(file.data + 32);
            size_bytes = fk_get_u64(file.data + 88);
        }
    }
    return size_bytes;
}

/* It was written before superblocks had page-tag tables: it opens, and the next checkpoint writes one, by which an
 * older page is seen from then on. */
static void golden__a_vault_without_page_tags_gets_them(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    load_golden(&f);
    assert_int_equal(tag_table_bytes(&f), 0);
    assert_true(memory_disk_content(f.disk, FK_FILE_PAGES).size_bytes > 0);
    assert_true(fk_is_ok(open_golden(&f)));
    assert_true(fk_is_ok(fk_store_checkpoint(f.store)));
    fk_store_numbers numbers;
    assert_true(fk_is_ok(fk_store_numbers_read(f.store, &numbers)));
    assert_int_equal(tag_table_bytes(&f), numbers.page_file_bytes / 8192 * 16);
    assert_shows_the_same(&f);
    fixture_free(&f);
}

/* Goal: a power cut at any write or flush of the migration leaves version 1 or version 2, whole. */
static void golden__migration_survives_a_power_cut_anywhere(void **state)
{
    (void)state;
    unsigned cut_count = 0;
    for (uint64_t k = 0;; k++) {
        fixture f;
        fixture_begin(&f);
        load_golden(&f);
        memory_disk_crash_at(f.disk, k);
        fk_status status = open_golden(&f);
        bool was_cut = memory_disk_is_down(f.disk);
        assert_int_equal(fk_is_ok(status), !was_cut);
        if (was_cut) {
            cut_count++;
            memory_disk_crash(f.disk);
            assert_true(fk_is_ok(open_golden(&f)));
        }
        assert_shows_the_same(&f);
        fixture_free(&f);
        if (!was_cut) {
            break;
        }
    }
    assert_true(cut_count >= 2);
}

/* Each read, write, flush, truncate and size fails once, or is short: the vault does not open, or opens whole; the next
 * opening migrates. */
static void golden__migration_survives_each_failed_call(void **state)
{
    (void)state;
    unsigned failed_count = 0;
    for (size_t kind = 0; kind < MEMORY_DISK_FAULT_COUNT; kind++) {
        bool has_failed = true;
        for (uint64_t k = 0; has_failed; k++) {
            fixture f;
            fixture_begin(&f);
            load_golden(&f);
            uint64_t call_count = memory_disk_count(f.disk, memory_disk_faults[kind].operation);
            memory_disk_fail(f.disk, memory_disk_faults[kind].operation, k, memory_disk_faults[kind].failure);
            fk_status status = open_golden(&f);
            has_failed = memory_disk_count(f.disk, memory_disk_faults[kind].operation) > call_count + k;
            memory_disk_heal(f.disk);
            assert_true(fk_is_ok(status) || has_failed);
            if (!fk_is_ok(status)) {
                memory_disk_crash(f.disk);
                assert_int_equal(open_golden(&f).code, FK_OK);
            }
            assert_shows_the_same(&f);
            fixture_free(&f);
            failed_count += has_failed;
        }
    }
    print_message("%u calls of the migration failed in turn\n", failed_count);
    assert_true(failed_count > 15);
}

static void golden__migration_on_a_full_disk_leaves_the_vault_as_it_was(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    load_golden(&f);
    memory_disk_set_quota(f.disk, 1);
    assert_int_equal(open_golden(&f).code, FK_ERR_FULL);
    assert_null(f.store);
    memory_disk_set_quota(f.disk, MEMORY_DISK_NO_QUOTA);
    assert_true(fk_is_ok(open_golden(&f)));
    assert_shows_the_same(&f);
    fixture_free(&f);
}

/* Pages of 4096 bytes, some of them in the log under the MAC of their tags. */
static void golden__format_2_opens_and_shows_the_same(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    load_golden_of(&f, "vault-format-2.bin");
    fk_store_report report;
    fk_error error;
    assert_true(fk_is_ok(fk_store_open(&f.config, &f.store, &report, &error)));
    assert_false(report.torn_tail);
    assert_shows(&f, "vault-format-2.txt");
    assert_true(fk_is_ok(fk_store_checkpoint(f.store)));
    fk_store_numbers numbers;
    assert_true(fk_is_ok(fk_store_numbers_read(f.store, &numbers)));
    assert_int_equal(tag_table_bytes(&f), numbers.page_file_bytes / 4096 * 16);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden__version_1_migrates_and_shows_the_same),
        cmocka_unit_test(golden__version_2_migrates_and_shows_the_same),
        cmocka_unit_test(golden__a_vault_without_page_tags_gets_them),
        cmocka_unit_test(golden__migration_survives_a_power_cut_anywhere),
        cmocka_unit_test(golden__migration_survives_each_failed_call),
        cmocka_unit_test(golden__format_2_opens_and_shows_the_same),
        cmocka_unit_test(golden__migration_on_a_full_disk_leaves_the_vault_as_it_was),
    };
    return cmocka_run_group_tests_name("store_golden", tests, NULL, NULL);
}
