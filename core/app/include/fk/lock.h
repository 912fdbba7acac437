/* fk/lock.h — when an open vault is locked, and how a PIN opens it again (docs/adr/0015).
 *
 * Pure: it reads no clock and knows no vault. Whoever holds the keys asks it before every step and does what it says:
 *   open  somebody works
 *   warm  nothing of a record is shown or changed; the keys stay, and the PIN of this session opens
 *   cold  the keys are wiped; only the passphrase opens
 *
 * Time away is the larger of what the wall clock and the monotonic clock say, because one of them stands still while a
 * device sleeps. A wall clock that falls behind the monotonic one was set back: nobody knows how long it was, so that
 * is cold. Nothing but the PIN leads from warm to open, and nothing from cold: the caller starts anew. */
#ifndef FK_LOCK_H
#define FK_LOCK_H

#include "fk/bytes.h"

enum {
    FK_LOCK_IDLE_S_MIN = 15,
    FK_LOCK_IDLE_S_MAX = 540, /* below FK_LOCK_COLD_MS, so that a warm lock comes before the cold one */
    FK_LOCK_IDLE_S_DEFAULT = 120,
    FK_LOCK_HIDDEN_S_MIN = 5,
    FK_LOCK_HIDDEN_S_MAX = 300,
    FK_LOCK_HIDDEN_S_DEFAULT = 30,
    FK_LOCK_COLD_MS = 10 * 60 * 1000, /* without a sign of a person, open or warm */
    /* Clocks are corrected in small steps. What is gained by less is not worth a lock: the monotonic clock counts on.
     */
    FK_LOCK_SET_BACK_MS = 5 * 1000,
    FK_LOCK_PIN_SIZE_BYTES = 6,
    FK_LOCK_PIN_TRIES_MAX = 3,
    FK_LOCK_LIMITS_SIZE_BYTES = 8,
};

typedef enum fk_lock_state { FK_LOCK_COLD = 0, FK_LOCK_OPEN = 1, FK_LOCK_WARM = 2 } fk_lock_state;

typedef struct fk_moment {
    uint64_t wall_ms;
    uint64_t monotonic_ms;
} fk_moment;

typedef struct fk_lock_limits {
    uint32_t idle_s;   /* without a sign of a person */
    uint32_t hidden_s; /* with the page out of sight */
} fk_lock_limits;

/* By value; all zero is cold. The members are for reading. */
typedef struct fk_lock {
    fk_lock_state state;
    fk_lock_limits limits;
    fk_moment touched; /* the last sign of a person while it was open */
    bool is_hidden;
    fk_moment hidden_since;
    bool has_pin;
    uint32_t tries_left;
    uint8_t pin[FK_LOCK_PIN_SIZE_BYTES];
} fk_lock;

/* 2 minutes idle, 30 seconds hidden. */
fk_lock_limits fk_lock_default_limits(void);
bool fk_lock_limits_are_valid(fk_lock_limits limits);
/* idle_s and hidden_s, little-endian, as they stand in vault_meta. */
void fk_lock_limits_write(fk_lock_limits limits, uint8_t bytes_out[FK_LOCK_LIMITS_SIZE_BYTES]);
/* Anything that is not two valid limits gives the defaults. */
fk_lock_limits fk_lock_limits_read(fk_bytes bytes);

/* The passphrase opened the vault: open, without a PIN. Limits are valid. */
void fk_lock_start(fk_lock *lock, fk_lock_limits limits, fk_moment now);
/* Cold, PIN wiped. */
void fk_lock_end(fk_lock *lock);

/* Let the time that passed take effect. Out: the state from now on. Every function below does it first. */
fk_lock_state fk_lock_look(fk_lock *lock, fk_moment now);
/* A sign of a person. Whoever touches a screen that is locked, or should be by now, changes nothing. */
fk_lock_state fk_lock_touch(fk_lock *lock, fk_moment now);
/* The page went out of sight, or is seen again. Being seen is no sign of a person. */
fk_lock_state fk_lock_hide(fk_lock *lock, fk_moment now);
fk_lock_state fk_lock_show(fk_lock *lock, fk_moment now);
/* Lock at once: warm when there is a PIN, else cold. */
fk_lock_state fk_lock_now(fk_lock *lock, fk_moment now);

/* The PIN of this session, in place of the one before. Only while open.
 *
 * pin  FK_LOCK_PIN_SIZE_BYTES of ASCII digits; copied.
 *
 * FK_ERR_WRONG_STATE (not open), FK_ERR_INVALID_INPUT (no six digits), FK_ERR_PIN_WEAK (one digit six times, or six in
 * a row up or down: the first that somebody tries). On error the PIN before stays. */
FK_MUST_USE fk_status fk_lock_choose_pin(fk_lock *lock, const uint8_t pin[FK_LOCK_PIN_SIZE_BYTES], fk_moment now);
/* Open with the right PIN, compared in constant time. The third wrong one in a row is cold. While open it does nothing.
 */
fk_lock_state fk_lock_try_pin(fk_lock *lock, const uint8_t pin[FK_LOCK_PIN_SIZE_BYTES], fk_moment now);

#endif
