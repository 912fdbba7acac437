#include "failing_allocator.h"

#include <stdlib.h>

#include "fk/assert.h"

/* The size stands before the block, so a release with another size is seen. */
typedef struct block_header {
    _Alignas(max_align_t) size_t size_bytes;
} block_header;

static void *failing_allocate(void *ctx, size_t size_bytes)
{
    failing_allocator *failing = ctx;
    uint64_t number = failing->request_count++;
    if (number == failing->fail_at || (failing->fails_ever_after && number > failing->fail_at)) {
        return NULL;
    }
    block_header *header = malloc(sizeof *header + size_bytes);
    FK_ASSERT(header != NULL);
    header->size_bytes = size_bytes;
    failing->live_count++;
    failing->live_bytes += size_bytes;
    return header + 1;
}

static void failing_release(void *ctx, void *block, size_t size_bytes)
{
    failing_allocator *failing = ctx;
    block_header *header = (block_header *)block - 1;
    FK_ASSERT(header->size_bytes == size_bytes);
    failing->live_count--;
    failing->live_bytes -= size_bytes;
    free(header);
}

void failing_allocator_init(failing_allocator *failing, uint64_t fail_at)
{
    *failing = (failing_allocator){ .fail_at = fail_at };
    failing->allocator = (fk_allocator){ failing_allocate, failing_release, failing };
}

bool failing_allocator_failed(const failing_allocator *failing)
{
    return failing->request_count > failing->fail_at;
}
