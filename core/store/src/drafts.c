/* drafts.c — what a person typed and has not finished: saved at once, numbered apart from operations. */
#include "store_internal.h"

#include "fk/assert.h"
#include "fk/banned.h"

static fk_status put_field(fk_store *store, const fk_record_write *write, const fk_field_write *field, uint64_t time_ms)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_DRAFT_PUT, &query));
    fk_query_id(&query, 1, &write->record);
    fk_query_text(&query, 2, field->field);
    fk_query_id(&query, 3, &write->case_id);
    fk_query_text(&query, 4, write->type);
    if (field->has_value) {
        fk_query_text(&query, 5, field->value);
    } else {
        fk_query_null(&query, 5);
    }
    fk_query_integer(&query, 6, store->counters.draft_number);
    fk_query_integer(&query, 7, (int64_t)time_ms);
    fk_query_blob(&query, 8, field->over);
    return fk_query_run(&query);
}

fk_status fk_store_draft_put(fk_store *store, const fk_record_write *write, uint64_t time_ms, uint64_t *number_out)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    *number_out = 0;
    if (time_ms > INT64_MAX) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    /* The number outlives the draft, so that no two saves of this device ever share one. */
    store->counters.draft_number++;
    FK_TRY(fk_store_number_put(store, "draft_number", store->counters.draft_number));
    for (size_t i = 0; i < write->field_count; i++) {
        if (!fk_over_is_valid(write->fields[i].over)) {
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
        FK_TRY(put_field(store, write, &write->fields[i], time_ms));
    }
    *number_out = (uint64_t)store->counters.draft_number;
    return fk_ok();
}

fk_status fk_store_draft_remove(fk_store *store, const fk_id *record)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_DRAFT_REMOVE, &query));
    fk_query_id(&query, 1, record);
    FK_TRY(fk_query_run(&query));
    return sqlite3_changes64(store->database) > 0 ? fk_ok() : fk_status_of(FK_ERR_NOT_FOUND);
}

static fk_status read_draft_row(const fk_query *query, fk_draft_row *row_out)
{
    *row_out = (fk_draft_row){
        .type = fk_query_column(query, 2),
        .saved_ms = (uint64_t)fk_query_column_integer(query, 3),
        .number = (uint64_t)fk_query_column_integer(query, 4),
    };
    FK_TRY(fk_query_column_id(query, 0, &row_out->record));
    return fk_query_column_id(query, 1, &row_out->case_id);
}

fk_status fk_store_draft(fk_store *store, const fk_id *record, fk_arena *arena, fk_draft_row *row_out)
{
    *row_out = (fk_draft_row){ .type = { NULL, 0 } };
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_DRAFT, &query));
    fk_query_id(&query, 1, record);
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    if (!has_row) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    fk_status status = read_draft_row(&query, row_out);
    if (fk_is_ok(status)) {
        status = fk_bytes_copy(row_out->type, arena, &row_out->type);
    }
    fk_query_end(&query);
    return status;
}

typedef struct draft_visit {
    fk_draft_visitor *visitor;
    void *ctx;
} draft_visit;

static fk_status visit_draft(void *ctx, const fk_query *query)
{
    const draft_visit *visit = ctx;
    fk_draft_row row;
    FK_TRY(read_draft_row(query, &row));
    return visit->visitor(visit->ctx, &row);
}

fk_status fk_store_drafts(fk_store *store, const fk_id *case_id, uint32_t limit, fk_draft_visitor *visitor, void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_DRAFTS, &query));
    fk_query_id(&query, 1, case_id);
    fk_query_integer(&query, 2, limit);
    return fk_query_each(&query, visit_draft, &(draft_visit){ visitor, ctx });
}

static fk_status visit_newest(fk_store *store, fk_sql sql, uint32_t limit, draft_visit visit)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    fk_query_integer(&query, 1, limit);
    return fk_query_each(&query, visit_draft, &visit);
}

fk_status fk_store_unlisted_drafts(fk_store *store, uint32_t limit, fk_draft_visitor *visitor, void *ctx)
{
    return visit_newest(store, FK_SQL_DRAFTS_UNLISTED, limit, (draft_visit){ visitor, ctx });
}

fk_status fk_store_listed_drafts(fk_store *store, uint32_t limit, fk_draft_visitor *visitor, void *ctx)
{
    return visit_newest(store, FK_SQL_DRAFTS_LISTED, limit, (draft_visit){ visitor, ctx });
}
