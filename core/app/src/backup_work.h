/* backup_work.h — an export, a test restore or a restore under way in a session. Private to core/app. */
#ifndef FK_BACKUP_WORK_H
#define FK_BACKUP_WORK_H

#include "session_internal.h"

/* Give up what is under way: the files of a target are of no use then, and no key file stands in them. */
void fk_backup_work_end(fk_session *session);

#endif
