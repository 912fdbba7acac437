/* fk/memory.h — allocation through a port, checked arithmetic, wiping.
 *
 * malloc, realloc, calloc, strdup and free do not compile in core/ (fk/banned.h): memory comes from
 * an fk_allocator, so tests can make the k-th request fail. free gets the size back, which makes a
 * mismatch visible and lets every release wipe what it held. */
#ifndef FK_MEMORY_H
#define FK_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fk/status.h"

typedef struct fk_allocator {
    void *(*allocate)(void *ctx, size_t size_bytes); /* NULL on failure; size is never 0 */
    void (*release)(void *ctx, void *block, size_t size_bytes);
    void *ctx;
} fk_allocator;

/* The allocator over libc, for hosts. */
extern const fk_allocator fk_allocator_libc;

/* NULL on failure. Zeroed. */
FK_MUST_USE void *fk_allocate(const fk_allocator *allocator, size_t size_bytes);
/* Wipes, then releases. NULL is allowed. */
void fk_release(const fk_allocator *allocator, void *block, size_t size_bytes);

/* Overwrite with zeros in a way the compiler keeps. */
void fk_wipe(void *block, size_t size_bytes);
/* Equal in time that depends on the size only. */
FK_MUST_USE bool fk_equal_constant_time(const void *a, const void *b, size_t size_bytes);

/* false on overflow, and then *out is 0. */
FK_MUST_USE bool fk_add_size(size_t a, size_t b, size_t *out);
FK_MUST_USE bool fk_multiply_size(size_t a, size_t b, size_t *out);

/* An arena: many small allocations released together at the end of one call.
 * Grows by blocks; bounded by size_bytes_max in all. Not for secrets that must die early. */
typedef struct fk_arena {
    const fk_allocator *allocator;
    struct fk_arena_block *newest;
    size_t used_bytes;
    size_t size_bytes_max;
} fk_arena;

void fk_arena_init(fk_arena *arena, const fk_allocator *allocator, size_t size_bytes_max);
/* NULL when memory or the bound is used up. Zeroed, aligned for any type. A size of 0 gives a
 * valid pointer. Lives until fk_arena_reset(). */
FK_MUST_USE void *fk_arena_allocate(fk_arena *arena, size_t size_bytes);
/* Wipes and releases everything; the arena can be used again. */
void fk_arena_reset(fk_arena *arena);

#endif
