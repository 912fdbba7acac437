/* vfs_history.h — a disk with a history, every acknowledged state of which is known. For cmocka tests. */
#ifndef FK_VFS_HISTORY_H
#define FK_VFS_HISTORY_H

#include "test_store.h"

enum { COMMITS_BEFORE = 3, COMMITS_AFTER = 5, STATE_COUNT = COMMITS_BEFORE + COMMITS_AFTER + 2 };

/* All rows in order: the query whose digest is a state. */
extern const char EVERYTHING[];

/* Commits, a checkpoint (counter 1 to 2: log 0 is in use), more commits; every state that was ever
 * acknowledged is known by its digest. Record k of the log in use starts at record_offset_bytes[k]. */
typedef struct history {
    memory_disk *memory;
    uint8_t digests[STATE_COUNT][FK_HASH_SIZE_BYTES];
    int digest_count;
    uint64_t record_offset_bytes[COMMITS_AFTER + 1];
    uint64_t sequence;
} history;

history make_history(void);
/* Which acknowledged state does the store show? -1: none. */
int state_shown(test_store *store, const history *past);
/* Open a disk on which something was changed; it is refused with this code and stays as it was. */
void assert_refused(memory_disk *memory, fk_code code, fk_vfs_damage damage);
void assert_opens_with(memory_disk *memory, const history *past, int state_index, test_store *store_out);

#endif
