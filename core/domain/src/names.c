#include "fk/names.h"

#include "fk/assert.h"

#include "fk/banned.h"

const char *fk_names_text(const fk_names *names, size_t index)
{
    FK_ASSERT(index < names->count);
    return names->text[index];
}

bool fk_names_find(const fk_names *names, fk_bytes text, size_t *index_out)
{
    *index_out = 0;
    for (size_t i = 0; i < names->count; i++) {
        if (fk_bytes_equal_text(text, names->text[i])) {
            *index_out = i;
            return true;
        }
    }
    return false;
}
