/* sign_in.c — the hub proves its key, this device proves its own, a token is kept in memory. */
#include "sync_internal.h"

#include <string.h>

#include "fk/banned.h"

enum { HUB_SIGNED_SIZE_BYTES = FK_WIRE_KEY_SIZE_BYTES + FK_CHALLENGE_SIZE_BYTES + 8 + FK_ID_SIZE_BYTES };

/* A device that waits asks under its code (enrolment.c), and signs in only when the code is over. */
fk_status fk_ask_challenge(fk_sync *sync, bool *has_request_out)
{
    if (!sync->facts.is_member && !sync->is_code_over) {
        fk_sync_jump(sync, FK_PHASE_COUNT);
        return fk_ok();
    }
    if (sync->has_token) {
        return fk_ok();
    }
    *has_request_out = true;
    sync->sign_in_count++;
    FK_TRY(fk_request_post(sync, "/v1/auth/challenge", false, FK_FRAME_CHALLENGE_REQUEST, 0));
    FK_TRY(fk_append_id(&sync->request.body, &sync->agency));
    return fk_append_id(&sync->request.body, fk_sync_device(sync));
}

/* Signed by the hub's key over hub key || challenge || hub time || device. */
static fk_status check_challenge(fk_sync *sync, fk_bytes key, fk_bytes content, fk_bytes signature)
{
    uint8_t signed_bytes[HUB_SIGNED_SIZE_BYTES];
    memcpy(signed_bytes, content.data, content.size_bytes);
    memcpy(signed_bytes + content.size_bytes, fk_sync_device(sync)->bytes, FK_ID_SIZE_BYTES);
    fk_status status = fk_verify(key.data, FK_PURPOSE_HUB_CHALLENGE, &sync->agency,
                                 fk_bytes_of(signed_bytes, sizeof signed_bytes), signature.data);
    if (!fk_is_ok(status)) {
        return fk_sync_refuse(sync, FK_ERR_OTHER_HUB, "challenge");
    }
    if (sync->facts.has_hub_key && memcmp(sync->facts.hub_key, key.data, sizeof sync->facts.hub_key) != 0) {
        return fk_sync_refuse(sync, FK_ERR_OTHER_HUB, "hub key");
    }
    return fk_ok();
}

static void set_hub_time(fk_sync *sync, uint64_t hub_ms)
{
    const fk_clock *clock = sync->config.clock;
    sync->clock_ahead_ms = (int64_t)(clock->now_ms(clock->ctx) - hub_ms);
    sync->has_hub_time = true;
}

static bool is_time(uint64_t time_ms)
{
    return time_ms <= FK_SYNC_TIME_MS_MAX;
}

fk_status fk_answer_challenge(fk_sync *sync, const fk_frame *frame)
{
    fk_bytes rest = frame->rest;
    fk_bytes content = fk_bytes_of(rest.data, FK_WIRE_KEY_SIZE_BYTES + FK_CHALLENGE_SIZE_BYTES + 8);
    fk_bytes key, challenge, signature;
    uint64_t hub_ms = 0;
    FK_TRY(fk_take(&rest, FK_WIRE_KEY_SIZE_BYTES, &key));
    FK_TRY(fk_take(&rest, FK_CHALLENGE_SIZE_BYTES, &challenge));
    FK_TRY(fk_take_u64(&rest, &hub_ms));
    FK_TRY(fk_take(&rest, FK_WIRE_SIGNATURE_SIZE_BYTES, &signature));
    FK_TRY(check_challenge(sync, key, content, signature));
    if (!is_time(hub_ms)) {
        return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "hub time");
    }
    set_hub_time(sync, hub_ms);
    sync->facts.has_hub_key = true;
    memcpy(sync->facts.hub_key, key.data, sizeof sync->facts.hub_key);
    memcpy(sync->challenge, challenge.data, sizeof sync->challenge);
    fk_sync_jump(sync, FK_PHASE_AUTH);
    return fk_ok();
}

fk_status fk_ask_auth(fk_sync *sync, bool *has_request_out)
{
    if (sync->has_token) {
        return fk_ok();
    }
    *has_request_out = true;
    fk_buffer *body = &sync->request.body;
    FK_TRY(fk_request_post(sync, "/v1/auth", false, FK_FRAME_AUTH, 0));
    FK_TRY(fk_append_id(body, &sync->agency));
    FK_TRY(fk_append_id(body, fk_sync_device(sync)));
    FK_TRY(fk_buffer_append(body, fk_bytes_of(sync->facts.hub_key, sizeof sync->facts.hub_key)));
    FK_TRY(fk_buffer_append(body, fk_bytes_of(sync->challenge, sizeof sync->challenge)));
    /* hub key || challenge || device */
    uint8_t content[FK_WIRE_KEY_SIZE_BYTES + FK_CHALLENGE_SIZE_BYTES + FK_ID_SIZE_BYTES];
    memcpy(content, sync->facts.hub_key, FK_WIRE_KEY_SIZE_BYTES);
    memcpy(content + FK_WIRE_KEY_SIZE_BYTES, sync->challenge, FK_CHALLENGE_SIZE_BYTES);
    memcpy(content + FK_WIRE_KEY_SIZE_BYTES + FK_CHALLENGE_SIZE_BYTES, fk_sync_device(sync)->bytes, FK_ID_SIZE_BYTES);
    uint8_t signature[FK_SIGNATURE_SIZE_BYTES];
    fk_sign(sync->config.identity, FK_PURPOSE_AUTH, &sync->agency, fk_bytes_of(content, sizeof content), signature);
    return fk_buffer_append(body, fk_bytes_of(signature, sizeof signature));
}

fk_status fk_answer_auth(fk_sync *sync, const fk_frame *frame)
{
    fk_bytes rest = frame->rest;
    fk_bytes token;
    uint64_t expires_ms = 0;
    uint64_t hub_ms = 0;
    FK_TRY(fk_take(&rest, FK_TOKEN_SIZE_BYTES, &token));
    FK_TRY(fk_take_u64(&rest, &expires_ms));
    FK_TRY(fk_take_u64(&rest, &hub_ms));
    if (!is_time(hub_ms)) {
        return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "hub time");
    }
    set_hub_time(sync, hub_ms);
    memcpy(sync->token, token.data, sizeof sync->token);
    sync->has_token = true;
    fk_sync_jump(sync, FK_PHASE_ROSTER);
    return fk_ok();
}

/* Not in the roster, and the code is worth nothing any more: that is what the person can do something about. */
bool fk_refused_auth(fk_sync *sync, fk_code code)
{
    if (!sync->facts.is_member && code == FK_ERR_FORBIDDEN) {
        fk_enrolment_note(sync, FK_ERR_CODE_USED);
        fk_status refused = fk_sync_refuse(sync, FK_ERR_CODE_USED, "told by the hub");
        (void)refused; /* ends the run by the fault it left */
    }
    return false;
}
