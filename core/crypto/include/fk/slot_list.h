/* fk/slot_list.h — which slots of the key file are in use, as the open vault remembers it.
 *
 * In the key file a slot in use and an unused one look alike, also to us. So the list is kept inside the vault, where
 * it is sealed like every record.
 *
 *   version u8 = 1 | count u8 | for each, by index: index u8 | type u8 | flags u8 | label size u8 | made on, ms u64 |
 *   label, UTF-8                                                                  integers little-endian */
#ifndef FK_SLOT_LIST_H
#define FK_SLOT_LIST_H

#include "fk/keyfile.h"

enum {
    FK_SLOT_LABEL_SIZE_BYTES_MAX = 79,
    FK_SLOT_LIST_SIZE_BYTES_MAX = 2 + FK_KEYFILE_SLOT_COUNT * (12 + FK_SLOT_LABEL_SIZE_BYTES_MAX),
};

typedef struct fk_slot_entry {
    uint32_t slot_index;
    fk_slot_type type;
    bool is_retiring; /* replaced, and not yet known to be overwritten */
    uint64_t made_on_ms;
    size_t label_size_bytes;
    uint8_t label[FK_SLOT_LABEL_SIZE_BYTES_MAX];
} fk_slot_entry;

typedef struct fk_slot_list {
    size_t count;
    fk_slot_entry entries[FK_KEYFILE_SLOT_COUNT]; /* by index, none twice */
} fk_slot_list;

/* How many bytes were written; at most FK_SLOT_LIST_SIZE_BYTES_MAX. */
size_t fk_slot_list_write(const fk_slot_list *list, uint8_t *bytes_out);
/* FK_ERR_DAMAGED, FK_ERR_NEWER_VERSION; then *list_out is empty. Types are not checked: a newer version may have more.
 */
FK_MUST_USE fk_status fk_slot_list_read(fk_bytes bytes, fk_slot_list *list_out);

/* NULL when the slot is not in the list. Borrowed from the list until it changes. */
fk_slot_entry *fk_slot_list_find(fk_slot_list *list, uint32_t slot_index);
/* Replaces what stands at entry's index. */
void fk_slot_list_put(fk_slot_list *list, const fk_slot_entry *entry);
void fk_slot_list_remove(fk_slot_list *list, uint32_t slot_index);
/* The lowest index that is not in the list. FK_ERR_NO_SLOT. */
FK_MUST_USE fk_status fk_slot_list_free_slot(const fk_slot_list *list, uint32_t *slot_index_out);
/* How many of these types are in the list and not retiring. */
size_t fk_slot_list_count_of(const fk_slot_list *list, const fk_slot_type *types, size_t type_count);

#endif
