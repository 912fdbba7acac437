#include "cli_vault.h"

#include <string.h>

#include "cli.h"
#include "fk/kdf.h"
#include "fk/protocol_codec.h"
#include "fk/protocol_gen.h"
#include "fk/secrets.h"
#include "posix_system.h"

#include "fk/banned.h"

enum { RECOVERY_KEY_FILE_SIZE_BYTES_MAX = 256 }; /* as the border takes it */

/* --- passphrase ---------------------------------------------------------------------------------------- */

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

static fk_status read_file(const char *path, const char *what, fk_buffer *bytes, fk_error *error)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fk_error_set(error, "%s", what);
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    fk_status status = fk_cli_read_all(file, bytes);
    (void)fclose(file);
    return status;
}

fk_status fk_cli_derive_key(const char *passphrase_file, const fk_keyfile *keyfile,
                            uint8_t key_out[FK_KDF_KEY_SIZE_BYTES], fk_error *error)
{
    fk_buffer typed;
    fk_buffer passphrase;
    fk_buffer_init(&typed, &fk_allocator_libc, FK_KDF_PASSPHRASE_SIZE_BYTES_MAX * 2);
    fk_buffer_init(&passphrase, &fk_allocator_libc, FK_KDF_PASSPHRASE_SIZE_BYTES_MAX);
    fk_status status = read_file(passphrase_file, "passphrase-file", &typed, error);
    if (fk_is_ok(status)) {
        status = normalise_passphrase(fk_buffer_view(&typed), &passphrase, error);
    }
    if (fk_is_ok(status)) {
        status =
            fk_kdf_argon2id(fk_buffer_view(&passphrase), keyfile->salt, keyfile->memory_kib, keyfile->passes, key_out);
    }
    fk_buffer_free(&typed);
    fk_buffer_free(&passphrase);
    return status;
}

/* --- calls ----------------------------------------------------------------------------------------------- */

fk_status fk_cli_status_of_name(fk_bytes name)
{
    for (unsigned value = 0; value <= UINT8_MAX; value++) {
        if (fk_bytes_equal_text(name, fk_code_name((uint8_t)value))) {
            return fk_status_of((fk_code)value);
        }
    }
    return fk_status_of(FK_ERR_BUG);
}

fk_status fk_cli_vault_call(fk_cli_vault *vault, uint32_t command_id, fk_bytes request)
{
    fk_json_doc_free(vault->doc);
    vault->doc = NULL;
    vault->error = (fk_error){ .detail = "" };
    FK_TRY(fk_session_call(vault->session, command_id, request, &vault->reply));
    if (vault->reply.size_bytes > 0 && vault->reply.data[0] != '{') {
        return fk_ok();
    }
    FK_TRY(fk_json_parse(&fk_allocator_libc, fk_buffer_view(&vault->reply), &fk_json_limits_form, &vault->doc,
                         &vault->error));
    const fk_json *error = fk_json_member_text(fk_json_root(vault->doc), "error");
    if (error == NULL) {
        return fk_ok();
    }
    fk_bytes detail = fk_json_string(fk_json_member_text(error, "detail"));
    fk_error_set(&vault->error, "%.*s", (int)detail.size_bytes, (const char *)detail.data);
    return fk_cli_status_of_name(fk_json_string(fk_json_member_text(error, "code")));
}

fk_json_writer fk_cli_vault_request(fk_cli_vault *vault)
{
    fk_json_writer writer;
    fk_buffer_clear(&vault->request);
    fk_json_writer_init(&writer, &vault->request);
    fk_json_object_begin(&writer);
    return writer;
}

fk_status fk_cli_vault_call_written(fk_cli_vault *vault, uint32_t command_id, fk_json_writer *writer)
{
    fk_json_object_end(writer);
    FK_TRY(fk_json_finish(writer));
    return fk_cli_vault_call(vault, command_id, fk_buffer_view(&vault->request));
}

const fk_json *fk_cli_vault_reply(const fk_cli_vault *vault)
{
    return vault->doc == NULL ? NULL : fk_json_member_text(fk_json_root(vault->doc), "reply");
}

fk_bytes fk_cli_reply_text(const fk_cli_vault *vault, const char *name)
{
    return fk_json_string(fk_json_member_text(fk_cli_vault_reply(vault), name));
}

uint64_t fk_cli_reply_number(const fk_cli_vault *vault, const char *name)
{
    uint64_t number = 0;
    fk_status status = fk_json_to_uint64(fk_json_member_text(fk_cli_vault_reply(vault), name), 0, UINT64_MAX, &number);
    return fk_is_ok(status) ? number : 0;
}

bool fk_cli_reply_flag(const fk_cli_vault *vault, const char *name)
{
    bool flag = false;
    fk_status status = fk_json_to_bool(fk_json_member_text(fk_cli_vault_reply(vault), name), &flag);
    return fk_is_ok(status) && flag;
}

/* --- opening ----------------------------------------------------------------------------------------------- */

/* The salt of the vault that vault.prepare chose, from its reply. */
static fk_status read_prepared(const fk_cli_vault *vault, fk_keyfile *keyfile_out)
{
    fk_id salt; /* as long as an id, and written like one */
    FK_TRY(fk_id_from_hex(fk_cli_reply_text(vault, "saltHex"), &salt));
    _Static_assert(sizeof salt.bytes == FK_KDF_SALT_SIZE_BYTES, "a salt reads as an id");
    memcpy(keyfile_out->salt, salt.bytes, sizeof salt.bytes);
    keyfile_out->memory_kib = FK_KDF_MEMORY_KIB_MIN;
    keyfile_out->passes = FK_KDF_PASSES_MIN;
    return fk_ok();
}

fk_status fk_cli_vault_prepare(fk_cli_vault *vault, fk_keyfile *keyfile_out)
{
    FK_TRY(fk_cli_vault_call(vault, FK_COMMAND_VAULT_PREPARE, fk_bytes_text("{\"memoryKib\":65536}")));
    return read_prepared(vault, keyfile_out);
}

static fk_status unlock_by_passphrase(fk_cli_vault *vault, const char *passphrase_file, bool is_new)
{
    fk_keyfile keyfile;
    if (is_new) {
        FK_TRY(fk_cli_vault_prepare(vault, &keyfile));
    } else {
        FK_TRY(fk_keyfile_load(fk_posix_disk_port(vault->disk), &keyfile));
    }
    uint8_t key[FK_KDF_KEY_SIZE_BYTES];
    uint8_t raw[FK_SECRETS_SIZE_BYTES] = { 0 };
    fk_status status = fk_cli_derive_key(passphrase_file, &keyfile, key, &vault->error);
    if (fk_is_ok(status)) {
        const fk_slot_secrets secrets = { .passphrase_key = fk_bytes_of(key, sizeof key) };
        fk_secrets_write(&secrets, false, raw);
        status = fk_cli_vault_call(vault, is_new ? FK_COMMAND_VAULT_CREATE : FK_COMMAND_VAULT_UNLOCK,
                                   fk_bytes_of(raw, sizeof raw));
    }
    fk_wipe(key, sizeof key);
    fk_wipe(raw, sizeof raw);
    return status;
}

fk_status fk_cli_read_recovery_key(const char *recovery_key_file, fk_buffer *typed, fk_error *error)
{
    fk_buffer_init(typed, &fk_allocator_libc, RECOVERY_KEY_FILE_SIZE_BYTES_MAX);
    return read_file(recovery_key_file, "recovery-key-file", typed, error);
}

static fk_status unlock_by_recovery_key(fk_cli_vault *vault, const char *recovery_key_file)
{
    fk_buffer typed;
    fk_status status = fk_cli_read_recovery_key(recovery_key_file, &typed, &vault->error);
    if (fk_is_ok(status)) {
        status = fk_cli_vault_call(vault, FK_COMMAND_KEYS_RECOVERY_UNLOCK, fk_buffer_view(&typed));
    }
    fk_buffer_free(&typed);
    return status;
}

bool fk_cli_keys_are_given(const fk_cli_keys *keys)
{
    return (keys->passphrase_file != NULL) != (keys->recovery_key_file != NULL);
}

fk_status fk_cli_vault_start(fk_cli_vault *vault, const char *directory, const char *other_directory)
{
    *vault = (fk_cli_vault){ .disk = NULL };
    fk_buffer_init(&vault->request, &fk_allocator_libc, FK_SESSION_REQUEST_SIZE_BYTES_MAX);
    fk_buffer_init(&vault->reply, &fk_allocator_libc, FK_SESSION_REPLY_SIZE_BYTES_MAX);
    FK_TRY(fk_posix_disk_open(&fk_allocator_libc, directory, &vault->disk, &vault->error));
    if (other_directory != NULL) {
        FK_TRY(fk_posix_disk_open(&fk_allocator_libc, other_directory, &vault->other_disk, &vault->error));
    }
    vault->clock = fk_posix_clock();
    vault->random = fk_posix_random();
    vault->host = (fk_host){ &fk_allocator_libc,
                             fk_posix_disk_port(vault->disk),
                             &vault->clock,
                             &vault->random,
                             false,
                             vault->other_disk == NULL ? NULL : fk_posix_disk_port(vault->other_disk) };
    FK_TRY(fk_session_new(&vault->host, &vault->session));
    return fk_cli_vault_call(vault, FK_COMMAND_CORE_START, fk_bytes_text("{}"));
}

static fk_status unlock(fk_cli_vault *vault, const fk_cli_keys *keys, bool is_new)
{
    return keys->recovery_key_file != NULL ? unlock_by_recovery_key(vault, keys->recovery_key_file)
                                           : unlock_by_passphrase(vault, keys->passphrase_file, is_new);
}

fk_status fk_cli_vault_unlock(fk_cli_vault *vault, const fk_cli_keys *keys)
{
    return unlock(vault, keys, false);
}

fk_status fk_cli_vault_open(fk_cli_vault *vault, const char *directory, const fk_cli_keys *keys, bool is_new)
{
    FK_TRY(fk_cli_vault_start(vault, directory, NULL));
    return unlock(vault, keys, is_new);
}

void fk_cli_vault_close(fk_cli_vault *vault)
{
    fk_json_doc_free(vault->doc);
    fk_session_free(vault->session);
    fk_posix_disk_close(vault->disk);
    fk_posix_disk_close(vault->other_disk);
    fk_buffer_free(&vault->request);
    fk_buffer_free(&vault->reply);
}
