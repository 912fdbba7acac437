/* Bodies of segments: what is collected comes back, nothing else is read, sizes are held, memory may run out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "failing_allocator.h"
#include "fk/wire.h"
#include "wire_fixture.h"

enum { ROUND_COUNT = 60, OPERATION_COUNT_MAX = 40, TEXT_SIZE_BYTES_MAX = 70000 };

static const fk_id CASE = { { 0xca, 0x5e } };

/* Readable bytes to cut texts from. */
static const uint8_t *letters(void)
{
    static uint8_t text[TEXT_SIZE_BYTES_MAX];
    if (text[0] == 0) {
        for (size_t i = 0; i < sizeof text; i++) {
            text[i] = (uint8_t)wire_between('a', 'z');
        }
    }
    return text;
}

static fk_bytes some_text(size_t size_min, size_t size_max)
{
    size_t size_bytes = (size_t)wire_between(size_min, size_max);
    return fk_bytes_of(letters() + wire_between(0, TEXT_SIZE_BYTES_MAX - size_bytes), size_bytes);
}

typedef struct sample {
    fk_wire_operation operation;
    uint8_t over[3 * FK_OVER_SIZE_BYTES];
} sample;

static void make_operation(sample *sample)
{
    size_t over_count = (size_t)wire_between(0, 3);
    for (size_t i = 0; i < over_count; i++) {
        uint8_t *entry = sample->over + i * FK_OVER_SIZE_BYTES;
        wire_fill(entry, FK_OVER_SIZE_BYTES);
        entry[0] = (uint8_t)(10 * i);
        entry[FK_OVER_SIZE_BYTES - 1] &= 0x7f;
    }
    fk_wire_operation *operation = &sample->operation;
    wire_fill(&operation->record, sizeof operation->record);
    wire_fill(&operation->mutation, sizeof operation->mutation);
    operation->hlc = wire_between(0, INT64_MAX);
    operation->type = some_text(1, wire_between(0, 9) == 0 ? 255 : 12);
    operation->field = some_text(1, wire_between(0, 9) == 0 ? 255 : 12);
    operation->has_value = wire_between(0, 4) > 0;
    operation->value = operation->has_value ? some_text(1, 900) : fk_bytes_of(NULL, 0);
    operation->reason = some_text(0, wire_between(0, 1) == 0 ? 0 : 60);
    operation->over = fk_bytes_of(sample->over, over_count * FK_OVER_SIZE_BYTES);
    operation->is_adopted = wire_between(0, 4) == 0;
    operation->adopted_device = (fk_id){ { 0 } };
    operation->adopted_sequence = 0;
    if (operation->is_adopted) {
        wire_fill(&operation->adopted_device, sizeof operation->adopted_device);
        operation->adopted_sequence = wire_between(1, INT64_MAX);
    }
}

static void assert_same_operation(const fk_wire_operation *a, const fk_wire_operation *b)
{
    assert_true(a->hlc == b->hlc);
    assert_true(fk_id_equal(&a->record, &b->record) && fk_id_equal(&a->mutation, &b->mutation));
    assert_true(fk_bytes_equal(a->type, b->type) && fk_bytes_equal(a->field, b->field));
    assert_int_equal(a->has_value, b->has_value);
    assert_true(fk_bytes_equal(a->value, b->value) && fk_bytes_equal(a->reason, b->reason));
    assert_true(fk_bytes_equal(a->over, b->over));
    assert_int_equal(a->is_adopted, b->is_adopted);
    assert_true(fk_id_equal(&a->adopted_device, &b->adopted_device) && a->adopted_sequence == b->adopted_sequence);
}

static void some_entries(fk_frontier_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wire_fill(&entries[i], sizeof entries[i]);
        entries[i].device.bytes[0] = (uint8_t)(i >> 8);
        entries[i].device.bytes[1] = (uint8_t)i;
        entries[i].last_sequence = wire_between(1, INT64_MAX);
    }
}

static fk_status read_content(const fk_allocator *allocator, fk_bytes plain, uint16_t count, fk_buffer *inflated,
                              fk_segment_content *content)
{
    fk_buffer_init(inflated, allocator, FK_SEGMENT_INFLATED_SIZE_BYTES_MAX);
    uint8_t *copy = wire_exact_copy(plain.data, plain.size_bytes);
    fk_status status = fk_segment_content_read(fk_bytes_of(copy, plain.size_bytes), count, inflated, content);
    free(copy);
    return status;
}

static fk_code code_of(fk_bytes plain, uint16_t count)
{
    fk_buffer inflated;
    fk_segment_content content;
    fk_status status = read_content(&fk_allocator_libc, plain, count, &inflated, &content);
    assert_true(fk_is_ok(status) || inflated.size_bytes == 0);
    fk_buffer_free(&inflated);
    return (fk_code)status.code;
}

/* --- round trip --------------------------------------------------------------------------------------- */

static void round_trip(size_t entry_count, uint16_t operation_count)
{
    static sample samples[OPERATION_COUNT_MAX];
    static fk_frontier_entry entries[FK_FRONTIER_ENTRY_COUNT_MAX];
    fk_segment_body body;
    fk_buffer plain;
    fk_buffer inflated;
    fk_segment_content content;
    some_entries(entries, entry_count);
    assert_code(fk_segment_body_begin(&body, &fk_allocator_libc, &CASE, entries, entry_count), FK_OK);
    for (uint16_t i = 0; i < operation_count; i++) {
        make_operation(&samples[i]);
        assert_code(fk_segment_body_add(&body, &samples[i].operation), FK_OK);
    }
    fk_buffer_init(&plain, &fk_allocator_libc, FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    assert_code(fk_segment_body_finish(&body, &plain), FK_OK);
    assert_int_equal(fk_padded_size(plain.size_bytes), plain.size_bytes);
    assert_code(read_content(&fk_allocator_libc, fk_buffer_view(&plain), operation_count, &inflated, &content), FK_OK);
    assert_true(fk_id_equal(&content.case_id, &CASE));
    assert_int_equal(content.operation_count, operation_count);
    assert_int_equal(content.frontier_entry_count, entry_count);
    for (size_t i = 0; i < entry_count; i++) {
        fk_frontier_entry entry;
        fk_segment_content_frontier(&content, i, &entry);
        assert_memory_equal(&entry, &entries[i], sizeof entry);
    }
    size_t offset = 0;
    for (uint16_t i = 0; i < operation_count; i++) {
        fk_wire_operation operation;
        fk_segment_content_operation(&content, &offset, &operation);
        assert_same_operation(&operation, &samples[i].operation);
    }
    assert_int_equal(offset, content.operations.size_bytes);
    assert_int_equal(code_of(fk_buffer_view(&plain), (uint16_t)(operation_count + 1)), FK_ERR_INVALID_INPUT);
    assert_int_equal(code_of(fk_buffer_view(&plain), (uint16_t)(operation_count - 1)), FK_ERR_INVALID_INPUT);
    fk_buffer_free(&inflated);
    fk_buffer_free(&plain);
    fk_segment_body_free(&body);
}

static void body__comes_back_as_it_was(void **state)
{
    (void)state;
    for (int round = 0; round < ROUND_COUNT; round++) {
        size_t entry_count = (size_t)wire_between(0, round % 10 == 0 ? 300 : 3);
        round_trip(entry_count, (uint16_t)wire_between(1, OPERATION_COUNT_MAX));
    }
    round_trip(FK_FRONTIER_ENTRY_COUNT_MAX, 1);
}

/* --- bounds ------------------------------------------------------------------------------------------- */

static const fk_wire_operation PLAIN_OPERATION = {
    .hlc = 1,
    .type = { (const uint8_t *)"note", 4 },
    .field = { (const uint8_t *)"text", 4 },
    .has_value = true,
    .value = { (const uint8_t *)"\"a\"", 3 },
};

static void body_begin__takes_entries_in_order_only(void **state)
{
    (void)state;
    static const fk_frontier_entry twice[] = { { { { 1 } }, 1, { 0 } }, { { { 1 } }, 2, { 0 } } };
    static const fk_frontier_entry falling[] = { { { { 2 } }, 1, { 0 } }, { { { 1 } }, 2, { 0 } } };
    static const fk_frontier_entry nothing[] = { { { { 1 } }, 0, { 0 } } };
    failing_allocator failing;
    failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
    fk_segment_body body;
    assert_code(fk_segment_body_begin(&body, &failing.allocator, &CASE, twice, 2), FK_ERR_INVALID_INPUT);
    assert_code(fk_segment_body_begin(&body, &failing.allocator, &CASE, falling, 2), FK_ERR_INVALID_INPUT);
    assert_code(fk_segment_body_begin(&body, &failing.allocator, &CASE, nothing, 1), FK_ERR_INVALID_INPUT);
    assert_code(fk_segment_body_begin(&body, &failing.allocator, &CASE, twice, 4097), FK_ERR_TOO_LARGE);
    assert_int_equal(failing.live_count, 0);
}

typedef struct bound {
    const char *what;
    fk_wire_operation operation;
    fk_code wanted;
} bound;

static fk_wire_operation with_over(const uint8_t *over, size_t size_bytes)
{
    fk_wire_operation operation = PLAIN_OPERATION;
    operation.over = fk_bytes_of(over, size_bytes);
    return operation;
}

/* The operation with one of its views as long as this. */
static fk_wire_operation with(size_t member_offset_bytes, size_t size_bytes)
{
    fk_wire_operation operation = PLAIN_OPERATION;
    fk_bytes view = fk_bytes_of(letters(), size_bytes);
    memcpy((uint8_t *)&operation + member_offset_bytes, &view, sizeof view);
    return operation;
}
#define WITH(member, size_bytes) with(offsetof(fk_wire_operation, member), size_bytes)

static void body_add__holds_every_bound(void **state)
{
    (void)state;
    static uint8_t over[65 * FK_OVER_SIZE_BYTES];
    for (size_t i = 0; i < 65; i++) {
        over[i * FK_OVER_SIZE_BYTES] = (uint8_t)i;
        over[i * FK_OVER_SIZE_BYTES + 16] = 1;
    }
    static const uint8_t twice[2 * FK_OVER_SIZE_BYTES] = { [16] = 1, [24 + 16] = 1 };
    static const uint8_t sequence_0[FK_OVER_SIZE_BYTES] = { 9 };
    static const uint8_t sequence_negative[FK_OVER_SIZE_BYTES] = { [23] = 0x80 };
    static const fk_bytes no_utf8 = { (const uint8_t *)"\xff", 1 };
    fk_wire_operation late = PLAIN_OPERATION;
    late.hlc = (uint64_t)INT64_MAX + 1;
    fk_wire_operation valueless = PLAIN_OPERATION;
    valueless.has_value = false;
    fk_wire_operation names[4] = { PLAIN_OPERATION, PLAIN_OPERATION, PLAIN_OPERATION, PLAIN_OPERATION };
    names[0].type = names[1].field = names[2].value = names[3].reason = no_utf8;
    fk_wire_operation adopted[3] = { PLAIN_OPERATION, PLAIN_OPERATION, PLAIN_OPERATION };
    adopted[0].is_adopted = adopted[1].is_adopted = adopted[2].is_adopted = true;
    adopted[1].adopted_sequence = INT64_MAX;
    adopted[2].adopted_sequence = (uint64_t)INT64_MAX + 1;
    const bound bounds[] = {
        { "as it should be", PLAIN_OPERATION, FK_OK },
        { "no type", WITH(type, 0), FK_ERR_INVALID_INPUT },
        { "long type", WITH(type, 255), FK_OK },
        { "type too long", WITH(type, 256), FK_ERR_INVALID_INPUT },
        { "no field", WITH(field, 0), FK_ERR_INVALID_INPUT },
        { "long field", WITH(field, 255), FK_OK },
        { "field too long", WITH(field, 256), FK_ERR_INVALID_INPUT },
        { "empty value", WITH(value, 0), FK_ERR_INVALID_INPUT },
        { "largest value", WITH(value, 65536), FK_OK },
        { "value too large", WITH(value, 65537), FK_ERR_INVALID_INPUT },
        { "longest reason", WITH(reason, 16384), FK_OK },
        { "reason too long", WITH(reason, 16385), FK_ERR_INVALID_INPUT },
        { "most over", with_over(over, 64 * FK_OVER_SIZE_BYTES), FK_OK },
        { "more over", with_over(over, 65 * FK_OVER_SIZE_BYTES), FK_ERR_INVALID_INPUT },
        { "half an over", with_over(over, FK_OVER_SIZE_BYTES + 1), FK_ERR_INVALID_INPUT },
        { "over twice", with_over(twice, sizeof twice), FK_ERR_INVALID_INPUT },
        { "over nothing", with_over(sequence_0, sizeof sequence_0), FK_ERR_INVALID_INPUT },
        { "over a number no store holds", with_over(sequence_negative, 24), FK_ERR_INVALID_INPUT },
        { "a time no store holds", late, FK_ERR_INVALID_INPUT },
        { "a value that is not there", valueless, FK_ERR_INVALID_INPUT },
        { "adopted from nothing", adopted[0], FK_ERR_INVALID_INPUT },
        { "adopted from the last a store holds", adopted[1], FK_OK },
        { "adopted from one no store holds", adopted[2], FK_ERR_INVALID_INPUT },
        { "type not UTF-8", names[0], FK_ERR_INVALID_INPUT },
        { "field not UTF-8", names[1], FK_ERR_INVALID_INPUT },
        { "value not UTF-8", names[2], FK_ERR_INVALID_INPUT },
        { "reason not UTF-8", names[3], FK_ERR_INVALID_INPUT },
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        fk_segment_body body;
        assert_code(fk_segment_body_begin(&body, &fk_allocator_libc, &CASE, NULL, 0), FK_OK);
        fk_status status = fk_segment_body_add(&body, &bounds[i].operation);
        if (status.code != bounds[i].wanted) {
            fail_msg("%s: %s", bounds[i].what, fk_code_name(status.code));
        }
        assert_int_equal(body.operation_count, fk_is_ok(status) ? 1 : 0);
        fk_segment_body_free(&body);
    }
}

static void body_add__says_when_it_is_full(void **state)
{
    (void)state;
    fk_segment_body body;
    assert_code(fk_segment_body_begin(&body, &fk_allocator_libc, &CASE, NULL, 0), FK_OK);
    for (int i = 0; i < FK_SEGMENT_OPERATION_COUNT_MAX; i++) {
        assert_code(fk_segment_body_add(&body, &PLAIN_OPERATION), FK_OK);
    }
    size_t size_bytes = body.inflated.size_bytes;
    assert_code(fk_segment_body_add(&body, &PLAIN_OPERATION), FK_ERR_TOO_LARGE);
    assert_int_equal(body.inflated.size_bytes, size_bytes);
    assert_int_equal(body.operation_count, FK_SEGMENT_OPERATION_COUNT_MAX);
    fk_segment_body_free(&body);
    assert_code(fk_segment_body_begin(&body, &fk_allocator_libc, &CASE, NULL, 0), FK_OK);
    fk_wire_operation large = PLAIN_OPERATION;
    large.value = fk_bytes_of(letters(), FK_OPERATION_VALUE_SIZE_BYTES_MAX);
    for (int i = 0; i < 3; i++) {
        assert_code(fk_segment_body_add(&body, &large), FK_OK);
    }
    assert_code(fk_segment_body_add(&body, &large), FK_ERR_TOO_LARGE);
    assert_int_equal(body.operation_count, 3);
    assert_code(fk_segment_body_add(&body, &PLAIN_OPERATION), FK_OK);
    fk_segment_body_free(&body);
}

/* Random bytes do not deflate: the largest body there can be still fits. */
static void body_finish__holds_the_largest_body(void **state)
{
    (void)state;
    static uint8_t noise[FK_OPERATION_VALUE_SIZE_BYTES_MAX];
    fk_segment_body body;
    fk_buffer plain;
    assert_code(fk_segment_body_begin(&body, &fk_allocator_libc, &CASE, NULL, 0), FK_OK);
    fk_wire_operation large = PLAIN_OPERATION;
    for (size_t left = SIZE_MAX; left > 100; left = FK_SEGMENT_INFLATED_SIZE_BYTES_MAX - body.inflated.size_bytes) {
        for (size_t i = 0; i < sizeof noise; i++) {
            noise[i] = (uint8_t)wire_between(1, 127);
        }
        large.value = fk_bytes_of(noise, left - 60 < sizeof noise ? left - 60 : sizeof noise);
        assert_code(fk_segment_body_add(&body, &large), FK_OK);
    }
    fk_buffer_init(&plain, &fk_allocator_libc, FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    assert_code(fk_segment_body_finish(&body, &plain), FK_OK);
    assert_true(plain.size_bytes + FK_WIRE_TAG_SIZE_BYTES <= FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    assert_int_equal(code_of(fk_buffer_view(&plain), body.operation_count), FK_OK);
    fk_buffer_free(&plain);
    fk_segment_body_free(&body);
}

/* --- hostile bodies ------------------------------------------------------------------------------------- */

static void plain_of_one(fk_buffer *plain)
{
    fk_segment_body body;
    assert_code(fk_segment_body_begin(&body, &fk_allocator_libc, &CASE, NULL, 0), FK_OK);
    assert_code(fk_segment_body_add(&body, &PLAIN_OPERATION), FK_OK);
    fk_buffer_init(plain, &fk_allocator_libc, FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    assert_code(fk_segment_body_finish(&body, plain), FK_OK);
    fk_segment_body_free(&body);
}

static fk_code reads_one(fk_bytes plain)
{
    return code_of(plain, 1);
}

static void content_read__refuses_what_is_cut_or_changed(void **state)
{
    (void)state;
    fk_buffer plain;
    plain_of_one(&plain);
    assert_int_equal(plain.size_bytes, 512);
    size_t used_bytes = 8 + fk_get_u32(plain.data + 4);
    assert_int_equal(reads_one(fk_buffer_view(&plain)), FK_OK);
    wire_assert_no_cut_is_read(plain.data, plain.size_bytes, reads_one, FK_ERR_INVALID_INPUT);
    wire_assert_reserved(plain.data, plain.size_bytes, reads_one, FK_ERR_INVALID_INPUT, used_bytes,
                         plain.size_bytes - used_bytes);
    static const wire_patch patches[] = {
        { "inflated size one more", 0, { 78 }, 1, FK_ERR_INVALID_INPUT },
        { "inflated size one less", 0, { 76 }, 1, FK_ERR_INVALID_INPUT },
        { "nothing inflated", 0, { 0, 0, 0, 0 }, 4, FK_ERR_INVALID_INPUT },
        { "256 KiB and one", 0, { 1, 0, 4, 0 }, 4, FK_ERR_TOO_LARGE },
        { "4 GiB", 0, { 255, 255, 255, 255 }, 4, FK_ERR_TOO_LARGE },
        { "nothing deflated", 4, { 0, 0, 0, 0 }, 4, FK_ERR_INVALID_INPUT },
        { "more deflated than there is", 4, { 0xf9, 1, 0, 0 }, 4, FK_ERR_INVALID_INPUT },
        { "4 GiB deflated", 4, { 255, 255, 255, 255 }, 4, FK_ERR_INVALID_INPUT },
        { "no deflate stream", 8, { 7 }, 1, FK_ERR_INVALID_INPUT },
    };
    assert_int_equal(plain.data[0], 2 + 16 + 8 + 32 + 5 + 5 + 2 + 4 + 3);
    wire_assert_patches(patches, sizeof patches / sizeof patches[0], plain.data, plain.size_bytes, reads_one);
    fk_put_u32(plain.data + 4, (uint32_t)used_bytes - 8 + 1); /* a byte behind the end of the stream */
    assert_int_equal(reads_one(fk_buffer_view(&plain)), FK_ERR_INVALID_INPUT);
    fk_buffer_free(&plain);
}

/* Three values of 64 KiB of one letter deflate to less than 2,000 bytes. Said to be fewer, no more room is asked for.
 */
static void content_read__never_inflates_more_than_is_said(void **state)
{
    (void)state;
    fk_segment_body body;
    fk_buffer plain;
    fk_wire_operation operation = PLAIN_OPERATION;
    static uint8_t same[FK_OPERATION_VALUE_SIZE_BYTES_MAX];
    memset(same, 'a', sizeof same);
    operation.value = fk_bytes_of(same, sizeof same);
    assert_code(fk_segment_body_begin(&body, &fk_allocator_libc, &CASE, NULL, 0), FK_OK);
    for (int i = 0; i < 3; i++) {
        assert_code(fk_segment_body_add(&body, &operation), FK_OK);
    }
    fk_buffer_init(&plain, &fk_allocator_libc, FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    assert_code(fk_segment_body_finish(&body, &plain), FK_OK);
    assert_true(plain.size_bytes < 2000 && body.inflated.size_bytes > 196608);
    for (uint32_t size_bytes = 1; size_bytes < body.inflated.size_bytes; size_bytes = size_bytes * 3 + 1) {
        fk_put_u32(plain.data, size_bytes);
        failing_allocator counting;
        failing_allocator_init(&counting, FAILING_ALLOCATOR_NEVER);
        fk_buffer inflated;
        fk_segment_content content;
        assert_code(read_content(&counting.allocator, fk_buffer_view(&plain), 3, &inflated, &content),
                    FK_ERR_INVALID_INPUT);
        assert_true(inflated.capacity_bytes < 2 * (size_t)size_bytes + 64);
        fk_buffer_free(&inflated);
        assert_int_equal(counting.live_count, 0);
    }
    fk_buffer_free(&plain);
    fk_segment_body_free(&body);
}

/* --- memory --------------------------------------------------------------------------------------------- */

typedef fk_status memory_step(const fk_allocator *allocator);

static fk_status collect(const fk_allocator *allocator)
{
    static const fk_frontier_entry entry = { { { 1 } }, 1, { 0 } };
    fk_segment_body body;
    FK_TRY(fk_segment_body_begin(&body, allocator, &CASE, &entry, 1));
    fk_status status = fk_ok();
    for (uint16_t i = 0; i < 30 && fk_is_ok(status); i++) {
        status = fk_segment_body_add(&body, &PLAIN_OPERATION);
        assert_int_equal(body.operation_count, fk_is_ok(status) ? i + 1 : i);
    }
    fk_segment_body_free(&body);
    return status;
}

static fk_status finish(const fk_allocator *allocator)
{
    fk_segment_body body;
    assert_code(fk_segment_body_begin(&body, &fk_allocator_libc, &CASE, NULL, 0), FK_OK);
    assert_code(fk_segment_body_add(&body, &PLAIN_OPERATION), FK_OK);
    fk_buffer plain;
    fk_buffer_init(&plain, allocator, FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    fk_status status = fk_segment_body_finish(&body, &plain);
    assert_int_equal(plain.size_bytes, fk_is_ok(status) ? 512 : 0);
    fk_buffer_free(&plain);
    fk_segment_body_free(&body);
    return status;
}

static fk_status read_back(const fk_allocator *allocator)
{
    fk_buffer plain;
    fk_buffer inflated;
    fk_segment_content content;
    plain_of_one(&plain);
    fk_status status = read_content(allocator, fk_buffer_view(&plain), 1, &inflated, &content);
    assert_int_equal(inflated.size_bytes > 0, fk_is_ok(status));
    assert_int_equal(content.operation_count, fk_is_ok(status) ? 1 : 0);
    fk_buffer_free(&inflated);
    fk_buffer_free(&plain);
    return status;
}

static void memory__may_run_out_anywhere(void **state)
{
    (void)state;
    static memory_step *const steps[] = { collect, finish, read_back };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        failing_allocator failing;
        uint64_t fail_at = 0;
        for (bool has_failed = true; has_failed; fail_at++) {
            failing_allocator_init(&failing, fail_at);
            fk_status status = steps[i](&failing.allocator);
            has_failed = failing_allocator_failed(&failing);
            assert_code(status, has_failed ? FK_ERR_NO_MEMORY : FK_OK);
            assert_int_equal(failing.live_count, 0);
        }
        assert_true(fail_at > 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body__comes_back_as_it_was),
        cmocka_unit_test(body_begin__takes_entries_in_order_only),
        cmocka_unit_test(body_add__holds_every_bound),
        cmocka_unit_test(body_add__says_when_it_is_full),
        cmocka_unit_test(body_finish__holds_the_largest_body),
        cmocka_unit_test(content_read__refuses_what_is_cut_or_changed),
        cmocka_unit_test(content_read__never_inflates_more_than_is_said),
        cmocka_unit_test(memory__may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
