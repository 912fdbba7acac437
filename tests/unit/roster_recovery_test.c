/* The recovery key in the roster: root names it, the newest counts, none comes back; and entries signed elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "roster_asserts.h"

static roster_fixture fixture;
static roster_fixture *const f = &fixture;

static int begin_joined(void **state)
{
    (void)state;
    roster_fixture_begin(f, 17, &fk_allocator_libc);
    return fk_is_ok(roster_fixture_join(f)) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    roster_fixture_end(f);
    return 0;
}

static void recovery_key__is_root_s_alone_to_say(void **state)
{
    (void)state;
    fk_identity keys = new_keys();
    fk_identity stranger = new_keys();
    assert_null(fk_roster_recovery_key_newest(f->roster));
    assert_add_refused(&f->founder, roster_recovery_key(&keys), FK_ERR_FORBIDDEN);
    assert_add_refused(&f->worker, roster_recovery_key(&keys), FK_ERR_FORBIDDEN);
    assert_add_refused(&f->founding, roster_recovery_key(&keys), FK_ERR_FORBIDDEN);
    assert_add_refused(&stranger, roster_recovery_key(&keys), FK_ERR_FORBIDDEN);
    assert_null(fk_roster_recovery_key_newest(f->roster));
    add(&f->root, roster_recovery_key(&keys));
    const fk_roster_recovery_key_row *row = fk_roster_recovery_key_newest(f->roster);
    assert_memory_equal(row->entry.public_key, keys.box_public, sizeof row->entry.public_key);
    assert_int_equal(row->index, ROSTER_JOINED_COUNT);
    assert_int_equal(row->made_ms, FIXTURE_MADE_MS);
}

static void recovery_key__is_replaced_and_never_comes_back(void **state)
{
    (void)state;
    fk_identity used = new_keys();
    fk_identity next = new_keys();
    add(&f->root, roster_recovery_key(&used));
    assert_add_refused(&f->root, roster_recovery_key(&used), FK_ERR_EXISTS);
    add(&f->root, roster_recovery_key(&next));
    assert_memory_equal(fk_roster_recovery_key_newest(f->roster)->entry.public_key, next.box_public,
                        sizeof next.box_public);
    assert_add_refused(&f->root, roster_recovery_key(&used), FK_ERR_EXISTS);
}

static void recovery_key__has_the_id_that_follows_from_it(void **state)
{
    (void)state;
    fk_identity keys = new_keys();
    fk_roster_payload wrong[3] = { roster_recovery_key(&keys), roster_recovery_key(&keys), roster_recovery_key(&keys) };
    wrong[0].as.recovery_key.key.bytes[0] ^= 1;
    wrong[1].as.recovery_key.public_key[31] ^= 1;
    memset(wrong[2].as.recovery_key.public_key, 0, FK_PUBLIC_KEY_SIZE_BYTES);
    wrong[2].as.recovery_key.key = fk_recovery_key_id(wrong[2].as.recovery_key.public_key);
    for (size_t i = 0; i < 3; i++) {
        assert_add_refused(&f->root, wrong[i], FK_ERR_INVALID_INPUT);
    }
}

static void entry__is_made_at_a_place_as_by_the_roster(void **state)
{
    (void)state;
    fk_identity keys = new_keys();
    fk_roster_payload payload = roster_recovery_key(&keys);
    uint8_t apart[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    fk_roster_place place = fk_roster_next_place(f->roster);
    size_t size_bytes = fk_roster_entry_make_at(&place, &payload, &f->root, FIXTURE_MADE_MS, apart);
    fk_bytes made = roster_fixture_make(f, &f->root, &payload);
    assert_int_equal(made.size_bytes, size_bytes);
    assert_memory_equal(made.data, apart, size_bytes);
    place.prev.bytes[0] ^= 1;
    size_bytes = fk_roster_entry_make_at(&place, &payload, &f->root, FIXTURE_MADE_MS, apart);
    assert_refused(fk_bytes_of(apart, size_bytes), FK_ERR_HEAD_MOVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define JOINED(test) cmocka_unit_test_setup_teardown(test, begin_joined, end)
        JOINED(recovery_key__is_root_s_alone_to_say),
        JOINED(recovery_key__is_replaced_and_never_comes_back),
        JOINED(recovery_key__has_the_id_that_follows_from_it),
        JOINED(entry__is_made_at_a_place_as_by_the_roster),
#undef JOINED
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
