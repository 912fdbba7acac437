#include "sync_bench.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fk/enrol_code.h"

#include "assert_code.h"

enum { BETWEEN_RUNS_MS = 30 * 1000 }; /* or the hub would say that it is busy */

static const char MASTER_COMMAND[] = "vault.unlock";

/* --- clocks ------------------------------------------------------------------------------------- */

static uint64_t device_now_ms(void *ctx)
{
    return *(const uint64_t *)ctx;
}

static void set_clock(sync_bench *bench, size_t device)
{
    fixture *f = &bench->devices[device];
    f->clock = (fk_clock){ device_now_ms, device_now_ms, &bench->now_ms[device] };
}

/* --- the hub -------------------------------------------------------------------------------------- */

static void found_agency(sync_bench *bench)
{
    fk_identity founder;
    fk_roster *roster = NULL;
    fk_enrol_code code;
    uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES];
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    fk_error error = { "" };
    fk_identity_generate(&bench->root);
    fk_random_bytes(token, sizeof token);
    fk_id agency = fk_agency_id(bench->root.signing_public);
    fk_enrol_founding_identity(&agency, token, &founder);
    fk_roster_payload payload = { .kind = FK_ROSTER_FOUNDING };
    memcpy(payload.as.founding.root_key, bench->root.signing_public, FK_WIRE_KEY_SIZE_BYTES);
    memcpy(payload.as.founding.founding_key, founder.signing_public, FK_WIRE_KEY_SIZE_BYTES);
    payload.as.founding.person = fk_random_id();
    payload.as.founding.token_id = fk_enrol_token_id(&agency, token);
    payload.as.founding.expires_ms = BENCH_NOW_MS + UINT64_C(14) * 24 * 3600 * 1000;
    assert_code(fk_roster_new(&fk_allocator_libc, &agency, &roster), FK_OK);
    size_t size = fk_roster_entry_make(roster, &payload, &bench->root, BENCH_NOW_MS - 1000, entry);
    assert_code(fk_roster_append(roster, fk_bytes_of(entry, size), &error), FK_OK);
    fk_enrol_code_make(FK_ENROL_FOUNDING, roster, token, &code);
    fk_enrol_code_write(&code, bench->founding_code);
    assert_code(fk_hub_found(bench->hub, fk_bytes_of(entry, size), bench->hub_now_ms, &error), FK_OK);
    fk_roster_free(roster);
}

void sync_bench_restart_hub(sync_bench *bench)
{
    fk_error error = { "" };
    fk_hub_close(bench->hub);
    assert_code(fk_hub_open(bench->store, &fk_allocator_libc, &bench->hub, &error), FK_OK);
}

/* --- lifetime --------------------------------------------------------------------------------------- */

void sync_bench_init(sync_bench *bench)
{
    memset(bench, 0, sizeof *bench);
    fk_buffer_init(&bench->reply, &fk_allocator_libc, FK_HUB_REPLY_SIZE_BYTES_MAX);
    fk_buffer_init(&bench->answer, &fk_allocator_libc, FK_HUB_REPLY_SIZE_BYTES_MAX + FK_ANSWER_HEADER_SIZE_BYTES);
    bench->hub_now_ms = BENCH_NOW_MS;
    for (size_t i = 0; i < BENCH_DEVICE_COUNT; i++) {
        fixture *f = &bench->devices[i];
        bench->now_ms[i] = BENCH_NOW_MS;
        fixture_init(f);
        f->random.state = 1000 + i;
        set_clock(bench, i);
        make_vault(f);
    }
    (void)snprintf(bench->folder, sizeof bench->folder, "/tmp/fk-sync-test-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    (void)snprintf(bench->store, sizeof bench->store, "sqlite:%s/hub.db", bench->folder);
    sync_bench_restart_hub(bench);
    found_agency(bench);
}

static void remove_folder(const char *folder)
{
    DIR *directory = opendir(folder);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char path[400];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        (void)unlink(path);
    }
    (void)closedir(directory);
    (void)rmdir(folder);
}

void sync_bench_free(sync_bench *bench)
{
    fk_hub_close(bench->hub);
    remove_folder(bench->folder);
    for (size_t i = 0; i < BENCH_DEVICE_COUNT; i++) {
        fixture_free(&bench->devices[i]);
    }
    fk_buffer_free(&bench->reply);
    fk_buffer_free(&bench->answer);
}

void sync_bench_reopen(sync_bench *bench, size_t device)
{
    sync_bench_reopen_with(bench, device, &fk_allocator_libc);
}

void sync_bench_put_back(sync_bench *bench, size_t device, memory_disk *disk)
{
    fixture *f = &bench->devices[device];
    fk_session_free(f->session);
    f->session = NULL;
    memory_disk_free(f->disk);
    f->disk = disk;
    sync_bench_reopen(bench, device);
}

void sync_bench_reopen_with(sync_bench *bench, size_t device, const fk_allocator *allocator)
{
    fixture *f = &bench->devices[device];
    fk_session_free(f->session);
    fk_buffer_free(&f->reply);
    fixture_open(f, allocator);
    set_clock(bench, device);
    assert_ok(call(f, "core.start", "{}"));
    assert_ok(call_key(f, MASTER_COMMAND, right_key));
}

/* --- one run --------------------------------------------------------------------------------------------- */

static void ask_hub(sync_bench *bench, const fk_hub_request *request, bench_answer *answer)
{
    fk_hub_reply reply = { .body = &bench->reply };
    bench->request_count++;
    assert_code(fk_hub_begin(bench->hub), FK_OK);
    fk_status status = fk_hub_handle(bench->hub, request, &reply);
    assert_code(status, FK_OK);
    assert_code(fk_hub_commit(bench->hub), FK_OK);
    *answer = (bench_answer){ FK_ANSWER_HTTP, reply.http_status, &bench->reply, reply.retry_after_s };
}

static void ask_or_refuse(sync_bench *bench, const fk_hub_request *request, fk_code verdict, bench_answer *answer)
{
    if (verdict == FK_OK) {
        ask_hub(bench, request, answer);
        return;
    }
    make_error(&bench->reply, verdict);
    *answer = (bench_answer){ FK_ANSWER_HTTP, 400, &bench->reply, 0 };
}

/* What a host does with an effect: split path and query, ask, lay the answer out. */
static void send_effect(sync_bench *bench, const uint8_t *effect)
{
    size_t path_size = fk_get_u16(effect + 8);
    size_t token_size = effect[3] != 0 ? (size_t)2 * FK_TOKEN_SIZE_BYTES : 0;
    const uint8_t *path = effect + FK_EFFECT_HEADER_SIZE_BYTES;
    const uint8_t *mark = memchr(path, '?', path_size);
    size_t plain_size = mark != NULL ? (size_t)(mark - path) : path_size;
    fk_hub_request request = {
        .is_post = effect[2] == 2,
        .path = fk_bytes_of(path, plain_size),
        .query = mark != NULL ? fk_bytes_of(mark + 1, path_size - plain_size - 1) : fk_bytes_of(NULL, 0),
        .token = fk_bytes_of(path + path_size, token_size),
        .body = fk_bytes_of(path + path_size + token_size, fk_get_u32(effect + 12)),
        .now_ms = bench->hub_now_ms,
    };
    bench_answer answer;
    char name[FK_EFFECT_PATH_SIZE_BYTES_MAX + 1] = "";
    memcpy(name, path, plain_size);
    if (bench->unreachable != NULL && request.is_post && strcmp(name, bench->unreachable) == 0) {
        answer = (bench_answer){ FK_ANSWER_UNREACHABLE, 0, &bench->reply, 0 };
    } else {
        fk_code verdict = bench->judge != NULL ? bench->judge(bench, name, request.body) : FK_OK;
        ask_or_refuse(bench, &request, verdict, &answer);
    }
    if (bench->interfere != NULL) {
        bench->interfere(bench, name, &answer);
    }
    uint8_t header[FK_ANSWER_HEADER_SIZE_BYTES] = { (uint8_t)answer.kind };
    fk_put_u16(header + 2, answer.http_status);
    fk_put_u32(header + 4, answer.retry_after_s);
    fk_buffer_clear(&bench->answer);
    assert_code(fk_buffer_append(&bench->answer, fk_bytes_of(header, sizeof header)), FK_OK);
    if (answer.kind == FK_ANSWER_HTTP) {
        assert_code(fk_buffer_append(&bench->answer, fk_buffer_view(answer.body)), FK_OK);
    }
}

void sync_bench_wait(sync_bench *bench, uint64_t wait_ms)
{
    bench->hub_now_ms += wait_ms;
    for (size_t i = 0; i < BENCH_DEVICE_COUNT; i++) {
        bench->now_ms[i] += wait_ms;
    }
}

/* A step's reply that is an error; the run is over with it. */
static bool keep_error(sync_bench *bench, const char *reply)
{
    if (reply[0] == '{' && !is_ok(reply)) {
        text_of(reply, "code", bench->error, sizeof bench->error);
        return true;
    }
    return false;
}

bool sync_run_cut(sync_bench *bench, size_t device, unsigned count, bool is_last_taken)
{
    fixture *f = &bench->devices[device];
    static const uint8_t first[FK_ANSWER_HEADER_SIZE_BYTES] = { FK_ANSWER_NONE };
    bench->error[0] = '\0';
    sync_bench_wait(bench, BETWEEN_RUNS_MS);
    if (keep_error(bench, call(f, "sync.begin", "{\"timeMs\":1790000000000}"))) {
        return true;
    }
    fk_bytes answer = fk_bytes_of(first, sizeof first);
    for (unsigned i = 0;; i++) {
        const char *reply = call_bytes(f, "sync.step", answer);
        if (keep_error(bench, reply)) {
            return true;
        }
        const uint8_t *effect = f->reply.data;
        if (effect[1] == FK_EFFECT_DONE) {
            return true;
        }
        if (i == count) {
            return false;
        }
        send_effect(bench, effect);
        if (i + 1 == count && !is_last_taken) {
            return false;
        }
        answer = fk_buffer_view(&bench->answer);
    }
}

const char *sync_run(sync_bench *bench, size_t device)
{
    assert_true(sync_run_cut(bench, device, BENCH_STEP_COUNT_MAX, true));
    assert_string_equal(bench->error, "");
    const char *reply = call(&bench->devices[device], "sync.status", "{}");
    assert_has(reply, "\"isRunning\":false");
    return has(reply, "\"problem\"") ? strstr(reply, "\"problem\"") : NULL;
}

const char *sync_run_code(sync_bench *bench, size_t device)
{
    assert_true(sync_run_cut(bench, device, BENCH_STEP_COUNT_MAX, true));
    if (bench->error[0] != '\0') {
        return bench->error;
    }
    const char *reply = call(&bench->devices[device], "sync.status", "{}");
    if (keep_error(bench, reply)) {
        return bench->error;
    }
    if (!has(reply, "\"problem\"")) {
        return NULL;
    }
    text_of(reply, "problem", bench->error, sizeof bench->error);
    return bench->error;
}

const char *(*sync_bench_run)(sync_bench *bench, size_t device) = sync_run;

/* --- what tests look at -------------------------------------------------------------------------- */

void assert_problem(const char *problem, const char *code)
{
    char expected[64];
    (void)snprintf(expected, sizeof expected, "\"problem\":\"%s\"", code);
    if (problem == NULL || strncmp(problem, expected, strlen(expected)) != 0) {
        fail_msg("%s instead of %s", problem == NULL ? "no problem" : problem, expected);
    }
}

void assert_clean(const char *problem)
{
    if (problem != NULL) {
        fail_msg("%s", problem);
    }
}

void set_reference(fixture *f, const char *reference)
{
    char change[128];
    (void)snprintf(change, sizeof change, CHANGE("reference", "\"%s\""), reference);
    assert_ok(save(f, "case", ID_CASE, change));
    assert_ok(commit(f, "\"" ID_CASE "\""));
}

bool shows_reference(fixture *f, const char *reference)
{
    char expected[128];
    (void)snprintf(expected, sizeof expected, "\"reference\":\"%s\"", reference);
    return has(call(f, "case.list", "{\"limit\":10}"), expected);
}

void make_error(fk_buffer *body, fk_code code)
{
    fk_buffer_clear(body);
    uint8_t frame[FK_FRAME_SIZE_BYTES + 4] = { 0 };
    fk_frame_write(FK_FRAME_ERROR, code, frame);
    assert_code(fk_buffer_append(body, fk_bytes_of(frame, sizeof frame)), FK_OK);
}

/* --- a team ------------------------------------------------------------------------------------------------- */

void text_of(const char *reply, const char *name, char *target, size_t size)
{
    char key[64];
    (void)snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *start = strstr(reply, key);
    if (start == NULL) {
        fail_msg("%s is not in %s", name, reply);
    }
    start += strlen(key);
    size_t length = (size_t)(strchr(start, '"') - start);
    assert_true(length < size);
    memcpy(target, start, length);
    target[length] = '\0';
}

void sync_found(sync_bench *bench)
{
    fixture *f = &bench->devices[0];
    char request[1024];
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1790000000000,\"code\":\"%s\",\"hub\":\"http://localhost:8080\",\"personName\":\"Ada "
                   "Admin\",\"teamName\":\"Outreach\",\"deviceLabel\":\"Blue tablet\",\"deviceKind\":\"tablet\"}",
                   bench->founding_code);
    assert_has(call(f, "enrol.begin", request), "\"kind\":\"founding\"");
    assert_clean(sync_bench_run(bench, 0));
    assert_has(call(f, "team.status", "{}"), "\"state\":\"member\"");
}

void sync_join(sync_bench *bench, size_t device, fk_device_kind kind)
{
    static const char *const kinds[] = { "", "tablet", "office", "phone" };
    fixture *admin = &bench->devices[0];
    fixture *newcomer = &bench->devices[device];
    char request[1024];
    char code[BENCH_CODE_SIZE];
    char invite[64];
    char words[2][128];
    const char *reply =
        call(admin, "invite.begin", "{\"timeMs\":1790000000000,\"personName\":\"Bo Worker\",\"administrator\":false}");
    text_of(reply, "code", code, sizeof code);
    text_of(reply, "inviteId", invite, sizeof invite);
    assert_clean(sync_bench_run(bench, 0));
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1790000000000,\"code\":\"%s\",\"hub\":\"http://localhost:8080\",\"deviceLabel\":"
                   "\"Office\",\"deviceKind\":\"%s\"}",
                   code, kinds[kind]);
    reply = call(newcomer, "enrol.begin", request);
    assert_has(reply, "\"kind\":\"joining\"");
    (void)snprintf(words[0], sizeof words[0], "%.*s", (int)strcspn(strstr(reply, "\"words\""), "]"),
                   strstr(reply, "\"words\""));
    assert_clean(sync_bench_run(bench, device));
    assert_clean(sync_bench_run(bench, 0));
    reply = call(admin, "invite.list", "{}");
    assert_has(reply, "\"state\":\"asked\"");
    (void)snprintf(words[1], sizeof words[1], "%.*s", (int)strcspn(strstr(reply, "\"words\""), "]"),
                   strstr(reply, "\"words\""));
    assert_string_equal(words[0], words[1]);
    (void)snprintf(request, sizeof request, "{\"inviteId\":\"%s\",\"timeMs\":1790000000000}", invite);
    assert_ok(call(admin, "invite.confirm", request));
    assert_ok(call(newcomer, "enrol.confirm", "{}"));
    assert_clean(sync_bench_run(bench, 0));
    assert_clean(sync_bench_run(bench, device));
    assert_has(call(newcomer, "team.status", "{}"), "\"state\":\"member\"");
}

void sync_bench_init_pair(sync_bench *bench)
{
    sync_bench_init(bench);
    add_people(&bench->devices[0]);
    sync_found(bench);
    sync_join(bench, 1, FK_DEVICE_OFFICE);
}
