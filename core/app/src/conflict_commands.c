/* conflict_commands.c — fields about which people disagree: listing them, deciding with a reason. */
#include <stdio.h>
#include <string.h>

#include "case_names.h"
#include "change.h"
#include "conflict_value.h"
#include "conflicts.h"
#include "dispatch_gen.h"

#include "fk/banned.h"

enum {
    CONFLICT_COUNT_MAX = 50,
    VALUE_COUNT_MAX = 64,
    PAGE_SIZE_BYTES_MAX = 4 * 1024 * 1024,
    CURSOR_SIZE_BYTES_MAX = 160,
};

/* --- conflict.list -------------------------------------------------------------------------------- */

typedef struct conflict_page {
    fk_session *session;
    fk_arena *arena;
    fk_bytes after; /* the row the page begins after; empty: from the start */
    bool is_after;  /* that row was met */
    bool has_more;
    size_t size_bytes;
    fk_protocol_conflict_row *rows;
    size_t count;
} conflict_page;

static void cursor_of(const fk_record_row *row, fk_bytes field, char cursor_out[CURSOR_SIZE_BYTES_MAX])
{
    char record[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(&row->record, record);
    (void)snprintf(cursor_out, CURSOR_SIZE_BYTES_MAX, "%s:%.*s", record, (int)field.size_bytes,
                   (const char *)field.data);
}

static const char *class_of(const fk_merged_field *field)
{
    static const char *const classes[] = { "S", "R", "N", "E", "L", "X" };
    return classes[field->schema == NULL ? FK_MERGE_REGISTER : field->schema->merge];
}

/* The writes of a field, the shown one among them, at most VALUE_COUNT_MAX. */
static fk_status fill_values(conflict_page *page, const fk_merged_field *field, fk_protocol_conflict_row *row)
{
    size_t count = field->head_count < VALUE_COUNT_MAX ? field->head_count : VALUE_COUNT_MAX;
    size_t first = field->shown_index < count ? 0 : field->shown_index - count + 1;
    fk_protocol_conflict_value *values = fk_arena_allocate(page->arena, count * sizeof *values);
    if (values == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < count; i++) {
        const fk_head *head = &field->heads[first + i];
        FK_TRY(fk_conflict_value_fill(page->session, head, page->arena, &values[i]));
        page->size_bytes += head->value.size_bytes + head->reason.size_bytes;
    }
    row->values = values;
    row->values_count = count;
    row->shown = (uint32_t)(field->shown_index - first);
    return fk_ok();
}

/* Which documents it makes uncertain: their pages and papers say so. */
static fk_status fill_used_by(fk_bytes type, fk_arena *arena, fk_protocol_conflict_row *row)
{
    fk_bytes *documents = fk_arena_allocate(arena, FK_RESTING_COUNT * sizeof *documents);
    if (documents == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < FK_RESTING_COUNT; i++) {
        fk_bytes document = fk_bytes_text(fk_resting_types[i]);
        if (fk_conflict_is_used(document, type)) {
            documents[row->used_by_count++] = document;
        }
    }
    row->used_by = documents;
    return fk_ok();
}

static fk_status add_conflict(void *ctx, const fk_record_row *row, const fk_merged_field *field)
{
    conflict_page *page = ctx;
    if (!page->is_after) {
        char cursor[CURSOR_SIZE_BYTES_MAX];
        cursor_of(row, field->field, cursor);
        page->is_after = fk_bytes_equal_text(page->after, cursor);
        return fk_ok();
    }
    if (page->has_more || page->count == CONFLICT_COUNT_MAX || page->size_bytes > PAGE_SIZE_BYTES_MAX) {
        page->has_more = true;
        return fk_ok();
    }
    fk_protocol_conflict_row *target = &page->rows[page->count];
    *target = (fk_protocol_conflict_row){
        .case_id = row->case_id,
        .record_id = row->record,
        .merge_class = fk_bytes_text(class_of(field)),
    };
    FK_TRY(fk_bytes_copy(row->type, page->arena, &target->type));
    FK_TRY(fk_bytes_copy(field->field, page->arena, &target->field));
    FK_TRY(fill_used_by(target->type, page->arena, target));
    FK_TRY(fill_values(page, field, target));
    page->count++;
    return fk_ok();
}

static fk_status name_cases(conflict_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        fk_protocol_conflict_row *row = &page->rows[i];
        bool is_same = i > 0 && fk_id_equal(&row->case_id, &page->rows[i - 1].case_id);
        if (is_same) {
            row->victim_name = page->rows[i - 1].victim_name;
        } else {
            FK_TRY(fk_victim_name(page->session, &row->case_id, page->arena, &row->victim_name));
        }
    }
    return fk_ok();
}

fk_status fk_handle_conflict_list(fk_session *session, fk_arena *arena, const fk_conflict_list_request *request,
                                  fk_conflict_list_reply *reply, fk_error *error)
{
    (void)error;
    FK_TRY(fk_session_require_open(session));
    const fk_id *case_id = request->has_case_id ? &request->case_id : NULL;
    conflict_page page = { .session = session, .arena = arena, .is_after = !request->has_after };
    page.after = request->after;
    page.rows = fk_arena_allocate(arena, CONFLICT_COUNT_MAX * sizeof *page.rows);
    if (page.rows == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    FK_TRY(fk_conflicts(session, case_id, add_conflict, &page));
    if (!page.is_after) { /* that one was resolved meanwhile: rather a row twice than one never */
        page.is_after = true;
        FK_TRY(fk_conflicts(session, case_id, add_conflict, &page));
    }
    FK_TRY(name_cases(&page));
    reply->conflicts = page.rows;
    reply->conflicts_count = page.count;
    reply->has_next = page.has_more;
    if (!page.has_more) {
        return fk_ok();
    }
    const fk_protocol_conflict_row *last = &page.rows[page.count - 1];
    char cursor[CURSOR_SIZE_BYTES_MAX];
    cursor_of(&(fk_record_row){ .record = last->record_id }, last->field, cursor);
    return fk_bytes_copy(fk_bytes_text(cursor), arena, &reply->next);
}

/* --- conflict.resolve ------------------------------------------------------------------------------- */

typedef struct decision {
    fk_session *session;
    fk_arena *arena;
    const fk_conflict_resolve_request *request;
    fk_error *error;
    fk_record_row row;
    const fk_record_type *type;
    const fk_record_field *schema;
    bool was_met[VALUE_COUNT_MAX]; /* of the writes that were seen */
    fk_field_write write;
} decision;

/* Marks the seen writes that are there, and takes over the value of the chosen one. */
static fk_status meet_write(void *ctx, fk_bytes field, const fk_head *head)
{
    decision *made = ctx;
    (void)field;
    for (size_t i = 0; i < made->request->seen_count; i++) {
        const fk_protocol_write_name *seen = &made->request->seen[i];
        if (seen->sequence != head->sequence || !fk_id_equal(&seen->device_id, &head->device)) {
            continue;
        }
        made->was_met[i] = true;
        if (made->request->has_chosen && made->request->chosen == i) {
            made->write.has_value = head->has_value;
            FK_TRY(fk_bytes_copy(head->value, made->arena, &made->write.value));
        }
    }
    return fk_ok();
}

static fk_status refuse(decision *made, const char *what, uint8_t code)
{
    fk_error_set(made->error, "%s", what);
    return fk_status_of(code);
}

static fk_status check_seen(decision *made)
{
    FK_TRY(fk_store_history(made->session->store, &made->row.record, made->request->field, meet_write, made));
    for (size_t i = 0; i < made->request->seen_count; i++) {
        if (!made->was_met[i]) {
            return refuse(made, "request.seen", FK_ERR_INVALID_INPUT);
        }
    }
    if (made->request->seen_count == 0) {
        return refuse(made, "request.seen", FK_ERR_INVALID_INPUT);
    }
    if (made->request->has_chosen && made->request->chosen >= made->request->seen_count) {
        return refuse(made, "request.chosen", FK_ERR_INVALID_INPUT);
    }
    return fk_ok();
}

static bool can_be_typed(fk_record_kind kind)
{
    return kind != FK_RECORD_REFERENCE && kind != FK_RECORD_REFERENCES && kind != FK_RECORD_JSON;
}

static fk_status take_typed_value(decision *made)
{
    const fk_record_field *schema = made->schema;
    if (!made->request->has_value) {
        return refuse(made, "request.value", FK_ERR_INCOMPLETE);
    }
    if (schema->merge == FK_MERGE_FIXED || (made->type->is_document && schema->merge != FK_MERGE_LIFECYCLE)) {
        return refuse(made, "request.value", FK_ERR_FROZEN);
    }
    if (!can_be_typed(schema->kind)) {
        return refuse(made, "request.value", FK_ERR_INVALID_INPUT);
    }
    if (schema->kind != FK_RECORD_SET) {
        return fk_record_value_make(schema, made->request->value, FK_VALUE_OF_RECORD, made->arena,
                                    &made->write.has_value, &made->write.value, made->error);
    }
    /* An element of a set is there, or it is not. */
    bool is_there = fk_is_ok(fk_json_to_bool(made->request->value, &made->write.has_value));
    bool is_null = fk_json_kind_of(made->request->value) == FK_JSON_NULL;
    made->write.value = fk_bytes_text("true");
    return is_there || is_null ? fk_ok() : refuse(made, "request.value", FK_ERR_INVALID_INPUT);
}

static fk_status name_seen(decision *made)
{
    const fk_id *own = fk_store_device(made->session->store);
    fk_buffer names;
    fk_names_of_writes_init(&names, made->arena->allocator);
    fk_status status = fk_ok();
    for (size_t i = 0; i < made->request->seen_count && fk_is_ok(status); i++) {
        const fk_protocol_write_name *seen = &made->request->seen[i];
        if (!fk_id_equal(&seen->device_id, own)) {
            status = fk_names_of_writes_add(&names, &seen->device_id, seen->sequence);
        }
    }
    if (fk_is_ok(status)) {
        status = fk_bytes_copy(fk_buffer_view(&names), made->arena, &made->write.over);
    }
    fk_buffer_free(&names);
    return status;
}

static fk_status count_write(void *ctx, fk_bytes field, const fk_head *head)
{
    size_t *count = ctx;
    (void)field;
    (void)head;
    *count += 1;
    return fk_ok();
}

/* What was completed stays as it is: there a decision only ends a conflict, or undoes such a decision, by one of the
 * values that were written. Written once means that there never was one. */
static fk_status refuse_finished(decision *made)
{
    bool is_finished = (made->type->is_document || made->type->is_frozen || made->schema->merge == FK_MERGE_FIXED) &&
                       made->schema->merge != FK_MERGE_LIFECYCLE;
    if (!is_finished) {
        return fk_ok();
    }
    size_t count = 0;
    FK_TRY(fk_store_history(made->session->store, &made->row.record, made->request->field, count_write, &count));
    return fk_status_of(count > 1 ? FK_OK : FK_ERR_FROZEN);
}

static fk_status decide(decision *made)
{
    const fk_conflict_resolve_request *request = made->request;
    if (fk_text_trim(request->reason).size_bytes == 0) {
        return refuse(made, "request.reason", FK_ERR_INCOMPLETE);
    }
    FK_TRY(fk_store_record(made->session->store, &request->record_id, made->arena, &made->row));
    FK_TRY(fk_change_type(made->row.type, &made->type, made->error));
    made->schema = fk_merged_schema(made->type, request->field);
    if (made->schema == NULL || !fk_id_equal(&made->row.case_id, &request->case_id)) {
        return refuse(made, made->schema == NULL ? "request.field" : "request.caseId", FK_ERR_INVALID_INPUT);
    }
    FK_TRY(refuse_finished(made));
    made->write.field = request->field;
    FK_TRY(check_seen(made));
    FK_TRY(request->has_chosen ? fk_ok() : take_typed_value(made));
    if (made->schema->is_required && !made->write.has_value) {
        return refuse(made, "request.value", FK_ERR_INCOMPLETE);
    }
    return name_seen(made);
}

static fk_status write_decision(decision *made)
{
    fk_mutation mutation = { made->request->mutation_id, made->request->time_ms, made->request->reason };
    fk_record_write write = {
        .case_id = made->row.case_id,
        .record = made->row.record,
        .type = made->row.type,
        .fields = &made->write,
        .field_count = 1,
    };
    FK_TRY(fk_store_begin(made->session->store));
    fk_status status = fk_store_write(made->session->store, &mutation, &write, 1);
    if (fk_is_ok(status)) {
        status = fk_store_commit(made->session->store);
    }
    if (!fk_is_ok(status)) {
        fk_store_rollback(made->session->store);
    }
    return status;
}

fk_status fk_handle_conflict_resolve(fk_session *session, fk_arena *arena, const fk_conflict_resolve_request *request,
                                     fk_conflict_resolve_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    FK_TRY(fk_store_mutation_size(session->store, &request->mutation_id, &reply->operation_count));
    if (reply->operation_count == 0) {
        decision made = { .session = session, .arena = arena, .request = request, .error = error };
        FK_TRY(decide(&made));
        FK_TRY(write_decision(&made));
        reply->operation_count = 1;
    }
    fk_conflict_counts counts;
    FK_TRY(fk_conflict_counts_of_case(session, &request->case_id, &counts));
    reply->conflict_count = counts.all;
    return fk_ok();
}
