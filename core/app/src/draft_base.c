/* draft_base.c — what somebody saw when they began to change a field, and what their change replaces
 * (docs/adr/0011). */
#include <string.h>

#include "change.h"

#include "fk/banned.h"

/* --- when a draft is saved ---------------------------------------------------------------------- */

static bool belongs_to(const fk_merged_field *stands, const fk_record_field *field, fk_bytes path)
{
    if (field->kind != FK_RECORD_SET) {
        return fk_bytes_equal(stands->field, path);
    }
    return stands->schema == field && fk_merged_shown(stands)->has_value;
}

static fk_status names_shown(const fk_merged_list *current, const fk_record_field *field, fk_bytes path,
                             fk_arena *arena, fk_bytes *names_out)
{
    fk_buffer names;
    fk_names_of_writes_init(&names, arena->allocator);
    fk_status status = fk_ok();
    for (size_t i = 0; i < current->count && fk_is_ok(status); i++) {
        if (belongs_to(&current->items[i], field, path)) {
            status = fk_merged_add_seen(&current->items[i], &names);
        }
    }
    /* More names than an operation can carry: what is not named stays in conflict, which is shown. */
    if (fk_is_ok(status) || status.code == FK_ERR_TOO_LARGE) {
        status = fk_bytes_copy(fk_buffer_view(&names), arena, names_out);
    }
    fk_buffer_free(&names);
    return status;
}

fk_status fk_draft_base_fill(fk_session *session, fk_wanted *draft, fk_arena *arena)
{
    fk_record_row row;
    fk_status status = fk_store_record(session->store, &draft->record, arena, &row);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_ok();
    }
    FK_TRY(status);
    fk_merged_list current;
    FK_TRY(fk_merged_of_record(session, &row, arena, &current));
    for (size_t i = 0; i < draft->fields.count; i++) {
        fk_field_write *write = &draft->fields.items[i];
        const fk_record_field *field = fk_record_field_find(draft->type, write->field);
        if (field != NULL) {
            FK_TRY(names_shown(&current, field, write->field, arena, &write->over));
        }
    }
    return fk_ok();
}

/* --- when it becomes operations ------------------------------------------------------------------- */

typedef struct base_search {
    const fk_field_write *write;
    bool is_unchanged;
} base_search;

static fk_status compare_with_base(void *ctx, fk_bytes field, const fk_head *head)
{
    base_search *search = ctx;
    (void)field;
    bool is_same = head->has_value == search->write->has_value &&
                   (!head->has_value || fk_bytes_equal(head->value, search->write->value));
    search->is_unchanged =
        search->is_unchanged || (is_same && fk_names_of_writes_has(search->write->over, &head->device, head->sequence));
    return fk_ok();
}

static bool was_seen(const fk_session *session, const fk_merged_field *current, fk_bytes seen)
{
    for (size_t i = 0; current != NULL && i < current->head_count; i++) {
        const fk_head *head = &current->heads[i];
        if (fk_id_equal(&head->device, fk_store_device(session->store)) ||
            fk_names_of_writes_has(seen, &head->device, head->sequence)) {
            return true;
        }
    }
    return false;
}

/* What was shown when the draft began says the same as the draft: nothing was changed, and whatever came since stays.
 * So does a value that its author never saw and does not take away. */
static fk_status is_unchanged_since(fk_session *session, const fk_wanted *wanted, const fk_field_write *write,
                                    const fk_merged_field *current, bool *result_out)
{
    *result_out = !write->has_value && !was_seen(session, current, write->over);
    if (*result_out || write->over.size_bytes == 0) {
        return fk_ok();
    }
    base_search search = { .write = write };
    FK_TRY(fk_store_history(session->store, &wanted->record, write->field, compare_with_base, &search));
    *result_out = search.is_unchanged;
    return fk_ok();
}

/* The names of other devices' writes among those that were seen. */
static fk_status without_own(const fk_session *session, fk_bytes seen, fk_arena *arena, fk_bytes *over_out)
{
    const fk_id *own = fk_store_device(session->store);
    uint8_t *over = fk_arena_allocate(arena, seen.size_bytes);
    if (over == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    size_t size_bytes = 0;
    for (size_t at = 0; at + FK_OVER_SIZE_BYTES <= seen.size_bytes; at += FK_OVER_SIZE_BYTES) {
        if (memcmp(seen.data + at, own->bytes, FK_ID_SIZE_BYTES) != 0) {
            memcpy(over + size_bytes, seen.data + at, FK_OVER_SIZE_BYTES);
            size_bytes += FK_OVER_SIZE_BYTES;
        }
    }
    *over_out = fk_bytes_of(over, size_bytes);
    return fk_ok();
}

/* Of a set the draft names the writes of all its elements: here those of one. */
static fk_status of_this_element(const fk_field_write *write, const fk_merged_field *current, fk_buffer *names)
{
    for (size_t i = 0; current != NULL && i < current->head_count; i++) {
        const fk_head *head = &current->heads[i];
        if (fk_names_of_writes_has(write->over, &head->device, head->sequence)) {
            FK_TRY(fk_names_of_writes_add(names, &head->device, head->sequence));
        }
    }
    return fk_ok();
}

static fk_status names_seen(const fk_wanted *wanted, const fk_field_write *write, const fk_merged_field *current,
                            fk_buffer *names)
{
    bool is_element = fk_record_field_find(wanted->type, write->field) == NULL;
    if (wanted->is_draft && is_element) {
        return of_this_element(write, current, names);
    }
    if (wanted->is_draft) {
        return fk_buffer_append(names, write->over);
    }
    return current == NULL ? fk_ok() : fk_merged_add_seen(current, names);
}

fk_status fk_change_base(fk_session *session, const fk_wanted *wanted, const fk_field_write *write,
                         const fk_merged_field *current, fk_arena *arena, bool *is_unchanged_out, fk_bytes *over_out)
{
    *is_unchanged_out = false;
    *over_out = (fk_bytes){ NULL, 0 };
    if (wanted->is_draft) {
        FK_TRY(is_unchanged_since(session, wanted, write, current, is_unchanged_out));
    }
    fk_buffer names;
    fk_names_of_writes_init(&names, arena->allocator);
    fk_status status = names_seen(wanted, write, current, &names);
    if (fk_is_ok(status)) {
        status = without_own(session, fk_buffer_view(&names), arena, over_out);
    }
    fk_buffer_free(&names);
    return status;
}
