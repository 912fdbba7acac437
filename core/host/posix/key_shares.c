#include "key_shares.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/civil_date.h"
#include "fk/planted.h"
#include "fk/roster.h"

#include "fk/banned.h"

/* One half as text: kind and both holders 1 | first bytes of the id 2 | half 32. */
enum {
    ID_PREFIX_SIZE_BYTES = 2,
    HALF_OFFSET_BYTES = 1 + ID_PREFIX_SIZE_BYTES,
    HALF_SIZE_BYTES = HALF_OFFSET_BYTES + FK_KEY_SIZE_BYTES,
    HALF_TEXT_SIZE = FK_BASE32_TEXT_SIZE(HALF_SIZE_BYTES),
};

static const char TITLE_LINE[] = "Fieldkit: sheet ";
static const char HALF_LINE[] = "Together with sheet ";

/* What a sheet of each kind is called and says. */
typedef struct sheet_words {
    const char *title;   /* after the number of the sheet */
    const char *id_line; /* before the id */
    const char *about;
} sheet_words;

static const sheet_words WORDS[] = {
    [FK_SHARE_ROOT] = {
        " of 3 of an agency's root key",
        "Agency number: ",
        "    The root key of an agency decides who its administrators are. It is needed when every\n"
        "    administrator's device is lost, and when the recovery key is made or replaced. No computer\n"
        "    keeps it.\n",
    },
    [FK_SHARE_RECOVERY] = {
        " of 3 of an agency's recovery key",
        "Key number: ",
        "    The recovery key opens the records of a worker who has lost their passphrase. Two people\n"
        "    with two of the sheets and a copy of a worker's records can read everything in them, so it\n"
        "    is used with the worker's knowledge and only together. After one use it is replaced: make\n"
        "    a new one and destroy these sheets. No computer keeps it.\n",
    },
};

/* --- the key of a seed ------------------------------------------------------------------------------ */

void fk_key_share_identity(fk_share_kind kind, const fk_key *seed, fk_identity *identity_out)
{
    if (kind == FK_SHARE_ROOT) {
        fk_identity_from_signing_seed(seed, identity_out);
    } else {
        fk_identity_from_box_secret(seed, identity_out);
    }
}

fk_id fk_key_share_id(fk_share_kind kind, const fk_identity *identity)
{
    return kind == FK_SHARE_ROOT ? fk_agency_id(identity->signing_public) : fk_recovery_key_id(identity->box_public);
}

/* --- splitting and joining ------------------------------------------------------------------------- */

static void xor_keys(const fk_key *a, const fk_key *b, fk_key *out)
{
    for (size_t i = 0; i < sizeof out->bytes; i++) {
        out->bytes[i] = (uint8_t)(a->bytes[i] ^ b->bytes[i]);
    }
}

void fk_key_shares_split(fk_share_kind kind, const fk_key *seed, const fk_id *id,
                         fk_key_share shares_out[FK_KEY_SHARE_COUNT])
{
    for (unsigned i = 0; i < FK_KEY_SHARE_COUNT; i++) {
        shares_out[i] = (fk_key_share){ .kind = kind, .holder = i + 1, .id = *id };
    }
    for (unsigned i = 0; i < FK_KEY_SHARE_COUNT; i++) {
        for (unsigned j = i + 1; j < FK_KEY_SHARE_COUNT; j++) {
            fk_key_random(&shares_out[i].halves[j]);
            xor_keys(seed, &shares_out[i].halves[j], &shares_out[j].halves[i]);
        }
    }
}

void fk_key_share_wipe(fk_key_share *share)
{
    fk_wipe(share, sizeof *share);
}

static fk_status refuse(fk_error *error, fk_code code, const char *why)
{
    fk_error_set(error, "%s", why);
    return fk_status_of(code);
}

fk_status fk_key_shares_join(const fk_key_share *a, const fk_key_share *b, fk_identity *key_out, fk_error *error)
{
    *key_out = (fk_identity){ .signing_public = { 0 } };
    if (a->kind != b->kind || !fk_id_equal(&a->id, &b->id)) {
        return refuse(error, FK_ERR_INVALID_INPUT, "sheets of two different keys");
    }
    if (a->holder == b->holder) {
        return refuse(error, FK_ERR_INVALID_INPUT, "twice the same sheet");
    }
    fk_key seed;
    xor_keys(&a->halves[b->holder - 1], &b->halves[a->holder - 1], &seed);
    fk_key_share_identity(a->kind, &seed, key_out);
    fk_key_wipe(&seed);
    fk_id id = fk_key_share_id(a->kind, key_out);
    if (!fk_id_equal(&id, &a->id)) {
        fk_identity_wipe(key_out);
        return refuse(error, FK_ERR_AUTH, "together they are not the key they name: one of them was changed");
    }
    return fk_ok();
}

/* --- a half as text ---------------------------------------------------------------------------------- */

static void half_write(const fk_key_share *share, unsigned other, char text_out[HALF_TEXT_SIZE + 1])
{
    uint8_t bytes[HALF_SIZE_BYTES];
    bytes[0] = (uint8_t)((unsigned)share->kind << 4 | share->holder << 2 | other);
    memcpy(bytes + 1, share->id.bytes, ID_PREFIX_SIZE_BYTES);
    memcpy(bytes + HALF_OFFSET_BYTES, share->halves[other - 1].bytes, FK_KEY_SIZE_BYTES);
    fk_base32_write(fk_bytes_of(bytes, sizeof bytes), text_out);
    fk_wipe(bytes, sizeof bytes);
}

/* Into its place in the share, whose kind, id and holder are known. */
static fk_status half_place(const uint8_t bytes[HALF_SIZE_BYTES], unsigned other, fk_key_share *share)
{
    if (bytes[0] >> 4 > FK_SHARE_RECOVERY) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    bool is_right = bytes[0] == ((unsigned)share->kind << 4 | share->holder << 2 | other) &&
                    memcmp(bytes + 1, share->id.bytes, ID_PREFIX_SIZE_BYTES) == 0;
    if (!is_right) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    memcpy(share->halves[other - 1].bytes, bytes + HALF_OFFSET_BYTES, FK_KEY_SIZE_BYTES);
    return fk_ok();
}

/* --- sheets -------------------------------------------------------------------------------------------- */

/* Every line is of ours and fits. */
static fk_status print(fk_buffer *sheet, const char *format, ...) __attribute__((format(printf, 2, 3)));
static fk_status print(fk_buffer *sheet, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    FK_ASSERT(size >= 0 && (size_t)size < sizeof line);
    fk_status status = fk_buffer_append(sheet, fk_bytes_of(line, (size_t)size));
    fk_wipe(line, sizeof line);
    return status;
}

static fk_status print_halves(const fk_key_share *share, fk_buffer *sheet)
{
    fk_status status = fk_ok();
    for (unsigned other = 1; fk_is_ok(status) && other <= FK_KEY_SHARE_COUNT; other++) {
        if (other == share->holder) {
            continue;
        }
        char text[HALF_TEXT_SIZE + 1];
        half_write(share, other, text);
        status = print(sheet, "%s%u:\n    %s\n", HALF_LINE, other, text);
        fk_wipe(text, sizeof text);
    }
    return status;
}

fk_status fk_key_share_print(const fk_key_share *share, fk_bytes name, int32_t day_number, fk_buffer *sheet)
{
    static const char instructions[] =
        "    It stands on three sheets. Any two of them restore it. One alone says nothing about it.\n"
        "\n"
        "What to do with it\n"
        "    Print the three sheets, give each to another person, and keep them in three places that\n"
        "    do not burn or flood together. Then delete the files they were printed from.\n"
        "    Nobody may see two of them together but to restore the key.\n"
        "    If a sheet is lost, tell the others at once.\n"
        "\n"
        "How to read it\n"
        "    There is no letter I, L, O or U: 1 is one and 0 is nought. The last four signs of each\n"
        "    line check the others, so a slip of the hand is noticed.\n";
    char date[FK_CIVIL_DATE_TEXT_SIZE_BYTES + 1];
    char id[FK_ID_HEX_SIZE + 1];
    const sheet_words *words = &WORDS[share->kind];
    fk_civil_date_format(fk_civil_date_from_day_number(day_number), date);
    fk_id_to_hex(&share->id, id);
    FK_ASSERT(name.size_bytes <= FK_AGENCY_NAME_SIZE_BYTES_MAX);
    FK_TRY(print(sheet, "%s%u%s\n\n", TITLE_LINE, share->holder, words->title));
    if (name.size_bytes > 0) {
        FK_TRY(print(sheet, "Agency: %.*s\n", (int)name.size_bytes, (const char *)name.data));
    }
    FK_TRY(print(sheet, "%s%s\nMade on: %s\n\n", words->id_line, id, date));
    FK_TRY(print_halves(share, sheet));
    FK_TRY(fk_buffer_append(sheet, fk_bytes_text("\nWhat this is\n")));
    FK_TRY(fk_buffer_append(sheet, fk_bytes_text(words->about)));
    return fk_buffer_append(sheet, fk_bytes_text(instructions));
}

/* The rest of the line that begins so; its data is NULL when there is none. */
static fk_bytes line_after(fk_bytes sheet, const char *beginning)
{
    size_t size_bytes = strlen(beginning);
    for (size_t i = 0; i + size_bytes <= sheet.size_bytes; i++) {
        if ((i == 0 || sheet.data[i - 1] == '\n') && memcmp(sheet.data + i, beginning, size_bytes) == 0) {
            size_t from = i + size_bytes;
            size_t to = from;
            while ((to < sheet.size_bytes || FK_PLANTED(SHARE_LINE_BOUND)) && sheet.data[to] != '\n') {
                to++;
            }
            return fk_bytes_of(sheet.data + from, to - from);
        }
    }
    return (fk_bytes){ NULL, 0 };
}

/* A typed sheet may have blanks behind its title. */
static bool begins_with(fk_bytes line, size_t offset, const char *text)
{
    size_t size_bytes = strlen(text);
    return line.size_bytes - offset >= size_bytes && memcmp(line.data + offset, text, size_bytes) == 0;
}

static fk_status parse_half(fk_bytes sheet, unsigned other, fk_key_share *share)
{
    char beginning[sizeof HALF_LINE + 3];
    (void)snprintf(beginning, sizeof beginning, "%s%u:\n", HALF_LINE, other);
    fk_bytes line = line_after(sheet, beginning);
    if (line.data == NULL) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    uint8_t bytes[HALF_SIZE_BYTES];
    fk_status status = fk_base32_read(line, sizeof bytes, bytes);
    if (fk_is_ok(status)) {
        status = half_place(bytes, other, share);
    }
    fk_wipe(bytes, sizeof bytes);
    return status;
}

fk_status fk_key_share_parse(fk_bytes sheet, fk_share_kind kind, fk_key_share *share_out)
{
    *share_out = (fk_key_share){ .holder = 0 };
    fk_bytes title = line_after(sheet, TITLE_LINE);
    bool is_title = title.size_bytes > 0 && title.data[0] >= '1' && title.data[0] <= '0' + FK_KEY_SHARE_COUNT &&
                    begins_with(title, 1, WORDS[kind].title);
    if (!is_title) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    share_out->kind = kind;
    share_out->holder = (unsigned)(title.data[0] - '0');
    fk_status status = fk_id_from_hex(line_after(sheet, WORDS[kind].id_line), &share_out->id);
    for (unsigned other = 1; fk_is_ok(status) && other <= FK_KEY_SHARE_COUNT; other++) {
        if (other != share_out->holder) {
            status = parse_half(sheet, other, share_out);
        }
    }
    if (!fk_is_ok(status)) {
        fk_key_share_wipe(share_out);
    }
    return status;
}
