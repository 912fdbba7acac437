/* admitting.c — an administrator's device: offer codes, read who asked, post who was confirmed. */
#include "sync_internal.h"

#include <string.h>

#include "fk/banned.h"

typedef bool choice(const fk_invite *invite, const fk_sync *sync);

/* The first invitation a step has something to do for. */
static fk_invite *choose(const fk_sync *sync, fk_invite_list *list, choice *is_wanted)
{
    for (size_t i = 0; i < list->count; i++) {
        if (is_wanted(&list->items[i], sync)) {
            return &list->items[i];
        }
    }
    return NULL;
}

typedef fk_status ask_for(fk_sync *sync, const fk_invite *invite);

/* Ask for the first that is wanted; sync->invite says whose answer it will be. */
static fk_status ask_first(fk_sync *sync, choice *is_wanted, ask_for *ask, bool *has_request_out)
{
    if (!fk_sync_is_administrator(sync)) {
        return fk_ok();
    }
    fk_invite_list list;
    FK_TRY(fk_invite_list_load(sync->config.store, sync->config.allocator, &list));
    const fk_invite *invite = choose(sync, &list, is_wanted);
    fk_status status = fk_ok();
    if (invite != NULL) {
        sync->invite = invite->id;
        status = ask(sync, invite);
        *has_request_out = fk_is_ok(status);
    }
    fk_invite_list_free(&list);
    return status;
}

typedef void settle(fk_invite *invite, fk_code code);

/* The answer of the invitation that was asked for. */
static fk_status settle_one(fk_sync *sync, settle *apply, fk_code code)
{
    fk_invite_list list;
    FK_TRY(fk_invite_list_load(sync->config.store, sync->config.allocator, &list));
    for (size_t i = 0; i < list.count; i++) {
        if (fk_id_equal(&list.items[i].id, &sync->invite)) {
            apply(&list.items[i], code);
        }
    }
    fk_status status = fk_invite_list_save(sync->config.store, &list);
    fk_invite_list_free(&list);
    return status;
}

static void fail(fk_invite *invite, fk_code code)
{
    invite->state = FK_INVITE_FAILED;
    invite->problem = (uint8_t)code;
}

/* --- offering and withdrawing ------------------------------------------------------------------------ */

static bool is_new(const fk_invite *invite, const fk_sync *sync)
{
    return invite->state == FK_INVITE_NEW && invite->expires_ms > fk_sync_now_ms(sync);
}

static fk_status ask_offer(fk_sync *sync, const fk_invite *invite)
{
    FK_TRY(fk_request_post(sync, "/v1/enrol/invite", true, FK_FRAME_INVITE, 0));
    FK_TRY(fk_append_id(&sync->request.body, &invite->token_id));
    return fk_append_u64(&sync->request.body, invite->expires_ms);
}

fk_status fk_ask_offer_code(fk_sync *sync, bool *has_request_out)
{
    return ask_first(sync, is_new, ask_offer, has_request_out);
}

/* Withdrawn meanwhile: then the hub knows it now, and is to forget it. */
static void offered(fk_invite *invite, fk_code code)
{
    (void)code;
    if (invite->state == FK_INVITE_NEW) {
        invite->state = FK_INVITE_OFFERED;
    } else if (invite->state == FK_INVITE_WITHDRAWN) {
        invite->is_hub_untold = true;
    }
}

fk_status fk_answer_offer_code(fk_sync *sync, const fk_frame *frame)
{
    (void)frame;
    return settle_one(sync, offered, FK_OK);
}

bool fk_refused_offer_code(fk_sync *sync, fk_code code)
{
    bool is_final = code == FK_ERR_INVALID_INPUT || code == FK_ERR_FORBIDDEN;
    return is_final && fk_is_ok(settle_one(sync, fail, code == FK_ERR_FORBIDDEN ? code : FK_ERR_CODE_USED));
}

static bool is_untold(const fk_invite *invite, const fk_sync *sync)
{
    (void)sync;
    return invite->is_hub_untold;
}

static fk_status ask_withdraw(fk_sync *sync, const fk_invite *invite)
{
    FK_TRY(fk_request_post(sync, "/v1/enrol/withdraw", true, FK_FRAME_WITHDRAW, 0));
    return fk_append_id(&sync->request.body, &invite->token_id);
}

fk_status fk_ask_withdraw_code(fk_sync *sync, bool *has_request_out)
{
    return ask_first(sync, is_untold, ask_withdraw, has_request_out);
}

static void told(fk_invite *invite, fk_code code)
{
    (void)code;
    invite->is_hub_untold = false;
}

fk_status fk_answer_withdraw_code(fk_sync *sync, const fk_frame *frame)
{
    (void)frame;
    return settle_one(sync, told, FK_OK);
}

/* --- who asked --------------------------------------------------------------------------------------------- */

static bool is_open(const fk_invite *invite, const fk_sync *sync)
{
    (void)sync;
    return invite->state == FK_INVITE_OFFERED;
}

static fk_status ask_requests(fk_sync *sync, const fk_invite *invite)
{
    (void)invite;
    fk_request_get(sync, "/v1/enrol", 0);
    sync->is_requests_read = true;
    return fk_ok();
}

fk_status fk_ask_read_requests(fk_sync *sync, bool *has_request_out)
{
    return sync->is_requests_read ? fk_ok() : ask_first(sync, is_open, ask_requests, has_request_out);
}

/* Made by whoever holds the code, and by that device's own key. */
static bool is_authentic(const fk_invite *invite, fk_bytes bytes, const fk_enrol_request *request)
{
    const fk_id *agency = &invite->code.agency;
    uint8_t mac[FK_HASH_SIZE_BYTES];
    fk_key key;
    fk_hash hash;
    fk_enrol_mac_key(agency, invite->code.token, &key);
    fk_mac_init(&hash, fk_bytes_of(key.bytes, sizeof key.bytes));
    fk_hash_update(&hash, fk_bytes_of(bytes.data, FK_ENROL_REQUEST_MACED_SIZE_BYTES));
    fk_hash_final(&hash, mac);
    fk_key_wipe(&key);
    return fk_equal_constant_time(mac, request->mac, sizeof mac) &&
           fk_is_ok(fk_verify(request->signing_key, FK_PURPOSE_ENROL, agency,
                              fk_bytes_of(bytes.data, FK_ENROL_REQUEST_SIGNED_SIZE_BYTES), request->signature));
}

static void take_request(fk_sync *sync, fk_invite *invite, fk_bytes bytes, const fk_enrol_request *request)
{
    if (!is_authentic(invite, bytes, request)) {
        /* The hub cannot make one: a wrong one is the hub's, or of somebody who guessed. */
        fail(invite, FK_ERR_AUTH);
        return;
    }
    if (fk_roster_device_find(sync->roster, &request->device) != NULL) {
        fail(invite, FK_ERR_EXISTS);
        return;
    }
    invite->state = FK_INVITE_ASKED;
    invite->device = request->device;
    invite->device_kind = request->kind;
    memcpy(invite->signing_key, request->signing_key, sizeof invite->signing_key);
    memcpy(invite->box_key, request->box_key, sizeof invite->box_key);
}

static fk_status take_requests(fk_sync *sync, fk_invite_list *list, const fk_frame *frame)
{
    fk_bytes rest = frame->rest;
    for (uint32_t i = 0; i < frame->count; i++) {
        fk_bytes bytes;
        fk_enrol_request request;
        FK_TRY(fk_take(&rest, FK_ENROL_REQUEST_SIZE_BYTES, &bytes));
        if (!fk_is_ok(fk_enrol_request_read(bytes, &request))) {
            return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "enrolment request");
        }
        for (size_t j = 0; j < list->count; j++) {
            fk_invite *invite = &list->items[j];
            if (invite->state == FK_INVITE_OFFERED && fk_id_equal(&invite->token_id, &request.token_id)) {
                take_request(sync, invite, bytes, &request);
            }
        }
    }
    return fk_ok();
}

fk_status fk_answer_read_requests(fk_sync *sync, const fk_frame *frame)
{
    fk_invite_list list;
    FK_TRY(fk_invite_list_load(sync->config.store, sync->config.allocator, &list));
    fk_status status = take_requests(sync, &list, frame);
    if (fk_is_ok(status)) {
        status = fk_invite_list_save(sync->config.store, &list);
    }
    fk_invite_list_free(&list);
    return status;
}

/* --- admitting --------------------------------------------------------------------------------------------- */

typedef struct admission {
    fk_entries entries;
    const fk_invite *invite;
    const fk_id *agency;
    uint32_t epoch;
    fk_key key; /* of the agency-wide compartment: names are sealed under it */
} admission;

static fk_status add(admission *admit, const fk_roster_payload *payload)
{
    return fk_entry_add(&admit->entries, payload, admit->entries.sync->config.identity);
}

static fk_status add_person(admission *admit)
{
    const fk_invite *invite = admit->invite;
    fk_roster_payload payload = { .kind = FK_ROSTER_PERSON };
    payload.as.person.person = invite->person;
    fk_name_seal(&admit->key, admit->epoch, admit->agency, &invite->person,
                 fk_bytes_of(invite->name, invite->name_size), &payload.as.person.name);
    FK_TRY(add(admit, &payload));
    payload = (fk_roster_payload){ .kind = FK_ROSTER_ROLE };
    payload.as.role.person = invite->person;
    payload.as.role.roles = FK_ROLE_CASEWORKER | (invite->is_administrator ? (uint32_t)FK_ROLE_ADMINISTRATOR : 0U);
    return add(admit, &payload);
}

/* One more device of somebody known, who becomes an administrator only if the invitation says so. */
static fk_status add_role(admission *admit)
{
    const fk_roster_person_row *person = fk_roster_person_find(admit->entries.roster, &admit->invite->person);
    bool is_known = person == NULL || (person->roles & FK_ROLE_ADMINISTRATOR) != 0;
    if (is_known || !admit->invite->is_administrator) {
        return fk_ok();
    }
    fk_roster_payload payload = { .kind = FK_ROSTER_ROLE };
    payload.as.role.person = admit->invite->person;
    payload.as.role.roles = person->roles | FK_ROLE_ADMINISTRATOR;
    return add(admit, &payload);
}

/* The newcomer cannot seal a label yet: its kind as a word stands for it. */
static fk_status add_device(admission *admit)
{
    static const char *const labels[] = {
        [FK_DEVICE_TABLET] = "tablet",
        [FK_DEVICE_OFFICE] = "office",
        [FK_DEVICE_PHONE] = "phone",
    };
    const fk_invite *invite = admit->invite;
    fk_roster_payload payload = { .kind = FK_ROSTER_DEVICE };
    fk_roster_device *device = &payload.as.device;
    device->device = invite->device;
    device->person = invite->person;
    device->kind = invite->device_kind;
    memcpy(device->signing_key, invite->signing_key, sizeof device->signing_key);
    memcpy(device->box_key, invite->box_key, sizeof device->box_key);
    fk_name_seal(&admit->key, admit->epoch, admit->agency, &invite->device, fk_bytes_text(labels[invite->device_kind]),
                 &device->label);
    return add(admit, &payload);
}

static fk_status add_memberships(admission *admit)
{
    static const fk_compartment_kind kinds[] = { FK_COMPARTMENT_AGENCY, FK_COMPARTMENT_TEAM };
    const fk_sync *sync = admit->entries.sync;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const fk_roster_compartment_row *row = fk_sync_compartment_of_kind(sync, kinds[i]);
        if (row == NULL) {
            continue;
        }
        fk_roster_payload payload = { .kind = FK_ROSTER_MEMBERSHIP };
        payload.as.membership = (fk_roster_membership){ row->entry.compartment, admit->invite->person, true, true };
        FK_TRY(add(admit, &payload));
    }
    return fk_ok();
}

static fk_status add_entries(admission *admit)
{
    FK_TRY(admit->invite->is_new_person ? add_person(admit) : add_role(admit));
    FK_TRY(add_device(admit));
    return admit->invite->is_new_person ? add_memberships(admit) : fk_ok();
}

static bool is_confirmed(const fk_invite *invite, const fk_sync *sync)
{
    (void)sync;
    return invite->state == FK_INVITE_CONFIRMED;
}

static fk_status ask_admission(fk_sync *sync, const fk_invite *invite)
{
    const fk_roster_compartment_row *agency = fk_sync_compartment_of_kind(sync, FK_COMPARTMENT_AGENCY);
    admission admit = { .invite = invite, .agency = &sync->facts.agency };
    if (agency == NULL) {
        return fk_sync_refuse(sync, FK_ERR_FORBIDDEN, "no agency-wide compartment");
    }
    FK_TRY(fk_entries_begin(sync, true, fk_sync_now_ms(sync), &admit.entries));
    FK_TRY(fk_sync_newest_key(sync, &agency->entry.compartment, &admit.epoch, &admit.key));
    fk_status status = fk_sync_roster_copy(sync, &sync->facts.agency, &admit.entries.roster);
    if (fk_is_ok(status)) {
        status = add_entries(&admit);
    }
    fk_request_set_count(sync, FK_FRAME_ROSTER_ADD, admit.entries.count);
    fk_roster_free(admit.entries.roster);
    fk_key_wipe(&admit.key);
    return status;
}

/* Without the key that names are sealed under, somebody else has to admit. */
fk_status fk_ask_admit(fk_sync *sync, bool *has_request_out)
{
    const fk_roster_compartment_row *agency = fk_sync_compartment_of_kind(sync, FK_COMPARTMENT_AGENCY);
    uint32_t epoch = 0;
    fk_key key;
    if (agency == NULL) {
        return fk_ok();
    }
    fk_status status = fk_sync_newest_key(sync, &agency->entry.compartment, &epoch, &key);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_ok();
    }
    FK_TRY(status);
    fk_key_wipe(&key);
    return ask_first(sync, is_confirmed, ask_admission, has_request_out);
}

fk_status fk_answer_admit(fk_sync *sync, const fk_frame *frame)
{
    (void)frame;
    fk_roster_read_again(sync);
    return fk_ok();
}

bool fk_refused_admit(fk_sync *sync, fk_code code)
{
    if (fk_head_moved(sync, code)) {
        fk_roster_read_again(sync);
        return true;
    }
    bool is_final = code == FK_ERR_FORBIDDEN || code == FK_ERR_EXISTS || code == FK_ERR_INVALID_INPUT;
    return is_final && fk_is_ok(settle_one(sync, fail, code));
}

/* --- after each reading of the roster ------------------------------------------------------------------------ */

/* Was this very device let in? Then the invitation is done, whoever's request did it. */
static bool is_admitted(const fk_sync *sync, const fk_invite *invite)
{
    const fk_roster_device_row *row = fk_roster_device_find(sync->roster, &invite->device);
    return row != NULL && memcmp(row->entry.signing_key, invite->signing_key, sizeof invite->signing_key) == 0;
}

fk_status fk_invites_settle(fk_sync *sync)
{
    fk_invite_list list;
    FK_TRY(fk_invite_list_load(sync->config.store, sync->config.allocator, &list));
    bool is_changed = false;
    for (size_t i = 0; i < list.count; i++) {
        fk_invite *invite = &list.items[i];
        if (invite->state == FK_INVITE_CONFIRMED && is_admitted(sync, invite)) {
            invite->state = FK_INVITE_DONE;
            fk_wipe(invite->code.token, sizeof invite->code.token);
            is_changed = true;
        } else if (invite->state < FK_INVITE_CONFIRMED && invite->expires_ms <= fk_sync_now_ms(sync)) {
            fail(invite, FK_ERR_CODE_USED);
            is_changed = true;
        }
    }
    fk_status status = is_changed ? fk_invite_list_save(sync->config.store, &list) : fk_ok();
    fk_invite_list_free(&list);
    return status;
}
