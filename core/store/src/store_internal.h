/* store_internal.h — what the files of core/store share. */
#ifndef FK_STORE_INTERNAL_H
#define FK_STORE_INTERNAL_H

#include "fk/store_sync.h"

#include "query.h"
#include "vfs.h"

enum {
    FK_HLC_COUNTER_BITS = 16,
    FK_TYPE_SIZE_BYTES_MAX = 255, /* as on the wire */
};

/* How records.visibility stands in the tables. */
typedef enum fk_visibility {
    FK_VISIBILITY_SHOWN = 0,
    FK_VISIBILITY_HIDDEN = 1,
    FK_VISIBILITY_REOPENED = 2, /* shown although its state says hidden: somebody wrote without knowing */
} fk_visibility;

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
    bool is_writing;      /* between begin and its end */
    bool needs_rebuild;   /* before the commit (apply.c) */
    bool has_stale_index; /* SQLite rolled back by itself (store.c) */
    bool is_read_only;    /* begin refuses */
    fk_vfs_report report; /* of opening */
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
    int64_t adopted_sequence; /* 0: it was never another device's */
    fk_id adopted_device;
} fk_operation;

/* Bind the twelve columns of an operation that travel, in the order of FK_SQL_OPERATION_ADD (operations.c). */
void fk_operation_bind(fk_query *query, const fk_operation *operation, const fk_field_write *field, fk_bytes reason);
/* Whole entries, at most FK_OVER_COUNT_MAX, in bytewise order, none twice (operations.c). */
FK_MUST_USE bool fk_over_is_valid(fk_bytes over);
/* A number kept in vault_meta (operations.c). */
FK_MUST_USE fk_status fk_store_number_put(fk_store *store, const char *key, int64_t number);
/* Insert one operation, and the name it had if it was adopted (operations.c). arrived_ms 0: made here. */
FK_MUST_USE fk_status fk_operation_insert(fk_store *store, const fk_operation *operation, const fk_field_write *field,
                                          fk_bytes reason, uint64_t arrived_ms);

/* Keep the name an operation had before; one it has already stays (operations.c). */
FK_MUST_USE fk_status fk_adoption_add(fk_store *store, const fk_operation *operation);

/* Operations in a row of one device, mutation and record: what the derived tables keep of the record as a whole is
 * written once for all of them. Begins as zeros; with is_list_stale where every case is listed anew anyway. The last
 * two stay from run to run. */
typedef struct fk_operation_run {
    fk_operation newest; /* by sequence; its field and over are not kept, its type stands below */
    uint8_t type[FK_TYPE_SIZE_BYTES_MAX];
    int64_t count;
    int64_t least_hlc;
    int64_t most_hlc;
    int64_t last_edit;  /* newest sequence of another field than state, or 0 */
    int64_t list_hlc;   /* newest of all runs since the list was brought up to date, or 0 */
    bool is_list_stale; /* they changed more of their case's row than that */
} fk_operation_run;

/* Bring the derived tables but the list of cases up to date with one operation that is in the log (derived.c). What
 * concerns its record as a whole follows when the run ends: by another record's operation, or by fk_derived_finish.
 * ignored  counts `over` links that do nothing: outside the author's frontier, or of another field. NULL is allowed. */
FK_MUST_USE fk_status fk_derived_apply(fk_store *store, fk_operation_run *run, const fk_operation *operation,
                                       uint32_t *ignored);
FK_MUST_USE fk_status fk_derived_finish(fk_store *store, fk_operation_run *run);

/* Bring the list row and the names of one case up to date (case_list.c). */
FK_MUST_USE fk_status fk_derived_refresh_case(fk_store *store, const fk_id *case_id);
/* The same after the runs of its operations, which are finished: most changes raise only the time of the newest. */
FK_MUST_USE fk_status fk_derived_list_case(fk_store *store, const fk_operation_run *run, const fk_id *case_id);

/* Fill the empty list of cases (case_list.c). */
FK_MUST_USE fk_status fk_derived_refresh_cases(fk_store *store);

/* The name of what opening found; empty for none. Static storage (damage.c). */
const char *fk_store_damage_name(fk_vfs_damage damage);

/* Read device, next sequence, newest HLC and draft number after opening (operations.c). */
FK_MUST_USE fk_status fk_operations_load(fk_store *store);

#endif
