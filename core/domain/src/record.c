#include "fk/record.h"

#include "records_gen.h"

#include <string.h>

#include "fk/banned.h"

const fk_record_type *fk_record_type_find(fk_bytes name)
{
    for (size_t i = 0; i < FK_RECORD_TYPE_COUNT; i++) {
        if (fk_bytes_equal_text(name, fk_record_types[i].name)) {
            return &fk_record_types[i];
        }
    }
    return NULL;
}

static bool is_key_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '.' || byte == '_' || byte == '-';
}

static bool is_key(fk_bytes key)
{
    for (size_t i = 0; i < key.size_bytes; i++) {
        if (!is_key_byte(key.data[i])) {
            return false;
        }
    }
    return key.size_bytes > 0 && key.size_bytes <= FK_RECORD_KEY_SIZE_BYTES_MAX;
}

static const fk_record_field *field_by_name(const fk_record_type *type, fk_bytes name)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (fk_bytes_equal_text(name, type->fields[i].name)) {
            return &type->fields[i];
        }
    }
    return NULL;
}

/* Bytes before the slash; all when there is none. */
static size_t name_size_bytes(fk_bytes path)
{
    const uint8_t *slash = path.size_bytes == 0 ? NULL : memchr(path.data, '/', path.size_bytes);
    return slash == NULL ? path.size_bytes : (size_t)(slash - path.data);
}

const fk_record_field *fk_record_field_find(const fk_record_type *type, fk_bytes path)
{
    size_t name_bytes = name_size_bytes(path);
    const fk_record_field *field = field_by_name(type, fk_bytes_of(path.data, name_bytes));
    if (field == NULL || field->is_keyed != (name_bytes < path.size_bytes)) {
        return NULL;
    }
    return !field->is_keyed || is_key(fk_record_path_key(path)) ? field : NULL;
}

fk_bytes fk_record_path_key(fk_bytes path)
{
    size_t name_bytes = name_size_bytes(path);
    if (name_bytes == path.size_bytes) {
        return (fk_bytes){ NULL, 0 };
    }
    return fk_bytes_of(path.data + name_bytes + 1, path.size_bytes - name_bytes - 1);
}

bool fk_record_choice_index(const fk_record_choice *choice, fk_bytes value, size_t *index_out)
{
    *index_out = 0;
    for (size_t i = 0; i < choice->value_count; i++) {
        if (fk_bytes_equal_text(value, choice->values[i])) {
            *index_out = i;
            return true;
        }
    }
    return false;
}
