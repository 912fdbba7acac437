/* transfer_import.c — a stream of rows into a new store (fk/store_transfer.h). */
#include "store_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/store_transfer.h"

#include "schema.h"
#include "transfer_device.h"
#include "transfer_tables.h"

#include "fk/banned.h"

static const uint8_t MAGIC[8] = { 'F', 'K', 'R', 'O', 'W', 'S', '\r', '\n' };

enum {
    /* An operation touches about 9 pages of 8 KiB, in the worst case none twice; a transaction holds 1,536. */
    ROWS_PER_TRANSACTION = 128,
    BYTES_PER_TRANSACTION = 1024 * 1024,
    CASES_PER_TRANSACTION = 64,
};

typedef enum import_phase {
    PHASE_HEAD,
    PHASE_ROWS,
    PHASE_END,   /* its bytes were read */
    PHASE_CASES, /* every row is in; the list is being filled */
    PHASE_OVER,
} import_phase;

struct fk_store_import {
    fk_store *store;
    fk_import_kind kind;
    fk_status failure; /* what it answers from now on */
    import_phase phase;
    uint32_t schema_version; /* of the source's tables */
    fk_id source_device;
    fk_buffer pending; /* the beginning of a row whose end is still to come */
    size_t place;      /* of the newest row's table: rows come in the order of the tables */
    bool has_inherited;
    size_t rows_in_transaction;
    size_t bytes_in_transaction;
    fk_transfer_counts counts;
    fk_store_digests digests; /* as the source says */
    fk_id listed;             /* up to this case the list is filled */
};

fk_status fk_store_import_new(fk_store *target, fk_import_kind kind, fk_store_import **import_out)
{
    *import_out = fk_allocate(target->allocator, sizeof **import_out);
    if (*import_out == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    **import_out = (fk_store_import){ .store = target, .kind = kind };
    fk_buffer_init(&(*import_out)->pending, target->allocator, 2 * FK_TRANSFER_ROW_SIZE_BYTES_MAX);
    return fk_ok();
}

void fk_store_import_free(fk_store_import *transfer)
{
    if (transfer == NULL) {
        return;
    }
    if (transfer->store->is_writing) {
        fk_store_rollback(transfer->store);
    }
    fk_buffer_free(&transfer->pending);
    fk_release(transfer->store->allocator, transfer, sizeof *transfer);
}

fk_transfer_counts fk_store_import_counts(const fk_store_import *transfer)
{
    return transfer->counts;
}

const fk_store_digests *fk_store_import_digests(const fk_store_import *transfer)
{
    return &transfer->digests;
}

/* --- transactions -------------------------------------------------------------------------------------- */

static fk_status commit(fk_store_import *transfer)
{
    if (!transfer->store->is_writing) {
        return fk_ok();
    }
    transfer->rows_in_transaction = 0;
    transfer->bytes_in_transaction = 0;
    return fk_store_commit(transfer->store);
}

static fk_status make_room(fk_store_import *transfer, size_t size_bytes)
{
    bool is_full = transfer->rows_in_transaction == ROWS_PER_TRANSACTION ||
                   transfer->bytes_in_transaction + size_bytes > BYTES_PER_TRANSACTION;
    FK_TRY(is_full ? commit(transfer) : fk_ok());
    FK_TRY(transfer->store->is_writing ? fk_ok() : fk_store_begin(transfer->store));
    transfer->rows_in_transaction++;
    transfer->bytes_in_transaction += size_bytes;
    return fk_ok();
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static void bind_value(fk_query *query, int position, char letter, const fk_transfer_value *value)
{
    switch (letter) {
    case 'i':
        fk_query_integer(query, position, value->number);
        break;
    case 'b':
    case 'd':
        fk_query_blob(query, position, value->bytes);
        break;
    default:
        if (value->is_null) {
            fk_query_null(query, position);
        } else {
            fk_query_text(query, position, value->bytes);
        }
    }
}

/* A row that the tables refuse, such as one that is there already, is no row of a vault. */
static fk_status insert(fk_store *store, const fk_transfer_row *row)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, row->table->insert, &query));
    for (int i = 0; row->table->columns[i] != '\0'; i++) {
        bind_value(&query, i + 1, row->table->columns[i], &row->values[i]);
    }
    fk_status status = fk_query_run(&query);
    bool is_refused = (sqlite3_errcode(store->database) & 0xff) == SQLITE_CONSTRAINT;
    return !fk_is_ok(status) && is_refused ? fk_status_of(FK_ERR_DAMAGED) : status;
}

static fk_id id_of(const fk_transfer_value *value)
{
    fk_id id;
    memcpy(id.bytes, value->bytes.data, sizeof id.bytes);
    return id;
}

/* The derived tables follow at once, but for the list of cases. */
static fk_status apply(fk_store *store, const fk_transfer_row *row)
{
    const fk_transfer_value *values = row->values;
    if (!fk_over_is_valid(values[9].bytes)) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    fk_operation operation = {
        .compartment = values[0].number,
        .device = id_of(&values[1]),
        .sequence = values[2].number,
        .hlc = values[3].number,
        .case_id = id_of(&values[4]),
        .record = id_of(&values[5]),
        .type = values[6].bytes,
        .field = values[7].bytes,
        .over = values[9].bytes,
        .mutation = id_of(&values[11]),
    };
    fk_operation_run run = { .is_list_stale = true };
    FK_TRY(fk_derived_apply(store, &run, &operation, NULL));
    return fk_derived_finish(store, &run);
}

/* Before the first row that is judged by what the new device knows. */
static fk_status inherit(fk_store_import *transfer)
{
    if (transfer->has_inherited || transfer->kind == FK_IMPORT_SAME_DEVICE) {
        return fk_ok();
    }
    transfer->has_inherited = true;
    return fk_transfer_inherit(transfer->store, &transfer->source_device);
}

static fk_status take_row(fk_store_import *transfer, fk_transfer_row *row, size_t size_bytes)
{
    size_t place = (size_t)(row->table - fk_transfer_tables);
    if (place < transfer->place || transfer->counts.done == transfer->counts.total) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    transfer->place = place;
    fk_adopted adopted;
    bool is_kept = true;
    FK_TRY(make_room(transfer, size_bytes));
    FK_TRY(place >= FK_TRANSFER_OPERATIONS ? inherit(transfer) : fk_ok());
    if (transfer->kind != FK_IMPORT_SAME_DEVICE) {
        FK_TRY(fk_transfer_adopt(transfer->store, transfer->kind, &transfer->source_device, row, &adopted, &is_kept));
    }
    FK_TRY(is_kept ? insert(transfer->store, row) : fk_ok());
    transfer->counts.done++;
    return place == FK_TRANSFER_OPERATIONS ? apply(transfer->store, row) : fk_ok();
}

/* --- the stream ------------------------------------------------------------------------------------------ */

static fk_status take_head(fk_store_import *transfer, fk_bytes source, size_t *size_out)
{
    if (source.size_bytes < FK_TRANSFER_HEAD_SIZE_BYTES) {
        return fk_ok();
    }
    if (memcmp(source.data, MAGIC, sizeof MAGIC) != 0) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    transfer->schema_version = fk_get_u32(source.data + 12);
    if (fk_get_u32(source.data + 8) - 1 >= FK_TRANSFER_VERSION || transfer->schema_version > FK_STORE_SCHEMA_VERSION) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    memcpy(transfer->source_device.bytes, source.data + 16, FK_ID_SIZE_BYTES);
    transfer->counts.total = fk_get_u64(source.data + 32);
    transfer->phase = PHASE_ROWS;
    *size_out = FK_TRANSFER_HEAD_SIZE_BYTES;
    return fk_ok();
}

static fk_status take_end(fk_store_import *transfer, fk_bytes source, size_t *size_out)
{
    if (source.size_bytes < FK_TRANSFER_END_SIZE_BYTES) {
        return fk_ok();
    }
    if (fk_get_u64(source.data + 1) != transfer->counts.done || transfer->counts.done != transfer->counts.total) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    memcpy(transfer->digests.whole, source.data + 9, sizeof transfer->digests.whole);
    memcpy(transfer->digests.shown, source.data + 41, sizeof transfer->digests.shown);
    transfer->phase = PHASE_END;
    *size_out = FK_TRANSFER_END_SIZE_BYTES;
    return fk_ok();
}

/* One part of the stream. *size_out 0: it is not all here yet. */
static fk_status take_part(fk_store_import *transfer, fk_bytes source, size_t *size_out)
{
    *size_out = 0;
    if (source.size_bytes == 0) {
        return fk_ok();
    }
    if (transfer->phase == PHASE_HEAD) {
        return take_head(transfer, source, size_out);
    }
    if (transfer->phase != PHASE_ROWS) {
        return fk_status_of(FK_ERR_DAMAGED); /* bytes after the end */
    }
    if (source.data[0] == FK_TRANSFER_END_MARK) {
        return take_end(transfer, source, size_out);
    }
    fk_transfer_row row;
    FK_TRY(fk_transfer_row_read(source, &row, size_out));
    return *size_out > 0 ? take_row(transfer, &row, *size_out) : fk_ok();
}

static fk_status take_parts(fk_store_import *transfer, fk_bytes source, size_t *used_out)
{
    size_t size_bytes = 0;
    *used_out = 0;
    do {
        FK_TRY(take_part(transfer, fk_bytes_of(source.data + *used_out, source.size_bytes - *used_out), &size_bytes));
        *used_out += size_bytes;
    } while (size_bytes > 0 && *used_out < source.size_bytes);
    return source.size_bytes - *used_out <= FK_TRANSFER_ROW_SIZE_BYTES_MAX ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
}

static fk_status take(fk_store_import *transfer, fk_bytes piece)
{
    size_t used = 0;
    fk_buffer *pending = &transfer->pending;
    FK_TRY(fk_buffer_append(pending, piece));
    FK_TRY(take_parts(transfer, fk_buffer_view(pending), &used));
    if (used > 0) {
        memmove(pending->data, pending->data + used, pending->size_bytes - used);
        pending->size_bytes -= used;
    }
    return fk_ok();
}

fk_status fk_store_import_take(fk_store_import *transfer, fk_bytes piece)
{
    if (fk_is_ok(transfer->failure)) {
        transfer->failure = take(transfer, piece);
    }
    return transfer->failure;
}

/* --- the end --------------------------------------------------------------------------------------------- */

typedef struct case_page {
    fk_id ids[CASES_PER_TRANSACTION];
    size_t count;
} case_page;

static fk_status add_case(void *ctx, const fk_query *query)
{
    case_page *page = ctx;
    return fk_query_column_id(query, 0, &page->ids[page->count++]);
}

static fk_status list_cases(fk_store_import *transfer, const case_page *page)
{
    FK_TRY(fk_store_begin(transfer->store));
    for (size_t i = 0; i < page->count; i++) {
        FK_TRY(fk_derived_refresh_case(transfer->store, &page->ids[i]));
    }
    transfer->listed = page->ids[page->count - 1];
    return fk_store_commit(transfer->store);
}

static fk_status compare(fk_store_import *transfer)
{
    fk_store_digests here;
    if (transfer->schema_version < FK_STORE_SCHEMA_VERSION) {
        return fk_ok();
    }
    FK_TRY(fk_store_digests_read(transfer->store, &here));
    bool is_copy = transfer->kind == FK_IMPORT_SAME_DEVICE;
    bool is_equal = memcmp(here.shown, transfer->digests.shown, sizeof here.shown) == 0 &&
                    (!is_copy || memcmp(here.whole, transfer->digests.whole, sizeof here.whole) == 0);
    return is_equal ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
}

static fk_status end_rows(fk_store_import *transfer)
{
    if (transfer->pending.size_bytes > 0) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    FK_TRY(make_room(transfer, 0));
    FK_TRY(inherit(transfer));
    transfer->phase = PHASE_CASES;
    return commit(transfer);
}

static fk_status finish(fk_store_import *transfer, bool *is_done_out)
{
    if (transfer->phase < PHASE_END) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    FK_TRY(transfer->phase == PHASE_END ? end_rows(transfer) : fk_ok());
    case_page page = { .count = 0 };
    fk_query query;
    FK_TRY(fk_query_begin(&transfer->store->statements, FK_SQL_CASE_IDS_AFTER, &query));
    fk_query_id(&query, 1, &transfer->listed);
    fk_query_integer(&query, 2, CASES_PER_TRANSACTION);
    FK_TRY(fk_query_each(&query, add_case, &page));
    if (page.count > 0) {
        return list_cases(transfer, &page);
    }
    transfer->phase = PHASE_OVER;
    *is_done_out = true;
    FK_TRY(fk_operations_load(transfer->store));
    return compare(transfer);
}

fk_status fk_store_import_finish(fk_store_import *transfer, bool *is_done_out)
{
    *is_done_out = transfer->phase == PHASE_OVER;
    if (fk_is_ok(transfer->failure) && !*is_done_out) {
        transfer->failure = finish(transfer, is_done_out);
    }
    return transfer->failure;
}
