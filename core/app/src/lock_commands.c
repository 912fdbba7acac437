/* lock_commands.c — the lock of the open vault (fk/lock.h) asked before every command, and its own commands. */
#include "dispatch_gen.h"
#include "session_internal.h"

#include "fk/banned.h"

static const char limits_key[] = "lock.limits";

/* What a warm lock lets through: nothing here shows or changes what somebody recorded. A run of sync that is under way
 * comes to its end, so that what was to reach a colleague does; none begins. The log is tidied away. */
static const uint32_t warm_commands[] = {
    FK_COMMAND_VAULT_CHECKPOINT, FK_COMMAND_CORE_START, FK_COMMAND_VAULT_STATUS, FK_COMMAND_VAULT_LOCK,
    FK_COMMAND_CONTENT_GET,      FK_COMMAND_SYNC_STEP,  FK_COMMAND_SYNC_STATUS,  FK_COMMAND_SYNC_CANCEL,
    FK_COMMAND_LOCK_STATE,       FK_COMMAND_LOCK_TOUCH, FK_COMMAND_LOCK_HIDDEN,  FK_COMMAND_LOCK_NOW,
    FK_COMMAND_LOCK_OPEN,
};

static bool is_for_warm(uint32_t command_id)
{
    for (size_t i = 0; i < sizeof warm_commands / sizeof *warm_commands; i++) {
        if (warm_commands[i] == command_id) {
            return true;
        }
    }
    return false;
}

static fk_moment now(const fk_session *session)
{
    const fk_clock *clock = session->host.clock;
    return (fk_moment){ clock->now_ms(clock->ctx), clock->monotonic_ms(clock->ctx) };
}

fk_status fk_session_start_lock(fk_session *session)
{
    if (!session->host.is_attended) {
        return fk_ok();
    }
    fk_arena arena;
    fk_arena_init(&arena, session->host.allocator, 4096);
    fk_bytes stored = { NULL, 0 };
    fk_status status = fk_store_meta_get(session->store, limits_key, &arena, &stored);
    /* Of a damaged vault what is whole can be looked at: times that cannot be read are the defaults. */
    if (fk_is_ok(status) || status.code == FK_ERR_NOT_FOUND || session->is_reading) {
        fk_lock_start(&session->lock, fk_lock_limits_read(stored), now(session));
        status = fk_ok();
    }
    fk_arena_reset(&arena);
    return status;
}

fk_status fk_session_watch(fk_session *session, uint32_t command_id)
{
    if (session->store == NULL || !session->host.is_attended) {
        return fk_ok();
    }
    switch (fk_lock_look(&session->lock, now(session))) {
    case FK_LOCK_COLD:
        fk_session_lock(session);
        return fk_ok();
    case FK_LOCK_WARM:
        return is_for_warm(command_id) ? fk_ok() : fk_status_of(FK_ERR_WARM_LOCKED);
    case FK_LOCK_OPEN:
        break;
    }
    return fk_ok();
}

/* What every command of the lock ends in. A lock that has become cold takes the keys with it. */
static fk_status answer(fk_session *session, fk_protocol_lock_view *view)
{
    static const fk_protocol_lock_state states[] = {
        [FK_LOCK_COLD] = FK_PROTOCOL_LOCK_STATE_COLD,
        [FK_LOCK_OPEN] = FK_PROTOCOL_LOCK_STATE_OPEN,
        [FK_LOCK_WARM] = FK_PROTOCOL_LOCK_STATE_WARM,
    };
    if (!session->host.is_attended) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    const fk_lock *lock = &session->lock;
    if (lock->state == FK_LOCK_COLD) {
        fk_session_lock(session);
    }
    view->state = states[lock->state];
    view->has_pin = lock->has_pin;
    view->tries_left = lock->tries_left;
    view->idle_s = lock->limits.idle_s;
    view->hidden_s = lock->limits.hidden_s;
    return fk_ok();
}

fk_status fk_handle_lock_state(fk_session *session, fk_arena *arena, const fk_lock_state_request *request,
                               fk_lock_state_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)error;
    return answer(session, &reply->lock);
}

fk_status fk_handle_lock_touch(fk_session *session, fk_arena *arena, const fk_lock_touch_request *request,
                               fk_lock_touch_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)error;
    fk_lock_touch(&session->lock, now(session));
    return answer(session, &reply->lock);
}

fk_status fk_handle_lock_hidden(fk_session *session, fk_arena *arena, const fk_lock_hidden_request *request,
                                fk_lock_hidden_reply *reply, fk_error *error)
{
    (void)arena;
    (void)error;
    if (request->is_hidden) {
        fk_lock_hide(&session->lock, now(session));
    } else {
        fk_lock_show(&session->lock, now(session));
    }
    return answer(session, &reply->lock);
}

fk_status fk_handle_lock_now(fk_session *session, fk_arena *arena, const fk_lock_now_request *request,
                             fk_lock_now_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)error;
    fk_lock_now(&session->lock, now(session));
    return answer(session, &reply->lock);
}

fk_status fk_handle_lock_pin(fk_session *session, fk_arena *arena, const fk_lock_pin_request *request,
                             fk_lock_pin_reply *reply, fk_error *error)
{
    (void)arena;
    (void)error;
    FK_TRY(fk_lock_choose_pin(&session->lock, request->raw.data, now(session)));
    return answer(session, &reply->lock);
}

fk_status fk_handle_lock_open(fk_session *session, fk_arena *arena, const fk_lock_open_request *request,
                              fk_lock_open_reply *reply, fk_error *error)
{
    (void)arena;
    (void)error;
    fk_lock_try_pin(&session->lock, request->raw.data, now(session));
    return answer(session, &reply->lock);
}

fk_status fk_handle_lock_limits(fk_session *session, fk_arena *arena, const fk_lock_limits_request *request,
                                fk_lock_limits_reply *reply, fk_error *error)
{
    (void)arena;
    (void)error;
    if (session->lock.state != FK_LOCK_OPEN) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    fk_lock_limits limits = { request->idle_s, request->hidden_s };
    uint8_t bytes[FK_LOCK_LIMITS_SIZE_BYTES];
    fk_lock_limits_write(limits, bytes);
    FK_TRY(fk_store_meta_put(session->store, limits_key, fk_bytes_of(bytes, sizeof bytes)));
    session->lock.limits = limits;
    return answer(session, &reply->lock);
}
