#include "fk/roster.h"

#include <string.h>

#include "fk/assert.h"
#include "roster_internal.h"

#include "fk/banned.h"

_Static_assert((int)FK_WIRE_KEY_SIZE_BYTES == (int)FK_PUBLIC_KEY_SIZE_BYTES, "public keys");
_Static_assert((int)FK_WIRE_SIGNATURE_SIZE_BYTES == (int)FK_SIGNATURE_SIZE_BYTES, "signatures");
_Static_assert((int)FK_DIGEST_SIZE_BYTES == (int)FK_HASH_SIZE_BYTES, "hashes");

/* First 16 bytes of BLAKE2b-256(label || key). */
static fk_id id_of_key(const char *label, const uint8_t key[FK_PUBLIC_KEY_SIZE_BYTES])
{
    uint8_t digest[FK_HASH_SIZE_BYTES];
    fk_id id;
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_hash_update(&hash, fk_bytes_text(label));
    fk_hash_update(&hash, fk_bytes_of(key, FK_PUBLIC_KEY_SIZE_BYTES));
    fk_hash_final(&hash, digest);
    memcpy(id.bytes, digest, FK_ID_SIZE_BYTES);
    return id;
}

fk_id fk_agency_id(const uint8_t root_key[FK_PUBLIC_KEY_SIZE_BYTES])
{
    return id_of_key(FK_CONTEXT_AGENCY, root_key);
}

fk_id fk_recovery_key_id(const uint8_t public_key[FK_PUBLIC_KEY_SIZE_BYTES])
{
    return id_of_key(FK_CONTEXT_RECOVERY_KEY, public_key);
}

/* --- lifetime ------------------------------------------------------------------------------------ */

fk_status fk_roster_new(const fk_allocator *allocator, const fk_id *agency, fk_roster **roster_out)
{
    *roster_out = NULL;
    fk_roster *roster = fk_allocate(allocator, sizeof *roster);
    if (roster == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    roster->allocator = allocator;
    roster->agency = *agency;
    roster->hashes.item_size_bytes = sizeof(fk_digest);
    roster->devices.item_size_bytes = sizeof(fk_roster_device_row);
    roster->persons.item_size_bytes = sizeof(fk_roster_person_row);
    roster->compartments.item_size_bytes = sizeof(fk_roster_compartment_row);
    roster->memberships.item_size_bytes = sizeof(fk_member_event);
    roster->roles.item_size_bytes = sizeof(fk_role_event);
    roster->epochs.item_size_bytes = sizeof(fk_epoch_row);
    roster->recovery_keys.item_size_bytes = sizeof(fk_roster_recovery_key_row);
    *roster_out = roster;
    return fk_ok();
}

void fk_roster_free(fk_roster *roster)
{
    if (roster == NULL) {
        return;
    }
    fk_rows_free(roster->allocator, &roster->hashes);
    fk_rows_free(roster->allocator, &roster->devices);
    fk_rows_free(roster->allocator, &roster->persons);
    fk_rows_free(roster->allocator, &roster->compartments);
    fk_rows_free(roster->allocator, &roster->memberships);
    fk_rows_free(roster->allocator, &roster->roles);
    fk_rows_free(roster->allocator, &roster->epochs);
    fk_rows_free(roster->allocator, &roster->recovery_keys);
    fk_release(roster->allocator, roster, sizeof *roster);
}

/* --- adding ---------------------------------------------------------------------------------------- */

/* The rows a checked entry adds one to; NULL when it only changes one that is there. */
static fk_rows *rows_for(fk_roster *roster, const fk_roster_payload *payload, size_t *count_max_out)
{
    switch (payload->kind) {
    case FK_ROSTER_FOUNDING:
        *count_max_out = FK_ROSTER_PERSON_COUNT_MAX;
        return &roster->persons;
    case FK_ROSTER_DEVICE:
        *count_max_out = FK_ROSTER_DEVICE_COUNT_MAX;
        return fk_roster_device_find(roster, &payload->as.device.device) == NULL ? &roster->devices : NULL;
    case FK_ROSTER_PERSON:
        *count_max_out = FK_ROSTER_PERSON_COUNT_MAX;
        return fk_roster_person_find(roster, &payload->as.person.person) == NULL ? &roster->persons : NULL;
    case FK_ROSTER_COMPARTMENT:
        *count_max_out = FK_ROSTER_COMPARTMENT_COUNT_MAX;
        return &roster->compartments;
    case FK_ROSTER_MEMBERSHIP:
        *count_max_out = FK_ROSTER_ENTRY_COUNT_MAX;
        return &roster->memberships;
    case FK_ROSTER_EPOCH:
        *count_max_out = FK_ROSTER_ENTRY_COUNT_MAX;
        return &roster->epochs;
    case FK_ROSTER_RECOVERY_KEY:
        *count_max_out = FK_ROSTER_ENTRY_COUNT_MAX;
        return &roster->recovery_keys;
    case FK_ROSTER_ROLE:
        *count_max_out = FK_ROSTER_ENTRY_COUNT_MAX;
        return &roster->roles;
    case FK_ROSTER_LATER:
    default:
        return NULL;
    }
}

static void apply_founding(fk_roster *roster, const fk_roster_founding *founding)
{
    fk_roster_person_row person = { .entry = { .person = founding->person }, .roles = FK_ROLE_ADMINISTRATOR };
    roster->founding = *founding;
    fk_rows_add(&roster->persons, &person);
}

static void apply_device(fk_roster *roster, const fk_roster_step *step)
{
    const fk_roster_device *device = &step->payload.as.device;
    fk_roster_device_row *known = fk_roster_device_row_of(roster, &device->device);
    if (known != NULL) {
        known->entry.label = device->label;
    } else {
        const fk_roster_header *header = &step->entry.header;
        fk_roster_device_row row = { .entry = *device, .index = header->index, .made_ms = header->made_ms };
        fk_rows_add(&roster->devices, &row);
    }
    roster->is_founding_used = roster->is_founding_used || step->uses_founding_key;
}

static void apply_person(fk_roster *roster, const fk_roster_person *person)
{
    fk_roster_person_row *known = fk_roster_person_row_of(roster, &person->person);
    if (known != NULL) {
        known->entry.name = person->name;
        return;
    }
    fk_roster_person_row row = { .entry = *person };
    fk_rows_add(&roster->persons, &row);
}

static void apply_compartment(fk_roster *roster, const fk_roster_compartment *compartment)
{
    fk_roster_compartment_row row = { .entry = *compartment };
    fk_rows_add(&roster->compartments, &row);
}

static void apply_membership(fk_roster *roster, const fk_roster_step *step)
{
    const fk_roster_membership *membership = &step->payload.as.membership;
    fk_member_event event = { membership->compartment, membership->person, step->entry.header.index,
                              membership->is_member };
    fk_rows_add(&roster->memberships, &event);
}

static void apply_role(fk_roster *roster, const fk_roster_step *step)
{
    const fk_roster_role *role = &step->payload.as.role;
    fk_role_event event = { role->person, step->entry.header.index, role->roles };
    fk_roster_person_row_of(roster, &role->person)->roles = role->roles;
    fk_rows_add(&roster->roles, &event);
}

static void apply_epoch(fk_roster *roster, const fk_roster_step *step, const fk_digest *hash)
{
    fk_epoch_row row = { step->payload.as.epoch, *hash, step->maker_device };
    fk_roster_compartment_row_of(roster, &row.entry.compartment)->epoch = row.entry.number;
    fk_rows_add(&roster->epochs, &row);
}

static void apply_recovery_key(fk_roster *roster, const fk_roster_step *step)
{
    const fk_roster_header *header = &step->entry.header;
    fk_roster_recovery_key_row row = { step->payload.as.recovery_key, header->index, header->made_ms };
    fk_rows_add(&roster->recovery_keys, &row);
}

/* Cannot fail: everything was checked and room was made. */
static void apply(fk_roster *roster, const fk_roster_step *step)
{
    fk_digest hash;
    fk_hash_of(step->entry.whole, hash.bytes);
    switch (step->payload.kind) {
    case FK_ROSTER_FOUNDING:
        apply_founding(roster, &step->payload.as.founding);
        break;
    case FK_ROSTER_DEVICE:
        apply_device(roster, step);
        break;
    case FK_ROSTER_PERSON:
        apply_person(roster, &step->payload.as.person);
        break;
    case FK_ROSTER_ROLE:
        apply_role(roster, step);
        break;
    case FK_ROSTER_COMPARTMENT:
        apply_compartment(roster, &step->payload.as.compartment);
        break;
    case FK_ROSTER_MEMBERSHIP:
        apply_membership(roster, step);
        break;
    case FK_ROSTER_EPOCH:
        apply_epoch(roster, step, &hash);
        break;
    case FK_ROSTER_RECOVERY_KEY:
        apply_recovery_key(roster, step);
        break;
    case FK_ROSTER_LATER:
    default:
        break;
    }
    fk_rows_add(&roster->hashes, &hash);
}

fk_status fk_roster_append(fk_roster *roster, fk_bytes entry, fk_error *error)
{
    fk_roster_step step;
    FK_TRY(fk_roster_check(roster, entry, &step, error));
    size_t count_max = 0;
    fk_rows *rows = rows_for(roster, &step.payload, &count_max);
    if (rows != NULL) {
        FK_TRY(fk_rows_reserve(roster->allocator, rows, count_max));
    }
    FK_TRY(fk_rows_reserve(roster->allocator, &roster->hashes, FK_ROSTER_ENTRY_COUNT_MAX));
    apply(roster, &step);
    return fk_ok();
}

fk_roster_place fk_roster_next_place(const fk_roster *roster)
{
    uint32_t count = fk_roster_count(roster);
    fk_roster_place place = { .agency = roster->agency, .index = count };
    if (count > 0) {
        place.prev = *fk_roster_hash_at(roster, count - 1);
    }
    return place;
}

size_t fk_roster_entry_make(const fk_roster *roster, const fk_roster_payload *payload, const fk_identity *signer,
                            uint64_t made_ms, uint8_t *entry_out)
{
    fk_roster_place place = fk_roster_next_place(roster);
    return fk_roster_entry_make_at(&place, payload, signer, made_ms, entry_out);
}

size_t fk_roster_entry_make_at(const fk_roster_place *place, const fk_roster_payload *payload,
                               const fk_identity *signer, uint64_t made_ms, uint8_t *entry_out)
{
    size_t payload_size_bytes = fk_roster_payload_write(payload, entry_out + FK_ROSTER_HEADER_SIZE_BYTES);
    FK_ASSERT(payload_size_bytes <= FK_ROSTER_PAYLOAD_SIZE_BYTES_MAX);
    fk_roster_header header = { .index = place->index,
                                .kind = (uint16_t)payload->kind,
                                .payload_size_bytes = (uint16_t)payload_size_bytes,
                                .agency = place->agency,
                                .prev = place->prev,
                                .made_ms = made_ms };
    memcpy(header.signer, signer->signing_public, FK_PUBLIC_KEY_SIZE_BYTES);
    fk_roster_header_write(&header, entry_out);
    size_t content_size_bytes = FK_ROSTER_HEADER_SIZE_BYTES + payload_size_bytes;
    fk_sign(signer, FK_PURPOSE_ROSTER, &place->agency, fk_bytes_of(entry_out, content_size_bytes),
            entry_out + content_size_bytes);
    return content_size_bytes + FK_SIGNATURE_SIZE_BYTES;
}

/* --- what it says ------------------------------------------------------------------------------------ */

uint32_t fk_roster_count(const fk_roster *roster)
{
    return (uint32_t)roster->hashes.count;
}

const fk_digest *fk_roster_hash_at(const fk_roster *roster, uint32_t index)
{
    FK_ASSERT(index < roster->hashes.count);
    return (const fk_digest *)roster->hashes.items + index;
}

const fk_id *fk_roster_agency(const fk_roster *roster)
{
    return &roster->agency;
}

const fk_roster_founding *fk_roster_founding_of(const fk_roster *roster)
{
    return roster->hashes.count > 0 ? &roster->founding : NULL;
}

size_t fk_roster_device_count(const fk_roster *roster)
{
    return roster->devices.count;
}

const fk_roster_device_row *fk_roster_device_at(const fk_roster *roster, size_t index)
{
    return index < roster->devices.count ? (const fk_roster_device_row *)roster->devices.items + index : NULL;
}

const fk_roster_device_row *fk_roster_device_find(const fk_roster *roster, const fk_id *device)
{
    return fk_roster_device_row_of(roster, device);
}

size_t fk_roster_person_count(const fk_roster *roster)
{
    return roster->persons.count;
}

const fk_roster_person_row *fk_roster_person_at(const fk_roster *roster, size_t index)
{
    return index < roster->persons.count ? (const fk_roster_person_row *)roster->persons.items + index : NULL;
}

const fk_roster_person_row *fk_roster_person_find(const fk_roster *roster, const fk_id *person)
{
    return fk_roster_person_row_of(roster, person);
}

size_t fk_roster_compartment_count(const fk_roster *roster)
{
    return roster->compartments.count;
}

const fk_roster_compartment_row *fk_roster_compartment_at(const fk_roster *roster, size_t index)
{
    return index < roster->compartments.count ? (const fk_roster_compartment_row *)roster->compartments.items + index
                                              : NULL;
}

const fk_roster_compartment_row *fk_roster_compartment_find(const fk_roster *roster, const fk_id *compartment)
{
    return fk_roster_compartment_row_of(roster, compartment);
}

const fk_roster_recovery_key_row *fk_roster_recovery_key_newest(const fk_roster *roster)
{
    size_t count = roster->recovery_keys.count;
    return count > 0 ? (const fk_roster_recovery_key_row *)roster->recovery_keys.items + (count - 1) : NULL;
}

bool fk_roster_is_member(const fk_roster *roster, const fk_id *device, const fk_id *compartment, uint32_t at_index)
{
    const fk_roster_device_row *row = fk_roster_device_find(roster, device);
    return row != NULL && row->index <= at_index &&
           fk_roster_person_is_member(roster, &row->entry.person, compartment, at_index);
}

uint32_t fk_roster_roles_at(const fk_roster *roster, const fk_id *device, uint32_t at_index)
{
    const fk_roster_device_row *row = fk_roster_device_find(roster, device);
    if (row == NULL || row->index > at_index) {
        return 0;
    }
    const fk_role_event *events = roster->roles.items;
    for (size_t i = roster->roles.count; i-- > 0;) {
        if (events[i].index <= at_index && fk_id_equal(&events[i].person, &row->entry.person)) {
            return events[i].roles;
        }
    }
    /* Whoever founded the agency is an administrator by its first entry. */
    return fk_id_equal(&row->entry.person, &roster->founding.person) ? (uint32_t)FK_ROLE_ADMINISTRATOR : 0;
}

const fk_roster_epoch *fk_roster_epoch_find(const fk_roster *roster, const fk_id *compartment, uint32_t number,
                                            fk_digest *entry_hash_out, fk_id *maker_device_out)
{
    const fk_epoch_row *rows = roster->epochs.items;
    for (size_t i = roster->epochs.count; i-- > 0;) {
        if (rows[i].entry.number == number && fk_id_equal(&rows[i].entry.compartment, compartment)) {
            *entry_hash_out = rows[i].hash;
            *maker_device_out = rows[i].maker_device;
            return &rows[i].entry;
        }
    }
    return NULL;
}
