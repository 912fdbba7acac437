/* Who may do what at the hub, and how much: founding, signing in, grants, frontiers, enrolment, quotas, rates, memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "core_internal.h"
#include "failing_allocator.h"
#include "hub_fixture.h"

static hub_fixture fixture;
static hub_fixture *const f = &fixture;

static int begin(void **state)
{
    (void)state;
    hub_fixture_begin(f, 33);
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

/* --- founding and signing in -------------------------------------------------------------------------- */

static fk_code post_first_entry(const fk_identity *signer)
{
    fk_roster_payload payload = roster_founding(&f->team);
    if (fk_roster_count(f->team.roster) == 0) {
        assert_code(roster_fixture_add(&f->team, &f->team.root, &payload), FK_OK);
    }
    payload = roster_device(&f->team.founder_device, &f->team.founder_person, &f->team.founder, FK_DEVICE_OFFICE);
    return hub_post_roster(f, 0, roster_fixture_make(&f->team, signer, &payload), 1, "");
}

static void founding_key__opens_the_roster_once_and_in_time(void **state)
{
    (void)state;
    assert_is(post_first_entry(&f->team.worker), FK_ERR_TOKEN);
    assert_is(post_first_entry(&f->team.root), FK_ERR_TOKEN);
    f->now_ms = FIXTURE_EXPIRES_MS;
    assert_is(post_first_entry(&f->team.founding), FK_ERR_CODE_USED);
    f->now_ms = FIXTURE_MADE_MS;
    assert_is(post_first_entry(&f->team.founding), FK_OK);
    assert_is(post_first_entry(&f->team.founding), FK_ERR_TOKEN);
}

static void founding__again_is_fine_and_another_is_not(void **state)
{
    (void)state;
    fk_error error;
    fk_roster_payload payload = roster_founding(&f->team);
    fk_bytes entry = roster_fixture_make(&f->team, &f->team.root, &payload);
    assert_code(fk_hub_found(f->hub, entry, f->now_ms, &error), FK_OK);
    payload.as.founding.token_id.bytes[0] ^= 1;
    entry = roster_fixture_make(&f->team, &f->team.root, &payload);
    assert_code(fk_hub_found(f->hub, entry, f->now_ms, &error), FK_ERR_EXISTS);
    assert_code(fk_hub_found(f->hub, fk_bytes_of(entry.data, entry.size_bytes - 1), f->now_ms, &error),
                FK_ERR_INVALID_INPUT);
}

static void token__ends_after_a_quarter_of_an_hour(void **state)
{
    (void)state;
    f->now_ms += FK_HUB_TOKEN_LIFE_MS - 1;
    assert_is(hub_get(f, "/v1/grants", "", f->worker_token), FK_OK);
    f->now_ms += 1;
    assert_is(hub_get(f, "/v1/grants", "", f->worker_token), FK_ERR_TOKEN);
}

static void token__of_a_device_are_bounded(void **state)
{
    (void)state;
    char newest[HUB_TOKEN_HEX_SIZE + 1];
    for (int i = 0; i < FK_HUB_TOKEN_COUNT_MAX; i++) {
        assert_is(hub_sign_in(f, &f->team.worker_device, &f->team.worker, newest), FK_OK);
    }
    assert_is(hub_get(f, "/v1/grants", "", newest), FK_OK);
    assert_is(hub_get(f, "/v1/grants", "", f->worker_token), FK_ERR_TOKEN);
    assert_is(hub_get(f, "/v1/grants", "", f->founder_token), FK_OK);
}

/* --- grants --------------------------------------------------------------------------------------------- */

static fk_grant new_grant(void)
{
    fk_grant grant = { .agency = f->team.agency,
                       .compartment = f->team.team,
                       .epoch = 1,
                       .device = f->team.worker_device,
                       .maker = f->team.founder_device };
    fk_id maker;
    assert_non_null(fk_roster_epoch_find(f->team.roster, &f->team.team, 1, &grant.epoch_entry, &maker));
    fk_random_bytes(grant.sealed, sizeof grant.sealed);
    return grant;
}

static fk_code post_grant(const fk_grant *grant, const fk_identity *signer)
{
    uint8_t bytes[FK_GRANT_SIZE_BYTES];
    fk_grant own = *grant;
    fk_grant_write(&own, bytes);
    fk_sign(signer, FK_PURPOSE_GRANT, &f->team.agency, fk_bytes_of(bytes, FK_GRANT_SIGNED_SIZE_BYTES), own.signature);
    fk_grant_write(&own, bytes);
    hub_frame(f, FK_FRAME_GRANTS, 1);
    hub_add_u64(f, 0);
    hub_add(f, bytes, sizeof bytes);
    return hub_post(f, "/v1/grants", f->worker_token);
}

static uint32_t grants_of(const char *token, const char *query)
{
    assert_is(hub_get(f, "/v1/grants", query, token), FK_OK);
    return hub_reply_count(f);
}

static void grants__reach_their_own_device_only(void **state)
{
    (void)state;
    fk_grant grant = new_grant();
    assert_is(post_grant(&grant, &f->team.founder), FK_OK);
    assert_is(post_grant(&grant, &f->team.founder), FK_OK); /* the same again: no new number */
    assert_int_equal(grants_of(f->founder_token, ""), 0);
    assert_int_equal(grants_of(f->worker_token, ""), 1);
    assert_int_equal(fk_get_u64(hub_reply_rest(f, 0).data), 1);
    assert_int_equal(grants_of(f->worker_token, "after=1"), 0);
    grant.sealed[0] ^= 1; /* sealed once more: takes the place of the first */
    assert_is(post_grant(&grant, &f->team.founder), FK_OK);
    assert_int_equal(grants_of(f->worker_token, "after=1"), 1);
    assert_int_equal(grants_of(f->worker_token, ""), 1);
    assert_int_equal(hub_reply_rest(f, 8).data[FK_GRANT_SIZE_BYTES - FK_SIGNATURE_SIZE_BYTES - 132], grant.sealed[0]);
}

static void grants__are_checked_by_the_roster(void **state)
{
    (void)state;
    fk_grant grant = new_grant();
    assert_is(post_grant(&grant, &f->team.worker), FK_ERR_AUTH);
    grant.maker = f->team.team;
    assert_is(post_grant(&grant, &f->team.founder), FK_ERR_FORBIDDEN);
    grant = new_grant();
    grant.device = f->team.team;
    assert_is(post_grant(&grant, &f->team.founder), FK_ERR_FORBIDDEN);
    grant = new_grant();
    grant.agency.bytes[0] ^= 1;
    assert_is(post_grant(&grant, &f->team.founder), FK_ERR_FORBIDDEN);
    grant = new_grant();
    grant.epoch = 2;
    assert_is(post_grant(&grant, &f->team.founder), FK_ERR_NOT_FOUND);
    grant = new_grant();
    grant.epoch_entry.bytes[0] ^= 1;
    assert_is(post_grant(&grant, &f->team.founder), FK_ERR_NOT_FOUND);
    assert_int_equal(grants_of(f->worker_token, ""), 0);
}

/* --- frontiers ------------------------------------------------------------------------------------------- */

static fk_code post_frontier(const fk_id *compartment, const fk_id *device, const fk_identity *signer, uint64_t number)
{
    enum { SEALED = 2 * FK_FRONTIER_ENTRY_SIZE_BYTES + FK_WIRE_TAG_SIZE_BYTES };
    fk_frontier_header header = { .agency = f->team.agency,
                                  .compartment = *compartment,
                                  .device = *device,
                                  .number = number,
                                  .epoch = 1,
                                  .entry_count = 2 };
    uint8_t bytes[FK_FRONTIER_HEADER_SIZE_BYTES + SEALED + FK_SIGNATURE_SIZE_BYTES] = { 0 };
    fk_frontier_header_write(&header, bytes);
    size_t signed_size = FK_FRONTIER_HEADER_SIZE_BYTES + SEALED;
    fk_sign(signer, FK_PURPOSE_FRONTIER, &f->team.agency, fk_bytes_of(bytes, signed_size), bytes + signed_size);
    hub_frame(f, FK_FRAME_FRONTIERS, 1);
    hub_add(f, bytes, sizeof bytes);
    return hub_post(f, "/v1/frontier", f->worker_token);
}

static void frontiers__grow_and_speak_for_their_own_device(void **state)
{
    (void)state;
    const fk_id *device = &f->team.worker_device;
    assert_is(post_frontier(&f->team.team, device, &f->team.worker, 5), FK_OK);
    assert_is(post_frontier(&f->team.team, device, &f->team.worker, 5), FK_OK);
    assert_is(post_frontier(&f->team.team, device, &f->team.worker, 4), FK_ERR_EXISTS);
    assert_is(post_frontier(&f->team.team, device, &f->team.worker, 7), FK_OK);
    assert_is(post_frontier(&f->team.everybody, device, &f->team.worker, 1), FK_OK);
    assert_is(post_frontier(&f->team.team, device, &f->team.founder, 8), FK_ERR_AUTH);
    assert_is(post_frontier(&f->team.team, &f->team.founder_device, &f->team.founder, 8), FK_ERR_FORBIDDEN);
    assert_is(post_frontier(&f->team.agency, device, &f->team.worker, 1), FK_ERR_FORBIDDEN);
    assert_is(hub_get(f, "/v1/frontier", "", f->founder_token), FK_OK);
    assert_int_equal(hub_reply_count(f), 2);
}

/* --- enrolment ----------------------------------------------------------------------------------------------- */

static fk_code post_invite(const fk_id *token_id, uint64_t expires_ms, const char *token)
{
    hub_frame(f, FK_FRAME_INVITE, 0);
    hub_add_id(f, token_id);
    hub_add_u64(f, expires_ms);
    return hub_post(f, "/v1/enrol/invite", token);
}

static fk_code post_enrol(const fk_id *token_id, const fk_identity *keys, uint8_t mac)
{
    uint8_t bytes[FK_ENROL_REQUEST_SIZE_BYTES];
    fk_enrol_request request = { .token_id = *token_id, .device = f->team.team, .kind = FK_DEVICE_PHONE };
    memcpy(request.signing_key, keys->signing_public, sizeof request.signing_key);
    memcpy(request.box_key, keys->box_public, sizeof request.box_key);
    memset(request.mac, mac, sizeof request.mac);
    fk_enrol_request_write(&request, bytes);
    fk_sign(keys, FK_PURPOSE_ENROL, &f->team.agency, fk_bytes_of(bytes, FK_ENROL_REQUEST_SIGNED_SIZE_BYTES),
            request.signature);
    request.signature[0] ^= mac == 0xff ? 1 : 0;
    fk_enrol_request_write(&request, bytes);
    hub_frame(f, FK_FRAME_ENROL, 0);
    hub_add_id(f, &f->team.agency);
    hub_add(f, bytes, sizeof bytes);
    return hub_post(f, "/v1/enrol", "");
}

static uint32_t waiting(void)
{
    assert_is(hub_get(f, "/v1/enrol", "", f->founder_token), FK_OK);
    return hub_reply_count(f);
}

static void enrolment__belongs_to_the_first_device_that_asks(void **state)
{
    (void)state;
    const fk_id code = { { 1, 2, 3 } };
    fk_identity first;
    fk_identity second;
    fk_identity_generate(&first);
    fk_identity_generate(&second);
    assert_is(post_enrol(&code, &first, 1), FK_ERR_CODE_USED);
    assert_is(post_invite(&code, f->now_ms + 1000, f->worker_token), FK_ERR_FORBIDDEN);
    assert_is(post_invite(&code, f->now_ms, f->founder_token), FK_ERR_INVALID_INPUT);
    assert_is(post_invite(&code, f->now_ms + 1000, f->founder_token), FK_OK);
    assert_int_equal(waiting(), 0);
    assert_is(post_enrol(&code, &first, 0xff), FK_ERR_AUTH);
    assert_int_equal(waiting(), 0);
    assert_is(post_enrol(&code, &first, 1), FK_OK);
    assert_int_equal(hub_reply_count(f), ROSTER_JOINED_COUNT);
    assert_is(post_enrol(&code, &first, 1), FK_OK);
    assert_is(post_enrol(&code, &second, 1), FK_ERR_CODE_USED);
    assert_int_equal(waiting(), 1);
    assert_memory_equal(hub_reply_rest(f, (size_t)2 * FK_ID_SIZE_BYTES).data, first.signing_public, 32);
    assert_is(hub_get(f, "/v1/enrol", "", f->worker_token), FK_ERR_FORBIDDEN);
    f->now_ms += 1000;
    assert_int_equal(waiting(), 0);
    assert_is(post_enrol(&code, &first, 1), FK_ERR_CODE_USED);
}

static void enrolment__can_be_withdrawn_and_is_bounded(void **state)
{
    (void)state;
    fk_id code = { { 0, 0, 0, 0, 9 } };
    fk_identity keys;
    fk_identity_generate(&keys);
    assert_is(post_invite(&code, f->now_ms + 1000, f->founder_token), FK_OK);
    hub_frame(f, FK_FRAME_WITHDRAW, 0);
    hub_add_id(f, &code);
    assert_is(hub_post(f, "/v1/enrol/withdraw", f->worker_token), FK_ERR_FORBIDDEN);
    assert_is(hub_post(f, "/v1/enrol/withdraw", f->founder_token), FK_OK);
    assert_is(hub_post(f, "/v1/enrol/withdraw", f->founder_token), FK_OK);
    assert_is(post_enrol(&code, &keys, 1), FK_ERR_CODE_USED);
    uint32_t taken = 1; /* the founding code is one of them */
    for (; taken < FK_HUB_INVITE_COUNT_MAX; taken++) {
        fk_put_u32(code.bytes, taken);
        assert_is(post_invite(&code, f->now_ms + 1000, f->founder_token), FK_OK);
    }
    fk_put_u32(code.bytes, taken);
    assert_is(post_invite(&code, f->now_ms + 1000, f->founder_token), FK_ERR_QUOTA);
    f->now_ms += 1000;
    assert_is(post_invite(&code, f->now_ms + 1000, f->founder_token), FK_OK);
}

/* --- how much ---------------------------------------------------------------------------------------------------- */

static void quota__bounds_a_device_and_an_agency(void **state)
{
    (void)state;
    enum { SEGMENT = FK_SEGMENT_HEADER_SIZE_BYTES + FK_SEGMENT_BODY_SIZE_BYTES_MIN + FK_SIGNATURE_SIZE_BYTES };
    f->hub->quota = (fk_hub_quota){ .agency_size_bytes = 3 * SEGMENT, .device_size_bytes = 2 * SEGMENT };
    assert_is(hub_push_one(f, hub_make_segment(f, &f->worker_chain, 1), f->worker_token, NULL), FK_OK);
    assert_is(hub_push_one(f, hub_make_segment(f, &f->worker_chain, 1), f->worker_token, NULL), FK_OK);
    assert_is(hub_push_one(f, hub_make_segment(f, &f->worker_chain, 1), f->worker_token, NULL), FK_ERR_QUOTA);
    assert_is(hub_push_one(f, hub_make_segment(f, &f->founder_chain, 1), f->founder_token, NULL), FK_OK);
    assert_is(hub_push_one(f, hub_make_segment(f, &f->founder_chain, 1), f->founder_token, NULL), FK_ERR_QUOTA);
    assert_int_equal(hub_pull_count(f, f->worker_token, 0), 3);
}

static void rate__of_one_device_does_not_touch_another(void **state)
{
    (void)state;
    uint32_t allowed = 0;
    while (hub_get(f, "/v1/grants", "", f->worker_token) == FK_OK) {
        allowed++;
        assert_true(allowed <= FK_HUB_RATE_BURST);
    }
    assert_int_equal(f->answer.http_status, 429);
    assert_int_equal(f->answer.retry_after_s, 1);
    assert_is(hub_get(f, "/v1/grants", "", f->founder_token), FK_OK);
    f->now_ms += 1000;
    for (int i = 0; i < FK_HUB_RATE_PER_S; i++) {
        assert_is(hub_get(f, "/v1/grants", "", f->worker_token), FK_OK);
    }
    assert_is(hub_get(f, "/v1/grants", "", f->worker_token), FK_ERR_BUSY);
    f->now_ms -= 500000; /* a clock that goes back gives nothing and takes nothing for good */
    assert_is(hub_get(f, "/v1/grants", "", f->worker_token), FK_ERR_BUSY);
    f->now_ms += 1000;
    assert_is(hub_get(f, "/v1/grants", "", f->worker_token), FK_OK);
}

static void rate__of_callers_without_a_token_is_shared(void **state)
{
    (void)state;
    fk_hub_rates rates;
    fk_hub_rates_init(&rates);
    for (int i = 0; i < FK_HUB_RATE_OPEN_BURST; i++) {
        assert_int_equal(fk_hub_rates_take(&rates, NULL, 1000), 0);
    }
    assert_int_equal(fk_hub_rates_take(&rates, NULL, 1000), 1);
    assert_int_equal(fk_hub_rates_take(&rates, NULL, 2000), 0);
    for (uint32_t i = 0; i < 3 * FK_HUB_RATE_DEVICE_COUNT; i++) { /* more devices than there are places */
        fk_id device = { { 1 } };
        fk_put_u32(device.bytes + 4, i);
        assert_int_equal(fk_hub_rates_take(&rates, &device, 3000 + i), 0);
    }
}

/* --- memory --------------------------------------------------------------------------------------------------------
 */

/* Open, load the roster, add to it, store, give back, with the k-th request of memory failing. */
static fk_status use_hub(fk_bytes entry, fk_bytes segment)
{
    fk_code code = FK_ERR_BUG;
    uint32_t head = fk_roster_count(f->team.roster) - 1;
    FK_TRY(fk_hub_begin(f->hub));
    hub_frame(f, FK_FRAME_ROSTER_ADD, 1);
    hub_add_u32(f, head);
    hub_add_u32(f, 0);
    hub_add(f, fk_roster_hash_at(f->team.roster, head)->bytes, FK_DIGEST_SIZE_BYTES);
    hub_add(f, entry.data, entry.size_bytes);
    FK_TRY(hub_handle(f, true, "/v1/roster", "", f->founder_token, &code));
    assert_is(code, FK_OK);
    hub_frame(f, FK_FRAME_PUSH, 1);
    hub_add(f, segment.data, segment.size_bytes);
    FK_TRY(hub_handle(f, true, "/v1/push", "", f->worker_token, &code));
    assert_is(code, FK_OK);
    return fk_hub_commit(f->hub);
}

static void memory__that_is_short_leaves_nothing_half_done(void **state)
{
    (void)state;
    uint8_t entry_bytes[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    fk_roster_payload roles = roster_role(&f->team.worker_person, FK_ROLE_ADMINISTRATOR);
    fk_bytes entry = roster_fixture_make(&f->team, &f->team.founder, &roles);
    memcpy(entry_bytes, entry.data, entry.size_bytes);
    entry = fk_bytes_of(entry_bytes, entry.size_bytes);
    fk_bytes segment = hub_make_segment(f, &f->worker_chain, 1);
    failing_allocator failing;
    uint64_t failures = 0;
    bool is_done = false;
    for (uint64_t k = 0; !is_done; k++) {
        failing_allocator_init(&failing, k);
        fk_status status = hub_fixture_restart(f, &failing.allocator);
        if (fk_is_ok(status)) {
            status = use_hub(entry, segment);
            if (!fk_is_ok(status)) {
                fk_hub_rollback(f->hub);
            }
        }
        is_done = fk_is_ok(status);
        if (!is_done) {
            failures++;
            assert_code(status, FK_ERR_NO_MEMORY);
            assert_true(failing_allocator_failed(&failing));
        }
        fk_hub_close(f->hub);
        f->hub = NULL;
        assert_int_equal(failing.live_bytes, 0);
        fk_hub_report report;
        fk_error error;
        assert_code(hub_fixture_restart(f, &fk_allocator_libc), FK_OK);
        assert_code(fk_hub_check(f->hub, &report, &error), FK_OK);
        assert_int_equal(report.segment_count, is_done ? 1 : 0);
        assert_int_equal(report.entry_count, ROSTER_JOINED_COUNT + (is_done ? 1 : 0));
    }
    assert_true(failures > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(founding_key__opens_the_roster_once_and_in_time, begin, end),
        cmocka_unit_test_setup_teardown(founding__again_is_fine_and_another_is_not, begin, end),
        cmocka_unit_test_setup_teardown(token__ends_after_a_quarter_of_an_hour, begin_joined, end),
        cmocka_unit_test_setup_teardown(token__of_a_device_are_bounded, begin_joined, end),
        cmocka_unit_test_setup_teardown(grants__reach_their_own_device_only, begin_joined, end),
        cmocka_unit_test_setup_teardown(grants__are_checked_by_the_roster, begin_joined, end),
        cmocka_unit_test_setup_teardown(frontiers__grow_and_speak_for_their_own_device, begin_joined, end),
        cmocka_unit_test_setup_teardown(enrolment__belongs_to_the_first_device_that_asks, begin_joined, end),
        cmocka_unit_test_setup_teardown(enrolment__can_be_withdrawn_and_is_bounded, begin_joined, end),
        cmocka_unit_test_setup_teardown(quota__bounds_a_device_and_an_agency, begin_joined, end),
        cmocka_unit_test_setup_teardown(rate__of_one_device_does_not_touch_another, begin_joined, end),
        cmocka_unit_test(rate__of_callers_without_a_token_is_shared),
        cmocka_unit_test_setup_teardown(memory__that_is_short_leaves_nothing_half_done, begin_joined, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
