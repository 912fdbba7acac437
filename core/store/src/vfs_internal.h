/* vfs_internal.h — the state of one store, shared by the files of the VFS only. */
#ifndef FK_VFS_INTERNAL_H
#define FK_VFS_INTERNAL_H

#include "vfs_format.h"
#include "vfs_page_map.h"
#include "vfs_page_tags.h"
#include "vfs_root.h"

enum {
    VFS_LOG_RECORDS_OFFSET_BYTES = 512,
    VFS_NAME_SIZE_BYTES = 32,
    VFS_CHECKPOINT_RETRY_BYTES = 1024 * 1024,
};

/* The transaction SQLite is writing: a record under construction. */
typedef struct vfs_batch {
    bool is_open;
    fk_buffer record;    /* header and pages; numbers follow at commit */
    vfs_page_map places; /* page number to offset in record */
    uint32_t numbers[VFS_TRANSACTION_PAGE_COUNT_MAX];
    uint32_t count;
    uint64_t page_count; /* of the database when the batch commits */
} vfs_batch;

struct fk_vfs {
    const fk_allocator *allocator;
    fk_disk disk;
    fk_key mac_key;
    fk_key page_key;
    char name[VFS_NAME_SIZE_BYTES];
    struct fk_vfs *next; /* of the stores open in this process */

    vfs_root root;            /* as of the last checkpoint: names version, log, generation, counter */
    uint32_t page_size_bytes; /* of root.version */
    uint64_t sequence;
    uint8_t last_mac[FK_HASH_SIZE_BYTES];
    uint64_t page_count;
    uint64_t log_end_bytes;  /* where the next record goes */
    uint64_t room_bytes;     /* of zeros that were flushed behind it (vfs_room.c) */
    vfs_page_map log_places; /* page number to offset in the log */
    vfs_page_tags page_tags; /* of the page file; those of pages in the log do not count */
    vfs_batch batch;

    bool is_read_only;  /* no batch is begun, nothing is moved */
    bool is_file_open;  /* SQLite has its file */
    bool needs_rewrite; /* what was read at opening is not yet known to be durable */
    uint64_t retry_checkpoint_at_bytes;
    bool is_superblock_doubtful;   /* and neither is the superblock it was read from */
    bool is_other_superblock_torn; /* the other slot has part of one that was never finished */
    bool has_failed;               /* nothing is read or written until the store is opened again */
    fk_vfs_statistics statistics;
};

static inline fk_vault_file vfs_log_file(uint64_t counter)
{
    return vfs_root_slot(counter) == 0 ? FK_FILE_LOG_0 : FK_FILE_LOG_1;
}

static inline fk_vault_file vfs_superblock_file(uint64_t counter)
{
    return vfs_root_slot(counter) == 0 ? FK_FILE_SUPERBLOCK_0 : FK_FILE_SUPERBLOCK_1;
}

/* --- life (vfs.c) ------------------------------------------------------------------------------- */

/* fk_vfs_create() in any version: what a store made by an older app is, for those who test that it goes on. */
FK_MUST_USE fk_status vfs_create_of_format(const fk_vfs_config *config, uint32_t version, fk_vfs **vfs_out);
/* Take a root for the store's. */
void vfs_take_root(fk_vfs *vfs, const vfs_root *root);

/* --- disk, with the store's failure remembered (vfs.c) --------------------------------------- */

/* All, or FK_ERR_FULL (short), or FK_ERR_IO: the store failed. The others: FK_OK or FK_ERR_IO. */
FK_MUST_USE fk_status vfs_write(fk_vfs *vfs, fk_vault_file file, const uint8_t *bytes, size_t size_bytes,
                                uint64_t offset_bytes);
FK_MUST_USE fk_status vfs_flush(fk_vfs *vfs, fk_vault_file file);
FK_MUST_USE fk_status vfs_truncate(fk_vfs *vfs, fk_vault_file file, uint64_t size_bytes);
FK_MUST_USE fk_status vfs_read(fk_vfs *vfs, fk_vault_file file, uint8_t *target, size_t size_bytes,
                               uint64_t offset_bytes, size_t *read_bytes_out);
/* Exactly size_bytes: a log or superblock that got shorter is a handle that does not work. */
FK_MUST_USE fk_status vfs_read_exactly(fk_vfs *vfs, fk_vault_file file, uint8_t *target, size_t size_bytes,
                                       uint64_t offset_bytes);

/* --- reading and writing pages (vfs_batch.c) -------------------------------------------------- */

/* Part of a page that exists, as the open batch or the last transaction left it. FK_ERR_DAMAGED: the page file has
 * another page there than the last checkpoint wrote. FK_ERR_IO. */
FK_MUST_USE fk_status vfs_read_page(fk_vfs *vfs, uint32_t page_number, uint32_t offset_in_page_bytes,
                                    uint32_t size_bytes, uint8_t *target);
void vfs_batch_begin(fk_vfs *vfs);
void vfs_batch_drop(fk_vfs *vfs);
/* FK_ERR_FULL beyond the transaction cap or the largest database, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status vfs_batch_write(fk_vfs *vfs, uint32_t page_number, const uint8_t *page);
/* Durable when this returns FK_OK, and the batch is closed in any case. FK_ERR_FULL, FK_ERR_NO_MEMORY:
 * gone, the store goes on. FK_ERR_IO: the store failed. */
FK_MUST_USE fk_status vfs_batch_commit(fk_vfs *vfs);

/* --- checkpoint and recovery ------------------------------------------------------------------ */

/* Write a log header for a root, and the room left behind it, and flush; the log is cut to that. */
FK_MUST_USE fk_status vfs_write_log_header(fk_vfs *vfs, const vfs_root *root);
/* Write and flush a superblock and as much of the page-tag table as the root says, at once. */
FK_MUST_USE fk_status vfs_write_superblock(fk_vfs *vfs, const vfs_root *root);
/* Make sure that the superblock in use is on disk, where its flush may have failed. The same bytes over themselves: if
 * they tear, the one before says the same. */
FK_MUST_USE fk_status vfs_settle_superblock(fk_vfs *vfs);
/* Read superblocks and logs, fill the state. Changes nothing on disk. */
FK_MUST_USE fk_status vfs_recover(fk_vfs *vfs, const fk_id *store_id, fk_vfs_report *report);

/* --- room ahead (vfs_room.c) ------------------------------------------------------------------- */

/* FK_ERR_FULL: short; what was written is still there. FK_ERR_NO_MEMORY, FK_ERR_IO. */
FK_MUST_USE fk_status vfs_write_zeros(fk_vfs *vfs, fk_vault_file file, uint64_t from_bytes, uint64_t to_bytes);
/* Zeros behind the last record up to this size, flushed. FK_ERR_FULL: the room is what it was. */
FK_MUST_USE fk_status vfs_take_room(fk_vfs *vfs, uint64_t size_bytes);

/* --- SQLite (vfs_sqlite.c) ---------------------------------------------------------------------- */

/* Give the store a name and make it findable by it. */
void vfs_register(fk_vfs *vfs);
void vfs_unregister(fk_vfs *vfs);

#endif
