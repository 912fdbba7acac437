/* Record tables: finding fields. Values: checked against their field and made canonical. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "failing_allocator.h"
#include "record_value.h"
#include "records_gen.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const fk_record_field *field_of(const char *type_name, const char *path)
{
    const fk_record_type *type = fk_record_type_find(fk_bytes_text(type_name));
    assert_non_null(type);
    const fk_record_field *field = fk_record_field_find(type, fk_bytes_text(path));
    assert_non_null(field);
    return field;
}

/* --- tables --------------------------------------------------------------------------------------- */

static void field_find__takes_exactly_the_paths_of_the_schema(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *path;
        const char *name; /* NULL: there is none */
        const char *key;
    } cases[] = {
        { "case", "status", "status", "" },
        { "case", "state", "state", "" },
        { "case", "version", NULL, "" },
        { "referral", "version", "version", "" },
        { "area_profile", "state", NULL, "" },
        { "case", "Status", NULL, "" },
        { "case", "", NULL, "" },
        { "case", "/", NULL, "" },
        { "case", "status/x", NULL, "" },
        { "case", "status/", NULL, "" },
        { "assessment", "answer/D01_INJURY", "answer", "D01_INJURY" },
        { "assessment", "answer/a.b-c_9", "answer", "a.b-c_9" },
        { "assessment", "answer", NULL, "" },
        { "assessment", "answer/", NULL, "" },
        { "assessment", "answer/a/b", NULL, "" },
        { "assessment", "answer/a b", NULL, "" },
        { "assessment", "answer/\xc3\xa9", NULL, "" },
        { "assessment", "answer/123456789012345678901234567890123456789012345678901234567890", "answer",
          "123456789012345678901234567890123456789012345678901234567890" },
        { "assessment", "answer/1234567890123456789012345678901234567890123456789012345678901", NULL, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const fk_record_type *type = fk_record_type_find(fk_bytes_text(cases[i].type));
        const fk_record_field *field = fk_record_field_find(type, fk_bytes_text(cases[i].path));
        if ((field == NULL) != (cases[i].name == NULL)) {
            fail_msg("%s %s", cases[i].type, cases[i].path);
        }
        if (field != NULL) {
            assert_string_equal(field->name, cases[i].name);
            assert_true(fk_bytes_equal_text(fk_record_path_key(fk_bytes_text(cases[i].path)), cases[i].key));
        }
    }
    assert_null(fk_record_type_find(fk_bytes_text("cases")));
    assert_null(fk_record_type_find(fk_bytes_text("")));
}

static void tables__are_whole(void **state)
{
    (void)state;
    assert_string_equal(fk_record_types[FK_RECORD_TYPE_SAFETY_PLAN].name, "safety_plan");
    const fk_record_type *person = &fk_record_types[FK_RECORD_TYPE_PERSON];
    assert_string_equal(person->fields[FK_FIELD_PERSON_ALIASES].name, "aliases");
    assert_true(person->fields[FK_FIELD_PERSON_ALIASES].is_searchable);
    for (size_t i = 0; i < FK_RECORD_TYPE_COUNT; i++) {
        const fk_record_type *type = &fk_record_types[i];
        for (size_t k = 0; k < type->field_count; k++) {
            const fk_record_field *field = &type->fields[k];
            bool has_choice = field->kind == FK_RECORD_CHOICE || field->kind == FK_RECORD_SET;
            bool has_bytes = field->kind == FK_RECORD_TEXT || field->kind == FK_RECORD_JSON;
            assert_int_equal(field->choice != NULL, has_choice);
            assert_int_equal(field->composite != NULL, field->kind == FK_RECORD_COMPOSITE);
            assert_int_equal(field->size_bytes_max > 0, has_bytes);
            assert_int_equal(field->count_max > 0, field->kind == FK_RECORD_REFERENCES);
            assert_int_equal(field->merge == FK_MERGE_SAFETY, field->least_safety != FK_LEAST_SAFETY_NONE);
        }
    }
    const fk_record_field *call = field_of("safe_contact", "safeToCall");
    static const char *const order[] = { "no", "not_known", "not_asked", "declined", "yes" };
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(call->choice->values[call->least_safety_order[i]], order[i]);
    }
}

/* --- values --------------------------------------------------------------------------------------- */

typedef struct value_case {
    const char *type;
    const char *path;
    const char *json;
    const char *text; /* canonical; NULL: refused */
    fk_code code;     /* when refused */
    const char *detail;
} value_case;

static void check_value(const value_case *expected, fk_record_value_use use)
{
    fk_json_doc *doc = NULL;
    assert_code(fk_json_parse(&fk_allocator_libc, fk_bytes_text(expected->json), &fk_json_limits_form, &doc, NULL),
                FK_OK);
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 1U << 20);
    bool has_value = false;
    fk_bytes text;
    fk_error error = { "" };
    const fk_record_field *field = field_of(expected->type, expected->path);
    fk_status status = fk_record_value_make(field, fk_json_root(doc), use, &arena, &has_value, &text, &error);
    if (expected->text != NULL) {
        if (!fk_is_ok(status)) {
            print_error("%s %s: %s\n", expected->path, expected->json, error.detail);
        }
        assert_code(status, FK_OK);
        if (!fk_bytes_equal_text(text, expected->text)) {
            fail_msg("%.*s is not %s", (int)text.size_bytes, (const char *)text.data, expected->text);
        }
        assert_int_equal(has_value, strcmp(expected->text, "null") != 0);
        assert_code(fk_record_value_recheck(field, text, &arena, &error),
                    use == FK_VALUE_OF_RECORD ? FK_OK : FK_ERR_INVALID_INPUT);
    } else {
        assert_code(status, expected->code);
        assert_string_equal(error.detail, expected->detail);
        assert_int_equal(text.size_bytes, 0);
        assert_false(has_value);
    }
    fk_arena_reset(&arena);
    fk_json_doc_free(doc);
}

static void values__become_canonical(void **state)
{
    (void)state;
    static const value_case cases[] = {
        { "person", "name", "\"Ana \\u00e9\\/\"", "\"Ana \xc3\xa9/\"", FK_OK, NULL },
        { "person", "name", "\"\"", "\"\"", FK_OK, NULL },
        { "person", "name", "\"\\u0001a\\nb\"", "\"\\u0001a\\nb\"", FK_OK, NULL },
        { "person", "name", "null", "null", FK_OK, NULL },
        { "case", "openedOn", "\"2024-02-29\"", "\"2024-02-29\"", FK_OK, NULL },
        { "case", "status", "\"closed\"", "\"closed\"", FK_OK, NULL },
        { "assessment", "professionalSeen", " false ", "false", FK_OK, NULL },
        { "assessment", "version", "10000", "10000", FK_OK, NULL },
        { "party", "person", "\"" ID_A "\"", "\"" ID_A "\"", FK_OK, NULL },
        { "case", "localFlags", "[\"LC_HBA\",\"LC_FGM\",\"LC_HBA\"]", "[\"LC_FGM\",\"LC_HBA\"]", FK_OK, NULL },
        { "case", "localFlags", "[ ]", "[]", FK_OK, NULL },
        { "case", "localFlags", "null", "null", FK_OK, NULL },
        { "prior_marac", "perpetrators", "[\"" ID_B "\",\"" ID_A "\",\"" ID_B "\"]", "[\"" ID_A "\",\"" ID_B "\"]",
          FK_OK, NULL },
        { "person", "birth", "{\"precision\":\"exact\",\"date\":\"1990-01-31\"}",
          "{\"date\":\"1990-01-31\",\"precision\":\"exact\"}", FK_OK, NULL },
        { "person", "birth", "{\"precision\":\"unknown\",\"date\":null}", "{\"precision\":\"unknown\"}", FK_OK, NULL },
        { "person", "birth", "{}", "null", FK_OK, NULL },
        { "person", "birth", "{\"date\":null}", "null", FK_OK, NULL },
        { "person", "address", "{\"confidential\":true,\"text\":\"1 Some Street\"}",
          "{\"text\":\"1 Some Street\",\"confidential\":true}", FK_OK, NULL },
        { "assessment", "answer/D01_INJURY", "{\"answer\":\"yes\"}", "{\"answer\":\"yes\"}", FK_OK, NULL },
        { "safety_plan", "item/sp.A1", "{\"order\":0,\"text\":\"x\",\"by\":\"2027-01-01\",\"agreed\":false}",
          "{\"text\":\"x\",\"agreed\":false,\"by\":\"2027-01-01\",\"order\":0}", FK_OK, NULL },
        { "evaluation", "result", "{ \"b\": [1.50, null], \"a\": {} }", "{\"b\":[1.50,null],\"a\":{}}", FK_OK, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_value(&cases[i], FK_VALUE_OF_RECORD);
    }
}

static void values__that_do_not_fit_are_refused_by_name(void **state)
{
    (void)state;
    static const value_case cases[] = {
        { "person", "name", "5", NULL, FK_ERR_INVALID_INPUT, "name: wrong-type" },
        { "person", "name", "[\"a\"]", NULL, FK_ERR_INVALID_INPUT, "name: wrong-type" },
        { "case", "openedOn", "\"2023-02-29\"", NULL, FK_ERR_INVALID_INPUT, "openedOn: not-allowed" },
        { "case", "openedOn", "\"\"", NULL, FK_ERR_INVALID_INPUT, "openedOn: not-allowed" },
        { "case", "openedOn", "20230228", NULL, FK_ERR_INVALID_INPUT, "openedOn: wrong-type" },
        { "case", "status", "\"Open\"", NULL, FK_ERR_INVALID_INPUT, "status: not-allowed" },
        { "case", "status", "true", NULL, FK_ERR_INVALID_INPUT, "status: wrong-type" },
        { "assessment", "professionalSeen", "\"true\"", NULL, FK_ERR_INVALID_INPUT, "professionalSeen: wrong-type" },
        { "assessment", "professionalSeen", "1", NULL, FK_ERR_INVALID_INPUT, "professionalSeen: wrong-type" },
        { "assessment", "version", "0", NULL, FK_ERR_INVALID_INPUT, "version: out-of-range" },
        { "assessment", "version", "10001", NULL, FK_ERR_INVALID_INPUT, "version: out-of-range" },
        { "assessment", "version", "1.5", NULL, FK_ERR_INVALID_INPUT, "version: out-of-range" },
        { "assessment", "version", "\"1\"", NULL, FK_ERR_INVALID_INPUT, "version: wrong-type" },
        { "party", "person", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", NULL, FK_ERR_INVALID_INPUT,
          "person: not-allowed" },
        { "party", "person", "\"00000000000000000000000000000000\"", NULL, FK_ERR_INVALID_INPUT,
          "person: not-allowed" },
        { "party", "person", "\"aa\"", NULL, FK_ERR_INVALID_INPUT, "person: not-allowed" },
        { "case", "localFlags", "\"LC_HBA\"", NULL, FK_ERR_INVALID_INPUT, "localFlags: wrong-type" },
        { "case", "localFlags", "[\"canary\"]", NULL, FK_ERR_INVALID_INPUT, "localFlags: not-allowed" },
        { "case", "localFlags", "[null]", NULL, FK_ERR_INVALID_INPUT, "localFlags: wrong-type" },
        { "case", "localFlags", "[\"LC_HBA\",\"LC_HBA\",\"LC_HBA\",\"LC_HBA\",\"LC_HBA\",\"LC_HBA\",\"LC_HBA\"]", NULL,
          FK_ERR_TOO_LARGE, "localFlags: too-many" },
        { "prior_marac", "perpetrators", "[\"aa\"]", NULL, FK_ERR_INVALID_INPUT, "perpetrators: not-allowed" },
        { "person", "birth", "\"1990-01-31\"", NULL, FK_ERR_INVALID_INPUT, "birth: wrong-type" },
        { "person", "birth", "[]", NULL, FK_ERR_INVALID_INPUT, "birth: wrong-type" },
        { "person", "birth", "{\"date\":\"1990-13-01\"}", NULL, FK_ERR_INVALID_INPUT, "birth.date: not-allowed" },
        { "person", "birth", "{\"canary\":1,\"date\":\"1990-01-01\"}", NULL, FK_ERR_INVALID_INPUT,
          "birth: unknown-member" },
        { "person", "birth", "{\"canary\":null}", NULL, FK_ERR_INVALID_INPUT, "birth: unknown-member" },
        { "assessment", "answer/X", "{\"comment\":\"x\"}", NULL, FK_ERR_INVALID_INPUT, "answer.answer: missing" },
        { "assessment", "answer/X", "{\"answer\":\"maybe\"}", NULL, FK_ERR_INVALID_INPUT,
          "answer.answer: not-allowed" },
        { "safety_plan", "item/X", "{\"text\":\"x\",\"order\":-1}", NULL, FK_ERR_INVALID_INPUT,
          "item.order: out-of-range" },
        { "safety_plan", "item/X", "{\"text\":null,\"order\":1}", NULL, FK_ERR_INVALID_INPUT, "item.text: missing" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_value(&cases[i], FK_VALUE_OF_RECORD);
    }
}

static void drafts__may_lack_required_members_until_they_are_recorded(void **state)
{
    (void)state;
    static const value_case cases[] = {
        { "assessment", "answer/X", "{\"comment\":\"x\"}", "{\"comment\":\"x\"}", FK_OK, NULL },
        { "safety_plan", "item/X", "{\"who\":\"x\"}", "{\"who\":\"x\"}", FK_OK, NULL },
        { "case", "transfer", "{\"fromArea\":\"x\"}", "{\"fromArea\":\"x\"}", FK_OK, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_value(&cases[i], FK_VALUE_OF_DRAFT);
    }
}

/* A JSON string of so many times one source letter. */
static fk_json_doc *long_string(const char *letter, size_t count)
{
    fk_buffer text;
    fk_buffer_init(&text, &fk_allocator_libc, 1U << 20);
    assert_code(fk_buffer_append_byte(&text, '"'), FK_OK);
    for (size_t i = 0; i < count; i++) {
        assert_code(fk_buffer_append(&text, fk_bytes_text(letter)), FK_OK);
    }
    assert_code(fk_buffer_append_byte(&text, '"'), FK_OK);
    fk_json_doc *doc = NULL;
    assert_code(fk_json_parse(&fk_allocator_libc, fk_buffer_view(&text), &fk_json_limits_form, &doc, NULL), FK_OK);
    fk_buffer_free(&text);
    return doc;
}

static void texts__keep_their_bound_in_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *path;
        const char *letter;
        size_t count;
        fk_code code;
    } cases[] = {
        { "person", "name", "a", 400, FK_OK },
        { "person", "name", "a", 401, FK_ERR_TOO_LARGE },
        { "person", "name", "\xc3\xa9", 200, FK_OK }, /* two bytes each */
        { "person", "name", "\xc3\xa9", 201, FK_ERR_TOO_LARGE },
        { "person", "name", "\\u0041", 400, FK_OK }, /* the source is longer than the text */
        { "incident", "description", "a", 20000, FK_OK },
        { "incident", "description", "\\u0001", 20000, FK_ERR_TOO_LARGE }, /* written longer than a value may be */
        { "evaluation", "result", "a", 65534, FK_OK },
        { "evaluation", "result", "a", 65535, FK_ERR_TOO_LARGE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_json_doc *doc = long_string(cases[i].letter, cases[i].count);
        fk_arena arena;
        fk_arena_init(&arena, &fk_allocator_libc, 1U << 20);
        bool has_value = false;
        fk_bytes text;
        fk_status status = fk_record_value_make(field_of(cases[i].type, cases[i].path), fk_json_root(doc),
                                                FK_VALUE_OF_RECORD, &arena, &has_value, &text, NULL);
        assert_code(status, cases[i].code);
        fk_arena_reset(&arena);
        fk_json_doc_free(doc);
    }
}

static void values__can_be_taken_away_from_every_field(void **state)
{
    (void)state;
    fk_json_doc *doc = NULL;
    assert_code(fk_json_parse(&fk_allocator_libc, fk_bytes_text("null"), &fk_json_limits_command, &doc, NULL), FK_OK);
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 1U << 20);
    for (size_t i = 0; i < FK_RECORD_TYPE_COUNT; i++) {
        for (size_t k = 0; k < fk_record_types[i].field_count; k++) {
            bool has_value = true;
            fk_bytes text;
            assert_code(fk_record_value_make(&fk_record_types[i].fields[k], fk_json_root(doc), FK_VALUE_OF_RECORD,
                                             &arena, &has_value, &text, NULL),
                        FK_OK);
            assert_false(has_value);
            assert_true(fk_bytes_equal_text(text, "null"));
        }
    }
    fk_arena_reset(&arena);
    fk_json_doc_free(doc);
}

static void recheck__refuses_a_damaged_text(void **state)
{
    (void)state;
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 1000);
    const fk_record_field *field = field_of("person", "name");
    assert_code(fk_record_value_recheck(field, fk_bytes_text("\"half"), &arena, NULL), FK_ERR_BAD_JSON);
    assert_code(fk_record_value_recheck(field, fk_bytes_text("7"), &arena, NULL), FK_ERR_INVALID_INPUT);
    fk_arena_reset(&arena);
}

static void make__survives_each_allocation_failure(void **state)
{
    (void)state;
    static const char json[] = "{\"text\":\"one two three\",\"agreed\":true,\"who\":\"Ana\",\"by\":\"2027-01-01\"}";
    const fk_record_field *field = field_of("safety_plan", "item/X");
    bool has_succeeded = false;
    uint64_t fail_at = 0;
    for (; !has_succeeded; fail_at++) {
        failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        fk_codec_start(&failing.allocator);
        fk_arena arena;
        fk_arena_init(&arena, &failing.allocator, 1U << 20);
        fk_status status = fk_record_value_recheck(field, fk_bytes_text(json), &arena, NULL);
        has_succeeded = fk_is_ok(status);
        assert_code(status, has_succeeded ? FK_OK : FK_ERR_NO_MEMORY);
        fk_arena_reset(&arena);
        assert_int_equal(failing.live_bytes, 0);
    }
    assert_true(fail_at > 15);
    fk_codec_start(&fk_allocator_libc);
}

int main(void)
{
    fk_codec_start(&fk_allocator_libc);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(field_find__takes_exactly_the_paths_of_the_schema),
        cmocka_unit_test(tables__are_whole),
        cmocka_unit_test(values__become_canonical),
        cmocka_unit_test(values__that_do_not_fit_are_refused_by_name),
        cmocka_unit_test(drafts__may_lack_required_members_until_they_are_recorded),
        cmocka_unit_test(texts__keep_their_bound_in_bytes),
        cmocka_unit_test(values__can_be_taken_away_from_every_field),
        cmocka_unit_test(recheck__refuses_a_damaged_text),
        cmocka_unit_test(make__survives_each_allocation_failure),
    };
    return cmocka_run_group_tests_name("record_value", tests, NULL, NULL);
}
