/* fk/store_sync.h — what of a vault travels: sealed segments, other devices' operations, roster,
 * grants, frontiers, and how far each of them got.
 *
 * Compartments are small numbers of this vault (fk/store.h): 0 is the home compartment, whatever id
 * its team got at enrolment. Everything here runs inside a transaction of fk_store_begin() unless it
 * only reads. Sealed bytes are kept as they came: they are offered again to a hub that lost them. */
#ifndef FK_STORE_SYNC_H
#define FK_STORE_SYNC_H

#include "fk/store.h"
#include "fk/wire.h"

/* --- compartments ------------------------------------------------------------------------------ */

enum { FK_COMPARTMENT_HOME = 0 };

/* Give the home compartment its team's id (once), or make the next number for another.
 * number_out of a known id is the one it has. FK_ERR_EXISTS: home has another id. */
FK_MUST_USE fk_status fk_store_compartment_set(fk_store *store, const fk_id *compartment, bool is_home,
                                               uint32_t *number_out);
/* FK_ERR_NOT_FOUND. */
FK_MUST_USE fk_status fk_store_compartment_number(fk_store *store, const fk_id *compartment, uint32_t *number_out);
/* FK_ERR_NOT_FOUND: home before enrolment, or no such number. */
FK_MUST_USE fk_status fk_store_compartment_id(fk_store *store, uint32_t number, fk_id *compartment_out);

/* --- segments ----------------------------------------------------------------------------------- */

typedef enum fk_segment_state {
    FK_SEGMENT_SEALED = 0,   /* own, not acknowledged by the hub */
    FK_SEGMENT_SENT = 1,     /* own, acknowledged */
    FK_SEGMENT_RECEIVED = 2, /* another device's, its operations are in the log */
    FK_SEGMENT_WAITING = 3,  /* another device's: cannot be opened yet, its key is not here */
    FK_SEGMENT_REFUSED = 4,  /* another device's: opened or checked and found wrong; kept, reported, never merged */
} fk_segment_state;

typedef struct fk_segment_row {
    uint32_t compartment;
    fk_id device;
    uint64_t first_sequence;
    uint64_t last_sequence;
    fk_digest id;
    fk_segment_state state;
    fk_bytes bytes;  /* whole */
    uint8_t problem; /* fk_code of a refused one, of a SEALED one by which the hub refused it last; else 0 */
} fk_segment_row;

typedef fk_status fk_segment_visitor(void *ctx, const fk_segment_row *row);

/* Keep one at the end of its chain. The same again changes nothing, whatever its state here. FK_ERR_GAP (the one
 * before is missing), FK_ERR_FORK (its place holds another), FK_ERR_INVALID_INPUT (sequences). */
FK_MUST_USE fk_status fk_store_segment_add(fk_store *store, const fk_segment_row *row, uint64_t arrived_ms);
/* FK_ERR_NOT_FOUND. */
FK_MUST_USE fk_status fk_store_segment_state(fk_store *store, uint32_t compartment, const fk_id *device,
                                             uint64_t first_sequence, fk_segment_state state, uint8_t problem);
/* Segments in a state, by compartment, device, sequence. */
FK_MUST_USE fk_status fk_store_segments(fk_store *store, fk_segment_state state, uint32_t limit,
                                        fk_segment_visitor *visitor, void *ctx);
/* Segments of one chain whose last sequence is above `after`, in order. */
FK_MUST_USE fk_status fk_store_chain(fk_store *store, uint32_t compartment, const fk_id *device, uint64_t after,
                                     uint32_t limit, fk_segment_visitor *visitor, void *ctx);

/* The end of each chain held here, own ones too: what a frontier lists. */
typedef struct fk_chain_head {
    uint32_t compartment;
    fk_id device;
    uint64_t last_sequence; /* of sealed operations */
    fk_digest id;           /* of the segment that holds it */
} fk_chain_head;

typedef fk_status fk_chain_visitor(void *ctx, const fk_chain_head *head);
/* merged_only: a chain ends before its first segment in WAITING or REFUSED. */
FK_MUST_USE fk_status fk_store_chain_heads(fk_store *store, uint32_t compartment, bool merged_only,
                                           fk_chain_visitor *visitor, void *ctx);
/* last_sequence 0 and a zero id when the chain is empty. */
FK_MUST_USE fk_status fk_store_chain_head(fk_store *store, uint32_t compartment, const fk_id *device,
                                          fk_chain_head *head_out);

/* --- operations of other devices ------------------------------------------------------------------ */

/* One own operation that no segment holds yet. */
typedef struct fk_unsealed_row {
    uint32_t compartment;
    uint64_t sequence;
    fk_id case_id;
    fk_wire_operation operation; /* views until the visitor returns */
} fk_unsealed_row;

typedef fk_status fk_unsealed_visitor(void *ctx, const fk_unsealed_row *row);
/* Own operations above the chain head, in sequence order, as far as one frontier holds for them: what arrived between
 * two writes begins a new segment, because the first was made without knowing it. So: take rows until the case
 * changes or a segment is full, seal with the entries of fk_store_frontier_news, add, ask again until none comes.
 * The visitor ends the visit early with FK_ERR_TOO_LARGE answered from itself: that is passed on. */
FK_MUST_USE fk_status fk_store_unsealed(fk_store *store, uint32_t compartment, uint32_t limit,
                                        fk_unsealed_visitor *visitor, void *ctx);

typedef fk_status fk_frontier_visitor(void *ctx, const fk_frontier_entry *entry);
/* What this device's operations from first_sequence (the one after the chain head) on know and those before did not:
 * the frontier entries of the segment that begins there, by device. The store keeps them itself as others' operations
 * are applied. */
FK_MUST_USE fk_status fk_store_frontier_news(fk_store *store, uint32_t compartment, uint64_t first_sequence,
                                             fk_frontier_visitor *visitor, void *ctx);

typedef struct fk_remote_segment {
    uint32_t compartment;
    fk_id device;
    uint64_t first_sequence;
    fk_id case_id;
    const fk_frontier_entry *frontier; /* what changed since the author's segment before */
    size_t frontier_count;
    const fk_wire_operation *operations;
    size_t operation_count;
    bool is_taken_back; /* this device's own, which the vault no longer has: it was put back to an older state */
} fk_remote_segment;

/* Add another device's operations to the log and bring the derived tables up to date. Values were checked by the
 * caller. An `over` link counts only for the same compartment, record and field and inside the author's frontier
 * (all its segments up to this one); ignored_over_out counts the others, which stay in the log and do nothing.
 * now_ms is this device's clock as corrected by the hub's: the HLC here never advances past it by more than 5 minutes
 * (docs/adr/0011). A repeat of what is there already changes nothing. Any order of segments gives the same tables
 * once committed; one that comes after a later one of its device (it waited for a key) costs that commit a rebuild.
 *
 * On any error roll back; the first two come before anything is written. FK_ERR_FORK (some of these sequences hold
 * something else; it is this device's, says more than it wrote and is not to be taken back, or does not go on from
 * there), FK_ERR_INVALID_INPUT (numbers out of range, the
 * form of `over`), FK_ERR_NO_MEMORY, FK_ERR_FULL, FK_ERR_IO. */
FK_MUST_USE fk_status fk_store_apply(fk_store *store, const fk_remote_segment *segment, uint64_t now_ms,
                                     uint32_t *ignored_over_out);

/* --- roster, grants, frontiers --------------------------------------------------------------------- */

typedef fk_status fk_roster_bytes_visitor(void *ctx, uint32_t index, fk_bytes entry);
/* Keep the entry after the last. The same again changes nothing. FK_ERR_HEAD_MOVED (another index comes next),
 * FK_ERR_FORK (that index holds another). */
FK_MUST_USE fk_status fk_store_roster_add(fk_store *store, uint32_t index, fk_bytes entry);
FK_MUST_USE fk_status fk_store_roster(fk_store *store, fk_roster_bytes_visitor *visitor, void *ctx);

/* An epoch key, opened once from its grant and kept inside the encrypted vault. FK_ERR_EXISTS: another key is here. */
FK_MUST_USE fk_status fk_store_epoch_key_put(fk_store *store, const fk_id *compartment, uint32_t epoch,
                                             const fk_key *key);
/* FK_ERR_NOT_FOUND. Wipe the key. */
FK_MUST_USE fk_status fk_store_epoch_key(fk_store *store, const fk_id *compartment, uint32_t epoch, fk_key *key_out);
/* Newest epoch a key is here for; 0: none. */
FK_MUST_USE fk_status fk_store_epoch_newest(fk_store *store, const fk_id *compartment, uint32_t *epoch_out);

/* The newest frontier another device posted, as far as it is about this device: how "confirmed" is known. One with a
 * lower number changes nothing. The caller checks the hash. FK_ERR_INVALID_INPUT: beyond what was ever sealed here. */
FK_MUST_USE fk_status fk_store_confirmation_put(fk_store *store, uint32_t compartment, const fk_id *by_device,
                                                uint64_t number, uint64_t last_sequence);
/* Largest own sequence confirmed by any device given there; 0: none. */
FK_MUST_USE fk_status fk_store_confirmed_sequence(fk_store *store, uint32_t compartment, uint64_t *sequence_out);

/* --- what the vault wants of a run (docs/adr/0010) --------------------------------------------------- */

/* Small things under a kind and an id that their owner chooses: an enrolment begun, an invitation. */
enum { FK_WANT_SIZE_BYTES_MAX = 65536 };
typedef fk_status fk_want_visitor(void *ctx, const fk_id *id, fk_bytes value);
/* Replaces. FK_ERR_TOO_LARGE. */
FK_MUST_USE fk_status fk_store_want_put(fk_store *store, uint32_t kind, const fk_id *id, fk_bytes value);
/* FK_ERR_NOT_FOUND. The copy lives in the arena. */
FK_MUST_USE fk_status fk_store_want_get(fk_store *store, uint32_t kind, const fk_id *id, fk_arena *arena,
                                        fk_bytes *value_out);
/* All of a kind, by id. */
FK_MUST_USE fk_status fk_store_wants(fk_store *store, uint32_t kind, fk_want_visitor *visitor, void *ctx);
/* FK_ERR_NOT_FOUND. */
FK_MUST_USE fk_status fk_store_want_remove(fk_store *store, uint32_t kind, const fk_id *id);

/* --- how far things got ------------------------------------------------------------------------------ */

typedef enum fk_progress {
    FK_PROGRESS_DEVICE = 0, /* on this device only */
    FK_PROGRESS_SENT = 1,   /* the hub has it */
    FK_PROGRESS_CONFIRMED = 2,
} fk_progress;

/* The least far of a record's (of a case's) own operations; one with none of ours is SENT. */
FK_MUST_USE fk_status fk_store_record_progress(fk_store *store, const fk_id *record, fk_progress *progress_out);
FK_MUST_USE fk_status fk_store_case_progress(fk_store *store, const fk_id *case_id, fk_progress *progress_out);

typedef struct fk_progress_row {
    fk_id record;
    fk_id case_id;
    fk_bytes type;
    uint64_t changed_ms;
    uint32_t operation_count; /* own ones of it in that progress; of a refused one: in the refused segment */
    fk_progress progress;
    uint8_t refusal; /* fk_code by which the hub refused it; 0: it did not. In fk_store_refused_page only */
} fk_progress_row;

typedef fk_status fk_progress_visitor(void *ctx, const fk_progress_row *row);
/* Records whose own operations are that far, the least far of each; newest first, after the row (changed_ms, record) of
 * the page before. changed_ms is of the newest own operation. */
FK_MUST_USE fk_status fk_store_progress_page(fk_store *store, fk_progress progress, uint32_t limit,
                                             const fk_progress_row *after, fk_progress_visitor *visitor, void *ctx);

/* Records in segments of this device that the hub refused by name: still here only, tried again with each run. Order
 * and pages as above. */
FK_MUST_USE fk_status fk_store_refused_page(fk_store *store, uint32_t limit, const fk_progress_row *after,
                                            fk_progress_visitor *visitor, void *ctx);

typedef struct fk_progress_numbers {
    uint64_t device_operations, sent_operations, confirmed_operations;
    uint64_t device_records, sent_records, confirmed_records;
    uint64_t oldest_unsent_ms; /* of the operations; 0: none */
    uint64_t draft_count;
    uint64_t refused_segments;  /* others' segments that were found wrong */
    uint64_t waiting_segments;  /* others' segments whose key is not here */
    uint64_t not_taken_records; /* of this device, in segments that the hub refused by name; among device_records */
} fk_progress_numbers;
FK_MUST_USE fk_status fk_store_progress_numbers(fk_store *store, fk_progress_numbers *numbers_out);

/* --- the writes behind a field (fk/merge.h chooses among them) ------------------------------------------ */

typedef struct fk_head {
    fk_id device;
    uint64_t sequence;
    uint64_t hlc;
    bool has_value;
    fk_bytes value;
    fk_bytes reason;
    uint64_t arrived_ms; /* by this device's clock; 0: made here */
    bool is_current;     /* always in fk_store_heads */
    fk_id replaced_by;   /* the device and sequence of a write that replaced it; zeros when current */
    uint64_t replaced_by_sequence;
    bool is_adopted;    /* known in fk_store_history alone */
    fk_id adopted_from; /* the name it had before (docs/adr/0022); zeros when it never had another */
    uint64_t adopted_from_sequence;
} fk_head;

typedef fk_status fk_head_visitor(void *ctx, fk_bytes field, const fk_head *head);
/* Every current write of a record on a case, or of one field of it (NULL: of all), by field, then compartment, device
 * and sequence; taken-away values too. Compartments are in an order of this vault alone. */
FK_MUST_USE fk_status fk_store_heads(fk_store *store, const fk_id *case_id, const fk_id *record, const fk_bytes *field,
                                     fk_head_visitor *visitor, void *ctx);
/* Every write there ever was to one field, newest first: its history. */
FK_MUST_USE fk_status fk_store_history(fk_store *store, const fk_id *record, fk_bytes field, fk_head_visitor *visitor,
                                       void *ctx);
/* The current writes of a field by other devices, as fk_field_write names them in `over`: what a change replaces
 * when all of them were shown. The copy lives in the arena. FK_ERR_TOO_LARGE: more than FK_OVER_COUNT_MAX. */
FK_MUST_USE fk_status fk_store_over_others(fk_store *store, const fk_id *record, fk_bytes field, fk_arena *arena,
                                           fk_bytes *over_out);

typedef struct fk_contested_row {
    fk_id record;
    fk_id case_id;
    fk_bytes type;
    fk_bytes field;
    uint32_t head_count;
} fk_contested_row;

typedef fk_status fk_contested_visitor(void *ctx, const fk_contested_row *row);
/* Fields of shown records with more than one current write, and the state of records that were re-opened; oldest case
 * first, the fields of a record together. case_id NULL: of every case. Which of them are conflicts a person must see
 * is the merge class's matter. */
FK_MUST_USE fk_status fk_store_contested(fk_store *store, const fk_id *case_id, fk_contested_visitor *visitor,
                                         void *ctx);

#endif
