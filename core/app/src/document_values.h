/* document_values.h — single values of a list of fields as text, for rules that ask by name. Private to core/app. */
#ifndef FK_APP_DOCUMENT_VALUES_H
#define FK_APP_DOCUMENT_VALUES_H

#include "change.h"

typedef struct fk_document_view {
    const fk_field_list *fields;
    const fk_allocator *allocator;
    fk_json_doc *doc; /* of the value given last */
    fk_status status; /* the first failure; values are empty from then on */
} fk_document_view;

void fk_document_view_init(fk_document_view *view, const fk_field_list *fields, const fk_allocator *allocator);
/* The first failure of a look-up. */
FK_MUST_USE fk_status fk_document_view_free(fk_document_view *view);

/* Shaped as fk_document_values.value (fk/completion.h); ctx is the view. */
fk_bytes fk_document_view_value(void *ctx, const char *field, const char *key, const char *member);

#endif
