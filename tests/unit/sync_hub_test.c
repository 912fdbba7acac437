/* What goes wrong with a hub and with codes: expired tokens, moved heads, changed bits, another key, wrong clocks, a
 * hub that forgets, codes that let nobody in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "sync_bench.h"

/* --- in the middle of a run --------------------------------------------------------------------------- */

static void let_token_expire(sync_bench *bench, const char *path, bench_answer *answer)
{
    (void)answer;
    unsigned *count = bench->ctx;
    if (strcmp(path, "/v1/push") == 0 && (*count)++ == 0) {
        sync_bench_wait(bench, UINT64_C(20) * 60 * 1000);
    }
}

static void token__that_expires_in_the_middle_is_asked_for_again(void **state)
{
    (void)state;
    unsigned count = 0;
    sync_bench bench;
    sync_bench_init(&bench);
    sync_found(&bench);
    add_people(&bench.devices[0]);
    bench.ctx = &count;
    bench.interfere = let_token_expire;
    assert_clean(sync_run(&bench, 0));
    assert_int_equal(count, 1);
    assert_has(call(&bench.devices[0], "sync.status", "{}"), NOTHING_LEFT);
    sync_bench_free(&bench);
}

/* The hub took the entries and says that the head moved, which is true of whoever asks twice. */
static void say_head_moved(sync_bench *bench, const char *path, bench_answer *answer)
{
    unsigned *count = bench->ctx;
    fk_frame frame;
    bool is_done = fk_is_ok(fk_frame_read(fk_buffer_view(answer->body), &frame)) && frame.kind == FK_FRAME_DONE;
    if (strcmp(path, "/v1/roster") == 0 && is_done && (*count)++ == 0) {
        make_error(answer->body, FK_ERR_HEAD_MOVED);
        answer->http_status = 409;
    }
}

static void head__that_moved_is_read_and_nobody_is_admitted_twice(void **state)
{
    (void)state;
    unsigned count = 0;
    sync_bench bench;
    sync_bench_init(&bench);
    bench.ctx = &count;
    bench.interfere = say_head_moved;
    sync_found(&bench);
    assert_int_equal(count, 1);
    count = 0;
    sync_join(&bench, 1, FK_DEVICE_OFFICE);
    assert_int_equal(count, 1);
    assert_has(call(&bench.devices[0], "invite.list", "{}"), "\"state\":\"done\"");
    sync_bench_free(&bench);
}

/* --- one bit ---------------------------------------------------------------------------------------- */

typedef struct flipping {
    const char *path;
    size_t from_end; /* byte counted from the end of the body */
} flipping;

static void flip(sync_bench *bench, const char *path, bench_answer *answer)
{
    const flipping *f = bench->ctx;
    if (strcmp(path, f->path) == 0 && answer->body->size_bytes > FK_FRAME_SIZE_BYTES + f->from_end) {
        answer->body->data[answer->body->size_bytes - 1 - f->from_end] ^= 1;
    }
}

static void segments__that_nobody_signed_are_left_out_and_asked_for_again(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init_pair(&bench);
    set_reference(&bench.devices[0], "NM-9");
    assert_clean(sync_run(&bench, 0));
    flipping f = { "/v1/pull", 100 };
    bench.ctx = &f;
    bench.interfere = flip;
    assert_problem(sync_run(&bench, 1), "not-a-hub");
    bench.interfere = NULL;
    assert_false(shows_reference(&bench.devices[1], "NM-9"));
    sync_bench_wait(&bench, UINT64_C(2) * 3600 * 1000);
    assert_clean(sync_run(&bench, 1));
    assert_true(shows_reference(&bench.devices[1], "NM-9"));
    sync_bench_free(&bench);
}

static void hub__with_another_key_is_named_and_gets_nothing(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init(&bench);
    add_people(&bench.devices[0]);
    sync_found(&bench);
    set_reference(&bench.devices[0], "NM-9");
    /* A byte of the signature, and one of the key. */
    static const size_t places[] = { 10, 64 + 8 + FK_CHALLENGE_SIZE_BYTES + 10 };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        flipping f = { "/v1/auth/challenge", places[i] };
        bench.ctx = &f;
        bench.interfere = flip;
        unsigned before = bench.request_count;
        assert_problem(sync_run(&bench, 0), "other-hub");
        assert_int_equal(bench.request_count, before + 1);
    }
    bench.interfere = NULL;
    assert_clean(sync_run(&bench, 0));
    sync_bench_free(&bench);
}

/* --- clocks ------------------------------------------------------------------------------------------- */

static void clock__that_is_wrong_is_told_and_costs_nothing(void **state)
{
    (void)state;
    static const int64_t offsets_ms[] = { INT64_C(365) * 24 * 3600 * 1000, INT64_C(-365) * 24 * 3600 * 1000 };
    for (size_t i = 0; i < 2; i++) {
        sync_bench bench;
        sync_bench_init(&bench);
        bench.now_ms[0] = (uint64_t)((int64_t)BENCH_NOW_MS + offsets_ms[i]);
        add_people(&bench.devices[0]);
        sync_found(&bench);
        const char *status = call(&bench.devices[0], "sync.status", "{}");
        assert_has(status, "\"isClockWrong\":true");
        assert_has(status, i == 0 ? "\"clockAheadMs\":31536000000" : "\"clockBehindMs\":31536000000");
        sync_join(&bench, 1, FK_DEVICE_OFFICE);
        assert_true(shows_reference(&bench.devices[1], "NM-7"));
        assert_has(call(&bench.devices[1], "sync.status", "{}"), "\"isClockWrong\":false");
        sync_bench_free(&bench);
    }
}

/* --- a hub that forgets --------------------------------------------------------------------------------- */

static void copy_file(const char *from, const char *to)
{
    FILE *source = fopen(from, "rb");
    FILE *target = fopen(to, "wb");
    assert_non_null(source);
    assert_non_null(target);
    uint8_t bytes[4096];
    for (size_t size = fread(bytes, 1, sizeof bytes, source); size > 0; size = fread(bytes, 1, sizeof bytes, source)) {
        assert_int_equal(fwrite(bytes, 1, size, target), size);
    }
    (void)fclose(source);
    (void)fclose(target);
}

typedef struct hub_copies {
    char file[128];
    char copy[128];
} hub_copies;

/* Shut the hub, copy one file over the other, open it. */
static void swap_hub(sync_bench *bench, const char *from, const char *to)
{
    fk_hub_close(bench->hub);
    bench->hub = NULL;
    copy_file(from, to);
    sync_bench_restart_hub(bench);
}

/* Device 0 has founded an agency, and there is a copy of its hub. */
static void begin_with_copy(sync_bench *bench, hub_copies *files)
{
    sync_bench_init(bench);
    (void)snprintf(files->file, sizeof files->file, "%s/hub.db", bench->folder);
    (void)snprintf(files->copy, sizeof files->copy, "%s/copy.db", bench->folder);
    add_people(&bench->devices[0]);
    sync_found(bench);
    swap_hub(bench, files->file, files->copy);
}

/* The first one shows that the log is another one; the one after what is missing was given is lost. */
static void lose_second_pull(sync_bench *bench, const char *path, bench_answer *answer)
{
    static int first;
    if (strcmp(path, "/v1/pull") == 0) {
        if (bench->ctx != NULL) {
            answer->kind = FK_ANSWER_TIMED_OUT;
        }
        bench->ctx = &first;
    }
}

static void hub__restored_from_a_copy_gets_back_what_it_lost(void **state)
{
    (void)state;
    sync_bench bench;
    hub_copies files;
    begin_with_copy(&bench, &files);
    sync_join(&bench, 1, FK_DEVICE_OFFICE);
    swap_hub(&bench, files.file, files.copy);
    set_reference(&bench.devices[0], "NM-9");
    assert_clean(sync_run(&bench, 0));
    set_reference(&bench.devices[0], "NM-10");
    assert_clean(sync_run(&bench, 0));
    swap_hub(&bench, files.copy, files.file);

    assert_clean(sync_run(&bench, 0));
    assert_clean(sync_run(&bench, 1));
    assert_true(shows_reference(&bench.devices[1], "NM-10"));
    sync_bench_free(&bench);
}

/* Goal: what was sent is not lost when the hub goes back before this device has read its log again. */
static void hub__that_goes_back_after_a_push_is_noticed_though_its_log_grew(void **state)
{
    (void)state;
    sync_bench bench;
    hub_copies files;
    begin_with_copy(&bench, &files);
    sync_join(&bench, 1, FK_DEVICE_OFFICE);
    swap_hub(&bench, files.file, files.copy);
    set_reference(&bench.devices[0], "NM-9");
    bench.unreachable = "/v1/pull";
    assert_problem(sync_run(&bench, 0), "unreachable");
    bench.unreachable = NULL;
    swap_hub(&bench, files.copy, files.file);
    set_reference(&bench.devices[1], "NM-10");
    assert_clean(sync_run(&bench, 1));
    assert_clean(sync_run(&bench, 0));
    assert_clean(sync_run(&bench, 1));
    assert_has(call(&bench.devices[1], "conflict.list", "{}"), "NM-9");
    sync_bench_free(&bench);
}

/* Goal: a hub that goes back a second time, before this device has read its log again, gets back all the same. */
static void hub__that_goes_back_twice_gets_back_what_it_lost(void **state)
{
    (void)state;
    sync_bench bench;
    hub_copies files;
    begin_with_copy(&bench, &files);
    sync_join(&bench, 1, FK_DEVICE_OFFICE);
    swap_hub(&bench, files.file, files.copy);
    set_reference(&bench.devices[0], "NM-9");
    assert_clean(sync_run(&bench, 0));
    assert_clean(sync_run(&bench, 1));
    swap_hub(&bench, files.copy, files.file);
    set_reference(&bench.devices[1], "NM-10");
    assert_clean(sync_run(&bench, 1)); /* and gives NM-9 back */
    bench.interfere = lose_second_pull;
    bench.ctx = NULL;
    assert_non_null(sync_run(&bench, 0));
    bench.interfere = NULL;
    swap_hub(&bench, files.copy, files.file);
    sync_bench_wait(&bench, UINT64_C(2) * 3600 * 1000); /* chains are compared once an hour */
    assert_clean(sync_run(&bench, 0));
    sync_join(&bench, 2, FK_DEVICE_OFFICE);
    assert_true(shows_reference(&bench.devices[2], "NM-9"));
    sync_bench_free(&bench);
}

/* Goal: a hub restored from before a device joined learns of it again from the others, and the device gets in. */
static void hub__restored_from_before_somebody_joined_gets_the_roster_back(void **state)
{
    (void)state;
    sync_bench bench;
    hub_copies files;
    begin_with_copy(&bench, &files);
    sync_join(&bench, 1, FK_DEVICE_OFFICE);
    set_reference(&bench.devices[1], "NM-9");
    assert_clean(sync_run(&bench, 1));
    swap_hub(&bench, files.copy, files.file);
    assert_problem(sync_run(&bench, 1), "forbidden");
    assert_clean(sync_run(&bench, 0));
    assert_clean(sync_run(&bench, 1));
    assert_clean(sync_run(&bench, 0));
    assert_true(shows_reference(&bench.devices[0], "NM-9"));
    sync_bench_free(&bench);
}

/* A hub that calls its roster short whatever it is given. */
static void shorten_roster(sync_bench *bench, const char *path, bench_answer *answer)
{
    (void)bench;
    if (strcmp(path, "/v1/roster") == 0 && answer->body->size_bytes >= FK_FRAME_SIZE_BYTES + 4) {
        fk_put_u32(answer->body->data + FK_FRAME_SIZE_BYTES, 1);
    }
}

static void hub__that_hides_the_end_of_the_roster_is_told(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init_pair(&bench);
    bench.interfere = shorten_roster;
    assert_problem(sync_run(&bench, 1), "fork");
    bench.interfere = NULL;
    assert_clean(sync_run(&bench, 1));
    sync_bench_free(&bench);
}

/* Everything that is new is kept back; the log is called as long as it is. */
static void withhold(sync_bench *bench, const char *path, bench_answer *answer)
{
    (void)bench;
    enum { HEAD_SIZE_BYTES = FK_FRAME_SIZE_BYTES + 8 + FK_DIGEST_SIZE_BYTES + 8 };
    if (strcmp(path, "/v1/pull") == 0 && answer->body->size_bytes > HEAD_SIZE_BYTES) {
        answer->body->size_bytes = HEAD_SIZE_BYTES;
        fk_frame_write(FK_FRAME_PULLED, 0, answer->body->data);
    }
}

/* Goal: what a hub keeps back is told by what a colleague's device says it holds, and comes once the hub gives it. */
static void hub__that_keeps_the_end_of_a_chain_back_is_told(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init_pair(&bench);
    set_reference(&bench.devices[0], "NM-9");
    assert_clean(sync_run(&bench, 0));
    bench.interfere = withhold;
    assert_problem(sync_run(&bench, 1), "hub-differs");
    assert_false(shows_reference(&bench.devices[1], "NM-9"));
    bench.interfere = NULL;
    sync_bench_wait(&bench, UINT64_C(2) * 3600 * 1000); /* chains are compared once an hour */
    assert_clean(sync_run(&bench, 1));
    assert_true(shows_reference(&bench.devices[1], "NM-9"));
    sync_bench_free(&bench);
}

/* Goal: a hub that shows two colleagues two branches of a copied vault is told by their frontiers. */
static void hub__that_shows_each_of_us_another_branch_is_told(void **state)
{
    (void)state;
    sync_bench bench;
    hub_copies files;
    begin_with_copy(&bench, &files);
    sync_join(&bench, 1, FK_DEVICE_OFFICE);
    sync_join(&bench, 2, FK_DEVICE_OFFICE);
    assert_clean(sync_run(&bench, 1));
    swap_hub(&bench, files.file, files.copy);
    memory_disk *copy = memory_disk_clone(bench.devices[1].disk, 7);
    set_reference(&bench.devices[1], "NM-9");
    assert_clean(sync_run(&bench, 1));
    assert_clean(sync_run(&bench, 0)); /* holds the one branch */
    swap_hub(&bench, files.copy, files.file);
    sync_bench_put_back(&bench, 1, copy);
    set_reference(&bench.devices[1], "NM-10");
    assert_clean(sync_run(&bench, 1));
    assert_clean(sync_run(&bench, 2)); /* holds the other */
    sync_bench_wait(&bench, UINT64_C(25) * 3600 * 1000); /* what a device holds is told again once a day */
    assert_non_null(sync_run(&bench, 0));
    assert_problem(sync_run(&bench, 2), "hub-differs");
    sync_bench_free(&bench);
}

/* --- codes -------------------------------------------------------------------------------------------------- */

static void begin_joining(fixture *f, const char *code)
{
    char request[512];
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1790000000000,\"code\":\"%s\",\"hub\":\"http://localhost:8080\",\"deviceLabel\":\"\","
                   "\"deviceKind\":\"tablet\"}",
                   code);
    assert_ok(call(f, "enrol.begin", request));
}

static void codes__that_are_used_withdrawn_or_mistyped_let_nobody_in(void **state)
{
    (void)state;
    sync_bench bench;
    char code[BENCH_CODE_SIZE];
    char invite[64];
    char request[512];
    sync_bench_init(&bench);
    sync_found(&bench);
    fixture *admin = &bench.devices[0];
    const char *reply =
        call(admin, "invite.begin", "{\"timeMs\":1,\"personName\":\"Bo Worker\",\"administrator\":false}");
    text_of(reply, "code", code, sizeof code);
    text_of(reply, "inviteId", invite, sizeof invite);
    assert_clean(sync_run(&bench, 0));
    begin_joining(&bench.devices[1], code);
    begin_joining(&bench.devices[2], code);
    assert_clean(sync_run(&bench, 1));
    assert_problem(sync_run(&bench, 2), "code-used");
    assert_has(call(&bench.devices[2], "team.status", "{}"), "\"problem\":\"code-used\"");
    (void)snprintf(request, sizeof request, "{\"inviteId\":\"%s\"}", invite);
    assert_ok(call(admin, "invite.withdraw", request));
    assert_clean(sync_run(&bench, 0));
    assert_problem(sync_run(&bench, 1), "code-used");
    assert_ok(call(&bench.devices[1], "enrol.cancel", "{}"));
    assert_has(call(&bench.devices[1], "team.status", "{}"), "\"state\":\"alone\"");

    code[3] = code[3] == 'A' ? 'B' : 'A';
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1,\"code\":\"%s\",\"hub\":\"http://localhost\",\"deviceLabel\":\"\",\"deviceKind\":"
                   "\"phone\"}",
                   code);
    assert_refused(call(&bench.devices[1], "enrol.begin", request), "code-wrong");
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1,\"code\":\"%s\",\"hub\":\"http://localhost\",\"deviceLabel\":\"\",\"deviceKind\":"
                   "\"phone\",\"teamName\":\"T\"}",
                   bench.founding_code);
    reply = call(&bench.devices[1], "enrol.begin", request);
    assert_refused(reply, "incomplete");
    assert_has(reply, "personName");
    sync_bench_free(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token__that_expires_in_the_middle_is_asked_for_again),
        cmocka_unit_test(head__that_moved_is_read_and_nobody_is_admitted_twice),
        cmocka_unit_test(segments__that_nobody_signed_are_left_out_and_asked_for_again),
        cmocka_unit_test(hub__with_another_key_is_named_and_gets_nothing),
        cmocka_unit_test(clock__that_is_wrong_is_told_and_costs_nothing),
        cmocka_unit_test(hub__restored_from_a_copy_gets_back_what_it_lost),
        cmocka_unit_test(hub__that_goes_back_after_a_push_is_noticed_though_its_log_grew),
        cmocka_unit_test(hub__that_goes_back_twice_gets_back_what_it_lost),
        cmocka_unit_test(hub__restored_from_before_somebody_joined_gets_the_roster_back),
        cmocka_unit_test(hub__that_hides_the_end_of_the_roster_is_told),
        cmocka_unit_test(hub__that_keeps_the_end_of_a_chain_back_is_told),
        cmocka_unit_test(hub__that_shows_each_of_us_another_branch_is_told),
        cmocka_unit_test(codes__that_are_used_withdrawn_or_mistyped_let_nobody_in),
    };
    return cmocka_run_group_tests_name("sync_hub", tests, NULL, NULL);
}
