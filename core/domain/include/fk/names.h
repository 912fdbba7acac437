/* fk/names.h — enumerations as data: the text ids that cross the border, in the order of the enum.
 *
 * Pure; static storage. */
#ifndef FK_NAMES_H
#define FK_NAMES_H

#include "fk/bytes.h"

typedef struct fk_names {
    size_t count;
    const char *const *text; /* count static strings; the index is the enum value */
} fk_names;

/* The text of an enum value. Asserts that there is one. */
const char *fk_names_text(const fk_names *names, size_t index);
/* false, and *index_out 0, when no name is exactly that text. */
FK_MUST_USE bool fk_names_find(const fk_names *names, fk_bytes text, size_t *index_out);

#endif
