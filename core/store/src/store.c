/* store.c — lifetime of a store, transactions, meta values, numbers. */
#include "store_internal.h"

#include <string.h>

#include "fk/assert.h"

#include "schema.h"

#include "fk/banned.h"

/* --- opening ---------------------------------------------------------------------------------- */

static fk_status set_key(fk_store *store, const fk_key *page_key)
{
    static const char prefix[] = "raw:";
    uint8_t key[sizeof prefix - 1 + FK_KEY_SIZE_BYTES];
    memcpy(key, prefix, sizeof prefix - 1);
    memcpy(key + sizeof prefix - 1, page_key->bytes, FK_KEY_SIZE_BYTES);
    int result = sqlite3_key_v2(store->database, "main", key, sizeof key);
    fk_wipe(key, sizeof key);
    return fk_status_of_sqlite(result);
}

/* With these settings every transaction is one batch of the VFS. The cache, in KiB, spares opening sealed pages again:
 * 2,000 reads of one answer among 10,000 spent half of their time on it with SQLite's own 2,000 KiB. */
static const char settings[] = "PRAGMA memory_security = fill;" /* what is released is overwritten: rows hold keys */
                               "PRAGMA journal_mode = MEMORY;"
                               "PRAGMA locking_mode = EXCLUSIVE;"
                               "PRAGMA cache_spill = OFF;"
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA cache_size = -12288;"
                               "PRAGMA foreign_keys = ON;"
                               "PRAGMA trusted_schema = OFF;";

/* After the others, because it writes page 1 at once and would open a journal file before journal_mode; and for a new
 * database only, because it writes each time it is set: a vault must open on a full disk and read untouched. */
static const char settings_of_a_new_database[] = "PRAGMA auto_vacuum = INCREMENTAL;";

/* Settings alone are no proof that pages are encrypted and authenticated: without a key SQLite3MC
 * says hmac_check 1 all the same, but reserves no bytes and has no salt. */
static fk_status check_cipher(fk_store *store, fk_error *error)
{
    int reserved_bytes = -1;
    int result = sqlite3_file_control(store->database, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved_bytes);
    unsigned char *salt = sqlite3mc_codec_data(store->database, "main", "cipher_salt");
    bool is_keyed = salt != NULL;
    sqlite3_free(salt);
    bool is_right = result == SQLITE_OK && reserved_bytes == 32 && is_keyed &&
                    sqlite3mc_config(store->database, "hmac_check", -1) == 1 &&
                    sqlite3mc_config_cipher(store->database, "chacha20", "legacy", -1) == 0 &&
                    sqlite3mc_config_cipher(store->database, "chacha20", "plaintext_header_size", -1) == 0;
    if (!is_right) {
        fk_error_set(error, "cipher");
        return fk_status_of(FK_ERR_DAMAGED);
    }
    return fk_ok();
}

/* All steps and the rebuilding in one transaction: a vault is of one version or of the other. A vault that is up to
 * date is not written to. */
static fk_status migrate(fk_store *store)
{
    int version = 0;
    FK_TRY(fk_schema_version(store->database, &version));
    if (version > FK_STORE_SCHEMA_VERSION) {
        store->is_read_only = true; /* its tables can be read, says fk_schema_version() */
    }
    if (version >= FK_STORE_SCHEMA_VERSION) {
        return fk_ok();
    }
    FK_TRY(fk_store_begin(store));
    fk_status status = fk_schema_upgrade(store->database, version);
    if (fk_is_ok(status) && version > 0) {
        status = fk_store_rebuild(store);
    }
    if (fk_is_ok(status)) {
        status = fk_store_commit(store);
    }
    if (!fk_is_ok(status)) {
        fk_store_rollback(store);
    }
    return status;
}

static fk_status open_database(fk_store *store, const fk_store_config *config, bool is_new, fk_error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;
    int result = sqlite3_open_v2(fk_vfs_name(store->vfs), &store->database, flags, NULL);
    FK_TRY(fk_status_of_sqlite(result));
    store->statements.database = store->database;
    /* A statement is planned once, whatever is bound to it. */
    (void)sqlite3_db_config(store->database, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    FK_TRY(set_key(store, &config->keys->page));
    char page_size[48];
    sqlite3_snprintf(sizeof page_size, page_size, "PRAGMA page_size = %u", fk_vfs_page_size_bytes(store->vfs));
    FK_TRY(fk_sql_execute(store->database, page_size));
    FK_TRY(fk_sql_execute(store->database, settings));
    if (is_new) {
        FK_TRY(fk_sql_execute(store->database, settings_of_a_new_database));
    }
    FK_TRY(migrate(store));
    FK_TRY(store->is_read_only ? fk_sql_execute(store->database, "PRAGMA query_only = ON") : fk_ok());
    return check_cipher(store, error);
}

static fk_status open_files(fk_store *store, const fk_store_config *config, bool is_new, fk_store_report *report_out,
                            fk_error *error)
{
    fk_vfs_config vfs_config = {
        .allocator = config->allocator,
        .disk = config->disk,
        .store_id = config->vault_id,
        .mac_key = &config->keys->store_mac,
        .page_key = &config->keys->page,
        .is_read_only = config->is_read_only,
    };
    if (is_new) {
        return fk_vfs_create(&vfs_config, &store->vfs);
    }
    fk_vfs_report *report = &store->report;
    fk_status status = fk_vfs_open(&vfs_config, &store->vfs, report);
    report_out->torn_tail = report->torn_tail;
    report_out->finished_checkpoint = report->unfinished_checkpoint && !report->rewrite_pending;
    report_out->rewrite_pending = report->rewrite_pending;
    if (report->damage != FK_VFS_DAMAGE_NONE) {
        fk_error_set(error, "%s", fk_store_damage_name(report->damage));
    }
    return status;
}

static fk_status open_store(const fk_store_config *config, bool is_new, fk_store **store_out,
                            fk_store_report *report_out, fk_error *error)
{
    *store_out = NULL;
    *report_out = (fk_store_report){ .torn_tail = false };
    fk_store *store = fk_allocate(config->allocator, sizeof *store);
    if (store == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    store->allocator = config->allocator;
    store->is_read_only = config->is_read_only;
    fk_status status = open_files(store, config, is_new, report_out, error);
    if (fk_is_ok(status)) {
        status = open_database(store, config, is_new, error);
    }
    if (fk_is_ok(status) && is_new) {
        store->device = fk_random_id();
        status = fk_store_meta_put(store, "device", fk_bytes_of(store->device.bytes, FK_ID_SIZE_BYTES));
    }
    if (fk_is_ok(status)) {
        status = fk_operations_load(store);
    }
    report_out->is_read_only = store->is_read_only;
    if (!fk_is_ok(status)) {
        fk_store_close(store);
        return status;
    }
    *store_out = store;
    return fk_ok();
}

fk_status fk_store_create(const fk_store_config *config, fk_store **store_out, fk_error *error)
{
    fk_store_report report;
    return open_store(config, true, store_out, &report, error);
}

fk_status fk_store_open(const fk_store_config *config, fk_store **store_out, fk_store_report *report_out,
                        fk_error *error)
{
    return open_store(config, false, store_out, report_out, error);
}

void fk_store_close(fk_store *store)
{
    if (store == NULL) {
        return;
    }
    fk_statements_finalize(&store->statements);
    if (store->database != NULL) {
        store->is_writing = false;
        store->has_stale_index = false;
        fk_store_rollback(store);
        int result = sqlite3_close(store->database);
        FK_ASSERT(result == SQLITE_OK);
    }
    fk_vfs_close(store->vfs);
    fk_release(store->allocator, store, sizeof *store);
}

/* --- transactions ----------------------------------------------------------------------------- */

static fk_status run_statement(fk_store *store, fk_sql sql)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    return fk_query_run(&query);
}

/* When memory runs out inside the full-text index, SQLite rolls the transaction back at once and the index then keeps
 * totals it could not read: zeros. They would be found wrong by the next write, or written out by the next read. A
 * write to the index that is rolled back makes it forget them. */
static fk_status reset_index(fk_store *store)
{
    if (!store->has_stale_index) {
        return fk_ok();
    }
    static const char reset[] = "BEGIN; INSERT INTO case_names(case_names, rank) VALUES('secure-delete', 1); ROLLBACK;";
    fk_status status = fk_sql_execute(store->database, reset);
    if (sqlite3_get_autocommit(store->database) == 0) {
        (void)sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    }
    store->has_stale_index = !fk_is_ok(status);
    return status;
}

fk_status fk_store_begin(fk_store *store)
{
    store->at_begin = store->counters;
    if (store->is_read_only) {
        return fk_status_of(FK_ERR_READ_ONLY);
    }
    FK_TRY(reset_index(store));
    FK_TRY(run_statement(store, FK_SQL_BEGIN));
    store->is_writing = true;
    return fk_ok();
}

fk_status fk_store_commit(fk_store *store)
{
    FK_TRY(store->needs_rebuild ? fk_store_rebuild(store) : fk_ok());
    FK_TRY(run_statement(store, FK_SQL_COMMIT));
    store->needs_rebuild = false;
    store->is_writing = false;
    return fk_ok();
}

void fk_store_rollback(fk_store *store)
{
    bool is_open = sqlite3_get_autocommit(store->database) == 0;
    if (is_open) {
        (void)sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    }
    store->has_stale_index = store->has_stale_index || (store->is_writing && !is_open);
    store->is_writing = false;
    store->needs_rebuild = false;
    store->counters = store->at_begin;
    (void)reset_index(store); /* or at the next begin */
}

/* --- meta values and numbers ------------------------------------------------------------------ */

fk_status fk_store_meta_put(fk_store *store, const char *key, fk_bytes value)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_META_PUT, &query));
    fk_query_text(&query, 1, fk_bytes_text(key));
    fk_query_blob(&query, 2, value);
    return fk_query_run(&query);
}

fk_status fk_store_meta_get(fk_store *store, const char *key, fk_arena *arena, fk_bytes *value_out)
{
    *value_out = (fk_bytes){ NULL, 0 };
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_META_GET, &query));
    fk_query_text(&query, 1, fk_bytes_text(key));
    return fk_query_bytes(&query, arena, value_out);
}

const fk_id *fk_store_device(const fk_store *store)
{
    return &store->device;
}

fk_status fk_store_failure(const fk_store *store)
{
    return fk_vfs_failure(store->vfs);
}

fk_status fk_store_checkpoint(fk_store *store)
{
    return fk_vfs_checkpoint(store->vfs);
}

fk_status fk_store_tidy(fk_store *store, bool *is_moved_out)
{
    fk_vfs_statistics statistics;
    fk_vfs_statistics_get(store->vfs, &statistics);
    *is_moved_out = false;
    if (store->is_read_only || statistics.log_bytes < FK_STORE_CHECKPOINT_WORTH_BYTES) {
        return fk_ok();
    }
    FK_TRY(fk_vfs_checkpoint(store->vfs));
    *is_moved_out = true;
    return fk_ok();
}

fk_status fk_store_reserve(fk_store *store)
{
    return store->is_read_only ? fk_status_of(FK_ERR_READ_ONLY) : fk_vfs_reserve(store->vfs, FK_STORE_ROOM_SIZE_BYTES);
}

fk_status fk_store_numbers_read(fk_store *store, fk_store_numbers *numbers_out)
{
    *numbers_out = (fk_store_numbers){ 0 };
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_NUMBERS, &query));
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    numbers_out->operation_count = (uint64_t)fk_query_column_integer(&query, 0);
    uint64_t oldest_draft_ms = (uint64_t)fk_query_column_integer(&query, 1);
    fk_query_end(&query);
    fk_progress_numbers progress;
    FK_TRY(fk_store_progress_numbers(store, &progress));
    numbers_out->draft_count = progress.draft_count;
    numbers_out->unsent_count = progress.device_operations + progress.draft_count;
    uint64_t oldest_ms = progress.oldest_unsent_ms;
    bool is_draft_older = oldest_ms == 0 || (oldest_draft_ms > 0 && oldest_draft_ms < oldest_ms);
    numbers_out->oldest_unsent_ms = is_draft_older ? oldest_draft_ms : oldest_ms;
    fk_vfs_statistics statistics;
    fk_vfs_statistics_get(store->vfs, &statistics);
    numbers_out->page_file_bytes = statistics.page_file_bytes;
    numbers_out->log_bytes = statistics.log_bytes;
    return fk_ok();
}

uint32_t fk_store_version(void)
{
    return FK_STORE_SCHEMA_VERSION;
}

const char *fk_store_sqlite_version(void)
{
    return sqlite3_libversion();
}
