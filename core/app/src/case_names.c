#include "case_names.h"

#include "fk/json.h"

#include "merged.h"

#include "fk/banned.h"

enum { PAGE_COUNT = 100, RECORD_SIZE_BYTES_MAX = 8 * 1024 * 1024 };

static fk_status copy_text(const fk_merged_list *fields, const char *name, fk_arena *arena, fk_bytes *text)
{
    const fk_merged_field *field = fk_merged_find(fields, fk_bytes_text(name));
    if (field == NULL || !fk_merged_shown(field)->has_value) {
        return fk_ok();
    }
    fk_json_doc *doc = NULL;
    FK_TRY(fk_json_parse(arena->allocator, fk_merged_shown(field)->value, &fk_json_limits_command, &doc, NULL));
    fk_status status = fk_bytes_copy(fk_json_string(fk_json_root(doc)), arena, text);
    fk_json_doc_free(doc);
    return status;
}

static fk_status copy_field(fk_session *session, const fk_record_row *row, const char *field, fk_arena *arena,
                            fk_bytes *text)
{
    fk_arena scratch;
    fk_arena_init(&scratch, session->host.allocator, RECORD_SIZE_BYTES_MAX);
    fk_merged_list fields;
    fk_status status = fk_merged_of_record(session, row, &scratch, &fields);
    if (fk_is_ok(status)) {
        status = copy_text(&fields, field, arena, text);
    }
    fk_arena_reset(&scratch);
    return status;
}

fk_status fk_shown_text(fk_session *session, const fk_id *record, const char *field, fk_arena *arena, fk_bytes *text)
{
    fk_record_row row;
    fk_status status = fk_store_record(session->store, record, arena, &row);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_ok();
    }
    return fk_is_ok(status) ? copy_field(session, &row, field, arena, text) : status;
}

/* --- the victim ------------------------------------------------------------------------------- */

typedef struct victim_search {
    fk_session *session;
    fk_arena *arena;
    fk_bytes person; /* id as text; empty until found */
    size_t page_count;
    fk_id last;
} victim_search;

static fk_status look_at(void *ctx, const fk_record_row *row)
{
    victim_search *search = ctx;
    search->page_count++;
    search->last = row->record;
    if (search->person.size_bytes > 0 || !fk_bytes_equal_text(row->type, "party")) {
        return fk_ok();
    }
    fk_bytes role = { NULL, 0 };
    FK_TRY(copy_field(search->session, row, "role", search->arena, &role));
    bool is_victim = fk_bytes_equal_text(role, "victim");
    return is_victim ? copy_field(search->session, row, "person", search->arena, &search->person) : fk_ok();
}

fk_status fk_victim_name(fk_session *session, const fk_id *case_id, fk_arena *arena, fk_bytes *name_out)
{
    victim_search search = { .session = session, .arena = arena };
    bool is_first = true;
    *name_out = (fk_bytes){ NULL, 0 };
    do {
        fk_id after = search.last;
        search.page_count = 0;
        FK_TRY(fk_store_records(session->store, case_id, is_first ? NULL : &after, PAGE_COUNT, look_at, &search));
        is_first = false;
    } while (search.page_count == PAGE_COUNT && search.person.size_bytes == 0);
    fk_id person;
    if (!fk_is_ok(fk_id_from_hex(search.person, &person))) {
        return fk_ok();
    }
    return fk_shown_text(session, &person, "name", arena, name_out);
}
