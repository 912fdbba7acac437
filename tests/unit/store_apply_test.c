/* Taking in what another device wrote: repeats, forks, links, the clock, hiding, histories; and what drafts saw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "seeded_random.h"
#include "store_peer.h"

static const uint64_t start_ms = 1790000000000;
static const uint64_t minute_ms = 60000;

typedef struct fixture {
    seeded_random random;
    fk_arena arena;
    store_peer here;
    store_peer there;
    peer_segments segments;
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

static peer_write write_of(const char *field, const char *value)
{
    return (peer_write){
        .case_id = peer_id(0xC0, 1),
        .record = peer_id(0xA0, 1),
        .type = "person",
        .field = field,
        .value = value,
        .time_ms = start_ms,
    };
}

/* Write, seal and let the other take it. */
static void tell(fixture *f, store_peer *author, store_peer *reader, const peer_write *write)
{
    size_t first = f->segments.count;
    uint32_t ignored = 0;
    (void)store_peer_replace(author, write);
    store_peer_seal(author, 256, &f->arena, &f->segments);
    for (size_t i = first; i < f->segments.count; i++) {
        assert_true(fk_is_ok(store_peer_take(reader, &f->segments.items[i], write->time_ms, &ignored)));
    }
}

/* A segment of a device that nobody here has; one operation. */
static fk_remote_segment strange(fk_wire_operation *operation, uint64_t first_sequence, const char *value)
{
    *operation = (fk_wire_operation){
        .hlc = start_ms << 16,
        .record = peer_id(0xA0, 1),
        .mutation = peer_id(0x99, (unsigned)first_sequence),
        .type = fk_bytes_text("person"),
        .field = fk_bytes_text("name"),
        .has_value = true,
        .value = fk_bytes_text(value),
    };
    return (fk_remote_segment){
        .device = peer_id(0xDE, 7),
        .first_sequence = first_sequence,
        .case_id = peer_id(0xC0, 1),
        .operations = operation,
        .operation_count = 1,
    };
}

static fk_code apply(store_peer *peer, const fk_remote_segment *segment, uint64_t now_ms, uint32_t *ignored_out)
{
    assert_true(fk_is_ok(fk_store_begin(peer->store)));
    fk_status status = fk_store_apply(peer->store, segment, now_ms, ignored_out);
    if (fk_is_ok(status)) {
        assert_true(fk_is_ok(fk_store_commit(peer->store)));
    } else {
        fk_store_rollback(peer->store);
    }
    return status.code;
}

typedef struct seen_heads {
    fk_head heads[8];
    char values[8][32];
    size_t count;
} seen_heads;

static fk_status see_head(void *ctx, fk_bytes field, const fk_head *head)
{
    seen_heads *seen = ctx;
    assert_true(field.size_bytes > 0);
    assert_true(head->value.size_bytes < sizeof seen->values[0]);
    memset(seen->values[seen->count], 0, sizeof seen->values[0]);
    if (head->value.size_bytes > 0) {
        memcpy(seen->values[seen->count], head->value.data, head->value.size_bytes);
    }
    seen->heads[seen->count++] = *head;
    return fk_ok();
}

static seen_heads heads_of(store_peer *peer)
{
    fk_id case_id = peer_id(0xC0, 1);
    fk_id record = peer_id(0xA0, 1);
    seen_heads seen = { .count = 0 };
    assert_true(fk_is_ok(fk_store_heads(peer->store, &case_id, &record, NULL, see_head, &seen)));
    return seen;
}

static fk_record_row record_of(fixture *f, store_peer *peer)
{
    fk_id record = peer_id(0xA0, 1);
    fk_record_row row;
    assert_true(fk_is_ok(fk_store_record(peer->store, &record, &f->arena, &row)));
    return row;
}

/* --- repeats and forks ------------------------------------------------------------------------------ */

static void apply__repeat_changes_nothing_and_another_content_is_a_fork(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    fk_wire_operation operation;
    fk_remote_segment segment = strange(&operation, 1, "\"Ann\"");
    uint32_t ignored = 0;
    fk_buffer once;
    fk_buffer twice;
    assert_int_equal(apply(&f.here, &segment, start_ms, &ignored), FK_OK);
    store_peer_dump(&f.here, &once);
    assert_int_equal(apply(&f.here, &segment, start_ms, &ignored), FK_OK);
    operation.value = fk_bytes_text("\"Bea\"");
    assert_int_equal(apply(&f.here, &segment, start_ms, &ignored), FK_ERR_FORK);
    /* Longer than what is here, beginning the same. */
    fk_wire_operation two[2] = { operation, operation };
    two[0].value = fk_bytes_text("\"Ann\"");
    segment.operations = two;
    segment.operation_count = 2;
    assert_int_equal(apply(&f.here, &segment, start_ms, &ignored), FK_ERR_FORK);
    store_peer_dump(&f.here, &twice);
    assert_true(fk_bytes_equal(fk_buffer_view(&once), fk_buffer_view(&twice)));
    fk_buffer_free(&once);
    fk_buffer_free(&twice);
    fixture_end(&f);
}

static void apply__own_operations_that_are_not_here_are_a_fork(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    fk_wire_operation operation;
    fk_remote_segment segment = strange(&operation, 1, "\"Ann\"");
    segment.device = *fk_store_device(f.here.store);
    uint32_t ignored = 0;
    assert_int_equal(apply(&f.here, &segment, start_ms, &ignored), FK_ERR_FORK);
    /* Those that are here are a repeat. */
    peer_write write = write_of("name", "\"Ann\"");
    (void)store_peer_write(&f.here, &write);
    store_peer_seal(&f.here, 256, &f.arena, &f.segments);
    assert_int_equal(apply(&f.here, &f.segments.items[0].remote, start_ms, &ignored), FK_OK);
    fixture_end(&f);
}

static void apply__numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    fk_wire_operation good;
    const fk_remote_segment segment = strange(&good, 1, "\"Ann\"");
    static const uint8_t three_bytes[3];
    fk_wire_operation bad_hlc = good;
    bad_hlc.hlc = UINT64_C(1) << 63;
    fk_wire_operation bad_over = good;
    bad_over.over = fk_bytes_of(three_bytes, sizeof three_bytes);
    fk_frontier_entry far = { .last_sequence = UINT64_MAX };
    fk_remote_segment bad[5] = { segment, segment, segment, segment, segment };
    bad[0].operations = &bad_hlc;
    bad[1].operations = &bad_over;
    bad[2].first_sequence = UINT64_MAX;
    bad[3].operation_count = 0;
    bad[4].frontier = &far;
    bad[4].frontier_count = 1;
    uint32_t ignored = 0;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(apply(&f.here, &bad[i], start_ms, &ignored), FK_ERR_INVALID_INPUT);
    }
    assert_int_equal(apply(&f.here, &segment, UINT64_MAX, &ignored), FK_ERR_INVALID_INPUT);
    assert_int_equal(apply(&f.here, &segment, start_ms, &ignored), FK_OK);
    fixture_end(&f);
}

static void apply__mutation_of_another_device_is_not_ours(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    fk_wire_operation operation;
    fk_remote_segment segment = strange(&operation, 1, "\"Ann\"");
    uint32_t ignored = 0;
    uint32_t count = 9;
    assert_int_equal(apply(&f.here, &segment, start_ms, &ignored), FK_OK);
    assert_true(fk_is_ok(fk_store_mutation_size(f.here.store, &operation.mutation, &count)));
    assert_int_equal(count, 0);
    /* Ours with the same id is written, and found again. */
    fk_field_write field = { .field = fk_bytes_text("phone"), .has_value = true, .value = fk_bytes_text("\"1\"") };
    fk_record_write write = { peer_id(0xC0, 1), peer_id(0xA0, 1), fk_bytes_text("person"), &field, 1 };
    fk_mutation mutation = { .id = operation.mutation, .time_ms = start_ms };
    assert_true(fk_is_ok(fk_store_begin(f.here.store)));
    assert_true(fk_is_ok(fk_store_write(f.here.store, &mutation, &write, 1)));
    assert_true(fk_is_ok(fk_store_commit(f.here.store)));
    assert_true(fk_is_ok(fk_store_mutation_size(f.here.store, &operation.mutation, &count)));
    assert_int_equal(count, 1);
    fixture_end(&f);
}

/* --- links --------------------------------------------------------------------------------------------- */

static void apply__link_outside_the_frontier_does_nothing_and_is_counted(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    peer_write ours = write_of("name", "\"Ann\"");
    (void)store_peer_write(&f.here, &ours);
    uint8_t link[FK_OVER_SIZE_BYTES];
    memcpy(link, fk_store_device(f.here.store)->bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(link + FK_ID_SIZE_BYTES, 1);
    fk_wire_operation operation;
    fk_remote_segment blind = strange(&operation, 1, "\"Bea\"");
    operation.over = fk_bytes_of(link, sizeof link);
    uint32_t ignored = 0;
    assert_int_equal(apply(&f.here, &blind, start_ms, &ignored), FK_OK);
    assert_int_equal(ignored, 1);
    assert_int_equal(heads_of(&f.here).count, 2);
    /* The same link by somebody who says to have seen it. */
    fk_frontier_entry entry = { .device = *fk_store_device(f.here.store), .last_sequence = 1 };
    fk_remote_segment knowing = blind;
    knowing.device = peer_id(0xDE, 8);
    knowing.frontier = &entry;
    knowing.frontier_count = 1;
    assert_int_equal(apply(&f.here, &knowing, start_ms, &ignored), FK_OK);
    assert_int_equal(ignored, 0);
    seen_heads seen = heads_of(&f.here);
    assert_int_equal(seen.count, 2);
    assert_true(fk_id_equal(&seen.heads[0].device, &blind.device));
    assert_true(fk_id_equal(&seen.heads[1].device, &knowing.device));
    /* Known, but of another field. */
    fk_remote_segment elsewhere = strange(&operation, 2, "\"1\"");
    operation.field = fk_bytes_text("phone");
    operation.over = fk_bytes_of(link, sizeof link);
    elsewhere.device = knowing.device;
    assert_int_equal(apply(&f.here, &elsewhere, start_ms, &ignored), FK_OK);
    assert_int_equal(ignored, 1);
    fixture_end(&f);
}

static fk_status count_contested(void *ctx, const fk_contested_row *row)
{
    size_t *count = ctx;
    assert_true(fk_bytes_equal_text(row->field, "name"));
    assert_true(fk_bytes_equal_text(row->type, "person"));
    assert_int_equal(row->head_count, 2);
    *count += 1;
    return fk_ok();
}

static void conflict__is_listed_until_a_write_names_all(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    peer_write ours = write_of("name", "\"Ann\"");
    peer_write theirs = write_of("name", "\"Bea\"");
    (void)store_peer_write(&f.here, &ours);
    tell(&f, &f.there, &f.here, &theirs);
    fk_id case_id = peer_id(0xC0, 1);
    fk_id other_case = peer_id(0xC0, 2);
    size_t count = 0;
    assert_true(fk_is_ok(fk_store_contested(f.here.store, NULL, count_contested, &count)));
    assert_true(fk_is_ok(fk_store_contested(f.here.store, &case_id, count_contested, &count)));
    assert_true(fk_is_ok(fk_store_contested(f.here.store, &other_case, count_contested, &count)));
    assert_int_equal(count, 2);
    (void)store_peer_replace(&f.here, &ours);
    count = 0;
    assert_true(fk_is_ok(fk_store_contested(f.here.store, NULL, count_contested, &count)));
    assert_int_equal(count, 0);
    /* Every write is still there, and says what replaced it. */
    fk_id record = peer_id(0xA0, 1);
    seen_heads seen = { .count = 0 };
    assert_true(fk_is_ok(fk_store_history(f.here.store, &record, fk_bytes_text("name"), see_head, &seen)));
    assert_int_equal(seen.count, 3);
    size_t current_count = 0;
    for (size_t i = 0; i < seen.count; i++) {
        bool is_ours = fk_id_equal(&seen.heads[i].device, fk_store_device(f.here.store));
        assert_int_equal(seen.heads[i].arrived_ms == 0, is_ours);
        current_count += seen.heads[i].is_current;
        if (!seen.heads[i].is_current) {
            assert_true(fk_id_equal(&seen.heads[i].replaced_by, fk_store_device(f.here.store)));
            assert_int_equal(seen.heads[i].replaced_by_sequence, 2);
        }
    }
    assert_int_equal(current_count, 1);
    fixture_end(&f);
}

/* --- the clock -------------------------------------------------------------------------------------------- */

static void clock__follows_others_at_most_five_minutes(void **state)
{
    (void)state;
    static const struct {
        uint64_t ahead_ms;
        uint64_t expected_ms; /* of the next own write, made at start_ms */
    } rows[] = { { 2 * 60000, 2 * 60000 }, { UINT64_C(31536000000), 5 * 60000 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f;
        fixture_begin(&f);
        fk_wire_operation operation;
        fk_remote_segment segment = strange(&operation, 1, "\"Ann\"");
        operation.hlc = (start_ms + rows[i].ahead_ms) << 16;
        uint32_t ignored = 0;
        assert_int_equal(apply(&f.here, &segment, start_ms, &ignored), FK_OK);
        store_peer_reopen(&f.here); /* it is remembered */
        peer_write ours = write_of("phone", "\"1\"");
        (void)store_peer_write(&f.here, &ours);
        seen_heads seen = heads_of(&f.here);
        assert_int_equal(seen.count, 2);
        uint64_t own_ms = seen.heads[1].hlc >> 16;
        assert_true(own_ms >= start_ms + rows[i].expected_ms);
        assert_true(own_ms <= start_ms + rows[i].expected_ms + 1);
        fixture_end(&f);
    }
}

/* --- hiding -------------------------------------------------------------------------------------------------- */

static void hide__stands_when_its_author_knew_every_edit(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    peer_write name = write_of("name", "\"Ann\"");
    peer_write hide = write_of("state", "\"hidden\"");
    tell(&f, &f.there, &f.here, &name);
    tell(&f, &f.here, &f.there, &hide);
    assert_true(record_of(&f, &f.here).is_hidden);
    assert_true(record_of(&f, &f.there).is_hidden);
    /* Somebody writes on: it is seen again, everywhere. */
    tell(&f, &f.there, &f.here, &name);
    assert_false(record_of(&f, &f.here).is_hidden);
    assert_true(record_of(&f, &f.here).is_reopened);
    assert_true(record_of(&f, &f.there).is_reopened);
    /* Hidden again, knowing that. */
    tell(&f, &f.here, &f.there, &hide);
    assert_true(record_of(&f, &f.here).is_hidden);
    assert_true(record_of(&f, &f.there).is_hidden);
    fixture_end(&f);
}

static void hide__is_undone_by_an_edit_that_arrives_before_it_is_sealed(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    peer_write name = write_of("name", "\"Ann\"");
    peer_write hide = write_of("state", "\"hidden\"");
    tell(&f, &f.there, &f.here, &name);
    (void)store_peer_replace(&f.here, &hide);
    assert_true(record_of(&f, &f.here).is_hidden);
    tell(&f, &f.there, &f.here, &name); /* written without knowing, arrived before the hiding was sealed */
    assert_true(record_of(&f, &f.here).is_reopened);
    size_t first = f.segments.count;
    uint32_t ignored = 0;
    store_peer_seal(&f.here, 256, &f.arena, &f.segments);
    for (size_t i = first; i < f.segments.count; i++) {
        assert_true(fk_is_ok(store_peer_take(&f.there, &f.segments.items[i], start_ms, &ignored)));
    }
    assert_true(record_of(&f, &f.there).is_reopened);
    fixture_end(&f);
}

/* --- drafts --------------------------------------------------------------------------------------------------- */

static fk_status see_draft_field(void *ctx, const fk_field_write *field)
{
    fk_bytes *over = ctx;
    assert_true(field->over.size_bytes <= FK_OVER_SIZE_BYTES);
    over->size_bytes = field->over.size_bytes;
    if (field->over.size_bytes > 0) {
        memcpy((uint8_t *)(uintptr_t)over->data, field->over.data, field->over.size_bytes);
    }
    return fk_ok();
}

static void save_draft(store_peer *peer, const char *value, fk_bytes over)
{
    fk_field_write field = {
        .field = fk_bytes_text("name"), .has_value = true, .value = fk_bytes_text(value), .over = over
    };
    fk_record_write write = { peer_id(0xC0, 1), peer_id(0xA0, 1), fk_bytes_text("person"), &field, 1 };
    uint64_t number = 0;
    assert_true(fk_is_ok(fk_store_begin(peer->store)));
    assert_true(fk_is_ok(fk_store_draft_put(peer->store, &write, start_ms + minute_ms, &number)));
    assert_true(fk_is_ok(fk_store_commit(peer->store)));
}

static void draft__keeps_what_was_shown_at_its_first_save(void **state)
{
    (void)state;
    fixture f;
    fixture_begin(&f);
    fk_id record = peer_id(0xA0, 1);
    peer_write theirs = write_of("name", "\"Ann\"");
    tell(&f, &f.there, &f.here, &theirs);
    fk_bytes first;
    fk_bytes second;
    assert_true(fk_is_ok(fk_store_over_others(f.here.store, &record, fk_bytes_text("name"), &f.arena, &first)));
    save_draft(&f.here, "\"Anna\"", first);
    /* A newer write arrives; the draft goes on, and still names what it was begun with. */
    tell(&f, &f.there, &f.here, &theirs);
    assert_true(fk_is_ok(fk_store_over_others(f.here.store, &record, fk_bytes_text("name"), &f.arena, &second)));
    assert_false(fk_bytes_equal(first, second));
    save_draft(&f.here, "\"Annabel\"", second);
    uint8_t kept_bytes[FK_OVER_SIZE_BYTES];
    fk_bytes kept = { kept_bytes, 0 };
    assert_true(fk_is_ok(fk_store_draft_fields(f.here.store, &record, see_draft_field, &kept)));
    assert_true(fk_bytes_equal(kept, first));
    /* Writing it down makes a conflict: nobody saw the newer one. */
    peer_write finished = write_of("name", "\"Annabel\"");
    finished.over = kept;
    (void)store_peer_write(&f.here, &finished);
    assert_int_equal(heads_of(&f.here).count, 2);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(apply__repeat_changes_nothing_and_another_content_is_a_fork),
        cmocka_unit_test(apply__own_operations_that_are_not_here_are_a_fork),
        cmocka_unit_test(apply__numbers_out_of_range_are_refused),
        cmocka_unit_test(apply__mutation_of_another_device_is_not_ours),
        cmocka_unit_test(apply__link_outside_the_frontier_does_nothing_and_is_counted),
        cmocka_unit_test(conflict__is_listed_until_a_write_names_all),
        cmocka_unit_test(clock__follows_others_at_most_five_minutes),
        cmocka_unit_test(hide__stands_when_its_author_knew_every_edit),
        cmocka_unit_test(hide__is_undone_by_an_edit_that_arrives_before_it_is_sealed),
        cmocka_unit_test(draft__keeps_what_was_shown_at_its_first_save),
    };
    return cmocka_run_group_tests_name("store_apply", tests, NULL, NULL);
}
