#include "sqlite_memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

static uint64_t request_count;
static uint64_t fail_at = UINT64_MAX;

/* The size stands before the block, as SQLite asks for it back. */
typedef struct sized {
    _Alignas(16) size_t size_bytes;
} sized;

static void *counted_allocate(int size)
{
    if (request_count++ == fail_at) {
        return NULL;
    }
    sized *block = malloc(sizeof *block + (size_t)size);
    if (block == NULL) {
        return NULL;
    }
    block->size_bytes = (size_t)size;
    return block + 1;
}

static void counted_release(void *memory)
{
    free((sized *)memory - 1);
}

static int counted_size(void *memory)
{
    return memory == NULL ? 0 : (int)((sized *)memory - 1)->size_bytes;
}

static void *counted_resize(void *memory, int size)
{
    void *moved = counted_allocate(size);
    if (moved != NULL) {
        size_t kept = (size_t)counted_size(memory);
        memcpy(moved, memory, kept < (size_t)size ? kept : (size_t)size);
        counted_release(memory);
    }
    return moved;
}

static int counted_round_up(int size)
{
    return (size + 7) & ~7;
}

static int counted_begin(void *data)
{
    (void)data;
    return SQLITE_OK;
}

static void counted_end(void *data)
{
    (void)data;
}

bool sqlite_memory_install(void)
{
    static sqlite3_mem_methods methods = { counted_allocate, counted_release, counted_resize, counted_size,
                                           counted_round_up, counted_begin,   counted_end,    NULL };
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK &&
           sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK;
}

void sqlite_memory_fail_at(uint64_t k)
{
    request_count = 0;
    fail_at = k;
}

bool sqlite_memory_heal(void)
{
    bool has_failed = request_count > fail_at;
    fail_at = UINT64_MAX;
    return has_failed;
}
