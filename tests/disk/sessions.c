#include "sessions.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

enum {
    SESSION_COUNT = 2,
    NONCE_SIZE_BYTES = 16,
    NONCE_OFFSET_FROM_END_BYTES = 32,
    NONCE_COUNT_MAX = 400, /* fits a pipe's buffer */
    PAGES_OFFSET_IN_RECORD_BYTES = 136,
    PAGE_COUNT_OFFSET_IN_RECORD_BYTES = 96,
    TRANSACTIONS = 12,
};

typedef struct nonce_list {
    size_t count;
    uint8_t nonces[SESSION_COUNT * NONCE_COUNT_MAX][NONCE_SIZE_BYTES];
} nonce_list;

/* The nonces of the record that starts there in the log in use. */
static void collect(nonce_list *list, const test_store *store, uint64_t offset_bytes)
{
    fk_bytes log = memory_disk_content(store->memory, FK_FILE_LOG_1);
    uint32_t page_count = fk_get_u32(log.data + offset_bytes + PAGE_COUNT_OFFSET_IN_RECORD_BYTES);
    const uint8_t *page = log.data + offset_bytes + PAGES_OFFSET_IN_RECORD_BYTES;
    for (uint32_t i = 0; i < page_count && list->count < NONCE_COUNT_MAX; i++) {
        page += fk_vfs_page_size_bytes(store->vfs);
        memcpy(list->nonces[list->count++], page - NONCE_OFFSET_FROM_END_BYTES, NONCE_SIZE_BYTES);
    }
}

/* A session of its own: transactions on a new store, whose nonces go to the parent. */
static void live(uint64_t seed, int target)
{
    static nonce_list list;
    seeded_random generator = { seed };
    fk_random random = seeded_random_port(&generator);
    memory_disk *memory = memory_disk_new(seed);
    workload work;
    bool is_right = fk_is_ok(fk_crypto_start(&random)) && workload_begin(&work, memory, seed);
    for (int i = 0; is_right && i < TRANSACTIONS; i++) {
        uint64_t offset_bytes = test_store_statistics(&work.store).log_bytes;
        is_right = workload_transact(&work) == SQLITE_OK;
        if (is_right && test_store_statistics(&work.store).log_bytes > offset_bytes) {
            collect(&list, &work.store, offset_bytes);
        }
    }
    size_t size_bytes = list.count * NONCE_SIZE_BYTES;
    is_right = is_right && write(target, list.nonces, size_bytes) == (ssize_t)size_bytes;
    _exit(is_right ? 0 : 1);
}

static bool run_session(uint64_t seed, nonce_list *list)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    pid_t child = fork();
    if (child == 0) {
        live(seed, ends[1]);
    }
    (void)close(ends[1]);
    ssize_t length = 0;
    uint8_t *target = list->nonces[list->count];
    size_t size_bytes = 0;
    while ((length = read(ends[0], target + size_bytes, NONCE_COUNT_MAX * NONCE_SIZE_BYTES - size_bytes)) > 0) {
        size_bytes += (size_t)length;
    }
    (void)close(ends[0]);
    list->count += size_bytes / NONCE_SIZE_BYTES;
    int state = 1;
    return child > 0 && waitpid(child, &state, 0) == child && state == 0 && size_bytes > 0;
}

bool sessions_draw_different_nonces(uint64_t *nonces_out)
{
    static nonce_list list;
    list.count = 0;
    bool is_right = true;
    (void)fflush(stdout);
    for (uint64_t seed = 1; is_right && seed <= SESSION_COUNT; seed++) {
        is_right = run_session(seed, &list);
    }
    *nonces_out = list.count;
    for (size_t i = 0; is_right && i < list.count; i++) {
        for (size_t k = 0; is_right && k < i; k++) {
            is_right = memcmp(list.nonces[i], list.nonces[k], NONCE_SIZE_BYTES) != 0;
        }
    }
    return is_right;
}
