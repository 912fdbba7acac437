#include "fk/criteria.h"

#include "fk/banned.h"

/* A table of names, its public view, and the check that the last enum value has the last name. */
#define NAMES(view, texts, last)                                                     \
    _Static_assert(sizeof(texts) / sizeof((texts)[0]) == (last) + 1, "a name each"); \
    const fk_names view = { (last) + 1, texts }

static const char *const incident_types[] = {
    [FK_INCIDENT_PHYSICAL] = "physical",
    [FK_INCIDENT_SEXUAL] = "sexual",
    [FK_INCIDENT_THREAT] = "threat",
    [FK_INCIDENT_PROPERTY_DAMAGE] = "property_damage",
    [FK_INCIDENT_STALKING_HARASSMENT] = "stalking_harassment",
    [FK_INCIDENT_COERCIVE_CONTROL] = "coercive_control",
    [FK_INCIDENT_ECONOMIC] = "economic",
    [FK_INCIDENT_BREACH_ORDER] = "breach_order",
    [FK_INCIDENT_UNWANTED_CONTACT] = "unwanted_contact",
    [FK_INCIDENT_CONTACT_DISPUTE] = "contact_dispute",
    [FK_INCIDENT_OTHER_ABUSE] = "other_abuse",
};
NAMES(fk_incident_type_names, incident_types, FK_INCIDENT_OTHER_ABUSE);

static const char *const escalation_sources[] = {
    [FK_ESCALATION_POLICE_REPORTED] = "police_reported",
    [FK_ESCALATION_ANY_AGENCY] = "any_agency",
};
NAMES(fk_escalation_source_names, escalation_sources, FK_ESCALATION_ANY_AGENCY);

static const char *const repeat_anchors[] = {
    [FK_REPEAT_REFERRAL_DATE] = "referral_date",
    [FK_REPEAT_MEETING_DATE] = "meeting_date",
};
NAMES(fk_repeat_anchor_names, repeat_anchors, FK_REPEAT_MEETING_DATE);

static const char *const repeat_definitions[] = {
    [FK_REPEAT_ANY_ABUSE] = "any_abuse",
    [FK_REPEAT_CRIMINAL_LIST] = "criminal_list",
};
NAMES(fk_repeat_definition_names, repeat_definitions, FK_REPEAT_CRIMINAL_LIST);

static const char *const criteria[] = {
    [FK_CRITERION_VISIBLE_HIGH_RISK] = "visibleHighRisk",
    [FK_CRITERION_PROFESSIONAL_JUDGEMENT] = "professionalJudgement",
    [FK_CRITERION_POTENTIAL_ESCALATION] = "potentialEscalation",
    [FK_CRITERION_REPEAT] = "repeat",
    [FK_CRITERION_TRANSFER_IN] = "transferIn",
    [FK_CRITERION_LOCAL] = "local",
    [FK_REASON_REFERRAL_ALREADY_SENT] = "referral_already_sent",
};
NAMES(fk_criterion_names, criteria, FK_REASON_REFERRAL_ALREADY_SENT);

static const char *const statuses[] = {
    [FK_CRITERION_NOT_APPLICABLE] = "not_applicable",
    [FK_CRITERION_NOT_MET] = "not_met",
    [FK_CRITERION_POSSIBLE] = "possible",
    [FK_CRITERION_MET] = "met",
};
NAMES(fk_criterion_status_names, statuses, FK_CRITERION_MET);

static const char *const notices[] = {
    [FK_N_VHR_POSSIBLE] = "N_VHR_POSSIBLE",
    [FK_N_PJ_RATIONALE_MISSING] = "N_PJ_RATIONALE_MISSING",
    [FK_N_DOWNGRADE_BLOCKED] = "N_DOWNGRADE_BLOCKED",
    [FK_N_REPEAT_OTHER_ANCHOR] = "N_REPEAT_OTHER_ANCHOR",
    [FK_N_PRIOR_MARAC_OTHER_PERP] = "N_PRIOR_MARAC_OTHER_PERP",
    [FK_N_MULTIPLE_PERPETRATORS] = "N_MULTIPLE_PERPETRATORS",
    [FK_N_TRANSFER_TOO_OLD] = "N_TRANSFER_TOO_OLD",
    [FK_N_CHANGED_AFTER_COMPLETION] = "N_CHANGED_AFTER_COMPLETION",
    [FK_N_REFERRAL_RETAINED] = "N_REFERRAL_RETAINED",
    [FK_N_CHILDREN_REFERRAL_CHECK] = "N_CHILDREN_REFERRAL_CHECK",
    [FK_N_CSC_REFERRAL_REQUIRED] = "N_CSC_REFERRAL_REQUIRED",
    [FK_N_USE_YP_TOOL] = "N_USE_YP_TOOL",
    [FK_N_TRANSITION_18] = "N_TRANSITION_18",
    [FK_N_UNDER16_NOT_MARAC] = "N_UNDER16_NOT_MARAC",
    [FK_N_PERP_UNDER_18] = "N_PERP_UNDER_18",
    [FK_N_PERP_UNDER_16] = "N_PERP_UNDER_16",
    [FK_N_NO_FAMILY_INTERPRETER] = "N_NO_FAMILY_INTERPRETER",
};
NAMES(fk_notice_names, notices, FK_N_NO_FAMILY_INTERPRETER);

static const char *const incident_uses[] = {
    [FK_USE_COUNTED] = "counted",
    [FK_USE_NO_DATE] = "no_date",
    [FK_USE_AFTER_EVALUATION] = "after_evaluation",
    [FK_USE_NO_PERPETRATOR] = "no_perpetrator",
    [FK_USE_OTHER_PERPETRATOR] = "other_perpetrator",
    [FK_USE_NOT_POLICE_REPORTED] = "not_police_reported",
    [FK_USE_NO_PRIOR_MARAC] = "no_prior_marac",
    [FK_USE_TYPE_NOT_IN_DEFINITION] = "type_not_in_definition",
    [FK_USE_BEFORE_WINDOW] = "before_window",
    [FK_USE_AFTER_WINDOW] = "after_window",
};
NAMES(fk_incident_use_names, incident_uses, FK_USE_AFTER_WINDOW);

static const char *const transfer_uses[] = {
    [FK_TRANSFER_COUNTED] = "counted",
    [FK_TRANSFER_NO_MOVE] = "no_move",
    [FK_TRANSFER_OTHER_PERPETRATOR] = "other_perpetrator",
    [FK_TRANSFER_SAME_AREA] = "same_area",
    [FK_TRANSFER_NOT_HEARD] = "not_heard",
    [FK_TRANSFER_AFTER_MOVE] = "after_move",
    [FK_TRANSFER_TOO_OLD] = "too_old",
};
NAMES(fk_transfer_use_names, transfer_uses, FK_TRANSFER_TOO_OLD);

const fk_criteria_area fk_criteria_area_default = {
    .vhr_threshold = 14,
    .escalation_count = 3,
    .escalation_months = 12,
    .escalation_source = FK_ESCALATION_POLICE_REPORTED,
    .escalation_same_pair = true,
    .repeat_months = 12,
    .repeat_anchor = FK_REPEAT_REFERRAL_DATE,
    .repeat_definition = FK_REPEAT_ANY_ABUSE,
    .transfer_months = 12,
    .victim_age_min = 16,
};
