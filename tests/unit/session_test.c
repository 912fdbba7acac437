/* The whole of core/app through its border, natively, on a memory disk: the path of a worker with no
 * network, what is refused, what survives locking, and every allocation failing once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "session_fixture.h"

static void session__whole_path_survives_locking(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    add_history(&f);

    assert_has(call(&f, "case.list", "{\"limit\":100}"), "\"victimName\":\"Si\303\242n Alder\",\"reference\":\"NM-7\"");
    assert_has(call(&f, "case.list", "{\"limit\":100,\"search\":\"sian al\"}"), "\"totalCount\":1");
    assert_has(call(&f, "case.list", "{\"limit\":100,\"search\":\"row\"}"), "\"totalCount\":1");
    assert_has(call(&f, "case.list", "{\"limit\":100,\"search\":\"lder\"}"), "\"totalCount\":0");
    assert_has(call(&f, "case.list", "{\"limit\":100,\"search\":\"\\\" OR *\"}"), "\"totalCount\":0");

    begin_document(&f, "assessment", ID_ASSESSMENT, NULL);
    assert_has(call(&f, "document.check", "{\"recordId\":\"" ID_ASSESSMENT "\"}"), "\"field\":\"answer/D01_INJURY\"");
    assert_refused(complete(&f, ID_ASSESSMENT), "incomplete");
    fill_assessment(&f, ID_ASSESSMENT, 13);
    const char *summary = call(&f, "assessment.summary", "{\"recordId\":\"" ID_ASSESSMENT "\"}");
    assert_has(summary, "\"yesCount\":13,\"noCount\":11");
    assert_has(summary, "\"visibleHighRisk\":\"not_met\"");
    assert_has(call(&f, "document.check", "{\"recordId\":\"" ID_ASSESSMENT "\"}"), "\"gaps\":[]");
    assert_ok(complete(&f, ID_ASSESSMENT));

    const char *evaluation =
        call(&f, "criteria.evaluate", "{\"caseId\":\"" ID_CASE "\",\"evaluationDate\":\"2026-09-21\"}");
    assert_has(evaluation, "\"yesCount\":13");
    assert_has(evaluation, "\"repeat\":\"met\"");
    assert_has(evaluation, "\"repeatAnchorDate\":\"2025-10-01\"");
    assert_has(evaluation, "\"referToMarac\":true");
    assert_has(evaluation, "\"datedByDisclosure\":[\"10000000000000000000000000000002\"]");
    assert_ok(call(&f, "criteria.record",
                   "{\"mutationId\":\"80000000000000000000000000000001\",\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE
                   "\",\"recordId\":\"" ID_EVALUATION "\",\"evaluationDate\":\"2026-09-21\"}"));

    begin_document(&f, "safety_plan", ID_PLAN, NULL);
    assert_ok(save(&f, "safety_plan", ID_PLAN,
                   CHANGE("plannedOn", "\"2026-09-21\"") "," CHANGE("worker", "\"W. Thorn\"") "," CHANGE(
                       "item/sp.A1", "{\"text\":\"Notice the signs\"}")));
    assert_refused(complete(&f, ID_PLAN), "incomplete");
    assert_ok(save(&f, "safety_plan", ID_PLAN, CHANGE("nextReviewOn", "\"2026-10-19\"")));
    assert_ok(complete(&f, ID_PLAN));
    assert_has(call(&f, "case.list", "{\"limit\":100}"), "\"nextReviewOn\":\"2026-10-19\"");

    begin_document(&f, "referral", ID_REFERRAL, NULL);
    assert_ok(save(&f, "referral", ID_REFERRAL,
                   CHANGE("referredOn", "\"2026-09-21\"") "," CHANGE("worker", "\"W. Thorn\"") "," CHANGE(
                       "evaluation", "\"" ID_EVALUATION "\"") "," CHANGE("assessment",
                                                                         "\"" ID_ASSESSMENT
                                                                         "\"") "," CHANGE("idvaReferral",
                                                                                          "{\"answer\":\"yes\"}")));
    assert_ok(complete(&f, ID_REFERRAL));

    char before[TEXT_SIZE_MAX];
    (void)snprintf(before, sizeof before, "%s", call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
    assert_has(before, "\"ok\":true");
    assert_has(call(&f, "vault.check", "{}"), "\"pagesGood\":true,\"rebuiltEqual\":true");
    assert_ok(call(&f, "vault.lock", "{}"));
    assert_refused(call(&f, "case.list", "{\"limit\":1}"), "wrong-state");
    assert_refused(call_key(&f, "vault.unlock", wrong_key), "auth");
    assert_has(call(&f, "vault.status", "{}"), "\"state\":\"locked\"");
    assert_ok(call_key(&f, "vault.unlock", right_key));
    assert_string_equal(before, call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
    assert_has(call(&f, "vault.check", "{}"), "\"pagesGood\":true,\"rebuiltEqual\":true");
    fixture_free(&f);
}

static void session__repeated_mutation_changes_nothing(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    static const char change[] =
        "{\"mutationId\":\"80000000000000000000000000000009\",\"timeMs\":1790000000001,"
        "\"caseId\":\"" ID_CASE "\",\"recordId\":\"" ID_CASE "\",\"type\":\"case\","
        "\"changes\":[" CHANGE("reference", "\"NM-8\"") "," CHANGE("localFlags", "[\"LC_HBA\",\"LC_FGM\"]") "]}";
    assert_has(call(&f, "record.change", change), "\"operationCount\":3");
    char numbers[4096];
    (void)snprintf(numbers, sizeof numbers, "%s", call(&f, "vault.storage", "{}"));
    assert_has(call(&f, "record.change", change), "\"operationCount\":3");
    assert_string_equal(numbers, call(&f, "vault.storage", "{}"));
    assert_has(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "\"localFlags\":[\"LC_FGM\",\"LC_HBA\"]");
    fixture_free(&f);
}

/* A commit that says nothing new makes no operation; its repeat, also after a restart, is answered as the first time. */
static void session__repeated_empty_commit_is_answered_again(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    static const char empty[] = "{\"mutationId\":\"70000000000000000000000000000001\",\"timeMs\":1790000000000,"
                                "\"recordIds\":[\"" ID_CASE "\"]}";
    assert_ok(save(&f, "case", ID_CASE, CHANGE("reference", "\"NM-7\"")));
    assert_has(call(&f, "draft.commit", empty), "\"operationCount\":0");
    fk_session_free(f.session);
    fk_buffer_free(&f.reply);
    fixture_open(&f, &fk_allocator_libc);
    assert_ok(call(&f, "core.start", "{}"));
    assert_ok(call_key(&f, "vault.unlock", right_key));
    assert_has(call(&f, "draft.commit", empty), "\"operationCount\":0");
    assert_refused(commit(&f, "\"" ID_CASE "\""), "not-found");
    for (unsigned i = 0; i < 9; i++) {
        assert_ok(save(&f, "case", ID_CASE, CHANGE("reference", "\"NM-7\"")));
        assert_has(commit(&f, "\"" ID_CASE "\""), "\"operationCount\":0");
    }
    assert_refused(call(&f, "draft.commit", empty), "not-found"); /* only the newest are kept */
    fixture_free(&f);
}

static void session__set_keeps_elements_apart(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    assert_ok(save(&f, "case", ID_CASE, CHANGE("localFlags", "[\"LC_HBA\",\"LC_FGM\"]")));
    assert_has(commit(&f, "\"" ID_CASE "\""), "\"operationCount\":2");
    assert_ok(save(&f, "case", ID_CASE, CHANGE("localFlags", "[\"LC_FORCED_MARRIAGE\",\"LC_FGM\"]")));
    assert_has(commit(&f, "\"" ID_CASE "\""), "\"operationCount\":2");
    assert_has(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"),
               "\"localFlags\":[\"LC_FGM\",\"LC_FORCED_MARRIAGE\"]");
    assert_has(call(&f, "vault.check", "{}"), "\"rebuiltEqual\":true");
    fixture_free(&f);
}

static void session__completed_version_never_changes(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    begin_document(&f, "assessment", ID_ASSESSMENT, NULL);
    fill_assessment(&f, ID_ASSESSMENT, 14);
    assert_ok(complete(&f, ID_ASSESSMENT));
    assert_refused(save(&f, "assessment", ID_ASSESSMENT, CHANGE("worker", "\"X\"")), "frozen");
    assert_refused(call(&f, "record.change",
                        "{\"mutationId\":\"80000000000000000000000000000002\",\"timeMs\":1,\"caseId\":\"" ID_CASE
                        "\",\"recordId\":\"" ID_ASSESSMENT
                        "\",\"type\":\"assessment\",\"changes\":[" CHANGE("worker", "\"X\"") "]}"),
                   "frozen");

    begin_document(&f, "assessment", "d0000000000000000000000000000002", ID_ASSESSMENT);
    const char *summary = call(&f, "assessment.summary", "{\"recordId\":\"d0000000000000000000000000000002\"}");
    assert_has(summary, "\"yesCount\":14");
    assert_has(call(&f, "document.check", "{\"recordId\":\"d0000000000000000000000000000002\"}"),
               "{\"field\":\"changeReason\",\"code\":\"reason-needed\"}");
    fixture_free(&f);
}

static void session__refuses_what_does_not_belong(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    assert_refused(call(&f, "vault.status", "{}"), "wrong-state");
    assert_ok(call(&f, "core.start", "{}"));
    assert_refused(call(&f, "vault.prepare", "{\"memoryKib\":1024}"), "invalid-input");
    assert_refused(call_key(&f, "vault.create", right_key), "wrong-state");
    assert_ok(call(&f, "vault.prepare", "{\"memoryKib\":65536}"));
    assert_refused(call_bytes(&f, "vault.create", fk_bytes_of(right_key, 31)), "invalid-input");
    assert_ok(call_key(&f, "vault.create", right_key));
    assert_refused(call(&f, "vault.prepare", "{\"memoryKib\":65536}"), "wrong-state");
    assert_refused(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "not-found");
    assert_refused(call(&f, "case.list", "{\"limit\":100,\"limit\":1}"), "bad-json");
    assert_refused(save(&f, "poem", ID_CASE, CHANGE("name", "\"x\"")), "invalid-input");
    assert_refused(save(&f, "area_profile", ID_CASE, CHANGE("title", "\"x\"")), "invalid-input");
    assert_refused(save(&f, "person", ID_VICTIM, CHANGE("nose", "\"x\"")), "invalid-input");
    assert_refused(save(&f, "person", ID_VICTIM, CHANGE("state", "\"hidden\"")), "invalid-input");
    assert_refused(save(&f, "person", ID_VICTIM, ""), "invalid-input");
    add_people(&f);
    assert_ok(save(&f, "person", "a0000000000000000000000000000009", CHANGE("aliases", "\"x\"")));
    assert_refused(commit(&f, "\"a0000000000000000000000000000009\""), "incomplete");
    assert_ok(save(&f, "party", "a1000000000000000000000000000009",
                   CHANGE("person", "\"a0000000000000000000000000000077\"") "," CHANGE("role", "\"child\"")));
    assert_refused(commit(&f, "\"a1000000000000000000000000000009\""), "invalid-input");
    assert_refused(commit(&f, "\"a1000000000000000000000000000055\""), "not-found");
    assert_refused(call(&f, "record.change",
                        "{\"mutationId\":\"80000000000000000000000000000003\",\"timeMs\":1,\"caseId\":\"" ID_CASE
                        "\",\"recordId\":\"" ID_CHILD
                        "\",\"type\":\"person\",\"changes\":[" CHANGE("state", "\"hidden\"") "]}"),
                   "incomplete");
    assert_ok(
        call(&f, "record.change",
             "{\"mutationId\":\"80000000000000000000000000000004\",\"timeMs\":1,\"caseId\":\"" ID_CASE
             "\",\"recordId\":\"" ID_CHILD
             "\",\"type\":\"person\",\"reason\":\"entered twice\",\"changes\":[" CHANGE("state", "\"hidden\"") "]}"));
    assert_false(has(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "Child Alder"));
    assert_has(call(&f, "vault.check", "{}"), "\"rebuiltEqual\":true");
    fixture_free(&f);
}

static void session__discarded_draft_is_gone_and_numbers_go_on(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    assert_has(save(&f, "person", ID_VICTIM, CHANGE("name", "\"A\"")), "\"number\":\"1\"");
    assert_has(save(&f, "person", ID_VICTIM, CHANGE("name", "\"B\"")), "\"number\":\"2\"");
    assert_ok(call(&f, "draft.discard", "{\"recordId\":\"" ID_VICTIM "\"}"));
    assert_refused(call(&f, "draft.discard", "{\"recordId\":\"" ID_VICTIM "\"}"), "not-found");
    assert_has(save(&f, "person", ID_VICTIM, CHANGE("name", "\"C\"")), "\"number\":\"3\"");
    fixture_free(&f);
}

/* Somebody typed a name and the power went: the case is on no list yet, and it must be found again. */
static void session__begun_case_is_found_until_it_is_listed(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    assert_has(call(&f, "case.begun", "{}"), "\"drafts\":[]");
    assert_has(save(&f, "person", ID_VICTIM, CHANGE("name", "\"Begun\"")), "\"number\":\"1\"");
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "\"totalCount\":0");
    const char *begun = call(&f, "case.begun", "{}");
    assert_has(begun, "\"recordId\":\"" ID_VICTIM "\"");
    assert_has(begun, "\"caseId\":\"" ID_CASE "\"");
    assert_has(begun, "\"name\":\"Begun\"");
    assert_ok(call(&f, "draft.discard", "{\"recordId\":\"" ID_VICTIM "\"}"));
    add_people(&f);
    assert_has(save(&f, "person", ID_VICTIM, CHANGE("name", "\"Changed\"")), "\"ok\":true");
    assert_has(call(&f, "case.begun", "{}"), "\"drafts\":[]");
    fixture_free(&f);
}

/* Whatever request the memory fails at, the answer is an error and the vault stays whole. */
static void session__every_allocation_may_fail(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    assert_ok(call(&f, "vault.lock", "{}"));
    fk_session_free(f.session);

    failing_allocator failing;
    failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
    unsigned failures = 0;
    for (uint64_t k = 0;; k++) {
        fk_buffer_free(&f.reply);
        fixture_open(&f, &failing.allocator);
        assert_ok(call(&f, "core.start", "{}"));
        assert_ok(call_key(&f, "vault.unlock", right_key));
        failing.fail_at = failing.request_count + k;
        const char *reply = save(&f, "person", ID_VICTIM, CHANGE("phone", "\"0123\""));
        if (is_ok(reply)) {
            reply = commit(&f, "\"" ID_VICTIM "\"");
        }
        bool has_failed = failing_allocator_failed(&failing);
        failing.fail_at = FAILING_ALLOCATOR_NEVER;
        if (!is_ok(reply)) {
            assert_has(reply, "\"code\":\"no-memory\"");
        }
        assert_has(call(&f, "vault.check", "{}"), "\"rebuiltEqual\":true");
        fk_session_free(f.session);
        f.session = NULL;
        assert_int_equal(failing.live_count, 0);
        if (!has_failed) {
            break;
        }
        failures++;
    }
    assert_true(failures > 20);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session__whole_path_survives_locking),
        cmocka_unit_test(session__repeated_mutation_changes_nothing),
        cmocka_unit_test(session__repeated_empty_commit_is_answered_again),
        cmocka_unit_test(session__set_keeps_elements_apart),
        cmocka_unit_test(session__completed_version_never_changes),
        cmocka_unit_test(session__refuses_what_does_not_belong),
        cmocka_unit_test(session__discarded_draft_is_gone_and_numbers_go_on),
        cmocka_unit_test(session__begun_case_is_found_until_it_is_listed),
        cmocka_unit_test(session__every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
