/* conflicts.h — which fields are in conflict. Private to core/app. */
#ifndef FK_APP_CONFLICTS_H
#define FK_APP_CONFLICTS_H

#include "merged.h"

/* What rests on other records of its case, by name of its record type: it is marked while one of them is in conflict.
 */
enum { FK_RESTING_COUNT = 3 };
extern const char *const fk_resting_types[FK_RESTING_COUNT];

/* Whether documents of the one type rest on records of the other: a referral prints how to get in touch, a criterion
 * does not ask for it. */
bool fk_conflict_is_used(fk_bytes document_type, fk_bytes type);

/* How many fields of a case are in conflict. */
typedef struct fk_conflict_counts {
    uint32_t all;
    uint32_t used[FK_RESTING_COUNT]; /* by documents, as fk_resting_types */
} fk_conflict_counts;

FK_MUST_USE fk_status fk_conflict_counts_of_case(fk_session *session, const fk_id *case_id,
                                                 fk_conflict_counts *counts_out);

/* Of those that documents of this type rest on. False: of no document that rests on other records. */
bool fk_conflict_count_used(const fk_conflict_counts *counts, fk_bytes document_type, uint32_t *count_out);

/* One field in conflict. What it points to is borrowed until the visitor returns. */
typedef fk_status fk_conflict_visitor(void *ctx, const fk_record_row *row, const fk_merged_field *field);

/* Every field in conflict, of one case or (case_id NULL) of all. */
FK_MUST_USE fk_status fk_conflicts(fk_session *session, const fk_id *case_id, fk_conflict_visitor *visitor, void *ctx);

#endif
