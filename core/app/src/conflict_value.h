/* conflict_value.h — one write of a field as it crosses the border. Private to core/app. */
#ifndef FK_APP_CONFLICT_VALUE_H
#define FK_APP_CONFLICT_VALUE_H

#include "fk/protocol_gen.h"

#include "merged.h"

/* What it says, who wrote it, when, on which device and why. Copies live in the arena.
 * FK_ERR_NO_MEMORY, and what the store answers. */
FK_MUST_USE fk_status fk_conflict_value_fill(fk_session *session, const fk_head *head, fk_arena *arena,
                                             fk_protocol_conflict_value *value_out);

#endif
