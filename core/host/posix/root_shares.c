#include "root_shares.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/civil_date.h"
#include "fk/roster.h"

#include "fk/banned.h"

/* One half as text: version and both holders 1 | first bytes of the agency id 2 | half 32. */
enum {
    HALF_VERSION = 1,
    AGENCY_PREFIX_SIZE_BYTES = 2,
    HALF_OFFSET_BYTES = 1 + AGENCY_PREFIX_SIZE_BYTES,
    HALF_SIZE_BYTES = HALF_OFFSET_BYTES + FK_KEY_SIZE_BYTES,
    HALF_TEXT_SIZE = FK_BASE32_TEXT_SIZE(HALF_SIZE_BYTES),
};

static const char TITLE_LINE[] = "Fieldkit: sheet ";
static const char AGENCY_LINE[] = "Agency number: ";
static const char HALF_LINE[] = "Together with sheet ";

/* --- splitting and joining ------------------------------------------------------------------------- */

static void xor_keys(const fk_key *a, const fk_key *b, fk_key *out)
{
    for (size_t i = 0; i < sizeof out->bytes; i++) {
        out->bytes[i] = (uint8_t)(a->bytes[i] ^ b->bytes[i]);
    }
}

void fk_root_shares_split(const fk_key *seed, const fk_id *agency, fk_root_share shares_out[FK_ROOT_SHARE_COUNT])
{
    for (unsigned i = 0; i < FK_ROOT_SHARE_COUNT; i++) {
        shares_out[i] = (fk_root_share){ .holder = i + 1, .agency = *agency };
    }
    for (unsigned i = 0; i < FK_ROOT_SHARE_COUNT; i++) {
        for (unsigned j = i + 1; j < FK_ROOT_SHARE_COUNT; j++) {
            fk_key_random(&shares_out[i].halves[j]);
            xor_keys(seed, &shares_out[i].halves[j], &shares_out[j].halves[i]);
        }
    }
}

void fk_root_share_wipe(fk_root_share *share)
{
    fk_wipe(share, sizeof *share);
}

fk_status fk_root_shares_join(const fk_root_share *a, const fk_root_share *b, fk_identity *root_out)
{
    *root_out = (fk_identity){ .signing_public = { 0 } };
    if (a->holder == b->holder || !fk_id_equal(&a->agency, &b->agency)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_key seed;
    xor_keys(&a->halves[b->holder - 1], &b->halves[a->holder - 1], &seed);
    fk_identity_from_signing_seed(&seed, root_out);
    fk_key_wipe(&seed);
    fk_id agency = fk_agency_id(root_out->signing_public);
    if (!fk_id_equal(&agency, &a->agency)) {
        fk_identity_wipe(root_out);
        return fk_status_of(FK_ERR_AUTH);
    }
    return fk_ok();
}

/* --- a half as text ---------------------------------------------------------------------------------- */

static void half_write(const fk_root_share *share, unsigned other, char text_out[HALF_TEXT_SIZE + 1])
{
    uint8_t bytes[HALF_SIZE_BYTES];
    bytes[0] = (uint8_t)(HALF_VERSION << 4 | share->holder << 2 | other);
    memcpy(bytes + 1, share->agency.bytes, AGENCY_PREFIX_SIZE_BYTES);
    memcpy(bytes + HALF_OFFSET_BYTES, share->halves[other - 1].bytes, FK_KEY_SIZE_BYTES);
    fk_base32_write(fk_bytes_of(bytes, sizeof bytes), text_out);
    fk_wipe(bytes, sizeof bytes);
}

/* Into its place in the share, whose agency and holder are known. */
static fk_status half_place(const uint8_t bytes[HALF_SIZE_BYTES], unsigned other, fk_root_share *share)
{
    if (bytes[0] >> 4 > HALF_VERSION) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    bool is_right = bytes[0] == (HALF_VERSION << 4 | share->holder << 2 | other) &&
                    memcmp(bytes + 1, share->agency.bytes, AGENCY_PREFIX_SIZE_BYTES) == 0;
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

static fk_status print_halves(const fk_root_share *share, fk_buffer *sheet)
{
    fk_status status = fk_ok();
    for (unsigned other = 1; fk_is_ok(status) && other <= FK_ROOT_SHARE_COUNT; other++) {
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

fk_status fk_root_share_print(const fk_root_share *share, fk_bytes name, int32_t day_number, fk_buffer *sheet)
{
    static const char instructions[] =
        "\n"
        "What this is\n"
        "    The root key of an agency decides who its administrators are. It is needed when every\n"
        "    administrator's device is lost, and at no other time. No computer keeps it.\n"
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
    char agency[FK_ID_HEX_SIZE + 1];
    fk_civil_date_format(fk_civil_date_from_day_number(day_number), date);
    fk_id_to_hex(&share->agency, agency);
    FK_ASSERT(name.size_bytes <= FK_AGENCY_NAME_SIZE_BYTES_MAX);
    FK_TRY(print(sheet, "%s%u of %d of an agency's root key\n\n", TITLE_LINE, share->holder, FK_ROOT_SHARE_COUNT));
    if (name.size_bytes > 0) {
        FK_TRY(print(sheet, "Agency: %.*s\n", (int)name.size_bytes, (const char *)name.data));
    }
    FK_TRY(print(sheet, "%s%s\nMade on: %s\n\n", AGENCY_LINE, agency, date));
    FK_TRY(print_halves(share, sheet));
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
            while (to < sheet.size_bytes && sheet.data[to] != '\n') {
                to++;
            }
            return fk_bytes_of(sheet.data + from, to - from);
        }
    }
    return (fk_bytes){ NULL, 0 };
}

static fk_status parse_half(fk_bytes sheet, unsigned other, fk_root_share *share)
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

fk_status fk_root_share_parse(fk_bytes sheet, fk_root_share *share_out)
{
    *share_out = (fk_root_share){ .holder = 0 };
    fk_bytes title = line_after(sheet, TITLE_LINE);
    if (title.size_bytes == 0 || title.data[0] < '1' || title.data[0] > '0' + FK_ROOT_SHARE_COUNT) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    share_out->holder = (unsigned)(title.data[0] - '0');
    fk_status status = fk_id_from_hex(line_after(sheet, AGENCY_LINE), &share_out->agency);
    for (unsigned other = 1; fk_is_ok(status) && other <= FK_ROOT_SHARE_COUNT; other++) {
        if (other != share_out->holder) {
            status = parse_half(sheet, other, share_out);
        }
    }
    if (!fk_is_ok(status)) {
        fk_root_share_wipe(share_out);
    }
    return status;
}
