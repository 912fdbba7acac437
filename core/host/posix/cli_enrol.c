#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli_sync.h"
#include "cli_words.h"
#include "fk/enrol_code.h"

#include "fk/banned.h"

enum {
    WAIT_S_DEFAULT = 24 * 60 * 60, /* as long as a code lasts */
    CODE_SIZE_BYTES_MAX = 256,     /* as typed, with spaces */
};

/* What both commands are told. */
typedef struct conversation {
    const char *vault;
    fk_cli_keys keys;
    const char *hub;
    const char *code_file;
    const char *name;
    const char *team;
    const char *device_label;
    const char *kind;
    const char *wait;
    bool is_administrator;
    bool is_confirmed_already; /* a script has compared the words */
    uint32_t wait_s;
} conversation;

static bool read_wait(conversation *told)
{
    told->wait_s = WAIT_S_DEFAULT;
    if (told->wait == NULL) {
        return true;
    }
    char *end = NULL;
    errno = 0;
    unsigned long wait_s = strtoul(told->wait, &end, 10);
    told->wait_s = (uint32_t)wait_s;
    return errno == 0 && end != told->wait && *end == '\0' && wait_s <= WAIT_S_DEFAULT;
}

static void write_member(fk_json_writer *request, const char *name, const char *value)
{
    if (value != NULL) {
        fk_json_key_text(request, name);
        fk_json_write_text(request, value);
    }
}

static void write_now(fk_json_writer *request, const fk_cli_vault *vault)
{
    fk_json_key_text(request, "timeMs");
    fk_json_write_uint(request, vault->clock.now_ms(vault->clock.ctx));
}

static bool say(const char *line)
{
    return printf("%s\n", line) > 0 && fflush(stdout) == 0;
}

/* --- enrol ------------------------------------------------------------------------------------------------- */

static fk_status read_code(const char *path, fk_buffer *code, fk_error *error)
{
    bool is_end = false;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (file == NULL) {
        fk_error_set(error, "code-file");
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    fk_status status = fk_cli_read_line(file, code, &is_end);
    if (file != stdin) {
        (void)fclose(file);
    }
    /* Longer than any code, with all the spaces people put into one. */
    return status.code == FK_ERR_TOO_LARGE ? fk_status_of(FK_ERR_CODE_WRONG) : status;
}

static fk_status begin(fk_cli_vault *vault, const conversation *told)
{
    if (told->code_file == NULL || told->hub == NULL) {
        fk_error_set(&vault->error, told->hub == NULL ? "--hub" : "--code-file");
        return fk_status_of(FK_ERR_INCOMPLETE);
    }
    fk_buffer code;
    fk_buffer_init(&code, &fk_allocator_libc, CODE_SIZE_BYTES_MAX);
    fk_status status = read_code(told->code_file, &code, &vault->error);
    fk_enrol_code checked;
    if (fk_is_ok(status)) {
        status = fk_enrol_code_read(fk_buffer_view(&code), &checked);
    }
    if (fk_is_ok(status)) {
        char text[FK_ENROL_CODE_TEXT_SIZE + 1]; /* as printed: the border takes no longer one */
        fk_enrol_code_write(&checked, text);
        fk_json_writer request = fk_cli_vault_request(vault);
        write_now(&request, vault);
        write_member(&request, "code", text);
        write_member(&request, "hub", told->hub);
        write_member(&request, "personName", told->name);
        write_member(&request, "teamName", told->team);
        write_member(&request, "deviceLabel", told->device_label == NULL ? "Office computer" : told->device_label);
        write_member(&request, "deviceKind", told->kind == NULL ? "office" : told->kind);
        status = fk_cli_vault_call_written(vault, FK_COMMAND_ENROL_BEGIN, &request);
        fk_wipe(text, sizeof text);
    }
    fk_enrol_code_wipe(&checked);
    fk_buffer_free(&code);
    return status;
}

static fk_status enrol_state(fk_cli_hub *hub, void *ctx, bool *is_over_out)
{
    const bool *until_shown = ctx; /* the hub has the request, so the other screen can show the words */
    FK_TRY(fk_cli_vault_call(hub->vault, FK_COMMAND_TEAM_STATUS, fk_bytes_text("{}")));
    fk_bytes problem = fk_cli_reply_text(hub->vault, "problem");
    if (problem.size_bytes > 0) {
        return fk_cli_status_of_name(problem);
    }
    *is_over_out = *until_shown || fk_bytes_equal_text(fk_cli_reply_text(hub->vault, "state"), "member");
    return fk_ok();
}

/* The newcomer says yes; or no, and then nothing more is wanted. */
static fk_status compare(fk_cli_vault *vault, const conversation *told)
{
    if (fk_cli_reply_flag(vault, "wordsConfirmed")) {
        return fk_ok();
    }
    bool is_same = false;
    FK_TRY(fk_cli_words_compare(fk_json_member_text(fk_cli_vault_reply(vault), "words"), told->is_confirmed_already,
                                &is_same));
    if (is_same) {
        return fk_cli_vault_call(vault, FK_COMMAND_ENROL_CONFIRM, fk_bytes_text("{}"));
    }
    FK_TRY(fk_cli_vault_call(vault, FK_COMMAND_ENROL_CANCEL, fk_bytes_text("{}")));
    fk_error_set(&vault->error, "words");
    return fk_status_of(FK_ERR_CANCELLED);
}

/* The code's kind is not asked again after a restart: whoever is let in at once had nothing to compare. */
static fk_status enrol_on(fk_cli_hub *hub, const conversation *told)
{
    bool until_shown = true;
    bool until_let_in = false;
    FK_TRY(fk_cli_sync_until(hub, told->wait_s, enrol_state, &until_shown));
    if (!fk_bytes_equal_text(fk_cli_reply_text(hub->vault, "state"), "member")) {
        FK_TRY(compare(hub->vault, told));
        FK_TRY(fk_cli_sync_until(hub, told->wait_s, enrol_state, &until_let_in));
    }
    return fk_cli_sync_run(hub); /* what was recorded before goes out, what the team has comes in */
}

static fk_status enrol(fk_cli_vault *vault, const conversation *told)
{
    FK_TRY(fk_cli_vault_open(vault, told->vault, &told->keys, false));
    FK_TRY(fk_cli_vault_call(vault, FK_COMMAND_TEAM_STATUS, fk_bytes_text("{}")));
    fk_bytes state = fk_cli_reply_text(vault, "state");
    if (fk_bytes_equal_text(state, "member")) {
        fk_error_set(&vault->error, "in a team already");
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    if (fk_bytes_equal_text(state, "alone")) {
        FK_TRY(begin(vault, told));
    }
    fk_cli_hub hub = { .vault = vault, .is_quiet = true };
    FK_TRY(fk_cli_hub_open(&hub, told->hub));
    fk_status status = enrol_on(&hub, told);
    fk_http_client_free(hub.client);
    return status;
}

int fk_cli_enrol(int argument_count, char **arguments)
{
    conversation told = { .vault = NULL };
    const fk_cli_option options[] = {
        { "--vault", &told.vault, NULL, true },
        FK_CLI_KEY_OPTIONS(&told.keys),
        { "--hub", &told.hub, NULL, false },
        { "--code-file", &told.code_file, NULL, false },
        { "--name", &told.name, NULL, false },
        { "--team", &told.team, NULL, false },
        { "--device-label", &told.device_label, NULL, false },
        { "--kind", &told.kind, NULL, false },
        { "--wait", &told.wait, NULL, false },
        { "--words-confirmed", NULL, &told.is_confirmed_already, false },
    };
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0]) ||
        !fk_cli_keys_are_given(&told.keys) || !read_wait(&told)) {
        return FK_CLI_WRONG_USE;
    }
    fk_cli_vault vault;
    fk_status status = enrol(&vault, &told);
    int exit_code = FK_CLI_FAILED;
    if (!fk_is_ok(status)) {
        exit_code = fk_cli_report(status, &vault.error);
    } else if (say("This device is in the team.")) {
        exit_code = FK_CLI_SUCCESS;
    }
    fk_cli_vault_close(&vault);
    return exit_code;
}

/* --- invite ------------------------------------------------------------------------------------------------- */

/* One invitation, followed by its id. */
typedef struct invitation {
    char id[FK_ID_HEX_SIZE + 1];
    const char *wanted; /* the state to wait for */
    const fk_json *row; /* as last seen; borrowed from the vault's reply */
} invitation;

static const fk_json *find_row(const fk_cli_vault *vault, const char *invite_id)
{
    const fk_json *rows = fk_json_member_text(fk_cli_vault_reply(vault), "invites");
    for (const fk_json *row = fk_json_first(rows); row != NULL; row = fk_json_next(row)) {
        if (fk_bytes_equal_text(fk_json_string(fk_json_member_text(row, "inviteId")), invite_id)) {
            return row;
        }
    }
    return NULL;
}

static fk_status invite_state(fk_cli_hub *hub, void *ctx, bool *is_over_out)
{
    invitation *invite = ctx;
    FK_TRY(fk_cli_vault_call(hub->vault, FK_COMMAND_INVITE_LIST, fk_bytes_text("{}")));
    invite->row = find_row(hub->vault, invite->id);
    fk_bytes state = fk_json_string(fk_json_member_text(invite->row, "state"));
    fk_bytes problem = fk_json_string(fk_json_member_text(invite->row, "problem"));
    if (fk_bytes_equal_text(state, "failed") || fk_bytes_equal_text(state, "withdrawn") || invite->row == NULL) {
        fk_error_set(&hub->vault->error, "invitation");
        return problem.size_bytes > 0 ? fk_cli_status_of_name(problem) : fk_status_of(FK_ERR_CANCELLED);
    }
    *is_over_out = fk_bytes_equal_text(state, invite->wanted);
    return fk_ok();
}

static fk_status invite_begin(fk_cli_vault *vault, const conversation *told, invitation *invite)
{
    fk_json_writer request = fk_cli_vault_request(vault);
    write_now(&request, vault);
    write_member(&request, "personName", told->name);
    fk_json_key_text(&request, "administrator");
    fk_json_write_bool(&request, told->is_administrator);
    write_member(&request, "deviceKind", told->kind);
    FK_TRY(fk_cli_vault_call_written(vault, FK_COMMAND_INVITE_BEGIN, &request));
    fk_bytes id = fk_cli_reply_text(vault, "inviteId");
    fk_bytes code = fk_cli_reply_text(vault, "code");
    if (id.size_bytes != FK_ID_HEX_SIZE) {
        return fk_status_of(FK_ERR_BUG);
    }
    memcpy(invite->id, id.data, FK_ID_HEX_SIZE);
    bool is_said = printf("Code, for 24 hours, once: %.*s\n", (int)code.size_bytes, (const char *)code.data) > 0 &&
                   fflush(stdout) == 0;
    return is_said ? fk_ok() : fk_status_of(FK_ERR_IO);
}

static fk_status invite_answer(fk_cli_vault *vault, const invitation *invite, bool is_same)
{
    fk_json_writer request = fk_cli_vault_request(vault);
    write_member(&request, "inviteId", invite->id);
    if (is_same) {
        write_now(&request, vault);
    }
    return fk_cli_vault_call_written(vault, is_same ? FK_COMMAND_INVITE_CONFIRM : FK_COMMAND_INVITE_WITHDRAW, &request);
}

static fk_status invite_on(fk_cli_hub *hub, const conversation *told)
{
    invitation invite = { .wanted = "asked" };
    FK_TRY(invite_begin(hub->vault, told, &invite));
    FK_TRY(fk_cli_sync_until(hub, told->wait_s, invite_state, &invite));
    bool is_same = false;
    FK_TRY(fk_cli_words_compare(fk_json_member_text(invite.row, "words"), told->is_confirmed_already, &is_same));
    FK_TRY(invite_answer(hub->vault, &invite, is_same));
    if (!is_same) {
        fk_status told_hub = fk_cli_sync_run(hub);
        fk_error_set(&hub->vault->error, "words");
        return fk_is_ok(told_hub) ? fk_status_of(FK_ERR_CANCELLED) : told_hub;
    }
    invite.wanted = "done";
    return fk_cli_sync_until(hub, told->wait_s, invite_state, &invite);
}

static fk_status invite(fk_cli_vault *vault, const conversation *told)
{
    FK_TRY(fk_cli_vault_open(vault, told->vault, &told->keys, false));
    fk_cli_hub hub = { .vault = vault, .is_quiet = true };
    FK_TRY(fk_cli_hub_open(&hub, told->hub));
    fk_status status = invite_on(&hub, told);
    fk_http_client_free(hub.client);
    return status;
}

int fk_cli_invite(int argument_count, char **arguments)
{
    conversation told = { .vault = NULL };
    const fk_cli_option options[] = {
        { "--vault", &told.vault, NULL, true },
        FK_CLI_KEY_OPTIONS(&told.keys),
        { "--name", &told.name, NULL, true },
        { "--hub", &told.hub, NULL, false },
        { "--kind", &told.kind, NULL, false },
        { "--wait", &told.wait, NULL, false },
        { "--administrator", NULL, &told.is_administrator, false },
        { "--words-confirmed", NULL, &told.is_confirmed_already, false },
    };
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0]) ||
        !fk_cli_keys_are_given(&told.keys) || !read_wait(&told)) {
        return FK_CLI_WRONG_USE;
    }
    fk_cli_vault vault;
    fk_status status = invite(&vault, &told);
    int exit_code = FK_CLI_FAILED;
    if (!fk_is_ok(status)) {
        exit_code = fk_cli_report(status, &vault.error);
    } else if (say("The device is in the team.")) {
        exit_code = FK_CLI_SUCCESS;
    }
    fk_cli_vault_close(&vault);
    return exit_code;
}
