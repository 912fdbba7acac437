/* apply.c — taking another device's operations into the log, and what this device knows from then on. */
#include "store_internal.h"

#include "fk/assert.h"
#include "fk/planted.h"

#include "fk/banned.h"

/* How far ahead of this device's corrected clock its own stamps may be pulled by somebody else's. */
static const uint64_t hlc_lead_ms_max = UINT64_C(5) * 60 * 1000;

static int64_t last_sequence_of(const fk_remote_segment *segment)
{
    return (int64_t)(segment->first_sequence + segment->operation_count - 1);
}

static bool is_in_range(const fk_remote_segment *segment, uint64_t now_ms)
{
    if (segment->operation_count < 1 || segment->operation_count > FK_SEGMENT_OPERATION_COUNT_MAX ||
        segment->first_sequence < 1 || segment->first_sequence > INT64_MAX - FK_SEGMENT_OPERATION_COUNT_MAX ||
        now_ms > INT64_MAX >> (FK_HLC_COUNTER_BITS + 1)) {
        return false;
    }
    for (size_t i = 0; i < segment->frontier_count; i++) {
        if (segment->frontier[i].last_sequence > INT64_MAX) {
            return false;
        }
    }
    for (size_t i = 0; i < segment->operation_count; i++) {
        const fk_wire_operation *one = &segment->operations[i];
        bool is_adoption_valid = !one->is_adopted || (one->adopted_sequence >= 1 && one->adopted_sequence <= INT64_MAX);
        if (one->hlc > INT64_MAX || !fk_over_is_valid(one->over) || !is_adoption_valid) {
            return false;
        }
    }
    return true;
}

static fk_operation operation_at(const fk_remote_segment *segment, size_t index)
{
    const fk_wire_operation *wire = &segment->operations[index];
    return (fk_operation){
        .compartment = segment->compartment,
        .device = segment->device,
        .sequence = (int64_t)(segment->first_sequence + index),
        .hlc = (int64_t)wire->hlc,
        .case_id = segment->case_id,
        .record = wire->record,
        .mutation = wire->mutation,
        .type = wire->type,
        .field = wire->field,
        .over = wire->over,
        .adopted_sequence = wire->is_adopted ? (int64_t)wire->adopted_sequence : 0,
        .adopted_device = wire->adopted_device,
    };
}

static fk_field_write value_at(const fk_remote_segment *segment, size_t index)
{
    const fk_wire_operation *wire = &segment->operations[index];
    return (fk_field_write){ .has_value = wire->has_value, .value = wire->value };
}

/* --- repeats ------------------------------------------------------------------------------------ */

static fk_status count_operations(fk_store *store, const fk_remote_segment *segment, int64_t first, int64_t last,
                                  int64_t *count_out)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_OPERATION_COUNT, &query));
    fk_query_integer(&query, 1, segment->compartment);
    fk_query_id(&query, 2, &segment->device);
    fk_query_integer(&query, 3, first);
    fk_query_integer(&query, 4, last);
    return fk_query_number(&query, 0, count_out);
}

static fk_status require_same(fk_store *store, const fk_remote_segment *segment, size_t index)
{
    fk_operation operation = operation_at(segment, index);
    fk_field_write value = value_at(segment, index);
    int64_t count = 0;
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_OPERATION_SAME, &query));
    fk_operation_bind(&query, &operation, &value, segment->operations[index].reason);
    if (operation.adopted_sequence > 0) {
        fk_query_id(&query, 13, &operation.adopted_device);
        fk_query_integer(&query, 14, operation.adopted_sequence);
    } else {
        fk_query_null(&query, 13);
        fk_query_null(&query, 14);
    }
    FK_TRY(fk_query_number(&query, 0, &count));
    return count == 1 ? fk_ok() : fk_status_of(FK_ERR_FORK);
}

/* Are all of them here already (and the same), or none? */
static fk_status look_for_repeat(fk_store *store, const fk_remote_segment *segment, bool *is_repeat_out)
{
    int64_t count = 0;
    *is_repeat_out = false;
    FK_TRY(count_operations(store, segment, (int64_t)segment->first_sequence, last_sequence_of(segment), &count));
    if (count == 0) {
        return fk_ok();
    }
    for (size_t i = 0; i < segment->operation_count; i++) {
        FK_TRY(require_same(store, segment, i));
    }
    *is_repeat_out = true;
    return fk_ok();
}

/* --- what this device knows ------------------------------------------------------------------------ */

static fk_status put_frontier(fk_store *store, fk_sql sql, const fk_remote_segment *segment, const fk_id *author,
                              const fk_id *device, int64_t first_sequence, int64_t last_sequence)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    fk_query_integer(&query, 1, segment->compartment);
    fk_query_id(&query, 2, author);
    fk_query_id(&query, 3, device);
    fk_query_integer(&query, 4, first_sequence);
    fk_query_integer(&query, 5, last_sequence);
    return fk_query_run(&query);
}

static fk_status own_next_sequence(fk_store *store, uint32_t compartment, int64_t *sequence_out)
{
    *sequence_out = store->counters.next_sequence;
    if (compartment == FK_COMPARTMENT_HOME) {
        return fk_ok();
    }
    fk_query query;
    int64_t newest = 0;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_OWN_NEWEST, &query));
    fk_query_integer(&query, 1, compartment);
    fk_query_id(&query, 2, &store->device);
    FK_TRY(fk_query_number(&query, 0, &newest));
    *sequence_out = newest + 1;
    return fk_ok();
}

/* What is written here from now on knows these operations. Kept as others' frontiers are, so own operations are judged
 * by the same rule on every device. A frontier has one number a device: what waits below it counts as known. */
static fk_status advance_own_frontier(fk_store *store, const fk_remote_segment *segment)
{
    int64_t next = 0;
    int64_t before = 0;
    int64_t known = last_sequence_of(segment);
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_FRONTIER_NEWEST, &query));
    fk_query_integer(&query, 1, segment->compartment);
    fk_query_id(&query, 2, &store->device);
    fk_query_id(&query, 3, &segment->device);
    FK_TRY(fk_query_number(&query, 0, &before));
    if (known <= before) {
        return fk_ok();
    }
    FK_TRY(own_next_sequence(store, segment->compartment, &next));
    FK_TRY(put_frontier(store, FK_SQL_FRONTIER_RAISE, segment, &store->device, &segment->device, next, known));
    if (sqlite3_changes64(store->database) > 0) {
        return fk_ok();
    }
    return put_frontier(store, FK_SQL_FRONTIER_ADD, segment, &store->device, &segment->device, next, known);
}

/* Only this device says what it wrote; what it no longer has is taken back where it stopped. */
static bool is_from_where_it_may(const fk_store *store, const fk_remote_segment *segment)
{
    bool is_own = fk_id_equal(&segment->device, &store->device);
    bool is_next = segment->compartment == FK_COMPARTMENT_HOME &&
                   (int64_t)segment->first_sequence == store->counters.next_sequence;
    return is_own == segment->is_taken_back && (!is_own || is_next);
}

/* What others wrote and came before them was not known to those operations, but to the next. */
static fk_status postpone_own_frontier(fk_store *store, const fk_remote_segment *segment)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_FRONTIER_POSTPONE, &query));
    fk_query_integer(&query, 1, segment->compartment);
    fk_query_id(&query, 2, &store->device);
    fk_query_integer(&query, 4, (int64_t)segment->first_sequence);
    fk_query_integer(&query, 5, last_sequence_of(segment) + 1);
    return fk_query_run(&query);
}

/* Own operations that this vault no longer had: what is written from now on is numbered after them. */
static void count_as_own(fk_store *store, const fk_remote_segment *segment)
{
    store->counters.next_sequence = last_sequence_of(segment) + 1;
    for (size_t i = 0; i < segment->operation_count; i++) {
        int64_t hlc = (int64_t)segment->operations[i].hlc;
        store->counters.newest_hlc = hlc > store->counters.newest_hlc ? hlc : store->counters.newest_hlc;
    }
}

/* --- the clock -------------------------------------------------------------------------------------- */

static fk_status advance_clock(fk_store *store, const fk_remote_segment *segment, uint64_t now_ms)
{
    int64_t newest = 0;
    for (size_t i = 0; i < segment->operation_count; i++) {
        int64_t hlc = (int64_t)segment->operations[i].hlc;
        newest = hlc > newest ? hlc : newest;
    }
    int64_t most = (int64_t)(((now_ms + hlc_lead_ms_max) << FK_HLC_COUNTER_BITS) | ((1u << FK_HLC_COUNTER_BITS) - 1));
    newest = newest < most || FK_PLANTED(CLOCK_FOLLOWED) ? newest : most;
    if (newest <= store->counters.newest_hlc) {
        return fk_ok();
    }
    store->counters.newest_hlc = newest;
    return fk_store_number_put(store, "received_hlc", newest);
}

/* --- applying ------------------------------------------------------------------------------------------ */

static fk_status add_operations(fk_store *store, const fk_remote_segment *segment, uint64_t now_ms, uint32_t *ignored)
{
    for (size_t i = 0; i < segment->frontier_count; i++) {
        const fk_frontier_entry *entry = &segment->frontier[i];
        FK_TRY(put_frontier(store, FK_SQL_FRONTIER_ADD, segment, &segment->device, &entry->device,
                            (int64_t)segment->first_sequence, (int64_t)entry->last_sequence));
    }
    fk_operation_run run = { .count = 0 };
    for (size_t i = 0; i < segment->operation_count; i++) {
        fk_operation operation = operation_at(segment, i);
        fk_field_write value = value_at(segment, i);
        FK_TRY(fk_operation_insert(store, &operation, &value, segment->operations[i].reason, now_ms));
        FK_TRY(fk_derived_apply(store, &run, &operation, ignored));
    }
    FK_TRY(fk_derived_finish(store, &run));
    return fk_derived_list_case(store, &run, &segment->case_id);
}

fk_status fk_store_apply(fk_store *store, const fk_remote_segment *segment, uint64_t now_ms, uint32_t *ignored_over_out)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    *ignored_over_out = 0;
    if (!is_in_range(segment, now_ms)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    bool is_repeat = false;
    FK_TRY(look_for_repeat(store, segment, &is_repeat));
    if (is_repeat) {
        return fk_ok();
    }
    if (!is_from_where_it_may(store, segment)) {
        return fk_status_of(FK_ERR_FORK);
    }
    int64_t later_count = 0;
    FK_TRY(count_operations(store, segment, last_sequence_of(segment) + 1, INT64_MAX, &later_count));
    FK_TRY(segment->is_taken_back ? postpone_own_frontier(store, segment) : fk_ok());
    FK_TRY(add_operations(store, segment, segment->is_taken_back ? 0 : now_ms, ignored_over_out));
    if (segment->is_taken_back) {
        count_as_own(store, segment);
    } else {
        FK_TRY(advance_own_frontier(store, segment));
    }
    FK_TRY(advance_clock(store, segment, now_ms));
    /* Later operations of this device were judged without this segment's frontier: once more at the commit. */
    store->needs_rebuild = store->needs_rebuild || later_count > 0;
    return fk_ok();
}
