/* From the records of a case to its evaluation: criteria.evaluate through the border (docs/DOMAIN.md 2.2, 2.11 and 7).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "session_fixture.h"

/* Asserts that there is a result. */
static const char *evaluate(fixture *f, const char *date)
{
    char request[256];
    (void)snprintf(request, sizeof request, "{\"caseId\":\"" ID_CASE "\",\"evaluationDate\":\"%s\"}", date);
    const char *reply = call(f, "criteria.evaluate", request);
    assert_ok(reply);
    return reply;
}

static void change(fixture *f, const char *record, const char *type, const char *changes)
{
    char request[4096];
    f->mutation_count++;
    (void)snprintf(request, sizeof request,
                   "{\"mutationId\":\"7%031u\",\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE
                   "\",\"recordId\":\"%s\",\"type\":\"%s\",\"changes\":[%s],\"reason\":\"As recorded.\"}",
                   f->mutation_count, record, type, changes);
    assert_ok(call(f, "record.change", request));
}

/* A case with its people and a completed form with that many yes answers. */
static void make_case(fixture *f, unsigned yes_count)
{
    fixture_init(f);
    make_vault(f);
    add_people(f);
    begin_document(f, "assessment", ID_ASSESSMENT, NULL);
    fill_assessment(f, ID_ASSESSMENT, yes_count);
    assert_ok(complete(f, ID_ASSESSMENT));
}

static void send_referral(fixture *f, const char *record, const char *previous, const char *date)
{
    char changes[1024];
    begin_document(f, "referral", record, previous);
    (void)snprintf(changes, sizeof changes,
                   CHANGE("referredOn", "\"%s\"") "," CHANGE("worker", "\"W. Thorn\"") "," CHANGE(
                       "evaluation", "\"" ID_EVALUATION "\"") "," CHANGE("idvaReferral", "{\"answer\":\"yes\"}") "%s",
                   date, previous == NULL ? "" : "," CHANGE("changeReason", "\"The date was wrong.\""));
    assert_ok(save(f, "referral", record, changes));
    assert_ok(complete(f, record));
}

static void record_evaluation(fixture *f)
{
    assert_ok(call(f, "criteria.record",
                   "{\"mutationId\":\"80000000000000000000000000000001\",\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE
                   "\",\"recordId\":\"" ID_EVALUATION "\",\"evaluationDate\":\"2026-09-21\"}"));
}

static void case_criteria__take_each_person_once(void **state)
{
    (void)state;
    fixture f;
    make_case(&f, 0);
    assert_ok(save(&f, "party", "a1000000000000000000000000000009",
                   CHANGE("person", "\"" ID_PERPETRATOR "\"") "," CHANGE("role", "\"perpetrator\"")));
    assert_ok(commit(&f, "\"a1000000000000000000000000000009\""));
    const char *reply = evaluate(&f, "2026-09-21");
    assert_has(reply, "\"perpetratorAges\":{\"" ID_PERPETRATOR "\":37},");
    assert_false(has(reply, "N_MULTIPLE_PERPETRATORS"));
    fixture_free(&f);
}

/* The party still says that there is a perpetrator; criteria are not refused because the record of him is hidden. */
static void case_criteria__keep_a_person_whose_record_is_hidden(void **state)
{
    (void)state;
    fixture f;
    make_case(&f, 0);
    change(&f, ID_PERPETRATOR, "person", CHANGE("state", "\"hidden\""));
    assert_has(evaluate(&f, "2026-09-21"), "\"perpetratorAges\":{\"" ID_PERPETRATOR "\":null},");
    fixture_free(&f);
}

static void case_criteria__let_the_first_referral_stand(void **state)
{
    (void)state;
    fixture f;
    make_case(&f, 0);
    record_evaluation(&f);
    assert_has(evaluate(&f, "2026-09-10"), "\"referToMarac\":false");
    send_referral(&f, ID_REFERRAL, NULL, "2026-09-01");
    send_referral(&f, "f0000000000000000000000000000002", NULL, "2026-09-20");
    assert_has(evaluate(&f, "2026-08-31"), "\"referToMarac\":false");
    const char *reply = evaluate(&f, "2026-09-10");
    assert_has(reply, "\"reasons\":[\"referral_already_sent\"]");
    assert_has(reply, "N_REFERRAL_RETAINED");
    assert_has(reply, "\"referralSentOn\":\"2026-09-01\"");
    fixture_free(&f);
}

static void case_criteria__read_a_corrected_referral_in_its_newest_version(void **state)
{
    (void)state;
    fixture f;
    make_case(&f, 0);
    record_evaluation(&f);
    send_referral(&f, ID_REFERRAL, NULL, "2026-09-01");
    send_referral(&f, "f0000000000000000000000000000002", ID_REFERRAL, "2026-09-11");
    assert_has(evaluate(&f, "2026-09-10"), "\"referToMarac\":false");
    assert_has(evaluate(&f, "2026-09-11"), "\"reasons\":[\"referral_already_sent\"]");
    fixture_free(&f);
}

static void case_criteria__use_the_newest_version_of_the_form(void **state)
{
    (void)state;
    fixture f;
    make_case(&f, 14);
    const char *reply = evaluate(&f, "2026-09-21");
    assert_has(reply, "\"visibleHighRisk\":\"met\"");
    assert_false(has(reply, "N_CHANGED_AFTER_COMPLETION"));
    begin_document(&f, "assessment", "d0000000000000000000000000000002", ID_ASSESSMENT);
    fill_assessment(&f, "d0000000000000000000000000000002", 12);
    assert_has(evaluate(&f, "2026-09-21"), "\"yesCount\":14"); /* a draft does not count */
    assert_ok(save(&f, "assessment", "d0000000000000000000000000000002",
                   CHANGE("changeReason", "\"Two answers corrected.\"")));
    assert_ok(complete(&f, "d0000000000000000000000000000002"));
    reply = evaluate(&f, "2026-09-21");
    assert_has(reply, "\"yesCount\":12");
    assert_has(reply, "N_CHANGED_AFTER_COMPLETION");
    assert_has(reply, "\"assessmentId\":\"d0000000000000000000000000000002\"");
    fixture_free(&f);
}

static void case_criteria__without_a_form_keep_the_threshold_open(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    const char *reply = evaluate(&f, "2026-09-21");
    assert_has(reply, "\"notAnsweredCount\":24");
    assert_has(reply, "\"visibleHighRisk\":\"possible\"");
    assert_has(reply, "N_CHILDREN_REFERRAL_CHECK");
    fixture_free(&f);
}

/* Everything the case page can say reaches the rules of the area that has them all. */
static void case_criteria__read_what_the_case_page_says(void **state)
{
    (void)state;
    fixture f;
    make_case(&f, 0);
    change(&f, ID_CASE, "case",
           CHANGE("areaProfile", "\"AREA_EASTMERE\"") "," CHANGE("localFlags", "[\"LC_FGM\",\"LC_HBA\"]") "," CHANGE(
               "transfer",
               "{\"movedOn\":\"2026-09-01\",\"fromArea\":\"AREA_NORTHMARSH\"}") "," CHANGE("interpreter",
                                                                                           "{\"needed\":\"yes\"}"));
    assert_ok(save(&f, "prior_marac", "20000000000000000000000000000001",
                   CHANGE("areaProfile", "\"AREA_NORTHMARSH\"") "," CHANGE("meetingDate", "\"2025-09-01\"") "," CHANGE(
                       "perpetrators", "[\"" ID_PERPETRATOR "\"]")));
    assert_ok(commit(&f, "\"20000000000000000000000000000001\""));
    const char *reply = evaluate(&f, "2026-09-21");
    assert_has(reply, "\"transferIn\":\"met\",\"local\":\"met\"");
    assert_has(reply, "\"localMet\":[\"LC_HBA\"]");
    assert_has(reply, "\"referralSource\":\"marac_transfer\",\"returnCountedAs\":\"transfer_in\"");
    assert_has(reply, "N_NO_FAMILY_INTERPRETER");
    assert_has(reply, "\"areaProfile\":\"AREA_EASTMERE\"");
    fixture_free(&f);
}

/* Three incidents in a year are enough here when the police know of them; "not known" is not yes. */
static void case_criteria__count_what_the_police_know(void **state)
{
    (void)state;
    static const char *const ids[] = { "10000000000000000000000000000001", "10000000000000000000000000000002",
                                       "10000000000000000000000000000003" };
    static const char *const reported[] = { "yes", "yes", "not_known" };
    fixture f;
    make_case(&f, 0);
    for (size_t i = 0; i < 3; i++) {
        char changes[1024];
        char quoted[64];
        (void)snprintf(changes, sizeof changes,
                       CHANGE("occurred", "{\"date\":\"2026-0%zu-01\",\"precision\":\"exact\"}") "," CHANGE(
                           "incidentType", "\"threat\"") "," CHANGE("perpetrator",
                                                                    "\"" ID_PERPETRATOR
                                                                    "\"") "," CHANGE("policeReported", "\"%s\""),
                       i + 1, reported[i]);
        assert_ok(save(&f, "incident", ids[i], changes));
        (void)snprintf(quoted, sizeof quoted, "\"%s\"", ids[i]);
        assert_ok(commit(&f, quoted));
    }
    assert_has(evaluate(&f, "2026-09-21"), "\"escalationCount\":2");
    change(&f, ids[2], "incident", CHANGE("policeReported", "\"yes\""));
    assert_has(evaluate(&f, "2026-09-21"), "\"potentialEscalation\":\"met\"");
    assert_has(evaluate(&f, "2026-02-28"), "\"escalationCount\":2"); /* nothing after the day counts */
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_criteria__take_each_person_once),
        cmocka_unit_test(case_criteria__keep_a_person_whose_record_is_hidden),
        cmocka_unit_test(case_criteria__let_the_first_referral_stand),
        cmocka_unit_test(case_criteria__read_a_corrected_referral_in_its_newest_version),
        cmocka_unit_test(case_criteria__use_the_newest_version_of_the_form),
        cmocka_unit_test(case_criteria__without_a_form_keep_the_threshold_open),
        cmocka_unit_test(case_criteria__read_what_the_case_page_says),
        cmocka_unit_test(case_criteria__count_what_the_police_know),
    };
    return cmocka_run_group_tests_name("case_criteria", tests, NULL, NULL);
}
