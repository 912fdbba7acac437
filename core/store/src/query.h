/* query.h — prepared statements by name, with our status type. Private to core/store.
 *
 * Every SQL text of the store stands once, in query_sql.h. A statement is prepared at first use and
 * kept. Bind failures are remembered and answered by the next step, so call sites stay short. */
#ifndef FK_STORE_QUERY_H
#define FK_STORE_QUERY_H

#include <sqlite3.h>

#include "fk/bytes.h"

#include "query_sql.h"

typedef enum fk_sql {
#define FK_SQL_ENUM(name, text) FK_SQL_##name,
    FK_SQL_LIST(FK_SQL_ENUM)
#undef FK_SQL_ENUM
        FK_SQL_COUNT
} fk_sql;

typedef struct fk_statements {
    sqlite3 *database;
    sqlite3_stmt *prepared[FK_SQL_COUNT];
} fk_statements;

typedef struct fk_query {
    sqlite3_stmt *statement; /* borrowed from fk_statements */
    int bind_result;
} fk_query;

void fk_statements_finalize(fk_statements *statements);

/* Start a statement afresh. Not while an earlier query of the same name is still being stepped. */
FK_MUST_USE fk_status fk_query_begin(fk_statements *statements, fk_sql name, fk_query *query_out);

/* Bind by position from 1. Bytes are borrowed until the query ends. */
void fk_query_id(fk_query *query, int position, const fk_id *id);
void fk_query_text(fk_query *query, int position, fk_bytes text);
void fk_query_blob(fk_query *query, int position, fk_bytes blob);
void fk_query_integer(fk_query *query, int position, int64_t value);
void fk_query_null(fk_query *query, int position);

/* Step; *has_row_out says whether there is one. After the last row the query has ended. */
FK_MUST_USE fk_status fk_query_next(fk_query *query, bool *has_row_out);
/* Run a statement that gives no rows. */
FK_MUST_USE fk_status fk_query_run(fk_query *query);
/* Give every row to the visitor, until there is none or one answers an error; then the query has ended. */
typedef fk_status fk_row_visitor(void *ctx, const fk_query *query);
FK_MUST_USE fk_status fk_query_each(fk_query *query, fk_row_visitor *visitor, void *ctx);
/* The first column of the first row as a number, `otherwise` when there is no row; then the query has ended. */
FK_MUST_USE fk_status fk_query_number(fk_query *query, int64_t otherwise, int64_t *number_out);
/* The first column of the only row, copied into the arena; the query has ended. FK_ERR_NOT_FOUND: no row. */
FK_MUST_USE fk_status fk_query_bytes(fk_query *query, fk_arena *arena, fk_bytes *bytes_out);
/* End before the last row. Safe to repeat. */
void fk_query_end(fk_query *query);

/* Columns from 0, valid until the next step. A NULL column gives empty bytes, 0, or a zero id. */
fk_bytes fk_query_column(const fk_query *query, int column);
int64_t fk_query_column_integer(const fk_query *query, int column);
bool fk_query_column_is_null(const fk_query *query, int column);
/* FK_ERR_DAMAGED when the column is not 16 bytes. */
FK_MUST_USE fk_status fk_query_column_id(const fk_query *query, int column, fk_id *id_out);

/* Run SQL text of ours that is not on the list: pragmas and migrations. */
FK_MUST_USE fk_status fk_sql_execute(sqlite3 *database, const char *sql);
/* Map a result code of SQLite to a status. */
fk_status fk_status_of_sqlite(int result);

#endif
