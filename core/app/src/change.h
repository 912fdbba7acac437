/* change.h — from what a person wants a record to say to the operations that say it. Private to core/app.
 *
 * One path for every write: drafts committed, documents completed, direct changes, recorded results. It
 * leaves out what is said already, turns a set into its elements, and refuses what the schema forbids. */
#ifndef FK_APP_CHANGE_H
#define FK_APP_CHANGE_H

#include "fk/json.h"
#include "fk/protocol_gen.h"
#include "fk/record.h"

#include "merged.h"
#include "record_value.h"
#include "session_internal.h"

enum { FK_FIELD_COUNT_MAX = 2048, FK_CHANGE_RECORDS_MAX = 8 };

/* Fields by name, in bytewise order when loaded. Lives in an arena. */
typedef struct fk_field_list {
    fk_field_write *items;
    size_t count;
    size_t capacity;
} fk_field_list;

/* Add one field; the list, zeros at first, gets room as it needs it.
 * FK_ERR_TOO_LARGE (FK_FIELD_COUNT_MAX), FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_field_list_add(fk_field_list *list, fk_arena *arena, fk_field_write field);
/* The shown values of a record; values taken away are left out. */
FK_MUST_USE fk_status fk_field_list_of_record(fk_session *session, const fk_record_row *row, fk_arena *arena,
                                              fk_field_list *list_out);
FK_MUST_USE fk_status fk_field_list_of_draft(fk_store *store, const fk_id *record, fk_arena *arena,
                                             fk_field_list *list_out);
/* NULL when the list has no such field. */
const fk_field_write *fk_field_list_find(const fk_field_list *list, fk_bytes field);

/* Check changes as they came over the border and make canonical values of them.
 * FK_ERR_INVALID_INPUT with the field in error: unknown, not to be written this way, or a wrong value. */
FK_MUST_USE fk_status fk_field_list_of_changes(const fk_record_type *type, const fk_protocol_field_change *changes,
                                               size_t change_count, fk_record_value_use use, fk_arena *arena,
                                               fk_field_list *list_out, fk_error *error);

/* The record type by name; FK_ERR_INVALID_INPUT when there is none or it is shipped content. */
FK_MUST_USE fk_status fk_change_type(fk_bytes name, const fk_record_type **type_out, fk_error *error);

/* The same, and over it what a draft of the record says; row NULL: there is no record yet. */
FK_MUST_USE fk_status fk_field_list_overlaid(fk_session *session, const fk_record_row *row, const fk_id *record,
                                             fk_arena *arena, fk_field_list *list_out);

/* A record and what it is to say. */
typedef struct fk_wanted {
    fk_id case_id;
    fk_id record;
    const fk_record_type *type;
    fk_field_list fields;
    /* From a draft: `over` of each field names what was shown when its first value was saved, own writes too. Else a
     * change names what is shown now (docs/adr/0011). */
    bool is_draft;
    bool is_checked; /* values come from fk_field_list_of_changes, for a record */
    /* A draft that is shared (docs/adr/0027): what is required may be missing, and what cannot stand in a record yet
     * stays in the draft. */
    bool is_shared;
    fk_field_list kept;
} fk_wanted;

/* Make operations of all of them, in the transaction that is open.
 *
 * operation_count_out  how many; 0 when everything was said already.
 * Fails with FK_ERR_FROZEN, FK_ERR_INCOMPLETE (a required field), FK_ERR_INVALID_INPUT (a reference to a
 * record that is not on the case, a record of another case or type), and what the store answers. */
FK_MUST_USE fk_status fk_change_write(fk_session *session, const fk_mutation *mutation, const fk_wanted *wanted,
                                      size_t wanted_count, fk_arena *arena, uint32_t *operation_count_out,
                                      fk_error *error);

/* A draft as it stands. FK_ERR_NOT_FOUND. */
FK_MUST_USE fk_status fk_wanted_of_draft(fk_session *session, const fk_id *record, fk_arena *arena,
                                         fk_wanted *wanted_out, fk_error *error);

/* Save a draft in a transaction of its own (draft_commands.c). */
FK_MUST_USE fk_status fk_draft_keep(fk_session *session, const fk_wanted *draft, uint64_t time_ms, fk_arena *arena,
                                    uint64_t *number_out);

/* fk_change_write in a transaction of its own, which also ends the drafts it came from. */
FK_MUST_USE fk_status fk_change_finish(fk_session *session, const fk_mutation *mutation, const fk_wanted *wanted,
                                       size_t wanted_count, fk_arena *arena, uint32_t *operation_count_out,
                                       fk_error *error);

/* Give each field of a draft what is shown of it now, as the names of writes (draft_base.c). For the store, which keeps
 * what came with the first value of a field. */
FK_MUST_USE fk_status fk_draft_base_fill(fk_session *session, fk_wanted *draft, fk_arena *arena);

/* What a write of this field replaces, and whether it is one at all (draft_base.c).
 *
 * current  the field as it stands; NULL: nobody wrote it.
 * is_unchanged_out  what the draft says is what was shown when it was begun: whatever came since stays.
 * over_out  names of other devices' writes, in the arena. */
FK_MUST_USE fk_status fk_change_base(fk_session *session, const fk_wanted *wanted, const fk_field_write *write,
                                     const fk_merged_field *current, fk_arena *arena, bool *is_unchanged_out,
                                     fk_bytes *over_out);

/* Move to `kept` what cannot stand in a record yet: half a value, or the id of what is still a draft itself. */
FK_MUST_USE fk_status fk_change_keep_unfit(fk_session *session, fk_wanted *wanted, fk_arena *arena);

/* FK_ERR_FROZEN when this record is a completed document or another record that never changes. */
FK_MUST_USE fk_status fk_change_refuse_frozen(fk_session *session, const fk_record_type *type, const fk_id *record,
                                              fk_arena *arena);

#endif
