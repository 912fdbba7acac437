/* The slot for the agency's recovery key: made when the roster names a key, made again when that key, this device or
 * the master key changes, and a vault that has it is locked out after ten wrong passphrases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "backup_fixture.h"
#include "escrow_bench.h"
#include "key_calls.h"
#include "session_internal.h"

static sync_bench bench;
static fixture *const admin = &bench.devices[0];
static fixture *const worker = &bench.devices[1];
static fk_identity keys;
static fk_identity next;

/* Two members of an agency that has no recovery key yet. */
static int begin_team(void **state)
{
    (void)state;
    sync_bench_init(&bench);
    add_people(admin);
    sync_found(&bench);
    sync_join(&bench, 1, FK_DEVICE_TABLET);
    fk_identity_generate(&keys);
    fk_identity_generate(&next);
    return 0;
}

static int end_team(void **state)
{
    (void)state;
    sync_bench_free(&bench);
    return 0;
}

static bool knows_key(fixture *f, const fk_identity *key)
{
    char hex[FK_ID_HEX_SIZE + 1];
    fk_id id = fk_recovery_key_id(key->box_public);
    fk_id_to_hex(&id, hex);
    return has(call(f, "escrow.state", "{}"), hex);
}

/* --- made ------------------------------------------------------------------------------------------- */

static void slot__is_made_by_the_run_that_brings_the_key(void **state)
{
    (void)state;
    assert_has(call(worker, "escrow.state", "{}"), "\"hasKey\":false,\"isHeld\":false,\"isNews\":false");
    name_recovery_key(&bench, 0, &keys);
    assert_escrow_opens(admin, &keys);
    assert_int_equal(escrow_slot_count(worker), 0);
    assert_clean(sync_run(&bench, 1));
    assert_escrow_opens(worker, &keys);
    assert_int_equal(escrow_slot_count(worker), 1);
    assert_has(call(worker, "keys.list", "{}"), "\"type\":\"escrow\"");
    assert_has(call(worker, "escrow.state", "{}"), "\"isHeld\":true");
}

static void slot__is_made_at_unlock_when_the_run_was_cut(void **state)
{
    (void)state;
    name_recovery_key(&bench, 0, &keys);
    assert_false(sync_run_cut(&bench, 1, 3, true)); /* challenge, sign in, roster */
    assert_true(knows_key(worker, &keys));
    assert_has(call(worker, "escrow.state", "{}"), "\"isHeld\":false,\"isNews\":false");
    sync_bench_reopen(&bench, 1);
    assert_escrow_opens(worker, &keys);
}

static void slot__stays_as_it_is_while_nothing_changes(void **state)
{
    (void)state;
    fk_keyfile before;
    fk_keyfile after;
    name_recovery_key(&bench, 0, &keys);
    assert_clean(sync_run(&bench, 1));
    assert_code(fk_keyfile_load(memory_disk_port(worker->disk), &before), FK_OK);
    assert_clean(sync_run(&bench, 1));
    sync_bench_reopen(&bench, 1);
    assert_code(fk_keyfile_load(memory_disk_port(worker->disk), &after), FK_OK);
    assert_memory_equal(before.bytes, after.bytes, sizeof before.bytes);
}

static void news__is_told_until_it_is_seen_and_again_for_another_key(void **state)
{
    (void)state;
    assert_refused(call(worker, "escrow.seen", "{}"), "wrong-state");
    name_recovery_key(&bench, 0, &keys);
    assert_clean(sync_run(&bench, 1));
    assert_has(call(worker, "escrow.state", "{}"), "\"isNews\":true");
    assert_ok(call(worker, "escrow.seen", "{}"));
    sync_bench_reopen(&bench, 1);
    assert_has(call(worker, "escrow.state", "{}"), "\"isNews\":false");
    name_recovery_key(&bench, 0, &next);
    assert_clean(sync_run(&bench, 1));
    assert_has(call(worker, "escrow.state", "{}"), "\"isNews\":true");
}

/* --- made again ----------------------------------------------------------------------------------------- */

static void slot__is_made_again_for_a_replaced_key(void **state)
{
    (void)state;
    fk_keyfile keyfile;
    uint32_t found = 0;
    fk_id old = fk_recovery_key_id(keys.box_public);
    name_recovery_key(&bench, 0, &keys);
    assert_clean(sync_run(&bench, 1));
    name_recovery_key(&bench, 0, &next);
    assert_clean(sync_run(&bench, 1));
    assert_escrow_opens(worker, &next);
    assert_int_equal(escrow_slot_count(worker), 1);
    assert_code(fk_keyfile_load(memory_disk_port(worker->disk), &keyfile), FK_OK);
    assert_code(fk_escrow_find(&keyfile, &old, &found), FK_ERR_NOT_FOUND);
}

static void slot__is_made_again_under_a_new_master_key(void **state)
{
    (void)state;
    uint8_t secrets[FK_SECRETS_SIZE_BYTES] = { 1 };
    name_recovery_key(&bench, 0, &keys);
    assert_clean(sync_run(&bench, 1));
    fk_key before = worker->session->master;
    worker->other_disk = memory_disk_new(9);
    sync_bench_reopen(&bench, 1);
    assert_ok(call(worker, "rekey.prepare", "{\"memoryKib\":65536}"));
    memcpy(secrets + 4, right_key, sizeof right_key);
    assert_ok(call_bytes(worker, "rekey.begin", fk_bytes_of(secrets, sizeof secrets)));
    const char *reply = call(worker, "rekey.step", "{}");
    while (is_ok(reply) && !has(reply, "\"isDone\":true")) {
        reply = call(worker, "rekey.step", "{}");
    }
    assert_ok(reply);
    memory_disk_free(worker->disk);
    worker->disk = worker->other_disk;
    worker->other_disk = NULL;
    assert_int_equal(escrow_slot_count(worker), 0);
    sync_bench_reopen(&bench, 1);
    assert_memory_not_equal(&before, &worker->session->master, sizeof before);
    assert_escrow_opens(worker, &keys);
    assert_int_equal(escrow_slot_count(worker), 1);
}

/* Written for a key that was used since, and in no list: as a crash between the two leaves it. */
static void slot__that_no_list_knows_is_overwritten(void **state)
{
    (void)state;
    fk_keyfile keyfile;
    uint8_t sealed[FK_KEYFILE_SLOT_SIZE_BYTES];
    fk_escrow_statement statement = { .vault = worker->session->vault_id, .key = fk_recovery_key_id(next.box_public) };
    name_recovery_key(&bench, 0, &keys);
    assert_clean(sync_run(&bench, 1));
    assert_code(fk_escrow_seal(next.box_public, &statement, &worker->session->master, sealed), FK_OK);
    assert_code(fk_keyfile_load(memory_disk_port(worker->disk), &keyfile), FK_OK);
    fk_keyfile_put_slot(&keyfile, 6, sealed);
    assert_code(fk_keyfile_save_slot(memory_disk_port(worker->disk), &keyfile, 6), FK_OK);
    assert_int_equal(escrow_slot_count(worker), 2);
    sync_bench_reopen(&bench, 1);
    assert_int_equal(escrow_slot_count(worker), 1);
    assert_escrow_opens(worker, &keys);
}

/* --- with the other ways in ---------------------------------------------------------------------------------- */

static void slot__that_has_no_room_is_told_and_nothing_breaks(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < FK_KEYFILE_SLOT_COUNT - 1; i++) {
        const uint8_t key[32] = { 0x40, i };
        assert_ok(call_set(worker, "keys.add", (secret_set){ key, NULL, false }));
    }
    name_recovery_key(&bench, 0, &keys);
    assert_clean(sync_run(&bench, 1));
    assert_has(call(worker, "escrow.state", "{}"), "\"isHeld\":false,\"isNews\":false,\"problem\":\"no-slot\"");
    assert_int_equal(escrow_slot_count(worker), 0);
    assert_ok(call(worker, "keys.remove", "{\"slotIndex\":3}"));
    assert_clean(sync_run(&bench, 1));
    assert_escrow_opens(worker, &keys);
    assert_false(has(call(worker, "escrow.state", "{}"), "\"problem\""));
}

static void slot__is_the_agency_s_to_take_away_and_name(void **state)
{
    (void)state;
    char request[64];
    char index[8];
    name_recovery_key(&bench, 0, &keys);
    assert_clean(sync_run(&bench, 1));
    const char *list = call(worker, "keys.list", "{}");
    const char *row = strstr(list, "\"type\":\"escrow\"");
    assert_non_null(row);
    (void)snprintf(index, sizeof index, "%c", row[-2]);
    (void)snprintf(request, sizeof request, "{\"slotIndex\":%s}", index);
    assert_refused(call(worker, "keys.remove", request), "not-allowed");
    (void)snprintf(request, sizeof request, "{\"slotIndex\":%s,\"label\":\"x\"}", index);
    assert_refused(call(worker, "keys.label", request), "not-allowed");
    assert_int_equal(escrow_slot_count(worker), 1);
}

static void slot__is_left_alone_from_behind_a_distress_phrase(void **state)
{
    (void)state;
    assert_ok(call(worker, "keys.policy",
                   "{\"isPrfAloneAllowed\":false,\"areSyncedPasskeysAllowed\":false,\"isDistressAllowed\":true}"));
    assert_ok(call_set(worker, "keys.distress", OTHER));
    name_recovery_key(&bench, 0, &keys);
    assert_clean(sync_run(&bench, 1));
    fk_keyfile before;
    fk_keyfile after;
    assert_code(fk_keyfile_load(memory_disk_port(worker->disk), &before), FK_OK);
    lock(worker);
    assert_has(unlock(worker, OTHER), "\"profile\":\"neutral\"");
    assert_has(call(worker, "escrow.state", "{}"), "\"hasKey\":false");
    assert_false(has(call(worker, "keys.list", "{}"), "escrow"));
    lock(worker);
    assert_code(fk_keyfile_load(memory_disk_port(worker->disk), &after), FK_OK);
    assert_memory_equal(before.bytes, after.bytes, sizeof before.bytes);
    assert_ok(unlock(worker, RIGHT));
    assert_escrow_opens(worker, &keys);
}

/* Ten wrong passphrases, each after its wait: whether the vault is locked out then. */
static bool is_locked_out_after_ten(fixture *f, uint64_t *now_ms)
{
    lock(f);
    for (int i = 0; i < FK_ATTEMPTS_LOCK_OUT_COUNT; i++) {
        assert_refused(unlock(f, WRONG), "auth");
        *now_ms += FK_ATTEMPTS_WAIT_MS_MAX;
        assert_ok(call(f, "vault.status", "{}"));
    }
    return has(call(f, "vault.status", "{}"), "\"isLockedOut\":true");
}

static void vault__with_the_slot_is_locked_out_after_ten_and_without_is_not(void **state)
{
    (void)state;
    assert_false(is_locked_out_after_ten(worker, &bench.now_ms[1]));
    sync_bench_reopen(&bench, 1);
    bench.now_ms[1] = bench.hub_now_ms;
    name_recovery_key(&bench, 0, &keys);
    assert_clean(sync_run(&bench, 1));
    assert_true(is_locked_out_after_ten(worker, &bench.now_ms[1]));
    assert_refused(unlock(worker, RIGHT), "locked-out");
}

/* In a browser nobody can hand the office a copy of a locked vault: there the slot is no other way in. */
static void vault__with_the_slot_before_a_person_is_not_locked_out(void **state)
{
    (void)state;
    worker->is_attended = true;
    name_recovery_key(&bench, 0, &keys);
    sync_bench_reopen(&bench, 1);
    assert_clean(sync_run(&bench, 1));
    assert_escrow_opens(worker, &keys);
    assert_false(is_locked_out_after_ten(worker, &bench.now_ms[1]));
    sync_bench_reopen(&bench, 1);
    assert_escrow_opens(worker, &keys);
}

/* --- a restored copy -------------------------------------------------------------------------------------------- */

/* It is another device: the slot it came with says the former, and is kept until it can be made again. */
static void slot__of_a_restored_copy_says_the_new_device_once_it_has_joined(void **state)
{
    (void)state;
    fk_buffer file;
    fixture *copy = &bench.devices[2];
    name_recovery_key(&bench, 0, &keys);
    assert_clean(sync_run(&bench, 1));
    export_file(worker, &file);
    fk_session_free(copy->session);
    fk_buffer_free(&copy->reply);
    memory_disk_free(copy->disk);
    copy->disk = memory_disk_new(12);
    fixture_open(copy, &fk_allocator_libc);
    assert_ok(call(copy, "core.start", "{}"));
    assert_has(open_and_read(copy, BACKUP_RESTORE, right_key, fk_buffer_view(&file)), "\"isDone\":true");
    fk_buffer_free(&file);
    sync_bench_reopen(&bench, 2);
    assert_int_equal(escrow_slot_count(copy), 1);
    sync_join(&bench, 2, FK_DEVICE_TABLET);
    assert_clean(sync_run(&bench, 2));
    assert_escrow_opens(copy, &keys);
    assert_int_equal(escrow_slot_count(copy), 1);
}

/* --- the entry -----------------------------------------------------------------------------------------------------
 */

static void entry__that_somebody_came_before_is_told_and_forgotten(void **state)
{
    (void)state;
    assert_ok(offer_recovery_key(&bench, 1, &keys)); /* signed, and not posted */
    name_recovery_key(&bench, 0, &next);
    assert_problem(sync_run(&bench, 1), "head-moved");
    assert_true(knows_key(worker, &next));
    assert_clean(sync_run(&bench, 1));               /* forgotten */
    assert_ok(offer_recovery_key(&bench, 1, &keys)); /* signed again, behind the other */
    assert_clean(sync_run(&bench, 1));
    assert_true(knows_key(worker, &keys));
}

/* The hub took it and the answer never came: the next run finds it there. */
static void entry__whose_answer_was_lost_is_posted_once(void **state)
{
    (void)state;
    assert_ok(offer_recovery_key(&bench, 0, &keys));
    assert_false(sync_run_cut(&bench, 0, 4, false)); /* challenge, sign in, roster, and the entry */
    sync_bench_reopen(&bench, 0);
    assert_clean(sync_run(&bench, 0));
    assert_escrow_opens(admin, &keys);
    uint32_t count = fk_roster_count(fk_sync_roster(admin->session->sync));
    assert_clean(sync_run(&bench, 0));
    assert_int_equal(fk_roster_count(fk_sync_roster(admin->session->sync)), count);
}

static void entry__is_refused_before_it_is_kept(void **state)
{
    (void)state;
    fixture *alone = &bench.devices[2];
    fk_identity root = bench.root;
    assert_refused(call(alone, "roster.head", "{}"), "wrong-state");
    assert_has(call(worker, "roster.head", "{}"), "\"prevHex\":\"");
    bench.root = next; /* not the root */
    assert_refused(offer_recovery_key(&bench, 1, &keys), "forbidden");
    bench.root = root;
    static const uint8_t junk[200];
    assert_refused(call_bytes(worker, "roster.offer", fk_bytes_of(junk, sizeof junk)), "invalid-input");
    assert_clean(sync_run(&bench, 1));
    assert_has(call(worker, "escrow.state", "{}"), "\"hasKey\":false");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEAM(test) cmocka_unit_test_setup_teardown(test, begin_team, end_team)
        TEAM(slot__is_made_by_the_run_that_brings_the_key),
        TEAM(slot__is_made_at_unlock_when_the_run_was_cut),
        TEAM(slot__stays_as_it_is_while_nothing_changes),
        TEAM(news__is_told_until_it_is_seen_and_again_for_another_key),
        TEAM(slot__is_made_again_for_a_replaced_key),
        TEAM(slot__is_made_again_under_a_new_master_key),
        TEAM(slot__that_no_list_knows_is_overwritten),
        TEAM(slot__that_has_no_room_is_told_and_nothing_breaks),
        TEAM(slot__is_the_agency_s_to_take_away_and_name),
        TEAM(slot__is_left_alone_from_behind_a_distress_phrase),
        TEAM(vault__with_the_slot_is_locked_out_after_ten_and_without_is_not),
        TEAM(vault__with_the_slot_before_a_person_is_not_locked_out),
        TEAM(slot__of_a_restored_copy_says_the_new_device_once_it_has_joined),
        TEAM(entry__that_somebody_came_before_is_told_and_forgotten),
        TEAM(entry__whose_answer_was_lost_is_posted_once),
        TEAM(entry__is_refused_before_it_is_kept),
#undef TEAM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
