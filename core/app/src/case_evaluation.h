/* case_evaluation.h — a case as recorded now, in the shape of one evaluation (docs/DOMAIN.md 7). Private to core/app.
 *
 * The app and `fieldkit eval criteria` read the same shape through the same reader, so what the scenarios
 * prove about the one holds for the other. */
#ifndef FK_APP_CASE_EVALUATION_H
#define FK_APP_CASE_EVALUATION_H

#include "fk/json.h"

#include "session_internal.h"

enum { FK_CASE_EVALUATION_NAMED_MAX = 100 };

typedef struct fk_case_evaluation {
    fk_bytes json;
    fk_bytes area_profile;
    bool has_assessment;
    fk_id assessment;
    /* Incidents without a date of occurrence: counted by the day they were disclosed, or not at all. */
    fk_id dated_by_disclosure[FK_CASE_EVALUATION_NAMED_MAX];
    size_t dated_by_disclosure_count;
    fk_id undated[FK_CASE_EVALUATION_NAMED_MAX];
    size_t undated_count;
    uint32_t conflict_count; /* fields it used about which two workers disagree */
} fk_case_evaluation;

/* Everything it points to lives in the arena. FK_ERR_NOT_FOUND (no such case), FK_ERR_INVALID_INPUT (an
 * area profile that is not shipped), FK_ERR_TOO_LARGE, FK_ERR_NO_MEMORY, and what the store answers. */
FK_MUST_USE fk_status fk_case_evaluation_build(fk_session *session, const fk_id *case_id, fk_bytes evaluation_date,
                                               fk_arena *arena, fk_case_evaluation *evaluation_out, fk_error *error);

/* Find the rules of an area profile in the shipped areas. The tree is that of areas_doc. */
FK_MUST_USE fk_status fk_area_rules_find(fk_session *session, fk_bytes area_profile, fk_json_doc **areas_doc_out,
                                         const fk_json **rules_out, fk_error *error);

#endif
