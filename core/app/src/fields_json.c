#include "fields_json.h"

#include <string.h>

#include "fk/json.h"

#include "fk/banned.h"

enum { FIELDS_SIZE_BYTES_MAX = 1024 * 1024, NAME_SIZE_BYTES_MAX = 80 };

typedef struct fields_writer {
    fk_json_writer json;
    const fk_record_type *type;
    char group[NAME_SIZE_BYTES_MAX]; /* the name whose keys are being written; empty: none */
    bool is_set;
} fields_writer;

static void end_group(fields_writer *writer)
{
    if (writer->group[0] == '\0') {
        return;
    }
    if (writer->is_set) {
        fk_json_array_end(&writer->json);
    } else {
        fk_json_object_end(&writer->json);
    }
    writer->group[0] = '\0';
}

static fk_status begin_group(fields_writer *writer, fk_bytes name)
{
    if (name.size_bytes >= sizeof writer->group) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    const fk_record_field *field = fk_record_field_find(writer->type, name);
    memcpy(writer->group, name.data, name.size_bytes);
    writer->group[name.size_bytes] = '\0';
    writer->is_set = field != NULL && field->kind == FK_RECORD_SET;
    fk_json_key(&writer->json, name);
    if (writer->is_set) {
        fk_json_array_begin(&writer->json);
    } else {
        fk_json_object_begin(&writer->json);
    }
    return fk_ok();
}

static void write_value(fields_writer *writer, const fk_field_write *field)
{
    if (field->has_value) {
        fk_json_write_raw(&writer->json, field->value);
    } else {
        fk_json_write_null(&writer->json);
    }
}

static fk_status write_field(void *ctx, const fk_field_write *field)
{
    fields_writer *writer = ctx;
    const uint8_t *slash = memchr(field->field.data, '/', field->field.size_bytes);
    if (slash == NULL) {
        end_group(writer);
        fk_json_key(&writer->json, field->field);
        write_value(writer, field);
        return fk_ok();
    }
    size_t name_size_bytes = (size_t)(slash - field->field.data);
    fk_bytes name = fk_bytes_of(field->field.data, name_size_bytes);
    fk_bytes key = fk_bytes_of(slash + 1, field->field.size_bytes - name_size_bytes - 1);
    if (!fk_bytes_equal_text(name, writer->group)) {
        end_group(writer);
        FK_TRY(begin_group(writer, name));
    }
    if (writer->is_set) {
        fk_json_write_string(&writer->json, key);
    } else {
        fk_json_key(&writer->json, key);
        write_value(writer, field);
    }
    return fk_ok();
}

static fk_status begin(fields_writer *writer, fk_bytes type, fk_arena *arena, fk_buffer *buffer)
{
    *writer = (fields_writer){ .type = fk_record_type_find(type) };
    if (writer->type == NULL) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    fk_buffer_init(buffer, arena->allocator, FIELDS_SIZE_BYTES_MAX);
    fk_json_writer_init(&writer->json, buffer);
    fk_json_object_begin(&writer->json);
    return fk_ok();
}

/* Ends the text, or gives up with the status; frees the buffer. */
static fk_status finish(fields_writer *writer, fk_status status, fk_arena *arena, fk_buffer *buffer, fk_bytes *json_out)
{
    if (fk_is_ok(status)) {
        end_group(writer);
        fk_json_object_end(&writer->json);
        status = fk_json_finish(&writer->json);
    }
    if (fk_is_ok(status)) {
        status = fk_bytes_copy(fk_buffer_view(buffer), arena, json_out);
    }
    fk_buffer_free(buffer);
    return status;
}

fk_status fk_fields_json_of_record(const fk_record_row *row, const fk_merged_list *fields, fk_arena *arena,
                                   fk_bytes *json_out)
{
    fields_writer writer;
    fk_buffer buffer;
    *json_out = (fk_bytes){ NULL, 0 };
    FK_TRY(begin(&writer, row->type, arena, &buffer));
    fk_status status = fk_ok();
    for (size_t i = 0; i < fields->count && fk_is_ok(status); i++) {
        const fk_head *shown = fk_merged_shown(&fields->items[i]);
        /* A record that was re-opened is shown, whatever its state says. */
        bool is_state = row->is_reopened && fk_bytes_equal_text(fields->items[i].field, "state");
        if (shown->has_value && !is_state) {
            fk_field_write field = { .field = fields->items[i].field, .has_value = true, .value = shown->value };
            status = write_field(&writer, &field);
        }
    }
    return finish(&writer, status, arena, &buffer, json_out);
}

fk_status fk_fields_json_of_draft(fk_store *store, const fk_draft_row *row, fk_arena *arena, fk_bytes *json_out)
{
    fields_writer writer;
    fk_buffer buffer;
    *json_out = (fk_bytes){ NULL, 0 };
    FK_TRY(begin(&writer, row->type, arena, &buffer));
    fk_status status = fk_store_draft_fields(store, &row->record, write_field, &writer);
    return finish(&writer, status, arena, &buffer, json_out);
}
