#include "damage.h"

#include <string.h>

enum { PLACES = FK_FILE_SUPERBLOCK_1 + 1, ROOT_SIZE_BYTES = 256, SECTOR_SIZE_BYTES = 512 };

/* A refused copy opened for reading: nothing, or a state that was acknowledged once; what is missing is named. */
static bool reading_is_true(const workload *work, memory_disk *copy)
{
    test_store store = test_store_on(copy);
    store.is_read_only = true;
    fk_status status = test_store_open_vfs(&store);
    if (!fk_is_ok(status)) {
        return status.code == FK_ERR_DAMAGED || status.code == FK_ERR_AUTH;
    }
    uint8_t digest[FK_HASH_SIZE_BYTES];
    bool is_readable =
        test_store_connect(&store) == SQLITE_OK && test_store_digest(&store, WORKLOAD_EVERYTHING, digest);
    bool is_newest = is_readable && memcmp(digest, work->acknowledged, sizeof digest) == 0;
    bool is_named = store.report.damage != FK_VFS_DAMAGE_NONE && (store.report.damage != FK_VFS_DAMAGE_LOG_RECORD ||
                                                                  store.report.seen_sequence > store.report.sequence);
    test_store_close(&store);
    return !is_readable || is_newest || (is_named && workload_was_acknowledged(work, digest));
}

damage_verdict damage_judge(const workload *work, memory_disk *copy)
{
    test_store store = test_store_on(copy);
    uint8_t digest[FK_HASH_SIZE_BYTES];
    fk_status status = test_store_open_vfs(&store);
    if (!fk_is_ok(status)) {
        bool is_named = status.code == FK_ERR_DAMAGED || status.code == FK_ERR_AUTH;
        return is_named && reading_is_true(work, copy) ? DAMAGE_REFUSED : DAMAGE_WRONG;
    }
    damage_verdict verdict = DAMAGE_UNREADABLE;
    int code = test_store_connect(&store);
    bool is_readable = code == SQLITE_OK && test_store_digest(&store, WORKLOAD_EVERYTHING, digest);
    bool is_newest = is_readable && memcmp(digest, work->acknowledged, sizeof digest) == 0;
    if (!fk_is_ok(fk_vfs_failure(store.vfs))) {
        verdict = DAMAGE_WRONG; /* opening again would not help: it is no failure of the handles */
    } else if (is_readable && !is_newest) {
        bool is_told = store.report.torn_tail && workload_was_acknowledged(work, digest);
        verdict = is_told ? DAMAGE_TOLD : DAMAGE_WRONG;
    } else if (is_newest) {
        verdict = DAMAGE_UNUSED;
    }
    test_store_close(&store);
    return verdict;
}

/* --- one thing wrong --------------------------------------------------------------------------------- */

/* Each changes the copy and answers false when there was nothing to change. */
typedef bool damage_function(workload *work, memory_disk *copy, const memory_disk *before);

static bool choose(seeded_random *random, const memory_disk *copy, fk_vault_file *file_out, uint64_t *offset_bytes_out)
{
    *file_out = (fk_vault_file)seeded_random_below(random, PLACES);
    size_t size_bytes = memory_disk_content(copy, *file_out).size_bytes;
    if (size_bytes == 0) {
        return false;
    }
    *offset_bytes_out = seeded_random_below(random, size_bytes);
    return true;
}

static bool flip_a_bit(workload *work, memory_disk *copy, const memory_disk *before)
{
    (void)before;
    fk_vault_file file;
    uint64_t offset_bytes = 0;
    if (!choose(&work->random, copy, &file, &offset_bytes)) {
        return false;
    }
    memory_disk_flip(copy, file, offset_bytes, (uint8_t)(1u << seeded_random_below(&work->random, 8)));
    return true;
}

static bool rot_a_sector(workload *work, memory_disk *copy, const memory_disk *before)
{
    (void)before;
    fk_vault_file file;
    uint64_t offset_bytes = 0;
    if (!choose(&work->random, copy, &file, &offset_bytes)) {
        return false;
    }
    size_t size_bytes = memory_disk_content(copy, file).size_bytes;
    offset_bytes -= offset_bytes % SECTOR_SIZE_BYTES;
    for (uint64_t at = offset_bytes; at < size_bytes && at < offset_bytes + SECTOR_SIZE_BYTES; at++) {
        memory_disk_flip(copy, file, at, (uint8_t)seeded_random_next(&work->random));
    }
    return true;
}

static bool put_back_an_old_page(workload *work, memory_disk *copy, const memory_disk *before)
{
    fk_bytes now = memory_disk_content(copy, FK_FILE_PAGES);
    fk_bytes then = memory_disk_content(before, FK_FILE_PAGES);
    size_t page_size_bytes = vfs_format_page_size_bytes(work->store.format);
    size_t page_count = (now.size_bytes < then.size_bytes ? now.size_bytes : then.size_bytes) / page_size_bytes;
    if (page_count == 0) {
        return false;
    }
    size_t at = seeded_random_below(&work->random, page_count) * page_size_bytes;
    bool is_other = false;
    for (size_t i = at; i < at + page_size_bytes; i++) {
        uint8_t difference = now.data[i] ^ then.data[i];
        is_other = is_other || difference != 0;
        memory_disk_flip(copy, FK_FILE_PAGES, i, difference);
    }
    return is_other;
}

/* The older copy of one file whole. Of a log of the generation in use it may be a beginning, which a device alone
 * cannot notice (docs/adr/0003-store-and-encryption.md). */
static bool put_back_an_old_file(workload *work, memory_disk *copy, const memory_disk *before)
{
    fk_vault_file file = (fk_vault_file)seeded_random_below(&work->random, PLACES);
    fk_bytes now = memory_disk_content(copy, file);
    fk_bytes then = memory_disk_content(before, file);
    bool is_log = file == FK_FILE_LOG_0 || file == FK_FILE_LOG_1;
    if (is_log && now.size_bytes >= ROOT_SIZE_BYTES && then.size_bytes >= ROOT_SIZE_BYTES &&
        memcmp(now.data, then.data, ROOT_SIZE_BYTES) == 0) {
        return false;
    }
    memory_disk_replace(copy, file, then);
    return true;
}

static bool cut_the_pages_short(workload *work, memory_disk *copy, const memory_disk *before)
{
    (void)before;
    fk_bytes now = memory_disk_content(copy, FK_FILE_PAGES);
    if (now.size_bytes == 0) {
        return false;
    }
    now.size_bytes = seeded_random_below(&work->random, now.size_bytes);
    memory_disk_replace(copy, FK_FILE_PAGES, now);
    return true;
}

bool damage_copies(workload *work, const memory_disk *before)
{
    static const struct {
        damage_function *change;
        const char *complaint;
    } kinds[] = {
        { flip_a_bit, "a flipped bit was read as data or lost work silently" },
        { rot_a_sector, "a rotten sector was read as data or lost work silently" },
        { put_back_an_old_page, "a single old page was read as data" },
        { put_back_an_old_file, "an old file was read as data or lost work silently" },
        { cut_the_pages_short, "missing pages were read as data" },
    };
    bool is_right = true;
    for (size_t kind = 0; is_right && kind < sizeof kinds / sizeof kinds[0]; kind++) {
        memory_disk *copy = memory_disk_clone(work->store.memory, 1);
        if (kinds[kind].change(work, copy, before)) {
            damage_verdict verdict = damage_judge(work, copy);
            work->counts.damages[verdict]++;
            is_right = verdict != DAMAGE_WRONG || workload_complain(work, kinds[kind].complaint);
        }
        memory_disk_free(copy);
    }
    return is_right;
}
