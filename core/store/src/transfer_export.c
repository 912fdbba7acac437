/* transfer_export.c — the sources of a store as one stream of rows (fk/store_transfer.h). */
#include "store_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/store_transfer.h"

#include "schema.h"
#include "transfer_tables.h"

#include "fk/banned.h"

static const uint8_t MAGIC[8] = { 'F', 'K', 'R', 'O', 'W', 'S', '\r', '\n' };

typedef enum export_phase {
    PHASE_HEAD,
    PHASE_ROWS,
    PHASE_END,
    PHASE_OVER,
} export_phase;

struct fk_store_export {
    fk_store *store;
    int64_t changes_at_start;
    export_phase phase;
    size_t place;   /* the table being read */
    fk_query query; /* on it; no statement before its first row */
    fk_transfer_counts counts;
    fk_store_digests digests;
};

static fk_status count_rows(fk_store_export *transfer)
{
    for (size_t i = 0; i < FK_TRANSFER_TABLE_COUNT; i++) {
        fk_query query;
        int64_t count = 0;
        FK_TRY(fk_query_begin(&transfer->store->statements, fk_transfer_tables[i].count, &query));
        FK_TRY(fk_query_number(&query, 0, &count));
        transfer->counts.total += (uint64_t)count;
    }
    return fk_ok();
}

fk_status fk_store_export_new(fk_store *store, fk_store_export **export_out)
{
    *export_out = NULL;
    fk_store_export *transfer = fk_allocate(store->allocator, sizeof *transfer);
    if (transfer == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    transfer->store = store;
    transfer->changes_at_start = sqlite3_total_changes64(store->database);
    fk_status status = count_rows(transfer);
    if (!fk_is_ok(status)) {
        fk_store_export_free(transfer);
        return status;
    }
    *export_out = transfer;
    return fk_ok();
}

void fk_store_export_free(fk_store_export *transfer)
{
    if (transfer != NULL) {
        fk_query_end(&transfer->query);
        fk_release(transfer->store->allocator, transfer, sizeof *transfer);
    }
}

fk_transfer_counts fk_store_export_counts(const fk_store_export *transfer)
{
    return transfer->counts;
}

const fk_store_digests *fk_store_export_digests(const fk_store_export *transfer)
{
    return &transfer->digests;
}

/* --- the parts of the stream ------------------------------------------------------------------------- */

static fk_status write_head(fk_store_export *transfer, fk_buffer *target)
{
    uint8_t head[FK_TRANSFER_HEAD_SIZE_BYTES];
    memcpy(head, MAGIC, sizeof MAGIC);
    fk_put_u32(head + 8, FK_TRANSFER_VERSION);
    fk_put_u32(head + 12, FK_STORE_SCHEMA_VERSION);
    memcpy(head + 16, transfer->store->device.bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(head + 32, transfer->counts.total);
    FK_TRY(fk_buffer_append(target, fk_bytes_of(head, sizeof head)));
    transfer->phase = PHASE_ROWS;
    return fk_ok();
}

static fk_status read_column(const fk_query *query, int column, char letter, fk_transfer_value *value_out)
{
    *value_out = (fk_transfer_value){ .is_null = fk_query_column_is_null(query, column) };
    if (letter == 'i') {
        value_out->number = fk_query_column_integer(query, column);
        return value_out->number >= 0 ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
    }
    value_out->bytes = fk_query_column(query, column);
    bool is_id = letter == 'd';
    bool is_right = is_id ? value_out->bytes.size_bytes == FK_ID_SIZE_BYTES : letter == 'n' || !value_out->is_null;
    return is_right ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
}

static fk_status write_row(fk_store_export *transfer, fk_buffer *target)
{
    fk_transfer_row row = { .table = &fk_transfer_tables[transfer->place] };
    for (int i = 0; row.table->columns[i] != '\0'; i++) {
        FK_TRY(read_column(&transfer->query, i, row.table->columns[i], &row.values[i]));
    }
    FK_TRY(fk_transfer_row_write(&row, target));
    transfer->counts.done++;
    return fk_ok();
}

/* One row, or the step to the next table. */
static fk_status write_some(fk_store_export *transfer, fk_buffer *target)
{
    bool has_row = false;
    if (transfer->query.statement == NULL) {
        FK_TRY(fk_query_begin(&transfer->store->statements, fk_transfer_tables[transfer->place].select,
                              &transfer->query));
    }
    FK_TRY(fk_query_next(&transfer->query, &has_row));
    if (has_row) {
        return write_row(transfer, target);
    }
    transfer->place++;
    transfer->phase = transfer->place < FK_TRANSFER_TABLE_COUNT ? PHASE_ROWS : PHASE_END;
    return fk_ok();
}

static fk_status write_end(fk_store_export *transfer, fk_buffer *target)
{
    FK_TRY(fk_store_digests_read(transfer->store, &transfer->digests));
    uint8_t end[FK_TRANSFER_END_SIZE_BYTES];
    end[0] = FK_TRANSFER_END_MARK;
    fk_put_u64(end + 1, transfer->counts.done);
    memcpy(end + 9, transfer->digests.whole, sizeof transfer->digests.whole);
    memcpy(end + 41, transfer->digests.shown, sizeof transfer->digests.shown);
    FK_TRY(fk_buffer_append(target, fk_bytes_of(end, sizeof end)));
    transfer->phase = PHASE_OVER;
    return fk_ok();
}

static fk_status write_part(fk_store_export *transfer, fk_buffer *target)
{
    switch (transfer->phase) {
    case PHASE_HEAD:
        return write_head(transfer, target);
    case PHASE_ROWS:
        return write_some(transfer, target);
    case PHASE_END:
    case PHASE_OVER:
    default:
        return write_end(transfer, target);
    }
}

fk_status fk_store_export_next(fk_store_export *transfer, size_t size_bytes, fk_buffer *target, bool *is_end_out)
{
    *is_end_out = false;
    /* One moment of the vault or none: a stream of two is of no vault that ever was. */
    if (sqlite3_total_changes64(transfer->store->database) != transfer->changes_at_start) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    while (transfer->phase != PHASE_OVER && target->size_bytes < size_bytes) {
        FK_TRY(write_part(transfer, target));
    }
    *is_end_out = transfer->phase == PHASE_OVER;
    return fk_ok();
}
