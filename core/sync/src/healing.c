/* healing.c — a hub that lost something gets it back from whoever holds it (docs/PROTOCOL.md). */
#include "sync_internal.h"

#include <string.h>

#include "fk/banned.h"

enum { HAVE_PAUSE_MS = 60 * 60 * 1000 };

void fk_heal_wish(fk_sync *sync)
{
    sync->facts.is_heal_wanted = true;
    sync->facts.pull_after = 0;
    sync->facts.grants_after = 0;
    sync->facts.granted_count = 0;
    sync->facts.log_number = 0;
    sync->facts.pushed_number = 0;
    memset(&sync->facts.log_hash, 0, sizeof sync->facts.log_hash);
}

/* --- comparing ------------------------------------------------------------------------------------------- */

typedef struct having {
    fk_sync *sync;
    fk_id compartment;
    uint32_t count;
} having;

static fk_status add_chain(void *ctx, const fk_chain_head *head)
{
    having *have = ctx;
    fk_buffer *body = &have->sync->request.body;
    if (have->count == FK_HAVE_CHAIN_COUNT_MAX) {
        return fk_ok();
    }
    have->count++;
    FK_TRY(fk_append_id(body, &have->compartment));
    FK_TRY(fk_append_id(body, &head->device));
    FK_TRY(fk_append_u64(body, head->last_sequence));
    return fk_buffer_append(body, fk_bytes_of(head->id.bytes, sizeof head->id.bytes));
}

/* At most once an hour, or a hub that always says so would be sent everything for ever. */
fk_status fk_ask_have(fk_sync *sync, bool *has_request_out)
{
    uint64_t now_ms = fk_sync_now_ms(sync);
    uint64_t last_ms = sync->facts.have_ms;
    bool is_paused = last_ms > 0 && now_ms >= last_ms && now_ms - last_ms < HAVE_PAUSE_MS;
    if (!sync->facts.is_heal_wanted || sync->is_have_done || is_paused) {
        return fk_ok();
    }
    having have = { .sync = sync };
    FK_TRY(fk_store_compartment_id(sync->config.store, FK_COMPARTMENT_HOME, &have.compartment));
    FK_TRY(fk_request_post(sync, "/v1/have", true, FK_FRAME_HAVE, 0));
    FK_TRY(fk_store_chain_heads(sync->config.store, FK_COMPARTMENT_HOME, false, add_chain, &have));
    fk_request_set_count(sync, FK_FRAME_HAVE, have.count);
    *has_request_out = true;
    return fk_ok();
}

/* Where the hub stands in a chain, as far as this device can tell whether it is the same chain. */
static fk_status add_offer(fk_sync *sync, const fk_id *device, uint64_t last_sequence)
{
    if (sync->offer_count == FK_HAVE_CHAIN_COUNT_MAX) {
        return fk_ok();
    }
    fk_chain_head head;
    FK_TRY(fk_store_chain_head(sync->config.store, FK_COMPARTMENT_HOME, device, &head));
    if (last_sequence > head.last_sequence) {
        return fk_ok(); /* pulling brings it */
    }
    sync->offers[sync->offer_count++] = (fk_offer){ *device, last_sequence };
    return fk_ok();
}

fk_status fk_answer_have(fk_sync *sync, const fk_frame *frame)
{
    fk_bytes rest = frame->rest;
    fk_id home;
    FK_TRY(fk_store_compartment_id(sync->config.store, FK_COMPARTMENT_HOME, &home));
    if (sync->offers == NULL) {
        sync->offers = fk_allocate(sync->config.allocator, FK_HAVE_CHAIN_COUNT_MAX * sizeof *sync->offers);
    }
    if (sync->offers == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    sync->offer_count = sync->offer_index = 0;
    for (uint32_t i = 0; i < frame->count; i++) {
        fk_id compartment, device;
        fk_digest id;
        uint64_t last_sequence = 0;
        FK_TRY(fk_take_id(&rest, &compartment));
        FK_TRY(fk_take_id(&rest, &device));
        FK_TRY(fk_take_u64(&rest, &last_sequence));
        FK_TRY(fk_take_digest(&rest, &id));
        if (fk_id_equal(&compartment, &home)) {
            FK_TRY(add_offer(sync, &device, last_sequence));
        }
    }
    sync->is_have_done = sync->is_healing = true;
    sync->facts.pull_after = 0; /* what was left out before may be right this time */
    sync->facts.have_ms = fk_sync_now_ms(sync);
    return fk_ok();
}

/* --- offering ---------------------------------------------------------------------------------------------- */

fk_status fk_ask_heal(fk_sync *sync, bool *has_request_out)
{
    while (sync->offer_index < sync->offer_count && !*has_request_out) {
        const fk_offer *offer = &sync->offers[sync->offer_index];
        FK_TRY(fk_push_begin(sync));
        fk_status status = fk_store_chain(sync->config.store, FK_COMPARTMENT_HOME, &offer->device, offer->after,
                                          FK_PUSH_SEGMENT_COUNT_MAX, fk_push_visitor, sync);
        FK_TRY(fk_push_end(sync, status, has_request_out));
        sync->offer_index += *has_request_out ? 0 : 1;
    }
    if (!*has_request_out && sync->is_healing) {
        sync->is_healing = false;
        sync->is_heal_over = true;
    }
    return fk_ok();
}

/* A chain the hub does not want from us is left: its own device may do better. */
static void leave_chain(fk_sync *sync, fk_code code)
{
    fk_sync_note(sync, code, "while giving back what the hub lost");
    sync->offer_index++;
}

bool fk_refused_heal(fk_sync *sync, fk_code code)
{
    if (!fk_is_of_one_request(code)) {
        return false;
    }
    leave_chain(sync, code);
    return true;
}

fk_status fk_answer_heal(fk_sync *sync, const fk_frame *frame)
{
    fk_code codes[FK_PUSH_SEGMENT_COUNT_MAX];
    FK_TRY(fk_pushed_read(sync, frame, codes));
    fk_offer *offer = &sync->offers[sync->offer_index];
    for (size_t i = 0; i < sync->sent_count; i++) {
        if (codes[i] != FK_OK && codes[i] != FK_ERR_EXISTS) {
            leave_chain(sync, codes[i]);
            return fk_ok();
        }
        offer->after = sync->sent[i].last_sequence;
    }
    return fk_ok();
}
