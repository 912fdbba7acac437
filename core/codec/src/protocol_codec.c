#include "fk/protocol_codec.h"

#include "fk/assert.h"
#include "fk/civil_date.h"
#include "fk/planted.h"
#include "fk/protocol_gen.h"
#include "field_path.h"
#include "json_scan.h"
#include "shape_element.h"

#include <string.h>

#include "fk/banned.h"

const fk_command *fk_command_by_id(uint32_t id)
{
    for (size_t i = 0; i < FK_COMMAND_COUNT; i++) {
        if (fk_commands[i].id == id) {
            return &fk_commands[i];
        }
    }
    return NULL;
}

const fk_command *fk_command_by_name(fk_bytes name)
{
    for (size_t i = 0; i < FK_COMMAND_COUNT; i++) {
        if (fk_bytes_equal_text(name, fk_commands[i].name)) {
            return &fk_commands[i];
        }
    }
    return NULL;
}

/* --- decoding ---------------------------------------------------------------------------------- */

typedef struct decoder {
    fk_arena *arena;
    fk_error *error;
    field_path path;
} decoder;

static fk_status decode_object(decoder *decode, const fk_shape *shape, const fk_json *object, void *target);

static fk_status refuse(const decoder *decode, fk_code code, const char *reason)
{
    return field_path_refuse(&decode->path, code, reason, decode->error);
}

static fk_status decode_integer(const decoder *decode, const fk_shape_field *field, const fk_json *value,
                                uint64_t *number_out)
{
    if (fk_json_kind_of(value) != FK_JSON_NUMBER) {
        return refuse(decode, FK_ERR_INVALID_INPUT, "wrong-type");
    }
    if (!fk_is_ok(fk_json_to_uint64(value, field->min, field->max, number_out))) {
        return refuse(decode, FK_ERR_INVALID_INPUT, "out-of-range");
    }
    return fk_ok();
}

/* Decimal digits without a leading zero. */
static bool counter_value(fk_bytes digits, uint64_t *out)
{
    bool is_canonical = digits.size_bytes == 1 || (digits.size_bytes > 1 && digits.data[0] != '0');
    return is_canonical && fk_json_digits_value(digits, out);
}

static fk_status decode_enum(const decoder *decode, const fk_shape_field *field, fk_bytes text, uint32_t *index_out)
{
    for (uint32_t i = 0; i < field->value_count; i++) {
        if (fk_bytes_equal_text(text, field->values[i])) {
            *index_out = i;
            return fk_ok();
        }
    }
    return refuse(decode, FK_ERR_INVALID_INPUT, "not-allowed");
}

/* Whether text is what its kind asks for; then it is stored. */
static bool is_text_allowed(fk_shape_kind kind, fk_bytes text, void *target)
{
    fk_civil_date date = { 0 };
    if (kind == FK_SHAPE_COUNTER) {
        return counter_value(text, target);
    }
    if (kind == FK_SHAPE_ID) {
        return fk_is_ok(fk_id_from_hex(text, target)) && !fk_id_is_zero(target);
    }
    memcpy(target, &text, sizeof text);
    return kind != FK_SHAPE_DATE || fk_is_ok(fk_civil_date_parse(text, &date));
}

/* The kinds that are a JSON string. */
static fk_status decode_text(const decoder *decode, const fk_shape_field *field, const fk_json *value, void *target)
{
    if (fk_json_kind_of(value) != FK_JSON_STRING) {
        return refuse(decode, FK_ERR_INVALID_INPUT, "wrong-type");
    }
    fk_bytes text = fk_json_string(value);
    if (field->kind == FK_SHAPE_ENUM) {
        return decode_enum(decode, field, text, target);
    }
    if (field->kind == FK_SHAPE_STRING && text.size_bytes > field->max && !FK_PLANTED(REQUEST_TEXT_BOUND)) {
        return refuse(decode, FK_ERR_TOO_LARGE, "too-long");
    }
    if (!is_text_allowed(field->kind, text, target)) {
        return refuse(decode, FK_ERR_INVALID_INPUT, "not-allowed");
    }
    return fk_ok();
}

static fk_status decode_tree(const decoder *decode, const fk_shape_field *field, const fk_json *value,
                             const fk_json **target)
{
    if (fk_json_text_size_bytes(value) > field->max) {
        return refuse(decode, FK_ERR_TOO_LARGE, "too-long");
    }
    *target = value;
    return fk_ok();
}

static fk_status decode_element(decoder *decode, const fk_shape_field *field, const fk_json *value, void *target)
{
    uint64_t number = 0;
    switch (field->kind) {
    case FK_SHAPE_BOOL:
        return fk_is_ok(fk_json_to_bool(value, target)) ? fk_ok() : refuse(decode, FK_ERR_INVALID_INPUT, "wrong-type");
    case FK_SHAPE_U32:
        FK_TRY(decode_integer(decode, field, value, &number));
        *(uint32_t *)target = (uint32_t)number;
        return fk_ok();
    case FK_SHAPE_TIME_MS:
        return decode_integer(decode, field, value, target);
    case FK_SHAPE_JSON_TREE:
        return decode_tree(decode, field, value, target);
    case FK_SHAPE_OBJECT:
        return decode_object(decode, field->object, value, target);
    case FK_SHAPE_COUNTER:
    case FK_SHAPE_STRING:
    case FK_SHAPE_DATE:
    case FK_SHAPE_ID:
    case FK_SHAPE_ENUM:
    case FK_SHAPE_JSON_TEXT: /* in replies only */
    default:
        return decode_text(decode, field, value, target);
    }
}

static fk_status decode_array(decoder *decode, const fk_shape_field *field, const fk_json *value, uint8_t *target)
{
    if (fk_json_kind_of(value) != FK_JSON_ARRAY) {
        return refuse(decode, FK_ERR_INVALID_INPUT, "wrong-type");
    }
    size_t count = fk_json_count(value);
    if (count > field->count_max) {
        return refuse(decode, FK_ERR_TOO_LARGE, "too-many");
    }
    size_t element_bytes = shape_element_size_bytes(field);
    uint8_t *elements = fk_arena_allocate(decode->arena, count * element_bytes);
    if (elements == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    size_t index = 0;
    for (const fk_json *element = fk_json_first(value); element != NULL; element = fk_json_next(element), index++) {
        size_t outer = field_path_enter_element(&decode->path, index);
        FK_TRY(decode_element(decode, field, element, elements + index * element_bytes));
        field_path_leave(&decode->path, outer);
    }
    memcpy(target + field->offset, &elements, sizeof elements);
    memcpy(target + field->count_offset, &count, sizeof count);
    return fk_ok();
}

static fk_status decode_field(decoder *decode, const fk_shape_field *field, const fk_json *value, uint8_t *target)
{
    if (value == NULL) {
        return field->is_optional ? fk_ok() : refuse(decode, FK_ERR_INVALID_INPUT, "missing");
    }
    if (field->is_optional) {
        *(bool *)(target + field->has_offset) = true;
    }
    return field->count_max > 0 ? decode_array(decode, field, value, target)
                                : decode_element(decode, field, value, target + field->offset);
}

/* A name nobody knows may be anything, so the error does not repeat it. */
static fk_status refuse_unknown_members(const decoder *decode, const fk_shape *shape, const fk_json *object)
{
    for (const fk_json *member = fk_json_first(object); member != NULL; member = fk_json_next(member)) {
        size_t i = 0;
        while (i < shape->field_count && !fk_bytes_equal_text(fk_json_name(member), shape->fields[i].name)) {
            i++;
        }
        if (i == shape->field_count) {
            return refuse(decode, FK_ERR_INVALID_INPUT, "unknown-member");
        }
    }
    return fk_ok();
}

static fk_status decode_object(decoder *decode, const fk_shape *shape, const fk_json *object, void *target)
{
    if (fk_json_kind_of(object) != FK_JSON_OBJECT) {
        return refuse(decode, FK_ERR_INVALID_INPUT, "wrong-type");
    }
    FK_TRY(refuse_unknown_members(decode, shape, object));
    for (size_t i = 0; i < shape->field_count; i++) {
        const fk_shape_field *field = &shape->fields[i];
        size_t outer = field_path_enter_member(&decode->path, field->name);
        FK_TRY(decode_field(decode, field, fk_json_member_text(object, field->name), target));
        field_path_leave(&decode->path, outer);
    }
    return fk_ok();
}

fk_status fk_shape_decode(const fk_shape *shape, const char *root, const fk_json *object, fk_arena *arena, void *target,
                          fk_error *error)
{
    decoder decode = { .arena = arena, .error = error };
    field_path_init(&decode.path, root);
    return decode_object(&decode, shape, object, target);
}

/* --- requests ---------------------------------------------------------------------------------- */

static fk_status decode_raw(const fk_command *command, fk_bytes bytes, void *fields, fk_error *error)
{
    if (bytes.size_bytes < command->raw_size_bytes_min || bytes.size_bytes > command->raw_size_bytes_max) {
        fk_error_set(error, "request: not %zu to %zu bytes", command->raw_size_bytes_min, command->raw_size_bytes_max);
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    memcpy(fields, &bytes, sizeof bytes); /* the struct of a raw request is one fk_bytes */
    return fk_ok();
}

fk_status fk_request_decode(const fk_command *command, fk_bytes bytes, fk_arena *arena, fk_request *request_out,
                            fk_error *error)
{
    *request_out = (fk_request){ .command = command };
    void *fields = fk_arena_allocate(arena, command->request->size_bytes);
    if (fields == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_json_doc *doc = NULL;
    if (command->raw_size_bytes_max > 0) {
        FK_TRY(decode_raw(command, bytes, fields, error));
    } else {
        FK_TRY(fk_json_parse(arena->allocator, bytes, &fk_json_limits_command, &doc, error));
        fk_status status = fk_shape_decode(command->request, "request", fk_json_root(doc), arena, fields, error);
        if (!fk_is_ok(status)) {
            fk_json_doc_free(doc);
            return status;
        }
    }
    request_out->doc = doc;
    request_out->fields = fields;
    return fk_ok();
}

void fk_request_free(fk_request *request)
{
    fk_json_doc_free(request->doc);
    *request = (fk_request){ .command = request->command };
}
