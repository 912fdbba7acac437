#include "test_store.h"

#include <string.h>

#include "fk/assert.h"

uint32_t test_store_format = VFS_FORMAT_NEWEST;

test_store test_store_on(memory_disk *memory)
{
    test_store store = { .memory = memory, .allocator = &fk_allocator_libc, .format = test_store_format };
    for (size_t i = 0; i < FK_KEY_SIZE_BYTES; i++) {
        store.mac_key.bytes[i] = (uint8_t)(i * 3);
        store.page_key.bytes[i] = (uint8_t)(i * 5); /* starts with a NUL */
    }
    return store;
}

static fk_vfs_config config_of(const test_store *store)
{
    return (fk_vfs_config){ .allocator = store->allocator,
                            .disk = memory_disk_port(store->memory),
                            .store_id = { { 0x5a, 1, 2, 3 } },
                            .mac_key = &store->mac_key,
                            .page_key = &store->page_key,
                            .is_read_only = store->is_read_only };
}

fk_status test_store_create_vfs(test_store *store)
{
    fk_vfs_config config = config_of(store);
    return vfs_create_of_format(&config, store->format, &store->vfs);
}

fk_status test_store_open_vfs(test_store *store)
{
    fk_vfs_config config = config_of(store);
    return fk_vfs_open(&config, &store->vfs, &store->report);
}

int test_store_connect(test_store *store)
{
    static const char SETTINGS[] = "PRAGMA journal_mode=MEMORY; PRAGMA locking_mode=EXCLUSIVE;"
                                   "PRAGMA cache_spill=OFF; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;";
    char raw_key[4 + FK_KEY_SIZE_BYTES] = "raw:";
    memcpy(raw_key + 4, store->page_key.bytes, FK_KEY_SIZE_BYTES);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(fk_vfs_name(store->vfs), &store->db, flags, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_key_v2(store->db, "main", raw_key, sizeof raw_key);
    }
    if (code == SQLITE_OK) {
        char page_size[48];
        sqlite3_snprintf(sizeof page_size, page_size, "PRAGMA page_size=%u", fk_vfs_page_size_bytes(store->vfs));
        code = test_store_run(store, page_size);
    }
    if (code == SQLITE_OK) {
        code = test_store_run(store, SETTINGS);
    }
    if (code == SQLITE_OK) {
        code = test_store_run(store, "SELECT count(*) FROM sqlite_schema");
    }
    if (code != SQLITE_OK) {
        (void)sqlite3_close(store->db);
        store->db = NULL;
    }
    return code;
}

fk_status test_store_create(test_store *store)
{
    FK_TRY(test_store_create_vfs(store));
    /* auto_vacuum writes, so it is for a new database only. */
    if (test_store_connect(store) == SQLITE_OK &&
        test_store_run(store, "PRAGMA auto_vacuum=INCREMENTAL") == SQLITE_OK) {
        return fk_ok();
    }
    test_store_close(store);
    return fk_status_of(FK_ERR_IO);
}

fk_status test_store_open(test_store *store)
{
    FK_TRY(test_store_open_vfs(store));
    if (test_store_connect(store) == SQLITE_OK) {
        return fk_ok();
    }
    test_store_close(store);
    return fk_status_of(FK_ERR_IO);
}

void test_store_close(test_store *store)
{
    int code = sqlite3_close(store->db);
    FK_ASSERT(code == SQLITE_OK);
    fk_vfs_close(store->vfs);
    store->db = NULL;
    store->vfs = NULL;
}

int test_store_run(test_store *store, const char *sql)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL);
}

int64_t test_store_number(test_store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = -1;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        number = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return number;
}

/* A checksum in four lanes, each over every fourth word: states are compared within one test, where nobody forges. With
 * fk_hash it took a third of the time of a seed of the simulated disk. */
enum { WORD_SIZE_BYTES = 8, LANE_COUNT = FK_HASH_SIZE_BYTES / WORD_SIZE_BYTES };

typedef uint64_t checksum[LANE_COUNT];

static void add_block(checksum sum, const uint8_t block[FK_HASH_SIZE_BYTES])
{
    for (size_t i = 0; i < LANE_COUNT; i++) {
        uint64_t mixed = (sum[i] ^ fk_get_u64(block + i * WORD_SIZE_BYTES)) * 0x9e3779b97f4a7c15u;
        sum[i] = mixed ^ (mixed >> 29);
    }
}

/* Its length goes in first, so that no two lists of values give the same blocks. */
static void add_value(checksum sum, fk_bytes value)
{
    uint8_t block[FK_HASH_SIZE_BYTES] = { 0 };
    fk_put_u64(block, value.size_bytes);
    add_block(sum, block);
    for (; value.size_bytes >= sizeof block; value.size_bytes -= sizeof block, value.data += sizeof block) {
        add_block(sum, value.data);
    }
    if (value.size_bytes > 0) {
        memset(block, 0, sizeof block);
        memcpy(block, value.data, value.size_bytes);
        add_block(sum, block);
    }
}

bool test_store_digest(test_store *store, const char *sql, uint8_t digest_out[FK_HASH_SIZE_BYTES])
{
    sqlite3_stmt *statement = NULL;
    checksum sum = { 1, 2, 3, 4 };
    int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        for (int i = 0; code == SQLITE_ROW && i < sqlite3_column_count(statement); i++) {
            const void *bytes = sqlite3_column_blob(statement, i);
            add_value(sum, fk_bytes_of(bytes, (size_t)sqlite3_column_bytes(statement, i)));
        }
    }
    (void)sqlite3_finalize(statement);
    for (size_t i = 0; i < LANE_COUNT; i++) {
        fk_put_u64(digest_out + i * WORD_SIZE_BYTES, sum[i]);
    }
    return code == SQLITE_DONE;
}

fk_vfs_statistics test_store_statistics(const test_store *store)
{
    fk_vfs_statistics statistics;
    fk_vfs_statistics_get(store->vfs, &statistics);
    return statistics;
}
