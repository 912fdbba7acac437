/* heads.c — the writes behind a field: current ones, all there ever were, and those in dispute. */
#include "store_internal.h"

#include <string.h>

#include "fk/banned.h"

typedef struct head_visit {
    fk_head_visitor *visitor;
    void *ctx;
    bool is_history; /* columns 7 and 8 say what it was called before, 9 and 10 what replaced it */
    uint32_t row_count;
} head_visit;

static fk_status visit_head(void *ctx, const fk_query *query)
{
    head_visit *visit = ctx;
    visit->row_count++;
    fk_head head = {
        .sequence = (uint64_t)fk_query_column_integer(query, 2),
        .hlc = (uint64_t)fk_query_column_integer(query, 3),
        .has_value = !fk_query_column_is_null(query, 4),
        .value = fk_query_column(query, 4),
        .reason = fk_query_column(query, 5),
        .arrived_ms = (uint64_t)fk_query_column_integer(query, 6),
    };
    FK_TRY(fk_query_column_id(query, 1, &head.device));
    head.is_adopted = visit->is_history && !fk_query_column_is_null(query, 7);
    if (head.is_adopted) {
        FK_TRY(fk_query_column_id(query, 7, &head.adopted_from));
        head.adopted_from_sequence = (uint64_t)fk_query_column_integer(query, 8);
    }
    head.is_current = !visit->is_history || fk_query_column_is_null(query, 9);
    if (!head.is_current) {
        FK_TRY(fk_query_column_id(query, 9, &head.replaced_by));
        head.replaced_by_sequence = (uint64_t)fk_query_column_integer(query, 10);
    }
    return visit->visitor(visit->ctx, fk_query_column(query, 0), &head);
}

fk_status fk_store_heads(fk_store *store, const fk_id *case_id, const fk_id *record, const fk_bytes *field,
                         fk_head_visitor *visitor, void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, field == NULL ? FK_SQL_HEADS : FK_SQL_HEADS_OF_FIELD, &query));
    fk_query_id(&query, 1, case_id);
    fk_query_id(&query, 2, record);
    if (field != NULL) {
        fk_query_text(&query, 3, *field);
    }
    return fk_query_each(&query, visit_head, &(head_visit){ visitor, ctx, false, 0 });
}

static fk_status visit_history(fk_store *store, fk_sql sql, const fk_id *record, fk_bytes field, head_visit *visit)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    fk_query_id(&query, 1, record);
    fk_query_text(&query, 2, field);
    return fk_query_each(&query, visit_head, visit);
}

fk_status fk_store_history(fk_store *store, const fk_id *record, fk_bytes field, fk_head_visitor *visitor, void *ctx)
{
    head_visit visit = { visitor, ctx, true, 0 };
    FK_TRY(visit_history(store, FK_SQL_HISTORY_OF_ONE, record, field, &visit));
    return visit.row_count > 0 ? fk_ok() : visit_history(store, FK_SQL_HISTORY, record, field, &visit);
}

static fk_status add_name(void *ctx, const fk_query *query)
{
    uint8_t *entry = NULL;
    fk_id device;
    FK_TRY(fk_query_column_id(query, 0, &device));
    FK_TRY(fk_buffer_extend(ctx, FK_OVER_SIZE_BYTES, &entry));
    memcpy(entry, device.bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(entry + FK_ID_SIZE_BYTES, (uint64_t)fk_query_column_integer(query, 1));
    return fk_ok();
}

fk_status fk_store_over_others(fk_store *store, const fk_id *record, fk_bytes field, fk_arena *arena,
                               fk_bytes *over_out)
{
    *over_out = (fk_bytes){ NULL, 0 };
    fk_buffer over;
    fk_buffer_init(&over, store->allocator, FK_OVER_COUNT_MAX * FK_OVER_SIZE_BYTES);
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_HEADS_OF_OTHERS, &query));
    fk_query_id(&query, 1, record);
    fk_query_text(&query, 2, field);
    fk_query_id(&query, 3, &store->device);
    fk_status status = fk_query_each(&query, add_name, &over);
    if (fk_is_ok(status)) {
        status = fk_bytes_copy(fk_buffer_view(&over), arena, over_out);
    }
    fk_buffer_free(&over);
    return status;
}

typedef struct contested_visit {
    fk_contested_visitor *visitor;
    void *ctx;
} contested_visit;

static fk_status visit_contested(void *ctx, const fk_query *query)
{
    const contested_visit *visit = ctx;
    fk_contested_row row = {
        .type = fk_query_column(query, 2),
        .field = fk_query_column(query, 3),
        .head_count = (uint32_t)fk_query_column_integer(query, 4),
    };
    FK_TRY(fk_query_column_id(query, 0, &row.record));
    FK_TRY(fk_query_column_id(query, 1, &row.case_id));
    return visit->visitor(visit->ctx, &row);
}

fk_status fk_store_contested(fk_store *store, const fk_id *case_id, fk_contested_visitor *visitor, void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_CONTESTED, &query));
    if (case_id != NULL) {
        fk_query_id(&query, 1, case_id);
    } else {
        fk_query_null(&query, 1);
    }
    return fk_query_each(&query, visit_contested, &(contested_visit){ visitor, ctx });
}
