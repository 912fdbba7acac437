/* Shared by the criteria files of this folder only. */
#ifndef FK_CRITERIA_INTERNAL_H
#define FK_CRITERIA_INTERNAL_H

#include "fk/criteria.h"

#define FK_BIT(index) (UINT32_C(1) << (index))

/* One evaluation under way: the lists of the result, still writable. */
typedef struct fk_evaluation_state {
    const fk_criteria_input *input;
    fk_criteria_result *result;
    fk_criteria_pair *pairs;
    fk_criteria_prior_evidence *priors;
    fk_criteria_incident_evidence *incidents;
} fk_evaluation_state;

/* A date that is known and not after the evaluation; everything else counts as absent. */
bool fk_criteria_date_counts(const fk_criteria_input *input, fk_civil_date date);
/* A known date is later than none and than an earlier one. */
bool fk_criteria_is_later(fk_civil_date date, fk_civil_date than);
bool fk_criteria_prior_names(const fk_criteria_prior *prior, fk_bytes perpetrator_id);

/* criteria_history.c: what past incidents and Maracs say. Each fills its part of the lists and of the result,
 * status included. fk_criteria_incidents_assign() comes first. */
void fk_criteria_incidents_assign(fk_evaluation_state *state);
void fk_criteria_escalation(fk_evaluation_state *state);
void fk_criteria_repeat(fk_evaluation_state *state);
void fk_criteria_transfer(fk_evaluation_state *state);

/* criteria_notices.c: the notices of everything found; comes last. */
uint32_t fk_criteria_notices(const fk_evaluation_state *state);

#endif
