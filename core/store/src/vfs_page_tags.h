/* vfs_page_tags.h — the last 16 bytes of each page as the page file must have them at the last checkpoint.
 *
 * The cipher puts a page's authentication tag there, another one at each write, so a single older copy of a page, or a
 * write that never arrived, is seen though it authenticates. The table stands behind the superblock that was written
 * with it. A tag of zeros: no page of the database was written in this place, and what the file has there is nobody's.
 */
#ifndef FK_VFS_PAGE_TAGS_H
#define FK_VFS_PAGE_TAGS_H

#include "fk/crypto.h"

enum {
    VFS_PAGE_TAG_SIZE_BYTES = FK_PAGE_TAG_SIZE_BYTES,
    /* 16 bytes for each page of a database of 1 GiB, 2 GiB in format 1. */
    VFS_PAGE_TAGS_PAGE_COUNT_MAX = 262144,
};

/* The table with room for its superblock before it, so that both are one write. */
typedef struct vfs_page_tags {
    fk_buffer file;
} vfs_page_tags;

/* A table of no pages. FK_ERR_NO_MEMORY. Release with vfs_page_tags_free(), also on error. */
FK_MUST_USE fk_status vfs_page_tags_init(vfs_page_tags *tags, const fk_allocator *allocator);
void vfs_page_tags_free(vfs_page_tags *tags);
/* The first page_count entries stay; new ones are zeros. FK_ERR_NO_MEMORY, FK_ERR_TOO_LARGE. */
FK_MUST_USE fk_status vfs_page_tags_resize(vfs_page_tags *tags, uint64_t page_count);
/* Borrowed until the next resize. NULL: the page was never written, or is behind the end. */
const uint8_t *vfs_page_tags_get(const vfs_page_tags *tags, uint32_t page_number);
/* Take the VFS_PAGE_TAG_SIZE_BYTES of a page that is within the table. */
void vfs_page_tags_set(vfs_page_tags *tags, uint32_t page_number, const uint8_t *tag);
/* The first size_bytes of the table, borrowed. */
fk_bytes vfs_page_tags_table(const vfs_page_tags *tags, size_t size_bytes);

#endif
