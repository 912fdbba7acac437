#include "evaluation_json.h"

#include <stdio.h>

#include "fk/planted.h"

#include "fk/banned.h"

/* An object being read, and where it stands: "area.repeat", or the index-th element of "incidents". */
typedef struct scope {
    const fk_json *object;
    const char *path; /* NULL at the root */
    bool is_element;
    size_t index;
    fk_arena *arena;
    fk_error *error;
} scope;

static fk_status refuse(const scope *at, fk_code code, const char *name)
{
    if (at->path == NULL) {
        fk_error_set(at->error, "%s", name);
    } else if (at->is_element) {
        fk_error_set(at->error, "%s[%zu].%s", at->path, at->index, name);
    } else {
        fk_error_set(at->error, "%s.%s", at->path, name);
    }
    return fk_status_of(code);
}

/* --- members ------------------------------------------------------------------------------------ */

/* NULL for what is absent, null or []: they are equal (docs/DOMAIN.md 7, rule 1). */
static const fk_json *present(const fk_json *value)
{
    fk_json_kind kind = fk_json_kind_of(value);
    bool is_absent =
        kind == FK_JSON_ABSENT || kind == FK_JSON_NULL || (kind == FK_JSON_ARRAY && fk_json_first(value) == NULL);
    return is_absent ? NULL : value;
}

static const fk_json *member(const scope *at, const char *name)
{
    return present(fk_json_member_text(at->object, name));
}

static fk_status read_text(const scope *at, const char *name, const fk_json *value, size_t size_bytes_max,
                           fk_bytes *text_out)
{
    if (fk_json_kind_of(value) != FK_JSON_STRING) {
        return refuse(at, FK_ERR_INVALID_INPUT, name);
    }
    if (fk_json_string(value).size_bytes > size_bytes_max) {
        return refuse(at, FK_ERR_TOO_LARGE, name);
    }
    *text_out = fk_json_string(value);
    return fk_ok();
}

/* The readers of members leave *out as it is when the member is not there. */
static fk_status read_text_member(const scope *at, const char *name, size_t size_bytes_max, fk_bytes *text_out)
{
    const fk_json *value = member(at, name);
    return value == NULL ? fk_ok() : read_text(at, name, value, size_bytes_max, text_out);
}

static fk_status read_date(const scope *at, const char *name, fk_civil_date *date_out)
{
    const fk_json *value = member(at, name);
    if (value == NULL) {
        return fk_ok();
    }
    if (fk_json_kind_of(value) != FK_JSON_STRING || !fk_is_ok(fk_civil_date_parse(fk_json_string(value), date_out))) {
        return refuse(at, FK_ERR_INVALID_INPUT, name);
    }
    return fk_ok();
}

static fk_status read_flag(const scope *at, const char *name, bool *flag_out)
{
    const fk_json *value = member(at, name);
    if (value != NULL && !fk_is_ok(fk_json_to_bool(value, flag_out))) {
        return refuse(at, FK_ERR_INVALID_INPUT, name);
    }
    return fk_ok();
}

static fk_status read_number(const scope *at, const char *name, uint32_t max, uint32_t *number_out)
{
    const fk_json *value = member(at, name);
    uint64_t number = 0;
    if (value == NULL) {
        return fk_ok();
    }
    if (!fk_is_ok(fk_json_to_uint64(value, 0, max, &number))) {
        return refuse(at, FK_ERR_INVALID_INPUT, name);
    }
    *number_out = (uint32_t)number;
    return fk_ok();
}

/* *index_out is the enum value; *is_present_out may be NULL. */
static fk_status read_choice(const scope *at, const char *name, const fk_names *names, size_t *index_out,
                             bool *is_present_out)
{
    const fk_json *value = member(at, name);
    size_t index = 0;
    if (is_present_out != NULL) {
        *is_present_out = value != NULL;
    }
    if (value == NULL) {
        return fk_ok();
    }
    if (fk_json_kind_of(value) != FK_JSON_STRING || !fk_names_find(names, fk_json_string(value), &index)) {
        return refuse(at, FK_ERR_INVALID_INPUT, name);
    }
    *index_out = index;
    return fk_ok();
}

/* A member that is an object; with none its scope holds NULL, in which every member is absent. */
static fk_status read_object(const scope *at, const char *name, const char *path, scope *object_out)
{
    const fk_json *value = member(at, name);
    if (value != NULL && fk_json_kind_of(value) != FK_JSON_OBJECT) {
        return refuse(at, FK_ERR_INVALID_INPUT, name);
    }
    *object_out = (scope){ .object = value, .path = path, .arena = at->arena, .error = at->error };
    return fk_ok();
}

/* The first element of a list member and how many there are; NULL and 0 when it is not there. */
static fk_status read_list(const scope *at, const char *name, size_t count_max, const fk_json **first_out,
                           size_t *count_out)
{
    const fk_json *value = member(at, name);
    *first_out = NULL;
    *count_out = 0;
    if (value == NULL) {
        return fk_ok();
    }
    if (fk_json_kind_of(value) != FK_JSON_ARRAY) {
        return refuse(at, FK_ERR_INVALID_INPUT, name);
    }
    size_t count = fk_json_count(value);
    if (count > count_max) {
        return refuse(at, FK_ERR_TOO_LARGE, name);
    }
    *first_out = fk_json_first(value);
    *count_out = count;
    return fk_ok();
}

static fk_status read_texts(const scope *at, const char *name, size_t count_max, const fk_bytes **texts_out,
                            size_t *count_out)
{
    const fk_json *element = NULL;
    FK_TRY(read_list(at, name, count_max, &element, count_out));
    fk_bytes *texts = fk_arena_allocate(at->arena, *count_out * sizeof *texts);
    if (texts == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < *count_out; i++, element = fk_json_next(element)) {
        FK_TRY(read_text(at, name, element, FK_CRITERIA_TEXT_SIZE_BYTES_MAX, &texts[i]));
    }
    *texts_out = texts;
    return fk_ok();
}

/* The scope of one element; it has to be an object. */
static fk_status enter_element(const scope *at, const char *name, const fk_json *element, size_t index,
                               scope *element_out)
{
    if (fk_json_kind_of(element) != FK_JSON_OBJECT) {
        return refuse(at, FK_ERR_INVALID_INPUT, name);
    }
    *element_out = (scope){ element, name, true, index, at->arena, at->error };
    return fk_ok();
}

/* --- area --------------------------------------------------------------------------------------- */

static fk_status read_escalation_rules(const scope *root, fk_criteria_area *area)
{
    scope at;
    size_t source = area->escalation_source;
    FK_TRY(read_object(root, "escalation", "area.escalation", &at));
    FK_TRY(read_number(&at, "count", FK_CRITERIA_COUNT_MAX, &area->escalation_count));
    FK_TRY(read_number(&at, "months", FK_CRITERIA_MONTHS_MAX, &area->escalation_months));
    FK_TRY(read_choice(&at, "source", &fk_escalation_source_names, &source, NULL));
    FK_TRY(read_flag(&at, "samePair", &area->escalation_same_pair));
    area->escalation_source = (fk_escalation_source)source;
    return fk_ok();
}

static fk_status read_repeat_rules(const scope *root, fk_criteria_area *area)
{
    scope at;
    size_t anchor = area->repeat_anchor;
    size_t definition = area->repeat_definition;
    FK_TRY(read_object(root, "repeat", "area.repeat", &at));
    FK_TRY(read_number(&at, "months", FK_CRITERIA_MONTHS_MAX, &area->repeat_months));
    FK_TRY(read_choice(&at, "anchor", &fk_repeat_anchor_names, &anchor, NULL));
    FK_TRY(read_choice(&at, "definition", &fk_repeat_definition_names, &definition, NULL));
    area->repeat_anchor = (fk_repeat_anchor)anchor;
    area->repeat_definition = (fk_repeat_definition)definition;
    return fk_ok();
}

fk_status fk_evaluation_read_area(const fk_json *area, fk_arena *arena, fk_criteria_area *area_out, fk_error *error)
{
    scope at = { .object = present(area), .path = "area", .arena = arena, .error = error };
    *area_out = fk_criteria_area_default;
    if (at.object != NULL && fk_json_kind_of(at.object) != FK_JSON_OBJECT) {
        fk_error_set(error, "area");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    FK_TRY(read_text_member(&at, "id", FK_CRITERIA_TEXT_SIZE_BYTES_MAX, &area_out->id));
    FK_TRY(read_number(&at, "vhrThreshold", FK_CRITERIA_COUNT_MAX, &area_out->vhr_threshold));
    FK_TRY(read_escalation_rules(&at, area_out));
    FK_TRY(read_repeat_rules(&at, area_out));
    FK_TRY(read_number(&at, "transferMonths", FK_CRITERIA_MONTHS_MAX, &area_out->transfer_months));
    FK_TRY(read_number(&at, "minVictimAge", FK_CRITERIA_COUNT_MAX, &area_out->victim_age_min));
    return read_texts(&at, "localCriteria", FK_CRITERIA_LOCAL_MAX, &area_out->local_criteria,
                      &area_out->local_criteria_count);
}

/* --- form and judgement --------------------------------------------------------------------------- */

static fk_status read_dash(const scope *root, fk_dash_answers *answers)
{
    scope at;
    FK_TRY(read_object(root, "dash", "dash", &at));
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        char number[12]; /* whatever an unsigned may hold */
        size_t answer = FK_DASH_NOT_ANSWERED;
        (void)snprintf(number, sizeof number, "%u", (unsigned)fk_dash_items[i].number);
        FK_TRY(read_choice(&at, number, &fk_dash_answer_names, &answer, NULL));
        answers->item[i] = (fk_dash_answer)answer;
    }
    return fk_ok();
}

static fk_status read_judgement(const scope *root, fk_criteria_input *input)
{
    scope at;
    FK_TRY(read_object(root, "professionalJudgement", "professionalJudgement", &at));
    FK_TRY(read_flag(&at, "concernHigh", &input->is_concern_high));
    return read_text_member(&at, "rationale", FK_CRITERIA_REASON_SIZE_BYTES_MAX, &input->concern_reason);
}

/* --- people --------------------------------------------------------------------------------------- */

/* An override, where there is one, stands for the people beside it; those are then not looked at. */
static const char *overridden(const scope *root, const char *override, const char *plain)
{
    return member(root, override) != NULL ? override : plain;
}

static fk_status read_victim(const scope *root, fk_criteria_input *input)
{
    const char *name = overridden(root, "victimOverride", "victim");
    scope at;
    FK_TRY(read_object(root, name, name, &at));
    return read_date(&at, "dob", &input->victim_birth);
}

static fk_status read_perpetrators(const scope *root, fk_evaluation *evaluation)
{
    const char *name = overridden(root, "perpetratorOverride", "perpetrators");
    size_t count_max = FK_PLANTED(EVALUATION_BOUND) ? SIZE_MAX : FK_CRITERIA_PERPETRATORS_MAX;
    const fk_json *element = NULL;
    size_t count = 0;
    FK_TRY(read_list(root, name, count_max, &element, &count));
    for (size_t i = 0; i < count; i++, element = fk_json_next(element)) {
        scope at;
        fk_criteria_person person = { { NULL, 0 }, { 0, 0, 0 } };
        FK_TRY(enter_element(root, name, element, i, &at));
        FK_TRY(read_text_member(&at, "id", FK_CRITERIA_TEXT_SIZE_BYTES_MAX, &person.id));
        FK_TRY(read_date(&at, "dob", &person.birth));
        evaluation->perpetrators[i] = person;
    }
    evaluation->input.perpetrators = evaluation->perpetrators;
    evaluation->input.perpetrator_count = count;
    return fk_ok();
}

/* Only that there are children counts; their dates are checked all the same, a wrong one is a mistake to see. */
static fk_status read_children(const scope *root, fk_criteria_input *input)
{
    const fk_json *element = NULL;
    FK_TRY(read_list(root, "children", FK_CRITERIA_CHILDREN_MAX, &element, &input->child_count));
    for (size_t i = 0; i < input->child_count; i++, element = fk_json_next(element)) {
        scope at;
        fk_civil_date birth = { 0, 0, 0 };
        FK_TRY(enter_element(root, "children", element, i, &at));
        FK_TRY(read_date(&at, "dob", &birth));
    }
    return fk_ok();
}

/* --- history -------------------------------------------------------------------------------------- */

static fk_status read_incidents(const scope *root, fk_criteria_input *input)
{
    const fk_json *element = NULL;
    FK_TRY(read_list(root, "incidents", FK_CRITERIA_INCIDENTS_MAX, &element, &input->incident_count));
    fk_criteria_incident *incidents = fk_arena_allocate(root->arena, input->incident_count * sizeof *incidents);
    if (incidents == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < input->incident_count; i++, element = fk_json_next(element)) {
        fk_criteria_incident *incident = &incidents[i];
        size_t type = 0;
        scope at;
        FK_TRY(enter_element(root, "incidents", element, i, &at));
        FK_TRY(read_text_member(&at, "id", FK_CRITERIA_TEXT_SIZE_BYTES_MAX, &incident->id));
        FK_TRY(read_date(&at, "date", &incident->date));
        FK_TRY(read_choice(&at, "type", &fk_incident_type_names, &type, &incident->has_type));
        FK_TRY(read_text_member(&at, "perpetratorId", FK_CRITERIA_TEXT_SIZE_BYTES_MAX, &incident->perpetrator_id));
        FK_TRY(read_flag(&at, "policeReported", &incident->is_police_reported));
        incident->type = (fk_incident_type)type;
    }
    input->incidents = incidents;
    return fk_ok();
}

static fk_status read_priors(const scope *root, fk_criteria_input *input)
{
    const fk_json *element = NULL;
    FK_TRY(read_list(root, "priorMarac", FK_CRITERIA_PRIORS_MAX, &element, &input->prior_count));
    fk_criteria_prior *priors = fk_arena_allocate(root->arena, input->prior_count * sizeof *priors);
    if (priors == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < input->prior_count; i++, element = fk_json_next(element)) {
        fk_criteria_prior *prior = &priors[i];
        scope at;
        FK_TRY(enter_element(root, "priorMarac", element, i, &at));
        FK_TRY(read_text_member(&at, "maracArea", FK_CRITERIA_TEXT_SIZE_BYTES_MAX, &prior->marac_area));
        FK_TRY(read_date(&at, "referralDate", &prior->referral_date));
        FK_TRY(read_date(&at, "meetingDate", &prior->meeting_date));
        FK_TRY(read_texts(&at, "perpetratorIds", FK_CRITERIA_PERPETRATORS_MAX, &prior->perpetrator_ids,
                          &prior->perpetrator_id_count));
    }
    input->priors = priors;
    return fk_ok();
}

static fk_status read_transfer(const scope *root, fk_criteria_input *input)
{
    scope at;
    FK_TRY(read_object(root, "transfer", "transfer", &at));
    input->has_transfer = at.object != NULL;
    return read_date(&at, "movedOn", &input->moved_on);
}

fk_status fk_evaluation_read(const fk_json *evaluation, fk_arena *arena, fk_evaluation *evaluation_out, fk_error *error)
{
    scope root = { .object = evaluation, .arena = arena, .error = error };
    fk_criteria_input *input = &evaluation_out->input;
    *evaluation_out = (fk_evaluation){ 0 };
    if (fk_json_kind_of(evaluation) != FK_JSON_OBJECT) {
        return refuse(&root, FK_ERR_INVALID_INPUT, "evaluation");
    }
    FK_TRY(read_date(&root, "evaluationDate", &input->evaluation_date));
    FK_TRY(fk_evaluation_read_area(member(&root, "area"), arena, &input->area, error));
    FK_TRY(read_dash(&root, &input->dash));
    FK_TRY(read_judgement(&root, input));
    FK_TRY(read_victim(&root, input));
    FK_TRY(read_perpetrators(&root, evaluation_out));
    FK_TRY(read_children(&root, input));
    FK_TRY(read_incidents(&root, input));
    FK_TRY(read_priors(&root, input));
    FK_TRY(read_transfer(&root, input));
    FK_TRY(read_texts(&root, "localFlags", FK_CRITERIA_LOCAL_MAX, &input->local_flags, &input->local_flag_count));
    FK_TRY(read_flag(&root, "interpreterNeeded", &input->is_interpreter_needed));
    FK_TRY(read_number(&root, "version", FK_CRITERIA_COUNT_MAX, &input->version));
    return read_date(&root, "referralSentOn", &input->referral_sent_on);
}
