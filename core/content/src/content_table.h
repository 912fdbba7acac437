/* The table build-scripts/gen-content.mjs writes into the build folder (content_gen.c). */
#ifndef FK_CONTENT_TABLE_H
#define FK_CONTENT_TABLE_H

#include "fk/content.h"

/* In bytewise order of the names. */
extern const fk_content fk_content_table[];
extern const size_t fk_content_table_count;

#endif
