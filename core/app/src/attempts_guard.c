#include "attempts_guard.h"

#include <inttypes.h>

#include "session_internal.h"

#include "fk/banned.h"

enum {
    /* Of a wait, at most so much is served again after the app was closed; also how often it is written. */
    KEEP_EVERY_MS = 5000,
};

static uint64_t monotonic_ms(const fk_session *session)
{
    return session->host.clock->monotonic_ms(session->host.clock->ctx);
}

static void load(fk_session *session)
{
    if (!session->has_attempts) {
        fk_attempts_load(session->host.disk, &session->attempts);
        session->has_attempts = true;
        session->wait_counted_ms = monotonic_ms(session);
    }
}

/* What cannot be written is counted by this session all the same. */
static void keep(fk_session *session)
{
    fk_status status = fk_attempts_save(session->host.disk, &session->attempts);
    (void)status;
}

fk_guard_state fk_guard_look(fk_session *session)
{
    load(session);
    fk_attempts *attempts = &session->attempts;
    uint64_t now_ms = monotonic_ms(session);
    uint64_t passed_ms = now_ms > session->wait_counted_ms ? now_ms - session->wait_counted_ms : 0;
    uint64_t whole_ms = fk_attempts_wait_ms(attempts->wrong_count);
    uint64_t left_ms = whole_ms > attempts->waited_ms ? whole_ms - attempts->waited_ms : 0;
    bool is_over = passed_ms >= left_ms;
    if (left_ms > 0 && (is_over || passed_ms >= KEEP_EVERY_MS)) {
        attempts->waited_ms = is_over ? whole_ms : attempts->waited_ms + passed_ms;
        session->wait_counted_ms = now_ms;
        keep(session);
        left_ms = whole_ms - attempts->waited_ms;
        passed_ms = 0;
    }
    bool is_locked_out = fk_attempts_is_locked_out(attempts);
    return (fk_guard_state){
        .wrong_count = attempts->wrong_count,
        .wait_ms = is_locked_out ? 0 : left_ms - (left_ms > 0 ? passed_ms : 0),
        .is_locked_out = is_locked_out,
    };
}

fk_status fk_guard_begin_try(fk_session *session, fk_error *error)
{
    fk_guard_state state = fk_guard_look(session);
    if (state.is_locked_out) {
        return fk_status_of(FK_ERR_LOCKED_OUT);
    }
    if (state.wait_ms > 0) {
        fk_error_set(error, "%" PRIu64, state.wait_ms);
        return fk_status_of(FK_ERR_WAIT);
    }
    fk_attempts *attempts = &session->attempts;
    attempts->wrong_count += attempts->wrong_count < FK_ATTEMPTS_COUNT_MAX;
    attempts->waited_ms = 0;
    session->wait_counted_ms = monotonic_ms(session);
    keep(session);
    return fk_ok();
}

void fk_guard_opened(fk_session *session)
{
    load(session);
    if (session->attempts.wrong_count > 0) {
        session->attempts.wrong_count = 0;
        session->attempts.waited_ms = 0;
        keep(session);
    }
}

void fk_guard_set_other_way(fk_session *session, bool has_other_way)
{
    load(session);
    if (session->attempts.has_other_way != has_other_way) {
        session->attempts.has_other_way = has_other_way;
        keep(session);
    }
}
