/* hub_store.h — what the hub needs of a database: statements by name, values in, rows out.
 *
 * The statements are portable SQL and stand once, in hub_sql.c; a store only carries them out. Here
 * is what a store must do, store_sqlite.c does it on SQLite. One connection, one thread at a time,
 * one transaction open at most. Statuses are FK_ERR_IO, FK_ERR_FULL, FK_ERR_NO_MEMORY and
 * FK_ERR_DAMAGED; after any of them the transaction is rolled back by the caller. */
#ifndef FK_HUB_STORE_H
#define FK_HUB_STORE_H

#include "fk/wire.h"
#include "hub_sql.h"

typedef struct fk_hub_store fk_hub_store; /* opaque */

/* store: "sqlite:PATH". Brings the schema to FK_HUB_SCHEMA_VERSION.
 * error: a sentence. Also FK_ERR_INVALID_INPUT (no such kind of store), FK_ERR_NEWER_VERSION, FK_ERR_BUSY (another
 * process has it open). */
FK_MUST_USE fk_status fk_hub_store_open(const char *store, const fk_allocator *allocator, fk_hub_store **store_out,
                                        fk_error *error);
void fk_hub_store_close(fk_hub_store *store); /* rolls back; NULL is allowed */
/* Read every page and compare it with the indexes. FK_ERR_DAMAGED. */
FK_MUST_USE fk_status fk_hub_store_check(fk_hub_store *store);

FK_MUST_USE fk_status fk_hub_store_begin(fk_hub_store *store);
/* Durable when it answers FK_OK; rolled back when not. */
FK_MUST_USE fk_status fk_hub_store_commit(fk_hub_store *store);
void fk_hub_store_rollback(fk_hub_store *store);
/* A part of the transaction that can be taken back alone. Not nested. */
FK_MUST_USE fk_status fk_hub_store_part_begin(fk_hub_store *store);
FK_MUST_USE fk_status fk_hub_store_part_end(fk_hub_store *store, bool is_kept);

/* Numbers are at most INT64_MAX (asserted). */
typedef struct fk_hub_value {
    uint64_t number;
    fk_bytes bytes;
    bool is_bytes;
} fk_hub_value;

static inline fk_hub_value fk_hub_number(uint64_t number)
{
    return (fk_hub_value){ .number = number };
}

static inline fk_hub_value fk_hub_bytes(fk_bytes bytes)
{
    return (fk_hub_value){ .bytes = bytes, .is_bytes = true };
}

static inline fk_hub_value fk_hub_id(const fk_id *id)
{
    return fk_hub_bytes(fk_bytes_of(id->bytes, sizeof id->bytes));
}

static inline fk_hub_value fk_hub_digest(const fk_digest *digest)
{
    return fk_hub_bytes(fk_bytes_of(digest->bytes, sizeof digest->bytes));
}

/* The values of a statement: FK_HUB_VALUES(fk_hub_id(&agency), fk_hub_number(7)). At least one. */
#define FK_HUB_VALUES(...) \
    ((const fk_hub_value[]){ __VA_ARGS__ }), (sizeof((const fk_hub_value[]){ __VA_ARGS__ }) / sizeof(fk_hub_value))

/* Carry out a statement that gives no rows. changed_out: rows changed; may be NULL. */
FK_MUST_USE fk_status fk_hub_store_run(fk_hub_store *store, fk_hub_sql sql, const fk_hub_value *values,
                                       size_t value_count, uint64_t *changed_out);

/* Rows of a statement, one at a time. Of one statement only one at a time; end each with fk_hub_rows_end(). */
typedef struct fk_hub_rows {
    void *statement;
} fk_hub_rows;

/* Values are borrowed until fk_hub_rows_end(). On failure there is nothing to end. */
FK_MUST_USE fk_status fk_hub_rows_begin(fk_hub_store *store, fk_hub_sql sql, const fk_hub_value *values,
                                        size_t value_count, fk_hub_rows *rows_out);
FK_MUST_USE fk_status fk_hub_rows_next(fk_hub_rows *rows, bool *has_row_out);
/* FK_ERR_DAMAGED: not a number, or a negative one. */
FK_MUST_USE fk_status fk_hub_rows_number(const fk_hub_rows *rows, int column, uint64_t *number_out);
/* Valid until the next row. Empty for NULL. */
fk_bytes fk_hub_rows_bytes(const fk_hub_rows *rows, int column);
/* FK_ERR_DAMAGED: another size. */
FK_MUST_USE fk_status fk_hub_rows_copy(const fk_hub_rows *rows, int column, void *target, size_t size_bytes);
void fk_hub_rows_end(fk_hub_rows *rows);

#endif
