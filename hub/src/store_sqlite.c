#include "hub_store.h"

#include <sqlite3.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

enum {
    APPLICATION_ID = 0x464b4842, /* "FKHB" in the file's header */
    BUSY_TIMEOUT_MS = 2000,
};

/* Prepared when the store is opened: going back must not need memory that just ran out. */
typedef enum hub_step { STEP_BEGIN, STEP_COMMIT, STEP_ROLLBACK, STEP_PART, STEP_KEEP, STEP_BACK, STEP_COUNT } hub_step;

static const char *const step_texts[STEP_COUNT] = {
    [STEP_BEGIN] = "BEGIN IMMEDIATE",       [STEP_COMMIT] = "COMMIT",
    [STEP_ROLLBACK] = "ROLLBACK",           [STEP_PART] = "SAVEPOINT part",
    [STEP_KEEP] = "RELEASE SAVEPOINT part", [STEP_BACK] = "ROLLBACK TO SAVEPOINT part",
};

struct fk_hub_store {
    const fk_allocator *allocator;
    sqlite3 *db;
    sqlite3_stmt *steps[STEP_COUNT];
    sqlite3_stmt *statements[FK_HUB_SQL_COUNT]; /* prepared at first use */
};

static fk_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return fk_ok();
    case SQLITE_FULL:
        return fk_status_of(FK_ERR_FULL);
    case SQLITE_NOMEM:
        return fk_status_of(FK_ERR_NO_MEMORY);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT: /* the hub looks before it writes, so a row that breaks one is not its own */
        return fk_status_of(FK_ERR_DAMAGED);
    default:
        return fk_status_of(FK_ERR_IO);
    }
}

static fk_status execute(fk_hub_store *store, const char *script)
{
    return status_of(sqlite3_exec(store->db, script, NULL, NULL, NULL));
}

static fk_status take_step(fk_hub_store *store, hub_step step)
{
    int code = sqlite3_step(store->steps[step]);
    (void)sqlite3_reset(store->steps[step]);
    return status_of(code);
}

/* --- open ------------------------------------------------------------------------------------ */

static fk_status pragma_number(fk_hub_store *store, const char *sql, int64_t *number_out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
    }
    *number_out = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    (void)sqlite3_finalize(statement);
    return code == SQLITE_DONE ? fk_status_of(FK_ERR_DAMAGED) : status_of(code);
}

/* Exclusive locking: one process has the file, which is what "one writer" means here, and the log
 * of SQLite needs no memory shared with others. */
static fk_status configure(fk_hub_store *store)
{
    (void)sqlite3_extended_result_codes(store->db, 1);
    (void)sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    if (sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK) {
        return fk_status_of(FK_ERR_IO);
    }
    return execute(store, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                          "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                          "BEGIN EXCLUSIVE; COMMIT;");
}

static fk_status migrate(fk_hub_store *store, fk_error *error)
{
    int64_t version = 0;
    int64_t application = 0;
    int64_t object_count = 0;
    FK_TRY(pragma_number(store, "PRAGMA user_version", &version));
    FK_TRY(pragma_number(store, "PRAGMA application_id", &application));
    FK_TRY(pragma_number(store, "SELECT COUNT(*) FROM sqlite_schema", &object_count));
    bool is_new = version == 0 && application == 0 && object_count == 0;
    if (!is_new && application != APPLICATION_ID) {
        fk_error_set(error, "The file of --store is a database of another program.");
        return fk_status_of(FK_ERR_DAMAGED);
    }
    if (version > FK_HUB_SCHEMA_VERSION) {
        fk_error_set(error, "The store was written by a newer version of the hub.");
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    if (version == FK_HUB_SCHEMA_VERSION) {
        return fk_ok();
    }
    FK_TRY(execute(store, "BEGIN IMMEDIATE; PRAGMA application_id = 1179338818;"));
    fk_status status = fk_ok();
    for (int64_t step = version; fk_is_ok(status) && step < FK_HUB_SCHEMA_VERSION; step++) {
        status = execute(store, fk_hub_migrations[step]);
    }
    if (fk_is_ok(status)) {
        status = execute(store, "PRAGMA user_version = 1; COMMIT;");
    }
    if (!fk_is_ok(status)) {
        fk_hub_store_rollback(store);
    }
    return status;
}

_Static_assert(APPLICATION_ID == 1179338818, "as in migrate(): a pragma takes no parameter");
_Static_assert(FK_HUB_SCHEMA_VERSION == 1, "as in migrate()");

static fk_status prepare_steps(fk_hub_store *store)
{
    for (size_t i = 0; i < STEP_COUNT; i++) {
        FK_TRY(status_of(
            sqlite3_prepare_v3(store->db, step_texts[i], -1, SQLITE_PREPARE_PERSISTENT, &store->steps[i], NULL)));
    }
    return fk_ok();
}

static fk_status open_file(fk_hub_store *store, const char *path, fk_error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK) {
        fk_error_set(error, "The file of --store cannot be opened or made: %s.", sqlite3_errmsg(store->db));
        return fk_status_of(FK_ERR_IO);
    }
    fk_status status = configure(store);
    int code = sqlite3_errcode(store->db) & 0xff;
    if (!fk_is_ok(status) && (code == SQLITE_BUSY || code == SQLITE_LOCKED)) {
        fk_error_set(error, "Another hub has the file of --store open.");
        return fk_status_of(FK_ERR_BUSY);
    }
    if (fk_is_ok(status)) {
        status = prepare_steps(store);
    }
    if (fk_is_ok(status)) {
        status = migrate(store, error);
    }
    if (!fk_is_ok(status) && error->detail[0] == '\0') {
        fk_error_set(error, "The file of --store cannot be used: %s.", sqlite3_errmsg(store->db));
    }
    return status;
}

fk_status fk_hub_store_open(const char *store_name, const fk_allocator *allocator, fk_hub_store **store_out,
                            fk_error *error)
{
    static const char prefix[] = "sqlite:";
    *store_out = NULL;
    error->detail[0] = '\0';
    if (strncmp(store_name, prefix, sizeof prefix - 1) != 0 || store_name[sizeof prefix - 1] == '\0') {
        fk_error_set(error, "--store wants sqlite:PATH.");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_hub_store *store = fk_allocate(allocator, sizeof *store);
    if (store == NULL) {
        fk_error_set(error, "There is not enough memory to open the store.");
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    store->allocator = allocator;
    fk_status status = open_file(store, store_name + sizeof prefix - 1, error);
    if (!fk_is_ok(status)) {
        fk_hub_store_close(store);
        return status;
    }
    *store_out = store;
    return fk_ok();
}

void fk_hub_store_close(fk_hub_store *store)
{
    if (store == NULL) {
        return;
    }
    fk_hub_store_rollback(store);
    for (size_t i = 0; i < FK_HUB_SQL_COUNT; i++) {
        (void)sqlite3_finalize(store->statements[i]);
    }
    for (size_t i = 0; i < STEP_COUNT; i++) {
        (void)sqlite3_finalize(store->steps[i]);
    }
    (void)sqlite3_close(store->db);
    fk_release(store->allocator, store, sizeof *store);
}

fk_status fk_hub_store_check(fk_hub_store *store)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, "PRAGMA integrity_check(1)", -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
    }
    const void *answer = code == SQLITE_ROW ? sqlite3_column_text(statement, 0) : NULL;
    bool is_sound = answer != NULL && strcmp(answer, "ok") == 0;
    (void)sqlite3_finalize(statement);
    fk_status status = status_of(code);
    return fk_is_ok(status) && !is_sound ? fk_status_of(FK_ERR_DAMAGED) : status;
}

/* --- transactions ------------------------------------------------------------------------------ */

/* One that could not be rolled back before is rolled back now, or there is none. */
fk_status fk_hub_store_begin(fk_hub_store *store)
{
    fk_hub_store_rollback(store);
    return sqlite3_get_autocommit(store->db) != 0 ? take_step(store, STEP_BEGIN) : fk_status_of(FK_ERR_IO);
}

fk_status fk_hub_store_commit(fk_hub_store *store)
{
    fk_status status = take_step(store, STEP_COMMIT);
    if (!fk_is_ok(status)) {
        fk_hub_store_rollback(store);
    }
    return status;
}

void fk_hub_store_rollback(fk_hub_store *store)
{
    if (store->db != NULL && sqlite3_get_autocommit(store->db) == 0) {
        (void)take_step(store, STEP_ROLLBACK);
    }
}

fk_status fk_hub_store_part_begin(fk_hub_store *store)
{
    return take_step(store, STEP_PART);
}

fk_status fk_hub_store_part_end(fk_hub_store *store, bool is_kept)
{
    if (!is_kept) {
        FK_TRY(take_step(store, STEP_BACK));
    }
    return take_step(store, STEP_KEEP);
}

/* --- statements -------------------------------------------------------------------------------- */

/* An empty value is a zero-length one, never NULL. */
static int bind_value(sqlite3_stmt *statement, int index, const fk_hub_value *value)
{
    if (value->is_bytes) {
        const void *data = value->bytes.size_bytes == 0 ? "" : (const void *)value->bytes.data;
        return sqlite3_bind_blob64(statement, index, data, value->bytes.size_bytes, SQLITE_STATIC);
    }
    FK_ASSERT(value->number <= INT64_MAX);
    return sqlite3_bind_int64(statement, index, (sqlite3_int64)value->number);
}

static void put_back(sqlite3_stmt *statement)
{
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
}

fk_status fk_hub_rows_begin(fk_hub_store *store, fk_hub_sql sql, const fk_hub_value *values, size_t value_count,
                            fk_hub_rows *rows_out)
{
    rows_out->statement = NULL;
    sqlite3_stmt **slot = &store->statements[sql];
    if (*slot == NULL) {
        const char *text = fk_hub_sql_texts[sql];
        FK_TRY(status_of(sqlite3_prepare_v3(store->db, text, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL)));
    }
    FK_ASSERT(sqlite3_stmt_busy(*slot) == 0);
    FK_ASSERT((size_t)sqlite3_bind_parameter_count(*slot) == value_count);
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < value_count; i++) {
        code = bind_value(*slot, (int)i + 1, &values[i]);
    }
    if (code != SQLITE_OK) {
        put_back(*slot);
        return status_of(code);
    }
    rows_out->statement = *slot;
    return fk_ok();
}

fk_status fk_hub_rows_next(fk_hub_rows *rows, bool *has_row_out)
{
    int code = sqlite3_step(rows->statement);
    *has_row_out = code == SQLITE_ROW;
    return status_of(code);
}

fk_status fk_hub_rows_number(const fk_hub_rows *rows, int column, uint64_t *number_out)
{
    sqlite3_int64 number = sqlite3_column_int64(rows->statement, column);
    bool is_valid = sqlite3_column_type(rows->statement, column) == SQLITE_INTEGER && number >= 0;
    *number_out = is_valid ? (uint64_t)number : 0;
    return is_valid ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
}

fk_bytes fk_hub_rows_bytes(const fk_hub_rows *rows, int column)
{
    const void *data = sqlite3_column_blob(rows->statement, column);
    return fk_bytes_of(data, data == NULL ? 0 : (size_t)sqlite3_column_bytes(rows->statement, column));
}

fk_status fk_hub_rows_copy(const fk_hub_rows *rows, int column, void *target, size_t size_bytes)
{
    fk_bytes bytes = fk_hub_rows_bytes(rows, column);
    if (bytes.size_bytes != size_bytes) {
        memset(target, 0, size_bytes);
        return fk_status_of(FK_ERR_DAMAGED);
    }
    memcpy(target, bytes.data, size_bytes);
    return fk_ok();
}

void fk_hub_rows_end(fk_hub_rows *rows)
{
    if (rows->statement != NULL) {
        put_back(rows->statement);
        rows->statement = NULL;
    }
}

fk_status fk_hub_store_run(fk_hub_store *store, fk_hub_sql sql, const fk_hub_value *values, size_t value_count,
                           uint64_t *changed_out)
{
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(fk_hub_rows_begin(store, sql, values, value_count, &rows));
    fk_status status = fk_hub_rows_next(&rows, &has_row);
    FK_ASSERT(!has_row);
    if (changed_out != NULL) {
        *changed_out = fk_is_ok(status) ? (uint64_t)sqlite3_changes(store->db) : 0;
    }
    fk_hub_rows_end(&rows);
    return status;
}
