/* fk/recovery_code.h — the printed recovery key: 160 random bits as text that a person copies by hand.
 *
 * 8 groups of 5 signs of base32, joined by dashes: 20 bits of the key in 4 signs, then a check sign over the group and
 * its place (a weighted sum in GF(32)). One wrong sign, two swapped signs or two swapped groups never pass, and the
 * group that is wrong can be named, which a check over the whole could not. */
#ifndef FK_RECOVERY_CODE_H
#define FK_RECOVERY_CODE_H

#include "fk/base32.h"
#include "fk/keyfile.h"

enum {
    FK_RECOVERY_GROUP_COUNT = 8,
    FK_RECOVERY_GROUP_SIGN_COUNT = 5,
    FK_RECOVERY_TEXT_SIZE = FK_RECOVERY_GROUP_COUNT * (FK_RECOVERY_GROUP_SIGN_COUNT + 1) - 1, /* without NUL */
};

/* text_out: with dashes and a NUL. It is as secret as the key. */
void fk_recovery_code_write(const uint8_t key[FK_RECOVERY_KEY_SIZE_BYTES], char text_out[FK_RECOVERY_TEXT_SIZE + 1]);
/* As typed: case, white space and dashes do not matter, I and L read as 1, O as 0. On error key_out is zeros.
 * FK_ERR_MISTYPED; error then says "group N" (from 1), the first that is wrong or not whole, or "too-long". */
FK_MUST_USE fk_status fk_recovery_code_read(fk_bytes text, uint8_t key_out[FK_RECOVERY_KEY_SIZE_BYTES],
                                            fk_error *error);

#endif
