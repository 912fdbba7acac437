/* sim_model_changed.c — a member whose client was changed: it signs what an honest one never writes. */
#include <string.h>

#include <string.h>

#include "fk/store_sync.h"

#include "sim_device.h"
#include "sim_model_internal.h"

static bool has_waiting(sim_device *device)
{
    fk_progress_numbers numbers;
    sim_must(device->world, fk_store_progress_numbers(sim_device_store(device), &numbers), "fk_store_progress_numbers");
    return numbers.waiting_segments > 0;
}

static bool has_write(sim_device *device, const write *one)
{
    const record *of = &device->world->model->records[one->record];
    const head_list *list = read_history(device, of, record_kinds[of->kind].fields[one->field].name);
    for (size_t i = 0; i < list->count; i++) {
        if (list->heads[i].sequence == one->sequence && fk_id_equal(&list->heads[i].device, &one->device)) {
            return true;
        }
    }
    return false;
}

static bool has_record(sim_device *device, const record *of)
{
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, SIM_TEXT_SIZE_MAX);
    fk_record_row row;
    bool result = fk_is_ok(fk_store_record(sim_device_store(device), &of->id, &arena, &row));
    fk_arena_reset(&arena);
    return result;
}

/* The newest write of a colleague that is not here, on a record that is. */
static const write *find_unseen(sim_device *device)
{
    const sim_model *model = device->world->model;
    for (unsigned i = model->write_count; i > 0; i--) {
        const write *one = &model->writes[i - 1];
        if (!fk_id_equal(&one->device, &device->id) && has_record(device, &model->records[one->record]) &&
            !has_write(device, one)) {
            return one;
        }
    }
    return NULL;
}

static fk_status try_write(fk_store *store, const fk_mutation *mutation, const fk_record_write *target)
{
    uint32_t known = 0;
    FK_TRY(fk_store_begin(store));
    fk_status status = fk_store_mutation_size(store, &mutation->id, &known);
    if (fk_is_ok(status) && known == 0) {
        status = fk_store_write(store, mutation, target, 1);
    }
    if (fk_is_ok(status)) {
        status = fk_store_commit(store);
    }
    if (!fk_is_ok(status)) {
        fk_store_rollback(store);
    }
    return status;
}

static void write_with(sim_device *device, const record *of, const char *field, const char *value, fk_bytes over)
{
    fk_field_write changed = { fk_bytes_text(field), true, fk_bytes_text(value), over };
    fk_record_write target = { of->case_id, of->id, fk_bytes_text(record_kinds[of->kind].type), &changed, 1 };
    fk_mutation mutation = { .id = sim_random_id(device->world), .time_ms = sim_device_now_ms(device) };
    bool is_there = false;
    while (!is_there) {
        fk_status status = try_write(sim_device_store(device), &mutation, &target);
        is_there = !memory_disk_is_down(device->disk);
        if (!is_there) {
            sim_device_crash(device);
        } else {
            sim_must(device->world, status, "a write of a changed client");
        }
    }
}

void sim_model_link_unseen(sim_device *device)
{
    sim *world = device->world;
    /* What a device had before it was put back counts as known to it. */
    bool is_known_exactly = !device->was_put_back && !has_waiting(device);
    const write *unseen = is_known_exactly ? find_unseen(device) : NULL;
    if (unseen == NULL) {
        return;
    }
    write made = { .record = unseen->record, .field = unseen->field };
    const record *of = &world->model->records[made.record];
    const field_kind *field = &record_kinds[of->kind].fields[made.field];
    uint8_t over[FK_OVER_SIZE_BYTES];
    memcpy(over, unseen->device.bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(over + FK_ID_SIZE_BYTES, unseen->sequence);
    new_value(device, field, made.value);
    sim_trace(world, "device %u: %s says it replaces %s, unseen", device->number, made.value, unseen->value);
    write_with(device, of, field->name, made.value, fk_bytes_of(over, sizeof over));
    device->acknowledged_operations++;
    world->counts->unseen_links++;
    keep_write(device, &made);
}
