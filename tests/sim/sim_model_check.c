/* sim_model_check.c — resolving what differs, and what must be true in the end. */
#include <stdio.h>
#include <string.h>

#include "sim_device.h"
#include "sim_model_internal.h"
#include "sim_network.h"

/* --- conflicts as a screen gets them ---------------------------------------------------------------- */

static bool is_id(const fk_json *row, const char *member, const fk_id *id)
{
    return fk_bytes_equal_text(fk_json_string(fk_json_member_text(row, member)), hex_of(id).text);
}

/* Which tracked field a row of conflict.list is about. */
static bool find_field(const sim *world, const fk_json *row, unsigned *record_out, unsigned *field_out)
{
    for (unsigned i = 0; i < world->model->record_count; i++) {
        const record *of = &world->model->records[i];
        for (unsigned f = 0; is_id(row, "recordId", &of->id) && f < record_kinds[of->kind].field_count; f++) {
            if (fk_bytes_equal_text(fk_json_string(fk_json_member_text(row, "field")),
                                    record_kinds[of->kind].fields[f].name)) {
                *record_out = i;
                *field_out = f;
                return true;
            }
        }
    }
    return false;
}

/* The first page of the conflicts of a case, in the device's reply. */
static const fk_json *list_conflicts(sim_device *device, const fk_id *case_id)
{
    sim_demand(device, "conflict.list", "{\"caseId\":\"%s\"}", hex_of(case_id).text);
    if (sim_reply(device, "next") != NULL) {
        sim_fail(device->world, "more conflicts on a case than one page holds");
    }
    return fk_json_first(sim_reply(device, "conflicts"));
}

static head head_of_value(sim_device *device, const write *target, const fk_json *value)
{
    const record *of = &device->world->model->records[target->record];
    head named = { .sequence = 0 };
    sim_must(device->world, fk_id_from_hex(fk_json_string(fk_json_member_text(value, "deviceId")), &named.device),
             "the device of a value");
    named.sequence = sim_number_of(fk_json_member_text(value, "sequence"));
    const head_list *list = read_heads(device, of, record_kinds[of->kind].fields[target->field].name);
    for (size_t i = 0; i < list->count; i++) {
        if (list->heads[i].sequence == named.sequence && fk_id_equal(&list->heads[i].device, &named.device)) {
            return list->heads[i];
        }
    }
    sim_fail(device->world, "device %u shows a conflict with what is no current value", device->number);
}

/* --- resolving ------------------------------------------------------------------------------------- */

enum { SEEN_SIZE_MAX = HEAD_COUNT_MAX * 96 };

/* One of the conflicts on the case of a random record: what is seen there is what the decision replaces. */
static bool pick_conflict(sim_device *device, write *target, char seen[SEEN_SIZE_MAX])
{
    sim *world = device->world;
    unsigned any = 0;
    const record *near = pick_record(device, &any);
    const fk_json *row = near != NULL ? list_conflicts(device, &near->case_id) : NULL;
    while (row != NULL && !(find_field(world, row, &target->record, &target->field) && sim_chance(world, 2))) {
        row = fk_json_next(row);
    }
    size_t used = 0;
    for (const fk_json *value = fk_json_first(fk_json_member_text(row, "values")); value != NULL;
         value = fk_json_next(value)) {
        head named = head_of_value(device, target, value);
        target->over[target->over_count++] = find_write(device, &named);
        used += (size_t)snprintf(seen + used, SEEN_SIZE_MAX - used, "%s{\"deviceId\":\"%s\",\"sequence\":\"%llu\"}",
                                 used > 0 ? "," : "", hex_of(&named.device).text, (unsigned long long)named.sequence);
    }
    return row != NULL;
}

void sim_model_resolve(sim_device *device)
{
    sim *world = device->world;
    write made = { .record = 0 };
    char seen[SEEN_SIZE_MAX] = "";
    if (sim_device_is_behind(device) || !pick_conflict(device, &made, seen)) {
        return;
    }
    const record *of = &world->model->records[made.record];
    const field_kind *field = &record_kinds[of->kind].fields[made.field];
    new_value(device, field, made.value);
    sim_trace(world, "device %u: resolves %s with %s", device->number, field->name, made.value);
    if (!world->is_in_run && sim_chance(world, 4)) {
        sim_sync_at_form(device); /* a value that arrives meanwhile is not decided about */
    }
    fk_id mutation = sim_random_id(world);
    sim_demand(device, "conflict.resolve",
               "{\"mutationId\":\"%s\",\"timeMs\":%llu,\"caseId\":\"%s\",\"recordId\":\"%s\",\"field\":\"%s\","
               "\"seen\":[%s],\"value\":%s,\"reason\":\"" SIM_CANARY " heard both\"}",
               hex_of(&mutation).text, (unsigned long long)sim_device_now_ms(device), hex_of(&of->case_id).text,
               hex_of(&of->id).text, field->name, seen, made.value);
    count_acknowledged(device);
    keep_write(device, &made);
    world->counts->conflicts_resolved++;
}

/* --- the end ----------------------------------------------------------------------------------------- */

/* Named by a later write of another device, or followed by a later one of its own. */
static bool is_replaced(const sim_model *model, unsigned index)
{
    const write *one = &model->writes[index];
    for (unsigned i = 0; i < model->write_count; i++) {
        const write *other = &model->writes[i];
        if (other->record != one->record || other->field != one->field) {
            continue;
        }
        if (fk_id_equal(&other->device, &one->device) && other->sequence > one->sequence) {
            return true;
        }
        for (size_t j = 0; j < other->over_count; j++) {
            if (other->over[j] == index) {
                return true;
            }
        }
    }
    return false;
}

static bool holds(const head_list *list, const write *one)
{
    for (size_t i = 0; i < list->count; i++) {
        const head *held = &list->heads[i];
        if (held->sequence == one->sequence && fk_id_equal(&held->device, &one->device)) {
            return strcmp(held->value, one->value) == 0;
        }
    }
    return false;
}

/* One field on one device: every write is there, once, and current is what must be. */
static void check_field(sim_device *device, unsigned record_index, unsigned field_index)
{
    sim *world = device->world;
    const sim_model *model = world->model;
    const record *of = &model->records[record_index];
    const char *field = record_kinds[of->kind].fields[field_index].name;
    for (int is_current = 0; is_current < 2; is_current++) {
        const head_list *list = is_current != 0 ? read_heads(device, of, field) : read_history(device, of, field);
        size_t expected = 0;
        for (unsigned i = 0; i < model->write_count; i++) {
            const write *one = &model->writes[i];
            bool is_of_field = one->record == record_index && one->field == field_index;
            if (!is_of_field || (is_current != 0 && is_replaced(model, i))) {
                continue;
            }
            expected++;
            if (!holds(list, one)) {
                sim_fail(world, "device %u: %s of %s is not %s", device->number, one->value, field,
                         is_current != 0 ? "current" : "there");
            }
        }
        if (list->count != expected) {
            sim_fail(world, "device %u: %zu values of %s are %s instead of %zu", device->number, list->count, field,
                     is_current != 0 ? "current" : "there", expected);
        }
    }
}

static size_t current_count(const sim_model *model, unsigned record_index, unsigned field_index)
{
    size_t count = 0;
    for (unsigned i = 0; i < model->write_count; i++) {
        bool is_of_field = model->writes[i].record == record_index && model->writes[i].field == field_index;
        count += is_of_field && !is_replaced(model, i) ? 1 : 0;
    }
    return count;
}

/* Every tracked field of a case with several current values is shown as a conflict with all of them, no other is. */
static void check_conflicts(sim_device *device, const fk_id *case_id)
{
    sim *world = device->world;
    size_t listed = 0;
    size_t expected = 0;
    for (const fk_json *row = list_conflicts(device, case_id); row != NULL; row = fk_json_next(row)) {
        unsigned r = 0;
        unsigned f = 0;
        if (!find_field(world, row, &r, &f)) {
            continue; /* a set or a state */
        }
        listed++;
        size_t shown = fk_json_count(fk_json_member_text(row, "values"));
        if (shown != current_count(world->model, r, f)) {
            sim_fail(world, "device %u: %zu values of %s are shown to differ instead of %zu", device->number, shown,
                     record_kinds[world->model->records[r].kind].fields[f].name, current_count(world->model, r, f));
        }
    }
    for (unsigned r = 0; r < world->model->record_count; r++) {
        const record *of = &world->model->records[r];
        for (unsigned f = 0; fk_id_equal(&of->case_id, case_id) && f < record_kinds[of->kind].field_count; f++) {
            expected += current_count(world->model, r, f) > 1 ? 1 : 0;
        }
    }
    if (listed != expected) {
        sim_fail(world, "device %u: %zu conflicts on a case are shown instead of %zu", device->number, listed,
                 expected);
    }
}

void sim_model_check(sim *world)
{
    for (unsigned d = 0; d < world->device_count; d++) {
        for (unsigned r = 0; r < world->model->record_count; r++) {
            const record *of = &world->model->records[r];
            for (unsigned f = 0; f < record_kinds[of->kind].field_count; f++) {
                check_field(&world->devices[d], r, f);
            }
            if (of->kind == CASE) {
                check_conflicts(&world->devices[d], &of->case_id);
            }
        }
    }
}
