/* case_commands.c — the list of cases, one case, and shipped content. */
#include <stdio.h>
#include <string.h>

#include "fk/content.h"

#include "author.h"
#include "case_names.h"
#include "conflicts.h"
#include "cursor.h"
#include "dispatch_gen.h"
#include "fields_json.h"
#include "session_internal.h"

#include "fk/banned.h"

enum { PAGE_COUNT_MAX = 100, RECORD_SIZE_BYTES_MAX = 16 * 1024 * 1024 };

fk_status fk_handle_content_get(fk_session *session, fk_arena *arena, const fk_content_get_request *request,
                                fk_content_get_reply *reply, fk_error *error)
{
    (void)session;
    (void)arena;
    (void)error;
    const fk_content *content = fk_content_find(request->name);
    if (content == NULL) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    reply->content = content->json;
    return fk_ok();
}

/* --- case.list ------------------------------------------------------------------------------ */

typedef struct case_page {
    fk_store *store;
    fk_arena *arena;
    fk_protocol_case_row *rows;
    size_t count;
    uint64_t last_sort_key;
} case_page;

static fk_status add_case(void *ctx, const fk_case_row *row, uint64_t sort_key)
{
    case_page *page = ctx;
    fk_protocol_case_row *target = &page->rows[page->count];
    *target = (fk_protocol_case_row){
        .case_id = row->case_id,
        .changed_ms = row->changed_ms,
        .draft_count = row->draft_count,
        .has_next_review_on = row->next_review_on.size_bytes > 0,
    };
    FK_TRY(fk_bytes_copy(row->victim_name, page->arena, &target->victim_name));
    FK_TRY(fk_bytes_copy(row->reference, page->arena, &target->reference));
    FK_TRY(fk_bytes_copy(row->status, page->arena, &target->status));
    FK_TRY(fk_bytes_copy(row->next_review_on, page->arena, &target->next_review_on));
    fk_progress progress = FK_PROGRESS_DEVICE;
    FK_TRY(fk_store_case_progress(page->store, &row->case_id, &progress));
    target->progress = (fk_protocol_progress)progress;
    page->count++;
    page->last_sort_key = sort_key;
    return fk_ok();
}

/* The list is kept by the store, which knows no merge class: where people disagree the row says what is shown. */
static fk_status merge_case(fk_session *session, fk_protocol_case_row *row, fk_arena *arena)
{
    fk_conflict_counts counts;
    FK_TRY(fk_conflict_counts_of_case(session, &row->case_id, &counts));
    row->conflict_count = counts.all;
    if (row->conflict_count == 0) {
        return fk_ok();
    }
    FK_TRY(fk_shown_text(session, &row->case_id, "reference", arena, &row->reference));
    FK_TRY(fk_shown_text(session, &row->case_id, "status", arena, &row->status));
    return fk_victim_name(session, &row->case_id, arena, &row->victim_name);
}

fk_status fk_handle_case_list(fk_session *session, fk_arena *arena, const fk_case_list_request *request,
                              fk_case_list_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    fk_case_query query = {
        .search = request->search,
        .closed_too = request->closed_too,
        .limit = request->limit,
    };
    if (request->has_after && !fk_is_ok(fk_cursor_read(request->after, &query.after_sort_key, &query.after_case_id))) {
        fk_error_set(error, "request.after");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    query.has_after = request->has_after;
    case_page page = {
        .store = session->store,
        .arena = arena,
        .rows = fk_arena_allocate(arena, sizeof *page.rows * request->limit),
    };
    if (page.rows == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    FK_TRY(fk_store_cases(session->store, &query, add_case, &page, &reply->total_count));
    for (size_t i = 0; i < page.count; i++) {
        FK_TRY(merge_case(session, &page.rows[i], arena));
    }
    reply->cases = page.rows;
    reply->cases_count = page.count;
    reply->has_next = page.count == request->limit;
    if (!reply->has_next) {
        return fk_ok();
    }
    return fk_cursor_write(page.last_sort_key, &page.rows[page.count - 1].case_id, arena, &reply->next);
}

/* --- case.get ------------------------------------------------------------------------------- */

typedef struct record_page {
    fk_session *session;
    fk_arena *arena;
    fk_arena scratch;             /* for one record at a time */
    fk_conflict_counts conflicts; /* of the case */
    fk_protocol_record_row *records;
    size_t record_count;
    fk_protocol_draft_row *drafts;
    size_t draft_count;
} record_page;

/* Who wrote last. A clock that is far ahead makes nobody the last while another is there. */
static fk_status find_author(record_page *page, const fk_merged_list *fields, fk_author *author_out)
{
    const fk_head *newest = NULL;
    uint64_t now_ms = fk_session_now_ms(page->session);
    for (size_t i = 0; i < fields->count; i++) {
        for (size_t j = 0; j < fields->items[i].head_count; j++) {
            const fk_head *head = &fields->items[i].heads[j];
            bool is_newer = newest == NULL || head->hlc > newest->hlc || fk_merge_is_ahead(newest->hlc, now_ms);
            newest = is_newer && (newest == NULL || !fk_merge_is_ahead(head->hlc, now_ms)) ? head : newest;
        }
    }
    *author_out = (fk_author){ .is_you = true };
    return newest == NULL ? fk_ok() : fk_author_of_device(page->session, &newest->device, page->arena, author_out);
}

static fk_status fill_record(record_page *page, const fk_record_row *row, fk_protocol_record_row *target)
{
    fk_author author;
    fk_merged_list fields;
    FK_TRY(fk_bytes_copy(row->type, page->arena, &target->type));
    FK_TRY(fk_merged_of_record(page->session, row, &page->scratch, &fields));
    FK_TRY(find_author(page, &fields, &author));
    fk_progress progress = FK_PROGRESS_DEVICE;
    FK_TRY(fk_store_record_progress(page->session->store, &row->record, &progress));
    target->progress = (fk_protocol_progress)progress;
    target->author_name = author.person_name;
    target->author_is_you = author.is_you;
    if (!fk_conflict_count_used(&page->conflicts, row->type, &target->conflict_count)) {
        target->conflict_count = fk_merged_conflict_count(&fields);
    }
    return fk_fields_json_of_record(row, &fields, page->arena, &target->fields);
}

static fk_status add_record(void *ctx, const fk_record_row *row)
{
    record_page *page = ctx;
    fk_protocol_record_row *target = &page->records[page->record_count];
    *target = (fk_protocol_record_row){
        .record_id = row->record,
        .created_ms = row->created_ms,
        .changed_ms = row->changed_ms,
    };
    fk_status status = fill_record(page, row, target);
    fk_arena_reset(&page->scratch);
    page->record_count++;
    return status;
}

static fk_status add_draft(void *ctx, const fk_draft_row *row)
{
    record_page *page = ctx;
    fk_protocol_draft_row *target = &page->drafts[page->draft_count];
    *target = (fk_protocol_draft_row){
        .record_id = row->record,
        .case_id = row->case_id,
        .saved_ms = row->saved_ms,
        .number = row->number,
    };
    FK_TRY(fk_bytes_copy(row->type, page->arena, &target->type));
    FK_TRY(fk_fields_json_of_draft(page->session->store, row, page->arena, &target->fields));
    page->draft_count++;
    return fk_ok();
}

fk_status fk_handle_case_get(fk_session *session, fk_arena *arena, const fk_case_get_request *request,
                             fk_case_get_reply *reply, fk_error *error)
{
    (void)error;
    FK_TRY(fk_session_require_open(session));
    record_page page = {
        .session = session,
        .arena = arena,
        .records = fk_arena_allocate(arena, sizeof *page.records * PAGE_COUNT_MAX),
        .drafts = fk_arena_allocate(arena, sizeof *page.drafts * PAGE_COUNT_MAX),
    };
    if (page.records == NULL || page.drafts == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_arena_init(&page.scratch, session->host.allocator, RECORD_SIZE_BYTES_MAX);
    FK_TRY(fk_conflict_counts_of_case(session, &request->case_id, &page.conflicts));
    const fk_id *after = request->has_after ? &request->after : NULL;
    FK_TRY(fk_store_records(session->store, &request->case_id, after, PAGE_COUNT_MAX, add_record, &page));
    if (!request->has_after) {
        FK_TRY(fk_store_drafts(session->store, &request->case_id, PAGE_COUNT_MAX, add_draft, &page));
        if (page.record_count == 0 && page.draft_count == 0) {
            return fk_status_of(FK_ERR_NOT_FOUND);
        }
    }
    reply->records = page.records;
    reply->records_count = page.record_count;
    reply->drafts = page.drafts;
    reply->drafts_count = page.draft_count;
    reply->has_next = page.record_count == PAGE_COUNT_MAX;
    if (reply->has_next) {
        reply->next = page.records[page.record_count - 1].record_id;
    }
    return fk_ok();
}

fk_status fk_handle_case_begun(fk_session *session, fk_arena *arena, const fk_case_begun_request *request,
                               fk_case_begun_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    record_page page = {
        .session = session,
        .arena = arena,
        .drafts = fk_arena_allocate(arena, sizeof *page.drafts * PAGE_COUNT_MAX),
    };
    if (page.drafts == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    FK_TRY(fk_store_unlisted_drafts(session->store, PAGE_COUNT_MAX, add_draft, &page));
    reply->drafts = page.drafts;
    reply->drafts_count = page.draft_count;
    return fk_ok();
}
