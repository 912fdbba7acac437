#include "author.h"

#include "fk/banned.h"

/* Whoever works on two devices is the same person on both. */
fk_status fk_author_of_device(fk_session *session, const fk_id *device, fk_arena *arena, fk_author *author_out)
{
    const fk_id *own_device = fk_store_device(session->store);
    fk_id person = { { 0 } };
    fk_id you = { { 0 } };
    *author_out = (fk_author){ .is_you = fk_id_equal(device, own_device) };
    if (!fk_sync_person_of_device(session->sync, device, &person)) {
        return fk_ok();
    }
    bool is_in_team = fk_sync_person_of_device(session->sync, own_device, &you);
    author_out->is_you = author_out->is_you || (is_in_team && fk_id_equal(&person, &you));
    FK_TRY(fk_bytes_copy(fk_sync_name_of(session->sync, &person), arena, &author_out->person_name));
    return fk_bytes_copy(fk_sync_name_of(session->sync, device), arena, &author_out->device_label);
}
