/* cli_sheets.h — the three sheets of a key (key_shares.h) as files: made, read back, every pair of them tried. */
#ifndef FK_CLI_SHEETS_H
#define FK_CLI_SHEETS_H

#include "key_shares.h"

/* One line of a sheet: no more than fits, no control characters. */
bool fk_cli_agency_name_is_valid(fk_bytes name);

/* The files of a kind of key, by holder. */
const char *fk_cli_sheet_name(fk_share_kind kind, size_t index);

/* Into a directory, each a new file. Errors as of fk_cli_file_write(). */
FK_MUST_USE fk_status fk_cli_sheets_write(int directory, const fk_key_share shares[FK_KEY_SHARE_COUNT], fk_bytes name,
                                          uint64_t now_ms, fk_error *error);
void fk_cli_sheets_remove(int directory, fk_share_kind kind);
/* As they stand on disk: each sheet reads, and each pair of them gives the key with that id. error names the files.
 *
 * id  NULL: whatever id they name, as long as it is one. */
FK_MUST_USE fk_status fk_cli_sheets_check(int directory, fk_share_kind kind, const fk_id *id, fk_id *id_out,
                                          fk_error *error);

/* Reads the sheets of a kind of key in a directory and gives the key's id. */
typedef fk_status fk_cli_sheets_checker(int directory, fk_id *id_out, fk_error *error);
/* The command `.. --out DIR` that reads sheets as they stand on disk, and prints the sentence, which ends in the id. */
int fk_cli_sheets_check_command(int argument_count, char **arguments, fk_cli_sheets_checker *check,
                                const char *sentence);

/* The key of two sheets, each in a file. Release it with fk_identity_wipe(); on error it is zeros, and error names the
 * file or says what is wrong with the two. */
FK_MUST_USE fk_status fk_cli_sheets_join(fk_share_kind kind, const char *path, const char *other_path, fk_id *id_out,
                                         fk_identity *key_out, fk_error *error);

#endif
