#include "fk/memory.h"

#include <stdlib.h>
#include <string.h>

#include "fk/assert.h"

/* The one place that names libc's allocator; fk/banned.h is therefore not included here. */

static void *libc_allocate(void *ctx, size_t size_bytes)
{
    (void)ctx;
    return malloc(size_bytes);
}

static void libc_release(void *ctx, void *block, size_t size_bytes)
{
    (void)ctx;
    (void)size_bytes;
    free(block);
}

const fk_allocator fk_allocator_libc = { libc_allocate, libc_release, NULL };

void *fk_allocate(const fk_allocator *allocator, size_t size_bytes)
{
    FK_ASSERT(size_bytes > 0);
    void *block = allocator->allocate(allocator->ctx, size_bytes);
    if (block != NULL) {
        memset(block, 0, size_bytes);
    }
    return block;
}

void fk_release(const fk_allocator *allocator, void *block, size_t size_bytes)
{
    if (block == NULL) {
        return;
    }
    fk_wipe(block, size_bytes);
    allocator->release(allocator->ctx, block, size_bytes);
}

void fk_wipe(void *block, size_t size_bytes)
{
    if (size_bytes == 0) {
        return;
    }
    memset(block, 0, size_bytes);
    /* The empty statement claims to read the memory, so the store above is not dead. */
    __asm__ __volatile__("" : : "r"(block) : "memory");
}

bool fk_equal_constant_time(const void *a, const void *b, size_t size_bytes)
{
    const volatile uint8_t *left = a;
    const volatile uint8_t *right = b;
    uint8_t difference = 0;
    for (size_t i = 0; i < size_bytes; i++) {
        difference = (uint8_t)(difference | (left[i] ^ right[i]));
    }
    return difference == 0;
}

bool fk_add_size(size_t a, size_t b, size_t *out)
{
    if (__builtin_add_overflow(a, b, out)) {
        *out = 0;
        return false;
    }
    return true;
}

bool fk_multiply_size(size_t a, size_t b, size_t *out)
{
    if (__builtin_mul_overflow(a, b, out)) {
        *out = 0;
        return false;
    }
    return true;
}

/* --- arena ---------------------------------------------------------------------------------- */

/* Each block is twice the one before, because all of it is cleared and wiped: most arenas hold one small value. */
enum { ARENA_BLOCK_SIZE_BYTES_FIRST = 1024, ARENA_BLOCK_SIZE_BYTES_MAX = 16 * 1024 };

typedef struct fk_arena_block {
    struct fk_arena_block *older;
    size_t size_bytes; /* of the whole block, header included */
    size_t used_bytes;
} fk_arena_block;

#define ARENA_ALIGNMENT _Alignof(max_align_t)
#define ARENA_HEADER_SIZE_BYTES ((sizeof(fk_arena_block) + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT)

void fk_arena_init(fk_arena *arena, const fk_allocator *allocator, size_t size_bytes_max)
{
    *arena = (fk_arena){ .allocator = allocator, .size_bytes_max = size_bytes_max };
}

static size_t arena_next_size(const fk_arena *arena)
{
    size_t newest_bytes = arena->newest != NULL ? arena->newest->size_bytes : ARENA_BLOCK_SIZE_BYTES_FIRST / 2;
    return newest_bytes < ARENA_BLOCK_SIZE_BYTES_MAX / 2 ? 2 * newest_bytes : ARENA_BLOCK_SIZE_BYTES_MAX;
}

static fk_arena_block *arena_add_block(fk_arena *arena, size_t payload_bytes)
{
    size_t size_bytes = arena_next_size(arena);
    if (payload_bytes > size_bytes - ARENA_HEADER_SIZE_BYTES &&
        !fk_add_size(payload_bytes, ARENA_HEADER_SIZE_BYTES, &size_bytes)) {
        return NULL;
    }
    fk_arena_block *block = fk_allocate(arena->allocator, size_bytes);
    if (block == NULL) {
        return NULL;
    }
    block->older = arena->newest;
    block->size_bytes = size_bytes;
    block->used_bytes = ARENA_HEADER_SIZE_BYTES;
    arena->newest = block;
    return block;
}

void *fk_arena_allocate(fk_arena *arena, size_t size_bytes)
{
    size_t rounded_bytes = 0;
    if (!fk_add_size(size_bytes == 0 ? 1 : size_bytes, ARENA_ALIGNMENT - 1, &rounded_bytes)) {
        return NULL;
    }
    rounded_bytes = rounded_bytes / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
    if (rounded_bytes > arena->size_bytes_max - arena->used_bytes) {
        return NULL;
    }
    fk_arena_block *block = arena->newest;
    if (block == NULL || rounded_bytes > block->size_bytes - block->used_bytes) {
        block = arena_add_block(arena, rounded_bytes);
        if (block == NULL) {
            return NULL;
        }
    }
    void *result = (uint8_t *)block + block->used_bytes;
    block->used_bytes += rounded_bytes;
    arena->used_bytes += rounded_bytes;
    return result;
}

void fk_arena_reset(fk_arena *arena)
{
    while (arena->newest != NULL) {
        fk_arena_block *block = arena->newest;
        arena->newest = block->older;
        fk_release(arena->allocator, block, block->size_bytes);
    }
    arena->used_bytes = 0;
}
