/* fk/criteria.h — the six Marac criteria for one case on one day, and why (docs/DOMAIN.md 2.2, 2.9 and 7).
 *
 * Pure: no clock, no I/O; the evaluation date comes in and is kept with the result. Nothing dated after it counts.
 * Every criterion always has a status and the numbers and dates behind it; a count below the threshold is "not_met"
 * or "possible", never a verdict about safety, and nothing in the input can lower a criterion that is met.
 *
 * All fk_bytes are borrowed: input from the caller, in the result from the input. Dates are real or none. */
#ifndef FK_CRITERIA_H
#define FK_CRITERIA_H

#include "fk/civil_date.h"
#include "fk/dash.h"

enum {
    FK_CRITERIA_PERPETRATORS_MAX = 40,
    FK_CRITERIA_CHILDREN_MAX = 100,
    FK_CRITERIA_INCIDENTS_MAX = 2000,
    FK_CRITERIA_PRIORS_MAX = 100,
    FK_CRITERIA_LOCAL_MAX = 40,            /* criteria of an area, and flags of a case */
    FK_CRITERIA_TEXT_SIZE_BYTES_MAX = 200, /* ids, area names, local criteria */
    FK_CRITERIA_REASON_SIZE_BYTES_MAX = 20000,
    FK_CRITERIA_MONTHS_MAX = 1200,
    FK_CRITERIA_COUNT_MAX = 10000, /* thresholds, ages, versions */
};

/* --- enumerations: each enum has its text ids in a table of the same order ------------------- */

typedef enum fk_incident_type {
    FK_INCIDENT_PHYSICAL = 0,
    FK_INCIDENT_SEXUAL = 1,
    FK_INCIDENT_THREAT = 2,
    FK_INCIDENT_PROPERTY_DAMAGE = 3,
    FK_INCIDENT_STALKING_HARASSMENT = 4, /* the types up to here are the older text's "criminal_list" */
    FK_INCIDENT_COERCIVE_CONTROL = 5,
    FK_INCIDENT_ECONOMIC = 6,
    FK_INCIDENT_BREACH_ORDER = 7,
    FK_INCIDENT_UNWANTED_CONTACT = 8,
    FK_INCIDENT_CONTACT_DISPUTE = 9,
    FK_INCIDENT_OTHER_ABUSE = 10,
} fk_incident_type;
extern const fk_names fk_incident_type_names;

typedef enum fk_escalation_source {
    FK_ESCALATION_POLICE_REPORTED = 0,
    FK_ESCALATION_ANY_AGENCY = 1,
} fk_escalation_source;
extern const fk_names fk_escalation_source_names;

typedef enum fk_repeat_anchor {
    FK_REPEAT_REFERRAL_DATE = 0,
    FK_REPEAT_MEETING_DATE = 1,
} fk_repeat_anchor;
extern const fk_names fk_repeat_anchor_names;

typedef enum fk_repeat_definition {
    FK_REPEAT_ANY_ABUSE = 0,
    FK_REPEAT_CRIMINAL_LIST = 1,
} fk_repeat_definition;
extern const fk_names fk_repeat_definition_names;

typedef enum fk_criterion {
    FK_CRITERION_VISIBLE_HIGH_RISK = 0,
    FK_CRITERION_PROFESSIONAL_JUDGEMENT = 1,
    FK_CRITERION_POTENTIAL_ESCALATION = 2,
    FK_CRITERION_REPEAT = 3,
    FK_CRITERION_TRANSFER_IN = 4,
    FK_CRITERION_LOCAL = 5,
} fk_criterion;
enum {
    FK_CRITERION_COUNT = 6,
    FK_REASON_REFERRAL_ALREADY_SENT = 6, /* a reason beside the six criteria */
};
/* The six keys of "criteria" and, at FK_REASON_REFERRAL_ALREADY_SENT, the seventh reason. */
extern const fk_names fk_criterion_names;

typedef enum fk_criterion_status {
    FK_CRITERION_NOT_APPLICABLE = 0,
    FK_CRITERION_NOT_MET = 1,
    FK_CRITERION_POSSIBLE = 2,
    FK_CRITERION_MET = 3,
} fk_criterion_status;
extern const fk_names fk_criterion_status_names;

typedef enum fk_notice {
    FK_N_VHR_POSSIBLE = 0,
    FK_N_PJ_RATIONALE_MISSING = 1,
    FK_N_DOWNGRADE_BLOCKED = 2,
    FK_N_REPEAT_OTHER_ANCHOR = 3,
    FK_N_PRIOR_MARAC_OTHER_PERP = 4,
    FK_N_MULTIPLE_PERPETRATORS = 5,
    FK_N_TRANSFER_TOO_OLD = 6,
    FK_N_CHANGED_AFTER_COMPLETION = 7,
    FK_N_REFERRAL_RETAINED = 8,
    FK_N_CHILDREN_REFERRAL_CHECK = 9,
    FK_N_CSC_REFERRAL_REQUIRED = 10,
    FK_N_USE_YP_TOOL = 11,
    FK_N_TRANSITION_18 = 12,
    FK_N_UNDER16_NOT_MARAC = 13,
    FK_N_PERP_UNDER_18 = 14,
    FK_N_PERP_UNDER_16 = 15,
    FK_N_NO_FAMILY_INTERPRETER = 16,
} fk_notice;
extern const fk_names fk_notice_names;

/* --- input ------------------------------------------------------------------------------------ */

/* How one area reads the criteria. */
typedef struct fk_criteria_area {
    fk_bytes id; /* may be empty */
    uint32_t vhr_threshold;
    uint32_t escalation_count;
    uint32_t escalation_months;
    fk_escalation_source escalation_source;
    bool escalation_same_pair;
    uint32_t repeat_months;
    fk_repeat_anchor repeat_anchor;
    fk_repeat_definition repeat_definition;
    uint32_t transfer_months;
    uint32_t victim_age_min;
    const fk_bytes *local_criteria;
    size_t local_criteria_count;
} fk_criteria_area;

/* The defaults of docs/DOMAIN.md 2.2, without local criteria. */
extern const fk_criteria_area fk_criteria_area_default;

typedef struct fk_criteria_person {
    fk_bytes id;         /* not empty for a perpetrator; not used for the victim */
    fk_civil_date birth; /* none when not known: no age, old enough, no age notice */
} fk_criteria_person;

typedef struct fk_criteria_incident {
    fk_bytes id;
    fk_civil_date date; /* none never counts */
    bool has_type;      /* without one it is abuse of a kind not recorded: never in criminal_list */
    fk_incident_type type;
    fk_bytes perpetrator_id; /* empty when not recorded */
    bool is_police_reported;
} fk_criteria_incident;

typedef struct fk_criteria_prior {
    fk_bytes marac_area;
    fk_civil_date referral_date; /* none when not known */
    fk_civil_date meeting_date;  /* none when not known */
    const fk_bytes *perpetrator_ids;
    size_t perpetrator_id_count;
} fk_criteria_prior;

typedef struct fk_criteria_input {
    fk_civil_date evaluation_date; /* never none */
    fk_criteria_area area;
    fk_dash_answers dash; /* of the latest version; zeroed when there is no form */
    bool is_concern_high;
    fk_bytes concern_reason;
    fk_civil_date victim_birth;
    const fk_criteria_person *perpetrators; /* the current ones, each id once */
    size_t perpetrator_count;
    size_t child_count;
    const fk_criteria_incident *incidents;
    size_t incident_count;
    const fk_criteria_prior *priors;
    size_t prior_count;
    bool has_transfer;
    fk_civil_date moved_on; /* none when not known */
    const fk_bytes *local_flags;
    size_t local_flag_count;
    bool is_interpreter_needed;
    uint32_t version;               /* of the form; 0 and 1 are the first */
    fk_civil_date referral_sent_on; /* none when none was sent */
} fk_criteria_input;

/* --- result ------------------------------------------------------------------------------------ */

enum { FK_CRITERIA_NO_INDEX = 0xFFFF };

/* Why an incident counts towards a criterion, or does not. The first reason that holds, in this order. */
typedef enum fk_incident_use {
    FK_USE_COUNTED = 0,
    FK_USE_NO_DATE = 1,
    FK_USE_AFTER_EVALUATION = 2,
    FK_USE_NO_PERPETRATOR = 3,
    FK_USE_OTHER_PERPETRATOR = 4, /* not a current one */
    FK_USE_NOT_POLICE_REPORTED = 5,
    FK_USE_NO_PRIOR_MARAC = 6, /* none of this pair with the anchor date */
    FK_USE_TYPE_NOT_IN_DEFINITION = 7,
    FK_USE_BEFORE_WINDOW = 8, /* for repeat: on or before the anchor, part of that referral */
    FK_USE_AFTER_WINDOW = 9,
} fk_incident_use;
extern const fk_names fk_incident_use_names;

typedef struct fk_criteria_incident_evidence {
    uint16_t perpetrator_index; /* of the current perpetrators, or FK_CRITERIA_NO_INDEX */
    fk_incident_use escalation;
    fk_incident_use repeat;
} fk_criteria_incident_evidence;

/* One victim and one current perpetrator. */
typedef struct fk_criteria_pair {
    bool has_age;
    uint32_t age;
    uint32_t escalation_count;
    uint16_t prior_index;      /* of the prior with the latest anchor date, or FK_CRITERIA_NO_INDEX */
    fk_civil_date anchor_date; /* none without such a prior, as is the next */
    fk_civil_date window_end;
    uint32_t repeat_incident_count; /* repeat is met for this pair when it is not 0 */
} fk_criteria_pair;

/* Why a prior Marac carries a transfer, or does not. The first reason that holds, in this order. */
typedef enum fk_transfer_use {
    FK_TRANSFER_COUNTED = 0,
    FK_TRANSFER_NO_MOVE = 1, /* no move, without a date, or after the evaluation */
    FK_TRANSFER_OTHER_PERPETRATOR = 2,
    FK_TRANSFER_SAME_AREA = 3,
    FK_TRANSFER_NOT_HEARD = 4, /* no date of meeting, or after the evaluation */
    FK_TRANSFER_AFTER_MOVE = 5,
    FK_TRANSFER_TOO_OLD = 6,
} fk_transfer_use;
extern const fk_names fk_transfer_use_names;

typedef struct fk_criteria_prior_evidence {
    fk_civil_date anchor_date; /* by the area's anchor; none without one or after the evaluation */
    fk_civil_date window_end;
    fk_civil_date transfer_window_end; /* none when not heard */
    fk_transfer_use transfer;
} fk_criteria_prior_evidence;

typedef struct fk_criteria_result {
    bool is_eligible;
    bool has_victim_age;
    uint32_t victim_age;
    bool is_every_perpetrator_under_16; /* false without perpetrators */
    fk_dash_summary dash;
    uint32_t escalation_count;
    fk_criterion_status criteria[FK_CRITERION_COUNT];
    bool is_referral_to_marac;
    uint32_t reason_set;     /* bits by fk_criterion and FK_REASON_REFERRAL_ALREADY_SENT */
    uint32_t notice_set;     /* bits by fk_notice */
    uint64_t local_met_set;  /* bits by index of area.local_criteria */
    bool is_reason_recorded; /* a judgement reason that is not blank */
    bool is_repeat_met_with_other_anchor;
    fk_civil_date repeat_anchor_date;      /* none when no prior has one */
    fk_civil_date repeat_window_end;       /* none as above */
    uint16_t repeat_perpetrator_index;     /* when repeat is met, else FK_CRITERIA_NO_INDEX */
    fk_civil_date escalation_from;         /* first day whose incidents count; the last is the evaluation date */
    uint16_t escalation_perpetrator_index; /* the pair with the highest count above 0, else FK_CRITERIA_NO_INDEX */
    /* In the arena, one for each of the input, in its order. */
    const fk_criteria_pair *pairs;
    const fk_criteria_prior_evidence *priors;
    const fk_criteria_incident_evidence *incidents;
    const uint16_t *incidents_newest_first; /* indexes of all incidents, those without a date last */
} fk_criteria_result;

/* The first criterion alone, as it is shown while a form is filled in (docs/DOMAIN.md 1.2). */
fk_criterion_status fk_criteria_visible_high_risk(const fk_dash_summary *dash, uint32_t threshold);

/* Evaluate.
 *
 * input       borrowed; the result points into it.
 * arena       holds the lists of the result; at most 64 KiB.
 * result_out  written on FK_OK only.
 * error       on failure the field, by its name in docs/DOMAIN.md 7. May be NULL.
 *
 * FK_ERR_INVALID_INPUT: no evaluation date, a birth date of the victim or a perpetrator after it, a perpetrator without
 * id, the same id twice. FK_ERR_TOO_LARGE: more than a stated maximum. FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_criteria_evaluate(const fk_criteria_input *input, fk_arena *arena,
                                           fk_criteria_result *result_out, fk_error *error);

#endif
