#include "cli.h"

#include <string.h>

#include "fk/json.h"
#include "fk/kdf.h"
#include "fk/keyfile.h"
#include "fk/protocol_codec.h"
#include "fk/protocol_gen.h"
#include "fk/session.h"

#include "posix_disk.h"
#include "posix_system.h"

#include "fk/banned.h"

/* What one `call` needs, in the order it is opened. */
typedef struct call {
    const char *vault;
    const char *passphrase_file;
    const fk_command *command;
    fk_posix_disk *disk;
    fk_clock clock;
    fk_random random;
    fk_host host;
    fk_session *session;
    fk_buffer input;
    fk_buffer reply;
    fk_error error;
} call;

static bool read_arguments(int argument_count, char **arguments, call *c)
{
    for (int i = 0; i < argument_count; i++) {
        if (strcmp(arguments[i], "--vault") == 0 && i + 1 < argument_count) {
            c->vault = arguments[++i];
        } else if (strcmp(arguments[i], "--passphrase-file") == 0 && i + 1 < argument_count) {
            c->passphrase_file = arguments[++i];
        } else if (c->command == NULL) {
            c->command = fk_command_by_name(fk_bytes_text(arguments[i]));
            if (c->command == NULL) {
                return false;
            }
        } else {
            return false;
        }
    }
    return c->vault != NULL && c->passphrase_file != NULL && c->command != NULL &&
           c->command->raw_reply_size_bytes_max == 0;
}

/* Lower case, single spaces, none at the ends: as the app does before Argon2 (docs/adr/0003). Generated
 * passphrases are ASCII; anything else would need Unicode tables that this host does not have. */
static fk_status normalise_passphrase(fk_bytes typed, fk_buffer *passphrase, fk_error *error)
{
    bool is_space_due = false;
    for (size_t i = 0; i < typed.size_bytes; i++) {
        uint8_t byte = typed.data[i];
        if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
            is_space_due = passphrase->size_bytes > 0;
            continue;
        }
        if (byte < 0x20 || byte > 0x7e) {
            fk_error_set(error, "passphrase-file: ASCII only");
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
        if (is_space_due) {
            FK_TRY(fk_buffer_append_byte(passphrase, ' '));
            is_space_due = false;
        }
        FK_TRY(fk_buffer_append_byte(passphrase, byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte));
    }
    return fk_ok();
}

static fk_status derive_key(call *c, const fk_keyfile *keyfile, uint8_t key_out[FK_KDF_KEY_SIZE_BYTES])
{
    fk_buffer typed;
    fk_buffer passphrase;
    fk_buffer_init(&typed, &fk_allocator_libc, FK_KDF_PASSPHRASE_SIZE_BYTES_MAX * 2);
    fk_buffer_init(&passphrase, &fk_allocator_libc, FK_KDF_PASSPHRASE_SIZE_BYTES_MAX);
    FILE *file = fopen(c->passphrase_file, "rb");
    fk_status status = file != NULL ? fk_cli_read_all(file, &typed) : fk_status_of(FK_ERR_NOT_FOUND);
    if (file != NULL) {
        (void)fclose(file);
    } else {
        fk_error_set(&c->error, "passphrase-file");
    }
    if (fk_is_ok(status)) {
        status = normalise_passphrase(fk_buffer_view(&typed), &passphrase, &c->error);
    }
    if (fk_is_ok(status)) {
        status =
            fk_kdf_argon2id(fk_buffer_view(&passphrase), keyfile->salt, keyfile->memory_kib, keyfile->passes, key_out);
    }
    fk_buffer_free(&typed);
    fk_buffer_free(&passphrase);
    return status;
}

/* Run a command and turn an error reply back into its status; the reply stays in c->reply. */
static fk_status run(call *c, uint32_t command_id, fk_bytes request)
{
    FK_TRY(fk_session_call(c->session, command_id, request, &c->reply));
    fk_json_doc *doc = NULL;
    FK_TRY(fk_json_parse(&fk_allocator_libc, fk_buffer_view(&c->reply), &fk_json_limits_form, &doc, &c->error));
    const fk_json *error = fk_json_member_text(fk_json_root(doc), "error");
    fk_status status = fk_ok();
    if (error != NULL) {
        status = fk_status_of(FK_ERR_BUG);
        fk_bytes code = fk_json_string(fk_json_member_text(error, "code"));
        fk_bytes detail = fk_json_string(fk_json_member_text(error, "detail"));
        for (unsigned value = 0; value <= UINT8_MAX; value++) {
            if (fk_bytes_equal_text(code, fk_code_name((uint8_t)value))) {
                status.code = (uint8_t)value;
                break;
            }
        }
        fk_error_set(&c->error, "%.*s", (int)detail.size_bytes, (const char *)detail.data);
    }
    fk_json_doc_free(doc);
    return status;
}

/* The salt of the vault that vault.prepare chose, from its reply. */
static fk_status read_prepared(const call *c, fk_keyfile *keyfile_out)
{
    fk_json_doc *doc = NULL;
    FK_TRY(fk_json_parse(&fk_allocator_libc, fk_buffer_view(&c->reply), &fk_json_limits_form, &doc, NULL));
    const fk_json *reply = fk_json_member_text(fk_json_root(doc), "reply");
    fk_id salt; /* as long as an id, and written like one */
    fk_status status = fk_id_from_hex(fk_json_string(fk_json_member_text(reply, "saltHex")), &salt);
    _Static_assert(sizeof salt.bytes == FK_KDF_SALT_SIZE_BYTES, "a salt reads as an id");
    memcpy(keyfile_out->salt, salt.bytes, sizeof salt.bytes);
    keyfile_out->memory_kib = FK_KDF_MEMORY_KIB_MIN;
    keyfile_out->passes = FK_KDF_PASSES_MIN;
    fk_json_doc_free(doc);
    return status;
}

/* Make the vault (vault.create) or open it (every other command but those for a locked one). */
static fk_status open_vault(call *c)
{
    fk_keyfile keyfile;
    bool is_create = c->command->id == FK_COMMAND_VAULT_CREATE;
    fk_status status;
    if (is_create) {
        FK_TRY(run(c, FK_COMMAND_VAULT_PREPARE, fk_bytes_text("{\"memoryKib\":65536}")));
        status = read_prepared(c, &keyfile);
    } else {
        status = fk_keyfile_load(fk_posix_disk_port(c->disk), &keyfile);
    }
    FK_TRY(status);
    uint8_t key[FK_KDF_KEY_SIZE_BYTES];
    status = derive_key(c, &keyfile, key);
    if (fk_is_ok(status)) {
        status = run(c, is_create ? FK_COMMAND_VAULT_CREATE : FK_COMMAND_VAULT_UNLOCK, fk_bytes_of(key, sizeof key));
    }
    fk_wipe(key, sizeof key);
    return status;
}

static fk_status call_command(call *c)
{
    FK_TRY(fk_posix_disk_open(&fk_allocator_libc, c->vault, &c->disk, &c->error));
    c->clock = fk_posix_clock();
    c->random = fk_posix_random();
    c->host = (fk_host){ &fk_allocator_libc, fk_posix_disk_port(c->disk), &c->clock, &c->random };
    FK_TRY(fk_session_new(&c->host, &c->session));
    FK_TRY(run(c, FK_COMMAND_CORE_START, fk_bytes_text("{}")));
    FK_TRY(open_vault(c));
    if (c->command->raw_size_bytes_max > 0) {
        return fk_ok();
    }
    FK_TRY(fk_cli_read_all(stdin, &c->input));
    return run(c, c->command->id, fk_buffer_view(&c->input));
}

/* The reply alone, without its envelope. */
static int print_reply(const call *c)
{
    fk_json_doc *doc = NULL;
    fk_buffer text;
    fk_buffer_init(&text, &fk_allocator_libc, FK_SESSION_REPLY_SIZE_BYTES_MAX);
    fk_status status = fk_json_parse(&fk_allocator_libc, fk_buffer_view(&c->reply), &fk_json_limits_form, &doc, NULL);
    if (fk_is_ok(status)) {
        fk_json_writer writer;
        fk_json_writer_init(&writer, &text);
        fk_json_write_value(&writer, fk_json_member_text(fk_json_root(doc), "reply"));
        status = fk_json_finish(&writer);
    }
    bool is_written =
        fk_is_ok(status) && fk_is_ok(fk_buffer_append_byte(&text, '\n')) && fk_cli_write(stdout, fk_buffer_view(&text));
    fk_json_doc_free(doc);
    fk_buffer_free(&text);
    return is_written ? FK_CLI_SUCCESS : FK_CLI_FAILED;
}

int fk_cli_call(int argument_count, char **arguments)
{
    call c = { .vault = NULL };
    if (!read_arguments(argument_count, arguments, &c)) {
        return FK_CLI_WRONG_USE;
    }
    fk_buffer_init(&c.input, &fk_allocator_libc, FK_SESSION_REQUEST_SIZE_BYTES_MAX);
    fk_buffer_init(&c.reply, &fk_allocator_libc, FK_SESSION_REPLY_SIZE_BYTES_MAX);
    fk_status status = call_command(&c);
    int exit_code = fk_is_ok(status) ? print_reply(&c) : fk_cli_report(status, &c.error);
    fk_session_free(c.session);
    fk_posix_disk_close(c.disk);
    fk_buffer_free(&c.input);
    fk_buffer_free(&c.reply);
    return exit_code;
}
