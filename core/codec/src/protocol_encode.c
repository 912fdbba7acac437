#include "fk/protocol_codec.h"

#include "fk/civil_date.h"
#include "field_path.h"
#include "shape_element.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fk/banned.h"

typedef struct encoder {
    fk_json_writer *writer;
    fk_error *error;
    field_path path;
} encoder;

static fk_status encode_object(encoder *encode, const fk_shape *shape, const uint8_t *source);

/* What a handler put into a reply is ours, so a broken bound is a bug and no input error. */
static fk_status refuse(const encoder *encode, const char *reason)
{
    return field_path_refuse(&encode->path, FK_ERR_BUG, reason, encode->error);
}

static fk_status encode_integer(encoder *encode, const fk_shape_field *field, uint64_t number)
{
    if (number < field->min || number > field->max) {
        return refuse(encode, "out-of-range");
    }
    fk_json_write_uint(encode->writer, number);
    return fk_ok();
}

static fk_status encode_counter(encoder *encode, uint64_t number)
{
    char digits[24] = { 0 };
    (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
    fk_json_write_text(encode->writer, digits);
    return fk_ok();
}

static fk_status encode_id(encoder *encode, const fk_id *id)
{
    char hex[FK_ID_HEX_SIZE + 1] = { 0 };
    fk_id_to_hex(id, hex);
    fk_json_write_text(encode->writer, hex);
    return fk_ok();
}

static fk_status encode_bytes(encoder *encode, const fk_shape_field *field, fk_bytes bytes)
{
    fk_civil_date date = { 0 };
    if (field->kind == FK_SHAPE_DATE && !fk_is_ok(fk_civil_date_parse(bytes, &date))) {
        return refuse(encode, "not-allowed");
    }
    if (field->kind != FK_SHAPE_DATE && bytes.size_bytes > field->max) {
        return refuse(encode, "too-long");
    }
    if (field->kind != FK_SHAPE_JSON_TEXT) {
        fk_json_write_string(encode->writer, bytes);
        return fk_ok();
    }
    if (bytes.size_bytes == 0) {
        return refuse(encode, "missing");
    }
    fk_json_write_raw(encode->writer, bytes);
    return fk_ok();
}

static fk_status encode_element(encoder *encode, const fk_shape_field *field, const void *source)
{
    uint32_t index = 0;
    switch (field->kind) {
    case FK_SHAPE_BOOL:
        fk_json_write_bool(encode->writer, *(const bool *)source);
        return fk_ok();
    case FK_SHAPE_U32:
        return encode_integer(encode, field, *(const uint32_t *)source);
    case FK_SHAPE_TIME_MS:
        return encode_integer(encode, field, *(const uint64_t *)source);
    case FK_SHAPE_COUNTER:
        return encode_counter(encode, *(const uint64_t *)source);
    case FK_SHAPE_ID:
        return encode_id(encode, source);
    case FK_SHAPE_JSON_TREE:
        fk_json_write_value(encode->writer, *(const fk_json *const *)source);
        return fk_ok();
    case FK_SHAPE_ENUM:
        index = *(const uint32_t *)source;
        if (index >= field->value_count) {
            return refuse(encode, "not-allowed");
        }
        fk_json_write_text(encode->writer, field->values[index]);
        return fk_ok();
    case FK_SHAPE_OBJECT:
        return encode_object(encode, field->object, source);
    case FK_SHAPE_STRING:
    case FK_SHAPE_DATE:
    case FK_SHAPE_JSON_TEXT:
    default:
        return encode_bytes(encode, field, *(const fk_bytes *)source);
    }
}

static fk_status encode_array(encoder *encode, const fk_shape_field *field, const uint8_t *source)
{
    const uint8_t *elements = NULL;
    size_t count = 0;
    memcpy(&elements, source + field->offset, sizeof elements);
    memcpy(&count, source + field->count_offset, sizeof count);
    if (count > field->count_max) {
        return refuse(encode, "too-many");
    }
    size_t element_bytes = shape_element_size_bytes(field);
    fk_json_array_begin(encode->writer);
    for (size_t i = 0; i < count; i++) {
        size_t outer = field_path_enter_element(&encode->path, i);
        FK_TRY(encode_element(encode, field, elements + i * element_bytes));
        field_path_leave(&encode->path, outer);
    }
    fk_json_array_end(encode->writer);
    return fk_ok();
}

static fk_status encode_object(encoder *encode, const fk_shape *shape, const uint8_t *source)
{
    fk_json_object_begin(encode->writer);
    for (size_t i = 0; i < shape->field_count; i++) {
        const fk_shape_field *field = &shape->fields[i];
        if (field->is_optional && !*(const bool *)(source + field->has_offset)) {
            continue;
        }
        size_t outer = field_path_enter_member(&encode->path, field->name);
        fk_json_key_text(encode->writer, field->name);
        FK_TRY(field->count_max > 0 ? encode_array(encode, field, source)
                                    : encode_element(encode, field, source + field->offset));
        field_path_leave(&encode->path, outer);
    }
    fk_json_object_end(encode->writer);
    return fk_ok();
}

fk_status fk_shape_encode(const fk_shape *shape, const char *root, const void *source, fk_json_writer *writer,
                          fk_error *error)
{
    encoder encode = { .writer = writer, .error = error };
    field_path_init(&encode.path, root);
    return encode_object(&encode, shape, source);
}

/* --- replies ------------------------------------------------------------------------------------- */

static void buffer_cut(fk_buffer *buffer, size_t size_bytes)
{
    fk_wipe(buffer->data + size_bytes, buffer->size_bytes - size_bytes);
    buffer->size_bytes = size_bytes;
}

static fk_status write_reply(const fk_command *command, const void *fields, fk_buffer *target, fk_error *error)
{
    fk_json_writer writer;
    fk_json_writer_init(&writer, target);
    fk_json_object_begin(&writer);
    fk_json_key_text(&writer, "ok");
    fk_json_write_bool(&writer, true);
    fk_json_key_text(&writer, "reply");
    FK_TRY(fk_shape_encode(command->reply, "reply", fields, &writer, error));
    fk_json_object_end(&writer);
    return fk_json_finish(&writer);
}

/* JSON begins with '{', so whoever reads the reply tells the two apart by the first byte. */
static fk_status append_raw_reply(const fk_command *command, const void *fields, fk_buffer *target, fk_error *error)
{
    fk_bytes raw = { NULL, 0 };
    memcpy(&raw, fields, sizeof raw); /* the struct of a raw reply is one fk_bytes */
    if (raw.size_bytes == 0 || raw.size_bytes > command->raw_reply_size_bytes_max || raw.data[0] != 0) {
        fk_error_set(error, "reply: raw bytes");
        return fk_status_of(FK_ERR_BUG);
    }
    return fk_buffer_append(target, raw);
}

fk_status fk_reply_encode(const fk_command *command, const void *fields, fk_buffer *target, fk_error *error)
{
    if (command->raw_reply_size_bytes_max > 0) {
        return append_raw_reply(command, fields, target, error);
    }
    size_t before = target->size_bytes;
    fk_status status = write_reply(command, fields, target, error);
    if (!fk_is_ok(status)) {
        buffer_cut(target, before);
    }
    return status;
}

fk_status fk_reply_encode_error(fk_status failure, const fk_error *error, fk_buffer *target)
{
    size_t before = target->size_bytes;
    fk_json_writer writer;
    fk_json_writer_init(&writer, target);
    fk_json_object_begin(&writer);
    fk_json_key_text(&writer, "ok");
    fk_json_write_bool(&writer, false);
    fk_json_key_text(&writer, "error");
    fk_json_object_begin(&writer);
    fk_json_key_text(&writer, "code");
    fk_json_write_text(&writer, fk_code_name(failure.code));
    fk_json_key_text(&writer, "detail");
    fk_json_write_text(&writer, error == NULL ? "" : error->detail);
    fk_json_object_end(&writer);
    fk_json_object_end(&writer);
    fk_status status = fk_json_finish(&writer);
    if (!fk_is_ok(status)) {
        buffer_cut(target, before);
    }
    return status;
}
