#include "fk/criteria.h"

#include "criteria_internal.h"
#include "fk/assert.h"

#include "fk/banned.h"

enum { PERPETRATOR_AGE_OF_ACT = 16 };

/* --- input ------------------------------------------------------------------------------------ */

static fk_status refuse(fk_error *error, fk_code code, const char *field)
{
    fk_error_set(error, "%s", field);
    return fk_status_of(code);
}

static fk_status check_counts(const fk_criteria_input *input, fk_error *error)
{
    const struct {
        const char *field;
        size_t count;
        size_t max;
    } bounds[] = {
        { "perpetrators", input->perpetrator_count, FK_CRITERIA_PERPETRATORS_MAX },
        { "children", input->child_count, FK_CRITERIA_CHILDREN_MAX },
        { "incidents", input->incident_count, FK_CRITERIA_INCIDENTS_MAX },
        { "priorMarac", input->prior_count, FK_CRITERIA_PRIORS_MAX },
        { "localFlags", input->local_flag_count, FK_CRITERIA_LOCAL_MAX },
        { "area.localCriteria", input->area.local_criteria_count, FK_CRITERIA_LOCAL_MAX },
        { "area.escalation.months", input->area.escalation_months, FK_CRITERIA_MONTHS_MAX },
        { "area.repeat.months", input->area.repeat_months, FK_CRITERIA_MONTHS_MAX },
        { "area.transferMonths", input->area.transfer_months, FK_CRITERIA_MONTHS_MAX },
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        if (bounds[i].count > bounds[i].max) {
            return refuse(error, FK_ERR_TOO_LARGE, bounds[i].field);
        }
    }
    return fk_ok();
}

static bool is_born_after_evaluation(const fk_criteria_input *input, fk_civil_date birth)
{
    return fk_civil_date_is_set(birth) && fk_civil_date_compare(birth, input->evaluation_date) > 0;
}

static fk_status check_people(const fk_criteria_input *input, fk_error *error)
{
    if (!fk_civil_date_is_set(input->evaluation_date)) {
        return refuse(error, FK_ERR_INVALID_INPUT, "evaluationDate");
    }
    if (is_born_after_evaluation(input, input->victim_birth)) {
        return refuse(error, FK_ERR_INVALID_INPUT, "victim.dob");
    }
    for (size_t p = 0; p < input->perpetrator_count; p++) {
        const fk_criteria_person *person = &input->perpetrators[p];
        if (is_born_after_evaluation(input, person->birth)) {
            return refuse(error, FK_ERR_INVALID_INPUT, "perpetrators.dob");
        }
        if (person->id.size_bytes == 0) {
            return refuse(error, FK_ERR_INVALID_INPUT, "perpetrators.id");
        }
        for (size_t earlier = 0; earlier < p; earlier++) {
            /* Two people under one id would share incidents and ages. */
            if (fk_bytes_equal(person->id, input->perpetrators[earlier].id)) {
                return refuse(error, FK_ERR_INVALID_INPUT, "perpetrators.id");
            }
        }
    }
    return fk_ok();
}

/* --- newest first ------------------------------------------------------------------------------- */

/* Insertion: the list is short, mostly in order, and libc's qsort takes memory of its own. */
static fk_status sort_newest_first(const fk_criteria_input *input, fk_arena *arena, const uint16_t **order_out)
{
    uint16_t *order = fk_arena_allocate(arena, input->incident_count * sizeof *order);
    if (order == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < input->incident_count; i++) {
        size_t place = i;
        while (place > 0 && fk_criteria_is_later(input->incidents[i].date, input->incidents[order[place - 1]].date)) {
            order[place] = order[place - 1];
            place--;
        }
        order[place] = (uint16_t)i;
    }
    *order_out = order;
    return fk_ok();
}

/* --- the criteria that need no history --------------------------------------------------------- */

static void find_ages(fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    fk_criteria_result *result = state->result;
    result->has_victim_age = fk_civil_date_is_set(input->victim_birth);
    if (result->has_victim_age) {
        result->victim_age = fk_civil_date_completed_years(input->victim_birth, input->evaluation_date);
    }
    result->is_every_perpetrator_under_16 = input->perpetrator_count > 0;
    for (size_t p = 0; p < input->perpetrator_count; p++) {
        fk_criteria_pair *pair = &state->pairs[p];
        pair->has_age = fk_civil_date_is_set(input->perpetrators[p].birth);
        if (pair->has_age) {
            pair->age = fk_civil_date_completed_years(input->perpetrators[p].birth, input->evaluation_date);
        }
        if (!pair->has_age || pair->age >= PERPETRATOR_AGE_OF_ACT) {
            result->is_every_perpetrator_under_16 = false;
        }
    }
}

fk_criterion_status fk_criteria_visible_high_risk(const fk_dash_summary *dash, uint32_t threshold)
{
    uint32_t reachable = dash->yes_count + dash->dont_know_count + dash->not_answered_count;
    if (dash->yes_count >= threshold) {
        return FK_CRITERION_MET;
    }
    return reachable >= threshold ? FK_CRITERION_POSSIBLE : FK_CRITERION_NOT_MET;
}

static void find_count(fk_evaluation_state *state)
{
    fk_criteria_result *result = state->result;
    result->dash = fk_dash_summarise(&state->input->dash);
    result->criteria[FK_CRITERION_VISIBLE_HIGH_RISK] =
        fk_criteria_visible_high_risk(&result->dash, state->input->area.vhr_threshold);
}

static void find_judgement(fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    state->result->is_reason_recorded = fk_text_trim(input->concern_reason).size_bytes > 0;
    state->result->criteria[FK_CRITERION_PROFESSIONAL_JUDGEMENT] =
        input->is_concern_high && state->result->is_reason_recorded ? FK_CRITERION_MET : FK_CRITERION_NOT_MET;
}

static void find_local(fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    const fk_criteria_area *area = &input->area;
    for (size_t i = 0; i < area->local_criteria_count; i++) {
        for (size_t k = 0; k < input->local_flag_count; k++) {
            if (fk_bytes_equal(area->local_criteria[i], input->local_flags[k])) {
                state->result->local_met_set |= UINT64_C(1) << i;
            }
        }
    }
    state->result->criteria[FK_CRITERION_LOCAL] = area->local_criteria_count == 0     ? FK_CRITERION_NOT_APPLICABLE
                                                  : state->result->local_met_set != 0 ? FK_CRITERION_MET
                                                                                      : FK_CRITERION_NOT_MET;
}

/* --- the decision (rules 8 and 9) ---------------------------------------------------------------- */

static void decide(fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    fk_criteria_result *result = state->result;
    uint32_t met_set = 0;
    for (size_t i = 0; i < FK_CRITERION_COUNT; i++) {
        met_set |= result->criteria[i] == FK_CRITERION_MET ? FK_BIT(i) : 0;
    }
    bool is_only_local = result->is_every_perpetrator_under_16;
    bool is_old_enough = !result->has_victim_age || result->victim_age >= input->area.victim_age_min;
    result->is_eligible = is_old_enough && (!is_only_local || (met_set & FK_BIT(FK_CRITERION_LOCAL)) != 0);
    if (!result->is_eligible) {
        return;
    }
    uint32_t reason_set = is_only_local ? FK_BIT(FK_CRITERION_LOCAL) : met_set;
    if (reason_set == 0 && fk_criteria_date_counts(input, input->referral_sent_on)) {
        reason_set = FK_BIT(FK_REASON_REFERRAL_ALREADY_SENT);
    }
    result->reason_set = reason_set;
    result->is_referral_to_marac = reason_set != 0;
}

fk_status fk_criteria_evaluate(const fk_criteria_input *input, fk_arena *arena, fk_criteria_result *result_out,
                               fk_error *error)
{
    FK_TRY(check_counts(input, error));
    FK_TRY(check_people(input, error));
    fk_criteria_result result = { 0 };
    fk_evaluation_state state = {
        .input = input,
        .result = &result,
        .pairs = fk_arena_allocate(arena, input->perpetrator_count * sizeof(fk_criteria_pair)),
        .priors = fk_arena_allocate(arena, input->prior_count * sizeof(fk_criteria_prior_evidence)),
        .incidents = fk_arena_allocate(arena, input->incident_count * sizeof(fk_criteria_incident_evidence)),
    };
    if (state.pairs == NULL || state.priors == NULL || state.incidents == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    result.pairs = state.pairs;
    result.priors = state.priors;
    result.incidents = state.incidents;
    FK_TRY(sort_newest_first(input, arena, &result.incidents_newest_first));

    find_ages(&state);
    find_count(&state);
    find_judgement(&state);
    find_local(&state);
    fk_criteria_incidents_assign(&state);
    fk_criteria_escalation(&state);
    fk_criteria_repeat(&state);
    fk_criteria_transfer(&state);
    decide(&state);
    result.notice_set = fk_criteria_notices(&state);
    *result_out = result;
    return fk_ok();
}
