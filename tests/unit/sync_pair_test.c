/* Two devices and a real hub: founding, joining, what one records the other reads, edits both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sync_bench.h"

static void founding__makes_an_agency_of_one(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init(&bench);
    fixture *f = &bench.devices[0];
    assert_has(call(f, "team.status", "{}"), "\"state\":\"alone\"");
    assert_refused(call(f, "sync.begin", "{\"timeMs\":1}"), "wrong-state");
    sync_found(&bench);
    const char *status = call(f, "team.status", "{}");
    assert_has(status, "\"personName\":\"Ada Admin\"");
    assert_has(status, "\"teamName\":\"Outreach\"");
    assert_has(status, "\"isAdministrator\":true");
    assert_has(status, "\"hub\":\"http://localhost:8080\"");
    assert_has(call(f, "team.members", "{}"), "\"label\":\"Blue tablet\",\"kind\":\"tablet\"");
    sync_bench_free(&bench);
}

static void joining__shows_the_same_words_and_ends_in_the_team(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init(&bench);
    sync_found(&bench);
    sync_join(&bench, 1, FK_DEVICE_OFFICE);
    const char *status = call(&bench.devices[1], "team.status", "{}");
    assert_has(status, "\"personName\":\"Bo Worker\"");
    assert_has(status, "\"teamName\":\"Outreach\"");
    assert_has(status, "\"isAdministrator\":false");
    assert_has(call(&bench.devices[0], "invite.list", "{}"), "\"state\":\"done\"");
    assert_has(call(&bench.devices[0], "team.members", "{}"), "Bo Worker");
    sync_bench_free(&bench);
}

static void records__travel_both_ways_and_are_confirmed(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init(&bench);
    fixture *tablet = &bench.devices[0];
    fixture *office = &bench.devices[1];
    add_people(tablet); /* before anybody belongs to anything */
    sync_found(&bench);
    assert_has(call(tablet, "sync.status", "{}"), "\"deviceCount\":0");
    sync_join(&bench, 1, FK_DEVICE_OFFICE);
    const char *list = call(office, "case.list", "{\"limit\":10}");
    assert_has(list, "Si\303\242n Alder");
    assert_has(list, "\"totalCount\":1");
    assert_null(sync_run(&bench, 0));
    assert_has(call(tablet, "case.list", "{\"limit\":10}"), "\"progress\":\"confirmed\"");
    assert_has(call(tablet, "sync.status", "{}"), "\"sentCount\":0");

    assert_ok(save(office, "case", ID_CASE, CHANGE("reference", "\"NM-8\"")));
    assert_ok(commit(office, "\"" ID_CASE "\""));
    assert_null(sync_run(&bench, 1));
    assert_null(sync_run(&bench, 0));
    assert_has(call(tablet, "case.list", "{\"limit\":10}"), "\"reference\":\"NM-8\"");
    for (size_t i = 0; i < 2; i++) {
        assert_has(call(&bench.devices[i], "vault.check", "{}"), "\"rebuiltEqual\":true");
    }
    sync_bench_free(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(founding__makes_an_agency_of_one),
        cmocka_unit_test(joining__shows_the_same_words_and_ends_in_the_team),
        cmocka_unit_test(records__travel_both_ways_and_are_confirmed),
    };
    return cmocka_run_group_tests_name("sync_pair", tests, NULL, NULL);
}
