/* conflicts.h — which fields are in conflict. Private to core/app. */
#ifndef FK_APP_CONFLICTS_H
#define FK_APP_CONFLICTS_H

#include "merged.h"

/* Whether documents and criteria rest on records of this type. */
bool fk_conflict_is_used(fk_bytes type);

/* How many fields of a case are in conflict; with used_only those that criteria and documents rest on. */
FK_MUST_USE fk_status fk_conflict_count_of_case(fk_session *session, const fk_id *case_id, bool used_only,
                                                uint32_t *count_out);

/* One field in conflict. What it points to is borrowed until the visitor returns. */
typedef fk_status fk_conflict_visitor(void *ctx, const fk_record_row *row, const fk_merged_field *field);

/* Every field in conflict, of one case or (case_id NULL) of all. */
FK_MUST_USE fk_status fk_conflicts(fk_session *session, const fk_id *case_id, fk_conflict_visitor *visitor, void *ctx);

#endif
