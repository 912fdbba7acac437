#include "case_evaluation.h"

#include <string.h>

#include "fk/content.h"
#include "fk/dash.h"

#include "change.h"
#include "conflicts.h"
#include "fields_json.h"

#include "fk/banned.h"

enum { CASE_SIZE_BYTES_MAX = 8 * 1024 * 1024, EVALUATION_SIZE_BYTES_MAX = 1024 * 1024, PAGE_COUNT = 100 };

/* --- the records of a case as one tree ------------------------------------------------------ */

typedef struct case_writer {
    fk_session *session;
    uint64_t now_ms;
    fk_json_writer json;
    fk_arena page_arena;
    size_t page_count;
    fk_id last;
    uint32_t conflict_count;
} case_writer;

static void write_id(fk_json_writer *json, const char *key, const fk_id *id)
{
    char hex[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(id, hex);
    fk_json_key_text(json, key);
    fk_json_write_text(json, hex);
}

static fk_status write_record(void *ctx, const fk_record_row *row)
{
    case_writer *writer = ctx;
    writer->page_count++;
    writer->last = row->record;
    /* The rest of a case (plans, contacts) would only cost time. */
    if (!fk_conflict_is_used(fk_bytes_text("evaluation"), row->type)) {
        return fk_ok();
    }
    fk_merged_list merged;
    fk_bytes fields = { NULL, 0 };
    FK_TRY(fk_merged_of_record(writer->session, row, &writer->page_arena, &merged));
    writer->conflict_count += fk_merged_conflict_count(&merged);
    /* What somebody shared and did not finish decides nothing and replaces no version. */
    const fk_record_type *type = fk_record_type_find(row->type);
    if (type != NULL && type->is_document && !fk_merged_is_completed(&merged)) {
        return fk_ok();
    }
    FK_TRY(fk_fields_json_of_record(row, &merged, &writer->page_arena, &fields));
    fk_json_object_begin(&writer->json);
    write_id(&writer->json, "id", &row->record);
    fk_json_key_text(&writer->json, "isAhead");
    fk_json_write_bool(&writer->json, fk_merge_is_ahead(row->created_ms << FK_MERGE_HLC_COUNTER_BITS, writer->now_ms));
    fk_json_key_text(&writer->json, "type");
    fk_json_write_string(&writer->json, row->type);
    fk_json_key_text(&writer->json, "fields");
    fk_json_write_raw(&writer->json, fields);
    fk_json_object_end(&writer->json);
    return fk_ok();
}

static fk_status read_case(fk_session *session, const fk_id *case_id, const fk_allocator *allocator,
                           fk_json_doc **doc_out, uint32_t *conflict_count_out, fk_error *error)
{
    *doc_out = NULL;
    fk_buffer buffer;
    fk_buffer_init(&buffer, allocator, CASE_SIZE_BYTES_MAX);
    case_writer writer = { .session = session, .now_ms = fk_session_now_ms(session) };
    fk_arena_init(&writer.page_arena, allocator, CASE_SIZE_BYTES_MAX);
    fk_json_writer_init(&writer.json, &buffer);
    fk_json_array_begin(&writer.json);
    fk_status status = fk_ok();
    bool is_first = true;
    do {
        writer.page_count = 0;
        fk_id after = writer.last;
        status = fk_store_records(session->store, case_id, is_first ? NULL : &after, PAGE_COUNT, write_record, &writer);
        fk_arena_reset(&writer.page_arena);
        is_first = false;
    } while (fk_is_ok(status) && writer.page_count == PAGE_COUNT);
    if (fk_is_ok(status)) {
        fk_json_array_end(&writer.json);
        status = fk_json_finish(&writer.json);
    }
    if (fk_is_ok(status)) {
        status = fk_json_parse(allocator, fk_buffer_view(&buffer), &fk_json_limits_form, doc_out, error);
    }
    fk_buffer_free(&buffer);
    *conflict_count_out = writer.conflict_count;
    return status;
}

/* --- looking things up in it ------------------------------------------------------------------ */

static bool is_type(const fk_json *record, const char *type)
{
    return fk_bytes_equal_text(fk_json_string(fk_json_member_text(record, "type")), type);
}

static const fk_json *field(const fk_json *record, const char *name)
{
    return fk_json_member_text(fk_json_member_text(record, "fields"), name);
}

static bool field_is(const fk_json *record, const char *name, const char *text)
{
    return fk_bytes_equal_text(fk_json_string(field(record, name)), text);
}

static const fk_json *find_record(const fk_json *records, fk_bytes id)
{
    for (const fk_json *record = fk_json_first(records); record != NULL; record = fk_json_next(record)) {
        if (fk_bytes_equal(fk_json_string(fk_json_member_text(record, "id")), id)) {
            return record;
        }
    }
    return NULL;
}

static bool is_replaced(const fk_json *records, const fk_json *document)
{
    fk_bytes id = fk_json_string(fk_json_member_text(document, "id"));
    for (const fk_json *record = fk_json_first(records); record != NULL; record = fk_json_next(record)) {
        if (fk_bytes_equal(fk_json_string(field(record, "previous")), id)) {
            return true;
        }
    }
    return false;
}

/* Whether this version counts rather than that one: a version that another continues never does, whatever the clocks
 * say, nor one by a clock that is wrong while another is there. Records come oldest first, so of equals the later. */
static bool counts_rather(const fk_json *records, const fk_json *version, const fk_json *than)
{
    if (than == NULL || is_replaced(records, version) != is_replaced(records, than)) {
        return than == NULL || is_replaced(records, than);
    }
    bool is_ahead = false;
    bool is_than_ahead = false;
    bool is_said = fk_is_ok(fk_json_to_bool(fk_json_member_text(version, "isAhead"), &is_ahead)) &&
                   fk_is_ok(fk_json_to_bool(fk_json_member_text(than, "isAhead"), &is_than_ahead));
    return !is_said || !is_ahead || is_than_ahead;
}

static const fk_json *newest(const fk_json *records, const char *type)
{
    const fk_json *found = NULL;
    for (const fk_json *record = fk_json_first(records); record != NULL; record = fk_json_next(record)) {
        found = is_type(record, type) && counts_rather(records, record, found) ? record : found;
    }
    return found;
}

/* --- writing the evaluation --------------------------------------------------------------------- */

/* A member with the value, or nothing where nothing is recorded. */
static void write_member(fk_json_writer *json, const char *key, const fk_json *value)
{
    if (value != NULL) {
        fk_json_key_text(json, key);
        fk_json_write_value(json, value);
    }
}

static void write_flag(fk_json_writer *json, const char *key, bool flag)
{
    fk_json_key_text(json, key);
    fk_json_write_bool(json, flag);
}

/* Whether an earlier party of the case says the same: one person recorded twice is still one. */
static bool is_party_named_before(const fk_json *records, const fk_json *party, const char *role)
{
    fk_bytes person = fk_json_string(field(party, "person"));
    for (const fk_json *earlier = fk_json_first(records); earlier != party; earlier = fk_json_next(earlier)) {
        if (is_type(earlier, "party") && field_is(earlier, "role", role) &&
            fk_bytes_equal(fk_json_string(field(earlier, "person")), person)) {
            return true;
        }
    }
    return false;
}

/* A party stands for a person even where the record of that person is hidden: then without a birth date. */
static void write_person(fk_json_writer *json, const fk_json *records, const fk_json *party)
{
    const fk_json *person = find_record(records, fk_json_string(field(party, "person")));
    fk_json_object_begin(json);
    write_member(json, "id", field(party, "person"));
    write_member(json, "dob", fk_json_member_text(field(person, "birth"), "date"));
    fk_json_object_end(json);
}

static void write_people(fk_json_writer *json, const char *key, const fk_json *records, const char *role)
{
    fk_json_key_text(json, key);
    fk_json_array_begin(json);
    for (const fk_json *party = fk_json_first(records); party != NULL; party = fk_json_next(party)) {
        if (is_type(party, "party") && field_is(party, "role", role) && !is_party_named_before(records, party, role)) {
            write_person(json, records, party);
        }
    }
    fk_json_array_end(json);
}

static void write_victim(fk_json_writer *json, const fk_json *records)
{
    for (const fk_json *party = fk_json_first(records); party != NULL; party = fk_json_next(party)) {
        if (is_type(party, "party") && field_is(party, "role", "victim")) {
            fk_json_key_text(json, "victim");
            write_person(json, records, party);
            return;
        }
    }
}

static void write_answers(fk_json_writer *json, const fk_json *assessment)
{
    static const char *const numbers[FK_DASH_ITEM_COUNT] = { "1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",
                                                             "9",  "10", "11", "12", "13", "14", "15", "16",
                                                             "17", "18", "19", "20", "21", "22", "23", "24" };
    const fk_json *answers = field(assessment, "answer");
    fk_json_key_text(json, "dash");
    fk_json_object_begin(json);
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        write_member(json, numbers[i],
                     fk_json_member_text(fk_json_member_text(answers, fk_dash_items[i].id), "answer"));
    }
    fk_json_object_end(json);
    fk_json_key_text(json, "professionalJudgement");
    fk_json_object_begin(json);
    write_flag(json, "concernHigh", field_is(assessment, "concernHigh", "yes"));
    write_member(json, "rationale", field(assessment, "concernReason"));
    fk_json_object_end(json);
    write_member(json, "version", field(assessment, "version"));
}

static void name_incident(const fk_json *incident, fk_id *named, size_t *count)
{
    if (*count < FK_CASE_EVALUATION_NAMED_MAX &&
        fk_is_ok(fk_id_from_hex(fk_json_string(fk_json_member_text(incident, "id")), &named[*count]))) {
        *count += 1;
    }
}

/* An incident whose day is not known counts on the day it was disclosed (docs/DOMAIN.md 2.11). */
static void write_incident(fk_json_writer *json, const fk_json *incident, fk_case_evaluation *evaluation)
{
    const fk_json *occurred = field(incident, "occurred");
    const fk_json *date = fk_json_member_text(occurred, "date");
    if (date == NULL) {
        date = fk_json_member_text(occurred, "disclosedOn");
        if (date != NULL) {
            name_incident(incident, evaluation->dated_by_disclosure, &evaluation->dated_by_disclosure_count);
        } else {
            name_incident(incident, evaluation->undated, &evaluation->undated_count);
        }
    }
    fk_json_object_begin(json);
    write_member(json, "id", fk_json_member_text(incident, "id"));
    write_member(json, "date", date);
    write_member(json, "type", field(incident, "incidentType"));
    write_member(json, "perpetratorId", field(incident, "perpetrator"));
    write_flag(json, "policeReported", field_is(incident, "policeReported", "yes"));
    fk_json_object_end(json);
}

static void write_prior(fk_json_writer *json, const fk_json *prior)
{
    fk_json_object_begin(json);
    /* A known area by its id, so that the rules never depend on how somebody spelled its name. */
    bool is_named = field_is(prior, "areaProfile", "another_area") && field(prior, "maracArea") != NULL;
    write_member(json, "maracArea", field(prior, is_named ? "maracArea" : "areaProfile"));
    write_member(json, "referralDate", field(prior, "referralDate"));
    write_member(json, "meetingDate", field(prior, "meetingDate"));
    write_member(json, "perpetratorIds", field(prior, "perpetrators"));
    fk_json_object_end(json);
}

static void write_history(fk_json_writer *json, const fk_json *records, fk_case_evaluation *evaluation)
{
    fk_json_key_text(json, "incidents");
    fk_json_array_begin(json);
    for (const fk_json *record = fk_json_first(records); record != NULL; record = fk_json_next(record)) {
        if (is_type(record, "incident")) {
            write_incident(json, record, evaluation);
        }
    }
    fk_json_array_end(json);
    fk_json_key_text(json, "priorMarac");
    fk_json_array_begin(json);
    for (const fk_json *record = fk_json_first(records); record != NULL; record = fk_json_next(record)) {
        if (is_type(record, "prior_marac")) {
            write_prior(json, record);
        }
    }
    fk_json_array_end(json);
}

fk_status fk_area_rules_find(fk_session *session, fk_bytes area_profile, fk_json_doc **areas_doc_out,
                             const fk_json **rules_out, fk_error *error)
{
    *areas_doc_out = NULL;
    *rules_out = NULL;
    const fk_content *areas = fk_content_find(fk_bytes_text("areas"));
    if (areas == NULL) {
        return fk_status_of(FK_ERR_BUG);
    }
    FK_TRY(fk_json_parse(session->host.allocator, areas->json, &fk_json_limits_form, areas_doc_out, error));
    const fk_json *list = fk_json_member_text(fk_json_root(*areas_doc_out), "areas");
    for (const fk_json *area = fk_json_first(list); area != NULL; area = fk_json_next(area)) {
        if (fk_bytes_equal(fk_json_string(fk_json_member_text(area, "id")), area_profile)) {
            *rules_out = fk_json_member_text(area, "rules");
            return fk_ok();
        }
    }
    fk_json_doc_free(*areas_doc_out);
    *areas_doc_out = NULL;
    fk_error_set(error, "case.areaProfile");
    return fk_status_of(FK_ERR_INVALID_INPUT);
}

/* The day of the first referral, each in its newest version: it stands, whatever is sent or changed later. */
static const fk_json *first_referral_date(const fk_json *records)
{
    const fk_json *first = NULL;
    for (const fk_json *record = fk_json_first(records); record != NULL; record = fk_json_next(record)) {
        const fk_json *date = field(record, "referredOn");
        if (is_type(record, "referral") && date != NULL && !is_replaced(records, record) &&
            (first == NULL || fk_bytes_compare(fk_json_string(date), fk_json_string(first)) < 0)) {
            first = date;
        }
    }
    return first;
}

static fk_status write_evaluation(const fk_json *records, const fk_json *case_record, const fk_json *rules,
                                  fk_bytes evaluation_date, fk_buffer *buffer, fk_case_evaluation *evaluation)
{
    fk_json_writer json;
    fk_json_writer_init(&json, buffer);
    fk_json_object_begin(&json);
    fk_json_key_text(&json, "evaluationDate");
    fk_json_write_string(&json, evaluation_date);
    write_member(&json, "area", rules);
    write_victim(&json, records);
    write_people(&json, "perpetrators", records, "perpetrator");
    write_people(&json, "children", records, "child");
    const fk_json *assessment = newest(records, "assessment");
    if (assessment != NULL) {
        write_answers(&json, assessment);
    }
    write_history(&json, records, evaluation);
    write_member(&json, "transfer", field(case_record, "transfer"));
    write_member(&json, "localFlags", field(case_record, "localFlags"));
    const fk_json *interpreter = fk_json_member_text(field(case_record, "interpreter"), "needed");
    write_flag(&json, "interpreterNeeded", fk_bytes_equal_text(fk_json_string(interpreter), "yes"));
    write_member(&json, "referralSentOn", first_referral_date(records));
    fk_json_object_end(&json);
    return fk_json_finish(&json);
}

static fk_status build(fk_session *session, const fk_json *records, fk_bytes case_hex, fk_bytes evaluation_date,
                       fk_arena *arena, fk_case_evaluation *evaluation, fk_error *error)
{
    const fk_json *case_record = find_record(records, case_hex);
    if (case_record == NULL) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    const fk_json *assessment = newest(records, "assessment");
    evaluation->has_assessment = assessment != NULL;
    if (assessment != NULL) {
        FK_TRY(fk_id_from_hex(fk_json_string(fk_json_member_text(assessment, "id")), &evaluation->assessment));
    }
    fk_bytes area_profile = fk_json_string(field(case_record, "areaProfile"));
    FK_TRY(fk_bytes_copy(area_profile, arena, &evaluation->area_profile));
    fk_json_doc *areas = NULL;
    const fk_json *rules = NULL;
    FK_TRY(fk_area_rules_find(session, area_profile, &areas, &rules, error));
    fk_buffer buffer;
    fk_buffer_init(&buffer, arena->allocator, EVALUATION_SIZE_BYTES_MAX);
    fk_status status = write_evaluation(records, case_record, rules, evaluation_date, &buffer, evaluation);
    if (fk_is_ok(status)) {
        status = fk_bytes_copy(fk_buffer_view(&buffer), arena, &evaluation->json);
    }
    fk_buffer_free(&buffer);
    fk_json_doc_free(areas);
    return status;
}

fk_status fk_case_evaluation_build(fk_session *session, const fk_id *case_id, fk_bytes evaluation_date, fk_arena *arena,
                                   fk_case_evaluation *evaluation_out, fk_error *error)
{
    memset(evaluation_out, 0, sizeof *evaluation_out);
    char case_hex[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(case_id, case_hex);
    fk_json_doc *doc = NULL;
    FK_TRY(read_case(session, case_id, arena->allocator, &doc, &evaluation_out->conflict_count, error));
    fk_status status =
        build(session, fk_json_root(doc), fk_bytes_text(case_hex), evaluation_date, arena, evaluation_out, error);
    fk_json_doc_free(doc);
    return status;
}
