/* Random entries from seeds: a refusal never changes anything, and the state follows from the chain alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "roster_fixture.h"

enum {
    SEED_COUNT = 12,
    STEP_COUNT = 150,
    POOL_COUNT = 6, /* ids and keys are drawn from few, so that they meet again */
};

typedef struct run {
    roster_fixture fixture;
    fk_id ids[POOL_COUNT];
    fk_identity keys[POOL_COUNT];
    uint8_t *chain; /* accepted entries one after the other */
    size_t chain_size_bytes;
    uint32_t accepted_count;
    uint32_t refused_count;
} run;

static uint64_t below(run *r, uint64_t bound)
{
    return seeded_random_below(&r->fixture.generator, bound);
}

static const fk_id *any_id(run *r)
{
    const roster_fixture *f = &r->fixture;
    const fk_id *known[] = { &f->founder_person, &f->worker_person, &f->founder_device,
                             &f->worker_device,  &f->everybody,     &f->team };
    size_t pick = below(r, POOL_COUNT + 6);
    return pick < POOL_COUNT ? &r->ids[pick] : known[pick - POOL_COUNT];
}

/* The founder signs half of the time, so that much is accepted. */
static const fk_identity *any_keys(run *r)
{
    const roster_fixture *f = &r->fixture;
    const fk_identity *known[] = { &f->root, &f->founding, &f->worker };
    size_t pick = below(r, 2 * (POOL_COUNT + 3));
    return pick < POOL_COUNT ? &r->keys[pick] : pick < POOL_COUNT + 3 ? known[pick - POOL_COUNT] : &f->founder;
}

static fk_roster_payload any_payload(run *r)
{
    switch (below(r, 8)) {
    case 0:
        return roster_device(any_id(r), any_id(r), any_keys(r), (fk_device_kind)(1 + below(r, 3)));
    case 1:
        return roster_person(any_id(r));
    case 2:
        return roster_role(any_id(r), (uint32_t)below(r, 4));
    case 3:
        return roster_compartment(any_id(r), (fk_compartment_kind)(1 + below(r, 3)));
    case 4:
        return roster_membership(any_id(r), any_id(r), below(r, 3) > 0);
    case 5:
        return roster_epoch(any_id(r), 1 + (uint32_t)below(r, 3));
    case 6:
        return roster_recovery_key(any_keys(r));
    default:
        return roster_founding(&r->fixture);
    }
}

/* A right entry, or one with a few bytes changed, cut, or at another place. */
static fk_bytes any_entry(run *r)
{
    roster_fixture *f = &r->fixture;
    fk_roster_payload payload = any_payload(r);
    fk_bytes entry = roster_fixture_make(f, any_keys(r), &payload);
    switch (below(r, 6)) {
    case 0:
        f->entry[below(r, entry.size_bytes)] ^= (uint8_t)(1 + below(r, 255));
        return entry;
    case 1:
        return fk_bytes_of(entry.data, below(r, entry.size_bytes));
    default:
        return entry;
    }
}

static void step(run *r)
{
    fk_digest before;
    fk_digest after;
    roster_fixture *f = &r->fixture;
    uint32_t count = fk_roster_count(f->roster);
    fk_bytes entry = any_entry(r);
    roster_fixture_digest(f->roster, &before);
    fk_status status = fk_roster_append(f->roster, entry, NULL);
    roster_fixture_digest(f->roster, &after);
    if (fk_is_ok(status)) {
        assert_int_equal(fk_roster_count(f->roster), count + 1);
        memcpy(r->chain + r->chain_size_bytes, entry.data, entry.size_bytes);
        r->chain_size_bytes += entry.size_bytes;
        r->accepted_count++;
    } else {
        assert_memory_equal(&before, &after, sizeof before);
        r->refused_count++;
    }
}

/* Whoever reads the chain from the start comes to the same. */
static void assert_replays(const run *r)
{
    fk_digest wanted;
    fk_digest found;
    fk_roster *replayed = NULL;
    assert_code(fk_roster_new(&fk_allocator_libc, &r->fixture.agency, &replayed), FK_OK);
    for (fk_bytes rest = { r->chain, r->chain_size_bytes }; rest.size_bytes > 0;) {
        fk_roster_entry entry;
        assert_code(fk_roster_entry_read(rest, &entry), FK_OK);
        assert_code(fk_roster_append(replayed, entry.whole, NULL), FK_OK);
        rest = fk_bytes_of(rest.data + entry.whole.size_bytes, rest.size_bytes - entry.whole.size_bytes);
    }
    roster_fixture_digest(r->fixture.roster, &wanted);
    roster_fixture_digest(replayed, &found);
    assert_memory_equal(&wanted, &found, sizeof wanted);
    fk_roster_free(replayed);
}

/* Invariants that hold whatever was accepted. */
static void assert_sound(const fk_roster *roster)
{
    for (size_t i = 0; i < fk_roster_device_count(roster); i++) {
        const fk_roster_device *device = &fk_roster_device_at(roster, i)->entry;
        assert_non_null(fk_roster_person_find(roster, &device->person));
        assert_null(fk_roster_person_find(roster, &device->device));
        assert_null(fk_roster_compartment_find(roster, &device->device));
        for (size_t j = 0; j < i; j++) {
            const fk_roster_device *other = &fk_roster_device_at(roster, j)->entry;
            assert_memory_not_equal(device->signing_key, other->signing_key, sizeof device->signing_key);
            assert_memory_not_equal(device->box_key, other->box_key, sizeof device->box_key);
            assert_false(fk_id_equal(&device->device, &other->device));
        }
    }
    for (size_t i = 0; i < fk_roster_compartment_count(roster); i++) {
        assert_null(fk_roster_person_find(roster, &fk_roster_compartment_at(roster, i)->entry.compartment));
    }
}

static void roster__never_changes_on_refusal(void **state)
{
    (void)state;
    static uint8_t chain[(STEP_COUNT + ROSTER_JOINED_COUNT) * 512];
    uint32_t accepted = 0;
    uint32_t refused = 0;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++) {
        run r = { .chain = chain };
        roster_fixture_begin(&r.fixture, seed, &fk_allocator_libc);
        for (size_t i = 0; i < POOL_COUNT; i++) {
            r.ids[i] = fk_random_id();
            fk_identity_generate(&r.keys[i]);
        }
        fk_roster_payload founding = roster_founding(&r.fixture);
        fk_bytes entry = roster_fixture_make(&r.fixture, &r.fixture.root, &founding);
        assert_code(fk_roster_append(r.fixture.roster, entry, NULL), FK_OK);
        memcpy(chain, entry.data, entry.size_bytes);
        r.chain_size_bytes = entry.size_bytes;
        fk_roster_payload device =
            roster_device(&r.fixture.founder_device, &r.fixture.founder_person, &r.fixture.founder, FK_DEVICE_OFFICE);
        entry = roster_fixture_make(&r.fixture, &r.fixture.founding, &device);
        assert_code(fk_roster_append(r.fixture.roster, entry, NULL), FK_OK);
        memcpy(chain + r.chain_size_bytes, entry.data, entry.size_bytes);
        r.chain_size_bytes += entry.size_bytes;
        for (int i = 0; i < STEP_COUNT; i++) {
            step(&r);
        }
        assert_sound(r.fixture.roster);
        assert_replays(&r);
        accepted += r.accepted_count;
        refused += r.refused_count;
        roster_fixture_end(&r.fixture);
    }
    print_message("%d seeds, %u entries taken, %u refused\n", SEED_COUNT, accepted, refused);
    assert_true(accepted > SEED_COUNT * STEP_COUNT / 20);
    assert_true(refused > SEED_COUNT * STEP_COUNT / 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(roster__never_changes_on_refusal) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
