/* cli.h — the commands of `fieldkit` and what they share.
 *
 * Exit codes: 0 success, 2 wrong use, 3 refused input with the error's code and a sentence on standard error.
 * A command that does not succeed writes nothing on standard output (--lines: one answer for every line). */
#ifndef FK_CLI_H
#define FK_CLI_H

#include <stdio.h>

#include "fk/bytes.h"

enum {
    FK_CLI_SUCCESS = 0,
    FK_CLI_FAILED = 1, /* the machine: no memory, standard output closed */
    FK_CLI_WRONG_USE = 2,
    FK_CLI_REFUSED = 3,
};

/* One command: its words, what it takes, and what it does with the arguments after its words. */
typedef struct fk_cli_command {
    const char *words[2];
    const char *usage;
    int (*run)(int argument_count, char **arguments);
} fk_cli_command;

/* `eval criteria [--lines]`: one evaluation, or one a line, on standard input (docs/DOMAIN.md 7). */
int fk_cli_eval_criteria(int argument_count, char **arguments);

/* `call --vault DIR KEY COMMAND`: one command of docs/PROTOCOL.md on a vault, its request on
 * standard input, its reply on standard output. vault.create makes the vault; every other opens it first. */
int fk_cli_call(int argument_count, char **arguments);

/* `agency create --out DIR [--name TEXT]`: the root key of a new agency as three sheets, the signed first roster entry
 * for the hub, and the first administrator's code, which is printed and nowhere kept. DIR is new or empty. */
int fk_cli_agency_create(int argument_count, char **arguments);
/* `agency check --out DIR`: read the sheets there and restore the key from each pair of them. */
int fk_cli_agency_check(int argument_count, char **arguments);

/* `agency escrow --vault DIR KEY --root-sheet FILE --other-root-sheet FILE --out DIR [--replace] ..`: a recovery key as
 * three sheets in DIR, new or empty, named in the roster by root through an administrator's vault. */
int fk_cli_agency_escrow(int argument_count, char **arguments);
/* `agency escrow-check --out DIR`: read the recovery sheets there and make the key of each pair of them. */
int fk_cli_agency_escrow_check(int argument_count, char **arguments);

/* `enrol --vault DIR KEY [--hub URL --code-file FILE|-] ..`: bring this vault into the team of a
 * code. Goes on where an earlier one stopped. It talks with a person, so it prints as it goes. */
int fk_cli_enrol(int argument_count, char **arguments);
/* `invite --vault DIR KEY --name NAME ..`: an administrator's code for one more device, the words
 * of the device that used it, and the answer. Prints as it goes. */
int fk_cli_invite(int argument_count, char **arguments);
/* `recovery-key --vault DIR KEY`: print a new recovery key, read it back from standard input, and only then let it
 * open the vault. */
int fk_cli_recovery_key(int argument_count, char **arguments);

/* `sync --vault DIR KEY [--hub URL | --file PATH]`: one run. */
int fk_cli_sync(int argument_count, char **arguments);

/* `backup export --vault DIR --passphrase-file FILE --out FILE [--work DIR]`: everything of the vault, sealed, into a
 * new file, which is then read back into a store of its own (in DIR, or /tmp) and compared. */
int fk_cli_backup_export(int argument_count, char **arguments);
/* `backup verify FILE KEY [--work DIR]`: a test restore, of which nothing stays. */
int fk_cli_backup_verify(int argument_count, char **arguments);
/* `backup restore FILE KEY --vault DIR`: a vault of it in a new or empty directory, as a new device
 * that is in no team. */
int fk_cli_backup_restore(int argument_count, char **arguments);

/* `backup escrow-open SOURCE --sheet FILE --other-sheet FILE --vault DIR --passphrase-file FILE`: say whose vault the
 * export or copied directory SOURCE is, ask, and make a new one of it, as a new device that is in no team. */
int fk_cli_backup_escrow_open(int argument_count, char **arguments);

/* Read a stream to its end into a buffer. FK_ERR_TOO_LARGE beyond the buffer's maximum, FK_ERR_IO, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_cli_read_all(FILE *stream, fk_buffer *buffer);
/* Read up to the next line feed, which is taken and not kept. *is_end_out: nothing was left. A line longer than the
 * buffer's maximum is skipped to its end: FK_ERR_TOO_LARGE. */
FK_MUST_USE fk_status fk_cli_read_line(FILE *stream, fk_buffer *buffer, bool *is_end_out);
/* false when the stream did not take everything. */
FK_MUST_USE bool fk_cli_write(FILE *stream, fk_bytes bytes);

/* "code: sentence (detail)" on standard error; the exit code that goes with the status. */
int fk_cli_report(fk_status status, const fk_error *error);

#endif
