/* Bytes, buffers, ids, text, little-endian fields, checked arithmetic, arena, statuses, wiping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "fk/bytes.h"

static void assert_code(fk_status status, fk_code code)
{
    assert_string_equal(fk_code_name(status.code), fk_code_name((uint8_t)code));
}

static fk_bytes text_of(const char *text)
{
    return fk_bytes_text(text);
}

/* --- bytes ------------------------------------------------------------------------------------ */

static void bytes__compare_bytewise_and_a_prefix_comes_first(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        int order;
    } cases[] = { { "", "", 0 },    { "", "a", -1 },     { "a", "a", 0 },        { "a", "b", -1 },
                  { "b", "aa", 1 }, { "ab", "abc", -1 }, { "\x7f", "\x80", -1 }, { "abc", "abd", -1 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int order = fk_bytes_compare(text_of(cases[i].a), text_of(cases[i].b));
        int opposite = fk_bytes_compare(text_of(cases[i].b), text_of(cases[i].a));
        assert_int_equal((order > 0) - (order < 0), cases[i].order);
        assert_int_equal((opposite > 0) - (opposite < 0), -cases[i].order);
        assert_int_equal(fk_bytes_equal_text(text_of(cases[i].a), cases[i].b), cases[i].order == 0);
    }
    assert_true(fk_bytes_equal(fk_bytes_of(NULL, 0), text_of("")));
    assert_false(fk_bytes_equal(fk_bytes_of("a\0b", 3), fk_bytes_of("a\0c", 3)));
}

static void bytes_copy__lives_in_the_arena_or_is_empty(void **state)
{
    failing_allocator failing;
    fk_arena arena;
    fk_bytes copy = { NULL, 0 };
    char source[] = "kept";
    (void)state;
    failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
    fk_arena_init(&arena, &failing.allocator, 64);
    assert_code(fk_bytes_copy(text_of(source), &arena, &copy), FK_OK);
    memset(source, 'x', 4);
    assert_true(fk_bytes_equal_text(copy, "kept"));
    assert_code(fk_bytes_copy(fk_bytes_of(NULL, 0), &arena, &copy), FK_OK);
    assert_int_equal(copy.size_bytes, 0);
    assert_code(fk_bytes_copy(fk_bytes_of(source, sizeof source), &arena, &copy), FK_OK);
    fk_arena_reset(&arena);

    fk_arena_init(&arena, &failing.allocator, 3);
    assert_code(fk_bytes_copy(text_of("four"), &arena, &copy), FK_ERR_NO_MEMORY);
    assert_null(copy.data);
    assert_int_equal(failing.live_bytes, 0);
}

/* --- buffer ----------------------------------------------------------------------------------- */

static void buffer__grows_to_its_maximum_and_no_further(void **state)
{
    enum { SIZE_MAX_BYTES = 1000 };
    failing_allocator failing;
    fk_buffer buffer;
    (void)state;
    failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
    fk_buffer_init(&buffer, &failing.allocator, SIZE_MAX_BYTES);
    assert_int_equal(fk_buffer_view(&buffer).size_bytes, 0);
    for (size_t i = 0; i < SIZE_MAX_BYTES; i++) {
        assert_code(fk_buffer_append_byte(&buffer, (uint8_t)i), FK_OK);
    }
    assert_code(fk_buffer_append_byte(&buffer, 0), FK_ERR_TOO_LARGE);
    assert_code(fk_buffer_append(&buffer, fk_bytes_of(NULL, 0)), FK_OK);
    assert_int_equal(fk_buffer_view(&buffer).size_bytes, SIZE_MAX_BYTES);
    for (size_t i = 0; i < SIZE_MAX_BYTES; i++) {
        assert_int_equal(fk_buffer_view(&buffer).data[i], (uint8_t)i);
    }
    fk_buffer_clear(&buffer);
    assert_int_equal(fk_buffer_view(&buffer).size_bytes, 0);
    assert_code(fk_buffer_append(&buffer, text_of("again")), FK_OK);
    assert_true(fk_bytes_equal_text(fk_buffer_view(&buffer), "again"));
    fk_buffer_free(&buffer);
    assert_int_equal(failing.live_bytes, 0);
    assert_code(fk_buffer_append(&buffer, text_of("usable after free")), FK_OK);
    fk_buffer_free(&buffer);
    assert_int_equal(failing.live_bytes, 0);
}

static void buffer__keeps_its_content_when_memory_fails(void **state)
{
    failing_allocator failing;
    fk_buffer buffer;
    uint8_t more[100] = { 0 };
    (void)state;
    failing_allocator_init(&failing, 1);
    fk_buffer_init(&buffer, &failing.allocator, 4096);
    assert_code(fk_buffer_append(&buffer, text_of("first")), FK_OK);
    assert_code(fk_buffer_append(&buffer, fk_bytes_of(more, sizeof more)), FK_ERR_NO_MEMORY);
    assert_true(failing_allocator_failed(&failing));
    assert_true(fk_bytes_equal_text(fk_buffer_view(&buffer), "first"));
    assert_code(fk_buffer_append(&buffer, fk_bytes_of(more, sizeof more)), FK_OK);
    fk_buffer_free(&buffer);
    assert_int_equal(failing.live_bytes, 0);
}

static void buffer_extend__gives_room_that_counts(void **state)
{
    failing_allocator failing;
    fk_buffer buffer;
    uint8_t *room = NULL;
    (void)state;
    failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
    fk_buffer_init(&buffer, &failing.allocator, 10);
    assert_code(fk_buffer_extend(&buffer, 10, &room), FK_OK);
    memset(room, 7, 10);
    assert_int_equal(fk_buffer_view(&buffer).size_bytes, 10);
    assert_code(fk_buffer_extend(&buffer, SIZE_MAX, &room), FK_ERR_TOO_LARGE);
    assert_null(room);
    fk_buffer_free(&buffer);
}

/* --- ids, text, fields -------------------------------------------------------------------------- */

static void id__reads_only_what_it_writes(void **state)
{
    static const char *const refused[] = { "",
                                           "00112233445566778899aabbccddeef",
                                           "00112233445566778899aabbccddeeff0",
                                           "00112233445566778899AABBCCDDEEFF",
                                           "00112233445566778899aabbccddeefg",
                                           "0x112233445566778899aabbccddeeff",
                                           " 0112233445566778899aabbccddeeff" };
    static const char hex[] = "00112233445566778899aabbccddeeff";
    char written[FK_ID_HEX_SIZE + 1];
    fk_id id;
    (void)state;
    assert_code(fk_id_from_hex(text_of(hex), &id), FK_OK);
    assert_int_equal(id.bytes[1], 0x11);
    assert_int_equal(id.bytes[15], 0xff);
    fk_id_to_hex(&id, written);
    assert_string_equal(written, hex);
    assert_false(fk_id_is_zero(&id));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_code(fk_id_from_hex(text_of(refused[i]), &id), FK_ERR_INVALID_INPUT);
        assert_true(fk_id_is_zero(&id));
    }
}

static void utf8__is_strict(void **state)
{
    static const char *const good[] = { "",
                                        "plain",
                                        "caf\xC3\xA9",
                                        "\xE2\x82\xAC",
                                        "\xF0\x9F\x98\x80",
                                        "\xED\x9F\xBF",
                                        "\xEE\x80\x80",
                                        "\xF4\x8F\xBF\xBF",
                                        "\xC2\x80",
                                        "\xE0\xA0\x80",
                                        "\xF0\x90\x80\x80" };
    static const char *const bad[] = { "\x80",
                                       "\xC0\x80",
                                       "\xC1\xBF",
                                       "\xC3",
                                       "\xE2\x82",
                                       "\xE0\x9F\xBF",
                                       "\xF0\x8F\xBF\xBF",
                                       "\xF4\x90\x80\x80",
                                       "\xF5\x80\x80\x80",
                                       "\xED\xA0\x80",
                                       "\xED\xBF\xBF",
                                       "a\xFF",
                                       "\xC3\x28",
                                       "\xFE" };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(fk_utf8_is_valid(text_of(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(fk_utf8_is_valid(text_of(bad[i])));
    }
    assert_false(fk_utf8_is_valid(fk_bytes_of("a\0b", 3)));
}

static void text_trim__takes_white_space_of_every_kind(void **state)
{
    static const char *const cases[][2] = {
        { "", "" },
        { "  \t\r\n", "" },
        { " a b ", "a b" },
        { "\xC2\xA0reason\xC2\xA0", "reason" },
        { "\xE3\x80\x80\xEF\xBB\xBF", "" },
        { "\xE2\x80\x83x\xE2\x80\xA9", "x" },
        { "caf\xC3\xA9", "caf\xC3\xA9" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(fk_bytes_equal_text(fk_text_trim(text_of(cases[i][0])), cases[i][1]));
    }
}

static void little_endian__puts_the_lowest_byte_first(void **state)
{
    uint8_t bytes[8] = { 0 };
    (void)state;
    fk_put_u64(bytes, UINT64_C(0x0807060504030201));
    for (uint8_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], i + 1);
    }
    assert_true(fk_get_u64(bytes) == UINT64_C(0x0807060504030201));
    assert_true(fk_get_u32(bytes + 4) == UINT32_C(0x08070605));
    assert_int_equal(fk_get_u16(bytes + 6), 0x0807);
    fk_put_u32(bytes, UINT32_MAX);
    fk_put_u16(bytes + 4, 0xfffe);
    assert_true(fk_get_u32(bytes) == UINT32_MAX);
    assert_int_equal(fk_get_u16(bytes + 4), 0xfffe);
}

/* --- memory ------------------------------------------------------------------------------------- */

static void checked_arithmetic__answers_zero_on_overflow(void **state)
{
    size_t result = 1;
    (void)state;
    assert_true(fk_add_size(SIZE_MAX - 1, 1, &result));
    assert_true(result == SIZE_MAX);
    assert_false(fk_add_size(SIZE_MAX, 1, &result));
    assert_true(result == 0);
    assert_true(fk_multiply_size(SIZE_MAX / 2, 2, &result));
    assert_true(result == SIZE_MAX - 1);
    assert_false(fk_multiply_size(SIZE_MAX / 2 + 1, 2, &result));
    assert_true(result == 0);
}

static void arena__is_aligned_zeroed_and_bounded(void **state)
{
    failing_allocator failing;
    fk_arena arena;
    (void)state;
    failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
    fk_arena_init(&arena, &failing.allocator, 100000);
    for (size_t size_bytes = 0; size_bytes < 300; size_bytes++) {
        uint8_t *place = fk_arena_allocate(&arena, size_bytes);
        assert_non_null(place);
        assert_int_equal((uintptr_t)place % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size_bytes; i++) {
            assert_int_equal(place[i], 0);
            place[i] = 0xa5;
        }
    }
    assert_non_null(fk_arena_allocate(&arena, 40000));
    assert_null(fk_arena_allocate(&arena, 100000));
    assert_null(fk_arena_allocate(&arena, SIZE_MAX));
    assert_non_null(fk_arena_allocate(&arena, 16));
    fk_arena_reset(&arena);
    assert_int_equal(failing.live_bytes, 0);
    assert_non_null(fk_arena_allocate(&arena, 90000));
    fk_arena_reset(&arena);
    failing_allocator_init(&failing, 0);
    assert_null(fk_arena_allocate(&arena, 1));
    assert_int_equal(failing.live_bytes, 0);
}

/* What a release gives back has been overwritten: the double looks at the block before it goes. */
typedef struct watching {
    uint8_t block[64];
    bool is_wiped;
} watching;

static void *watching_allocate(void *ctx, size_t size_bytes)
{
    watching *self = ctx;
    return size_bytes <= sizeof self->block ? self->block : NULL;
}

static void watching_release(void *ctx, void *block, size_t size_bytes)
{
    watching *self = ctx;
    static const uint8_t zeros[sizeof self->block];
    self->is_wiped = memcmp(block, zeros, size_bytes) == 0;
}

static void release__wipes_first(void **state)
{
    watching self = { .is_wiped = false };
    fk_allocator allocator = { watching_allocate, watching_release, &self };
    fk_buffer buffer;
    (void)state;
    fk_buffer_init(&buffer, &allocator, sizeof self.block);
    assert_code(fk_buffer_append(&buffer, text_of("a secret that must not stay behind")), FK_OK);
    fk_buffer_free(&buffer);
    assert_true(self.is_wiped);
}

static void constant_time_comparison__sees_every_bit(void **state)
{
    uint8_t a[32] = { 0 };
    uint8_t b[32] = { 0 };
    (void)state;
    assert_true(fk_equal_constant_time(a, b, sizeof a));
    for (size_t bit = 0; bit < 8 * sizeof a; bit++) {
        b[bit / 8] = (uint8_t)(1U << bit % 8);
        assert_false(fk_equal_constant_time(a, b, sizeof a));
        b[bit / 8] = 0;
    }
    assert_true(fk_equal_constant_time(a, b, 0));
}

/* --- status --------------------------------------------------------------------------------------- */

static void code_name__is_bug_for_what_nobody_defined(void **state)
{
    (void)state;
    assert_string_equal(fk_code_name(FK_OK), "ok");
    assert_string_equal(fk_code_name(FK_ERR_INVALID_INPUT), "invalid-input");
    assert_string_equal(fk_code_name(255), "bug");
}

static void error_set__cuts_to_fit(void **state)
{
    fk_error error = { { 0 } };
    char text[200];
    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    fk_error_set(&error, "%s", text);
    assert_int_equal(strlen(error.detail), sizeof error.detail - 1);
    fk_error_set(&error, "field %d", 7);
    assert_string_equal(error.detail, "field 7");
    fk_error_set(NULL, "ignored");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes__compare_bytewise_and_a_prefix_comes_first),
        cmocka_unit_test(bytes_copy__lives_in_the_arena_or_is_empty),
        cmocka_unit_test(buffer__grows_to_its_maximum_and_no_further),
        cmocka_unit_test(buffer__keeps_its_content_when_memory_fails),
        cmocka_unit_test(buffer_extend__gives_room_that_counts),
        cmocka_unit_test(id__reads_only_what_it_writes),
        cmocka_unit_test(utf8__is_strict),
        cmocka_unit_test(text_trim__takes_white_space_of_every_kind),
        cmocka_unit_test(little_endian__puts_the_lowest_byte_first),
        cmocka_unit_test(checked_arithmetic__answers_zero_on_overflow),
        cmocka_unit_test(arena__is_aligned_zeroed_and_bounded),
        cmocka_unit_test(release__wipes_first),
        cmocka_unit_test(constant_time_comparison__sees_every_bit),
        cmocka_unit_test(code_name__is_bug_for_what_nobody_defined),
        cmocka_unit_test(error_set__cuts_to_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
