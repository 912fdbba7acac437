#define _POSIX_C_SOURCE 200809L
#include "cli_sheets.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cli_files.h"
#include "cli_options.h"
#include "posix_system.h"

#include "fk/banned.h"

static const uint64_t DAY_MS = (uint64_t)24 * 60 * 60 * 1000;

bool fk_cli_agency_name_is_valid(fk_bytes name)
{
    for (size_t i = 0; i < name.size_bytes; i++) {
        if (name.data[i] < ' ' || name.data[i] == 0x7f) {
            return false;
        }
    }
    return name.size_bytes <= FK_AGENCY_NAME_SIZE_BYTES_MAX && fk_utf8_is_valid(name);
}

const char *fk_cli_sheet_name(fk_share_kind kind, size_t index)
{
    static const char *const names[][FK_KEY_SHARE_COUNT] = {
        [FK_SHARE_ROOT] = { "root-share-1.txt", "root-share-2.txt", "root-share-3.txt" },
        [FK_SHARE_RECOVERY] = { "recovery-share-1.txt", "recovery-share-2.txt", "recovery-share-3.txt" },
    };
    return names[kind][index];
}

/* --- writing ------------------------------------------------------------------------------------- */

static fk_status write_sheet(int directory, const fk_key_share *share, fk_bytes name, uint64_t now_ms, fk_error *error)
{
    fk_buffer sheet;
    fk_buffer_init(&sheet, &fk_allocator_libc, FK_KEY_SHARE_TEXT_SIZE_BYTES_MAX);
    fk_status status = fk_key_share_print(share, name, (int32_t)(now_ms / DAY_MS), &sheet);
    if (fk_is_ok(status)) {
        const char *file = fk_cli_sheet_name(share->kind, share->holder - 1);
        status = fk_cli_file_write(directory, file, fk_buffer_view(&sheet), error);
    }
    fk_buffer_free(&sheet);
    return status;
}

fk_status fk_cli_sheets_write(int directory, const fk_key_share shares[FK_KEY_SHARE_COUNT], fk_bytes name,
                              uint64_t now_ms, fk_error *error)
{
    for (size_t i = 0; i < FK_KEY_SHARE_COUNT; i++) {
        FK_TRY(write_sheet(directory, &shares[i], name, now_ms, error));
    }
    return fk_cli_directory_flush(directory, error);
}

void fk_cli_sheets_remove(int directory, fk_share_kind kind)
{
    for (size_t i = 0; i < FK_KEY_SHARE_COUNT; i++) {
        (void)unlinkat(directory, fk_cli_sheet_name(kind, i), 0);
    }
}

/* --- reading --------------------------------------------------------------------------------------- */

static fk_status read_sheet(int directory, const char *name, fk_share_kind kind, fk_key_share *share_out,
                            fk_error *error)
{
    fk_buffer sheet;
    *share_out = (fk_key_share){ .holder = 0 };
    fk_buffer_init(&sheet, &fk_allocator_libc, FK_KEY_SHARE_TEXT_SIZE_BYTES_MAX);
    fk_status status = fk_cli_file_read(directory, name, &sheet, error);
    if (fk_is_ok(status)) {
        status = fk_key_share_parse(fk_buffer_view(&sheet), kind, share_out);
    }
    if (!fk_is_ok(status)) {
        fk_error_set(error, "%s", name);
    }
    fk_buffer_free(&sheet);
    return status;
}

static fk_status check_pair(const fk_key_share *a, const fk_key_share *b, const fk_id *id, fk_error *error)
{
    fk_identity key;
    fk_status status = fk_key_shares_join(a, b, &key, NULL);
    if (fk_is_ok(status) && !fk_id_equal(&a->id, id)) {
        status = fk_status_of(FK_ERR_AUTH);
    }
    fk_identity_wipe(&key);
    if (!fk_is_ok(status)) {
        fk_error_set(error, "%s and %s", fk_cli_sheet_name(a->kind, a->holder - 1),
                     fk_cli_sheet_name(b->kind, b->holder - 1));
    }
    return status;
}

fk_status fk_cli_sheets_check(int directory, fk_share_kind kind, const fk_id *id, fk_id *id_out, fk_error *error)
{
    fk_key_share shares[FK_KEY_SHARE_COUNT];
    memset(shares, 0, sizeof shares);
    fk_status status = fk_ok();
    for (size_t i = 0; fk_is_ok(status) && i < FK_KEY_SHARE_COUNT; i++) {
        const char *name = fk_cli_sheet_name(kind, i);
        status = read_sheet(directory, name, kind, &shares[i], error);
        if (fk_is_ok(status) && shares[i].holder != i + 1) {
            fk_error_set(error, "%s is another holder's", name);
            status = fk_status_of(FK_ERR_INVALID_INPUT);
        }
    }
    *id_out = id != NULL ? *id : shares[0].id;
    for (size_t i = 0; i < FK_KEY_SHARE_COUNT; i++) {
        for (size_t j = i + 1; fk_is_ok(status) && j < FK_KEY_SHARE_COUNT; j++) {
            status = check_pair(&shares[i], &shares[j], id_out, error);
        }
    }
    fk_wipe(shares, sizeof shares);
    return status;
}

fk_status fk_cli_sheets_join(fk_share_kind kind, const char *path, const char *other_path, fk_id *id_out,
                             fk_identity *key_out, fk_error *error)
{
    fk_key_share shares[2];
    *key_out = (fk_identity){ .signing_public = { 0 } };
    *id_out = (fk_id){ { 0 } };
    fk_status status = read_sheet(AT_FDCWD, path, kind, &shares[0], error);
    if (fk_is_ok(status)) {
        status = read_sheet(AT_FDCWD, other_path, kind, &shares[1], error);
    }
    if (fk_is_ok(status)) {
        status = fk_key_shares_join(&shares[0], &shares[1], key_out, error);
        *id_out = shares[0].id;
    }
    fk_wipe(shares, sizeof shares);
    return status;
}

int fk_cli_sheets_check_command(int argument_count, char **arguments, fk_cli_sheets_checker *check,
                                const char *sentence)
{
    const char *out = NULL;
    const fk_cli_option options[] = { { "--out", &out, NULL, true } };
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0])) {
        return FK_CLI_WRONG_USE;
    }
    fk_error error = { .detail = "" };
    fk_random random = fk_posix_random();
    fk_status status = fk_crypto_start(&random);
    int directory = -1;
    fk_id id;
    if (fk_is_ok(status)) {
        status = fk_cli_directory_open(out, &directory, &error);
    }
    if (fk_is_ok(status)) {
        status = check(directory, &id, &error);
        (void)close(directory);
    }
    if (!fk_is_ok(status)) {
        return fk_cli_report(status, &error);
    }
    char text[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(&id, text);
    int size = printf("%s %s\n", sentence, text);
    return size > 0 && fflush(stdout) == 0 ? FK_CLI_SUCCESS : FK_CLI_FAILED;
}
