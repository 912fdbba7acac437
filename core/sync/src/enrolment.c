/* enrolment.c — from a typed code to a place in the roster (docs/adr/0010). */
#include "sync_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/epoch.h"

#include "fk/banned.h"

/* --- the wish ------------------------------------------------------------------------------------------ */

/* http or https, a host, perhaps a port; no path, no user, no query. Whether it can be reached is the host's matter. */
static bool is_origin(fk_bytes hub)
{
    static const char *const schemes[] = { "https://", "http://" };
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t size_bytes = strlen(schemes[i]);
        if (hub.size_bytes <= size_bytes || hub.size_bytes > FK_HUB_ORIGIN_SIZE_BYTES_MAX ||
            memcmp(hub.data, schemes[i], size_bytes) != 0) {
            continue;
        }
        for (size_t at = size_bytes; at < hub.size_bytes; at++) {
            uint8_t byte = hub.data[at];
            if (byte <= ' ' || byte >= 0x7f || strchr("/?#@\\\"<>", byte) != NULL) {
                return false;
            }
        }
        return true;
    }
    return false;
}

static fk_status keep_name(fk_bytes name, bool is_needed, const char *what, uint8_t *size_out, char *target,
                           fk_error *error)
{
    name = fk_text_trim(name);
    fk_code fault = is_needed && name.size_bytes == 0          ? FK_ERR_INCOMPLETE
                    : name.size_bytes > FK_NAME_SIZE_BYTES_MAX ? FK_ERR_INVALID_INPUT
                                                               : FK_OK;
    if (fault != FK_OK) {
        fk_error_set(error, "request.%s", what);
        return fk_status_of(fault);
    }
    *size_out = (uint8_t)name.size_bytes;
    if (name.size_bytes > 0) {
        memcpy(target, name.data, name.size_bytes);
    }
    return fk_ok();
}

static fk_status make_wish(const fk_enrol_wish *wish, fk_enrolment *enrolment, fk_error *error)
{
    FK_TRY(fk_enrol_code_read(wish->code, &enrolment->code));
    if (!is_origin(wish->hub)) {
        fk_error_set(error, "request.hub");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    bool is_founding = enrolment->code.kind == FK_ENROL_FOUNDING;
    enrolment->is_there = true;
    enrolment->is_confirmed = is_founding; /* there is no second screen yet */
    enrolment->device_kind = wish->device_kind;
    FK_TRY(keep_name(wish->person_name, is_founding, "personName", &enrolment->person_name_size, enrolment->person_name,
                     error));
    FK_TRY(
        keep_name(wish->team_name, is_founding, "teamName", &enrolment->team_name_size, enrolment->team_name, error));
    FK_TRY(keep_name(wish->device_label, false, "deviceLabel", &enrolment->label_size, enrolment->label, error));
    if (is_founding) {
        enrolment->agency_compartment = fk_random_id();
        enrolment->team = fk_random_id();
        fk_key_random(&enrolment->agency_key);
        fk_key_random(&enrolment->team_key);
    }
    return fk_ok();
}

/* In a transaction of its own. */
static fk_status keep_wish(fk_sync *sync, const fk_enrolment *enrolment, const fk_bytes *hub)
{
    fk_store *store = sync->config.store;
    FK_TRY(fk_store_begin(store));
    fk_status status = fk_enrolment_save(store, sync->config.allocator, enrolment);
    if (fk_is_ok(status) && hub != NULL) {
        status = fk_store_meta_put(store, "sync.hub", *hub);
        /* Another wish may name another hub; its key is pinned when it first shows it. */
        sync->facts.has_hub_key = false;
        if (fk_is_ok(status)) {
            status = fk_facts_save(store, sync->config.allocator, &sync->facts);
        }
    }
    if (fk_is_ok(status)) {
        status = fk_store_commit(store);
    }
    if (!fk_is_ok(status)) {
        fk_store_rollback(store);
    }
    return status;
}

fk_status fk_sync_enrol(fk_sync *sync, const fk_enrol_wish *wish, bool *is_founding_out, fk_error *error)
{
    fk_roster *roster = NULL;
    fk_enrolment enrolment = { .is_there = false };
    if (sync->facts.is_member) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    fk_status status = make_wish(wish, &enrolment, error);
    if (fk_is_ok(status)) {
        status = fk_roster_new(sync->config.allocator, &enrolment.code.agency, &roster);
    }
    if (fk_is_ok(status)) {
        status = keep_wish(sync, &enrolment, &wish->hub);
    }
    if (fk_is_ok(status)) {
        fk_sync_cancel(sync);
        fk_roster_free(sync->roster);
        sync->roster = roster;
        *is_founding_out = enrolment.code.kind == FK_ENROL_FOUNDING;
    } else {
        fk_roster_free(roster);
    }
    fk_wipe(&enrolment, sizeof enrolment);
    return status;
}

static fk_status load_waiting(fk_sync *sync, fk_enrolment *enrolment)
{
    FK_TRY(fk_enrolment_load(sync->config.store, sync->config.allocator, enrolment));
    return enrolment->is_there ? fk_ok() : fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_sync_enrol_confirm(fk_sync *sync)
{
    fk_enrolment enrolment;
    fk_status status = load_waiting(sync, &enrolment);
    if (fk_is_ok(status)) {
        enrolment.is_confirmed = true;
        status = keep_wish(sync, &enrolment, NULL);
    }
    fk_wipe(&enrolment, sizeof enrolment);
    return status;
}

fk_status fk_sync_enrol_cancel(fk_sync *sync)
{
    fk_enrolment enrolment;
    fk_status status = load_waiting(sync, &enrolment);
    fk_wipe(&enrolment, sizeof enrolment);
    FK_TRY(status);
    FK_TRY(keep_wish(sync, &enrolment, NULL)); /* wiped: no wish */
    fk_sync_cancel(sync);
    return fk_ok();
}

/* --- the request under the code -------------------------------------------------------------------------- */

void fk_enrolment_request(const fk_enrolment *enrolment, const fk_id *device, const fk_identity *identity,
                          fk_enrol_request *request_out)
{
    const fk_id *agency = &enrolment->code.agency;
    *request_out = (fk_enrol_request){
        .token_id = fk_enrol_token_id(agency, enrolment->code.token),
        .device = *device,
        .kind = (uint8_t)enrolment->device_kind,
    };
    memcpy(request_out->signing_key, identity->signing_public, sizeof request_out->signing_key);
    memcpy(request_out->box_key, identity->box_public, sizeof request_out->box_key);
    uint8_t bytes[FK_ENROL_REQUEST_SIZE_BYTES];
    fk_enrol_request_write(request_out, bytes);
    fk_key key;
    fk_hash mac;
    fk_enrol_mac_key(agency, enrolment->code.token, &key);
    fk_mac_init(&mac, fk_bytes_of(key.bytes, sizeof key.bytes));
    fk_hash_update(&mac, fk_bytes_of(bytes, FK_ENROL_REQUEST_MACED_SIZE_BYTES));
    fk_hash_final(&mac, request_out->mac);
    fk_key_wipe(&key);
    fk_enrol_request_write(request_out, bytes);
    fk_sign(identity, FK_PURPOSE_ENROL, agency, fk_bytes_of(bytes, FK_ENROL_REQUEST_SIGNED_SIZE_BYTES),
            request_out->signature);
}

fk_status fk_ask_enrol(fk_sync *sync, bool *has_request_out)
{
    if (sync->facts.is_member || sync->is_enrol_asked) {
        return fk_ok();
    }
    fk_enrolment enrolment;
    fk_status status = fk_enrolment_load(sync->config.store, sync->config.allocator, &enrolment);
    if (fk_is_ok(status)) {
        status = fk_request_post(sync, "/v1/enrol", false, FK_FRAME_ENROL, 0);
    }
    if (fk_is_ok(status)) {
        fk_enrol_request request;
        uint8_t bytes[FK_ENROL_REQUEST_SIZE_BYTES];
        fk_enrolment_request(&enrolment, fk_sync_device(sync), sync->config.identity, &request);
        fk_enrol_request_write(&request, bytes);
        status = fk_append_id(&sync->request.body, &enrolment.code.agency);
        if (fk_is_ok(status)) {
            status = fk_buffer_append(&sync->request.body, fk_bytes_of(bytes, sizeof bytes));
        }
    }
    fk_wipe(&enrolment, sizeof enrolment);
    FK_TRY(status);
    *has_request_out = sync->is_enrol_asked = true;
    return fk_ok();
}

/* --- becoming a member ------------------------------------------------------------------------------------ */

static fk_status keep_founders_keys(fk_sync *sync, const fk_enrolment *enrolment)
{
    fk_store *store = sync->config.store;
    FK_TRY(fk_store_epoch_key_put(store, &enrolment->agency_compartment, 1, &enrolment->agency_key));
    return fk_store_epoch_key_put(store, &enrolment->team, 1, &enrolment->team_key);
}

static fk_status become_member(fk_sync *sync, const fk_enrolment *enrolment, uint32_t count, fk_bytes entries)
{
    const fk_roster_compartment_row *team = fk_sync_compartment_of_kind(sync, FK_COMPARTMENT_TEAM);
    if (team == NULL) {
        return fk_ok(); /* admitted, and not yet to a team: the next run sees */
    }
    uint32_t number = 0;
    FK_TRY(fk_store_compartment_set(sync->config.store, &team->entry.compartment, true, &number));
    FK_ASSERT(number == FK_COMPARTMENT_HOME);
    FK_TRY(fk_sync_roster_take(sync, &enrolment->code.agency, count, entries, true));
    bool is_founding = enrolment->code.kind == FK_ENROL_FOUNDING;
    if (is_founding) {
        FK_TRY(keep_founders_keys(sync, enrolment));
    }
    sync->facts.is_member = true;
    sync->facts.agency = enrolment->code.agency;
    /* Who was there before has its keys from others; a founder gives them to itself too. */
    sync->facts.granted_count = is_founding ? 0 : fk_roster_count(sync->roster);
    fk_enrolment none = { .is_there = false };
    FK_TRY(fk_enrolment_save(sync->config.store, sync->config.allocator, &none));
    return fk_names_load(sync);
}

/* Belong to the agency when the roster knows this device and the words were compared. */
static fk_status finish(fk_sync *sync, const fk_enrolment *enrolment, uint32_t count, fk_bytes entries)
{
    const fk_roster_device_row *known = fk_roster_device_find(sync->roster, fk_sync_device(sync));
    if (known == NULL || !enrolment->is_confirmed) {
        return fk_ok();
    }
    if (fk_sync_own_row(sync) == NULL) {
        return fk_sync_refuse(sync, FK_ERR_FORBIDDEN, "this device stands in the roster with other keys");
    }
    return become_member(sync, enrolment, count, entries);
}

/* --- the answer ------------------------------------------------------------------------------------------ */

/* The whole roster, which must be the one the code was made for. */
fk_status fk_answer_enrol(fk_sync *sync, const fk_frame *frame)
{
    fk_bytes rest = frame->rest;
    fk_bytes head;
    fk_enrolment enrolment;
    FK_TRY(fk_take(&rest, 8, &head));
    FK_TRY(fk_enrolment_load(sync->config.store, sync->config.allocator, &enrolment));
    fk_status status = fk_sync_roster_take(sync, &enrolment.code.agency, frame->count, rest, false);
    if (fk_is_ok(status) && !fk_enrol_code_fits(&enrolment.code, sync->roster)) {
        status = fk_sync_refuse(sync, FK_ERR_OTHER_HUB, "not the roster the code was made for");
    }
    if (fk_is_ok(status) && enrolment.problem != FK_OK) {
        enrolment.problem = FK_OK;
        status = fk_enrolment_save(sync->config.store, sync->config.allocator, &enrolment);
    }
    if (fk_is_ok(status)) {
        status = finish(sync, &enrolment, frame->count, rest);
    }
    fk_wipe(&enrolment, sizeof enrolment);
    return status;
}

/* What the hub says of the code is kept: the person sees it without another run. */
void fk_enrolment_note(fk_sync *sync, fk_code code)
{
    fk_enrolment enrolment;
    fk_status status = fk_enrolment_load(sync->config.store, sync->config.allocator, &enrolment);
    if (fk_is_ok(status) && enrolment.is_there) {
        enrolment.problem = (uint8_t)code;
        status = fk_enrolment_save(sync->config.store, sync->config.allocator, &enrolment);
    }
    fk_wipe(&enrolment, sizeof enrolment);
    (void)status; /* it is told as the problem of the run as well */
}

/* Used or expired; but it may have been this device that was let in by it. Signing in tells. */
bool fk_refused_enrol(fk_sync *sync, fk_code code)
{
    if (code == FK_ERR_CODE_USED) {
        sync->is_code_over = true;
        fk_sync_jump(sync, FK_PHASE_CHALLENGE);
        return true;
    }
    fk_enrolment_note(sync, code);
    return false;
}
