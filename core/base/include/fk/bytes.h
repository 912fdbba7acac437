/* fk/bytes.h — borrowed views, owned buffers, ids, text.
 *
 * fk_bytes borrows: whoever made it says until when it is valid. fk_buffer owns, grows up to a
 * stated maximum, and wipes what it releases. Bounds are errors, never cut silently. */
#ifndef FK_BYTES_H
#define FK_BYTES_H

#include "fk/memory.h"

typedef struct fk_bytes {
    const uint8_t *data; /* may be NULL only when size_bytes is 0 */
    size_t size_bytes;
} fk_bytes;

fk_bytes fk_bytes_of(const void *data, size_t size_bytes);
/* A NUL-terminated literal or static string, without its NUL. */
fk_bytes fk_bytes_text(const char *text);
bool fk_bytes_equal(fk_bytes a, fk_bytes b);
bool fk_bytes_equal_text(fk_bytes a, const char *text);
/* Bytewise order: negative, 0 or positive; a prefix comes first. */
int fk_bytes_compare(fk_bytes a, fk_bytes b);
/* Copy into an arena. FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_bytes_copy(fk_bytes source, fk_arena *arena, fk_bytes *copy_out);

/* --- buffer ------------------------------------------------------------------------------- */

typedef struct fk_buffer {
    const fk_allocator *allocator;
    uint8_t *data;
    size_t size_bytes;
    size_t capacity_bytes;
    size_t size_bytes_max;
} fk_buffer;

void fk_buffer_init(fk_buffer *buffer, const fk_allocator *allocator, size_t size_bytes_max);
/* Wipe and release; the buffer can be used again. */
void fk_buffer_free(fk_buffer *buffer);
/* Wipe the content, keep the memory. */
void fk_buffer_clear(fk_buffer *buffer);
/* On error (FK_ERR_NO_MEMORY, or FK_ERR_TOO_LARGE beyond size_bytes_max) nothing changed. */
FK_MUST_USE fk_status fk_buffer_append(fk_buffer *buffer, fk_bytes bytes);
FK_MUST_USE fk_status fk_buffer_append_byte(fk_buffer *buffer, uint8_t byte);
/* Make room for size_bytes more and return where they go; they count as content at once. */
FK_MUST_USE fk_status fk_buffer_extend(fk_buffer *buffer, size_t size_bytes, uint8_t **room_out);
fk_bytes fk_buffer_view(const fk_buffer *buffer); /* valid until the next change */

/* --- ids ---------------------------------------------------------------------------------- */

enum { FK_ID_SIZE_BYTES = 16, FK_ID_HEX_SIZE = 32 };

typedef struct fk_id {
    uint8_t bytes[FK_ID_SIZE_BYTES];
} fk_id;

bool fk_id_equal(const fk_id *a, const fk_id *b);
bool fk_id_is_zero(const fk_id *id);
/* hex_out holds 32 lower-case digits and a NUL. */
void fk_id_to_hex(const fk_id *id, char hex_out[FK_ID_HEX_SIZE + 1]);
/* Exactly 32 lower-case hex digits, else FK_ERR_INVALID_INPUT and *id_out is zero. */
FK_MUST_USE fk_status fk_id_from_hex(fk_bytes hex, fk_id *id_out);

/* --- text --------------------------------------------------------------------------------- */

/* Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF, no NUL. */
FK_MUST_USE bool fk_utf8_is_valid(fk_bytes text);
/* Without leading and trailing white space: Unicode's White_Space and U+FEFF. The text is valid UTF-8. */
fk_bytes fk_text_trim(fk_bytes text);

/* --- little-endian fields of files and messages --------------------------------------------- */

void fk_put_u16(uint8_t *target, uint16_t value);
void fk_put_u32(uint8_t *target, uint32_t value);
void fk_put_u64(uint8_t *target, uint64_t value);
uint16_t fk_get_u16(const uint8_t *source);
uint32_t fk_get_u32(const uint8_t *source);
uint64_t fk_get_u64(const uint8_t *source);

#endif
