/* When a vault locks: every sleep, clock and touch as a row of a table, with clocks that the test sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fk/lock.h"

enum { S = 1000, MINUTE = 60 * S };

static const uint8_t pin[FK_LOCK_PIN_SIZE_BYTES] = { '4', '0', '7', '1', '9', '3' };
static const uint8_t wrong_pin[FK_LOCK_PIN_SIZE_BYTES] = { '4', '0', '7', '1', '9', '4' };
static const fk_moment start = { UINT64_C(1790000000000), 5000 };

/* What happens: both clocks move by so much, then somebody does something. */
typedef enum event { END, LOOK, TOUCH, HIDE, SHOW, NOW, RIGHT, WRONG } event;
typedef struct step {
    event event;
    int64_t wall_ms;
    int64_t monotonic_ms;
    fk_lock_state state; /* after it */
} step;
typedef struct story {
    const char *name;
    bool has_no_pin;
    step steps[8];
} story;

#define BOTH(ms) (ms), (ms)

static const story stories[] = {
    { "idle_is_warm_at_the_limit_and_not_before",
      false,
      { { LOOK, BOTH(2 * MINUTE - 1), FK_LOCK_OPEN }, { LOOK, BOTH(1), FK_LOCK_WARM }, { END, 0, 0, 0 } } },
    { "idle_without_a_pin_is_cold", true, { { LOOK, BOTH(2 * MINUTE), FK_LOCK_COLD }, { END, 0, 0, 0 } } },
    { "a_touch_starts_the_time_anew",
      false,
      { { TOUCH, BOTH(119 * S), FK_LOCK_OPEN },
        { TOUCH, BOTH(119 * S), FK_LOCK_OPEN },
        { LOOK, BOTH(119 * S), FK_LOCK_OPEN },
        { LOOK, BOTH(1 * S), FK_LOCK_WARM },
        { END, 0, 0, 0 } } },
    { "the_first_touch_after_the_time_is_over_is_not_taken_for_the_person_who_left",
      false,
      { { TOUCH, BOTH(121 * S), FK_LOCK_WARM }, { TOUCH, BOTH(1), FK_LOCK_WARM }, { END, 0, 0, 0 } } },
    { "warm_becomes_cold_ten_minutes_after_the_last_sign_whoever_touches_meanwhile",
      false,
      { { LOOK, BOTH(2 * MINUTE), FK_LOCK_WARM },
        { TOUCH, BOTH(7 * MINUTE), FK_LOCK_WARM },
        { WRONG, BOTH(59 * S), FK_LOCK_WARM },
        { LOOK, BOTH(1 * S), FK_LOCK_COLD },
        { RIGHT, BOTH(1), FK_LOCK_COLD },
        { END, 0, 0, 0 } } },
    { "hidden_is_warm_after_half_a_minute",
      false,
      { { HIDE, BOTH(10 * S), FK_LOCK_OPEN },
        { HIDE, BOTH(20 * S), FK_LOCK_OPEN },
        { LOOK, BOTH(10 * S - 1), FK_LOCK_OPEN },
        { LOOK, BOTH(1), FK_LOCK_WARM },
        { END, 0, 0, 0 } } },
    { "seen_again_in_time_is_open_and_no_sign_of_a_person",
      false,
      { { HIDE, BOTH(0), FK_LOCK_OPEN },
        { SHOW, BOTH(29 * S), FK_LOCK_OPEN },
        { LOOK, BOTH(60 * S), FK_LOCK_OPEN },
        { LOOK, BOTH(31 * S), FK_LOCK_WARM },
        { END, 0, 0, 0 } } },
    { "seen_again_too_late_is_warm_although_nobody_looked_meanwhile",
      false,
      { { HIDE, BOTH(0), FK_LOCK_OPEN }, { SHOW, BOTH(30 * S), FK_LOCK_WARM }, { END, 0, 0, 0 } } },
    { "a_sleep_that_stops_the_monotonic_clock_counts_by_the_wall_clock",
      false,
      { { LOOK, 3 * MINUTE, 0, FK_LOCK_WARM }, { LOOK, 8 * MINUTE, 10, FK_LOCK_COLD }, { END, 0, 0, 0 } } },
    { "a_long_sleep_is_cold_at_once", false, { { TOUCH, 600 * MINUTE, 5, FK_LOCK_COLD }, { END, 0, 0, 0 } } },
    { "a_wall_clock_that_stands_still_is_cold",
      false,
      { { LOOK, 0, 6 * S, FK_LOCK_COLD }, { RIGHT, BOTH(1), FK_LOCK_COLD }, { END, 0, 0, 0 } } },
    { "a_clock_set_back_is_cold", false, { { LOOK, -60 * MINUTE, 1 * S, FK_LOCK_COLD }, { END, 0, 0, 0 } } },
    { "a_clock_set_back_behind_a_warm_lock_is_cold",
      false,
      { { NOW, BOTH(1 * S), FK_LOCK_WARM }, { RIGHT, -10 * S, 1 * S, FK_LOCK_COLD }, { END, 0, 0, 0 } } },
    { "a_clock_set_back_before_the_vault_was_opened_is_cold",
      false,
      { { LOOK, -(int64_t)1790000000000, 0, FK_LOCK_COLD }, { END, 0, 0, 0 } } },
    { "a_small_correction_of_the_clock_is_nothing",
      false,
      { { LOOK, -4 * S, 500, FK_LOCK_OPEN }, { TOUCH, 0, 400, FK_LOCK_OPEN }, { END, 0, 0, 0 } } },
    { "a_wall_clock_that_is_a_little_slow_hides_no_time",
      false,
      { { LOOK, 4 * S, 8 * S, FK_LOCK_OPEN }, { LOOK, 112 * S, 112 * S, FK_LOCK_WARM }, { END, 0, 0, 0 } } },
    { "a_clock_set_forward_counts_as_time",
      false,
      { { LOOK, 3 * MINUTE, 1 * S, FK_LOCK_WARM }, { RIGHT, BOTH(1 * S), FK_LOCK_OPEN }, { END, 0, 0, 0 } } },
    { "a_monotonic_clock_that_went_back_is_cold",
      false,
      { { LOOK, BOTH(10 * S), FK_LOCK_OPEN },
        { TOUCH, BOTH(1 * S), FK_LOCK_OPEN },
        { LOOK, 1 * S, -1, FK_LOCK_COLD },
        { END, 0, 0, 0 } } },
    { "at_once_is_warm_and_the_pin_opens",
      false,
      { { NOW, BOTH(5), FK_LOCK_WARM },
        { SHOW, BOTH(5), FK_LOCK_WARM },
        { RIGHT, BOTH(5), FK_LOCK_OPEN },
        { END, 0, 0, 0 } } },
    { "at_once_without_a_pin_is_cold", true, { { NOW, BOTH(5), FK_LOCK_COLD }, { END, 0, 0, 0 } } },
    { "three_wrong_pins_are_cold",
      false,
      { { NOW, BOTH(5), FK_LOCK_WARM },
        { WRONG, BOTH(5), FK_LOCK_WARM },
        { WRONG, BOTH(5), FK_LOCK_WARM },
        { WRONG, BOTH(5), FK_LOCK_COLD },
        { RIGHT, BOTH(5), FK_LOCK_COLD },
        { END, 0, 0, 0 } } },
    { "the_right_pin_gives_the_tries_back",
      false,
      { { NOW, BOTH(5), FK_LOCK_WARM },
        { WRONG, BOTH(5), FK_LOCK_WARM },
        { WRONG, BOTH(5), FK_LOCK_WARM },
        { RIGHT, BOTH(5), FK_LOCK_OPEN },
        { NOW, BOTH(5), FK_LOCK_WARM },
        { WRONG, BOTH(5), FK_LOCK_WARM },
        { WRONG, BOTH(5), FK_LOCK_WARM },
        { RIGHT, BOTH(5), FK_LOCK_OPEN } } },
    { "wrong_pins_while_open_do_nothing",
      false,
      { { WRONG, BOTH(5), FK_LOCK_OPEN },
        { WRONG, BOTH(5), FK_LOCK_OPEN },
        { WRONG, BOTH(5), FK_LOCK_OPEN },
        { LOOK, BOTH(5), FK_LOCK_OPEN },
        { END, 0, 0, 0 } } },
    { "opened_by_pin_the_time_begins_anew",
      false,
      { { LOOK, BOTH(5 * MINUTE), FK_LOCK_WARM },
        { RIGHT, BOTH(4 * MINUTE), FK_LOCK_OPEN },
        { LOOK, BOTH(119 * S), FK_LOCK_OPEN },
        { LOOK, BOTH(1 * S), FK_LOCK_WARM },
        { END, 0, 0, 0 } } },
};

static fk_lock_state act(fk_lock *lock, event event, fk_moment now)
{
    switch (event) {
    case LOOK:
        return fk_lock_look(lock, now);
    case TOUCH:
        return fk_lock_touch(lock, now);
    case HIDE:
        return fk_lock_hide(lock, now);
    case SHOW:
        return fk_lock_show(lock, now);
    case NOW:
        return fk_lock_now(lock, now);
    case RIGHT:
        return fk_lock_try_pin(lock, pin, now);
    case WRONG:
        return fk_lock_try_pin(lock, wrong_pin, now);
    case END:
        break;
    }
    return lock->state;
}

static void time_and_touches__as_in_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        const story *story = &stories[i];
        fk_lock lock;
        memset(&lock, 0xa5, sizeof lock);
        fk_lock_start(&lock, fk_lock_default_limits(), start);
        if (!story->has_no_pin) {
            assert_int_equal(fk_lock_choose_pin(&lock, pin, start).code, FK_OK);
        }
        fk_moment now = start;
        for (size_t k = 0; k < 8 && story->steps[k].event != END; k++) {
            const step *step = &story->steps[k];
            now.wall_ms += (uint64_t)step->wall_ms;
            now.monotonic_ms += (uint64_t)step->monotonic_ms;
            fk_lock_state became = act(&lock, step->event, now);
            if (became != step->state || lock.state != step->state) {
                fail_msg("%s: step %zu is %d", story->name, k, (int)became);
            }
        }
    }
}

static void cold__holds_no_pin(void **state)
{
    (void)state;
    static const uint8_t nothing[FK_LOCK_PIN_SIZE_BYTES] = { 0 };
    fk_lock lock;
    fk_lock_start(&lock, fk_lock_default_limits(), start);
    assert_int_equal(fk_lock_choose_pin(&lock, pin, start).code, FK_OK);
    assert_memory_equal(lock.pin, pin, sizeof pin);
    fk_moment late = { start.wall_ms + FK_LOCK_COLD_MS, start.monotonic_ms };
    assert_int_equal(fk_lock_look(&lock, late), FK_LOCK_COLD);
    assert_false(lock.has_pin);
    assert_memory_equal(lock.pin, nothing, sizeof nothing);
    assert_int_equal(fk_lock_choose_pin(&lock, pin, late).code, FK_ERR_WRONG_STATE);
    assert_memory_equal(lock.pin, nothing, sizeof nothing);
}

static void choose_pin__refuses_what_is_no_pin_and_what_is_tried_first(void **state)
{
    (void)state;
    static const struct {
        const char *pin;
        fk_code code;
    } rows[] = {
        { "407193", FK_OK },
        { "112233", FK_OK },
        { "123457", FK_OK },
        { "000000", FK_ERR_PIN_WEAK },
        { "999999", FK_ERR_PIN_WEAK },
        { "123456", FK_ERR_PIN_WEAK },
        { "456789", FK_ERR_PIN_WEAK },
        { "987654", FK_ERR_PIN_WEAK },
        { "543210", FK_ERR_PIN_WEAK },
        { "40719a", FK_ERR_INVALID_INPUT },
        { "40 193", FK_ERR_INVALID_INPUT },
        { "40719/", FK_ERR_INVALID_INPUT },
        { "40719:", FK_ERR_INVALID_INPUT },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fk_lock lock;
        fk_lock_start(&lock, fk_lock_default_limits(), start);
        assert_int_equal(fk_lock_choose_pin(&lock, (const uint8_t *)rows[i].pin, start).code, rows[i].code);
        assert_int_equal(lock.has_pin, rows[i].code == FK_OK);
    }
}

static void limits__survive_writing_and_nonsense_gives_the_defaults(void **state)
{
    (void)state;
    static const struct {
        fk_lock_limits limits;
        bool is_valid;
    } rows[] = {
        { { FK_LOCK_IDLE_S_MIN, FK_LOCK_HIDDEN_S_MIN }, true },
        { { FK_LOCK_IDLE_S_MAX, FK_LOCK_HIDDEN_S_MAX }, true },
        { { FK_LOCK_IDLE_S_MIN - 1, 30 }, false },
        { { FK_LOCK_IDLE_S_MAX + 1, 30 }, false },
        { { 120, FK_LOCK_HIDDEN_S_MIN - 1 }, false },
        { { 120, FK_LOCK_HIDDEN_S_MAX + 1 }, false },
        { { UINT32_MAX, UINT32_MAX }, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t bytes[FK_LOCK_LIMITS_SIZE_BYTES];
        assert_int_equal(fk_lock_limits_are_valid(rows[i].limits), rows[i].is_valid);
        fk_lock_limits_write(rows[i].limits, bytes);
        fk_lock_limits read = fk_lock_limits_read(fk_bytes_of(bytes, sizeof bytes));
        fk_lock_limits expected = rows[i].is_valid ? rows[i].limits : fk_lock_default_limits();
        assert_int_equal(read.idle_s, expected.idle_s);
        assert_int_equal(read.hidden_s, expected.hidden_s);
    }
    assert_int_equal(fk_lock_limits_read(fk_bytes_of(NULL, 0)).idle_s, FK_LOCK_IDLE_S_DEFAULT);
    assert_true(UINT64_C(1000) * FK_LOCK_IDLE_S_MAX < FK_LOCK_COLD_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_and_touches__as_in_the_table),
        cmocka_unit_test(cold__holds_no_pin),
        cmocka_unit_test(choose_pin__refuses_what_is_no_pin_and_what_is_tried_first),
        cmocka_unit_test(limits__survive_writing_and_nonsense_gives_the_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
