/* field_path.h — where in a request or reply the codec is, for error details. */
#ifndef FK_FIELD_PATH_H
#define FK_FIELD_PATH_H

#include "fk/bytes.h"

typedef struct field_path {
    char text[96]; /* NUL-terminated; a deeper path is cut, names of the protocol are short */
    size_t size_bytes;
} field_path;

void field_path_init(field_path *path, const char *root);
/* Append ".name" or "[index]". Give the size back to field_path_leave() afterwards. */
size_t field_path_enter_member(field_path *path, const char *name);
size_t field_path_enter_element(field_path *path, size_t index);
void field_path_leave(field_path *path, size_t size_bytes);

/* Sets "path: reason" and returns the status of that code. */
FK_MUST_USE fk_status field_path_refuse(const field_path *path, fk_code code, const char *reason, fk_error *error);

#endif
