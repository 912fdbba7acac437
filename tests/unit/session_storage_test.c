/* Through the border: room before a form, tidying up, a vault with no room for its recovery, and a damaged vault that
 * is only read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "session_fixture.h"

/* As if the program had been started again. */
static void start_again(fixture *f)
{
    fk_session_free(f->session);
    fk_buffer_free(&f->reply);
    memory_disk_crash(f->disk);
    fixture_open(f, &fk_allocator_libc);
    assert_ok(call(f, "core.start", "{}"));
}

static const char *save_an_answer(fixture *f, unsigned number)
{
    char change[200];
    (void)snprintf(change, sizeof change,
                   "{\"field\":\"answer/D%02u_%s\",\"value\":{\"answer\":\"yes\",\"comment\":\"told on visit %u\"}}",
                   1u, "INJURY", number);
    return save(f, "assessment", ID_ASSESSMENT, change);
}

static uint64_t log_bytes(fixture *f)
{
    const char *place = strstr(call(f, "vault.storage", "{}"), "\"logBytes\":\"");
    assert_non_null(place);
    return strtoull(place + strlen("\"logBytes\":\""), NULL, 10);
}

static void reserve__keeps_room_for_dozens_of_saves(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    begin_document(&f, "assessment", ID_ASSESSMENT, NULL);
    assert_ok(call(&f, "vault.reserve", "{}"));
    memory_disk_set_quota(f.disk, memory_disk_used_bytes(f.disk));
    uint64_t begun_at_bytes = log_bytes(&f);
    unsigned saved = 0;
    for (; saved < 30; saved++) {
        assert_ok(save_an_answer(&f, saved));
    }
    print_message("a save of an answer takes %llu bytes of the log\n",
                  (unsigned long long)((log_bytes(&f) - begun_at_bytes) / saved));
    const char *reply = save_an_answer(&f, saved);
    while (is_ok(reply)) {
        reply = save_an_answer(&f, ++saved);
    }
    assert_refused(reply, "full");
    assert_refused(call(&f, "vault.reserve", "{}"), "full");
    char last[80];
    (void)snprintf(last, sizeof last, "told on visit %u", saved - 1);
    assert_has(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), last);
    memory_disk_set_quota(f.disk, MEMORY_DISK_NO_QUOTA);
    assert_ok(call(&f, "vault.reserve", "{}"));
    assert_ok(save_an_answer(&f, saved));
    fixture_free(&f);
}

static void checkpoint__moves_what_is_worth_it(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    assert_refused(call(&f, "vault.checkpoint", "{}"), "wrong-state");
    make_vault(&f);
    add_people(&f);
    begin_document(&f, "assessment", ID_ASSESSMENT, NULL);
    for (unsigned i = 0; log_bytes(&f) < 256 * 1024; i++) {
        assert_ok(save_an_answer(&f, i));
    }
    assert_has(call(&f, "vault.checkpoint", "{}"), "\"isMoved\":true");
    assert_int_equal(log_bytes(&f), 512);
    assert_has(call(&f, "vault.checkpoint", "{}"), "\"isMoved\":false");
    assert_has(call(&f, "vault.check", "{}"), "\"pagesGood\":true,\"rebuiltEqual\":true");
    fixture_free(&f);
}

static void unlock__says_when_there_is_no_room_for_the_recovery(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    start_again(&f);
    memory_disk_set_quota(f.disk, 1);
    assert_has(call_key(&f, "vault.unlock", right_key), "\"rewritePending\":true");
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "\"totalCount\":1");
    assert_refused(save(&f, "case", ID_CASE, CHANGE("reference", "\"NM-8\"")), "full");
    assert_refused(call(&f, "vault.reserve", "{}"), "full");
    memory_disk_set_quota(f.disk, MEMORY_DISK_NO_QUOTA);
    assert_ok(call(&f, "vault.reserve", "{}"));
    assert_ok(save(&f, "case", ID_CASE, CHANGE("reference", "\"NM-8\"")));
    fixture_free(&f);
}

/* --- each call fails once --------------------------------------------------------------------------- */

/* Unlock, room, a save, a commit. How many of the last two were acknowledged? */
static unsigned live(fixture *f)
{
    if (!is_ok(call_key(f, "vault.unlock", right_key))) {
        return 0;
    }
    (void)call(f, "vault.reserve", "{}");
    if (!is_ok(save(f, "case", ID_CASE, CHANGE("reference", "\"KEPT-1\"")))) {
        return 0;
    }
    return is_ok(commit(f, "\"" ID_CASE "\"")) ? 2 : 1;
}

static uint64_t passing_ms = UINT64_C(1790000000000);

static uint64_t passing_now_ms(void *ctx)
{
    (void)ctx;
    return passing_ms;
}

/* What was acknowledged is there, and the vault is whole; it opens again by the passphrase if it had to lock, after the
 * wait that a try cut off may have cost. */
static void assert_kept(fixture *f, unsigned acknowledged)
{
    if (has(call(f, "vault.status", "{}"), "\"state\":\"locked\"")) {
        passing_ms += UINT64_C(24) * 3600 * 1000;
        assert_ok(call_key(f, "vault.unlock", right_key));
    }
    const char *shown = call(f, "case.get", "{\"caseId\":\"" ID_CASE "\"}");
    assert_true(acknowledged == 0 || has(shown, "KEPT-1"));
    assert_true(acknowledged < 2 || has(shown, "\"drafts\":[]"));
    assert_has(call(f, "vault.check", "{}"), "\"pagesGood\":true,\"rebuiltEqual\":true");
}

static void session__survives_each_failed_call_of_the_disk(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    f.clock = (fk_clock){ passing_now_ms, passing_now_ms, NULL };
    make_vault(&f);
    add_people(&f);
    memory_disk *before = memory_disk_clone(f.disk, 1);
    unsigned failed_count = 0;
    for (size_t kind = 0; kind < MEMORY_DISK_FAULT_COUNT; kind++) {
        bool has_failed = true;
        for (uint64_t k = 0; has_failed; k++) {
            memory_disk_free(f.disk);
            f.disk = memory_disk_clone(before, k);
            start_again(&f);
            uint64_t call_count = memory_disk_count(f.disk, memory_disk_faults[kind].operation);
            memory_disk_fail(f.disk, memory_disk_faults[kind].operation, k, memory_disk_faults[kind].failure);
            unsigned acknowledged = live(&f);
            has_failed = memory_disk_count(f.disk, memory_disk_faults[kind].operation) > call_count + k;
            assert_true(has_failed || acknowledged == 2);
            memory_disk_heal(f.disk);
            assert_kept(&f, acknowledged);
            start_again(&f); /* a power cut, too */
            assert_kept(&f, acknowledged);
            failed_count += has_failed;
        }
    }
    print_message("%u calls of the disk failed in turn\n", failed_count);
    assert_true(failed_count > 60);
    memory_disk_free(before);
    fixture_free(&f);
}

/* --- damage ------------------------------------------------------------------------------------------- */

static void assert_takes_no_write(fixture *f)
{
    static const struct {
        const char *command;
        const char *request;
    } writes[] = {
        { "draft.save", "{\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE "\",\"recordId\":\"" ID_CASE
                        "\",\"type\":\"case\",\"changes\":[" CHANGE("reference", "\"X\"") "]}" },
        { "record.change", "{\"mutationId\":\"80000000000000000000000000000077\",\"timeMs\":1790000000001,\"caseId\":"
                           "\"" ID_CASE "\",\"recordId\":\"" ID_CASE
                           "\",\"type\":\"case\",\"changes\":[" CHANGE("reference", "\"X\"") "]}" },
        { "vault.reserve", "{}" },
    };
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        assert_refused(call(f, writes[i].command, writes[i].request), "read-only");
    }
    assert_has(call(f, "vault.checkpoint", "{}"), "\"isMoved\":false");
}

static fk_vault_file log_with_records(memory_disk *disk)
{
    size_t size_0 = memory_disk_content(disk, FK_FILE_LOG_0).size_bytes;
    return size_0 > memory_disk_content(disk, FK_FILE_LOG_1).size_bytes ? FK_FILE_LOG_0 : FK_FILE_LOG_1;
}

/* Only the whole records before the bad one are shown; the person learns how many saves are gone. */
static void inspect__shows_what_stands_before_a_bad_record(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    uint64_t at_bytes = log_bytes(&f);
    fk_vault_file log = log_with_records(f.disk);
    assert_ok(save(&f, "case", ID_CASE, CHANGE("reference", "\"LOST-1\"")));
    assert_ok(save(&f, "case", ID_CASE, CHANGE("reference", "\"LOST-2\"")));
    start_again(&f);
    memory_disk_flip(f.disk, log, at_bytes + 700, 1);
    assert_has(call_key(&f, "vault.unlock", right_key), "\"code\":\"damaged\",\"detail\":\"log-record\"");
    assert_refused(call_key(&f, "vault.inspect", wrong_key), "auth");
    assert_ok(call_key(&f, "vault.inspect", right_key));
    assert_refused(call_key(&f, "vault.inspect", right_key), "wrong-state");
    const char *damage = call(&f, "vault.damage", "{}");
    assert_has(damage, "\"what\":\"log-record\",\"missingSaves\":2,\"newestMs\":1790000000000");
    assert_has(damage, "\"caseCount\":1,\"isListCut\":false,\"unreadable\":[],\"unreadableTotal\":0");
    assert_has(call(&f, "case.list", "{\"limit\":10}"), "\"totalCount\":1");
    assert_false(has(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "LOST"));
    assert_takes_no_write(&f);
    assert_ok(call(&f, "vault.lock", "{}"));
    assert_has(call_key(&f, "vault.unlock", right_key), "\"code\":\"damaged\",\"detail\":\"log-record\"");
    fixture_free(&f);
}

/* A page at a time: the vault does not open, or it says which case cannot be read, or the page held nothing of a case.
 * What it shows is never an error's remains. */
static void inspect__names_the_cases_that_cannot_be_read(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    add_people(&f);
    add_history(&f);
    start_again(&f);
    assert_ok(call_key(&f, "vault.unlock", right_key)); /* moves the log into the pages */
    assert_ok(call(&f, "vault.lock", "{}"));
    memory_disk *whole = memory_disk_clone(f.disk, 1);
    unsigned shut = 0;
    unsigned named = 0;
    unsigned unused = 0;
    for (uint64_t at = 100; at < memory_disk_content(whole, FK_FILE_PAGES).size_bytes; at += 4096) {
        memory_disk_flip(f.disk, FK_FILE_PAGES, at, 0xff);
        if (!is_ok(call_key(&f, "vault.inspect", right_key))) {
            shut++;
        } else {
            const char *damage = call(&f, "vault.damage", "{}");
            bool is_named = has(damage, "\"unreadable\":[\"" ID_CASE "\"],\"unreadableTotal\":1");
            bool is_cut = has(damage, "\"isListCut\":true");
            named += is_named || is_cut;
            unused += !is_named && !is_cut;
            assert_true(is_named || is_cut || is_ok(call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}")));
            const char *saved = save(&f, "case", ID_CASE, CHANGE("reference", "\"X\""));
            assert_true(has(saved, "\"code\":\"read-only\"") || has(saved, "\"code\":\"damaged\""));
        }
        assert_ok(call(&f, "vault.lock", "{}"));
        memory_disk_flip(f.disk, FK_FILE_PAGES, at, 0xff);
    }
    print_message("pages: %u shut, %u named, %u of no case\n", shut, named, unused);
    assert_true(shut > 0 && named > 0 && unused > 0);
    memory_disk_free(whole);
    fixture_free(&f);
}

static void damage__of_a_whole_vault_is_none(void **state)
{
    (void)state;
    fixture f;
    fixture_init(&f);
    make_vault(&f);
    assert_has(call(&f, "vault.damage", "{}"), "\"what\":\"\",\"missingSaves\":0,\"caseCount\":0,\"isListCut\":false");
    add_people(&f);
    assert_has(call(&f, "vault.damage", "{}"), "\"caseCount\":1,\"isListCut\":false,\"unreadable\":[]");
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reserve__keeps_room_for_dozens_of_saves),
        cmocka_unit_test(checkpoint__moves_what_is_worth_it),
        cmocka_unit_test(unlock__says_when_there_is_no_room_for_the_recovery),
        cmocka_unit_test(session__survives_each_failed_call_of_the_disk),
        cmocka_unit_test(inspect__shows_what_stands_before_a_bad_record),
        cmocka_unit_test(inspect__names_the_cases_that_cannot_be_read),
        cmocka_unit_test(damage__of_a_whole_vault_is_none),
    };
    return cmocka_run_group_tests_name("session_storage", tests, NULL, NULL);
}
