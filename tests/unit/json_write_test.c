/* The JSON writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "failing_allocator.h"
#include "fk/json.h"

static void assert_text(fk_bytes bytes, const char *text)
{
    assert_int_equal(bytes.size_bytes, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.size_bytes);
}

static void writer__writes_canonical_json(void **state)
{
    (void)state;
    fk_buffer buffer;
    fk_buffer_init(&buffer, &fk_allocator_libc, 1000);
    fk_json_writer writer;
    fk_json_writer_init(&writer, &buffer);
    fk_json_object_begin(&writer);
    fk_json_key_text(&writer, "z");
    fk_json_array_begin(&writer);
    fk_json_write_int(&writer, INT64_MIN);
    fk_json_write_uint(&writer, UINT64_MAX);
    fk_json_write_bool(&writer, false);
    fk_json_write_null(&writer);
    fk_json_write_raw(&writer, fk_bytes_text("1.50"));
    fk_json_array_begin(&writer);
    fk_json_array_end(&writer);
    fk_json_array_end(&writer);
    fk_json_key_text(&writer, "a\n\"");
    fk_json_write_text(&writer, "\x01\x1f\x7f \b\f\n\r\t\"\\/\xc3\xa9");
    fk_json_key_text(&writer, "e");
    fk_json_object_begin(&writer);
    fk_json_object_end(&writer);
    fk_json_object_end(&writer);
    assert_code(fk_json_finish(&writer), FK_OK);
    assert_text(fk_buffer_view(&buffer),
                "{\"z\":[-9223372036854775808,18446744073709551615,false,null,1.50,[]],"
                "\"a\\n\\\"\":\"\\u0001\\u001f\x7f \\b\\f\\n\\r\\t\\\"\\\\/\xc3\xa9\",\"e\":{}}");
    assert_int_equal(writer.size_bytes, buffer.size_bytes);
    fk_buffer_free(&buffer);
}

static void writer__keeps_its_first_failure(void **state)
{
    (void)state;
    fk_buffer buffer;
    fk_json_writer writer;
    for (size_t room = 0; room <= 11; room++) { /* the text has 11 bytes */
        fk_buffer_init(&buffer, &fk_allocator_libc, room);
        fk_json_writer_init(&writer, &buffer);
        fk_json_array_begin(&writer);
        fk_json_write_text(&writer, "ab");
        fk_json_write_bool(&writer, true);
        fk_json_array_end(&writer);
        assert_code(fk_json_finish(&writer), room < 11 ? FK_ERR_TOO_LARGE : FK_OK);
        fk_buffer_free(&buffer);
    }
    fk_buffer_init(&buffer, &fk_allocator_libc, 100);
    fk_json_writer_init(&writer, &buffer);
    fk_json_array_begin(&writer);
    fk_json_write_text(&writer, "\xff");
    fk_json_write_bool(&writer, true);
    fk_json_array_end(&writer);
    assert_code(fk_json_finish(&writer), FK_ERR_INVALID_INPUT);
    fk_buffer_free(&buffer);
}

static void writer__refuses_one_level_too_many(void **state)
{
    (void)state;
    for (size_t depth = FK_JSON_DEPTH_MAX; depth <= FK_JSON_DEPTH_MAX + 1; depth++) {
        fk_buffer buffer;
        fk_buffer_init(&buffer, &fk_allocator_libc, 1000);
        fk_json_writer writer;
        fk_json_writer_init(&writer, &buffer);
        for (size_t i = 0; i < depth; i++) {
            fk_json_array_begin(&writer);
        }
        for (size_t i = 0; i < depth; i++) {
            fk_json_array_end(&writer);
        }
        assert_code(fk_json_finish(&writer), depth == FK_JSON_DEPTH_MAX ? FK_OK : FK_ERR_TOO_LARGE);
        fk_buffer_free(&buffer);
    }
}

static void writer__survives_each_allocation_failure(void **state)
{
    (void)state;
    bool has_succeeded = false;
    uint64_t fail_at = 0;
    for (; !has_succeeded; fail_at++) {
        failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        fk_buffer buffer;
        fk_buffer_init(&buffer, &failing.allocator, 100000);
        fk_json_writer writer;
        fk_json_writer_init(&writer, &buffer);
        fk_json_array_begin(&writer);
        for (size_t i = 0; i < 1000; i++) {
            fk_json_write_text(&writer, "quote \" and more");
        }
        fk_json_array_end(&writer);
        fk_status status = fk_json_finish(&writer);
        has_succeeded = fk_is_ok(status);
        assert_code(status, has_succeeded ? FK_OK : FK_ERR_NO_MEMORY);
        fk_buffer_free(&buffer);
        assert_int_equal(failing.live_bytes, 0);
    }
    assert_true(fail_at > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writer__writes_canonical_json),
        cmocka_unit_test(writer__keeps_its_first_failure),
        cmocka_unit_test(writer__refuses_one_level_too_many),
        cmocka_unit_test(writer__survives_each_allocation_failure),
    };
    return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
