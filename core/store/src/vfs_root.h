/* vfs_root.h — the state a log starts from, as it stands in a superblock and at the head of a log.
 *
 *   magic 8 | version u32 | log index u32 | store id 16 | counter u64 | last sequence u64 |
 *   last MAC 32 | page count u64 | tag table bytes u64 | generation 16 | tag table digest 32 |
 *   page key check 32 | zeros 48 | MAC 32                                                 = 256
 *
 * Little-endian. The MAC is keyed BLAKE2b-256 over the label ("fk/super/v1" or "fk/log/v1") and the
 * 224 bytes before it, in every version (vfs_format.h). A superblock is followed by its page-tag table
 * (vfs_page_tags.h), 16 bytes for each page; one written before there were tables has none, length 0
 * and the digest of nothing. A log begins with the same fields, and no table. The page key check is keyed BLAKE2b-256
 * of "fk/page-key/v1" under the page key; zeros in version 1. Pure: no I/O. */
#ifndef FK_VFS_ROOT_H
#define FK_VFS_ROOT_H

#include "fk/crypto.h"

enum {
    VFS_ROOT_SIZE_BYTES = 256,
    VFS_TAG_TABLE_SIZE_BYTES_MAX = 4 * 1024 * 1024,
};

typedef enum vfs_root_kind { VFS_ROOT_SUPERBLOCK, VFS_ROOT_LOG } vfs_root_kind;

typedef struct vfs_root {
    uint32_t version; /* of all files of the store */
    fk_id store_id;
    uint64_t counter;                /* goes up by one with each checkpoint */
    uint64_t sequence;               /* of the last transaction in the page file */
    uint8_t mac[FK_HASH_SIZE_BYTES]; /* of its record */
    uint64_t page_count;             /* of the database at that point */
    fk_id generation;                /* of the log that follows; random */
    uint64_t tag_table_bytes;        /* 0 or 16 for each page */
    uint8_t page_key_check[FK_HASH_SIZE_BYTES];
} vfs_root;

/* Log and superblock slot of a counter: they alternate. */
static inline uint32_t vfs_root_slot(uint64_t counter)
{
    return (uint32_t)(counter & 1);
}

/* What the roots of a store of that version say about its page key. */
void vfs_root_check_of(uint32_t version, const fk_key *page_key, uint8_t check_out[FK_HASH_SIZE_BYTES]);

/* The root of the given kind; the length and digest it holds are those of tag_table. */
void vfs_root_encode(vfs_root_kind kind, const vfs_root *root, fk_bytes tag_table, const fk_key *mac_key,
                     uint8_t bytes_out[VFS_ROOT_SIZE_BYTES]);

/* bytes   a superblock file with its table, or at least the first 256 bytes of a log.
 *
 * FK_ERR_AUTH: whole and of this store, but the MAC is not by this key. FK_ERR_NEWER_VERSION: the
 * MAC holds. FK_ERR_DAMAGED: anything else. On error *root_out is zero. */
FK_MUST_USE fk_status vfs_root_parse(vfs_root_kind kind, fk_bytes bytes, const fk_id *store_id, const fk_key *mac_key,
                                     vfs_root *root_out);

#endif
