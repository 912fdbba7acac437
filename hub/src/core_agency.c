#include "core_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

/* The columns of AGENCY_GET and AGENCY_LOCK. */
static fk_status read_row(const fk_hub_rows *rows, fk_hub_agency *agency)
{
    uint64_t roster_count = 0;
    FK_TRY(fk_hub_rows_number(rows, 0, &roster_count));
    FK_TRY(fk_hub_rows_number(rows, 1, &agency->log_number));
    FK_TRY(fk_hub_rows_copy(rows, 2, agency->log_hash.bytes, sizeof agency->log_hash.bytes));
    FK_TRY(fk_hub_rows_number(rows, 3, &agency->change_number));
    FK_TRY(fk_hub_rows_number(rows, 4, &agency->size_bytes));
    agency->roster_count = (uint32_t)roster_count;
    return roster_count > 0 && roster_count <= FK_ROSTER_ENTRY_COUNT_MAX ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
}

/* NULL: no room, which founding prevents. */
static fk_hub_agency *place_of(fk_hub *hub, const fk_id *id)
{
    for (size_t i = 0; i < hub->agency_count; i++) {
        if (fk_id_equal(&hub->agencies[i].id, id)) {
            return &hub->agencies[i];
        }
    }
    if (hub->agency_count == FK_HUB_AGENCY_COUNT_MAX) {
        return NULL;
    }
    fk_hub_agency *agency = &hub->agencies[hub->agency_count++];
    *agency = (fk_hub_agency){ .id = *id };
    return agency;
}

/* The rules run again over what is stored: nobody who can write to the store alone makes a member. */
static fk_status append_stored(fk_hub_agency *agency, fk_hub_rows *rows)
{
    bool has_row = false;
    FK_TRY(fk_hub_rows_next(rows, &has_row));
    while (has_row && fk_roster_count(agency->roster) < agency->roster_count) {
        fk_error error = { "" };
        fk_status status = fk_roster_append(agency->roster, fk_hub_rows_bytes(rows, 1), &error);
        if (!fk_is_ok(status)) {
            return fk_hub_is_fault(status) ? status : fk_status_of(FK_ERR_DAMAGED);
        }
        FK_TRY(fk_hub_rows_next(rows, &has_row));
    }
    return fk_ok();
}

/* Read what is not in memory yet: all after a start or a rollback, else what another connection added. */
static fk_status load_roster(fk_hub *hub, fk_hub_agency *agency)
{
    if (agency->roster != NULL && fk_roster_count(agency->roster) > agency->roster_count) {
        fk_hub_forget(agency);
    }
    if (agency->roster == NULL) {
        FK_TRY(fk_roster_new(hub->allocator, &agency->id, &agency->roster));
    }
    uint32_t count = fk_roster_count(agency->roster);
    if (count == agency->roster_count) {
        return fk_ok();
    }
    fk_hub_rows rows;
    FK_TRY(fk_hub_rows_begin(hub->store, FK_HUB_SQL_ROSTER_FROM,
                             FK_HUB_VALUES(fk_hub_id(&agency->id), fk_hub_number(count)), &rows));
    fk_status status = append_stored(agency, &rows);
    fk_hub_rows_end(&rows);
    if (fk_is_ok(status) && fk_roster_count(agency->roster) != agency->roster_count) {
        status = fk_status_of(FK_ERR_DAMAGED);
    }
    if (!fk_is_ok(status)) {
        fk_hub_forget(agency);
    }
    return status;
}

fk_status fk_hub_agency_open(fk_hub *hub, const fk_id *id, fk_hub_agency **agency_out)
{
    *agency_out = NULL;
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(fk_hub_row(hub, FK_HUB_SQL_AGENCY_GET, FK_HUB_VALUES(fk_hub_id(id)), &rows, &has_row));
    if (!has_row) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    fk_hub_agency *agency = place_of(hub, id);
    fk_status status = agency == NULL ? fk_status_of(FK_ERR_DAMAGED) : read_row(&rows, agency);
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    FK_TRY(load_roster(hub, agency));
    *agency_out = agency;
    return fk_ok();
}

fk_status fk_hub_agency_lock(fk_hub *hub, fk_hub_agency *agency)
{
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(fk_hub_row(hub, FK_HUB_SQL_AGENCY_LOCK, FK_HUB_VALUES(fk_hub_id(&agency->id)), &rows, &has_row));
    fk_status status = has_row ? read_row(&rows, agency) : fk_status_of(FK_ERR_DAMAGED);
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    return load_roster(hub, agency);
}

void fk_hub_forget(fk_hub_agency *agency)
{
    fk_roster_free(agency->roster);
    agency->roster = NULL;
}

fk_status fk_hub_next_change(fk_hub *hub, const fk_hub_agency *agency, uint64_t *number_out)
{
    fk_hub_rows rows;
    bool has_row = false;
    *number_out = 0;
    FK_TRY(fk_hub_row(hub, FK_HUB_SQL_AGENCY_CHANGE, FK_HUB_VALUES(fk_hub_id(&agency->id)), &rows, &has_row));
    fk_status status = has_row ? fk_hub_rows_number(&rows, 0, number_out) : fk_status_of(FK_ERR_DAMAGED);
    fk_hub_rows_end(&rows);
    return status;
}

fk_status fk_hub_chain_end(fk_hub *hub, const fk_id *agency, const fk_id *compartment, const fk_id *device,
                           uint64_t *last_sequence_out, fk_digest *last_id_out)
{
    *last_sequence_out = 0;
    *last_id_out = (fk_digest){ { 0 } };
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(fk_hub_row(hub, FK_HUB_SQL_CHAIN_GET,
                      FK_HUB_VALUES(fk_hub_id(agency), fk_hub_id(compartment), fk_hub_id(device)), &rows, &has_row));
    if (!has_row) {
        return fk_ok();
    }
    fk_status status = fk_hub_rows_number(&rows, 0, last_sequence_out);
    if (fk_is_ok(status)) {
        status = fk_hub_rows_copy(&rows, 1, last_id_out->bytes, sizeof last_id_out->bytes);
    }
    fk_hub_rows_end(&rows);
    return status;
}

bool fk_hub_is_member(const fk_hub_agency *agency, const fk_id *device, const fk_id *compartment)
{
    return fk_roster_is_member(agency->roster, device, compartment, fk_roster_count(agency->roster) - 1);
}

bool fk_hub_is_administrator(const fk_hub_call *call)
{
    const fk_roster_device_row *device = fk_roster_device_find(call->agency->roster, &call->device);
    const fk_roster_person_row *person =
        device == NULL ? NULL : fk_roster_person_find(call->agency->roster, &device->entry.person);
    return person != NULL && (person->roles & FK_ROLE_ADMINISTRATOR) != 0;
}
