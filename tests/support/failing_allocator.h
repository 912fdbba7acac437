/* failing_allocator.h — an allocator that fails one request, counts what lives, and checks sizes.
 *
 * Use: for k = 0, 1, 2 .. until the operation succeeds: start with fail_at = k, run the operation,
 * check that its status is FK_ERR_NO_MEMORY, that nothing changed and live_bytes is what it was. */
#ifndef FK_FAILING_ALLOCATOR_H
#define FK_FAILING_ALLOCATOR_H

#include "fk/memory.h"

#define FAILING_ALLOCATOR_NEVER UINT64_MAX

typedef struct failing_allocator {
    uint64_t fail_at;       /* the request with this number, counted from 0, fails; all before succeed */
    bool fails_ever_after;  /* and all later ones too */
    uint64_t request_count; /* so far */
    uint64_t live_count;
    uint64_t live_bytes;
    fk_allocator allocator; /* what the code under test gets; ctx points to this struct */
} failing_allocator;

void failing_allocator_init(failing_allocator *failing, uint64_t fail_at);
/* Did a request fail? */
bool failing_allocator_failed(const failing_allocator *failing);

#endif
