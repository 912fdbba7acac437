/* pushing.c — own segments to the hub, and what it says of each. */
#include "sync_internal.h"

#include <string.h>

#include "fk/planted.h"

#include "fk/banned.h"

enum { GAP_COUNT_MAX = 2 };

/* --- refusals ------------------------------------------------------------------------------------------- */

/* What the hub refuses for a reason that lies in the segment or in the roster, until that is mended. Room comes back by
 * itself, a gap is filled by sending again, and a fork concerns the device (docs/adr/0022). */
static bool is_of_the_segment(fk_code code)
{
    return code != FK_ERR_QUOTA && code != FK_ERR_GAP && code != FK_ERR_FORK;
}

/* What follows in its chain waits with it; the rest of the run goes on. Each run tries it again. */
static fk_status stop_sending(fk_sync *sync, const fk_sent_place *place, fk_code code)
{
    sync->is_sending_over = true;
    sync->facts.is_forked = sync->facts.is_forked || code == FK_ERR_FORK;
    fk_sync_note(sync, code, "of a segment");
    if (!is_of_the_segment(code)) {
        return fk_ok();
    }
    return fk_store_segment_state(sync->config.store, place->compartment, &place->device, place->first_sequence,
                                  FK_SEGMENT_SEALED, (uint8_t)code);
}

/* --- asking -------------------------------------------------------------------------------------------- */

/* What does not fit is sent with the next request: FK_ERR_TOO_LARGE ends the visit. */
static fk_status append(void *ctx, const fk_segment_row *row)
{
    fk_sync *sync = ctx;
    fk_buffer *body = &sync->request.body;
    size_t count_max = sync->is_one_by_one ? 1 : FK_PUSH_SEGMENT_COUNT_MAX;
    if (sync->sent_count == count_max || body->size_bytes + row->bytes.size_bytes > FK_BODY_SIZE_BYTES_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    FK_TRY(fk_buffer_append(body, row->bytes));
    sync->sent[sync->sent_count++] = (fk_sent_place){
        .compartment = row->compartment,
        .device = row->device,
        .first_sequence = row->first_sequence,
        .last_sequence = row->last_sequence,
    };
    return fk_ok();
}

fk_status fk_push_begin(fk_sync *sync)
{
    sync->sent_count = 0;
    return fk_request_post(sync, "/v1/push", true, FK_FRAME_PUSH, 0);
}

fk_status fk_push_end(fk_sync *sync, fk_status visited, bool *has_request_out)
{
    bool is_full = visited.code == FK_ERR_TOO_LARGE && sync->sent_count > 0;
    FK_TRY(is_full ? fk_ok() : visited);
    fk_request_set_count(sync, FK_FRAME_PUSH, (uint32_t)sync->sent_count);
    *has_request_out = sync->sent_count > 0;
    return fk_ok();
}

fk_segment_visitor *const fk_push_visitor = append;

static fk_status count_what_is_here(fk_sync *sync)
{
    fk_progress_numbers numbers;
    if (sync->total > 0) {
        return fk_ok();
    }
    FK_TRY(fk_store_progress_numbers(sync->config.store, &numbers));
    sync->total = (uint32_t)numbers.device_operations;
    return fk_ok();
}

static fk_status mark_sent(fk_sync *sync, const fk_sent_place *place)
{
    return fk_store_segment_state(sync->config.store, place->compartment, &place->device, place->first_sequence,
                                  FK_SEGMENT_SENT, FK_OK);
}

fk_status fk_ask_push(fk_sync *sync, bool *has_request_out)
{
    if (sync->facts.is_forked) {
        fk_sync_note(sync, FK_ERR_FORK, "the hub holds another chain of this device");
        return fk_ok();
    }
    if (sync->push_refusal != FK_OK) {
        FK_TRY(stop_sending(sync, &sync->sent[0], sync->push_refusal));
        sync->push_refusal = FK_OK;
    }
    if (sync->is_sending_over) {
        return fk_ok();
    }
    FK_TRY(count_what_is_here(sync));
    FK_TRY(fk_seal_some(sync));
    FK_TRY(fk_push_begin(sync));
    fk_status status =
        fk_store_segments(sync->config.store, FK_SEGMENT_SEALED, FK_PUSH_SEGMENT_COUNT_MAX, append, sync);
    for (size_t i = 0; FK_PLANTED(SENT_BEFORE_ANSWER) && i < sync->sent_count; i++) {
        FK_TRY(mark_sent(sync, &sync->sent[i]));
    }
    return fk_push_end(sync, status, has_request_out);
}

/* --- answers --------------------------------------------------------------------------------------------- */

fk_status fk_pushed_read(fk_sync *sync, const fk_frame *frame, fk_code codes_out[FK_PUSH_SEGMENT_COUNT_MAX])
{
    fk_bytes rest = frame->rest;
    uint64_t log_number = 0;
    fk_digest log_hash;
    FK_TRY(fk_take_u64(&rest, &log_number));
    FK_TRY(fk_take_digest(&rest, &log_hash));
    if (frame->count != sync->sent_count) {
        return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "another number of segments than sent");
    }
    for (uint32_t i = 0; i < frame->count; i++) {
        fk_bytes item;
        FK_TRY(fk_take(&rest, 16, &item));
        codes_out[i] = (fk_code)fk_get_u16(item.data);
    }
    if (log_number > sync->facts.pushed_number) {
        sync->facts.pushed_number = log_number;
    }
    return fk_ok();
}

typedef struct firsts {
    uint64_t sequences[FK_PUSH_SEGMENT_COUNT_MAX];
    size_t count;
} firsts;

static fk_status add_first(void *ctx, const fk_segment_row *row)
{
    firsts *list = ctx;
    if (row->state == FK_SEGMENT_SENT) {
        list->sequences[list->count++] = row->first_sequence;
    }
    return fk_ok();
}

/* The hub lacks something it once acknowledged: all of the chain before this is sent again, and as it was put back,
 * what else it had may be gone as well. */
static fk_status send_again(fk_sync *sync, const fk_sent_place *place)
{
    fk_store *store = sync->config.store;
    firsts list = { .count = 0 };
    uint64_t after = 0;
    fk_heal_wish(sync);
    do {
        list.count = 0;
        FK_TRY(fk_store_chain(store, place->compartment, &place->device, after, FK_PUSH_SEGMENT_COUNT_MAX, add_first,
                              &list));
        for (size_t i = 0; i < list.count; i++) {
            FK_TRY(fk_store_segment_state(store, place->compartment, &place->device, list.sequences[i],
                                          FK_SEGMENT_SEALED, FK_OK));
            after = list.sequences[i];
        }
    } while (list.count > 0 && after < place->first_sequence);
    return fk_ok();
}

/* The whole request was refused: one by one it shows which segment it is. What is to be kept of that is kept when the
 * step asks again. */
bool fk_refused_push(fk_sync *sync, fk_code code)
{
    if (!fk_is_of_one_request(code)) {
        return false;
    }
    if (sync->sent_count > 1 && is_of_the_segment(code)) {
        sync->is_one_by_one = true;
    } else {
        sync->push_refusal = code;
    }
    return true;
}

fk_status fk_answer_push(fk_sync *sync, const fk_frame *frame)
{
    fk_code codes[FK_PUSH_SEGMENT_COUNT_MAX];
    FK_TRY(fk_pushed_read(sync, frame, codes));
    for (size_t i = 0; i < sync->sent_count; i++) {
        const fk_sent_place *place = &sync->sent[i];
        if (codes[i] == FK_ERR_GAP && sync->gap_count++ < GAP_COUNT_MAX) {
            return send_again(sync, place);
        }
        if (codes[i] != FK_OK && codes[i] != FK_ERR_EXISTS) {
            return stop_sending(sync, place, codes[i]);
        }
        FK_TRY(mark_sent(sync, place));
        sync->done += (uint32_t)(place->last_sequence - place->first_sequence + 1);
    }
    return fk_ok();
}
