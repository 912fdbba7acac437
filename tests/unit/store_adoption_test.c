/* Writes that became another device's (docs/adr/0022): current once, under the later name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "seeded_random.h"
#include "store_peer.h"

static const uint64_t start_ms = 1790000000000;
static seeded_random generator = { 22 };

static int start(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

/* The first segment of a device: one operation that says "Ash" is the name. */
static fk_remote_segment write_of(fk_wire_operation *operation, unsigned device, unsigned mutation)
{
    *operation = (fk_wire_operation){
        .hlc = start_ms << 16,
        .record = peer_id(0xA0, 1),
        .mutation = peer_id(0x99, mutation),
        .type = fk_bytes_text("person"),
        .field = fk_bytes_text("name"),
        .has_value = true,
        .value = fk_bytes_text("\"Ash\""),
    };
    return (fk_remote_segment){
        .device = peer_id(0xDE, device),
        .first_sequence = 1,
        .case_id = peer_id(0xC0, 1),
        .operations = operation,
        .operation_count = 1,
    };
}

static fk_code take(store_peer *peer, const fk_remote_segment *segment)
{
    uint32_t ignored = 0;
    assert_true(fk_is_ok(fk_store_begin(peer->store)));
    fk_status status = fk_store_apply(peer->store, segment, start_ms, &ignored);
    if (fk_is_ok(status)) {
        assert_true(fk_is_ok(fk_store_commit(peer->store)));
    } else {
        fk_store_rollback(peer->store);
    }
    return status.code;
}

typedef struct names {
    size_t count;
    fk_id device; /* of the last */
} names;

static fk_status see(void *ctx, fk_bytes field, const fk_head *head)
{
    (void)field;
    names *seen = ctx;
    seen->count++;
    seen->device = head->device;
    return fk_ok();
}

static names current_names(store_peer *peer)
{
    fk_id case_id = peer_id(0xC0, 1);
    fk_id record = peer_id(0xA0, 1);
    names seen = { .count = 0 };
    assert_true(fk_is_ok(fk_store_heads(peer->store, &case_id, &record, NULL, see, &seen)));
    return seen;
}

/* Both writes twice, the old name first or the new one, and what the tables are then. */
static names take_both(unsigned first, unsigned old_mutation, fk_buffer *dump_out)
{
    store_peer peer;
    fk_wire_operation before;
    fk_wire_operation after;
    fk_remote_segment segments[2] = { write_of(&before, 7, old_mutation), write_of(&after, 8, 1) };
    after.is_adopted = true;
    after.adopted_device = segments[0].device;
    after.adopted_sequence = 1;
    store_peer_open(&peer, &fk_allocator_libc);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(take(&peer, &segments[(i / 2 + first) % 2]), FK_OK);
    }
    /* Without its old name it is not the same operation. */
    after.is_adopted = false;
    assert_int_equal(take(&peer, &segments[1]), FK_ERR_FORK);
    names seen = current_names(&peer);
    fk_store_check_result check;
    assert_true(fk_is_ok(fk_store_check(peer.store, &check)));
    assert_true(check.rebuilt_equal);
    store_peer_dump(&peer, dump_out);
    store_peer_close(&peer);
    return seen;
}

static void adopted__is_current_once_whichever_name_comes_first(void **state)
{
    (void)state;
    fk_buffer dumps[2];
    fk_id later = peer_id(0xDE, 8);
    for (unsigned first = 0; first < 2; first++) {
        names seen = take_both(first, 1, &dumps[first]);
        assert_int_equal(seen.count, 1);
        assert_true(fk_id_equal(&seen.device, &later));
    }
    assert_true(fk_bytes_equal(fk_buffer_view(&dumps[0]), fk_buffer_view(&dumps[1])));
    fk_buffer_free(&dumps[0]);
    fk_buffer_free(&dumps[1]);
}

/* The copy that went on wrote something else under that name: both stay. */
static void adopted__replaces_no_other_write_at_its_old_name(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 2; first++) {
        fk_buffer dump;
        assert_int_equal(take_both(first, 2, &dump).count, 2);
        fk_buffer_free(&dump);
    }
}

static void adopted__of_no_sequence_is_refused(void **state)
{
    (void)state;
    store_peer peer;
    fk_wire_operation operation;
    fk_remote_segment segment = write_of(&operation, 8, 1);
    store_peer_open(&peer, &fk_allocator_libc);
    operation.is_adopted = true;
    assert_int_equal(take(&peer, &segment), FK_ERR_INVALID_INPUT);
    operation.adopted_sequence = (uint64_t)INT64_MAX + 1;
    assert_int_equal(take(&peer, &segment), FK_ERR_INVALID_INPUT);
    operation.adopted_sequence = INT64_MAX;
    assert_int_equal(take(&peer, &segment), FK_OK);
    store_peer_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adopted__is_current_once_whichever_name_comes_first),
        cmocka_unit_test(adopted__replaces_no_other_write_at_its_old_name),
        cmocka_unit_test(adopted__of_no_sequence_is_refused),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
