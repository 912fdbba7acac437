#include "author.h"

#include "fk/banned.h"

fk_status fk_author_of_device(fk_session *session, const fk_id *device, fk_arena *arena, fk_author *author_out)
{
    (void)arena;
    *author_out = (fk_author){ .is_you = fk_id_equal(device, fk_store_device(session->store)) };
    return fk_ok();
}
