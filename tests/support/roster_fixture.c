#include "roster_fixture.h"

#include <string.h>

#include "fk/assert.h"

void roster_fixture_begin(roster_fixture *fixture, uint64_t seed, const fk_allocator *allocator)
{
    *fixture = (roster_fixture){ .generator = { seed } };
    fk_random random = seeded_random_port(&fixture->generator);
    FK_ASSERT(fk_is_ok(fk_crypto_start(&random)));
    fk_identity_generate(&fixture->root);
    fk_identity_generate(&fixture->founding);
    fk_identity_generate(&fixture->founder);
    fk_identity_generate(&fixture->worker);
    fixture->founder_person = fk_random_id();
    fixture->worker_person = fk_random_id();
    fixture->founder_device = fk_random_id();
    fixture->worker_device = fk_random_id();
    fixture->everybody = fk_random_id();
    fixture->team = fk_random_id();
    fixture->agency = fk_agency_id(fixture->root.signing_public);
    FK_ASSERT(fk_is_ok(fk_roster_new(allocator, &fixture->agency, &fixture->roster)));
}

void roster_fixture_end(roster_fixture *fixture)
{
    fk_roster_free(fixture->roster);
    fixture->roster = NULL;
}

fk_bytes roster_fixture_make(roster_fixture *fixture, const fk_identity *signer, const fk_roster_payload *payload)
{
    size_t size_bytes = fk_roster_entry_make(fixture->roster, payload, signer, FIXTURE_MADE_MS, fixture->entry);
    return fk_bytes_of(fixture->entry, size_bytes);
}

fk_roster_header roster_fixture_header(const roster_fixture *fixture, const fk_identity *signer)
{
    uint32_t count = fk_roster_count(fixture->roster);
    fk_roster_header header = { .index = count, .agency = fixture->agency, .made_ms = FIXTURE_MADE_MS };
    memcpy(header.signer, signer->signing_public, sizeof header.signer);
    if (count > 0) {
        header.prev = *fk_roster_hash_at(fixture->roster, count - 1);
    }
    return header;
}

fk_bytes roster_fixture_make_raw(roster_fixture *fixture, const fk_identity *signer, const fk_roster_header *header,
                                 fk_bytes payload)
{
    fk_roster_header sized = *header;
    sized.payload_size_bytes = (uint16_t)payload.size_bytes;
    fk_roster_header_write(&sized, fixture->entry);
    if (payload.size_bytes > 0) {
        memcpy(fixture->entry + FK_ROSTER_HEADER_SIZE_BYTES, payload.data, payload.size_bytes);
    }
    size_t content_size_bytes = FK_ROSTER_HEADER_SIZE_BYTES + payload.size_bytes;
    fk_sign(signer, FK_PURPOSE_ROSTER, &header->agency, fk_bytes_of(fixture->entry, content_size_bytes),
            fixture->entry + content_size_bytes);
    return fk_bytes_of(fixture->entry, content_size_bytes + FK_SIGNATURE_SIZE_BYTES);
}

fk_status roster_fixture_add(roster_fixture *fixture, const fk_identity *signer, const fk_roster_payload *payload)
{
    fk_bytes entry = roster_fixture_make(fixture, signer, payload);
    FK_TRY(fk_roster_append(fixture->roster, entry, NULL));
    return fixture->added == NULL ? fk_ok() : fk_buffer_append(fixture->added, entry);
}

/* --- payloads --------------------------------------------------------------------------------------- */

fk_roster_payload roster_founding(const roster_fixture *fixture)
{
    fk_roster_payload payload = { .kind = FK_ROSTER_FOUNDING };
    fk_roster_founding *founding = &payload.as.founding;
    memcpy(founding->root_key, fixture->root.signing_public, sizeof founding->root_key);
    memcpy(founding->founding_key, fixture->founding.signing_public, sizeof founding->founding_key);
    founding->person = fixture->founder_person;
    founding->token_id = (fk_id){ { 7 } };
    founding->expires_ms = FIXTURE_EXPIRES_MS;
    return payload;
}

fk_roster_payload roster_device(const fk_id *device, const fk_id *person, const fk_identity *keys, fk_device_kind kind)
{
    fk_roster_payload payload = { .kind = FK_ROSTER_DEVICE };
    payload.as.device = (fk_roster_device){ .device = *device, .person = *person, .kind = (uint8_t)kind };
    memcpy(payload.as.device.signing_key, keys->signing_public, sizeof payload.as.device.signing_key);
    memcpy(payload.as.device.box_key, keys->box_public, sizeof payload.as.device.box_key);
    payload.as.device.label.epoch = 1;
    return payload;
}

fk_roster_payload roster_person(const fk_id *person)
{
    fk_roster_payload payload = { .kind = FK_ROSTER_PERSON };
    payload.as.person = (fk_roster_person){ .person = *person, .name = { .epoch = 1 } };
    return payload;
}

fk_roster_payload roster_role(const fk_id *person, uint32_t roles)
{
    fk_roster_payload payload = { .kind = FK_ROSTER_ROLE };
    payload.as.role = (fk_roster_role){ .person = *person, .roles = roles };
    return payload;
}

fk_roster_payload roster_compartment(const fk_id *compartment, fk_compartment_kind kind)
{
    fk_roster_payload payload = { .kind = FK_ROSTER_COMPARTMENT };
    payload.as.compartment =
        (fk_roster_compartment){ .compartment = *compartment, .kind = (uint8_t)kind, .name = { .epoch = 1 } };
    return payload;
}

fk_roster_payload roster_membership(const fk_id *compartment, const fk_id *person, bool is_member)
{
    fk_roster_payload payload = { .kind = FK_ROSTER_MEMBERSHIP };
    payload.as.membership = (fk_roster_membership){
        .compartment = *compartment, .person = *person, .is_member = is_member, .whole_history = is_member
    };
    return payload;
}

fk_roster_payload roster_epoch(const fk_id *compartment, uint32_t number)
{
    fk_roster_payload payload = { .kind = FK_ROSTER_EPOCH };
    payload.as.epoch = (fk_roster_epoch){ .compartment = *compartment, .number = number, .commitment = { { 9 } } };
    return payload;
}

fk_roster_payload roster_recovery_key(const fk_identity *keys)
{
    fk_roster_payload payload = { .kind = FK_ROSTER_RECOVERY_KEY };
    payload.as.recovery_key.key = fk_recovery_key_id(keys->box_public);
    memcpy(payload.as.recovery_key.public_key, keys->box_public, sizeof payload.as.recovery_key.public_key);
    return payload;
}

/* --- an agency ---------------------------------------------------------------------------------------- */

fk_status roster_fixture_found(roster_fixture *f)
{
    const struct {
        const fk_identity *signer;
        fk_roster_payload payload;
    } entries[ROSTER_FOUNDED_COUNT] = {
        { &f->root, roster_founding(f) },
        { &f->founding, roster_device(&f->founder_device, &f->founder_person, &f->founder, FK_DEVICE_OFFICE) },
        { &f->founder, roster_compartment(&f->everybody, FK_COMPARTMENT_AGENCY) },
        { &f->founder, roster_membership(&f->everybody, &f->founder_person, true) },
        { &f->founder, roster_epoch(&f->everybody, 1) },
        { &f->founder, roster_person(&f->founder_person) },
        { &f->founder, roster_compartment(&f->team, FK_COMPARTMENT_TEAM) },
        { &f->founder, roster_membership(&f->team, &f->founder_person, true) },
        { &f->founder, roster_epoch(&f->team, 1) },
    };
    for (size_t i = 0; i < ROSTER_FOUNDED_COUNT; i++) {
        FK_TRY(roster_fixture_add(f, entries[i].signer, &entries[i].payload));
    }
    return fk_ok();
}

fk_status roster_fixture_join(roster_fixture *f)
{
    FK_TRY(roster_fixture_found(f));
    return roster_fixture_add_worker(f);
}

fk_status roster_fixture_add_worker(roster_fixture *f)
{
    const fk_roster_payload payloads[ROSTER_JOINED_COUNT - ROSTER_FOUNDED_COUNT] = {
        roster_person(&f->worker_person),
        roster_role(&f->worker_person, FK_ROLE_CASEWORKER),
        roster_device(&f->worker_device, &f->worker_person, &f->worker, FK_DEVICE_TABLET),
        roster_membership(&f->everybody, &f->worker_person, true),
        roster_membership(&f->team, &f->worker_person, true),
    };
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        FK_TRY(roster_fixture_add(f, &f->founder, &payloads[i]));
    }
    return fk_ok();
}

/* --- digest ---------------------------------------------------------------------------------------------- */

static void hash_number(fk_hash *hash, uint64_t number)
{
    uint8_t bytes[8];
    fk_put_u64(bytes, number);
    fk_hash_update(hash, fk_bytes_of(bytes, sizeof bytes));
}

static void hash_id(fk_hash *hash, const fk_id *id)
{
    fk_hash_update(hash, fk_bytes_of(id->bytes, sizeof id->bytes));
}

static void hash_name(fk_hash *hash, const fk_sealed_name *name)
{
    hash_number(hash, name->epoch);
    fk_hash_update(hash, fk_bytes_of(name->sealed, sizeof name->sealed));
}

static void hash_devices(fk_hash *hash, const fk_roster *roster, uint32_t count)
{
    hash_number(hash, fk_roster_device_count(roster));
    for (size_t i = 0; i < fk_roster_device_count(roster); i++) {
        const fk_roster_device_row *row = fk_roster_device_at(roster, i);
        hash_id(hash, &row->entry.device);
        hash_id(hash, &row->entry.person);
        hash_name(hash, &row->entry.label);
        hash_number(hash, row->index);
        for (size_t j = 0; j < fk_roster_compartment_count(roster); j++) {
            const fk_id *compartment = &fk_roster_compartment_at(roster, j)->entry.compartment;
            for (uint32_t at = 0; at < count; at++) {
                hash_number(hash, fk_roster_is_member(roster, &row->entry.device, compartment, at));
            }
        }
    }
}

void roster_fixture_digest(const fk_roster *roster, fk_digest *digest_out)
{
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    uint32_t count = fk_roster_count(roster);
    for (uint32_t i = 0; i < count; i++) {
        fk_hash_update(&hash, fk_bytes_of(fk_roster_hash_at(roster, i)->bytes, FK_DIGEST_SIZE_BYTES));
    }
    hash_devices(&hash, roster, count);
    for (size_t i = 0; i < fk_roster_person_count(roster); i++) {
        const fk_roster_person_row *row = fk_roster_person_at(roster, i);
        hash_id(&hash, &row->entry.person);
        hash_name(&hash, &row->entry.name);
        hash_number(&hash, row->roles);
    }
    for (size_t i = 0; i < fk_roster_compartment_count(roster); i++) {
        const fk_roster_compartment_row *row = fk_roster_compartment_at(roster, i);
        hash_id(&hash, &row->entry.compartment);
        hash_number(&hash, row->entry.kind);
        hash_number(&hash, row->epoch);
        for (uint32_t number = 1; number <= row->epoch; number++) {
            fk_digest entry;
            fk_id maker;
            FK_ASSERT(fk_roster_epoch_find(roster, &row->entry.compartment, number, &entry, &maker) != NULL);
            fk_hash_update(&hash, fk_bytes_of(entry.bytes, sizeof entry.bytes));
            hash_id(&hash, &maker);
        }
    }
    const fk_roster_recovery_key_row *recovery = fk_roster_recovery_key_newest(roster);
    if (recovery != NULL) {
        hash_id(&hash, &recovery->entry.key);
        hash_number(&hash, recovery->index);
    }
    fk_hash_final(&hash, digest_out->bytes);
}
