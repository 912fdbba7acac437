/* criteria_commands.c — what a Dash says, and the six Marac criteria for a case (docs/DOMAIN.md 1.2 and 2.2). */
#include <stdio.h>

#include "fk/eval.h"

#include "case_evaluation.h"
#include "change.h"
#include "conflicts.h"
#include "dispatch_gen.h"
#include "document_values.h"
#include "evaluation_json.h"

#include "fk/banned.h"

enum { RESULT_SIZE_BYTES_MAX = 64 * 1024 };

/* --- assessment.summary ----------------------------------------------------------------------- */

/* The fields of an assessment, drafted or completed, and its case. */
static fk_status load_assessment(fk_session *session, const fk_id *record, fk_arena *arena, fk_field_list *fields_out,
                                 fk_id *case_id_out)
{
    fk_draft_row draft;
    fk_record_row row;
    fk_status as_draft = fk_store_draft(session->store, record, arena, &draft);
    fk_status as_record = fk_store_record(session->store, record, arena, &row);
    FK_TRY(as_draft.code == FK_ERR_NOT_FOUND ? fk_ok() : as_draft);
    FK_TRY(as_record.code == FK_ERR_NOT_FOUND && fk_is_ok(as_draft) ? fk_ok() : as_record);
    if (!fk_bytes_equal_text(fk_is_ok(as_draft) ? draft.type : row.type, "assessment")) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    *case_id_out = fk_is_ok(as_draft) ? draft.case_id : row.case_id;
    return fk_field_list_overlaid(session, fk_is_ok(as_record) ? &row : NULL, record, arena, fields_out);
}

static fk_status read_answers(const fk_field_list *fields, const fk_allocator *allocator, fk_dash_answers *answers_out)
{
    *answers_out = (fk_dash_answers){ { FK_DASH_NOT_ANSWERED } };
    fk_document_view view;
    fk_document_view_init(&view, fields, allocator);
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        size_t answer = FK_DASH_NOT_ANSWERED;
        fk_bytes text = fk_document_view_value(&view, "answer", fk_dash_items[i].id, "answer");
        bool is_known = fk_names_find(&fk_dash_answer_names, text, &answer);
        answers_out->item[i] = is_known ? (fk_dash_answer)answer : FK_DASH_NOT_ANSWERED;
    }
    return fk_document_view_free(&view);
}

static fk_status read_threshold(fk_session *session, const fk_id *case_id, fk_arena *arena, uint32_t *threshold_out,
                                fk_error *error)
{
    fk_record_row row;
    fk_field_list fields;
    FK_TRY(fk_store_record(session->store, case_id, arena, &row));
    FK_TRY(fk_field_list_of_record(session, &row, arena, &fields));
    fk_document_view view;
    fk_document_view_init(&view, &fields, arena->allocator);
    fk_json_doc *areas = NULL;
    const fk_json *rules = NULL;
    fk_bytes area_profile = fk_document_view_value(&view, "areaProfile", NULL, NULL);
    fk_status status = fk_area_rules_find(session, area_profile, &areas, &rules, error);
    fk_criteria_area area;
    if (fk_is_ok(status)) {
        status = fk_evaluation_read_area(rules, arena, &area, error);
    }
    if (fk_is_ok(status)) {
        *threshold_out = area.vhr_threshold;
    }
    fk_json_doc_free(areas);
    fk_status view_status = fk_document_view_free(&view);
    return fk_is_ok(status) ? view_status : status;
}

/* The names of a set of bits, as texts of the reply. */
static fk_status list_names(const fk_names *names, uint32_t set, fk_arena *arena, const fk_bytes **list_out,
                            size_t *count_out)
{
    fk_bytes *list = fk_arena_allocate(arena, names->count * sizeof *list);
    if (list == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    *list_out = list;
    for (size_t i = 0; i < names->count; i++) {
        if ((set >> i & 1U) != 0) {
            list[(*count_out)++] = fk_bytes_text(fk_names_text(names, i));
        }
    }
    return fk_ok();
}

static fk_status list_prompts(uint32_t set, fk_arena *arena, fk_assessment_summary_reply *reply)
{
    fk_bytes *list = fk_arena_allocate(arena, FK_DASH_ITEM_COUNT * sizeof *list);
    if (list == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    reply->judgement_prompts = list;
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        if ((set >> i & 1U) != 0) {
            list[reply->judgement_prompts_count++] = fk_bytes_text(fk_dash_items[i].id);
        }
    }
    return fk_ok();
}

fk_status fk_handle_assessment_summary(fk_session *session, fk_arena *arena,
                                       const fk_assessment_summary_request *request, fk_assessment_summary_reply *reply,
                                       fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    fk_field_list fields;
    fk_id case_id;
    fk_dash_answers answers;
    FK_TRY(load_assessment(session, &request->record_id, arena, &fields, &case_id));
    FK_TRY(read_answers(&fields, arena->allocator, &answers));
    FK_TRY(read_threshold(session, &case_id, arena, &reply->threshold, error));
    fk_dash_summary summary = fk_dash_summarise(&answers);
    reply->yes_count = summary.yes_count;
    reply->dont_know_count = summary.dont_know_count;
    reply->not_answered_count = summary.not_answered_count;
    reply->no_count = FK_DASH_ITEM_COUNT - summary.yes_count - summary.dont_know_count - summary.not_answered_count;
    fk_criterion_status status = fk_criteria_visible_high_risk(&summary, reply->threshold);
    reply->visible_high_risk = fk_bytes_text(fk_names_text(&fk_criterion_status_names, status));
    FK_TRY(list_names(&fk_dash_composite_names, summary.composite_set, arena, &reply->composites,
                      &reply->composites_count));
    FK_TRY(list_names(&fk_dash_cluster_names, summary.cluster_set, arena, &reply->clusters, &reply->clusters_count));
    return list_prompts(summary.prompt_set, arena, reply);
}

/* --- criteria.evaluate ------------------------------------------------------------------------ */

static fk_status copy_ids(const fk_id *ids, size_t count, fk_arena *arena, const fk_id **copy_out)
{
    fk_id *copy = fk_arena_allocate(arena, count * sizeof *copy);
    if (copy == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < count; i++) {
        copy[i] = ids[i];
    }
    *copy_out = copy;
    return fk_ok();
}

fk_status fk_handle_criteria_evaluate(fk_session *session, fk_arena *arena, const fk_criteria_evaluate_request *request,
                                      fk_criteria_evaluate_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    fk_case_evaluation evaluation;
    FK_TRY(fk_case_evaluation_build(session, &request->case_id, request->evaluation_date, arena, &evaluation, error));
    reply->area_profile = evaluation.area_profile;
    reply->has_assessment_id = evaluation.has_assessment;
    reply->assessment_id = evaluation.assessment;
    reply->conflict_count = evaluation.conflict_count;
    reply->dated_by_disclosure_count = evaluation.dated_by_disclosure_count;
    FK_TRY(copy_ids(evaluation.dated_by_disclosure, evaluation.dated_by_disclosure_count, arena,
                    &reply->dated_by_disclosure));
    reply->undated_count = evaluation.undated_count;
    FK_TRY(copy_ids(evaluation.undated, evaluation.undated_count, arena, &reply->undated));
    fk_buffer result;
    fk_buffer_init(&result, arena->allocator, RESULT_SIZE_BYTES_MAX);
    fk_status status = fk_eval_criteria(arena->allocator, evaluation.json, &result, error);
    if (fk_is_ok(status)) {
        status = fk_bytes_copy(fk_buffer_view(&result), arena, &reply->result);
    }
    fk_buffer_free(&result);
    return status;
}

/* --- criteria.record -------------------------------------------------------------------------- */

static fk_status quoted(fk_bytes text, fk_arena *arena, fk_bytes *json_out)
{
    char json[128];
    (void)snprintf(json, sizeof json, "\"%.*s\"", (int)text.size_bytes, (const char *)text.data);
    return fk_bytes_copy(fk_bytes_text(json), arena, json_out);
}

static fk_status add_field(fk_field_list *list, fk_arena *arena, const char *name, fk_bytes json)
{
    fk_field_write field = { .field = fk_bytes_text(name), .has_value = true, .value = json };
    return fk_field_list_add(list, arena, field);
}

static fk_status evaluation_fields(const fk_criteria_evaluate_reply *found, fk_bytes evaluation_date, fk_arena *arena,
                                   fk_field_list *list_out)
{
    *list_out = (fk_field_list){ .count = 0 };
    fk_bytes json;
    FK_TRY(quoted(evaluation_date, arena, &json));
    FK_TRY(add_field(list_out, arena, "evaluatedOn", json));
    FK_TRY(quoted(found->area_profile, arena, &json));
    FK_TRY(add_field(list_out, arena, "areaProfile", json));
    if (found->has_assessment_id) {
        char hex[FK_ID_HEX_SIZE + 1];
        fk_id_to_hex(&found->assessment_id, hex);
        FK_TRY(quoted(fk_bytes_text(hex), arena, &json));
        FK_TRY(add_field(list_out, arena, "assessment", json));
    }
    return add_field(list_out, arena, "result", found->result);
}

/* The answer to a repeated mutation: the result as it was recorded the first time. */
static fk_status recorded_result(fk_session *session, const fk_id *record, fk_arena *arena, fk_bytes *result_out)
{
    fk_record_row row;
    fk_field_list fields;
    FK_TRY(fk_store_record(session->store, record, arena, &row));
    FK_TRY(fk_field_list_of_record(session, &row, arena, &fields));
    const fk_field_write *result = fk_field_list_find(&fields, fk_bytes_text("result"));
    if (result == NULL) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    *result_out = result->value;
    return fk_ok();
}

fk_status fk_handle_criteria_record(fk_session *session, fk_arena *arena, const fk_criteria_record_request *request,
                                    fk_criteria_record_reply *reply, fk_error *error)
{
    FK_TRY(fk_session_require_open(session));
    uint32_t operation_count = 0;
    FK_TRY(fk_store_mutation_size(session->store, &request->mutation_id, &operation_count));
    if (operation_count > 0) {
        fk_conflict_counts counts;
        FK_TRY(fk_conflict_counts_of_case(session, &request->case_id, &counts));
        (void)fk_conflict_count_used(&counts, fk_bytes_text("evaluation"), &reply->conflict_count);
        return recorded_result(session, &request->record_id, arena, &reply->result);
    }
    fk_criteria_evaluate_request evaluate = { request->case_id, request->evaluation_date };
    fk_criteria_evaluate_reply found = { .result = { NULL, 0 } };
    FK_TRY(fk_handle_criteria_evaluate(session, arena, &evaluate, &found, error));
    fk_wanted wanted = { .case_id = request->case_id, .record = request->record_id };
    FK_TRY(fk_change_type(fk_bytes_text("evaluation"), &wanted.type, error));
    FK_TRY(evaluation_fields(&found, request->evaluation_date, arena, &wanted.fields));
    fk_mutation mutation = { .id = request->mutation_id, .time_ms = request->time_ms };
    FK_TRY(fk_change_finish(session, &mutation, &wanted, 1, arena, &operation_count, error));
    reply->result = found.result;
    reply->conflict_count = found.conflict_count;
    return fk_ok();
}
