/* Moving the log's pages into the page file and starting the other log.
 *
 * Order: a torn superblock in the other slot cut off, flush; pages, flush; header of the other log with a new
 * generation, flush; superblock and page-tag table in the other slot with the higher counter, flush. Until the last
 * flush the old superblock and the old log stand untouched and say the same. */
#include "vfs_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"
#include "vfs_record.h"

#include "fk/banned.h"

static uint32_t run_page_count_max(const fk_vfs *vfs)
{
    return FK_VFS_CHECKPOINT_WRITE_SIZE_BYTES_MAX / vfs->page_size_bytes;
}

static fk_bytes table_of(const fk_vfs *vfs, const vfs_root *root)
{
    return vfs_page_tags_table(&vfs->page_tags, (size_t)root->tag_table_bytes);
}

fk_status vfs_write_log_header(fk_vfs *vfs, const vfs_root *root)
{
    fk_vault_file file = vfs_log_file(root->counter);
    uint8_t bytes[VFS_LOG_RECORDS_OFFSET_BYTES] = { 0 };
    vfs_root_encode(VFS_ROOT_LOG, root, table_of(vfs, root), &vfs->mac_key, bytes);
    FK_TRY(vfs_truncate(vfs, file, 0));
    FK_TRY(vfs_write(vfs, file, bytes, sizeof bytes, 0));
    FK_TRY(vfs_write_zeros(vfs, file, sizeof bytes, sizeof bytes + vfs->room_bytes));
    return vfs_flush(vfs, file);
}

fk_status vfs_write_superblock(fk_vfs *vfs, const vfs_root *root)
{
    fk_vault_file file = vfs_superblock_file(root->counter);
    uint8_t *bytes = vfs->page_tags.file.data;
    vfs_root_encode(VFS_ROOT_SUPERBLOCK, root, table_of(vfs, root), &vfs->mac_key, bytes);
    FK_TRY(vfs_write(vfs, file, bytes, VFS_ROOT_SIZE_BYTES + (size_t)root->tag_table_bytes, 0));
    return vfs_flush(vfs, file);
}

/* How many places from the first on are neighbours both as pages and in the log. */
static uint32_t contiguous_in_log(const fk_vfs *vfs, const vfs_page_place *places, uint32_t count)
{
    uint32_t length = 1;
    while (length < count && places[length].offset_bytes == places[length - 1].offset_bytes + vfs->page_size_bytes) {
        length++;
    }
    return length;
}

/* Neighbouring pages: few reads from the log, one write. Their tags are new before they are on disk; until the
 * superblock is, these pages are read from the log. */
static fk_status move_run(fk_vfs *vfs, const vfs_page_place *places, uint32_t count, uint8_t *buffer)
{
    fk_vault_file log = vfs_log_file(vfs->root.counter);
    for (uint32_t done = 0; done < count;) {
        uint32_t length = contiguous_in_log(vfs, places + done, count - done);
        FK_TRY(vfs_read_exactly(vfs, log, buffer + (size_t)done * vfs->page_size_bytes,
                                (size_t)length * vfs->page_size_bytes, places[done].offset_bytes));
        done += length;
    }
    uint32_t tag_offset_bytes = vfs->page_size_bytes - VFS_PAGE_TAG_SIZE_BYTES;
    for (uint32_t i = 0; i < count; i++) {
        vfs_page_tags_set(&vfs->page_tags, places[i].page_number,
                          buffer + (size_t)i * vfs->page_size_bytes + tag_offset_bytes);
    }
    return vfs_write(vfs, FK_FILE_PAGES, buffer, (size_t)count * vfs->page_size_bytes,
                     (uint64_t)(places[0].page_number - 1) * vfs->page_size_bytes);
}

static uint32_t run_length(const fk_vfs *vfs, const vfs_page_place *places, uint32_t count)
{
    uint32_t length = 1;
    while (length < count && length < run_page_count_max(vfs) &&
           places[length].page_number == places[length - 1].page_number + 1) {
        length++;
    }
    return length;
}

static fk_status move_places(fk_vfs *vfs, const vfs_page_place *places, uint32_t count, uint8_t *buffer)
{
    while (count > 0 && places[count - 1].page_number > vfs->page_count) {
        count--; /* cut off since it was written */
    }
    for (uint32_t done = 0; done < count;) {
        uint32_t length = run_length(vfs, places + done, count - done);
        FK_TRY(move_run(vfs, places + done, length, buffer));
        done += length;
    }
    return FK_PLANTED(SUPERBLOCK_FIRST) ? fk_ok() : vfs_flush(vfs, FK_FILE_PAGES);
}

static fk_status move_log_to_pages(fk_vfs *vfs)
{
    uint32_t count = vfs->log_places.page_count;
    if (count == 0) {
        return fk_ok();
    }
    size_t buffer_page_count = count < run_page_count_max(vfs) ? count : run_page_count_max(vfs);
    size_t buffer_size_bytes = buffer_page_count * vfs->page_size_bytes;
    size_t places_size_bytes = count * sizeof(vfs_page_place);
    vfs_page_place *places = fk_allocate(vfs->allocator, places_size_bytes);
    uint8_t *buffer = fk_allocate(vfs->allocator, buffer_size_bytes);
    fk_status status = fk_status_of(FK_ERR_NO_MEMORY);
    if (places != NULL && buffer != NULL) {
        vfs_page_map_sorted(&vfs->log_places, places);
        status = move_places(vfs, places, count, buffer);
    }
    fk_release(vfs->allocator, buffer, buffer_size_bytes);
    fk_release(vfs->allocator, places, places_size_bytes);
    return status;
}

fk_status vfs_settle_superblock(fk_vfs *vfs)
{
    if (vfs->is_superblock_doubtful) {
        FK_TRY(vfs_write_superblock(vfs, &vfs->root));
        vfs->is_superblock_doubtful = false;
    }
    return fk_ok();
}

/* The first part of a superblock whose table never followed. It may be whole nevertheless, when the table that stood
 * there goes on alike; or a second try has the same table, and torn in its turn makes it whole. It names a log that
 * nobody goes on with. */
static fk_status clear_torn_superblock(fk_vfs *vfs)
{
    fk_vault_file file = vfs_superblock_file(vfs->root.counter + 1);
    if (vfs->is_other_superblock_torn && !FK_PLANTED(TORN_SUPERBLOCK_LEFT)) {
        FK_TRY(vfs_truncate(vfs, file, 0));
        FK_TRY(vfs_flush(vfs, file));
        vfs->is_other_superblock_torn = false;
    }
    return fk_ok();
}

/* Without room or memory for it the other log is given back, once no superblock names it: the one in use goes on. */
static fk_status start_other_log(fk_vfs *vfs, const vfs_root *next)
{
    fk_status status = vfs_write_log_header(vfs, next);
    if (fk_is_ok(status)) {
        status = vfs_write_superblock(vfs, next);
        vfs->is_other_superblock_torn = !fk_is_ok(status);
    }
    if (!fk_is_ok(status) && !vfs->has_failed) {
        FK_TRY(clear_torn_superblock(vfs));
        FK_TRY(vfs_truncate(vfs, vfs_log_file(next->counter), 0));
    }
    FK_TRY(status);
    return FK_PLANTED(SUPERBLOCK_FIRST) ? vfs_flush(vfs, FK_FILE_PAGES) : fk_ok();
}

fk_status fk_vfs_checkpoint(fk_vfs *vfs)
{
    FK_TRY(fk_vfs_failure(vfs));
    if (vfs->is_read_only) {
        return fk_status_of(FK_ERR_READ_ONLY);
    }
    FK_TRY(vfs_settle_superblock(vfs)); /* the log that is cut next belongs to the one before */
    FK_TRY(clear_torn_superblock(vfs));
    FK_TRY(vfs_page_tags_resize(&vfs->page_tags, vfs->page_count));
    vfs_root next = vfs->root;
    next.counter++;
    next.sequence = vfs->sequence;
    next.page_count = vfs->page_count;
    next.generation = fk_random_id();
    memcpy(next.mac, vfs->last_mac, FK_HASH_SIZE_BYTES);
    next.tag_table_bytes = vfs->page_count * VFS_PAGE_TAG_SIZE_BYTES;
    FK_TRY(move_log_to_pages(vfs));
    FK_TRY(start_other_log(vfs, &next));
    vfs->root = next;
    vfs->log_end_bytes = VFS_LOG_RECORDS_OFFSET_BYTES;
    vfs->needs_rewrite = false;
    vfs->retry_checkpoint_at_bytes = 0;
    vfs_page_map_clear(&vfs->log_places);
    vfs->statistics.checkpoint_count++;
    return fk_ok();
}
