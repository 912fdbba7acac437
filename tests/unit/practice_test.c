/* A practice vault: it says so while open, keeps records like any other, and refuses each command of a team or of sync.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fk/protocol_codec.h"
#include "fk/protocol_gen.h"

#include "session_fixture.h"

static void make_practice(fixture *f, const char *prepare)
{
    fixture_init(f);
    assert_ok(call(f, "core.start", "{}"));
    assert_ok(call(f, "vault.prepare", prepare));
    assert_ok(call_key(f, "vault.create", right_key));
}

static void practice__is_said_while_open_and_for_good(void **state)
{
    (void)state;
    fixture f;
    make_practice(&f, "{\"memoryKib\":65536,\"isPractice\":true}");
    assert_has(call(&f, "vault.status", "{}"), "\"isPractice\":true");
    assert_ok(call(&f, "vault.lock", "{}"));
    assert_false(has(call(&f, "vault.status", "{}"), "isPractice"));
    assert_has(call_key(&f, "vault.unlock", right_key), "\"isPractice\":true");
    assert_has(call(&f, "vault.status", "{}"), "\"isPractice\":true");
    add_people(&f);
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "\"totalCount\":1");
    assert_has(call(&f, "vault.check", "{}"), "\"pagesGood\":true,\"rebuiltEqual\":true");
    fixture_free(&f);
}

static void practice__is_not_said_of_an_ordinary_vault(void **state)
{
    (void)state;
    static const char *const ways[] = { "{\"memoryKib\":65536}", "{\"memoryKib\":65536,\"isPractice\":false}" };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        fixture f;
        make_practice(&f, ways[i]);
        assert_has(call(&f, "vault.status", "{}"), "\"isPractice\":false");
        assert_ok(call(&f, "team.status", "{}"));
        fixture_free(&f);
    }
}

/* A choice of one vault does not stick to the next that the same session prepares. */
static void practice__ends_with_its_vault(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    assert_ok(call(&f, "core.start", "{}"));
    assert_ok(call(&f, "vault.prepare", "{\"memoryKib\":65536,\"isPractice\":true}"));
    assert_ok(call(&f, "vault.prepare", "{\"memoryKib\":65536}"));
    assert_ok(call_key(&f, "vault.create", right_key));
    assert_has(call(&f, "vault.status", "{}"), "\"isPractice\":false");
    fixture_free(&f);
}

/* A valid request for each command of a team or of sync. A new command belongs in here, or this test fails. */
static const struct {
    const char *name;
    const char *request;
} team_commands[] = {
    { "team.status", "{}" },
    { "team.members", "{}" },
    { "enrol.begin",
      "{\"timeMs\":1,\"code\":\"x\",\"hub\":\"https://hub.example\",\"deviceLabel\":\"d\",\"deviceKind\":"
      "\"tablet\"}" },
    { "enrol.confirm", "{}" },
    { "enrol.cancel", "{}" },
    { "invite.begin", "{\"timeMs\":1,\"administrator\":false}" },
    { "invite.list", "{}" },
    { "invite.confirm", "{\"timeMs\":1,\"inviteId\":\"" ID_CASE "\"}" },
    { "invite.withdraw", "{\"inviteId\":\"" ID_CASE "\"}" },
    { "sync.begin", "{\"timeMs\":1}" },
    { "sync.step", "12345678" },
    { "sync.cancel", "{}" },
    { "sync.status", "{}" },
    { "sync.items", "{\"state\":\"device\"}" },
};

static const char *request_of(const char *name)
{
    for (size_t i = 0; i < sizeof team_commands / sizeof team_commands[0]; i++) {
        if (strcmp(team_commands[i].name, name) == 0) {
            return team_commands[i].request;
        }
    }
    return NULL;
}

static bool is_of_a_team(const char *name)
{
    static const char *const families[] = { "team.", "enrol.", "invite.", "sync." };
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (strncmp(name, families[i], strlen(families[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void practice__joins_no_team_and_is_never_synced(void **state)
{
    (void)state;
    fixture f;
    make_practice(&f, "{\"memoryKib\":65536,\"isPractice\":true}");
    unsigned refused_count = 0;
    for (size_t i = 0; i < FK_COMMAND_COUNT; i++) {
        const char *name = fk_commands[i].name;
        if (!is_of_a_team(name)) {
            continue;
        }
        const char *request = request_of(name);
        assert_non_null(request);
        assert_refused(call(&f, name, request), "practice");
        refused_count++;
    }
    assert_int_equal(refused_count, sizeof team_commands / sizeof team_commands[0]);
    assert_ok(call(&f, "vault.lock", "{}"));
    assert_refused(call(&f, "sync.begin", "{\"timeMs\":1}"), "wrong-state");
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(practice__is_said_while_open_and_for_good),
        cmocka_unit_test(practice__is_not_said_of_an_ordinary_vault),
        cmocka_unit_test(practice__ends_with_its_vault),
        cmocka_unit_test(practice__joins_no_team_and_is_never_synced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
