/* document_commands.c — assessments, safety plans and referrals: begun, checked, completed, never changed after. */
#include <stdio.h>
#include <string.h>

#include "fk/completion.h"

#include "change.h"
#include "conflicts.h"
#include "dispatch_gen.h"
#include "document_values.h"

#include "fk/banned.h"

/* --- document.begin --------------------------------------------------------------------------- */

static fk_status read_version(const fk_field_list *fields, uint32_t *version_out)
{
    const fk_field_write *version = fk_field_list_find(fields, fk_bytes_text("version"));
    *version_out = 0;
    for (size_t i = 0; version != NULL && version->has_value && i < version->value.size_bytes && i < 9; i++) {
        *version_out = *version_out * 10 + (uint32_t)(version->value.data[i] - '0');
    }
    return *version_out > 0 ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
}

/* A document as a draft and as a record others may have already, whichever is there: the draft says what changed,
 * `whole` what it says by now. FK_ERR_NOT_FOUND, FK_ERR_FROZEN (completed). */
static fk_status load_unfinished(fk_session *session, const fk_id *record, fk_arena *arena, fk_wanted *draft_out,
                                 fk_field_list *whole_out, fk_error *error)
{
    fk_record_row row;
    fk_status as_record = fk_store_record(session->store, record, arena, &row);
    FK_TRY(as_record.code == FK_ERR_NOT_FOUND ? fk_ok() : as_record);
    fk_status as_draft = fk_wanted_of_draft(session, record, arena, draft_out, error);
    if (as_draft.code == FK_ERR_NOT_FOUND && fk_is_ok(as_record)) {
        *draft_out = (fk_wanted){ .case_id = row.case_id, .record = *record, .is_draft = true };
        as_draft = fk_change_type(row.type, &draft_out->type, error);
    }
    FK_TRY(as_draft);
    if (!draft_out->type->is_document) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    FK_TRY(fk_change_refuse_frozen(session, draft_out->type, record, arena));
    return fk_field_list_overlaid(session, fk_is_ok(as_record) ? &row : NULL, record, arena, whole_out);
}

static fk_status add_system_field(fk_wanted *draft, const char *name, fk_arena *arena, const char *json)
{
    fk_field_write field = { .field = fk_bytes_text(name), .has_value = true };
    FK_TRY(fk_bytes_copy(fk_bytes_text(json), arena, &field.value));
    return fk_field_list_add(&draft->fields, arena, field);
}

/* What the next version starts from: everything but what belongs to one version only. */
static void drop_fresh_fields(fk_wanted *draft)
{
    size_t kept = 0;
    for (size_t i = 0; i < draft->fields.count; i++) {
        const fk_record_field *field = fk_record_field_find(draft->type, draft->fields.items[i].field);
        if (field != NULL && !field->is_fresh && !field->is_system) {
            draft->fields.items[kept++] = draft->fields.items[i];
        }
    }
    draft->fields.count = kept;
}

static fk_status carry_over(fk_session *session, const fk_id *previous, fk_wanted *draft, fk_arena *arena,
                            uint32_t *version_out, fk_error *error)
{
    fk_record_row row;
    FK_TRY(fk_store_record(session->store, previous, arena, &row));
    if (!fk_bytes_equal_text(row.type, draft->type->name) || !fk_id_equal(&row.case_id, &draft->case_id)) {
        fk_error_set(error, "request.previousId");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    FK_TRY(fk_field_list_of_record(session, &row, arena, &draft->fields));
    if (fk_field_list_find(&draft->fields, fk_bytes_text("completedOn")) == NULL) {
        fk_error_set(error, "request.previousId"); /* it is not finished itself */
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    FK_TRY(read_version(&draft->fields, version_out));
    drop_fresh_fields(draft);
    char json[FK_ID_HEX_SIZE + 3];
    char hex[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(previous, hex);
    (void)snprintf(json, sizeof json, "\"%s\"", hex);
    return add_system_field(draft, "previous", arena, json);
}

static fk_status refuse_existing(fk_session *session, const fk_id *record, fk_arena *arena)
{
    fk_record_row row;
    fk_draft_row draft;
    fk_status as_record = fk_store_record(session->store, record, arena, &row);
    fk_status as_draft = fk_store_draft(session->store, record, arena, &draft);
    if (fk_is_ok(as_record) || fk_is_ok(as_draft)) {
        return fk_status_of(FK_ERR_EXISTS);
    }
    FK_TRY(as_record.code == FK_ERR_NOT_FOUND ? fk_ok() : as_record);
    return as_draft.code == FK_ERR_NOT_FOUND ? fk_ok() : as_draft;
}

fk_status fk_handle_document_begin(fk_session *session, fk_arena *arena, const fk_document_begin_request *request,
                                   fk_document_begin_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    fk_wanted draft = { .case_id = request->case_id, .record = request->record_id };
    FK_TRY(fk_change_type(request->type, &draft.type, error));
    if (!draft.type->is_document) {
        fk_error_set(error, "request.type");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    FK_TRY(refuse_existing(session, &draft.record, arena));
    uint32_t previous_version = 0;
    if (request->has_previous_id) {
        FK_TRY(carry_over(session, &request->previous_id, &draft, arena, &previous_version, error));
    }
    char version[12];
    (void)snprintf(version, sizeof version, "%u", (unsigned)(previous_version + 1));
    FK_TRY(add_system_field(&draft, "version", arena, version));
    return fk_draft_keep(session, &draft, request->time_ms, arena, &reply->number);
}

/* --- document.check and document.complete ----------------------------------------------------- */

static fk_status check_gaps(const fk_record_type *type, const fk_field_list *whole, fk_arena *arena,
                            fk_completion *completion_out)
{
    uint32_t version = 0;
    FK_TRY(read_version(whole, &version));
    fk_document_view view;
    fk_document_view_init(&view, whole, arena->allocator);
    fk_document_values values = { fk_document_view_value, &view };
    fk_status status = fk_completion_check(fk_bytes_text(type->name), version, &values, completion_out);
    fk_status view_status = fk_document_view_free(&view);
    return fk_is_ok(status) ? view_status : status;
}

static fk_status gap_name(const fk_gap *gap, fk_arena *arena, fk_bytes *name_out)
{
    char name[FK_RECORD_KEY_SIZE_BYTES_MAX + 40];
    const char *key = gap->key == NULL ? "" : gap->key;
    (void)snprintf(name, sizeof name, "%s%s%s", gap->field, gap->key == NULL ? "" : "/", key);
    return fk_bytes_copy(fk_bytes_text(name), arena, name_out);
}

fk_status fk_handle_document_check(fk_session *session, fk_arena *arena, const fk_document_check_request *request,
                                   fk_document_check_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    fk_wanted draft;
    fk_field_list whole;
    fk_completion completion;
    FK_TRY(load_unfinished(session, &request->record_id, arena, &draft, &whole, error));
    FK_TRY(check_gaps(draft.type, &whole, arena, &completion));
    fk_protocol_gap *gaps = fk_arena_allocate(arena, completion.gap_count * sizeof *gaps);
    if (gaps == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < completion.gap_count; i++) {
        FK_TRY(gap_name(&completion.gaps[i], arena, &gaps[i].field));
        gaps[i].code = fk_bytes_text(fk_names_text(&fk_gap_code_names, completion.gaps[i].code));
    }
    reply->gaps = gaps;
    reply->gaps_count = completion.gap_count;
    return fk_ok();
}

static fk_status count_conflicts(fk_session *session, const fk_id *record, fk_arena *arena, uint32_t *count_out)
{
    fk_record_row row;
    FK_TRY(fk_store_record(session->store, record, arena, &row));
    fk_conflict_counts counts;
    FK_TRY(fk_conflict_counts_of_case(session, &row.case_id, &counts));
    (void)fk_conflict_count_used(&counts, row.type, count_out); /* a plan stands by itself */
    return fk_ok();
}

fk_status fk_handle_document_complete(fk_session *session, fk_arena *arena, const fk_document_complete_request *request,
                                      fk_document_complete_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    FK_TRY(fk_store_mutation_size(session->store, &request->mutation_id, &reply->operation_count));
    if (reply->operation_count > 0) {
        return count_conflicts(session, &request->record_id, arena, &reply->conflict_count);
    }
    fk_wanted draft;
    fk_field_list whole;
    fk_completion completion;
    FK_TRY(load_unfinished(session, &request->record_id, arena, &draft, &whole, error));
    FK_TRY(check_gaps(draft.type, &whole, arena, &completion));
    if (completion.gap_count > 0) {
        fk_bytes name;
        FK_TRY(gap_name(&completion.gaps[0], arena, &name));
        fk_error_set(error, "%.*s", (int)name.size_bytes, (const char *)name.data);
        return fk_status_of(FK_ERR_INCOMPLETE);
    }
    char completed_on[16];
    (void)snprintf(completed_on, sizeof completed_on, "\"%.*s\"", (int)request->today.size_bytes,
                   (const char *)request->today.data);
    FK_TRY(add_system_field(&draft, "completedOn", arena, completed_on));
    fk_mutation mutation = { .id = request->mutation_id, .time_ms = request->time_ms };
    const fk_field_write *reason = fk_field_list_find(&whole, fk_bytes_text("changeReason"));
    if (reason != NULL && reason->has_value) {
        mutation.reason = reason->value;
    }
    FK_TRY(fk_change_finish(session, &mutation, &draft, 1, arena, &reply->operation_count, error));
    return count_conflicts(session, &draft.record, arena, &reply->conflict_count);
}
