/* field_path.h — where in a request or reply the codec is, for error details.
 *
 * Kept as names and numbers: it is entered for every member, and written out for an error alone. */
#ifndef FK_FIELD_PATH_H
#define FK_FIELD_PATH_H

#include "fk/bytes.h"

enum { FIELD_PATH_DEPTH_MAX = 8 };

typedef struct field_path {
    const char *root;
    struct {
        const char *member; /* NULL: an element */
        size_t index;
    } steps[FIELD_PATH_DEPTH_MAX]; /* a deeper path is cut */
    size_t depth;
} field_path;

/* root and names are borrowed as long as the path is. */
void field_path_init(field_path *path, const char *root);
/* Step into a member or an element. Give what it returns to field_path_leave() afterwards. */
size_t field_path_enter_member(field_path *path, const char *name);
size_t field_path_enter_element(field_path *path, size_t index);
void field_path_leave(field_path *path, size_t outer);

/* Sets "path: reason" and returns the status of that code. */
FK_MUST_USE fk_status field_path_refuse(const field_path *path, fk_code code, const char *reason, fk_error *error);

#endif
