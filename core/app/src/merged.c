#include "merged.h"

#include <string.h>

#include "fk/json.h"

#include "fk/banned.h"

/* --- reading the writes ------------------------------------------------------------------------ */

enum { HEAD_COUNT_FIRST = 32 };

typedef struct collector {
    fk_arena *arena;
    fk_bytes *fields; /* of heads, one for one */
    fk_head *heads;
    size_t count;
    size_t capacity;
} collector;

static fk_status make_room(collector *target)
{
    if (target->count < target->capacity) {
        return fk_ok();
    }
    if (target->count >= FK_MERGED_HEAD_COUNT_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    size_t capacity = target->capacity > 0 ? 2 * target->capacity : HEAD_COUNT_FIRST;
    fk_bytes *fields = fk_arena_allocate(target->arena, capacity * sizeof *fields);
    fk_head *heads = fk_arena_allocate(target->arena, capacity * sizeof *heads);
    if (fields == NULL || heads == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    if (target->count > 0) {
        memcpy(fields, target->fields, target->count * sizeof *fields);
        memcpy(heads, target->heads, target->count * sizeof *heads);
    }
    target->fields = fields;
    target->heads = heads;
    target->capacity = capacity;
    return fk_ok();
}

static fk_status collect(void *ctx, fk_bytes field, const fk_head *head)
{
    collector *target = ctx;
    FK_TRY(make_room(target));
    fk_bytes *field_copy = &target->fields[target->count];
    fk_head *head_copy = &target->heads[target->count];
    *head_copy = *head;
    FK_TRY(fk_bytes_copy(field, target->arena, field_copy));
    FK_TRY(fk_bytes_copy(head->value, target->arena, &head_copy->value));
    FK_TRY(fk_bytes_copy(head->reason, target->arena, &head_copy->reason));
    target->count++;
    return fk_ok();
}

/* --- choosing among them ------------------------------------------------------------------------ */

const fk_record_field *fk_merged_schema(const fk_record_type *type, fk_bytes field)
{
    const fk_record_field *found = fk_record_field_find(type, field);
    fk_bytes key = fk_record_path_key(field);
    if (found != NULL || key.size_bytes == 0) {
        return found;
    }
    found = fk_record_field_find(type, fk_bytes_of(field.data, field.size_bytes - key.size_bytes - 1));
    size_t index = 0;
    bool is_element =
        found != NULL && found->kind == FK_RECORD_SET && fk_record_choice_index(found->choice, key, &index);
    return is_element ? found : NULL;
}

/* The part of a value that its rank goes by (fk_merge_rank). */
static fk_bytes text_of_rank(const fk_record_field *field, const fk_json *value)
{
    bool is_confidential = false;
    if (field->least_safety == FK_LEAST_SAFETY_RISK_ANSWER) {
        return fk_json_string(fk_json_member_text(value, "answer"));
    }
    if (field->least_safety != FK_LEAST_SAFETY_MOST_CONFIDENTIAL) {
        return fk_json_string(value);
    }
    if (!fk_is_ok(fk_json_to_bool(fk_json_member_text(value, "confidential"), &is_confidential))) {
        return fk_bytes_text("");
    }
    return fk_bytes_text(is_confidential ? "true" : "false");
}

static fk_status rank_of(const fk_record_field *field, const fk_head *head, const fk_allocator *allocator,
                         uint32_t *rank_out)
{
    *rank_out = 0;
    if (field->merge != FK_MERGE_SAFETY && field->merge != FK_MERGE_LIFECYCLE) {
        return fk_ok();
    }
    if (!head->has_value) {
        *rank_out = fk_merge_rank(field, false, fk_bytes_text(""));
        return fk_ok();
    }
    fk_json_doc *doc = NULL;
    FK_TRY(fk_json_parse(allocator, head->value, &fk_json_limits_command, &doc, NULL));
    *rank_out = fk_merge_rank(field, true, text_of_rank(field, fk_json_root(doc)));
    fk_json_doc_free(doc);
    return fk_ok();
}

/* Writes of several compartments come in an order of this vault alone. */
static void sort_heads(fk_head *heads, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        fk_head head = heads[i];
        size_t at = i;
        for (; at > 0; at--) {
            int order = memcmp(heads[at - 1].device.bytes, head.device.bytes, FK_ID_SIZE_BYTES);
            if (order < 0 || (order == 0 && heads[at - 1].sequence <= head.sequence)) {
                break;
            }
            heads[at] = heads[at - 1];
        }
        heads[at] = head;
    }
}

static fk_status merge_field(fk_merged_field *field, uint64_t now_ms, fk_arena *arena)
{
    field->standing = FK_STANDING_ONE;
    if (field->head_count == 1) {
        return fk_ok();
    }
    fk_merge_write *writes = fk_arena_allocate(arena, field->head_count * sizeof *writes);
    if (writes == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < field->head_count; i++) {
        const fk_head *head = &field->heads[i];
        writes[i] = (fk_merge_write){ .device = head->device,
                                      .sequence = head->sequence,
                                      .hlc = head->hlc,
                                      .has_value = head->has_value,
                                      .value = head->value };
        FK_TRY(field->schema == NULL ? fk_ok() : rank_of(field->schema, head, arena->allocator, &writes[i].rank));
    }
    /* What a newer version of the app wrote is kept and shown like any other fact. */
    fk_record_merge merge_class = field->schema == NULL ? FK_MERGE_REGISTER : field->schema->merge;
    fk_merge_result result = fk_merge(merge_class, writes, field->head_count, now_ms);
    field->shown_index = result.shown_index;
    field->standing = result.standing;
    return fk_ok();
}

static fk_status merge_all(const collector *collected, const fk_record_type *type, uint64_t now_ms, bool is_reopened,
                           fk_arena *arena, fk_merged_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < collected->count; i += list->items[count - 1].head_count) {
        fk_merged_field *field = &list->items[count++];
        *field = (fk_merged_field){ .field = collected->fields[i], .heads = &collected->heads[i], .head_count = 1 };
        while (i + field->head_count < collected->count &&
               fk_bytes_equal(collected->fields[i + field->head_count], field->field)) {
            field->head_count++;
        }
        sort_heads(&collected->heads[i], field->head_count);
        field->schema = type == NULL ? NULL : fk_merged_schema(type, field->field);
        FK_TRY(merge_field(field, now_ms, arena));
        if (is_reopened && fk_bytes_equal_text(field->field, "state")) {
            field->standing = FK_STANDING_REOPENED;
        }
    }
    list->count = count;
    return fk_ok();
}

static fk_status merge_heads(fk_session *session, const fk_record_row *row, const fk_bytes *field, fk_arena *arena,
                             fk_merged_list *list_out)
{
    *list_out = (fk_merged_list){ .count = 0 };
    collector collected = { .arena = arena };
    FK_TRY(fk_store_heads(session->store, &row->case_id, &row->record, field, collect, &collected));
    if (collected.count == 0) {
        return fk_ok();
    }
    list_out->items = fk_arena_allocate(arena, collected.count * sizeof *list_out->items);
    if (list_out->items == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    return merge_all(&collected, fk_record_type_find(row->type), fk_session_now_ms(session), row->is_reopened, arena,
                     list_out);
}

fk_status fk_merged_of_record(fk_session *session, const fk_record_row *row, fk_arena *arena, fk_merged_list *list_out)
{
    return merge_heads(session, row, NULL, arena, list_out);
}

fk_status fk_merged_of_field(fk_session *session, const fk_record_row *row, fk_bytes field, fk_arena *arena,
                             fk_merged_list *list_out)
{
    return merge_heads(session, row, &field, arena, list_out);
}

/* --- asking ------------------------------------------------------------------------------------- */

const fk_merged_field *fk_merged_find(const fk_merged_list *list, fk_bytes field)
{
    for (size_t i = 0; i < list->count; i++) {
        if (fk_bytes_equal(list->items[i].field, field)) {
            return &list->items[i];
        }
    }
    return NULL;
}

bool fk_merged_is_completed(const fk_merged_list *fields)
{
    const fk_merged_field *completed_on = fk_merged_find(fields, fk_bytes_text("completedOn"));
    bool is_completed = false;
    for (size_t i = 0; completed_on != NULL && i < completed_on->head_count; i++) {
        is_completed = is_completed || completed_on->heads[i].has_value;
    }
    return is_completed;
}

const fk_head *fk_merged_shown(const fk_merged_field *field)
{
    return &field->heads[field->shown_index];
}

bool fk_merged_is_conflict(const fk_merged_field *field)
{
    return fk_standing_is_conflict(field->standing);
}

uint32_t fk_merged_conflict_count(const fk_merged_list *list)
{
    uint32_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        count += fk_merged_is_conflict(&list->items[i]);
    }
    return count;
}

/* --- names of writes ------------------------------------------------------------------------------ */

static void put_name(uint8_t name[FK_OVER_SIZE_BYTES], const fk_id *device, uint64_t sequence)
{
    memcpy(name, device->bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(name + FK_ID_SIZE_BYTES, sequence);
}

void fk_names_of_writes_init(fk_buffer *names, const fk_allocator *allocator)
{
    fk_buffer_init(names, allocator, FK_OVER_COUNT_MAX * FK_OVER_SIZE_BYTES);
}

fk_status fk_names_of_writes_add(fk_buffer *names, const fk_id *device, uint64_t sequence)
{
    uint8_t name[FK_OVER_SIZE_BYTES];
    put_name(name, device, sequence);
    size_t at = 0;
    while (at < names->size_bytes && memcmp(names->data + at, name, sizeof name) < 0) {
        at += sizeof name;
    }
    if (at < names->size_bytes && memcmp(names->data + at, name, sizeof name) == 0) {
        return fk_ok();
    }
    uint8_t *room = NULL;
    FK_TRY(fk_buffer_extend(names, sizeof name, &room));
    uint8_t *place = names->data + at;
    memmove(place + sizeof name, place, (size_t)(room - place));
    memcpy(place, name, sizeof name);
    return fk_ok();
}

bool fk_names_of_writes_has(fk_bytes names, const fk_id *device, uint64_t sequence)
{
    uint8_t name[FK_OVER_SIZE_BYTES];
    put_name(name, device, sequence);
    for (size_t at = 0; at + sizeof name <= names.size_bytes; at += sizeof name) {
        if (memcmp(names.data + at, name, sizeof name) == 0) {
            return true;
        }
    }
    return false;
}

static bool says_same(const fk_head *left, const fk_head *right)
{
    return left->has_value == right->has_value && (!left->has_value || fk_bytes_equal(left->value, right->value));
}

fk_status fk_merged_add_seen(const fk_merged_field *field, fk_buffer *names)
{
    for (size_t i = 0; i < field->head_count; i++) {
        const fk_head *head = &field->heads[i];
        if (says_same(head, fk_merged_shown(field))) {
            FK_TRY(fk_names_of_writes_add(names, &head->device, head->sequence));
        }
    }
    return fk_ok();
}
