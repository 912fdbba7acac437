/* The records of a log.
 * Target: fk_vfs_open on a memory disk with a good superblock and log header. Input: one byte of choices, then what
 * stands in the log from byte 512 on. With bit 0 records are given the right generation, place in the chain, tags and
 * MAC as far as their sizes allow, so that what lies behind them is reached; with bit 1 only their length is made
 * right; bit 2: a store of format 1. Opened for reading it always answers, changes nothing, and shows no later state
 * than the other way. Opening answers OK or "damaged"; an opened store reads, and opens again to the same state with
 * nothing to tell, or, where there was no room to rewrite what was found, with the same to tell.
 */
#include <stdlib.h>
#include <string.h>

#include "fk/assert.h"
#include "memory_disk.h"
#include "seeded_random.h"
#include "vfs_record.h"
#include "vfs_root.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A record may name a page far out; the disk has no room for it then, and the log stays what it is. */
enum { DISK_SIZE_BYTES = 64 * 1024 * 1024 };
enum { RECORDS_OFFSET_BYTES = 512, AT_GENERATION = 8, AT_RECORD_BYTES = 24, AT_PAGE_COUNT = 88, AT_COUNT = 96 };

static const fk_key KEY = { { 0x42 } };
static const fk_key PAGE_KEY = { { 0x43 } };
/* As the input chooses its version. */
static vfs_root root = {
    .version = VFS_FORMAT_NEWEST, .store_id = { { 1, 2, 3, 4 } }, .counter = 2, .sequence = 7, .generation = { { 9 } }
};

static void seal_pages(uint8_t *record, uint32_t count)
{
    uint32_t size_bytes = vfs_format_page_size_bytes(root.version);
    uint8_t *page = record + VFS_RECORD_HEADER_SIZE_BYTES;
    const uint8_t *number = page + (size_t)count * size_bytes;
    for (uint32_t i = 0; i < count; i++, page += size_bytes, number += 4) {
        fk_page_tag(&PAGE_KEY, fk_get_u32(number), fk_bytes_of(page, size_bytes),
                    page + size_bytes - FK_PAGE_TAG_SIZE_BYTES);
    }
}

/* Make one record right. Returns where the next may start, 0 when this one cannot be made right. */
static size_t renew_record(uint8_t *record, size_t available, vfs_record_header *previous, uint8_t choices)
{
    uint32_t count = fk_get_u32(record + AT_COUNT);
    memcpy(record + AT_GENERATION, root.generation.bytes, FK_ID_SIZE_BYTES);
    if ((choices & 2) != 0) {
        fk_put_u64(record + AT_RECORD_BYTES, vfs_record_size_bytes(root.version, count));
    }
    if ((choices & 1) == 0 || count == 0 || count > vfs_format_transaction_page_count_max(root.version) ||
        vfs_record_size_bytes(root.version, count) > available) {
        return 0;
    }
    seal_pages(record, count);
    vfs_record_header header = { .version = root.version, .generation = root.generation, .store_id = root.store_id };
    header.sequence = previous->sequence + 1;
    header.page_count = fk_get_u64(record + AT_PAGE_COUNT);
    header.record_page_count = count;
    memcpy(header.previous_mac, previous->mac, sizeof header.previous_mac);
    vfs_record_finish(&header, &KEY, record);
    *previous = header;
    return vfs_record_padded_size_bytes(root.version, count);
}

static void renew_log(uint8_t *records, size_t size, uint8_t choices)
{
    vfs_record_header previous = { .sequence = root.sequence };
    for (size_t at = 0; size - at >= VFS_RECORD_HEADER_SIZE_BYTES;) {
        size_t step = renew_record(records + at, size - at, &previous, choices);
        if (step == 0 || step >= size - at) {
            return;
        }
        at += step;
    }
}

static memory_disk *disk_with_log(const uint8_t *log, size_t size)
{
    uint8_t superblock[VFS_ROOT_SIZE_BYTES];
    memory_disk *memory = memory_disk_new(1);
    memory_disk_set_quota(memory, DISK_SIZE_BYTES);
    vfs_root_encode(VFS_ROOT_SUPERBLOCK, &root, fk_bytes_of(NULL, 0), &KEY, superblock);
    memory_disk_replace(memory, FK_FILE_SUPERBLOCK_0, fk_bytes_of(superblock, sizeof superblock));
    memory_disk_replace(memory, FK_FILE_LOG_0, fk_bytes_of(log, size));
    return memory;
}

/* Open, look, close. The state as one number of transactions and one of pages. */
static fk_status open_and_close(memory_disk *memory, bool is_read_only, fk_vfs_report *report_out,
                                fk_vfs_statistics *statistics_out)
{
    const fk_vfs_config config = { &fk_allocator_libc, memory_disk_port(memory), root.store_id, &KEY, &PAGE_KEY,
                                   is_read_only };
    fk_vfs *vfs = NULL;
    fk_status status = fk_vfs_open(&config, &vfs, report_out);
    FK_ASSERT((vfs != NULL) == fk_is_ok(status));
    if (vfs != NULL) {
        fk_vfs_statistics_get(vfs, statistics_out);
    }
    fk_vfs_close(vfs);
    return status;
}

static void check_reading(memory_disk *memory, fk_vfs_statistics *seen_out)
{
    fk_vfs_report report;
    uint64_t write_count = memory_disk_count(memory, MEMORY_DISK_WRITE);
    fk_status status = open_and_close(memory, true, &report, seen_out);
    FK_ASSERT(fk_is_ok(status));
    FK_ASSERT(report.seen_sequence >= report.sequence);
    FK_ASSERT(memory_disk_count(memory, MEMORY_DISK_WRITE) == write_count);
}

static void check(memory_disk *memory)
{
    fk_vfs_statistics seen;
    check_reading(memory, &seen);
    fk_vfs_report report;
    fk_vfs_report again;
    fk_vfs_statistics before;
    fk_vfs_statistics after;
    fk_status status = open_and_close(memory, false, &report, &before);
    if (!fk_is_ok(status)) {
        FK_ASSERT(status.code == FK_ERR_DAMAGED);
        FK_ASSERT(report.damage == FK_VFS_DAMAGE_LOG_RECORD);
        return;
    }
    FK_ASSERT(before.sequence == root.sequence + report.recovered_count);
    FK_ASSERT(seen.sequence == before.sequence);
    FK_ASSERT(seen.page_count == before.page_count);
    status = open_and_close(memory, false, &again, &after);
    FK_ASSERT(fk_is_ok(status));
    FK_ASSERT(again.rewrite_pending == report.rewrite_pending);
    FK_ASSERT(again.recovered_count == (report.rewrite_pending ? report.recovered_count : 0));
    FK_ASSERT(again.torn_tail == (report.rewrite_pending && report.torn_tail));
    FK_ASSERT(after.sequence == before.sequence);
    FK_ASSERT(after.page_count == before.page_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    seeded_random generator = { 1 };
    fk_random random = seeded_random_port(&generator);
    if (size < 1 || !fk_is_ok(fk_crypto_start(&random))) {
        return 0;
    }
    root.version = (data[0] & 4) != 0 ? VFS_FORMAT_WHOLE_PAGES : VFS_FORMAT_NEWEST;
    vfs_root_check_of(root.version, &PAGE_KEY, root.page_key_check);
    size_t log_size = RECORDS_OFFSET_BYTES + size - 1;
    uint8_t *log = calloc(1, log_size);
    FK_ASSERT(log != NULL);
    vfs_root_encode(VFS_ROOT_LOG, &root, fk_bytes_of(NULL, 0), &KEY, log);
    memcpy(log + RECORDS_OFFSET_BYTES, data + 1, size - 1);
    renew_log(log + RECORDS_OFFSET_BYTES, size - 1, data[0]);
    memory_disk *memory = disk_with_log(log, log_size);
    check(memory);
    memory_disk_free(memory);
    free(log);
    return 0;
}
