#include "shape_sample.h"

#include "fk/assert.h"

#include <string.h>

char shape_sample_filler[2 << 20];

void shape_sample_reset(void)
{
    memset(shape_sample_filler, 'a', sizeof shape_sample_filler);
}

static void write_object(fk_json_writer *writer, const fk_shape *shape, const plan *what);

static void write_filler(fk_json_writer *writer, uint64_t size_bytes)
{
    FK_ASSERT(size_bytes < sizeof shape_sample_filler);
    fk_json_write_string(writer, fk_bytes_of(shape_sample_filler, (size_t)size_bytes));
}

static void write_sample(fk_json_writer *writer, const fk_shape_field *field, const plan *what)
{
    switch (field->kind) {
    case FK_SHAPE_BOOL:
        fk_json_write_bool(writer, true);
        return;
    case FK_SHAPE_U32:
    case FK_SHAPE_TIME_MS:
        fk_json_write_uint(writer, field->min);
        return;
    case FK_SHAPE_COUNTER:
        fk_json_write_text(writer, "18446744073709551615");
        return;
    case FK_SHAPE_DATE:
        fk_json_write_text(writer, SHAPE_SAMPLE_DATE);
        return;
    case FK_SHAPE_ID:
        fk_json_write_text(writer, SHAPE_SAMPLE_ID);
        return;
    case FK_SHAPE_ENUM:
        fk_json_write_text(writer, field->values[field->value_count - 1]);
        return;
    case FK_SHAPE_JSON_TREE:
    case FK_SHAPE_JSON_TEXT:
        fk_json_write_raw(writer, fk_bytes_text("{\"a\":[1.50,\"x\"]}"));
        return;
    case FK_SHAPE_OBJECT:
        write_object(writer, field->object, what);
        return;
    case FK_SHAPE_STRING:
    default:
        write_filler(writer, field->max < 3 ? field->max : 3);
        return;
    }
}

bool shape_field_is_number(const fk_shape_field *field)
{
    return field->kind == FK_SHAPE_U32 || field->kind == FK_SHAPE_TIME_MS;
}

bool shape_field_is_json(const fk_shape_field *field)
{
    return field->kind == FK_SHAPE_JSON_TREE || field->kind == FK_SHAPE_JSON_TEXT;
}

static void write_at_max(fk_json_writer *writer, const fk_shape_field *field, uint64_t over)
{
    if (shape_field_is_number(field)) {
        fk_json_write_uint(writer, field->max + over);
    } else if (field->kind == FK_SHAPE_COUNTER) {
        fk_json_write_text(writer, over ? "18446744073709551616" : "18446744073709551615");
    } else {
        write_filler(writer, field->max + over - (shape_field_is_json(field) ? 2 : 0)); /* JSON counts its quotes */
    }
}

static void write_bad_form(fk_json_writer *writer, const fk_shape_field *field)
{
    const char *text = field->kind == FK_SHAPE_DATE      ? "2026-02-29"
                       : field->kind == FK_SHAPE_ID      ? "0123456789ABCDEF0123456789abcdef"
                       : field->kind == FK_SHAPE_COUNTER ? "01"
                                                         : "no such value";
    fk_json_write_text(writer, text);
}

static void write_one(fk_json_writer *writer, const fk_shape_field *field, const plan *what)
{
    variant how = what->field == field ? what->how : AS_SAMPLE;
    if (how == AT_MAX || how == OVER_MAX) {
        write_at_max(writer, field, how == OVER_MAX);
    } else if (how == AS_NULL) {
        fk_json_write_null(writer);
    } else if (how == UNDER_MIN) {
        fk_json_write_uint(writer, field->min - 1);
    } else if (how == NOT_WHOLE) {
        fk_json_write_raw(writer, fk_bytes_text("1.5"));
    } else if (how == BAD_FORM) {
        write_bad_form(writer, field);
    } else if (how == WRONG_TYPE) {
        fk_json_write_raw(writer, fk_bytes_text("[]"));
    } else {
        write_sample(writer, field, what);
    }
}

static void write_field(fk_json_writer *writer, const fk_shape_field *field, const plan *what)
{
    variant how = what->field == field ? what->how : AS_SAMPLE;
    if (how == LEFT_OUT) {
        return;
    }
    fk_json_key_text(writer, field->name);
    if (field->count_max == 0 || how == AS_NULL) {
        write_one(writer, field, what);
    } else if (how == WRONG_TYPE) {
        fk_json_write_raw(writer, fk_bytes_text("{}"));
    } else {
        size_t count = how == AT_COUNT_MAX ? field->count_max : how == OVER_COUNT_MAX ? field->count_max + 1U : 2;
        fk_json_array_begin(writer);
        for (size_t i = 0; i < count; i++) {
            write_one(writer, field, what);
        }
        fk_json_array_end(writer);
    }
    if (how == BESIDE_UNKNOWN) {
        fk_json_key_text(writer, "canary");
        fk_json_write_null(writer);
    }
}

static void write_object(fk_json_writer *writer, const fk_shape *shape, const plan *what)
{
    fk_json_object_begin(writer);
    for (size_t i = 0; i < shape->field_count; i++) {
        write_field(writer, &shape->fields[i], what);
    }
    fk_json_object_end(writer);
}

void shape_sample_text(const fk_shape *shape, const plan *what, fk_buffer *text)
{
    fk_json_writer writer;
    fk_buffer_init(text, &fk_allocator_libc, 64U << 20);
    fk_json_writer_init(&writer, text);
    write_object(&writer, shape, what);
    FK_ASSERT(fk_is_ok(fk_json_finish(&writer)));
}
