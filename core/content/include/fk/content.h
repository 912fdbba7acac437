/* fk/content.h — the shipped data of core/content, embedded at build time.
 *
 * Each file core/content/NAME.json is one entry: its name without .json and its JSON text, minified,
 * valid UTF-8. The CLI, the tests and the app read the same bytes. Pure data: nothing here is ever
 * changed at run time, and every view stays valid for the life of the program. */
#ifndef FK_CONTENT_H
#define FK_CONTENT_H

#include "fk/bytes.h"

typedef struct fk_content {
    fk_bytes name; /* such as "dash-adult" */
    fk_bytes json;
} fk_content;

/* NULL when there is no content of that name. The match is exact and bytewise. */
const fk_content *fk_content_find(fk_bytes name);

size_t fk_content_count(void);
/* Entries in bytewise order of their names. index < fk_content_count(). */
const fk_content *fk_content_at(size_t index);

#endif
