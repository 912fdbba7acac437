#include "misfortunes.h"

#include "damage.h"

/* The power goes during one of the next writes, flushes or truncates. */
static bool power_cut(workload *work)
{
    memory_disk_crash_at(work->store.memory, seeded_random_below(&work->random, 40));
    workload_run(work);
    return workload_crash(work);
}

/* Without a power cut: a store that goes on after a refusal has lost the refused transaction only;
 * one that stopped is opened again and has everything. */
static bool go_on_or_open_again(workload *work)
{
    memory_disk_heal(work->store.memory);
    if (fk_is_ok(fk_vfs_failure(work->store.vfs))) {
        (void)test_store_run(&work->store, "ROLLBACK"); /* SQLite has, unless it failed before COMMIT */
        workload_refused(work);
        if (!workload_check(work)) {
            return false;
        }
        if (workload_transact(work) != SQLITE_OK) {
            return workload_complain(work, "a store that did not fail takes no transaction");
        }
    }
    test_store_close(&work->store);
    return workload_reopen(work);
}

/* One call fails, or writes half of what it should. */
static bool failing_call(workload *work)
{
    static const struct {
        memory_disk_operation operation;
        memory_disk_failure failure;
    } kinds[] = {
        { MEMORY_DISK_WRITE, MEMORY_DISK_SHORT },  { MEMORY_DISK_WRITE, MEMORY_DISK_BROKEN },
        { MEMORY_DISK_FLUSH, MEMORY_DISK_BROKEN }, { MEMORY_DISK_TRUNCATE, MEMORY_DISK_BROKEN },
        { MEMORY_DISK_READ, MEMORY_DISK_BROKEN },
    };
    size_t kind = seeded_random_below(&work->random, sizeof kinds / sizeof kinds[0]);
    uint64_t k = seeded_random_below(&work->random, 20);
    memory_disk_fail(work->store.memory, kinds[kind].operation, k, kinds[kind].failure);
    workload_run(work);
    return go_on_or_open_again(work) && workload_crash(work);
}

/* All handles are gone from some call on; sometimes once more while the store is opened again. */
static bool lost_handles(workload *work)
{
    memory_disk *memory = work->store.memory;
    memory_disk_lose_handles_at(memory, seeded_random_below(&work->random, 60));
    workload_run(work);
    if (memory_disk_has_lost_handles(memory) && seeded_random_below(&work->random, 2) == 0) {
        test_store_close(&work->store);
        memory_disk_lose_handles_at(memory, seeded_random_below(&work->random, 20));
        fk_status status = test_store_open(&work->store);
        if (!fk_is_ok(status)) {
            memory_disk_heal(memory);
            return status.code == FK_ERR_IO ? workload_reopen(work)
                                            : workload_complain(work, "lost handles were taken for something else");
        }
    }
    return go_on_or_open_again(work) && (seeded_random_below(&work->random, 2) == 0 || workload_crash(work));
}

/* No room for more than a little; then the power goes; then there is room again. */
static bool full_disk(workload *work)
{
    memory_disk *memory = work->store.memory;
    uint64_t quota_bytes = memory_disk_used_bytes(memory) + seeded_random_below(&work->random, 60000);
    memory_disk_set_quota(memory, quota_bytes);
    workload_run(work);
    if (!fk_is_ok(fk_vfs_failure(work->store.vfs))) {
        return workload_complain(work, "a full disk was taken for a failure");
    }
    workload_refused(work);
    bool is_right = workload_check(work) && workload_crash(work);
    memory_disk_set_quota(memory, MEMORY_DISK_NO_QUOTA);
    if (is_right && workload_transact(work) != SQLITE_OK) {
        return workload_complain(work, "with room again there is no going on");
    }
    return is_right;
}

/* Room was promised, and then the disk is full to the last byte: what fits into the promise is taken, whatever else is
 * tried and refused meanwhile. */
static bool full_disk_with_room(workload *work)
{
    enum { SMALL_RECORD_SIZE_BYTES_MAX = 9 * VFS_PAGE_SIZE_BYTES_MAX };
    memory_disk *memory = work->store.memory;
    uint32_t room_bytes = SMALL_RECORD_SIZE_BYTES_MAX + (uint32_t)seeded_random_below(&work->random, 200000);
    if (!fk_is_ok(fk_vfs_reserve(work->store.vfs, room_bytes))) {
        return workload_complain(work, "an empty disk has no room");
    }
    memory_disk_set_quota(memory, memory_disk_used_bytes(memory));
    while (test_store_statistics(&work->store).room_bytes >= SMALL_RECORD_SIZE_BYTES_MAX) {
        if (workload_transact_small(work) != SQLITE_OK) {
            return workload_complain(work, "room that was promised is not there");
        }
        if (seeded_random_below(&work->random, 4) == 0 && workload_transact(work) != SQLITE_OK) {
            workload_refused(work);
        }
        if (seeded_random_below(&work->random, 4) == 0 && fk_vfs_checkpoint(work->store.vfs).code == FK_ERR_IO) {
            return workload_complain(work, "a full disk was taken for a failure");
        }
    }
    bool is_right = workload_check(work);
    memory_disk_set_quota(memory, MEMORY_DISK_NO_QUOTA);
    return is_right && workload_crash(work);
}

/* Clean stop, and copies of the closed files are damaged one after the other. */
static bool damaged_copies(workload *work)
{
    memory_disk *before = NULL;
    workload_run(work);
    bool is_right = workload_crash(work);
    if (is_right) {
        before = memory_disk_clone(work->store.memory, 0);
        workload_run(work);
        test_store_close(&work->store);
        is_right = damage_copies(work, before) && workload_reopen(work);
    }
    memory_disk_free(before);
    return is_right;
}

const misfortune MISFORTUNES[] = {
    { "power cut", power_cut },
    { "failing call", failing_call },
    { "lost handles", lost_handles },
    { "full disk", full_disk },
    { "full disk with room", full_disk_with_room },
    { "damaged copies", damaged_copies },
};
const size_t MISFORTUNE_COUNT = sizeof MISFORTUNES / sizeof MISFORTUNES[0];
