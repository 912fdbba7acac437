/* founding.c — the first administrator's device makes the agency: one request, all or nothing. */
#include "sync_internal.h"

#include <string.h>

#include "fk/epoch.h"

#include "fk/banned.h"

enum { HEAD_MOVED_COUNT_MAX = 5 };

/* --- entries that follow one another ------------------------------------------------------------------- */

fk_status fk_entry_add(fk_entries *entries, const fk_roster_payload *payload, const fk_identity *signer)
{
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    fk_error error = { "" };
    size_t size_bytes = fk_roster_entry_make(entries->roster, payload, signer, entries->made_ms, entry);
    fk_status status = fk_roster_append(entries->roster, fk_bytes_of(entry, size_bytes), &error);
    if (!fk_is_ok(status) && status.code != FK_ERR_NO_MEMORY) {
        return fk_sync_refuse(entries->sync, (fk_code)status.code, error.detail);
    }
    FK_TRY(status);
    FK_TRY(fk_buffer_append(&entries->sync->request.body, fk_bytes_of(entry, size_bytes)));
    entries->count++;
    return fk_ok();
}

fk_status fk_entries_begin(fk_sync *sync, bool has_token, uint64_t made_ms, fk_entries *entries_out)
{
    const fk_roster *roster = sync->roster;
    uint32_t head = fk_roster_count(roster) - 1;
    *entries_out = (fk_entries){ .sync = sync, .made_ms = made_ms };
    FK_TRY(fk_request_post(sync, "/v1/roster", has_token, FK_FRAME_ROSTER_ADD, 0));
    fk_buffer *body = &sync->request.body;
    FK_TRY(fk_append_u32(body, head));
    FK_TRY(fk_append_u32(body, 0));
    FK_TRY(fk_buffer_append(body, fk_bytes_of(fk_roster_hash_at(roster, head), FK_DIGEST_SIZE_BYTES)));
    return fk_ok();
}

bool fk_head_moved(fk_sync *sync, fk_code code)
{
    return code == FK_ERR_HEAD_MOVED && sync->head_moved_count++ < HEAD_MOVED_COUNT_MAX;
}

/* --- the entries of docs/adr/0010 -------------------------------------------------------------------------- */

typedef struct founding {
    const fk_enrolment *enrolment;
    const fk_id *agency;
    const fk_id *person;
    fk_identity key; /* the founding key: signs the first entry only */
} founding;

static fk_bytes text_of(const char *text, uint8_t size_bytes)
{
    return fk_bytes_of(text, size_bytes);
}

static fk_status add_device(const founding *found, fk_entries *entries)
{
    const fk_enrolment *enrolment = found->enrolment;
    const fk_identity *identity = entries->sync->config.identity;
    fk_roster_payload payload = { .kind = FK_ROSTER_DEVICE };
    fk_roster_device *device = &payload.as.device;
    device->device = *fk_sync_device(entries->sync);
    device->person = *found->person;
    device->kind = (uint8_t)enrolment->device_kind;
    memcpy(device->signing_key, identity->signing_public, sizeof device->signing_key);
    memcpy(device->box_key, identity->box_public, sizeof device->box_key);
    fk_name_seal(&enrolment->agency_key, 1, found->agency, &device->device,
                 text_of(enrolment->label, enrolment->label_size), &device->label);
    return fk_entry_add(entries, &payload, &found->key);
}

/* A compartment, its first member, its first key. */
static fk_status add_compartment(const founding *found, fk_entries *entries, fk_compartment_kind kind, fk_bytes name)
{
    const fk_enrolment *enrolment = found->enrolment;
    const fk_identity *identity = entries->sync->config.identity;
    bool is_team = kind == FK_COMPARTMENT_TEAM;
    const fk_id *id = is_team ? &enrolment->team : &enrolment->agency_compartment;
    const fk_key *key = is_team ? &enrolment->team_key : &enrolment->agency_key;
    fk_roster_payload payload = { .kind = FK_ROSTER_COMPARTMENT };
    payload.as.compartment = (fk_roster_compartment){ .compartment = *id, .kind = (uint8_t)kind };
    fk_name_seal(&enrolment->agency_key, 1, found->agency, id, name, &payload.as.compartment.name);
    FK_TRY(fk_entry_add(entries, &payload, identity));
    payload = (fk_roster_payload){ .kind = FK_ROSTER_MEMBERSHIP };
    payload.as.membership = (fk_roster_membership){ *id, *found->person, true, true };
    FK_TRY(fk_entry_add(entries, &payload, identity));
    payload = (fk_roster_payload){ .kind = FK_ROSTER_EPOCH };
    payload.as.epoch = (fk_roster_epoch){ .compartment = *id, .number = 1 };
    fk_epoch_name epoch = { *found->agency, *id, 1 };
    fk_epoch_commitment(key, &epoch, payload.as.epoch.commitment.bytes);
    return fk_entry_add(entries, &payload, identity);
}

static fk_status add_person(const founding *found, fk_entries *entries)
{
    const fk_enrolment *enrolment = found->enrolment;
    fk_roster_payload payload = { .kind = FK_ROSTER_PERSON };
    payload.as.person.person = *found->person;
    fk_name_seal(&enrolment->agency_key, 1, found->agency, found->person,
                 text_of(enrolment->person_name, enrolment->person_name_size), &payload.as.person.name);
    return fk_entry_add(entries, &payload, entries->sync->config.identity);
}

static fk_status add_all(fk_sync *sync, founding *found)
{
    const fk_roster_founding *entry = fk_roster_founding_of(sync->roster);
    const fk_enrolment *enrolment = found->enrolment;
    uint64_t now_ms = fk_sync_now_ms(sync);
    fk_entries entries;
    found->person = &entry->person;
    /* Signed in only once the device is there: until then a clock that runs ahead must not spoil the code. */
    FK_TRY(fk_entries_begin(sync, false, now_ms < entry->expires_ms ? now_ms : entry->expires_ms - 1, &entries));
    entries.roster = sync->roster; /* not stored while waiting, and read anew with each try */
    fk_status status = add_device(found, &entries);
    if (fk_is_ok(status)) {
        status = add_compartment(found, &entries, FK_COMPARTMENT_AGENCY, fk_bytes_of(NULL, 0));
    }
    if (fk_is_ok(status)) {
        status = add_person(found, &entries);
    }
    if (fk_is_ok(status)) {
        fk_bytes name = text_of(enrolment->team_name, enrolment->team_name_size);
        status = add_compartment(found, &entries, FK_COMPARTMENT_TEAM, name);
    }
    fk_request_set_count(sync, FK_FRAME_ROSTER_ADD, entries.count);
    return status;
}

fk_status fk_ask_found(fk_sync *sync, bool *has_request_out)
{
    if (sync->facts.is_member) {
        return fk_ok();
    }
    fk_enrolment enrolment;
    FK_TRY(fk_enrolment_load(sync->config.store, sync->config.allocator, &enrolment));
    uint32_t count = fk_roster_count(sync->roster);
    fk_status status = fk_ok();
    if (enrolment.code.kind == FK_ENROL_FOUNDING && count > 1) {
        status = fk_sync_refuse(sync, FK_ERR_CODE_USED, "somebody else founded with this code");
    } else if (enrolment.code.kind == FK_ENROL_FOUNDING && count == 1) {
        founding found = { .enrolment = &enrolment, .agency = &enrolment.code.agency };
        fk_enrol_founding_identity(&enrolment.code.agency, enrolment.code.token, &found.key);
        status = add_all(sync, &found);
        fk_identity_wipe(&found.key);
        *has_request_out = fk_is_ok(status);
    }
    fk_wipe(&enrolment, sizeof enrolment);
    return status;
}

/* The roster is read again: it tells whether this device is in it. */
fk_status fk_answer_found(fk_sync *sync, const fk_frame *frame)
{
    (void)frame;
    sync->is_enrol_asked = false;
    fk_sync_jump(sync, FK_PHASE_ENROL);
    return fk_ok();
}

bool fk_refused_found(fk_sync *sync, fk_code code)
{
    bool is_again = fk_head_moved(sync, code);
    if (is_again) {
        sync->is_enrol_asked = false;
        fk_sync_jump(sync, FK_PHASE_ENROL);
    }
    return is_again;
}
