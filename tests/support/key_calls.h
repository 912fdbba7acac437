/* key_calls.h — the ways into a vault through the border of a session fixture: sets of secrets, typed recovery keys. */
#ifndef FK_KEY_CALLS_H
#define FK_KEY_CALLS_H

#include "fk/recovery_code.h"
#include "fk/secrets.h"
#include "session_fixture.h"

typedef struct secret_set {
    const uint8_t *key; /* 32 bytes, or NULL: not at hand */
    const uint8_t *prf;
    bool is_chosen;
} secret_set;

extern const uint8_t new_key[32];
extern const uint8_t other_key[32];
extern const secret_set NOTHING;
extern const secret_set RIGHT;
extern const secret_set WRONG;
extern const secret_set NEW;
extern const secret_set OTHER;

/* As the border takes it. */
void secret_set_write(secret_set set, uint8_t raw[FK_SECRETS_SIZE_BYTES]);
const char *call_set(fixture *f, const char *command, secret_set set);
const char *change_keys(fixture *f, secret_set old, secret_set next);
const char *unlock(fixture *f, secret_set set);
void lock(fixture *f);
/* keys.recovery.make: as it would be printed. */
void make_recovery_key(fixture *f, char text_out[FK_RECOVERY_TEXT_SIZE + 1]);
const char *call_typed(fixture *f, const char *command, const char *typed);

/* Clocks of such a fixture, set by tests. */
extern uint64_t test_monotonic_ms;
extern uint64_t test_now_ms;
/* fixture_init() with these clocks, and a vault. */
void begin(fixture *f);
/* A worker was ended and another one starts on the same disk. */
void restart(fixture *f);
void restart_with(fixture *f, const fk_allocator *allocator);
/* After a restart; locked again. */
bool opens_with(fixture *f, secret_set set);

#endif
