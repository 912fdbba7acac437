/* Reading pages, collecting a transaction, making it durable. */
#include "vfs_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"
#include "vfs_record.h"

#include "fk/banned.h"

/* A record buffer up to this size is kept for the next transaction. */
enum { KEPT_RECORD_SIZE_BYTES_MAX = 256 * 1024 };

/* What the page file lost is zeros: no key authenticates them. */
static fk_status read_stored(fk_vfs *vfs, uint32_t page_number, uint32_t offset_in_page_bytes, uint32_t size_bytes,
                             uint8_t *target)
{
    size_t read_bytes = 0;
    uint64_t page_offset_bytes = (uint64_t)(page_number - 1) * vfs->page_size_bytes;
    FK_TRY(vfs_read(vfs, FK_FILE_PAGES, target, size_bytes, page_offset_bytes + offset_in_page_bytes, &read_bytes));
    memset(target + read_bytes, 0, size_bytes - read_bytes);
    return fk_ok();
}

/* Only the page that the last checkpoint wrote there: an older one may well authenticate. */
static fk_status read_page_file(fk_vfs *vfs, uint32_t page_number, uint32_t offset_in_page_bytes, uint32_t size_bytes,
                                uint8_t *target)
{
    const uint8_t *expected = vfs_page_tags_get(&vfs->page_tags, page_number);
    if (expected == NULL) {
        memset(target, 0, size_bytes); /* nothing of this database was written there */
        return fk_ok();
    }
    FK_TRY(read_stored(vfs, page_number, offset_in_page_bytes, size_bytes, target));
    uint8_t apart[VFS_PAGE_TAG_SIZE_BYTES];
    uint32_t tag_offset_bytes = vfs->page_size_bytes - VFS_PAGE_TAG_SIZE_BYTES;
    const uint8_t *found = target + tag_offset_bytes;
    if (size_bytes < vfs->page_size_bytes) {
        FK_TRY(read_stored(vfs, page_number, tag_offset_bytes, sizeof apart, apart));
        found = apart;
    }
    if (memcmp(found, expected, VFS_PAGE_TAG_SIZE_BYTES) != 0 && !FK_PLANTED(OLD_PAGE_ACCEPTED)) {
        vfs->statistics.damaged_read_count++;
        vfs->statistics.damaged_page = page_number;
        return fk_status_of(FK_ERR_DAMAGED);
    }
    return fk_ok();
}

fk_status vfs_read_page(fk_vfs *vfs, uint32_t page_number, uint32_t offset_in_page_bytes, uint32_t size_bytes,
                        uint8_t *target)
{
    FK_ASSERT(offset_in_page_bytes + size_bytes <= vfs->page_size_bytes);
    uint32_t offset_bytes = 0;
    if (vfs->batch.is_open && vfs_page_map_get(&vfs->batch.places, page_number, &offset_bytes)) {
        memcpy(target, vfs->batch.record.data + offset_bytes + offset_in_page_bytes, size_bytes);
        return fk_ok();
    }
    if (vfs_page_map_get(&vfs->log_places, page_number, &offset_bytes)) {
        return vfs_read_exactly(vfs, vfs_log_file(vfs->root.counter), target, size_bytes,
                                (uint64_t)offset_bytes + offset_in_page_bytes);
    }
    return read_page_file(vfs, page_number, offset_in_page_bytes, size_bytes, target);
}

/* --- collecting ------------------------------------------------------------------------------ */

void vfs_batch_begin(fk_vfs *vfs)
{
    vfs_batch_drop(vfs);
    vfs->batch.is_open = true;
    vfs->batch.page_count = vfs->page_count;
}

void vfs_batch_drop(fk_vfs *vfs)
{
    vfs_batch *batch = &vfs->batch;
    batch->is_open = false;
    batch->count = 0;
    vfs_page_map_clear(&batch->places);
    if (batch->record.capacity_bytes > KEPT_RECORD_SIZE_BYTES_MAX) {
        fk_buffer_free(&batch->record);
    } else {
        fk_buffer_clear(&batch->record);
    }
}

fk_status vfs_batch_write(fk_vfs *vfs, uint32_t page_number, const uint8_t *page)
{
    vfs_batch *batch = &vfs->batch;
    FK_ASSERT(batch->is_open);
    uint32_t offset_bytes = 0;
    if (vfs_page_map_get(&batch->places, page_number, &offset_bytes)) {
        memcpy(batch->record.data + offset_bytes, page, vfs->page_size_bytes);
        return fk_ok();
    }
    if (batch->count == vfs_format_transaction_page_count_max(vfs->root.version) ||
        page_number > VFS_PAGE_TAGS_PAGE_COUNT_MAX) {
        return fk_status_of(FK_ERR_FULL);
    }
    uint8_t *room = NULL;
    if (batch->record.size_bytes == 0) {
        FK_TRY(fk_buffer_extend(&batch->record, VFS_RECORD_HEADER_SIZE_BYTES, &room));
    }
    offset_bytes = (uint32_t)batch->record.size_bytes;
    FK_TRY(fk_buffer_append(&batch->record, fk_bytes_of(page, vfs->page_size_bytes)));
    vfs_page_map_set(&batch->places, page_number, offset_bytes);
    batch->numbers[batch->count++] = page_number;
    if (page_number > batch->page_count) {
        batch->page_count = page_number;
    }
    return fk_ok();
}

/* --- committing ------------------------------------------------------------------------------ */

/* Put numbers and zeros behind the pages, the header before them. */
static fk_status finish_record(fk_vfs *vfs, vfs_record_header *header)
{
    vfs_batch *batch = &vfs->batch;
    uint8_t *room = NULL;
    size_t padded_size_bytes = vfs_record_padded_size_bytes(vfs->root.version, batch->count);
    size_t room_size_bytes = padded_size_bytes - batch->record.size_bytes;
    FK_TRY(fk_buffer_extend(&batch->record, room_size_bytes, &room));
    memset(room, 0, room_size_bytes);
    for (uint32_t i = 0; i < batch->count; i++) {
        fk_put_u32(room + (size_t)i * 4, batch->numbers[i]);
    }
    *header = (vfs_record_header){
        .version = vfs->root.version,
        .generation = vfs->root.generation,
        .store_id = vfs->root.store_id,
        .sequence = vfs->sequence + 1,
        .page_count = batch->page_count,
        .record_page_count = batch->count,
    };
    memcpy(header->previous_mac, vfs->last_mac, FK_HASH_SIZE_BYTES);
    vfs_record_finish(header, &vfs->mac_key, batch->record.data);
    return fk_ok();
}

/* Move the log away first when it has grown enough, or when it holds what may not be durable. */
static fk_status make_room(fk_vfs *vfs, size_t record_size_bytes)
{
    uint64_t end_bytes = vfs->log_end_bytes + record_size_bytes;
    bool is_due = vfs->log_end_bytes > VFS_LOG_RECORDS_OFFSET_BYTES && end_bytes > FK_VFS_CHECKPOINT_AT_BYTES &&
                  end_bytes > vfs->retry_checkpoint_at_bytes;
    if (is_due || vfs->needs_rewrite) {
        fk_status status = fk_vfs_checkpoint(vfs);
        if (!fk_is_ok(status) && (vfs->has_failed || vfs->needs_rewrite)) {
            return status;
        }
        if (!fk_is_ok(status)) {
            /* No room or memory for it now: the log goes on growing, and at its cap each commit tries. */
            uint64_t retry_at_bytes = end_bytes + VFS_CHECKPOINT_RETRY_BYTES;
            vfs->retry_checkpoint_at_bytes =
                retry_at_bytes < FK_VFS_LOG_SIZE_BYTES_MAX ? retry_at_bytes : FK_VFS_LOG_SIZE_BYTES_MAX;
        }
    }
    bool has_room = vfs->log_end_bytes + record_size_bytes <= FK_VFS_LOG_SIZE_BYTES_MAX;
    return has_room ? fk_ok() : fk_status_of(FK_ERR_FULL);
}

/* A short write is cut off again, so that no later reader takes its remains for a torn transaction; and that is flushed,
 * because what is missing may be padding alone, and the refused transaction would be whole after a power cut. The room
 * that others were promised goes with it and is taken anew. */
static fk_status undo_short_write(fk_vfs *vfs, fk_vault_file log)
{
    uint64_t room_bytes = vfs->room_bytes;
    vfs->room_bytes = 0;
    FK_TRY(vfs_truncate(vfs, log, vfs->log_end_bytes));
    FK_TRY(FK_PLANTED(SHORT_RECORD_LEFT) ? fk_ok() : vfs_flush(vfs, log));
    fk_status status = vfs_take_room(vfs, room_bytes);
    return status.code == FK_ERR_IO ? status : fk_status_of(FK_ERR_FULL);
}

/* One write, one flush. */
static fk_status write_record(fk_vfs *vfs)
{
    fk_vault_file log = vfs_log_file(vfs->root.counter);
    const fk_buffer *record = &vfs->batch.record;
    if (FK_PLANTED(COMMIT_BEFORE_FLUSH)) {
        FK_TRY(vfs_flush(vfs, log)); /* the record before this one */
    }
    fk_status status = vfs_write(vfs, log, record->data, record->size_bytes, vfs->log_end_bytes);
    if (status.code == FK_ERR_FULL) {
        return undo_short_write(vfs, log);
    }
    FK_TRY(status);
    return FK_PLANTED(FLUSH_LEFT_OUT) || FK_PLANTED(COMMIT_BEFORE_FLUSH) ? fk_ok() : vfs_flush(vfs, log);
}

static void remember_record(fk_vfs *vfs, const vfs_record_header *header)
{
    uint32_t pages_offset_bytes = (uint32_t)vfs->log_end_bytes + VFS_RECORD_HEADER_SIZE_BYTES;
    for (uint32_t i = 0; i < vfs->batch.count; i++) {
        vfs_page_map_set(&vfs->log_places, vfs->batch.numbers[i], pages_offset_bytes + i * vfs->page_size_bytes);
    }
    uint64_t record_bytes = vfs->batch.record.size_bytes;
    vfs->log_end_bytes += record_bytes;
    vfs->room_bytes -= record_bytes < vfs->room_bytes ? record_bytes : vfs->room_bytes;
    vfs->sequence = header->sequence;
    vfs->page_count = header->page_count;
    memcpy(vfs->last_mac, header->mac, FK_HASH_SIZE_BYTES);
    vfs->statistics.commit_count++;
}

fk_status vfs_batch_commit(fk_vfs *vfs)
{
    FK_ASSERT(vfs->batch.is_open);
    fk_status status = fk_ok();
    if (vfs->batch.count > 0) {
        vfs_record_header header;
        status = make_room(vfs, vfs_record_padded_size_bytes(vfs->root.version, vfs->batch.count));
        if (fk_is_ok(status)) {
            status = finish_record(vfs, &header);
        }
        if (fk_is_ok(status)) {
            status = write_record(vfs);
        }
        if (fk_is_ok(status)) {
            remember_record(vfs, &header);
        }
    }
    vfs_batch_drop(vfs);
    return status;
}
