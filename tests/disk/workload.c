#include "workload.h"

#include <stdio.h>
#include <string.h>

enum {
    ROW_SIZE_BYTES_MAX = 700000,
    ROW_SIZE_BYTES_USUAL = 8000,
    TRANSACTIONS_A_RUN = 12,
    LOG_HEADER_SIZE_BYTES = 512,
    ROOM_SIZE_BYTES = 60000,
    OLD_FORMAT_EACH = 3,
};

const char WORKLOAD_EVERYTHING[] = "SELECT id, step, body FROM t ORDER BY id";

bool workload_complain(workload *work, const char *complaint)
{
    if (work->complaint == NULL) {
        work->complaint = complaint;
    }
    return false;
}

/* --- changes -------------------------------------------------------------------------------------- */

static int insert_row(workload *work)
{
    static uint8_t body[ROW_SIZE_BYTES_MAX];
    bool is_large = seeded_random_below(&work->random, 4) == 0;
    size_t size_bytes = (size_t)seeded_random_below(&work->random, is_large ? work->row_size_bytes_max : 300);
    memset(body, 'a' + work->step % 26, size_bytes);
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(work->store.db, "INSERT INTO t(step, body) VALUES(?, ?)", -1, &statement, NULL);
    if (code == SQLITE_OK) {
        (void)sqlite3_bind_int(statement, 1, work->step);
        (void)sqlite3_bind_blob(statement, 2, body, (int)size_bytes, SQLITE_STATIC);
        code = sqlite3_step(statement);
    }
    (void)sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int change_rows(workload *work)
{
    char sql[200];
    unsigned pick = (unsigned)seeded_random_below(&work->random, 7);
    switch (seeded_random_below(&work->random, 6)) {
    case 0:
        (void)snprintf(sql, sizeof sql, "UPDATE t SET step = %d WHERE id %% 7 = %u", work->step, pick);
        return test_store_run(&work->store, sql);
    case 1:
        (void)snprintf(sql, sizeof sql, "DELETE FROM t WHERE id %% 7 = %u", pick);
        return test_store_run(&work->store, sql);
    case 2:
        return test_store_run(&work->store, "PRAGMA incremental_vacuum");
    default:
        return insert_row(work);
    }
}

/* Behind the last byte that is not zero: room taken ahead does not count. */
static uint64_t end_of(memory_disk *memory, fk_vault_file log)
{
    static const uint8_t zeros[LOG_HEADER_SIZE_BYTES];
    fk_bytes content = memory_disk_content(memory, log);
    while (content.size_bytes >= sizeof zeros &&
           memcmp(content.data + content.size_bytes - sizeof zeros, zeros, sizeof zeros) == 0) {
        content.size_bytes -= sizeof zeros;
    }
    while (content.size_bytes > 0 && content.data[content.size_bytes - 1] == 0) {
        content.size_bytes--;
    }
    return content.size_bytes;
}

static void acknowledge(workload *work, const uint8_t digest[FK_HASH_SIZE_BYTES])
{
    if (work->past_count == WORKLOAD_PAST_COUNT) {
        work->past_count--;
        memmove(work->past[0], work->past[1], work->past_count * sizeof work->past[0]);
    }
    memcpy(work->past[work->past_count++], digest, FK_HASH_SIZE_BYTES);
    memcpy(work->acknowledged, digest, FK_HASH_SIZE_BYTES);
    work->log_ends_bytes[0] = end_of(work->store.memory, FK_FILE_LOG_0);
    work->log_ends_bytes[1] = end_of(work->store.memory, FK_FILE_LOG_1);
}

bool workload_was_acknowledged(const workload *work, const uint8_t digest[FK_HASH_SIZE_BYTES])
{
    for (size_t i = 0; i < work->past_count; i++) {
        if (memcmp(work->past[i], digest, FK_HASH_SIZE_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

static int transact(workload *work, int (*change)(workload *work))
{
    work->step++;
    int code = test_store_run(&work->store, "BEGIN IMMEDIATE");
    if (code == SQLITE_OK) {
        code = change(work);
    }
    if (code == SQLITE_OK && !test_store_digest(&work->store, WORKLOAD_EVERYTHING, work->candidate)) {
        code = SQLITE_IOERR;
    }
    if (code == SQLITE_OK) {
        code = test_store_run(&work->store, "COMMIT");
    }
    if (code == SQLITE_OK) {
        acknowledge(work, work->candidate);
        work->counts.acknowledged++;
    }
    return code;
}

static int change_a_few_times(workload *work)
{
    int code = SQLITE_OK;
    for (uint64_t left = 1 + seeded_random_below(&work->random, 4); code == SQLITE_OK && left > 0; left--) {
        code = change_rows(work);
    }
    return code;
}

int workload_transact(workload *work)
{
    return transact(work, change_a_few_times);
}

static int insert_small_row(workload *work)
{
    char sql[80];
    (void)snprintf(sql, sizeof sql, "INSERT INTO t(step) VALUES(%d)", work->step);
    return test_store_run(&work->store, sql);
}

int workload_transact_small(workload *work)
{
    return transact(work, insert_small_row);
}

void workload_run(workload *work)
{
    for (int i = 0; i < TRANSACTIONS_A_RUN; i++) {
        bool went_well = workload_transact(work) == SQLITE_OK;
        if (went_well && seeded_random_below(&work->random, 5) == 0) {
            went_well = fk_is_ok(fk_vfs_checkpoint(work->store.vfs));
        }
        if (went_well && seeded_random_below(&work->random, 8) == 0) {
            went_well = fk_is_ok(fk_vfs_reserve(work->store.vfs, ROOM_SIZE_BYTES));
        }
        if (!went_well) {
            return;
        }
    }
}

bool workload_begin(workload *work, memory_disk *memory, uint64_t seed)
{
    *work = (workload){ .store = test_store_on(memory), .random = { seed * 7919 + 1 } };
    work->store.format = seed % OLD_FORMAT_EACH == 0 ? VFS_FORMAT_WHOLE_PAGES : VFS_FORMAT_NEWEST;
    work->row_size_bytes_max = ROW_SIZE_BYTES_USUAL;
    if (!fk_is_ok(test_store_create(&work->store)) ||
        test_store_run(&work->store, "CREATE TABLE t(id INTEGER PRIMARY KEY, step INT, body BLOB)") != SQLITE_OK ||
        !test_store_digest(&work->store, WORKLOAD_EVERYTHING, work->candidate)) {
        return workload_complain(work, "the store cannot be made");
    }
    acknowledge(work, work->candidate);
    return true;
}

/* --- what must hold --------------------------------------------------------------------------------- */

void workload_refused(workload *work)
{
    memcpy(work->candidate, work->acknowledged, sizeof work->candidate);
}

bool workload_check(workload *work)
{
    uint8_t digest[FK_HASH_SIZE_BYTES];
    if (!test_store_digest(&work->store, WORKLOAD_EVERYTHING, digest)) {
        return workload_complain(work, "the table cannot be read");
    }
    bool is_before = memcmp(digest, work->acknowledged, sizeof digest) == 0;
    bool is_after = memcmp(digest, work->candidate, sizeof digest) == 0;
    if (!is_before && !is_after) {
        return workload_complain(work, "an acknowledged transaction is lost, or one is there in part");
    }
    if (test_store_number(&work->store, "SELECT integrity_check = 'ok' FROM pragma_integrity_check") != 1) {
        return workload_complain(work, "the integrity check found something");
    }
    work->counts.vanished += !is_after;
    memcpy(work->candidate, digest, sizeof digest);
    acknowledge(work, digest);
    return true;
}

bool workload_reopen(workload *work)
{
    fk_status status = test_store_open(&work->store);
    return fk_is_ok(status) ? workload_check(work) : workload_complain(work, fk_code_name(status.code));
}

/* 0 for a file too short to have one. */
static uint64_t counter_of(memory_disk *memory, fk_vault_file file)
{
    enum { COUNTER_OFFSET_BYTES = 32 }; /* of superblocks and log headers (vfs_root.h) */
    fk_bytes content = memory_disk_content(memory, file);
    return content.size_bytes >= COUNTER_OFFSET_BYTES + 8 ? fk_get_u64(content.data + COUNTER_OFFSET_BYTES) : 0;
}

/* Nothing but a record reaches farther than the header and than the log did at the last commit, in the log that the
 * superblock names. The other one may be whole again: that it was cut is nobody's to flush before it is begun anew. */
static bool left_bytes_behind(const workload *work)
{
    uint64_t first = counter_of(work->store.memory, FK_FILE_SUPERBLOCK_0);
    uint64_t second = counter_of(work->store.memory, FK_FILE_SUPERBLOCK_1);
    uint64_t newest = first > second ? first : second;
    static const fk_vault_file logs[2] = { FK_FILE_LOG_0, FK_FILE_LOG_1 };
    for (int i = 0; i < 2; i++) {
        uint64_t end_bytes = end_of(work->store.memory, logs[i]);
        bool is_in_use = counter_of(work->store.memory, logs[i]) == newest;
        if (is_in_use && end_bytes > LOG_HEADER_SIZE_BYTES && end_bytes > work->log_ends_bytes[i]) {
            return true;
        }
    }
    return false;
}

/* Power cuts while recovering, each leaving a store that opens. */
static bool cut_recovery(workload *work)
{
    memory_disk *memory = work->store.memory;
    memory_disk_crash_at(memory, seeded_random_below(&work->random, 6));
    fk_status status = test_store_open(&work->store);
    if (fk_is_ok(status)) {
        bool is_right = workload_check(work);
        test_store_close(&work->store);
        if (!is_right) {
            return false;
        }
    } else if (!memory_disk_is_down(memory)) {
        return workload_complain(work, fk_code_name(status.code));
    }
    memory_disk_crash(memory);
    work->counts.crashes++;
    return true;
}

bool workload_crash(workload *work)
{
    test_store_close(&work->store);
    memory_disk_crash(work->store.memory);
    work->counts.crashes++;
    bool is_first = true;
    for (; seeded_random_below(&work->random, 3) == 0; is_first = false) {
        if (!cut_recovery(work)) {
            return false;
        }
    }
    bool is_torn = is_first && left_bytes_behind(work);
    uint64_t vanished = work->counts.vanished;
    if (!workload_reopen(work)) {
        return false;
    }
    is_torn = is_torn && work->counts.vanished > vanished;
    work->counts.torn += is_torn;
    return !is_torn || work->store.report.torn_tail || workload_complain(work, "a torn transaction was not told");
}
