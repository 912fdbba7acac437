/* vfs_format.h — what differs between the versions of a store's files (docs/adr/0021-smaller-pages-under-one-tag.md).
 *
 * A superblock says the version, under its MAC; log header and records repeat it. A store keeps the one it was made
 * with. Pure: no I/O. */
#ifndef FK_VFS_FORMAT_H
#define FK_VFS_FORMAT_H

#include "vfs.h"

enum {
    VFS_FORMAT_WHOLE_PAGES = 1, /* pages of 8192 bytes; a record's MAC is over all of their bytes */
    VFS_FORMAT_PAGE_TAGS = 2,   /* pages of 4096 bytes; a record's MAC is over their tags */
    VFS_FORMAT_NEWEST = VFS_FORMAT_PAGE_TAGS,

    VFS_PAGE_SIZE_BYTES_MIN = 4096,
    VFS_PAGE_SIZE_BYTES_MAX = 8192,
    /* Of any version: what arrays are made for. */
    VFS_TRANSACTION_PAGE_COUNT_MAX = FK_VFS_TRANSACTION_SIZE_BYTES_MAX / VFS_PAGE_SIZE_BYTES_MIN,
};

static inline bool vfs_format_is_known(uint32_t version)
{
    return version >= VFS_FORMAT_WHOLE_PAGES && version <= VFS_FORMAT_NEWEST;
}

static inline uint32_t vfs_format_page_size_bytes(uint32_t version)
{
    return version == VFS_FORMAT_WHOLE_PAGES ? VFS_PAGE_SIZE_BYTES_MAX : VFS_PAGE_SIZE_BYTES_MIN;
}

static inline uint32_t vfs_format_transaction_page_count_max(uint32_t version)
{
    return FK_VFS_TRANSACTION_SIZE_BYTES_MAX / vfs_format_page_size_bytes(version);
}

#endif
