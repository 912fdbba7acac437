/* draft_commands.c — saving what is typed, finishing it, and direct changes. */
#include <string.h>

#include "case_names.h"
#include "change.h"
#include "dispatch_gen.h"

#include "fk/banned.h"

/* --- drafts ----------------------------------------------------------------------------------- */

fk_status fk_draft_keep(fk_session *session, const fk_wanted *draft, uint64_t time_ms, fk_arena *arena,
                        uint64_t *number_out)
{
    fk_wanted based = *draft;
    FK_TRY(fk_draft_base_fill(session, &based, arena));
    fk_record_write write = {
        .case_id = based.case_id,
        .record = based.record,
        .type = fk_bytes_text(based.type->name),
        .fields = based.fields.items,
        .field_count = based.fields.count,
    };
    FK_TRY(fk_store_begin(session->store));
    fk_status status = fk_store_draft_put(session->store, &write, time_ms, number_out);
    if (fk_is_ok(status)) {
        status = fk_store_commit(session->store);
    }
    if (!fk_is_ok(status)) {
        fk_store_rollback(session->store);
    }
    return status;
}

/* A draft stays on the case and of the type it was begun with. */
static fk_status refuse_foreign_draft(fk_session *session, const fk_wanted *draft, fk_arena *arena, fk_error *error)
{
    fk_draft_row row;
    fk_status status = fk_store_draft(session->store, &draft->record, arena, &row);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_ok();
    }
    FK_TRY(status);
    if (!fk_id_equal(&row.case_id, &draft->case_id) || !fk_bytes_equal_text(row.type, draft->type->name)) {
        fk_error_set(error, "request.recordId");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    return fk_ok();
}

/* The state of a record changes with a reason only (record.change); version and dates of a document are
 * set by document.begin and document.complete. */
static fk_status refuse_system_fields(const fk_wanted *draft, fk_error *error)
{
    for (size_t i = 0; i < draft->type->field_count; i++) {
        const fk_record_field *field = &draft->type->fields[i];
        if (field->is_system && fk_field_list_find(&draft->fields, fk_bytes_text(field->name)) != NULL) {
            fk_error_set(error, "%s.%s", draft->type->name, field->name);
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
    }
    return fk_ok();
}

fk_status fk_handle_draft_save(fk_session *session, fk_arena *arena, const fk_draft_save_request *request,
                               fk_draft_save_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    fk_wanted draft = { .case_id = request->case_id, .record = request->record_id };
    FK_TRY(fk_change_type(request->type, &draft.type, error));
    FK_TRY(fk_field_list_of_changes(draft.type, request->changes, request->changes_count, FK_VALUE_OF_DRAFT, arena,
                                    &draft.fields, error));
    if (draft.fields.count == 0) {
        fk_error_set(error, "request.changes");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    FK_TRY(refuse_system_fields(&draft, error));
    FK_TRY(fk_change_refuse_frozen(session, draft.type, &draft.record, arena));
    FK_TRY(refuse_foreign_draft(session, &draft, arena, error));
    return fk_draft_keep(session, &draft, request->time_ms, arena, &reply->number);
}

fk_status fk_handle_draft_discard(fk_session *session, fk_arena *arena, const fk_draft_discard_request *request,
                                  fk_draft_discard_reply *reply, fk_error *error)
{
    (void)arena;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    FK_TRY(fk_store_begin(session->store));
    fk_status status = fk_store_draft_remove(session->store, &request->record_id);
    if (fk_is_ok(status)) {
        status = fk_store_commit(session->store);
    }
    if (!fk_is_ok(status)) {
        fk_store_rollback(session->store);
    }
    return status;
}

/* --- commits that changed nothing ----------------------------------------------------------------

 * A commit of drafts that say what is said already makes no operation that could carry its mutation id,
 * and ends the drafts all the same. Its id is kept in vault_meta, so that a repeat after a crash gets the
 * first reply. Only the newest few: a caller repeats what it has no answer for, and asks one by one. */

enum { EMPTY_COMMITS_KEPT = 8 };
static const char empty_commits_key[] = "empty_commits";

static fk_status empty_commits(fk_session *session, fk_arena *arena, fk_bytes *ids_out)
{
    fk_status status = fk_store_meta_get(session->store, empty_commits_key, arena, ids_out);
    FK_TRY(status.code == FK_ERR_NOT_FOUND ? fk_ok() : status);
    bool is_whole =
        ids_out->size_bytes % FK_ID_SIZE_BYTES == 0 && ids_out->size_bytes <= EMPTY_COMMITS_KEPT * FK_ID_SIZE_BYTES;
    return is_whole ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
}

static fk_status was_empty_commit(fk_session *session, const fk_id *mutation, fk_arena *arena, bool *result_out)
{
    fk_bytes ids = { NULL, 0 };
    *result_out = false;
    FK_TRY(empty_commits(session, arena, &ids));
    for (size_t i = 0; i < ids.size_bytes; i += FK_ID_SIZE_BYTES) {
        *result_out = *result_out || memcmp(ids.data + i, mutation->bytes, FK_ID_SIZE_BYTES) == 0;
    }
    return fk_ok();
}

static fk_status note_empty_commit(fk_session *session, const fk_id *mutation, fk_arena *arena)
{
    fk_bytes before = { NULL, 0 };
    FK_TRY(empty_commits(session, arena, &before));
    uint8_t ids[EMPTY_COMMITS_KEPT * FK_ID_SIZE_BYTES];
    memcpy(ids, mutation->bytes, FK_ID_SIZE_BYTES);
    size_t kept_bytes = before.size_bytes < sizeof ids ? before.size_bytes : sizeof ids - FK_ID_SIZE_BYTES;
    if (kept_bytes > 0) {
        memcpy(ids + FK_ID_SIZE_BYTES, before.data, kept_bytes);
    }
    return fk_store_meta_put(session->store, empty_commits_key, fk_bytes_of(ids, FK_ID_SIZE_BYTES + kept_bytes));
}

/* --- from drafts to operations ---------------------------------------------------------------- */

/* A document that others have already may be completed with nothing drafted since. */
static fk_status end_draft(fk_session *session, const fk_wanted *wanted, uint64_t time_ms)
{
    fk_status status = fk_store_draft_remove(session->store, &wanted->record);
    FK_TRY(status.code == FK_ERR_NOT_FOUND ? fk_ok() : status);
    if (wanted->kept.count == 0) {
        return fk_ok();
    }
    fk_record_write rest = {
        .case_id = wanted->case_id,
        .record = wanted->record,
        .type = fk_bytes_text(wanted->type->name),
        .fields = wanted->kept.items,
        .field_count = wanted->kept.count,
    };
    uint64_t number = 0;
    return fk_store_draft_put(session->store, &rest, time_ms, &number);
}

fk_status fk_change_finish(fk_session *session, const fk_mutation *mutation, const fk_wanted *wanted,
                           size_t wanted_count, fk_arena *arena, uint32_t *operation_count_out, fk_error *error)
{
    bool are_drafts = wanted[0].is_draft;
    FK_TRY(fk_store_begin(session->store));
    fk_status status = fk_change_write(session, mutation, wanted, wanted_count, arena, operation_count_out, error);
    for (size_t i = 0; i < wanted_count && are_drafts && fk_is_ok(status); i++) {
        status = end_draft(session, &wanted[i], mutation->time_ms);
    }
    if (fk_is_ok(status) && are_drafts && *operation_count_out == 0) {
        status = note_empty_commit(session, &mutation->id, arena);
    }
    if (fk_is_ok(status)) {
        status = fk_store_commit(session->store);
    }
    if (!fk_is_ok(status)) {
        fk_store_rollback(session->store);
    }
    return status;
}

fk_status fk_wanted_of_draft(fk_session *session, const fk_id *record, fk_arena *arena, fk_wanted *wanted_out,
                             fk_error *error)
{
    fk_draft_row row;
    FK_TRY(fk_store_draft(session->store, record, arena, &row));
    *wanted_out = (fk_wanted){ .case_id = row.case_id, .record = *record, .is_draft = true };
    FK_TRY(fk_change_type(row.type, &wanted_out->type, error));
    return fk_field_list_of_draft(session->store, record, arena, &wanted_out->fields);
}

/* A commit of drafts that is sent again: with the operations it made the first time, which may be none. */
static fk_status was_committed(fk_session *session, const fk_id *mutation, fk_arena *arena, bool *result_out,
                               uint32_t *operation_count_out)
{
    FK_TRY(fk_store_mutation_size(session->store, mutation, operation_count_out));
    *result_out = *operation_count_out > 0;
    return *result_out ? fk_ok() : was_empty_commit(session, mutation, arena, result_out);
}

fk_status fk_handle_draft_commit(fk_session *session, fk_arena *arena, const fk_draft_commit_request *request,
                                 fk_draft_commit_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    bool is_repeat = false;
    FK_TRY(was_committed(session, &request->mutation_id, arena, &is_repeat, &reply->operation_count));
    if (is_repeat) {
        return fk_ok();
    }
    fk_wanted wanted[FK_CHANGE_RECORDS_MAX];
    for (size_t i = 0; i < request->record_ids_count; i++) {
        FK_TRY(fk_wanted_of_draft(session, &request->record_ids[i], arena, &wanted[i], error));
        if (wanted[i].type->is_document) {
            fk_error_set(error, "document.complete");
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
    }
    fk_mutation mutation = { .id = request->mutation_id, .time_ms = request->time_ms, .reason = request->reason };
    return fk_change_finish(session, &mutation, wanted, request->record_ids_count, arena, &reply->operation_count,
                            error);
}

/* --- draft.share: what is not finished, for the team ------------------------------------------------ */

fk_status fk_handle_draft_share(fk_session *session, fk_arena *arena, const fk_draft_share_request *request,
                                fk_draft_share_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    bool is_repeat = false;
    FK_TRY(was_committed(session, &request->mutation_id, arena, &is_repeat, &reply->operation_count));
    if (is_repeat) {
        return fk_ok();
    }
    fk_wanted wanted;
    FK_TRY(fk_wanted_of_draft(session, &request->record_id, arena, &wanted, error));
    if (!wanted.type->is_document) {
        fk_error_set(error, "draft.commit");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    wanted.is_shared = true;
    FK_TRY(fk_change_keep_unfit(session, &wanted, arena));
    reply->kept_count = (uint32_t)wanted.kept.count;
    fk_mutation mutation = { .id = request->mutation_id, .time_ms = request->time_ms };
    return fk_change_finish(session, &mutation, &wanted, 1, arena, &reply->operation_count, error);
}

enum { UNSHARED_COUNT_MAX = 100 };

typedef struct unshared_page {
    fk_arena *arena;
    fk_protocol_unshared_draft *rows;
    size_t count;
} unshared_page;

static fk_status add_unshared(void *ctx, const fk_draft_row *row)
{
    unshared_page *page = ctx;
    const fk_record_type *type = fk_record_type_find(row->type);
    if (type == NULL || !type->is_document || page->count == UNSHARED_COUNT_MAX) {
        return fk_ok();
    }
    fk_protocol_unshared_draft *target = &page->rows[page->count++];
    *target = (fk_protocol_unshared_draft){
        .record_id = row->record,
        .case_id = row->case_id,
        .saved_ms = row->saved_ms,
    };
    return fk_bytes_copy(row->type, page->arena, &target->type);
}

fk_status fk_handle_draft_unshared(fk_session *session, fk_arena *arena, const fk_draft_unshared_request *request,
                                   fk_draft_unshared_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    unshared_page page = { .arena = arena, .rows = fk_arena_allocate(arena, UNSHARED_COUNT_MAX * sizeof *page.rows) };
    if (page.rows == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    FK_TRY(fk_store_listed_drafts(session->store, UNSHARED_COUNT_MAX, add_unshared, &page));
    for (size_t i = 0; i < page.count; i++) {
        FK_TRY(fk_victim_name(session, &page.rows[i].case_id, arena, &page.rows[i].victim_name));
    }
    reply->drafts = page.rows;
    reply->drafts_count = page.count;
    return fk_ok();
}

fk_status fk_handle_record_change(fk_session *session, fk_arena *arena, const fk_record_change_request *request,
                                  fk_record_change_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    FK_TRY(fk_store_mutation_size(session->store, &request->mutation_id, &reply->operation_count));
    if (reply->operation_count > 0) {
        return fk_ok();
    }
    fk_wanted wanted = { .case_id = request->case_id, .record = request->record_id, .is_checked = true };
    FK_TRY(fk_change_type(request->type, &wanted.type, error));
    FK_TRY(fk_field_list_of_changes(wanted.type, request->changes, request->changes_count, FK_VALUE_OF_RECORD, arena,
                                    &wanted.fields, error));
    bool changes_state = fk_field_list_find(&wanted.fields, fk_bytes_text("state")) != NULL;
    if (changes_state && fk_text_trim(request->reason).size_bytes == 0) {
        fk_error_set(error, "request.reason");
        return fk_status_of(FK_ERR_INCOMPLETE);
    }
    fk_mutation mutation = { .id = request->mutation_id, .time_ms = request->time_ms, .reason = request->reason };
    return fk_change_finish(session, &mutation, &wanted, 1, arena, &reply->operation_count, error);
}
