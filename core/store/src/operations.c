/* operations.c — appending to the log, and the counters that name what comes next. */
#include "store_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

enum { HLC_COUNTER_BITS = 16, OVER_ENTRY_COUNT_MAX = 64 };

/* Wall clocks beyond the year 6429 do not fit 47 bits of milliseconds. */
static const uint64_t time_ms_max = UINT64_C(1) << 47;

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

    FK_TRY(fk_query_begin(&store->statements, FK_SQL_META_GET, &query));
    fk_query_text(&query, 1, fk_bytes_text("draft_number"));
    FK_TRY(fk_query_next(&query, &has_row));
    if (has_row) {
        fk_bytes number = fk_query_column(&query, 0);
        store->counters.draft_number = number.size_bytes == 8 ? (int64_t)fk_get_u64(number.data) : 0;
    }
    fk_query_end(&query);
    return fk_ok();
}

/* A hybrid logical clock: the caller's time, or one tick after the newest, whichever is later. */
static int64_t next_hlc(const fk_store *store, uint64_t time_ms)
{
    int64_t now = (int64_t)(time_ms << HLC_COUNTER_BITS);
    return now > store->counters.newest_hlc ? now : store->counters.newest_hlc + 1;
}

/* Names of the writes by other devices that are current now and that this write replaces: its author
 * saw them. The device's own earlier write needs no naming. */
static fk_status collect_over(fk_store *store, const fk_operation *operation, fk_buffer *over)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_HEADS_OF_OTHERS, &query));
    fk_query_id(&query, 1, &operation->case_id);
    fk_query_id(&query, 2, &operation->record);
    fk_query_text(&query, 3, operation->field);
    fk_query_integer(&query, 4, operation->compartment);
    fk_query_id(&query, 5, &operation->device);
    bool has_row = false;
    fk_status status = fk_query_next(&query, &has_row);
    while (fk_is_ok(status) && has_row) {
        uint8_t *entry = NULL;
        fk_id device;
        status = fk_query_column_id(&query, 0, &device);
        if (fk_is_ok(status)) {
            status = fk_buffer_extend(over, FK_OVER_ENTRY_SIZE_BYTES, &entry);
        }
        if (fk_is_ok(status)) {
            memcpy(entry, device.bytes, FK_ID_SIZE_BYTES);
            fk_put_u64(entry + FK_ID_SIZE_BYTES, (uint64_t)fk_query_column_integer(&query, 1));
            status = fk_query_next(&query, &has_row);
        }
    }
    fk_query_end(&query);
    return status;
}

static fk_status insert_operation(fk_store *store, const fk_operation *operation, const fk_field_write *field,
                                  fk_bytes reason)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_OPERATION_ADD, &query));
    fk_query_integer(&query, 1, operation->compartment);
    fk_query_id(&query, 2, &operation->device);
    fk_query_integer(&query, 3, operation->sequence);
    fk_query_integer(&query, 4, operation->hlc);
    fk_query_id(&query, 5, &operation->case_id);
    fk_query_id(&query, 6, &operation->record);
    fk_query_text(&query, 7, operation->type);
    fk_query_text(&query, 8, operation->field);
    if (field->has_value) {
        fk_query_text(&query, 9, field->value);
    } else {
        fk_query_null(&query, 9);
    }
    fk_query_blob(&query, 10, operation->over);
    fk_query_text(&query, 11, reason);
    fk_query_id(&query, 12, &operation->mutation);
    return fk_query_run(&query);
}

static fk_status write_field(fk_store *store, const fk_mutation *mutation, const fk_record_write *write,
                             const fk_field_write *field, fk_buffer *over)
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
    };
    fk_buffer_clear(over);
    FK_TRY(collect_over(store, &operation, over));
    operation.over = fk_buffer_view(over);
    FK_TRY(insert_operation(store, &operation, field, mutation->reason));
    FK_TRY(fk_derived_apply(store, &operation));
    store->counters.next_sequence++;
    store->counters.newest_hlc = operation.hlc;
    return fk_ok();
}

fk_status fk_store_write(fk_store *store, const fk_mutation *mutation, const fk_record_write *writes,
                         size_t write_count)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    if (mutation->time_ms >= time_ms_max) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_buffer over;
    fk_buffer_init(&over, store->allocator, OVER_ENTRY_COUNT_MAX * FK_OVER_ENTRY_SIZE_BYTES);
    fk_status status = fk_ok();
    for (size_t i = 0; i < write_count && fk_is_ok(status); i++) {
        for (size_t j = 0; j < writes[i].field_count && fk_is_ok(status); j++) {
            status = write_field(store, mutation, &writes[i], &writes[i].fields[j], &over);
        }
    }
    fk_buffer_free(&over);
    /* One refresh per run of the same case: a mutation touches one case, a bulk write a few. */
    for (size_t i = 0; i < write_count && fk_is_ok(status); i++) {
        if (i + 1 == write_count || !fk_id_equal(&writes[i].case_id, &writes[i + 1].case_id)) {
            status = fk_derived_refresh_case(store, &writes[i].case_id);
        }
    }
    return status;
}

fk_status fk_store_mutation_size(fk_store *store, const fk_id *mutation, uint32_t *operation_count_out)
{
    *operation_count_out = 0;
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_MUTATION_SIZE, &query));
    fk_query_id(&query, 1, mutation);
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    if (has_row) {
        *operation_count_out = (uint32_t)fk_query_column_integer(&query, 0);
    }
    fk_query_end(&query);
    return fk_ok();
}
