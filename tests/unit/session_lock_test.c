/* The lock as the page meets it: what a warm lock refuses, what opens it, and that a cold one has no keys. */
#include "session_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fk/protocol_codec.h"

static uint64_t now_ms = UINT64_C(1790000000000);

static uint64_t test_now_ms(void *ctx)
{
    (void)ctx;
    return now_ms;
}

static const fk_clock test_clock = { test_now_ms, test_now_ms, NULL };

static void make(fixture *f)
{
    fixture_init_attended(f, test_clock);
    make_vault(f);
    add_people(f);
}

static const char *choose_pin(fixture *f, const char *pin)
{
    return call_bytes(f, "lock.pin", fk_bytes_text(pin));
}

static const char *open_by(fixture *f, const char *pin)
{
    return call_bytes(f, "lock.open", fk_bytes_text(pin));
}

/* Commands that work behind a warm lock; every other is refused by name before its request is even read. */
static bool is_let_through(const char *name)
{
    static const char *const names[] = { "vault.checkpoint", "core.start",  "vault.status", "vault.lock", "content.get",
                                         "sync.step",        "sync.status", "sync.cancel",  "lock.state", "lock.touch",
                                         "lock.hidden",      "lock.now",    "lock.open" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void warm__refuses_every_command_that_shows_or_changes_a_record(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    assert_has(choose_pin(&f, "407193"), "\"state\":\"open\",\"hasPin\":true,\"triesLeft\":3");
    now_ms += 120000;
    assert_has(call(&f, "lock.state", "{}"), "\"state\":\"warm\"");
    unsigned refused_count = 0;
    for (size_t i = 0; i < FK_COMMAND_COUNT; i++) {
        const char *name = fk_commands[i].name;
        if (!is_let_through(name)) {
            assert_refused(call(&f, name, "{}"), "warm-locked");
            refused_count++;
        }
    }
    assert_true(refused_count > 30);
    assert_ok(call(&f, "content.get", "{\"name\":\"emergency\"}"));
    assert_ok(call(&f, "vault.status", "{}"));
    fixture_free(&f);
}

static void warm__the_pin_opens_and_everything_is_there(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    static char before[TEXT_SIZE_MAX];
    (void)snprintf(before, sizeof before, "%s", call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
    assert_ok(choose_pin(&f, "407193"));
    assert_has(call(&f, "lock.now", "{}"), "\"state\":\"warm\"");
    assert_has(open_by(&f, "407194"), "\"state\":\"warm\",\"hasPin\":true,\"triesLeft\":2");
    assert_refused(call(&f, "case.list", "{\"limit\":1}"), "warm-locked");
    assert_has(open_by(&f, "407193"), "\"state\":\"open\",\"hasPin\":true,\"triesLeft\":3");
    assert_string_equal(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), before);
    fixture_free(&f);
}

static void assert_cold(fixture *f)
{
    assert_refused(call(f, "case.list", "{\"limit\":1}"), "wrong-state");
    assert_has(call(f, "vault.status", "{}"), "\"state\":\"locked\"");
    assert_has(call(f, "lock.state", "{}"), "\"state\":\"cold\",\"hasPin\":false");
    assert_has(open_by(f, "407193"), "\"state\":\"cold\"");
    assert_refused(choose_pin(f, "407193"), "wrong-state");
}

static void cold__after_ten_minutes_three_wrong_pins_or_a_clock_set_back_only_the_passphrase_opens(void **state)
{
    (void)state;
    for (int how = 0; how < 4; how++) {
        fixture f;
        make(&f);
        if (how < 3) {
            assert_ok(choose_pin(&f, "407193"));
        }
        if (how == 0) {
            now_ms += 600000;
        } else if (how == 1) {
            assert_ok(call(&f, "lock.now", "{}"));
            assert_ok(open_by(&f, "000000"));
            assert_ok(open_by(&f, "000000"));
            assert_has(open_by(&f, "000000"), "\"state\":\"cold\"");
        } else if (how == 2) {
            now_ms -= 3600000;
        } else {
            assert_has(call(&f, "lock.now", "{}"), "\"state\":\"cold\"");
        }
        assert_cold(&f);
        assert_refused(call_key(&f, "vault.unlock", wrong_key), "auth");
        assert_ok(call_key(&f, "vault.unlock", right_key));
        assert_has(call(&f, "lock.state", "{}"), "\"state\":\"open\",\"hasPin\":false");
        fixture_free(&f);
    }
}

static void limits__are_kept_in_the_vault_and_bounded(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    assert_has(call(&f, "lock.state", "{}"), "\"idleS\":120,\"hiddenS\":30");
    assert_refused(call(&f, "lock.limits", "{\"idleS\":14,\"hiddenS\":30}"), "invalid-input");
    assert_refused(call(&f, "lock.limits", "{\"idleS\":541,\"hiddenS\":30}"), "invalid-input");
    assert_refused(call(&f, "lock.limits", "{\"idleS\":60,\"hiddenS\":4}"), "invalid-input");
    assert_ok(call(&f, "lock.limits", "{\"idleS\":15,\"hiddenS\":5}"));
    assert_ok(choose_pin(&f, "407193"));
    now_ms += 15000;
    assert_has(call(&f, "lock.state", "{}"), "\"state\":\"warm\"");
    assert_ok(call(&f, "vault.lock", "{}"));
    assert_ok(call_key(&f, "vault.unlock", right_key));
    assert_has(call(&f, "lock.state", "{}"),
               "\"state\":\"open\",\"hasPin\":false,\"triesLeft\":0,\"idleS\":15,\"hiddenS\":5");
    assert_ok(choose_pin(&f, "407193"));
    assert_ok(call(&f, "lock.hidden", "{\"isHidden\":true}"));
    now_ms += 5000;
    assert_has(call(&f, "lock.hidden", "{\"isHidden\":false}"), "\"state\":\"warm\"");
    fixture_free(&f);
}

/* The command line and the simulation leave a vault open for as long as they work. */
static void unattended__never_locks_by_time(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    f.clock = test_clock;
    make_vault(&f);
    now_ms += 3600000;
    assert_ok(call(&f, "case.list", "{\"limit\":1}"));
    assert_refused(call(&f, "lock.state", "{}"), "wrong-state");
    assert_refused(call(&f, "lock.limits", "{\"idleS\":15,\"hiddenS\":5}"), "wrong-state");
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warm__refuses_every_command_that_shows_or_changes_a_record),
        cmocka_unit_test(warm__the_pin_opens_and_everything_is_there),
        cmocka_unit_test(cold__after_ten_minutes_three_wrong_pins_or_a_clock_set_back_only_the_passphrase_opens),
        cmocka_unit_test(limits__are_kept_in_the_vault_and_bounded),
        cmocka_unit_test(unattended__never_locks_by_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
