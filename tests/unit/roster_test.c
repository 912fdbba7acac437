/* The rules of the roster: who may sign what, what may be said twice, membership by index. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "roster_asserts.h"

static roster_fixture fixture;
static roster_fixture *const f = &fixture;

static int begin(void **state)
{
    (void)state;
    roster_fixture_begin(f, 11, &fk_allocator_libc);
    return 0;
}

static int begin_joined(void **state)
{
    begin(state);
    return fk_is_ok(roster_fixture_join(f)) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    roster_fixture_end(f);
    return 0;
}

/* --- the first entry ---------------------------------------------------------------------------- */

static void roster__holds_what_its_entries_said(void **state)
{
    (void)state;
    assert_null(fk_roster_founding_of(f->roster));
    assert_code(roster_fixture_join(f), FK_OK);
    assert_int_equal(fk_roster_count(f->roster), ROSTER_JOINED_COUNT);
    assert_memory_equal(&fk_roster_founding_of(f->roster)->person, &f->founder_person, sizeof f->founder_person);
    assert_true(fk_id_equal(fk_roster_agency(f->roster), &f->agency));
    assert_int_equal(fk_roster_device_count(f->roster), 2);
    const fk_roster_device_row *worker = fk_roster_device_find(f->roster, &f->worker_device);
    assert_ptr_equal(worker, fk_roster_device_at(f->roster, 1));
    assert_int_equal(worker->index, 11);
    assert_int_equal(worker->made_ms, FIXTURE_MADE_MS);
    assert_int_equal(worker->entry.kind, FK_DEVICE_TABLET);
    assert_int_equal(fk_roster_person_count(f->roster), 2);
    assert_int_equal(fk_roster_person_at(f->roster, 0)->roles, FK_ROLE_ADMINISTRATOR);
    assert_int_equal(fk_roster_person_find(f->roster, &f->worker_person)->roles, FK_ROLE_CASEWORKER);
    assert_int_equal(fk_roster_compartment_count(f->roster), 2);
    assert_int_equal(fk_roster_compartment_at(f->roster, 1)->epoch, 1);
    fk_digest hash;
    fk_id maker;
    const fk_roster_epoch *epoch = fk_roster_epoch_find(f->roster, &f->team, 1, &hash, &maker);
    assert_int_equal(epoch->commitment.bytes[0], 9);
    assert_memory_equal(&hash, fk_roster_hash_at(f->roster, 8), sizeof hash);
    assert_true(fk_id_equal(&maker, &f->founder_device));
    assert_null(fk_roster_epoch_find(f->roster, &f->team, 2, &hash, &maker));
    assert_null(fk_roster_device_at(f->roster, 2));
    assert_null(fk_roster_person_at(f->roster, 2));
    assert_null(fk_roster_compartment_at(f->roster, 2));
    assert_null(fk_roster_device_find(f->roster, &f->team));
}

static void agency_id__is_the_first_bytes_of_the_root_key_s_hash(void **state)
{
    (void)state;
    uint8_t text[sizeof FK_CONTEXT_AGENCY - 1 + FK_PUBLIC_KEY_SIZE_BYTES];
    uint8_t digest[FK_HASH_SIZE_BYTES];
    memcpy(text, FK_CONTEXT_AGENCY, sizeof FK_CONTEXT_AGENCY - 1);
    memcpy(text + sizeof FK_CONTEXT_AGENCY - 1, f->root.signing_public, FK_PUBLIC_KEY_SIZE_BYTES);
    fk_hash_of(fk_bytes_of(text, sizeof text), digest);
    assert_memory_equal(f->agency.bytes, digest, FK_ID_SIZE_BYTES);
}

static void founding__is_refused_from_another_root(void **state)
{
    (void)state;
    fk_identity other = new_keys();
    fk_roster_payload payload = roster_founding(f);
    memcpy(payload.as.founding.root_key, other.signing_public, FK_PUBLIC_KEY_SIZE_BYTES);
    assert_add_refused(&other, payload, FK_ERR_AUTH);
    assert_add_refused(&other, roster_founding(f), FK_ERR_FORBIDDEN);
    fk_roster_header header = roster_fixture_header(f, &f->root);
    header.agency.bytes[0] ^= 1;
    assert_refused(roster_fixture_make_raw(f, &f->root, &header, fk_bytes_of("", 0)), FK_ERR_AUTH);
}

static void founding__needs_ids_and_a_founding_key_of_its_own(void **state)
{
    (void)state;
    fk_roster_payload wrong[4];
    for (size_t i = 0; i < 4; i++) {
        wrong[i] = roster_founding(f);
    }
    wrong[0].as.founding.person = (fk_id){ { 0 } };
    wrong[1].as.founding.token_id = (fk_id){ { 0 } };
    memset(wrong[2].as.founding.founding_key, 0, FK_PUBLIC_KEY_SIZE_BYTES);
    memcpy(wrong[3].as.founding.founding_key, f->root.signing_public, FK_PUBLIC_KEY_SIZE_BYTES);
    for (size_t i = 0; i < 4; i++) {
        assert_add_refused(&f->root, wrong[i], FK_ERR_INVALID_INPUT);
    }
}

static void founding__is_first_and_never_again(void **state)
{
    (void)state;
    assert_add_refused(&f->root, roster_person(&f->worker_person), FK_ERR_FORBIDDEN);
    add(&f->root, roster_founding(f));
    assert_add_refused(&f->root, roster_founding(f), FK_ERR_FORBIDDEN);
    assert_code(
        fk_roster_append(f->roster,
                         roster_fixture_make(f, &f->founding,
                                             &(fk_roster_payload){ .kind = FK_ROSTER_FOUNDING,
                                                                   .as.founding = roster_founding(f).as.founding }),
                         NULL),
        FK_ERR_FORBIDDEN);
}

/* --- the founding key --------------------------------------------------------------------------- */

static fk_roster_payload first_device(void)
{
    return roster_device(&f->founder_device, &f->founder_person, &f->founder, FK_DEVICE_OFFICE);
}

static void founding_key__signs_one_device_of_the_founding_person(void **state)
{
    (void)state;
    add(&f->root, roster_founding(f));
    add(&f->root, roster_person(&f->worker_person));
    assert_add_refused(&f->founding, roster_device(&f->worker_device, &f->worker_person, &f->worker, FK_DEVICE_TABLET),
                       FK_ERR_FORBIDDEN);
    add(&f->founding, first_device());
    assert_add_refused(&f->founding, first_device(), FK_ERR_FORBIDDEN);
    assert_add_refused(&f->founding, roster_device(&f->worker_device, &f->founder_person, &f->worker, FK_DEVICE_TABLET),
                       FK_ERR_FORBIDDEN);
}

static void founding_key__signs_nothing_but_a_device(void **state)
{
    (void)state;
    add(&f->root, roster_founding(f));
    assert_add_refused(&f->founding, roster_person(&f->worker_person), FK_ERR_FORBIDDEN);
    assert_add_refused(&f->founding, roster_role(&f->founder_person, 0), FK_ERR_FORBIDDEN);
    assert_add_refused(&f->founding, roster_compartment(&f->team, FK_COMPARTMENT_TEAM), FK_ERR_FORBIDDEN);
    assert_add_refused(&f->founding, roster_membership(&f->team, &f->founder_person, true), FK_ERR_FORBIDDEN);
    assert_add_refused(&f->founding, roster_epoch(&f->team, 1), FK_ERR_FORBIDDEN);
    fk_roster_header header = roster_fixture_header(f, &f->founding);
    header.kind = FK_ROSTER_LATER;
    assert_refused(roster_fixture_make_raw(f, &f->founding, &header, fk_bytes_text("policy")), FK_ERR_FORBIDDEN);
}

static void founding_key__expires(void **state)
{
    (void)state;
    add(&f->root, roster_founding(f));
    fk_roster_payload device = first_device();
    size_t size_bytes = fk_roster_entry_make(f->roster, &device, &f->founding, FIXTURE_EXPIRES_MS, f->entry);
    assert_refused(fk_bytes_of(f->entry, size_bytes), FK_ERR_FORBIDDEN);
    size_bytes = fk_roster_entry_make(f->roster, &device, &f->founding, FIXTURE_EXPIRES_MS - 1, f->entry);
    assert_code(fk_roster_append(f->roster, fk_bytes_of(f->entry, size_bytes), NULL), FK_OK);
}

/* --- root, administrators, others ---------------------------------------------------------------- */

/* What only root and administrators may say, about somebody new. */
static size_t governing(fk_roster_payload payloads[5])
{
    static fk_identity keys;
    keys = new_keys();
    fk_id device = fk_random_id();
    fk_id person = fk_random_id();
    fk_id compartment = fk_random_id();
    payloads[0] = roster_device(&device, &f->founder_person, &keys, FK_DEVICE_PHONE);
    payloads[1] = roster_person(&person);
    payloads[2] = roster_role(&person, FK_ROLE_CASEWORKER);
    payloads[3] = roster_compartment(&compartment, FK_COMPARTMENT_CASE);
    payloads[4] = roster_membership(&f->team, &f->worker_person, true);
    return 5;
}

static void assert_governs(const fk_identity *signer, bool may)
{
    fk_roster_payload payloads[5];
    size_t count = governing(payloads);
    for (size_t i = 0; i < count; i++) {
        if (may) {
            add(signer, payloads[i]);
        } else {
            assert_add_refused(signer, payloads[i], FK_ERR_FORBIDDEN);
        }
    }
    for (uint16_t kind = FK_ROSTER_LATER; kind <= 13; kind++) {
        if (fk_roster_kind_is_known(kind)) {
            continue;
        }
        fk_roster_header header = roster_fixture_header(f, signer);
        header.kind = kind;
        fk_bytes entry = roster_fixture_make_raw(f, signer, &header, fk_bytes_text("of a later version"));
        if (may) {
            assert_code(fk_roster_append(f->roster, entry, NULL), FK_OK);
        } else {
            assert_refused(entry, FK_ERR_FORBIDDEN);
        }
    }
}

static void root_and_administrators__govern(void **state)
{
    (void)state;
    assert_governs(&f->root, true);
    assert_governs(&f->founder, true);
}

static void others__do_not_govern(void **state)
{
    (void)state;
    fk_identity stranger = new_keys();
    assert_governs(&f->worker, false);
    assert_governs(&f->founding, false);
    assert_governs(&stranger, false);
}

static void administrator__is_one_while_the_role_says_so(void **state)
{
    (void)state;
    add(&f->founder, roster_role(&f->worker_person, FK_ROLE_ADMINISTRATOR | FK_ROLE_CASEWORKER));
    assert_governs(&f->worker, true);
    add(&f->worker, roster_role(&f->founder_person, FK_ROLE_CASEWORKER));
    assert_governs(&f->founder, false);
    add(&f->root, roster_role(&f->worker_person, 0));
    assert_governs(&f->worker, false);
}

static void later_kinds__stay_in_the_chain_and_do_nothing(void **state)
{
    (void)state;
    size_t devices = fk_roster_device_count(f->roster);
    fk_roster_header header = roster_fixture_header(f, &f->founder);
    header.kind = 12;
    fk_bytes entry = roster_fixture_make_raw(f, &f->founder, &header, fk_bytes_text("revocation"));
    fk_digest hash;
    fk_hash_of(entry, hash.bytes);
    assert_code(fk_roster_append(f->roster, entry, NULL), FK_OK);
    assert_memory_equal(&hash, fk_roster_hash_at(f->roster, ROSTER_JOINED_COUNT), sizeof hash);
    assert_int_equal(fk_roster_device_count(f->roster), devices);
    assert_governs(&f->founder, true);
}

/* --- devices and people ---------------------------------------------------------------------------- */

static void device__again_changes_its_label_and_nothing_else(void **state)
{
    (void)state;
    fk_roster_payload again = roster_device(&f->worker_device, &f->worker_person, &f->worker, FK_DEVICE_TABLET);
    again.as.device.label.sealed[0] = 77;
    add(&f->founder, again);
    const fk_roster_device_row *row = fk_roster_device_find(f->roster, &f->worker_device);
    assert_int_equal(row->entry.label.sealed[0], 77);
    assert_int_equal(row->index, 11);
    assert_int_equal(fk_roster_device_count(f->roster), 2);
    fk_roster_payload wrong[4] = { again, again, again, again };
    wrong[0].as.device.person = f->founder_person;
    wrong[1].as.device.kind = FK_DEVICE_OFFICE;
    wrong[2].as.device.signing_key[0] ^= 1;
    wrong[3].as.device.box_key[0] ^= 1;
    for (size_t i = 0; i < 4; i++) {
        assert_add_refused(&f->founder, wrong[i], FK_ERR_EXISTS);
    }
}

static void device__needs_a_person_ids_and_keys_of_its_own(void **state)
{
    (void)state;
    fk_identity keys = new_keys();
    fk_id fresh = fk_random_id();
    fk_roster_payload good = roster_device(&fresh, &f->worker_person, &keys, FK_DEVICE_OFFICE);
    struct {
        fk_code code;
        fk_roster_payload payload;
    } wrong[9];
    for (size_t i = 0; i < 9; i++) {
        wrong[i].payload = good;
        wrong[i].code = FK_ERR_EXISTS;
    }
    wrong[0].payload.as.device.person = fk_random_id();
    wrong[0].code = FK_ERR_NOT_FOUND;
    wrong[1].payload.as.device.device = (fk_id){ { 0 } };
    memset(wrong[2].payload.as.device.signing_key, 0, FK_PUBLIC_KEY_SIZE_BYTES);
    memset(wrong[3].payload.as.device.box_key, 0, FK_PUBLIC_KEY_SIZE_BYTES);
    wrong[1].code = wrong[2].code = wrong[3].code = FK_ERR_INVALID_INPUT;
    wrong[4].payload.as.device.device = f->team;
    memcpy(wrong[5].payload.as.device.signing_key, f->worker.signing_public, FK_PUBLIC_KEY_SIZE_BYTES);
    memcpy(wrong[6].payload.as.device.box_key, f->founder.box_public, FK_PUBLIC_KEY_SIZE_BYTES);
    memcpy(wrong[7].payload.as.device.signing_key, f->root.signing_public, FK_PUBLIC_KEY_SIZE_BYTES);
    memcpy(wrong[8].payload.as.device.signing_key, f->founding.signing_public, FK_PUBLIC_KEY_SIZE_BYTES);
    for (size_t i = 0; i < 9; i++) {
        assert_add_refused(&f->founder, wrong[i].payload, wrong[i].code);
    }
    add(&f->founder, good);
}

static void person__is_named_again_and_shares_no_id(void **state)
{
    (void)state;
    fk_roster_payload named = roster_person(&f->worker_person);
    named.as.person.name.sealed[5] = 55;
    add(&f->founder, named);
    assert_int_equal(fk_roster_person_count(f->roster), 2);
    assert_int_equal(fk_roster_person_find(f->roster, &f->worker_person)->entry.name.sealed[5], 55);
    assert_int_equal(fk_roster_person_find(f->roster, &f->worker_person)->roles, FK_ROLE_CASEWORKER);
    assert_add_refused(&f->founder, roster_person(&f->worker_device), FK_ERR_EXISTS);
    assert_add_refused(&f->founder, roster_person(&f->team), FK_ERR_EXISTS);
    fk_id zero = { { 0 } };
    fk_id nobody = fk_random_id();
    assert_add_refused(&f->founder, roster_person(&zero), FK_ERR_INVALID_INPUT);
    assert_add_refused(&f->founder, roster_role(&nobody, FK_ROLE_CASEWORKER), FK_ERR_NOT_FOUND);
}

/* --- compartments, membership, epochs --------------------------------------------------------------- */

static void compartment__is_made_once_and_one_is_for_everybody(void **state)
{
    (void)state;
    fk_id fresh = fk_random_id();
    fk_id zero = { { 0 } };
    assert_add_refused(&f->founder, roster_compartment(&f->team, FK_COMPARTMENT_TEAM), FK_ERR_EXISTS);
    assert_add_refused(&f->founder, roster_compartment(&f->worker_person, FK_COMPARTMENT_TEAM), FK_ERR_EXISTS);
    assert_add_refused(&f->founder, roster_compartment(&fresh, FK_COMPARTMENT_AGENCY), FK_ERR_EXISTS);
    assert_add_refused(&f->founder, roster_compartment(&zero, FK_COMPARTMENT_TEAM), FK_ERR_INVALID_INPUT);
    add(&f->founder, roster_compartment(&fresh, FK_COMPARTMENT_TEAM));
}

static void membership__names_who_is_there(void **state)
{
    (void)state;
    fk_id nobody = fk_random_id();
    assert_add_refused(&f->founder, roster_membership(&f->team, &nobody, true), FK_ERR_NOT_FOUND);
    assert_add_refused(&f->founder, roster_membership(&nobody, &f->worker_person, true), FK_ERR_NOT_FOUND);
}

static void membership__is_known_for_every_index(void **state)
{
    (void)state;
    add(&f->founder, roster_membership(&f->team, &f->worker_person, false)); /* 14 */
    add(&f->founder, roster_person(&f->worker_person));                      /* 15 */
    add(&f->founder, roster_membership(&f->team, &f->worker_person, true));  /* 16 */
    static const bool member[] = { false, false, false, false, false, false, false, false, false,
                                   false, false, false, false, true,  false, false, true };
    for (uint32_t i = 0; i < sizeof member / sizeof member[0]; i++) {
        assert_int_equal(fk_roster_is_member(f->roster, &f->worker_device, &f->team, i), member[i]);
        assert_int_equal(fk_roster_is_member(f->roster, &f->worker_device, &f->everybody, i), i >= 12);
        assert_int_equal(fk_roster_is_member(f->roster, &f->founder_device, &f->team, i), i >= 7);
    }
    assert_true(fk_roster_is_member(f->roster, &f->worker_device, &f->team, UINT32_MAX));
    assert_false(fk_roster_is_member(f->roster, &f->worker_person, &f->team, UINT32_MAX));
    assert_false(fk_roster_is_member(f->roster, &f->worker_device, &f->worker_device, UINT32_MAX));
}

static void roles__are_known_for_every_index(void **state)
{
    (void)state;
    uint32_t before = fk_roster_count(f->roster) - 1;
    uint32_t roles = fk_roster_roles_at(f->roster, &f->worker_device, before);
    assert_true((roles & FK_ROLE_CASEWORKER) != 0);
    add(&f->founder, roster_role(&f->worker_person, 0));
    add(&f->founder, roster_person(&f->worker_person));
    add(&f->founder, roster_role(&f->worker_person, FK_ROLE_ADMINISTRATOR | FK_ROLE_CASEWORKER));
    assert_int_equal(fk_roster_roles_at(f->roster, &f->worker_device, before), roles);
    assert_int_equal(fk_roster_roles_at(f->roster, &f->worker_device, before + 1), 0);
    assert_int_equal(fk_roster_roles_at(f->roster, &f->worker_device, before + 2), 0);
    assert_int_equal(fk_roster_roles_at(f->roster, &f->worker_device, before + 3),
                     FK_ROLE_ADMINISTRATOR | FK_ROLE_CASEWORKER);
    assert_int_equal(fk_roster_roles_at(f->roster, &f->founder_device, before), FK_ROLE_ADMINISTRATOR);
    assert_int_equal(fk_roster_roles_at(f->roster, &f->worker_device, 0), 0); /* no such device then */
    assert_int_equal(fk_roster_roles_at(f->roster, &f->worker_person, UINT32_MAX), 0);
}

/* A person may be a member before a device is; that device was not there at those indices. */
static void membership__counts_for_a_device_from_its_own_entry_on(void **state)
{
    (void)state;
    fk_identity keys = new_keys();
    fk_id device = fk_random_id();
    add(&f->founder, roster_device(&device, &f->worker_person, &keys, FK_DEVICE_OFFICE)); /* 14 */
    assert_false(fk_roster_is_member(f->roster, &device, &f->team, 13));
    assert_true(fk_roster_is_member(f->roster, &device, &f->team, 14));
}

static void epoch__is_made_by_a_member_and_follows_the_newest(void **state)
{
    (void)state;
    fk_id restricted = fk_random_id();
    fk_id nowhere = fk_random_id();
    add(&f->founder, roster_compartment(&restricted, FK_COMPARTMENT_CASE));
    add(&f->founder, roster_membership(&restricted, &f->worker_person, true));
    assert_add_refused(&f->founder, roster_epoch(&restricted, 1), FK_ERR_FORBIDDEN); /* an administrator, no member */
    assert_add_refused(&f->root, roster_epoch(&f->team, 2), FK_ERR_FORBIDDEN);
    assert_add_refused(&f->worker, roster_epoch(&nowhere, 1), FK_ERR_NOT_FOUND);
    assert_add_refused(&f->worker, roster_epoch(&restricted, 2), FK_ERR_INVALID_INPUT);
    fk_roster_payload linked = roster_epoch(&restricted, 1);
    linked.as.epoch.has_link = true;
    assert_add_refused(&f->worker, linked, FK_ERR_INVALID_INPUT);
    add(&f->worker, roster_epoch(&restricted, 1));
    assert_add_refused(&f->worker, roster_epoch(&restricted, 1), FK_ERR_EXISTS);
    linked.as.epoch.number = 2;
    add(&f->worker, linked);
    assert_int_equal(fk_roster_compartment_find(f->roster, &restricted)->epoch, 2);
}

static void epoch__is_refused_from_a_removed_member(void **state)
{
    (void)state;
    add(&f->worker, roster_epoch(&f->team, 2));
    add(&f->founder, roster_membership(&f->team, &f->worker_person, false));
    assert_add_refused(&f->worker, roster_epoch(&f->team, 3), FK_ERR_FORBIDDEN);
    add(&f->founder, roster_epoch(&f->team, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH(setup, test) cmocka_unit_test_setup_teardown(test, setup, end)
        WITH(begin, roster__holds_what_its_entries_said),
        WITH(begin, agency_id__is_the_first_bytes_of_the_root_key_s_hash),
        WITH(begin, founding__is_refused_from_another_root),
        WITH(begin, founding__needs_ids_and_a_founding_key_of_its_own),
        WITH(begin, founding__is_first_and_never_again),
        WITH(begin, founding_key__signs_one_device_of_the_founding_person),
        WITH(begin, founding_key__signs_nothing_but_a_device),
        WITH(begin, founding_key__expires),
        WITH(begin_joined, root_and_administrators__govern),
        WITH(begin_joined, others__do_not_govern),
        WITH(begin_joined, administrator__is_one_while_the_role_says_so),
        WITH(begin_joined, later_kinds__stay_in_the_chain_and_do_nothing),
        WITH(begin_joined, device__again_changes_its_label_and_nothing_else),
        WITH(begin_joined, device__needs_a_person_ids_and_keys_of_its_own),
        WITH(begin_joined, person__is_named_again_and_shares_no_id),
        WITH(begin_joined, compartment__is_made_once_and_one_is_for_everybody),
        WITH(begin_joined, membership__names_who_is_there),
        WITH(begin_joined, roles__are_known_for_every_index),
        WITH(begin_joined, membership__is_known_for_every_index),
        WITH(begin_joined, membership__counts_for_a_device_from_its_own_entry_on),
        WITH(begin_joined, epoch__is_made_by_a_member_and_follows_the_newest),
        WITH(begin_joined, epoch__is_refused_from_a_removed_member),
#undef WITH
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
