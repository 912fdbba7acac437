/* Hostile entries, bounds and failing memory: nothing of the roster changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "roster_asserts.h"
#include "roster_internal.h"

static roster_fixture fixture;
static roster_fixture *const f = &fixture;

static int begin(void **state)
{
    (void)state;
    roster_fixture_begin(f, 11, &fk_allocator_libc);
    return 0;
}

static int begin_founded(void **state)
{
    begin(state);
    return fk_is_ok(roster_fixture_found(f)) ? 0 : -1;
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

/* --- hostile entries ---------------------------------------------------------------------------------- */

static void entry__is_refused_when_any_byte_differs(void **state)
{
    (void)state;
    fk_roster_payload payload = roster_person(&f->worker_person);
    fk_bytes entry = roster_fixture_make(f, &f->founder, &payload);
    uint8_t changed[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    for (size_t i = 0; i < entry.size_bytes; i++) {
        memcpy(changed, entry.data, entry.size_bytes);
        changed[i] ^= 0x10;
        assert_false(fk_is_ok(fk_roster_append(f->roster, fk_bytes_of(changed, entry.size_bytes), NULL)));
    }
    assert_code(fk_roster_append(f->roster, entry, NULL), FK_OK);
}

static void entry__is_refused_when_cut_or_longer(void **state)
{
    (void)state;
    fk_roster_payload payload = roster_person(&f->worker_person);
    fk_bytes entry = roster_fixture_make(f, &f->founder, &payload);
    for (size_t size_bytes = 0; size_bytes < entry.size_bytes; size_bytes++) {
        assert_false(fk_is_ok(fk_roster_append(f->roster, fk_bytes_of(entry.data, size_bytes), NULL)));
    }
    f->entry[entry.size_bytes] = 0;
    assert_refused(fk_bytes_of(entry.data, entry.size_bytes + 1), FK_ERR_INVALID_INPUT);
}

static void entry__is_refused_at_another_place_of_the_chain(void **state)
{
    (void)state;
    fk_roster_payload payload = roster_person(&f->worker_person);
    uint8_t body[FK_ROSTER_PAYLOAD_SIZE_BYTES_MAX];
    fk_bytes raw = fk_bytes_of(body, fk_roster_payload_write(&payload, body));
    fk_roster_header header = roster_fixture_header(f, &f->founder);
    header.kind = FK_ROSTER_PERSON;
    fk_roster_header wrong[4] = { header, header, header, header };
    wrong[0].index--;
    wrong[1].index++;
    wrong[2].prev.bytes[31] ^= 1;
    wrong[3].prev = *fk_roster_hash_at(f->roster, 0);
    for (size_t i = 0; i < 4; i++) {
        assert_refused(roster_fixture_make_raw(f, &f->founder, &wrong[i], raw), FK_ERR_HEAD_MOVED);
    }
    fk_bytes entry = roster_fixture_make_raw(f, &f->founder, &header, raw);
    assert_code(fk_roster_append(f->roster, entry, NULL), FK_OK);
    assert_refused(entry, FK_ERR_HEAD_MOVED); /* replayed */
}

static void entry__is_refused_unsigned_or_signed_for_something_else(void **state)
{
    (void)state;
    fk_roster_payload payload = roster_person(&f->worker_person);
    fk_bytes entry = roster_fixture_make(f, &f->founder, &payload);
    size_t content_size_bytes = entry.size_bytes - FK_SIGNATURE_SIZE_BYTES;
    uint8_t *signature = f->entry + content_size_bytes;
    fk_bytes content = fk_bytes_of(f->entry, content_size_bytes);
    memset(signature, 0, FK_SIGNATURE_SIZE_BYTES);
    assert_refused(entry, FK_ERR_AUTH);
    fk_sign(&f->founder, FK_PURPOSE_GRANT, &f->agency, content, signature);
    assert_refused(entry, FK_ERR_AUTH);
    fk_id other_agency = f->team;
    fk_sign(&f->founder, FK_PURPOSE_ROSTER, &other_agency, content, signature);
    assert_refused(entry, FK_ERR_AUTH);
    fk_sign(&f->root, FK_PURPOSE_ROSTER, &f->agency, content, signature);
    assert_refused(entry, FK_ERR_AUTH);
    fk_sign(&f->founder, FK_PURPOSE_ROSTER, &f->agency, content, signature);
    assert_code(fk_roster_append(f->roster, entry, NULL), FK_OK);
}

/* The content of the entry changed and signed again, for this agency. */
static void sign_again(fk_bytes entry, const fk_identity *signer)
{
    size_t content_size_bytes = entry.size_bytes - FK_SIGNATURE_SIZE_BYTES;
    fk_sign(signer, FK_PURPOSE_ROSTER, &f->agency, fk_bytes_of(f->entry, content_size_bytes),
            f->entry + content_size_bytes);
}

static void entry__of_another_agency_is_refused(void **state)
{
    (void)state;
    fk_roster_header header = roster_fixture_header(f, &f->founder);
    header.kind = FK_ROSTER_PERSON;
    header.agency.bytes[3] ^= 1;
    fk_roster_payload payload = roster_person(&f->worker_person);
    uint8_t body[FK_ROSTER_PAYLOAD_SIZE_BYTES_MAX];
    fk_bytes raw = fk_bytes_of(body, fk_roster_payload_write(&payload, body));
    fk_bytes entry = roster_fixture_make_raw(f, &f->founder, &header, raw);
    assert_refused(entry, FK_ERR_AUTH);
    sign_again(entry, &f->founder);
    assert_refused(entry, FK_ERR_AUTH);
}

static void entry__is_refused_when_its_payload_is_not_of_its_kind(void **state)
{
    (void)state;
    for (uint16_t kind = FK_ROSTER_DEVICE; kind < FK_ROSTER_KIND_COUNT; kind++) {
        const fk_identity *signer = kind == FK_ROSTER_RECOVERY_KEY ? &f->root : &f->founder;
        fk_roster_header header = roster_fixture_header(f, signer);
        header.kind = kind;
        if (fk_roster_kind_is_known(kind)) {
            assert_refused(roster_fixture_make_raw(f, signer, &header, fk_bytes_text("short")), FK_ERR_INVALID_INPUT);
        }
    }
    fk_roster_payload role = roster_role(&f->worker_person, FK_ROLE_CASEWORKER);
    fk_bytes entry = roster_fixture_make(f, &f->founder, &role);
    f->entry[entry.size_bytes - FK_SIGNATURE_SIZE_BYTES - 1] = 1; /* reserved */
    sign_again(entry, &f->founder);
    assert_refused(entry, FK_ERR_INVALID_INPUT);
}

/* --- bounds and memory ---------------------------------------------------------------------------------- */

static void roster__keeps_its_bounds(void **state)
{
    (void)state;
    while (fk_roster_person_count(f->roster) < FK_ROSTER_PERSON_COUNT_MAX) {
        fk_id person = fk_random_id();
        add(&f->founder, roster_person(&person));
    }
    fk_id one_more = fk_random_id();
    assert_refused(roster_fixture_make(f, &f->founder,
                                       &(fk_roster_payload){ .kind = FK_ROSTER_PERSON, .as.person.person = one_more }),
                   FK_ERR_TOO_LARGE);
    static const fk_digest filler;
    while (fk_roster_count(f->roster) < FK_ROSTER_ENTRY_COUNT_MAX) {
        assert_code(fk_rows_reserve(f->roster->allocator, &f->roster->hashes, FK_ROSTER_ENTRY_COUNT_MAX), FK_OK);
        fk_rows_add(&f->roster->hashes, &filler);
    }
    fk_roster_payload named = roster_person(&f->worker_person);
    assert_code(roster_fixture_add(f, &f->founder, &named), FK_ERR_TOO_LARGE);
    assert_int_equal(fk_roster_count(f->roster), FK_ROSTER_ENTRY_COUNT_MAX);
}

/* The whole life of a small agency with the k-th allocation failing: refused there with nothing changed, and the same
 * entry is taken when there is memory again. */
static void append__changes_nothing_when_memory_fails(void **state)
{
    (void)state;
    fk_digest wanted;
    roster_fixture_begin(f, 11, &fk_allocator_libc);
    assert_code(roster_fixture_join(f), FK_OK);
    roster_fixture_digest(f->roster, &wanted);
    roster_fixture_end(f);
    bool has_failed = true;
    for (uint64_t k = 1; has_failed; k++) { /* request 0 is the roster itself */
        failing_allocator failing;
        failing_allocator_init(&failing, k);
        roster_fixture_begin(f, 11, &failing.allocator);
        fk_status status = roster_fixture_join(f);
        has_failed = !fk_is_ok(status);
        if (has_failed) {
            assert_code(status, FK_ERR_NO_MEMORY);
            fk_bytes entry = fk_bytes_of(f->entry, FK_ROSTER_HEADER_SIZE_BYTES + fk_get_u16(f->entry + 14) +
                                                       FK_SIGNATURE_SIZE_BYTES);
            failing.fail_at = failing.request_count;
            assert_refused(entry, FK_ERR_NO_MEMORY);
            failing.fail_at = FAILING_ALLOCATOR_NEVER;
            assert_code(fk_roster_append(f->roster, entry, NULL), FK_OK);
        } else {
            fk_digest digest;
            roster_fixture_digest(f->roster, &digest);
            assert_memory_equal(&digest, &wanted, sizeof digest);
        }
        assert_true(k < 100);
        roster_fixture_end(f);
        assert_int_equal(failing.live_bytes, 0);
    }
    failing_allocator none;
    failing_allocator_init(&none, 0);
    fk_roster *roster = f->roster;
    assert_code(fk_roster_new(&none.allocator, &f->agency, &roster), FK_ERR_NO_MEMORY);
    assert_null(roster);
    fk_roster_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH(setup, test) cmocka_unit_test_setup_teardown(test, setup, end)
        WITH(begin_joined, entry__is_refused_when_any_byte_differs),
        WITH(begin_joined, entry__is_refused_when_cut_or_longer),
        WITH(begin_joined, entry__is_refused_at_another_place_of_the_chain),
        WITH(begin_joined, entry__is_refused_unsigned_or_signed_for_something_else),
        WITH(begin_joined, entry__of_another_agency_is_refused),
        WITH(begin_joined, entry__is_refused_when_its_payload_is_not_of_its_kind),
        WITH(begin_founded, roster__keeps_its_bounds),
#undef WITH
        cmocka_unit_test(append__changes_nothing_when_memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
