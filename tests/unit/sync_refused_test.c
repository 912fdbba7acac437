/* What the hub refuses by name: it stands apart with its reason, everything else goes on, and it goes too as soon as
 * the reason is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "session_internal.h"
#include "sync_bench.h"

#define ID_FIRST "10000000000000000000000000000001"
#define ID_POISON "10000000000000000000000000000002"
#define ID_LATER "10000000000000000000000000000003"
#define POISON_TEXT "What she told me about Friday"

static void write_incident(fixture *f, const char *record, const char *text)
{
    char change[512];
    char quoted[64];
    (void)snprintf(change, sizeof change,
                   CHANGE("occurred", "{\"date\":\"2026-09-19\",\"precision\":\"exact\"}") "," CHANGE(
                       "incidentType", "\"threat\"") "," CHANGE("description", "\"%s\""),
                   text);
    assert_ok(save(f, "incident", record, change));
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", record);
    assert_ok(commit(f, quoted));
}

/* Sealed by a run that does not reach the hub with it: a segment of its own. */
static uint64_t seal_incident(sync_bench *bench, const char *record, const char *text)
{
    fixture *f = &bench->devices[0];
    fk_chain_head head;
    write_incident(f, record, text);
    assert_code(fk_store_chain_head(f->session->store, FK_COMPARTMENT_HOME, fk_store_device(f->session->store), &head),
                FK_OK);
    bench->unreachable = "/v1/push";
    assert_problem(sync_run(bench, 0), "unreachable");
    bench->unreachable = NULL;
    return head.last_sequence + 1;
}

/* --- a hub that will not have one segment ---------------------------------------------------------------- */

typedef struct poison {
    uint64_t first_sequence;
    fk_code code;
    unsigned refused_count;
} poison;

static fk_code refuse_poison(sync_bench *bench, const char *path, fk_bytes body)
{
    poison *p = bench->ctx;
    fk_bytes rest = fk_bytes_of(body.data + FK_FRAME_SIZE_BYTES, body.size_bytes - FK_FRAME_SIZE_BYTES);
    fk_segment segment;
    while (strcmp(path, "/v1/push") == 0 && rest.size_bytes > 0) {
        assert_code(fk_segment_read(rest, &segment), FK_OK);
        if (segment.header.first_sequence == p->first_sequence) {
            p->refused_count++;
            return p->code;
        }
        rest = fk_bytes_of(rest.data + segment.whole.size_bytes, rest.size_bytes - segment.whole.size_bytes);
    }
    return FK_OK;
}

/* Three segments wait, the hub refuses whatever holds the second; a colleague has news. */
static void refused__segment_stands_apart_and_stops_nobody(void **state)
{
    (void)state;
    static const struct {
        fk_code code;
        const char *name;
    } codes[] = {
        { FK_ERR_INVALID_INPUT, "invalid-input" },
        { FK_ERR_TOO_LARGE, "too-large" },
        { FK_ERR_FORBIDDEN, "forbidden" },
        { FK_ERR_NEWER_VERSION, "newer-version" },
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        sync_bench bench;
        sync_bench_init_pair(&bench);
        fixture *f = &bench.devices[0];
        set_reference(&bench.devices[1], "NM-8");
        assert_clean(sync_run(&bench, 1));
        (void)seal_incident(&bench, ID_FIRST, "first");
        poison p = { .code = codes[i].code };
        p.first_sequence = seal_incident(&bench, ID_POISON, POISON_TEXT);
        (void)seal_incident(&bench, ID_LATER, "later");

        bench.ctx = &p;
        bench.judge = refuse_poison;
        assert_problem(sync_run(&bench, 0), codes[i].name);
        assert_int_equal(p.refused_count, 2);    /* with the others, and alone */
        assert_true(shows_reference(f, "NM-8")); /* news came in the same run */
        const char *reply = call(f, "sync.items", "{\"state\":\"sent\"}");
        assert_has(reply, ID_FIRST);
        assert_false(has(reply, ID_POISON));
        char refusal[64];
        (void)snprintf(refusal, sizeof refusal, "\"state\":\"device\",\"refusal\":\"%s\"", codes[i].name);
        reply = call(f, "sync.items", "{\"state\":\"refused\"}");
        assert_has(reply, ID_POISON);
        assert_has(reply, refusal);
        assert_false(has(reply, ID_LATER)); /* only waits */
        assert_has(call(f, "sync.status", "{}"), "\"notTakenCount\":1");
        assert_has(call(f, "sync.status", "{}"), "\"deviceCount\":2");
        assert_has(call(f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), POISON_TEXT);

        sync_bench_reopen(&bench, 0);
        assert_has(call(f, "sync.items", "{\"state\":\"refused\"}"), refusal);
        bench.judge = NULL;
        assert_clean(sync_run(&bench, 0));
        assert_has(call(f, "sync.status", "{}"), NOTHING_LEFT);
        assert_has(call(f, "sync.status", "{}"), "\"notTakenCount\":0");
        assert_has(call(f, "sync.items", "{\"state\":\"refused\"}"), "\"items\":[]");
        assert_clean(sync_run(&bench, 1));
        assert_has(call(&bench.devices[1], "case.get", "{\"caseId\":\"" ID_CASE "\"}"), POISON_TEXT);
        sync_bench_free(&bench);
    }
}

/* --- other requests that are refused ------------------------------------------------------------------------ */

static fk_code refuse_path(sync_bench *bench, const char *path, fk_bytes body)
{
    (void)body;
    return strcmp(path, bench->ctx) == 0 ? FK_ERR_FORBIDDEN : FK_OK;
}

static void refused__request_does_not_end_the_run(void **state)
{
    (void)state;
    /* Looking for who asks to join, keys, and telling what is held here. */
    static char paths[][32] = { "/v1/enrol", "/v1/grants", "/v1/frontier" };
    sync_bench bench;
    sync_bench_init_pair(&bench);
    assert_ok(call(&bench.devices[0], "invite.begin", "{\"timeMs\":1,\"personName\":\"Cy\",\"administrator\":false}"));
    assert_clean(sync_run(&bench, 0));
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char news[32];
        (void)snprintf(news, sizeof news, "N-%zu", i);
        set_reference(&bench.devices[1], news);
        assert_clean(sync_run(&bench, 1));
        write_incident(&bench.devices[0], ID_FIRST, news);
        bench.ctx = paths[i];
        bench.judge = refuse_path;
        assert_problem(sync_run(&bench, 0), "forbidden");
        assert_true(shows_reference(&bench.devices[0], news));
        assert_has(call(&bench.devices[0], "sync.status", "{}"), NOTHING_LEFT);
        bench.judge = NULL;
    }
    assert_clean(sync_run(&bench, 0));
    sync_bench_free(&bench);
}

/* --- the hub itself: somebody is taken out of the team and comes back ----------------------------------------- */

static void set_membership(sync_bench *bench, bool is_member)
{
    fixture *admin = &bench->devices[0];
    fk_sync *sync = admin->session->sync;
    fk_roster_place place;
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    fk_roster_payload payload = { .kind = FK_ROSTER_MEMBERSHIP };
    assert_code(fk_store_compartment_id(admin->session->store, FK_COMPARTMENT_HOME, &payload.as.membership.compartment),
                FK_OK);
    assert_true(fk_sync_person_of_device(sync, fk_store_device(bench->devices[1].session->store),
                                         &payload.as.membership.person));
    payload.as.membership.is_member = is_member;
    payload.as.membership.whole_history = is_member;
    assert_code(fk_sync_roster_place(sync, &place), FK_OK);
    size_t size_bytes = fk_roster_entry_make_at(&place, &payload, &bench->root, BENCH_NOW_MS, entry);
    assert_ok(call_bytes(admin, "roster.offer", fk_bytes_of(entry, size_bytes)));
    assert_clean(sync_run(bench, 0));
}

static void refused__by_a_team_one_left_goes_when_one_is_back(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init_pair(&bench);
    fixture *f = &bench.devices[1];
    write_incident(f, ID_POISON, POISON_TEXT); /* sealed while a member, sent when none any more */
    bench.unreachable = "/v1/push";
    assert_problem(sync_run(&bench, 1), "unreachable");
    bench.unreachable = NULL;
    set_membership(&bench, false);
    assert_problem(sync_run(&bench, 1), "forbidden");
    const char *reply = call(f, "sync.items", "{\"state\":\"refused\"}");
    assert_has(reply, ID_POISON);
    assert_has(reply, "\"refusal\":\"forbidden\"");
    write_incident(f, ID_LATER, "later");
    assert_problem(sync_run(&bench, 1), "forbidden");
    assert_has(call(f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), POISON_TEXT);
    assert_has(call(f, "sync.status", "{}"), "\"deviceCount\":2");

    set_membership(&bench, true);
    assert_clean(sync_run(&bench, 1));
    assert_has(call(f, "sync.status", "{}"), NOTHING_LEFT);
    assert_clean(sync_run(&bench, 0));
    assert_has(call(&bench.devices[0], "case.get", "{\"caseId\":\"" ID_CASE "\"}"), POISON_TEXT);
    assert_has(call(&bench.devices[0], "sync.status", "{}"), "\"refusedCount\":0,\"waitingCount\":0");
    sync_bench_free(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused__segment_stands_apart_and_stops_nobody),
        cmocka_unit_test(refused__request_does_not_end_the_run),
        cmocka_unit_test(refused__by_a_team_one_left_goes_when_one_is_back),
    };
    return cmocka_run_group_tests_name("sync_refused", tests, NULL, NULL);
}
