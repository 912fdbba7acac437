/* sqlite_memory.h — SQLite's allocator, of which one request fails. */
#ifndef FK_SQLITE_MEMORY_H
#define FK_SQLITE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Before SQLite does anything in this program. No lookaside: every small request reaches the counter too. */
bool sqlite_memory_install(void);
/* Request number k from now, counted from 0, fails. */
void sqlite_memory_fail_at(uint64_t k);
/* Take that back. Did it happen? */
bool sqlite_memory_heal(void);

#endif
