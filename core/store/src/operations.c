/* operations.c — appending to the log, and the counters that name what comes next. */
#include "store_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

/* Wall clocks beyond the year 6429 do not fit 47 bits of milliseconds. */
static const uint64_t time_ms_max = UINT64_C(1) << 47;

/* 0 when there is none. */
static fk_status load_number(fk_store *store, const char *key, int64_t *number_out)
{
    *number_out = 0;
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_META_GET, &query));
    fk_query_text(&query, 1, fk_bytes_text(key));
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    if (has_row) {
        fk_bytes number = fk_query_column(&query, 0);
        *number_out = number.size_bytes == 8 ? (int64_t)fk_get_u64(number.data) : 0;
    }
    fk_query_end(&query);
    return fk_ok();
}

fk_status fk_store_number_put(fk_store *store, const char *key, int64_t number)
{
    uint8_t bytes[8];
    fk_put_u64(bytes, (uint64_t)number);
    return fk_store_meta_put(store, key, fk_bytes_of(bytes, sizeof bytes));
}

fk_status fk_operations_load(fk_store *store)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_META_GET, &query));
    fk_query_text(&query, 1, fk_bytes_text("device"));
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    if (!has_row) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    fk_status status = fk_query_column_id(&query, 0, &store->device);
    fk_query_end(&query);
    FK_TRY(status);

    FK_TRY(fk_query_begin(&store->statements, FK_SQL_OWN_NEWEST, &query));
    fk_query_integer(&query, 1, FK_COMPARTMENT_HOME);
    fk_query_id(&query, 2, &store->device);
    FK_TRY(fk_query_next(&query, &has_row));
    store->counters.next_sequence = has_row ? fk_query_column_integer(&query, 0) + 1 : 1;
    store->counters.newest_hlc = has_row ? fk_query_column_integer(&query, 1) : 0;
    fk_query_end(&query);

    int64_t received_hlc = 0;
    FK_TRY(load_number(store, "received_hlc", &received_hlc));
    if (received_hlc > store->counters.newest_hlc) {
        store->counters.newest_hlc = received_hlc;
    }
    return load_number(store, "draft_number", &store->counters.draft_number);
}

/* A hybrid logical clock: the caller's time, or one tick after the newest, whichever is later. */
static int64_t next_hlc(const fk_store *store, uint64_t time_ms)
{
    int64_t now = (int64_t)(time_ms << FK_HLC_COUNTER_BITS);
    return now > store->counters.newest_hlc ? now : store->counters.newest_hlc + 1;
}

void fk_operation_bind(fk_query *query, const fk_operation *operation, const fk_field_write *field, fk_bytes reason)
{
    fk_query_integer(query, 1, operation->compartment);
    fk_query_id(query, 2, &operation->device);
    fk_query_integer(query, 3, operation->sequence);
    fk_query_integer(query, 4, operation->hlc);
    fk_query_id(query, 5, &operation->case_id);
    fk_query_id(query, 6, &operation->record);
    fk_query_text(query, 7, operation->type);
    fk_query_text(query, 8, operation->field);
    if (field->has_value) {
        fk_query_text(query, 9, field->value);
    } else {
        fk_query_null(query, 9);
    }
    fk_query_blob(query, 10, operation->over);
    fk_query_text(query, 11, reason);
    fk_query_id(query, 12, &operation->mutation);
}

fk_status fk_operation_insert(fk_store *store, const fk_operation *operation, const fk_field_write *field,
                              fk_bytes reason, uint64_t arrived_ms)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_OPERATION_ADD, &query));
    fk_operation_bind(&query, operation, field, reason);
    fk_query_integer(&query, 13, (int64_t)arrived_ms);
    FK_TRY(fk_query_run(&query));
    return operation->adopted_sequence > 0 ? fk_adoption_add(store, operation) : fk_ok();
}

fk_status fk_adoption_add(fk_store *store, const fk_operation *operation)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_ADOPTION_ADD, &query));
    fk_query_integer(&query, 1, operation->compartment);
    fk_query_id(&query, 2, &operation->device);
    fk_query_integer(&query, 3, operation->sequence);
    fk_query_id(&query, 4, &operation->adopted_device);
    fk_query_integer(&query, 5, operation->adopted_sequence);
    return fk_query_run(&query);
}

/* --- writing ------------------------------------------------------------------------------------ */

bool fk_over_is_valid(fk_bytes over)
{
    if (over.size_bytes % FK_OVER_SIZE_BYTES != 0 || over.size_bytes > FK_OVER_COUNT_MAX * FK_OVER_SIZE_BYTES) {
        return false;
    }
    for (size_t i = FK_OVER_SIZE_BYTES; i < over.size_bytes; i += FK_OVER_SIZE_BYTES) {
        if (memcmp(over.data + i - FK_OVER_SIZE_BYTES, over.data + i, FK_OVER_SIZE_BYTES) >= 0) {
            return false;
        }
    }
    return true;
}

static fk_status write_field(fk_store *store, const fk_mutation *mutation, const fk_record_write *write,
                             const fk_field_write *field, fk_operation_run *run)
{
    fk_operation operation = {
        .compartment = FK_COMPARTMENT_HOME,
        .device = store->device,
        .sequence = store->counters.next_sequence,
        .hlc = next_hlc(store, mutation->time_ms),
        .case_id = write->case_id,
        .record = write->record,
        .mutation = mutation->id,
        .type = write->type,
        .field = field->field,
        .over = field->over,
    };
    if (!fk_over_is_valid(field->over)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    FK_TRY(fk_operation_insert(store, &operation, field, mutation->reason, 0));
    FK_TRY(fk_derived_apply(store, run, &operation, NULL));
    store->counters.next_sequence++;
    store->counters.newest_hlc = operation.hlc;
    return fk_ok();
}

/* States go last: hiding covers what the same mutation changed. */
static fk_status write_fields(fk_store *store, const fk_mutation *mutation, const fk_record_write *write,
                              bool are_states, fk_operation_run *run)
{
    for (size_t i = 0; i < write->field_count; i++) {
        if (fk_bytes_equal_text(write->fields[i].field, "state") == are_states) {
            FK_TRY(write_field(store, mutation, write, &write->fields[i], run));
        }
    }
    return fk_ok();
}

fk_status fk_store_write(fk_store *store, const fk_mutation *mutation, const fk_record_write *writes,
                         size_t write_count)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    if (mutation->time_ms >= time_ms_max) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_operation_run run = { .count = 0 };
    for (size_t i = 0; i < 2 * write_count; i++) {
        FK_TRY(write_fields(store, mutation, &writes[i % write_count], i >= write_count, &run));
    }
    FK_TRY(fk_derived_finish(store, &run));
    /* One refresh per run of the same case: a mutation touches one case, a bulk write a few. */
    for (size_t i = 0; i < write_count; i++) {
        if (i + 1 == write_count || !fk_id_equal(&writes[i].case_id, &writes[i + 1].case_id)) {
            FK_TRY(fk_derived_list_case(store, &run, &writes[i].case_id));
        }
    }
    return fk_ok();
}

fk_status fk_store_mutation_size(fk_store *store, const fk_id *mutation, uint32_t *operation_count_out)
{
    *operation_count_out = 0;
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_MUTATION_SIZE, &query));
    fk_query_id(&query, 1, &store->device);
    fk_query_id(&query, 2, mutation);
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    if (has_row) {
        *operation_count_out = (uint32_t)fk_query_column_integer(&query, 0);
    }
    fk_query_end(&query);
    return fk_ok();
}
