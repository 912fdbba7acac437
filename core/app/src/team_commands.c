/* team_commands.c — who belongs to the agency of this vault. */
#include <string.h>

#include "dispatch_gen.h"
#include "session_internal.h"

#include "fk/banned.h"

_Static_assert((int)FK_PROTOCOL_TEAM_STATE_ALONE == (int)FK_TEAM_ALONE, "team states");
_Static_assert((int)FK_PROTOCOL_TEAM_STATE_WAITING == (int)FK_TEAM_WAITING, "team states");
_Static_assert((int)FK_PROTOCOL_TEAM_STATE_MEMBER == (int)FK_TEAM_MEMBER, "team states");
/* The border counts kinds of devices from 0, the wire from 1. */
_Static_assert((int)FK_PROTOCOL_DEVICE_KIND_TABLET + 1 == (int)FK_DEVICE_TABLET, "kinds of devices");
_Static_assert((int)FK_PROTOCOL_DEVICE_KIND_OFFICE + 1 == (int)FK_DEVICE_OFFICE, "kinds of devices");
_Static_assert((int)FK_PROTOCOL_DEVICE_KIND_PHONE + 1 == (int)FK_DEVICE_PHONE, "kinds of devices");

static fk_status copy_words(const uint32_t words[8], fk_arena *arena, const uint32_t **words_out, size_t *count_out)
{
    uint32_t *copy = fk_arena_allocate(arena, 8 * sizeof *copy);
    if (copy == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    memcpy(copy, words, 8 * sizeof *copy);
    *words_out = copy;
    *count_out = 8;
    return fk_ok();
}

/* What an optional text and its mark say. */
static bool give_text(fk_bytes text, fk_bytes *target)
{
    *target = text;
    return text.size_bytes > 0;
}

fk_status fk_handle_team_status(fk_session *session, fk_arena *arena, const fk_team_status_request *request,
                                fk_team_status_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    fk_team_view view;
    FK_TRY(fk_sync_team(session->sync, arena, &view));
    reply->state = (fk_protocol_team_state)view.state;
    reply->device_id = *fk_store_device(session->store);
    if (view.state == FK_TEAM_ALONE) {
        return fk_ok();
    }
    reply->has_agency_id = true;
    reply->agency_id = view.agency;
    reply->has_hub = give_text(view.hub, &reply->hub);
    reply->has_device_kind = view.device_kind >= FK_DEVICE_TABLET;
    reply->device_kind = (fk_protocol_device_kind)(view.device_kind - FK_DEVICE_TABLET);
    reply->words_confirmed = view.is_confirmed;
    reply->has_problem = view.problem != FK_OK;
    reply->problem = fk_bytes_text(fk_code_name((uint8_t)view.problem));
    if (view.state == FK_TEAM_WAITING) {
        reply->has_words = !view.is_founding;
        return view.is_founding ? fk_ok() : copy_words(view.words, arena, &reply->words, &reply->words_count);
    }
    reply->has_person_id = !fk_id_is_zero(&view.person);
    reply->person_id = view.person;
    reply->is_administrator = view.is_administrator;
    reply->has_person_name = give_text(view.person_name, &reply->person_name);
    reply->has_team_name = give_text(view.team_name, &reply->team_name);
    return fk_ok();
}

/* --- members --------------------------------------------------------------------------------- */

static bool has_device(const fk_roster *roster, const fk_id *person)
{
    for (size_t i = 0; i < fk_roster_device_count(roster); i++) {
        if (fk_id_equal(&fk_roster_device_at(roster, i)->entry.person, person)) {
            return true;
        }
    }
    return false;
}

static fk_status list_people(const fk_session *session, const fk_roster *roster, fk_arena *arena,
                             fk_team_members_reply *reply)
{
    size_t count = fk_roster_person_count(roster);
    fk_protocol_person_row *rows = fk_arena_allocate(arena, count * sizeof *rows);
    if (rows == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_id you = { { 0 } };
    (void)fk_sync_person_of_device(session->sync, fk_store_device(session->store), &you);
    for (size_t i = 0; i < count; i++) {
        const fk_roster_person_row *person = fk_roster_person_at(roster, i);
        rows[i] = (fk_protocol_person_row){
            .person_id = person->entry.person,
            .name = fk_sync_name_of(session->sync, &person->entry.person),
            .is_administrator = (person->roles & FK_ROLE_ADMINISTRATOR) != 0,
            .is_you = fk_id_equal(&person->entry.person, &you),
            .is_waiting = !has_device(roster, &person->entry.person),
        };
    }
    reply->people = rows;
    reply->people_count = count;
    return fk_ok();
}

static fk_status list_devices(const fk_session *session, const fk_roster *roster, fk_arena *arena,
                              fk_team_members_reply *reply)
{
    size_t count = fk_roster_device_count(roster);
    fk_protocol_device_row *rows = fk_arena_allocate(arena, count * sizeof *rows);
    if (rows == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < count; i++) {
        const fk_roster_device_row *device = fk_roster_device_at(roster, i);
        rows[i] = (fk_protocol_device_row){
            .device_id = device->entry.device,
            .person_id = device->entry.person,
            .label = fk_sync_name_of(session->sync, &device->entry.device),
            .kind = (fk_protocol_device_kind)(device->entry.kind - FK_DEVICE_TABLET),
            .added_ms = device->made_ms,
            .is_this = fk_id_equal(&device->entry.device, fk_store_device(session->store)),
        };
    }
    reply->devices = rows;
    reply->devices_count = count;
    return fk_ok();
}

fk_status fk_handle_team_members(fk_session *session, fk_arena *arena, const fk_team_members_request *request,
                                 fk_team_members_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    fk_team_view view;
    FK_TRY(fk_sync_team(session->sync, arena, &view));
    const fk_roster *roster = fk_sync_roster(session->sync);
    if (view.state != FK_TEAM_MEMBER || roster == NULL) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    FK_TRY(list_people(session, roster, arena, reply));
    return list_devices(session, roster, arena, reply);
}
