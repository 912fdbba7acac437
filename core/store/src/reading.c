/* reading.c — records, fields and the list of cases. */
#include "store_internal.h"

#include <limits.h>
#include <string.h>

#include "fk/banned.h"

static fk_status read_record_row(const fk_query *query, fk_record_row *row_out)
{
    *row_out = (fk_record_row){ .type = fk_query_column(query, 2) };
    FK_TRY(fk_query_column_id(query, 0, &row_out->record));
    FK_TRY(fk_query_column_id(query, 1, &row_out->case_id));
    row_out->created_ms = (uint64_t)fk_query_column_integer(query, 3) >> FK_HLC_COUNTER_BITS;
    row_out->changed_ms = (uint64_t)fk_query_column_integer(query, 4) >> FK_HLC_COUNTER_BITS;
    row_out->is_hidden = fk_query_column_integer(query, 5) == FK_VISIBILITY_HIDDEN;
    row_out->is_reopened = fk_query_column_integer(query, 5) == FK_VISIBILITY_REOPENED;
    return fk_ok();
}

typedef struct oldest_record {
    fk_record_row *row;
    fk_arena *arena;
    int64_t created_hlc;
    bool is_found;
} oldest_record;

static fk_status keep_oldest(void *ctx, const fk_query *query)
{
    oldest_record *oldest = ctx;
    int64_t created_hlc = fk_query_column_integer(query, 3);
    if (oldest->is_found && created_hlc >= oldest->created_hlc) {
        return fk_ok();
    }
    oldest->is_found = true;
    oldest->created_hlc = created_hlc;
    FK_TRY(read_record_row(query, oldest->row));
    return fk_bytes_copy(oldest->row->type, oldest->arena, &oldest->row->type);
}

/* Of several rows of one id, which only a mistake or malice makes, the oldest. Chosen here, because a sorter for the
 * one row there is takes longer than reading it. */
fk_status fk_store_record(fk_store *store, const fk_id *record, fk_arena *arena, fk_record_row *row_out)
{
    *row_out = (fk_record_row){ .type = { NULL, 0 } };
    oldest_record oldest = { .row = row_out, .arena = arena };
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_RECORD, &query));
    fk_query_id(&query, 1, record);
    FK_TRY(fk_query_each(&query, keep_oldest, &oldest));
    return oldest.is_found ? fk_ok() : fk_status_of(FK_ERR_NOT_FOUND);
}

typedef struct record_visit {
    fk_record_visitor *visitor;
    void *ctx;
} record_visit;

static fk_status visit_record(void *ctx, const fk_query *query)
{
    const record_visit *visit = ctx;
    fk_record_row row;
    FK_TRY(read_record_row(query, &row));
    return visit->visitor(visit->ctx, &row);
}

fk_status fk_store_records(fk_store *store, const fk_id *case_id, const fk_id *after, uint32_t limit,
                           fk_record_visitor *visitor, void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, after == NULL ? FK_SQL_RECORDS_FIRST : FK_SQL_RECORDS_NEXT, &query));
    fk_query_id(&query, 1, case_id);
    fk_query_integer(&query, 2, limit);
    if (after != NULL) {
        fk_query_id(&query, 3, after);
    }
    return fk_query_each(&query, visit_record, &(record_visit){ visitor, ctx });
}

typedef struct field_visit {
    fk_field_visitor *visitor;
    void *ctx;
    bool has_over; /* the third column */
} field_visit;

static fk_status visit_field(void *ctx, const fk_query *query)
{
    const field_visit *visit = ctx;
    fk_field_write field = {
        .field = fk_query_column(query, 0),
        .has_value = !fk_query_column_is_null(query, 1),
        .value = fk_query_column(query, 1),
        .over = visit->has_over ? fk_query_column(query, 2) : (fk_bytes){ NULL, 0 },
    };
    return visit->visitor(visit->ctx, &field);
}

fk_status fk_store_fields(fk_store *store, const fk_record_row *row, fk_field_visitor *visitor, void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_FIELDS, &query));
    fk_query_id(&query, 1, &row->case_id);
    fk_query_id(&query, 2, &row->record);
    return fk_query_each(&query, visit_field, &(field_visit){ visitor, ctx, false });
}

fk_status fk_store_draft_fields(fk_store *store, const fk_id *record, fk_field_visitor *visitor, void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_DRAFT_FIELDS, &query));
    fk_query_id(&query, 1, record);
    return fk_query_each(&query, visit_field, &(field_visit){ visitor, ctx, true });
}

/* --- the list of cases ------------------------------------------------------------------------ */

static bool is_word_end(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Words as typed to an FTS5 query: each a quoted prefix, all needed. Quotes are doubled, so nothing
 * a person types is read as query syntax. */
static fk_status match_of_words(fk_bytes words, fk_buffer *match)
{
    bool is_in_word = false;
    for (size_t i = 0; i < words.size_bytes; i++) {
        uint8_t byte = words.data[i];
        if (is_word_end(byte) != !is_in_word) {
            is_in_word = !is_in_word;
            FK_TRY(fk_buffer_append(match, fk_bytes_text(is_in_word ? "\"" : "\"* ")));
        }
        if (is_in_word) {
            FK_TRY(fk_buffer_append_byte(match, byte));
            FK_TRY(byte == '"' ? fk_buffer_append_byte(match, byte) : fk_ok());
        }
    }
    return is_in_word ? fk_buffer_append(match, fk_bytes_text("\"*")) : fk_ok();
}

static fk_status count_cases(fk_store *store, const fk_case_query *query, fk_bytes match, uint32_t *count_out)
{
    bool is_search = match.size_bytes > 0;
    fk_query count;
    FK_TRY(fk_query_begin(&store->statements, is_search ? FK_SQL_CASES_FOUND_COUNT : FK_SQL_CASES_COUNT, &count));
    fk_query_integer(&count, 1, query->closed_too);
    if (is_search) {
        fk_query_text(&count, 2, match);
    }
    bool has_row = false;
    FK_TRY(fk_query_next(&count, &has_row));
    *count_out = (uint32_t)fk_query_column_integer(&count, 0);
    fk_query_end(&count);
    return fk_ok();
}

typedef struct case_visit {
    fk_case_visitor *visitor;
    void *ctx;
} case_visit;

static fk_status visit_case(void *ctx, const fk_query *page)
{
    const case_visit *visit = ctx;
    fk_case_row row = {
        .victim_name = fk_query_column(page, 1),
        .reference = fk_query_column(page, 2),
        .status = fk_query_column(page, 3),
        .next_review_on = fk_query_column(page, 4),
        .draft_count = (uint32_t)fk_query_column_integer(page, 6),
    };
    FK_TRY(fk_query_column_id(page, 0, &row.case_id));
    uint64_t sort_key = (uint64_t)fk_query_column_integer(page, 5);
    row.changed_ms = sort_key >> FK_HLC_COUNTER_BITS;
    return visit->visitor(visit->ctx, &row, sort_key);
}

static fk_status visit_cases(fk_store *store, const fk_case_query *query, fk_bytes match, fk_case_visitor *visitor,
                             void *ctx)
{
    fk_id last_possible;
    memset(last_possible.bytes, 0xff, sizeof last_possible.bytes);
    fk_query page;
    FK_TRY(fk_query_begin(&store->statements, match.size_bytes > 0 ? FK_SQL_CASES_FOUND : FK_SQL_CASES, &page));
    fk_query_integer(&page, 1, query->closed_too);
    fk_query_integer(&page, 2, query->has_after ? (int64_t)query->after_sort_key : INT64_MAX);
    fk_query_id(&page, 3, query->has_after ? &query->after_case_id : &last_possible);
    fk_query_integer(&page, 4, query->limit);
    if (match.size_bytes > 0) {
        fk_query_text(&page, 5, match);
    }
    return fk_query_each(&page, visit_case, &(case_visit){ visitor, ctx });
}

fk_status fk_store_cases(fk_store *store, const fk_case_query *query, fk_case_visitor *visitor, void *ctx,
                         uint32_t *total_count_out)
{
    enum { MATCH_SIZE_BYTES_MAX = 4096 };
    *total_count_out = 0;
    fk_buffer match;
    fk_buffer_init(&match, store->allocator, MATCH_SIZE_BYTES_MAX);
    fk_status status = match_of_words(query->search, &match);
    if (fk_is_ok(status)) {
        status = count_cases(store, query, fk_buffer_view(&match), total_count_out);
    }
    if (fk_is_ok(status)) {
        status = visit_cases(store, query, fk_buffer_view(&match), visitor, ctx);
    }
    fk_buffer_free(&match);
    return status;
}
