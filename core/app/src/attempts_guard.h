/* attempts_guard.h — when a passphrase may be tried on the vault of a session: fk/attempts.h with this session's clock
 * and disk. A file of tries that cannot be written keeps nobody out; then the session itself counts. */
#ifndef FK_ATTEMPTS_GUARD_H
#define FK_ATTEMPTS_GUARD_H

#include "fk/session.h"

typedef struct fk_guard_state {
    uint32_t wrong_count;
    uint64_t wait_ms; /* until the next try; 0 when locked out */
    bool is_locked_out;
} fk_guard_state;

/* How it stands. Keeps on disk how much of a wait has passed, now and then. */
fk_guard_state fk_guard_look(fk_session *session);

/* Before a passphrase is tried: counted as wrong, on disk. FK_ERR_WAIT (error: how many ms), FK_ERR_LOCKED_OUT. */
FK_MUST_USE fk_status fk_guard_begin_try(fk_session *session, fk_error *error);
/* The vault was opened, by whatever way: nothing is counted any more. */
void fk_guard_opened(fk_session *session);
/* Whether there is a way in besides a passphrase, so that a lock-out has an end. */
void fk_guard_set_other_way(fk_session *session, bool has_other_way);

#endif
