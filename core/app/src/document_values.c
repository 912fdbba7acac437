#include "document_values.h"

#include <stdio.h>

#include "fk/banned.h"

void fk_document_view_init(fk_document_view *view, const fk_field_list *fields, const fk_allocator *allocator)
{
    *view = (fk_document_view){ .fields = fields, .allocator = allocator, .status = fk_ok() };
}

fk_status fk_document_view_free(fk_document_view *view)
{
    fk_json_doc_free(view->doc);
    view->doc = NULL;
    return view->status;
}

static fk_bytes text_of(const fk_json *value)
{
    bool flag = false;
    switch (fk_json_kind_of(value)) {
    case FK_JSON_STRING:
        return fk_json_string(value);
    case FK_JSON_NUMBER:
        return fk_json_number_text(value);
    case FK_JSON_BOOL:
        return fk_is_ok(fk_json_to_bool(value, &flag)) ? fk_bytes_text(flag ? "true" : "false") : (fk_bytes){ NULL, 0 };
    case FK_JSON_ABSENT:
    case FK_JSON_NULL:
    case FK_JSON_ARRAY:
    case FK_JSON_OBJECT:
    default:
        return (fk_bytes){ NULL, 0 };
    }
}

fk_bytes fk_document_view_value(void *ctx, const char *field, const char *key, const char *member)
{
    fk_document_view *view = ctx;
    fk_json_doc_free(view->doc);
    view->doc = NULL;
    char path[FK_RECORD_KEY_SIZE_BYTES_MAX + 40];
    (void)snprintf(path, sizeof path, "%s%s%s", field, key == NULL ? "" : "/", key == NULL ? "" : key);
    const fk_field_write *write = fk_field_list_find(view->fields, fk_bytes_text(path));
    if (write == NULL || !write->has_value || !fk_is_ok(view->status)) {
        return (fk_bytes){ NULL, 0 };
    }
    view->status = fk_json_parse(view->allocator, write->value, &fk_json_limits_command, &view->doc, NULL);
    if (!fk_is_ok(view->status)) {
        return (fk_bytes){ NULL, 0 };
    }
    const fk_json *root = fk_json_root(view->doc);
    return text_of(member == NULL ? root : fk_json_member_text(root, member));
}
