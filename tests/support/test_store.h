/* test_store.h — a store with real SQLite and real encryption on a memory disk. */
#ifndef FK_TEST_STORE_H
#define FK_TEST_STORE_H

#include <sqlite3.h>

#include "memory_disk.h"
#include "vfs_internal.h"

typedef struct test_store {
    memory_disk *memory; /* borrowed */
    const fk_allocator *allocator;
    fk_key mac_key;
    fk_key page_key;
    bool is_read_only;
    uint32_t format; /* of the files when they are made (vfs_format.h) */
    fk_vfs *vfs;
    sqlite3 *db;
    fk_vfs_report report;
} test_store;

/* Of the stores that are made from then on; the newest at first. */
extern uint32_t test_store_format;

/* A store that is not open yet, with the keys all tests use. */
test_store test_store_on(memory_disk *memory);

/* Open the VFS only. */
fk_status test_store_create_vfs(test_store *store);
fk_status test_store_open_vfs(test_store *store);
/* Connect SQLite with the settings of vfs.h. Returns SQLite's code; on error db is NULL. */
int test_store_connect(test_store *store);

/* Both. FK_ERR_IO when the VFS opened but SQLite did not; then everything is closed again. */
fk_status test_store_create(test_store *store);
fk_status test_store_open(test_store *store);
void test_store_close(test_store *store);

/* Run statements; SQLite's code of the first that fails. */
int test_store_run(test_store *store, const char *sql);
/* The first column of the first row, or -1. */
int64_t test_store_number(test_store *store, const char *sql);
/* Over every value of a query in order; false when it could not be read. */
bool test_store_digest(test_store *store, const char *sql, uint8_t digest_out[FK_HASH_SIZE_BYTES]);
fk_vfs_statistics test_store_statistics(const test_store *store);

#endif
