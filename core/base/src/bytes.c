#include "fk/bytes.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

enum { BUFFER_CAPACITY_FIRST_BYTES = 64 };

fk_bytes fk_bytes_of(const void *data, size_t size_bytes)
{
    FK_ASSERT(data != NULL || size_bytes == 0);
    return (fk_bytes){ data, size_bytes };
}

fk_bytes fk_bytes_text(const char *text)
{
    return (fk_bytes){ (const uint8_t *)text, strlen(text) };
}

bool fk_bytes_equal(fk_bytes a, fk_bytes b)
{
    return a.size_bytes == b.size_bytes && (a.size_bytes == 0 || memcmp(a.data, b.data, a.size_bytes) == 0);
}

bool fk_bytes_equal_text(fk_bytes a, const char *text)
{
    return fk_bytes_equal(a, fk_bytes_text(text));
}

int fk_bytes_compare(fk_bytes a, fk_bytes b)
{
    size_t shared_bytes = a.size_bytes < b.size_bytes ? a.size_bytes : b.size_bytes;
    int order = shared_bytes == 0 ? 0 : memcmp(a.data, b.data, shared_bytes);
    if (order != 0) {
        return order;
    }
    return (a.size_bytes > b.size_bytes) - (a.size_bytes < b.size_bytes);
}

fk_status fk_bytes_copy(fk_bytes source, fk_arena *arena, fk_bytes *copy_out)
{
    *copy_out = (fk_bytes){ NULL, 0 };
    uint8_t *copy = fk_arena_allocate(arena, source.size_bytes);
    if (copy == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    if (source.size_bytes > 0) {
        memcpy(copy, source.data, source.size_bytes);
    }
    *copy_out = (fk_bytes){ copy, source.size_bytes };
    return fk_ok();
}

/* --- buffer ------------------------------------------------------------------------------- */

static bool buffer_is_valid(const fk_buffer *buffer)
{
    return buffer->size_bytes <= buffer->capacity_bytes && buffer->capacity_bytes <= buffer->size_bytes_max &&
           (buffer->data != NULL) == (buffer->capacity_bytes > 0);
}

void fk_buffer_init(fk_buffer *buffer, const fk_allocator *allocator, size_t size_bytes_max)
{
    *buffer = (fk_buffer){ .allocator = allocator, .size_bytes_max = size_bytes_max };
}

void fk_buffer_free(fk_buffer *buffer)
{
    fk_release(buffer->allocator, buffer->data, buffer->capacity_bytes);
    fk_buffer_init(buffer, buffer->allocator, buffer->size_bytes_max);
}

void fk_buffer_clear(fk_buffer *buffer)
{
    fk_wipe(buffer->data, buffer->size_bytes);
    buffer->size_bytes = 0;
}

fk_status fk_buffer_extend(fk_buffer *buffer, size_t size_bytes, uint8_t **room_out)
{
    FK_ASSERT(buffer_is_valid(buffer));
    FK_ASSERT(size_bytes > 0);
    *room_out = NULL;
    if (size_bytes > buffer->size_bytes_max - buffer->size_bytes) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    size_t needed_bytes = buffer->size_bytes + size_bytes;
    if (needed_bytes > buffer->capacity_bytes) {
        size_t capacity_bytes = buffer->capacity_bytes == 0 ? BUFFER_CAPACITY_FIRST_BYTES : buffer->capacity_bytes;
        while (capacity_bytes < needed_bytes) {
            capacity_bytes = capacity_bytes > buffer->size_bytes_max / 2 ? buffer->size_bytes_max : capacity_bytes * 2;
        }
        if (capacity_bytes > buffer->size_bytes_max) {
            capacity_bytes = buffer->size_bytes_max;
        }
        uint8_t *grown = fk_allocate(buffer->allocator, capacity_bytes);
        if (grown == NULL) {
            return fk_status_of(FK_ERR_NO_MEMORY);
        }
        if (buffer->size_bytes > 0) {
            memcpy(grown, buffer->data, buffer->size_bytes);
        }
        fk_release(buffer->allocator, buffer->data, buffer->capacity_bytes);
        buffer->data = grown;
        buffer->capacity_bytes = capacity_bytes;
    }
    *room_out = buffer->data + buffer->size_bytes;
    buffer->size_bytes = needed_bytes;
    return fk_ok();
}

fk_status fk_buffer_append(fk_buffer *buffer, fk_bytes bytes)
{
    if (bytes.size_bytes == 0) {
        return fk_ok();
    }
    uint8_t *room = NULL;
    FK_TRY(fk_buffer_extend(buffer, bytes.size_bytes, &room));
    memcpy(room, bytes.data, bytes.size_bytes);
    return fk_ok();
}

fk_status fk_buffer_append_byte(fk_buffer *buffer, uint8_t byte)
{
    return fk_buffer_append(buffer, fk_bytes_of(&byte, 1));
}

fk_bytes fk_buffer_view(const fk_buffer *buffer)
{
    return (fk_bytes){ buffer->data, buffer->size_bytes };
}

/* --- ids ---------------------------------------------------------------------------------- */

bool fk_id_equal(const fk_id *a, const fk_id *b)
{
    return memcmp(a->bytes, b->bytes, FK_ID_SIZE_BYTES) == 0;
}

bool fk_id_is_zero(const fk_id *id)
{
    static const fk_id zero;
    return fk_id_equal(id, &zero);
}

void fk_id_to_hex(const fk_id *id, char hex_out[FK_ID_HEX_SIZE + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < FK_ID_SIZE_BYTES; i++) {
        hex_out[2 * i] = digits[id->bytes[i] >> 4];
        hex_out[2 * i + 1] = digits[id->bytes[i] & 15];
    }
    hex_out[FK_ID_HEX_SIZE] = '\0';
}

static bool hex_digit_value(uint8_t digit, uint8_t *value_out)
{
    if (digit >= '0' && digit <= '9') {
        *value_out = (uint8_t)(digit - '0');
        return true;
    }
    if (digit >= 'a' && digit <= 'f') {
        *value_out = (uint8_t)(digit - 'a' + 10);
        return true;
    }
    return false;
}

fk_status fk_id_from_hex(fk_bytes hex, fk_id *id_out)
{
    *id_out = (fk_id){ { 0 } };
    if (hex.size_bytes != FK_ID_HEX_SIZE) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_id id = { { 0 } };
    for (size_t i = 0; i < FK_ID_SIZE_BYTES; i++) {
        uint8_t high = 0;
        uint8_t low = 0;
        if (!hex_digit_value(hex.data[2 * i], &high) || !hex_digit_value(hex.data[2 * i + 1], &low)) {
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
        id.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *id_out = id;
    return fk_ok();
}

/* --- text --------------------------------------------------------------------------------- */

/* Bytes after the first, and the smallest code point that may use that many (RFC 3629). */
static bool utf8_sequence(uint8_t first, size_t *following_out, uint32_t *smallest_out, uint32_t *bits_out)
{
    if (first >= 0xC2 && first <= 0xDF) {
        *following_out = 1, *smallest_out = 0x80, *bits_out = first & 0x1FU;
        return true;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        *following_out = 2, *smallest_out = 0x800, *bits_out = first & 0x0FU;
        return true;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *following_out = 3, *smallest_out = 0x10000, *bits_out = first & 0x07U;
        return true;
    }
    return false;
}

bool fk_utf8_is_valid(fk_bytes text)
{
    size_t i = 0;
    while (i < text.size_bytes) {
        uint8_t first = text.data[i++];
        if (first == 0) {
            return false;
        }
        if (first < 0x80) {
            continue;
        }
        size_t following = 0;
        uint32_t smallest = 0;
        uint32_t code_point = 0;
        if (!utf8_sequence(first, &following, &smallest, &code_point) || following > text.size_bytes - i) {
            return false;
        }
        for (; following > 0; following--) {
            uint8_t next = text.data[i++];
            if ((next & 0xC0) != 0x80) {
                return false;
            }
            code_point = code_point << 6 | (next & 0x3FU);
        }
        if (code_point < smallest || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
            return false;
        }
    }
    return true;
}

/* Unicode's White_Space, and the byte order mark that some keyboards and copies leave behind. */
static const char *const white_spaces[] = {
    " ",
    "\t",
    "\n",
    "\v",
    "\f",
    "\r",
    "\xC2\x85",
    "\xC2\xA0",
    "\xE1\x9A\x80",
    "\xE2\x80\x80",
    "\xE2\x80\x81",
    "\xE2\x80\x82",
    "\xE2\x80\x83",
    "\xE2\x80\x84",
    "\xE2\x80\x85",
    "\xE2\x80\x86",
    "\xE2\x80\x87",
    "\xE2\x80\x88",
    "\xE2\x80\x89",
    "\xE2\x80\x8A",
    "\xE2\x80\xA8",
    "\xE2\x80\xA9",
    "\xE2\x80\xAF",
    "\xE2\x81\x9F",
    "\xE3\x80\x80",
    "\xEF\xBB\xBF",
};

static size_t white_space_size(fk_bytes text, bool at_end)
{
    for (size_t i = 0; i < sizeof white_spaces / sizeof white_spaces[0]; i++) {
        size_t size_bytes = strlen(white_spaces[i]);
        if (size_bytes <= text.size_bytes) {
            const uint8_t *place = at_end ? text.data + text.size_bytes - size_bytes : text.data;
            if (memcmp(place, white_spaces[i], size_bytes) == 0) {
                return size_bytes;
            }
        }
    }
    return 0;
}

fk_bytes fk_text_trim(fk_bytes text)
{
    for (size_t size = white_space_size(text, false); size > 0; size = white_space_size(text, false)) {
        text = (fk_bytes){ text.data + size, text.size_bytes - size };
    }
    for (size_t size = white_space_size(text, true); size > 0; size = white_space_size(text, true)) {
        text.size_bytes -= size;
    }
    return text;
}

/* --- little-endian fields ------------------------------------------------------------------- */

void fk_put_u16(uint8_t *target, uint16_t value)
{
    target[0] = (uint8_t)value;
    target[1] = (uint8_t)(value >> 8);
}

void fk_put_u32(uint8_t *target, uint32_t value)
{
    fk_put_u16(target, (uint16_t)value);
    fk_put_u16(target + 2, (uint16_t)(value >> 16));
}

void fk_put_u64(uint8_t *target, uint64_t value)
{
    fk_put_u32(target, (uint32_t)value);
    fk_put_u32(target + 4, (uint32_t)(value >> 32));
}

uint16_t fk_get_u16(const uint8_t *source)
{
    return (uint16_t)(source[0] | source[1] << 8);
}

uint32_t fk_get_u32(const uint8_t *source)
{
    return (uint32_t)fk_get_u16(source) | (uint32_t)fk_get_u16(source + 2) << 16;
}

uint64_t fk_get_u64(const uint8_t *source)
{
    return (uint64_t)fk_get_u32(source) | (uint64_t)fk_get_u32(source + 4) << 32;
}
