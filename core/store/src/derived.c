/* derived.c — the tables that lists and searches read, kept from operations and frontiers alone.
 *
 * Each is a function of the set of operations, so the order of arrival never shows (README.md). */
#include "store_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"

#include "schema.h"
#include "fk/banned.h"

/* --- heads: current writes ------------------------------------------------------------------- */

/* A statement about one field of one record, and one write of it. */
static fk_status begin_field(fk_store *store, fk_sql sql, const fk_operation *operation, fk_query *query_out)
{
    FK_TRY(fk_query_begin(&store->statements, sql, query_out));
    fk_query_id(query_out, 1, &operation->case_id);
    fk_query_id(query_out, 2, &operation->record);
    fk_query_text(query_out, 3, operation->field);
    fk_query_integer(query_out, 4, operation->compartment);
    return fk_ok();
}

static fk_status run_head(fk_store *store, fk_sql sql, const fk_operation *operation, const fk_id *device,
                          int64_t sequence)
{
    fk_query query;
    FK_TRY(begin_field(store, sql, operation, &query));
    fk_query_id(&query, 5, device);
    fk_query_integer(&query, 6, sequence);
    return fk_query_run(&query);
}

static fk_status add_head(fk_store *store, const fk_operation *operation)
{
    fk_query query;
    FK_TRY(begin_field(store, FK_SQL_HEAD_ADD, operation, &query));
    fk_query_id(&query, 5, &operation->device);
    fk_query_integer(&query, 6, operation->sequence);
    fk_query_integer(&query, 7, operation->hlc);
    return fk_query_run(&query);
}

/* Did the author of that operation know the device's operation of that sequence? */
static fk_status look_whether_known(fk_store *store, const fk_operation *operation, const fk_id *device,
                                    int64_t sequence, bool *knows_out)
{
    if (fk_id_equal(device, &operation->device)) {
        *knows_out = sequence < operation->sequence;
        return fk_ok();
    }
    fk_query query;
    int64_t knows = 0;
    *knows_out = false;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_FRONTIER_KNOWS, &query));
    fk_query_integer(&query, 1, operation->compartment);
    fk_query_id(&query, 2, &operation->device);
    fk_query_id(&query, 3, device);
    fk_query_integer(&query, 4, operation->sequence);
    fk_query_integer(&query, 5, sequence);
    FK_TRY(fk_query_number(&query, 0, &knows));
    *knows_out = knows != 0 || FK_PLANTED(FRONTIER_IGNORED);
    return fk_ok();
}

/* Is the named write here and of another field? One that is not here yet is told by its key when it comes. */
static fk_status is_of_another_field(fk_store *store, const fk_operation *operation, const fk_id *device,
                                     int64_t sequence, bool *result_out)
{
    fk_query query;
    int64_t count = 0;
    *result_out = false;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_OPERATION_ELSEWHERE, &query));
    fk_query_integer(&query, 1, operation->compartment);
    fk_query_id(&query, 2, device);
    fk_query_integer(&query, 3, sequence);
    fk_query_id(&query, 4, &operation->case_id);
    fk_query_id(&query, 5, &operation->record);
    fk_query_text(&query, 6, operation->field);
    FK_TRY(fk_query_number(&query, 0, &count));
    *result_out = count != 0;
    return fk_ok();
}

static fk_status remember_link(fk_store *store, const fk_operation *operation, const fk_id *device, int64_t sequence)
{
    fk_query query;
    FK_TRY(begin_field(store, FK_SQL_OVERRULED_ADD, operation, &query));
    fk_query_id(&query, 5, device);
    fk_query_integer(&query, 6, sequence);
    fk_query_id(&query, 7, &operation->device);
    fk_query_integer(&query, 8, operation->sequence);
    return fk_query_run(&query);
}

static fk_status overrule(fk_store *store, const fk_operation *operation, const fk_id *device, int64_t sequence)
{
    if (!FK_PLANTED(EARLY_LINK_LOST)) {
        FK_TRY(remember_link(store, operation, device, sequence));
    }
    return run_head(store, FK_SQL_HEAD_DROP, operation, device, sequence);
}

/* One entry of `over`. What it names may not be here yet: the link is remembered. The key of the table holds the
 * author's own case, record, field and compartment, so a link to another field meets nothing. */
static fk_status apply_link(fk_store *store, const fk_operation *operation, const uint8_t *entry, uint32_t *ignored)
{
    fk_id device;
    memcpy(device.bytes, entry, FK_ID_SIZE_BYTES);
    uint64_t named = fk_get_u64(entry + FK_ID_SIZE_BYTES);
    bool is_known = false;
    bool is_elsewhere = false;
    if (named > 0 && named <= INT64_MAX) {
        FK_TRY(look_whether_known(store, operation, &device, (int64_t)named, &is_known));
        FK_TRY(is_of_another_field(store, operation, &device, (int64_t)named, &is_elsewhere));
    }
    *ignored += !is_known || is_elsewhere;
    /* A device's later write replaces its own earlier one without a link. */
    bool is_own = fk_id_equal(&device, &operation->device);
    return is_known && !is_own ? overrule(store, operation, &device, (int64_t)named) : fk_ok();
}

static fk_status begin_same_write(fk_store *store, fk_sql sql, const fk_operation *operation, fk_query *query_out)
{
    FK_TRY(fk_query_begin(&store->statements, sql, query_out));
    fk_query_integer(query_out, 1, operation->compartment);
    fk_query_id(query_out, 2, &operation->device);
    fk_query_integer(query_out, 3, operation->sequence);
    fk_query_id(query_out, 4, &operation->case_id);
    fk_query_id(query_out, 5, &operation->record);
    fk_query_text(query_out, 6, operation->field);
    fk_query_id(query_out, 7, &operation->mutation);
    return fk_ok();
}

/* The same write under its other name, when it is here. */
static fk_status find_same_write(fk_store *store, fk_sql sql, const fk_operation *operation, bool *is_here_out,
                                 fk_id *device_out, int64_t *sequence_out)
{
    fk_query query;
    FK_TRY(begin_same_write(store, sql, operation, &query));
    FK_TRY(fk_query_next(&query, is_here_out));
    if (!*is_here_out) {
        fk_query_end(&query);
        return fk_ok();
    }
    *sequence_out = fk_query_column_integer(&query, 1);
    fk_status status = fk_query_column_id(&query, 0, device_out);
    fk_query_end(&query);
    return status;
}

/* A write that became another device's is current under its new name alone, whichever of the two comes first
 * (docs/adr/0022). What stands at the old name and is another write is not touched. */
static fk_status settle_adoption(fk_store *store, const fk_operation *operation)
{
    fk_id device;
    int64_t sequence = 0;
    bool is_here = false;
    FK_TRY(find_same_write(store, FK_SQL_ADOPTED_FROM, operation, &is_here, &device, &sequence));
    if (is_here) {
        FK_TRY(overrule(store, operation, &device, sequence));
    }
    FK_TRY(find_same_write(store, FK_SQL_ADOPTED_BY, operation, &is_here, &device, &sequence));
    if (!is_here) {
        return fk_ok();
    }
    fk_operation later = *operation;
    later.device = device;
    later.sequence = sequence;
    return overrule(store, &later, &operation->device, operation->sequence);
}

/* What stands at a field before a write of it. */
typedef struct field_state {
    bool has_heads;
    bool is_listed;    /* as contested */
    bool is_overruled; /* the write itself, by one that came before it */
    bool is_renamed;   /* the write itself has another name, earlier or later */
} field_state;

static fk_status look_at_field(fk_store *store, const fk_operation *operation, field_state *state_out)
{
    fk_query query;
    bool has_row = false;
    *state_out = (field_state){ .has_heads = false };
    FK_TRY(begin_field(store, FK_SQL_FIELD_STATE, operation, &query));
    fk_query_id(&query, 5, &operation->device);
    fk_query_integer(&query, 6, operation->sequence);
    FK_TRY(fk_query_next(&query, &has_row));
    if (has_row) {
        state_out->has_heads = fk_query_column_integer(&query, 0) != 0;
        state_out->is_listed = fk_query_column_integer(&query, 1) != 0;
        state_out->is_overruled = fk_query_column_integer(&query, 2) != 0;
        state_out->is_renamed = fk_query_column_integer(&query, 3) != 0;
    }
    fk_query_end(&query);
    return fk_ok();
}

/* Fields with several current writes are listed apart: people must see them, and they are few. */
static fk_status refresh_contested(fk_store *store, const fk_operation *operation, bool is_listed)
{
    fk_query query;
    int64_t head_count = 0;
    FK_TRY(begin_field(store, FK_SQL_HEAD_COUNT, operation, &query));
    FK_TRY(fk_query_number(&query, 0, &head_count));
    if (head_count <= 1 && !is_listed) {
        return fk_ok();
    }
    FK_TRY(begin_field(store, head_count > 1 ? FK_SQL_CONTESTED_PUT : FK_SQL_CONTESTED_DROP, operation, &query));
    if (head_count > 1) {
        fk_query_integer(&query, 5, head_count);
    }
    return fk_query_run(&query);
}

/* A write replaces its device's earlier one and those its author names and knew (docs/adr/0004, 0011). Most writes are
 * the first of their field, and then there is nothing to replace and nothing to dispute. */
static fk_status apply_heads(fk_store *store, const fk_operation *operation, uint32_t *ignored)
{
    field_state before;
    if (operation->over.size_bytes % FK_OVER_SIZE_BYTES != 0) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    FK_TRY(look_at_field(store, operation, &before));
    if (before.has_heads) {
        FK_TRY(run_head(store, FK_SQL_HEAD_DROP_OWN, operation, &operation->device, operation->sequence));
    }
    for (size_t i = 0; i < operation->over.size_bytes && !FK_PLANTED(OVER_IGNORED); i += FK_OVER_SIZE_BYTES) {
        FK_TRY(apply_link(store, operation, operation->over.data + i, ignored));
    }
    if (!before.is_overruled) {
        FK_TRY(add_head(store, operation));
    }
    if (before.is_renamed) {
        FK_TRY(settle_adoption(store, operation));
    }
    return before.has_heads || before.is_listed ? refresh_contested(store, operation, before.is_listed) : fk_ok();
}

/* --- records and who wrote them ---------------------------------------------------------------- */

static fk_status count_mutation(fk_store *store, const fk_operation_run *run)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_MUTATION_ADD, &query));
    fk_query_id(&query, 1, &run->newest.device);
    fk_query_id(&query, 2, &run->newest.mutation);
    fk_query_integer(&query, 3, run->count);
    return fk_query_run(&query);
}

static fk_status touch_record(fk_store *store, const fk_operation_run *run)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_RECORD_TOUCH, &query));
    fk_query_integer(&query, 1, run->newest.compartment);
    fk_query_id(&query, 2, &run->newest.record);
    fk_query_id(&query, 3, &run->newest.case_id);
    fk_query_text(&query, 4, run->newest.type);
    fk_query_integer(&query, 5, run->least_hlc);
    fk_query_integer(&query, 6, run->most_hlc);
    return fk_query_run(&query);
}

static fk_status touch_writer(fk_store *store, const fk_operation_run *run)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_WRITER_TOUCH, &query));
    fk_query_integer(&query, 1, run->newest.compartment);
    fk_query_id(&query, 2, &run->newest.case_id);
    fk_query_id(&query, 3, &run->newest.record);
    fk_query_id(&query, 4, &run->newest.device);
    fk_query_integer(&query, 5, run->newest.sequence);
    fk_query_integer(&query, 6, run->last_edit);
    fk_query_integer(&query, 7, run->most_hlc);
    return fk_query_run(&query);
}

/* Edits that count: of the record, or of everything on the case when the record is the case. */
static fk_status refresh_visibility(fk_store *store, const fk_operation *operation, const fk_id *record)
{
    fk_id first = *record;
    fk_id last = *record;
    if (fk_id_equal(record, &operation->case_id)) {
        memset(first.bytes, 0, sizeof first.bytes);
        memset(last.bytes, 0xff, sizeof last.bytes);
    }
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_RECORD_VISIBILITY, &query));
    fk_query_id(&query, 1, &operation->case_id);
    fk_query_id(&query, 2, record);
    fk_query_integer(&query, 3, operation->compartment);
    fk_query_id(&query, 4, &first);
    fk_query_id(&query, 5, &last);
    return fk_query_run(&query);
}

/* --- runs ------------------------------------------------------------------------------------- */

static bool is_of_run(const fk_operation_run *run, const fk_operation *operation)
{
    const fk_operation *newest = &run->newest;
    return newest->compartment == operation->compartment && fk_id_equal(&newest->device, &operation->device) &&
           fk_id_equal(&newest->case_id, &operation->case_id) && fk_id_equal(&newest->record, &operation->record) &&
           fk_id_equal(&newest->mutation, &operation->mutation) && fk_bytes_equal(newest->type, operation->type);
}

static fk_status begin_run(fk_operation_run *run, const fk_operation *first)
{
    if (first->type.size_bytes > sizeof run->type) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    bool is_of_another_case = run->list_hlc > 0 && !fk_id_equal(&run->newest.case_id, &first->case_id);
    *run = (fk_operation_run){
        .newest = *first,
        .least_hlc = first->hlc,
        .most_hlc = first->hlc,
        .list_hlc = run->list_hlc,
        .is_list_stale = run->is_list_stale || is_of_another_case,
    };
    if (first->type.size_bytes > 0) {
        memcpy(run->type, first->type.data, first->type.size_bytes);
    }
    run->newest.type = fk_bytes_of(run->type, first->type.size_bytes);
    run->newest.field = (fk_bytes){ NULL, 0 };
    run->newest.over = (fk_bytes){ NULL, 0 };
    return fk_ok();
}

static void add_to_run(fk_operation_run *run, const fk_operation *operation)
{
    bool is_edit = !fk_bytes_equal_text(operation->field, "state");
    run->count++;
    run->newest.sequence = operation->sequence > run->newest.sequence ? operation->sequence : run->newest.sequence;
    run->least_hlc = operation->hlc < run->least_hlc ? operation->hlc : run->least_hlc;
    run->most_hlc = operation->hlc > run->most_hlc ? operation->hlc : run->most_hlc;
    if (is_edit && operation->sequence > run->last_edit) {
        run->last_edit = operation->sequence;
    }
}

fk_status fk_derived_apply(fk_store *store, fk_operation_run *run, const fk_operation *operation, uint32_t *ignored)
{
    uint32_t uncounted = 0;
    if (run->count > 0 && !is_of_run(run, operation)) {
        FK_TRY(fk_derived_finish(store, run));
    }
    if (run->count == 0) {
        FK_TRY(begin_run(run, operation));
    }
    add_to_run(run, operation);
    return apply_heads(store, operation, ignored != NULL ? ignored : &uncounted);
}

/* Asked before the record is touched: what it was counts too. */
static fk_status look_whether_listed(fk_store *store, fk_operation_run *run)
{
    bool is_case = fk_id_equal(&run->newest.record, &run->newest.case_id);
    if (run->is_list_stale || is_case) {
        run->is_list_stale = true;
        return fk_ok();
    }
    fk_query query;
    int64_t is_listed = 0;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_RECORD_IS_LISTED, &query));
    fk_query_id(&query, 1, &run->newest.case_id);
    fk_query_id(&query, 2, &run->newest.record);
    fk_query_integer(&query, 3, run->newest.compartment);
    fk_query_text(&query, 4, run->newest.type);
    FK_TRY(fk_query_number(&query, 0, &is_listed));
    run->is_list_stale = is_listed != 0 && !FK_PLANTED(LIST_NOT_READ);
    return fk_ok();
}

/* A later edit shows a hidden case again, and with it its row. */
static fk_status refresh_case_visibility(fk_store *store, fk_operation_run *run)
{
    if (fk_id_equal(&run->newest.record, &run->newest.case_id)) {
        return fk_ok();
    }
    FK_TRY(refresh_visibility(store, &run->newest, &run->newest.case_id));
    run->is_list_stale = run->is_list_stale || sqlite3_changes64(store->database) > 0;
    return fk_ok();
}

fk_status fk_derived_finish(fk_store *store, fk_operation_run *run)
{
    if (run->count == 0) {
        return fk_ok();
    }
    FK_TRY(look_whether_listed(store, run));
    run->list_hlc = run->most_hlc > run->list_hlc ? run->most_hlc : run->list_hlc;
    FK_TRY(count_mutation(store, run));
    FK_TRY(touch_record(store, run));
    FK_TRY(touch_writer(store, run));
    FK_TRY(refresh_visibility(store, &run->newest, &run->newest.record));
    FK_TRY(refresh_case_visibility(store, run));
    run->count = 0;
    return fk_ok();
}

/* --- rebuilding ------------------------------------------------------------------------------- */

typedef struct replay {
    fk_store *store;
    fk_operation_run run;
} replay;

static fk_status replay_row(void *ctx, const fk_query *query)
{
    replay *replayed = ctx;
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
    return fk_derived_apply(replayed->store, &replayed->run, &operation, NULL);
}

fk_status fk_store_rebuild(fk_store *store)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    for (unsigned i = 0; i < fk_derived_table_count; i++) {
        FK_TRY(fk_sql_execute(store->database, fk_derived_tables[i].clear));
    }
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_OPERATION_ALL, &query));
    replay replayed = { .store = store, .run = { .is_list_stale = true } };
    FK_TRY(fk_query_each(&query, replay_row, &replayed));
    FK_TRY(fk_derived_finish(store, &replayed.run));
    return fk_derived_refresh_cases(store);
}
