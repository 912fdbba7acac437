#define _POSIX_C_SOURCE 200809L
#include "cli.h"

#include <string.h>
#include <unistd.h>

#include "cli_files.h"
#include "cli_options.h"
#include "cli_sheets.h"
#include "fk/enrol_code.h"
#include "posix_system.h"

#include "fk/banned.h"

/* docs/adr/0010: how long the first administrator's code lasts. */
static const uint64_t CODE_LASTS_MS = (uint64_t)14 * 24 * 60 * 60 * 1000;
static const char FOUNDING_FILE[] = "founding.bin";

/* What the founding of an agency makes. Nearly all of it is secret; wiped as a whole. */
typedef struct agency {
    fk_id id;
    fk_identity root;
    fk_identity founding;
    uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES];
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    size_t entry_size_bytes;
    fk_key_share shares[FK_KEY_SHARE_COUNT];
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
    fk_key_shares_split(FK_SHARE_ROOT, &seed, &a->id, a->shares);
    fk_key_wipe(&seed);
    fk_random_bytes(a->token, sizeof a->token);
    fk_enrol_founding_identity(&a->id, a->token, &a->founding);
    return sign_founding(a, now_ms, error);
}

/* The founding entry last: where it stands, the sheets do too. */
static fk_status write_files(int directory, const agency *a, fk_bytes name, uint64_t now_ms, fk_error *error)
{
    FK_TRY(fk_cli_sheets_write(directory, a->shares, name, now_ms, error));
    FK_TRY(fk_cli_file_write(directory, FOUNDING_FILE, fk_bytes_of(a->entry, a->entry_size_bytes), error));
    return fk_cli_directory_flush(directory, error);
}

/* The directory was empty before; what is half made is of no use to anybody. */
static void remove_files(int directory)
{
    (void)unlinkat(directory, FOUNDING_FILE, 0);
    fk_cli_sheets_remove(directory, FK_SHARE_ROOT);
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

/* As they stand on disk: each sheet reads, each pair of them gives the key of the founding entry. */
static fk_status check_files(int directory, fk_id *agency_out, fk_error *error)
{
    fk_roster_founding founding;
    FK_TRY(read_founding(directory, &founding, error));
    fk_id id = fk_agency_id(founding.root_key);
    return fk_cli_sheets_check(directory, FK_SHARE_ROOT, &id, agency_out, error);
}

/* --- commands ------------------------------------------------------------------------------------------- */

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
                      "     Any two of them restore the root key; one alone says nothing about it.\n"
                      "  4. Decide who opens a worker's records when their passphrase is lost. With a recovery\n"
                      "     key, any two of three people can: fieldkit agency escrow. Without one, nobody can.\n",
                      id, a->code, out, FOUNDING_FILE, fk_cli_sheet_name(FK_SHARE_ROOT, 0), out);
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
    if (!fk_cli_agency_name_is_valid(name)) {
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
    return fk_cli_sheets_check_command(argument_count, arguments, check_files,
                                       "Any two of the three sheets restore the root key of agency");
}
