/* cli_vault.h — a vault opened for one command: disk, session, passphrase, and calls by the border's own JSON. */
#ifndef FK_CLI_VAULT_H
#define FK_CLI_VAULT_H

#include "cli_options.h"
#include "fk/json.h"
#include "fk/keyfile.h"
#include "fk/session.h"
#include "posix_disk.h"

typedef struct fk_cli_vault {
    fk_posix_disk *disk;
    fk_posix_disk *other_disk; /* NULL: none */
    fk_clock clock;
    fk_random random;
    fk_host host;
    fk_session *session;
    fk_buffer request; /* for the caller to write into */
    fk_buffer reply;   /* of the newest call, as it came */
    fk_json_doc *doc;  /* the same, read; NULL when it is not JSON */
    fk_error error;    /* of the newest failure */
} fk_cli_vault;

/* How the vault is opened: options of every command that does. One of them is given. */
typedef struct fk_cli_keys {
    const char *passphrase_file;
    const char *recovery_key_file; /* the printed key, as typed */
} fk_cli_keys;

/* For the list of options of a command. */
#define FK_CLI_KEY_OPTIONS(keys)                                       \
    { "--passphrase-file", &(keys)->passphrase_file, NULL, false },    \
    {                                                                  \
        "--recovery-key-file", &(keys)->recovery_key_file, NULL, false \
    }
/* Exactly one is there. */
bool fk_cli_keys_are_given(const fk_cli_keys *keys);

/* Open the vault in a directory, or make it when is_new, which takes a passphrase. Whatever comes back,
 * fk_cli_vault_close() follows. The vault's own errors, with vault->error filled. */
FK_MUST_USE fk_status fk_cli_vault_open(fk_cli_vault *vault, const char *directory, const fk_cli_keys *keys,
                                        bool is_new);
/* The same in two steps: a session on a directory and, for a test restore or a copy, on another; nothing is unlocked.
 */
FK_MUST_USE fk_status fk_cli_vault_start(fk_cli_vault *vault, const char *directory, const char *other_directory);
FK_MUST_USE fk_status fk_cli_vault_unlock(fk_cli_vault *vault, const fk_cli_keys *keys);
void fk_cli_vault_close(fk_cli_vault *vault);

/* Choose id and salt of a new vault (vault.prepare). Of *keyfile_out salt and settings are meant: what
 * fk_cli_derive_key() needs. */
FK_MUST_USE fk_status fk_cli_vault_prepare(fk_cli_vault *vault, fk_keyfile *keyfile_out);

/* The key that a vault or an exported file is opened with, from the passphrase in a file. key_out is the caller's to
 * wipe. FK_ERR_NOT_FOUND (no such file), FK_ERR_INVALID_INPUT, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_cli_derive_key(const char *passphrase_file, const fk_keyfile *keyfile,
                                        uint8_t key_out[FK_KDF_KEY_SIZE_BYTES], fk_error *error);

/* The recovery key as it was typed into a file; at most 256 bytes. typed: set on every path, and for fk_buffer_free(),
 * which wipes. FK_ERR_NOT_FOUND (no such file), FK_ERR_TOO_LARGE, FK_ERR_IO, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_cli_read_recovery_key(const char *recovery_key_file, fk_buffer *typed, fk_error *error);

/* Run a command. An error reply comes back as its status, its detail in vault->error. */
FK_MUST_USE fk_status fk_cli_vault_call(fk_cli_vault *vault, uint32_t command_id, fk_bytes request);
/* The same with what stands in vault->request, written by this writer. */
FK_MUST_USE fk_status fk_cli_vault_call_written(fk_cli_vault *vault, uint32_t command_id, fk_json_writer *writer);
/* A writer for vault->request, which begins anew with an object. */
fk_json_writer fk_cli_vault_request(fk_cli_vault *vault);

/* What the newest call replied, without its envelope; borrowed until the next call. */
const fk_json *fk_cli_vault_reply(const fk_cli_vault *vault);
/* Members of that reply. A text that is not there is empty, a number 0, a flag false. */
fk_bytes fk_cli_reply_text(const fk_cli_vault *vault, const char *name);
uint64_t fk_cli_reply_number(const fk_cli_vault *vault, const char *name);
bool fk_cli_reply_flag(const fk_cli_vault *vault, const char *name);

/* The status a code's name stands for; FK_ERR_BUG for no such name. */
fk_status fk_cli_status_of_name(fk_bytes name);

#endif
