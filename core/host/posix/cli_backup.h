/* cli_backup.h — what reading an export has in common, whoever opens it. */
#ifndef FK_CLI_BACKUP_H
#define FK_CLI_BACKUP_H

#include <stdio.h>

#include "cli_vault.h"

/* As much as there is, up to size_bytes. FK_ERR_IO. */
FK_MUST_USE fk_status fk_cli_backup_read(fk_cli_vault *vault, FILE *file, uint8_t *target, size_t size_bytes,
                                         size_t *read_out);
/* The rest of a file whose head was given to backup.open, to its end; then backup.finish until it is done. */
FK_MUST_USE fk_status fk_cli_backup_take_file(fk_cli_vault *vault, FILE *file);
FK_MUST_USE fk_status fk_cli_backup_finish(fk_cli_vault *vault);
/* What the newest call, backup.finish, said, as a line of JSON; the exit code. */
int fk_cli_backup_print(const fk_cli_vault *vault, const char *what);

/* Nothing of a vault, whole or not, is ever written over. FK_ERR_EXISTS. */
FK_MUST_USE fk_status fk_cli_backup_require_no_files(fk_cli_vault *vault, const char *directory);

enum {
    FK_CLI_BACKUP_PIECE_OFFSET_BYTES = 10, /* of backup.chunk: 0, is last, rows so far */
    FK_CLI_BACKUP_TAKE_SIZE_BYTES = 64 * 1024,
};

#endif
