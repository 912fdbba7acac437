/* cli_escrow_open.c — `fieldkit backup escrow-open`: two sheets of the recovery key and a copy of somebody's records.
 * It says whose they are and asks before it opens them, and makes a new vault of them (docs/adr/0018). */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "cli_backup.h"
#include "cli_sheets.h"
#include "fk/backup.h"
#include "fk/civil_date.h"
#include "fk/escrow.h"
#include "fk/protocol_gen.h"
#include "fk/recovering.h"
#include "fk/secrets.h"
#include "posix_system.h"

#include "fk/banned.h"

static const uint64_t DAY_MS = (uint64_t)24 * 60 * 60 * 1000;

enum { ANSWER_SIZE_BYTES_MAX = 64, PATH_SIZE_BYTES_MAX = 4096 };

/* What is opened, from the first look to the last byte. */
typedef struct opening {
    const char *source;
    bool is_directory;
    FILE *file;          /* an export; NULL with a directory */
    fk_cli_vault former; /* the copied directory, without an export */
    fk_keyfile keyfile;  /* of what is opened */
    uint8_t head[FK_BACKUP_HEAD_SIZE_BYTES];
    fk_escrow_statement statement;
    fk_key master; /* secret */
    fk_cli_vault made;
} opening;

static fk_status refuse(opening *o, fk_code code, const char *why)
{
    fk_error_set(&o->made.error, "%s", why);
    return fk_status_of(code);
}

/* --- looking ----------------------------------------------------------------------------------------- */

static fk_status look_at_file(opening *o)
{
    size_t size_bytes = 0;
    o->file = fopen(o->source, "rb");
    if (o->file == NULL) {
        return refuse(o, FK_ERR_NOT_FOUND, o->source);
    }
    FK_TRY(fk_cli_backup_read(&o->made, o->file, o->head, sizeof o->head, &size_bytes));
    fk_status status = fk_backup_head_read(fk_bytes_of(o->head, size_bytes), &o->keyfile);
    return fk_is_ok(status) ? status : refuse(o, (fk_code)status.code, "this file is no export of a vault");
}

/* Opening a directory makes the files that are missing: one without a key file is left as it is. */
static fk_status look_at_directory(opening *o)
{
    char path[PATH_SIZE_BYTES_MAX];
    struct stat found;
    int size = snprintf(path, sizeof path, "%s/keys", o->source);
    if (size < 0 || (size_t)size >= sizeof path || stat(path, &found) != 0) {
        return refuse(o, FK_ERR_NOT_FOUND, "no vault is in this directory");
    }
    FK_TRY(fk_cli_vault_start(&o->former, o->source, NULL));
    return fk_keyfile_load(fk_posix_disk_port(o->former.disk), &o->keyfile);
}

static fk_status look(opening *o)
{
    struct stat found;
    if (stat(o->source, &found) != 0) {
        return refuse(o, FK_ERR_NOT_FOUND, o->source);
    }
    o->is_directory = S_ISDIR(found.st_mode);
    fk_status status = o->is_directory ? look_at_directory(o) : look_at_file(o);
    if (!fk_is_ok(status) && o->made.error.detail[0] == '\0') {
        return refuse(o, (fk_code)status.code, o->former.error.detail[0] == '\0' ? o->source : o->former.error.detail);
    }
    return status;
}

/* Only what is sealed in the slot; the records stay closed. */
static fk_status read_statement(opening *o, const char *sheet, const char *other_sheet)
{
    fk_id key;
    fk_identity recovery;
    FK_TRY(fk_cli_sheets_join(FK_SHARE_RECOVERY, sheet, other_sheet, &key, &recovery, &o->made.error));
    fk_status status = fk_escrow_open(&o->keyfile, &key, &recovery, &o->statement, &o->master);
    fk_identity_wipe(&recovery);
    if (status.code == FK_ERR_NOT_FOUND) {
        return refuse(o, FK_ERR_AUTH,
                      "the recovery key of these sheets does not open this: it was made before the key, "
                      "or after the key was replaced");
    }
    return fk_is_ok(status) ? status : refuse(o, (fk_code)status.code, "the slot was changed, or is of another vault");
}

/* --- asking -------------------------------------------------------------------------------------------- */

/* The name comes from a vault: control characters in it must not reach the terminal. */
static void print_name(const fk_escrow_statement *statement)
{
    for (size_t i = 0; i < statement->name_size_bytes; i++) {
        uint8_t byte = statement->name[i];
        (void)putc(byte < ' ' || byte == 0x7f ? '?' : byte, stderr);
    }
}

static void print_statement(const fk_escrow_statement *statement)
{
    char person[FK_ID_HEX_SIZE + 1];
    char device[FK_ID_HEX_SIZE + 1];
    char key[FK_ID_HEX_SIZE + 1];
    char date[FK_CIVIL_DATE_TEXT_SIZE_BYTES + 1] = "?";
    fk_id_to_hex(&statement->person, person);
    fk_id_to_hex(&statement->device, device);
    fk_id_to_hex(&statement->key, key);
    uint64_t day = statement->made_on_ms / DAY_MS;
    fk_civil_date made = fk_civil_date_from_day_number(day < INT32_MAX ? (int32_t)day : INT32_MAX);
    if (fk_civil_date_is_set(made)) {
        fk_civil_date_format(made, date);
    }
    (void)fprintf(stderr, "These are the records of ");
    print_name(statement);
    (void)fprintf(stderr,
                  "\n  person  %s\n  device  %s\n  opened by recovery key %s since %s\n\n"
                  "Everything in them can be read once they are open. Type yes to open them: ",
                  person, device, key, date);
}

static fk_status ask(opening *o)
{
    fk_buffer answer;
    bool is_end = false;
    fk_buffer_init(&answer, &fk_allocator_libc, ANSWER_SIZE_BYTES_MAX);
    print_statement(&o->statement);
    fk_status status = fk_cli_read_line(stdin, &answer, &is_end);
    bool is_yes = fk_is_ok(status) && fk_bytes_equal_text(fk_buffer_view(&answer), "yes");
    fk_buffer_free(&answer);
    return is_yes ? fk_ok() : refuse(o, FK_ERR_CANCELLED, "nothing was opened");
}

/* --- the new vault --------------------------------------------------------------------------------------- */

/* Its salt and id from vault.prepare, its passphrase from the file. */
static fk_status begin(opening *o, const char *passphrase_file)
{
    uint8_t key[FK_KDF_KEY_SIZE_BYTES];
    uint8_t raw[FK_SECRETS_SIZE_BYTES] = { 0 };
    fk_keyfile prepared;
    FK_TRY(fk_cli_vault_prepare(&o->made, &prepared));
    fk_status status = fk_cli_derive_key(passphrase_file, &prepared, key, &o->made.error);
    if (fk_is_ok(status)) {
        const fk_slot_secrets secrets = { .passphrase_key = fk_bytes_of(key, sizeof key) };
        fk_secrets_write(&secrets, false, raw);
        status = fk_session_recover(o->made.session, fk_bytes_of(o->head, sizeof o->head), &o->master,
                                    fk_bytes_of(raw, sizeof raw), &o->made.error);
    }
    fk_wipe(key, sizeof key);
    fk_wipe(raw, sizeof raw);
    return status;
}

static fk_status take(opening *o, fk_bytes bytes)
{
    while (bytes.size_bytes > 0) {
        size_t size_bytes =
            bytes.size_bytes < FK_CLI_BACKUP_TAKE_SIZE_BYTES ? bytes.size_bytes : FK_CLI_BACKUP_TAKE_SIZE_BYTES;
        FK_TRY(fk_cli_vault_call(&o->made, FK_COMMAND_BACKUP_TAKE, fk_bytes_of(bytes.data, size_bytes)));
        bytes = fk_bytes_of(bytes.data + size_bytes, bytes.size_bytes - size_bytes);
    }
    return fk_ok();
}

/* The next piece of an export of the copied directory, from one session to the other. */
static fk_status copy_piece(opening *o, const char *passphrase_file, bool *is_begun, bool *is_last_out)
{
    FK_TRY(fk_cli_vault_call(&o->former, FK_COMMAND_BACKUP_CHUNK, fk_bytes_text("{}")));
    fk_bytes reply = fk_buffer_view(&o->former.reply);
    fk_bytes piece =
        fk_bytes_of(reply.data + FK_CLI_BACKUP_PIECE_OFFSET_BYTES, reply.size_bytes - FK_CLI_BACKUP_PIECE_OFFSET_BYTES);
    *is_last_out = reply.data[1] == 1;
    if (!*is_begun) { /* the first piece begins with the head */
        memcpy(o->head, piece.data, sizeof o->head);
        piece = fk_bytes_of(piece.data + sizeof o->head, piece.size_bytes - sizeof o->head);
        FK_TRY(begin(o, passphrase_file));
        *is_begun = true;
    }
    return take(o, piece);
}

static fk_status copy_directory(opening *o, const char *passphrase_file)
{
    bool is_begun = false;
    bool is_last = false;
    fk_status status = fk_session_look_into(o->former.session, &o->keyfile.vault_id, &o->master, &o->former.error);
    if (fk_is_ok(status)) {
        status = fk_cli_vault_call(&o->former, FK_COMMAND_BACKUP_BEGIN, fk_bytes_text("{}"));
    }
    while (fk_is_ok(status) && !is_last) {
        status = copy_piece(o, passphrase_file, &is_begun, &is_last);
    }
    FK_TRY(status);
    return fk_cli_backup_finish(&o->made);
}

static fk_status copy_file(opening *o, const char *passphrase_file)
{
    FK_TRY(begin(o, passphrase_file));
    return fk_cli_backup_take_file(&o->made, o->file);
}

/* Nobody is asked about what then cannot be done: the place of the new vault is looked at first. */
static fk_status ask_and_make(opening *o, const char *directory, const char *passphrase_file)
{
    FK_TRY(fk_cli_vault_start(&o->made, directory, NULL));
    FK_TRY(fk_cli_backup_require_no_files(&o->made, directory));
    fk_status status = ask(o);
    if (fk_is_ok(status)) {
        status = o->is_directory ? copy_directory(o, passphrase_file) : copy_file(o, passphrase_file);
    }
    if (!fk_is_ok(status)) {
        if (o->made.error.detail[0] == '\0') {
            o->made.error = o->former.error;
        }
        fk_posix_disk_remove(directory); /* half a vault is none */
    }
    return status;
}

/* --- the command -------------------------------------------------------------------------------------------- */

static void print_what_is_left(const opening *o, const char *directory)
{
    char device[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(&o->statement.device, device);
    (void)fprintf(stderr,
                  "\nThe vault in %s is a new device's, in no team, with the passphrase from your file. What the\n"
                  "former device had not sent is the new device's work and goes with its first synchronisation.\n"
                  "\n"
                  "What to do now:\n"
                  "  1. Let an administrator invite the person again, and join with the new vault.\n"
                  "  2. Do not use device %s any more, and clear it. It stays in the agency's list\n"
                  "     of devices: this version cannot take a device out of it.\n"
                  "  3. Replace the recovery key, because it was used: fieldkit agency escrow --replace\n",
                  directory, device);
}

int fk_cli_backup_escrow_open(int argument_count, char **arguments)
{
    const char *sheet = NULL;
    const char *other_sheet = NULL;
    const char *directory = NULL;
    const char *passphrase_file = NULL;
    opening o;
    memset(&o, 0, sizeof o);
    const fk_cli_option options[] = { { "--sheet", &sheet, NULL, true },
                                      { "--other-sheet", &other_sheet, NULL, true },
                                      { "--vault", &directory, NULL, true },
                                      { "--passphrase-file", &passphrase_file, NULL, true },
                                      { NULL, &o.source, NULL, true } };
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0])) {
        return FK_CLI_WRONG_USE;
    }
    fk_random random = fk_posix_random();
    fk_status status = fk_crypto_start(&random);
    if (fk_is_ok(status)) {
        status = look(&o);
    }
    if (fk_is_ok(status)) {
        status = read_statement(&o, sheet, other_sheet);
    }
    if (fk_is_ok(status)) {
        status = ask_and_make(&o, directory, passphrase_file);
    }
    int exit_code = FK_CLI_SUCCESS;
    if (fk_is_ok(status)) {
        exit_code = fk_cli_backup_print(&o.made, "restored");
        print_what_is_left(&o, directory);
    } else {
        exit_code = fk_cli_report(status, &o.made.error);
    }
    if (o.file != NULL) {
        (void)fclose(o.file);
    }
    fk_key_wipe(&o.master);
    fk_cli_vault_close(&o.former);
    fk_cli_vault_close(&o.made);
    return exit_code;
}
