#include "evaluation_json.h"

#include "fk/banned.h"

/* --- small values --------------------------------------------------------------------------------- */

static void write_key_text(fk_json_writer *writer, const char *key, const char *text)
{
    fk_json_key_text(writer, key);
    fk_json_write_text(writer, text);
}

static void write_key_uint(fk_json_writer *writer, const char *key, uint64_t number)
{
    fk_json_key_text(writer, key);
    fk_json_write_uint(writer, number);
}

static void write_key_bool(fk_json_writer *writer, const char *key, bool flag)
{
    fk_json_key_text(writer, key);
    fk_json_write_bool(writer, flag);
}

/* null for none. */
static void write_key_date(fk_json_writer *writer, const char *key, fk_civil_date date)
{
    char text[FK_CIVIL_DATE_TEXT_SIZE_BYTES + 1];
    fk_json_key_text(writer, key);
    if (!fk_civil_date_is_set(date)) {
        fk_json_write_null(writer);
        return;
    }
    fk_civil_date_format(date, text);
    fk_json_write_text(writer, text);
}

/* null for empty. */
static void write_bytes_or_null(fk_json_writer *writer, fk_bytes text)
{
    if (text.size_bytes == 0) {
        fk_json_write_null(writer);
    } else {
        fk_json_write_string(writer, text);
    }
}

static void write_key_bytes(fk_json_writer *writer, const char *key, fk_bytes text)
{
    fk_json_key_text(writer, key);
    write_bytes_or_null(writer, text);
}

static void write_key_age(fk_json_writer *writer, const char *key, bool has_age, uint32_t age)
{
    fk_json_key_text(writer, key);
    if (has_age) {
        fk_json_write_uint(writer, age);
    } else {
        fk_json_write_null(writer);
    }
}

static void write_key_perpetrator(fk_json_writer *writer, const char *key, const fk_criteria_input *input,
                                  uint16_t index)
{
    write_key_bytes(writer, key, index == FK_CRITERIA_NO_INDEX ? (fk_bytes){ NULL, 0 } : input->perpetrators[index].id);
}

static void write_key_set(fk_json_writer *writer, const char *key, const fk_names *names, uint32_t set)
{
    fk_json_key_text(writer, key);
    fk_json_array_begin(writer);
    for (size_t i = 0; i < names->count; i++) {
        if ((set >> i & 1) != 0) {
            fk_json_write_text(writer, fk_names_text(names, i));
        }
    }
    fk_json_array_end(writer);
}

static void write_key_dash_items(fk_json_writer *writer, const char *key, uint32_t set)
{
    fk_json_key_text(writer, key);
    fk_json_array_begin(writer);
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        if ((set >> i & 1) != 0) {
            fk_json_write_text(writer, fk_dash_items[i].id);
        }
    }
    fk_json_array_end(writer);
}

static void write_local_met(fk_json_writer *writer, const char *key, const fk_criteria_input *input,
                            const fk_criteria_result *result)
{
    fk_json_key_text(writer, key);
    fk_json_array_begin(writer);
    for (size_t i = 0; i < input->area.local_criteria_count; i++) {
        if ((result->local_met_set >> i & 1) != 0) {
            fk_json_write_string(writer, input->area.local_criteria[i]);
        }
    }
    fk_json_array_end(writer);
}

/* --- evidence, criterion by criterion ------------------------------------------------------------- */

/* Ids of the incidents with that use, newest first; of one pair only, unless perpetrator_index is none. */
static void write_incident_ids(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result,
                               bool is_repeat, uint16_t perpetrator_index)
{
    size_t written = 0;
    fk_json_key_text(writer, "incidentIds");
    fk_json_array_begin(writer);
    for (size_t k = 0; k < input->incident_count && written < FK_EVALUATION_EVIDENCE_ROWS_MAX; k++) {
        uint16_t i = result->incidents_newest_first[k];
        const fk_criteria_incident_evidence *evidence = &result->incidents[i];
        fk_incident_use use = is_repeat ? evidence->repeat : evidence->escalation;
        if (use == FK_USE_COUNTED &&
            (perpetrator_index == FK_CRITERIA_NO_INDEX || evidence->perpetrator_index == perpetrator_index)) {
            write_bytes_or_null(writer, input->incidents[i].id);
            written++;
        }
    }
    fk_json_array_end(writer);
}

static void write_high_risk(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    fk_json_key_text(writer, "visibleHighRisk");
    fk_json_object_begin(writer);
    write_key_uint(writer, "count", result->dash.yes_count);
    write_key_uint(writer, "threshold", input->area.vhr_threshold);
    write_key_uint(writer, "unknown", result->dash.dont_know_count + result->dash.not_answered_count);
    write_key_dash_items(writer, "openItems", result->dash.unknown_set);
    fk_json_object_end(writer);
}

static void write_judgement(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    fk_json_key_text(writer, "professionalJudgement");
    fk_json_object_begin(writer);
    write_key_bool(writer, "concernHigh", input->is_concern_high);
    write_key_bool(writer, "reasonRecorded", result->is_reason_recorded);
    fk_json_object_end(writer);
}

static void write_escalation(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    const fk_criteria_area *area = &input->area;
    uint16_t perpetrator_index =
        area->escalation_same_pair ? result->escalation_perpetrator_index : FK_CRITERIA_NO_INDEX;
    fk_json_key_text(writer, "potentialEscalation");
    fk_json_object_begin(writer);
    write_key_uint(writer, "count", result->escalation_count);
    write_key_uint(writer, "threshold", area->escalation_count);
    write_key_uint(writer, "months", area->escalation_months);
    write_key_date(writer, "from", result->escalation_from);
    write_key_date(writer, "to", input->evaluation_date);
    write_key_text(writer, "source", fk_names_text(&fk_escalation_source_names, area->escalation_source));
    write_key_bool(writer, "samePair", area->escalation_same_pair);
    write_key_perpetrator(writer, "perpetratorId", input, perpetrator_index);
    write_incident_ids(writer, input, result, false, perpetrator_index);
    fk_json_key_text(writer, "pairs");
    fk_json_array_begin(writer);
    for (size_t p = 0; p < input->perpetrator_count; p++) {
        fk_json_object_begin(writer);
        write_key_bytes(writer, "perpetratorId", input->perpetrators[p].id);
        write_key_uint(writer, "count", result->pairs[p].escalation_count);
        fk_json_object_end(writer);
    }
    fk_json_array_end(writer);
    fk_json_object_end(writer);
}

static fk_bytes area_of_prior(const fk_criteria_input *input, uint16_t prior_index)
{
    return prior_index == FK_CRITERIA_NO_INDEX ? (fk_bytes){ NULL, 0 } : input->priors[prior_index].marac_area;
}

static void write_repeat_pairs(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    fk_json_key_text(writer, "pairs");
    fk_json_array_begin(writer);
    for (size_t p = 0; p < input->perpetrator_count; p++) {
        const fk_criteria_pair *pair = &result->pairs[p];
        fk_json_object_begin(writer);
        write_key_bytes(writer, "perpetratorId", input->perpetrators[p].id);
        write_key_bytes(writer, "maracArea", area_of_prior(input, pair->prior_index));
        write_key_date(writer, "anchor", pair->anchor_date);
        write_key_date(writer, "windowEnd", pair->window_end);
        write_key_uint(writer, "count", pair->repeat_incident_count);
        fk_json_object_end(writer);
    }
    fk_json_array_end(writer);
}

/* Date of the newest incident that makes the repeat, or none. */
static fk_civil_date repeat_incident_date(const fk_criteria_input *input, const fk_criteria_result *result)
{
    for (size_t k = 0; k < input->incident_count; k++) {
        uint16_t i = result->incidents_newest_first[k];
        if (result->incidents[i].repeat == FK_USE_COUNTED &&
            result->incidents[i].perpetrator_index == result->repeat_perpetrator_index) {
            return input->incidents[i].date;
        }
    }
    return (fk_civil_date){ 0, 0, 0 };
}

static void write_repeat(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    const fk_criteria_area *area = &input->area;
    fk_json_key_text(writer, "repeat");
    fk_json_object_begin(writer);
    write_key_uint(writer, "months", area->repeat_months);
    write_key_text(writer, "anchorRule", fk_names_text(&fk_repeat_anchor_names, area->repeat_anchor));
    write_key_text(writer, "definition", fk_names_text(&fk_repeat_definition_names, area->repeat_definition));
    write_key_date(writer, "anchor", result->repeat_anchor_date);
    write_key_date(writer, "windowEnd", result->repeat_window_end);
    write_key_perpetrator(writer, "perpetratorId", input, result->repeat_perpetrator_index);
    write_key_date(writer, "incident", repeat_incident_date(input, result));
    write_incident_ids(writer, input, result, true, result->repeat_perpetrator_index);
    write_repeat_pairs(writer, input, result);
    write_key_bool(writer, "metWithOtherAnchor", result->is_repeat_met_with_other_anchor);
    fk_json_object_end(writer);
}

/* The latest prior that carries the transfer, or FK_CRITERIA_NO_INDEX. */
static uint16_t transfer_prior(const fk_criteria_input *input, const fk_criteria_result *result)
{
    uint16_t latest = FK_CRITERIA_NO_INDEX;
    for (size_t i = 0; i < input->prior_count; i++) {
        if (result->priors[i].transfer == FK_TRANSFER_COUNTED &&
            (latest == FK_CRITERIA_NO_INDEX ||
             fk_civil_date_compare(input->priors[i].meeting_date, input->priors[latest].meeting_date) > 0)) {
            latest = (uint16_t)i;
        }
    }
    return latest;
}

static void write_transfer(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    uint16_t prior_index = transfer_prior(input, result);
    fk_json_key_text(writer, "transferIn");
    fk_json_object_begin(writer);
    write_key_uint(writer, "months", input->area.transfer_months);
    write_key_date(writer, "movedOn", input->moved_on);
    write_key_date(writer, "heardOn",
                   prior_index == FK_CRITERIA_NO_INDEX ? (fk_civil_date){ 0, 0, 0 }
                                                       : input->priors[prior_index].meeting_date);
    write_key_bytes(writer, "maracArea", area_of_prior(input, prior_index));
    fk_json_key_text(writer, "priors");
    fk_json_array_begin(writer);
    for (size_t i = 0; i < input->prior_count && i < FK_EVALUATION_EVIDENCE_PRIORS_MAX; i++) {
        fk_json_object_begin(writer);
        write_key_bytes(writer, "maracArea", input->priors[i].marac_area);
        write_key_date(writer, "meetingDate", input->priors[i].meeting_date);
        write_key_date(writer, "windowEnd", result->priors[i].transfer_window_end);
        write_key_text(writer, "use", fk_names_text(&fk_transfer_use_names, result->priors[i].transfer));
        fk_json_object_end(writer);
    }
    fk_json_array_end(writer);
    fk_json_object_end(writer);
}

static void write_local(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    fk_json_key_text(writer, "local");
    fk_json_object_begin(writer);
    fk_json_key_text(writer, "enabled");
    fk_json_array_begin(writer);
    for (size_t i = 0; i < input->area.local_criteria_count; i++) {
        fk_json_write_string(writer, input->area.local_criteria[i]);
    }
    fk_json_array_end(writer);
    write_local_met(writer, "flags", input, result);
    fk_json_object_end(writer);
}

static void write_incidents(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    write_key_uint(writer, "incidentCount", input->incident_count);
    fk_json_key_text(writer, "incidents");
    fk_json_array_begin(writer);
    for (size_t k = 0; k < input->incident_count && k < FK_EVALUATION_EVIDENCE_ROWS_MAX; k++) {
        uint16_t i = result->incidents_newest_first[k];
        fk_json_object_begin(writer);
        write_key_bytes(writer, "id", input->incidents[i].id);
        write_key_date(writer, "date", input->incidents[i].date);
        write_key_text(writer, "escalation", fk_names_text(&fk_incident_use_names, result->incidents[i].escalation));
        write_key_text(writer, "repeat", fk_names_text(&fk_incident_use_names, result->incidents[i].repeat));
        fk_json_object_end(writer);
    }
    fk_json_array_end(writer);
}

static void write_evidence(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    fk_json_key_text(writer, "evidence");
    fk_json_object_begin(writer);
    write_key_date(writer, "date", input->evaluation_date);
    write_key_bytes(writer, "area", input->area.id);
    write_key_uint(writer, "minVictimAge", input->area.victim_age_min);
    write_key_bool(writer, "everyPerpetratorUnder16", result->is_every_perpetrator_under_16);
    write_key_uint(writer, "formVersion", input->version);
    write_key_date(writer, "referralSentOn", input->referral_sent_on);
    write_high_risk(writer, input, result);
    write_judgement(writer, input, result);
    write_escalation(writer, input, result);
    write_repeat(writer, input, result);
    write_transfer(writer, input, result);
    write_local(writer, input, result);
    write_incidents(writer, input, result);
    write_key_uint(writer, "priorCount", input->prior_count);
    write_key_set(writer, "clusters", &fk_dash_cluster_names, result->dash.cluster_set);
    write_key_dash_items(writer, "judgementPrompts", result->dash.prompt_set);
    fk_json_object_end(writer);
}

/* --- the result ------------------------------------------------------------------------------------- */

static void write_people(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    write_key_bool(writer, "eligible", result->is_eligible);
    write_key_age(writer, "victimAge", result->has_victim_age, result->victim_age);
    fk_json_key_text(writer, "perpetratorAges");
    fk_json_object_begin(writer);
    for (size_t p = 0; p < input->perpetrator_count; p++) {
        fk_json_key(writer, input->perpetrators[p].id);
        if (result->pairs[p].has_age) {
            fk_json_write_uint(writer, result->pairs[p].age);
        } else {
            fk_json_write_null(writer);
        }
    }
    fk_json_object_end(writer);
}

static void write_criteria(fk_json_writer *writer, const fk_criteria_result *result)
{
    fk_json_key_text(writer, "criteria");
    fk_json_object_begin(writer);
    for (size_t i = 0; i < FK_CRITERION_COUNT; i++) {
        write_key_text(writer, fk_names_text(&fk_criterion_names, i),
                       fk_names_text(&fk_criterion_status_names, result->criteria[i]));
    }
    fk_json_object_end(writer);
}

void fk_evaluation_write(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result)
{
    bool is_transfer = result->criteria[FK_CRITERION_TRANSFER_IN] == FK_CRITERION_MET;
    bool is_repeat = result->criteria[FK_CRITERION_REPEAT] == FK_CRITERION_MET;
    fk_json_object_begin(writer);
    write_people(writer, input, result);
    write_key_uint(writer, "yesCount", result->dash.yes_count);
    write_key_uint(writer, "dontKnowCount", result->dash.dont_know_count);
    write_key_uint(writer, "notAnsweredCount", result->dash.not_answered_count);
    write_key_uint(writer, "escalationCount", result->escalation_count);
    write_criteria(writer, result);
    write_key_bool(writer, "referToMarac", result->is_referral_to_marac);
    write_key_set(writer, "reasons", &fk_criterion_names, result->reason_set);
    write_key_set(writer, "composites", &fk_dash_composite_names, result->dash.composite_set);
    write_key_set(writer, "notices", &fk_notice_names, result->notice_set);
    write_key_date(writer, "repeatAnchorDate", result->repeat_anchor_date);
    write_key_date(writer, "repeatWindowEnd", result->repeat_window_end);
    write_key_perpetrator(writer, "repeatPairPerpetratorId", input, result->repeat_perpetrator_index);
    write_key_bytes(writer, "referralSource", fk_bytes_text(is_transfer ? "marac_transfer" : ""));
    write_key_bytes(writer, "returnCountedAs", fk_bytes_text(!is_transfer ? "" : is_repeat ? "repeat" : "transfer_in"));
    write_local_met(writer, "localMet", input, result);
    write_evidence(writer, input, result);
    fk_json_object_end(writer);
}
