#include "record_value.h"

#include "fk/assert.h"
#include "fk/civil_date.h"
#include "fk/planted.h"

#include "fk/banned.h"

typedef struct value_writer {
    fk_json_writer json;
    const fk_record_field *field;  /* of the record */
    const fk_record_field *member; /* of its composite; NULL outside */
    fk_record_value_use use;
    fk_error *error;
} value_writer;

static fk_status write_value(value_writer *writer, const fk_record_field *field, const fk_json *value);

static fk_status refuse(const value_writer *writer, fk_code code, const char *reason)
{
    if (writer->member == NULL) {
        fk_error_set(writer->error, "%s: %s", writer->field->name, reason);
    } else {
        fk_error_set(writer->error, "%s.%s: %s", writer->field->name, writer->member->name, reason);
    }
    return fk_status_of(code);
}

/* A string of at most size_bytes_max bytes. */
static fk_status read_text(const value_writer *writer, const fk_json *value, size_t size_bytes_max, fk_bytes *text_out)
{
    *text_out = fk_json_string(value);
    if (fk_json_kind_of(value) != FK_JSON_STRING) {
        return refuse(writer, FK_ERR_INVALID_INPUT, "wrong-type");
    }
    if (text_out->size_bytes > size_bytes_max && !FK_PLANTED(RECORD_VALUE_BOUND)) {
        return refuse(writer, FK_ERR_TOO_LARGE, "too-long");
    }
    return fk_ok();
}

/* Whether a text is one of the values the field's kind has. */
static bool is_text_allowed(const fk_record_field *field, fk_bytes text)
{
    fk_civil_date date = { 0 };
    fk_id id = { { 0 } };
    size_t index = 0;
    switch (field->kind) {
    case FK_RECORD_DATE:
        return fk_is_ok(fk_civil_date_parse(text, &date));
    case FK_RECORD_CHOICE:
    case FK_RECORD_SET:
        return fk_record_choice_index(field->choice, text, &index);
    case FK_RECORD_REFERENCE:
    case FK_RECORD_REFERENCES:
        return fk_is_ok(fk_id_from_hex(text, &id)) && !fk_id_is_zero(&id);
    case FK_RECORD_TEXT:
    case FK_RECORD_BOOLEAN:
    case FK_RECORD_INTEGER:
    case FK_RECORD_COMPOSITE:
    case FK_RECORD_JSON:
    default:
        return true;
    }
}

static fk_status write_text(value_writer *writer, const fk_record_field *field, const fk_json *value)
{
    fk_bytes text;
    FK_TRY(read_text(writer, value, field->kind == FK_RECORD_TEXT ? field->size_bytes_max : SIZE_MAX, &text));
    if (!is_text_allowed(field, text)) {
        return refuse(writer, FK_ERR_INVALID_INPUT, "not-allowed");
    }
    fk_json_write_string(&writer->json, text);
    return fk_ok();
}

static fk_status write_boolean(value_writer *writer, const fk_json *value)
{
    bool flag = false;
    if (!fk_is_ok(fk_json_to_bool(value, &flag))) {
        return refuse(writer, FK_ERR_INVALID_INPUT, "wrong-type");
    }
    fk_json_write_bool(&writer->json, flag);
    return fk_ok();
}

static fk_status write_integer(value_writer *writer, const fk_record_field *field, const fk_json *value)
{
    if (fk_json_kind_of(value) != FK_JSON_NUMBER) {
        return refuse(writer, FK_ERR_INVALID_INPUT, "wrong-type");
    }
    int64_t number = 0;
    if (!fk_is_ok(fk_json_to_int64(value, field->min, field->max, &number))) {
        return refuse(writer, FK_ERR_INVALID_INPUT, "out-of-range");
    }
    fk_json_write_int(&writer->json, number);
    return fk_ok();
}

/* Keep the list sorted and each element once. */
static void insert_sorted(fk_bytes *list, size_t *count, fk_bytes element)
{
    size_t at = *count;
    while (at > 0 && fk_bytes_compare(list[at - 1], element) > 0) {
        at--;
    }
    if (at > 0 && fk_bytes_equal(list[at - 1], element)) {
        return;
    }
    for (size_t i = *count; i > at; i--) {
        list[i] = list[i - 1];
    }
    list[at] = element;
    ++*count;
}

static fk_status write_list(value_writer *writer, const fk_record_field *field, const fk_json *value)
{
    size_t count_max = field->kind == FK_RECORD_SET ? field->choice->value_count : field->count_max;
    FK_ASSERT(count_max <= FK_RECORD_LIST_COUNT_MAX);
    if (fk_json_kind_of(value) != FK_JSON_ARRAY) {
        return refuse(writer, FK_ERR_INVALID_INPUT, "wrong-type");
    }
    if (fk_json_count(value) > count_max) {
        return refuse(writer, FK_ERR_TOO_LARGE, "too-many");
    }
    fk_bytes list[FK_RECORD_LIST_COUNT_MAX];
    size_t count = 0;
    for (const fk_json *element = fk_json_first(value); element != NULL; element = fk_json_next(element)) {
        fk_bytes text;
        FK_TRY(read_text(writer, element, SIZE_MAX, &text));
        if (!is_text_allowed(field, text)) {
            return refuse(writer, FK_ERR_INVALID_INPUT, "not-allowed");
        }
        insert_sorted(list, &count, text);
    }
    fk_json_array_begin(&writer->json);
    for (size_t i = 0; i < count; i++) {
        fk_json_write_string(&writer->json, list[i]);
    }
    fk_json_array_end(&writer->json);
    return fk_ok();
}

static bool is_there(const fk_json *value)
{
    fk_json_kind kind = fk_json_kind_of(value);
    return kind != FK_JSON_ABSENT && kind != FK_JSON_NULL;
}

/* A name nobody knows may be anything, so the error does not repeat it. */
static fk_status refuse_unknown_members(const value_writer *writer, const fk_record_composite *composite,
                                        const fk_json *value)
{
    for (const fk_json *member = fk_json_first(value); member != NULL; member = fk_json_next(member)) {
        size_t i = 0;
        while (i < composite->member_count && !fk_bytes_equal_text(fk_json_name(member), composite->members[i].name)) {
            i++;
        }
        if (i == composite->member_count) {
            return refuse(writer, FK_ERR_INVALID_INPUT, "unknown-member");
        }
    }
    return fk_ok();
}

static fk_status write_composite(value_writer *writer, const fk_record_field *field, const fk_json *value)
{
    const fk_record_composite *composite = field->composite;
    FK_TRY(refuse_unknown_members(writer, composite, value));
    fk_json_object_begin(&writer->json);
    for (size_t i = 0; i < composite->member_count; i++) {
        const fk_record_field *member = &composite->members[i];
        const fk_json *member_value = fk_json_member_text(value, member->name);
        writer->member = member;
        if (is_there(member_value)) {
            fk_json_key_text(&writer->json, member->name);
            FK_TRY(write_value(writer, member, member_value));
        } else if (member->is_required && writer->use == FK_VALUE_OF_RECORD) {
            return refuse(writer, FK_ERR_INVALID_INPUT, "missing");
        }
        writer->member = NULL;
    }
    fk_json_object_end(&writer->json);
    return fk_ok();
}

static fk_status write_json(value_writer *writer, const fk_record_field *field, const fk_json *value)
{
    if (fk_json_text_size_bytes(value) > field->size_bytes_max) {
        return refuse(writer, FK_ERR_TOO_LARGE, "too-long");
    }
    fk_json_write_value(&writer->json, value);
    return fk_ok();
}

static fk_status write_value(value_writer *writer, const fk_record_field *field, const fk_json *value)
{
    switch (field->kind) {
    case FK_RECORD_BOOLEAN:
        return write_boolean(writer, value);
    case FK_RECORD_INTEGER:
        return write_integer(writer, field, value);
    case FK_RECORD_COMPOSITE:
        return write_composite(writer, field, value);
    case FK_RECORD_SET:
    case FK_RECORD_REFERENCES:
        return write_list(writer, field, value);
    case FK_RECORD_JSON:
        return write_json(writer, field, value);
    case FK_RECORD_TEXT:
    case FK_RECORD_DATE:
    case FK_RECORD_CHOICE:
    case FK_RECORD_REFERENCE:
    default:
        return write_text(writer, field, value);
    }
}

/* Whether the value takes away: null, or a composite in which no member is there. */
static bool takes_away(const fk_record_field *field, const fk_json *value)
{
    if (field->kind != FK_RECORD_COMPOSITE || fk_json_kind_of(value) != FK_JSON_OBJECT) {
        return fk_json_kind_of(value) == FK_JSON_NULL;
    }
    for (const fk_json *member = fk_json_first(value); member != NULL; member = fk_json_next(member)) {
        if (is_there(member)) {
            return false;
        }
    }
    return true;
}

static fk_status write_whole(value_writer *writer, const fk_json *value, bool has_value)
{
    const fk_record_field *field = writer->field;
    bool is_object = fk_json_kind_of(value) == FK_JSON_OBJECT;
    if (has_value && field->kind == FK_RECORD_COMPOSITE && !is_object) {
        return refuse(writer, FK_ERR_INVALID_INPUT, "wrong-type");
    }
    if (!has_value) {
        FK_TRY(is_object ? refuse_unknown_members(writer, field->composite, value) : fk_ok());
        fk_json_write_null(&writer->json);
    } else {
        FK_TRY(write_value(writer, field, value));
    }
    fk_status status = fk_json_finish(&writer->json);
    return status.code == FK_ERR_TOO_LARGE ? refuse(writer, FK_ERR_TOO_LARGE, "too-long") : status;
}

fk_status fk_record_value_make(const fk_record_field *field, const fk_json *value, fk_record_value_use use,
                               fk_arena *arena, bool *has_value_out, fk_bytes *text_out, fk_error *error)
{
    FK_ASSERT(value != NULL);
    *has_value_out = false;
    *text_out = (fk_bytes){ NULL, 0 };
    fk_buffer buffer;
    fk_buffer_init(&buffer, arena->allocator, FK_RECORD_VALUE_SIZE_BYTES_MAX);
    value_writer writer = { .field = field, .use = use, .error = error };
    fk_json_writer_init(&writer.json, &buffer);
    bool has_value = !takes_away(field, value);
    fk_status status = write_whole(&writer, value, has_value);
    if (fk_is_ok(status)) {
        status = fk_bytes_copy(fk_buffer_view(&buffer), arena, text_out);
    }
    *has_value_out = fk_is_ok(status) && has_value;
    fk_buffer_free(&buffer);
    return status;
}

fk_status fk_record_value_recheck(const fk_record_field *field, fk_bytes text, fk_arena *arena, fk_error *error)
{
    fk_json_doc *doc = NULL;
    FK_TRY(fk_json_parse(arena->allocator, text, &fk_json_limits_command, &doc, error));
    bool has_value = false;
    fk_bytes canonical;
    fk_status status =
        fk_record_value_make(field, fk_json_root(doc), FK_VALUE_OF_RECORD, arena, &has_value, &canonical, error);
    fk_json_doc_free(doc);
    return status;
}
