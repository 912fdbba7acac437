/* The whole of core/app through its border, natively, on a memory disk: the path of a worker with no
 * network, what is refused, what survives locking, and every allocation failing once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fk/json.h"
#include "fk/protocol_codec.h"
#include "fk/session.h"

#include "failing_allocator.h"
#include "memory_disk.h"
#include "seeded_random.h"

enum { TEXT_SIZE_MAX = 64 * 1024 };

static const uint8_t right_key[32] = { 1, 2, 3 };
static const uint8_t wrong_key[32] = { 1, 2, 4 };

/* Ids in requests are written short and spelled out here: case C, people V and P ... */
#define ID_CASE "c0000000000000000000000000000001"
#define ID_VICTIM "a0000000000000000000000000000001"
#define ID_PERPETRATOR "a0000000000000000000000000000002"
#define ID_CHILD "a0000000000000000000000000000003"
#define ID_ASSESSMENT "d0000000000000000000000000000001"
#define ID_EVALUATION "e0000000000000000000000000000001"
#define ID_PLAN "b0000000000000000000000000000001"
#define ID_REFERRAL "f0000000000000000000000000000001"

typedef struct fixture {
    memory_disk *disk;
    fk_clock clock;
    seeded_random random;
    fk_random random_port;
    fk_host host;
    fk_session *session;
    fk_buffer reply;
    unsigned mutation_count;
} fixture;

static uint64_t fixed_now_ms(void *ctx)
{
    (void)ctx;
    return UINT64_C(1790000000000);
}

static void fixture_open(fixture *f, const fk_allocator *allocator)
{
    f->clock = (fk_clock){ fixed_now_ms, fixed_now_ms, NULL };
    f->host = (fk_host){ allocator, memory_disk_port(f->disk), &f->clock, &f->random_port };
    fk_buffer_init(&f->reply, &fk_allocator_libc, FK_SESSION_REPLY_SIZE_BYTES_MAX);
    assert_true(fk_is_ok(fk_session_new(&f->host, &f->session)));
}

static void fixture_init(fixture *f)
{
    memset(f, 0, sizeof *f);
    f->disk = memory_disk_new(1);
    f->random.state = 42;
    f->random_port = seeded_random_port(&f->random);
    fixture_open(f, &fk_allocator_libc);
}

static void fixture_free(fixture *f)
{
    fk_session_free(f->session);
    fk_buffer_free(&f->reply);
    memory_disk_free(f->disk);
}

/* The reply is NUL-terminated so that tests can search it. */
static const char *call_bytes(fixture *f, const char *command, fk_bytes request)
{
    const fk_command *known = fk_command_by_name(fk_bytes_text(command));
    assert_non_null(known);
    assert_true(fk_is_ok(fk_session_call(f->session, known->id, request, &f->reply)));
    assert_true(fk_is_ok(fk_buffer_append_byte(&f->reply, 0)));
    return (const char *)f->reply.data;
}

static const char *call(fixture *f, const char *command, const char *request)
{
    return call_bytes(f, command, fk_bytes_text(request));
}

static bool is_ok(const char *reply)
{
    return strncmp(reply, "{\"ok\":true", 10) == 0;
}

static bool has(const char *reply, const char *piece)
{
    return strstr(reply, piece) != NULL;
}

#define assert_ok(reply)              \
    do {                              \
        const char *reply_ = (reply); \
        if (!is_ok(reply_)) {         \
            fail_msg("%s", reply_);   \
        }                             \
    } while (0)

#define assert_has(reply, piece)                          \
    do {                                                  \
        const char *reply_ = (reply);                     \
        if (!has(reply_, piece)) {                        \
            fail_msg("%s\nis not in\n%s", piece, reply_); \
        }                                                 \
    } while (0)

#define assert_refused(reply, code) assert_has(reply, "{\"ok\":false,\"error\":{\"code\":\"" code "\"")

static const char *save(fixture *f, const char *type, const char *record, const char *changes)
{
    char request[TEXT_SIZE_MAX];
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE "\",\"recordId\":\"%s\",\"type\":\"%s\","
                   "\"changes\":[%s]}",
                   record, type, changes);
    return call(f, "draft.save", request);
}

#define CHANGE(field, value) "{\"field\":\"" field "\",\"value\":" value "}"

static const char *commit(fixture *f, const char *records)
{
    char request[TEXT_SIZE_MAX];
    f->mutation_count++;
    (void)snprintf(request, sizeof request, "{\"mutationId\":\"9%031u\",\"timeMs\":1790000000000,\"recordIds\":[%s]}",
                   f->mutation_count, records);
    return call(f, "draft.commit", request);
}

static const char *complete(fixture *f, const char *record)
{
    char request[TEXT_SIZE_MAX];
    f->mutation_count++;
    (void)snprintf(request, sizeof request,
                   "{\"mutationId\":\"9%031u\",\"timeMs\":1790000000000,\"today\":\"2026-09-21\",\"recordId\":\"%s\"}",
                   f->mutation_count, record);
    return call(f, "document.complete", request);
}

static void make_vault(fixture *f)
{
    assert_ok(call(f, "core.start", "{}"));
    assert_has(call(f, "vault.status", "{}"), "\"state\":\"none\"");
    assert_ok(call(f, "vault.prepare", "{\"memoryKib\":65536}"));
    assert_ok(call_bytes(f, "vault.create", fk_bytes_of(right_key, sizeof right_key)));
}

static void add_person(fixture *f, const char *record, const char *party, const char *name, const char *role,
                       const char *birth)
{
    char changes[2048];
    (void)snprintf(changes, sizeof changes,
                   CHANGE("name", "\"%s\"") "," CHANGE("birth", "{\"date\":\"%s\",\"precision\":\"exact\"}"), name,
                   birth);
    assert_ok(save(f, "person", record, changes));
    (void)snprintf(changes, sizeof changes, CHANGE("person", "\"%s\"") "," CHANGE("role", "\"%s\""), record, role);
    assert_ok(save(f, "party", party, changes));
}

static void add_people(fixture *f)
{
    assert_ok(save(f, "case", ID_CASE,
                   CHANGE("status", "\"open\"") "," CHANGE("openedOn", "\"2026-09-21\"") "," CHANGE(
                       "areaProfile", "\"AREA_NORTHMARSH\"") "," CHANGE("reference", "\"NM-7\"")));
    add_person(f, ID_VICTIM, "a1000000000000000000000000000001", "Si\303\242n Alder", "victim", "1991-04-03");
    assert_has(commit(f, "\"" ID_CASE "\",\"" ID_VICTIM "\",\"a1000000000000000000000000000001\""),
               "\"operationCount\":8");
    add_person(f, ID_PERPETRATOR, "a1000000000000000000000000000002", "Rowan Ash", "perpetrator", "1988-11-20");
    assert_ok(commit(f, "\"" ID_PERPETRATOR "\",\"a1000000000000000000000000000002\""));
    add_person(f, ID_CHILD, "a1000000000000000000000000000003", "Child Alder", "child", "2019-07-08");
    assert_ok(commit(f, "\"" ID_CHILD "\",\"a1000000000000000000000000000003\""));
}

static void add_history(fixture *f)
{
    assert_ok(save(f, "incident", "10000000000000000000000000000001",
                   CHANGE("occurred", "{\"date\":\"2026-09-19\",\"precision\":\"exact\"}") "," CHANGE(
                       "incidentType", "\"unwanted_contact\"") "," CHANGE("perpetrator", "\"" ID_PERPETRATOR "\"")));
    assert_ok(save(f, "incident", "10000000000000000000000000000002",
                   CHANGE("occurred", "{\"disclosedOn\":\"2026-09-18\",\"precision\":\"unknown\"}") "," CHANGE(
                       "incidentType", "\"threat\"")));
    assert_ok(save(f, "prior_marac", "20000000000000000000000000000001",
                   CHANGE("maracArea", "\"AREA_NORTHMARSH\"") "," CHANGE("referralDate", "\"2025-10-01\"") "," CHANGE(
                       "perpetrators", "[\"" ID_PERPETRATOR "\"]")));
    assert_ok(commit(f, "\"10000000000000000000000000000001\",\"10000000000000000000000000000002\","
                        "\"20000000000000000000000000000001\""));
}

static const char *const items[24] = {
    "D01_INJURY",           "D02_FRIGHTENED",   "D03_FEARS",         "D04_ISOLATION",
    "D05_LOW_SUICIDAL",     "D06_SEPARATION",   "D07_CHILD_CONTACT", "D08_STALKING",
    "D09_PREGNANCY",        "D10_MORE_OFTEN",   "D11_WORSE",         "D12_CONTROL_JEALOUSY",
    "D13_WEAPONS",          "D14_THREAT_KILL",  "D15_STRANGULATION", "D16_SEXUAL",
    "D17_OTHER_PERSON",     "D18_HURT_OTHERS",  "D19_ANIMAL",        "D20_FINANCIAL",
    "D21_PERP_DRUG_ALC_MH", "D22_PERP_SUICIDE", "D23_BREACH",        "D24_CRIMINAL",
};

static void fill_assessment(fixture *f, const char *record, unsigned yes_count)
{
    char changes[512];
    for (unsigned i = 0; i < 24; i++) {
        (void)snprintf(changes, sizeof changes, CHANGE("answer/%s", "{\"answer\":\"%s\"}"), items[i],
                       i < yes_count ? "yes" : "no");
        assert_ok(save(f, "assessment", record, changes));
    }
    assert_ok(save(
        f, "assessment", record,
        CHANGE("instrument", "\"dash-adult\"") "," CHANGE("assessedOn", "\"2026-09-21\"") "," CHANGE(
            "worker", "\"W. Thorn\"") "," CHANGE("professionalSeen", "true") "," CHANGE("outcomeTold", "\"yes\"")));
}

static void begin_document(fixture *f, const char *type, const char *record, const char *previous)
{
    char request[1024];
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE "\",\"recordId\":\"%s\",\"type\":\"%s\"%s%s%s}",
                   record, type, previous == NULL ? "" : ",\"previousId\":\"", previous == NULL ? "" : previous,
                   previous == NULL ? "" : "\"");
    assert_ok(call(f, "document.begin", request));
}

/* --- tests ------------------------------------------------------------------------------------- */

static void session__whole_path_survives_locking(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    add_history(&f);

    assert_has(call(&f, "case.list", "{\"limit\":100}"), "\"victimName\":\"Si\303\242n Alder\",\"reference\":\"NM-7\"");
    assert_has(call(&f, "case.list", "{\"limit\":100,\"search\":\"sian al\"}"), "\"totalCount\":1");
    assert_has(call(&f, "case.list", "{\"limit\":100,\"search\":\"row\"}"), "\"totalCount\":1");
    assert_has(call(&f, "case.list", "{\"limit\":100,\"search\":\"lder\"}"), "\"totalCount\":0");
    assert_has(call(&f, "case.list", "{\"limit\":100,\"search\":\"\\\" OR *\"}"), "\"totalCount\":0");

    begin_document(&f, "assessment", ID_ASSESSMENT, NULL);
    assert_has(call(&f, "document.check", "{\"recordId\":\"" ID_ASSESSMENT "\"}"), "\"field\":\"answer/D01_INJURY\"");
    assert_refused(complete(&f, ID_ASSESSMENT), "incomplete");
    fill_assessment(&f, ID_ASSESSMENT, 13);
    const char *summary = call(&f, "assessment.summary", "{\"recordId\":\"" ID_ASSESSMENT "\"}");
    assert_has(summary, "\"yesCount\":13,\"noCount\":11");
    assert_has(summary, "\"visibleHighRisk\":\"not_met\"");
    assert_has(call(&f, "document.check", "{\"recordId\":\"" ID_ASSESSMENT "\"}"), "\"gaps\":[]");
    assert_ok(complete(&f, ID_ASSESSMENT));

    const char *evaluation =
        call(&f, "criteria.evaluate", "{\"caseId\":\"" ID_CASE "\",\"evaluationDate\":\"2026-09-21\"}");
    assert_has(evaluation, "\"yesCount\":13");
    assert_has(evaluation, "\"repeat\":\"met\"");
    assert_has(evaluation, "\"repeatAnchorDate\":\"2025-10-01\"");
    assert_has(evaluation, "\"referToMarac\":true");
    assert_has(evaluation, "\"datedByDisclosure\":[\"10000000000000000000000000000002\"]");
    assert_ok(call(&f, "criteria.record",
                   "{\"mutationId\":\"80000000000000000000000000000001\",\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE
                   "\",\"recordId\":\"" ID_EVALUATION "\",\"evaluationDate\":\"2026-09-21\"}"));

    begin_document(&f, "safety_plan", ID_PLAN, NULL);
    assert_ok(save(&f, "safety_plan", ID_PLAN,
                   CHANGE("plannedOn", "\"2026-09-21\"") "," CHANGE("worker", "\"W. Thorn\"") "," CHANGE(
                       "item/sp.A1", "{\"text\":\"Notice the signs\"}")));
    assert_refused(complete(&f, ID_PLAN), "incomplete");
    assert_ok(save(&f, "safety_plan", ID_PLAN, CHANGE("nextReviewOn", "\"2026-10-19\"")));
    assert_ok(complete(&f, ID_PLAN));
    assert_has(call(&f, "case.list", "{\"limit\":100}"), "\"nextReviewOn\":\"2026-10-19\"");

    begin_document(&f, "referral", ID_REFERRAL, NULL);
    assert_ok(save(&f, "referral", ID_REFERRAL,
                   CHANGE("referredOn", "\"2026-09-21\"") "," CHANGE("worker", "\"W. Thorn\"") "," CHANGE(
                       "evaluation", "\"" ID_EVALUATION "\"") "," CHANGE("assessment",
                                                                         "\"" ID_ASSESSMENT
                                                                         "\"") "," CHANGE("idvaReferral",
                                                                                          "{\"answer\":\"yes\"}")));
    assert_ok(complete(&f, ID_REFERRAL));

    char before[TEXT_SIZE_MAX];
    (void)snprintf(before, sizeof before, "%s", call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
    assert_has(before, "\"ok\":true");
    assert_has(call(&f, "vault.check", "{}"), "\"pagesGood\":true,\"rebuiltEqual\":true");
    assert_ok(call(&f, "vault.lock", "{}"));
    assert_refused(call(&f, "case.list", "{\"limit\":1}"), "wrong-state");
    assert_refused(call_bytes(&f, "vault.unlock", fk_bytes_of(wrong_key, sizeof wrong_key)), "auth");
    assert_has(call(&f, "vault.status", "{}"), "\"state\":\"locked\"");
    assert_ok(call_bytes(&f, "vault.unlock", fk_bytes_of(right_key, sizeof right_key)));
    assert_string_equal(before, call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
    assert_has(call(&f, "vault.check", "{}"), "\"pagesGood\":true,\"rebuiltEqual\":true");
    fixture_free(&f);
}

static void session__repeated_mutation_changes_nothing(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    static const char change[] =
        "{\"mutationId\":\"80000000000000000000000000000009\",\"timeMs\":1790000000001,"
        "\"caseId\":\"" ID_CASE "\",\"recordId\":\"" ID_CASE "\",\"type\":\"case\","
        "\"changes\":[" CHANGE("reference", "\"NM-8\"") "," CHANGE("localFlags", "[\"LC_HBA\",\"LC_FGM\"]") "]}";
    assert_has(call(&f, "record.change", change), "\"operationCount\":3");
    char numbers[4096];
    (void)snprintf(numbers, sizeof numbers, "%s", call(&f, "vault.storage", "{}"));
    assert_has(call(&f, "record.change", change), "\"operationCount\":3");
    assert_string_equal(numbers, call(&f, "vault.storage", "{}"));
    assert_has(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "\"localFlags\":[\"LC_FGM\",\"LC_HBA\"]");
    fixture_free(&f);
}

static void session__set_keeps_elements_apart(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    assert_ok(save(&f, "case", ID_CASE, CHANGE("localFlags", "[\"LC_HBA\",\"LC_FGM\"]")));
    assert_has(commit(&f, "\"" ID_CASE "\""), "\"operationCount\":2");
    assert_ok(save(&f, "case", ID_CASE, CHANGE("localFlags", "[\"LC_FORCED_MARRIAGE\",\"LC_FGM\"]")));
    assert_has(commit(&f, "\"" ID_CASE "\""), "\"operationCount\":2");
    assert_has(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"),
               "\"localFlags\":[\"LC_FGM\",\"LC_FORCED_MARRIAGE\"]");
    assert_has(call(&f, "vault.check", "{}"), "\"rebuiltEqual\":true");
    fixture_free(&f);
}

static void session__completed_version_never_changes(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    begin_document(&f, "assessment", ID_ASSESSMENT, NULL);
    fill_assessment(&f, ID_ASSESSMENT, 14);
    assert_ok(complete(&f, ID_ASSESSMENT));
    assert_refused(save(&f, "assessment", ID_ASSESSMENT, CHANGE("worker", "\"X\"")), "frozen");
    assert_refused(call(&f, "record.change",
                        "{\"mutationId\":\"80000000000000000000000000000002\",\"timeMs\":1,\"caseId\":\"" ID_CASE
                        "\",\"recordId\":\"" ID_ASSESSMENT
                        "\",\"type\":\"assessment\",\"changes\":[" CHANGE("worker", "\"X\"") "]}"),
                   "frozen");

    begin_document(&f, "assessment", "d0000000000000000000000000000002", ID_ASSESSMENT);
    const char *summary = call(&f, "assessment.summary", "{\"recordId\":\"d0000000000000000000000000000002\"}");
    assert_has(summary, "\"yesCount\":14");
    assert_has(call(&f, "document.check", "{\"recordId\":\"d0000000000000000000000000000002\"}"),
               "{\"field\":\"changeReason\",\"code\":\"reason-needed\"}");
    fixture_free(&f);
}

static void session__refuses_what_does_not_belong(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    assert_refused(call(&f, "vault.status", "{}"), "wrong-state");
    assert_ok(call(&f, "core.start", "{}"));
    assert_refused(call(&f, "vault.prepare", "{\"memoryKib\":1024}"), "invalid-input");
    assert_refused(call_bytes(&f, "vault.create", fk_bytes_of(right_key, 32)), "wrong-state");
    assert_ok(call(&f, "vault.prepare", "{\"memoryKib\":65536}"));
    assert_refused(call_bytes(&f, "vault.create", fk_bytes_of(right_key, 31)), "invalid-input");
    assert_ok(call_bytes(&f, "vault.create", fk_bytes_of(right_key, 32)));
    assert_refused(call(&f, "vault.prepare", "{\"memoryKib\":65536}"), "wrong-state");
    assert_refused(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "not-found");
    assert_refused(call(&f, "case.list", "{\"limit\":100,\"limit\":1}"), "bad-json");
    assert_refused(save(&f, "poem", ID_CASE, CHANGE("name", "\"x\"")), "invalid-input");
    assert_refused(save(&f, "area_profile", ID_CASE, CHANGE("title", "\"x\"")), "invalid-input");
    assert_refused(save(&f, "person", ID_VICTIM, CHANGE("nose", "\"x\"")), "invalid-input");
    assert_refused(save(&f, "person", ID_VICTIM, CHANGE("state", "\"hidden\"")), "invalid-input");
    assert_refused(save(&f, "person", ID_VICTIM, ""), "invalid-input");
    add_people(&f);
    assert_ok(save(&f, "person", "a0000000000000000000000000000009", CHANGE("aliases", "\"x\"")));
    assert_refused(commit(&f, "\"a0000000000000000000000000000009\""), "incomplete");
    assert_ok(save(&f, "party", "a1000000000000000000000000000009",
                   CHANGE("person", "\"a0000000000000000000000000000077\"") "," CHANGE("role", "\"child\"")));
    assert_refused(commit(&f, "\"a1000000000000000000000000000009\""), "invalid-input");
    assert_refused(commit(&f, "\"a1000000000000000000000000000055\""), "not-found");
    assert_refused(call(&f, "record.change",
                        "{\"mutationId\":\"80000000000000000000000000000003\",\"timeMs\":1,\"caseId\":\"" ID_CASE
                        "\",\"recordId\":\"" ID_CHILD
                        "\",\"type\":\"person\",\"changes\":[" CHANGE("state", "\"hidden\"") "]}"),
                   "incomplete");
    assert_ok(
        call(&f, "record.change",
             "{\"mutationId\":\"80000000000000000000000000000004\",\"timeMs\":1,\"caseId\":\"" ID_CASE
             "\",\"recordId\":\"" ID_CHILD
             "\",\"type\":\"person\",\"reason\":\"entered twice\",\"changes\":[" CHANGE("state", "\"hidden\"") "]}"));
    assert_false(has(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "Child Alder"));
    assert_has(call(&f, "vault.check", "{}"), "\"rebuiltEqual\":true");
    fixture_free(&f);
}

static void session__discarded_draft_is_gone_and_numbers_go_on(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    assert_has(save(&f, "person", ID_VICTIM, CHANGE("name", "\"A\"")), "\"number\":\"1\"");
    assert_has(save(&f, "person", ID_VICTIM, CHANGE("name", "\"B\"")), "\"number\":\"2\"");
    assert_ok(call(&f, "draft.discard", "{\"recordId\":\"" ID_VICTIM "\"}"));
    assert_refused(call(&f, "draft.discard", "{\"recordId\":\"" ID_VICTIM "\"}"), "not-found");
    assert_has(save(&f, "person", ID_VICTIM, CHANGE("name", "\"C\"")), "\"number\":\"3\"");
    fixture_free(&f);
}

/* Whatever request the memory fails at, the answer is an error and the vault stays whole. */
static void session__every_allocation_may_fail(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    assert_ok(call(&f, "vault.lock", "{}"));
    fk_session_free(f.session);

    failing_allocator failing;
    failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
    unsigned failures = 0;
    for (uint64_t k = 0;; k++) {
        fk_buffer_free(&f.reply);
        fixture_open(&f, &failing.allocator);
        assert_ok(call(&f, "core.start", "{}"));
        assert_ok(call_bytes(&f, "vault.unlock", fk_bytes_of(right_key, sizeof right_key)));
        failing.fail_at = failing.request_count + k;
        const char *reply = save(&f, "person", ID_VICTIM, CHANGE("phone", "\"0123\""));
        if (is_ok(reply)) {
            reply = commit(&f, "\"" ID_VICTIM "\"");
        }
        bool has_failed = failing_allocator_failed(&failing);
        failing.fail_at = FAILING_ALLOCATOR_NEVER;
        if (!is_ok(reply)) {
            assert_has(reply, "\"code\":\"no-memory\"");
        }
        assert_has(call(&f, "vault.check", "{}"), "\"rebuiltEqual\":true");
        fk_session_free(f.session);
        f.session = NULL;
        assert_int_equal(failing.live_count, 0);
        if (!has_failed) {
            break;
        }
        failures++;
    }
    assert_true(failures > 20);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session__whole_path_survives_locking),
        cmocka_unit_test(session__repeated_mutation_changes_nothing),
        cmocka_unit_test(session__set_keeps_elements_apart),
        cmocka_unit_test(session__completed_version_never_changes),
        cmocka_unit_test(session__refuses_what_does_not_belong),
        cmocka_unit_test(session__discarded_draft_is_gone_and_numbers_go_on),
        cmocka_unit_test(session__every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
