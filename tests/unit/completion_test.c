/* What a version of a document still needs before it is completed (docs/DOMAIN.md 1.2, 2.2, 3.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fk/completion.h"
#include "fk/record.h"
#include "records_gen.h"

/* Values by "field/key.member". The last entry of a path counts, so a case overrides a complete document. */
typedef struct entry {
    const char *path;
    const char *value;
} entry;

typedef struct values {
    const entry *lists[2];
    const char *all_answers; /* of every item that no entry names; NULL for none */
} values;

static const char *find(const values *values, const char *path)
{
    const char *value = NULL;
    for (size_t i = 0; i < 2; i++) {
        for (const entry *e = values->lists[i]; e != NULL && e->path != NULL; e++) {
            value = strcmp(e->path, path) == 0 ? e->value : value;
        }
    }
    return value;
}

static fk_bytes value_of(void *ctx, const char *field, const char *key, const char *member)
{
    const values *values = ctx;
    char path[100];
    (void)snprintf(path, sizeof path, "%s%s%s%s%s", field, key == NULL ? "" : "/", key == NULL ? "" : key,
                   member == NULL ? "" : ".", member == NULL ? "" : member);
    const char *value = find(values, path);
    if (value == NULL && strcmp(field, "answer") == 0) {
        value = values->all_answers;
    }
    return value == NULL ? (fk_bytes){ NULL, 0 } : fk_bytes_text(value);
}

static const entry assessment[] = {
    { "instrument", "dash-adult" }, { "assessedOn", "2026-05-12" }, { "worker", "Sam Field" },
    { "professionalSeen", "true" }, { "outcomeTold", "yes" },       { NULL, NULL },
};
static const entry safety_plan[] = {
    { "plannedOn", "2026-05-12" },
    { "worker", "Sam Field" },
    { "nextReviewOn", "2026-06-12" },
    { NULL, NULL },
};
static const entry referral[] = {
    { "referredOn", "2026-05-12" },
    { "worker", "Sam Field" },
    { "evaluation", "000102030405060708090a0b0c0d0e0f" },
    { "idvaReferral.answer", "yes" },
    { NULL, NULL },
};

/* Each case changes a complete document and names the gaps it then has, as "field code". */
typedef struct completion_case {
    const char *type;
    const entry *base;
    const char *all_answers;
    uint32_t version;
    entry changes[4];
    const char *gaps[4];
} completion_case;

static const completion_case cases[] = {
    { "assessment", assessment, "no", 1, { { NULL, NULL } }, { NULL } },
    { "safety_plan", safety_plan, NULL, 1, { { NULL, NULL } }, { NULL } },
    { "referral", referral, NULL, 1, { { NULL, NULL } }, { NULL } },
    /* assessment */
    { "assessment", assessment, "no", 1, { { "instrument", "" } }, { "instrument required" } },
    { "assessment", assessment, "no", 1, { { "assessedOn", "" } }, { "assessedOn required" } },
    { "assessment", assessment, "no", 1, { { "assessedOn", "2026-02-30" } }, { "assessedOn required" } },
    { "assessment", assessment, "no", 1, { { "worker", " \t" } }, { "worker required" } },
    { "assessment", assessment, "no", 1, { { "professionalSeen", "false" } }, { "professionalSeen required" } },
    { "assessment", assessment, "no", 1, { { "professionalSeen", "" } }, { "professionalSeen required" } },
    { "assessment",
      assessment,
      "no",
      1,
      { { "answer/D07_CHILD_CONTACT.answer", "" } },
      { "answer/D07_CHILD_CONTACT unanswered" } },
    { "assessment",
      assessment,
      "no",
      1,
      { { "answer/D07_CHILD_CONTACT.answer", "maybe" }, { "answer/D24_CRIMINAL.answer", "" } },
      { "answer/D07_CHILD_CONTACT unanswered", "answer/D24_CRIMINAL unanswered" } },
    { "assessment", assessment, "dont_know", 1, { { NULL, NULL } }, { NULL } },
    { "assessment", assessment, "not_answered", 1, { { NULL, NULL } }, { "notAskedReason reason-needed" } },
    { "assessment", assessment, "not_answered", 1, { { "notAskedReason", "  " } }, { "notAskedReason reason-needed" } },
    { "assessment", assessment, "not_answered", 1, { { "notAskedReason", "She had to leave." } }, { NULL } },
    { "assessment",
      assessment,
      "yes",
      1,
      { { "answer/D01_INJURY.answer", "not_answered" } },
      { "notAskedReason reason-needed" } },
    { "assessment", assessment, "no", 1, { { "concernHigh", "yes" } }, { "concernReason reason-needed" } },
    { "assessment",
      assessment,
      "no",
      1,
      { { "concernHigh", "yes" }, { "concernReason", "\xC2\xA0" } },
      { "concernReason reason-needed" } },
    { "assessment", assessment, "no", 1, { { "concernHigh", "yes" }, { "concernReason", "Fear." } }, { NULL } },
    { "assessment", assessment, "no", 1, { { "concernHigh", "no" } }, { NULL } },
    { "assessment", assessment, "no", 1, { { "concernHigh", "not_known" } }, { NULL } },
    { "assessment", assessment, "no", 1, { { "outcomeTold", "" } }, { "outcomeTold required" } },
    { "assessment", assessment, "no", 1, { { "outcomeTold", "no" } }, { "outcomeNotToldReason reason-needed" } },
    { "assessment", assessment, "no", 1, { { "outcomeTold", "not_known" } }, { "outcomeNotToldReason reason-needed" } },
    { "assessment",
      assessment,
      "no",
      1,
      { { "outcomeTold", "no" }, { "outcomeNotToldReason", "Not safe now." } },
      { NULL } },
    { "assessment", assessment, "no", 2, { { NULL, NULL } }, { "changeReason reason-needed" } },
    { "assessment", assessment, "no", 2, { { "changeReason", "Answer 7." } }, { NULL } },
    /* safety plan */
    { "safety_plan", safety_plan, NULL, 1, { { "plannedOn", "" } }, { "plannedOn required" } },
    { "safety_plan", safety_plan, NULL, 1, { { "worker", "" } }, { "worker required" } },
    { "safety_plan", safety_plan, NULL, 1, { { "nextReviewOn", "" } }, { "nextReviewOn required" } },
    { "safety_plan", safety_plan, NULL, 1, { { "nextReviewOn", "2026-05-12" } }, { "nextReviewOn too-early" } },
    { "safety_plan", safety_plan, NULL, 1, { { "nextReviewOn", "2026-05-11" } }, { "nextReviewOn too-early" } },
    { "safety_plan", safety_plan, NULL, 1, { { "nextReviewOn", "2026-05-13" } }, { NULL } },
    { "safety_plan",
      safety_plan,
      NULL,
      1,
      { { "nextReviewOn", "" }, { "plannedOn", "" } },
      { "plannedOn required", "nextReviewOn required" } },
    { "safety_plan", safety_plan, NULL, 3, { { "changeReason", "\n" } }, { "changeReason reason-needed" } },
    /* referral */
    { "referral", referral, NULL, 1, { { "referredOn", "" } }, { "referredOn required" } },
    { "referral", referral, NULL, 1, { { "worker", "" } }, { "worker required" } },
    { "referral", referral, NULL, 1, { { "evaluation", "" } }, { "evaluation required" } },
    { "referral", referral, NULL, 1, { { "idvaReferral.answer", "" } }, { "idvaReferral required" } },
    { "referral", referral, NULL, 1, { { "idvaReferral.answer", "no" } }, { "idvaReferral reason-needed" } },
    { "referral",
      referral,
      NULL,
      1,
      { { "idvaReferral.answer", "no" }, { "idvaReferral.why", "Has one." } },
      { NULL } },
    { "referral", referral, NULL, 2, { { NULL, NULL } }, { "changeReason reason-needed" } },
};

static void check__finds_exactly_the_gaps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const completion_case *c = &cases[i];
        values drafted = { { c->base, c->changes }, c->all_answers };
        fk_document_values view = { value_of, &drafted };
        fk_completion completion;
        assert_true(fk_is_ok(fk_completion_check(fk_bytes_text(c->type), c->version, &view, &completion)));
        for (size_t g = 0; g < completion.gap_count; g++) {
            const fk_gap *gap = &completion.gaps[g];
            char text[100];
            (void)snprintf(text, sizeof text, "%s%s%s %s", gap->field, gap->key == NULL ? "" : "/",
                           gap->key == NULL ? "" : gap->key, fk_names_text(&fk_gap_code_names, gap->code));
            if (g >= 4 || c->gaps[g] == NULL) {
                fail_msg("case %zu: unexpected gap %s", i, text);
            }
            assert_string_equal(text, c->gaps[g]);
        }
        if (completion.gap_count < 4 && c->gaps[completion.gap_count] != NULL) {
            fail_msg("case %zu: no gap %s", i, c->gaps[completion.gap_count]);
        }
    }
}

static void check__lists_every_gap_of_an_empty_form(void **state)
{
    (void)state;
    values empty = { { NULL, NULL }, NULL };
    fk_document_values view = { value_of, &empty };
    fk_completion completion;
    assert_true(fk_is_ok(fk_completion_check(fk_bytes_text("assessment"), 2, &view, &completion)));
    /* Instrument, date, worker, 24 answers, professional section, outcome, reason of the change. */
    assert_int_equal(completion.gap_count, 3 + 24 + 3);
    assert_string_equal(completion.gaps[3].key, "D01_INJURY");
    assert_string_equal(completion.gaps[26].key, "D24_CRIMINAL");
}

static void check__knows_no_other_document(void **state)
{
    (void)state;
    static const char *const types[] = { "", "case", "assessments", "evaluation" };
    values empty = { { NULL, NULL }, NULL };
    fk_document_values view = { value_of, &empty };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        fk_completion completion = { .gap_count = 7 };
        assert_int_equal(fk_completion_check(fk_bytes_text(types[i]), 1, &view, &completion).code,
                         FK_ERR_INVALID_INPUT);
        assert_int_equal(completion.gap_count, 0);
    }
}

/* A gap names a field a person can fill in. */
static void gaps__name_fields_of_the_record_schema(void **state)
{
    (void)state;
    static const char *const types[] = { "assessment", "safety_plan", "referral" };
    values empty = { { NULL, NULL }, "not_answered" };
    fk_document_values view = { value_of, &empty };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        fk_completion completion;
        assert_true(fk_is_ok(fk_completion_check(fk_bytes_text(types[i]), 2, &view, &completion)));
        assert_true(completion.gap_count > 3);
        for (size_t g = 0; g < completion.gap_count; g++) {
            assert_non_null(fk_record_field_find(fk_record_type_find(fk_bytes_text(types[i])),
                                                 fk_bytes_text(completion.gaps[g].field)));
        }
    }
}

static bool has_gap_at(const fk_completion *completion, const char *field)
{
    for (size_t g = 0; g < completion->gap_count; g++) {
        if (strcmp(completion->gaps[g].field, field) == 0) {
            return true;
        }
    }
    return false;
}

/* Every document the schema can draft has rules, so none is completed unchecked; they ask for every required field. */
static void check__knows_every_document_of_the_schema(void **state)
{
    (void)state;
    values empty = { { NULL, NULL }, NULL };
    fk_document_values view = { value_of, &empty };
    for (size_t i = 0; i < FK_RECORD_TYPE_COUNT; i++) {
        const fk_record_type *type = &fk_record_types[i];
        fk_completion completion;
        fk_status status = fk_completion_check(fk_bytes_text(type->name), 1, &view, &completion);
        assert_int_equal(fk_is_ok(status), type->is_document);
        for (size_t f = 0; type->is_document && f < type->field_count; f++) {
            if (type->fields[f].is_required && !has_gap_at(&completion, type->fields[f].name)) {
                fail_msg("%s.%s is required and not asked for", type->name, type->fields[f].name);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check__finds_exactly_the_gaps),
        cmocka_unit_test(check__lists_every_gap_of_an_empty_form),
        cmocka_unit_test(check__knows_no_other_document),
        cmocka_unit_test(gaps__name_fields_of_the_record_schema),
        cmocka_unit_test(check__knows_every_document_of_the_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
