#include "criteria_internal.h"

#include "fk/banned.h"

bool fk_criteria_date_counts(const fk_criteria_input *input, fk_civil_date date)
{
    return fk_civil_date_is_set(date) && fk_civil_date_compare(date, input->evaluation_date) <= 0;
}

bool fk_criteria_is_later(fk_civil_date date, fk_civil_date than)
{
    return fk_civil_date_is_set(date) && (!fk_civil_date_is_set(than) || fk_civil_date_compare(date, than) > 0);
}

bool fk_criteria_prior_names(const fk_criteria_prior *prior, fk_bytes perpetrator_id)
{
    for (size_t i = 0; i < prior->perpetrator_id_count; i++) {
        if (fk_bytes_equal(prior->perpetrator_ids[i], perpetrator_id)) {
            return true;
        }
    }
    return false;
}

static bool prior_names_a_current_perpetrator(const fk_criteria_input *input, const fk_criteria_prior *prior)
{
    for (size_t p = 0; p < input->perpetrator_count; p++) {
        if (fk_criteria_prior_names(prior, input->perpetrators[p].id)) {
            return true;
        }
    }
    return false;
}

/* --- incidents -------------------------------------------------------------------------------- */

void fk_criteria_incidents_assign(fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    for (size_t i = 0; i < input->incident_count; i++) {
        state->incidents[i].perpetrator_index = FK_CRITERIA_NO_INDEX;
        for (size_t p = 0; p < input->perpetrator_count; p++) {
            if (fk_bytes_equal(input->incidents[i].perpetrator_id, input->perpetrators[p].id)) {
                state->incidents[i].perpetrator_index = (uint16_t)p;
            }
        }
    }
}

/* Reasons not to count that escalation and repeat share, or FK_USE_COUNTED. */
static fk_incident_use incident_use(const fk_criteria_input *input, const fk_criteria_incident *incident,
                                    uint16_t perpetrator_index, bool must_be_of_a_pair)
{
    if (!fk_civil_date_is_set(incident->date)) {
        return FK_USE_NO_DATE;
    }
    if (!fk_criteria_date_counts(input, incident->date)) {
        return FK_USE_AFTER_EVALUATION;
    }
    if (must_be_of_a_pair && perpetrator_index == FK_CRITERIA_NO_INDEX) {
        return incident->perpetrator_id.size_bytes == 0 ? FK_USE_NO_PERPETRATOR : FK_USE_OTHER_PERPETRATOR;
    }
    return FK_USE_COUNTED;
}

/* --- escalation (rule 4) ------------------------------------------------------------------------ */

static fk_incident_use escalation_use(const fk_criteria_input *input, const fk_criteria_incident *incident,
                                      uint16_t perpetrator_index)
{
    const fk_criteria_area *area = &input->area;
    fk_incident_use use = incident_use(input, incident, perpetrator_index, area->escalation_same_pair);
    if (use != FK_USE_COUNTED) {
        return use;
    }
    if (area->escalation_source == FK_ESCALATION_POLICE_REPORTED && !incident->is_police_reported) {
        return FK_USE_NOT_POLICE_REPORTED;
    }
    return fk_civil_date_is_within(incident->date, input->evaluation_date, area->escalation_months)
               ? FK_USE_COUNTED
               : FK_USE_BEFORE_WINDOW;
}

void fk_criteria_escalation(fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    fk_criteria_result *result = state->result;
    uint32_t total = 0;
    for (size_t i = 0; i < input->incident_count; i++) {
        uint16_t perpetrator_index = state->incidents[i].perpetrator_index;
        state->incidents[i].escalation = escalation_use(input, &input->incidents[i], perpetrator_index);
        if (state->incidents[i].escalation == FK_USE_COUNTED) {
            total++;
            if (perpetrator_index != FK_CRITERIA_NO_INDEX) {
                state->pairs[perpetrator_index].escalation_count++;
            }
        }
    }
    uint32_t highest = 0;
    result->escalation_perpetrator_index = FK_CRITERIA_NO_INDEX;
    for (size_t p = 0; p < input->perpetrator_count; p++) {
        if (state->pairs[p].escalation_count > highest) {
            highest = state->pairs[p].escalation_count;
            result->escalation_perpetrator_index = (uint16_t)p;
        }
    }
    result->escalation_count = input->area.escalation_same_pair ? highest : total;
    result->escalation_from = fk_civil_date_first_within(input->evaluation_date, input->area.escalation_months);
    result->criteria[FK_CRITERION_POTENTIAL_ESCALATION] =
        result->escalation_count >= input->area.escalation_count ? FK_CRITERION_MET : FK_CRITERION_NOT_MET;
}

/* --- repeat (rule 5) ------------------------------------------------------------------------------ */

/* The date a repeat is counted from, or none when this prior has none that counts. */
static fk_civil_date anchor_of(const fk_criteria_input *input, const fk_criteria_prior *prior, fk_repeat_anchor anchor)
{
    fk_civil_date date = anchor == FK_REPEAT_REFERRAL_DATE ? prior->referral_date : prior->meeting_date;
    return fk_criteria_date_counts(input, date) ? date : (fk_civil_date){ 0 };
}

static fk_incident_use repeat_use(const fk_criteria_input *input, const fk_criteria_incident *incident,
                                  const fk_criteria_pair *pair)
{
    if (!fk_civil_date_is_set(pair->anchor_date)) {
        return FK_USE_NO_PRIOR_MARAC;
    }
    if (input->area.repeat_definition == FK_REPEAT_CRIMINAL_LIST &&
        (!incident->has_type || incident->type > FK_INCIDENT_STALKING_HARASSMENT)) {
        return FK_USE_TYPE_NOT_IN_DEFINITION;
    }
    if (fk_civil_date_compare(incident->date, pair->anchor_date) <= 0) {
        return FK_USE_BEFORE_WINDOW;
    }
    return fk_civil_date_compare(incident->date, pair->window_end) <= 0 ? FK_USE_COUNTED : FK_USE_AFTER_WINDOW;
}

static void pair_find_anchor(const fk_criteria_input *input, fk_bytes perpetrator_id, fk_repeat_anchor anchor,
                             fk_criteria_pair *pair)
{
    pair->prior_index = FK_CRITERIA_NO_INDEX;
    pair->anchor_date = (fk_civil_date){ 0 };
    pair->window_end = (fk_civil_date){ 0 };
    for (size_t i = 0; i < input->prior_count; i++) {
        fk_civil_date date = anchor_of(input, &input->priors[i], anchor);
        if (fk_criteria_is_later(date, pair->anchor_date) &&
            fk_criteria_prior_names(&input->priors[i], perpetrator_id)) {
            pair->prior_index = (uint16_t)i;
            pair->anchor_date = date;
            pair->window_end = fk_civil_date_add_months(date, input->area.repeat_months);
        }
    }
}

/* Whether any pair would be met counted from the date the area does not use. */
static bool is_met_with_other_anchor(const fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    fk_repeat_anchor other =
        input->area.repeat_anchor == FK_REPEAT_REFERRAL_DATE ? FK_REPEAT_MEETING_DATE : FK_REPEAT_REFERRAL_DATE;
    for (size_t p = 0; p < input->perpetrator_count; p++) {
        fk_criteria_pair pair = { 0 };
        pair_find_anchor(input, input->perpetrators[p].id, other, &pair);
        for (size_t i = 0; i < input->incident_count; i++) {
            const fk_criteria_incident *incident = &input->incidents[i];
            if (state->incidents[i].perpetrator_index == p && fk_criteria_date_counts(input, incident->date) &&
                repeat_use(input, incident, &pair) == FK_USE_COUNTED) {
                return true;
            }
        }
    }
    return false;
}

/* The prior to show: the latest that makes the criterion met, else the latest of anybody. */
static void repeat_choose_window(fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    fk_criteria_result *result = state->result;
    result->repeat_perpetrator_index = FK_CRITERIA_NO_INDEX;
    for (size_t p = 0; p < input->perpetrator_count; p++) {
        const fk_criteria_pair *pair = &state->pairs[p];
        if (pair->repeat_incident_count > 0 && fk_criteria_is_later(pair->anchor_date, result->repeat_anchor_date)) {
            result->repeat_perpetrator_index = (uint16_t)p;
            result->repeat_anchor_date = pair->anchor_date;
            result->repeat_window_end = pair->window_end;
        }
    }
    if (result->repeat_perpetrator_index != FK_CRITERIA_NO_INDEX) {
        return;
    }
    for (size_t i = 0; i < input->prior_count; i++) {
        if (fk_criteria_is_later(state->priors[i].anchor_date, result->repeat_anchor_date)) {
            result->repeat_anchor_date = state->priors[i].anchor_date;
            result->repeat_window_end = state->priors[i].window_end;
        }
    }
}

void fk_criteria_repeat(fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    const fk_criteria_area *area = &input->area;
    for (size_t i = 0; i < input->prior_count; i++) {
        fk_civil_date date = anchor_of(input, &input->priors[i], area->repeat_anchor);
        if (fk_civil_date_is_set(date)) {
            state->priors[i].anchor_date = date;
            state->priors[i].window_end = fk_civil_date_add_months(date, area->repeat_months);
        }
    }
    for (size_t p = 0; p < input->perpetrator_count; p++) {
        pair_find_anchor(input, input->perpetrators[p].id, area->repeat_anchor, &state->pairs[p]);
    }
    for (size_t i = 0; i < input->incident_count; i++) {
        fk_criteria_incident_evidence *evidence = &state->incidents[i];
        const fk_criteria_incident *incident = &input->incidents[i];
        evidence->repeat = incident_use(input, incident, evidence->perpetrator_index, true);
        if (evidence->repeat == FK_USE_COUNTED) {
            fk_criteria_pair *pair = &state->pairs[evidence->perpetrator_index];
            evidence->repeat = repeat_use(input, incident, pair);
            pair->repeat_incident_count += evidence->repeat == FK_USE_COUNTED ? 1 : 0;
        }
    }
    repeat_choose_window(state);
    bool is_met = state->result->repeat_perpetrator_index != FK_CRITERIA_NO_INDEX;
    state->result->criteria[FK_CRITERION_REPEAT] = input->prior_count == 0 ? FK_CRITERION_NOT_APPLICABLE
                                                   : is_met                ? FK_CRITERION_MET
                                                                           : FK_CRITERION_NOT_MET;
    state->result->is_repeat_met_with_other_anchor = is_met_with_other_anchor(state);
}

/* --- transfer (rule 6) ------------------------------------------------------------------------------ */

static fk_transfer_use transfer_use(const fk_criteria_input *input, const fk_criteria_prior *prior)
{
    if (!input->has_transfer || !fk_criteria_date_counts(input, input->moved_on)) {
        return FK_TRANSFER_NO_MOVE;
    }
    if (!prior_names_a_current_perpetrator(input, prior)) {
        return FK_TRANSFER_OTHER_PERPETRATOR;
    }
    if (fk_bytes_equal(prior->marac_area, input->area.id)) {
        return FK_TRANSFER_SAME_AREA;
    }
    if (!fk_criteria_date_counts(input, prior->meeting_date)) {
        return FK_TRANSFER_NOT_HEARD;
    }
    if (fk_civil_date_compare(prior->meeting_date, input->moved_on) > 0) {
        return FK_TRANSFER_AFTER_MOVE;
    }
    return fk_civil_date_is_within(prior->meeting_date, input->moved_on, input->area.transfer_months)
               ? FK_TRANSFER_COUNTED
               : FK_TRANSFER_TOO_OLD;
}

void fk_criteria_transfer(fk_evaluation_state *state)
{
    const fk_criteria_input *input = state->input;
    fk_criterion_status status = input->has_transfer ? FK_CRITERION_NOT_MET : FK_CRITERION_NOT_APPLICABLE;
    for (size_t i = 0; i < input->prior_count; i++) {
        const fk_criteria_prior *prior = &input->priors[i];
        if (fk_criteria_date_counts(input, prior->meeting_date)) {
            state->priors[i].transfer_window_end =
                fk_civil_date_add_months(prior->meeting_date, input->area.transfer_months);
        }
        state->priors[i].transfer = transfer_use(input, prior);
        if (state->priors[i].transfer == FK_TRANSFER_COUNTED) {
            status = FK_CRITERION_MET;
        }
    }
    state->result->criteria[FK_CRITERION_TRANSFER_IN] = status;
}
