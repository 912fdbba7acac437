#include "roster_internal.h"

#include <string.h>

#include "fk/assert.h"

#include "fk/banned.h"

enum { FIRST_CAPACITY = 16 };

fk_status fk_rows_reserve(const fk_allocator *allocator, fk_rows *rows, size_t count_max)
{
    if (rows->count >= count_max) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    if (rows->count < rows->capacity) {
        return fk_ok();
    }
    size_t capacity = rows->capacity == 0 ? FIRST_CAPACITY : rows->capacity * 2;
    size_t size_bytes = 0;
    bool fits = fk_multiply_size(capacity, rows->item_size_bytes, &size_bytes);
    FK_ASSERT(fits); /* capacity is below twice count_max */
    void *items = fk_allocate(allocator, size_bytes);
    if (items == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    if (rows->count > 0) {
        memcpy(items, rows->items, rows->count * rows->item_size_bytes);
    }
    fk_release(allocator, rows->items, rows->capacity * rows->item_size_bytes);
    rows->items = items;
    rows->capacity = capacity;
    return fk_ok();
}

void fk_rows_add(fk_rows *rows, const void *item)
{
    FK_ASSERT(rows->count < rows->capacity);
    memcpy((uint8_t *)rows->items + rows->count * rows->item_size_bytes, item, rows->item_size_bytes);
    rows->count++;
}

void fk_rows_free(const fk_allocator *allocator, fk_rows *rows)
{
    fk_release(allocator, rows->items, rows->capacity * rows->item_size_bytes);
    *rows = (fk_rows){ .item_size_bytes = rows->item_size_bytes };
}

fk_roster_device_row *fk_roster_device_row_of(const fk_roster *roster, const fk_id *device)
{
    fk_roster_device_row *rows = roster->devices.items;
    for (size_t i = 0; i < roster->devices.count; i++) {
        if (fk_id_equal(&rows[i].entry.device, device)) {
            return &rows[i];
        }
    }
    return NULL;
}

fk_roster_person_row *fk_roster_person_row_of(const fk_roster *roster, const fk_id *person)
{
    fk_roster_person_row *rows = roster->persons.items;
    for (size_t i = 0; i < roster->persons.count; i++) {
        if (fk_id_equal(&rows[i].entry.person, person)) {
            return &rows[i];
        }
    }
    return NULL;
}

fk_roster_compartment_row *fk_roster_compartment_row_of(const fk_roster *roster, const fk_id *compartment)
{
    fk_roster_compartment_row *rows = roster->compartments.items;
    for (size_t i = 0; i < roster->compartments.count; i++) {
        if (fk_id_equal(&rows[i].entry.compartment, compartment)) {
            return &rows[i];
        }
    }
    return NULL;
}

bool fk_roster_person_is_member(const fk_roster *roster, const fk_id *person, const fk_id *compartment,
                                uint32_t at_index)
{
    const fk_member_event *events = roster->memberships.items;
    for (size_t i = roster->memberships.count; i-- > 0;) {
        if (events[i].index <= at_index && fk_id_equal(&events[i].person, person) &&
            fk_id_equal(&events[i].compartment, compartment)) {
            return events[i].is_member;
        }
    }
    return false;
}
