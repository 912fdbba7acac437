/* machine.c — one run: ask, send, take, until nothing is wanted any more.
 *
 * The steps are a table in the order of docs/adr/0010. A step asks as long as it has something to ask, then the next
 * one does; each answer is taken in one transaction, and what a step asks next is prepared in another. */
#include "sync_internal.h"

#include <stdio.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"

#include "fk/banned.h"

typedef struct phase {
    fk_sync_phase shown;
    fk_ask *ask;
    fk_answer *answer;
    fk_answer_refused *refused; /* NULL: every error of the hub ends the run */
    fk_frame_kind expects;
} phase;

static const phase phases[FK_PHASE_COUNT] = {
    [FK_PHASE_ENROL] = { FK_SYNC_SIGNING_IN, fk_ask_enrol, fk_answer_enrol, fk_refused_enrol, FK_FRAME_ROSTER },
    [FK_PHASE_FOUND] = { FK_SYNC_TEAM, fk_ask_found, fk_answer_found, fk_refused_found, FK_FRAME_DONE },
    [FK_PHASE_CHALLENGE] = { FK_SYNC_SIGNING_IN, fk_ask_challenge, fk_answer_challenge, NULL, FK_FRAME_CHALLENGE },
    [FK_PHASE_AUTH] = { FK_SYNC_SIGNING_IN, fk_ask_auth, fk_answer_auth, fk_refused_auth, FK_FRAME_TOKEN },
    [FK_PHASE_ROSTER] = { FK_SYNC_ROSTER, fk_ask_roster, fk_answer_roster, NULL, FK_FRAME_ROSTER },
    [FK_PHASE_RETURN_ROSTER] = { FK_SYNC_ROSTER, fk_ask_return_roster, fk_answer_return_roster,
                                 fk_refused_return_roster, FK_FRAME_DONE },
    [FK_PHASE_OFFERED] = { FK_SYNC_ROSTER, fk_ask_offered, fk_answer_offered, fk_refused_offered, FK_FRAME_DONE },
    [FK_PHASE_OFFER_CODE] = { FK_SYNC_TEAM, fk_ask_offer_code, fk_answer_offer_code, fk_refused_offer_code,
                              FK_FRAME_DONE },
    [FK_PHASE_WITHDRAW_CODE] = { FK_SYNC_TEAM, fk_ask_withdraw_code, fk_answer_withdraw_code, fk_refused_alone,
                                 FK_FRAME_DONE },
    [FK_PHASE_READ_REQUESTS] = { FK_SYNC_TEAM, fk_ask_read_requests, fk_answer_read_requests, fk_refused_alone,
                                 FK_FRAME_ENROLLING },
    [FK_PHASE_ADMIT] = { FK_SYNC_TEAM, fk_ask_admit, fk_answer_admit, fk_refused_admit, FK_FRAME_DONE },
    [FK_PHASE_GIVE] = { FK_SYNC_TEAM, fk_ask_give, fk_answer_give, fk_refused_alone, FK_FRAME_DONE },
    [FK_PHASE_GRANTS] = { FK_SYNC_TEAM, fk_ask_grants, fk_answer_grants, fk_refused_alone, FK_FRAME_GRANTS },
    [FK_PHASE_PUSH] = { FK_SYNC_SENDING, fk_ask_push, fk_answer_push, fk_refused_push, FK_FRAME_PUSHED },
    [FK_PHASE_HAVE] = { FK_SYNC_SENDING, fk_ask_have, fk_answer_have, fk_refused_alone, FK_FRAME_HELD },
    [FK_PHASE_HEAL] = { FK_SYNC_SENDING, fk_ask_heal, fk_answer_heal, fk_refused_heal, FK_FRAME_PUSHED },
    [FK_PHASE_PULL] = { FK_SYNC_FETCHING, fk_ask_pull, fk_answer_pull, fk_refused_alone, FK_FRAME_PULLED },
    [FK_PHASE_POST_FRONTIER] = { FK_SYNC_CONFIRMING, fk_ask_post_frontier, fk_answer_post_frontier, fk_refused_alone,
                                 FK_FRAME_DONE },
    [FK_PHASE_READ_FRONTIERS] = { FK_SYNC_CONFIRMING, fk_ask_read_frontiers, fk_answer_read_frontiers, fk_refused_alone,
                                  FK_FRAME_FRONTIERS },
};

enum {
    HTTP_OK = 200,
    HTTP_TOO_MANY = 429,
    HTTP_UNAVAILABLE = 503,
    /* Inflated operations in one transaction, of which the store takes 12 MiB of pages: a row touches several. */
    TAKEN_SIZE_BYTES_MAX = 512 * 1024,
    SIGN_IN_COUNT_MAX = 3, /* in one run: a token can expire in the middle, and no oftener than that */
};

/* --- lifetime -------------------------------------------------------------------------------------- */

fk_status fk_sync_new(const fk_sync_config *config, fk_sync **sync_out)
{
    *sync_out = NULL;
    fk_sync *sync = fk_allocate(config->allocator, sizeof *sync);
    if (sync == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    sync->config = *config;
    fk_buffer_init(&sync->request.body, config->allocator, FK_BODY_SIZE_BYTES_MAX);
    fk_status status = fk_facts_load(config->store, config->allocator, &sync->facts);
    sync->facts_stored = sync->facts;
    fk_enrolment enrolment = { .is_there = false };
    if (fk_is_ok(status)) {
        status = fk_enrolment_load(config->store, config->allocator, &enrolment);
    }
    if (fk_is_ok(status) && (sync->facts.is_member || enrolment.is_there)) {
        const fk_id *agency = sync->facts.is_member ? &sync->facts.agency : &enrolment.code.agency;
        status = fk_sync_roster_copy(sync, agency, &sync->roster);
    }
    fk_wipe(&enrolment, sizeof enrolment);
    if (fk_is_ok(status)) {
        status = fk_names_load(sync);
    }
    if (!fk_is_ok(status)) {
        fk_sync_free(sync);
        return status;
    }
    *sync_out = sync;
    return fk_ok();
}

static void forget_offers(fk_sync *sync)
{
    fk_release(sync->config.allocator, sync->offers, FK_HAVE_CHAIN_COUNT_MAX * sizeof *sync->offers);
    sync->offers = NULL;
    sync->offer_count = sync->offer_index = 0;
}

void fk_sync_free(fk_sync *sync)
{
    if (sync == NULL) {
        return;
    }
    forget_offers(sync);
    fk_names_free(sync);
    fk_roster_free(sync->roster);
    fk_buffer_free(&sync->request.body);
    fk_release(sync->config.allocator, sync, sizeof *sync);
}

/* --- telling --------------------------------------------------------------------------------------- */

fk_status fk_sync_refuse(fk_sync *sync, fk_code code, const char *detail)
{
    sync->fault = code;
    (void)snprintf(sync->detail, sizeof sync->detail, "%s", detail);
    return fk_status_of(code);
}

void fk_sync_note(fk_sync *sync, fk_code code, const char *detail)
{
    if (sync->noted == FK_OK && !(FK_PLANTED(FORK_UNREPORTED) && code == FK_ERR_FORK)) {
        sync->noted = code;
        (void)snprintf(sync->detail, sizeof sync->detail, "%s", detail);
    }
}

uint64_t fk_sync_now_ms(const fk_sync *sync)
{
    const fk_clock *clock = sync->config.clock;
    uint64_t now_ms = clock->now_ms(clock->ctx);
    return sync->has_hub_time ? (uint64_t)((int64_t)now_ms - sync->clock_ahead_ms) : now_ms;
}

fk_sync_state fk_sync_status(const fk_sync *sync)
{
    int64_t ahead_ms = sync->clock_ahead_ms;
    return (fk_sync_state){
        .is_running = sync->is_running,
        .phase = sync->is_running && sync->phase < FK_PHASE_COUNT ? phases[sync->phase].shown : FK_SYNC_IDLE,
        .done = sync->done,
        .total = sync->total,
        .problem = (fk_code)sync->facts.problem,
        .problem_detail = sync->problem_detail,
        .retry_after_s = sync->retry_after_s,
        .last_synced_ms = sync->facts.last_synced_ms,
        .has_hub_time = sync->has_hub_time,
        .clock_ahead_ms = ahead_ms,
        .is_clock_wrong = ahead_ms > FK_SYNC_CLOCK_TOLERANCE_MS || ahead_ms < -FK_SYNC_CLOCK_TOLERANCE_MS,
        .is_forked = sync->facts.is_forked,
    };
}

/* --- transactions ------------------------------------------------------------------------------------ */

/* What changed in a step stands in the store before anything is built on it; or nothing changed. */
static fk_status end_transaction(fk_sync *sync, fk_status status)
{
    if (fk_is_ok(status) && memcmp(&sync->facts, &sync->facts_stored, sizeof sync->facts) != 0) {
        status = fk_facts_save(sync->config.store, sync->config.allocator, &sync->facts);
    }
    if (fk_is_ok(status)) {
        status = fk_store_commit(sync->config.store);
    }
    if (!fk_is_ok(status)) {
        fk_store_rollback(sync->config.store);
        fk_status reloaded = fk_sync_roster_reload(sync);
        (void)reloaded; /* without memory for it: entries are added to a copy of what is stored, never to this one */
        memcpy(&sync->facts, &sync->facts_stored, sizeof sync->facts);
        return status;
    }
    memcpy(&sync->facts_stored, &sync->facts, sizeof sync->facts);
    return status;
}

fk_status fk_sync_checkpoint(fk_sync *sync, size_t taken_bytes)
{
    sync->taken_bytes += taken_bytes;
    if (sync->taken_bytes < TAKEN_SIZE_BYTES_MAX) {
        return fk_ok();
    }
    sync->taken_bytes = 0;
    FK_TRY(end_transaction(sync, fk_ok()));
    return fk_store_begin(sync->config.store);
}

/* --- the run ------------------------------------------------------------------------------------------- */

/* Keep why the run ended. That this cannot be kept is no reason to hide it. */
static void end_run(fk_sync *sync, fk_code problem)
{
    sync->is_running = false;
    sync->is_asking = false;
    sync->phase = FK_PHASE_COUNT;
    fk_wipe(sync->token, sizeof sync->token);
    sync->has_token = false;
    forget_offers(sync);
    (void)snprintf(sync->problem_detail, sizeof sync->problem_detail, "%s", problem == FK_OK ? "" : sync->detail);
    sync->facts.problem = (uint8_t)problem;
    if (problem == FK_OK) {
        sync->facts.last_synced_ms = fk_sync_now_ms(sync);
    }
    fk_status status = fk_store_begin(sync->config.store);
    if (fk_is_ok(status)) {
        status = end_transaction(sync, status);
    }
    if (!fk_is_ok(status)) {
        sync->facts.problem = (uint8_t)problem;
    }
}

void fk_sync_jump(fk_sync *sync, fk_phase_index index)
{
    sync->phase = index;
    sync->is_jump = true;
}

/* Forget the run before; what belongs to the vault stays. */
static void clear_run(fk_sync *sync)
{
    forget_offers(sync);
    sync->is_asking = sync->is_jump = false;
    sync->phase = 0;
    sync->done = sync->total = 0;
    sync->fault = sync->noted = FK_OK;
    sync->detail[0] = '\0';
    sync->has_token = false;
    sync->sign_in_count = sync->roster_count = sync->head_moved_count = 0;
    sync->other_log_count = sync->roster_again_count = sync->gap_count = 0;
    sync->is_enrol_asked = sync->is_roster_fresh = sync->is_requests_read = sync->is_grants_read = false;
    sync->is_frontier_posted = sync->is_frontiers_read = sync->is_sending_over = sync->is_pull_over = false;
    sync->is_have_done = sync->is_healing = sync->is_heal_over = sync->is_code_over = sync->is_roster_lacking = false;
    sync->is_one_by_one = false;
    sync->push_refusal = FK_OK;
    sync->has_lacking = false;
    sync->roster_returned_from = 0;
    sync->retry_after_s = 0;
}

fk_status fk_sync_begin(fk_sync *sync)
{
    fk_enrolment enrolment;
    FK_TRY(fk_enrolment_load(sync->config.store, sync->config.allocator, &enrolment));
    bool is_wanted = sync->facts.is_member || enrolment.is_there;
    sync->agency = sync->facts.is_member ? sync->facts.agency : enrolment.code.agency;
    fk_wipe(&enrolment, sizeof enrolment);
    if (!is_wanted) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    clear_run(sync);
    /* What was sent and not seen in the log since may have gone with a hub that was put back. */
    sync->facts.is_heal_wanted = sync->facts.is_heal_wanted || sync->facts.pushed_number > 0;
    sync->is_running = true;
    return fk_ok();
}

void fk_sync_cancel(fk_sync *sync)
{
    if (sync->is_running) {
        sync->detail[0] = '\0';
        end_run(sync, FK_ERR_CANCELLED);
    }
}

/* The next phase that asks; FK_PHASE_COUNT at the end. */
static fk_status ask_next(fk_sync *sync)
{
    while (sync->phase < FK_PHASE_COUNT) {
        bool has_request = false;
        sync->is_jump = false;
        sync->taken_bytes = 0;
        FK_TRY(fk_store_begin(sync->config.store));
        FK_TRY(end_transaction(sync, phases[sync->phase].ask(sync, &has_request)));
        if (has_request) {
            sync->is_asking = true;
            return fk_ok();
        }
        if (!sync->is_jump) {
            sync->phase++;
            sync->done = sync->total = 0;
        }
    }
    return fk_ok();
}

static fk_status take_answer(fk_sync *sync, const fk_frame *frame)
{
    sync->taken_bytes = 0;
    FK_TRY(fk_store_begin(sync->config.store));
    return end_transaction(sync, phases[sync->phase].answer(sync, frame));
}

/* The same words about this device would be wrong on its screen. */
static bool is_fault_of_hub(fk_code code)
{
    return code == FK_ERR_NO_MEMORY || code == FK_ERR_DAMAGED || code == FK_ERR_FULL || code == FK_ERR_IO;
}

bool fk_is_of_one_request(fk_code code)
{
    return code != FK_ERR_BUSY && code != FK_ERR_TOKEN && code != FK_ERR_AUTH && code != FK_ERR_OTHER_HUB &&
           code != FK_ERR_NOT_A_HUB && !is_fault_of_hub(code);
}

bool fk_refused_alone(fk_sync *sync, fk_code code)
{
    if (!fk_is_of_one_request(code) || FK_PLANTED(REFUSAL_ENDS_RUN)) {
        return false;
    }
    fk_sync_note(sync, code, "told by the hub");
    fk_sync_jump(sync, (fk_phase_index)(sync->phase + 1));
    sync->done = sync->total = 0;
    return true;
}

/* An error the hub told by name. */
static fk_status take_error(fk_sync *sync, fk_code code)
{
    const phase *now = &phases[sync->phase];
    if (code == FK_ERR_TOKEN && sync->has_token && sync->sign_in_count < SIGN_IN_COUNT_MAX) {
        sync->has_token = false;
        fk_sync_jump(sync, FK_PHASE_CHALLENGE);
        return fk_ok();
    }
    if (now->refused != NULL) {
        FK_TRY(fk_store_begin(sync->config.store));
        bool is_dealt_with = now->refused(sync, code);
        FK_TRY(end_transaction(sync, fk_ok()));
        if (is_dealt_with) {
            return fk_ok();
        }
    }
    if (sync->fault != FK_OK) {
        return fk_status_of(sync->fault);
    }
    return fk_sync_refuse(sync, is_fault_of_hub(code) ? FK_ERR_BUSY : code, "told by the hub");
}

/* In the header of the answer, by the hub or what stands before it, or in the hub's own words; the longer counts. */
static void note_retry_after(fk_sync *sync, uint32_t seconds)
{
    uint32_t bounded = seconds < FK_SYNC_RETRY_AFTER_S_MAX ? seconds : FK_SYNC_RETRY_AFTER_S_MAX;
    sync->retry_after_s = bounded > sync->retry_after_s ? bounded : sync->retry_after_s;
}

static fk_status take_body(fk_sync *sync, uint16_t http_status, fk_bytes body)
{
    fk_frame frame;
    fk_status status = fk_frame_read(body, &frame);
    if (!fk_is_ok(status)) {
        bool is_busy = http_status == HTTP_TOO_MANY || http_status == HTTP_UNAVAILABLE;
        char text[40];
        (void)snprintf(text, sizeof text, "HTTP %u", (unsigned)http_status);
        return fk_sync_refuse(sync, is_busy ? FK_ERR_BUSY : (fk_code)status.code, text);
    }
    if (frame.kind == FK_FRAME_ERROR) {
        note_retry_after(sync, fk_get_u32(frame.rest.data));
        bool is_code = strcmp(fk_code_name((uint8_t)frame.count), "bug") != 0 && frame.count != FK_OK;
        return is_code ? take_error(sync, (fk_code)frame.count) : fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "error code");
    }
    if (http_status != HTTP_OK || frame.kind != phases[sync->phase].expects) {
        return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "another answer than asked for");
    }
    return take_answer(sync, &frame);
}

static const fk_code network_faults[] = {
    [FK_ANSWER_UNREACHABLE] = FK_ERR_UNREACHABLE,
    [FK_ANSWER_TIMED_OUT] = FK_ERR_TIMED_OUT,
    [FK_ANSWER_CUT] = FK_ERR_NOT_A_HUB,
    [FK_ANSWER_CANCELLED] = FK_ERR_CANCELLED,
};

static fk_status take(fk_sync *sync, fk_bytes answer)
{
    uint8_t kind = answer.data[0];
    sync->is_asking = false;
    if (kind == FK_ANSWER_HTTP) {
        fk_bytes body =
            fk_bytes_of(answer.data + FK_ANSWER_HEADER_SIZE_BYTES, answer.size_bytes - FK_ANSWER_HEADER_SIZE_BYTES);
        uint16_t http_status = fk_get_u16(answer.data + 2);
        note_retry_after(sync, http_status != HTTP_OK ? fk_get_u32(answer.data + 4) : 0);
        return take_body(sync, http_status, body);
    }
    return kind == FK_ANSWER_NONE ? fk_ok() : fk_sync_refuse(sync, network_faults[kind], "");
}

/* --- effects ------------------------------------------------------------------------------------------- */

static fk_status write_token(const fk_sync *sync, fk_buffer *effect)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof sync->token; i++) {
        FK_TRY(fk_buffer_append_byte(effect, (uint8_t)digits[sync->token[i] >> 4]));
        FK_TRY(fk_buffer_append_byte(effect, (uint8_t)digits[sync->token[i] & 15]));
    }
    return fk_ok();
}

static fk_status write_effect(const fk_sync *sync, fk_buffer *effect)
{
    uint8_t header[FK_EFFECT_HEADER_SIZE_BYTES] = { 0, FK_EFFECT_DONE };
    if (!sync->is_asking) {
        return fk_buffer_append(effect, fk_bytes_of(header, sizeof header));
    }
    const fk_request_plan *request = &sync->request;
    FK_ASSERT(!request->has_token || sync->has_token);
    header[1] = FK_EFFECT_REQUEST;
    header[2] = request->is_post ? 2 : 1;
    header[3] = request->has_token ? 1 : 0;
    fk_put_u16(header + 8, (uint16_t)strlen(request->path));
    fk_put_u32(header + 12, (uint32_t)request->body.size_bytes);
    FK_TRY(fk_buffer_append(effect, fk_bytes_of(header, sizeof header)));
    FK_TRY(fk_buffer_append(effect, fk_bytes_text(request->path)));
    if (request->has_token) {
        FK_TRY(write_token(sync, effect));
    }
    return fk_buffer_append(effect, fk_buffer_view(&request->body));
}

static fk_status check_answer(const fk_sync *sync, fk_bytes answer)
{
    if (answer.size_bytes < FK_ANSWER_HEADER_SIZE_BYTES || answer.data[0] > FK_ANSWER_CANCELLED ||
        (answer.data[0] != FK_ANSWER_HTTP && answer.size_bytes > FK_ANSWER_HEADER_SIZE_BYTES)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    bool is_first = answer.data[0] == FK_ANSWER_NONE;
    return sync->is_running && is_first != sync->is_asking ? fk_ok() : fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_sync_step(fk_sync *sync, fk_bytes answer, fk_buffer *effect_out)
{
    fk_buffer_clear(effect_out);
    FK_TRY(check_answer(sync, answer));
    fk_status status = take(sync, answer);
    if (fk_is_ok(status)) {
        status = ask_next(sync);
    }
    if (!fk_is_ok(status)) {
        bool is_ours = sync->fault == FK_OK;
        if (is_ours) {
            sync->detail[0] = '\0';
        }
        end_run(sync, is_ours ? (fk_code)status.code : sync->fault);
        FK_TRY(is_ours ? status : fk_ok());
    } else if (!sync->is_asking) {
        end_run(sync, sync->noted);
    }
    return write_effect(sync, effect_out);
}
