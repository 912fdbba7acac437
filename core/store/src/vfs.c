#include "vfs_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"

#include "fk/banned.h"

/* Every page the log can hold. */
enum { LOG_PAGE_COUNT_MAX = FK_VFS_LOG_SIZE_BYTES_MAX / VFS_PAGE_SIZE_BYTES_MIN };

/* --- disk ----------------------------------------------------------------------------------- */

static fk_status fail(fk_vfs *vfs)
{
    vfs->has_failed = true;
    return fk_status_of(FK_ERR_IO);
}

fk_status vfs_write(fk_vfs *vfs, fk_vault_file file, const uint8_t *bytes, size_t size_bytes, uint64_t offset_bytes)
{
    int64_t written = vfs->disk.write(vfs->disk.ctx, file, bytes, size_bytes, offset_bytes);
    if (written < 0) {
        return fail(vfs);
    }
    return (uint64_t)written == size_bytes ? fk_ok() : fk_status_of(FK_ERR_FULL);
}

fk_status vfs_flush(fk_vfs *vfs, fk_vault_file file)
{
    vfs->statistics.flush_count++;
    return vfs->disk.flush(vfs->disk.ctx, file) == 0 ? fk_ok() : fail(vfs);
}

fk_status vfs_truncate(fk_vfs *vfs, fk_vault_file file, uint64_t size_bytes)
{
    return vfs->disk.truncate(vfs->disk.ctx, file, size_bytes) == 0 ? fk_ok() : fail(vfs);
}

fk_status vfs_read(fk_vfs *vfs, fk_vault_file file, uint8_t *target, size_t size_bytes, uint64_t offset_bytes,
                   size_t *read_bytes_out)
{
    int64_t read_bytes = vfs->disk.read(vfs->disk.ctx, file, target, size_bytes, offset_bytes);
    *read_bytes_out = 0;
    if (read_bytes < 0 || (uint64_t)read_bytes > size_bytes) {
        return fail(vfs);
    }
    *read_bytes_out = (size_t)read_bytes;
    return fk_ok();
}

fk_status vfs_read_exactly(fk_vfs *vfs, fk_vault_file file, uint8_t *target, size_t size_bytes, uint64_t offset_bytes)
{
    size_t read_bytes = 0;
    FK_TRY(vfs_read(vfs, file, target, size_bytes, offset_bytes, &read_bytes));
    return read_bytes == size_bytes ? fk_ok() : fail(vfs);
}

/* --- life ------------------------------------------------------------------------------------ */

static fk_status vfs_new(const fk_vfs_config *config, fk_vfs **vfs_out)
{
    *vfs_out = NULL;
    fk_vfs *vfs = fk_allocate(config->allocator, sizeof *vfs);
    if (vfs == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    vfs->allocator = config->allocator;
    vfs->disk = *config->disk;
    vfs->mac_key = *config->mac_key;
    vfs->page_key = *config->page_key;
    vfs->is_read_only = config->is_read_only;
    fk_buffer_init(&vfs->batch.record, config->allocator,
                   FK_VFS_TRANSACTION_SIZE_BYTES_MAX + (size_t)VFS_TRANSACTION_PAGE_COUNT_MAX * 4 + 1024);
    fk_status status = vfs_page_map_init(&vfs->log_places, config->allocator, LOG_PAGE_COUNT_MAX);
    if (fk_is_ok(status)) {
        status = vfs_page_tags_init(&vfs->page_tags, config->allocator);
    }
    if (fk_is_ok(status)) {
        status = vfs_page_map_init(&vfs->batch.places, config->allocator, VFS_TRANSACTION_PAGE_COUNT_MAX);
    }
    vfs_register(vfs);
    if (!fk_is_ok(status)) {
        fk_vfs_close(vfs);
        return status;
    }
    *vfs_out = vfs;
    return fk_ok();
}

void fk_vfs_close(fk_vfs *vfs)
{
    if (vfs == NULL) {
        return;
    }
    FK_ASSERT(!vfs->is_file_open);
    vfs_unregister(vfs);
    vfs_page_map_free(&vfs->log_places);
    vfs_page_map_free(&vfs->batch.places);
    vfs_page_tags_free(&vfs->page_tags);
    fk_buffer_free(&vfs->batch.record);
    fk_release(vfs->allocator, vfs, sizeof *vfs);
}

void vfs_take_root(fk_vfs *vfs, const vfs_root *root)
{
    vfs->root = *root;
    vfs->page_size_bytes = vfs_format_page_size_bytes(root->version);
}

static fk_status files_are_empty(const fk_disk *disk)
{
    for (int file = FK_FILE_PAGES; file <= FK_FILE_SUPERBLOCK_1; file++) {
        int64_t size_bytes = disk->size(disk->ctx, (fk_vault_file)file);
        if (size_bytes != 0) {
            return fk_status_of(size_bytes > 0 ? FK_ERR_EXISTS : FK_ERR_IO);
        }
    }
    return fk_ok();
}

fk_status vfs_create_of_format(const fk_vfs_config *config, uint32_t version, fk_vfs **vfs_out)
{
    *vfs_out = NULL;
    FK_TRY(files_are_empty(config->disk));
    fk_vfs *vfs = NULL;
    FK_TRY(vfs_new(config, &vfs));
    vfs_root first = { .version = version, .store_id = config->store_id, .counter = 1, .generation = fk_random_id() };
    vfs_root_check_of(version, &vfs->page_key, first.page_key_check);
    vfs_take_root(vfs, &first);
    vfs->log_end_bytes = VFS_LOG_RECORDS_OFFSET_BYTES;
    fk_status status = vfs_write_log_header(vfs, &vfs->root);
    if (fk_is_ok(status)) {
        status = vfs_write_superblock(vfs, &vfs->root);
    }
    if (!fk_is_ok(status)) {
        fk_vfs_close(vfs);
        return status;
    }
    *vfs_out = vfs;
    return fk_ok();
}

fk_status fk_vfs_create(const fk_vfs_config *config, fk_vfs **vfs_out)
{
    return vfs_create_of_format(config, VFS_FORMAT_NEWEST, vfs_out);
}

/* What recovery read may be in the system's cache only, for instance after a failed flush, and is seen from now on. A
 * checkpoint writes it anew; of a clean log only the superblock, and the rest is left for the first commit, so opening
 * stays quick. */
static fk_status rewrite_what_was_found(fk_vfs *vfs, fk_vfs_report *report)
{
    vfs->needs_rewrite = true;
    bool is_clean = report->recovered_count == 0 && !report->torn_tail && !report->unfinished_checkpoint;
    if (is_clean && FK_PLANTED(SUPERBLOCK_DOUBTFUL)) {
        return fk_ok();
    }
    fk_status status = is_clean ? vfs_settle_superblock(vfs) : fk_vfs_checkpoint(vfs);
    if (status.code == FK_ERR_FULL) {
        report->rewrite_pending = true;
        return fk_ok();
    }
    return status;
}

fk_status fk_vfs_open(const fk_vfs_config *config, fk_vfs **vfs_out, fk_vfs_report *report_out)
{
    *vfs_out = NULL;
    *report_out = (fk_vfs_report){ .damage = FK_VFS_DAMAGE_NONE };
    fk_vfs *vfs = NULL;
    FK_TRY(vfs_new(config, &vfs));
    fk_status status = vfs_recover(vfs, &config->store_id, report_out);
    if (fk_is_ok(status) && !config->is_read_only) {
        status = rewrite_what_was_found(vfs, report_out);
    }
    if (!fk_is_ok(status)) {
        fk_vfs_close(vfs);
        return status;
    }
    *vfs_out = vfs;
    return fk_ok();
}

const char *fk_vfs_name(const fk_vfs *vfs)
{
    return vfs->name;
}

uint32_t fk_vfs_page_size_bytes(const fk_vfs *vfs)
{
    return vfs->page_size_bytes;
}

fk_status fk_vfs_failure(const fk_vfs *vfs)
{
    return fk_status_of(vfs->has_failed ? FK_ERR_IO : FK_OK);
}

void fk_vfs_statistics_get(const fk_vfs *vfs, fk_vfs_statistics *statistics_out)
{
    *statistics_out = vfs->statistics;
    statistics_out->page_count = vfs->page_count;
    statistics_out->page_file_bytes = vfs->page_count * vfs->page_size_bytes;
    statistics_out->log_bytes = vfs->log_end_bytes;
    statistics_out->room_bytes = vfs->room_bytes;
    statistics_out->sequence = vfs->sequence;
}
