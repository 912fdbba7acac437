/* fk/store.h — the records of one vault: operations, drafts, and what is derived from them.
 *
 * Every change of a record is an operation in an append-only log (docs/adr/0004). Tables that lists
 * and searches read are derived: deleting and rebuilding them from the sources gives the same bytes
 * (fk_store_check proves it). No function here writes a derived table without its operation.
 * Values are canonical JSON text and opaque here.
 *
 * Transactions are explicit: fk_store_begin, any number of writes, fk_store_commit. A commit is
 * acknowledged only after the flush. When fk_store_failure() says so, close and open again.
 * Views handed to visitors are borrowed until the visitor returns. */
#ifndef FK_STORE_H
#define FK_STORE_H

#include "fk/crypto.h"
#include "fk/port.h"

typedef struct fk_store fk_store; /* opaque */

typedef struct fk_store_config {
    const fk_allocator *allocator;
    const fk_disk *disk;
    const fk_vault_keys *keys; /* borrowed until the store is open */
    fk_id vault_id;
    bool is_read_only; /* open what is consistent of a damaged vault; every write is FK_ERR_READ_ONLY */
} fk_store_config;

typedef struct fk_store_report {
    bool torn_tail;           /* the last record of the log was incomplete and was dropped */
    bool finished_checkpoint; /* an interrupted checkpoint was brought to its end */
    bool rewrite_pending;     /* no room for that: everything can be read, each commit is FK_ERR_FULL until there is */
    bool is_read_only;        /* asked for, or a newer app wrote the tables in a way this one can read */
} fk_store_report;

/* Newest version of the tables, and of SQLite; static storage. */
uint32_t fk_store_version(void);
const char *fk_store_sqlite_version(void);

/* Make the files of a new vault, empty, with the newest schema.
 *
 * store_out  on FK_OK owned by the caller, release with fk_store_close(); else NULL.
 * Fails with FK_ERR_EXISTS (files are not empty), FK_ERR_FULL, FK_ERR_IO, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_store_create(const fk_store_config *config, fk_store **store_out, fk_error *error);

/* Open, recover the log, bring the schema to the newest version. A vault of a newer version that says it can be read by
 * this one opens for reading only (docs/adr/0013). With config->is_read_only nothing on disk changes, and damage of the
 * logs does not keep the vault shut: what is missing says fk_store_damage_read().
 *
 * report_out  filled on FK_OK.
 * Fails with FK_ERR_AUTH (wrong keys), FK_ERR_DAMAGED, FK_ERR_NEWER_VERSION, FK_ERR_FULL, FK_ERR_IO,
 * FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_store_open(const fk_store_config *config, fk_store **store_out, fk_store_report *report_out,
                                    fk_error *error);

/* Roll back what is open, close, wipe. NULL is allowed. */
void fk_store_close(fk_store *store);

/* FK_OK while the store works; else why it must be closed and opened again (FK_ERR_IO, FK_ERR_DAMAGED). */
fk_status fk_store_failure(const fk_store *store);

FK_MUST_USE fk_status fk_store_begin(fk_store *store);
FK_MUST_USE fk_status fk_store_commit(fk_store *store);
/* Also right when nothing is open, or when SQLite rolled back by itself. */
void fk_store_rollback(fk_store *store);

/* --- room, tidying up, damage ------------------------------------------------------------------ */

enum {
    /* Some dozens of saves of a form. */
    FK_STORE_ROOM_SIZE_BYTES = 1024 * 1024,
    /* A log shorter than this is left as it is when the app is idle: opening replays it in a moment. */
    FK_STORE_CHECKPOINT_WORTH_BYTES = 256 * 1024,
    FK_STORE_UNREADABLE_COUNT_MAX = 100,
};

/* Move the log into the page file whatever it holds. FK_ERR_FULL, FK_ERR_NO_MEMORY: nothing lost. FK_ERR_IO. */
FK_MUST_USE fk_status fk_store_checkpoint(fk_store *store);
/* The same if the log holds FK_STORE_CHECKPOINT_WORTH_BYTES or more. */
FK_MUST_USE fk_status fk_store_tidy(fk_store *store, bool *is_moved_out);
/* Take room on the disk for the next FK_STORE_ROOM_SIZE_BYTES of saves. FK_ERR_FULL: there is none. FK_ERR_IO. */
FK_MUST_USE fk_status fk_store_reserve(fk_store *store);

typedef struct fk_store_damage {
    const char *what;          /* static; empty: opening found none */
    uint64_t missing_count;    /* transactions known to be missing at the end */
    uint64_t newest_ms;        /* of the newest save that is there; 0: none can be read */
    uint32_t case_count;       /* listed */
    bool is_list_cut;          /* the list of cases cannot be read to its end */
    uint32_t unreadable_count; /* cases of which something cannot be read; unreadable has the first of them */
    fk_id unreadable[FK_STORE_UNREADABLE_COUNT_MAX];
} fk_store_damage;

/* Read every case and say what is missing. FK_ERR_IO, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_store_damage_read(fk_store *store, fk_store_damage *damage_out);

/* --- small facts of the vault: device id, wrapped identity ---------------------------------- */

FK_MUST_USE fk_status fk_store_meta_put(fk_store *store, const char *key, fk_bytes value);
/* FK_ERR_NOT_FOUND when there is none. The copy lives in the arena. */
FK_MUST_USE fk_status fk_store_meta_get(fk_store *store, const char *key, fk_arena *arena, fk_bytes *value_out);

/* The id of this device, made with the vault. Borrowed from the store. */
const fk_id *fk_store_device(const fk_store *store);

/* --- operations ------------------------------------------------------------------------------- */

typedef struct fk_mutation {
    fk_id id;         /* made by the caller; a repeat is found by it */
    uint64_t time_ms; /* wall clock of the caller when the person acted */
    fk_bytes reason;  /* may be empty */
} fk_mutation;

typedef struct fk_field_write {
    fk_bytes field; /* name, or name/key */
    bool has_value; /* false takes the value away */
    fk_bytes value; /* canonical JSON text */
    /* The current writes of other devices that this one replaces, because its author saw them: device and sequence
     * (FK_OVER_SIZE_BYTES of fk/wire.h) each, in bytewise order, none twice (docs/adr/0011). Empty: only the
     * device's own earlier write. Links to what is no write of this field known here do nothing. */
    fk_bytes over;
} fk_field_write;

typedef struct fk_record_write {
    fk_id case_id;
    fk_id record;
    fk_bytes type;
    const fk_field_write *fields;
    size_t field_count;
} fk_record_write;

/* Append one operation per field and bring the derived tables up to date. Inside a transaction.
 * On any error roll back. FK_ERR_INVALID_INPUT: a time beyond the year 6429, or the form of `over`. */
FK_MUST_USE fk_status fk_store_write(fk_store *store, const fk_mutation *mutation, const fk_record_write *writes,
                                     size_t write_count);

/* How many operations of this device carry this mutation; 0 when it is new. */
FK_MUST_USE fk_status fk_store_mutation_size(fk_store *store, const fk_id *mutation, uint32_t *operation_count_out);

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct fk_record_row {
    fk_id record;
    fk_id case_id;
    fk_bytes type;
    uint64_t created_ms;
    uint64_t changed_ms;
    bool is_hidden;
    bool is_reopened; /* shown although its state says hidden: somebody wrote to it without knowing that */
} fk_record_row;

typedef fk_status fk_record_visitor(void *ctx, const fk_record_row *row);
typedef fk_status fk_field_visitor(void *ctx, const fk_field_write *field);

/* The record by id, hidden or not; type lives in the arena. FK_ERR_NOT_FOUND. */
FK_MUST_USE fk_status fk_store_record(fk_store *store, const fk_id *record, fk_arena *arena, fk_record_row *row_out);
/* Shown records of a case, oldest first, after `after` (NULL: from the start), at most limit. */
FK_MUST_USE fk_status fk_store_records(fk_store *store, const fk_id *case_id, const fk_id *after, uint32_t limit,
                                       fk_record_visitor *visitor, void *ctx);
/* Current fields of a record in bytewise order of their names, the newest write of each; taken-away values are left
 * out. Where there may be several current writes: fk_store_heads (fk/store_sync.h). */
FK_MUST_USE fk_status fk_store_fields(fk_store *store, const fk_record_row *row, fk_field_visitor *visitor, void *ctx);

typedef struct fk_case_row {
    fk_id case_id;
    fk_bytes victim_name;
    fk_bytes reference;
    fk_bytes status;
    fk_bytes next_review_on; /* empty when there is none */
    uint64_t changed_ms;
    uint32_t draft_count;
} fk_case_row;

typedef struct fk_case_query {
    fk_bytes search; /* words, each a prefix of a name of somebody on the case; empty: all */
    bool closed_too;
    uint32_t limit;
    bool has_after; /* continue after the row of the page before with this sort key and id */
    uint64_t after_sort_key;
    fk_id after_case_id;
} fk_case_query;

typedef fk_status fk_case_visitor(void *ctx, const fk_case_row *row, uint64_t sort_key);

/* Cases by newest change. sort_key of the last row continues the next page. */
FK_MUST_USE fk_status fk_store_cases(fk_store *store, const fk_case_query *query, fk_case_visitor *visitor, void *ctx,
                                     uint32_t *total_count_out);

/* --- drafts ----------------------------------------------------------------------------------- */

typedef struct fk_draft_row {
    fk_id record;
    fk_id case_id;
    fk_bytes type;
    uint64_t saved_ms;
    uint64_t number;
} fk_draft_row;

typedef fk_status fk_draft_visitor(void *ctx, const fk_draft_row *row);

/* Keep values of a draft; a value replaces the one of the same field. Inside a transaction. What a field keeps as
 * `over` is what came with its first value: later saves do not change it (docs/adr/0011).
 * number_out is the save's own number: it only grows on this device. */
FK_MUST_USE fk_status fk_store_draft_put(fk_store *store, const fk_record_write *write, uint64_t time_ms,
                                         uint64_t *number_out);
FK_MUST_USE fk_status fk_store_draft_remove(fk_store *store, const fk_id *record); /* FK_ERR_NOT_FOUND */
FK_MUST_USE fk_status fk_store_draft(fk_store *store, const fk_id *record, fk_arena *arena, fk_draft_row *row_out);
/* Drafts of a case, at most limit, newest save last. */
FK_MUST_USE fk_status fk_store_drafts(fk_store *store, const fk_id *case_id, uint32_t limit, fk_draft_visitor *visitor,
                                      void *ctx);
/* Drafts of cases that fk_store_cases does not list, because nothing of them was finished yet; newest save first. */
FK_MUST_USE fk_status fk_store_unlisted_drafts(fk_store *store, uint32_t limit, fk_draft_visitor *visitor, void *ctx);
/* Drafts of cases that it lists; newest save first. */
FK_MUST_USE fk_status fk_store_listed_drafts(fk_store *store, uint32_t limit, fk_draft_visitor *visitor, void *ctx);
/* Fields of a draft in bytewise order, each with its `over`; has_value false where the draft takes a value away. */
FK_MUST_USE fk_status fk_store_draft_fields(fk_store *store, const fk_id *record, fk_field_visitor *visitor, void *ctx);

/* --- care of the store ------------------------------------------------------------------------ */

typedef struct fk_store_numbers {
    uint64_t page_file_bytes;
    uint64_t log_bytes;
    uint64_t operation_count;
    uint64_t draft_count;
    uint64_t unsent_count;     /* own operations that no hub has acknowledged, and drafts */
    uint64_t oldest_unsent_ms; /* 0 when nothing is unsent */
} fk_store_numbers;

FK_MUST_USE fk_status fk_store_numbers_read(fk_store *store, fk_store_numbers *numbers_out);

typedef struct fk_store_check_result {
    bool pages_good;
    bool rebuilt_equal;
    uint64_t row_count;
    uint8_t digest[32]; /* BLAKE2b-256 over the dump of the derived tables */
} fk_store_check_result;

/* Verify every page, delete every derived table, rebuild, compare the dumps. Rolled back. */
FK_MUST_USE fk_status fk_store_check(fk_store *store, fk_store_check_result *result_out);

/* Delete every derived table and fill it again from the sources. Inside a transaction. */
FK_MUST_USE fk_status fk_store_rebuild(fk_store *store);

/* Give every row of every derived table to the visitor as text, in a fixed order. For tests and
 * for comparing two devices. */
typedef void fk_dump_visitor(void *ctx, fk_bytes piece);
FK_MUST_USE fk_status fk_store_dump(fk_store *store, fk_dump_visitor *visitor, void *ctx, uint64_t *row_count_out);

#endif
