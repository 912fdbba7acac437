/* The store below the commands: which tables are sources, rebuilding byte for byte, migrations, paging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fk/record.h"

#include "schema.h"
#include "store_internal.h"

#include "memory_disk.h"
#include "seeded_random.h"

typedef struct fixture {
    memory_disk *disk;
    seeded_random random;
    fk_vault_keys keys;
    fk_store_config config;
    fk_store *store;
    unsigned mutation_count;
} fixture;

static void fixture_init(fixture *f)
{
    memset(f, 0, sizeof *f);
    f->disk = memory_disk_new(1);
    f->random.state = 7;
    fk_random random = seeded_random_port(&f->random);
    assert_true(fk_is_ok(fk_crypto_start(&random)));
    fk_key master = { { 9 } };
    fk_vault_keys_derive(&master, &f->keys);
    f->config = (fk_store_config){
        .allocator = &fk_allocator_libc,
        .disk = memory_disk_port(f->disk),
        .keys = &f->keys,
        .vault_id = { { 5 } },
    };
    fk_error error;
    assert_true(fk_is_ok(fk_store_create(&f->config, &f->store, &error)));
}

static void fixture_free(fixture *f)
{
    fk_store_close(f->store);
    memory_disk_free(f->disk);
}

static fk_id id_of(uint8_t kind, uint8_t number)
{
    fk_id id = { { kind } };
    id.bytes[15] = number;
    return id;
}

static fk_field_write text_field(const char *field, const char *json)
{
    return (fk_field_write){ .field = fk_bytes_text(field), .has_value = true, .value = fk_bytes_text(json) };
}

static void write_record(fixture *f, uint8_t case_number, const char *type, fk_id record, const fk_field_write *fields,
                         size_t field_count, uint64_t time_ms)
{
    fk_mutation mutation = { .id = id_of(0x99, (uint8_t)++f->mutation_count), .time_ms = time_ms };
    fk_record_write write = {
        .case_id = id_of(0xC0, case_number),
        .record = record,
        .type = fk_bytes_text(type),
        .fields = fields,
        .field_count = field_count,
    };
    assert_true(fk_is_ok(fk_store_begin(f->store)));
    assert_true(fk_is_ok(fk_store_write(f->store, &mutation, &write, 1)));
    assert_true(fk_is_ok(fk_store_commit(f->store)));
}

static void write_case(fixture *f, uint8_t number, const char *name_json, uint64_t time_ms)
{
    char person_hex[FK_ID_HEX_SIZE + 1];
    char person_json[FK_ID_HEX_SIZE + 3];
    fk_id person = id_of(0xA0, number);
    fk_id_to_hex(&person, person_hex);
    (void)snprintf(person_json, sizeof person_json, "\"%s\"", person_hex);
    fk_field_write case_fields[] = { text_field("status", "\"open\""), text_field("reference", "\"R\"") };
    fk_field_write person_fields[] = { text_field("name", name_json) };
    fk_field_write party_fields[] = { text_field("person", person_json), text_field("role", "\"victim\"") };
    write_record(f, number, "case", id_of(0xC0, number), case_fields, 2, time_ms);
    write_record(f, number, "person", person, person_fields, 1, time_ms);
    write_record(f, number, "party", id_of(0xA1, number), party_fields, 2, time_ms);
}

static void append_piece(void *ctx, fk_bytes piece)
{
    assert_true(fk_is_ok(fk_buffer_append(ctx, piece)));
}

static void dump(fixture *f, fk_buffer *target, uint64_t *row_count)
{
    fk_buffer_init(target, &fk_allocator_libc, 16 * 1024 * 1024);
    assert_true(fk_is_ok(fk_store_dump(f->store, append_piece, target, row_count)));
}

/* --- tests ------------------------------------------------------------------------------------- */

static bool is_source(const char *table)
{
    for (size_t i = 0; fk_schema_sources[i] != NULL; i++) {
        if (strcmp(fk_schema_sources[i], table) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_derived(const char *table)
{
    for (unsigned i = 0; i < fk_derived_table_count; i++) {
        const char *name = fk_derived_tables[i].name;
        size_t size = strlen(name);
        /* The full-text index keeps its parts in tables named after it. */
        if (strcmp(name, table) == 0 || (strncmp(name, table, size) == 0 && table[size] == '_')) {
            return true;
        }
    }
    return false;
}

static void store__every_table_is_a_source_or_derived(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(f.store->database,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                        " AND sql NOT LIKE '%fts5vocab%'",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    unsigned source_count = 0;
    unsigned derived_count = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        if (is_source(name)) {
            source_count++;
        } else if (is_derived(name)) {
            derived_count++;
        } else {
            fail_msg("%s is neither a source nor derived", name);
        }
    }
    sqlite3_finalize(statement);
    assert_int_equal(source_count, 11);
    assert_true(derived_count >= fk_derived_table_count);
    fixture_free(&f);
}

static void store__derived_tables_follow_from_the_sources_alone(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    for (uint8_t i = 1; i <= 40; i++) {
        write_case(&f, i, i % 2 == 0 ? "\"Ann Lee\"" : "\"Zo\xC3\xAB Ray\"", 1000 + i);
    }
    /* Changed, taken away, hidden. */
    fk_field_write renamed = text_field("name", "\"Bea Lee\"");
    write_record(&f, 1, "person", id_of(0xA0, 1), &renamed, 1, 5000);
    fk_field_write taken = { .field = fk_bytes_text("reference") };
    write_record(&f, 2, "case", id_of(0xC0, 2), &taken, 1, 5001);
    fk_field_write hidden = text_field("state", "\"hidden\"");
    write_record(&f, 3, "case", id_of(0xC0, 3), &hidden, 1, 5002);

    fk_buffer live;
    fk_buffer rebuilt;
    uint64_t live_rows = 0;
    uint64_t rebuilt_rows = 0;
    dump(&f, &live, &live_rows);
    assert_true(fk_is_ok(fk_store_begin(f.store)));
    for (unsigned i = 0; i < fk_derived_table_count; i++) {
        assert_true(fk_is_ok(fk_sql_execute(f.store->database, fk_derived_tables[i].clear)));
    }
    assert_true(fk_is_ok(fk_store_rebuild(f.store)));
    assert_true(fk_is_ok(fk_store_commit(f.store)));
    dump(&f, &rebuilt, &rebuilt_rows);
    assert_true(live_rows > 40 * 4);
    assert_int_equal(live_rows, rebuilt_rows);
    assert_true(fk_bytes_equal(fk_buffer_view(&live), fk_buffer_view(&rebuilt)));
    fk_buffer_free(&live);
    fk_buffer_free(&rebuilt);
    fixture_free(&f);
}

static void store__check_notices_a_derived_row_that_no_operation_made(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    write_case(&f, 1, "\"Ann Lee\"", 1000);
    fk_store_check_result result;
    assert_true(fk_is_ok(fk_store_check(f.store, &result)));
    assert_true(result.pages_good);
    assert_true(result.rebuilt_equal);
    assert_true(fk_is_ok(fk_sql_execute(f.store->database, "UPDATE cases SET victim_name = 'Someone Else'")));
    assert_true(fk_is_ok(fk_store_check(f.store, &result)));
    assert_false(result.rebuilt_equal);
    fixture_free(&f);
}

typedef struct collected {
    uint64_t last_sort_key;
    fk_id last;
    unsigned count;
    uint64_t last_changed_ms;
} collected;

static fk_status collect_case(void *ctx, const fk_case_row *row, uint64_t sort_key)
{
    collected *all = ctx;
    assert_true(all->count == 0 || sort_key < all->last_sort_key ||
                (sort_key == all->last_sort_key && memcmp(row->case_id.bytes, all->last.bytes, 16) < 0));
    all->last_sort_key = sort_key;
    all->last = row->case_id;
    all->last_changed_ms = row->changed_ms;
    all->count++;
    return fk_ok();
}

static void store__pages_give_every_case_once(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    for (uint8_t i = 1; i <= 25; i++) {
        write_case(&f, i, "\"Ann Lee\"", 1000);
    }
    collected all = { .count = 0 };
    fk_case_query query = { .limit = 10 };
    uint32_t total = 0;
    for (unsigned page = 0; page < 3; page++) {
        assert_true(fk_is_ok(fk_store_cases(f.store, &query, collect_case, &all, &total)));
        query.has_after = true;
        query.after_sort_key = all.last_sort_key;
        query.after_case_id = all.last;
    }
    assert_int_equal(all.count, 25);
    assert_int_equal(total, 25);
    fixture_free(&f);
}

/* As a newer app would have left it: the version of its tables, and which app can read them. */
static void leave_as_newer(fixture *f, const char *readable_by)
{
    char sql[200];
    (void)snprintf(sql, sizeof sql,
                   "ALTER TABLE operations ADD COLUMN of_a_newer_app TEXT; PRAGMA user_version = 99;"
                   "UPDATE vault_meta SET value = CAST('%s' AS BLOB) WHERE key = 'readable_by'",
                   readable_by);
    write_case(f, 1, "\"Ann Lee\"", 1000);
    assert_true(fk_is_ok(fk_sql_execute(f->store->database, sql)));
    assert_true(fk_is_ok(fk_store_checkpoint(f->store)));
    fk_store_close(f->store);
    f->store = NULL;
}

static void assert_same_files(memory_disk *disk, memory_disk *before)
{
    for (int file = 0; file < FK_FILE_COUNT; file++) {
        assert_true(fk_bytes_equal(memory_disk_content(disk, (fk_vault_file)file),
                                   memory_disk_content(before, (fk_vault_file)file)));
    }
}

static void store__newer_schema_is_refused_untouched(void **state)
{
    (void)state;
    static const char *const not_by_us[] = { "99", "4", "" };
    for (size_t i = 0; i < sizeof not_by_us / sizeof not_by_us[0]; i++) {
        fixture f;
        fixture_init(&f);
        leave_as_newer(&f, not_by_us[i]);
        memory_disk *before = memory_disk_clone(f.disk, 0);
        fk_store_report report;
        fk_error error;
        assert_int_equal(fk_store_open(&f.config, &f.store, &report, &error).code, FK_ERR_NEWER_VERSION);
        assert_null(f.store);
        assert_same_files(f.disk, before);
        memory_disk_free(before);
        fixture_free(&f);
    }
}

static void store__newer_schema_that_can_be_read_is_only_read(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    leave_as_newer(&f, "2");
    memory_disk *before = memory_disk_clone(f.disk, 0);
    fk_store_report report;
    fk_error error;
    assert_int_equal(fk_store_open(&f.config, &f.store, &report, &error).code, FK_OK);
    assert_true(report.is_read_only);
    fk_store_damage damage;
    assert_int_equal(fk_store_damage_read(f.store, &damage).code, FK_OK);
    assert_int_equal(damage.case_count, 1);
    assert_int_equal(damage.unreadable_count, 0);
    assert_int_equal(fk_store_begin(f.store).code, FK_ERR_READ_ONLY);
    assert_int_equal(fk_store_reserve(f.store).code, FK_ERR_READ_ONLY);
    assert_int_equal(fk_store_meta_put(f.store, "device", fk_bytes_text("x")).code, FK_ERR_READ_ONLY);
    assert_same_files(f.disk, before);
    memory_disk_free(before);
    fixture_free(&f);
}

static void store__opens_on_a_full_disk_and_needs_no_room(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    write_case(&f, 1, "\"Ann Lee\"", 1000);
    assert_true(fk_is_ok(fk_store_checkpoint(f.store)));
    fk_store_close(f.store);
    memory_disk_set_quota(f.disk, 1);
    uint64_t write_count = memory_disk_count(f.disk, MEMORY_DISK_WRITE);
    fk_store_report report;
    fk_error error;
    assert_int_equal(fk_store_open(&f.config, &f.store, &report, &error).code, FK_OK);
    fk_store_numbers numbers;
    assert_true(fk_is_ok(fk_store_numbers_read(f.store, &numbers)));
    assert_true(numbers.operation_count > 0);
    assert_int_equal(memory_disk_count(f.disk, MEMORY_DISK_WRITE), write_count + 1); /* the superblock over itself */
    fixture_free(&f);
}

static void store__rolled_back_write_leaves_no_gap(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    write_case(&f, 1, "\"Ann Lee\"", 1000);
    int64_t next = f.store->counters.next_sequence;
    fk_mutation mutation = { .id = id_of(0x99, 200), .time_ms = 2000 };
    fk_field_write field = text_field("name", "\"Never\"");
    fk_record_write write = { id_of(0xC0, 1), id_of(0xA0, 1), fk_bytes_text("person"), &field, 1 };
    assert_true(fk_is_ok(fk_store_begin(f.store)));
    assert_true(fk_is_ok(fk_store_write(f.store, &mutation, &write, 1)));
    fk_store_rollback(f.store);
    assert_int_equal(f.store->counters.next_sequence, next);
    uint32_t operation_count = 1;
    assert_true(fk_is_ok(fk_store_mutation_size(f.store, &mutation.id, &operation_count)));
    assert_int_equal(operation_count, 0);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store__every_table_is_a_source_or_derived),
        cmocka_unit_test(store__derived_tables_follow_from_the_sources_alone),
        cmocka_unit_test(store__check_notices_a_derived_row_that_no_operation_made),
        cmocka_unit_test(store__pages_give_every_case_once),
        cmocka_unit_test(store__newer_schema_is_refused_untouched),
        cmocka_unit_test(store__newer_schema_that_can_be_read_is_only_read),
        cmocka_unit_test(store__opens_on_a_full_disk_and_needs_no_room),
        cmocka_unit_test(store__rolled_back_write_leaves_no_gap),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
