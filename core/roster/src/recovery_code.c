#include "fk/recovery_code.h"

#include <string.h>

#include "fk/crypto.h"
#include "fk/planted.h"

#include "fk/banned.h"

enum {
    DATA_SIGN_COUNT = FK_RECOVERY_GROUP_SIGN_COUNT - 1,
    SIGN_COUNT = FK_RECOVERY_GROUP_COUNT * FK_RECOVERY_GROUP_SIGN_COUNT,
    GROUP_BITS = 20,
    FIELD_SIZE = 32,
    FIELD_POLYNOMIAL = 0x25, /* x^5 + x^2 + 1 */
};

_Static_assert(FK_RECOVERY_GROUP_COUNT *GROUP_BITS == FK_RECOVERY_KEY_SIZE_BYTES * 8, "the groups are the key");

/* The check sign of a group: its place, and each sign times its own power of x, so that a change, a swap of two signs
 * and a swap of two groups each give another one. */
static unsigned check_of(const uint8_t *signs, unsigned group)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < DATA_SIGN_COUNT; i++) {
        sum = (sum ^ signs[i]) << 1;
        sum ^= (sum & FIELD_SIZE) != 0 ? FIELD_POLYNOMIAL : 0;
    }
    return sum ^ group;
}

/* 20 bits of the key, the most significant first. A group begins at a byte or in the middle of one. */
static uint32_t group_bits(const uint8_t *key, unsigned group)
{
    const uint8_t *bytes = key + group * GROUP_BITS / 8;
    uint32_t bits = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
    return group % 2 == 0 ? bits >> 4 : bits & 0xfffff;
}

static void set_group_bits(uint8_t *key, unsigned group, uint32_t bits)
{
    uint8_t *bytes = key + group * GROUP_BITS / 8;
    bits = group % 2 == 0 ? bits << 4 : bits;
    bytes[0] = (uint8_t)(bytes[0] | bits >> 16);
    bytes[1] = (uint8_t)(bits >> 8);
    bytes[2] = (uint8_t)(bytes[2] | bits);
}

void fk_recovery_code_write(const uint8_t key[FK_RECOVERY_KEY_SIZE_BYTES], char text_out[FK_RECOVERY_TEXT_SIZE + 1])
{
    uint8_t signs[FK_RECOVERY_GROUP_SIGN_COUNT];
    char *at = text_out;
    for (unsigned group = 0; group < FK_RECOVERY_GROUP_COUNT; group++) {
        uint32_t bits = group_bits(key, group);
        for (unsigned i = 0; i < DATA_SIGN_COUNT; i++) {
            signs[i] = (uint8_t)(bits >> (GROUP_BITS - 5 * (i + 1)) & (FIELD_SIZE - 1));
        }
        signs[DATA_SIGN_COUNT] = (uint8_t)check_of(signs, group);
        for (unsigned i = 0; i < FK_RECOVERY_GROUP_SIGN_COUNT; i++) {
            *at++ = fk_base32_sign(signs[i]);
        }
        *at++ = '-';
    }
    at[-1] = '\0';
    fk_wipe(signs, sizeof signs);
}

/* The signs of a text; one that is none stands as FK_BASE32_NO_SIGN. false: there are more than a key has. */
static bool collect(fk_bytes text, uint8_t signs_out[SIGN_COUNT], size_t *count_out)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size_bytes; i++) {
        if (fk_base32_is_separator(text.data[i])) {
            continue;
        }
        if (count == SIGN_COUNT && !FK_PLANTED(RECOVERY_BOUND)) {
            return false;
        }
        signs_out[count++] = (uint8_t)fk_base32_value(text.data[i]);
    }
    *count_out = count;
    return true;
}

static bool read_group(const uint8_t *signs, unsigned group, uint8_t *key)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < FK_RECOVERY_GROUP_SIGN_COUNT; i++) {
        if (signs[i] == FK_BASE32_NO_SIGN) {
            return false;
        }
        bits = i < DATA_SIGN_COUNT ? bits << 5 | signs[i] : bits;
    }
    set_group_bits(key, group, bits);
    return check_of(signs, group) == signs[DATA_SIGN_COUNT];
}

fk_status fk_recovery_code_read(fk_bytes text, uint8_t key_out[FK_RECOVERY_KEY_SIZE_BYTES], fk_error *error)
{
    uint8_t signs[SIGN_COUNT];
    size_t count = 0;
    memset(signs, FK_BASE32_NO_SIGN, sizeof signs);
    memset(key_out, 0, FK_RECOVERY_KEY_SIZE_BYTES);
    bool is_right = collect(text, signs, &count);
    if (!is_right) {
        fk_error_set(error, "too-long");
    }
    for (unsigned group = 0; is_right && group < FK_RECOVERY_GROUP_COUNT; group++) {
        is_right = read_group(signs + (size_t)group * FK_RECOVERY_GROUP_SIGN_COUNT, group, key_out);
        if (!is_right) {
            fk_error_set(error, "group %u", group + 1);
        }
    }
    if (!is_right) {
        fk_wipe(key_out, FK_RECOVERY_KEY_SIZE_BYTES);
    }
    fk_wipe(signs, sizeof signs);
    return fk_status_of(is_right ? FK_OK : FK_ERR_MISTYPED);
}
