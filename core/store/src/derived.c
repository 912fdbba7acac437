/* derived.c — the tables that lists and searches read, kept from the operations alone. */
#include "store_internal.h"

#include <string.h>

#include "fk/assert.h"

#include "schema.h"
#include "fk/banned.h"

static void bind_head(fk_query *query, const fk_operation *operation, const fk_id *device, int64_t sequence)
{
    fk_query_id(query, 1, &operation->case_id);
    fk_query_id(query, 2, &operation->record);
    fk_query_text(query, 3, operation->field);
    fk_query_integer(query, 4, operation->compartment);
    fk_query_id(query, 5, device);
    fk_query_integer(query, 6, sequence);
}

static fk_status run_head(fk_store *store, fk_sql sql, const fk_operation *operation, const fk_id *device,
                          int64_t sequence)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    bind_head(&query, operation, device, sequence);
    return fk_query_run(&query);
}

/* A write replaces its device's earlier one and those its author names (docs/adr/0004). */
static fk_status apply_head(fk_store *store, const fk_operation *operation)
{
    FK_TRY(run_head(store, FK_SQL_HEAD_DROP_OWN, operation, &operation->device, operation->sequence));
    if (operation->over.size_bytes % FK_OVER_ENTRY_SIZE_BYTES != 0) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    for (size_t i = 0; i < operation->over.size_bytes; i += FK_OVER_ENTRY_SIZE_BYTES) {
        fk_id device;
        memcpy(device.bytes, operation->over.data + i, FK_ID_SIZE_BYTES);
        int64_t sequence = (int64_t)fk_get_u64(operation->over.data + i + FK_ID_SIZE_BYTES);
        FK_TRY(run_head(store, FK_SQL_HEAD_DROP, operation, &device, sequence));
    }
    return run_head(store, FK_SQL_HEAD_ADD, operation, &operation->device, operation->sequence);
}

static fk_status touch_record(fk_store *store, const fk_operation *operation)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_RECORD_TOUCH, &query));
    fk_query_integer(&query, 1, operation->compartment);
    fk_query_id(&query, 2, &operation->record);
    fk_query_id(&query, 3, &operation->case_id);
    fk_query_text(&query, 4, operation->type);
    fk_query_integer(&query, 5, operation->hlc);
    return fk_query_run(&query);
}

static fk_status run_with_record(fk_store *store, fk_sql sql, const fk_id *case_id, const fk_id *record)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    fk_query_id(&query, 1, case_id);
    if (record != NULL) {
        fk_query_id(&query, 2, record);
    }
    return fk_query_run(&query);
}

fk_status fk_derived_apply(fk_store *store, const fk_operation *operation)
{
    FK_TRY(run_with_record(store, FK_SQL_MUTATION_ADD, &operation->mutation, NULL));
    FK_TRY(apply_head(store, operation));
    FK_TRY(touch_record(store, operation));
    if (fk_bytes_equal_text(operation->field, "state")) {
        FK_TRY(run_with_record(store, FK_SQL_RECORD_HIDE, &operation->case_id, &operation->record));
    }
    return fk_ok();
}

/* --- the list of cases and the names in it -------------------------------------------------- */

typedef struct case_names {
    bool is_listed;
    int64_t row_id;
    fk_buffer names;
} case_names;

static fk_status read_names(fk_store *store, const fk_id *case_id, case_names *names_out)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_CASE_NAMES, &query));
    fk_query_id(&query, 1, case_id);
    fk_status status = fk_query_next(&query, &names_out->is_listed);
    if (fk_is_ok(status) && names_out->is_listed) {
        names_out->row_id = fk_query_column_integer(&query, 0);
        status = fk_buffer_append(&names_out->names, fk_query_column(&query, 1));
    }
    fk_query_end(&query);
    return status;
}

static fk_status index_names(fk_store *store, fk_sql sql, const case_names *names)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    fk_query_integer(&query, 1, names->row_id);
    fk_query_text(&query, 2, fk_buffer_view(&names->names));
    return fk_query_run(&query);
}

/* The full-text index is told only when the names changed: most saves change none. */
static fk_status reindex_names(fk_store *store, const case_names *before, const case_names *after)
{
    bool is_same = before->is_listed == after->is_listed &&
                   fk_bytes_equal(fk_buffer_view(&before->names), fk_buffer_view(&after->names));
    if (is_same) {
        return fk_ok();
    }
    if (before->is_listed) {
        FK_TRY(index_names(store, FK_SQL_CASE_NAMES_REMOVE, before));
    }
    return after->is_listed ? index_names(store, FK_SQL_CASE_NAMES_ADD, after) : fk_ok();
}

fk_status fk_derived_refresh_case(fk_store *store, const fk_id *case_id)
{
    enum { NAMES_SIZE_BYTES_MAX = 1024 * 1024 };
    case_names before = { .is_listed = false };
    case_names after = { .is_listed = false };
    fk_buffer_init(&before.names, store->allocator, NAMES_SIZE_BYTES_MAX);
    fk_buffer_init(&after.names, store->allocator, NAMES_SIZE_BYTES_MAX);
    fk_status status = read_names(store, case_id, &before);
    if (fk_is_ok(status)) {
        status = run_with_record(store, FK_SQL_CASE_REFRESH, case_id, NULL);
    }
    if (fk_is_ok(status)) {
        status = run_with_record(store, FK_SQL_CASE_REMOVE, case_id, NULL);
    }
    if (fk_is_ok(status)) {
        status = read_names(store, case_id, &after);
    }
    if (fk_is_ok(status)) {
        status = reindex_names(store, &before, &after);
    }
    fk_buffer_free(&before.names);
    fk_buffer_free(&after.names);
    return status;
}

/* --- rebuilding ------------------------------------------------------------------------------- */

static fk_status replay_row(fk_store *store, const fk_query *query)
{
    fk_operation operation = {
        .compartment = fk_query_column_integer(query, 0),
        .sequence = fk_query_column_integer(query, 2),
        .hlc = fk_query_column_integer(query, 3),
        .type = fk_query_column(query, 6),
        .field = fk_query_column(query, 7),
        .over = fk_query_column(query, 8),
    };
    FK_TRY(fk_query_column_id(query, 1, &operation.device));
    FK_TRY(fk_query_column_id(query, 4, &operation.case_id));
    FK_TRY(fk_query_column_id(query, 5, &operation.record));
    FK_TRY(fk_query_column_id(query, 9, &operation.mutation));
    return fk_derived_apply(store, &operation);
}

static fk_status replay_operations(fk_store *store)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_OPERATION_ALL, &query));
    bool has_row = false;
    fk_status status = fk_query_next(&query, &has_row);
    while (fk_is_ok(status) && has_row) {
        status = replay_row(store, &query);
        if (fk_is_ok(status)) {
            status = fk_query_next(&query, &has_row);
        }
    }
    fk_query_end(&query);
    return status;
}

static fk_status refresh_cases(fk_store *store)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_CASE_IDS, &query));
    bool has_row = false;
    fk_status status = fk_query_next(&query, &has_row);
    while (fk_is_ok(status) && has_row) {
        fk_id case_id;
        status = fk_query_column_id(&query, 0, &case_id);
        if (fk_is_ok(status)) {
            status = fk_derived_refresh_case(store, &case_id);
        }
        if (fk_is_ok(status)) {
            status = fk_query_next(&query, &has_row);
        }
    }
    fk_query_end(&query);
    return status;
}

fk_status fk_store_rebuild(fk_store *store)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    for (unsigned i = 0; i < fk_derived_table_count; i++) {
        FK_TRY(fk_sql_execute(store->database, fk_derived_tables[i].clear));
    }
    FK_TRY(replay_operations(store));
    return refresh_cases(store);
}
