#include "vfs_page_map.h"

#include <stdlib.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

static vfs_page_place *find_slot(const vfs_page_map *map, uint32_t page_number)
{
    uint32_t mask = map->slot_count - 1;
    /* Neighbouring pages land in neighbouring slots: SQLite touches runs. */
    for (uint32_t i = page_number & mask;; i = (i + 1) & mask) {
        vfs_page_place *place = &map->slots[i];
        if (place->page_number == page_number || place->page_number == 0) {
            return place;
        }
    }
}

fk_status vfs_page_map_init(vfs_page_map *map, const fk_allocator *allocator, uint32_t page_count_max)
{
    uint32_t slot_count = 2;
    while (slot_count < 2 * page_count_max) {
        slot_count *= 2;
    }
    *map = (vfs_page_map){ .allocator = allocator, .slot_count = slot_count };
    map->slots = fk_allocate(allocator, slot_count * sizeof *map->slots);
    return map->slots != NULL ? fk_ok() : fk_status_of(FK_ERR_NO_MEMORY);
}

void vfs_page_map_free(vfs_page_map *map)
{
    if (map->slots != NULL) {
        fk_release(map->allocator, map->slots, map->slot_count * sizeof *map->slots);
    }
    *map = (vfs_page_map){ .allocator = NULL };
}

void vfs_page_map_clear(vfs_page_map *map)
{
    if (map->page_count > 0) {
        memset(map->slots, 0, map->slot_count * sizeof *map->slots);
        map->page_count = 0;
    }
}

void vfs_page_map_set(vfs_page_map *map, uint32_t page_number, uint32_t offset_bytes)
{
    FK_ASSERT(page_number != 0);
    vfs_page_place *place = find_slot(map, page_number);
    if (place->page_number == 0) {
        FK_ASSERT(map->page_count < map->slot_count / 2);
        map->page_count++;
    }
    *place = (vfs_page_place){ page_number, offset_bytes };
}

bool vfs_page_map_get(const vfs_page_map *map, uint32_t page_number, uint32_t *offset_bytes_out)
{
    FK_ASSERT(page_number != 0);
    const vfs_page_place *place = find_slot(map, page_number);
    *offset_bytes_out = place->offset_bytes;
    return place->page_number == page_number;
}

static int compare_places(const void *a, const void *b)
{
    uint32_t left = ((const vfs_page_place *)a)->page_number;
    uint32_t right = ((const vfs_page_place *)b)->page_number;
    return (left > right) - (left < right);
}

void vfs_page_map_sorted(const vfs_page_map *map, vfs_page_place *places_out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < map->slot_count; i++) {
        if (map->slots[i].page_number != 0) {
            places_out[count++] = map->slots[i];
        }
    }
    FK_ASSERT(count == map->page_count);
    qsort(places_out, count, sizeof *places_out, compare_places);
}
