#include "fk/enrol_code.h"

#include <string.h>

#include "fk/assert.h"

#include "fk/banned.h"

enum {
    CODE_VERSION = 1, /* upper half of the first byte; the kind is the lower */
    AGENCY_OFFSET_BYTES = 1,
    TOKEN_OFFSET_BYTES = AGENCY_OFFSET_BYTES + FK_ID_SIZE_BYTES,
    INDEX_OFFSET_BYTES = TOKEN_OFFSET_BYTES + FK_ENROL_TOKEN_SIZE_BYTES,
    INDEX_SIZE_BYTES = 3,
    PREFIX_OFFSET_BYTES = INDEX_OFFSET_BYTES + INDEX_SIZE_BYTES,
};

_Static_assert(PREFIX_OFFSET_BYTES + FK_ENROL_HASH_PREFIX_SIZE_BYTES == FK_ENROL_CODE_SIZE_BYTES, "35 bytes");

void fk_enrol_code_make(fk_enrol_kind kind, const fk_roster *roster, const uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES],
                        fk_enrol_code *code_out)
{
    uint32_t count = fk_roster_count(roster);
    FK_ASSERT(count > 0);
    *code_out = (fk_enrol_code){ .kind = kind, .agency = *fk_roster_agency(roster), .roster_index = count - 1 };
    memcpy(code_out->roster_hash_prefix, fk_roster_hash_at(roster, count - 1)->bytes, FK_ENROL_HASH_PREFIX_SIZE_BYTES);
    memcpy(code_out->token, token, FK_ENROL_TOKEN_SIZE_BYTES);
}

void fk_enrol_code_wipe(fk_enrol_code *code)
{
    fk_wipe(code, sizeof *code);
}

void fk_enrol_code_write(const fk_enrol_code *code, char text_out[FK_ENROL_CODE_TEXT_SIZE + 1])
{
    FK_ASSERT(code->roster_index <= FK_ENROL_INDEX_MAX);
    uint8_t bytes[FK_ENROL_CODE_SIZE_BYTES];
    bytes[0] = (uint8_t)(CODE_VERSION << 4 | (unsigned)code->kind);
    memcpy(bytes + AGENCY_OFFSET_BYTES, code->agency.bytes, FK_ID_SIZE_BYTES);
    memcpy(bytes + TOKEN_OFFSET_BYTES, code->token, FK_ENROL_TOKEN_SIZE_BYTES);
    for (size_t i = 0; i < INDEX_SIZE_BYTES; i++) {
        bytes[INDEX_OFFSET_BYTES + i] = (uint8_t)(code->roster_index >> (8 * i));
    }
    memcpy(bytes + PREFIX_OFFSET_BYTES, code->roster_hash_prefix, FK_ENROL_HASH_PREFIX_SIZE_BYTES);
    fk_base32_write(fk_bytes_of(bytes, sizeof bytes), text_out);
    fk_wipe(bytes, sizeof bytes);
}

/* The check signs fit, so version and kind are what somebody wrote and no slip of the hand. */
static fk_status read_kind(uint8_t byte, fk_enrol_kind *kind_out)
{
    unsigned version = byte >> 4;
    unsigned kind = byte & 15;
    if (version == 0) {
        return fk_status_of(FK_ERR_CODE_WRONG);
    }
    if (version > CODE_VERSION || (kind != FK_ENROL_JOINING && kind != FK_ENROL_FOUNDING)) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    *kind_out = (fk_enrol_kind)kind;
    return fk_ok();
}

fk_status fk_enrol_code_read(fk_bytes text, fk_enrol_code *code_out)
{
    *code_out = (fk_enrol_code){ .roster_index = 0 };
    uint8_t bytes[FK_ENROL_CODE_SIZE_BYTES];
    FK_TRY(fk_base32_read(text, sizeof bytes, bytes));
    fk_status status = read_kind(bytes[0], &code_out->kind);
    if (fk_is_ok(status)) {
        memcpy(code_out->agency.bytes, bytes + AGENCY_OFFSET_BYTES, FK_ID_SIZE_BYTES);
        memcpy(code_out->token, bytes + TOKEN_OFFSET_BYTES, FK_ENROL_TOKEN_SIZE_BYTES);
        for (size_t i = 0; i < INDEX_SIZE_BYTES; i++) {
            code_out->roster_index |= (uint32_t)bytes[INDEX_OFFSET_BYTES + i] << (8 * i);
        }
        memcpy(code_out->roster_hash_prefix, bytes + PREFIX_OFFSET_BYTES, FK_ENROL_HASH_PREFIX_SIZE_BYTES);
    }
    fk_wipe(bytes, sizeof bytes);
    return status;
}

bool fk_enrol_code_fits(const fk_enrol_code *code, const fk_roster *roster)
{
    return fk_id_equal(&code->agency, fk_roster_agency(roster)) && code->roster_index < fk_roster_count(roster) &&
           memcmp(code->roster_hash_prefix, fk_roster_hash_at(roster, code->roster_index)->bytes,
                  FK_ENROL_HASH_PREFIX_SIZE_BYTES) == 0;
}
