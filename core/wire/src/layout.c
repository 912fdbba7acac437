#include "layout.h"

#include <string.h>

#include "fk/banned.h"

enum { MAGIC_LETTER_COUNT = 6 };

void fk_lay_bytes(uint8_t **at, const void *bytes, size_t size_bytes)
{
    if (size_bytes > 0) {
        memcpy(*at, bytes, size_bytes);
        *at += size_bytes;
    }
}

void fk_lay_zeros(uint8_t **at, size_t size_bytes)
{
    memset(*at, 0, size_bytes);
    *at += size_bytes;
}

void fk_lay_u8(uint8_t **at, uint8_t value)
{
    **at = value;
    *at += 1;
}

void fk_lay_u16(uint8_t **at, uint16_t value)
{
    fk_put_u16(*at, value);
    *at += sizeof value;
}

void fk_lay_u32(uint8_t **at, uint32_t value)
{
    fk_put_u32(*at, value);
    *at += sizeof value;
}

void fk_lay_u64(uint8_t **at, uint64_t value)
{
    fk_put_u64(*at, value);
    *at += sizeof value;
}

void fk_read_bytes(const uint8_t **at, void *target, size_t size_bytes)
{
    memcpy(target, *at, size_bytes);
    *at += size_bytes;
}

uint8_t fk_read_u8(const uint8_t **at)
{
    uint8_t value = **at;
    *at += sizeof value;
    return value;
}

uint16_t fk_read_u16(const uint8_t **at)
{
    uint16_t value = fk_get_u16(*at);
    *at += sizeof value;
    return value;
}

uint32_t fk_read_u32(const uint8_t **at)
{
    uint32_t value = fk_get_u32(*at);
    *at += sizeof value;
    return value;
}

uint64_t fk_read_u64(const uint8_t **at)
{
    uint64_t value = fk_get_u64(*at);
    *at += sizeof value;
    return value;
}

bool fk_read_zeros(const uint8_t **at, size_t size_bytes)
{
    uint8_t seen = 0;
    for (size_t i = 0; i < size_bytes; i++) {
        seen |= (*at)[i];
    }
    *at += size_bytes;
    return seen == 0;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

fk_status fk_magic_check(fk_bytes bytes, const char *magic)
{
    if (bytes.size_bytes < FK_MAGIC_SIZE_BYTES || memcmp(bytes.data, magic, MAGIC_LETTER_COUNT) != 0) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    const uint8_t *version = bytes.data + MAGIC_LETTER_COUNT;
    int order = memcmp(version, magic + MAGIC_LETTER_COUNT, FK_MAGIC_SIZE_BYTES - MAGIC_LETTER_COUNT);
    if (order == 0) {
        return fk_ok();
    }
    bool is_newer = order > 0 && is_digit(version[0]) && is_digit(version[1]);
    return fk_status_of(is_newer ? FK_ERR_NEWER_VERSION : FK_ERR_INVALID_INPUT);
}
