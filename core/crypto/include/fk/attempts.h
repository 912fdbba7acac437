/* fk/attempts.h — how often a wrong passphrase was tried on a vault, kept in a small file of its own.
 *
 *   magic 8 | version u32 | wrong count u32 | waited ms u64 | flags u32 | zeros 4 | BLAKE2b-256 of the above 32
 *
 * 64 bytes in one sector, little-endian, written and flushed before each try: a kill in the middle does not undo the
 * count. It slows a person at the screen and nobody who has a copy of the files. It is in plain and says nothing about
 * the vault but the count and whether there is a way in besides a passphrase.
 *
 * The wait is counted with the monotonic clock while the app is open, and how much of it has passed is kept. The wall
 * clock plays no part, so setting it neither ends a wait nor makes one longer (docs/adr/0014). */
#ifndef FK_ATTEMPTS_H
#define FK_ATTEMPTS_H

#include "fk/port.h"

enum {
    FK_ATTEMPTS_SIZE_BYTES = 64,
    FK_ATTEMPTS_FREE_COUNT = 2,      /* wrong tries without a wait */
    FK_ATTEMPTS_LOCK_OUT_COUNT = 10, /* wrong tries after which only another way opens the vault */
    FK_ATTEMPTS_COUNT_MAX = 1000000,
    FK_ATTEMPTS_WAIT_MS_MAX = 60 * 60 * 1000,
};

typedef struct fk_attempts {
    uint32_t wrong_count; /* tries begun since the vault was last opened, less the one that opened it */
    uint64_t waited_ms;   /* of the wait that the newest one began */
    bool has_other_way;   /* a recovery key, or an escrow that can be used here: without one nobody is locked out */
} fk_attempts;

void fk_attempts_write(const fk_attempts *attempts, uint8_t bytes_out[FK_ATTEMPTS_SIZE_BYTES]);
/* FK_ERR_DAMAGED: not these 64 bytes, or a value that was never written; then *attempts_out is zero. */
FK_MUST_USE fk_status fk_attempts_read(fk_bytes file, fk_attempts *attempts_out);

/* The whole wait after so many wrong tries: 0, then 10 s, growing to FK_ATTEMPTS_WAIT_MS_MAX. */
uint64_t fk_attempts_wait_ms(uint32_t wrong_count);
/* No passphrase is tried any more. */
bool fk_attempts_is_locked_out(const fk_attempts *attempts);

/* Always gives something, because no state of this file may keep a person out: without a file, or when it does not
 * answer, nothing was tried; a damaged one counts as the first try with a wait. */
void fk_attempts_load(const fk_disk *disk, fk_attempts *attempts_out);
/* Written and flushed. FK_ERR_FULL, FK_ERR_IO. */
FK_MUST_USE fk_status fk_attempts_save(const fk_disk *disk, const fk_attempts *attempts);

#endif
