/* fields_json.h — the fields of a record or draft as one JSON object. Private to core/app. */
#ifndef FK_APP_FIELDS_JSON_H
#define FK_APP_FIELDS_JSON_H

#include "merged.h"

/* Fields come in bytewise order of their names. `answer/D01` and `answer/D02` become members of one
 * object "answer", the elements of a set an array, a value a draft takes away null; of a record the shown values stand
 * there. The text lives in the arena. FK_ERR_TOO_LARGE, FK_ERR_NO_MEMORY, and what the store answers. */
FK_MUST_USE fk_status fk_fields_json_of_record(const fk_record_row *row, const fk_merged_list *fields, fk_arena *arena,
                                               fk_bytes *json_out);
FK_MUST_USE fk_status fk_fields_json_of_draft(fk_store *store, const fk_draft_row *row, fk_arena *arena,
                                              fk_bytes *json_out);

#endif
