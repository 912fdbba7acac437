#include "fk/record.h"

#include "records_gen.h"

#include <string.h>

#include "fk/banned.h"

const fk_record_type *fk_record_type_by_name(fk_bytes name)
{
    for (size_t i = 0; i < FK_RECORD_TYPE_COUNT; i++) {
        if (fk_bytes_equal_text(name, fk_record_types[i].name)) {
            return &fk_record_types[i];
        }
    }
    return NULL;
}

const fk_record_field *fk_record_field_by_name(const fk_record_type *type, fk_bytes name)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (fk_bytes_equal_text(name, type->fields[i].name)) {
            return &type->fields[i];
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

fk_status fk_record_field_by_path(const fk_record_type *type, fk_bytes path, const fk_record_field **field_out,
                                  fk_bytes *key_out)
{
    *field_out = NULL;
    *key_out = (fk_bytes){ NULL, 0 };
    const uint8_t *slash = path.size_bytes == 0 ? NULL : memchr(path.data, '/', path.size_bytes);
    size_t name_bytes = slash == NULL ? path.size_bytes : (size_t)(slash - path.data);
    const fk_record_field *field = fk_record_field_by_name(type, fk_bytes_of(path.data, name_bytes));
    if (field == NULL || field->is_keyed != (slash != NULL)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_bytes key = { NULL, 0 };
    if (field->is_keyed) {
        key = fk_bytes_of(slash + 1, path.size_bytes - name_bytes - 1);
        if (!is_key(key)) {
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
    }
    *field_out = field;
    *key_out = key;
    return fk_ok();
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
