#include "fk/slot_list.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"

#include "fk/banned.h"

enum {
    VERSION = 1,
    HEADER_SIZE_BYTES = 2,
    ENTRY_SIZE_BYTES = 12, /* without its label */
    FLAG_RETIRING = 1,
};

size_t fk_slot_list_write(const fk_slot_list *list, uint8_t *bytes_out)
{
    size_t at = HEADER_SIZE_BYTES;
    bytes_out[0] = VERSION;
    bytes_out[1] = (uint8_t)list->count;
    for (size_t i = 0; i < list->count; i++) {
        const fk_slot_entry *entry = &list->entries[i];
        bytes_out[at] = (uint8_t)entry->slot_index;
        bytes_out[at + 1] = (uint8_t)entry->type;
        bytes_out[at + 2] = entry->is_retiring ? FLAG_RETIRING : 0;
        bytes_out[at + 3] = (uint8_t)entry->label_size_bytes;
        fk_put_u64(bytes_out + at + 4, entry->made_on_ms);
        memcpy(bytes_out + at + ENTRY_SIZE_BYTES, entry->label, entry->label_size_bytes);
        at += ENTRY_SIZE_BYTES + entry->label_size_bytes;
    }
    return at;
}

/* The entry at *offset, which moves behind it. least: the smallest index that may come. */
static bool read_entry(fk_bytes bytes, size_t *offset, uint32_t least, fk_slot_entry *entry_out)
{
    if (bytes.size_bytes - *offset < ENTRY_SIZE_BYTES) {
        return false;
    }
    const uint8_t *entry = bytes.data + *offset;
    size_t label_size_bytes = entry[3];
    bool is_label_there = label_size_bytes <= FK_SLOT_LABEL_SIZE_BYTES_MAX &&
                          label_size_bytes <= bytes.size_bytes - *offset - ENTRY_SIZE_BYTES;
    if ((!is_label_there && !FK_PLANTED(SLOT_LABEL_BOUND)) || entry[0] < least || entry[0] >= FK_KEYFILE_SLOT_COUNT ||
        entry[1] == 0 || entry[2] > FLAG_RETIRING) {
        return false;
    }
    *entry_out = (fk_slot_entry){
        .slot_index = entry[0],
        .type = (fk_slot_type)entry[1],
        .is_retiring = entry[2] == FLAG_RETIRING,
        .made_on_ms = fk_get_u64(entry + 4),
        .label_size_bytes = label_size_bytes,
    };
    memcpy(entry_out->label, entry + ENTRY_SIZE_BYTES, label_size_bytes);
    *offset += ENTRY_SIZE_BYTES + label_size_bytes;
    return fk_utf8_is_valid(fk_bytes_of(entry_out->label, label_size_bytes));
}

fk_status fk_slot_list_read(fk_bytes bytes, fk_slot_list *list_out)
{
    *list_out = (fk_slot_list){ .count = 0 };
    if (bytes.size_bytes < HEADER_SIZE_BYTES || bytes.data[0] == 0) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    if (bytes.data[0] > VERSION) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    size_t count = bytes.data[1];
    size_t offset = HEADER_SIZE_BYTES;
    bool is_good = count <= FK_KEYFILE_SLOT_COUNT;
    for (size_t i = 0; is_good && i < count; i++) {
        uint32_t least = i == 0 ? 0 : list_out->entries[i - 1].slot_index + 1;
        is_good = read_entry(bytes, &offset, least, &list_out->entries[i]);
    }
    if (!is_good || offset != bytes.size_bytes) {
        *list_out = (fk_slot_list){ .count = 0 };
        return fk_status_of(FK_ERR_DAMAGED);
    }
    list_out->count = count;
    return fk_ok();
}

fk_slot_entry *fk_slot_list_find(fk_slot_list *list, uint32_t slot_index)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->entries[i].slot_index == slot_index) {
            return &list->entries[i];
        }
    }
    return NULL;
}

void fk_slot_list_put(fk_slot_list *list, const fk_slot_entry *entry)
{
    FK_ASSERT(entry->slot_index < FK_KEYFILE_SLOT_COUNT);
    FK_ASSERT(entry->label_size_bytes <= FK_SLOT_LABEL_SIZE_BYTES_MAX);
    fk_slot_list_remove(list, entry->slot_index);
    size_t at = 0;
    while (at < list->count && list->entries[at].slot_index < entry->slot_index) {
        at++;
    }
    memmove(&list->entries[at + 1], &list->entries[at], (list->count - at) * sizeof list->entries[0]);
    list->entries[at] = *entry;
    list->count++;
}

void fk_slot_list_remove(fk_slot_list *list, uint32_t slot_index)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->entries[i].slot_index != slot_index) {
            list->entries[kept++] = list->entries[i];
        }
    }
    list->count = kept;
}

fk_status fk_slot_list_free_slot(const fk_slot_list *list, uint32_t *slot_index_out)
{
    uint32_t index = 0;
    while (index < list->count && list->entries[index].slot_index == index) {
        index++;
    }
    *slot_index_out = index;
    return fk_status_of(index < FK_KEYFILE_SLOT_COUNT ? FK_OK : FK_ERR_NO_SLOT);
}

size_t fk_slot_list_count_of(const fk_slot_list *list, const fk_slot_type *types, size_t type_count)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        for (size_t t = 0; t < type_count; t++) {
            count += list->entries[i].type == types[t] && !list->entries[i].is_retiring;
        }
    }
    return count;
}
