/* Runs that are cut anywhere, answers that are wrong in every way, memory that ends.
 *
 * Goal: nothing recorded is lost or hidden, whatever happens between device and hub, and each fault has its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "failing_allocator.h"
#include "sync_bench.h"

/* --- cuts ---------------------------------------------------------------------------------------- */

/* After 0 requests, after 1, after 2 .. until one try gets through; the program starts anew in between, and the answer
 * of the last request is taken or lost. */
static const char *run_in_pieces(sync_bench *bench, size_t device, bool is_last_taken)
{
    for (unsigned count = 0; !sync_run_cut(bench, device, count, is_last_taken); count++) {
        assert_true(count < 100);
        sync_bench_reopen(bench, device);
    }
    return sync_run(bench, device);
}

static const char *run_cut_after_answers(sync_bench *bench, size_t device)
{
    return run_in_pieces(bench, device, true);
}

static const char *run_cut_before_answers(sync_bench *bench, size_t device)
{
    return run_in_pieces(bench, device, false);
}

static void go_the_whole_way(void)
{
    sync_bench bench;
    sync_bench_init_pair(&bench);
    assert_true(shows_reference(&bench.devices[1], "NM-7"));
    set_reference(&bench.devices[1], "NM-8");
    assert_clean(sync_bench_run(&bench, 1));
    assert_clean(sync_bench_run(&bench, 0));
    assert_true(shows_reference(&bench.devices[0], "NM-8"));
    for (size_t i = 0; i < 2; i++) {
        assert_has(call(&bench.devices[i], "sync.status", "{}"), NOTHING_LEFT);
        assert_has(call(&bench.devices[i], "vault.check", "{}"), "\"rebuiltEqual\":true");
    }
    sync_bench_free(&bench);
}

static void runs__cut_after_each_answer_go_on(void **state)
{
    (void)state;
    sync_bench_run = run_cut_after_answers;
    go_the_whole_way();
    sync_bench_run = sync_run;
}

static void runs__cut_before_each_answer_go_on(void **state)
{
    (void)state;
    sync_bench_run = run_cut_before_answers;
    go_the_whole_way();
    sync_bench_run = sync_run;
}

/* --- wrong answers --------------------------------------------------------------------------------- */

typedef struct wrong_answer {
    const char *name;
    const char *code;
    fk_answer_kind kind;
    uint16_t http_status; /* 0: as it was */
    const char *text;     /* instead of the body; NULL: changed by `change` */
    void (*change)(fk_buffer *body);
} wrong_answer;

static void cut_in_half(fk_buffer *body)
{
    body->size_bytes /= 2;
}

static void cut_one_byte(fk_buffer *body)
{
    body->size_bytes--;
}

static void add_one_byte(fk_buffer *body)
{
    assert_code(fk_buffer_append_byte(body, 0), FK_OK);
}

static void make_newer(fk_buffer *body)
{
    body->data[4]++;
}

static void make_other_kind(fk_buffer *body)
{
    fk_buffer_clear(body);
    uint8_t frame[FK_FRAME_SIZE_BYTES];
    fk_frame_write(FK_FRAME_HAVE, 0, frame);
    assert_code(fk_buffer_append(body, fk_bytes_of(frame, sizeof frame)), FK_OK);
}

static void make_busy(fk_buffer *body)
{
    make_error(body, FK_ERR_BUSY);
}

static void make_quota(fk_buffer *body)
{
    make_error(body, FK_ERR_QUOTA);
}

static void make_full(fk_buffer *body)
{
    make_error(body, FK_ERR_FULL);
}

static const wrong_answer wrong_answers[] = {
    { "no connection", "unreachable", FK_ANSWER_UNREACHABLE, 0, "", NULL },
    { "silence", "timed-out", FK_ANSWER_TIMED_OUT, 0, "", NULL },
    { "ended early", "not-a-hub", FK_ANSWER_CUT, 0, "", NULL },
    { "cancelled", "cancelled", FK_ANSWER_CANCELLED, 0, "", NULL },
    { "nothing", "not-a-hub", FK_ANSWER_HTTP, 200, "", NULL },
    { "HTML", "not-a-hub", FK_ANSWER_HTTP, 200, "<!doctype html><title>Sign in to the network</title>", NULL },
    { "HTML of a proxy", "not-a-hub", FK_ANSWER_HTTP, 502, "<html>Bad Gateway</html>", NULL },
    { "HTML of a busy proxy", "busy", FK_ANSWER_HTTP, 503, "<html>Service Unavailable</html>", NULL },
    { "too many", "busy", FK_ANSWER_HTTP, 429, "", NULL },
    { "half", "not-a-hub", FK_ANSWER_HTTP, 0, NULL, cut_in_half },
    { "a byte too few", "not-a-hub", FK_ANSWER_HTTP, 0, NULL, cut_one_byte },
    { "a byte too many", "not-a-hub", FK_ANSWER_HTTP, 0, NULL, add_one_byte },
    { "a newer protocol", "other-protocol", FK_ANSWER_HTTP, 0, NULL, make_newer },
    { "another kind", "not-a-hub", FK_ANSWER_HTTP, 0, NULL, make_other_kind },
    { "busy", "busy", FK_ANSWER_HTTP, 503, NULL, make_busy },
    { "quota", "quota", FK_ANSWER_HTTP, 413, NULL, make_quota },
    { "a full disk of the hub", "busy", FK_ANSWER_HTTP, 503, NULL, make_full },
};

typedef struct spoiling {
    unsigned at; /* request of the run */
    unsigned seen;
    const wrong_answer *how;
} spoiling;

static void spoil(sync_bench *bench, const char *path, bench_answer *answer)
{
    (void)path;
    spoiling *s = bench->ctx;
    if (s->seen++ != s->at) {
        return;
    }
    answer->kind = s->how->kind;
    answer->http_status = s->how->http_status != 0 ? s->how->http_status : answer->http_status;
    if (s->how->text != NULL) {
        fk_buffer_clear(answer->body);
        assert_code(fk_buffer_append(answer->body, fk_bytes_text(s->how->text)), FK_OK);
    } else {
        s->how->change(answer->body);
    }
}

/* Each request of a run in turn answered wrongly in each way: named, and the next run has everything. */
static void answers__that_are_wrong_have_a_name_and_lose_nothing(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init_pair(&bench);
    unsigned count = 0;
    for (size_t how = 0; how < sizeof wrong_answers / sizeof *wrong_answers; how++) {
        bool is_over = false;
        for (unsigned at = 0; !is_over; at++) {
            char reference[32];
            spoiling s = { at, 0, &wrong_answers[how] };
            (void)snprintf(reference, sizeof reference, "R-%u", count++);
            set_reference(&bench.devices[0], reference);
            bench.ctx = &s;
            bench.interfere = spoil;
            const char *problem = sync_run(&bench, 0);
            is_over = s.seen <= at;
            if (!is_over && problem == NULL) {
                fail_msg("%s at request %u was taken for an answer", wrong_answers[how].name, at);
            }
            if (!is_over) {
                assert_problem(problem, wrong_answers[how].code);
            }
            bench.interfere = NULL;
            assert_true(shows_reference(&bench.devices[0], reference));
            assert_clean(sync_run(&bench, 0));
            assert_has(call(&bench.devices[0], "sync.status", "{}"), NOTHING_LEFT);
        }
    }
    assert_clean(sync_run(&bench, 1));
    char last[32];
    (void)snprintf(last, sizeof last, "R-%u", count - 1);
    assert_true(shows_reference(&bench.devices[1], last));
    printf("wrong answers: %u cases\n", count);
    assert_true(count > 100);
    sync_bench_free(&bench);
}

/* --- told to wait ---------------------------------------------------------------------------------------------- */

static void wait(sync_bench *bench, const char *path, bench_answer *answer)
{
    const bench_answer *how = bench->ctx;
    if (strcmp(path, "/v1/pull") == 0) {
        answer->http_status = how->http_status;
        answer->retry_after_s = how->retry_after_s;
        fk_buffer_clear(answer->body);
        assert_code(fk_buffer_append(answer->body, fk_buffer_view(how->body)), FK_OK);
    }
}

/* By the hub's frame, by the header of whatever stands before it, by both; without end it is bounded. */
static void wait__that_the_hub_asks_for_is_told(void **state)
{
    (void)state;
    static const struct {
        uint32_t in_frame_s, in_header_s;
        bool is_frame;
        const char *expected;
    } cases[] = {
        { 7, 0, true, "\"retryAfterS\":7," },
        { 7, 30, true, "\"retryAfterS\":30," },
        { 0, 30, false, "\"retryAfterS\":30," },
        { UINT32_MAX, 1, true, "\"retryAfterS\":3600," },
        { 0, 0, true, NULL },
    };
    sync_bench bench;
    fk_buffer body;
    sync_bench_init_pair(&bench);
    fk_buffer_init(&body, &fk_allocator_libc, 1024);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_answer how = { FK_ANSWER_HTTP, 429, &body, cases[i].in_header_s };
        fk_buffer_clear(&body);
        if (cases[i].is_frame) {
            make_error(&body, FK_ERR_BUSY);
            fk_put_u32(body.data + FK_FRAME_SIZE_BYTES, cases[i].in_frame_s);
        }
        bench.ctx = &how;
        bench.interfere = wait;
        assert_problem(sync_run(&bench, 0), "busy");
        const char *status = call(&bench.devices[0], "sync.status", "{}");
        assert_true(cases[i].expected != NULL ? has(status, cases[i].expected) : !has(status, "retryAfterS"));
        bench.interfere = NULL;
        assert_clean(sync_run(&bench, 0));
        assert_false(has(call(&bench.devices[0], "sync.status", "{}"), "retryAfterS"));
    }
    fk_buffer_free(&body);
    sync_bench_free(&bench);
}

/* --- memory --------------------------------------------------------------------------------------------------- */

/* The k-th request of memory fails, for k growing by a tenth: a named error, nothing half done, and the next run has
 * everything. */
static void memory__that_ends_anywhere_in_a_run_loses_nothing(void **state)
{
    (void)state;
    sync_bench bench;
    failing_allocator failing;
    sync_bench_init_pair(&bench);
    unsigned failures = 0;
    bool has_failed = true;
    failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
    for (uint64_t k = 0; has_failed; k += 1 + k / 10) {
        char reference[32];
        (void)snprintf(reference, sizeof reference, "M-%u", failures);
        set_reference(&bench.devices[1], reference);
        set_reference(&bench.devices[0], reference);
        assert_clean(sync_run(&bench, 1));
        sync_bench_reopen_with(&bench, 0, &failing.allocator);
        failing.fail_at = failing.request_count + k;
        const char *code = sync_run_code(&bench, 0);
        has_failed = failing_allocator_failed(&failing);
        failing.fail_at = FAILING_ALLOCATOR_NEVER;
        if (code != NULL) {
            assert_string_equal(code, "no-memory");
        }
        assert_has(call(&bench.devices[0], "vault.check", "{}"), "\"rebuiltEqual\":true");
        assert_clean(sync_run(&bench, 0));
        assert_has(call(&bench.devices[0], "sync.status", "{}"), NOTHING_LEFT);
        fk_session_free(bench.devices[0].session);
        bench.devices[0].session = NULL;
        assert_int_equal(failing.live_count, 0);
        sync_bench_reopen(&bench, 0);
        failures++;
    }
    printf("memory: %u failures\n", failures);
    assert_true(failures > 30);
    sync_bench_free(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs__cut_after_each_answer_go_on),
        cmocka_unit_test(runs__cut_before_each_answer_go_on),
        cmocka_unit_test(answers__that_are_wrong_have_a_name_and_lose_nothing),
        cmocka_unit_test(wait__that_the_hub_asks_for_is_told),
        cmocka_unit_test(memory__that_ends_anywhere_in_a_run_loses_nothing),
    };
    return cmocka_run_group_tests_name("sync_faults", tests, NULL, NULL);
}
