/* Replies of every command: encoded, and each bound of each field.
 *
 * The tests walk the same tables as the codec, but make their structs by other code, so that a new command is
 * tested the day it is described. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#include "assert_code.h"
#include "failing_allocator.h"
#include "fk/protocol_codec.h"
#include "fk/protocol_gen.h"
#include "shape_sample.h"

static void fill_struct(const fk_shape *shape, uint8_t *target, fk_arena *arena, const plan *what);

static void put_bytes(uint8_t *target, const char *data, size_t size_bytes)
{
    fk_bytes bytes = fk_bytes_of(data, size_bytes);
    memcpy(target, &bytes, sizeof bytes);
}

/* The struct's side of write_sample() and write_at_max(). */
static void fill_one(const fk_shape_field *field, uint8_t *target, fk_arena *arena, const plan *what)
{
    variant how = what->field == field ? what->how : AS_SAMPLE;
    uint64_t number = how == OVER_MAX    ? field->max + 1
                      : how == AT_MAX    ? field->max
                      : how == UNDER_MIN ? field->min - 1
                                         : field->min;
    uint32_t number_32 = (uint32_t)number;
    size_t size_bytes = how == OVER_MAX ? (size_t)field->max + 1 : how == AT_MAX ? (size_t)field->max : 3;
    static const char json[] = "{\"a\":[1.50,\"x\"]}";
    fk_id id;
    switch (field->kind) {
    case FK_SHAPE_BOOL:
        *(bool *)target = true;
        return;
    case FK_SHAPE_U32:
        memcpy(target, &number_32, sizeof number_32);
        return;
    case FK_SHAPE_ENUM:
        number_32 = how == BAD_FORM ? field->value_count : field->value_count - 1;
        memcpy(target, &number_32, sizeof number_32);
        return;
    case FK_SHAPE_TIME_MS:
        memcpy(target, &number, sizeof number);
        return;
    case FK_SHAPE_COUNTER:
        memset(target, 0xff, sizeof(uint64_t));
        return;
    case FK_SHAPE_DATE:
        put_bytes(target, how == BAD_FORM ? "2026-02-29" : SHAPE_SAMPLE_DATE, 10);
        return;
    case FK_SHAPE_ID:
        assert_code(fk_id_from_hex(fk_bytes_text(SHAPE_SAMPLE_ID), &id), FK_OK);
        memcpy(target, &id, sizeof id);
        return;
    case FK_SHAPE_OBJECT:
        fill_struct(field->object, target, arena, what);
        return;
    case FK_SHAPE_JSON_TEXT:
    case FK_SHAPE_JSON_TREE:
        if (how == AS_SAMPLE || how == LEFT_OUT || how == AT_COUNT_MAX) {
            put_bytes(target, json, sizeof json - 1);
        } else {
            shape_sample_filler[0] = shape_sample_filler[size_bytes - 1] = '"';
            put_bytes(target, shape_sample_filler, how == AS_NULL ? 0 : size_bytes);
        }
        return;
    case FK_SHAPE_STRING:
    default:
        put_bytes(target, shape_sample_filler, size_bytes);
        return;
    }
}

static size_t element_size_bytes(const fk_shape_field *field)
{
    static const size_t sizes[] = {
        [FK_SHAPE_BOOL] = sizeof(bool),
        [FK_SHAPE_U32] = 4,
        [FK_SHAPE_TIME_MS] = 8,
        [FK_SHAPE_COUNTER] = 8,
        [FK_SHAPE_STRING] = sizeof(fk_bytes),
        [FK_SHAPE_DATE] = sizeof(fk_bytes),
        [FK_SHAPE_ID] = 16,
        [FK_SHAPE_JSON_TREE] = sizeof(void *),
        [FK_SHAPE_JSON_TEXT] = sizeof(fk_bytes),
        [FK_SHAPE_ENUM] = 4,
    };
    return field->object != NULL ? field->object->size_bytes : sizes[field->kind];
}

static void fill_struct(const fk_shape *shape, uint8_t *target, fk_arena *arena, const plan *what)
{
    for (size_t i = 0; i < shape->field_count; i++) {
        const fk_shape_field *field = &shape->fields[i];
        variant how = what->field == field ? what->how : AS_SAMPLE;
        if (field->is_optional) {
            *(bool *)(target + field->has_offset) = how != LEFT_OUT;
        }
        if (field->count_max == 0) {
            fill_one(field, target + field->offset, arena, what);
            continue;
        }
        size_t count = how == AT_COUNT_MAX ? field->count_max : how == OVER_COUNT_MAX ? field->count_max + 1U : 2;
        uint8_t *elements = fk_arena_allocate(arena, count * element_size_bytes(field));
        assert_non_null(elements);
        for (size_t k = 0; k < count; k++) {
            fill_one(field, elements + k * element_size_bytes(field), arena, what);
        }
        memcpy(target + field->offset, &elements, sizeof elements);
        memcpy(target + field->count_offset, &count, sizeof count);
    }
}

/* Variants a handler could get wrong, and why they are refused; NULL when the reply is good. */
static bool reply_applies(const fk_shape_field *field, variant how)
{
    bool is_form = field->kind == FK_SHAPE_ENUM || field->kind == FK_SHAPE_DATE;
    switch (how) {
    case AS_SAMPLE:
        return true;
    case LEFT_OUT:
        return field->is_optional;
    case AS_NULL:
        return field->kind == FK_SHAPE_JSON_TEXT;
    case BAD_FORM:
        return is_form;
    case UNDER_MIN:
        return shape_field_is_number(field) && field->min > 0;
    case AT_MAX:
    case OVER_MAX:
        return field->kind == FK_SHAPE_STRING || shape_field_is_json(field) ||
               (field->kind == FK_SHAPE_U32 && field->max < UINT32_MAX) || field->kind == FK_SHAPE_TIME_MS;
    case AT_COUNT_MAX:
    case OVER_COUNT_MAX:
        return field->count_max > 0;
    case WRONG_TYPE:
    case NOT_WHOLE:
    case BESIDE_UNKNOWN:
    case VARIANT_COUNT:
    default:
        return false;
    }
}

static size_t check_reply(const fk_command *command, const plan *what)
{
    if (what->field != NULL && !reply_applies(what->field, what->how)) {
        return 0;
    }
    shape_sample_reset();
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 1U << 20);
    uint8_t *fields = fk_arena_allocate(&arena, command->reply->size_bytes);
    fill_struct(command->reply, fields, &arena, what);
    fk_buffer target;
    fk_buffer_init(&target, &fk_allocator_libc, 64U << 20);
    assert_code(fk_buffer_append(&target, fk_bytes_text("kept")), FK_OK);
    fk_error error = { "" };
    fk_status status = fk_reply_encode(command, fields, &target, &error);
    variant how = what->field == NULL ? AS_SAMPLE : what->how;
    bool is_good = how == AS_SAMPLE || how == LEFT_OUT || how == AT_MAX || how == AT_COUNT_MAX;
    if (is_good) {
        assert_code(status, FK_OK);
        fk_buffer wanted;
        plan same = *what;
        shape_sample_text(command->reply, &same, &wanted);
        fk_bytes view = fk_buffer_view(&target);
        static const char head[] = "kept{\"ok\":true,\"reply\":";
        assert_memory_equal(view.data, head, sizeof head - 1);
        fk_bytes body = fk_bytes_of(view.data + sizeof head - 1, view.size_bytes - sizeof head);
        assert_int_equal(view.data[view.size_bytes - 1], '}');
        if (!(how == AT_MAX &&
              shape_field_is_json(what->field))) { /* there the shape_sample_filler differs in its quotes */
            assert_true(fk_bytes_equal(body, fk_buffer_view(&wanted)));
        }
        fk_buffer_free(&wanted);
    } else {
        assert_code(status, FK_ERR_BUG);
        assert_memory_equal(error.detail, "reply.", 6);
        assert_non_null(strstr(error.detail, what->field->name));
        assert_true(fk_bytes_equal_text(fk_buffer_view(&target), "kept"));
    }
    fk_buffer_free(&target);
    fk_arena_reset(&arena);
    return 1;
}

static size_t check_fields_of_reply(const fk_command *command, const fk_shape *shape)
{
    size_t count = 0;
    for (size_t i = 0; i < shape->field_count; i++) {
        for (variant how = AS_SAMPLE; how < VARIANT_COUNT; how++) {
            count += check_reply(command, &(plan){ &shape->fields[i], how });
        }
        if (shape->fields[i].object != NULL) {
            count += check_fields_of_reply(command, shape->fields[i].object);
        }
    }
    return count;
}

static void replies__keep_every_bound(void **state)
{
    (void)state;
    size_t count = 0;
    for (size_t i = 0; i < FK_COMMAND_COUNT; i++) {
        if (fk_commands[i].raw_reply_size_bytes_max > 0) {
            continue;
        }
        count += check_reply(&fk_commands[i], &(plan){ NULL, AS_SAMPLE });
        count += check_fields_of_reply(&fk_commands[i], fk_commands[i].reply);
    }
    printf("replies: %zu cases\n", count);
    assert_true(count > 150);
}

static void replies__leave_the_buffer_alone_on_each_failure(void **state)
{
    (void)state;
    const fk_command *command = fk_command_by_id(FK_COMMAND_CASE_LIST);
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 1U << 20);
    uint8_t *fields = fk_arena_allocate(&arena, command->reply->size_bytes);
    fill_struct(command->reply, fields, &arena, &(plan){ NULL, AS_SAMPLE });
    bool has_succeeded = false;
    for (uint64_t fail_at = 1; !has_succeeded; fail_at++) {
        failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        fk_buffer target;
        fk_buffer_init(&target, &failing.allocator, 1U << 20);
        assert_code(fk_buffer_append(&target, fk_bytes_text("kept")), FK_OK);
        fk_status status = fk_reply_encode(command, fields, &target, NULL);
        has_succeeded = fk_is_ok(status);
        if (!has_succeeded) {
            assert_code(status, FK_ERR_NO_MEMORY);
            assert_true(fk_bytes_equal_text(fk_buffer_view(&target), "kept"));
        }
        fk_buffer_free(&target);
        assert_int_equal(failing.live_bytes, 0);
    }
    fk_buffer small;
    fk_buffer_init(&small, &fk_allocator_libc, 100);
    assert_code(fk_reply_encode(command, fields, &small, NULL), FK_ERR_TOO_LARGE);
    assert_int_equal(small.size_bytes, 0);
    fk_buffer_free(&small);
    fk_arena_reset(&arena);
}

static void raw_replies__begin_with_zero_and_keep_their_bound(void **state)
{
    (void)state;
    const fk_command *command = fk_command_by_id(FK_COMMAND_SYNC_STEP);
    size_t max = command->raw_reply_size_bytes_max;
    static const uint8_t begins_with_zero[] = { 0, '{', 7 };
    const struct {
        fk_bytes raw;
        fk_code code;
    } cases[] = {
        { { begins_with_zero, sizeof begins_with_zero }, FK_OK },
        { { begins_with_zero, 1 }, FK_OK },
        { { begins_with_zero + 1, 2 }, FK_ERR_BUG },
        { { NULL, 0 }, FK_ERR_BUG },
        { { (const uint8_t *)shape_sample_filler, max + 1 }, FK_ERR_BUG },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fk_buffer target;
        fk_buffer_init(&target, &fk_allocator_libc, 1000);
        assert_code(fk_buffer_append(&target, fk_bytes_text("kept")), FK_OK);
        fk_sync_step_reply reply = { .raw = cases[i].raw };
        assert_code(fk_reply_encode(command, &reply, &target, NULL), cases[i].code);
        size_t added = cases[i].code == FK_OK ? cases[i].raw.size_bytes : 0;
        assert_int_equal(target.size_bytes, 4 + added);
        assert_memory_equal(target.data + 4, begins_with_zero, added);
        fk_buffer_free(&target);
    }
    shape_sample_filler[0] = 0;
    fk_buffer large;
    fk_buffer_init(&large, &fk_allocator_libc, max);
    fk_sync_step_reply reply = { .raw = fk_bytes_of(shape_sample_filler, max) };
    assert_code(fk_reply_encode(command, &reply, &large, NULL), FK_OK);
    assert_code(fk_reply_encode(command, &reply, &large, NULL), FK_ERR_TOO_LARGE);
    assert_int_equal(large.size_bytes, max);
    fk_buffer_free(&large);
    shape_sample_reset();
}

static void error_replies__carry_code_and_detail(void **state)
{
    (void)state;
    fk_buffer target;
    fk_buffer_init(&target, &fk_allocator_libc, 1000);
    fk_error error = { "" };
    fk_error_set(&error, "request.%s: \"quoted\"", "limit");
    assert_code(fk_reply_encode_error(fk_status_of(FK_ERR_FROZEN), &error, &target), FK_OK);
    assert_true(fk_bytes_equal_text(
        fk_buffer_view(&target),
        "{\"ok\":false,\"error\":{\"code\":\"frozen\",\"detail\":\"request.limit: \\\"quoted\\\"\"}}"));
    fk_buffer_clear(&target);
    assert_code(fk_reply_encode_error(fk_status_of(FK_ERR_IO), NULL, &target), FK_OK);
    assert_true(
        fk_bytes_equal_text(fk_buffer_view(&target), "{\"ok\":false,\"error\":{\"code\":\"io\",\"detail\":\"\"}}"));
    fk_buffer_free(&target);
}

int main(void)
{
    fk_codec_start(&fk_allocator_libc);
    shape_sample_reset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies__keep_every_bound),
        cmocka_unit_test(replies__leave_the_buffer_alone_on_each_failure),
        cmocka_unit_test(raw_replies__begin_with_zero_and_keep_their_bound),
        cmocka_unit_test(error_replies__carry_code_and_detail),
    };
    return cmocka_run_group_tests_name("codec_reply", tests, NULL, NULL);
}
