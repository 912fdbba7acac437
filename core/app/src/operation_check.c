#include "operation_check.h"

#include "fk/json.h"
#include "fk/record.h"

#include "record_value.h"

#include <string.h>

#include "fk/banned.h"

enum {
    REASON_SIZE_BYTES_MAX = 2000,
    CHECK_MEMORY_BYTES_MAX = 4 * 1024 * 1024,
};

/* A set travels element by element: needs/housing, true or taken away. */
static fk_status check_element(const fk_record_type *type, const fk_wire_operation *operation)
{
    fk_bytes key = fk_record_path_key(operation->field);
    size_t index = 0;
    if (key.size_bytes == 0) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    fk_bytes name = fk_bytes_of(operation->field.data, operation->field.size_bytes - key.size_bytes - 1);
    const fk_record_field *field = fk_record_field_find(type, name);
    if (field == NULL || field->kind != FK_RECORD_SET || !fk_record_choice_index(field->choice, key, &index)) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    bool is_right = !operation->has_value || fk_bytes_equal_text(operation->value, "true");
    return fk_status_of(is_right ? FK_OK : FK_ERR_INVALID_INPUT);
}

/* Canonical, or two devices would compare equal values as different ones. */
static fk_status check_value(const fk_record_field *field, fk_bytes value, fk_arena *arena)
{
    fk_json_doc *doc = NULL;
    bool has_value = false;
    fk_bytes canonical = { NULL, 0 };
    FK_TRY(fk_json_parse(arena->allocator, value, &fk_json_limits_command, &doc, NULL));
    fk_status status =
        fk_record_value_make(field, fk_json_root(doc), FK_VALUE_OF_RECORD, arena, &has_value, &canonical, NULL);
    fk_json_doc_free(doc);
    FK_TRY(status);
    return fk_status_of(has_value && fk_bytes_equal(canonical, value) ? FK_OK : FK_ERR_INVALID_INPUT);
}

_Static_assert((int)FK_WRITER_ADMINISTRATOR == (int)FK_ROLE_ADMINISTRATOR &&
                   (int)FK_WRITER_CASEWORKER == (int)FK_ROLE_CASEWORKER,
               "schema and roster name roles by the same bits");

fk_status fk_operation_check(void *ctx, uint32_t roles, const fk_wire_operation *operation)
{
    const fk_allocator *allocator = ctx;
    const fk_record_type *type = fk_record_type_find(operation->type);
    bool is_sound = operation->reason.size_bytes <= REASON_SIZE_BYTES_MAX && fk_utf8_is_valid(operation->reason) &&
                    !fk_id_is_zero(&operation->record) && !fk_id_is_zero(&operation->mutation);
    if (type == NULL || type->is_shipped || !is_sound) {
        return fk_status_of(type == NULL ? FK_ERR_NEWER_VERSION : FK_ERR_INVALID_INPUT);
    }
    if ((type->writers & roles) == 0) {
        return fk_status_of(FK_ERR_FORBIDDEN);
    }
    const fk_record_field *field = fk_record_field_find(type, operation->field);
    if (field == NULL || field->kind == FK_RECORD_SET) {
        return check_element(type, operation);
    }
    if (!operation->has_value) {
        return fk_ok();
    }
    fk_arena arena;
    fk_arena_init(&arena, allocator, CHECK_MEMORY_BYTES_MAX);
    fk_status status = check_value(field, operation->value, &arena);
    fk_arena_reset(&arena);
    return status;
}
