/* rekey_work.h — a copy of the open vault under a new master key, under way in a session. Private to core/app. */
#ifndef FK_REKEY_WORK_H
#define FK_REKEY_WORK_H

#include "session_internal.h"

/* Give up what is under way. A copy that is not done has no key file and is of no use. */
void fk_rekey_work_end(fk_session *session);

#endif
