#include "cli.h"

#include "cli_vault.h"
#include "fk/protocol_codec.h"
#include "fk/protocol_gen.h"

#include "fk/banned.h"

/* Of the commands that take or give bytes only those that are opening the vault itself. */
static bool can_call(const fk_command *command, const fk_cli_keys *keys)
{
    bool is_raw = command->raw_size_bytes_max > 0 || command->raw_reply_size_bytes_max > 0;
    bool is_opening = (command->id == FK_COMMAND_VAULT_CREATE && keys->passphrase_file != NULL) ||
                      command->id == FK_COMMAND_VAULT_UNLOCK;
    return !is_raw || is_opening;
}

static fk_status call_command(fk_cli_vault *vault, const fk_command *command, const char *directory,
                              const fk_cli_keys *keys)
{
    FK_TRY(fk_cli_vault_open(vault, directory, keys, command->id == FK_COMMAND_VAULT_CREATE));
    if (command->raw_size_bytes_max > 0) {
        return fk_ok(); /* opening it was the command */
    }
    FK_TRY(fk_cli_read_all(stdin, &vault->request));
    return fk_cli_vault_call(vault, command->id, fk_buffer_view(&vault->request));
}

/* The reply alone, without its envelope. */
static int print_reply(const fk_cli_vault *vault)
{
    fk_buffer text;
    fk_buffer_init(&text, &fk_allocator_libc, FK_SESSION_REPLY_SIZE_BYTES_MAX);
    fk_json_writer writer;
    fk_json_writer_init(&writer, &text);
    fk_json_write_value(&writer, fk_cli_vault_reply(vault));
    bool is_written = fk_is_ok(fk_json_finish(&writer)) && fk_is_ok(fk_buffer_append_byte(&text, '\n')) &&
                      fk_cli_write(stdout, fk_buffer_view(&text));
    fk_buffer_free(&text);
    return is_written ? FK_CLI_SUCCESS : FK_CLI_FAILED;
}

int fk_cli_call(int argument_count, char **arguments)
{
    const char *directory = NULL;
    fk_cli_keys keys = { NULL, NULL };
    const char *name = NULL;
    const fk_cli_option options[] = { { "--vault", &directory, NULL, true },
                                      FK_CLI_KEY_OPTIONS(&keys),
                                      { NULL, &name, NULL, true } };
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0]) ||
        !fk_cli_keys_are_given(&keys)) {
        return FK_CLI_WRONG_USE;
    }
    const fk_command *command = fk_command_by_name(fk_bytes_text(name));
    if (command == NULL || !can_call(command, &keys)) {
        return FK_CLI_WRONG_USE;
    }
    fk_cli_vault vault;
    fk_status status = call_command(&vault, command, directory, &keys);
    int exit_code = fk_is_ok(status) ? print_reply(&vault) : fk_cli_report(status, &vault.error);
    fk_cli_vault_close(&vault);
    return exit_code;
}
