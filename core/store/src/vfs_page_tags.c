#include "vfs_page_tags.h"

#include <string.h>

#include "fk/assert.h"
#include "vfs_root.h"

#include "fk/banned.h"

_Static_assert((int)VFS_PAGE_TAGS_PAGE_COUNT_MAX *(int)VFS_PAGE_TAG_SIZE_BYTES == (int)VFS_TAG_TABLE_SIZE_BYTES_MAX,
               "a table is at most as long as a superblock file may be");

fk_status vfs_page_tags_init(vfs_page_tags *tags, const fk_allocator *allocator)
{
    fk_buffer_init(&tags->file, allocator, VFS_ROOT_SIZE_BYTES + VFS_TAG_TABLE_SIZE_BYTES_MAX);
    uint8_t *room = NULL;
    return fk_buffer_extend(&tags->file, VFS_ROOT_SIZE_BYTES, &room);
}

void vfs_page_tags_free(vfs_page_tags *tags)
{
    fk_buffer_free(&tags->file);
}

static size_t place_of(uint64_t page_index)
{
    return VFS_ROOT_SIZE_BYTES + (size_t)page_index * VFS_PAGE_TAG_SIZE_BYTES;
}

fk_status vfs_page_tags_resize(vfs_page_tags *tags, uint64_t page_count)
{
    if (page_count > VFS_PAGE_TAGS_PAGE_COUNT_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    size_t size_bytes = place_of(page_count);
    if (size_bytes > tags->file.size_bytes) {
        size_t added_bytes = size_bytes - tags->file.size_bytes;
        uint8_t *room = NULL;
        FK_TRY(fk_buffer_extend(&tags->file, added_bytes, &room));
        memset(room, 0, added_bytes);
    }
    tags->file.size_bytes = size_bytes;
    return fk_ok();
}

const uint8_t *vfs_page_tags_get(const vfs_page_tags *tags, uint32_t page_number)
{
    static const uint8_t none[VFS_PAGE_TAG_SIZE_BYTES];
    FK_ASSERT(page_number != 0);
    if (place_of(page_number) > tags->file.size_bytes) {
        return NULL;
    }
    const uint8_t *tag = tags->file.data + place_of((uint64_t)page_number - 1);
    return memcmp(tag, none, sizeof none) == 0 ? NULL : tag;
}

void vfs_page_tags_set(vfs_page_tags *tags, uint32_t page_number, const uint8_t *tag)
{
    FK_ASSERT(page_number != 0 && place_of(page_number) <= tags->file.size_bytes);
    memcpy(tags->file.data + place_of((uint64_t)page_number - 1), tag, VFS_PAGE_TAG_SIZE_BYTES);
}

fk_bytes vfs_page_tags_table(const vfs_page_tags *tags, size_t size_bytes)
{
    FK_ASSERT(size_bytes <= tags->file.size_bytes - VFS_ROOT_SIZE_BYTES);
    return fk_bytes_of(tags->file.data + VFS_ROOT_SIZE_BYTES, size_bytes);
}
