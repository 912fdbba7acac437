/* What the hub answers, over its real store: each endpoint, and that what is refused leaves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "hub_fixture.h"

#ifdef FK_BESIDE_A_VAULT
#include <sqlite3.h>
#endif

enum { PULLED_HEAD = 8 + FK_DIGEST_SIZE_BYTES + 8 };

static hub_fixture fixture;
static hub_fixture *const f = &fixture;

static int begin(void **state)
{
    (void)state;
    hub_fixture_begin(f, 21);
    return 0;
}

static int begin_joined(void **state)
{
    begin(state);
    hub_fixture_join(f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hub_fixture_end(f);
    return 0;
}

static void assert_is(fk_code code, fk_code wanted)
{
    assert_string_equal(fk_code_name((uint8_t)code), fk_code_name((uint8_t)wanted));
}

/* Everything fits together, and there are that many segments. */
static void assert_sound(uint64_t segment_count)
{
    fk_hub_report report;
    fk_error error;
    fk_status status = fk_hub_check(f->hub, &report, &error);
    if (!fk_is_ok(status)) {
        fail_msg("%s", error.detail);
    }
    assert_int_equal(report.segment_count, segment_count);
}

/* --- push, pull, have ------------------------------------------------------------------------------ */

static void push__stores_what_another_device_pulls(void **state)
{
    (void)state;
    uint64_t number = 0;
    fk_bytes segment = hub_make_segment(f, &f->worker_chain, 3);
    assert_is(hub_push_one(f, segment, f->worker_token, &number), FK_OK);
    assert_int_equal(number, 1);
    assert_is(hub_push_one(f, segment, f->worker_token, &number), FK_ERR_EXISTS);
    assert_int_equal(number, 1);
    assert_int_equal(hub_pull_count(f, f->founder_token, 0), 1);
    fk_bytes pulled = hub_reply_rest(f, PULLED_HEAD);
    assert_int_equal(fk_get_u64(pulled.data), 1);
    assert_true(fk_bytes_equal(fk_bytes_of(pulled.data + 8, pulled.size_bytes - 8), segment));
    assert_int_equal(hub_pull_count(f, f->founder_token, 1), 0);
    assert_sound(1);
}

static void push__takes_a_chain_in_its_order_only(void **state)
{
    (void)state;
    hub_chain at_first = f->worker_chain;
    fk_segment_header second = hub_segment_header(f, &f->worker_chain, 1);
    second.first_sequence = 2;
    assert_is(hub_push_one(f, hub_make_segment_of(f, &second, f->worker_chain.keys), f->worker_token, NULL),
              FK_ERR_GAP);
    assert_is(hub_push_one(f, hub_make_segment(f, &f->worker_chain, 4), f->worker_token, NULL), FK_OK);
    /* another segment at the same place, one that overlaps, one that follows something else */
    assert_is(hub_push_one(f, hub_make_segment(f, &at_first, 4), f->worker_token, NULL), FK_ERR_FORK);
    fk_segment_header inside = hub_segment_header(f, &f->worker_chain, 4);
    inside.first_sequence = 3;
    assert_is(hub_push_one(f, hub_make_segment_of(f, &inside, f->worker_chain.keys), f->worker_token, NULL),
              FK_ERR_FORK);
    fk_segment_header other = hub_segment_header(f, &f->worker_chain, 1);
    other.prev.bytes[0] ^= 1;
    assert_is(hub_push_one(f, hub_make_segment_of(f, &other, f->worker_chain.keys), f->worker_token, NULL),
              FK_ERR_FORK);
    assert_is(hub_push_one(f, hub_make_segment(f, &f->worker_chain, 1), f->worker_token, NULL), FK_OK);
    assert_sound(2);
}

static void push__looks_at_who_made_it(void **state)
{
    (void)state;
    hub_chain *chain = &f->worker_chain;
    fk_segment_header header = hub_segment_header(f, chain, 1);
    assert_is(hub_push_one(f, hub_make_segment_of(f, &header, &f->team.founder), f->worker_token, NULL), FK_ERR_AUTH);
    header.roster_hash.bytes[0] ^= 1;
    assert_is(hub_push_one(f, hub_make_segment_of(f, &header, chain->keys), f->worker_token, NULL), FK_ERR_HEAD_MOVED);
    header = hub_segment_header(f, chain, 1);
    header.roster_index += 1;
    assert_is(hub_push_one(f, hub_make_segment_of(f, &header, chain->keys), f->worker_token, NULL), FK_ERR_HEAD_MOVED);
    header = hub_segment_header(f, chain, 1);
    header.roster_index = ROSTER_FOUNDED_COUNT - 1; /* before the worker was a member */
    header.roster_hash = *fk_roster_hash_at(f->team.roster, header.roster_index);
    assert_is(hub_push_one(f, hub_make_segment_of(f, &header, chain->keys), f->worker_token, NULL), FK_ERR_FORBIDDEN);
    header = hub_segment_header(f, chain, 1);
    header.device = f->team.team;
    assert_is(hub_push_one(f, hub_make_segment_of(f, &header, chain->keys), f->worker_token, NULL), FK_ERR_FORBIDDEN);
    header = hub_segment_header(f, chain, 1);
    header.agency = f->team.team;
    assert_is(hub_push_one(f, hub_make_segment_of(f, &header, chain->keys), f->worker_token, NULL), FK_ERR_FORBIDDEN);
    assert_sound(0);
}

static void push__refuses_who_left_and_takes_from_others_what_they_made(void **state)
{
    (void)state;
    uint8_t bytes[2048];
    fk_bytes made = hub_make_segment(f, &f->worker_chain, 1);
    assert_true(made.size_bytes <= sizeof bytes);
    memcpy(bytes, made.data, made.size_bytes);
    made = fk_bytes_of(bytes, made.size_bytes);
    fk_roster_payload removal = roster_membership(&f->team.team, &f->team.worker_person, false);
    uint32_t head = fk_roster_count(f->team.roster) - 1;
    fk_bytes entry = roster_fixture_make(&f->team, &f->team.founder, &removal);
    assert_is(hub_post_roster(f, head, entry, 1, f->founder_token), FK_OK);
    assert_is(hub_push_one(f, made, f->worker_token, NULL), FK_ERR_FORBIDDEN);
    assert_is(hub_push_one(f, made, f->founder_token, NULL), FK_OK);
    assert_code(roster_fixture_add(&f->team, &f->team.founder, &removal), FK_OK);
    assert_is(hub_push_one(f, hub_make_segment(f, &f->worker_chain, 1), f->founder_token, NULL), FK_ERR_FORBIDDEN);
    hub_frame(f, FK_FRAME_PULL, 1);
    hub_add(f, (const uint8_t[8 + FK_DIGEST_SIZE_BYTES]){ 0 }, 8 + FK_DIGEST_SIZE_BYTES);
    hub_add_id(f, &f->team.team);
    hub_add_u64(f, 0);
    assert_is(hub_post(f, "/v1/pull", f->worker_token), FK_ERR_FORBIDDEN);
    assert_sound(1);
}

static void push__of_one_bad_segment_in_many_is_refused_whole(void **state)
{
    (void)state;
    hub_frame(f, FK_FRAME_PUSH, 3);
    for (int i = 0; i < 3; i++) {
        fk_bytes segment = hub_make_segment(f, &f->worker_chain, 1);
        hub_add(f, segment.data, segment.size_bytes);
    }
    f->request.data[f->request.size_bytes - 300] = 0;
    f->request.size_bytes--;
    assert_is(hub_post(f, "/v1/push", f->worker_token), FK_ERR_INVALID_INPUT);
    assert_sound(0);
}

static void pull__comes_in_pieces_of_one_mebibyte(void **state)
{
    (void)state;
    enum { COUNT = 9, SIZE = 256 * 1024 + FK_WIRE_TAG_SIZE_BYTES };
    for (int i = 0; i < COUNT; i++) {
        fk_segment_header header = hub_segment_header(f, &f->worker_chain, 1);
        header.body_size_bytes = SIZE;
        fk_bytes segment = hub_make_segment_of(f, &header, f->worker_chain.keys);
        assert_is(hub_push_one(f, segment, f->worker_token, NULL), FK_OK);
        fk_segment read;
        assert_code(fk_segment_read(segment, &read), FK_OK);
        f->worker_chain.next_sequence++;
        f->worker_chain.last_id = hub_segment_id(&read);
    }
    uint64_t after = 0;
    uint32_t pulled = 0;
    uint32_t requests = 0;
    for (uint32_t more = 1; more != 0; requests++) {
        uint32_t count = hub_pull_count(f, f->founder_token, after);
        assert_true(f->reply.size_bytes <= FK_HUB_BODY_SIZE_BYTES_MAX);
        more = fk_get_u32(hub_reply_rest(f, 8 + FK_DIGEST_SIZE_BYTES).data);
        pulled += count;
        after += count; /* the only chain: numbers are 1 to 9 */
    }
    assert_int_equal(pulled, COUNT);
    assert_int_equal(requests, 3);
}

static void pull__sees_that_the_log_is_another_one(void **state)
{
    (void)state;
    assert_is(hub_push_one(f, hub_make_segment(f, &f->worker_chain, 1), f->worker_token, NULL), FK_OK);
    uint8_t known[8 + FK_DIGEST_SIZE_BYTES];
    memcpy(known, hub_reply_rest(f, 0).data, sizeof known);
    for (unsigned wrong = 0; wrong < 3; wrong++) {
        hub_frame(f, FK_FRAME_PULL, 1);
        known[0] ^= wrong == 1 ? 2 : 0; /* a number the log does not have */
        known[20] ^= wrong == 2 ? 1 : 0;
        hub_add(f, known, sizeof known);
        known[0] ^= wrong == 1 ? 2 : 0;
        hub_add_id(f, &f->team.team);
        hub_add_u64(f, 0);
        assert_is(hub_post(f, "/v1/pull", f->founder_token), FK_OK);
        assert_int_equal(fk_get_u32(hub_reply_rest(f, 8 + FK_DIGEST_SIZE_BYTES).data), wrong == 0 ? 0 : 2);
        assert_int_equal(hub_reply_count(f), wrong == 0 ? 1 : 0);
    }
}

static uint32_t have(const hub_chain *chain, uint64_t last_sequence, const fk_digest *id)
{
    hub_frame(f, FK_FRAME_HAVE, 1);
    hub_add_id(f, &chain->compartment);
    hub_add_id(f, &chain->device);
    hub_add_u64(f, last_sequence);
    hub_add(f, id->bytes, sizeof id->bytes);
    assert_is(hub_post(f, "/v1/have", f->founder_token), FK_OK);
    return hub_reply_count(f);
}

static void have__names_chains_it_holds_less_or_other_of(void **state)
{
    (void)state;
    const fk_digest other = { { 5 } };
    assert_int_equal(have(&f->worker_chain, 3, &other), 1);
    assert_int_equal(fk_get_u64(hub_reply_rest(f, (size_t)2 * FK_ID_SIZE_BYTES).data), 0);
    assert_is(hub_push_one(f, hub_make_segment(f, &f->worker_chain, 3), f->worker_token, NULL), FK_OK);
    hub_chain first = f->worker_chain;
    assert_is(hub_push_one(f, hub_make_segment(f, &f->worker_chain, 2), f->worker_token, NULL), FK_OK);
    assert_int_equal(have(&f->worker_chain, 5, &f->worker_chain.last_id), 0);
    assert_int_equal(have(&f->worker_chain, 3, &first.last_id), 0); /* the hub has more: that is what pull is for */
    assert_int_equal(have(&f->worker_chain, 5, &other), 1);
    assert_int_equal(have(&f->worker_chain, 4, &first.last_id), 1);
    assert_int_equal(have(&f->worker_chain, 9, &other), 1);
    assert_int_equal(fk_get_u64(hub_reply_rest(f, (size_t)2 * FK_ID_SIZE_BYTES).data), 5);
    assert_memory_equal(hub_reply_rest(f, 2 * FK_ID_SIZE_BYTES + 8).data, f->worker_chain.last_id.bytes, 32);
}

/* --- transactions ------------------------------------------------------------------------------------ */

static void crash__before_the_commit_leaves_nothing(void **state)
{
    (void)state;
    fk_code code = FK_ERR_BUG;
    fk_bytes segment = hub_make_segment(f, &f->worker_chain, 1);
    hub_frame(f, FK_FRAME_PUSH, 1);
    hub_add(f, segment.data, segment.size_bytes);
    assert_code(fk_hub_begin(f->hub), FK_OK);
    assert_code(hub_handle(f, true, "/v1/push", "", f->worker_token, &code), FK_OK);
    assert_is(code, FK_OK);
    assert_code(hub_fixture_restart(f, &fk_allocator_libc), FK_OK);
    assert_sound(0);
    assert_int_equal(hub_pull_count(f, f->worker_token, 0), 0); /* tokens outlive it */
    assert_is(hub_push_one(f, segment, f->worker_token, NULL), FK_OK);
    assert_code(hub_fixture_restart(f, &fk_allocator_libc), FK_OK);
    assert_sound(1);
}

static void rollback__takes_the_roster_in_memory_back_too(void **state)
{
    (void)state;
    fk_code code = FK_ERR_BUG;
    uint32_t head = fk_roster_count(f->team.roster) - 1;
    fk_roster_payload roles = roster_role(&f->team.worker_person, FK_ROLE_ADMINISTRATOR);
    fk_bytes entry = roster_fixture_make(&f->team, &f->team.founder, &roles);
    assert_is(hub_post_roster(f, head, entry, 1, ""), FK_ERR_TOKEN); /* makes the body */
    assert_code(fk_hub_begin(f->hub), FK_OK);
    assert_code(hub_handle(f, true, "/v1/roster", "", f->founder_token, &code), FK_OK);
    assert_is(code, FK_OK);
    assert_code(hub_handle(f, false, "/v1/enrol", "", f->worker_token, &code), FK_OK);
    assert_is(code, FK_OK); /* an administrator now */
    fk_hub_rollback(f->hub);
    assert_is(hub_get(f, "/v1/enrol", "", f->worker_token), FK_ERR_FORBIDDEN);
    assert_is(hub_get(f, "/v1/roster", "", f->worker_token), FK_OK);
    assert_int_equal(hub_reply_count(f), ROSTER_JOINED_COUNT);
}

static void refusal__takes_back_its_own_request_only(void **state)
{
    (void)state;
    fk_code code = FK_ERR_BUG;
    uint32_t head = fk_roster_count(f->team.roster) - 1;
    fk_bytes segment = hub_make_segment(f, &f->worker_chain, 1);
    assert_code(fk_hub_begin(f->hub), FK_OK);
    hub_frame(f, FK_FRAME_PUSH, 1);
    hub_add(f, segment.data, segment.size_bytes);
    assert_code(hub_handle(f, true, "/v1/push", "", f->worker_token, &code), FK_OK);
    assert_is(code, FK_OK);
    /* two entries, the second of which does not follow the first */
    fk_roster_payload roles = roster_role(&f->team.worker_person, FK_ROLE_ADMINISTRATOR);
    fk_bytes entry = roster_fixture_make(&f->team, &f->team.founder, &roles);
    hub_frame(f, FK_FRAME_ROSTER_ADD, 2);
    hub_add_u32(f, head);
    hub_add_u32(f, 0);
    hub_add(f, fk_roster_hash_at(f->team.roster, head)->bytes, FK_DIGEST_SIZE_BYTES);
    hub_add(f, entry.data, entry.size_bytes);
    hub_add(f, entry.data, entry.size_bytes);
    assert_code(hub_handle(f, true, "/v1/roster", "", f->founder_token, &code), FK_OK);
    assert_is(code, FK_ERR_HEAD_MOVED);
    assert_code(hub_handle(f, false, "/v1/enrol", "", f->worker_token, &code), FK_OK);
    assert_is(code, FK_ERR_FORBIDDEN);
    assert_code(fk_hub_commit(f->hub), FK_OK);
    assert_sound(1);
    assert_is(hub_post_roster(f, head, entry, 1, f->founder_token), FK_OK);
    assert_is(hub_get(f, "/v1/enrol", "", f->worker_token), FK_OK);
}

static void store__is_refused_when_it_is_another_s(void **state)
{
    (void)state;
    static const char *const stores[] = { "", "sqlite:", "sqlite", "postgresql://x", "/tmp/x", "sqlite:/proc/none/x" };
    fk_error error;
    fk_hub *hub = NULL;
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        fk_status status = fk_hub_open(stores[i], &fk_allocator_libc, &hub, &error);
        assert_code(status, i < 5 ? FK_ERR_INVALID_INPUT : FK_ERR_IO);
        assert_null(hub);
        assert_true(strlen(error.detail) > 10);
    }
}

int main(void)
{
#ifdef FK_BESIDE_A_VAULT /* the vault's SQLite is started, so that the hub's has to be another one */
    seeded_random generator = { 1 };
    fk_random random_source = seeded_random_port(&generator);
    if (!fk_is_ok(fk_crypto_start(&random_source)) || sqlite3_initialize() != SQLITE_OK ||
        sqlite3_libversion_number() < 3050000) {
        return 1;
    }
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(push__stores_what_another_device_pulls, begin_joined, end),
        cmocka_unit_test_setup_teardown(push__takes_a_chain_in_its_order_only, begin_joined, end),
        cmocka_unit_test_setup_teardown(push__looks_at_who_made_it, begin_joined, end),
        cmocka_unit_test_setup_teardown(push__refuses_who_left_and_takes_from_others_what_they_made, begin_joined, end),
        cmocka_unit_test_setup_teardown(push__of_one_bad_segment_in_many_is_refused_whole, begin_joined, end),
        cmocka_unit_test_setup_teardown(pull__comes_in_pieces_of_one_mebibyte, begin_joined, end),
        cmocka_unit_test_setup_teardown(pull__sees_that_the_log_is_another_one, begin_joined, end),
        cmocka_unit_test_setup_teardown(have__names_chains_it_holds_less_or_other_of, begin_joined, end),
        cmocka_unit_test_setup_teardown(crash__before_the_commit_leaves_nothing, begin_joined, end),
        cmocka_unit_test_setup_teardown(rollback__takes_the_roster_in_memory_back_too, begin_joined, end),
        cmocka_unit_test_setup_teardown(refusal__takes_back_its_own_request_only, begin_joined, end),
        cmocka_unit_test_setup_teardown(store__is_refused_when_it_is_another_s, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
