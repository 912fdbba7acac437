/* vfs_log_reader.h — reading a log from front to back through one window of memory.
 *
 * Recovery reads logs in pieces of 1 MiB: the cost on a device is per call. */
#ifndef FK_VFS_LOG_READER_H
#define FK_VFS_LOG_READER_H

#include "vfs_record.h"

/* What a record must be to be believed. */
typedef struct vfs_log_trust {
    uint32_t version; /* of the store */
    const fk_key *mac_key;
    const fk_key *page_key;
} vfs_log_trust;

typedef struct vfs_log_reader {
    const fk_allocator *allocator;
    const fk_disk *disk;
    vfs_log_trust trust;
    fk_vault_file file;
    uint64_t size_bytes; /* of the file */
    uint8_t *window;
    size_t window_size_bytes;
    uint64_t window_offset_bytes;
    size_t window_used_bytes;
} vfs_log_reader;

/* A record that was read, whose MAC holds and, in version 2, the tags of whose pages. */
typedef struct vfs_log_record {
    vfs_record_header header;
    uint32_t page_numbers[VFS_TRANSACTION_PAGE_COUNT_MAX];
    uint64_t pages_offset_bytes; /* of the first page in the log */
    uint64_t next_offset_bytes;  /* where the next record may start */
} vfs_log_record;

/* FK_ERR_NO_MEMORY, FK_ERR_IO. Release with vfs_log_reader_free(), also on error. disk and
 * the keys are borrowed until then. */
FK_MUST_USE fk_status vfs_log_reader_init(vfs_log_reader *reader, const fk_allocator *allocator, const fk_disk *disk,
                                          vfs_log_trust trust, fk_vault_file file);
void vfs_log_reader_free(vfs_log_reader *reader);

/* The first bytes of the log, borrowed until the next call; fewer than asked for when the file ends. */
FK_MUST_USE fk_status vfs_log_reader_head(vfs_log_reader *reader, size_t size_bytes, fk_bytes *head_out);

/* Read the record at an offset. *found_out: one of this generation is there, whole, believed as
 * said above and with page numbers in bounds. FK_ERR_IO only when the disk fails. */
FK_MUST_USE fk_status vfs_log_reader_record(vfs_log_reader *reader, uint64_t offset_bytes, const fk_id *generation,
                                            vfs_log_record *record_out, bool *found_out);

/* Is there a good record of this generation anywhere from an offset on? Every multiple of 512 is
 * tested to the end of the file. FK_ERR_IO. */
FK_MUST_USE fk_status vfs_log_reader_search(vfs_log_reader *reader, uint64_t offset_bytes, const fk_id *generation,
                                            vfs_log_record *record_out, bool *found_out);

/* Is there nothing but zeros from an offset to the end of the file: room taken ahead, no record? FK_ERR_IO. */
FK_MUST_USE fk_status vfs_log_reader_is_zero(vfs_log_reader *reader, uint64_t offset_bytes, bool *is_zero_out);

#endif
