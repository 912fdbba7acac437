/* sync_commands.c — runs against the hub, and how far records got. */
#include <string.h>

#include "cursor.h"
#include "dispatch_gen.h"
#include "escrow.h"
#include "session_internal.h"

#include "fk/banned.h"

enum { PAGE_COUNT_MAX = 100 };

_Static_assert((int)FK_PROTOCOL_SYNC_PHASE_IDLE == (int)FK_SYNC_IDLE, "phases");
_Static_assert((int)FK_PROTOCOL_SYNC_PHASE_CONFIRMING == (int)FK_SYNC_CONFIRMING, "phases");
_Static_assert((int)FK_PROTOCOL_PROGRESS_DEVICE == (int)FK_PROGRESS_DEVICE, "progress");
_Static_assert((int)FK_PROTOCOL_PROGRESS_CONFIRMED == (int)FK_PROGRESS_CONFIRMED, "progress");
_Static_assert((int)FK_PROTOCOL_ITEM_LIST_DEVICE == (int)FK_PROGRESS_DEVICE, "lists");
_Static_assert((int)FK_PROTOCOL_ITEM_LIST_CONFIRMED == (int)FK_PROGRESS_CONFIRMED, "lists");

fk_status fk_handle_sync_begin(fk_session *session, fk_arena *arena, const fk_sync_begin_request *request,
                               fk_sync_begin_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    return fk_sync_begin(session->sync);
}

fk_status fk_handle_sync_step(fk_session *session, fk_arena *arena, const fk_sync_step_request *request,
                              fk_sync_step_reply *reply, fk_error *error)
{
    (void)error;
    FK_TRY(fk_session_require_team(session));
    fk_buffer effect;
    fk_buffer_init(&effect, session->host.allocator, FK_EFFECT_SIZE_BYTES_MAX);
    fk_status status = fk_sync_step(session->sync, request->raw, &effect);
    if (fk_is_ok(status) && !fk_sync_status(session->sync).is_running) {
        fk_escrow_settle(session); /* the roster may have brought a recovery key */
    }
    if (fk_is_ok(status)) {
        status = fk_bytes_copy(fk_buffer_view(&effect), arena, &reply->raw);
    }
    fk_buffer_free(&effect);
    return status;
}

fk_status fk_handle_sync_cancel(fk_session *session, fk_arena *arena, const fk_sync_cancel_request *request,
                                fk_sync_cancel_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    fk_sync_cancel(session->sync);
    return fk_ok();
}

/* --- how far things got ------------------------------------------------------------------------- */

static uint32_t bounded(uint64_t count)
{
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static void give_counts(const fk_progress_numbers *numbers, fk_sync_status_reply *reply)
{
    reply->device_count = bounded(numbers->device_records);
    reply->sent_count = bounded(numbers->sent_records);
    reply->confirmed_count = bounded(numbers->confirmed_records);
    reply->draft_count = bounded(numbers->draft_count);
    reply->has_oldest_unsent_ms = numbers->oldest_unsent_ms > 0;
    reply->oldest_unsent_ms = numbers->oldest_unsent_ms;
    reply->not_taken_count = bounded(numbers->not_taken_records);
    reply->refused_count = bounded(numbers->refused_segments);
    reply->waiting_count = bounded(numbers->waiting_segments);
}

static void give_clock(const fk_sync_state *state, fk_sync_status_reply *reply)
{
    reply->is_clock_wrong = state->is_clock_wrong;
    reply->has_clock_ahead_ms = state->has_hub_time && state->clock_ahead_ms >= 0;
    reply->has_clock_behind_ms = state->has_hub_time && state->clock_ahead_ms < 0;
    reply->clock_ahead_ms = reply->has_clock_ahead_ms ? (uint64_t)state->clock_ahead_ms : 0;
    reply->clock_behind_ms = reply->has_clock_behind_ms ? (uint64_t)-state->clock_ahead_ms : 0;
}

fk_status fk_handle_sync_status(fk_session *session, fk_arena *arena, const fk_sync_status_request *request,
                                fk_sync_status_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    fk_progress_numbers numbers;
    FK_TRY(fk_store_progress_numbers(session->store, &numbers));
    fk_sync_state state = fk_sync_status(session->sync);
    give_counts(&numbers, reply);
    give_clock(&state, reply);
    reply->is_running = state.is_running;
    reply->phase = (fk_protocol_sync_phase)state.phase;
    reply->done = state.done;
    reply->total = state.total;
    reply->has_last_synced_ms = state.last_synced_ms > 0;
    reply->last_synced_ms = state.last_synced_ms;
    reply->has_retry_after_s = state.retry_after_s > 0;
    reply->retry_after_s = state.retry_after_s;
    reply->has_problem = state.problem != FK_OK;
    reply->problem = fk_bytes_text(fk_code_name((uint8_t)state.problem));
    reply->has_problem_detail = reply->has_problem && state.problem_detail[0] != '\0';
    return fk_bytes_copy(fk_bytes_text(state.problem_detail), arena, &reply->problem_detail);
}

/* --- sync.items --------------------------------------------------------------------------------------- */

typedef struct item_page {
    fk_arena *arena;
    fk_protocol_sync_item *rows;
    size_t count;
} item_page;

static fk_status add_item(void *ctx, const fk_progress_row *row)
{
    item_page *page = ctx;
    fk_protocol_sync_item *item = &page->rows[page->count];
    *item = (fk_protocol_sync_item){
        .record_id = row->record,
        .case_id = row->case_id,
        .changed_ms = row->changed_ms,
        .state = (fk_protocol_progress)row->progress,
        .has_refusal = row->refusal != FK_OK,
        .refusal = fk_bytes_text(fk_code_name(row->refusal)),
    };
    FK_TRY(fk_bytes_copy(row->type, page->arena, &item->type));
    page->count++;
    return fk_ok();
}

fk_status fk_handle_sync_items(fk_session *session, fk_arena *arena, const fk_sync_items_request *request,
                               fk_sync_items_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_team(session));
    fk_progress_row after = { .progress = FK_PROGRESS_DEVICE };
    if (request->has_after && !fk_is_ok(fk_cursor_read(request->after, &after.changed_ms, &after.record))) {
        fk_error_set(error, "request.after");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    item_page page = { .arena = arena, .rows = fk_arena_allocate(arena, PAGE_COUNT_MAX * sizeof *page.rows) };
    if (page.rows == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    const fk_progress_row *from = request->has_after ? &after : NULL;
    bool is_of_refused = request->state == FK_PROTOCOL_ITEM_LIST_REFUSED;
    FK_TRY(is_of_refused ? fk_store_refused_page(session->store, PAGE_COUNT_MAX, from, add_item, &page)
                         : fk_store_progress_page(session->store, (fk_progress)request->state, PAGE_COUNT_MAX, from,
                                                  add_item, &page));
    reply->items = page.rows;
    reply->items_count = page.count;
    reply->has_next = page.count == PAGE_COUNT_MAX;
    if (!reply->has_next) {
        return fk_ok();
    }
    const fk_protocol_sync_item *last = &page.rows[page.count - 1];
    return fk_cursor_write(last->changed_ms, &last->record_id, arena, &reply->next);
}
