/* author.h — who wrote on a device, as far as the roster here tells. Private to core/app. */
#ifndef FK_APP_AUTHOR_H
#define FK_APP_AUTHOR_H

#include "session_internal.h"

typedef struct fk_author {
    fk_bytes person_name;  /* empty while unknown here */
    fk_bytes device_label; /* empty while unknown here */
    bool is_you;
} fk_author;

/* Texts live in the arena. FK_ERR_NO_MEMORY, and what the store answers. */
FK_MUST_USE fk_status fk_author_of_device(fk_session *session, const fk_id *device, fk_arena *arena,
                                          fk_author *author_out);

#endif
