/* case_list.c — the list of cases and the names in it, kept from the other derived tables. */
#include "store_internal.h"

#include "fk/banned.h"

static fk_status run_with_case(fk_store *store, fk_sql sql, const fk_id *case_id)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    fk_query_id(&query, 1, case_id);
    return fk_query_run(&query);
}

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
        status = run_with_case(store, FK_SQL_CASE_REFRESH, case_id);
    }
    if (fk_is_ok(status)) {
        status = run_with_case(store, FK_SQL_CASE_REMOVE, case_id);
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

fk_status fk_derived_list_case(fk_store *store, const fk_operation_run *run, const fk_id *case_id)
{
    if (run->is_list_stale) {
        return fk_derived_refresh_case(store, case_id);
    }
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_CASE_RAISE, &query));
    fk_query_id(&query, 1, case_id);
    fk_query_integer(&query, 2, run->list_hlc);
    return fk_query_run(&query);
}

static fk_status refresh_row(void *ctx, const fk_query *query)
{
    fk_id case_id;
    FK_TRY(fk_query_column_id(query, 0, &case_id));
    return fk_derived_refresh_case(ctx, &case_id);
}

fk_status fk_derived_refresh_cases(fk_store *store)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_CASE_IDS, &query));
    return fk_query_each(&query, refresh_row, store);
}
