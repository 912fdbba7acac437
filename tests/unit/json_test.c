/* The strict reader, its tree, and JSONTestSuite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "assert_code.h"
#include "failing_allocator.h"
#include "fk/json.h"
#include "vectors.h"

static void assert_text(fk_bytes bytes, const char *text)
{
    assert_int_equal(bytes.size_bytes, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.size_bytes);
}

static fk_json_doc *parse(fk_bytes text)
{
    fk_json_doc *doc = NULL;
    fk_error error = { "" };
    fk_status status = fk_json_parse(&fk_allocator_libc, text, &fk_json_limits_form, &doc, &error);
    if (!fk_is_ok(status)) {
        print_error("%s\n", error.detail);
    }
    assert_code(status, FK_OK);
    return doc;
}

static fk_status parse_within(const char *text, fk_json_limits limits)
{
    fk_json_doc *doc = NULL;
    fk_status status = fk_json_parse(&fk_allocator_libc, fk_bytes_text(text), &limits, &doc, NULL);
    assert_true(fk_is_ok(status) == (doc != NULL));
    fk_json_doc_free(doc);
    return status;
}

/* --- what is JSON ------------------------------------------------------------------------------- */

static void parse__refuses_what_is_not_strict_json(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *reason;
    } cases[] = {
        { "", "no value at byte 0" },
        { "  ", "no value" },
        { "nul", "no value" },
        { "nullx", "more after the value" },
        { "{} {}", "more after the value at byte 3" },
        { "01", "more after the value" },
        { "-", "no value" },
        { "+1", "no value" },
        { "1.", "no value" },
        { ".5", "no value" },
        { "1e", "no value" },
        { "1e+", "no value" },
        { "1e400", "number out of range" },
        { "-1e400", "number out of range" },
        { "NaN", "no value" },
        { "Infinity", "no value" },
        { "[1,]", "no value" },
        { "[1 2]", "no comma" },
        { "[", "no value" },
        { "[1", "no comma" },
        { "{\"a\":1,}", "no string" },
        { "{\"a\" 1}", "no colon" },
        { "{a:1}", "no string" },
        { "{\"a\":1,\"a\":2}", "two members with one name" },
        { "{\"a\":1,\"\\u0061\":2}", "two members with one name" },
        { "[{\"b\":{\"x\":1,\"y\":2,\"x\":3}}]", "two members with one name" },
        { "{\"\":1,\"\":2}", "two members with one name" },
        { "\"abc", "control character or end" },
        { "\"a\nb\"", "control character or end" },
        { "\"\\", "no such escape" },
        { "\"\\x41\"", "no such escape" },
        { "\"\\u12g4\"", "not four hex digits" },
        { "\"\\u12", "not four hex digits" },
        { "\"\\u0000\"", "NUL" },
        { "{\"a\\u0000b\":1}", "NUL" },
        { "\"\\ud800\"", "half a surrogate pair" },
        { "\"\\udc00\"", "half a surrogate pair" },
        { "\"\\ud800\\ud800\"", "half a surrogate pair" },
        { "\"\\ud800x\"", "half a surrogate pair" },
        { "\"\\ud800\\n\"", "half a surrogate pair" },
        { "\"\xff\"", "not UTF-8" },
        { "\"\xed\xa0\x80\"", "not UTF-8" },
        { "\xef\xbb\xbf{}", "no value" },
        { "\f1", "no value" },
        { "/**/1", "no value" },
        { "'a'", "no value" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_json_doc *doc = NULL;
        fk_error error = { "" };
        fk_bytes text = fk_bytes_text(cases[i].text);
        assert_code(fk_json_parse(&fk_allocator_libc, text, &fk_json_limits_form, &doc, &error), FK_ERR_BAD_JSON);
        assert_null(doc);
        if (strstr(error.detail, cases[i].reason) == NULL) {
            fail_msg("case %zu: %s is not %s", i, error.detail, cases[i].reason);
        }
    }
}

static void parse__refuses_a_nul_byte_wherever_it_stands(void **state)
{
    (void)state;
    static const char texts[][8] = { "\0", "1\0", "\"a\0b\"", "[\0]" };
    static const size_t sizes[] = { 1, 2, 5, 3 };
    for (size_t i = 0; i < 4; i++) {
        assert_code(fk_json_check(&fk_allocator_libc, fk_bytes_of(texts[i], sizes[i]), NULL), FK_ERR_BAD_JSON);
    }
}

static void parse__never_repeats_the_text_in_its_error(void **state)
{
    (void)state;
    static const char *const texts[] = { "{\"canary\":1,\"canary\":2}", "\"canary", "[canary]", "\"canary\\q\"" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        fk_error error = { "" };
        assert_code(fk_json_check(&fk_allocator_libc, fk_bytes_text(texts[i]), &error), FK_ERR_BAD_JSON);
        assert_true(error.detail[0] != '\0');
        assert_null(strstr(error.detail, "canary"));
    }
}

static void parse__keeps_each_limit_exactly(void **state)
{
    (void)state;
    assert_code(parse_within("[[1]]", (fk_json_limits){ 5, 2, 3 }), FK_OK);
    assert_code(parse_within("[[1]]", (fk_json_limits){ 4, 2, 3 }), FK_ERR_TOO_LARGE);
    assert_code(parse_within("[[1]]", (fk_json_limits){ 5, 1, 3 }), FK_ERR_TOO_LARGE);
    assert_code(parse_within("[[1]]", (fk_json_limits){ 5, 2, 2 }), FK_ERR_TOO_LARGE);
    assert_code(parse_within("{\"a\":{}}", (fk_json_limits){ 8, 2, 2 }), FK_OK);
    assert_code(parse_within("{\"a\":{}}", (fk_json_limits){ 8, 1, 2 }), FK_ERR_TOO_LARGE);
    assert_code(parse_within("1", (fk_json_limits){ 1, 0, 1 }), FK_OK);
    assert_code(parse_within("[]", (fk_json_limits){ 2, 0, 1 }), FK_ERR_TOO_LARGE);
}

static void parse__takes_256_levels_and_not_257(void **state)
{
    (void)state;
    char text[2 * 257 + 1] = { 0 };
    for (size_t depth = 256; depth <= 257; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        fk_status status = fk_json_check(&fk_allocator_libc, fk_bytes_of(text, 2 * depth), NULL);
        assert_code(status, depth == 256 ? FK_OK : FK_ERR_TOO_LARGE);
    }
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    text[66] = '\0';
    assert_code(parse_within(text, fk_json_limits_command), FK_ERR_TOO_LARGE);
}

static void parse__bounds_the_digits_of_a_number(void **state)
{
    (void)state;
    char digits[FK_JSON_NUMBER_SIZE_BYTES_MAX + 2] = { 0 };
    memset(digits, '1', FK_JSON_NUMBER_SIZE_BYTES_MAX + 1);
    memcpy(digits, "0.", 2);
    fk_bytes text = fk_bytes_of(digits, FK_JSON_NUMBER_SIZE_BYTES_MAX);
    assert_code(fk_json_check(&fk_allocator_libc, text, NULL), FK_OK);
    text.size_bytes++;
    assert_code(fk_json_check(&fk_allocator_libc, text, NULL), FK_ERR_BAD_JSON);
}

/* Comparing each name with each other would take hours here. */
static void parse__finds_one_repeated_name_among_many(void **state)
{
    (void)state;
    enum { NAME_COUNT = 200000 };
    fk_buffer text;
    fk_buffer_init(&text, &fk_allocator_libc, fk_json_limits_form.size_bytes_max);
    fk_json_writer writer;
    fk_json_writer_init(&writer, &text);
    fk_json_object_begin(&writer);
    for (unsigned i = 0; i < NAME_COUNT; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "n%u", i * 7919U % NAME_COUNT);
        fk_json_key_text(&writer, name);
        fk_json_write_null(&writer);
    }
    fk_json_object_end(&writer);
    assert_code(fk_json_finish(&writer), FK_OK);
    assert_code(fk_json_check(&fk_allocator_libc, fk_buffer_view(&text), NULL), FK_OK);
    memcpy(text.data + 1, "\"n1\":1,", 7); /* over the first member, which is "n0":null */
    memset(text.data + 8, ' ', 3);
    assert_code(fk_json_check(&fk_allocator_libc, fk_buffer_view(&text), NULL), FK_ERR_BAD_JSON);
    fk_buffer_free(&text);
}

/* --- the tree ------------------------------------------------------------------------------------- */

static void tree__gives_members_elements_and_kinds(void **state)
{
    (void)state;
    fk_json_doc *doc = parse(fk_bytes_text(" { \"a\" : [ 1 , \"x\" , null ] , \"b\":{}, \"c\":true,\"\":-0 } "));
    const fk_json *root = fk_json_root(doc);
    assert_int_equal(fk_json_kind_of(root), FK_JSON_OBJECT);
    assert_int_equal(fk_json_count(root), 4);
    assert_int_equal(fk_json_name(root).size_bytes, 0);
    const fk_json *list = fk_json_member_text(root, "a");
    assert_int_equal(fk_json_kind_of(list), FK_JSON_ARRAY);
    assert_int_equal(fk_json_count(list), 3);
    const fk_json *element = fk_json_first(list);
    assert_int_equal(fk_json_kind_of(element), FK_JSON_NUMBER);
    assert_int_equal(fk_json_name(element).size_bytes, 0);
    element = fk_json_next(element);
    assert_int_equal(fk_json_kind_of(element), FK_JSON_STRING);
    element = fk_json_next(element);
    assert_int_equal(fk_json_kind_of(element), FK_JSON_NULL);
    assert_null(fk_json_next(element));
    const fk_json *empty = fk_json_member_text(root, "b");
    assert_int_equal(fk_json_kind_of(empty), FK_JSON_OBJECT);
    assert_null(fk_json_first(empty));
    assert_text(fk_json_name(empty), "b");
    assert_int_equal(fk_json_kind_of(fk_json_member_text(root, "c")), FK_JSON_BOOL);
    assert_text(fk_json_number_text(fk_json_member_text(root, "")), "-0");
    assert_int_equal(fk_json_kind_of(fk_json_member_text(root, "d")), FK_JSON_ABSENT);
    assert_null(fk_json_member_text(list, "a"));
    assert_int_equal(fk_json_count(NULL), 0);
    fk_json_doc_free(doc);
}

static void tree__tells_a_string_from_a_number_whatever_it_begins_with(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *text;
    } cases[] = {
        { "\"\\u00011\"", "\x01"
                          "1" },
        { "\"\\u0001\"", "\x01" },
        { "\"\\u0002\"", "\x02" },
        { "\"\\u0002\\u00015\"", "\x02\x01"
                                 "5" },
        { "\"\\u00035\"", "\x03"
                          "5" },
        { "\"\"", "" },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
        { "\"\\uD83D\\uDE00\\u20aC\"", "\xf0\x9f\x98\x80\xe2\x82\xac" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_json_doc *doc = parse(fk_bytes_text(cases[i].json));
        assert_int_equal(fk_json_kind_of(fk_json_root(doc)), FK_JSON_STRING);
        assert_text(fk_json_string(fk_json_root(doc)), cases[i].text);
        assert_int_equal(fk_json_number_text(fk_json_root(doc)).size_bytes, 0);
        fk_json_doc_free(doc);
    }
}

static void tree__loses_no_digit_of_a_number(void **state)
{
    (void)state;
    static const char *const numbers[] = { "0", "-0", "12345678901234567890123", "1.10", "1E+2", "0.1e-07", "-1.0" };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        fk_json_doc *doc = parse(fk_bytes_text(numbers[i]));
        assert_text(fk_json_number_text(fk_json_root(doc)), numbers[i]);
        assert_int_equal(fk_json_string(fk_json_root(doc)).size_bytes, 0);
        fk_json_doc_free(doc);
    }
}

static void to_int64__checks_range_and_form(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        int64_t min;
        int64_t max;
        bool is_good;
        int64_t value;
    } cases[] = {
        { "0", 0, 0, true, 0 },
        { "-0", 0, 0, true, 0 },
        { "5", 0, 4, false, 0 },
        { "-5", -5, 4, true, -5 },
        { "-6", -5, 4, false, 0 },
        { "9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX },
        { "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
        { "-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN },
        { "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0 },
        { "1.0", 0, 9, false, 0 },
        { "1e0", 0, 9, false, 0 },
        { "\"1\"", 0, 9, false, 0 },
        { "true", 0, 9, false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_json_doc *doc = parse(fk_bytes_text(cases[i].json));
        int64_t value = 77;
        fk_status status = fk_json_to_int64(fk_json_root(doc), cases[i].min, cases[i].max, &value);
        assert_code(status, cases[i].is_good ? FK_OK : FK_ERR_INVALID_INPUT);
        assert_true(value == cases[i].value);
        fk_json_doc_free(doc);
    }
}

static void to_uint64__checks_range_and_form(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool is_good;
        uint64_t value;
    } cases[] = {
        { "18446744073709551615", true, UINT64_MAX },
        { "18446744073709551616", false, 0 },
        { "-1", false, 0 },
        { "1", true, 1 },
        { "0", false, 0 },
        { "null", false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_json_doc *doc = parse(fk_bytes_text(cases[i].json));
        uint64_t value = 77;
        fk_status status = fk_json_to_uint64(fk_json_root(doc), 1, UINT64_MAX, &value);
        assert_code(status, cases[i].is_good ? FK_OK : FK_ERR_INVALID_INPUT);
        assert_true(value == cases[i].value);
        fk_json_doc_free(doc);
    }
}

static void to_others__refuse_other_kinds(void **state)
{
    (void)state;
    fk_json_doc *doc = parse(fk_bytes_text("[true,\"four\",2.5e3]"));
    const fk_json *flag = fk_json_first(fk_json_root(doc));
    const fk_json *text = fk_json_next(flag);
    const fk_json *number = fk_json_next(text);
    bool is_set = false;
    double real = 0;
    fk_bytes bytes;
    assert_code(fk_json_to_bool(flag, &is_set), FK_OK);
    assert_true(is_set);
    assert_code(fk_json_to_bool(text, &is_set), FK_ERR_INVALID_INPUT);
    assert_false(is_set);
    assert_code(fk_json_to_double(number, &real), FK_OK);
    assert_true(real == 2500.0);
    assert_code(fk_json_to_double(flag, &real), FK_ERR_INVALID_INPUT);
    assert_code(fk_json_to_string(text, 4, &bytes), FK_OK);
    assert_text(bytes, "four");
    assert_code(fk_json_to_string(text, 3, &bytes), FK_ERR_INVALID_INPUT);
    assert_code(fk_json_to_string(number, 99, &bytes), FK_ERR_INVALID_INPUT);
    assert_code(fk_json_to_string(NULL, 99, &bytes), FK_ERR_INVALID_INPUT);
    fk_json_doc_free(doc);
}

/* --- memory ----------------------------------------------------------------------------------------- */

static void parse__survives_each_allocation_failure(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[1,\"two\",{\"b\":null,\"c\":-1.5e3}],\"d\":\"\\u0001x\",\"e\":{}}";
    bool has_succeeded = false;
    uint64_t fail_at = 0;
    for (; !has_succeeded; fail_at++) {
        failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        fk_codec_start(&failing.allocator);
        fk_json_doc *doc = NULL;
        fk_status status = fk_json_parse(&failing.allocator, fk_bytes_text(text), &fk_json_limits_command, &doc, NULL);
        has_succeeded = fk_is_ok(status);
        if (!has_succeeded) {
            assert_code(status, FK_ERR_NO_MEMORY);
            assert_null(doc);
        }
        fk_json_doc_free(doc);
        assert_int_equal(failing.live_bytes, 0);
        assert_int_equal(failing.live_count, 0);
    }
    assert_true(fail_at > 20);
    fk_codec_start(&fk_allocator_libc);
}

/* --- JSONTestSuite ---------------------------------------------------------------------------------- */

/* Write what was read, read it again, write again: both texts are the same, and as long as announced. */
static void assert_round_trip(fk_bytes text)
{
    fk_buffer first;
    fk_buffer second;
    fk_buffer_init(&first, &fk_allocator_libc, SIZE_MAX / 2);
    fk_buffer_init(&second, &fk_allocator_libc, SIZE_MAX / 2);
    fk_json_writer writer;
    fk_json_doc *doc = parse(text);
    fk_json_writer_init(&writer, &first);
    fk_json_write_value(&writer, fk_json_root(doc));
    assert_code(fk_json_finish(&writer), FK_OK);
    assert_int_equal(fk_json_text_size_bytes(fk_json_root(doc)), first.size_bytes);
    fk_json_doc_free(doc);
    doc = parse(fk_buffer_view(&first));
    fk_json_writer_init(&writer, &second);
    fk_json_write_value(&writer, fk_json_root(doc));
    assert_code(fk_json_finish(&writer), FK_OK);
    assert_true(fk_bytes_equal(fk_buffer_view(&first), fk_buffer_view(&second)));
    fk_json_doc_free(doc);
    fk_buffer_free(&first);
    fk_buffer_free(&second);
}

/* Refused by design: names that occur twice, and NUL. */
static bool is_refused_by_design(const char *name)
{
    return strncmp(name, "y_object_duplicated_key", strlen("y_object_duplicated_key")) == 0 ||
           strcmp(name, "y_string_null_escape.json") == 0 || strcmp(name, "y_object_escaped_null_in_key.json") == 0;
}

static void check_vector(const char *folder, const char *name, size_t *counts)
{
    char path[1024];
    assert_true((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) < sizeof path);
    size_t size_bytes = 0;
    uint8_t *bytes = vectors_read_file(path, &size_bytes);
    fk_bytes text = fk_bytes_of(bytes, size_bytes);
    bool is_taken = fk_is_ok(fk_json_check(&fk_allocator_libc, text, NULL));
    bool is_wanted = name[0] == 'y' && !is_refused_by_design(name);
    if (name[0] != 'i' && is_taken != is_wanted) {
        fail_msg("%s was %s", name, is_taken ? "accepted" : "refused");
    }
    if (is_taken) {
        assert_round_trip(text);
    }
    counts[name[0] == 'y' ? 0 : name[0] == 'n' ? 1 : 2]++;
    free(bytes);
}

static void json_test_suite__is_read_as_it_asks(void **state)
{
    (void)state;
    char folder[512];
    if (!vectors_folder("json/test_parsing", folder, sizeof folder)) {
        skip();
    }
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    size_t counts[3] = { 0 };
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (strchr("yni", entry->d_name[0]) != NULL && entry->d_name[1] == '_') {
            check_vector(folder, entry->d_name, counts);
        }
    }
    (void)closedir(entries);
    printf("JSONTestSuite: %zu y_, %zu n_, %zu i_ files\n", counts[0], counts[1], counts[2]);
    assert_true(counts[0] >= 90);
    assert_true(counts[1] >= 180);
    assert_true(counts[2] >= 30);
}

int main(void)
{
    fk_codec_start(&fk_allocator_libc);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__refuses_what_is_not_strict_json),
        cmocka_unit_test(parse__refuses_a_nul_byte_wherever_it_stands),
        cmocka_unit_test(parse__never_repeats_the_text_in_its_error),
        cmocka_unit_test(parse__keeps_each_limit_exactly),
        cmocka_unit_test(parse__takes_256_levels_and_not_257),
        cmocka_unit_test(parse__bounds_the_digits_of_a_number),
        cmocka_unit_test(parse__finds_one_repeated_name_among_many),
        cmocka_unit_test(tree__gives_members_elements_and_kinds),
        cmocka_unit_test(tree__tells_a_string_from_a_number_whatever_it_begins_with),
        cmocka_unit_test(tree__loses_no_digit_of_a_number),
        cmocka_unit_test(to_int64__checks_range_and_form),
        cmocka_unit_test(to_uint64__checks_range_and_form),
        cmocka_unit_test(to_others__refuse_other_kinds),
        cmocka_unit_test(parse__survives_each_allocation_failure),
        cmocka_unit_test(json_test_suite__is_read_as_it_asks),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
