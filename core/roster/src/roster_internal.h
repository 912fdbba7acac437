/* roster_internal.h — what a roster holds, shared by the files of this folder and its tests. */
#ifndef FK_ROSTER_INTERNAL_H
#define FK_ROSTER_INTERNAL_H

#include "fk/roster.h"

/* Items of one size that only grow. A reserve that fails leaves everything as it was. */
typedef struct fk_rows {
    void *items;
    size_t count;
    size_t capacity;
    size_t item_size_bytes;
} fk_rows;

/* Make room for one more. FK_ERR_NO_MEMORY; FK_ERR_TOO_LARGE when there are count_max already. */
FK_MUST_USE fk_status fk_rows_reserve(const fk_allocator *allocator, fk_rows *rows, size_t count_max);
/* Room was reserved. item: item_size_bytes, copied. */
void fk_rows_add(fk_rows *rows, const void *item);
void fk_rows_free(const fk_allocator *allocator, fk_rows *rows);

/* One membership entry: the newest at or before an index decides. */
typedef struct fk_member_event {
    fk_id compartment;
    fk_id person;
    uint32_t index;
    bool is_member;
} fk_member_event;

/* One role entry, likewise. */
typedef struct fk_role_event {
    fk_id person;
    uint32_t index;
    uint32_t roles;
} fk_role_event;

typedef struct fk_epoch_row {
    fk_roster_epoch entry;
    fk_digest hash;
    fk_id maker_device;
} fk_epoch_row;

struct fk_roster {
    const fk_allocator *allocator;
    fk_id agency;
    fk_roster_founding founding; /* meant from the first entry on */
    bool is_founding_used;
    fk_rows hashes;        /* fk_digest, one an entry */
    fk_rows devices;       /* fk_roster_device_row */
    fk_rows persons;       /* fk_roster_person_row */
    fk_rows compartments;  /* fk_roster_compartment_row */
    fk_rows memberships;   /* fk_member_event, by index */
    fk_rows roles;         /* fk_role_event, by index */
    fk_rows epochs;        /* fk_epoch_row, by index */
    fk_rows recovery_keys; /* fk_roster_recovery_key_row, by index */
};

/* NULL: none. Those that can be changed belong to the roster. */
fk_roster_device_row *fk_roster_device_row_of(const fk_roster *roster, const fk_id *device);
fk_roster_person_row *fk_roster_person_row_of(const fk_roster *roster, const fk_id *person);
fk_roster_compartment_row *fk_roster_compartment_row_of(const fk_roster *roster, const fk_id *compartment);

/* Was the person a member when the roster ended at that index? */
bool fk_roster_person_is_member(const fk_roster *roster, const fk_id *person, const fk_id *compartment,
                                uint32_t at_index);

/* What an entry that may be added would do. */
typedef struct fk_roster_step {
    fk_roster_entry entry;
    fk_roster_payload payload; /* its kind is FK_ROSTER_LATER for every kind that does nothing yet */
    fk_id maker_device;        /* zero: signed by root or the founding key */
    bool uses_founding_key;
} fk_roster_step;

/* Everything fk_roster_append() refuses but for want of memory. Changes nothing. */
FK_MUST_USE fk_status fk_roster_check(const fk_roster *roster, fk_bytes entry, fk_roster_step *step_out,
                                      fk_error *error);

#endif
