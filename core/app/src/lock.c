#include "fk/lock.h"

#include <string.h>

#include "fk/memory.h"

#include "fk/banned.h"

fk_lock_limits fk_lock_default_limits(void)
{
    return (fk_lock_limits){ FK_LOCK_IDLE_S_DEFAULT, FK_LOCK_HIDDEN_S_DEFAULT };
}

bool fk_lock_limits_are_valid(fk_lock_limits limits)
{
    return limits.idle_s >= FK_LOCK_IDLE_S_MIN && limits.idle_s <= FK_LOCK_IDLE_S_MAX &&
           limits.hidden_s >= FK_LOCK_HIDDEN_S_MIN && limits.hidden_s <= FK_LOCK_HIDDEN_S_MAX;
}

void fk_lock_limits_write(fk_lock_limits limits, uint8_t bytes_out[FK_LOCK_LIMITS_SIZE_BYTES])
{
    for (unsigned i = 0; i < 4; i++) {
        bytes_out[i] = (uint8_t)(limits.idle_s >> (8 * i));
        bytes_out[4 + i] = (uint8_t)(limits.hidden_s >> (8 * i));
    }
}

fk_lock_limits fk_lock_limits_read(fk_bytes bytes)
{
    if (bytes.size_bytes != FK_LOCK_LIMITS_SIZE_BYTES) {
        return fk_lock_default_limits();
    }
    fk_lock_limits limits = { 0, 0 };
    for (unsigned i = 0; i < 4; i++) {
        limits.idle_s |= (uint32_t)bytes.data[i] << (8 * i);
        limits.hidden_s |= (uint32_t)bytes.data[4 + i] << (8 * i);
    }
    return fk_lock_limits_are_valid(limits) ? limits : fk_lock_default_limits();
}

static void forget_pin(fk_lock *lock)
{
    fk_wipe(lock->pin, sizeof lock->pin);
    lock->has_pin = false;
    lock->tries_left = 0;
}

void fk_lock_start(fk_lock *lock, fk_lock_limits limits, fk_moment now)
{
    forget_pin(lock);
    *lock = (fk_lock){ .state = FK_LOCK_OPEN, .limits = limits, .touched = now };
}

void fk_lock_end(fk_lock *lock)
{
    forget_pin(lock);
    lock->state = FK_LOCK_COLD;
}

/* Between two readings of one clock; 0 when it went back. */
static uint64_t passed_ms(uint64_t from_ms, uint64_t to_ms)
{
    return to_ms > from_ms ? to_ms - from_ms : 0;
}

static uint64_t away_ms(fk_moment from, fk_moment to)
{
    uint64_t by_wall_ms = passed_ms(from.wall_ms, to.wall_ms);
    uint64_t by_monotonic_ms = passed_ms(from.monotonic_ms, to.monotonic_ms);
    return by_wall_ms > by_monotonic_ms ? by_wall_ms : by_monotonic_ms;
}

/* Nobody can say how long it was: a clock that never goes back did, or the wall clock fell behind it. */
static bool is_unknown(fk_moment from, fk_moment to)
{
    if (to.monotonic_ms < from.monotonic_ms) {
        return true;
    }
    uint64_t by_monotonic_ms = to.monotonic_ms - from.monotonic_ms;
    return to.wall_ms < from.wall_ms ? from.wall_ms - to.wall_ms > FK_LOCK_SET_BACK_MS
                                     : to.wall_ms - from.wall_ms + FK_LOCK_SET_BACK_MS < by_monotonic_ms;
}

static void make_warm(fk_lock *lock)
{
    if (lock->has_pin) {
        lock->state = FK_LOCK_WARM;
    } else {
        fk_lock_end(lock);
    }
}

fk_lock_state fk_lock_look(fk_lock *lock, fk_moment now)
{
    if (lock->state == FK_LOCK_COLD) {
        return lock->state;
    }
    uint64_t idle_ms = away_ms(lock->touched, now);
    if (is_unknown(lock->touched, now) || idle_ms >= FK_LOCK_COLD_MS) {
        fk_lock_end(lock);
        return lock->state;
    }
    bool is_hidden_long = lock->is_hidden && away_ms(lock->hidden_since, now) >= UINT64_C(1000) * lock->limits.hidden_s;
    if (lock->state == FK_LOCK_OPEN && (is_hidden_long || idle_ms >= UINT64_C(1000) * lock->limits.idle_s)) {
        make_warm(lock);
    }
    return lock->state;
}

fk_lock_state fk_lock_touch(fk_lock *lock, fk_moment now)
{
    if (fk_lock_look(lock, now) == FK_LOCK_OPEN) {
        lock->touched = now;
    }
    return lock->state;
}

fk_lock_state fk_lock_hide(fk_lock *lock, fk_moment now)
{
    fk_lock_state state = fk_lock_look(lock, now);
    if (!lock->is_hidden) {
        lock->is_hidden = true;
        lock->hidden_since = now;
    }
    return state;
}

fk_lock_state fk_lock_show(fk_lock *lock, fk_moment now)
{
    fk_lock_state state = fk_lock_look(lock, now);
    lock->is_hidden = false;
    return state;
}

fk_lock_state fk_lock_now(fk_lock *lock, fk_moment now)
{
    if (fk_lock_look(lock, now) == FK_LOCK_OPEN) {
        make_warm(lock);
    }
    return lock->state;
}

static bool is_digits(const uint8_t pin[FK_LOCK_PIN_SIZE_BYTES])
{
    bool result = true;
    for (size_t i = 0; i < FK_LOCK_PIN_SIZE_BYTES; i++) {
        result = result && pin[i] >= '0' && pin[i] <= '9';
    }
    return result;
}

/* Each digit is the one before plus `step`. */
static bool is_run(const uint8_t pin[FK_LOCK_PIN_SIZE_BYTES], int step)
{
    bool result = true;
    for (size_t i = 1; i < FK_LOCK_PIN_SIZE_BYTES; i++) {
        result = result && pin[i] - pin[i - 1] == step;
    }
    return result;
}

fk_status fk_lock_choose_pin(fk_lock *lock, const uint8_t pin[FK_LOCK_PIN_SIZE_BYTES], fk_moment now)
{
    if (fk_lock_look(lock, now) != FK_LOCK_OPEN) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    if (!is_digits(pin)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    if (is_run(pin, 0) || is_run(pin, 1) || is_run(pin, -1)) {
        return fk_status_of(FK_ERR_PIN_WEAK);
    }
    memcpy(lock->pin, pin, sizeof lock->pin);
    lock->has_pin = true;
    lock->tries_left = FK_LOCK_PIN_TRIES_MAX;
    lock->touched = now;
    return fk_ok();
}

fk_lock_state fk_lock_try_pin(fk_lock *lock, const uint8_t pin[FK_LOCK_PIN_SIZE_BYTES], fk_moment now)
{
    if (fk_lock_look(lock, now) != FK_LOCK_WARM) {
        return lock->state;
    }
    if (fk_equal_constant_time(lock->pin, pin, sizeof lock->pin)) {
        lock->state = FK_LOCK_OPEN;
        lock->tries_left = FK_LOCK_PIN_TRIES_MAX;
        lock->is_hidden = false;
        lock->touched = now;
        return lock->state;
    }
    lock->tries_left--;
    if (lock->tries_left == 0) {
        fk_lock_end(lock);
    }
    return lock->state;
}
