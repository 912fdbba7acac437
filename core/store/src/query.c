#include "query.h"

#include <limits.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

static const char *const sql_texts[FK_SQL_COUNT] = {
#define FK_SQL_TEXT(name, text) [FK_SQL_##name] = (text),
    FK_SQL_LIST(FK_SQL_TEXT)
#undef FK_SQL_TEXT
};

fk_status fk_status_of_sqlite(int result)
{
    switch (result & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return fk_ok();
    case SQLITE_NOMEM:
        return fk_status_of(FK_ERR_NO_MEMORY);
    case SQLITE_FULL:
        return fk_status_of(FK_ERR_FULL);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fk_status_of(FK_ERR_DAMAGED);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return fk_status_of(FK_ERR_IO);
    case SQLITE_TOOBIG:
        return fk_status_of(FK_ERR_TOO_LARGE);
    case SQLITE_READONLY:
        return fk_status_of(FK_ERR_READ_ONLY);
    default:
        return fk_status_of(FK_ERR_BUG);
    }
}

void fk_statements_finalize(fk_statements *statements)
{
    for (size_t i = 0; i < FK_SQL_COUNT; i++) {
        sqlite3_finalize(statements->prepared[i]);
        statements->prepared[i] = NULL;
    }
}

fk_status fk_query_begin(fk_statements *statements, fk_sql name, fk_query *query_out)
{
    *query_out = (fk_query){ .bind_result = SQLITE_OK };
    if (statements->prepared[name] == NULL) {
        int result = sqlite3_prepare_v3(statements->database, sql_texts[name], -1, SQLITE_PREPARE_PERSISTENT,
                                        &statements->prepared[name], NULL);
        FK_TRY(fk_status_of_sqlite(result));
    }
    FK_ASSERT(!sqlite3_stmt_busy(statements->prepared[name]));
    query_out->statement = statements->prepared[name];
    return fk_ok();
}

static void remember(fk_query *query, int result)
{
    if (query->bind_result == SQLITE_OK) {
        query->bind_result = result;
    }
}

void fk_query_id(fk_query *query, int position, const fk_id *id)
{
    remember(query, sqlite3_bind_blob(query->statement, position, id->bytes, FK_ID_SIZE_BYTES, SQLITE_STATIC));
}

/* SQLite takes a NULL pointer for SQL NULL; empty bytes are not NULL. */
static const void *data_or_empty(fk_bytes bytes)
{
    return bytes.size_bytes == 0 ? "" : (const void *)bytes.data;
}

void fk_query_text(fk_query *query, int position, fk_bytes text)
{
    remember(query, sqlite3_bind_text64(query->statement, position, data_or_empty(text), text.size_bytes, SQLITE_STATIC,
                                        SQLITE_UTF8));
}

void fk_query_blob(fk_query *query, int position, fk_bytes blob)
{
    remember(query,
             sqlite3_bind_blob64(query->statement, position, data_or_empty(blob), blob.size_bytes, SQLITE_STATIC));
}

void fk_query_integer(fk_query *query, int position, int64_t value)
{
    remember(query, sqlite3_bind_int64(query->statement, position, value));
}

void fk_query_null(fk_query *query, int position)
{
    remember(query, sqlite3_bind_null(query->statement, position));
}

fk_status fk_query_next(fk_query *query, bool *has_row_out)
{
    *has_row_out = false;
    int result = query->bind_result == SQLITE_OK ? sqlite3_step(query->statement) : query->bind_result;
    if (result == SQLITE_ROW) {
        *has_row_out = true;
        return fk_ok();
    }
    fk_query_end(query);
    return fk_status_of_sqlite(result);
}

fk_status fk_query_run(fk_query *query)
{
    bool has_row = false;
    fk_status status = fk_query_next(query, &has_row);
    FK_ASSERT(!has_row);
    return status;
}

fk_status fk_query_each(fk_query *query, fk_row_visitor *visitor, void *ctx)
{
    bool has_row = false;
    fk_status status = fk_query_next(query, &has_row);
    while (fk_is_ok(status) && has_row) {
        status = visitor(ctx, query);
        if (fk_is_ok(status)) {
            status = fk_query_next(query, &has_row);
        }
    }
    fk_query_end(query);
    return status;
}

fk_status fk_query_number(fk_query *query, int64_t otherwise, int64_t *number_out)
{
    bool has_row = false;
    *number_out = otherwise;
    FK_TRY(fk_query_next(query, &has_row));
    *number_out = has_row ? fk_query_column_integer(query, 0) : otherwise;
    fk_query_end(query);
    return fk_ok();
}

fk_status fk_query_bytes(fk_query *query, fk_arena *arena, fk_bytes *bytes_out)
{
    bool has_row = false;
    *bytes_out = (fk_bytes){ NULL, 0 };
    FK_TRY(fk_query_next(query, &has_row));
    if (!has_row) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    fk_status status = fk_bytes_copy(fk_query_column(query, 0), arena, bytes_out);
    fk_query_end(query);
    return status;
}

void fk_query_end(fk_query *query)
{
    if (query->statement != NULL) {
        sqlite3_reset(query->statement);
        /* Bound values are borrowed from the caller; do not keep them. */
        sqlite3_clear_bindings(query->statement);
        query->statement = NULL;
    }
}

fk_bytes fk_query_column(const fk_query *query, int column)
{
    const void *data = sqlite3_column_blob(query->statement, column);
    int size_bytes = sqlite3_column_bytes(query->statement, column);
    return data == NULL ? (fk_bytes){ NULL, 0 } : fk_bytes_of(data, (size_t)size_bytes);
}

int64_t fk_query_column_integer(const fk_query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

bool fk_query_column_is_null(const fk_query *query, int column)
{
    return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

fk_status fk_query_column_id(const fk_query *query, int column, fk_id *id_out)
{
    *id_out = (fk_id){ { 0 } };
    fk_bytes bytes = fk_query_column(query, column);
    if (bytes.size_bytes != FK_ID_SIZE_BYTES) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    memcpy(id_out->bytes, bytes.data, FK_ID_SIZE_BYTES);
    return fk_ok();
}

fk_status fk_sql_execute(sqlite3 *database, const char *sql)
{
    return fk_status_of_sqlite(sqlite3_exec(database, sql, NULL, NULL, NULL));
}
