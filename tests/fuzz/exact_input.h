/* exact_input.h — for harnesses of readers that give views: input in memory exactly as long, views read to their ends.
 */
#ifndef FK_EXACT_INPUT_H
#define FK_EXACT_INPUT_H

#include <stdlib.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/bytes.h"

/* A byte too many is then seen. free() it. */
static inline uint8_t *exact_input(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    FK_ASSERT(copy != NULL);
    memcpy(copy, data, size);
    return copy;
}

static inline void touch(fk_bytes view)
{
    for (size_t i = 0; i < view.size_bytes; i++) {
        (void)*(const volatile uint8_t *)&view.data[i];
    }
}

#endif
