#include "key_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

const uint8_t new_key[32] = { 9, 9, 1 };
const uint8_t other_key[32] = { 9, 9, 2 };
const secret_set NOTHING = { NULL, NULL, false };
const secret_set RIGHT = { right_key, NULL, false };
const secret_set WRONG = { wrong_key, NULL, false };
const secret_set NEW = { new_key, NULL, false };
const secret_set OTHER = { other_key, NULL, false };
uint64_t test_monotonic_ms;
uint64_t test_now_ms = UINT64_C(1790000000000);

void secret_set_write(secret_set set, uint8_t raw[FK_SECRETS_SIZE_BYTES])
{
    fk_slot_secrets secrets = { .prf = { NULL, 0 } };
    if (set.key != NULL) {
        secrets.passphrase_key = fk_bytes_of(set.key, 32);
    }
    if (set.prf != NULL) {
        secrets.prf = fk_bytes_of(set.prf, 32);
    }
    fk_secrets_write(&secrets, set.is_chosen, raw);
}

const char *call_set(fixture *f, const char *command, secret_set set)
{
    uint8_t raw[FK_SECRETS_SIZE_BYTES];
    secret_set_write(set, raw);
    return call_bytes(f, command, fk_bytes_of(raw, sizeof raw));
}

const char *change_keys(fixture *f, secret_set old, secret_set next)
{
    uint8_t raw[2 * FK_SECRETS_SIZE_BYTES];
    secret_set_write(old, raw);
    secret_set_write(next, raw + FK_SECRETS_SIZE_BYTES);
    return call_bytes(f, "keys.change", fk_bytes_of(raw, sizeof raw));
}

const char *unlock(fixture *f, secret_set set)
{
    return call_set(f, "vault.unlock", set);
}

void lock(fixture *f)
{
    assert_ok(call(f, "vault.lock", "{}"));
}

void make_recovery_key(fixture *f, char text_out[FK_RECOVERY_TEXT_SIZE + 1])
{
    const char *reply = call(f, "keys.recovery.make", "{}");
    assert_int_equal(reply[0], 0);
    memcpy(text_out, reply + 1, FK_RECOVERY_TEXT_SIZE);
    text_out[FK_RECOVERY_TEXT_SIZE] = '\0';
    assert_int_equal(f->reply.size_bytes, 1 + FK_RECOVERY_TEXT_SIZE + 1); /* and the NUL of call() */
}

const char *call_typed(fixture *f, const char *command, const char *typed)
{
    return call_bytes(f, command, fk_bytes_text(typed));
}

static uint64_t wall_clock(void *ctx)
{
    (void)ctx;
    return test_now_ms;
}

static uint64_t monotonic_clock(void *ctx)
{
    (void)ctx;
    return test_monotonic_ms;
}

void restart_with(fixture *f, const fk_allocator *allocator)
{
    fk_session_free(f->session);
    fk_buffer_free(&f->reply);
    fixture_open(f, allocator);
    f->clock = (fk_clock){ wall_clock, monotonic_clock, NULL };
    assert_ok(call(f, "core.start", "{}"));
}

void restart(fixture *f)
{
    restart_with(f, &fk_allocator_libc);
}

void begin(fixture *f)
{
    test_monotonic_ms = 1000;
    test_now_ms = UINT64_C(1790000000000);
    fixture_init(f);
    f->clock = (fk_clock){ wall_clock, monotonic_clock, NULL };
    make_vault(f);
}

bool opens_with(fixture *f, secret_set set)
{
    restart(f);
    bool is_open = is_ok(unlock(f, set));
    if (is_open) {
        lock(f);
    }
    return is_open;
}
