#include "criteria_internal.h"

#include "fk/banned.h"

/* docs/DOMAIN.md 7, rule 10: one predicate for each notice, in the order of the enum. */

enum { AGE_YOUNG_TOOL_FROM = 13, AGE_OF_ACT = 16, AGE_ADULT = 18, TRANSITION_MONTHS = 6 };

static bool is_status(const fk_evaluation_state *state, fk_criterion criterion, fk_criterion_status status)
{
    return state->result->criteria[criterion] == status;
}

/* An age that is known and from <= age < below. */
static bool is_victim_aged(const fk_evaluation_state *state, uint32_t from, uint32_t below)
{
    const fk_criteria_result *result = state->result;
    return result->has_victim_age && result->victim_age >= from && result->victim_age < below;
}

static bool is_a_perpetrator_aged(const fk_evaluation_state *state, uint32_t from, uint32_t below)
{
    for (size_t p = 0; p < state->input->perpetrator_count; p++) {
        const fk_criteria_pair *pair = &state->pairs[p];
        if (pair->has_age && pair->age >= from && pair->age < below) {
            return true;
        }
    }
    return false;
}

static bool vhr_possible(const fk_evaluation_state *state)
{
    return is_status(state, FK_CRITERION_VISIBLE_HIGH_RISK, FK_CRITERION_POSSIBLE);
}

static bool pj_rationale_missing(const fk_evaluation_state *state)
{
    return state->input->is_concern_high && !state->result->is_reason_recorded;
}

static bool downgrade_blocked(const fk_evaluation_state *state)
{
    return is_status(state, FK_CRITERION_VISIBLE_HIGH_RISK, FK_CRITERION_MET) && !state->input->is_concern_high &&
           state->result->is_reason_recorded;
}

static bool repeat_other_anchor(const fk_evaluation_state *state)
{
    return is_status(state, FK_CRITERION_REPEAT, FK_CRITERION_NOT_MET) &&
           state->result->is_repeat_met_with_other_anchor;
}

/* Any prior and any named person: neither has to be current, and the window has no end here. */
static bool prior_marac_other_perp(const fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    if (!is_status(state, FK_CRITERION_REPEAT, FK_CRITERION_NOT_MET)) {
        return false;
    }
    for (size_t i = 0; i < input->incident_count; i++) {
        const fk_criteria_incident *incident = &input->incidents[i];
        if (incident->perpetrator_id.size_bytes == 0 || !fk_criteria_date_counts(input, incident->date)) {
            continue;
        }
        for (size_t k = 0; k < input->prior_count; k++) {
            fk_civil_date anchor = state->priors[k].anchor_date;
            if (fk_civil_date_is_set(anchor) && fk_civil_date_compare(incident->date, anchor) > 0 &&
                !fk_criteria_prior_names(&input->priors[k], incident->perpetrator_id)) {
                return true;
            }
        }
    }
    return false;
}

static bool multiple_perpetrators(const fk_evaluation_state *state)
{
    return state->input->perpetrator_count > 1;
}

static bool transfer_too_old(const fk_evaluation_state *state)
{
    if (!is_status(state, FK_CRITERION_TRANSFER_IN, FK_CRITERION_NOT_MET)) {
        return false;
    }
    for (size_t i = 0; i < state->input->prior_count; i++) {
        if (state->priors[i].transfer == FK_TRANSFER_TOO_OLD) {
            return true;
        }
    }
    return false;
}

static bool changed_after_completion(const fk_evaluation_state *state)
{
    return state->input->version > 1;
}

static bool referral_retained(const fk_evaluation_state *state)
{
    if (!fk_criteria_date_counts(state->input, state->input->referral_sent_on)) {
        return false;
    }
    for (size_t i = 0; i < FK_CRITERION_COUNT; i++) {
        if (state->result->criteria[i] == FK_CRITERION_MET) {
            return false;
        }
    }
    return true;
}

static bool children_referral_check(const fk_evaluation_state *state)
{
    return state->input->child_count > 0;
}

static bool csc_referral_required(const fk_evaluation_state *state)
{
    return is_victim_aged(state, 0, AGE_ADULT) || is_a_perpetrator_aged(state, 0, AGE_ADULT);
}

static bool use_yp_tool(const fk_evaluation_state *state)
{
    return is_victim_aged(state, AGE_YOUNG_TOOL_FROM, AGE_ADULT);
}

static bool transition_18(const fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    return is_victim_aged(state, AGE_ADULT - 1, AGE_ADULT) &&
           fk_civil_date_is_within(input->evaluation_date, fk_civil_date_birthday(input->victim_birth, AGE_ADULT),
                                   TRANSITION_MONTHS);
}

static bool under16_not_marac(const fk_evaluation_state *state)
{
    return is_victim_aged(state, 0, AGE_OF_ACT);
}

static bool perp_under_18(const fk_evaluation_state *state)
{
    return is_a_perpetrator_aged(state, AGE_OF_ACT, AGE_ADULT);
}

static bool perp_under_16(const fk_evaluation_state *state)
{
    return is_a_perpetrator_aged(state, 0, AGE_OF_ACT);
}

static bool no_family_interpreter(const fk_evaluation_state *state)
{
    return state->input->is_interpreter_needed;
}

typedef bool notice_rule(const fk_evaluation_state *state);

static notice_rule *const rules[] = {
    [FK_N_VHR_POSSIBLE] = vhr_possible,
    [FK_N_PJ_RATIONALE_MISSING] = pj_rationale_missing,
    [FK_N_DOWNGRADE_BLOCKED] = downgrade_blocked,
    [FK_N_REPEAT_OTHER_ANCHOR] = repeat_other_anchor,
    [FK_N_PRIOR_MARAC_OTHER_PERP] = prior_marac_other_perp,
    [FK_N_MULTIPLE_PERPETRATORS] = multiple_perpetrators,
    [FK_N_TRANSFER_TOO_OLD] = transfer_too_old,
    [FK_N_CHANGED_AFTER_COMPLETION] = changed_after_completion,
    [FK_N_REFERRAL_RETAINED] = referral_retained,
    [FK_N_CHILDREN_REFERRAL_CHECK] = children_referral_check,
    [FK_N_CSC_REFERRAL_REQUIRED] = csc_referral_required,
    [FK_N_USE_YP_TOOL] = use_yp_tool,
    [FK_N_TRANSITION_18] = transition_18,
    [FK_N_UNDER16_NOT_MARAC] = under16_not_marac,
    [FK_N_PERP_UNDER_18] = perp_under_18,
    [FK_N_PERP_UNDER_16] = perp_under_16,
    [FK_N_NO_FAMILY_INTERPRETER] = no_family_interpreter,
};
_Static_assert(sizeof rules / sizeof rules[0] == FK_N_NO_FAMILY_INTERPRETER + 1, "every notice has a rule");

uint32_t fk_criteria_notices(const fk_evaluation_state *state)
{
    uint32_t set = 0;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        set |= rules[i](state) ? FK_BIT(i) : 0;
    }
    return set;
}
