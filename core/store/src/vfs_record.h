/* vfs_record.h — one transaction in the log.
 *
 *   magic 8 | generation 16 | record bytes u64 | store id 16 | sequence u64 | previous MAC 32 |
 *   database page count u64 | record page count u32 | version u32 | MAC 32               = 136
 *   pages | page numbers, u32 each | zeros to a multiple of 512
 *
 * Little-endian; "record bytes" leaves the zeros out. The MAC is keyed BLAKE2b-256 over "fk/log/v1", the 104 bytes
 * before it, the pages and the numbers; in version 2 of each page only the last 32 bytes: its nonce and tag, which
 * stand for the rest of it once the tag was found right under the page key (docs/adr/0021). It chains to the record
 * before. Records start at multiples of 512, so that a good one behind a bad one can be found. Pure: no I/O. */
#ifndef FK_VFS_RECORD_H
#define FK_VFS_RECORD_H

#include "vfs_format.h"

enum {
    VFS_RECORD_HEADER_SIZE_BYTES = 136,
    VFS_RECORD_MAC_OFFSET_BYTES = 104,
    VFS_RECORD_ALIGNMENT_BYTES = 512,
    /* Magic and generation: enough to see whether a record of a log may start here. */
    VFS_RECORD_START_SIZE_BYTES = 24,
};

typedef struct vfs_record_header {
    uint32_t version; /* that of the store: how long its pages are and what the MAC is over */
    fk_id generation;
    fk_id store_id;
    uint64_t sequence;
    uint8_t previous_mac[FK_HASH_SIZE_BYTES];
    uint64_t page_count;        /* of the database after the transaction */
    uint32_t record_page_count; /* 1 to vfs_format_transaction_page_count_max() */
    uint8_t mac[FK_HASH_SIZE_BYTES];
} vfs_record_header;

/* Bytes of a record without, and with, the zeros behind it. */
size_t vfs_record_size_bytes(uint32_t version, uint32_t record_page_count);
size_t vfs_record_padded_size_bytes(uint32_t version, uint32_t record_page_count);

/* Write the header into the first bytes of a record whose pages and numbers stand in place, and the
 * MAC into both the record and header->mac. record is vfs_record_size_bytes() long. */
void vfs_record_finish(vfs_record_header *header, const fk_key *mac_key, uint8_t *record);

/* Does a record of this generation seem to start with these VFS_RECORD_START_SIZE_BYTES bytes? */
bool vfs_record_starts(const uint8_t *bytes, const fk_id *generation);

/* Read the fixed part of a record of a store of that version; its sizes agree and are in bounds. FK_ERR_DAMAGED. The
 * MAC is not checked. */
FK_MUST_USE fk_status vfs_record_parse_header(const uint8_t bytes[VFS_RECORD_HEADER_SIZE_BYTES], uint32_t version,
                                              vfs_record_header *header_out);

/* The running MAC of a record: begin with its fixed part, go on with its pages one by one and then its numbers,
 * compare. */
void vfs_record_mac_begin(fk_hash *mac, const fk_key *mac_key, const uint8_t bytes[VFS_RECORD_HEADER_SIZE_BYTES]);
void vfs_record_mac_page(fk_hash *mac, uint32_t version, const uint8_t *page);

#endif
