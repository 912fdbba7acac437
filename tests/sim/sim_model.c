#include "sim_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fk/store_sync.h"

#include "sim_device.h"
#include "sim_model_internal.h"
#include "sim_network.h"

enum { HLC_COUNTER_BITS = 16, HLC_LEAD_MS_MAX = 5 * 60 * 1000 + 1000 };

#define TEXT "\"%s\""
#define CHANGE(field, value) "{\"field\":\"" field "\",\"value\":" value "}"

const record_kind record_kinds[KIND_COUNT] = {
    [CASE] = { "case",
               CHANGE("status", "\"open\"") "," CHANGE("openedOn", "\"2026-09-21\"") "," CHANGE("areaProfile",
                                                                                                "\"AREA_EASTMERE\""),
               { { "reference", TEXT } },
               1 },
    [PERSON] = { "person",
                 CHANGE("name", "\"" SIM_CANARY " victim\""),
                 { { "aliases", TEXT },
                   { "phone", TEXT },
                   { "doctor", TEXT },
                   { "address", "{\"text\":\"%s\",\"confidential\":true}" } },
                 4 },
    [INCIDENT] = { "incident",
                   CHANGE("occurred", "{\"date\":\"2026-09-19\",\"precision\":\"exact\"}") "," CHANGE("incidentType",
                                                                                                      "\"threat\""),
                   { { "description", TEXT }, { "policeReference", TEXT } },
                   2 },
    [CONTACT] = { "safe_contact",
                  CHANGE("person", "\"%s\"") "," CHANGE("safeToCall", "\"no\""),
                  { { "number", TEXT }, { "codeWord", TEXT } },
                  2 },
};

void sim_model_make(sim *world)
{
    world->model = calloc(1, sizeof *world->model);
    if (world->model == NULL) {
        sim_fail(world, "no memory for the model");
    }
}

void sim_model_free(sim *world)
{
    free(world->model);
}

/* --- ids as text ----------------------------------------------------------------------------------- */

hex hex_of(const fk_id *id)
{
    hex result;
    fk_id_to_hex(id, result.text);
    return result;
}

/* --- what a device holds of a field ----------------------------------------------------------------- */

static fk_status add_head(void *ctx, fk_bytes field, const fk_head *row)
{
    head_list *list = ctx;
    if (!fk_bytes_equal_text(field, list->field)) {
        return fk_ok();
    }
    if (list->count == WRITE_COUNT_MAX || row->value.size_bytes >= VALUE_SIZE_MAX) {
        sim_fail(list->world, "more in a field than was written");
    }
    head *target = &list->heads[list->count++];
    *target = (head){ .device = row->device, .sequence = row->sequence, .time_ms = row->hlc >> HLC_COUNTER_BITS };
    memcpy(target->value, row->value.data, row->value.size_bytes);
    return fk_ok();
}

static head_list scratch; /* too large for the stack; one at a time */

const head_list *read_heads(sim_device *device, const record *of, const char *field)
{
    scratch.world = device->world;
    scratch.field = field;
    scratch.count = 0;
    fk_status status = fk_store_heads(sim_device_store(device), &of->case_id, &of->id, NULL, add_head, &scratch);
    sim_must(device->world, status, "fk_store_heads");
    return &scratch;
}

const head_list *read_history(sim_device *device, const record *of, const char *field)
{
    scratch.world = device->world;
    scratch.field = field;
    scratch.count = 0;
    sim_must(device->world,
             fk_store_history(sim_device_store(device), &of->id, fk_bytes_text(field), add_head, &scratch),
             "fk_store_history");
    return &scratch;
}

unsigned find_write(sim_device *device, const head *named)
{
    const sim_model *model = device->world->model;
    for (unsigned i = 0; i < model->write_count; i++) {
        const write *one = &model->writes[i];
        if (one->sequence == named->sequence && fk_id_equal(&one->device, &named->device) &&
            strcmp(one->value, named->value) == 0) {
            return i;
        }
    }
    sim_fail(device->world, "device %u holds %s, which nobody wrote", device->number, named->value);
}

/* The value of the field as a screen shows it: canonical JSON, empty when there is none. */
static void read_shown(sim_device *device, const record *of, const char *field, char shown[VALUE_SIZE_MAX])
{
    sim *world = device->world;
    shown[0] = '\0';
    hex case_id = hex_of(&of->case_id);
    sim_demand(device, "case.get", "{\"caseId\":\"%s\"}", case_id.text);
    hex id = hex_of(&of->id);
    for (const fk_json *row = fk_json_first(sim_reply(device, "records")); row != NULL; row = fk_json_next(row)) {
        const fk_json *value = fk_json_member_text(fk_json_member_text(row, "fields"), field);
        if (value == NULL || !fk_bytes_equal_text(fk_json_string(fk_json_member_text(row, "recordId")), id.text)) {
            continue;
        }
        fk_buffer text;
        fk_buffer_init(&text, &fk_allocator_libc, VALUE_SIZE_MAX - 1);
        fk_json_writer writer;
        fk_json_writer_init(&writer, &text);
        fk_json_write_value(&writer, value);
        sim_must(world, fk_json_finish(&writer), "a shown value");
        memcpy(shown, text.data, text.size_bytes);
        shown[text.size_bytes] = '\0';
        fk_buffer_free(&text);
    }
}

/* What a write that begins now replaces: of several current values the one that is shown. */
static void see(sim_device *device, const record *of, const char *field, write *target)
{
    char shown[VALUE_SIZE_MAX];
    read_shown(device, of, field, shown);
    const head_list *list = read_heads(device, of, field);
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->heads[i].value, shown) == 0) {
            target->over[target->over_count++] = find_write(device, &list->heads[i]);
            return;
        }
    }
    if (list->count > 0) {
        sim_fail(device->world, "device %u shows %s for %s, which is no current value", device->number, shown, field);
    }
}

/* --- writing -------------------------------------------------------------------------------------------- */

void new_value(sim_device *device, const field_kind *field, char value[VALUE_SIZE_MAX])
{
    char text[VALUE_SIZE_MAX / 2];
    (void)snprintf(text, sizeof text, SIM_CANARY " %u of %u", device->world->model->value_count++, device->number);
    if (strcmp(field->format, TEXT) == 0) {
        (void)snprintf(value, VALUE_SIZE_MAX, TEXT, text);
    } else {
        (void)snprintf(value, VALUE_SIZE_MAX, "{\"text\":\"%s\",\"confidential\":true}", text);
    }
}

void count_acknowledged(sim_device *device)
{
    device->acknowledged_operations += sim_reply_number(device, "operationCount");
}

/* Until it is answered: after a power cut the app repeats what it has no answer for, under the same mutation id. */
static void save(sim_device *device, const record *of, const char *changes)
{
    hex case_id = hex_of(&of->case_id);
    hex id = hex_of(&of->id);
    sim_demand(device, "draft.save",
               "{\"timeMs\":%llu,\"caseId\":\"%s\",\"recordId\":\"%s\",\"type\":\"%s\",\"changes\":[%s]}",
               (unsigned long long)sim_device_now_ms(device), case_id.text, id.text, record_kinds[of->kind].type,
               changes);
}

static void commit(sim_device *device, const record *of)
{
    fk_id mutation = sim_random_id(device->world);
    hex mutation_hex = hex_of(&mutation);
    hex id = hex_of(&of->id);
    sim_demand(device, "draft.commit", "{\"mutationId\":\"%s\",\"timeMs\":%llu,\"recordIds\":[\"%s\"]}",
               mutation_hex.text, (unsigned long long)sim_device_now_ms(device), id.text);
    count_acknowledged(device);
}

/* One try under that mutation id. */
static sim_outcome try_change(sim_device *device, const record *of, const fk_id *mutation, const char *changes,
                              const char *reason)
{
    hex mutation_hex = hex_of(mutation);
    hex case_id = hex_of(&of->case_id);
    hex id = hex_of(&of->id);
    sim_outcome outcome =
        sim_call(device, "record.change",
                 "{\"mutationId\":\"%s\",\"timeMs\":%llu,\"caseId\":\"%s\",\"recordId\":\"%s\",\"type\":\"%s\","
                 "\"reason\":\"%s\",\"changes\":[%s]}",
                 mutation_hex.text, (unsigned long long)sim_device_now_ms(device), case_id.text, id.text,
                 record_kinds[of->kind].type, reason, changes);
    if (outcome == SIM_REFUSED) {
        sim_fail(device->world, "device %u: record.change is refused: %s", device->number, sim_device_code(device));
    }
    return outcome;
}

static void change(sim_device *device, const record *of, const char *changes, const char *reason)
{
    fk_id mutation = sim_random_id(device->world);
    while (try_change(device, of, &mutation, changes, reason) != SIM_OK) {
    }
    count_acknowledged(device);
}

static bool is_current(sim_device *device, const record *of, const char *field, const char *value)
{
    const head_list *list = read_heads(device, of, field);
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->heads[i].value, value) == 0) {
            return true;
        }
    }
    return false;
}

/* Without a form a write replaces what is shown when it is made; a try that a power cut undid is made anew, and by
 * then another value may be shown: a device forgets how wrong its clock is when it is started again. */
static void change_field(sim_device *device, const record *of, const char *field, const char *changes, write *made)
{
    fk_id mutation = sim_random_id(device->world);
    while (try_change(device, of, &mutation, changes, "") != SIM_OK) {
        if (!is_current(device, of, field, made->value)) {
            made->over_count = 0;
            see(device, of, field, made);
        }
    }
    count_acknowledged(device);
}

/* A clock follows its own device's and, of what others say, at most 5 minutes more (design 6); writes after that count
 * on, which takes a millisecond when the counter is full. */
static void check_time(const sim_device *device, const head *own)
{
    if (own->time_ms > device->clock_most_ms + HLC_LEAD_MS_MAX) {
        sim_fail(device->world, "device %u: %s is of %llu, its clock was never after %llu", device->number, own->value,
                 (unsigned long long)own->time_ms, (unsigned long long)device->clock_most_ms);
    }
}

/* The newest own write of the field is the one just acknowledged. */
void keep_write(sim_device *device, write *made)
{
    sim_model *model = device->world->model;
    const head_list *list = read_heads(device, &model->records[made->record],
                                       record_kinds[model->records[made->record].kind].fields[made->field].name);
    for (size_t i = 0; i < list->count; i++) {
        if (fk_id_equal(&list->heads[i].device, &device->id) && strcmp(list->heads[i].value, made->value) == 0) {
            check_time(device, &list->heads[i]);
            made->device = device->id;
            made->vault = device->number;
            made->sequence = list->heads[i].sequence;
            if (model->write_count == WRITE_COUNT_MAX) {
                sim_fail(device->world, "more writes than the model has room for");
            }
            model->writes[model->write_count++] = *made;
            device->world->counts->writes++;
            return;
        }
    }
    sim_fail(device->world, "device %u: %s was acknowledged and is not current there", device->number, made->value);
}

static record *add_record(sim_device *device, unsigned kind, const fk_id *case_id, const fk_id *victim)
{
    sim *world = device->world;
    sim_model *model = world->model;
    if (model->record_count == RECORD_COUNT_MAX) {
        return NULL;
    }
    record *made = &model->records[model->record_count++];
    *made = (record){ .id = sim_random_id(world), .kind = kind };
    made->case_id = case_id != NULL ? *case_id : made->id;
    made->victim = victim != NULL ? *victim : made->id;
    char changes[SIM_TEXT_SIZE_MAX / 2];
    hex victim_hex = hex_of(&made->victim);
    if (kind == CONTACT) {
        (void)snprintf(changes, sizeof changes, CHANGE("person", "\"%s\"") "," CHANGE("safeToCall", "\"no\""),
                       victim_hex.text);
    } else {
        (void)snprintf(changes, sizeof changes, "%s", record_kinds[kind].first);
    }
    save(device, made, changes);
    commit(device, made);
    return made;
}

void sim_model_add_case(sim_device *device)
{
    const record *opened = add_record(device, CASE, NULL, NULL);
    const record *victim = opened != NULL ? add_record(device, PERSON, &opened->id, NULL) : NULL;
    if (victim != NULL) {
        (void)add_record(device, INCIDENT, &opened->id, &victim->id);
        (void)add_record(device, CONTACT, &opened->id, &victim->id);
    }
}

const record *pick_record(sim_device *device, unsigned *index_out)
{
    const sim_model *model = device->world->model;
    for (unsigned tries = 0; tries < 8 && model->record_count > 0; tries++) {
        /* Mostly the records of the first case, so that people meet there. */
        unsigned bound =
            model->record_count > KIND_COUNT && !sim_chance(device->world, 3) ? KIND_COUNT : model->record_count;
        *index_out = (unsigned)sim_below(device->world, bound);
        const record *picked = &model->records[*index_out];
        fk_arena arena;
        fk_arena_init(&arena, &fk_allocator_libc, SIM_TEXT_SIZE_MAX);
        fk_record_row row;
        fk_status status = fk_store_record(sim_device_store(device), &picked->id, &arena, &row);
        fk_arena_reset(&arena);
        if (fk_is_ok(status)) {
            return picked;
        }
    }
    return NULL;
}

/* The first value of a draft keeps what was shown with it. After a power cut the form is begun anew: see change_field.
 */
static void open_form(sim_device *device, const record *of, const char *field, const char *changes, write *made)
{
    unsigned starts = device->start_count;
    save(device, of, changes);
    while (starts != device->start_count) {
        (void)sim_call(device, "draft.discard", "{\"recordId\":\"%s\"}", hex_of(&of->id).text);
        made->over_count = 0;
        see(device, of, field, made);
        starts = device->start_count;
        save(device, of, changes);
    }
}

static void write_field(sim_device *device, const record *of, unsigned index)
{
    sim *world = device->world;
    const record_kind *kind = &record_kinds[of->kind];
    write made = { .record = index, .field = (unsigned)sim_below(world, kind->field_count) };
    const field_kind *field = &kind->fields[made.field];
    new_value(device, field, made.value);
    see(device, of, field->name, &made);
    char changes[VALUE_SIZE_MAX * 2];
    (void)snprintf(changes, sizeof changes, "{\"field\":\"%s\",\"value\":%s}", field->name, made.value);
    sim_trace(world, "device %u: %s.%s = %s", device->number, kind->type, field->name, made.value);
    if (sim_chance(world, 4)) {
        change_field(device, of, field->name, changes, &made);
    } else {
        open_form(device, of, field->name, changes, &made);
        if (!world->is_in_run && sim_chance(world, 5)) {
            sim_sync_at_form(device);
        }
        commit(device, of);
    }
    keep_write(device, &made);
}

static const char *const flags[] = { "LC_HBA", "LC_FGM", "LC_FORCED_MARRIAGE" };

/* Sets and states have values that repeat: only the counts and the equality of all devices speak for them. */
static void write_set(sim_device *device, const record *of)
{
    char changes[128];
    size_t first = sim_below(device->world, 3);
    size_t second = (first + 1) % 3;
    (void)snprintf(changes, sizeof changes, CHANGE("localFlags", "[\"%s\",\"%s\"]"), flags[first], flags[second]);
    change(device, of, changes, "");
}

static void write_status(sim_device *device, const record *of)
{
    change(device, of, sim_chance(device->world, 2) ? CHANGE("status", "\"closed\"") : CHANGE("status", "\"open\""),
           SIM_CANARY " reason");
}

void sim_model_write(sim_device *device)
{
    sim *world = device->world;
    unsigned index = 0;
    const record *picked = sim_device_is_behind(device) ? NULL : pick_record(device, &index);
    if (picked == NULL) {
        return;
    }
    if (sim_chance(world, 10)) {
        (void)add_record(device, INCIDENT, &picked->case_id, &picked->victim);
    } else if (picked->kind == CASE && sim_chance(world, 2)) {
        if (sim_chance(world, 2)) {
            write_set(device, picked);
        } else {
            write_status(device, picked);
        }
    } else {
        write_field(device, picked, index);
    }
}
