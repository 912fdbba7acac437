/* Requests of every command: decoded, and each bound of each field.
 *
 * The tests walk the same tables as the codec, but make their JSON by other code, so that a new command is
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

/* Whether the variant says anything about a field of this kind. */
static bool applies(const fk_shape_field *field, variant how)
{
    bool has_bytes = field->kind == FK_SHAPE_STRING || shape_field_is_json(field);
    switch (how) {
    case AT_MAX:
    case OVER_MAX:
        return has_bytes || field->kind == FK_SHAPE_COUNTER ||
               (shape_field_is_number(field) && field->max < UINT64_MAX);
    case WRONG_TYPE:
        return !shape_field_is_json(field) || field->count_max > 0;
    case UNDER_MIN:
        return shape_field_is_number(field) && field->min > 0;
    case NOT_WHOLE:
        return shape_field_is_number(field);
    case BAD_FORM:
        return field->kind == FK_SHAPE_DATE || field->kind == FK_SHAPE_ID || field->kind == FK_SHAPE_COUNTER ||
               field->kind == FK_SHAPE_ENUM;
    case AT_COUNT_MAX:
    case OVER_COUNT_MAX:
        return field->count_max > 0;
    case AS_SAMPLE:
    case LEFT_OUT:
    case AS_NULL:
    case BESIDE_UNKNOWN:
    case VARIANT_COUNT:
    default:
        return true;
    }
}

static const char *expected_reason(const fk_shape_field *field, variant how)
{
    switch (how) {
    case LEFT_OUT:
        return field->is_optional ? NULL : "missing";
    case AS_NULL:
        return shape_field_is_json(field) && field->count_max == 0 ? NULL : "wrong-type";
    case WRONG_TYPE:
        return "wrong-type";
    case OVER_MAX:
        return shape_field_is_number(field)      ? "out-of-range"
               : field->kind == FK_SHAPE_COUNTER ? "not-allowed"
                                                 : "too-long";
    case UNDER_MIN:
    case NOT_WHOLE:
        return "out-of-range";
    case BAD_FORM:
        return "not-allowed";
    case OVER_COUNT_MAX:
        return "too-many";
    case BESIDE_UNKNOWN:
        return "unknown-member";
    case AS_SAMPLE:
    case AT_MAX:
    case AT_COUNT_MAX:
    case VARIANT_COUNT:
    default:
        return NULL;
    }
}

static void assert_refused(fk_status status, const fk_error *error, const fk_shape_field *field, const char *reason)
{
    bool is_too_large = strcmp(reason, "too-long") == 0 || strcmp(reason, "too-many") == 0;
    assert_code(status, is_too_large ? FK_ERR_TOO_LARGE : FK_ERR_INVALID_INPUT);
    const char *colon = strstr(error->detail, ": ");
    assert_non_null(colon);
    assert_string_equal(colon + 2, reason);
    assert_memory_equal(error->detail, "request", strlen("request"));
    if (strcmp(reason, "unknown-member") != 0) {
        assert_non_null(strstr(error->detail, field->name));
    }
    assert_null(strstr(error->detail, "canary"));
}

/* What was decoded is what was sent: written again it is the same text. */
static void assert_same_text(const fk_command *command, const fk_request *request, fk_bytes sent)
{
    fk_buffer again;
    fk_buffer_init(&again, &fk_allocator_libc, 64U << 20);
    fk_json_writer writer;
    fk_json_writer_init(&writer, &again);
    fk_error error = { "" };
    assert_code(fk_shape_encode(command->request, "request", request->fields, &writer, &error), FK_OK);
    assert_code(fk_json_finish(&writer), FK_OK);
    assert_true(fk_bytes_equal(fk_buffer_view(&again), sent));
    fk_buffer_free(&again);
}

static size_t check_request(const fk_command *command, const plan *what)
{
    if (what->field != NULL && !applies(what->field, what->how)) {
        return 0;
    }
    fk_buffer text;
    shape_sample_text(command->request, what, &text);
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 8U << 20);
    fk_request request;
    fk_error error = { "" };
    fk_status status = fk_request_decode(command, fk_buffer_view(&text), &arena, &request, &error);
    const char *reason = what->field == NULL ? NULL : expected_reason(what->field, what->how);
    if (reason == NULL) {
        if (!fk_is_ok(status)) {
            print_error("%s: %s\n", command->name, error.detail);
        }
        assert_code(status, FK_OK);
        assert_same_text(command, &request, fk_buffer_view(&text));
        fk_request_free(&request);
    } else {
        assert_refused(status, &error, what->field, reason);
    }
    fk_arena_reset(&arena);
    fk_buffer_free(&text);
    return 1;
}

static size_t check_fields_of_request(const fk_command *command, const fk_shape *shape)
{
    size_t count = 0;
    for (size_t i = 0; i < shape->field_count; i++) {
        for (variant how = AS_SAMPLE; how < VARIANT_COUNT; how++) {
            count += check_request(command, &(plan){ &shape->fields[i], how });
        }
        if (shape->fields[i].object != NULL) {
            count += check_fields_of_request(command, shape->fields[i].object);
        }
    }
    return count;
}

static void requests__keep_every_bound(void **state)
{
    (void)state;
    size_t count = 0;
    for (size_t i = 0; i < FK_COMMAND_COUNT; i++) {
        if (fk_commands[i].raw_size_bytes_max == 0) {
            count += check_request(&fk_commands[i], &(plan){ NULL, AS_SAMPLE });
            count += check_fields_of_request(&fk_commands[i], fk_commands[i].request);
        }
    }
    printf("requests: %zu cases\n", count);
    assert_true(count > 300);
}

static void requests__that_are_raw_keep_their_bounds(void **state)
{
    (void)state;
    size_t fixed_count = 0;
    size_t variable_count = 0;
    for (size_t i = 0; i < FK_COMMAND_COUNT; i++) {
        const fk_command *command = &fk_commands[i];
        size_t min = command->raw_size_bytes_min;
        size_t max = command->raw_size_bytes_max;
        const size_t sizes[] = { 0, min / 2, min - 1, min, (min + max) / 2, max, max + 1, 2 * max };
        for (size_t j = 0; max > 0 && j < sizeof sizes / sizeof *sizes; j++) {
            fk_arena arena;
            fk_arena_init(&arena, &fk_allocator_libc, 1000);
            fk_request request;
            fk_bytes bytes = fk_bytes_of(shape_sample_filler, sizes[j]);
            fk_status status = fk_request_decode(command, bytes, &arena, &request, NULL);
            bool is_good = sizes[j] >= min && sizes[j] <= max;
            assert_code(status, is_good ? FK_OK : FK_ERR_INVALID_INPUT);
            if (is_good) {
                const fk_bytes *raw = &((const fk_vault_unlock_request *)request.fields)->raw;
                assert_ptr_equal(raw->data, shape_sample_filler);
                assert_int_equal(raw->size_bytes, sizes[j]);
                fk_request_free(&request);
            }
            fk_arena_reset(&arena);
        }
        fixed_count += max > 0 && min == max;
        variable_count += max > min;
    }
    assert_true(fixed_count >= 2);
    assert_true(variable_count >= 1);
}

static void requests__are_one_object(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        fk_code code;
        const char *detail;
    } cases[] = {
        { "[]", FK_ERR_INVALID_INPUT, "request: wrong-type" },
        { "null", FK_ERR_INVALID_INPUT, "request: wrong-type" },
        { "{\"canary\":1}", FK_ERR_INVALID_INPUT, "request: unknown-member" },
        { "", FK_ERR_BAD_JSON, "json: no value at byte 0" },
        { "{\"limit\":10,\"limit\":10}", FK_ERR_BAD_JSON, "json: two members with one name" },
        { "{\"limit\":0}", FK_ERR_INVALID_INPUT, "request.limit: out-of-range" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_arena arena;
        fk_arena_init(&arena, &fk_allocator_libc, 1000);
        fk_request request;
        fk_error error = { "" };
        const fk_command *command = fk_command_by_id(FK_COMMAND_CASE_LIST);
        fk_bytes text = fk_bytes_text(cases[i].text);
        assert_code(fk_request_decode(command, text, &arena, &request, &error), cases[i].code);
        assert_string_equal(error.detail, cases[i].detail);
        fk_arena_reset(&arena);
    }
}

static void requests__fill_the_generated_struct(void **state)
{
    (void)state;
    static const char text[] =
        "{\"timeMs\":5,\"caseId\":\"0123456789abcdef0123456789abcdef\","
        "\"recordId\":\"000000000000000000000000000000ff\",\"type\":\"person\","
        "\"changes\":[{\"field\":\"name\",\"value\":\"Ana\"},{\"field\":\"phone\",\"value\":null}]}";
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 10000);
    fk_request request;
    fk_status status =
        fk_request_decode(fk_command_by_id(FK_COMMAND_DRAFT_SAVE), fk_bytes_text(text), &arena, &request, NULL);
    assert_code(status, FK_OK);
    const fk_draft_save_request *fields = request.fields;
    assert_true(fields->time_ms == 5);
    assert_int_equal(fields->case_id.bytes[0], 0x01);
    assert_int_equal(fields->record_id.bytes[15], 0xff);
    assert_true(fk_bytes_equal_text(fields->type, "person"));
    assert_int_equal(fields->changes_count, 2);
    assert_true(fk_bytes_equal_text(fields->changes[0].field, "name"));
    assert_true(fk_bytes_equal_text(fk_json_string(fields->changes[0].value), "Ana"));
    assert_int_equal(fk_json_kind_of(fields->changes[1].value), FK_JSON_NULL);
    fk_request_free(&request);
    fk_arena_reset(&arena);
}

static void requests__refuse_an_id_of_zeros(void **state)
{
    (void)state;
    static const char text[] = "{\"recordId\":\"00000000000000000000000000000000\"}";
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 1000);
    fk_request request;
    fk_error error = { "" };
    fk_status status =
        fk_request_decode(fk_command_by_id(FK_COMMAND_DOCUMENT_CHECK), fk_bytes_text(text), &arena, &request, &error);
    assert_code(status, FK_ERR_INVALID_INPUT);
    assert_string_equal(error.detail, "request.recordId: not-allowed");
    fk_arena_reset(&arena);
}

static void requests__name_the_element_that_is_wrong(void **state)
{
    (void)state;
    static const char text[] = "{\"timeMs\":5,\"caseId\":\"0123456789abcdef0123456789abcdef\","
                               "\"recordId\":\"0123456789abcdef0123456789abcdef\",\"type\":\"person\","
                               "\"changes\":[{\"field\":\"name\",\"value\":1},{\"field\":7,\"value\":2}]}";
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 10000);
    fk_request request;
    fk_error error = { "" };
    fk_status status =
        fk_request_decode(fk_command_by_id(FK_COMMAND_DRAFT_SAVE), fk_bytes_text(text), &arena, &request, &error);
    assert_code(status, FK_ERR_INVALID_INPUT);
    assert_string_equal(error.detail, "request.changes[1].field: wrong-type");
    fk_arena_reset(&arena);
}

static void requests__survive_each_allocation_failure(void **state)
{
    (void)state;
    for (size_t i = 0; i < FK_COMMAND_COUNT; i++) {
        fk_buffer text;
        shape_sample_text(fk_commands[i].request, &(plan){ NULL, AS_SAMPLE }, &text);
        fk_bytes bytes = fk_commands[i].raw_size_bytes_max > 0
                             ? fk_bytes_of(shape_sample_filler, fk_commands[i].raw_size_bytes_min)
                             : fk_buffer_view(&text);
        bool has_succeeded = false;
        for (uint64_t fail_at = 0; !has_succeeded; fail_at++) {
            failing_allocator failing;
            failing_allocator_init(&failing, fail_at);
            fk_codec_start(&failing.allocator);
            fk_arena arena;
            fk_arena_init(&arena, &failing.allocator, 1U << 20);
            fk_request request;
            fk_status status = fk_request_decode(&fk_commands[i], bytes, &arena, &request, NULL);
            has_succeeded = fk_is_ok(status);
            assert_code(status, has_succeeded ? FK_OK : FK_ERR_NO_MEMORY);
            fk_request_free(&request);
            fk_arena_reset(&arena);
            assert_int_equal(failing.live_bytes, 0);
        }
        fk_buffer_free(&text);
    }
    fk_codec_start(&fk_allocator_libc);
}

static void commands__are_found_by_id_and_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < FK_COMMAND_COUNT; i++) {
        assert_ptr_equal(fk_command_by_id(fk_commands[i].id), &fk_commands[i]);
        assert_ptr_equal(fk_command_by_name(fk_bytes_text(fk_commands[i].name)), &fk_commands[i]);
    }
    assert_null(fk_command_by_id(0));
    assert_null(fk_command_by_id(UINT32_MAX));
    assert_null(fk_command_by_name(fk_bytes_text("case.lis")));
    assert_null(fk_command_by_name(fk_bytes_text("")));
}

int main(void)
{
    fk_codec_start(&fk_allocator_libc);
    shape_sample_reset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests__keep_every_bound),
        cmocka_unit_test(requests__that_are_raw_keep_their_bounds),
        cmocka_unit_test(requests__are_one_object),
        cmocka_unit_test(requests__fill_the_generated_struct),
        cmocka_unit_test(requests__refuse_an_id_of_zeros),
        cmocka_unit_test(requests__name_the_element_that_is_wrong),
        cmocka_unit_test(requests__survive_each_allocation_failure),
        cmocka_unit_test(commands__are_found_by_id_and_by_name),
    };
    return cmocka_run_group_tests_name("codec_request", tests, NULL, NULL);
}
