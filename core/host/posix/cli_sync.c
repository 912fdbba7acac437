#define _POSIX_C_SOURCE 200809L
#include "cli_sync.h"

#include <time.h>

#include <inttypes.h>
#include <string.h>

#include "cli.h"

#include "fk/banned.h"

enum {
    STEP_COUNT_MAX = 1000000, /* of one run: a machine that asks for ever is a bug */
    PAUSE_FIRST_MS = 500,
    PAUSE_LAST_MS = 15000,
};

fk_status fk_cli_hub_open(fk_cli_hub *hub, const char *origin)
{
    hub->client = NULL;
    if (origin != NULL) {
        return fk_http_client_new(fk_bytes_text(origin), &hub->client, &hub->vault->error);
    }
    FK_TRY(fk_cli_vault_call(hub->vault, FK_COMMAND_TEAM_STATUS, fk_bytes_text("{}")));
    fk_bytes known = fk_cli_reply_text(hub->vault, "hub");
    if (known.size_bytes == 0) {
        fk_error_set(&hub->vault->error, "no team");
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    return fk_http_client_new(known, &hub->client, &hub->vault->error);
}

/* --- one run ------------------------------------------------------------------------------------------ */

/* What a run asks for, as it stands in the reply of sync.step; views until the next call. */
typedef struct effect {
    fk_effect_kind kind;
    fk_http_request request;
} effect;

/* Our own core wrote it: anything else than its layout is a bug of ours. */
static fk_status read_effect(fk_bytes bytes, effect *effect_out)
{
    enum { KIND_OFFSET = 1, METHOD_OFFSET = 2, TOKEN_OFFSET = 3, PATH_SIZE_OFFSET = 8, BODY_SIZE_OFFSET = 12 };
    enum { METHOD_POST = 2, TOKEN_HEX_SIZE = 2 * FK_TOKEN_SIZE_BYTES };
    *effect_out = (effect){ .kind = FK_EFFECT_DONE };
    if (bytes.size_bytes < FK_EFFECT_HEADER_SIZE_BYTES) {
        return fk_status_of(FK_ERR_BUG);
    }
    const uint8_t *header = bytes.data;
    size_t path_size_bytes = fk_get_u16(header + PATH_SIZE_OFFSET);
    size_t token_size_bytes = header[TOKEN_OFFSET] == 0 ? 0 : TOKEN_HEX_SIZE;
    size_t body_size_bytes = fk_get_u32(header + BODY_SIZE_OFFSET);
    const uint8_t *path = header + FK_EFFECT_HEADER_SIZE_BYTES;
    if (bytes.size_bytes != FK_EFFECT_HEADER_SIZE_BYTES + path_size_bytes + token_size_bytes + body_size_bytes) {
        return fk_status_of(FK_ERR_BUG);
    }
    effect_out->kind = (fk_effect_kind)header[KIND_OFFSET];
    effect_out->request = (fk_http_request){
        .is_post = header[METHOD_OFFSET] == METHOD_POST,
        .path = fk_bytes_of(path, path_size_bytes),
        .token = fk_bytes_of(path + path_size_bytes, token_size_bytes),
        .body = fk_bytes_of(path + path_size_bytes + token_size_bytes, body_size_bytes),
    };
    return fk_ok();
}

static fk_status write_answer_header(fk_buffer *answer, const fk_http_reply *reply)
{
    uint8_t header[FK_ANSWER_HEADER_SIZE_BYTES] = { (uint8_t)reply->kind };
    fk_put_u16(header + 2, reply->http_status);
    fk_put_u32(header + 4, reply->retry_after_s);
    fk_buffer_clear(answer);
    return fk_buffer_append(answer, fk_bytes_of(header, sizeof header));
}

/* The answer to a request, header first: its place is kept, because what stands in it is known last. */
static fk_status ask(fk_cli_hub *hub, const fk_http_request *request, fk_buffer *answer)
{
    fk_http_reply reply = { .kind = FK_ANSWER_NONE };
    FK_TRY(write_answer_header(answer, &reply));
    FK_TRY(fk_http_send(hub->client, request, answer, &reply));
    answer->data[0] = (uint8_t)reply.kind;
    fk_put_u16(answer->data + 2, reply.http_status);
    fk_put_u32(answer->data + 4, reply.retry_after_s);
    return fk_ok();
}

/* A line for each phase and for each page of it. */
static void print_progress(fk_cli_hub *hub, char last[64])
{
    static const struct {
        const char *phase;
        const char *words;
    } phases[] = { { "signing_in", "Signing in" }, { "roster", "Reading who belongs to the agency" },
                   { "team", "Reading keys" },     { "sending", "Sending" },
                   { "fetching", "Fetching" },     { "confirming", "Confirming" } };
    if (!fk_is_ok(fk_cli_vault_call(hub->vault, FK_COMMAND_SYNC_STATUS, fk_bytes_text("{}")))) {
        return;
    }
    fk_bytes phase = fk_cli_reply_text(hub->vault, "phase");
    uint64_t done = fk_cli_reply_number(hub->vault, "done");
    uint64_t total = fk_cli_reply_number(hub->vault, "total");
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        if (!fk_bytes_equal_text(phase, phases[i].phase)) {
            continue;
        }
        char line[64];
        if (total > 0) {
            (void)snprintf(line, sizeof line, "%s: %" PRIu64 " of %" PRIu64, phases[i].words, done, total);
        } else {
            (void)snprintf(line, sizeof line, "%s", phases[i].words);
        }
        if (strcmp(line, last) != 0) {
            (void)fprintf(stderr, "%s\n", line);
            memcpy(last, line, sizeof line);
        }
    }
}

static fk_status run_steps(fk_cli_hub *hub, fk_buffer *answer)
{
    char last_line[64] = "";
    const fk_http_reply none = { .kind = FK_ANSWER_NONE };
    FK_TRY(write_answer_header(answer, &none));
    for (uint32_t step = 0; step < STEP_COUNT_MAX; step++) {
        effect next;
        FK_TRY(fk_cli_vault_call(hub->vault, FK_COMMAND_SYNC_STEP, fk_buffer_view(answer)));
        FK_TRY(read_effect(fk_buffer_view(&hub->vault->reply), &next));
        if (next.kind == FK_EFFECT_DONE) {
            return fk_ok();
        }
        FK_TRY(ask(hub, &next.request, answer));
        if (!hub->is_quiet) {
            print_progress(hub, last_line);
        }
    }
    return fk_status_of(FK_ERR_BUG);
}

fk_status fk_cli_sync_run(fk_cli_hub *hub)
{
    fk_cli_vault *vault = hub->vault;
    fk_json_writer request = fk_cli_vault_request(vault);
    fk_json_key_text(&request, "timeMs");
    fk_json_write_uint(&request, vault->clock.now_ms(vault->clock.ctx));
    FK_TRY(fk_cli_vault_call_written(vault, FK_COMMAND_SYNC_BEGIN, &request));
    fk_buffer answer;
    fk_buffer_init(&answer, &fk_allocator_libc, FK_ANSWER_HEADER_SIZE_BYTES + FK_HTTP_REPLY_SIZE_BYTES_MAX);
    fk_status status = run_steps(hub, &answer);
    fk_buffer_free(&answer);
    if (fk_is_ok(status)) {
        status = fk_cli_vault_call(vault, FK_COMMAND_SYNC_STATUS, fk_bytes_text("{}"));
    }
    fk_bytes problem = fk_cli_reply_text(vault, "problem");
    if (fk_is_ok(status) && problem.size_bytes > 0) {
        fk_bytes detail = fk_cli_reply_text(vault, "problemDetail");
        fk_error_set(&vault->error, "%.*s", (int)detail.size_bytes, (const char *)detail.data);
        status = fk_cli_status_of_name(problem);
    }
    return status;
}

/* --- runs until somebody else has done their part --------------------------------------------------------- */

bool fk_cli_sync_is_passing(fk_status problem)
{
    switch (problem.code) {
    case FK_ERR_BUSY:
    case FK_ERR_UNREACHABLE:
    case FK_ERR_TIMED_OUT:
    case FK_ERR_NOT_A_HUB:
    case FK_ERR_HEAD_MOVED:
    case FK_ERR_TOKEN:
        return true;
    default:
        return false;
    }
}

static void pause_ms(uint32_t ms)
{
    struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
    (void)nanosleep(&left, NULL);
}

fk_status fk_cli_sync_until(fk_cli_hub *hub, uint32_t wait_s, fk_cli_state *state, void *ctx)
{
    const fk_clock *clock = &hub->vault->clock;
    uint64_t end_ms = clock->monotonic_ms(clock->ctx) + (uint64_t)wait_s * 1000;
    uint32_t wait_ms = PAUSE_FIRST_MS;
    bool has_reached = false; /* before that, a wrong address is likelier than a bad moment */
    uint8_t said = FK_OK;
    for (;;) {
        fk_status run = fk_cli_sync_run(hub);
        fk_error run_error = hub->vault->error;
        has_reached = has_reached || fk_is_ok(run);
        if (!fk_is_ok(run) && (!has_reached || !fk_cli_sync_is_passing(run))) {
            return run;
        }
        if (run.code != said && !fk_is_ok(run)) {
            (void)fk_cli_report(run, &run_error); /* and goes on trying */
        }
        said = run.code;
        bool is_over = false;
        FK_TRY(state(hub, ctx, &is_over));
        if (is_over) {
            return fk_ok();
        }
        if (clock->monotonic_ms(clock->ctx) + wait_ms > end_ms) {
            hub->vault->error = run_error;
            return fk_is_ok(run) ? fk_status_of(FK_ERR_TIMED_OUT) : run;
        }
        pause_ms(wait_ms);
        wait_ms = wait_ms * 2 > PAUSE_LAST_MS ? PAUSE_LAST_MS : wait_ms * 2;
    }
}

/* --- the command --------------------------------------------------------------------------------------------- */

/* How far things got, as the last run left it. */
static int print_result(fk_cli_vault *vault)
{
    int size = printf("%" PRIu64 " confirmed on another device, %" PRIu64 " sent, %" PRIu64 " on this device only\n",
                      fk_cli_reply_number(vault, "confirmedCount"), fk_cli_reply_number(vault, "sentCount"),
                      fk_cli_reply_number(vault, "deviceCount"));
    static const struct {
        const char *member;
        const char *words;
    } notes[] = {
        { "draftCount", "not completed and so not sent" },
        { "waitingCount", "from other devices wait for a colleague's device to bring their key" },
        { "refusedCount", "from other devices were found wrong and not merged" },
    };
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        uint64_t count = fk_cli_reply_number(vault, notes[i].member);
        if (count > 0) {
            size += printf("%" PRIu64 " %s\n", count, notes[i].words);
        }
    }
    if (fk_cli_reply_flag(vault, "isClockWrong")) {
        size += printf("The clock of this computer differs from the hub's by more than 5 minutes\n");
    }
    return size > 0 && fflush(stdout) == 0 ? FK_CLI_SUCCESS : FK_CLI_FAILED;
}

static fk_status sync_vault(fk_cli_vault *vault, const char *directory, const fk_cli_keys *keys, const char *origin)
{
    FK_TRY(fk_cli_vault_open(vault, directory, keys, false));
    fk_cli_hub hub = { .vault = vault };
    FK_TRY(fk_cli_hub_open(&hub, origin));
    fk_status status = fk_cli_sync_run(&hub);
    fk_http_client_free(hub.client);
    return status;
}

int fk_cli_sync(int argument_count, char **arguments)
{
    const char *directory = NULL;
    fk_cli_keys keys = { NULL, NULL };
    const char *origin = NULL;
    const char *file = NULL;
    const fk_cli_option options[] = { { "--vault", &directory, NULL, true },
                                      FK_CLI_KEY_OPTIONS(&keys),
                                      { "--hub", &origin, NULL, false },
                                      { "--file", &file, NULL, false } };
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0]) ||
        !fk_cli_keys_are_given(&keys) || (origin != NULL && file != NULL)) {
        return FK_CLI_WRONG_USE;
    }
    if (file != NULL) {
        fk_error error = { .detail = "--file" };
        return fk_cli_report(fk_status_of(FK_ERR_NOT_YET), &error);
    }
    fk_cli_vault vault;
    fk_status status = sync_vault(&vault, directory, &keys, origin);
    int exit_code = fk_is_ok(status) ? print_result(&vault) : fk_cli_report(status, &vault.error);
    fk_cli_vault_close(&vault);
    return exit_code;
}
