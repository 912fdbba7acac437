/* fk/base32.h — bytes as text that a person copies by hand: Crockford's base32 with check signs.
 *
 * Signs are 0-9 and A-Z without I, L, O and U. Four check signs follow: the first 20 bits of the
 * BLAKE2b-256 of all bytes, so a single wrong sign passes once in a million. Groups of 4 signs are
 * joined by dashes. Enrolment codes and the shares of a root key are written like this. */
#ifndef FK_BASE32_H
#define FK_BASE32_H

#include "fk/bytes.h"

enum {
    FK_BASE32_SIZE_BYTES_MAX = 320, /* of what is written; a multiple of 5 */
    FK_BASE32_CHECK_COUNT = 4,
    FK_BASE32_GROUP_COUNT = 4, /* signs in a group */
    FK_BASE32_TEXT_SIZE_MAX = (FK_BASE32_SIZE_BYTES_MAX / 5 * 8 + FK_BASE32_CHECK_COUNT) / FK_BASE32_GROUP_COUNT *
                              (FK_BASE32_GROUP_COUNT + 1),
};

/* Characters that fk_base32_write() writes for so many bytes, dashes included, without its NUL. */
#define FK_BASE32_TEXT_SIZE(size_bytes) \
    (((size_bytes) / 5 * 8 + FK_BASE32_CHECK_COUNT) / FK_BASE32_GROUP_COUNT * (FK_BASE32_GROUP_COUNT + 1) - 1)

/* bytes.size_bytes is a multiple of 5, at least 5. text_out holds FK_BASE32_TEXT_SIZE + 1 characters. */
void fk_base32_write(fk_bytes bytes, char *text_out);

/* Read exactly size_bytes (a multiple of 5). Lower case, white space and dashes anywhere are fine;
 * I and L read as 1, O as 0. On error bytes_out is zeros.
 * FK_ERR_CODE_WRONG: another sign (also U), too few or too many, or check signs that do not fit. */
FK_MUST_USE fk_status fk_base32_read(fk_bytes text, size_t size_bytes, uint8_t *bytes_out);

/* --- for texts with another layout ------------------------------------------------------------ */

enum { FK_BASE32_NO_SIGN = 32 };

/* value: 0 to 31. */
char fk_base32_sign(unsigned value);
/* 0 to 31, or FK_BASE32_NO_SIGN; forgiving as above. */
unsigned fk_base32_value(uint8_t character);
/* White space and dashes. */
bool fk_base32_is_separator(uint8_t character);

#endif
