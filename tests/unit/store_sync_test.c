/* What travels: compartments, segments and chains, what is sealed next, taking in, roster, keys, wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "seeded_random.h"
#include "store_peer.h"

static const uint64_t start_ms = 1790000000000;

typedef struct fixture {
    seeded_random random;
    fk_arena arena;
    store_peer here;
    store_peer there;
    peer_segments segments; /* of both, in the order they were sealed */
} fixture;

static void fixture_begin(fixture *f)
{
    memset(f, 0, sizeof *f);
    f->random.state = 5;
    fk_random random = seeded_random_port(&f->random);
    assert_true(fk_is_ok(fk_crypto_start(&random)));
    fk_arena_init(&f->arena, &fk_allocator_libc, 16 * 1024 * 1024);
    store_peer_open(&f->here, &fk_allocator_libc);
    store_peer_open(&f->there, &fk_allocator_libc);
}

static void fixture_end(fixture *f)
{
    store_peer_close(&f->here);
    store_peer_close(&f->there);
    fk_arena_reset(&f->arena);
}

static peer_write note(unsigned number, const char *value)
{
    return (peer_write){
        .case_id = peer_id(0xC0, number),
        .record = peer_id(0xA0, number),
        .type = "note",
        .field = "text",
        .value = value,
        .time_ms = start_ms,
    };
}

static const peer_segment *last_segment(const fixture *f)
{
    return &f->segments.items[f->segments.count - 1];
}

static void seal(fixture *f, store_peer *peer)
{
    store_peer_seal(peer, 256, &f->arena, &f->segments);
}

static fk_status take(store_peer *peer, const peer_segment *segment)
{
    uint32_t ignored = 0;
    return store_peer_take(peer, segment, start_ms, &ignored);
}

#define IN_TRANSACTION(peer, expected, call)                                               \
    do {                                                                                   \
        assert_true(fk_is_ok(fk_store_begin((peer)->store)));                              \
        assert_string_equal(fk_code_name((call).code), fk_code_name((uint8_t)(expected))); \
        assert_true(fk_is_ok(fk_store_commit((peer)->store)));                             \
    } while (0)

/* --- compartments --------------------------------------------------------------------------------- */

static void compartment__home_gets_one_id_and_others_the_next_numbers(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    fk_id other = peer_id(0xE0, 1);
    fk_id another = peer_id(0xE0, 2);
    uint32_t number = 9;
    IN_TRANSACTION(&f.here, FK_OK, fk_store_compartment_set(f.here.store, &store_peer_team, true, &number));
    assert_int_equal(number, FK_COMPARTMENT_HOME);
    IN_TRANSACTION(&f.here, FK_ERR_EXISTS, fk_store_compartment_set(f.here.store, &other, true, &number));
    IN_TRANSACTION(&f.here, FK_OK, fk_store_compartment_set(f.here.store, &other, false, &number));
    assert_int_equal(number, 1);
    IN_TRANSACTION(&f.here, FK_OK, fk_store_compartment_set(f.here.store, &another, false, &number));
    assert_int_equal(number, 2);
    IN_TRANSACTION(&f.here, FK_OK, fk_store_compartment_set(f.here.store, &other, false, &number));
    assert_int_equal(number, 1);
    fk_id found;
    assert_true(fk_is_ok(fk_store_compartment_id(f.here.store, 2, &found)));
    assert_true(fk_id_equal(&found, &another));
    assert_int_equal(fk_store_compartment_id(f.here.store, 3, &found).code, FK_ERR_NOT_FOUND);
    fk_id unknown = peer_id(0xE0, 3);
    assert_int_equal(fk_store_compartment_number(f.here.store, &unknown, &number).code, FK_ERR_NOT_FOUND);
    fixture_end(&f);
}

/* --- segments --------------------------------------------------------------------------------------- */

static fk_segment_row chain_row(uint64_t first, uint64_t last, fk_segment_state state)
{
    fk_segment_row row = {
        .device = peer_id(0xDE, 1),
        .first_sequence = first,
        .last_sequence = last,
        .state = state,
        .bytes = fk_bytes_text("whole"),
    };
    fk_put_u64(row.id.bytes, first);
    return row;
}

static void add_row(fixture *f, fk_code expected, const fk_segment_row *row)
{
    IN_TRANSACTION(&f->here, expected, fk_store_segment_add(f->here.store, row, start_ms));
}

static void segment__keeps_its_place_in_the_chain(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    fk_segment_row first = chain_row(1, 3, FK_SEGMENT_RECEIVED);
    fk_segment_row second = chain_row(4, 4, FK_SEGMENT_WAITING);
    fk_segment_row gap = chain_row(6, 7, FK_SEGMENT_RECEIVED);
    fk_segment_row overlap = chain_row(3, 4, FK_SEGMENT_RECEIVED);
    fk_segment_row other_id = first;
    other_id.id.bytes[31] = 1;
    fk_segment_row backwards = chain_row(5, 4, FK_SEGMENT_RECEIVED);
    fk_segment_row from_zero = chain_row(0, 4, FK_SEGMENT_RECEIVED);
    add_row(&f, FK_ERR_GAP, &second);
    add_row(&f, FK_OK, &first);
    add_row(&f, FK_OK, &second);
    add_row(&f, FK_OK, &first);
    add_row(&f, FK_ERR_GAP, &gap);
    add_row(&f, FK_ERR_FORK, &overlap);
    add_row(&f, FK_ERR_FORK, &other_id);
    add_row(&f, FK_ERR_INVALID_INPUT, &backwards);
    add_row(&f, FK_ERR_INVALID_INPUT, &from_zero);
    fk_chain_head head;
    assert_true(fk_is_ok(fk_store_chain_head(f.here.store, FK_COMPARTMENT_HOME, &first.device, &head)));
    assert_int_equal(head.last_sequence, 4);
    assert_memory_equal(head.id.bytes, second.id.bytes, sizeof head.id.bytes);
    fixture_end(&f);
}

typedef struct seen_sequences {
    uint64_t first[8];
    uint64_t last[8];
    size_t count;
} seen_sequences;

static fk_status see_segment(void *ctx, const fk_segment_row *row)
{
    seen_sequences *seen = ctx;
    assert_true(fk_bytes_equal_text(row->bytes, "whole"));
    seen->first[seen->count] = row->first_sequence;
    seen->last[seen->count++] = row->last_sequence;
    return fk_ok();
}

static fk_status see_head(void *ctx, const fk_chain_head *head)
{
    seen_sequences *seen = ctx;
    seen->last[seen->count++] = head->last_sequence;
    return fk_ok();
}

static void segments__are_found_by_state_and_by_chain(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    for (uint64_t i = 1; i <= 5; i++) {
        fk_segment_row row = chain_row(i, i, i == 3 ? FK_SEGMENT_WAITING : FK_SEGMENT_RECEIVED);
        add_row(&f, FK_OK, &row);
    }
    fk_id device = peer_id(0xDE, 1);
    seen_sequences waiting = { .count = 0 };
    assert_true(fk_is_ok(fk_store_segments(f.here.store, FK_SEGMENT_WAITING, 10, see_segment, &waiting)));
    assert_int_equal(waiting.count, 1);
    assert_int_equal(waiting.first[0], 3);
    seen_sequences chain = { .count = 0 };
    assert_true(fk_is_ok(fk_store_chain(f.here.store, FK_COMPARTMENT_HOME, &device, 2, 2, see_segment, &chain)));
    assert_int_equal(chain.count, 2);
    assert_int_equal(chain.first[0], 3);
    assert_int_equal(chain.first[1], 4);
    /* The frontier ends before what could not be merged, and moves on when it could. */
    seen_sequences all = { .count = 0 };
    seen_sequences merged = { .count = 0 };
    assert_true(fk_is_ok(fk_store_chain_heads(f.here.store, FK_COMPARTMENT_HOME, false, see_head, &all)));
    assert_true(fk_is_ok(fk_store_chain_heads(f.here.store, FK_COMPARTMENT_HOME, true, see_head, &merged)));
    assert_int_equal(all.count, 1);
    assert_int_equal(all.last[0], 5);
    assert_int_equal(merged.count, 1);
    assert_int_equal(merged.last[0], 2);
    IN_TRANSACTION(&f.here, FK_OK,
                   fk_store_segment_state(f.here.store, FK_COMPARTMENT_HOME, &device, 3, FK_SEGMENT_RECEIVED, 0));
    merged.count = 0;
    assert_true(fk_is_ok(fk_store_chain_heads(f.here.store, FK_COMPARTMENT_HOME, true, see_head, &merged)));
    assert_int_equal(merged.last[0], 5);
    IN_TRANSACTION(&f.here, FK_ERR_NOT_FOUND,
                   fk_store_segment_state(f.here.store, FK_COMPARTMENT_HOME, &device, 9, FK_SEGMENT_RECEIVED, 0));
    fixture_end(&f);
}

/* --- sealing ------------------------------------------------------------------------------------------ */

/* Goal: what a write knew is exactly what the frontier of its segment says. */
static void unsealed__ends_where_something_arrived_between_two_writes(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    peer_write theirs = note(1, "\"theirs\"");
    peer_write ours = note(1, "\"ours\"");
    (void)store_peer_write(&f.there, &theirs);
    seal(&f, &f.there);
    (void)store_peer_write(&f.here, &ours);
    assert_true(fk_is_ok(take(&f.here, last_segment(&f))));
    (void)store_peer_write(&f.here, &ours);
    (void)store_peer_write(&f.here, &ours);
    size_t before = f.segments.count;
    seal(&f, &f.here);
    assert_int_equal(f.segments.count - before, 2);
    const fk_remote_segment *blind = &f.segments.items[before].remote;
    const fk_remote_segment *knowing = &f.segments.items[before + 1].remote;
    assert_int_equal(blind->operation_count, 1);
    assert_int_equal(blind->frontier_count, 0);
    assert_int_equal(knowing->operation_count, 2);
    assert_int_equal(knowing->frontier_count, 1);
    assert_int_equal(knowing->frontier[0].last_sequence, 1);
    assert_true(fk_id_equal(&knowing->frontier[0].device, fk_store_device(f.there.store)));
    assert_memory_equal(knowing->frontier[0].hash_prefix, f.segments.items[0].id.bytes, 8);
    /* Known once is not said again. */
    (void)store_peer_write(&f.here, &ours);
    seal(&f, &f.here);
    assert_int_equal(last_segment(&f)->remote.frontier_count, 0);
    fixture_end(&f);
}

static fk_status stop_at_once(void *ctx, const fk_unsealed_row *row)
{
    *(uint64_t *)ctx = row->sequence;
    return fk_status_of(FK_ERR_TOO_LARGE);
}

static void unsealed__passes_on_what_the_visitor_answers(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    peer_write ours = note(1, "\"ours\"");
    (void)store_peer_write(&f.here, &ours);
    (void)store_peer_write(&f.here, &ours);
    uint64_t sequence = 0;
    fk_status status = fk_store_unsealed(f.here.store, FK_COMPARTMENT_HOME, 10, stop_at_once, &sequence);
    assert_int_equal(status.code, FK_ERR_TOO_LARGE);
    assert_int_equal(sequence, 1);
    seal(&f, &f.here);
    sequence = 0;
    assert_true(fk_is_ok(fk_store_unsealed(f.here.store, FK_COMPARTMENT_HOME, 10, stop_at_once, &sequence)));
    assert_int_equal(sequence, 0);
    fixture_end(&f);
}

static fk_status count_head(void *ctx, fk_bytes field, const fk_head *head)
{
    (void)field;
    (void)head;
    *(size_t *)ctx += 1;
    return fk_ok();
}

/* Goal: a segment that waits for its key hinders nobody in replacing what came after it. */
static void waiting__segment_hinders_no_write_over_a_later_one(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    peer_write theirs = note(1, "\"theirs\"");
    peer_write ours = note(1, "\"ours\"");
    fk_id record = peer_id(0xA0, 1);
    for (unsigned i = 0; i < 2; i++) {
        (void)store_peer_write(&f.there, &theirs);
        seal(&f, &f.there);
    }
    uint32_t ignored = 0;
    const fk_remote_segment *waiting = &f.segments.items[0].remote;
    const fk_remote_segment *later = &f.segments.items[1].remote;
    IN_TRANSACTION(&f.here, FK_OK, fk_store_apply(f.here.store, later, start_ms, &ignored));
    (void)store_peer_replace(&f.here, &ours);
    size_t head_count = 0;
    assert_true(fk_is_ok(fk_store_heads(f.here.store, &ours.case_id, &record, NULL, count_head, &head_count)));
    assert_int_equal(head_count, 1);
    IN_TRANSACTION(&f.here, FK_OK, fk_store_apply(f.here.store, waiting, start_ms, &ignored));
    head_count = 0;
    assert_true(fk_is_ok(fk_store_heads(f.here.store, &ours.case_id, &record, NULL, count_head, &head_count)));
    assert_int_equal(head_count, 1);
    fk_store_check_result check;
    assert_true(fk_is_ok(fk_store_check(f.here.store, &check)));
    assert_true(check.rebuilt_equal);
    fixture_end(&f);
}

/* --- roster, keys, wants -------------------------------------------------------------------------------- */

static fk_status count_entry(void *ctx, uint32_t index, fk_bytes entry)
{
    uint32_t *count = ctx;
    assert_int_equal(index, *count);
    assert_true(entry.size_bytes > 0);
    *count += 1;
    return fk_ok();
}

static void roster__grows_at_its_end_only(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    fk_store *store = f.here.store;
    IN_TRANSACTION(&f.here, FK_ERR_HEAD_MOVED, fk_store_roster_add(store, 1, fk_bytes_text("one")));
    IN_TRANSACTION(&f.here, FK_OK, fk_store_roster_add(store, 0, fk_bytes_text("zero")));
    IN_TRANSACTION(&f.here, FK_OK, fk_store_roster_add(store, 1, fk_bytes_text("one")));
    IN_TRANSACTION(&f.here, FK_OK, fk_store_roster_add(store, 0, fk_bytes_text("zero")));
    IN_TRANSACTION(&f.here, FK_ERR_FORK, fk_store_roster_add(store, 1, fk_bytes_text("two")));
    IN_TRANSACTION(&f.here, FK_ERR_INVALID_INPUT, fk_store_roster_add(store, 2, (fk_bytes){ NULL, 0 }));
    uint32_t count = 0;
    assert_true(fk_is_ok(fk_store_roster(store, count_entry, &count)));
    assert_int_equal(count, 2);
    fixture_end(&f);
}

static void epoch_key__stays_what_it_was(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    fk_store *store = f.here.store;
    fk_id team = peer_id(0xE0, 1);
    fk_key first = { { 1 } };
    fk_key second = { { 2 } };
    fk_key found;
    uint32_t epoch = 9;
    assert_true(fk_is_ok(fk_store_epoch_newest(store, &team, &epoch)));
    assert_int_equal(epoch, 0);
    IN_TRANSACTION(&f.here, FK_OK, fk_store_epoch_key_put(store, &team, 1, &first));
    IN_TRANSACTION(&f.here, FK_OK, fk_store_epoch_key_put(store, &team, 2, &second));
    IN_TRANSACTION(&f.here, FK_OK, fk_store_epoch_key_put(store, &team, 1, &first));
    IN_TRANSACTION(&f.here, FK_ERR_EXISTS, fk_store_epoch_key_put(store, &team, 1, &second));
    assert_true(fk_is_ok(fk_store_epoch_newest(store, &team, &epoch)));
    assert_int_equal(epoch, 2);
    assert_true(fk_is_ok(fk_store_epoch_key(store, &team, 1, &found)));
    assert_memory_equal(found.bytes, first.bytes, sizeof found.bytes);
    assert_int_equal(fk_store_epoch_key(store, &team, 3, &found).code, FK_ERR_NOT_FOUND);
    fixture_end(&f);
}

static fk_status count_want(void *ctx, const fk_id *id, fk_bytes value)
{
    (void)id;
    *(size_t *)ctx += value.size_bytes;
    return fk_ok();
}

static void want__is_kept_until_it_is_removed(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    fk_store *store = f.here.store;
    fk_id id = peer_id(0x11, 1);
    fk_id other = peer_id(0x11, 2);
    fk_bytes value;
    size_t size_bytes = 0;
    IN_TRANSACTION(&f.here, FK_OK, fk_store_want_put(store, 1, &id, fk_bytes_text("first")));
    IN_TRANSACTION(&f.here, FK_OK, fk_store_want_put(store, 1, &id, fk_bytes_text("again")));
    IN_TRANSACTION(&f.here, FK_OK, fk_store_want_put(store, 1, &other, (fk_bytes){ NULL, 0 }));
    IN_TRANSACTION(&f.here, FK_OK, fk_store_want_put(store, 2, &id, fk_bytes_text("of another kind")));
    store_peer_reopen(&f.here);
    store = f.here.store;
    assert_true(fk_is_ok(fk_store_want_get(store, 1, &id, &f.arena, &value)));
    assert_true(fk_bytes_equal_text(value, "again"));
    assert_true(fk_is_ok(fk_store_wants(store, 1, count_want, &size_bytes)));
    assert_int_equal(size_bytes, 5);
    IN_TRANSACTION(&f.here, FK_OK, fk_store_want_remove(store, 1, &id));
    IN_TRANSACTION(&f.here, FK_ERR_NOT_FOUND, fk_store_want_remove(store, 1, &id));
    assert_int_equal(fk_store_want_get(store, 1, &id, &f.arena, &value).code, FK_ERR_NOT_FOUND);
    static const uint8_t large[FK_WANT_SIZE_BYTES_MAX + 1];
    IN_TRANSACTION(&f.here, FK_ERR_TOO_LARGE, fk_store_want_put(store, 1, &id, fk_bytes_of(large, sizeof large)));
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compartment__home_gets_one_id_and_others_the_next_numbers),
        cmocka_unit_test(segment__keeps_its_place_in_the_chain),
        cmocka_unit_test(segments__are_found_by_state_and_by_chain),
        cmocka_unit_test(unsealed__ends_where_something_arrived_between_two_writes),
        cmocka_unit_test(unsealed__passes_on_what_the_visitor_answers),
        cmocka_unit_test(waiting__segment_hinders_no_write_over_a_later_one),
        cmocka_unit_test(roster__grows_at_its_end_only),
        cmocka_unit_test(epoch_key__stays_what_it_was),
        cmocka_unit_test(want__is_kept_until_it_is_removed),
    };
    return cmocka_run_group_tests_name("store_sync", tests, NULL, NULL);
}
