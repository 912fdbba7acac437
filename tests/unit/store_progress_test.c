/* How far things got: on this device, at the hub, on another device. */
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
    store_peer peer;
    peer_segments segments;
    fk_id other;
} fixture;

static void fixture_begin(fixture *f)
{
    memset(f, 0, sizeof *f);
    f->random.state = 3;
    f->other = peer_id(0xDE, 1);
    fk_random random = seeded_random_port(&f->random);
    assert_true(fk_is_ok(fk_crypto_start(&random)));
    fk_arena_init(&f->arena, &fk_allocator_libc, 16 * 1024 * 1024);
    store_peer_open(&f->peer, &fk_allocator_libc);
}

static void fixture_end(fixture *f)
{
    store_peer_close(&f->peer);
    fk_arena_reset(&f->arena);
}

static fk_id record_of(unsigned number)
{
    return peer_id(0xA0, number);
}

/* One operation on record `number` of a case of its own; the n-th write is n seconds after the start. */
static uint64_t write_to(fixture *f, unsigned number)
{
    static unsigned write_count;
    peer_write write = {
        .case_id = peer_id(0xC0, number),
        .record = record_of(number),
        .type = "note",
        .field = "text",
        .value = "\"seen\"",
        .time_ms = start_ms + 1000 * (uint64_t)++write_count,
    };
    return store_peer_write(&f->peer, &write);
}

static void seal(fixture *f)
{
    store_peer_seal(&f->peer, 256, &f->arena, &f->segments);
}

static void acknowledge(fixture *f, uint64_t first_sequence, fk_segment_state state)
{
    assert_true(fk_is_ok(fk_store_begin(f->peer.store)));
    assert_true(fk_is_ok(fk_store_segment_state(f->peer.store, FK_COMPARTMENT_HOME, fk_store_device(f->peer.store),
                                                first_sequence, state, 0)));
    assert_true(fk_is_ok(fk_store_commit(f->peer.store)));
}

static fk_status confirm(fixture *f, uint64_t number, uint64_t last_sequence)
{
    assert_true(fk_is_ok(fk_store_begin(f->peer.store)));
    fk_status status = fk_store_confirmation_put(f->peer.store, FK_COMPARTMENT_HOME, &f->other, number, last_sequence);
    assert_true(fk_is_ok(fk_store_commit(f->peer.store)));
    return status;
}

static fk_progress record_progress(fixture *f, unsigned number)
{
    fk_id record = record_of(number);
    fk_id case_id = peer_id(0xC0, number);
    fk_progress of_record = FK_PROGRESS_DEVICE;
    fk_progress of_case = FK_PROGRESS_DEVICE;
    assert_true(fk_is_ok(fk_store_record_progress(f->peer.store, &record, &of_record)));
    assert_true(fk_is_ok(fk_store_case_progress(f->peer.store, &case_id, &of_case)));
    assert_int_equal(of_record, of_case);
    return of_record;
}

static void assert_operations(fixture *f, uint64_t device, uint64_t sent, uint64_t confirmed)
{
    fk_progress_numbers numbers;
    assert_true(fk_is_ok(fk_store_progress_numbers(f->peer.store, &numbers)));
    assert_int_equal(numbers.device_operations, device);
    assert_int_equal(numbers.sent_operations, sent);
    assert_int_equal(numbers.confirmed_operations, confirmed);
    fk_store_numbers all;
    assert_true(fk_is_ok(fk_store_numbers_read(f->peer.store, &all)));
    assert_int_equal(all.unsent_count, device + numbers.draft_count);
    assert_int_equal(all.oldest_unsent_ms > 0, all.unsent_count > 0);
}

/* --- tests ----------------------------------------------------------------------------------------- */

static void progress__goes_from_device_to_sent_to_confirmed(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    (void)write_to(&f, 1);
    assert_int_equal(record_progress(&f, 1), FK_PROGRESS_DEVICE);
    assert_operations(&f, 1, 0, 0);
    seal(&f);
    assert_int_equal(record_progress(&f, 1), FK_PROGRESS_DEVICE);
    assert_operations(&f, 1, 0, 0);
    acknowledge(&f, 1, FK_SEGMENT_SENT);
    assert_int_equal(record_progress(&f, 1), FK_PROGRESS_SENT);
    assert_operations(&f, 0, 1, 0);
    assert_int_equal(confirm(&f, 1, 1).code, FK_OK);
    assert_int_equal(record_progress(&f, 1), FK_PROGRESS_CONFIRMED);
    assert_operations(&f, 0, 0, 1);
    /* A further write brings the record back, and only it. */
    (void)write_to(&f, 2);
    (void)write_to(&f, 1);
    assert_int_equal(record_progress(&f, 1), FK_PROGRESS_DEVICE);
    assert_operations(&f, 2, 0, 1);
    fixture_end(&f);
}

static void progress__is_taken_back_when_the_hub_lost_a_segment(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    for (unsigned i = 1; i <= 3; i++) {
        (void)write_to(&f, i);
        seal(&f);
        acknowledge(&f, i, FK_SEGMENT_SENT);
    }
    assert_operations(&f, 0, 3, 0);
    acknowledge(&f, 2, FK_SEGMENT_SEALED);
    assert_operations(&f, 2, 1, 0);
    assert_int_equal(record_progress(&f, 1), FK_PROGRESS_SENT);
    assert_int_equal(record_progress(&f, 3), FK_PROGRESS_DEVICE);
    fixture_end(&f);
}

static void confirmation__is_believed_only_of_what_was_sealed(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    (void)write_to(&f, 1);
    assert_int_equal(confirm(&f, 1, 1).code, FK_ERR_INVALID_INPUT);
    seal(&f);
    assert_int_equal(confirm(&f, 2, 1).code, FK_OK);
    /* An older frontier that is shown again changes nothing; a newer one replaces. */
    assert_int_equal(confirm(&f, 1, 0).code, FK_OK);
    uint64_t confirmed = 0;
    assert_true(fk_is_ok(fk_store_confirmed_sequence(f.peer.store, FK_COMPARTMENT_HOME, &confirmed)));
    assert_int_equal(confirmed, 1);
    assert_operations(&f, 0, 0, 1);
    assert_int_equal(confirm(&f, 3, 0).code, FK_OK);
    assert_operations(&f, 1, 0, 0);
    fixture_end(&f);
}

static void progress__of_what_others_wrote_is_sent(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    store_peer author;
    store_peer_open(&author, &fk_allocator_libc);
    peer_write write = {
        .case_id = peer_id(0xC0, 7), .record = record_of(7), .type = "note", .field = "text", .value = "1"
    };
    (void)store_peer_write(&author, &write);
    store_peer_seal(&author, 8, &f.arena, &f.segments);
    uint32_t ignored = 0;
    assert_true(fk_is_ok(store_peer_take(&f.peer, &f.segments.items[0], start_ms, &ignored)));
    assert_int_equal(record_progress(&f, 7), FK_PROGRESS_SENT);
    assert_operations(&f, 0, 0, 0);
    store_peer_close(&author);
    fixture_end(&f);
}

typedef struct pages {
    fk_progress_row last;
    unsigned count;
    unsigned operation_count;
} pages;

static fk_status collect_row(void *ctx, const fk_progress_row *row)
{
    pages *all = ctx;
    assert_true(all->count == 0 || row->changed_ms < all->last.changed_ms);
    assert_true(fk_bytes_equal_text(row->type, "note"));
    all->last = *row;
    all->last.type = (fk_bytes){ NULL, 0 };
    all->count++;
    all->operation_count += row->operation_count;
    return fk_ok();
}

static pages all_pages(fixture *f, fk_progress progress)
{
    pages all = { .count = 0 };
    unsigned before = 0;
    do {
        before = all.count;
        assert_true(fk_is_ok(
            fk_store_progress_page(f->peer.store, progress, 2, before == 0 ? NULL : &all.last, collect_row, &all)));
    } while (all.count > before);
    return all;
}

static void progress_page__gives_every_record_of_that_progress_once(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    for (unsigned i = 1; i <= 12; i++) {
        (void)write_to(&f, i);
        if (i == 4 || i == 8) {
            seal(&f);
        }
    }
    for (uint64_t first = 1; first <= 8; first++) {
        acknowledge(&f, first, FK_SEGMENT_SENT);
    }
    assert_int_equal(confirm(&f, 1, 4).code, FK_OK);
    (void)write_to(&f, 1); /* confirmed once, and here again */
    pages here = all_pages(&f, FK_PROGRESS_DEVICE);
    pages sent = all_pages(&f, FK_PROGRESS_SENT);
    pages confirmed = all_pages(&f, FK_PROGRESS_CONFIRMED);
    assert_int_equal(here.count, 5);
    assert_int_equal(here.operation_count, 5);
    assert_int_equal(sent.count, 4);
    assert_int_equal(confirmed.count, 3);
    fk_progress_numbers numbers;
    assert_true(fk_is_ok(fk_store_progress_numbers(f.peer.store, &numbers)));
    assert_int_equal(numbers.device_records, 5);
    assert_int_equal(numbers.sent_records, 4);
    assert_int_equal(numbers.confirmed_records, 3);
    assert_int_equal(numbers.device_operations, 5);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(progress__goes_from_device_to_sent_to_confirmed),
        cmocka_unit_test(progress__is_taken_back_when_the_hub_lost_a_segment),
        cmocka_unit_test(confirmation__is_believed_only_of_what_was_sealed),
        cmocka_unit_test(progress__of_what_others_wrote_is_sent),
        cmocka_unit_test(progress_page__gives_every_record_of_that_progress_once),
    };
    return cmocka_run_group_tests_name("store_progress", tests, NULL, NULL);
}
