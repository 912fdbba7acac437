/* Each merge class between two vaults: sets, lifecycle, versions; and what rests on a field in conflict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "two_vaults.h"

#define CONTACT "50000000000000000000000000000001"
#define INCIDENT "10000000000000000000000000000001"
#define NOON UINT64_C(1790000000000)

static const char *get(fixture *f)
{
    return call(f, "case.get", "{\"caseId\":\"" ID_CASE "\"}");
}

/* The contact of the victim, agreed by both. */
static void add_contact(two_vaults *both)
{
    assert_ok(save(&both->ann, "safe_contact", CONTACT,
                   CHANGE("person", "\"" ID_VICTIM
                                    "\"") "," CHANGE("safeToCall", "\"not_known\"") "," CHANGE("number", "\"01234\"")));
    assert_ok(commit(&both->ann, "\"" CONTACT "\""));
    exchange(both);
}

/* --- sets -------------------------------------------------------------------------------------- */

static void set__both_additions_are_kept(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(save(&both.ben, "case", ID_CASE, CHANGE("localFlags", "[\"LC_FGM\"]")));
    assert_ok(change(&both.ann, "case", ID_CASE, CHANGE("localFlags", "[\"LC_HBA\"]"), NOON, ""));
    exchange(&both);
    assert_ok(commit(&both.ben, "\"" ID_CASE "\"")); /* Ben never saw Ann's: he does not take it away */
    exchange(&both);
    assert_no_conflict(&both);
    assert_has(get(&both.ann), "\"localFlags\":[\"LC_FGM\",\"LC_HBA\"]");
    assert_has(get(&both.ben), "\"localFlags\":[\"LC_FGM\",\"LC_HBA\"]");
    two_vaults_free(&both);
}

static void set__what_a_colleague_took_away_meanwhile_stays_away(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "case", ID_CASE, CHANGE("localFlags", "[\"LC_HBA\"]"), NOON, ""));
    exchange(&both);
    assert_ok(save(&both.ben, "case", ID_CASE, CHANGE("localFlags", "[\"LC_FGM\",\"LC_HBA\"]")));
    assert_ok(change(&both.ann, "case", ID_CASE, CHANGE("localFlags", "null"), NOON + 1, ""));
    exchange(&both);
    assert_has(commit(&both.ben, "\"" ID_CASE "\""), "\"operationCount\":1");
    exchange(&both);
    assert_no_conflict(&both);
    assert_has(get(&both.ann), "\"localFlags\":[\"LC_FGM\"]");
    two_vaults_free(&both);
}

static void set__add_wins_until_somebody_decides(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "case", ID_CASE, CHANGE("localFlags", "[\"LC_HBA\"]"), NOON, ""));
    exchange(&both);
    /* Ben takes it away; Ann takes it away and adds it again, not knowing. */
    assert_ok(change(&both.ben, "case", ID_CASE, CHANGE("localFlags", "null"), NOON + 9, ""));
    assert_ok(change(&both.ann, "case", ID_CASE, CHANGE("localFlags", "null"), NOON + 1, ""));
    assert_ok(change(&both.ann, "case", ID_CASE, CHANGE("localFlags", "[\"LC_HBA\"]"), NOON + 2, ""));
    exchange(&both);
    assert_has(get(&both.ben), "\"localFlags\":[\"LC_HBA\"]");
    assert_has(conflicts(&both.ben), "\"field\":\"localFlags/LC_HBA\",\"mergeClass\":\"E\"");
    assert_refused(resolve_first(&both.ben, "\"value\":\"yes\"", "not so"), "invalid-input");
    assert_has(resolve_first(&both.ben, "\"value\":null", "it was not so"), "\"conflictCount\":0");
    exchange(&both);
    assert_no_conflict(&both);
    assert_false(has(get(&both.ann), "LC_HBA"));
    two_vaults_free(&both);
}

/* --- lifecycle and versions ----------------------------------------------------------------------- */

static void lifecycle__open_wins_over_closed(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "case", ID_CASE, CHANGE("status", "\"closed\""), NOON + 1, ""));
    exchange(&both);
    assert_ok(change(&both.ben, "case", ID_CASE, CHANGE("status", "\"open\""), NOON + 2, ""));
    assert_ok(change(&both.ann, "case", ID_CASE, CHANGE("status", "\"open\""), NOON + 3, ""));
    assert_ok(change(&both.ann, "case", ID_CASE, CHANGE("status", "\"closed\""), NOON + 9, ""));
    exchange(&both);
    assert_has(call(&both.ann, "case.list", "{\"limit\":10}"), "\"status\":\"open\"");
    assert_has(get(&both.ben), "\"status\":\"open\"");
    assert_has(conflicts(&both.ann), "\"field\":\"status\",\"mergeClass\":\"L\"");
    assert_ok(resolve_first(&both.ann, "\"value\":\"closed\"", "we agreed on the phone"));
    exchange(&both);
    assert_no_conflict(&both);
    assert_has(call(&both.ben, "case.list", "{\"limit\":10}"), "\"cases\":[]");
    two_vaults_free(&both);
}

/* Hidden by one while the other wrote to it: it is there again, flagged, until somebody decides. */
static void lifecycle__an_edit_reopens_what_was_hidden(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    add_history(&both.ann);
    exchange(&both);
    assert_ok(change(&both.ann, "incident", INCIDENT, CHANGE("state", "\"hidden\""), NOON + 1, "entered twice"));
    assert_ok(change(&both.ben, "incident", INCIDENT, CHANGE("policeReference", "\"CR/1\""), NOON + 2, ""));
    exchange(&both);
    fixture *devices[] = { &both.ann, &both.ben };
    for (size_t i = 0; i < 2; i++) {
        assert_has(get(devices[i]), "\"policeReference\":\"CR/1\"");
        assert_false(has(get(devices[i]), "\"state\":\"hidden\""));
        assert_has(conflicts(devices[i]), "\"field\":\"state\",\"mergeClass\":\"L\"");
        assert_has(conflicts(devices[i]), "\"reason\":\"entered twice\"");
    }
    assert_has(resolve_first(&both.ben, "\"value\":\"hidden\"", "it is the same one"), "\"conflictCount\":0");
    exchange(&both);
    assert_no_conflict(&both);
    assert_false(has(get(&both.ann), INCIDENT));
    assert_false(has(get(&both.ben), INCIDENT));
    two_vaults_free(&both);
}

/* Whoever hides it again, knowing the edit, need not go to the list of conflicts for it. */
static void lifecycle__hiding_again_is_a_decision(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    add_history(&both.ann);
    exchange(&both);
    assert_ok(change(&both.ann, "incident", INCIDENT, CHANGE("state", "\"hidden\""), NOON + 1, "entered twice"));
    assert_ok(change(&both.ben, "incident", INCIDENT, CHANGE("policeReference", "\"CR/1\""), NOON + 2, ""));
    exchange(&both);
    assert_has(change(&both.ben, "incident", INCIDENT, CHANGE("state", "\"hidden\""), NOON + 3, "the same"),
               "\"operationCount\":1");
    exchange(&both);
    assert_no_conflict(&both);
    assert_false(has(get(&both.ann), INCIDENT));
    two_vaults_free(&both);
}

static void narrative__versions_stand_side_by_side(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    add_history(&both.ann);
    exchange(&both);
    assert_ok(change(&both.ann, "incident", INCIDENT, CHANGE("description", "\"He came at night\""), NOON + 1, ""));
    assert_ok(change(&both.ben, "incident", INCIDENT, CHANGE("description", "\"He came at ten\""), NOON + 2, ""));
    exchange(&both);
    assert_has(conflicts(&both.ann), "\"field\":\"description\",\"mergeClass\":\"N\"");
    assert_has(conflicts(&both.ann), "\"value\":\"He came at night\"");
    assert_has(resolve_first(&both.ann, "\"value\":\"He came at ten, at night\"", "both are right"),
               "\"conflictCount\":0");
    exchange(&both);
    assert_no_conflict(&both);
    assert_has(get(&both.ben), "He came at ten, at night");
    two_vaults_free(&both);
}

/* What case.get says of a record. */
static unsigned conflict_count_of(fixture *f, const char *record)
{
    char name[80];
    (void)snprintf(name, sizeof name, "\"recordId\":\"%s\",\"type\"", record);
    const char *row = strstr(get(f), name);
    assert_non_null(row);
    const char *count = strstr(row, "\"conflictCount\":");
    assert_non_null(count);
    return (unsigned)strtoul(count + strlen("\"conflictCount\":"), NULL, 10);
}

/* --- what rests on a field in conflict ---------------------------------------------------------------- */

static void documents__say_that_what_they_rest_on_is_in_conflict(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    add_contact(&both);
    static const char evaluate[] = "{\"caseId\":\"" ID_CASE "\",\"evaluationDate\":\"2026-09-21\"}";
    assert_ok(change(&both.ann, "safe_contact", CONTACT, CHANGE("safeToCall", "\"no\""), NOON + 1, ""));
    assert_ok(change(&both.ben, "safe_contact", CONTACT, CHANGE("safeToCall", "\"yes\""), NOON + 2, ""));
    exchange(&both);
    /* No criterion rests on how to get in touch. */
    assert_has(call(&both.ann, "criteria.evaluate", evaluate), "\"conflictCount\":0}");
    assert_ok(change(&both.ann, "case", ID_CASE, CHANGE("transfer", "{\"movedOn\":\"2026-01-02\"}"), NOON + 1, ""));
    assert_ok(change(&both.ben, "case", ID_CASE, CHANGE("transfer", "{\"movedOn\":\"2026-03-04\"}"), NOON + 2, ""));
    exchange(&both);
    assert_has(call(&both.ann, "criteria.evaluate", evaluate), "\"conflictCount\":1}");
    begin_document(&both.ann, "assessment", ID_ASSESSMENT, NULL);
    fill_assessment(&both.ann, ID_ASSESSMENT, 14);
    const char *completed = complete(&both.ann, ID_ASSESSMENT);
    assert_ok(completed);
    assert_has(completed, "\"conflictCount\":1}");
    assert_has(
        call(&both.ann, "criteria.record",
             "{\"mutationId\":\"80000000000000000000000000000001\",\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE
             "\",\"recordId\":\"" ID_EVALUATION "\",\"evaluationDate\":\"2026-09-21\"}"),
        "\"conflictCount\":1}");
    exchange(&both);
    /* Marked until resolved, on the other device too. */
    assert_has(get(&both.ben), "\"recordId\":\"" ID_ASSESSMENT "\",\"type\":\"assessment\"");
    assert_has(call(&both.ben, "assessment.summary", "{\"recordId\":\"" ID_ASSESSMENT "\"}"), "\"yesCount\":14");
    assert_ok(resolve_first(&both.ben, "\"chosen\":1", "asked"));
    assert_ok(resolve_first(&both.ben, "\"chosen\":1", "asked"));
    exchange(&both);
    assert_no_conflict(&both);
    assert_has(call(&both.ann, "criteria.evaluate", evaluate), "\"conflictCount\":0}");
    two_vaults_free(&both);
}

/* A referral prints how to get in touch: it says that two workers disagree about it, and a checklist, which does not
 * print it, does not. */
static void referral__says_that_how_to_get_in_touch_is_in_conflict(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    add_contact(&both);
    begin_document(&both.ann, "assessment", ID_ASSESSMENT, NULL);
    fill_assessment(&both.ann, ID_ASSESSMENT, 14);
    assert_ok(complete(&both.ann, ID_ASSESSMENT));
    assert_ok(call(&both.ann, "criteria.record",
                   "{\"mutationId\":\"80000000000000000000000000000001\",\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE
                   "\",\"recordId\":\"" ID_EVALUATION "\",\"evaluationDate\":\"2026-09-21\"}"));
    begin_document(&both.ann, "referral", ID_PLAN, NULL); /* any unused id */
    assert_ok(save(&both.ann, "referral", ID_PLAN,
                   CHANGE("referredOn", "\"2026-09-21\"") "," CHANGE("worker", "\"W. Thorn\"") "," CHANGE(
                       "evaluation", "\"" ID_EVALUATION "\"") "," CHANGE("idvaReferral", "{\"answer\":\"yes\"}")));
    exchange(&both);
    assert_ok(change(&both.ann, "safe_contact", CONTACT, CHANGE("safeToCall", "\"no\""), NOON + 1, ""));
    assert_ok(change(&both.ben, "safe_contact", CONTACT, CHANGE("safeToCall", "\"yes\""), NOON + 2, ""));
    exchange(&both);
    assert_has(conflicts(&both.ann), "\"usedBy\":[\"referral\"]");
    assert_has(complete(&both.ann, ID_PLAN), "\"conflictCount\":1}");
    exchange(&both);
    fixture *devices[] = { &both.ann, &both.ben };
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(conflict_count_of(devices[i], ID_PLAN), 1);
        assert_int_equal(conflict_count_of(devices[i], ID_ASSESSMENT), 0);
    }
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON + 3, ""));
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\""), NOON + 4, ""));
    exchange(&both);
    assert_has(conflicts(&both.ben), "\"usedBy\":[\"assessment\",\"evaluation\",\"referral\"]");
    assert_int_equal(conflict_count_of(&both.ben, ID_PLAN), 2);
    assert_int_equal(conflict_count_of(&both.ben, ID_ASSESSMENT), 1);
    assert_ok(resolve_first(&both.ben, "\"chosen\":0", "asked"));
    assert_ok(resolve_first(&both.ben, "\"chosen\":0", "asked"));
    exchange(&both);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(conflict_count_of(devices[i], ID_PLAN), 0);
        assert_int_equal(conflict_count_of(devices[i], ID_ASSESSMENT), 0);
    }
    two_vaults_free(&both);
}

static const char *complete_at(fixture *f, const char *record, uint64_t time_ms)
{
    char request[1024];
    f->mutation_count++;
    (void)snprintf(request, sizeof request,
                   "{\"mutationId\":\"9%031u\",\"timeMs\":%llu,\"today\":\"2026-09-21\",\"recordId\":\"%s\"}",
                   f->mutation_count, (unsigned long long)time_ms, record);
    return call(f, "document.complete", request);
}

/* The checklist that counts is not the one of the fastest clock. */
static void documents__a_clock_ahead_makes_no_checklist_the_newest(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    static const char evaluate[] = "{\"caseId\":\"" ID_CASE "\",\"evaluationDate\":\"2026-09-21\"}";
    begin_document(&both.ben, "assessment", ID_ASSESSMENT, NULL);
    fill_assessment(&both.ben, ID_ASSESSMENT, 3);
    assert_ok(complete_at(&both.ben, ID_ASSESSMENT, NOON + 400 * UINT64_C(86400000)));
    exchange(&both);
    assert_has(call(&both.ann, "criteria.evaluate", evaluate), "\"yesCount\":3");
    begin_document(&both.ann, "assessment", ID_PLAN, NULL); /* any unused id */
    fill_assessment(&both.ann, ID_PLAN, 15);
    assert_ok(complete_at(&both.ann, ID_PLAN, NOON + 1));
    exchange(&both);
    assert_has(call(&both.ann, "criteria.evaluate", evaluate), "\"yesCount\":15");
    assert_has(call(&both.ben, "criteria.evaluate", evaluate), "\"yesCount\":15");
    two_vaults_free(&both);
}

/* The next version counts, however far ahead the clock of the one before was. */
static void documents__the_next_version_counts_whatever_the_clocks(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    static const char evaluate[] = "{\"caseId\":\"" ID_CASE "\",\"evaluationDate\":\"2026-09-21\"}";
    begin_document(&both.ben, "assessment", ID_ASSESSMENT, NULL);
    fill_assessment(&both.ben, ID_ASSESSMENT, 3);
    assert_ok(complete_at(&both.ben, ID_ASSESSMENT, NOON + UINT64_C(40000000))); /* 11 hours ahead */
    exchange(&both);
    begin_document(&both.ann, "assessment", ID_PLAN, ID_ASSESSMENT);
    fill_assessment(&both.ann, ID_PLAN, 15);
    assert_ok(save(&both.ann, "assessment", ID_PLAN, CHANGE("changeReason", "\"told more\"")));
    assert_ok(complete_at(&both.ann, ID_PLAN, NOON + 1));
    exchange(&both);
    assert_has(call(&both.ann, "criteria.evaluate", evaluate), "\"yesCount\":15");
    assert_has(call(&both.ben, "criteria.evaluate", evaluate), "\"yesCount\":15");
    two_vaults_free(&both);
}

static void decision__is_refused_where_nothing_may_change(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    begin_document(&both.ann, "assessment", ID_ASSESSMENT, NULL);
    fill_assessment(&both.ann, ID_ASSESSMENT, 14);
    assert_ok(complete(&both.ann, ID_ASSESSMENT));
    static const char worker[] =
        "{\"mutationId\":\"60000000000000000000000000000077\",\"timeMs\":1,\"caseId\":\"" ID_CASE
        "\",\"recordId\":\"%s\","
        "\"field\":\"%s\",\"seen\":[{\"deviceId\":\"" ID_CASE
        "\",\"sequence\":\"1\"}],\"value\":\"X\",\"reason\":\"so\"}";
    char request[2048];
    (void)snprintf(request, sizeof request, worker, ID_ASSESSMENT, "worker");
    assert_refused(call(&both.ann, "conflict.resolve", request), "frozen");
    (void)snprintf(request, sizeof request, worker, ID_VICTIM, "phone"); /* names a write that nobody made */
    assert_refused(call(&both.ann, "conflict.resolve", request), "invalid-input");
    (void)snprintf(request, sizeof request, worker, ID_VICTIM, "colour");
    assert_refused(call(&both.ann, "conflict.resolve", request), "invalid-input");
    (void)snprintf(request, sizeof request, worker, ID_REFERRAL, "worker");
    assert_refused(call(&both.ann, "conflict.resolve", request), "not-found");
    assert_refused(call(&both.ann, "field.history",
                        "{\"caseId\":\"" ID_CASE "\",\"recordId\":\"" ID_VICTIM "\",\"field\":\"colour\"}"),
                   "not-found");
    two_vaults_free(&both);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set__both_additions_are_kept),
        cmocka_unit_test(set__what_a_colleague_took_away_meanwhile_stays_away),
        cmocka_unit_test(set__add_wins_until_somebody_decides),
        cmocka_unit_test(lifecycle__open_wins_over_closed),
        cmocka_unit_test(lifecycle__an_edit_reopens_what_was_hidden),
        cmocka_unit_test(lifecycle__hiding_again_is_a_decision),
        cmocka_unit_test(narrative__versions_stand_side_by_side),
        cmocka_unit_test(documents__say_that_what_they_rest_on_is_in_conflict),
        cmocka_unit_test(referral__says_that_how_to_get_in_touch_is_in_conflict),
        cmocka_unit_test(documents__a_clock_ahead_makes_no_checklist_the_newest),
        cmocka_unit_test(documents__the_next_version_counts_whatever_the_clocks),
        cmocka_unit_test(decision__is_refused_where_nothing_may_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
