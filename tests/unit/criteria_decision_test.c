/* What follows from the criteria: eligibility, reasons, notices; and the bounds of an evaluation
 * (docs/DOMAIN.md 2.9 and 7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "criteria_fixture.h"
#include "failing_allocator.h"

/* --- eligible, result, sent referral (rules 8 and 9) ---------------------------------------------------- */

enum { LOCAL = 1 << FK_CRITERION_LOCAL, JUDGEMENT = 1 << FK_CRITERION_PROFESSIONAL_JUDGEMENT, SENT = 1 << 6 };

static void decision__follows_ages_criteria_and_sent_referral(void **state)
{
    (void)state;
    static const struct {
        const char *victim, *perpetrators[2];
        bool is_judgement, is_local;
        const char *sent_on;
        bool is_eligible;
        uint32_t reasons;
    } cases[] = {
        { "2010-03-10", { "" }, true, false, "", true, JUDGEMENT }, /* 16 today */
        { "2010-03-11", { "" }, true, false, "", false, 0 },        /* 16 tomorrow */
        { "", { "" }, true, false, "", true, JUDGEMENT },           /* ages not known */
        { "", { "2010-03-11" }, true, false, "", false, 0 },        /* perpetrator of 15 */
        { "", { "2010-03-11" }, true, true, "", true, LOCAL },      /* only the local route */
        { "", { "2010-03-11" }, false, true, "2026-01-01", true, LOCAL },
        { "", { "2010-03-11" }, false, false, "2026-01-01", false, 0 },
        { "", { "2010-03-11", "2010-03-10" }, true, true, "", true, JUDGEMENT | LOCAL },
        { "", { "2010-03-11", "" }, true, false, "", true, JUDGEMENT },
        { "", { "2010-03-11", "2010-03-12" }, true, false, "", false, 0 },
        { "2010-03-11", { "2010-03-11" }, true, true, "2026-01-01", false, 0 },
        { "", { "" }, false, false, "2026-03-10", true, SENT },
        { "", { "" }, false, false, "2026-03-11", true, 0 },
        { "", { "" }, true, false, "2026-03-10", true, JUDGEMENT },
        { "2010-03-11", { "" }, false, false, "2026-03-10", false, 0 },
        { "", { "" }, false, false, "", true, 0 },
        { "", { NULL }, true, true, "", true, JUDGEMENT | LOCAL }, /* nobody recorded */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static const char *const ids[] = { "P1", "P2" };
        fixture f;
        fixture_init(&f);
        f.input.victim_birth = date_of(cases[i].victim);
        f.input.perpetrator_count = 0;
        for (size_t p = 0; p < 2 && cases[i].perpetrators[p] != NULL; p++) {
            add_perpetrator(&f, ids[p], cases[i].perpetrators[p]);
        }
        f.input.is_concern_high = cases[i].is_judgement;
        f.input.concern_reason = fk_bytes_text("Fear.");
        f.enabled[f.input.area.local_criteria_count++] = fk_bytes_text("LC_HBA");
        f.flags[f.input.local_flag_count++] = fk_bytes_text(cases[i].is_local ? "LC_HBA" : "LC_FGM");
        f.input.referral_sent_on = date_of(cases[i].sent_on);
        run_once(&f);
        assert_at(i, "eligible", f.result.is_eligible, cases[i].is_eligible);
        assert_at(i, "reasons", (long)f.result.reason_set, (long)cases[i].reasons);
        assert_at(i, "referral", f.result.is_referral_to_marac, cases[i].reasons != 0);
        /* Ineligible or not, criteria are computed. */
        assert_at(i, "judgement", f.result.criteria[FK_CRITERION_PROFESSIONAL_JUDGEMENT] == FK_CRITERION_MET,
                  cases[i].is_judgement);
        bool is_sent = strcmp(cases[i].sent_on, "") != 0 && strcmp(cases[i].sent_on, "2026-03-10") <= 0;
        assert_at(i, "retained", has_notice(&f, FK_N_REFERRAL_RETAINED),
                  is_sent && !cases[i].is_judgement && !cases[i].is_local);
    }
}

static void decision__follows_the_least_age_of_the_area(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    f.input.victim_birth = date_of("2012-03-10"); /* 14 */
    f.input.area.victim_age_min = 14;
    run_once(&f);
    assert_true(f.result.is_eligible);
    assert_int_equal(f.result.victim_age, 14);
    assert_true(has_notice(&f, FK_N_UNDER16_NOT_MARAC));
    f.input.area.victim_age_min = 15;
    run_once(&f);
    assert_false(f.result.is_eligible);
}

/* --- notices about people (rule 10) ----------------------------------------------------------------------- */

#define BIT(notice) (UINT32_C(1) << (notice))

static void notices__follow_the_ages(void **state)
{
    (void)state;
    enum {
        CSC = BIT(FK_N_CSC_REFERRAL_REQUIRED),
        TOOL = BIT(FK_N_USE_YP_TOOL),
        TURNS_18 = BIT(FK_N_TRANSITION_18),
        CHILD = BIT(FK_N_UNDER16_NOT_MARAC),
        PERP_18 = BIT(FK_N_PERP_UNDER_18),
        PERP_16 = BIT(FK_N_PERP_UNDER_16),
    };
    static const struct {
        const char *on, *victim, *perpetrator;
        uint32_t notices;
    } cases[] = {
        { "2026-03-10", "", "", 0 },
        { "2026-03-10", "2008-03-10", "2008-03-10", 0 },           /* 18 today */
        { "2026-03-10", "2008-03-11", "", CSC | TOOL | TURNS_18 }, /* 18 tomorrow */
        { "2026-03-10", "2008-09-10", "", CSC | TOOL | TURNS_18 }, /* in six months */
        { "2026-03-10", "2008-09-11", "", CSC | TOOL },
        { "2026-03-10", "2010-03-10", "", CSC | TOOL }, /* 16 today */
        { "2026-03-10", "2010-03-11", "", CSC | TOOL | CHILD },
        { "2026-03-10", "2013-03-10", "", CSC | TOOL | CHILD }, /* 13 today */
        { "2026-03-10", "2013-03-11", "", CSC | CHILD },
        { "2026-03-10", "2026-03-10", "", CSC | CHILD }, /* born today */
        { "2026-03-10", "", "2008-03-11", CSC | PERP_18 },
        { "2026-03-10", "", "2010-03-10", CSC | PERP_18 },
        { "2026-03-10", "", "2010-03-11", CSC | PERP_16 },
        { "2025-08-31", "2008-02-29", "", CSC | TOOL }, /* 1 March is after 28 February */
        { "2025-09-01", "2008-02-29", "", CSC | TOOL | TURNS_18 },
        { "2026-02-28", "2008-02-29", "", CSC | TOOL | TURNS_18 },
        { "2026-03-01", "2008-02-29", "", 0 },
        { "2025-08-31", "2008-02-28", "", CSC | TOOL | TURNS_18 },
    };
    uint32_t of_ages = CSC | TOOL | TURNS_18 | CHILD | PERP_18 | PERP_16;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture f;
        fixture_init(&f);
        f.input.evaluation_date = date_of(cases[i].on);
        f.input.victim_birth = date_of(cases[i].victim);
        f.perpetrators[0].birth = date_of(cases[i].perpetrator);
        run_once(&f);
        assert_at(i, "notices", (long)(f.result.notice_set & of_ages), (long)cases[i].notices);
    }
}

static void notices__say_what_else_is_recorded(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    run_once(&f);
    assert_int_equal(f.result.notice_set, 0);
    f.input.child_count = 1;
    f.input.is_interpreter_needed = true;
    f.input.version = 1;
    run_once(&f);
    assert_int_equal(f.result.notice_set, BIT(FK_N_CHILDREN_REFERRAL_CHECK) | BIT(FK_N_NO_FAMILY_INTERPRETER));
    f.input.version = 2;
    add_perpetrator(&f, "P2", "");
    run_once(&f);
    assert_int_equal(f.result.notice_set, BIT(FK_N_CHILDREN_REFERRAL_CHECK) | BIT(FK_N_NO_FAMILY_INTERPRETER) |
                                              BIT(FK_N_CHANGED_AFTER_COMPLETION) | BIT(FK_N_MULTIPLE_PERPETRATORS));
}

/* --- lists, bounds, memory --------------------------------------------------------------------------------- */

static void incidents__are_listed_newest_first(void **state)
{
    (void)state;
    static const char *const dates[] = { "2026-01-02", "", "2026-03-11", "2026-01-02", "2020-01-01" };
    static const uint16_t order[] = { 2, 0, 3, 4, 1 };
    fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < 5; i++) {
        add_incident(&f, dates[i], FK_INCIDENT_THREAT, "P1");
    }
    run(&f);
    assert_memory_equal(f.result.incidents_newest_first, order, sizeof order);
    fk_arena_reset(&f.arena);
}

static void assert_refused(fixture *f, fk_code code, const char *field)
{
    fk_error error = { "" };
    fk_criteria_result before = f->result;
    fk_status status = fk_criteria_evaluate(&f->input, &f->arena, &f->result, &error);
    assert_string_equal(fk_code_name(status.code), fk_code_name((uint8_t)code));
    assert_string_equal(error.detail, field);
    assert_memory_equal(&before, &f->result, sizeof before);
    fk_arena_reset(&f->arena);
}

static void evaluate__refuses_what_makes_no_sense(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    f.input.evaluation_date = date_of("");
    assert_refused(&f, FK_ERR_INVALID_INPUT, "evaluationDate");
    fixture_init(&f);
    f.input.victim_birth = date_of("2026-03-11");
    assert_refused(&f, FK_ERR_INVALID_INPUT, "victim.dob");
    fixture_init(&f);
    f.perpetrators[0].birth = date_of("2026-03-11");
    assert_refused(&f, FK_ERR_INVALID_INPUT, "perpetrators.dob");
    fixture_init(&f);
    add_perpetrator(&f, "", "");
    assert_refused(&f, FK_ERR_INVALID_INPUT, "perpetrators.id");
    fixture_init(&f);
    add_perpetrator(&f, "P1", "");
    assert_refused(&f, FK_ERR_INVALID_INPUT, "perpetrators.id");
}

static void evaluate__refuses_more_than_its_bounds(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    struct {
        size_t *count;
        size_t max;
        const char *field;
    } bounds[] = {
        { &f.input.perpetrator_count, FK_CRITERIA_PERPETRATORS_MAX, "perpetrators" },
        { &f.input.child_count, FK_CRITERIA_CHILDREN_MAX, "children" },
        { &f.input.incident_count, FK_CRITERIA_INCIDENTS_MAX, "incidents" },
        { &f.input.prior_count, FK_CRITERIA_PRIORS_MAX, "priorMarac" },
        { &f.input.local_flag_count, FK_CRITERIA_LOCAL_MAX, "localFlags" },
        { &f.input.area.local_criteria_count, FK_CRITERIA_LOCAL_MAX, "area.localCriteria" },
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        size_t count = *bounds[i].count;
        *bounds[i].count = bounds[i].max + 1;
        assert_refused(&f, FK_ERR_TOO_LARGE, bounds[i].field);
        *bounds[i].count = count;
    }
    f.input.area.repeat_months = FK_CRITERIA_MONTHS_MAX + 1;
    assert_refused(&f, FK_ERR_TOO_LARGE, "area.repeat.months");
}

/* The most of everything fits the memory the header states, and the lists are complete. */
static void evaluate__takes_the_most_of_everything(void **state)
{
    (void)state;
    static fk_criteria_incident incidents[FK_CRITERIA_INCIDENTS_MAX];
    static fk_criteria_prior priors[FK_CRITERIA_PRIORS_MAX];
    static fk_criteria_person perpetrators[FK_CRITERIA_PERPETRATORS_MAX];
    static char ids[FK_CRITERIA_PERPETRATORS_MAX][8];
    fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < FK_CRITERIA_PERPETRATORS_MAX; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "P%zu", i);
        perpetrators[i].id = fk_bytes_text(ids[i]);
    }
    for (size_t i = 0; i < FK_CRITERIA_INCIDENTS_MAX; i++) {
        incidents[i] = (fk_criteria_incident){ .date = fk_civil_date_from_day_number((int32_t)(20000 + i % 500)),
                                               .perpetrator_id = perpetrators[39].id };
    }
    for (size_t i = 0; i < FK_CRITERIA_PRIORS_MAX; i++) {
        priors[i] = (fk_criteria_prior){ .referral_date = date_of("2025-03-10"),
                                         .perpetrator_ids = &perpetrators[39].id,
                                         .perpetrator_id_count = 1 };
    }
    f.input.incidents = incidents;
    f.input.incident_count = FK_CRITERIA_INCIDENTS_MAX;
    f.input.priors = priors;
    f.input.prior_count = FK_CRITERIA_PRIORS_MAX;
    f.input.perpetrators = perpetrators;
    f.input.perpetrator_count = FK_CRITERIA_PERPETRATORS_MAX;
    run(&f);
    assert_int_equal(f.result.repeat_perpetrator_index, 39);
    for (size_t k = 1; k < FK_CRITERIA_INCIDENTS_MAX; k++) {
        const uint16_t *order = f.result.incidents_newest_first;
        assert_true(fk_civil_date_compare(incidents[order[k - 1]].date, incidents[order[k]].date) >= 0);
    }
    fk_arena_reset(&f.arena);
}

static void evaluate__leaves_nothing_when_memory_fails(void **state)
{
    (void)state;
    bool has_succeeded = false;
    uint64_t fail_at = 0;
    for (; !has_succeeded; fail_at++) {
        failing_allocator failing;
        fixture f;
        fixture_init(&f);
        add_incident(&f, "2026-01-01", FK_INCIDENT_THREAT, "P1");
        failing_allocator_init(&failing, fail_at);
        fk_arena_init(&f.arena, &failing.allocator, FIXTURE_ARENA_BYTES_MAX);
        fk_status status = fk_criteria_evaluate(&f.input, &f.arena, &f.result, NULL);
        has_succeeded = fk_is_ok(status);
        assert_int_equal(status.code, has_succeeded ? FK_OK : FK_ERR_NO_MEMORY);
        fk_arena_reset(&f.arena);
        assert_int_equal(failing.live_bytes, 0);
    }
    assert_true(fail_at > 1);
    fixture f;
    fixture_init(&f);
    add_incident(&f, "2026-01-01", FK_INCIDENT_THREAT, "P1");
    for (size_t bytes = 0; bytes < 64; bytes++) {
        fk_arena_init(&f.arena, &fk_allocator_libc, bytes);
        assert_int_equal(fk_criteria_evaluate(&f.input, &f.arena, &f.result, NULL).code, FK_ERR_NO_MEMORY);
        fk_arena_reset(&f.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decision__follows_ages_criteria_and_sent_referral),
        cmocka_unit_test(decision__follows_the_least_age_of_the_area),
        cmocka_unit_test(notices__follow_the_ages),
        cmocka_unit_test(notices__say_what_else_is_recorded),
        cmocka_unit_test(incidents__are_listed_newest_first),
        cmocka_unit_test(evaluate__refuses_what_makes_no_sense),
        cmocka_unit_test(evaluate__refuses_more_than_its_bounds),
        cmocka_unit_test(evaluate__takes_the_most_of_everything),
        cmocka_unit_test(evaluate__leaves_nothing_when_memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
