#include "fk/base32.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/crypto.h"

#include "fk/banned.h"

enum {
    SIGN_BITS = 5,
    CHECK_SIZE_BYTES = 3, /* 20 bits of them are used */
};

static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

_Static_assert(FK_BASE32_CHECK_COUNT *SIGN_BITS <= CHECK_SIZE_BYTES * 8, "the check signs have their bits");
_Static_assert(FK_BASE32_SIZE_BYTES_MAX % SIGN_BITS == 0, "whole signs only");

/* The n-th group of 5 bits, the most significant first. */
static unsigned sign_at(const uint8_t *bytes, size_t index)
{
    unsigned sign = 0;
    for (size_t bit = index * SIGN_BITS; bit < (index + 1) * SIGN_BITS; bit++) {
        sign = sign << 1 | (unsigned)(bytes[bit / 8] >> (7 - bit % 8) & 1);
    }
    return sign;
}

char fk_base32_sign(unsigned value)
{
    FK_ASSERT(value < FK_BASE32_NO_SIGN);
    return ALPHABET[value];
}

unsigned fk_base32_value(uint8_t character)
{
    uint8_t upper = character >= 'a' && character <= 'z' ? (uint8_t)(character - 'a' + 'A') : character;
    if (upper == 'I' || upper == 'L') {
        return 1;
    }
    if (upper == 'O') {
        return 0;
    }
    const char *place = upper == '\0' ? NULL : strchr(ALPHABET, upper);
    return place == NULL ? FK_BASE32_NO_SIGN : (unsigned)(place - ALPHABET);
}

bool fk_base32_is_separator(uint8_t character)
{
    return character == ' ' || character == '-' || (character >= '\t' && character <= '\r');
}

void fk_base32_write(fk_bytes bytes, char *text_out)
{
    FK_ASSERT(bytes.size_bytes > 0 && bytes.size_bytes % SIGN_BITS == 0);
    uint8_t digest[FK_HASH_SIZE_BYTES];
    fk_hash_of(bytes, digest);
    size_t sign_count = bytes.size_bytes * 8 / SIGN_BITS;
    size_t written = 0;
    for (size_t i = 0; i < sign_count + FK_BASE32_CHECK_COUNT; i++) {
        if (i > 0 && i % FK_BASE32_GROUP_COUNT == 0) {
            text_out[written++] = '-';
        }
        text_out[written++] = ALPHABET[i < sign_count ? sign_at(bytes.data, i) : sign_at(digest, i - sign_count)];
    }
    text_out[written] = '\0';
    fk_wipe(digest, sizeof digest);
}

/* The signs of text into the bits of target, which is zero. */
static bool read_signs(fk_bytes text, size_t sign_count, uint8_t *target)
{
    size_t index = 0;
    for (size_t i = 0; i < text.size_bytes; i++) {
        if (fk_base32_is_separator(text.data[i])) {
            continue;
        }
        unsigned value = fk_base32_value(text.data[i]);
        if (value == FK_BASE32_NO_SIGN || index == sign_count) {
            return false;
        }
        for (size_t bit = 0; bit < SIGN_BITS; bit++) {
            size_t place = index * SIGN_BITS + bit;
            unsigned set = value >> (SIGN_BITS - 1 - bit) & 1;
            target[place / 8] = (uint8_t)(target[place / 8] | set << (7 - place % 8));
        }
        index++;
    }
    return index == sign_count;
}

fk_status fk_base32_read(fk_bytes text, size_t size_bytes, uint8_t *bytes_out)
{
    FK_ASSERT(size_bytes > 0 && size_bytes % SIGN_BITS == 0);
    FK_ASSERT(size_bytes <= FK_BASE32_SIZE_BYTES_MAX);
    uint8_t read[FK_BASE32_SIZE_BYTES_MAX + CHECK_SIZE_BYTES] = { 0 };
    uint8_t digest[FK_HASH_SIZE_BYTES];
    size_t sign_count = size_bytes * 8 / SIGN_BITS;
    memset(bytes_out, 0, size_bytes);
    bool is_right = read_signs(text, sign_count + FK_BASE32_CHECK_COUNT, read);
    fk_hash_of(fk_bytes_of(read, size_bytes), digest);
    for (size_t i = 0; is_right && i < FK_BASE32_CHECK_COUNT; i++) {
        is_right = sign_at(read, sign_count + i) == sign_at(digest, i);
    }
    if (is_right) {
        memcpy(bytes_out, read, size_bytes);
    }
    fk_wipe(read, sizeof read);
    fk_wipe(digest, sizeof digest);
    return fk_status_of(is_right ? FK_OK : FK_ERR_CODE_WRONG);
}
