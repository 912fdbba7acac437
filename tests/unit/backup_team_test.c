/* A vault of a team, restored to a new device: what was sealed stays the former device's, what was not becomes the new
 * one's, nothing is in conflict with itself, and two restored copies never number the same work twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backup_fixture.h"
#include "fk/secrets.h"
#include "fk/store_sync.h"
#include "key_calls.h"
#include "session_internal.h"
#include "two_vaults.h"
#include "vectors.h"

static const char everything[] = "{\"limit\":100,\"closedToo\":true}";

/* Ann's vault on another disk, under the same passphrase. */
static void restore(fixture *from, fixture *to, uint64_t seed)
{
    fk_buffer file;
    export_file(from, &file);
    fixture_init(to);
    to->random.state = seed;
    to->mutation_count = (unsigned)seed * 1000;
    assert_ok(call(to, "core.start", "{}"));
    assert_has(open_and_read(to, BACKUP_RESTORE, right_key, fk_buffer_view(&file)), "\"isDone\":true");
    assert_ok(call_key(to, "vault.unlock", right_key));
    fk_buffer_free(&file);
}

static void rename_victim(fixture *f, const char *name)
{
    char changes[256];
    (void)snprintf(changes, sizeof changes, CHANGE("name", "\"%s\""), name);
    assert_ok(save(f, "person", ID_VICTIM, changes));
    assert_ok(commit(f, "\"" ID_VICTIM "\""));
}

static void assert_no_conflicts(fixture *f)
{
    assert_has(call(f, "conflict.list", "{}"), "\"conflicts\":[]");
}

static void assert_proven(fixture *f)
{
    const char *check = call(f, "vault.check", "{}");
    assert_has(check, "\"rebuiltEqual\":true");
    assert_has(check, "\"pagesGood\":true");
}

/* Sealed: the people. Not sealed: a new name, which Ann's next own write replaced, and a draft on top of it. */
static void make_team(two_vaults *both)
{
    two_vaults_init(both);
    rename_victim(&both->ann, "Si\303\242n Beech");
    assert_ok(save(&both->ann, "person", ID_VICTIM, CHANGE("name", "\"Si\303\242n Cedar\"")));
}

static void restore__unsealed_work_is_the_new_devices_own(void **state)
{
    (void)state;
    two_vaults both;
    fixture copy;
    make_team(&both);
    char before[4096];
    (void)snprintf(before, sizeof before, "%s", call(&both.ann, "case.list", everything));
    restore(&both.ann, &copy, 501);
    /* Sent is what the former device sent; the new name is the new device's, and not sent. */
    assert_string_equal(call(&copy, "case.list", everything), before);
    assert_has(call(&copy, "vault.storage", "{}"), "\"unsentCount\":\"2\"");
    assert_no_conflicts(&copy);
    assert_proven(&copy);
    /* The draft, begun on the former device over its own writes, goes on and is no conflict with them. */
    assert_ok(commit(&copy, "\"" ID_VICTIM "\""));
    assert_has(call(&copy, "case.list", everything), "Si\303\242n Cedar");
    assert_no_conflicts(&copy);
    assert_proven(&copy);
    /* Ben gets what the new device seals and sees the same. */
    give(&copy, &both.ben);
    assert_has(call(&both.ben, "case.list", everything), "Si\303\242n Cedar");
    assert_no_conflicts(&both.ben);
    assert_proven(&both.ben);
    fixture_free(&copy);
    two_vaults_free(&both);
}

/* Goal: what the former device had sealed and no hub acknowledged is told as not sent, and is still the former's. */
static void restore__sealed_and_not_sent_stays_unsent(void **state)
{
    (void)state;
    two_vaults both;
    fixture copy;
    two_vaults_init(&both);
    rename_victim(&both.ann, "Si\303\242n Beech");
    fk_store *store = both.ann.session->store;
    fk_chain_head head;
    assert_true(fk_is_ok(fk_store_chain_head(store, FK_COMPARTMENT_HOME, fk_store_device(store), &head)));
    fk_segment_row row = {
        .device = *fk_store_device(store),
        .first_sequence = head.last_sequence + 1,
        .last_sequence = head.last_sequence + 1,
        .state = FK_SEGMENT_SEALED,
        .bytes = fk_bytes_text("a segment"),
    };
    assert_true(fk_is_ok(fk_store_begin(store)));
    assert_true(fk_is_ok(fk_store_segment_add(store, &row, 1)));
    assert_true(fk_is_ok(fk_store_commit(store)));
    assert_has(call(&both.ann, "vault.storage", "{}"), "\"unsentCount\":\"1\"");
    restore(&both.ann, &copy, 505);
    assert_has(call(&copy, "vault.storage", "{}"), "\"unsentCount\":\"1\"");
    assert_has(call(&copy, "case.list", everything), "\"progress\":\"device\"");
    /* Another device's acknowledgement, or this one's, ends that. */
    fk_store *restored = copy.session->store;
    assert_true(fk_is_ok(fk_store_begin(restored)));
    assert_true(fk_is_ok(fk_store_segment_state(restored, FK_COMPARTMENT_HOME, &row.device, row.first_sequence,
                                                FK_SEGMENT_SENT, 0)));
    assert_true(fk_is_ok(fk_store_commit(restored)));
    assert_has(call(&copy, "vault.storage", "{}"), "\"unsentCount\":\"0\"");
    assert_has(call(&copy, "case.list", everything), "\"progress\":\"sent\"");
    fixture_free(&copy);
    two_vaults_free(&both);
}

static void restore__a_draft_over_sealed_work_is_no_conflict(void **state)
{
    (void)state;
    two_vaults both;
    fixture copy;
    two_vaults_init(&both);
    assert_ok(save(&both.ann, "person", ID_VICTIM, CHANGE("name", "\"Si\303\242n Cedar\"")));
    restore(&both.ann, &copy, 502);
    assert_has(call(&copy, "vault.storage", "{}"), "\"unsentCount\":\"1\""); /* the draft */
    assert_ok(commit(&copy, "\"" ID_VICTIM "\""));
    rename_victim(&copy, "Si\303\242n Damson");
    give(&copy, &both.ben);
    assert_no_conflicts(&copy);
    assert_no_conflicts(&both.ben);
    assert_has(call(&both.ben, "case.list", everything), "Si\303\242n Damson");
    fixture_free(&copy);
    two_vaults_free(&both);
}

/* Goal: two restored copies, and the device they were made from, all go on working: three devices, three chains. */
static void restore__two_copies_do_not_fork(void **state)
{
    (void)state;
    two_vaults both;
    fixture first;
    fixture second;
    make_team(&both);
    restore(&both.ann, &first, 503);
    restore(&both.ann, &second, 504);
    const fk_id *devices[3] = { fk_store_device(both.ann.session->store), fk_store_device(first.session->store),
                                fk_store_device(second.session->store) };
    assert_false(fk_id_equal(devices[0], devices[1]));
    assert_false(fk_id_equal(devices[1], devices[2]));
    assert_memory_not_equal(first.session->identity.signing_public, both.ann.session->identity.signing_public, 32);
    assert_memory_not_equal(first.session->identity.signing_public, second.session->identity.signing_public, 32);
    rename_victim(&first, "Si\303\242n First");
    rename_victim(&second, "Si\303\242n Second");
    /* Every chain is taken: no place in one holds two different things. */
    give(&both.ann, &both.ben);
    give(&first, &both.ben);
    give(&second, &both.ben);
    assert_proven(&both.ben);
    assert_has(call(&both.ben, "conflict.list", "{}"), "Si\303\242n First");
    assert_has(call(&both.ben, "conflict.list", "{}"), "Si\303\242n Second");
    fixture_free(&first);
    fixture_free(&second);
    two_vaults_free(&both);
}

/* Goal: unsealed work went to a copy, and the device it came from is still about and sends it too: it is there once,
 * whichever comes first, and what either wrote after is a difference as between any two. */
static void restore__what_the_former_device_still_sends_is_there_once(void **state)
{
    (void)state;
    for (unsigned order = 0; order < 2; order++) {
        two_vaults both;
        fixture copy;
        make_team(&both);
        restore(&both.ann, &copy, 506 + order);
        give(order == 0 ? &both.ann : &copy, &both.ben);
        give(order == 0 ? &copy : &both.ann, &both.ben);
        assert_no_conflicts(&both.ben);
        assert_has(call(&both.ben, "case.list", everything), "Si\303\242n Beech");
        assert_proven(&both.ben);
        rename_victim(&both.ann, "Si\303\242n First");
        rename_victim(&copy, "Si\303\242n Second");
        give(&both.ann, &both.ben);
        give(&copy, &both.ben);
        assert_has(call(&both.ben, "conflict.list", "{}"), "Si\303\242n First");
        assert_has(call(&both.ben, "conflict.list", "{}"), "Si\303\242n Second");
        assert_proven(&both.ben);
        fixture_free(&copy);
        two_vaults_free(&both);
    }
}

/* --- the stream below the seal ------------------------------------------------------------------------------- */

/* What importing those bytes into a new store answers, at the latest when it is finished. */
static fk_code import_code(fixture *f, fk_bytes stream)
{
    memory_disk *disk = memory_disk_new(3);
    fk_store_config config = { &fk_allocator_libc, memory_disk_port(disk), &f->session->keys, f->session->vault_id,
                               false };
    fk_store *target = NULL;
    fk_store_import *import = NULL;
    assert_true(fk_is_ok(fk_store_create(&config, &target, NULL)));
    assert_true(fk_is_ok(fk_store_import_new(target, FK_IMPORT_SAME_DEVICE, &import)));
    fk_status status = fk_store_import_take(import, stream);
    bool is_done = false;
    while (fk_is_ok(status) && !is_done) {
        status = fk_store_import_finish(import, &is_done);
    }
    fk_store_import_free(import);
    fk_store_close(target);
    memory_disk_free(disk);
    return (fk_code)status.code;
}

static uint8_t *find(fk_buffer *stream, const char *text)
{
    size_t size_bytes = strlen(text);
    for (size_t at = 0; at + size_bytes <= stream->size_bytes; at++) {
        if (memcmp(stream->data + at, text, size_bytes) == 0) {
            return stream->data + at;
        }
    }
    fail_msg("%s is not in the stream", text);
    return NULL;
}

/* Goal: a stream is believed for what it comes to, not for being readable. Whoever has the key could have sealed it. */
static void stream__of_other_rows_than_its_digest_is_refused(void **state)
{
    (void)state;
    fixture f;
    fk_store_export *rows = NULL;
    fk_buffer stream;
    bool is_end = false;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    fk_buffer_init(&stream, &fk_allocator_libc, 1024 * 1024);
    assert_true(fk_is_ok(fk_store_export_new(f.session->store, &rows)));
    assert_true(fk_is_ok(fk_store_export_next(rows, 1024 * 1024, &stream, &is_end)));
    assert_true(is_end);
    fk_store_export_free(rows);
    assert_int_equal(import_code(&f, fk_buffer_view(&stream)), FK_OK);
    uint8_t *name = find(&stream, "Rowan Ash");
    name[0] = 'S';
    assert_int_equal(import_code(&f, fk_buffer_view(&stream)), FK_ERR_DAMAGED);
    name[0] = 'R';
    /* A row more than the head says. */
    stream.data[32]--;
    assert_int_equal(import_code(&f, fk_buffer_view(&stream)), FK_ERR_DAMAGED);
    stream.data[32]++;
    stream.data[12] = 200; /* tables of a later version */
    assert_int_equal(import_code(&f, fk_buffer_view(&stream)), FK_ERR_NEWER_VERSION);
    stream.data[12] = 3;
    assert_int_equal(import_code(&f, fk_bytes_of(stream.data, stream.size_bytes - 1)), FK_ERR_DAMAGED);
    assert_int_equal(import_code(&f, fk_bytes_of(stream.data, 39)), FK_ERR_DAMAGED);
    assert_int_equal(import_code(&f, fk_buffer_view(&stream)), FK_OK);
    fk_buffer_free(&stream);
    fixture_free(&f);
}

/* --- every way in ------------------------------------------------------------------------------------------- */

static void start_empty(fixture *f, uint64_t seed)
{
    fixture_init_with_other_disk(f);
    f->random.state = seed;
    assert_ok(call(f, "core.start", "{}"));
}

/* Goal: what opened the vault that day opens the file, and nothing else does. */
static void restore__by_the_passphrase_of_that_day(void **state)
{
    (void)state;
    static const uint8_t changed_key[32] = { 5, 5, 5 };
    fixture f;
    fixture g;
    fk_buffer before;
    fk_buffer after;
    fixture_init(&f);
    make_vault(&f);
    export_file(&f, &before);
    uint8_t change[2 * FK_SECRETS_SIZE_BYTES] = { 0 };
    fk_slot_secrets changed = { .passphrase_key = fk_bytes_of(changed_key, sizeof changed_key) };
    fk_secrets_write(&changed, false, change + FK_SECRETS_SIZE_BYTES);
    assert_ok(call_bytes(&f, "keys.change", fk_bytes_of(change, sizeof change)));
    export_file(&f, &after);
    start_empty(&g, 602);
    assert_refused(open_file(&g, BACKUP_TEST, changed_key, fk_buffer_view(&before)), "auth");
    assert_ok(open_file(&g, BACKUP_TEST, right_key, fk_buffer_view(&before)));
    empty_disk(g.other_disk);
    assert_refused(open_file(&g, BACKUP_TEST, right_key, fk_buffer_view(&after)), "auth");
    assert_ok(open_file(&g, BACKUP_TEST, changed_key, fk_buffer_view(&after)));
    fk_buffer_free(&before);
    fk_buffer_free(&after);
    fixture_free(&f);
    fixture_free(&g);
}

/* Goal: behind a distress phrase nothing reaches the vault it stands before: no new master key, whose making destroys
 * what it copies from, and no vault restored under the key of the neutral one. */
static void distress__reaches_no_vault_by_way_of_a_copy(void **state)
{
    (void)state;
    static const uint8_t distress_key[32] = { 9, 9, 3 };
    fixture f;
    fixture g;
    fk_buffer file;
    fixture_init_with_other_disk(&f);
    make_vault(&f);
    add_people(&f);
    assert_ok(call(&f, "keys.policy",
                   "{\"isPrfAloneAllowed\":false,\"areSyncedPasskeysAllowed\":false,\"isDistressAllowed\":true}"));
    assert_ok(call_key(&f, "keys.distress", distress_key));
    export_file(&f, &file);
    assert_ok(call(&f, "vault.lock", "{}"));
    assert_has(call_key(&f, "vault.unlock", distress_key), "\"profile\":\"neutral\"");
    assert_refused(call(&f, "rekey.prepare", "{\"memoryKib\":65536}"), "wrong-state");
    start_empty(&g, 603);
    assert_refused(open_file(&g, BACKUP_RESTORE, distress_key, fk_buffer_view(&file)), "auth");
    assert_int_equal(memory_disk_used_bytes(g.disk), 0);
    fk_buffer_free(&file);
    fixture_free(&f);
    fixture_free(&g);
}

/* --- the file of version 1 --------------------------------------------------------------------------------- */

/* Goal: what version 1 wrote is read for ever. The file was made once (tests/vectors/README.md), has rows of every
 * table, two values of one name in conflict, a completed document and a draft. */
static void golden__an_export_of_version_1_is_read(void **state)
{
    (void)state;
    size_t size_bytes = 0;
    uint8_t *bytes = vectors_read_own("export-v1.bin", &size_bytes);
    fk_bytes file = fk_bytes_of(bytes, size_bytes);
    fixture f;
    fixture_init_with_other_disk(&f);
    f.random.state = 909;
    f.mutation_count = 5000;
    assert_ok(call(&f, "core.start", "{}"));
    const char *tested = open_and_read(&f, BACKUP_TEST, right_key, file);
    assert_has(tested, "\"isDone\":true,\"rowCount\":\"71\"");
    assert_has(tested, "2f1409601c030d8bf3c1790134ba23ff0d325a8c573168cb9368706aec164aff");
    const char *restored = open_and_read(&f, BACKUP_RESTORE, right_key, file);
    assert_has(restored, "\"unsentCount\":\"41\"");
    assert_ok(call_key(&f, "vault.unlock", right_key));
    assert_has(call(&f, "case.list", everything), "\"victimName\":\"Ann's Si\303\242n\",\"reference\":\"NM-7\"");
    assert_has(call(&f, "case.list", "{\"limit\":100,\"search\":\"rowan\"}"), "\"totalCount\":1");
    assert_has(call(&f, "case.list", everything), "\"draftCount\":1");
    assert_has(call(&f, "conflict.list", "{}"), "Ben's Si\303\242n");
    assert_has(call(&f, "assessment.summary", "{\"recordId\":\"" ID_ASSESSMENT "\"}"), "\"yesCount\":13");
    assert_proven(&f);
    fixture_free(&f);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restore__unsealed_work_is_the_new_devices_own),
        cmocka_unit_test(restore__sealed_and_not_sent_stays_unsent),
        cmocka_unit_test(restore__a_draft_over_sealed_work_is_no_conflict),
        cmocka_unit_test(restore__two_copies_do_not_fork),
        cmocka_unit_test(restore__what_the_former_device_still_sends_is_there_once),
        cmocka_unit_test(stream__of_other_rows_than_its_digest_is_refused),
        cmocka_unit_test(restore__by_the_passphrase_of_that_day),
        cmocka_unit_test(distress__reaches_no_vault_by_way_of_a_copy),
        cmocka_unit_test(golden__an_export_of_version_1_is_read),
    };
    return cmocka_run_group_tests_name("backup_team", tests, NULL, NULL);
}
