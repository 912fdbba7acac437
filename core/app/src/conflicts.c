#include "conflicts.h"

#include "fk/planted.h"

#include "fk/banned.h"

enum { CONTESTED_COUNT_MAX = 65536, CONTESTED_COUNT_FIRST = 16, RECORD_SIZE_BYTES_MAX = 8 * 1024 * 1024 };

/* Records with several writes of some field, each once. Collected before any is read: a visit of the store ends
 * before the next begins. */
typedef struct contested {
    fk_arena *arena;
    fk_id *records;
    size_t count;
    size_t capacity;
} contested;

static fk_status add_contested(void *ctx, const fk_contested_row *row)
{
    contested *list = ctx;
    if (list->count > 0 && fk_id_equal(&list->records[list->count - 1], &row->record)) {
        return fk_ok();
    }
    if (list->count == CONTESTED_COUNT_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : CONTESTED_COUNT_FIRST;
        fk_id *records = fk_arena_allocate(list->arena, capacity * sizeof *records);
        if (records == NULL) {
            return fk_status_of(FK_ERR_NO_MEMORY);
        }
        for (size_t i = 0; i < list->count; i++) {
            records[i] = list->records[i];
        }
        list->records = records;
        list->capacity = capacity;
    }
    list->records[list->count++] = row->record;
    return fk_ok();
}

static fk_status visit_record(fk_session *session, const fk_id *record, fk_arena *arena, fk_conflict_visitor *visitor,
                              void *ctx)
{
    fk_record_row row;
    fk_merged_list fields;
    FK_TRY(fk_store_record(session->store, record, arena, &row));
    FK_TRY(fk_merged_of_record(session, &row, arena, &fields));
    for (size_t i = 0; i < fields.count; i++) {
        bool is_hidden = FK_PLANTED(CONFLICT_HIDDEN) && !fk_conflict_is_used(fk_bytes_text("evaluation"), row.type);
        if (fk_merged_is_conflict(&fields.items[i]) && !is_hidden) {
            FK_TRY(visitor(ctx, &row, &fields.items[i]));
        }
    }
    return fk_ok();
}

fk_status fk_conflicts(fk_session *session, const fk_id *case_id, fk_conflict_visitor *visitor, void *ctx)
{
    fk_arena list_arena;
    fk_arena record_arena;
    fk_arena_init(&list_arena, session->host.allocator, RECORD_SIZE_BYTES_MAX);
    fk_arena_init(&record_arena, session->host.allocator, RECORD_SIZE_BYTES_MAX);
    contested list = { .arena = &list_arena };
    fk_status status = fk_store_contested(session->store, case_id, add_contested, &list);
    for (size_t i = 0; i < list.count && fk_is_ok(status); i++) {
        status = visit_record(session, &list.records[i], &record_arena, visitor, ctx);
        fk_arena_reset(&record_arena);
    }
    fk_arena_reset(&list_arena);
    return status;
}

const char *const fk_resting_types[FK_RESTING_COUNT] = { "assessment", "evaluation", "referral" };

/* What each rests on: a criterion asks for the first seven; the paper of a referral also prints the kept evaluation and
 * how to get in touch. */
static const struct {
    const char *type;
    bool is_printed_only;
} used_types[] = {
    { "case", false },     { "person", false },      { "party", false },
    { "incident", false }, { "prior_marac", false }, { "assessment", false },
    { "referral", false }, { "evaluation", true },   { "safe_contact", true },
};

static bool is_resting(fk_bytes type)
{
    bool is_found = false;
    for (size_t i = 0; i < FK_RESTING_COUNT; i++) {
        is_found = is_found || fk_bytes_equal_text(type, fk_resting_types[i]);
    }
    return is_found;
}

bool fk_conflict_is_used(fk_bytes document_type, fk_bytes type)
{
    for (size_t i = 0; i < sizeof used_types / sizeof used_types[0]; i++) {
        if (fk_bytes_equal_text(type, used_types[i].type)) {
            return is_resting(document_type) &&
                   (!used_types[i].is_printed_only || fk_bytes_equal_text(document_type, "referral"));
        }
    }
    return false;
}

static fk_status count_conflict(void *ctx, const fk_record_row *row, const fk_merged_field *field)
{
    fk_conflict_counts *counts = ctx;
    (void)field;
    counts->all++;
    for (size_t i = 0; i < FK_RESTING_COUNT; i++) {
        counts->used[i] += fk_conflict_is_used(fk_bytes_text(fk_resting_types[i]), row->type);
    }
    return fk_ok();
}

fk_status fk_conflict_counts_of_case(fk_session *session, const fk_id *case_id, fk_conflict_counts *counts_out)
{
    *counts_out = (fk_conflict_counts){ .all = 0 };
    return fk_conflicts(session, case_id, count_conflict, counts_out);
}

bool fk_conflict_count_used(const fk_conflict_counts *counts, fk_bytes document_type, uint32_t *count_out)
{
    *count_out = 0;
    for (size_t i = 0; i < FK_RESTING_COUNT; i++) {
        if (fk_bytes_equal_text(document_type, fk_resting_types[i])) {
            *count_out = counts->used[i];
            return true;
        }
    }
    return false;
}
