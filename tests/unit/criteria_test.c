/* The six Marac criteria, rule by rule (docs/DOMAIN.md 2.2 and 7), with the days on which each turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "criteria_fixture.h"

/* --- count (rule 2) ------------------------------------------------------------------------------- */

static void answer(fixture *f, size_t *next, size_t count, fk_dash_answer value)
{
    for (size_t i = 0; i < count; i++) {
        f->input.dash.item[(*next)++] = value;
    }
}

static void count__reaches_the_threshold_or_still_could(void **state)
{
    (void)state;
    static const struct {
        uint32_t threshold;
        size_t yes, dont_know, not_answered;
        fk_criterion_status status;
    } cases[] = {
        { 14, 14, 0, 0, FK_CRITERION_MET },      { 14, 13, 0, 0, FK_CRITERION_NOT_MET },
        { 14, 13, 1, 0, FK_CRITERION_POSSIBLE }, { 14, 13, 0, 1, FK_CRITERION_POSSIBLE },
        { 14, 12, 1, 1, FK_CRITERION_POSSIBLE }, { 14, 12, 1, 0, FK_CRITERION_NOT_MET },
        { 14, 24, 0, 0, FK_CRITERION_MET },      { 14, 0, 0, 24, FK_CRITERION_POSSIBLE },
        { 14, 0, 13, 0, FK_CRITERION_NOT_MET },  { 10, 10, 14, 0, FK_CRITERION_MET },
        { 24, 23, 1, 0, FK_CRITERION_POSSIBLE }, { 25, 24, 0, 0, FK_CRITERION_NOT_MET },
        { 0, 0, 0, 0, FK_CRITERION_MET },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture f;
        size_t next = 0;
        fixture_init(&f);
        f.input.area.vhr_threshold = cases[i].threshold;
        answer(&f, &next, cases[i].yes, FK_DASH_YES);
        answer(&f, &next, cases[i].dont_know, FK_DASH_DONT_KNOW);
        answer(&f, &next, cases[i].not_answered, FK_DASH_NOT_ANSWERED);
        run_once(&f);
        assert_at(i, "status", (long)f.result.criteria[FK_CRITERION_VISIBLE_HIGH_RISK], (long)cases[i].status);
        assert_at(i, "notice", has_notice(&f, FK_N_VHR_POSSIBLE), cases[i].status == FK_CRITERION_POSSIBLE);
        assert_at(i, "referral", f.result.is_referral_to_marac, cases[i].status == FK_CRITERION_MET);
    }
}

/* --- judgement (rule 3) ----------------------------------------------------------------------------- */

static void judgement__needs_a_written_reason_and_never_lowers(void **state)
{
    (void)state;
    static const struct {
        size_t yes;
        bool is_concern_high;
        const char *reason;
        fk_criterion_status status;
        bool is_reason_missing, is_downgrade, is_referral;
    } cases[] = {
        { 0, true, "She expects to be killed.", FK_CRITERION_MET, false, false, true },
        { 0, true, "", FK_CRITERION_NOT_MET, true, false, false },
        { 0, true, " \t\r\n\xC2\xA0\xE2\x80\x83", FK_CRITERION_NOT_MET, true, false, false },
        { 0, true, " x ", FK_CRITERION_MET, false, false, true },
        { 0, false, "Calmer than before.", FK_CRITERION_NOT_MET, false, false, false },
        { 13, false, "Calmer than before.", FK_CRITERION_NOT_MET, false, false, false },
        { 14, false, "Calmer than before.", FK_CRITERION_NOT_MET, false, true, true },
        { 14, false, "  ", FK_CRITERION_NOT_MET, false, false, true },
        { 14, true, "", FK_CRITERION_NOT_MET, true, false, true },
        { 14, true, "Fear.", FK_CRITERION_MET, false, false, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture f;
        size_t next = 0;
        fixture_init(&f);
        answer(&f, &next, cases[i].yes, FK_DASH_YES);
        f.input.is_concern_high = cases[i].is_concern_high;
        f.input.concern_reason = fk_bytes_text(cases[i].reason);
        run_once(&f);
        assert_at(i, "status", (long)f.result.criteria[FK_CRITERION_PROFESSIONAL_JUDGEMENT], (long)cases[i].status);
        assert_at(i, "missing", has_notice(&f, FK_N_PJ_RATIONALE_MISSING), cases[i].is_reason_missing);
        assert_at(i, "downgrade", has_notice(&f, FK_N_DOWNGRADE_BLOCKED), cases[i].is_downgrade);
        assert_at(i, "referral", f.result.is_referral_to_marac, cases[i].is_referral);
    }
}

/* --- escalation (rule 4) ------------------------------------------------------------------------------ */

static void escalation__counts_an_incident_within_the_months(void **state)
{
    (void)state;
    static const struct {
        const char *incident, *evaluation;
        uint32_t months;
        fk_incident_use use;
    } cases[] = {
        { "2025-03-10", "2026-03-10", 12, FK_USE_COUNTED },
        { "2025-03-09", "2026-03-10", 12, FK_USE_BEFORE_WINDOW },
        { "2026-03-10", "2026-03-10", 12, FK_USE_COUNTED },
        { "2026-03-11", "2026-03-10", 12, FK_USE_AFTER_EVALUATION },
        { "", "2026-03-10", 12, FK_USE_NO_DATE },
        { "2024-02-29", "2025-02-28", 12, FK_USE_COUNTED },
        { "2024-02-29", "2025-03-01", 12, FK_USE_BEFORE_WINDOW },
        { "2024-02-28", "2025-02-28", 12, FK_USE_COUNTED },
        { "2023-02-28", "2024-02-29", 12, FK_USE_BEFORE_WINDOW },
        { "2025-08-31", "2026-02-28", 6, FK_USE_COUNTED },
        { "2025-08-28", "2026-02-28", 6, FK_USE_COUNTED },
        { "2025-08-27", "2026-02-28", 6, FK_USE_BEFORE_WINDOW },
        { "2026-03-10", "2026-03-10", 0, FK_USE_COUNTED },
        { "2026-03-09", "2026-03-10", 0, FK_USE_BEFORE_WINDOW },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture f;
        fixture_init(&f);
        f.input.evaluation_date = date_of(cases[i].evaluation);
        f.input.area.escalation_months = cases[i].months;
        add_incident(&f, cases[i].incident, FK_INCIDENT_OTHER_ABUSE, "P1");
        run(&f);
        assert_at(i, "use", (long)f.result.incidents[0].escalation, (long)cases[i].use);
        assert_at(i, "count", (long)f.result.escalation_count, cases[i].use == FK_USE_COUNTED);
        bool is_in_window = fk_civil_date_is_set(f.incidents[0].date) &&
                            fk_civil_date_compare(f.result.escalation_from, f.incidents[0].date) <= 0 &&
                            fk_civil_date_compare(f.incidents[0].date, f.input.evaluation_date) <= 0;
        assert_at(i, "window", is_in_window, cases[i].use == FK_USE_COUNTED);
        fk_arena_reset(&f.arena);
    }
}

static void escalation__counts_one_pair_or_all(void **state)
{
    (void)state;
    static const struct {
        bool is_same_pair;
        fk_escalation_source source;
        uint32_t threshold, count;
        fk_criterion_status status;
    } cases[] = {
        { true, FK_ESCALATION_POLICE_REPORTED, 3, 2, FK_CRITERION_NOT_MET }, /* P1: two reported */
        { true, FK_ESCALATION_POLICE_REPORTED, 2, 2, FK_CRITERION_MET },
        { true, FK_ESCALATION_ANY_AGENCY, 3, 3, FK_CRITERION_MET }, /* and one that was not */
        { false, FK_ESCALATION_POLICE_REPORTED, 5, 5, FK_CRITERION_MET },
        { false, FK_ESCALATION_POLICE_REPORTED, 6, 5, FK_CRITERION_NOT_MET },
        { false, FK_ESCALATION_ANY_AGENCY, 6, 6, FK_CRITERION_MET },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture f;
        fixture_init(&f);
        add_perpetrator(&f, "P2", "");
        f.input.area.escalation_same_pair = cases[i].is_same_pair;
        f.input.area.escalation_source = cases[i].source;
        f.input.area.escalation_count = cases[i].threshold;
        add_incident(&f, "2026-03-01", FK_INCIDENT_ECONOMIC, "P1");
        add_incident(&f, "2026-02-01", FK_INCIDENT_COERCIVE_CONTROL, "P1");
        add_incident(&f, "2026-01-01", FK_INCIDENT_PHYSICAL, "P1");
        f.incidents[2].is_police_reported = false;
        add_incident(&f, "2026-02-02", FK_INCIDENT_THREAT, "P2");
        add_incident(&f, "2026-02-03", FK_INCIDENT_THREAT, "");
        add_incident(&f, "2026-02-04", FK_INCIDENT_THREAT, "P9");
        run(&f);
        assert_at(i, "count", (long)f.result.escalation_count, (long)cases[i].count);
        assert_at(i, "status", (long)f.result.criteria[FK_CRITERION_POTENTIAL_ESCALATION], (long)cases[i].status);
        assert_at(i, "pair", f.result.escalation_perpetrator_index, 0);
        assert_at(i, "nameless", (long)f.result.incidents[4].escalation,
                  (long)(cases[i].is_same_pair ? FK_USE_NO_PERPETRATOR : FK_USE_COUNTED));
        assert_at(i, "other", (long)f.result.incidents[5].escalation,
                  (long)(cases[i].is_same_pair ? FK_USE_OTHER_PERPETRATOR : FK_USE_COUNTED));
        fk_arena_reset(&f.arena);
    }
}

static void escalation__without_perpetrators_has_no_pair(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    f.input.perpetrator_count = 0;
    add_incident(&f, "2026-03-01", FK_INCIDENT_PHYSICAL, "P1");
    run_once(&f);
    assert_int_equal(f.result.escalation_count, 0);
    assert_int_equal(f.result.escalation_perpetrator_index, FK_CRITERIA_NO_INDEX);
    assert_int_equal(f.result.criteria[FK_CRITERION_POTENTIAL_ESCALATION], FK_CRITERION_NOT_MET);
}

/* --- repeat (rule 5) -------------------------------------------------------------------------------- */

static void repeat__turns_on_the_anchor_and_on_the_anniversary(void **state)
{
    (void)state;
    static const struct {
        fk_repeat_anchor anchor;
        const char *referral, *meeting, *incident;
        fk_incident_use use;
        bool is_other_anchor_notice;
    } cases[] = {
        { FK_REPEAT_REFERRAL_DATE, "2025-03-10", "2025-03-20", "2026-03-09", FK_USE_COUNTED, false },
        { FK_REPEAT_REFERRAL_DATE, "2025-03-10", "2025-03-20", "2026-03-10", FK_USE_COUNTED, false },
        { FK_REPEAT_REFERRAL_DATE, "2025-03-09", "2025-03-20", "2026-03-10", FK_USE_AFTER_WINDOW, true },
        { FK_REPEAT_REFERRAL_DATE, "2025-03-09", "2025-03-09", "2026-03-10", FK_USE_AFTER_WINDOW, false },
        { FK_REPEAT_REFERRAL_DATE, "2025-03-10", "2025-03-20", "2025-03-10", FK_USE_BEFORE_WINDOW, false },
        { FK_REPEAT_REFERRAL_DATE, "2025-03-10", "2025-03-20", "2025-03-11", FK_USE_COUNTED, false },
        { FK_REPEAT_REFERRAL_DATE, "2025-03-10", "2025-03-20", "2026-03-11", FK_USE_AFTER_EVALUATION, false },
        { FK_REPEAT_MEETING_DATE, "2025-03-01", "2025-03-20", "2025-03-20", FK_USE_BEFORE_WINDOW, true },
        { FK_REPEAT_MEETING_DATE, "2025-03-01", "2025-03-20", "2025-03-21", FK_USE_COUNTED, false },
        { FK_REPEAT_MEETING_DATE, "2025-03-01", "", "2025-03-21", FK_USE_NO_PRIOR_MARAC, true },
        { FK_REPEAT_REFERRAL_DATE, "", "2025-03-20", "2025-03-20", FK_USE_NO_PRIOR_MARAC, false },
        { FK_REPEAT_REFERRAL_DATE, "2026-03-11", "2025-03-20", "2026-03-10", FK_USE_NO_PRIOR_MARAC, true },
        { FK_REPEAT_MEETING_DATE, "2025-03-01", "2026-03-11", "2026-03-10", FK_USE_NO_PRIOR_MARAC, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture f;
        fixture_init(&f);
        f.input.area.repeat_anchor = cases[i].anchor;
        add_prior(&f, "AREA_A", cases[i].referral, cases[i].meeting, "P1");
        add_incident(&f, cases[i].incident, FK_INCIDENT_CONTACT_DISPUTE, "P1");
        run(&f);
        bool is_met = cases[i].use == FK_USE_COUNTED;
        assert_at(i, "use", (long)f.result.incidents[0].repeat, (long)cases[i].use);
        assert_at(i, "status", (long)f.result.criteria[FK_CRITERION_REPEAT],
                  is_met ? FK_CRITERION_MET : FK_CRITERION_NOT_MET);
        assert_at(i, "notice", has_notice(&f, FK_N_REPEAT_OTHER_ANCHOR), cases[i].is_other_anchor_notice);
        assert_at(i, "pair", f.result.repeat_perpetrator_index, is_met ? 0 : FK_CRITERIA_NO_INDEX);
        fk_arena_reset(&f.arena);
    }
}

static void repeat__admits_the_types_of_the_definition(void **state)
{
    (void)state;
    for (size_t type = 0; type < fk_incident_type_names.count; type++) {
        for (size_t definition = 0; definition < 2; definition++) {
            fixture f;
            fixture_init(&f);
            f.input.area.repeat_definition = (fk_repeat_definition)definition;
            add_prior(&f, "AREA_B", "2025-12-01", "", "P1");
            add_incident(&f, "2026-01-01", (fk_incident_type)type, "P1");
            run_once(&f);
            bool is_crime = type <= FK_INCIDENT_STALKING_HARASSMENT;
            assert_at(type, fk_incident_type_names.text[type],
                      f.result.criteria[FK_CRITERION_REPEAT] == FK_CRITERION_MET,
                      definition == FK_REPEAT_ANY_ABUSE || is_crime);
        }
    }
    fixture f;
    fixture_init(&f);
    f.input.area.repeat_definition = FK_REPEAT_CRIMINAL_LIST;
    add_prior(&f, "AREA_B", "2025-12-01", "", "P1");
    add_incident(&f, "2026-01-01", FK_INCIDENT_PHYSICAL, "P1");
    f.incidents[0].has_type = false;
    run_once(&f);
    assert_int_equal(f.result.criteria[FK_CRITERION_REPEAT], FK_CRITERION_NOT_MET);
}

/* The incident lies within twelve months of the earlier prior and before the later one: it belongs to the later. */
static void repeat__counts_from_the_latest_prior_of_a_pair(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    add_prior(&f, "AREA_A", "2025-06-01", "", "P1");
    add_prior(&f, "AREA_A", "2025-04-01", "", "P1");
    add_incident(&f, "2025-05-01", FK_INCIDENT_PHYSICAL, "P1");
    run(&f);
    assert_int_equal(f.result.criteria[FK_CRITERION_REPEAT], FK_CRITERION_NOT_MET);
    assert_int_equal(f.result.pairs[0].prior_index, 0);
    assert_date(f.result.repeat_anchor_date, "2025-06-01");
    assert_date(f.result.repeat_window_end, "2026-06-01");
    fk_arena_reset(&f.arena);
}

/* A prior after the evaluation does not hide an earlier one, and does not make the list empty. */
static void repeat__ignores_a_prior_after_the_evaluation(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    add_prior(&f, "AREA_A", "2026-03-11", "", "P1");
    run_once(&f);
    assert_int_equal(f.result.criteria[FK_CRITERION_REPEAT], FK_CRITERION_NOT_MET);
    assert_date(f.result.repeat_anchor_date, "");
    add_prior(&f, "AREA_A", "2025-12-01", "", "P1");
    add_incident(&f, "2026-01-01", FK_INCIDENT_PHYSICAL, "P1");
    run_once(&f);
    assert_int_equal(f.result.criteria[FK_CRITERION_REPEAT], FK_CRITERION_MET);
    assert_date(f.result.repeat_anchor_date, "2025-12-01");
}

/* What is shown: the latest prior that qualifies, even where a later one of somebody else does not. */
static void repeat__shows_the_prior_that_qualifies(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    add_perpetrator(&f, "P2", "");
    add_prior(&f, "AREA_A", "2025-07-01", "", "P1");
    add_prior(&f, "AREA_A", "2025-09-01", "", "P2");
    add_prior(&f, "AREA_A", "2025-11-01", "", "P9");
    run_once(&f);
    assert_int_equal(f.result.repeat_perpetrator_index, FK_CRITERIA_NO_INDEX);
    assert_date(f.result.repeat_anchor_date, "2025-11-01");
    add_incident(&f, "2026-01-01", FK_INCIDENT_PHYSICAL, "P1");
    run_once(&f);
    assert_int_equal(f.result.repeat_perpetrator_index, 0);
    assert_date(f.result.repeat_anchor_date, "2025-07-01");
    assert_date(f.result.repeat_window_end, "2026-07-01");
    add_incident(&f, "2026-01-02", FK_INCIDENT_PHYSICAL, "P2");
    run_once(&f);
    assert_int_equal(f.result.repeat_perpetrator_index, 1);
    assert_date(f.result.repeat_anchor_date, "2025-09-01");
}

static void repeat__of_other_people_is_not_met(void **state)
{
    (void)state;
    static const struct {
        const char *about, *incident_by, *incident_on;
        bool is_notice;
    } cases[] = {
        { "P9", "P1", "2026-01-01", true },  { "P9", "P1", "2025-12-01", false }, { "P9", "P9", "2026-01-01", false },
        { "P9", "P8", "2026-01-01", true },  { "P9", "", "2026-01-01", false },   { "P9", "P1", "2026-03-11", false },
        { "P9", "P1", "2025-11-01", false }, { "", "P1", "2026-01-01", true },    { "P9", "P1", "", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture f;
        fixture_init(&f);
        add_prior(&f, "AREA_A", "2025-12-01", "", cases[i].about);
        add_incident(&f, cases[i].incident_on, FK_INCIDENT_PHYSICAL, cases[i].incident_by);
        run_once(&f);
        assert_at(i, "status", (long)f.result.criteria[FK_CRITERION_REPEAT], FK_CRITERION_NOT_MET);
        assert_at(i, "notice", has_notice(&f, FK_N_PRIOR_MARAC_OTHER_PERP), cases[i].is_notice);
    }
}

/* --- transfer (rule 6) -------------------------------------------------------------------------------- */

static void transfer__turns_on_the_months_before_the_move(void **state)
{
    (void)state;
    static const struct {
        const char *area, *meeting, *about, *moved_on;
        fk_transfer_use use;
    } cases[] = {
        { "AREA_B", "2025-02-01", "P1", "2026-02-01", FK_TRANSFER_COUNTED },
        { "AREA_B", "2025-01-31", "P1", "2026-02-01", FK_TRANSFER_TOO_OLD },
        { "AREA_B", "2026-02-01", "P1", "2026-02-01", FK_TRANSFER_COUNTED },
        { "AREA_B", "2026-02-02", "P1", "2026-02-01", FK_TRANSFER_AFTER_MOVE },
        { "AREA_B", "2026-03-11", "P1", "2026-02-01", FK_TRANSFER_NOT_HEARD },
        { "AREA_B", "", "P1", "2026-02-01", FK_TRANSFER_NOT_HEARD },
        { "AREA_A", "2025-12-01", "P1", "2026-02-01", FK_TRANSFER_SAME_AREA },
        { "", "2025-12-01", "P1", "2026-02-01", FK_TRANSFER_COUNTED },
        { "AREA_B", "2025-12-01", "P9", "2026-02-01", FK_TRANSFER_OTHER_PERPETRATOR },
        { "AREA_B", "2025-12-01", "P1", "2026-03-10", FK_TRANSFER_COUNTED },
        { "AREA_B", "2025-12-01", "P1", "2026-03-11", FK_TRANSFER_NO_MOVE },
        { "AREA_B", "2025-12-01", "P1", "", FK_TRANSFER_NO_MOVE },
        { "AREA_B", "2024-02-29", "P1", "2025-02-28", FK_TRANSFER_COUNTED },
        { "AREA_B", "2024-02-29", "P1", "2025-03-01", FK_TRANSFER_TOO_OLD },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture f;
        fixture_init(&f);
        f.input.has_transfer = true;
        f.input.moved_on = date_of(cases[i].moved_on);
        add_prior(&f, cases[i].area, "", cases[i].meeting, cases[i].about);
        run(&f);
        assert_at(i, "use", (long)f.result.priors[0].transfer, (long)cases[i].use);
        assert_at(i, "status", (long)f.result.criteria[FK_CRITERION_TRANSFER_IN],
                  cases[i].use == FK_TRANSFER_COUNTED ? FK_CRITERION_MET : FK_CRITERION_NOT_MET);
        assert_at(i, "too old", has_notice(&f, FK_N_TRANSFER_TOO_OLD), cases[i].use == FK_TRANSFER_TOO_OLD);
        fk_arena_reset(&f.arena);
    }
}

static void transfer__without_a_block_does_not_apply(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    add_prior(&f, "AREA_B", "", "2020-01-01", "P1");
    run_once(&f);
    assert_int_equal(f.result.criteria[FK_CRITERION_TRANSFER_IN], FK_CRITERION_NOT_APPLICABLE);
    assert_false(has_notice(&f, FK_N_TRANSFER_TOO_OLD));
}

/* --- local (rule 7) ----------------------------------------------------------------------------------- */

static void local__is_met_by_a_flag_the_area_enables(void **state)
{
    (void)state;
    static const struct {
        const char *enabled[2], *flags[2];
        fk_criterion_status status;
        uint64_t met_set;
    } cases[] = {
        { { NULL }, { "LC_HBA" }, FK_CRITERION_NOT_APPLICABLE, 0 },
        { { "LC_HBA" }, { NULL }, FK_CRITERION_NOT_MET, 0 },
        { { "LC_HBA" }, { "LC_FGM" }, FK_CRITERION_NOT_MET, 0 },
        { { "LC_FGM", "LC_HBA" }, { "LC_HBA", "LC_OTHER" }, FK_CRITERION_MET, 2 },
        { { "LC_FGM", "LC_HBA" }, { "LC_HBA", "LC_FGM" }, FK_CRITERION_MET, 3 },
        { { "LC_HBA" }, { "LC_HB", "LC_HBA_" }, FK_CRITERION_NOT_MET, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture f;
        fixture_init(&f);
        for (size_t k = 0; k < 2 && cases[i].enabled[k] != NULL; k++) {
            f.enabled[f.input.area.local_criteria_count++] = fk_bytes_text(cases[i].enabled[k]);
        }
        for (size_t k = 0; k < 2 && cases[i].flags[k] != NULL; k++) {
            f.flags[f.input.local_flag_count++] = fk_bytes_text(cases[i].flags[k]);
        }
        run_once(&f);
        assert_at(i, "status", (long)f.result.criteria[FK_CRITERION_LOCAL], (long)cases[i].status);
        assert_at(i, "met", (long)f.result.local_met_set, (long)cases[i].met_set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(count__reaches_the_threshold_or_still_could),
        cmocka_unit_test(judgement__needs_a_written_reason_and_never_lowers),
        cmocka_unit_test(escalation__counts_an_incident_within_the_months),
        cmocka_unit_test(escalation__counts_one_pair_or_all),
        cmocka_unit_test(escalation__without_perpetrators_has_no_pair),
        cmocka_unit_test(repeat__turns_on_the_anchor_and_on_the_anniversary),
        cmocka_unit_test(repeat__admits_the_types_of_the_definition),
        cmocka_unit_test(repeat__counts_from_the_latest_prior_of_a_pair),
        cmocka_unit_test(repeat__ignores_a_prior_after_the_evaluation),
        cmocka_unit_test(repeat__shows_the_prior_that_qualifies),
        cmocka_unit_test(repeat__of_other_people_is_not_met),
        cmocka_unit_test(transfer__turns_on_the_months_before_the_move),
        cmocka_unit_test(transfer__without_a_block_does_not_apply),
        cmocka_unit_test(local__is_met_by_a_flag_the_area_enables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
