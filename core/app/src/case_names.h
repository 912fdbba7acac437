/* case_names.h — what lists say of a case, read as everybody's writes leave it. Private to core/app. */
#ifndef FK_APP_CASE_NAMES_H
#define FK_APP_CASE_NAMES_H

#include "session_internal.h"

/* The shown name of the first victim of a case; empty when there is none. The text lives in the arena. */
FK_MUST_USE fk_status fk_victim_name(fk_session *session, const fk_id *case_id, fk_arena *arena, fk_bytes *name_out);

/* The shown text of a text, choice or date field; left as it is when the record has none. */
FK_MUST_USE fk_status fk_shown_text(fk_session *session, const fk_id *record, const char *field, fk_arena *arena,
                                    fk_bytes *text);

#endif
