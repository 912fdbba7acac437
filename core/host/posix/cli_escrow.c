/* cli_escrow.c — `fieldkit agency escrow`: a recovery key of the agency on three sheets, named in the roster by root
 * (docs/adr/0018). An administrator's vault says where the entry stands and posts it; neither key stays anywhere. */
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cli_files.h"
#include "cli_sheets.h"
#include "cli_sync.h"
#include "fk/protocol_gen.h"
#include "fk/roster.h"
#include "posix_system.h"

#include "fk/banned.h"

enum { SIGN_COUNT_MAX = 5 }; /* as often as somebody else's entry may come first */

typedef struct ceremony {
    fk_cli_vault vault;
    fk_cli_hub hub;
    fk_identity root;
    fk_identity recovery;
    fk_roster_payload payload;
    const char *out;
    int directory;
    bool is_kept; /* the vault holds an entry with this key: the sheets must stay */
} ceremony;

static fk_status refuse(ceremony *c, fk_code code, const char *why)
{
    fk_error_set(&c->vault.error, "%s", why);
    return fk_status_of(code);
}

/* --- before ------------------------------------------------------------------------------------------ */

static fk_status read_place(ceremony *c, fk_roster_place *place_out)
{
    fk_digest *prev = &place_out->prev;
    FK_TRY(fk_cli_vault_call(&c->vault, FK_COMMAND_ROSTER_HEAD, fk_bytes_text("{}")));
    FK_TRY(fk_id_from_hex(fk_cli_reply_text(&c->vault, "agencyId"), &place_out->agency));
    fk_bytes hex = fk_cli_reply_text(&c->vault, "prevHex");
    place_out->index = (uint32_t)fk_cli_reply_number(&c->vault, "index");
    FK_TRY(hex.size_bytes == 2 * sizeof prev->bytes ? fk_ok() : fk_status_of(FK_ERR_BUG));
    for (size_t half = 0; half < sizeof prev->bytes; half += FK_ID_SIZE_BYTES) { /* as two ids, which are hex too */
        fk_id id;
        FK_TRY(fk_id_from_hex(fk_bytes_of(hex.data + 2 * half, FK_ID_HEX_SIZE), &id));
        memcpy(prev->bytes + half, id.bytes, sizeof id.bytes);
    }
    return fk_ok();
}

/* The sheets of root are this agency's, and a key that is there is not replaced by mistake. */
static fk_status begin(ceremony *c, const char *sheet, const char *other_sheet, bool is_replacing)
{
    fk_id agency;
    fk_roster_place place;
    FK_TRY(fk_cli_sync_run(&c->hub));
    FK_TRY(fk_cli_vault_call(&c->vault, FK_COMMAND_ESCROW_STATE, fk_bytes_text("{}")));
    bool has_key = fk_cli_reply_flag(&c->vault, "hasKey");
    if (has_key != is_replacing) {
        return has_key ? refuse(c, FK_ERR_EXISTS, "the agency has a recovery key; --replace puts another in its place")
                       : refuse(c, FK_ERR_NOT_FOUND, "the agency has no recovery key that could be replaced");
    }
    FK_TRY(read_place(c, &place));
    FK_TRY(fk_cli_sheets_join(FK_SHARE_ROOT, sheet, other_sheet, &agency, &c->root, &c->vault.error));
    return fk_id_equal(&agency, &place.agency)
               ? fk_ok()
               : refuse(c, FK_ERR_AUTH, "the sheets are those of another agency's root key");
}

/* --- the key and its sheets --------------------------------------------------------------------------- */

static fk_status make_sheets(ceremony *c, fk_bytes name, uint64_t now_ms)
{
    fk_key seed;
    fk_key_share shares[FK_KEY_SHARE_COUNT];
    fk_roster_recovery_key *key = &c->payload.as.recovery_key;
    fk_key_random(&seed);
    fk_key_share_identity(FK_SHARE_RECOVERY, &seed, &c->recovery);
    c->payload.kind = FK_ROSTER_RECOVERY_KEY;
    key->key = fk_key_share_id(FK_SHARE_RECOVERY, &c->recovery);
    memcpy(key->public_key, c->recovery.box_public, sizeof key->public_key);
    fk_key_shares_split(FK_SHARE_RECOVERY, &seed, &key->key, shares);
    fk_key_wipe(&seed);
    fk_identity_wipe(&c->recovery);
    fk_status status = fk_cli_sheets_write(c->directory, shares, name, now_ms, &c->vault.error);
    fk_wipe(shares, sizeof shares);
    fk_id checked;
    FK_TRY(status);
    return fk_cli_sheets_check(c->directory, FK_SHARE_RECOVERY, &key->key, &checked, &c->vault.error);
}

/* --- the entry ------------------------------------------------------------------------------------------- */

static fk_status sign_and_send(ceremony *c)
{
    fk_roster_place place;
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    FK_TRY(read_place(c, &place));
    const fk_clock *clock = &c->vault.clock;
    size_t size_bytes = fk_roster_entry_make_at(&place, &c->payload, &c->root, clock->now_ms(clock->ctx), entry);
    FK_TRY(fk_cli_vault_call(&c->vault, FK_COMMAND_ROSTER_OFFER, fk_bytes_of(entry, size_bytes)));
    c->is_kept = true;
    return fk_cli_sync_run(&c->hub);
}

/* Signed again whenever somebody else's entry came first; then it stands in the roster as this vault has it. */
static fk_status publish(ceremony *c)
{
    fk_status status = sign_and_send(c);
    for (unsigned i = 1; status.code == FK_ERR_HEAD_MOVED && i < SIGN_COUNT_MAX; i++) {
        status = sign_and_send(c);
    }
    FK_TRY(status);
    fk_id newest;
    FK_TRY(fk_cli_vault_call(&c->vault, FK_COMMAND_ESCROW_STATE, fk_bytes_text("{}")));
    FK_TRY(fk_id_from_hex(fk_cli_reply_text(&c->vault, "keyId"), &newest));
    return fk_id_equal(&newest, &c->payload.as.recovery_key.key)
               ? fk_ok()
               : refuse(c, FK_ERR_HEAD_MOVED, "somebody else made a recovery key at the same moment");
}

/* --- commands ---------------------------------------------------------------------------------------------- */

static fk_status run(ceremony *c, const char *sheet, const char *other_sheet, fk_bytes name, bool is_replacing)
{
    FK_TRY(begin(c, sheet, other_sheet, is_replacing));
    FK_TRY(fk_cli_directory_new(c->out, &c->directory, &c->vault.error));
    const fk_clock *clock = &c->vault.clock;
    fk_status status = make_sheets(c, name, clock->now_ms(clock->ctx));
    if (fk_is_ok(status)) {
        status = publish(c);
    }
    if (!fk_is_ok(status) && !c->is_kept) {
        fk_cli_sheets_remove(c->directory, FK_SHARE_RECOVERY);
    }
    (void)close(c->directory);
    return status;
}

static int print_made(const ceremony *c, bool is_replacing)
{
    char key[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(&c->payload.as.recovery_key.key, key);
    int size =
        printf("Recovery key %s\n"
               "\n"
               "Any two of the three sheets in %s, with a copy of a worker's records, open those records.\n"
               "Every pair of them was tried.\n"
               "\n"
               "What to do now:\n"
               "  1. Print %s, -2 and -3, give each to another person, delete the files.\n"
               "  2. Tell the workers who has a sheet and when it may be used. Their app tells them too.\n"
               "  3. Let each device synchronise: it can be opened with this key from then on.\n"
               "%s",
               key, c->out, fk_cli_sheet_name(FK_SHARE_RECOVERY, 0),
               is_replacing ? "  4. Destroy the sheets of the key before. Copies of records made until now open\n"
                              "     with them still.\n"
                            : "");
    return size > 0 && fflush(stdout) == 0 ? FK_CLI_SUCCESS : FK_CLI_FAILED;
}

/* The entry is kept: whether the hub has it may not be known. */
static int report(const ceremony *c, fk_status status)
{
    int exit_code = fk_cli_report(status, &c->vault.error);
    if (c->is_kept) {
        (void)fprintf(stderr,
                      "The sheets in %s stay. Call fieldkit sync with this vault until it succeeds; then look with\n"
                      "fieldkit call escrow.state whether the key number on the sheets is the agency's. If it is not,\n"
                      "destroy the sheets and make another key.\n",
                      c->out);
    }
    return exit_code;
}

int fk_cli_agency_escrow(int argument_count, char **arguments)
{
    const char *vault_directory = NULL;
    fk_cli_keys keys = { NULL, NULL };
    const char *sheet = NULL;
    const char *other_sheet = NULL;
    const char *name_text = NULL;
    const char *origin = NULL;
    bool is_replacing = false;
    ceremony c = { .directory = -1 };
    const fk_cli_option options[] = { { "--vault", &vault_directory, NULL, true },
                                      FK_CLI_KEY_OPTIONS(&keys),
                                      { "--root-sheet", &sheet, NULL, true },
                                      { "--other-root-sheet", &other_sheet, NULL, true },
                                      { "--out", &c.out, NULL, true },
                                      { "--name", &name_text, NULL, false },
                                      { "--hub", &origin, NULL, false },
                                      { "--replace", NULL, &is_replacing, false } };
    if (!fk_cli_options(argument_count, arguments, options, sizeof options / sizeof options[0]) ||
        !fk_cli_keys_are_given(&keys)) {
        return FK_CLI_WRONG_USE;
    }
    fk_bytes name = fk_bytes_text(name_text == NULL ? "" : name_text);
    if (!fk_cli_agency_name_is_valid(name)) {
        fk_error error = { .detail = "--name" };
        return fk_cli_report(fk_status_of(FK_ERR_INVALID_INPUT), &error);
    }
    c.hub = (fk_cli_hub){ .vault = &c.vault, .is_quiet = true };
    fk_status status = fk_cli_vault_open(&c.vault, vault_directory, &keys, false);
    if (fk_is_ok(status)) {
        status = fk_cli_hub_open(&c.hub, origin);
    }
    if (fk_is_ok(status)) {
        status = run(&c, sheet, other_sheet, name, is_replacing);
    }
    fk_identity_wipe(&c.root);
    int exit_code = fk_is_ok(status) ? print_made(&c, is_replacing) : report(&c, status);
    fk_http_client_free(c.hub.client);
    fk_cli_vault_close(&c.vault);
    return exit_code;
}

static fk_status check_sheets(int directory, fk_id *id_out, fk_error *error)
{
    return fk_cli_sheets_check(directory, FK_SHARE_RECOVERY, NULL, id_out, error);
}

int fk_cli_agency_escrow_check(int argument_count, char **arguments)
{
    return fk_cli_sheets_check_command(argument_count, arguments, check_sheets,
                                       "Any two of the three sheets give recovery key");
}
