/* progress.c — how far this device's own operations got: here, at the hub, on another device. */
#include "store_internal.h"

#include "fk/banned.h"

/* The SQL answers with these numbers. */
_Static_assert(FK_PROGRESS_DEVICE == 0 && FK_PROGRESS_SENT == 1 && FK_PROGRESS_CONFIRMED == 2,
               "query_sql_sync.h: FK_SQL_LEAST_FAR");
_Static_assert(FK_SEGMENT_SEALED == 0 && FK_SEGMENT_WAITING == 3 && FK_SEGMENT_REFUSED == 4,
               "query_sql_sync.h: FK_SQL_MARKS, CHAIN_HEADS, SEGMENT_COUNTS");

static fk_status is_inherited(fk_store *store, fk_sql sql, const fk_id *of, bool *result_out)
{
    fk_query query;
    int64_t exists = 0;
    *result_out = false;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    fk_query_id(&query, 1, &store->device);
    fk_query_id(&query, 2, of);
    FK_TRY(fk_query_number(&query, 0, &exists));
    *result_out = exists != 0;
    return fk_ok();
}

static fk_status read_least_far(fk_store *store, fk_sql sql, fk_sql inherited, const fk_id *of,
                                fk_progress *progress_out)
{
    bool is_here_only = false;
    *progress_out = FK_PROGRESS_SENT;
    FK_TRY(is_inherited(store, inherited, of, &is_here_only));
    if (is_here_only) {
        *progress_out = FK_PROGRESS_DEVICE;
        return fk_ok();
    }
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    fk_query_id(&query, 1, &store->device);
    fk_query_id(&query, 2, of);
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    if (has_row && !fk_query_column_is_null(&query, 0)) {
        *progress_out = (fk_progress)fk_query_column_integer(&query, 0);
    }
    fk_query_end(&query);
    return fk_ok();
}

fk_status fk_store_record_progress(fk_store *store, const fk_id *record, fk_progress *progress_out)
{
    return read_least_far(store, FK_SQL_RECORD_PROGRESS, FK_SQL_RECORD_INHERITED, record, progress_out);
}

fk_status fk_store_case_progress(fk_store *store, const fk_id *case_id, fk_progress *progress_out)
{
    return read_least_far(store, FK_SQL_CASE_PROGRESS, FK_SQL_CASE_INHERITED, case_id, progress_out);
}

typedef struct progress_visit {
    fk_progress progress;
    fk_progress_visitor *visitor;
    void *ctx;
} progress_visit;

static fk_status read_row(const progress_visit *visit, const fk_query *query, fk_progress_row *row_out)
{
    *row_out = (fk_progress_row){
        .type = fk_query_column(query, 2),
        .changed_ms = (uint64_t)fk_query_column_integer(query, 3),
        .operation_count = (uint32_t)fk_query_column_integer(query, 4),
        .progress = visit->progress,
    };
    FK_TRY(fk_query_column_id(query, 0, &row_out->record));
    return fk_query_column_id(query, 1, &row_out->case_id);
}

static fk_status visit_row(void *ctx, const fk_query *query)
{
    const progress_visit *visit = ctx;
    fk_progress_row row;
    FK_TRY(read_row(visit, query, &row));
    return visit->visitor(visit->ctx, &row);
}

static fk_status visit_refused_row(void *ctx, const fk_query *query)
{
    const progress_visit *visit = ctx;
    fk_progress_row row;
    FK_TRY(read_row(visit, query, &row));
    row.refusal = (uint8_t)fk_query_column_integer(query, 5);
    return visit->visitor(visit->ctx, &row);
}

fk_status fk_store_progress_page(fk_store *store, fk_progress progress, uint32_t limit, const fk_progress_row *after,
                                 fk_progress_visitor *visitor, void *ctx)
{
    static const fk_id none = { { 0 } };
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_PROGRESS_PAGE, &query));
    fk_query_id(&query, 1, &store->device);
    fk_query_integer(&query, 2, progress);
    fk_query_integer(&query, 3, after != NULL ? (int64_t)after->changed_ms : INT64_MAX);
    fk_query_id(&query, 4, after != NULL ? &after->record : &none);
    fk_query_integer(&query, 5, limit);
    return fk_query_each(&query, visit_row, &(progress_visit){ progress, visitor, ctx });
}

fk_status fk_store_refused_page(fk_store *store, uint32_t limit, const fk_progress_row *after,
                                fk_progress_visitor *visitor, void *ctx)
{
    static const fk_id none = { { 0 } };
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_REFUSED_PAGE, &query));
    fk_query_integer(&query, 1, after != NULL ? (int64_t)after->changed_ms : INT64_MAX);
    fk_query_id(&query, 2, after != NULL ? &after->record : &none);
    fk_query_integer(&query, 3, limit);
    return fk_query_each(&query, visit_refused_row, &(progress_visit){ FK_PROGRESS_DEVICE, visitor, ctx });
}

/* One compartment: sent, confirmed, newest own sequence, records of each, time of the oldest unsent. */
static fk_status add_compartment(void *ctx, const fk_query *query)
{
    fk_progress_numbers *numbers = ctx;
    uint64_t sent = (uint64_t)fk_query_column_integer(query, 0);
    uint64_t confirmed = (uint64_t)fk_query_column_integer(query, 1);
    uint64_t newest = (uint64_t)fk_query_column_integer(query, 2);
    uint64_t oldest_ms = (uint64_t)fk_query_column_integer(query, 6);
    /* Own sequences have no gaps, so counting is subtracting. */
    numbers->device_operations += newest - sent;
    numbers->sent_operations += sent - confirmed;
    numbers->confirmed_operations += confirmed;
    numbers->device_records += (uint64_t)fk_query_column_integer(query, 3);
    numbers->sent_records += (uint64_t)fk_query_column_integer(query, 4);
    numbers->confirmed_records += (uint64_t)fk_query_column_integer(query, 5);
    bool is_oldest = oldest_ms > 0 && (numbers->oldest_unsent_ms == 0 || oldest_ms < numbers->oldest_unsent_ms);
    numbers->oldest_unsent_ms = is_oldest ? oldest_ms : numbers->oldest_unsent_ms;
    return fk_ok();
}

static fk_status count_segments(void *ctx, const fk_query *query)
{
    fk_progress_numbers *numbers = ctx;
    numbers->waiting_segments = (uint64_t)fk_query_column_integer(query, 0);
    numbers->refused_segments = (uint64_t)fk_query_column_integer(query, 1);
    numbers->draft_count = (uint64_t)fk_query_column_integer(query, 2);
    numbers->device_operations += (uint64_t)fk_query_column_integer(query, 3);
    numbers->not_taken_records = (uint64_t)fk_query_column_integer(query, 4);
    return fk_ok();
}

fk_status fk_store_progress_numbers(fk_store *store, fk_progress_numbers *numbers_out)
{
    *numbers_out = (fk_progress_numbers){ 0 };
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_PROGRESS_NUMBERS, &query));
    fk_query_id(&query, 1, &store->device);
    FK_TRY(fk_query_each(&query, add_compartment, numbers_out));
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_SEGMENT_COUNTS, &query));
    fk_query_id(&query, 1, &store->device);
    return fk_query_each(&query, count_segments, numbers_out);
}
