/* cursor.h — a place in a list that is newest first: a number as 16 hex digits, colon, an id. Private to core/app. */
#ifndef FK_APP_CURSOR_H
#define FK_APP_CURSOR_H

#include "fk/bytes.h"

/* FK_ERR_INVALID_INPUT. */
FK_MUST_USE fk_status fk_cursor_read(fk_bytes cursor, uint64_t *number_out, fk_id *id_out);
FK_MUST_USE fk_status fk_cursor_write(uint64_t number, const fk_id *id, fk_arena *arena, fk_bytes *cursor_out);

#endif
