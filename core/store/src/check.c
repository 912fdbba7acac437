/* check.c — dumping the derived tables, and proving that they follow from their sources. */
#include "store_internal.h"

#include <stdio.h>
#include <string.h>

#include "fk/store_transfer.h"
#include "schema.h"

#include "fk/banned.h"

static void give_text(fk_dump_visitor *visitor, void *ctx, const char *text)
{
    visitor(ctx, fk_bytes_text(text));
}

/* One value as type letter, size, bytes: two different rows never give the same text. */
static void dump_value(sqlite3_stmt *statement, int column, fk_dump_visitor *visitor, void *ctx)
{
    static const char type_letters[] = {
        [SQLITE_INTEGER] = 'i', [SQLITE_FLOAT] = 'f', [SQLITE_TEXT] = 't', [SQLITE_BLOB] = 'b', [SQLITE_NULL] = 'n'
    };
    int type = sqlite3_column_type(statement, column);
    const void *data = sqlite3_column_blob(statement, column);
    int size_bytes = sqlite3_column_bytes(statement, column);
    char head[32];
    (void)snprintf(head, sizeof head, "%c%d:", type_letters[type], size_bytes);
    give_text(visitor, ctx, head);
    if (size_bytes > 0) {
        visitor(ctx, fk_bytes_of(data, (size_t)size_bytes));
    }
}

static fk_status dump_table(fk_store *store, const fk_derived_table *table, fk_dump_visitor *visitor, void *ctx,
                            uint64_t *row_count)
{
    sqlite3_stmt *statement = NULL;
    FK_TRY(fk_status_of_sqlite(sqlite3_prepare_v2(store->database, table->dump, -1, &statement, NULL)));
    give_text(visitor, ctx, table->name);
    int result = sqlite3_step(statement);
    while (result == SQLITE_ROW) {
        give_text(visitor, ctx, "\n");
        for (int column = 0; column < sqlite3_column_count(statement); column++) {
            dump_value(statement, column, visitor, ctx);
        }
        *row_count += 1;
        result = sqlite3_step(statement);
    }
    give_text(visitor, ctx, "\n");
    sqlite3_finalize(statement);
    return fk_status_of_sqlite(result);
}

fk_status fk_store_dump(fk_store *store, fk_dump_visitor *visitor, void *ctx, uint64_t *row_count_out)
{
    *row_count_out = 0;
    for (unsigned i = 0; i < fk_derived_table_count; i++) {
        FK_TRY(dump_table(store, &fk_derived_tables[i], visitor, ctx, row_count_out));
    }
    return fk_ok();
}

static void hash_piece(void *ctx, fk_bytes piece)
{
    fk_hash_update(ctx, piece);
}

/* What is shown is part of the whole. */
static fk_status dump_twice(fk_store *store, fk_hash *whole, fk_hash *shown)
{
    uint64_t row_count = 0;
    for (unsigned i = 0; i < fk_derived_table_count; i++) {
        const fk_derived_table *table = &fk_derived_tables[i];
        FK_TRY(dump_table(store, table, hash_piece, whole, &row_count));
        FK_TRY(table->names_devices ? fk_ok() : dump_table(store, table, hash_piece, shown, &row_count));
    }
    return fk_ok();
}

fk_status fk_store_digests_read(fk_store *store, fk_store_digests *digests_out)
{
    fk_hash whole;
    fk_hash shown;
    fk_hash_init(&whole, FK_HASH_SIZE_BYTES);
    fk_hash_init(&shown, FK_HASH_SIZE_BYTES);
    fk_status status = dump_twice(store, &whole, &shown);
    fk_hash_final(&whole, digests_out->whole);
    fk_hash_final(&shown, digests_out->shown);
    return status;
}

static fk_status digest_dump(fk_store *store, uint8_t digest_out[FK_HASH_SIZE_BYTES], uint64_t *row_count_out)
{
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_status status = fk_store_dump(store, hash_piece, &hash, row_count_out);
    fk_hash_final(&hash, digest_out);
    return status;
}

/* Every page is read and its tag verified; SQLite's own check walks every tree and index. */
static fk_status check_pages(fk_store *store, bool *good_out)
{
    *good_out = false;
    sqlite3_stmt *statement = NULL;
    FK_TRY(fk_status_of_sqlite(sqlite3_prepare_v2(store->database, "PRAGMA integrity_check(1)", -1, &statement, NULL)));
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        *good_out = strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
    }
    sqlite3_finalize(statement);
    return fk_status_of_sqlite(result);
}

fk_status fk_store_check(fk_store *store, fk_store_check_result *result_out)
{
    *result_out = (fk_store_check_result){ .pages_good = false };
    uint8_t rebuilt[FK_HASH_SIZE_BYTES];
    FK_TRY(check_pages(store, &result_out->pages_good));
    FK_TRY(fk_store_begin(store));
    fk_status status = digest_dump(store, result_out->digest, &result_out->row_count);
    if (fk_is_ok(status)) {
        status = fk_store_rebuild(store);
    }
    uint64_t rebuilt_row_count = 0;
    if (fk_is_ok(status)) {
        status = digest_dump(store, rebuilt, &rebuilt_row_count);
    }
    if (fk_is_ok(status)) {
        result_out->rebuilt_equal = memcmp(rebuilt, result_out->digest, sizeof rebuilt) == 0;
    }
    fk_store_rollback(store);
    return status;
}
