/* store_internal.h — what the files of core/store share. */
#ifndef FK_STORE_INTERNAL_H
#define FK_STORE_INTERNAL_H

#include "fk/store.h"

#include "query.h"
#include "vfs.h"

enum { FK_COMPARTMENT_HOME = 0 };

/* What the next writes are named by. */
typedef struct fk_counters {
    int64_t next_sequence; /* of this device in the home compartment */
    int64_t newest_hlc;    /* of this device */
    int64_t draft_number;  /* of the newest draft save */
} fk_counters;

struct fk_store {
    const fk_allocator *allocator;
    fk_vfs *vfs;
    sqlite3 *database;
    fk_statements statements;
    fk_id device;
    fk_counters counters;
    fk_counters at_begin; /* what a rollback goes back to */
};

/* The operation being applied, as the derived tables need it. */
typedef struct fk_operation {
    int64_t compartment;
    fk_id device;
    int64_t sequence;
    int64_t hlc;
    fk_id case_id;
    fk_id record;
    fk_id mutation;
    fk_bytes type;
    fk_bytes field;
    fk_bytes over;
} fk_operation;

enum { FK_OVER_ENTRY_SIZE_BYTES = FK_ID_SIZE_BYTES + 8 };

/* Bring mutations, records and heads up to date with one operation (derived.c). */
FK_MUST_USE fk_status fk_derived_apply(fk_store *store, const fk_operation *operation);
/* Bring the list row and the names of one case up to date (derived.c). */
FK_MUST_USE fk_status fk_derived_refresh_case(fk_store *store, const fk_id *case_id);

/* Read device, next sequence, newest HLC and draft number after opening (operations.c). */
FK_MUST_USE fk_status fk_operations_load(fk_store *store);

#endif
