/* segments.c — what was sealed, here or elsewhere, in chains of one device and compartment each. */
#include "store_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

static fk_status column_digest(const fk_query *query, int column, fk_digest *digest_out)
{
    fk_bytes bytes = fk_query_column(query, column);
    if (bytes.size_bytes != sizeof digest_out->bytes) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    memcpy(digest_out->bytes, bytes.data, sizeof digest_out->bytes);
    return fk_ok();
}

/* --- adding ----------------------------------------------------------------------------------- */

/* Is the place of the segment free (OK), does it hold the same (FK_ERR_EXISTS) or another one (FK_ERR_FORK)? */
static fk_status look_at_place(fk_store *store, const fk_segment_row *row)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_SEGMENT_OVERLAPS, &query));
    fk_query_integer(&query, 1, row->compartment);
    fk_query_id(&query, 2, &row->device);
    fk_query_integer(&query, 3, (int64_t)row->first_sequence);
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    if (!has_row) {
        return fk_ok();
    }
    fk_digest id;
    fk_status status = column_digest(&query, 2, &id);
    bool is_same = fk_query_column_integer(&query, 0) == (int64_t)row->first_sequence &&
                   fk_query_column_integer(&query, 1) == (int64_t)row->last_sequence &&
                   memcmp(id.bytes, row->id.bytes, sizeof id.bytes) == 0;
    fk_query_end(&query);
    FK_TRY(status);
    return fk_status_of(is_same ? FK_ERR_EXISTS : FK_ERR_FORK);
}

fk_status fk_store_segment_add(fk_store *store, const fk_segment_row *row, uint64_t arrived_ms)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    bool is_in_range = row->first_sequence >= 1 && row->first_sequence <= row->last_sequence &&
                       row->last_sequence < INT64_MAX && arrived_ms <= INT64_MAX &&
                       row->bytes.size_bytes <= FK_SEGMENT_SIZE_BYTES_MAX;
    if (!is_in_range) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_status place = look_at_place(store, row);
    if (place.code == FK_ERR_EXISTS) {
        return fk_ok();
    }
    FK_TRY(place);
    fk_chain_head head;
    FK_TRY(fk_store_chain_head(store, row->compartment, &row->device, &head));
    if (row->first_sequence != head.last_sequence + 1) {
        return fk_status_of(FK_ERR_GAP);
    }
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_SEGMENT_ADD, &query));
    fk_query_integer(&query, 1, row->compartment);
    fk_query_id(&query, 2, &row->device);
    fk_query_integer(&query, 3, (int64_t)row->first_sequence);
    fk_query_integer(&query, 4, (int64_t)row->last_sequence);
    fk_query_blob(&query, 5, fk_bytes_of(row->id.bytes, sizeof row->id.bytes));
    fk_query_integer(&query, 6, row->state);
    fk_query_integer(&query, 7, row->problem);
    fk_query_integer(&query, 8, (int64_t)arrived_ms);
    fk_query_blob(&query, 9, row->bytes);
    return fk_query_run(&query);
}

fk_status fk_store_segment_state(fk_store *store, uint32_t compartment, const fk_id *device, uint64_t first_sequence,
                                 fk_segment_state state, uint8_t problem)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_SEGMENT_STATE, &query));
    fk_query_integer(&query, 1, compartment);
    fk_query_id(&query, 2, device);
    fk_query_integer(&query, 3, (int64_t)first_sequence);
    fk_query_integer(&query, 4, state);
    fk_query_integer(&query, 5, problem);
    FK_TRY(fk_query_run(&query));
    return sqlite3_changes64(store->database) > 0 ? fk_ok() : fk_status_of(FK_ERR_NOT_FOUND);
}

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct segment_visit {
    fk_segment_visitor *visitor;
    void *ctx;
} segment_visit;

static fk_status visit_segment(void *ctx, const fk_query *query)
{
    const segment_visit *visit = ctx;
    fk_segment_row row = {
        .compartment = (uint32_t)fk_query_column_integer(query, 0),
        .first_sequence = (uint64_t)fk_query_column_integer(query, 2),
        .last_sequence = (uint64_t)fk_query_column_integer(query, 3),
        .state = (fk_segment_state)fk_query_column_integer(query, 5),
        .problem = (uint8_t)fk_query_column_integer(query, 6),
        .bytes = fk_query_column(query, 7),
    };
    FK_TRY(fk_query_column_id(query, 1, &row.device));
    FK_TRY(column_digest(query, 4, &row.id));
    return visit->visitor(visit->ctx, &row);
}

fk_status fk_store_segments(fk_store *store, fk_segment_state state, uint32_t limit, fk_segment_visitor *visitor,
                            void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_SEGMENTS, &query));
    fk_query_integer(&query, 1, state);
    fk_query_integer(&query, 2, limit);
    return fk_query_each(&query, visit_segment, &(segment_visit){ visitor, ctx });
}

fk_status fk_store_chain(fk_store *store, uint32_t compartment, const fk_id *device, uint64_t after, uint32_t limit,
                         fk_segment_visitor *visitor, void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_CHAIN, &query));
    fk_query_integer(&query, 1, compartment);
    fk_query_id(&query, 2, device);
    fk_query_integer(&query, 3, after > INT64_MAX ? INT64_MAX : (int64_t)after);
    fk_query_integer(&query, 4, limit);
    return fk_query_each(&query, visit_segment, &(segment_visit){ visitor, ctx });
}

typedef struct chain_visit {
    uint32_t compartment;
    fk_chain_visitor *visitor;
    void *ctx;
} chain_visit;

static fk_status visit_chain(void *ctx, const fk_query *query)
{
    const chain_visit *visit = ctx;
    fk_chain_head head = {
        .compartment = visit->compartment,
        .last_sequence = (uint64_t)fk_query_column_integer(query, 1),
    };
    FK_TRY(fk_query_column_id(query, 0, &head.device));
    FK_TRY(column_digest(query, 2, &head.id));
    return visit->visitor(visit->ctx, &head);
}

fk_status fk_store_chain_heads(fk_store *store, uint32_t compartment, bool merged_only, fk_chain_visitor *visitor,
                               void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_CHAIN_HEADS, &query));
    fk_query_integer(&query, 1, compartment);
    fk_query_integer(&query, 2, merged_only);
    return fk_query_each(&query, visit_chain, &(chain_visit){ compartment, visitor, ctx });
}

fk_status fk_store_chain_head(fk_store *store, uint32_t compartment, const fk_id *device, fk_chain_head *head_out)
{
    *head_out = (fk_chain_head){ .compartment = compartment, .device = *device };
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_CHAIN_HEAD, &query));
    fk_query_integer(&query, 1, compartment);
    fk_query_id(&query, 2, device);
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    if (!has_row) {
        return fk_ok();
    }
    head_out->last_sequence = (uint64_t)fk_query_column_integer(&query, 0);
    fk_status status = column_digest(&query, 1, &head_out->id);
    fk_query_end(&query);
    return status;
}

/* --- what is to be sealed next -------------------------------------------------------------------- */

typedef struct unsealed_visit {
    uint32_t compartment;
    fk_unsealed_visitor *visitor;
    void *ctx;
} unsealed_visit;

static fk_status visit_unsealed(void *ctx, const fk_query *query)
{
    const unsealed_visit *visit = ctx;
    fk_unsealed_row row = {
        .compartment = visit->compartment,
        .sequence = (uint64_t)fk_query_column_integer(query, 0),
        .operation = {
            .hlc = (uint64_t)fk_query_column_integer(query, 2),
            .type = fk_query_column(query, 5),
            .field = fk_query_column(query, 6),
            .has_value = !fk_query_column_is_null(query, 7),
            .value = fk_query_column(query, 7),
            .reason = fk_query_column(query, 8),
            .over = fk_query_column(query, 9),
        },
    };
    FK_TRY(fk_query_column_id(query, 1, &row.case_id));
    FK_TRY(fk_query_column_id(query, 3, &row.operation.record));
    FK_TRY(fk_query_column_id(query, 4, &row.operation.mutation));
    row.operation.is_adopted = !fk_query_column_is_null(query, 10);
    if (row.operation.is_adopted) {
        FK_TRY(fk_query_column_id(query, 10, &row.operation.adopted_device));
        row.operation.adopted_sequence = (uint64_t)fk_query_column_integer(query, 11);
    }
    return visit->visitor(visit->ctx, &row);
}

fk_status fk_store_unsealed(fk_store *store, uint32_t compartment, uint32_t limit, fk_unsealed_visitor *visitor,
                            void *ctx)
{
    fk_chain_head head;
    FK_TRY(fk_store_chain_head(store, compartment, &store->device, &head));
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_UNSEALED, &query));
    fk_query_integer(&query, 1, compartment);
    fk_query_id(&query, 2, &store->device);
    fk_query_integer(&query, 3, (int64_t)head.last_sequence);
    fk_query_integer(&query, 4, limit);
    return fk_query_each(&query, visit_unsealed, &(unsealed_visit){ compartment, visitor, ctx });
}

typedef struct news_visit {
    fk_frontier_visitor *visitor;
    void *ctx;
} news_visit;

static fk_status visit_news(void *ctx, const fk_query *query)
{
    const news_visit *visit = ctx;
    fk_frontier_entry entry = { .last_sequence = (uint64_t)fk_query_column_integer(query, 1) };
    FK_TRY(fk_query_column_id(query, 0, &entry.device));
    fk_digest id;
    FK_TRY(column_digest(query, 2, &id));
    memcpy(entry.hash_prefix, id.bytes, sizeof entry.hash_prefix);
    return visit->visitor(visit->ctx, &entry);
}

fk_status fk_store_frontier_news(fk_store *store, uint32_t compartment, uint64_t first_sequence,
                                 fk_frontier_visitor *visitor, void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_FRONTIER_NEWS, &query));
    fk_query_integer(&query, 1, compartment);
    fk_query_id(&query, 2, &store->device);
    fk_query_integer(&query, 3, (int64_t)first_sequence);
    return fk_query_each(&query, visit_news, &(news_visit){ visitor, ctx });
}
