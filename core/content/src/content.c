/* Lookup in the embedded content. A dozen entries: a linear search is the simplest that works. */
#include "fk/content.h"

#include "content_table.h"
#include "fk/assert.h"

#include "fk/banned.h"

const fk_content *fk_content_find(fk_bytes name)
{
    for (size_t index = 0; index < fk_content_table_count; index++) {
        if (fk_bytes_equal(fk_content_table[index].name, name)) {
            return &fk_content_table[index];
        }
    }
    return NULL;
}

size_t fk_content_count(void)
{
    return fk_content_table_count;
}

const fk_content *fk_content_at(size_t index)
{
    FK_ASSERT(index < fk_content_table_count);
    return &fk_content_table[index];
}
