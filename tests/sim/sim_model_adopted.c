/* sim_model_adopted.c — the names of writes after their vault became another device (docs/adr/0022). */
#include <string.h>

#include "sim_device.h"
#include "sim_model_internal.h"

static const head *find_value(const head_list *list, const char *value)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->heads[i].value, value) == 0) {
            return &list->heads[i];
        }
    }
    return NULL;
}

/* Under the former name the author's own earlier writes were replaced without being named. */
static void replace_earlier(const sim_model *model, const head_list *held, write *adopted, const fk_id *former)
{
    for (unsigned i = 0; i < model->write_count; i++) {
        const write *earlier = &model->writes[i];
        if (earlier->record == adopted->record && earlier->field == adopted->field &&
            fk_id_equal(&earlier->device, former) && earlier->sequence < adopted->sequence &&
            adopted->over_count < HEAD_COUNT_MAX && find_value(held, earlier->value) != NULL) {
            adopted->over[adopted->over_count++] = i;
        }
    }
}

void sim_model_adopted(sim_device *device, const fk_id *former)
{
    sim_model *model = device->world->model;
    for (unsigned i = model->write_count; i > 0; i--) { /* the newest first: those before have their former names yet */
        write *one = &model->writes[i - 1];
        if (one->vault != device->number || !fk_id_equal(&one->device, former)) {
            continue;
        }
        const record *of = &model->records[one->record];
        const head_list *held = read_history(device, of, record_kinds[of->kind].fields[one->field].name);
        const head *now = find_value(held, one->value);
        if (now == NULL) {
            sim_fail(device->world, "device %u: %s is gone with the former key", device->number, one->value);
        }
        if (fk_id_equal(&now->device, &device->id)) {
            replace_earlier(model, held, one, former);
            one->device = now->device;
            one->sequence = now->sequence;
        }
    }
}
