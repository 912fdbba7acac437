/* Drafts that are shared before they are finished: what the team sees, going on with them, and what they never do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "two_vaults.h"

#define INCIDENT "10000000000000000000000000000001"
#define EVALUATE "{\"caseId\":\"" ID_CASE "\",\"evaluationDate\":\"2026-09-21\"}"

static const char *get(fixture *f)
{
    return call(f, "case.get", "{\"caseId\":\"" ID_CASE "\"}");
}

static const char *share(fixture *f, const char *record)
{
    char request[512];
    f->mutation_count++;
    (void)snprintf(request, sizeof request, "{\"mutationId\":\"3%031u\",\"timeMs\":1790000000500,\"recordId\":\"%s\"}",
                   f->mutation_count, record);
    return call(f, "draft.share", request);
}

static const char *summary(fixture *f)
{
    return call(f, "assessment.summary", "{\"recordId\":\"" ID_ASSESSMENT "\"}");
}

static void begin_checklist(fixture *f, unsigned yes_count)
{
    begin_document(f, "assessment", ID_ASSESSMENT, NULL);
    fill_assessment(f, ID_ASSESSMENT, yes_count);
}

/* Both have it as a record that nobody completed, and neither as a draft. */
static void assert_unfinished(two_vaults *both, const char *record)
{
    fixture *devices[] = { &both->ann, &both->ben };
    char as_record[80];
    (void)snprintf(as_record, sizeof as_record, "\"recordId\":\"%s\",\"type\"", record);
    for (size_t i = 0; i < 2; i++) {
        const char *file = get(devices[i]);
        const char *row = strstr(file, as_record);
        assert_non_null(row);
        assert_null(strstr(row, "\"completedOn\""));
        assert_has(file, "\"drafts\":[]");
        assert_has(call(devices[i], "draft.unshared", "{}"), "\"drafts\":[]");
    }
}

static void share__gives_the_team_what_is_answered_so_far(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    begin_checklist(&both.ann, 5);
    assert_has(call(&both.ann, "draft.unshared", "{}"),
               "{\"recordId\":\"" ID_ASSESSMENT "\",\"type\":\"assessment\",\"caseId\":\"" ID_CASE
               "\",\"victimName\":\"");
    assert_has(share(&both.ann, ID_ASSESSMENT), "\"keptCount\":0");
    exchange(&both);
    assert_unfinished(&both, ID_ASSESSMENT);
    assert_has(summary(&both.ben), "\"yesCount\":5");
    assert_no_conflict(&both);
    two_vaults_free(&both);
}

/* No criterion rests on what nobody finished, and no version is replaced by it. */
static void share__counts_for_nothing_until_it_is_completed(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    begin_checklist(&both.ann, 15);
    assert_ok(share(&both.ann, ID_ASSESSMENT));
    exchange(&both);
    fixture *devices[] = { &both.ann, &both.ben };
    for (size_t i = 0; i < 2; i++) {
        assert_null(strstr(call(devices[i], "criteria.evaluate", EVALUATE), "\"assessmentId\""));
    }
    assert_ok(complete(&both.ben, ID_ASSESSMENT));
    exchange(&both);
    begin_document(&both.ann, "assessment", ID_PLAN, ID_ASSESSMENT); /* any unused id */
    fill_assessment(&both.ann, ID_PLAN, 3);
    assert_ok(share(&both.ann, ID_PLAN));
    exchange(&both);
    for (size_t i = 0; i < 2; i++) {
        const char *result = call(devices[i], "criteria.evaluate", EVALUATE);
        assert_has(result, "\"assessmentId\":\"" ID_ASSESSMENT "\"");
        assert_has(result, "\"yesCount\":15");
    }
    assert_refused(call(&both.ben, "document.begin",
                        "{\"timeMs\":1,\"caseId\":\"" ID_CASE "\",\"recordId\":\"" ID_REFERRAL
                        "\",\"type\":\"assessment\",\"previousId\":\"" ID_PLAN "\"}"),
                   "invalid-input");
    two_vaults_free(&both);
}

static void share__a_plan_sets_no_review_until_it_is_completed(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    begin_document(&both.ann, "safety_plan", ID_PLAN, NULL);
    assert_ok(save(&both.ann, "safety_plan", ID_PLAN,
                   CHANGE("plannedOn", "\"2026-09-21\"") "," CHANGE("worker", "\"W. Thorn\"") "," CHANGE(
                       "nextReviewOn", "\"2026-12-24\"")));
    assert_ok(share(&both.ann, ID_PLAN));
    exchange(&both);
    assert_null(strstr(call(&both.ben, "case.list", "{\"limit\":10}"), "2026-12-24"));
    assert_ok(complete(&both.ben, ID_PLAN));
    exchange(&both);
    assert_has(call(&both.ann, "case.list", "{\"limit\":10}"), "2026-12-24");
    two_vaults_free(&both);
}

/* Whoever shared it goes on; what is completed then never changes. */
static void share__its_author_goes_on_and_completes_it(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    begin_checklist(&both.ann, 5);
    assert_ok(share(&both.ann, ID_ASSESSMENT));
    assert_ok(save(&both.ann, "assessment", ID_ASSESSMENT, CHANGE("wishes", "\"to be left alone\"")));
    assert_has(call(&both.ann, "draft.unshared", "{}"), ID_ASSESSMENT);
    assert_has(call(&both.ann, "document.check", "{\"recordId\":\"" ID_ASSESSMENT "\"}"), "\"gaps\":[]");
    assert_ok(complete(&both.ann, ID_ASSESSMENT));
    exchange(&both);
    assert_has(get(&both.ben), "\"wishes\":\"to be left alone\"");
    assert_has(get(&both.ben), "\"completedOn\":\"2026-09-21\"");
    assert_refused(save(&both.ben, "assessment", ID_ASSESSMENT, CHANGE("wishes", "\"x\"")), "frozen");
    assert_refused(complete(&both.ben, ID_ASSESSMENT), "frozen");
    assert_no_conflict(&both);
    two_vaults_free(&both);
}

/* A colleague goes on with it, and what the author changes meanwhile without having seen that takes nothing away. */
static void share__two_go_on_and_nothing_is_lost(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    begin_checklist(&both.ann, 5);
    assert_ok(save(&both.ann, "assessment", ID_ASSESSMENT, CHANGE("wishes", "\"first\"")));
    assert_ok(share(&both.ann, ID_ASSESSMENT));
    exchange(&both);
    assert_ok(save(&both.ben, "assessment", ID_ASSESSMENT, CHANGE("wishes", "\"second\"")));
    assert_ok(share(&both.ben, ID_ASSESSMENT));
    assert_ok(save(&both.ann, "assessment", ID_ASSESSMENT, CHANGE("weaponsAccess", "\"a knife\"")));
    assert_ok(complete(&both.ann, ID_ASSESSMENT));
    exchange(&both);
    assert_no_conflict(&both);
    fixture *devices[] = { &both.ann, &both.ben };
    for (size_t i = 0; i < 2; i++) {
        assert_has(get(devices[i]), "\"wishes\":\"second\"");
        assert_has(get(devices[i]), "\"weaponsAccess\":\"a knife\"");
        assert_has(get(devices[i]), "\"completedOn\":\"2026-09-21\"");
    }
    two_vaults_free(&both);
}

/* Both answer one topic: both answers are kept, and the one that assumes least safety is shown. */
static void share__two_who_disagree_are_both_kept(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    begin_checklist(&both.ann, 5);
    assert_ok(share(&both.ann, ID_ASSESSMENT));
    exchange(&both);
    assert_ok(save(&both.ann, "assessment", ID_ASSESSMENT, CHANGE("answer/D24_CRIMINAL", "{\"answer\":\"yes\"}")));
    assert_ok(
        save(&both.ben, "assessment", ID_ASSESSMENT, CHANGE("answer/D24_CRIMINAL", "{\"answer\":\"dont_know\"}")));
    assert_ok(share(&both.ann, ID_ASSESSMENT));
    assert_ok(share(&both.ben, ID_ASSESSMENT));
    exchange(&both);
    assert_has(conflicts(&both.ann), "\"field\":\"answer/D24_CRIMINAL\",\"mergeClass\":\"S\"");
    assert_has(summary(&both.ben), "\"yesCount\":6");
    two_vaults_free(&both);
}

/* What cannot stand in a record yet stays a draft: nothing that was typed is lost. */
static void share__half_a_value_stays_in_the_draft(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    begin_document(&both.ann, "safety_plan", ID_PLAN, NULL);
    assert_ok(save(&both.ann, "safety_plan", ID_PLAN,
                   CHANGE("item/one", "{\"who\":\"her sister\"}") "," CHANGE("situation", "\"left\"")));
    assert_has(share(&both.ann, ID_PLAN), "\"keptCount\":1");
    exchange(&both);
    assert_has(get(&both.ben), "\"situation\":\"left\"");
    assert_null(strstr(get(&both.ben), "her sister"));
    const char *drafts = strstr(get(&both.ann), "\"drafts\":");
    assert_has(drafts, "her sister");
    assert_null(strstr(drafts, "\"situation\""));
    two_vaults_free(&both);
}

static void share__is_made_once_and_only_of_documents(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    begin_checklist(&both.ann, 5);
    char first[256];
    (void)snprintf(first, sizeof first, "%s", share(&both.ann, ID_ASSESSMENT));
    both.ann.mutation_count--;
    assert_string_equal(share(&both.ann, ID_ASSESSMENT), first);
    assert_refused(share(&both.ann, ID_ASSESSMENT), "not-found"); /* nothing is drafted of it any more */
    assert_ok(save(&both.ann, "incident", INCIDENT, CHANGE("description", "\"He came\"")));
    assert_refused(share(&both.ann, INCIDENT), "invalid-input");
    assert_has(get(&both.ann), "\"recordId\":\"" INCIDENT "\",\"type\":\"incident\",\"caseId\"");
    /* Nor is it changed past its draft. */
    assert_refused(
        change(&both.ann, "assessment", ID_ASSESSMENT, CHANGE("wishes", "\"x\""), UINT64_C(1790000000600), ""),
        "frozen");
    two_vaults_free(&both);
}

/* A draft that was discarded takes back what was typed since it was shared, and nothing of what the team has. */
static void share__discarding_leaves_what_the_team_has(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    begin_checklist(&both.ann, 5);
    assert_ok(share(&both.ann, ID_ASSESSMENT));
    assert_ok(save(&both.ann, "assessment", ID_ASSESSMENT, CHANGE("wishes", "\"typed and thrown away\"")));
    assert_ok(call(&both.ann, "draft.discard", "{\"recordId\":\"" ID_ASSESSMENT "\"}"));
    exchange(&both);
    assert_unfinished(&both, ID_ASSESSMENT);
    assert_null(strstr(get(&both.ben), "thrown away"));
    two_vaults_free(&both);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(share__gives_the_team_what_is_answered_so_far),
        cmocka_unit_test(share__counts_for_nothing_until_it_is_completed),
        cmocka_unit_test(share__a_plan_sets_no_review_until_it_is_completed),
        cmocka_unit_test(share__its_author_goes_on_and_completes_it),
        cmocka_unit_test(share__two_go_on_and_nothing_is_lost),
        cmocka_unit_test(share__two_who_disagree_are_both_kept),
        cmocka_unit_test(share__half_a_value_stays_in_the_draft),
        cmocka_unit_test(share__is_made_once_and_only_of_documents),
        cmocka_unit_test(share__discarding_leaves_what_the_team_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
