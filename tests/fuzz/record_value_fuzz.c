/* A value for any field of any record: two bytes choose the field, one the use, the rest is JSON.
 * Targets: fk_record_value_make. An accepted value is canonical already when it is made again, and within its bounds.
 */
#include "fk/assert.h"
#include "record_value.h"
#include "records_gen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bounds(const fk_record_field *field, const fk_json *value)
{
    if (field->kind == FK_RECORD_TEXT) {
        FK_ASSERT(fk_json_string(value).size_bytes <= field->size_bytes_max);
    }
    for (size_t i = 0; field->kind == FK_RECORD_COMPOSITE && i < field->composite->member_count; i++) {
        check_bounds(&field->composite->members[i], fk_json_member_text(value, field->composite->members[i].name));
    }
    if (field->kind == FK_RECORD_REFERENCES || field->kind == FK_RECORD_SET) {
        FK_ASSERT(fk_json_count(value) <= FK_RECORD_LIST_COUNT_MAX);
    }
}

static void check_again(const fk_record_field *field, fk_record_value_use use, fk_bytes text, fk_arena *arena)
{
    fk_json_doc *doc = NULL;
    FK_ASSERT(fk_is_ok(fk_json_parse(&fk_allocator_libc, text, &fk_json_limits_form, &doc, NULL)));
    check_bounds(field, fk_json_root(doc));
    bool has_value = false;
    fk_bytes again;
    FK_ASSERT(fk_is_ok(fk_record_value_make(field, fk_json_root(doc), use, arena, &has_value, &again, NULL)));
    FK_ASSERT(fk_bytes_equal(text, again));
    fk_json_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fk_codec_start(&fk_allocator_libc);
    fk_json_doc *doc = NULL;
    if (size < 3 || !fk_is_ok(fk_json_parse(&fk_allocator_libc, fk_bytes_of(data + 3, size - 3),
                                            &fk_json_limits_command, &doc, NULL))) {
        return 0;
    }
    const fk_record_type *type = &fk_record_types[data[0] % FK_RECORD_TYPE_COUNT];
    const fk_record_field *field = &type->fields[data[1] % type->field_count];
    fk_record_value_use use = data[2] % 2 == 0 ? FK_VALUE_OF_DRAFT : FK_VALUE_OF_RECORD;
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 1U << 20);
    bool has_value = false;
    fk_bytes text;
    fk_error error = { "" };
    fk_status status = fk_record_value_make(field, fk_json_root(doc), use, &arena, &has_value, &text, &error);
    FK_ASSERT(status.code != FK_ERR_BUG);
    if (fk_is_ok(status)) {
        check_again(field, use, text, &arena);
    }
    fk_arena_reset(&arena);
    fk_json_doc_free(doc);
    return 0;
}
