/* merged.h — the fields of a record as everybody's writes leave them. Private to core/app.
 *
 * The one way to read a record: lists, counts, criteria, plans and referrals take the value that fk/merge.h shows, and
 * know which fields are in conflict. */
#ifndef FK_APP_MERGED_H
#define FK_APP_MERGED_H

#include "fk/merge.h"
#include "fk/store_sync.h"

#include "session_internal.h"

enum { FK_MERGED_HEAD_COUNT_MAX = 16384 };

/* One field with its current writes; everything lives in the arena. */
typedef struct fk_merged_field {
    fk_bytes field;                /* as a write names it: elements of a set each by themselves */
    const fk_record_field *schema; /* of the field, or of the set; NULL when this version does not know it */
    const fk_head *heads;          /* by device, then sequence */
    size_t head_count;
    size_t shown_index;
    fk_standing standing;
} fk_merged_field;

typedef struct fk_merged_list {
    fk_merged_field *items; /* in bytewise order of their names */
    size_t count;
} fk_merged_list;

/* The fields of a record. A record that was re-opened has its state in FK_STANDING_REOPENED.
 * FK_ERR_TOO_LARGE, FK_ERR_NO_MEMORY, and what the store answers. */
FK_MUST_USE fk_status fk_merged_of_record(fk_session *session, const fk_record_row *row, fk_arena *arena,
                                          fk_merged_list *list_out);
/* The same with that field alone; empty when nobody wrote it. */
FK_MUST_USE fk_status fk_merged_of_field(fk_session *session, const fk_record_row *row, fk_bytes field, fk_arena *arena,
                                         fk_merged_list *list_out);

/* NULL when nobody wrote it. */
const fk_merged_field *fk_merged_find(const fk_merged_list *list, fk_bytes field);
/* Whether a document was completed: until then it is a draft of the team. */
bool fk_merged_is_completed(const fk_merged_list *fields);
/* The write that is shown; of a value taken away has_value is false. */
const fk_head *fk_merged_shown(const fk_merged_field *field);
/* Whether a person has to decide about it. */
bool fk_merged_is_conflict(const fk_merged_field *field);
uint32_t fk_merged_conflict_count(const fk_merged_list *list);

/* The schema of a field a write names: of an element of a set that of the set. NULL when there is none. */
const fk_record_field *fk_merged_schema(const fk_record_type *type, fk_bytes field);

/* Add the names of the writes that say the shown value, by whatever device: what a person saw (docs/adr/0011). */
FK_MUST_USE fk_status fk_merged_add_seen(const fk_merged_field *field, fk_buffer *names);

/* Lists of names of writes: device and sequence (FK_OVER_SIZE_BYTES) each, in bytewise order, none twice.
 * FK_ERR_TOO_LARGE (FK_OVER_COUNT_MAX), FK_ERR_NO_MEMORY. */
void fk_names_of_writes_init(fk_buffer *names, const fk_allocator *allocator);
FK_MUST_USE fk_status fk_names_of_writes_add(fk_buffer *names, const fk_id *device, uint64_t sequence);
bool fk_names_of_writes_has(fk_bytes names, const fk_id *device, uint64_t sequence);

#endif
