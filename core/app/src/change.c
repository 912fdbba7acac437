#include "change.h"

#include <string.h>

#include "fk/assert.h"

#include "record_value.h"

#include "fk/banned.h"

/* --- lists of fields ------------------------------------------------------------------------ */

enum { FIELD_COUNT_FIRST = 16 };

typedef struct list_builder {
    fk_arena *arena;
    fk_field_list *list;
} list_builder;

fk_status fk_field_list_add(fk_field_list *list, fk_arena *arena, fk_field_write field)
{
    if (list->count == FK_FIELD_COUNT_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : FIELD_COUNT_FIRST;
        fk_field_write *items = fk_arena_allocate(arena, capacity * sizeof *items);
        if (items == NULL) {
            return fk_status_of(FK_ERR_NO_MEMORY);
        }
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = field;
    return fk_ok();
}

static fk_status add_copy(void *ctx, const fk_field_write *field)
{
    list_builder *builder = ctx;
    fk_field_write copy = { .has_value = field->has_value };
    FK_TRY(fk_bytes_copy(field->field, builder->arena, &copy.field));
    FK_TRY(fk_bytes_copy(field->value, builder->arena, &copy.value));
    FK_TRY(fk_bytes_copy(field->over, builder->arena, &copy.over));
    return fk_field_list_add(builder->list, builder->arena, copy);
}

fk_status fk_field_list_of_record(fk_session *session, const fk_record_row *row, fk_arena *arena,
                                  fk_field_list *list_out)
{
    *list_out = (fk_field_list){ .count = 0 };
    fk_merged_list merged;
    FK_TRY(fk_merged_of_record(session, row, arena, &merged));
    for (size_t i = 0; i < merged.count; i++) {
        const fk_head *shown = fk_merged_shown(&merged.items[i]);
        fk_field_write field = { .field = merged.items[i].field, .has_value = true, .value = shown->value };
        FK_TRY(shown->has_value ? fk_field_list_add(list_out, arena, field) : fk_ok());
    }
    return fk_ok();
}

fk_status fk_field_list_of_draft(fk_store *store, const fk_id *record, fk_arena *arena, fk_field_list *list_out)
{
    *list_out = (fk_field_list){ .count = 0 };
    return fk_store_draft_fields(store, record, add_copy, &(list_builder){ arena, list_out });
}

fk_status fk_field_list_overlaid(fk_session *session, const fk_record_row *row, const fk_id *record, fk_arena *arena,
                                 fk_field_list *list_out)
{
    fk_field_list stands = { .count = 0 };
    FK_TRY(row != NULL ? fk_field_list_of_record(session, row, arena, &stands) : fk_ok());
    FK_TRY(fk_field_list_of_draft(session->store, record, arena, list_out));
    for (size_t i = 0; i < stands.count; i++) {
        if (fk_field_list_find(list_out, stands.items[i].field) == NULL) {
            FK_TRY(fk_field_list_add(list_out, arena, stands.items[i]));
        }
    }
    return fk_ok();
}

const fk_field_write *fk_field_list_find(const fk_field_list *list, fk_bytes field)
{
    for (size_t i = 0; i < list->count; i++) {
        if (fk_bytes_equal(list->items[i].field, field)) {
            return &list->items[i];
        }
    }
    return NULL;
}

fk_status fk_change_type(fk_bytes name, const fk_record_type **type_out, fk_error *error)
{
    *type_out = fk_record_type_find(name);
    if (*type_out == NULL || (*type_out)->is_shipped) {
        fk_error_set(error, "request.type");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    return fk_ok();
}

fk_status fk_field_list_of_changes(const fk_record_type *type, const fk_protocol_field_change *changes,
                                   size_t change_count, fk_record_value_use use, fk_arena *arena,
                                   fk_field_list *list_out, fk_error *error)
{
    *list_out = (fk_field_list){ .count = 0 };
    for (size_t i = 0; i < change_count; i++) {
        fk_field_write change = { .field = changes[i].field };
        const fk_record_field *field = fk_record_field_find(type, changes[i].field);
        if (field == NULL) {
            fk_error_set(error, "request.changes[%u].field", (unsigned)i);
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
        FK_TRY(fk_record_value_make(field, changes[i].value, use, arena, &change.has_value, &change.value, error));
        FK_TRY(fk_field_list_add(list_out, arena, change));
    }
    return fk_ok();
}

/* --- from wanted to operations ---------------------------------------------------------------- */

typedef struct change_plan {
    fk_session *session;
    fk_arena *arena;
    const fk_wanted *wanted; /* all of the mutation: they may refer to one another */
    size_t wanted_count;
    fk_error *error;
} change_plan;

/* Whether a record that is there never changes any more: a document once it is completed. */
static bool is_final(const fk_record_type *type, const fk_merged_list *fields)
{
    return type->is_frozen || (type->is_document && fk_merged_is_completed(fields));
}

fk_status fk_change_refuse_frozen(fk_session *session, const fk_record_type *type, const fk_id *record, fk_arena *arena)
{
    if (!type->is_document && !type->is_frozen) {
        return fk_ok();
    }
    fk_record_row row;
    fk_status status = fk_store_record(session->store, record, arena, &row);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_ok();
    }
    FK_TRY(status);
    fk_merged_list fields;
    FK_TRY(fk_merged_of_record(session, &row, arena, &fields));
    return fk_status_of(is_final(type, &fields) ? FK_ERR_FROZEN : FK_OK);
}

/* A record of that type on that case, in the store or in this mutation. type NULL: any. */
static fk_status require_on_case(const change_plan *plan, const fk_id *case_id, const fk_id *record, const char *type,
                                 bool *found_out)
{
    *found_out = false;
    for (size_t i = 0; i < plan->wanted_count; i++) {
        const fk_wanted *wanted = &plan->wanted[i];
        if (fk_id_equal(&wanted->record, record) && fk_id_equal(&wanted->case_id, case_id)) {
            *found_out = type == NULL || strcmp(wanted->type->name, type) == 0;
            return fk_ok();
        }
    }
    fk_record_row row;
    fk_status status = fk_store_record(plan->session->store, record, plan->arena, &row);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_ok();
    }
    FK_TRY(status);
    *found_out = fk_id_equal(&row.case_id, case_id) && (type == NULL || fk_bytes_equal_text(row.type, type));
    return fk_ok();
}

static fk_status check_reference(const change_plan *plan, const fk_wanted *wanted, const fk_record_field *field,
                                 const fk_json *value)
{
    fk_id record;
    bool is_found = false;
    FK_TRY(fk_id_from_hex(fk_json_string(value), &record));
    FK_TRY(require_on_case(plan, &wanted->case_id, &record, field->record_type, &is_found));
    if (!is_found) {
        fk_error_set(plan->error, "%s.%s", wanted->type->name, field->name);
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    return fk_ok();
}

static fk_status check_references(const change_plan *plan, const fk_wanted *wanted, const fk_record_field *field,
                                  const fk_field_write *write)
{
    if (!write->has_value || (field->kind != FK_RECORD_REFERENCE && field->kind != FK_RECORD_REFERENCES)) {
        return fk_ok();
    }
    fk_json_doc *doc = NULL;
    FK_TRY(fk_json_parse(plan->arena->allocator, write->value, &fk_json_limits_command, &doc, plan->error));
    const fk_json *root = fk_json_root(doc);
    fk_status status = fk_ok();
    if (field->kind == FK_RECORD_REFERENCE) {
        status = check_reference(plan, wanted, field, root);
    } else {
        for (const fk_json *element = fk_json_first(root); element != NULL && fk_is_ok(status);
             element = fk_json_next(element)) {
            status = check_reference(plan, wanted, field, element);
        }
    }
    fk_json_doc_free(doc);
    return status;
}

static bool set_has(const fk_json *set, fk_bytes element)
{
    for (const fk_json *one = fk_json_first(set); one != NULL; one = fk_json_next(one)) {
        if (fk_bytes_equal(fk_json_string(one), element)) {
            return true;
        }
    }
    return false;
}

static fk_status element_name(fk_arena *arena, const char *set_name, fk_bytes element, fk_bytes *name_out)
{
    size_t set_size_bytes = strlen(set_name);
    size_t size_bytes = set_size_bytes + 1 + element.size_bytes;
    uint8_t *name = fk_arena_allocate(arena, size_bytes);
    if (name == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    memcpy(name, set_name, set_size_bytes);
    name[set_size_bytes] = '/';
    memcpy(name + set_size_bytes + 1, element.data, element.size_bytes);
    *name_out = fk_bytes_of(name, size_bytes);
    return fk_ok();
}

/* One element: written when the person wants it otherwise than it stands. */
static fk_status plan_element(const change_plan *plan, const fk_wanted *wanted, const fk_field_write *element,
                              const fk_merged_field *current, fk_field_list *writes)
{
    bool is_there = current != NULL && fk_merged_shown(current)->has_value;
    bool is_unchanged = false;
    fk_field_write write = *element;
    if (is_there == element->has_value) {
        return fk_ok();
    }
    FK_TRY(fk_change_base(plan->session, wanted, element, current, plan->arena, &is_unchanged, &write.over));
    return is_unchanged ? fk_ok() : fk_field_list_add(writes, plan->arena, write);
}

/* A set is written element by element, so that two devices that each add one keep both (merge class E):
 * true adds, taking the value away removes. */
static fk_status plan_set(const change_plan *plan, const fk_wanted *record, const fk_record_field *field,
                          const fk_field_write *wanted, const fk_merged_list *current, fk_field_list *writes)
{
    fk_json_doc *doc = NULL;
    fk_bytes text = wanted->has_value ? wanted->value : fk_bytes_text("[]");
    FK_TRY(fk_json_parse(plan->arena->allocator, text, &fk_json_limits_command, &doc, plan->error));
    const fk_json *set = fk_json_root(doc);
    fk_status status = fk_ok();
    for (size_t i = 0; i < field->choice->value_count && fk_is_ok(status); i++) {
        fk_bytes value = fk_bytes_text(field->choice->values[i]);
        fk_field_write element = { .has_value = set_has(set, value), .over = wanted->over };
        element.value = element.has_value ? fk_bytes_text("true") : (fk_bytes){ NULL, 0 };
        status = element_name(plan->arena, field->name, value, &element.field);
        if (fk_is_ok(status)) {
            status = plan_element(plan, record, &element, fk_merged_find(current, element.field), writes);
        }
    }
    fk_json_doc_free(doc);
    return status;
}

static bool is_said_already(const fk_merged_field *current, const fk_field_write *wanted)
{
    if (current == NULL || !fk_merged_shown(current)->has_value) {
        return !wanted->has_value;
    }
    return wanted->has_value && fk_bytes_equal(fk_merged_shown(current)->value, wanted->value);
}

static bool has_shown_value(const fk_merged_list *current, fk_bytes name)
{
    const fk_merged_field *field = fk_merged_find(current, name);
    return field != NULL && fk_merged_shown(field)->has_value;
}

static fk_status check_required(const change_plan *plan, const fk_wanted *wanted, const fk_merged_list *current)
{
    for (size_t i = 0; i < wanted->type->field_count; i++) {
        const fk_record_field *field = &wanted->type->fields[i];
        if (!field->is_required) {
            continue;
        }
        fk_bytes name = fk_bytes_text(field->name);
        const fk_field_write *value = fk_field_list_find(&wanted->fields, name);
        if (value != NULL ? !value->has_value : !has_shown_value(current, name)) {
            fk_error_set(plan->error, "%s.%s", wanted->type->name, field->name);
            return fk_status_of(FK_ERR_INCOMPLETE);
        }
    }
    return fk_ok();
}

static bool only_changes_state(const fk_wanted *wanted)
{
    return wanted->fields.count == 1 && fk_bytes_equal_text(wanted->fields.items[0].field, "state");
}

/* What the record says now; empty for a new one. Refuses what may not change or does not belong. */
static fk_status load_current(const change_plan *plan, const fk_wanted *wanted, fk_merged_list *current_out,
                              bool *is_reopened_out)
{
    *current_out = (fk_merged_list){ .count = 0 };
    *is_reopened_out = false;
    bool is_case = strcmp(wanted->type->name, "case") == 0;
    bool is_on_case = is_case == fk_id_equal(&wanted->record, &wanted->case_id);
    if (is_on_case && !is_case) {
        FK_TRY(require_on_case(plan, &wanted->case_id, &wanted->case_id, "case", &is_on_case));
    }
    fk_record_row row;
    fk_status status = fk_store_record(plan->session->store, &wanted->record, plan->arena, &row);
    bool is_new = status.code == FK_ERR_NOT_FOUND;
    FK_TRY(is_new ? fk_ok() : status);
    bool is_same =
        is_new || (fk_id_equal(&row.case_id, &wanted->case_id) && fk_bytes_equal_text(row.type, wanted->type->name));
    if (!is_on_case || !is_same) {
        fk_error_set(plan->error, "%s", is_same ? "caseId" : "recordId");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    if (is_new) {
        return fk_ok();
    }
    *is_reopened_out = row.is_reopened;
    FK_TRY(fk_merged_of_record(plan->session, &row, plan->arena, current_out));
    /* A document that is not completed is gone on with as a draft, and in no other way. */
    bool is_finished = is_final(wanted->type, current_out) || (wanted->type->is_document && !wanted->is_draft);
    return fk_status_of(is_finished && !only_changes_state(wanted) ? FK_ERR_FROZEN : FK_OK);
}

static fk_status plan_field(const change_plan *plan, const fk_wanted *wanted, const fk_field_write *one,
                            const fk_merged_list *current, bool is_reopened, fk_field_list *writes)
{
    const fk_record_field *field = fk_record_field_find(wanted->type, one->field);
    if (field == NULL) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    bool is_sure = wanted->is_checked || !one->has_value;
    FK_TRY(is_sure ? fk_ok() : fk_record_value_recheck(field, one->value, plan->arena, plan->error));
    FK_TRY(check_references(plan, wanted, field, one));
    if (field->kind == FK_RECORD_SET) {
        return plan_set(plan, wanted, field, one, current, writes);
    }
    const fk_merged_field *stands = fk_merged_find(current, one->field);
    /* A record that was re-opened says hidden already; hiding it once more is a decision all the same. */
    bool is_again = is_reopened && fk_bytes_equal_text(one->field, "state");
    if (is_said_already(stands, one) && !is_again) {
        return fk_ok();
    }
    bool is_unchanged = false;
    fk_field_write write = *one;
    FK_TRY(fk_change_base(plan->session, wanted, one, stands, plan->arena, &is_unchanged, &write.over));
    return is_unchanged ? fk_ok() : fk_field_list_add(writes, plan->arena, write);
}

static fk_status check_fit(const change_plan *plan, const fk_wanted *wanted, const fk_field_write *one)
{
    const fk_record_field *field = fk_record_field_find(wanted->type, one->field);
    if (field == NULL) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    FK_TRY(one->has_value ? fk_record_value_recheck(field, one->value, plan->arena, plan->error) : fk_ok());
    return check_references(plan, wanted, field, one);
}

fk_status fk_change_keep_unfit(fk_session *session, fk_wanted *wanted, fk_arena *arena)
{
    fk_error unsaid;
    change_plan plan = { session, arena, wanted, 1, &unsaid };
    fk_field_list fit = { .count = 0 };
    for (size_t i = 0; i < wanted->fields.count; i++) {
        const fk_field_write *one = &wanted->fields.items[i];
        fk_status status = check_fit(&plan, wanted, one);
        bool is_unfit = status.code == FK_ERR_INVALID_INPUT || status.code == FK_ERR_INCOMPLETE;
        FK_TRY(is_unfit ? fk_ok() : status);
        FK_TRY(fk_field_list_add(is_unfit ? &wanted->kept : &fit, arena, *one));
    }
    wanted->fields = fit;
    return fk_ok();
}

static fk_status plan_record(const change_plan *plan, const fk_wanted *wanted, fk_record_write *write_out)
{
    fk_merged_list current;
    bool is_reopened = false;
    FK_TRY(load_current(plan, wanted, &current, &is_reopened));
    FK_TRY(wanted->is_shared ? fk_ok() : check_required(plan, wanted, &current));
    fk_field_list writes = { .count = 0 };
    for (size_t i = 0; i < wanted->fields.count; i++) {
        FK_TRY(plan_field(plan, wanted, &wanted->fields.items[i], &current, is_reopened, &writes));
    }
    *write_out = (fk_record_write){
        .case_id = wanted->case_id,
        .record = wanted->record,
        .type = fk_bytes_text(wanted->type->name),
        .fields = writes.items,
        .field_count = writes.count,
    };
    return fk_ok();
}

fk_status fk_change_write(fk_session *session, const fk_mutation *mutation, const fk_wanted *wanted,
                          size_t wanted_count, fk_arena *arena, uint32_t *operation_count_out, fk_error *error)
{
    *operation_count_out = 0;
    change_plan plan = { session, arena, wanted, wanted_count, error };
    fk_record_write writes[FK_CHANGE_RECORDS_MAX];
    FK_ASSERT(wanted_count <= FK_CHANGE_RECORDS_MAX);
    for (size_t i = 0; i < wanted_count; i++) {
        FK_TRY(plan_record(&plan, &wanted[i], &writes[i]));
        *operation_count_out += (uint32_t)writes[i].field_count;
    }
    return fk_store_write(session->store, mutation, writes, wanted_count);
}
