#define _POSIX_C_SOURCE 200809L
#include "cli.h"

#include <string.h>
#include <unistd.h>

#include "cli_files.h"
#include "cli_options.h"
#include "fk/enrol_code.h"
#include "posix_system.h"
#include "root_shares.h"

#include "fk/banned.h"

/* docs/adr/0010: how long the first administrator's code lasts. */
static const uint64_t CODE_LASTS_MS = (uint64_t)14 * 24 * 60 * 60 * 1000;
static const uint64_t DAY_MS = (uint64_t)24 * 60 * 60 * 1000;

static const char FOUNDING_FILE[] = "founding.bin";
static const char *const SHEET_FILES[FK_ROOT_SHARE_COUNT] = { "root-share-1.txt", "root-share-2.txt",
                                                              "root-share-3.txt" };

/* What the founding of an agency makes. Nearly all of it is secret; wiped as a whole. */
typedef struct agency {
    fk_id id;
    fk_identity root;
    fk_identity founding;
    uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES];
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    size_t entry_size_bytes;
    fk_root_share shares[FK_ROOT_SHARE_COUNT];
    char code[FK_ENROL_CODE_TEXT_SIZE + 1];
} agency;

/* --- making ------------------------------------------------------------------------------------------ */

/* The first entry, proved by adding it to an empty roster; then the code that names it. */
static fk_status sign_founding(agency *a, uint64_t now_ms, fk_error *error)
{
    fk_roster_payload payload = { .kind = FK_ROSTER_FOUNDING };
    fk_roster_founding *founding = &payload.as.founding;
    memcpy(founding->root_key, a->root.signing_public, sizeof founding->root_key);
    memcpy(founding->founding_key, a->founding.signing_public, sizeof founding->founding_key);
    founding->person = fk_random_id();
    founding->token_id = fk_enrol_token_id(&a->id, a->token);
    founding->expires_ms = now_ms + CODE_LASTS_MS;
    fk_roster *roster = NULL;
    FK_TRY(fk_roster_new(&fk_allocator_libc, &a->id, &roster));
    a->entry_size_bytes = fk_roster_entry_make(roster, &payload, &a->root, now_ms, a->entry);
    fk_status status = fk_roster_append(roster, fk_bytes_of(a->entry, a->entry_size_bytes), error);
    if (fk_is_ok(status)) {
        fk_enrol_code code;
        fk_enrol_code_make(FK_ENROL_FOUNDING, roster, a->token, &code);
        fk_enrol_code_write(&code, a->code);
        fk_enrol_code_wipe(&code);
    }
    fk_roster_free(roster);
    return status;
}

static fk_status found(agency *a, uint64_t now_ms, fk_error *error)
{
    fk_random random = fk_posix_random();
    FK_TRY(fk_crypto_start(&random));
    fk_key seed;
    fk_key_random(&seed);
    fk_identity_from_signing_seed(&seed, &a->root);
    a->id = fk_agency_id(a->root.signing_public);
    fk_root_shares_split(&seed, &a->id, a->shares);
    fk_key_wipe(&seed);
    fk_random_bytes(a->token, sizeof a->token);
    fk_enrol_founding_identity(&a->id, a->token, &a->founding);
    return sign_founding(a, now_ms, error);
}

static fk_status write_sheet(int directory, const agency *a, size_t index, fk_bytes name, uint64_t now_ms,
                             fk_error *error)
{
    fk_buffer sheet;
    fk_buffer_init(&sheet, &fk_allocator_libc, FK_ROOT_SHARE_TEXT_SIZE_BYTES_MAX);
    fk_status status = fk_root_share_print(&a->shares[index], name, (int32_t)(now_ms / DAY_MS), &sheet);
    if (fk_is_ok(status)) {
        status = fk_cli_file_write(directory, SHEET_FILES[index], fk_buffer_view(&sheet), error);
    }
    fk_buffer_free(&sheet);
    return status;
}

/* The founding entry last: where it stands, the sheets do too. */
static fk_status write_files(int directory, const agency *a, fk_bytes name, uint64_t now_ms, fk_error *error)
{
    for (size_t i = 0; i < FK_ROOT_SHARE_COUNT; i++) {
        FK_TRY(write_sheet(directory, a, i, name, now_ms, error));
    }
    FK_TRY(fk_cli_directory_flush(directory, error));
    FK_TRY(fk_cli_file_write(directory, FOUNDING_FILE, fk_bytes_of(a->entry, a->entry_size_bytes), error));
    return fk_cli_directory_flush(directory, error);
}

/* The directory was empty before; what is half made is of no use to anybody. */
static void remove_files(int directory)
{
    (void)unlinkat(directory, FOUNDING_FILE, 0);
    for (size_t i = 0; i < FK_ROOT_SHARE_COUNT; i++) {
        (void)unlinkat(directory, SHEET_FILES[i], 0);
    }
}

/* --- checking ------------------------------------------------------------------------------------------ */

static fk_status read_founding(int directory, fk_roster_founding *founding_out, fk_error *error)
{
    fk_buffer file;
    fk_buffer_init(&file, &fk_allocator_libc, FK_ROSTER_ENTRY_SIZE_BYTES_MAX);
    fk_roster_entry entry;
    fk_roster *roster = NULL;
    fk_status status = fk_cli_file_read(directory, FOUNDING_FILE, &file, error);
    if (fk_is_ok(status)) {
        status = fk_roster_entry_read(fk_buffer_view(&file), &entry);
    }
    if (fk_is_ok(status)) {
        status = fk_roster_new(&fk_allocator_libc, &entry.header.agency, &roster);
    }
    if (fk_is_ok(status)) {
        status = fk_roster_append(roster, fk_buffer_view(&file), NULL);
    }
    if (fk_is_ok(status)) {
        *founding_out = *fk_roster_founding_of(roster);
    } else {
        fk_error_set(error, "%s", FOUNDING_FILE);
    }
    fk_roster_free(roster);
    fk_buffer_free(&file);
    return status;
}

static fk_status read_sheet(int directory, size_t index, fk_root_share *share_out, fk_error *error)
{
    fk_buffer sheet;
    fk_buffer_init(&sheet, &fk_allocator_libc, FK_ROOT_SHARE_TEXT_SIZE_BYTES_MAX);
    fk_status status = fk_cli_file_read(directory, SHEET_FILES[index], &sheet, error);
    if (fk_is_ok(status)) {
        status = fk_root_share_parse(fk_buffer_view(&sheet), share_out);
    }
    if (!fk_is_ok(status)) {
        fk_error_set(error, "%s", SHEET_FILES[index]);
    }
    fk_buffer_free(&sheet);
    return status;
}

static fk_status check_pairs(const fk_root_share shares[FK_ROOT_SHARE_COUNT], const fk_roster_founding *founding,
                             fk_error *error)
{
    for (size_t i = 0; i < FK_ROOT_SHARE_COUNT; i++) {
        for (size_t j = i + 1; j < FK_ROOT_SHARE_COUNT; j++) {
            fk_identity root;
            fk_status status = fk_root_shares_join(&shares[i], &shares[j], &root);
            if (fk_is_ok(status) && memcmp(root.signing_public, founding->root_key, sizeof founding->root_key) != 0) {
                status = fk_status_of(FK_ERR_AUTH);
            }
            fk_identity_wipe(&root);
            if (!fk_is_ok(status)) {
                fk_error_set(error, "%s and %s", SHEET_FILES[i], SHEET_FILES[j]);
                return status;
            }
        }
    }
    return fk_ok();
}

/* As they stand on disk: each sheet reads, each pair of them gives the key of the founding entry. */
static fk_status check_files(int directory, fk_id *agency_out, fk_error *error)
{
    fk_roster_founding founding;
    fk_root_share shares[FK_ROOT_SHARE_COUNT];
    memset(shares, 0, sizeof shares);
    fk_status status = read_founding(directory, &founding, error);
    for (size_t i = 0; fk_is_ok(status) && i < FK_ROOT_SHARE_COUNT; i++) {
        status = read_sheet(directory, i, &shares[i], error);
    }
    if (fk_is_ok(status)) {
        status = check_pairs(shares, &founding, error);
    }
    if (fk_is_ok(status)) {
        *agency_out = fk_agency_id(founding.root_key);
    }
    fk_wipe(shares, sizeof shares);
    return status;
}

/* --- commands ------------------------------------------------------------------------------------------- */

/* One line of a sheet: no more than fits, no control characters. */
static bool name_is_valid(fk_bytes name)
{
    for (size_t i = 0; i < name.size_bytes; i++) {
        if (name.data[i] < ' ' || name.data[i] == 0x7f) {
            return false;
        }
    }
    return name.size_bytes <= FK_AGENCY_NAME_SIZE_BYTES_MAX && fk_utf8_is_valid(name);
}

static int print_created(const agency *a, const char *out)
{
    char id[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(&a->id, id);
    int size = printf("Agency %s\n"
                      "\n"
                      "The first administrator's code, for 14 days, once:\n"
                      "\n"
                      "    %s\n"
                      "\n"
                      "What to do now:\n"
                      "  1. Give the founding entry to the hub: fieldkit-hub found --store STORE %s/%s\n"
                      "  2. Type the code on the first administrator's device. Whoever has it first is the\n"
                      "     administrator, so nobody else may see it.\n"
                      "  3. Print %s, -2 and -3 in %s, give each to another person, delete the files.\n"
                      "     Any two of them restore the root key; one alone says nothing about it.\n",
                      id, a->code, out, FOUNDING_FILE, SHEET_FILES[0], out);
    return size > 0 && fflush(stdout) == 0 ? FK_CLI_SUCCESS : FK_CLI_FAILED;
}

int fk_cli_agency_create(int argument_count, char **arguments)
{
    const char *out = NULL;
    const char *name_text = NULL;
    const fk_cli_option options[] = { { "--out", &out, NULL, true }, { "--name", &name_text, NULL, false } };
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0])) {
        return FK_CLI_WRONG_USE;
    }
    fk_bytes name = fk_bytes_text(name_text == NULL ? "" : name_text);
    fk_error error = { .detail = "" };
    if (!name_is_valid(name)) {
        fk_error_set(&error, "--name: one line of at most %d bytes", FK_AGENCY_NAME_SIZE_BYTES_MAX);
        return fk_cli_report(fk_status_of(FK_ERR_INVALID_INPUT), &error);
    }
    fk_clock clock = fk_posix_clock();
    uint64_t now_ms = clock.now_ms(clock.ctx);
    agency a;
    memset(&a, 0, sizeof a);
    int directory = -1;
    fk_status status = fk_cli_directory_new(out, &directory, &error);
    if (fk_is_ok(status)) {
        status = found(&a, now_ms, &error);
        if (fk_is_ok(status)) {
            status = write_files(directory, &a, name, now_ms, &error);
        }
        fk_id checked;
        if (fk_is_ok(status)) {
            status = check_files(directory, &checked, &error);
        }
        if (!fk_is_ok(status)) {
            remove_files(directory);
        }
        (void)close(directory);
    }
    int exit_code = fk_is_ok(status) ? print_created(&a, out) : fk_cli_report(status, &error);
    fk_wipe(&a, sizeof a);
    return exit_code;
}

int fk_cli_agency_check(int argument_count, char **arguments)
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
        status = check_files(directory, &id, &error);
        (void)close(directory);
    }
    if (!fk_is_ok(status)) {
        return fk_cli_report(status, &error);
    }
    char text[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(&id, text);
    int size = printf("Any two of the three sheets restore the root key of agency %s\n", text);
    return size > 0 && fflush(stdout) == 0 ? FK_CLI_SUCCESS : FK_CLI_FAILED;
}
