/* vfs_page_map.h — where the newest copy of a page stands: page number to offset.
 *
 * A hash table of fixed size, allocated once, so that remembering a page cannot fail. */
#ifndef FK_VFS_PAGE_MAP_H
#define FK_VFS_PAGE_MAP_H

#include "fk/memory.h"

typedef struct vfs_page_place {
    uint32_t page_number; /* 1 is the first; 0: unused */
    uint32_t offset_bytes;
} vfs_page_place;

typedef struct vfs_page_map {
    const fk_allocator *allocator;
    vfs_page_place *slots;
    uint32_t slot_count; /* a power of two, at least twice the pages it will hold */
    uint32_t page_count; /* in use */
} vfs_page_map;

/* Room for page_count_max pages. FK_ERR_NO_MEMORY. Release with vfs_page_map_free(). */
FK_MUST_USE fk_status vfs_page_map_init(vfs_page_map *map, const fk_allocator *allocator, uint32_t page_count_max);
void vfs_page_map_free(vfs_page_map *map);
void vfs_page_map_clear(vfs_page_map *map);
/* Asserts that there is room. */
void vfs_page_map_set(vfs_page_map *map, uint32_t page_number, uint32_t offset_bytes);
bool vfs_page_map_get(const vfs_page_map *map, uint32_t page_number, uint32_t *offset_bytes_out);
/* All places by page number. places_out has room for map->page_count. */
void vfs_page_map_sorted(const vfs_page_map *map, vfs_page_place *places_out);

#endif
