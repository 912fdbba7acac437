/* history_commands.c — everything that was ever written to one field, and what overruled what. */
#include <string.h>

#include "author.h"
#include "conflict_value.h"
#include "dispatch_gen.h"

#include "fk/banned.h"

enum { HISTORY_COUNT_FIRST = 8, HISTORY_COUNT_MAX = 256 };

typedef struct history {
    fk_session *session;
    fk_arena *arena;
    size_t total_count;
    fk_protocol_history_row *rows; /* of the newest, at most HISTORY_COUNT_MAX */
    uint64_t *places;              /* of rows, one for one: where a write stands in time */
    size_t capacity;
} history;

static fk_status make_room(history *list)
{
    if (list->total_count < list->capacity) {
        return fk_ok();
    }
    size_t capacity = list->capacity > 0 ? 2 * list->capacity : HISTORY_COUNT_FIRST;
    fk_protocol_history_row *rows = fk_arena_allocate(list->arena, capacity * sizeof *rows);
    uint64_t *places = fk_arena_allocate(list->arena, capacity * sizeof *places);
    if (rows == NULL || places == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    if (list->capacity > 0) {
        memcpy(rows, list->rows, list->capacity * sizeof *rows);
        memcpy(places, list->places, list->capacity * sizeof *places);
    }
    list->rows = rows;
    list->places = places;
    list->capacity = capacity;
    return fk_ok();
}

/* A write whose clock is more than a day ahead stands where it arrived. */
static uint64_t place_of(const history *list, const fk_head *head)
{
    bool is_ahead = fk_merge_is_ahead(head->hlc, fk_session_now_ms(list->session));
    return is_ahead ? head->arrived_ms << FK_MERGE_HLC_COUNTER_BITS : head->hlc;
}

/* The visit is newest first. */
static fk_status add_write(void *ctx, fk_bytes field, const fk_head *head)
{
    history *list = ctx;
    (void)field;
    if (list->total_count >= HISTORY_COUNT_MAX) {
        list->total_count++;
        return fk_ok();
    }
    FK_TRY(make_room(list));
    fk_protocol_history_row *row = &list->rows[list->total_count];
    *row = (fk_protocol_history_row){
        .is_current = head->is_current,
        .has_replaced_by = !head->is_current,
        .replaced_by = { head->replaced_by, head->replaced_by_sequence },
        .has_adopted_from = head->is_adopted,
        .adopted_from = { head->adopted_from, head->adopted_from_sequence },
    };
    list->places[list->total_count++] = place_of(list, head);
    if (head->is_adopted) {
        fk_author former;
        FK_TRY(fk_author_of_device(list->session, &head->adopted_from, list->arena, &former));
        row->has_former_device_label = true;
        row->former_device_label = former.device_label;
    }
    return fk_conflict_value_fill(list->session, head, list->arena, &row->write);
}

/* --- in which order -------------------------------------------------------------------------------- */

static bool is_name_of(const fk_protocol_write_name *name, const fk_protocol_history_row *row)
{
    return name->sequence == row->write.sequence && fk_id_equal(&name->device_id, &row->write.device_id);
}

/* Moves a row up to a place before it, or down to one behind it. */
static void move(history *list, size_t from, size_t to)
{
    fk_protocol_history_row row = list->rows[from];
    uint64_t place = list->places[from];
    for (; from > to; from--) {
        list->rows[from] = list->rows[from - 1];
        list->places[from] = list->places[from - 1];
    }
    for (; from < to; from++) {
        list->rows[from] = list->rows[from + 1];
        list->places[from] = list->places[from + 1];
    }
    list->rows[to] = row;
    list->places[to] = place;
}

static void sort_by_place(history *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        size_t to = i;
        while (to > 0 && list->places[to - 1] < list->places[i]) {
            to--;
        }
        move(list, i, to);
    }
}

/* Whoever replaced a write had seen it: that is later, whatever the clocks say. Names that form a ring, which no honest
 * device makes, end after as many rounds as there are rows. */
static void lift_replacers(history *list, size_t count)
{
    bool has_moved = true;
    for (size_t round = 0; round < count && has_moved; round++) {
        has_moved = false;
        for (size_t i = 0; i < count; i++) {
            for (size_t j = i + 1; j < count && list->rows[i].has_replaced_by; j++) {
                if (is_name_of(&list->rows[i].replaced_by, &list->rows[j])) {
                    move(list, j, i);
                    has_moved = true;
                    break;
                }
            }
        }
    }
}

/* The same write under the name it had before stands there once, under the later one. */
static size_t drop_former_names(history *list, size_t count)
{
    size_t kept = count;
    for (size_t i = 0; i < kept; i++) {
        for (size_t j = 0; j < kept && list->rows[i].has_adopted_from; j++) {
            const fk_protocol_history_row *former = &list->rows[j];
            bool is_same = is_name_of(&list->rows[i].adopted_from, former) && former->has_replaced_by &&
                           is_name_of(&former->replaced_by, &list->rows[i]);
            if (is_same) {
                move(list, j, --kept);
                i -= j < i;
                break;
            }
        }
    }
    return kept;
}

/* Of one write nothing is to be chosen. */
static fk_status mark_shown(const history *list, const fk_record_row *row, fk_bytes field, size_t count)
{
    if (list->total_count == 1) {
        list->rows[0].is_shown = list->rows[0].is_current;
        return fk_ok();
    }
    fk_merged_list fields;
    FK_TRY(fk_merged_of_field(list->session, row, field, list->arena, &fields));
    for (size_t i = 0; i < count && fields.count > 0; i++) {
        const fk_head *shown = fk_merged_shown(&fields.items[0]);
        const fk_protocol_conflict_value *write = &list->rows[i].write;
        list->rows[i].is_shown = write->sequence == shown->sequence && fk_id_equal(&write->device_id, &shown->device);
    }
    return fk_ok();
}

fk_status fk_handle_field_history(fk_session *session, fk_arena *arena, const fk_field_history_request *request,
                                  fk_field_history_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    fk_record_row row;
    FK_TRY(fk_store_record(session->store, &request->record_id, arena, &row));
    if (!fk_id_equal(&row.case_id, &request->case_id)) {
        fk_error_set(error, "request.caseId");
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    history list = { .session = session, .arena = arena };
    FK_TRY(fk_store_history(session->store, &row.record, request->field, add_write, &list));
    if (list.total_count == 0) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    reply->is_cut = list.total_count > HISTORY_COUNT_MAX;
    size_t count = reply->is_cut ? HISTORY_COUNT_MAX : list.total_count;
    sort_by_place(&list, count);
    lift_replacers(&list, count);
    count = drop_former_names(&list, count);
    reply->writes = list.rows;
    reply->writes_count = count;
    return mark_shown(&list, &row, request->field, count);
}
