/* Opening: which superblock counts, what the log adds to it, and what is damage rather than the
 * remains of a transaction that a power cut interrupted. Reads only. */
#include "vfs_internal.h"

#include <string.h>

#include "fk/planted.h"
#include "vfs_log_reader.h"

#include "fk/banned.h"

enum { SUPERBLOCK_COUNT = 2, TAKE_PAGE_COUNT_MAX = 128 };

/* The first damage found is the one that is named. A store that is only read goes on with what is left. */
static fk_status damaged(const fk_vfs *vfs, fk_vfs_report *report, fk_vfs_damage damage)
{
    report->damage = report->damage == FK_VFS_DAMAGE_NONE ? damage : report->damage;
    return vfs->is_read_only ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
}

/* --- superblocks ------------------------------------------------------------------------------ */

typedef struct superblock_slot {
    fk_status status; /* of parsing; FK_ERR_NOT_FOUND: the file is empty */
    vfs_root root;
    uint8_t *file; /* NULL: not read */
    size_t file_size_bytes;
} superblock_slot;

static fk_status read_superblock(fk_vfs *vfs, fk_vault_file file, const fk_id *store_id, superblock_slot *slot_out)
{
    *slot_out = (superblock_slot){ .status = fk_status_of(FK_ERR_NOT_FOUND) };
    int64_t size_bytes = vfs->disk.size(vfs->disk.ctx, file);
    if (size_bytes < 0) {
        return fk_status_of(FK_ERR_IO);
    }
    if (size_bytes == 0) {
        return fk_ok();
    }
    if (size_bytes > VFS_ROOT_SIZE_BYTES + VFS_TAG_TABLE_SIZE_BYTES_MAX) {
        slot_out->status = fk_status_of(FK_ERR_DAMAGED);
        return fk_ok();
    }
    slot_out->file_size_bytes = (size_t)size_bytes;
    slot_out->file = fk_allocate(vfs->allocator, slot_out->file_size_bytes);
    if (slot_out->file == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    FK_TRY(vfs_read_exactly(vfs, file, slot_out->file, slot_out->file_size_bytes, 0));
    slot_out->status = vfs_root_parse(VFS_ROOT_SUPERBLOCK, fk_bytes_of(slot_out->file, slot_out->file_size_bytes),
                                      store_id, &vfs->mac_key, &slot_out->root);
    return fk_ok();
}

/* Neither superblock can be read: say what that most likely means. */
static fk_status no_superblock(const superblock_slot slots[SUPERBLOCK_COUNT], fk_vfs_report *report)
{
    static const fk_code order[] = { FK_ERR_NEWER_VERSION, FK_ERR_AUTH };
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (slots[0].status.code == order[i] || slots[1].status.code == order[i]) {
            return fk_status_of(order[i]);
        }
    }
    if (slots[0].status.code == FK_ERR_NOT_FOUND && slots[1].status.code == FK_ERR_NOT_FOUND) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    report->damage = FK_VFS_DAMAGE_SUPERBLOCKS;
    return fk_status_of(FK_ERR_DAMAGED);
}

/* Root and page-tag table of a slot become the store's. With another page key every record would look torn. */
static fk_status take_superblock(fk_vfs *vfs, const superblock_slot *slot)
{
    uint8_t check[FK_HASH_SIZE_BYTES];
    vfs_root_check_of(slot->root.version, &vfs->page_key, check);
    if (!fk_equal_constant_time(check, slot->root.page_key_check, sizeof check)) {
        return fk_status_of(FK_ERR_AUTH);
    }
    size_t table_size_bytes = (size_t)slot->root.tag_table_bytes;
    FK_TRY(vfs_page_tags_resize(&vfs->page_tags, table_size_bytes / VFS_PAGE_TAG_SIZE_BYTES));
    memcpy(vfs->page_tags.file.data, slot->file, VFS_ROOT_SIZE_BYTES + table_size_bytes);
    vfs_take_root(vfs, &slot->root);
    return fk_ok();
}

static fk_status choose_superblock(fk_vfs *vfs, const fk_id *store_id, superblock_slot slots[SUPERBLOCK_COUNT],
                                   fk_vfs_report *report)
{
    static const fk_vault_file files[SUPERBLOCK_COUNT] = { FK_FILE_SUPERBLOCK_0, FK_FILE_SUPERBLOCK_1 };
    const superblock_slot *best = NULL;
    for (uint32_t i = 0; i < SUPERBLOCK_COUNT; i++) {
        superblock_slot *slot = &slots[i];
        FK_TRY(read_superblock(vfs, files[i], store_id, slot));
        if (fk_is_ok(slot->status) && vfs_root_slot(slot->root.counter) != i) {
            slot->status = fk_status_of(FK_ERR_DAMAGED); /* a copy of the other slot */
        }
        if (fk_is_ok(slot->status) && (best == NULL || slot->root.counter > best->root.counter)) {
            best = slot;
        }
    }
    /* A newer app may have left a slot we cannot read: then the older one is not the truth. */
    if (best == NULL || slots[0].status.code == FK_ERR_NEWER_VERSION || slots[1].status.code == FK_ERR_NEWER_VERSION) {
        return no_superblock(slots, report);
    }
    fk_code other = slots[1 - vfs_root_slot(best->root.counter)].status.code;
    vfs->is_other_superblock_torn = other != FK_OK && other != FK_ERR_NOT_FOUND;
    return take_superblock(vfs, best);
}

static fk_status read_superblocks(fk_vfs *vfs, const fk_id *store_id, fk_vfs_report *report)
{
    superblock_slot slots[SUPERBLOCK_COUNT] = { { .file = NULL } };
    fk_status status = choose_superblock(vfs, store_id, slots, report);
    for (uint32_t i = 0; i < SUPERBLOCK_COUNT; i++) {
        if (slots[i].file != NULL) {
            fk_release(vfs->allocator, slots[i].file, slots[i].file_size_bytes);
        }
    }
    return status;
}

/* --- a store from before there were page-tag tables ----------------------------------------------- */

static fk_status take_tags(fk_vfs *vfs, uint8_t *pages)
{
    for (uint64_t done = 0; done < vfs->root.page_count;) {
        uint64_t left = vfs->root.page_count - done;
        size_t page_count = left < TAKE_PAGE_COUNT_MAX ? (size_t)left : TAKE_PAGE_COUNT_MAX;
        size_t read_bytes = 0;
        FK_TRY(vfs_read(vfs, FK_FILE_PAGES, pages, page_count * vfs->page_size_bytes, done * vfs->page_size_bytes,
                        &read_bytes));
        for (size_t i = 0; i < read_bytes / vfs->page_size_bytes; i++) {
            vfs_page_tags_set(&vfs->page_tags, (uint32_t)(done + i) + 1,
                              pages + (i + 1) * vfs->page_size_bytes - VFS_PAGE_TAG_SIZE_BYTES);
        }
        done += page_count;
    }
    return fk_ok();
}

/* Its page file as it stands is what the table begins with; the next checkpoint writes the table. */
static fk_status make_missing_table(fk_vfs *vfs)
{
    if (vfs->root.tag_table_bytes > 0 || vfs->root.page_count == 0) {
        return fk_ok();
    }
    FK_TRY(vfs_page_tags_resize(&vfs->page_tags, vfs->root.page_count));
    size_t pages_size_bytes = (size_t)TAKE_PAGE_COUNT_MAX * vfs->page_size_bytes;
    uint8_t *pages = fk_allocate(vfs->allocator, pages_size_bytes);
    if (pages == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_status status = take_tags(vfs, pages);
    fk_release(vfs->allocator, pages, pages_size_bytes);
    return status;
}

static fk_status begin_log(const fk_vfs *vfs, uint64_t counter, vfs_log_reader *reader_out)
{
    vfs_log_trust trust = { vfs->root.version, &vfs->mac_key, &vfs->page_key };
    return vfs_log_reader_init(reader_out, vfs->allocator, &vfs->disk, trust, vfs_log_file(counter));
}

/* --- the chosen log ----------------------------------------------------------------------------- */

static fk_status check_log_header(fk_vfs *vfs, vfs_log_reader *reader, fk_vfs_report *report)
{
    fk_bytes head;
    vfs_root root;
    FK_TRY(vfs_log_reader_head(reader, VFS_ROOT_SIZE_BYTES, &head));
    fk_status status = vfs_root_parse(VFS_ROOT_LOG, head, &vfs->root.store_id, &vfs->mac_key, &root);
    bool is_expected = fk_is_ok(status) && root.version == vfs->root.version && root.counter == vfs->root.counter &&
                       fk_id_equal(&root.generation, &vfs->root.generation);
    return is_expected || FK_PLANTED(OLD_GENERATION) ? fk_ok() : damaged(vfs, report, FK_VFS_DAMAGE_LOG_HEADER);
}

/* Is this record the one that follows what was read so far? */
static bool record_continues(const fk_vfs *vfs, const vfs_record_header *header)
{
    return header->sequence == vfs->sequence + 1 && fk_id_equal(&header->store_id, &vfs->root.store_id) &&
           memcmp(header->previous_mac, vfs->last_mac, FK_HASH_SIZE_BYTES) == 0;
}

static void take_record(fk_vfs *vfs, const vfs_log_record *record)
{
    for (uint32_t i = 0; i < record->header.record_page_count; i++) {
        uint64_t offset_bytes = record->pages_offset_bytes + (uint64_t)i * vfs->page_size_bytes;
        vfs_page_map_set(&vfs->log_places, record->page_numbers[i], (uint32_t)offset_bytes);
    }
    vfs->sequence = record->header.sequence;
    vfs->page_count = record->header.page_count;
    vfs->log_end_bytes = record->next_offset_bytes;
    memcpy(vfs->last_mac, record->header.mac, FK_HASH_SIZE_BYTES);
}

/* The highest number of a whole record of a generation from an offset on; *found_out: there is one. */
static fk_status look_behind(vfs_log_reader *reader, uint64_t offset_bytes, const fk_id *generation,
                             fk_vfs_report *report, bool *found_out)
{
    vfs_log_record record;
    bool was_found = false;
    *found_out = false;
    for (;;) {
        FK_TRY(vfs_log_reader_search(reader, offset_bytes, generation, &record, &was_found));
        if (!was_found) {
            return fk_ok();
        }
        *found_out = true;
        if (record.header.sequence > report->seen_sequence) {
            report->seen_sequence = record.header.sequence;
        }
        offset_bytes = record.next_offset_bytes;
    }
}

/* The log was cut to its header and its room when it was started, so a byte behind the last good record that is not
 * zero is of a record that is not whole. The last one was never acknowledged; one with a good record behind it was. */
static fk_status judge_tail(fk_vfs *vfs, vfs_log_reader *reader, fk_vfs_report *report)
{
    bool is_room = false;
    FK_TRY(vfs_log_reader_is_zero(reader, vfs->log_end_bytes, &is_room));
    if (is_room) {
        return fk_ok();
    }
    bool was_found = false;
    FK_TRY(look_behind(reader, vfs->log_end_bytes, &vfs->root.generation, report, &was_found));
    if (was_found) {
        report->damaged_at_sequence = vfs->sequence + 1;
        return damaged(vfs, report, FK_VFS_DAMAGE_LOG_RECORD);
    }
    report->torn_tail = true;
    return fk_ok();
}

static fk_status replay(fk_vfs *vfs, vfs_log_reader *reader, fk_vfs_report *report)
{
    vfs_log_record record;
    bool was_found = false;
    for (;;) {
        FK_TRY(vfs_log_reader_record(reader, vfs->log_end_bytes, &vfs->root.generation, &record, &was_found));
        if (!was_found || !record_continues(vfs, &record.header) ||
            record.next_offset_bytes > FK_VFS_LOG_SIZE_BYTES_MAX) {
            break;
        }
        take_record(vfs, &record);
        report->recovered_count++;
    }
    return judge_tail(vfs, reader, report);
}

static fk_status recover_chosen_log(fk_vfs *vfs, fk_vfs_report *report)
{
    vfs_log_reader reader;
    fk_status status = begin_log(vfs, vfs->root.counter, &reader);
    if (fk_is_ok(status)) {
        status = check_log_header(vfs, &reader, report);
    }
    if (fk_is_ok(status)) {
        status = replay(vfs, &reader, report);
    }
    /* A record is written only after the superblock of its log was flushed. Without a trace of one, a flush
     * that failed may have left the superblock in the system's cache alone. */
    vfs->is_superblock_doubtful = report->recovered_count == 0 && !report->torn_tail;
    vfs_log_reader_free(&reader);
    return status;
}

/* --- the other log ------------------------------------------------------------------------------- */

/* A header newer than every superblock: the checkpoint that wrote it did not end. If it holds a
 * transaction it did end, and the superblock that said so is gone. */
static fk_status check_newer_log(vfs_log_reader *reader, fk_vfs *vfs, fk_vfs_report *report)
{
    fk_bytes head;
    vfs_root root;
    FK_TRY(vfs_log_reader_head(reader, VFS_ROOT_SIZE_BYTES, &head));
    fk_status status = vfs_root_parse(VFS_ROOT_LOG, head, &vfs->root.store_id, &vfs->mac_key, &root);
    if (!fk_is_ok(status) || root.counter <= vfs->root.counter) {
        return fk_ok();
    }
    bool was_found = false;
    FK_TRY(look_behind(reader, VFS_LOG_RECORDS_OFFSET_BYTES, &root.generation, report, &was_found));
    if (was_found) {
        return damaged(vfs, report, FK_VFS_DAMAGE_LOST_SUPERBLOCK);
    }
    report->unfinished_checkpoint = true;
    return fk_ok();
}

static fk_status check_other_log(fk_vfs *vfs, fk_vfs_report *report)
{
    vfs_log_reader reader;
    fk_status status = begin_log(vfs, vfs->root.counter + 1, &reader);
    if (fk_is_ok(status)) {
        status = check_newer_log(&reader, vfs, report);
    }
    vfs_log_reader_free(&reader);
    return status;
}

fk_status vfs_recover(fk_vfs *vfs, const fk_id *store_id, fk_vfs_report *report)
{
    FK_TRY(read_superblocks(vfs, store_id, report));
    vfs->sequence = vfs->root.sequence;
    vfs->page_count = vfs->root.page_count;
    vfs->log_end_bytes = VFS_LOG_RECORDS_OFFSET_BYTES;
    memcpy(vfs->last_mac, vfs->root.mac, FK_HASH_SIZE_BYTES);
    /* The newer log first: when the superblock that named it is lost, what is wrong with the older
     * one is not what matters. */
    FK_TRY(check_other_log(vfs, report));
    FK_TRY(recover_chosen_log(vfs, report));
    FK_TRY(make_missing_table(vfs));
    report->sequence = vfs->sequence;
    report->seen_sequence = report->seen_sequence > vfs->sequence ? report->seen_sequence : vfs->sequence;
    return fk_ok();
}
