#include <string.h>

#include "cli.h"
#include "fk/assert.h"

#include "fk/banned.h"

static const fk_cli_command commands[] = {
    { { "agency", "create" }, "--out DIR [--name TEXT]", fk_cli_agency_create },
    { { "agency", "check" }, "--out DIR", fk_cli_agency_check },
    { { "agency", "escrow" },
      "--vault DIR KEY --root-sheet FILE --other-root-sheet FILE --out DIR [--name TEXT]\n"
      "             [--hub URL] [--replace]",
      fk_cli_agency_escrow },
    { { "agency", "escrow-check" }, "--out DIR", fk_cli_agency_escrow_check },
    { { "backup", "escrow-open" },
      "FILE|DIR --sheet FILE --other-sheet FILE --vault DIR --passphrase-file FILE",
      fk_cli_backup_escrow_open },
    { { "backup", "export" }, "--vault DIR KEY --out FILE [--work DIR]", fk_cli_backup_export },
    { { "backup", "verify" }, "FILE KEY [--work DIR]", fk_cli_backup_verify },
    { { "backup", "restore" }, "FILE KEY --vault DIR", fk_cli_backup_restore },
    { { "call", NULL }, "--vault DIR KEY COMMAND < request.json", fk_cli_call },
    { { "enrol", NULL },
      "--vault DIR KEY --hub URL --code-file FILE|- [--name NAME] [--team NAME]\n"
      "             [--device-label TEXT] [--kind office|tablet|phone] [--wait SECONDS] [--words-confirmed]",
      fk_cli_enrol },
    { { "invite", NULL },
      "--vault DIR KEY --name NAME [--administrator] [--kind KIND] [--hub URL]\n"
      "             [--wait SECONDS] [--words-confirmed]",
      fk_cli_invite },
    { { "recovery-key", NULL }, "--vault DIR KEY", fk_cli_recovery_key },
    { { "sync", NULL }, "--vault DIR KEY [--hub URL | --file PATH]", fk_cli_sync },
    { { "eval", "criteria" }, "[--lines] < evaluation.json", fk_cli_eval_criteria },
};

static void print_usage(void)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const fk_cli_command *command = &commands[i];
        (void)fprintf(stderr, "%s fieldkit %s%s%s %s\n", i == 0 ? "usage:" : "      ", command->words[0],
                      command->words[1] == NULL ? "" : " ", command->words[1] == NULL ? "" : command->words[1],
                      command->usage);
    }
    (void)fprintf(stderr, "KEY: --passphrase-file FILE | --recovery-key-file FILE\n");
}

/* How many arguments are the words of this command; 0 when they are not. */
static int word_count_of(const fk_cli_command *command, int argument_count, char **arguments)
{
    int word_count = command->words[1] == NULL ? 1 : 2;
    if (argument_count < word_count) {
        return 0;
    }
    for (int i = 0; i < word_count; i++) {
        if (strcmp(command->words[i], arguments[i]) != 0) {
            return 0;
        }
    }
    return word_count;
}

/* The place in our own source, never what was being worked on. */
static void say_panic(const char *file, int line, const char *condition)
{
    (void)fprintf(stderr, "bug: %s:%d: %s\n", file, line, condition);
}

int main(int argc, char **argv)
{
    fk_panic_set_hook(say_panic);
    int exit_code = FK_CLI_WRONG_USE;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        int word_count = word_count_of(&commands[i], argc - 1, argv + 1);
        if (word_count > 0) {
            exit_code = commands[i].run(argc - 1 - word_count, argv + 1 + word_count);
            break;
        }
    }
    if (exit_code == FK_CLI_WRONG_USE) {
        print_usage();
    }
    return exit_code;
}
