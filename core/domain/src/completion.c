#include "fk/completion.h"

#include "fk/assert.h"
#include "fk/civil_date.h"

#include "fk/banned.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const gap_codes[] = {
    [FK_GAP_REQUIRED] = "required",
    [FK_GAP_REASON_NEEDED] = "reason-needed",
    [FK_GAP_UNANSWERED] = "unanswered",
    [FK_GAP_TOO_EARLY] = "too-early",
};
const fk_names fk_gap_code_names = { COUNT_OF(gap_codes), gap_codes };

typedef struct place {
    const char *field;
    const char *member;
} place;

/* What one rule asks of `at`; `other` is the field it depends on. */
typedef enum rule_kind {
    RULE_RECORDED,        /* at is recorded */
    RULE_DATE,            /* at is a date */
    RULE_TRUE,            /* at is true */
    RULE_DATE_AFTER,      /* at is a date, and after other where that is recorded */
    RULE_ANSWERS,         /* at has one of the four states for every item of the form */
    RULE_ANSWERS_REASON,  /* at is recorded when an item of other is not answered */
    RULE_REASON_IF_YES,   /* at is recorded when other is yes */
    RULE_YES_OR_REASON,   /* at is yes, or other is recorded */
    RULE_REASON_IF_LATER, /* at is recorded for version 2 and on */
} rule_kind;

typedef struct gap_rule {
    rule_kind kind;
    place at;
    place other;
} gap_rule;

static const gap_rule assessment_rules[] = {
    { RULE_RECORDED, { "instrument", NULL }, { NULL, NULL } },
    { RULE_DATE, { "assessedOn", NULL }, { NULL, NULL } },
    { RULE_RECORDED, { "worker", NULL }, { NULL, NULL } },
    { RULE_ANSWERS, { "answer", "answer" }, { NULL, NULL } },
    { RULE_ANSWERS_REASON, { "notAskedReason", NULL }, { "answer", "answer" } },
    { RULE_TRUE, { "professionalSeen", NULL }, { NULL, NULL } },
    { RULE_REASON_IF_YES, { "concernReason", NULL }, { "concernHigh", NULL } },
    { RULE_YES_OR_REASON, { "outcomeTold", NULL }, { "outcomeNotToldReason", NULL } },
    { RULE_REASON_IF_LATER, { "changeReason", NULL }, { NULL, NULL } },
};

/* A plan always says when it is looked at again (docs/DOMAIN.md 3.1). */
static const gap_rule safety_plan_rules[] = {
    { RULE_DATE, { "plannedOn", NULL }, { NULL, NULL } },
    { RULE_RECORDED, { "worker", NULL }, { NULL, NULL } },
    { RULE_DATE_AFTER, { "nextReviewOn", NULL }, { "plannedOn", NULL } },
    { RULE_REASON_IF_LATER, { "changeReason", NULL }, { NULL, NULL } },
};

/* Every case that goes to Marac is referred to the Idva service too (docs/DOMAIN.md 2.2). */
static const gap_rule referral_rules[] = {
    { RULE_DATE, { "referredOn", NULL }, { NULL, NULL } },
    { RULE_RECORDED, { "worker", NULL }, { NULL, NULL } },
    { RULE_RECORDED, { "evaluation", NULL }, { NULL, NULL } },
    { RULE_YES_OR_REASON, { "idvaReferral", "answer" }, { "idvaReferral", "why" } },
    { RULE_REASON_IF_LATER, { "changeReason", NULL }, { NULL, NULL } },
};

static const struct {
    const char *type;
    const gap_rule *rules;
    size_t rule_count;
} documents[] = {
    { "assessment", assessment_rules, COUNT_OF(assessment_rules) },
    { "safety_plan", safety_plan_rules, COUNT_OF(safety_plan_rules) },
    { "referral", referral_rules, COUNT_OF(referral_rules) },
};

/* --- reading values ------------------------------------------------------------------------------ */

static fk_bytes value_at(const fk_document_values *values, place at, const char *key)
{
    return values->value(values->ctx, at.field, key, at.member);
}

static bool is_recorded(const fk_document_values *values, place at)
{
    return fk_text_trim(value_at(values, at, NULL)).size_bytes > 0;
}

static bool is_text(const fk_document_values *values, place at, const char *text)
{
    return fk_bytes_equal_text(value_at(values, at, NULL), text);
}

static bool read_date(const fk_document_values *values, place at, fk_civil_date *date_out)
{
    return fk_is_ok(fk_civil_date_parse(value_at(values, at, NULL), date_out));
}

static bool read_answer(const fk_document_values *values, place at, size_t item_index, fk_dash_answer *answer_out)
{
    size_t answer = 0;
    bool is_answer = fk_names_find(&fk_dash_answer_names, value_at(values, at, fk_dash_items[item_index].id), &answer);
    *answer_out = (fk_dash_answer)answer;
    return is_answer;
}

/* --- rules ----------------------------------------------------------------------------------------- */

static void add_gap(fk_completion *completion, const char *field, const char *key, fk_gap_code code)
{
    FK_ASSERT(completion->gap_count < FK_COMPLETION_GAPS_MAX);
    completion->gaps[completion->gap_count++] = (fk_gap){ field, key, code };
}

static void add_gap_unless(bool is_fulfilled, const gap_rule *rule, fk_gap_code code, fk_completion *completion)
{
    if (!is_fulfilled) {
        add_gap(completion, rule->at.field, NULL, code);
    }
}

static void check_answers(const gap_rule *rule, const fk_document_values *values, fk_completion *completion)
{
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        fk_dash_answer answer = FK_DASH_NOT_ANSWERED;
        if (!read_answer(values, rule->at, i, &answer)) {
            add_gap(completion, rule->at.field, fk_dash_items[i].id, FK_GAP_UNANSWERED);
        }
    }
}

/* Items without any state are gaps already; the reason is for those a person marked as not asked. */
static bool has_item_not_answered(const fk_document_values *values, place at)
{
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        fk_dash_answer answer = FK_DASH_NOT_ANSWERED;
        if (read_answer(values, at, i, &answer) && answer == FK_DASH_NOT_ANSWERED) {
            return true;
        }
    }
    return false;
}

static void check_date_after(const gap_rule *rule, const fk_document_values *values, fk_completion *completion)
{
    fk_civil_date date = { 0 };
    fk_civil_date than = { 0 };
    if (!read_date(values, rule->at, &date)) {
        add_gap(completion, rule->at.field, NULL, FK_GAP_REQUIRED);
    } else if (read_date(values, rule->other, &than) && fk_civil_date_compare(date, than) <= 0) {
        add_gap(completion, rule->at.field, NULL, FK_GAP_TOO_EARLY);
    }
}

/* Nothing chosen is a gap at the choice; a no without its reason is one at the reason. */
static void check_yes_or_reason(const gap_rule *rule, const fk_document_values *values, fk_completion *completion)
{
    if (is_text(values, rule->at, "yes") || is_recorded(values, rule->other)) {
        return;
    }
    if (is_recorded(values, rule->at)) {
        add_gap(completion, rule->other.field, NULL, FK_GAP_REASON_NEEDED);
    } else {
        add_gap(completion, rule->at.field, NULL, FK_GAP_REQUIRED);
    }
}

static void check_rule(const gap_rule *rule, uint32_t version, const fk_document_values *values,
                       fk_completion *completion)
{
    fk_civil_date date = { 0 };
    switch (rule->kind) {
    case RULE_RECORDED:
        add_gap_unless(is_recorded(values, rule->at), rule, FK_GAP_REQUIRED, completion);
        break;
    case RULE_DATE:
        add_gap_unless(read_date(values, rule->at, &date), rule, FK_GAP_REQUIRED, completion);
        break;
    case RULE_TRUE:
        add_gap_unless(is_text(values, rule->at, "true"), rule, FK_GAP_REQUIRED, completion);
        break;
    case RULE_DATE_AFTER:
        check_date_after(rule, values, completion);
        break;
    case RULE_ANSWERS:
        check_answers(rule, values, completion);
        break;
    case RULE_ANSWERS_REASON:
        add_gap_unless(!has_item_not_answered(values, rule->other) || is_recorded(values, rule->at), rule,
                       FK_GAP_REASON_NEEDED, completion);
        break;
    case RULE_REASON_IF_YES:
        add_gap_unless(!is_text(values, rule->other, "yes") || is_recorded(values, rule->at), rule,
                       FK_GAP_REASON_NEEDED, completion);
        break;
    case RULE_YES_OR_REASON:
        check_yes_or_reason(rule, values, completion);
        break;
    case RULE_REASON_IF_LATER:
        add_gap_unless(version <= 1 || is_recorded(values, rule->at), rule, FK_GAP_REASON_NEEDED, completion);
        break;
    default:
        fk_panic(__FILE__, __LINE__, "a rule is of one of these kinds");
    }
}

fk_status fk_completion_check(fk_bytes type, uint32_t version, const fk_document_values *values,
                              fk_completion *completion_out)
{
    completion_out->gap_count = 0;
    for (size_t d = 0; d < COUNT_OF(documents); d++) {
        if (fk_bytes_equal_text(type, documents[d].type)) {
            for (size_t r = 0; r < documents[d].rule_count; r++) {
                check_rule(&documents[d].rules[r], version, values, completion_out);
            }
            return fk_ok();
        }
    }
    return fk_status_of(FK_ERR_INVALID_INPUT);
}
