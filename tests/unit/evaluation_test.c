/* One evaluation from JSON to JSON (docs/DOMAIN.md 7): what is refused and where, what is equal, what memory does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "fk/criteria.h"
#include "fk/eval.h"
#include "fk/json.h"

/* The text with every ' as ", which reads better in C; an apostrophe does not occur. */
static fk_bytes json_of(const char *text, char *buffer, size_t size_bytes)
{
    size_t length = strlen(text);
    assert_true(length < size_bytes);
    for (size_t i = 0; i < length; i++) {
        buffer[i] = (char)(text[i] == '\'' ? '"' : text[i]);
    }
    return fk_bytes_of(buffer, length);
}

static fk_status evaluate(const char *text, fk_buffer *out, fk_error *error)
{
    char buffer[4096];
    return fk_eval_criteria(&fk_allocator_libc, json_of(text, buffer, sizeof buffer), out, error);
}

static int codec_start(void **state)
{
    (void)state;
    fk_codec_start(&fk_allocator_libc);
    return 0;
}

/* --- refused -------------------------------------------------------------------------------------- */

/* The start of an evaluation on a day. */
#define ON "{'evaluationDate':'2026-03-10',"

static const struct {
    const char *json;
    fk_code code;
    const char *detail; /* NULL: that of the reader of JSON, whatever it is */
} refused[] = {
    { "", FK_ERR_BAD_JSON, NULL },
    { "{", FK_ERR_BAD_JSON, NULL },
    { "{'evaluationDate':'2026-03-10'} {}", FK_ERR_BAD_JSON, NULL },
    { ON "'evaluationDate':'2026-03-11'}", FK_ERR_BAD_JSON, NULL },
    { ON "'version':01}", FK_ERR_BAD_JSON, NULL },
    { ON "'note':'\\u0000'}", FK_ERR_BAD_JSON, NULL },
    { "[]", FK_ERR_INVALID_INPUT, "evaluation" },
    { "null", FK_ERR_INVALID_INPUT, "evaluation" },
    { "'2026-03-10'", FK_ERR_INVALID_INPUT, "evaluation" },
    { "{}", FK_ERR_INVALID_INPUT, "evaluationDate" },
    { "{'evaluationDate':null}", FK_ERR_INVALID_INPUT, "evaluationDate" },
    { "{'evaluationDate':[]}", FK_ERR_INVALID_INPUT, "evaluationDate" },
    { "{'evaluationDate':20260310}", FK_ERR_INVALID_INPUT, "evaluationDate" },
    { "{'evaluationDate':'2026-02-29'}", FK_ERR_INVALID_INPUT, "evaluationDate" },
    { ON "'area':'AREA_A'}", FK_ERR_INVALID_INPUT, "area" },
    { ON "'area':[1]}", FK_ERR_INVALID_INPUT, "area" },
    { ON "'area':{'id':1}}", FK_ERR_INVALID_INPUT, "area.id" },
    { ON "'area':{'vhrThreshold':-1}}", FK_ERR_INVALID_INPUT, "area.vhrThreshold" },
    { ON "'area':{'vhrThreshold':14.0}}", FK_ERR_INVALID_INPUT, "area.vhrThreshold" },
    { ON "'area':{'vhrThreshold':'14'}}", FK_ERR_INVALID_INPUT, "area.vhrThreshold" },
    { ON "'area':{'escalation':3}}", FK_ERR_INVALID_INPUT, "area.escalation" },
    { ON "'area':{'escalation':{'months':1201}}}", FK_ERR_INVALID_INPUT, "area.escalation.months" },
    { ON "'area':{'escalation':{'source':'police'}}}", FK_ERR_INVALID_INPUT, "area.escalation.source" },
    { ON "'area':{'escalation':{'samePair':'yes'}}}", FK_ERR_INVALID_INPUT, "area.escalation.samePair" },
    { ON "'area':{'repeat':{'anchor':'referral'}}}", FK_ERR_INVALID_INPUT, "area.repeat.anchor" },
    { ON "'area':{'repeat':{'definition':''}}}", FK_ERR_INVALID_INPUT, "area.repeat.definition" },
    { ON "'area':{'localCriteria':'LC_HBA'}}", FK_ERR_INVALID_INPUT, "area.localCriteria" },
    { ON "'area':{'localCriteria':[1]}}", FK_ERR_INVALID_INPUT, "area.localCriteria" },
    { ON "'dash':['yes']}", FK_ERR_INVALID_INPUT, "dash" },
    { ON "'dash':{'24':'maybe'}}", FK_ERR_INVALID_INPUT, "dash.24" },
    { ON "'dash':{'1':true}}", FK_ERR_INVALID_INPUT, "dash.1" },
    { ON "'professionalJudgement':true}", FK_ERR_INVALID_INPUT, "professionalJudgement" },
    { ON "'professionalJudgement':{'concernHigh':'yes'}}", FK_ERR_INVALID_INPUT, "professionalJudgement.concernHigh" },
    { ON "'professionalJudgement':{'rationale':5}}", FK_ERR_INVALID_INPUT, "professionalJudgement.rationale" },
    { ON "'victim':'Rowan'}", FK_ERR_INVALID_INPUT, "victim" },
    { ON "'victim':{'dob':'1990'}}", FK_ERR_INVALID_INPUT, "victim.dob" },
    { ON "'victim':{'dob':'2026-03-11'}}", FK_ERR_INVALID_INPUT, "victim.dob" },
    { ON "'victimOverride':{'dob':'2026-02-30'}}", FK_ERR_INVALID_INPUT, "victimOverride.dob" },
    { ON "'perpetrators':{'id':'P1'}}", FK_ERR_INVALID_INPUT, "perpetrators" },
    { ON "'perpetrators':['P1']}", FK_ERR_INVALID_INPUT, "perpetrators" },
    { ON "'perpetrators':[null]}", FK_ERR_INVALID_INPUT, "perpetrators" },
    { ON "'perpetrators':[{'dob':'1990-01-01'}]}", FK_ERR_INVALID_INPUT, "perpetrators.id" },
    { ON "'perpetrators':[{'id':'P1'},{'id':'P1'}]}", FK_ERR_INVALID_INPUT, "perpetrators.id" },
    { ON "'perpetrators':[{'id':'P1'},{'id':'P2','dob':'1990-13-01'}]}", FK_ERR_INVALID_INPUT, "perpetrators[1].dob" },
    { ON "'perpetratorOverride':[{'id':'P1','dob':'2026-03-11'}]}", FK_ERR_INVALID_INPUT, "perpetrators.dob" },
    { ON "'children':[{'dob':'2026-02-29'}]}", FK_ERR_INVALID_INPUT, "children[0].dob" },
    { ON "'incidents':[{'date':'2026-3-1'}]}", FK_ERR_INVALID_INPUT, "incidents[0].date" },
    { ON "'incidents':[{},{'type':'violence'}]}", FK_ERR_INVALID_INPUT, "incidents[1].type" },
    { ON "'incidents':[{'policeReported':1}]}", FK_ERR_INVALID_INPUT, "incidents[0].policeReported" },
    { ON "'priorMarac':[{'meetingDate':'never'}]}", FK_ERR_INVALID_INPUT, "priorMarac[0].meetingDate" },
    { ON "'priorMarac':[{'perpetratorIds':'P1'}]}", FK_ERR_INVALID_INPUT, "priorMarac[0].perpetratorIds" },
    { ON "'priorMarac':[{'perpetratorIds':[7]}]}", FK_ERR_INVALID_INPUT, "priorMarac[0].perpetratorIds" },
    { ON "'transfer':'yes'}", FK_ERR_INVALID_INPUT, "transfer" },
    { ON "'transfer':{'movedOn':'2026-04-31'}}", FK_ERR_INVALID_INPUT, "transfer.movedOn" },
    { ON "'localFlags':{'LC_HBA':true}}", FK_ERR_INVALID_INPUT, "localFlags" },
    { ON "'interpreterNeeded':'no'}", FK_ERR_INVALID_INPUT, "interpreterNeeded" },
    { ON "'version':1.5}", FK_ERR_INVALID_INPUT, "version" },
    { ON "'referralSentOn':''}", FK_ERR_INVALID_INPUT, "referralSentOn" },
};

static void eval__refuses_and_names_the_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        fk_error error = { "" };
        fk_buffer out;
        fk_buffer_init(&out, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
        assert_true(fk_is_ok(fk_buffer_append(&out, fk_bytes_text("before"))));
        fk_status status = evaluate(refused[i].json, &out, &error);
        if (status.code != refused[i].code ||
            (refused[i].detail != NULL && strcmp(error.detail, refused[i].detail) != 0)) {
            fail_msg("%s: %s (%s)", refused[i].json, fk_code_name(status.code), error.detail);
        }
        assert_true(fk_bytes_equal_text(fk_buffer_view(&out), "before"));
        fk_buffer_free(&out);
    }
}

/* --- bounds ----------------------------------------------------------------------------------------- */

static void append(fk_buffer *buffer, const char *text)
{
    char bytes[256];
    assert_true(fk_is_ok(fk_buffer_append(buffer, json_of(text, bytes, sizeof bytes))));
}

static void append_times(fk_buffer *buffer, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        append(buffer, i == 0 ? "" : ",");
        append(buffer, text);
    }
}

static fk_status evaluate_list(const char *before, const char *element, size_t count, const char *after,
                               fk_error *error)
{
    fk_buffer json;
    fk_buffer out;
    fk_buffer_init(&json, &fk_allocator_libc, 4U << 20);
    fk_buffer_init(&out, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
    append(&json, "{'evaluationDate':'2026-03-10',");
    append(&json, before);
    append_times(&json, element, count);
    append(&json, after);
    append(&json, "}");
    fk_status status = fk_eval_criteria(&fk_allocator_libc, fk_buffer_view(&json), &out, error);
    assert_true(fk_is_ok(status) == (out.size_bytes > 0));
    fk_buffer_free(&json);
    fk_buffer_free(&out);
    return status;
}

static void eval__takes_the_most_and_not_one_more(void **state)
{
    (void)state;
    static const struct {
        const char *before, *element, *after;
        size_t max;
        const char *detail;
    } cases[] = {
        { "'children':[", "{}", "]", FK_CRITERIA_CHILDREN_MAX, "children" },
        { "'incidents':[", "{'date':'2026-03-09','type':'threat'}", "]", FK_CRITERIA_INCIDENTS_MAX, "incidents" },
        { "'priorMarac':[", "{'referralDate':'2026-01-01'}", "]", FK_CRITERIA_PRIORS_MAX, "priorMarac" },
        { "'localFlags':[", "'LC_FGM'", "]", FK_CRITERIA_LOCAL_MAX, "localFlags" },
        { "'area':{'localCriteria':[", "'LC_HBA'", "]}", FK_CRITERIA_LOCAL_MAX, "area.localCriteria" },
        { "'priorMarac':[{'perpetratorIds':[", "'P1'", "]}]", FK_CRITERIA_PERPETRATORS_MAX,
          "priorMarac[0].perpetratorIds" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_error error = { "" };
        assert_true(fk_is_ok(evaluate_list(cases[i].before, cases[i].element, cases[i].max, cases[i].after, &error)));
        fk_status status = evaluate_list(cases[i].before, cases[i].element, cases[i].max + 1, cases[i].after, &error);
        assert_int_equal(status.code, FK_ERR_TOO_LARGE);
        assert_string_equal(error.detail, cases[i].detail);
    }
    fk_error error = { "" };

    assert_int_equal(
        evaluate_list("'perpetrators':[", "{'id':'P1'}", FK_CRITERIA_PERPETRATORS_MAX + 1, "]", &error).code,
        FK_ERR_TOO_LARGE);
    assert_string_equal(error.detail, "perpetrators");
}

static void eval__refuses_long_texts_and_documents(void **state)
{
    (void)state;
    static char text[2 * FK_EVAL_INPUT_SIZE_BYTES_MAX];
    static const struct {
        const char *before, *after, *detail;
        size_t max;
    } cases[] = {
        { "{\"evaluationDate\":\"2026-03-10\",\"area\":{\"id\":\"", "\"}}", "area.id",
          FK_CRITERIA_TEXT_SIZE_BYTES_MAX },
        { "{\"evaluationDate\":\"2026-03-10\",\"professionalJudgement\":{\"rationale\":\"", "\"}}",
          "professionalJudgement.rationale", FK_CRITERIA_REASON_SIZE_BYTES_MAX },
        { "{\"evaluationDate\":\"2026-03-10\",\"incidents\":[{\"id\":\"", "\"}]}", "incidents[0].id",
          FK_CRITERIA_TEXT_SIZE_BYTES_MAX },
        { "{\"evaluationDate\":\"2026-03-10\",\"note\":\"", "\"}", NULL,
          FK_EVAL_INPUT_SIZE_BYTES_MAX - sizeof "{\"evaluationDate\":\"2026-03-10\",\"note\":\"\"}" + 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t over = 0; over <= 1; over++) {
            int before = snprintf(text, sizeof text, "%s", cases[i].before);
            memset(text + before, 'x', cases[i].max + over);
            int after = snprintf(text + before + cases[i].max + over, 16, "%s", cases[i].after);
            fk_error error = { "" };
            fk_buffer out;
            fk_buffer_init(&out, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
            fk_status status =
                fk_eval_criteria(&fk_allocator_libc,
                                 fk_bytes_of(text, (size_t)before + cases[i].max + over + (size_t)after), &out, &error);
            assert_int_equal(status.code, over == 0 ? FK_OK : FK_ERR_TOO_LARGE);
            if (over == 1 && cases[i].detail != NULL) {
                assert_string_equal(error.detail, cases[i].detail);
            }
            fk_buffer_free(&out);
        }
    }
}

static void eval__refuses_deep_nesting(void **state)
{
    (void)state;
    static char text[400];
    for (size_t depth = 31; depth <= 33; depth++) {
        /* The object of the evaluation is the first level. */
        int size = snprintf(text, sizeof text, "{\"evaluationDate\":\"2026-03-10\",\"note\":");
        memset(text + size, '[', depth - 1);
        memset(text + (size_t)size + depth - 1, ']', depth - 1);
        text[(size_t)size + 2 * (depth - 1)] = '}';
        fk_buffer out;
        fk_buffer_init(&out, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
        fk_status status =
            fk_eval_criteria(&fk_allocator_libc, fk_bytes_of(text, (size_t)size + 2 * (depth - 1) + 1), &out, NULL);
        assert_int_equal(status.code, depth <= 32 ? FK_OK : FK_ERR_TOO_LARGE);
        fk_buffer_free(&out);
    }
}

/* --- equal -------------------------------------------------------------------------------------------- */

/* A case with much in it, for memory and for the shape of the result. */
static const char full[] =
    "{'evaluationDate':'2026-03-10','area':{'id':'AREA_A','localCriteria':['LC_HBA','LC_FGM']},"
    "'dash':{'1':'yes','2':'dont_know','3':'no','24':'not_answered'},"
    "'professionalJudgement':{'concernHigh':true,'rationale':'Fear.'},"
    "'victim':{'dob':'1990-01-01'},'perpetrators':[{'id':'P1','dob':'1988-01-01'},{'id':'P2'}],"
    "'children':[{'dob':'2026-05-01'}],"
    "'incidents':[{'id':'I1','date':'2026-03-01','type':'physical','perpetratorId':'P1','policeReported':true},"
    "{'id':'I2','date':'2026-02-01','type':'economic','perpetratorId':'P2'}],"
    "'priorMarac':[{'maracArea':'AREA_B','referralDate':'2025-12-01','meetingDate':'2025-12-10',"
    "'perpetratorIds':['P1']}],"
    "'transfer':{'movedOn':'2026-01-01'},'localFlags':['LC_HBA'],'interpreterNeeded':true,'version':2,"
    "'referralSentOn':'2026-03-01'}";

static void assert_same_result(const char *json, const char *same_as)
{
    fk_buffer left;
    fk_buffer right;
    fk_buffer_init(&left, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
    fk_buffer_init(&right, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
    assert_true(fk_is_ok(evaluate(json, &left, NULL)));
    assert_true(fk_is_ok(evaluate(same_as, &right, NULL)));
    if (!fk_bytes_equal(fk_buffer_view(&left), fk_buffer_view(&right))) {
        fail_msg("%s\n%.*s\n%s\n%.*s", json, (int)left.size_bytes, (const char *)left.data, same_as,
                 (int)right.size_bytes, (const char *)right.data);
    }
    fk_buffer_free(&left);
    fk_buffer_free(&right);
}

static void eval__takes_absent_null_and_empty_as_equal(void **state)
{
    (void)state;
    static const char *const members[] = { "area",
                                           "dash",
                                           "professionalJudgement",
                                           "victim",
                                           "perpetrators",
                                           "children",
                                           "incidents",
                                           "transfer",
                                           "localFlags",
                                           "version",
                                           "interpreterNeeded",
                                           "referralSentOn",
                                           "priorMarac",
                                           "somewhere",
                                           "victimOverride",
                                           "note",
                                           "perpetratorOverride" };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        char json[128];
        (void)snprintf(json, sizeof json, "{'evaluationDate':'2026-03-10','%s':null}", members[i]);
        assert_same_result(json, "{'evaluationDate':'2026-03-10'}");
        (void)snprintf(json, sizeof json, "{'evaluationDate':'2026-03-10','%s':[]}", members[i]);
        assert_same_result(json, "{'evaluationDate':'2026-03-10'}");
    }
}

static void eval__ignores_what_it_does_not_know(void **state)
{
    (void)state;
    assert_same_result("{'evaluationDate':'2026-03-10','dash':{'25':'perhaps','01':7},'area':{'vhr':3},"
                       "'transfer':null,'somewhere':{'deep':[{'evaluationDate':'never'}]},'expected':{'eligible':5}}",
                       "{'evaluationDate':'2026-03-10'}");
}

/* An override stands for the people beside it, whatever those are. */
static void eval__lets_an_override_replace_people(void **state)
{
    (void)state;
    assert_same_result(
        "{'evaluationDate':'2026-03-10','victim':{'dob':'nonsense'},'victimOverride':{'dob':'2000-01-01'},"
        "'perpetrators':[{'id':'P9'},{'id':'P9'}],'perpetratorOverride':[{'id':'P1'}]}",
        "{'evaluationDate':'2026-03-10','victim':{'dob':'2000-01-01'},'perpetrators':[{'id':'P1'}]}");
    assert_same_result("{'evaluationDate':'2026-03-10','victim':{'dob':'2000-01-01'},'victimOverride':{}}",
                       "{'evaluationDate':'2026-03-10'}");
}

/* Written once and compared as text: a change of the shape is seen. */
static void eval__writes_every_key(void **state)
{
    (void)state;
    static const char expected[] =
        "{'eligible':true,'victimAge':36,'perpetratorAges':{'P1':38,'P2':null},'yesCount':1,'dontKnowCount':1,"
        "'notAnsweredCount':21,'escalationCount':1,'criteria':{'visibleHighRisk':'possible',"
        "'professionalJudgement':'met','potentialEscalation':'not_met','repeat':'met','transferIn':'met',"
        "'local':'met'},'referToMarac':true,'reasons':['professionalJudgement','repeat','transferIn','local'],"
        "'composites':[],'notices':['N_VHR_POSSIBLE','N_MULTIPLE_PERPETRATORS','N_CHANGED_AFTER_COMPLETION',"
        "'N_CHILDREN_REFERRAL_CHECK','N_NO_FAMILY_INTERPRETER'],'repeatAnchorDate':'2025-12-01',"
        "'repeatWindowEnd':'2026-12-01','repeatPairPerpetratorId':'P1','referralSource':'marac_transfer',"
        "'returnCountedAs':'repeat','localMet':['LC_HBA'],'evidence':{'date':'2026-03-10','area':'AREA_A',"
        "'minVictimAge':16,'everyPerpetratorUnder16':false,'formVersion':2,'referralSentOn':'2026-03-01',";
    char buffer[4096];
    fk_buffer out;
    fk_buffer_init(&out, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
    assert_true(fk_is_ok(evaluate(full, &out, NULL)));
    fk_bytes start = json_of(expected, buffer, sizeof buffer);
    assert_true(out.size_bytes > start.size_bytes);
    assert_memory_equal(out.data, start.data, start.size_bytes);
    fk_buffer_free(&out);
}

/* --- memory --------------------------------------------------------------------------------------------- */

static void eval__leaves_nothing_when_memory_fails(void **state)
{
    (void)state;
    char buffer[4096];
    fk_bytes json = json_of(full, buffer, sizeof buffer);
    bool has_succeeded = false;
    uint64_t fail_at = 0;
    for (; !has_succeeded; fail_at++) {
        failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        fk_codec_start(&failing.allocator);
        fk_buffer out;
        fk_buffer_init(&out, &failing.allocator, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
        fk_status status = fk_eval_criteria(&failing.allocator, json, &out, NULL);
        has_succeeded = fk_is_ok(status);
        assert_int_equal(status.code, has_succeeded ? FK_OK : FK_ERR_NO_MEMORY);
        assert_true(has_succeeded == (out.size_bytes > 0));
        fk_buffer_free(&out);
        assert_int_equal(failing.live_bytes, 0);
        assert_int_equal(failing.live_count, 0);
    }
    assert_true(fail_at > 20);
    fk_codec_start(&fk_allocator_libc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eval__refuses_and_names_the_field),
        cmocka_unit_test(eval__takes_the_most_and_not_one_more),
        cmocka_unit_test(eval__refuses_long_texts_and_documents),
        cmocka_unit_test(eval__refuses_deep_nesting),
        cmocka_unit_test(eval__takes_absent_null_and_empty_as_equal),
        cmocka_unit_test(eval__ignores_what_it_does_not_know),
        cmocka_unit_test(eval__lets_an_override_replace_people),
        cmocka_unit_test(eval__writes_every_key),
        cmocka_unit_test(eval__leaves_nothing_when_memory_fails),
    };
    return cmocka_run_group_tests(tests, codec_start, NULL);
}
