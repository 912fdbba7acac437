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

#include "fk/attempts.h"
#include "key_calls.h"

static const uint8_t distress_key[32] = { 9, 9, 3 };
static const uint8_t prf_output[32] = { 8, 8, 8 };

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
    assert_has(change_keys(&f, NOTHING, NEW), "{\"slotIndex\":1,\"type\":\"passphrase\"}");
    assert_has(call(&f, "keys.list", "{}"), "\"slots\":[{\"slotIndex\":1,");
    lock(&f);
    assert_refused(unlock(&f, RIGHT), "auth");
    assert_ok(unlock(&f, NEW));
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "Alder");
    /* The old one has to be proved when it is said, and may be another one than the vault was opened with. */
    assert_refused(change_keys(&f, WRONG, OTHER), "auth");
    assert_ok(call_set(&f, "keys.add", OTHER));
    assert_ok(change_keys(&f, OTHER, RIGHT));
    assert_true(opens_with(&f, NEW));
    assert_true(opens_with(&f, RIGHT));
    assert_false(opens_with(&f, OTHER));
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
    assert_refused(change_keys(&f, NOTHING, chosen), "not-allowed");
    assert_refused(call_set(&f, "keys.add", chosen), "not-allowed");
    assert_refused(change_keys(&f, NOTHING, passkey), "not-allowed");
    assert_refused(change_keys(&f, NOTHING, NOTHING), "invalid-input");
    assert_refused(change_keys(&f, NOTHING, RIGHT), "exists");
    assert_has(change_keys(&f, NOTHING, chosen_and_passkey), "\"type\":\"both\"");
    assert_ok(call(&f, "keys.policy",
                   "{\"isPrfAloneAllowed\":true,\"areSyncedPasskeysAllowed\":false,\"isDistressAllowed\":false}"));
    assert_has(call_set(&f, "keys.add", passkey), "\"type\":\"prf\"");
    assert_has(call(&f, "keys.list", "{}"), "\"isPrfAloneAllowed\":true,\"areSyncedPasskeysAllowed\":false");
    lock(&f);
    assert_refused(unlock(&f, NEW), "auth");
    assert_has(unlock(&f, chosen_and_passkey), "\"openedWith\":\"both\"");
    lock(&f);
    assert_has(unlock(&f, passkey), "\"openedWith\":\"prf\"");
    fixture_free(&f);
}

static void keys_prove__takes_all_of_what_is_given_together_and_changes_nothing(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    secret_set right_and_passkey = { RIGHT.key, prf_output, false };
    secret_set chosen_and_passkey = { new_key, prf_output, true };
    assert_refused(call_set(&f, "keys.prove", NOTHING), "invalid-input");
    assert_ok(call_set(&f, "keys.prove", RIGHT));
    assert_refused(call_set(&f, "keys.prove", WRONG), "auth");
    assert_refused(call_set(&f, "keys.prove", right_and_passkey), "auth"); /* the passphrase alone would open it */
    assert_ok(call_set(&f, "keys.add", chosen_and_passkey));
    assert_ok(call_set(&f, "keys.prove", chosen_and_passkey));
    assert_refused(call_set(&f, "keys.prove", right_and_passkey), "auth");
    assert_ok(call(&f, "keys.policy",
                   "{\"isPrfAloneAllowed\":false,\"areSyncedPasskeysAllowed\":false,\"isDistressAllowed\":true}"));
    assert_ok(call_set(&f, "keys.distress", (secret_set){ distress_key, NULL, false }));
    assert_refused(call_set(&f, "keys.prove", (secret_set){ distress_key, NULL, false }), "auth");
    assert_has(call(&f, "keys.list", "{}"), "\"freeCount\":5");
    lock(&f);
    assert_ok(unlock(&f, (secret_set){ distress_key, NULL, false }));
    assert_ok(call_set(&f, "keys.prove", (secret_set){ distress_key, NULL, false }));
    assert_refused(call_set(&f, "keys.prove", RIGHT), "auth");
    lock(&f);
    assert_refused(call_set(&f, "keys.prove", RIGHT), "wrong-state");
    fixture_free(&f);
}

static void keys_remove__leaves_one_way_in_that_is_at_hand_every_day(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    assert_refused(call(&f, "keys.remove", "{\"slotIndex\":0}"), "last-key");
    assert_refused(call(&f, "keys.remove", "{\"slotIndex\":3}"), "not-found");
    assert_ok(call_set(&f, "keys.add", NEW));
    assert_ok(call(&f, "keys.label", "{\"slotIndex\":1,\"label\":\"office\"}"));
    assert_has(call(&f, "keys.list", "{}"), "\"label\":\"office\"");
    assert_ok(call(&f, "keys.remove", "{\"slotIndex\":0}"));
    assert_refused(call(&f, "keys.remove", "{\"slotIndex\":1}"), "last-key");
    assert_false(opens_with(&f, RIGHT));
    assert_true(opens_with(&f, NEW));
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
    assert_refused(change_keys(&f, NOTHING, NEW), "no-slot");
    assert_has(call(&f, "keys.list", "{}"), "\"freeCount\":0");
    assert_ok(call(&f, "keys.remove", "{\"slotIndex\":5}"));
    assert_has(change_keys(&f, NOTHING, NEW), "\"slotIndex\":5");
    fixture_free(&f);
}

/* --- recovery ------------------------------------------------------------------------------------------- */

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
    assert_ok(unlock(&f, RIGHT));
    make_recovery_key(&f, second);
    assert_has(call_typed(&f, "keys.recovery.confirm", second), "\"slotIndex\":1");
    assert_refused(call_typed(&f, "keys.recovery.confirm", second), "wrong-state");
    restart(&f);
    assert_has(call_typed(&f, "keys.recovery.unlock", second), "\"openedWith\":\"recovery\",\"profile\":\"own\"");
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "Alder");
    /* The forgotten passphrase and the used recovery key both go. */
    assert_ok(change_keys(&f, NOTHING, NEW));
    assert_has(call(&f, "keys.list", "{}"), "\"freeCount\":7");
    assert_false(opens_with(&f, RIGHT));
    assert_refused(call_typed(&f, "keys.recovery.unlock", second), "auth");
    assert_true(opens_with(&f, NEW));
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
    assert_refused(call_set(&f, "keys.distress", RIGHT), "exists");
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
    assert_refused(call_set(&f, "keys.add", OTHER), "full");
    assert_refused(change_keys(&f, RIGHT, OTHER), "auth");
    assert_refused(call(&f, "keys.remove", "{\"slotIndex\":0}"), "not-found");
    assert_refused(call(&f, "keys.remove", "{\"slotIndex\":1}"), "last-key");
    assert_ok(change_keys(&f, NOTHING, OTHER));
    assert_false(opens_with(&f, distress));
    restart(&f);
    assert_has(unlock(&f, OTHER), "\"profile\":\"neutral\"");
    restart(&f);
    assert_has(unlock(&f, RIGHT), "\"profile\":\"own\"");
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "Alder");
    assert_has(call(&f, "keys.list", "{}"), "\"type\":\"distress\"");
    fixture_free(&f);
}

/* A copy of the vault brings the slot along, and none of the files behind it. */
static void keys_distress__opens_an_empty_vault_where_its_files_are_gone(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    assert_ok(call(&f, "keys.policy", ALLOW_DISTRESS));
    assert_ok(call_set(&f, "keys.distress", (secret_set){ distress_key, NULL, false }));
    for (unsigned file = FK_FILE_SECOND_PAGES; file < FK_FILE_COUNT; file++) {
        memory_disk_replace(f.disk, (fk_vault_file)file, fk_bytes_of("", 0));
    }
    for (int life = 0; life < 2; life++) {
        restart(&f);
        assert_has(unlock(&f, (secret_set){ distress_key, NULL, false }), "\"profile\":\"neutral\"");
        assert_has(call(&f, "case.list", "{\"limit\":10}"), "\"cases\":[]");
    }
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
    const char *reply = unlock(f, WRONG);
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
    assert_has(unlock(&f, RIGHT), "\"code\":\"wait\",\"detail\":\"10000\"");
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
    assert_ok(unlock(&f, RIGHT));
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
    assert_refused(unlock(&f, RIGHT), "locked-out");
    assert_ok(call_typed(&f, "keys.recovery.unlock", text));
    assert_ok(change_keys(&f, NOTHING, NEW));
    assert_true(opens_with(&f, NEW));
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
    assert_true(is_ok(unlock(&f, RIGHT)));
    fixture_free(&f);
}

/* The count is on the disk before the answer is known: a kill does not take it back. */
static void wrong_passphrases__are_counted_before_they_are_tried(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    restart(&f);
    memory_disk_crash_at(f.disk, 2); /* after the write and the flush of the count */
    assert_false(is_ok(unlock(&f, RIGHT)) && has(call(&f, "vault.status", "{}"), "\"state\":\"open\""));
    memory_disk_crash(f.disk);
    restart(&f);
    assert_has(call(&f, "vault.status", "{}"), "\"wrongCount\":1");
    assert_true(opens_with(&f, RIGHT));
    restart(&f);
    assert_has(call(&f, "vault.status", "{}"), "\"wrongCount\":0");
    fixture_free(&f);
}

/* Nothing that this file can be keeps a person out for longer than the first wait. */
static void wrong_passphrases__a_damaged_count_keeps_nobody_out(void **state)
{
    (void)state;
    static const char *const contents[] = {
        "", "x", "FKTRIES\n and what is not one of its sixty-four bytes, and more, and more"
    };
    fixture f;
    begin(&f);
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        memory_disk_replace(f.disk, FK_FILE_ATTEMPTS, fk_bytes_text(contents[i]));
        restart(&f);
        uint64_t first_ms = wait_ms(&f);
        assert_int_equal(first_ms, i == 0 ? 0 : 10000);
        test_monotonic_ms += first_ms;
        assert_ok(unlock(&f, RIGHT));
    }
    memory_disk_set_file_quota(f.disk, FK_FILE_ATTEMPTS, 0); /* it cannot be written: the session counts */
    memory_disk_replace(f.disk, FK_FILE_ATTEMPTS, fk_bytes_of("", 0));
    restart(&f);
    try_wrong(&f, 3);
    assert_int_equal(wait_ms(&f), 10000);
    test_monotonic_ms += 10000;
    assert_ok(unlock(&f, RIGHT));
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_change__takes_the_new_passphrase_and_no_longer_the_old),
        cmocka_unit_test(keys_change__keeps_the_rules_of_what_may_open_a_vault),
        cmocka_unit_test(keys_remove__leaves_one_way_in_that_is_at_hand_every_day),
        cmocka_unit_test(keys_prove__takes_all_of_what_is_given_together_and_changes_nothing),
        cmocka_unit_test(keys_add__says_that_no_slot_is_free),
        cmocka_unit_test(keys_recovery__opens_after_it_was_typed_back_and_brings_a_new_passphrase),
        cmocka_unit_test(keys_distress__opens_an_empty_vault_that_keeps_what_is_written_into_it),
        cmocka_unit_test(wrong_passphrases__wait_longer_each_time_over_restarts_and_set_clocks),
        cmocka_unit_test(wrong_passphrases__lock_out_after_ten_until_the_recovery_key),
        cmocka_unit_test(keys_distress__opens_an_empty_vault_where_its_files_are_gone),
        cmocka_unit_test(wrong_passphrases__are_counted_before_they_are_tried),
        cmocka_unit_test(wrong_passphrases__a_damaged_count_keeps_nobody_out),
        cmocka_unit_test(wrong_passphrases__lock_nobody_out_who_has_no_other_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
