/* team_view.c — where this device stands, for the screens. */
#include "sync_internal.h"

#include <string.h>

#include "fk/banned.h"

static void view_waiting(const fk_sync *sync, const fk_enrolment *enrolment, fk_team_view *view)
{
    const fk_identity *identity = sync->config.identity;
    fk_id token_id = fk_enrol_token_id(&enrolment->code.agency, enrolment->code.token);
    view->state = FK_TEAM_WAITING;
    view->agency = enrolment->code.agency;
    view->device_kind = enrolment->device_kind;
    view->problem = (fk_code)enrolment->problem;
    view->is_confirmed = enrolment->is_confirmed;
    view->is_founding = enrolment->code.kind == FK_ENROL_FOUNDING;
    fk_enrol_words(&enrolment->code.agency, &token_id, fk_sync_device(sync), identity->signing_public,
                   identity->box_public, view->words);
}

static void view_member(const fk_sync *sync, fk_team_view *view)
{
    const fk_roster_device_row *own = fk_sync_own_row(sync);
    const fk_roster_compartment_row *team = fk_sync_compartment_of_kind(sync, FK_COMPARTMENT_TEAM);
    view->state = FK_TEAM_MEMBER;
    view->agency = sync->facts.agency;
    view->is_confirmed = true;
    view->is_administrator = fk_sync_is_administrator(sync);
    if (own != NULL) {
        view->device_kind = (fk_device_kind)own->entry.kind;
        view->person = own->entry.person;
        view->person_name = fk_sync_name_of(sync, &own->entry.person);
    }
    if (team != NULL) {
        view->team = team->entry.compartment;
        view->team_name = fk_sync_name_of(sync, &team->entry.compartment);
    }
}

fk_status fk_sync_team(fk_sync *sync, fk_arena *arena, fk_team_view *view_out)
{
    fk_enrolment enrolment;
    *view_out = (fk_team_view){ .state = FK_TEAM_ALONE };
    FK_TRY(fk_enrolment_load(sync->config.store, sync->config.allocator, &enrolment));
    if (sync->facts.is_member) {
        view_member(sync, view_out);
    } else if (enrolment.is_there) {
        view_waiting(sync, &enrolment, view_out);
    }
    fk_wipe(&enrolment, sizeof enrolment);
    if (view_out->state == FK_TEAM_ALONE) {
        return fk_ok();
    }
    fk_status status = fk_store_meta_get(sync->config.store, "sync.hub", arena, &view_out->hub);
    return status.code == FK_ERR_NOT_FOUND ? fk_ok() : status;
}
