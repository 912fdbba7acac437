/* cli_backup.c — `fieldkit backup`: a vault as one sealed file, the proof that it can be restored, and restoring it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "cli_backup.h"
#include "fk/backup.h"
#include "fk/protocol_gen.h"
#include "fk/secrets.h"
#include "posix_system.h"

#include "fk/banned.h"

enum {
    FILE_MODE = 0600,
    DIRECTORY_MODE = 0700,
    OPENING_SIZE_BYTES_MAX = 4096, /* purpose, secrets, head, a typed recovery key */
};

typedef enum reading_purpose {
    READING_TEST = 1,
    READING_RESTORE = 2,
} reading_purpose;

static fk_status refuse(fk_cli_vault *vault, fk_code code, const char *what)
{
    fk_error_set(&vault->error, "%s", what);
    return fk_status_of(code);
}

/* --- a directory of our own for a test restore -------------------------------------------------------------- */

typedef struct scratch {
    char path[4096];
} scratch;

/* A new directory for its owner only, in that one or in /tmp. */
static bool scratch_make(const char *parent, scratch *made)
{
    fk_random random = fk_posix_random();
    fk_id id;
    char hex[FK_ID_HEX_SIZE + 1];
    random.fill(random.ctx, id.bytes, sizeof id.bytes);
    fk_id_to_hex(&id, hex);
    const char *where = parent == NULL ? "/tmp" : parent;
    int size = snprintf(made->path, sizeof made->path, "%s/fieldkit-%s", where, hex);
    bool is_made = size > 0 && (size_t)size < sizeof made->path && mkdir(made->path, DIRECTORY_MODE) == 0;
    if (!is_made) {
        (void)fprintf(stderr, "io: no directory can be made in %s\n", where);
    }
    return is_made;
}

/* --- reading a file --------------------------------------------------------------------------------------------- */

fk_status fk_cli_backup_read(fk_cli_vault *vault, FILE *file, uint8_t *target, size_t size_bytes, size_t *read_out)
{
    *read_out = fread(target, 1, size_bytes, file);
    return ferror(file) ? refuse(vault, FK_ERR_IO, "the exported file") : fk_ok();
}

/* The head of the file into request behind purpose and secrets, and what a person has at hand: a passphrase among the
 * secrets, a recovery key behind the head. keys NULL: neither, the key of the open vault. */
static fk_status write_opening(fk_cli_vault *vault, FILE *file, const fk_cli_keys *keys, fk_buffer *request)
{
    uint8_t head[FK_BACKUP_HEAD_SIZE_BYTES];
    uint8_t secrets[FK_SECRETS_SIZE_BYTES] = { 0 };
    size_t head_size = 0;
    FK_TRY(fk_cli_backup_read(vault, file, head, sizeof head, &head_size));
    fk_keyfile keyfile;
    fk_status status = fk_backup_head_read(fk_bytes_of(head, head_size), &keyfile);
    if (!fk_is_ok(status)) {
        return refuse(vault, (fk_code)status.code, "head");
    }
    fk_buffer typed;
    fk_buffer_init(&typed, &fk_allocator_libc, 1);
    if (keys != NULL && keys->recovery_key_file != NULL) {
        status = fk_cli_read_recovery_key(keys->recovery_key_file, &typed, &vault->error);
    } else if (keys != NULL) {
        uint8_t key[FK_KDF_KEY_SIZE_BYTES];
        status = fk_cli_derive_key(keys->passphrase_file, &keyfile, key, &vault->error);
        if (fk_is_ok(status)) {
            const fk_slot_secrets given = { .passphrase_key = fk_bytes_of(key, sizeof key) };
            fk_secrets_write(&given, false, secrets);
        }
        fk_wipe(key, sizeof key);
    }
    const fk_bytes parts[] = { fk_bytes_of(secrets, sizeof secrets), fk_bytes_of(head, sizeof head),
                               fk_buffer_view(&typed) };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && fk_is_ok(status); i++) {
        status = fk_buffer_append(request, parts[i]);
    }
    fk_wipe(secrets, sizeof secrets);
    fk_buffer_free(&typed);
    return status;
}

/* What a person has that did not open the file, and what this program cannot ask for; as long as an error may be. */
static const char *wrong_key(const fk_cli_keys *keys)
{
    if (keys == NULL) {
        return "the vault's own key does not open the file";
    }
    return keys->recovery_key_file != NULL ? "that recovery key does not open the file"
                                           : "this passphrase alone does not; one that needs a passkey as well opens "
                                             "it in the app: no passkey can be asked for here";
}

static fk_status open_reading(fk_cli_vault *vault, FILE *file, reading_purpose purpose, const fk_cli_keys *keys)
{
    const uint8_t first = (uint8_t)purpose;
    fk_buffer request;
    fk_buffer_init(&request, &fk_allocator_libc, OPENING_SIZE_BYTES_MAX);
    fk_status status = fk_buffer_append(&request, fk_bytes_of(&first, 1));
    if (fk_is_ok(status)) {
        status = write_opening(vault, file, keys, &request);
    }
    if (fk_is_ok(status)) {
        status = fk_cli_vault_call(vault, FK_COMMAND_BACKUP_OPEN, fk_buffer_view(&request));
        if (status.code == FK_ERR_AUTH) {
            status = refuse(vault, FK_ERR_AUTH, wrong_key(keys));
        }
    }
    fk_buffer_free(&request);
    return status;
}

fk_status fk_cli_backup_finish(fk_cli_vault *vault)
{
    do {
        FK_TRY(fk_cli_vault_call(vault, FK_COMMAND_BACKUP_FINISH, fk_bytes_text("{}")));
    } while (!fk_cli_reply_flag(vault, "isDone"));
    return fk_ok();
}

fk_status fk_cli_backup_take_file(fk_cli_vault *vault, FILE *file)
{
    static uint8_t piece[FK_CLI_BACKUP_TAKE_SIZE_BYTES];
    size_t size_bytes = 0;
    FK_TRY(fk_cli_backup_read(vault, file, piece, sizeof piece, &size_bytes));
    while (size_bytes > 0) {
        FK_TRY(fk_cli_vault_call(vault, FK_COMMAND_BACKUP_TAKE, fk_bytes_of(piece, size_bytes)));
        FK_TRY(fk_cli_backup_read(vault, file, piece, sizeof piece, &size_bytes));
    }
    return fk_cli_backup_finish(vault);
}

static fk_status read_file(fk_cli_vault *vault, const char *path, reading_purpose purpose, const fk_cli_keys *keys)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return refuse(vault, FK_ERR_NOT_FOUND, path);
    }
    fk_status status = open_reading(vault, file, purpose, keys);
    if (fk_is_ok(status)) {
        status = fk_cli_backup_take_file(vault, file);
    }
    (void)fclose(file);
    return status;
}

int fk_cli_backup_print(const fk_cli_vault *vault, const char *what)
{
    fk_bytes rows = fk_cli_reply_text(vault, "rowCount");
    fk_bytes unsent = fk_cli_reply_text(vault, "unsentCount");
    int written = printf("{\"%s\":true,\"rowCount\":\"%.*s\",\"unsentCount\":\"%.*s\"}\n", what, (int)rows.size_bytes,
                         (const char *)rows.data, (int)unsent.size_bytes, (const char *)unsent.data);
    return written > 0 && fflush(stdout) == 0 ? FK_CLI_SUCCESS : FK_CLI_FAILED;
}

/* --- export ---------------------------------------------------------------------------------------------------------
 */

static bool write_all(int file, fk_bytes bytes)
{
    size_t done = 0;
    while (done < bytes.size_bytes) {
        ssize_t count = write(file, bytes.data + done, bytes.size_bytes - done);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

static fk_status write_pieces(fk_cli_vault *vault, int file)
{
    bool is_last = false;
    FK_TRY(fk_cli_vault_call(vault, FK_COMMAND_BACKUP_BEGIN, fk_bytes_text("{}")));
    while (!is_last) {
        FK_TRY(fk_cli_vault_call(vault, FK_COMMAND_BACKUP_CHUNK, fk_bytes_text("{}")));
        fk_bytes reply = fk_buffer_view(&vault->reply);
        is_last = reply.data[1] == 1;
        fk_bytes piece = fk_bytes_of(reply.data + FK_CLI_BACKUP_PIECE_OFFSET_BYTES,
                                     reply.size_bytes - FK_CLI_BACKUP_PIECE_OFFSET_BYTES);
        if (!write_all(file, piece)) {
            bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
            return refuse(vault, is_full ? FK_ERR_FULL : FK_ERR_IO, "the exported file");
        }
    }
    FK_TRY(fk_cli_vault_call(vault, FK_COMMAND_BACKUP_END, fk_bytes_text("{}")));
    return fsync(file) == 0 ? fk_ok() : refuse(vault, FK_ERR_IO, "the exported file");
}

/* Written, read back from the disk and compared. A file that failed is no file. */
static fk_status export_to(fk_cli_vault *vault, const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (file < 0) {
        return refuse(vault, errno == EEXIST ? FK_ERR_EXISTS : FK_ERR_IO, path);
    }
    fk_status status = write_pieces(vault, file);
    (void)close(file);
    if (fk_is_ok(status)) {
        status = read_file(vault, path, READING_TEST, NULL);
    }
    if (!fk_is_ok(status)) {
        (void)unlink(path);
    }
    return status;
}

/* --- commands -------------------------------------------------------------------------------------------------------
 */

int fk_cli_backup_export(int argument_count, char **arguments)
{
    const char *directory = NULL;
    fk_cli_keys keys = { NULL, NULL };
    const char *path = NULL;
    const char *work = NULL;
    const fk_cli_option options[] = { { "--vault", &directory, NULL, true },
                                      FK_CLI_KEY_OPTIONS(&keys),
                                      { "--out", &path, NULL, true },
                                      { "--work", &work, NULL, false } };
    scratch test;
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0]) ||
        !fk_cli_keys_are_given(&keys)) {
        return FK_CLI_WRONG_USE;
    }
    if (!scratch_make(work, &test)) {
        return FK_CLI_FAILED;
    }
    fk_cli_vault vault;
    fk_status status = fk_cli_vault_start(&vault, directory, test.path);
    if (fk_is_ok(status)) {
        status = fk_cli_vault_unlock(&vault, &keys);
    }
    if (fk_is_ok(status)) {
        status = export_to(&vault, path);
    }
    int exit_code = fk_is_ok(status) ? fk_cli_backup_print(&vault, "exported") : fk_cli_report(status, &vault.error);
    fk_cli_vault_close(&vault);
    fk_posix_disk_remove(test.path);
    return exit_code;
}

int fk_cli_backup_verify(int argument_count, char **arguments)
{
    const char *path = NULL;
    fk_cli_keys keys = { NULL, NULL };
    const char *work = NULL;
    const fk_cli_option options[] = { FK_CLI_KEY_OPTIONS(&keys),
                                      { "--work", &work, NULL, false },
                                      { NULL, &path, NULL, true } };
    scratch test;
    scratch none;
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0]) ||
        !fk_cli_keys_are_given(&keys)) {
        return FK_CLI_WRONG_USE;
    }
    if (!scratch_make(work, &none)) {
        return FK_CLI_FAILED;
    }
    int exit_code = FK_CLI_FAILED;
    if (scratch_make(work, &test)) {
        fk_cli_vault vault;
        fk_status status = fk_cli_vault_start(&vault, none.path, test.path);
        if (fk_is_ok(status)) {
            status = read_file(&vault, path, READING_TEST, &keys);
        }
        exit_code = fk_is_ok(status) ? fk_cli_backup_print(&vault, "verified") : fk_cli_report(status, &vault.error);
        fk_cli_vault_close(&vault);
        fk_posix_disk_remove(test.path);
    }
    fk_posix_disk_remove(none.path);
    return exit_code;
}

fk_status fk_cli_backup_require_no_files(fk_cli_vault *vault, const char *directory)
{
    FK_TRY(fk_cli_vault_call(vault, FK_COMMAND_VAULT_STATUS, fk_bytes_text("{}")));
    bool is_empty = fk_bytes_equal_text(fk_cli_reply_text(vault, "state"), "none");
    return is_empty ? fk_ok() : refuse(vault, FK_ERR_EXISTS, directory);
}

int fk_cli_backup_restore(int argument_count, char **arguments)
{
    const char *path = NULL;
    fk_cli_keys keys = { NULL, NULL };
    const char *directory = NULL;
    const fk_cli_option options[] = { FK_CLI_KEY_OPTIONS(&keys),
                                      { "--vault", &directory, NULL, true },
                                      { NULL, &path, NULL, true } };
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0]) ||
        !fk_cli_keys_are_given(&keys)) {
        return FK_CLI_WRONG_USE;
    }
    fk_cli_vault vault;
    fk_status status = fk_cli_vault_start(&vault, directory, NULL);
    if (fk_is_ok(status)) {
        status = fk_cli_backup_require_no_files(&vault, directory);
    }
    bool is_begun = fk_is_ok(status);
    if (is_begun) {
        status = read_file(&vault, path, READING_RESTORE, &keys);
    }
    int exit_code = fk_is_ok(status) ? fk_cli_backup_print(&vault, "restored") : fk_cli_report(status, &vault.error);
    fk_cli_vault_close(&vault);
    if (is_begun && !fk_is_ok(status)) {
        fk_posix_disk_remove(directory); /* half a vault is none */
    }
    return exit_code;
}
