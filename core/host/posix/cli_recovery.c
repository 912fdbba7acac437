#include "cli.h"

#include "cli_vault.h"

#include "fk/banned.h"

enum { TYPED_SIZE_BYTES_MAX = 256 };

/* On standard output, alone on its line, so that it can be printed. */
static bool print_key(const fk_cli_vault *vault)
{
    fk_bytes reply = fk_buffer_view(&vault->reply);
    fk_bytes text = fk_bytes_of(reply.data + 1, reply.size_bytes - 1); /* after the mark of a raw reply */
    return fk_cli_write(stdout, text) && fk_cli_write(stdout, fk_bytes_text("\n")) && fflush(stdout) == 0;
}

static fk_status make(fk_cli_vault *vault, const char *directory, const fk_cli_keys *keys)
{
    FK_TRY(fk_cli_vault_open(vault, directory, keys, false));
    FK_TRY(fk_cli_vault_call(vault, FK_COMMAND_KEYS_RECOVERY_MAKE, fk_bytes_text("{}")));
    if (!print_key(vault)) {
        return fk_status_of(FK_ERR_IO);
    }
    (void)fprintf(stderr, "Type it back: ");
    bool is_end = false;
    fk_buffer typed;
    fk_buffer_init(&typed, &fk_allocator_libc, TYPED_SIZE_BYTES_MAX);
    fk_status status = fk_cli_read_line(stdin, &typed, &is_end);
    if (fk_is_ok(status)) {
        status = fk_cli_vault_call(vault, FK_COMMAND_KEYS_RECOVERY_CONFIRM, fk_buffer_view(&typed));
    }
    fk_buffer_free(&typed);
    return status;
}

int fk_cli_recovery_key(int argument_count, char **arguments)
{
    const char *directory = NULL;
    fk_cli_keys keys = { NULL, NULL };
    const fk_cli_option options[] = { { "--vault", &directory, NULL, true }, FK_CLI_KEY_OPTIONS(&keys) };
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0]) ||
        !fk_cli_keys_are_given(&keys)) {
        return FK_CLI_WRONG_USE;
    }
    fk_cli_vault vault;
    fk_status status = make(&vault, directory, &keys);
    int exit_code = fk_is_ok(status) ? FK_CLI_SUCCESS : fk_cli_report(status, &vault.error);
    fk_cli_vault_close(&vault);
    return exit_code;
}
