/* The ways into a vault through the border: changing, adding, taking away, the recovery key, the distress phrase, wrong
 * tries. A crash or a failure at any write leaves a vault that opens with the old secret or the new one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "fk/attempts.h"
#include "fk/recovery_code.h"
#include "fk/secrets.h"
#include "session_fixture.h"

enum { SETS_SIZE_BYTES = 2 * FK_SECRETS_SIZE_BYTES };

static const uint8_t new_key[32] = { 9, 9, 1 };
static const uint8_t other_key[32] = { 9, 9, 2 };
static const uint8_t distress_key[32] = { 9, 9, 3 };
static const uint8_t prf_output[32] = { 8, 8, 8 };

typedef struct secret_set {
    const uint8_t *key;
    const uint8_t *prf;
    bool is_chosen;
} secret_set;

static const secret_set NOTHING = { NULL, NULL, false };

static void write_set(secret_set set, uint8_t *raw)
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

static const char *call_set(fixture *f, const char *command, secret_set set)
{
    uint8_t raw[FK_SECRETS_SIZE_BYTES];
    write_set(set, raw);
    return call_bytes(f, command, fk_bytes_of(raw, sizeof raw));
}

static const char *change(fixture *f, secret_set old, secret_set next)
{
    uint8_t raw[SETS_SIZE_BYTES];
    write_set(old, raw);
    write_set(next, raw + FK_SECRETS_SIZE_BYTES);
    return call_bytes(f, "keys.change", fk_bytes_of(raw, sizeof raw));
}

static const char *unlock(fixture *f, secret_set set)
{
    return call_set(f, "vault.unlock", set);
}

static void lock(fixture *f)
{
    assert_ok(call(f, "vault.lock", "{}"));
}

/* The wait of a vault that was tried too often passes. */
static uint64_t test_monotonic_ms;
static uint64_t test_now_ms = UINT64_C(1790000000000);

static uint64_t read_clock(void *ctx)
{
    return *(const uint64_t *)ctx;
}

static uint64_t wall_clock(void *ctx)
{
    (void)ctx;
    return read_clock(&test_now_ms);
}

static uint64_t monotonic_clock(void *ctx)
{
    (void)ctx;
    return read_clock(&test_monotonic_ms);
}

/* A worker is ended and another one starts on the same disk. */
static void restart(fixture *f)
{
    fk_session_free(f->session);
    fk_buffer_free(&f->reply);
    fixture_open(f, &fk_allocator_libc);
    f->clock = (fk_clock){ wall_clock, monotonic_clock, NULL };
    assert_ok(call(f, "core.start", "{}"));
}

static void begin(fixture *f)
{
    test_monotonic_ms = 1000;
    fixture_init(f);
    f->clock = (fk_clock){ wall_clock, monotonic_clock, NULL };
    make_vault(f);
}

static bool opens_with(fixture *f, secret_set set)
{
    restart(f);
    bool is_open = is_ok(unlock(f, set));
    if (is_open) {
        lock(f);
    }
    return is_open;
}

/* --- changing ------------------------------------------------------------------------------------------ */

static void keys_change__takes_the_new_passphrase_and_no_longer_the_old(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add_people(&f);
    assert_has(
        call(&f, "keys.list", "{}"),
        "{\"slotIndex\":0,\"type\":\"passphrase\",\"madeMs\":1790000000000,\"label\":\"\",\"isOpenedWith\":true}],"
        "\"freeCount\":7");
    assert_has(change(&f, NOTHING, (secret_set){ new_key, NULL, false }), "{\"slotIndex\":1,\"type\":\"passphrase\"}");
    assert_has(call(&f, "keys.list", "{}"), "\"slots\":[{\"slotIndex\":1,");
    lock(&f);
    assert_refused(unlock(&f, (secret_set){ right_key, NULL, false }), "auth");
    assert_ok(unlock(&f, (secret_set){ new_key, NULL, false }));
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "Alder");
    /* The old one has to be proved when it is said, and may be another one than the vault was opened with. */
    assert_refused(change(&f, (secret_set){ wrong_key, NULL, false }, (secret_set){ other_key, NULL, false }), "auth");
    assert_ok(call_set(&f, "keys.add", (secret_set){ other_key, NULL, false }));
    assert_ok(change(&f, (secret_set){ other_key, NULL, false }, (secret_set){ right_key, NULL, false }));
    assert_true(opens_with(&f, (secret_set){ new_key, NULL, false }));
    assert_true(opens_with(&f, (secret_set){ right_key, NULL, false }));
    assert_false(opens_with(&f, (secret_set){ other_key, NULL, false }));
    fixture_free(&f);
}

static void keys_change__keeps_the_rules_of_what_may_open_a_vault(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    secret_set chosen = { new_key, NULL, true };
    secret_set chosen_and_passkey = { new_key, prf_output, true };
    secret_set passkey = { NULL, prf_output, false };
    assert_refused(change(&f, NOTHING, chosen), "not-allowed");
    assert_refused(call_set(&f, "keys.add", chosen), "not-allowed");
    assert_refused(change(&f, NOTHING, passkey), "not-allowed");
    assert_refused(change(&f, NOTHING, NOTHING), "invalid-input");
    assert_refused(change(&f, NOTHING, (secret_set){ right_key, NULL, false }), "exists");
    assert_has(change(&f, NOTHING, chosen_and_passkey), "\"type\":\"both\"");
    assert_ok(call(&f, "keys.policy",
                   "{\"isPrfAloneAllowed\":true,\"areSyncedPasskeysAllowed\":false,\"isDistressAllowed\":false}"));
    assert_has(call_set(&f, "keys.add", passkey), "\"type\":\"prf\"");
    assert_has(call(&f, "keys.list", "{}"), "\"isPrfAloneAllowed\":true,\"areSyncedPasskeysAllowed\":false");
    lock(&f);
    assert_refused(unlock(&f, (secret_set){ new_key, NULL, false }), "auth");
    assert_has(unlock(&f, chosen_and_passkey), "\"openedWith\":\"both\"");
    lock(&f);
    assert_has(unlock(&f, passkey), "\"openedWith\":\"prf\"");
    fixture_free(&f);
}

static void keys_remove__leaves_one_way_in_that_is_at_hand_every_day(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    assert_refused(call(&f, "keys.remove", "{\"slotIndex\":0}"), "last-key");
    assert_refused(call(&f, "keys.remove", "{\"slotIndex\":3}"), "not-found");
    assert_ok(call_set(&f, "keys.add", (secret_set){ new_key, NULL, false }));
    assert_ok(call(&f, "keys.label", "{\"slotIndex\":1,\"label\":\"office\"}"));
    assert_has(call(&f, "keys.list", "{}"), "\"label\":\"office\"");
    assert_ok(call(&f, "keys.remove", "{\"slotIndex\":0}"));
    assert_refused(call(&f, "keys.remove", "{\"slotIndex\":1}"), "last-key");
    assert_false(opens_with(&f, (secret_set){ right_key, NULL, false }));
    assert_true(opens_with(&f, (secret_set){ new_key, NULL, false }));
    fixture_free(&f);
}

static void keys_add__says_that_no_slot_is_free(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    for (uint8_t i = 1; i <= FK_KEYFILE_SLOT_COUNT; i++) {
        uint8_t key[32] = { 0x70, i };
        const char *reply = call_set(&f, "keys.add", (secret_set){ key, NULL, false });
        if (i < FK_KEYFILE_SLOT_COUNT) {
            assert_ok(reply);
        } else {
            assert_refused(reply, "no-slot");
        }
    }
    assert_refused(change(&f, NOTHING, (secret_set){ new_key, NULL, false }), "no-slot");
    assert_has(call(&f, "keys.list", "{}"), "\"freeCount\":0");
    assert_ok(call(&f, "keys.remove", "{\"slotIndex\":5}"));
    assert_has(change(&f, NOTHING, (secret_set){ new_key, NULL, false }), "\"slotIndex\":5");
    fixture_free(&f);
}

/* --- recovery ------------------------------------------------------------------------------------------- */

/* A new recovery key as it would be printed. */
static void make_recovery_key(fixture *f, char text_out[FK_RECOVERY_TEXT_SIZE + 1])
{
    const char *reply = call(f, "keys.recovery.make", "{}");
    assert_int_equal(reply[0], 0);
    memcpy(text_out, reply + 1, FK_RECOVERY_TEXT_SIZE);
    text_out[FK_RECOVERY_TEXT_SIZE] = '\0';
    assert_int_equal(f->reply.size_bytes, 1 + FK_RECOVERY_TEXT_SIZE + 1); /* and the NUL of call() */
}

static const char *call_typed(fixture *f, const char *command, const char *typed)
{
    return call_bytes(f, command, fk_bytes_text(typed));
}

static void keys_recovery__opens_after_it_was_typed_back_and_brings_a_new_passphrase(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add_people(&f);
    char first[FK_RECOVERY_TEXT_SIZE + 1];
    char second[FK_RECOVERY_TEXT_SIZE + 1];
    assert_refused(call_typed(&f, "keys.recovery.confirm", "0"), "wrong-state");
    make_recovery_key(&f, first);
    make_recovery_key(&f, second);
    assert_has(call_typed(&f, "keys.recovery.confirm", first), "\"code\":\"mistyped\",\"detail\":\"other-key\"");
    second[20] = second[20] == 'Z' ? 'Y' : 'Z';
    assert_has(call_typed(&f, "keys.recovery.confirm", second), "\"code\":\"mistyped\",\"detail\":\"group 4\"");
    make_recovery_key(&f, second);
    lock(&f);
    assert_refused(call_typed(&f, "keys.recovery.unlock", second), "auth");
    assert_ok(unlock(&f, (secret_set){ right_key, NULL, false }));
    make_recovery_key(&f, second);
    assert_has(call_typed(&f, "keys.recovery.confirm", second), "\"slotIndex\":1");
    assert_refused(call_typed(&f, "keys.recovery.confirm", second), "wrong-state");
    restart(&f);
    assert_has(call_typed(&f, "keys.recovery.unlock", second), "\"openedWith\":\"recovery\",\"profile\":\"own\"");
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "Alder");
    /* The forgotten passphrase and the used recovery key both go. */
    assert_ok(change(&f, NOTHING, (secret_set){ new_key, NULL, false }));
    assert_has(call(&f, "keys.list", "{}"), "\"freeCount\":7");
    assert_false(opens_with(&f, (secret_set){ right_key, NULL, false }));
    assert_refused(call_typed(&f, "keys.recovery.unlock", second), "auth");
    assert_true(opens_with(&f, (secret_set){ new_key, NULL, false }));
    fixture_free(&f);
}

/* --- distress phrase -------------------------------------------------------------------------------------- */

static const char ALLOW_DISTRESS[] =
    "{\"isPrfAloneAllowed\":false,\"areSyncedPasskeysAllowed\":false,\"isDistressAllowed\":true}";

static void keys_distress__opens_an_empty_vault_that_keeps_what_is_written_into_it(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add_people(&f);
    secret_set distress = { distress_key, NULL, false };
    assert_refused(call_set(&f, "keys.distress", distress), "not-allowed");
    assert_ok(call(&f, "keys.policy", ALLOW_DISTRESS));
    assert_refused(call_set(&f, "keys.distress", (secret_set){ right_key, NULL, false }), "exists");
    assert_refused(call_set(&f, "keys.distress", (secret_set){ distress_key, prf_output, false }), "invalid-input");
    assert_has(call_set(&f, "keys.distress", distress), "\"slotIndex\":1");
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "Alder");
    for (int life = 0; life < 2; life++) {
        restart(&f);
        assert_has(unlock(&f, distress), "\"openedWith\":\"passphrase\",\"profile\":\"neutral\"");
        assert_has(call(&f, "case.list", "{\"limit\":10}"), "\"cases\":[");
        assert_false(has(call(&f, "case.list", "{\"limit\":10}"), "Alder"));
        assert_has(call(&f, "team.status", "{}"), "\"state\":\"alone\"");
        assert_has(call(&f, "keys.list", "{}"), "\"type\":\"passphrase\"");
        assert_false(has(call(&f, "keys.list", "{}"), "distress"));
        if (life == 0) {
            assert_ok(save(&f, "case", ID_CASE, CHANGE("status", "\"open\"") "," CHANGE("reference", "\"EMPTY\"")));
        }
        assert_has(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "EMPTY");
        assert_has(call(&f, "vault.check", "{}"), "\"rebuiltEqual\":true");
    }
    /* From in there no slot of the first vault can be reached. */
    assert_refused(call_set(&f, "keys.add", (secret_set){ other_key, NULL, false }), "full");
    assert_refused(change(&f, (secret_set){ right_key, NULL, false }, (secret_set){ other_key, NULL, false }), "auth");
    assert_refused(call(&f, "keys.remove", "{\"slotIndex\":0}"), "not-found");
    assert_refused(call(&f, "keys.remove", "{\"slotIndex\":1}"), "last-key");
    assert_ok(change(&f, NOTHING, (secret_set){ other_key, NULL, false }));
    assert_false(opens_with(&f, distress));
    restart(&f);
    assert_has(unlock(&f, (secret_set){ other_key, NULL, false }), "\"profile\":\"neutral\"");
    restart(&f);
    assert_has(unlock(&f, (secret_set){ right_key, NULL, false }), "\"profile\":\"own\"");
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "Alder");
    assert_has(call(&f, "keys.list", "{}"), "\"type\":\"distress\"");
    fixture_free(&f);
}

/* --- wrong tries ---------------------------------------------------------------------------------------------- */

static uint64_t wait_ms(fixture *f)
{
    const char *found = strstr(call(f, "vault.status", "{}"), "\"waitMs\":");
    assert_non_null(found);
    return strtoull(found + strlen("\"waitMs\":"), NULL, 10);
}

static void wrong(fixture *f, const char *code)
{
    const char *reply = unlock(f, (secret_set){ wrong_key, NULL, false });
    char expected[64];
    (void)snprintf(expected, sizeof expected, "\"code\":\"%s\"", code);
    assert_has(reply, expected);
}

static void wrong_passphrases__wait_longer_each_time_over_restarts_and_set_clocks(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    lock(&f);
    wrong(&f, "auth");
    wrong(&f, "auth");
    assert_int_equal(wait_ms(&f), 0);
    wrong(&f, "auth");
    assert_int_equal(wait_ms(&f), 10000);
    wrong(&f, "wait");
    assert_has(unlock(&f, (secret_set){ right_key, NULL, false }), "\"code\":\"wait\",\"detail\":\"10000\"");
    /* The wall clock plays no part, whichever way it is set. */
    test_now_ms += UINT64_C(100) * 365 * 24 * 3600 * 1000;
    assert_int_equal(wait_ms(&f), 10000);
    test_now_ms = 5;
    restart(&f);
    assert_int_equal(wait_ms(&f), 10000);
    test_now_ms = UINT64_C(1790000000000);
    /* What has passed is kept, in steps of 5 s. */
    test_monotonic_ms += 6000;
    assert_int_equal(wait_ms(&f), 4000);
    test_monotonic_ms += 1000;
    assert_int_equal(wait_ms(&f), 3000);
    restart(&f);
    assert_int_equal(wait_ms(&f), 4000);
    test_monotonic_ms = 1; /* another clock, or one that went back */
    assert_int_equal(wait_ms(&f), 4000);
    test_monotonic_ms = 1000000;
    assert_int_equal(wait_ms(&f), 0);
    wrong(&f, "auth");
    assert_int_equal(wait_ms(&f), 30000);
    test_monotonic_ms += 30000;
    assert_ok(unlock(&f, (secret_set){ right_key, NULL, false }));
    assert_has(call(&f, "vault.status", "{}"), "\"wrongCount\":0,\"waitMs\":0,\"isLockedOut\":false");
    fixture_free(&f);
}

static void try_wrong(fixture *f, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        test_monotonic_ms += FK_ATTEMPTS_WAIT_MS_MAX;
        wrong(f, "auth");
    }
}

static void wrong_passphrases__lock_out_after_ten_until_the_recovery_key(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    char text[FK_RECOVERY_TEXT_SIZE + 1];
    make_recovery_key(&f, text);
    assert_ok(call_typed(&f, "keys.recovery.confirm", text));
    lock(&f);
    try_wrong(&f, 10);
    test_monotonic_ms += UINT64_C(10) * FK_ATTEMPTS_WAIT_MS_MAX;
    restart(&f);
    assert_has(call(&f, "vault.status", "{}"), "\"wrongCount\":10,\"waitMs\":0,\"isLockedOut\":true");
    assert_refused(unlock(&f, (secret_set){ right_key, NULL, false }), "locked-out");
    assert_ok(call_typed(&f, "keys.recovery.unlock", text));
    assert_ok(change(&f, NOTHING, (secret_set){ new_key, NULL, false }));
    assert_true(opens_with(&f, (secret_set){ new_key, NULL, false }));
    fixture_free(&f);
}

static void wrong_passphrases__lock_nobody_out_who_has_no_other_way(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    lock(&f);
    try_wrong(&f, 25);
    assert_has(call(&f, "vault.status", "{}"), "\"wrongCount\":25,\"waitMs\":3600000,\"isLockedOut\":false");
    test_monotonic_ms += FK_ATTEMPTS_WAIT_MS_MAX;
    assert_true(is_ok(unlock(&f, (secret_set){ right_key, NULL, false })));
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_change__takes_the_new_passphrase_and_no_longer_the_old),
        cmocka_unit_test(keys_change__keeps_the_rules_of_what_may_open_a_vault),
        cmocka_unit_test(keys_remove__leaves_one_way_in_that_is_at_hand_every_day),
        cmocka_unit_test(keys_add__says_that_no_slot_is_free),
        cmocka_unit_test(keys_recovery__opens_after_it_was_typed_back_and_brings_a_new_passphrase),
        cmocka_unit_test(keys_distress__opens_an_empty_vault_that_keeps_what_is_written_into_it),
        cmocka_unit_test(wrong_passphrases__wait_longer_each_time_over_restarts_and_set_clocks),
        cmocka_unit_test(wrong_passphrases__lock_out_after_ten_until_the_recovery_key),
        cmocka_unit_test(wrong_passphrases__lock_nobody_out_who_has_no_other_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
