#include "fk/json.h"

#include "fk/assert.h"

#include <inttypes.h>
#include <stdio.h>

#include "fk/banned.h"

/* What a level is and whether it holds something already. Level 0 is the whole text. */
enum { LEVEL_ARRAY = 1, LEVEL_OBJECT = 2, LEVEL_HAS_ONE = 4 };

static void append(fk_json_writer *writer, fk_bytes bytes)
{
    if (fk_is_ok(writer->status) && writer->buffer != NULL) {
        writer->status = fk_buffer_append(writer->buffer, bytes);
    }
    writer->size_bytes += fk_is_ok(writer->status) ? bytes.size_bytes : 0;
}

static void append_text(fk_json_writer *writer, const char *text)
{
    append(writer, fk_bytes_text(text));
}

static void append_comma(fk_json_writer *writer)
{
    uint8_t *level = &writer->level[writer->depth];
    if (*level & LEVEL_HAS_ONE) {
        append_text(writer, ",");
    }
    *level |= LEVEL_HAS_ONE;
}

/* What stands before a value, and whether one may stand here at all. */
static void begin_value(fk_json_writer *writer)
{
    FK_ASSERT(!writer->is_complete);
    FK_ASSERT(((writer->level[writer->depth] & LEVEL_OBJECT) != 0) == writer->is_after_key);
    if (!writer->is_after_key && writer->depth > 0) {
        append_comma(writer);
    }
    writer->is_after_key = false;
}

static void end_value(fk_json_writer *writer)
{
    writer->is_complete = writer->depth == 0;
}

static void begin_level(fk_json_writer *writer, uint8_t level, const char *bracket)
{
    begin_value(writer);
    if (writer->depth == FK_JSON_DEPTH_MAX) {
        writer->status = fk_is_ok(writer->status) ? fk_status_of(FK_ERR_TOO_LARGE) : writer->status;
    }
    append_text(writer, bracket);
    if (fk_is_ok(writer->status)) {
        writer->level[++writer->depth] = level;
    }
}

static void end_level(fk_json_writer *writer, uint8_t level, const char *bracket)
{
    if (!fk_is_ok(writer->status)) {
        return;
    }
    FK_ASSERT(writer->depth > 0);
    FK_ASSERT((writer->level[writer->depth] & level) != 0);
    FK_ASSERT(!writer->is_after_key);
    append_text(writer, bracket);
    writer->depth--;
    end_value(writer);
}

/* The first byte at or after `start` that cannot stand in a string as it is; the size when there is none. */
static size_t next_escape(fk_bytes text, size_t start)
{
    size_t at = start;
    while (at < text.size_bytes && text.data[at] >= 0x20 && text.data[at] != '"' && text.data[at] != '\\') {
        at++;
    }
    return at;
}

static void append_escape(fk_json_writer *writer, uint8_t byte)
{
    static const char *const short_escapes[0x20] = {
        ['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t",
    };
    if (byte == '"' || byte == '\\') {
        append_text(writer, byte == '"' ? "\\\"" : "\\\\");
    } else if (short_escapes[byte] != NULL) {
        append_text(writer, short_escapes[byte]);
    } else {
        char escape[8] = { 0 };
        (void)snprintf(escape, sizeof escape, "\\u%04x", (unsigned)byte);
        append_text(writer, escape);
    }
}

static void append_quoted(fk_json_writer *writer, fk_bytes text)
{
    if (fk_is_ok(writer->status) && !fk_utf8_is_valid(text)) {
        writer->status = fk_status_of(FK_ERR_INVALID_INPUT);
    }
    append_text(writer, "\"");
    size_t start = 0;
    while (fk_is_ok(writer->status) && start < text.size_bytes) {
        size_t end = next_escape(text, start);
        append(writer, fk_bytes_of(text.data + start, end - start));
        if (end < text.size_bytes) {
            append_escape(writer, text.data[end++]);
        }
        start = end;
    }
    append_text(writer, "\"");
}

void fk_json_writer_init(fk_json_writer *writer, fk_buffer *buffer)
{
    *writer = (fk_json_writer){ .buffer = buffer, .status = fk_ok() };
}

void fk_json_object_begin(fk_json_writer *writer)
{
    if (fk_is_ok(writer->status)) {
        begin_level(writer, LEVEL_OBJECT, "{");
    }
}

void fk_json_object_end(fk_json_writer *writer)
{
    end_level(writer, LEVEL_OBJECT, "}");
}

void fk_json_array_begin(fk_json_writer *writer)
{
    if (fk_is_ok(writer->status)) {
        begin_level(writer, LEVEL_ARRAY, "[");
    }
}

void fk_json_array_end(fk_json_writer *writer)
{
    end_level(writer, LEVEL_ARRAY, "]");
}

void fk_json_key(fk_json_writer *writer, fk_bytes name)
{
    if (!fk_is_ok(writer->status)) {
        return;
    }
    FK_ASSERT((writer->level[writer->depth] & LEVEL_OBJECT) != 0);
    FK_ASSERT(!writer->is_after_key);
    append_comma(writer);
    append_quoted(writer, name);
    append_text(writer, ":");
    writer->is_after_key = true;
}

void fk_json_key_text(fk_json_writer *writer, const char *name)
{
    fk_json_key(writer, fk_bytes_text(name));
}

void fk_json_write_string(fk_json_writer *writer, fk_bytes text)
{
    if (!fk_is_ok(writer->status)) {
        return;
    }
    begin_value(writer);
    append_quoted(writer, text);
    end_value(writer);
}

void fk_json_write_text(fk_json_writer *writer, const char *text)
{
    fk_json_write_string(writer, fk_bytes_text(text));
}

void fk_json_write_int(fk_json_writer *writer, int64_t number)
{
    char text[24] = { 0 };
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    fk_json_write_raw(writer, fk_bytes_text(text));
}

void fk_json_write_uint(fk_json_writer *writer, uint64_t number)
{
    char text[24] = { 0 };
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    fk_json_write_raw(writer, fk_bytes_text(text));
}

void fk_json_write_bool(fk_json_writer *writer, bool flag)
{
    fk_json_write_raw(writer, fk_bytes_text(flag ? "true" : "false"));
}

void fk_json_write_null(fk_json_writer *writer)
{
    fk_json_write_raw(writer, fk_bytes_text("null"));
}

void fk_json_write_raw(fk_json_writer *writer, fk_bytes json)
{
    if (!fk_is_ok(writer->status)) {
        return;
    }
    FK_ASSERT(json.size_bytes > 0);
    begin_value(writer);
    append(writer, json);
    end_value(writer);
}

static void write_members(fk_json_writer *writer, const fk_json *value, bool is_object)
{
    for (const fk_json *child = fk_json_first(value); child != NULL; child = fk_json_next(child)) {
        if (is_object) {
            fk_json_key(writer, fk_json_name(child));
        }
        fk_json_write_value(writer, child);
    }
}

void fk_json_write_value(fk_json_writer *writer, const fk_json *value)
{
    bool flag = false;
    switch (fk_json_kind_of(value)) {
    case FK_JSON_BOOL:
        fk_json_write_bool(writer, fk_is_ok(fk_json_to_bool(value, &flag)) && flag);
        return;
    case FK_JSON_NUMBER:
        fk_json_write_raw(writer, fk_json_number_text(value));
        return;
    case FK_JSON_STRING:
        fk_json_write_string(writer, fk_json_string(value));
        return;
    case FK_JSON_ARRAY:
        fk_json_array_begin(writer);
        write_members(writer, value, false);
        fk_json_array_end(writer);
        return;
    case FK_JSON_OBJECT:
        fk_json_object_begin(writer);
        write_members(writer, value, true);
        fk_json_object_end(writer);
        return;
    case FK_JSON_ABSENT:
    case FK_JSON_NULL:
    default:
        fk_json_write_null(writer);
        return;
    }
}

size_t fk_json_text_size_bytes(const fk_json *value)
{
    fk_json_writer writer;
    fk_json_writer_init(&writer, NULL);
    fk_json_write_value(&writer, value);
    FK_ASSERT(fk_is_ok(fk_json_finish(&writer))); /* a parsed tree is valid and within the depth */
    return writer.size_bytes;
}

fk_status fk_json_finish(fk_json_writer *writer)
{
    if (fk_is_ok(writer->status)) {
        FK_ASSERT(writer->is_complete);
    }
    return writer->status;
}
