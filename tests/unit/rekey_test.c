/* A change of master key: the copy is the same vault of the same device, and at every failure of either disk exactly one
 * of the two opens, with everything that was acknowledged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "backup_fixture.h"
#include "failing_allocator.h"
#include "session_internal.h"

static const uint8_t new_key[32] = { 7, 7, 7 };
static const char everything[] = "{\"limit\":100,\"closedToo\":true}";

static void init_filled(fixture *f)
{
    fixture_init_with_other_disk(f);
    make_vault(f);
    add_people(f);
    add_history(f);
    begin_document(f, "safety_plan", ID_PLAN, NULL);
    assert_ok(save(f, "safety_plan", ID_PLAN, CHANGE("worker", "\"Canary Quillfeather\"")));
}

static const char *begin(fixture *f)
{
    uint8_t secrets[88] = { 1 };
    const char *reply = call(f, "rekey.prepare", "{\"memoryKib\":65536}");
    if (!is_ok(reply)) {
        return reply;
    }
    memcpy(secrets + 4, new_key, sizeof new_key);
    return call_bytes(f, "rekey.begin", fk_bytes_of(secrets, sizeof secrets));
}

/* The reply of the last step, or the first that refuses. */
static const char *copy_vault(fixture *f)
{
    const char *reply = begin(f);
    while (is_ok(reply) && !has(reply, "\"isDone\":true")) {
        reply = call(f, "rekey.step", "{}");
    }
    return reply;
}

/* Another session on a disk, and whether the key opens it. */
static bool opens(memory_disk *disk, const uint8_t *key, char *list_out, size_t size)
{
    fixture g;
    memset(&g, 0, sizeof g);
    g.disk = disk;
    g.random.state = 77;
    g.random_port = seeded_random_port(&g.random);
    g.clock = (fk_clock){ NULL, NULL, NULL };
    fixture base; /* for its clock */
    fixture_init(&base);
    g.clock = base.clock;
    fixture_open(&g, &fk_allocator_libc);
    assert_ok(call(&g, "core.start", "{}"));
    bool is_open = is_ok(call_key(&g, "vault.unlock", key));
    if (is_open) {
        (void)snprintf(list_out, size, "%s", call(&g, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
        assert_has(call(&g, "vault.check", "{}"), "\"rebuiltEqual\":true");
    }
    fk_session_free(g.session);
    fk_buffer_free(&g.reply);
    fixture_free(&base);
    return is_open;
}

static void rekey__the_copy_is_the_same_vault_under_another_key(void **state)
{
    (void)state;
    static char before[65536];
    static char after[65536];
    fixture f;
    init_filled(&f);
    (void)snprintf(before, sizeof before, "%s", call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
    fk_id device = *fk_store_device(f.session->store);
    uint8_t signing[32];
    memcpy(signing, f.session->identity.signing_public, sizeof signing);
    fk_key page = f.session->keys.page;
    assert_has(copy_vault(&f), "\"isDone\":true");
    assert_refused(call(&f, "rekey.step", "{}"), "wrong-state");
    assert_ok(call(&f, "vault.lock", "{}"));
    /* The old key opens nothing of it, the new one does. */
    assert_false(opens(f.other_disk, right_key, after, sizeof after));
    assert_true(opens(f.other_disk, new_key, after, sizeof after));
    assert_string_equal(after, before);
    /* Same device, same identity, other keys: looked at in a session on the copy. */
    memory_disk *old = f.disk;
    f.disk = f.other_disk;
    f.other_disk = NULL;
    fk_session_free(f.session);
    fk_buffer_free(&f.reply);
    fixture_open(&f, &fk_allocator_libc);
    assert_ok(call(&f, "core.start", "{}"));
    assert_ok(call_key(&f, "vault.unlock", new_key));
    assert_true(fk_id_equal(fk_store_device(f.session->store), &device));
    assert_memory_equal(f.session->identity.signing_public, signing, sizeof signing);
    assert_memory_not_equal(f.session->keys.page.bytes, page.bytes, sizeof page.bytes);
    assert_ok(save(&f, "person", ID_VICTIM, CHANGE("name", "\"Si\303\242n Elder\"")));
    assert_ok(commit(&f, "\"" ID_VICTIM "\""));
    assert_has(call(&f, "case.list", everything), "Si\303\242n Elder");
    assert_has(call(&f, "conflict.list", "{}"), "\"conflicts\":[]");
    memory_disk_free(old);
    fixture_free(&f);
}

static void rekey__refuses_by_name(void **state)
{
    (void)state;
    fixture f;
    uint8_t nothing[88] = { 0 };
    init_filled(&f);
    assert_refused(call(&f, "rekey.step", "{}"), "wrong-state");
    assert_refused(call_bytes(&f, "rekey.begin", fk_bytes_of(nothing, sizeof nothing)), "wrong-state");
    assert_ok(call(&f, "rekey.prepare", "{\"memoryKib\":65536}"));
    assert_refused(call_bytes(&f, "rekey.begin", fk_bytes_of(nothing, sizeof nothing)), "invalid-input");
    /* Written to meanwhile. */
    assert_ok(begin(&f));
    assert_ok(save(&f, "safety_plan", ID_PLAN, CHANGE("worker", "\"Another\"")));
    assert_refused(call(&f, "rekey.step", "{}"), "wrong-state");
    /* Its files are there: not over them. */
    assert_refused(call(&f, "rekey.prepare", "{\"memoryKib\":65536}"), "exists");
    empty_disk(f.other_disk);
    assert_ok(begin(&f));
    assert_ok(call(&f, "rekey.cancel", "{}"));
    assert_int_equal(memory_disk_content(f.other_disk, FK_FILE_KEYS).size_bytes, 0);
    assert_ok(call(&f, "vault.lock", "{}"));
    assert_refused(call(&f, "rekey.prepare", "{\"memoryKib\":65536}"), "wrong-state");
    fixture_free(&f);
}

/* Which of the two stays after a crash: the copy if its key file is whole, else the vault it was made from. That is the
 * whole rule of the journal (web/src/worker/rekey-controls.ts). */
static void assert_one_vault(fixture *f, const char *expected, unsigned *copies, unsigned *originals)
{
    static char found[65536];
    fk_session_free(f->session);
    fk_buffer_free(&f->reply);
    memory_disk_crash(f->disk);
    memory_disk_crash(f->other_disk);
    fk_keyfile keyfile;
    bool is_copy = fk_is_ok(fk_keyfile_load(memory_disk_port(f->other_disk), &keyfile));
    assert_true(opens(is_copy ? f->other_disk : f->disk, is_copy ? new_key : right_key, found, sizeof found));
    assert_string_equal(found, expected);
    *copies += is_copy;
    *originals += !is_copy;
    fixture_open(f, &fk_allocator_libc); /* for fixture_free() */
}

/* Goal: a power cut at the k-th write of the copy, for every k until it is done. */
static void rekey__a_power_cut_leaves_exactly_one_vault(void **state)
{
    (void)state;
    static char before[65536];
    unsigned copies = 0;
    unsigned originals = 0;
    bool was_cut = true;
    for (uint64_t k = 0; was_cut; k++) {
        fixture f;
        init_filled(&f);
        (void)snprintf(before, sizeof before, "%s", call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
        memory_disk_crash_at(f.other_disk, k);
        const char *reply = copy_vault(&f);
        was_cut = memory_disk_is_down(f.other_disk);
        assert_true(was_cut || is_ok(reply));
        assert_one_vault(&f, before, &copies, &originals);
        fixture_free(&f);
    }
    assert_true(copies >= 1);
    assert_true(originals > 10);
    print_message("cut at %u places: %u times the vault it was made from, %u times the copy\n", copies + originals,
                  originals, copies);
}

/* And the vault it is read from: its handles break at the k-th call. */
static void rekey__a_source_that_breaks_keeps_its_vault(void **state)
{
    (void)state;
    static char before[65536];
    unsigned copies = 0;
    unsigned originals = 0;
    bool has_lost = true;
    for (uint64_t k = 0; has_lost; k++) {
        fixture f;
        init_filled(&f);
        assert_ok(call(&f, "vault.lock", "{}"));
        assert_ok(call_key(&f, "vault.unlock", right_key));
        (void)snprintf(before, sizeof before, "%s", call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
        memory_disk_lose_handles_at(f.disk, k);
        const char *reply = copy_vault(&f);
        has_lost = memory_disk_has_lost_handles(f.disk);
        assert_true(has_lost || is_ok(reply));
        memory_disk_heal(f.disk);
        assert_one_vault(&f, before, &copies, &originals);
        fixture_free(&f);
    }
    assert_true(copies >= 1);
}

static void rekey__a_full_disk_keeps_the_vault(void **state)
{
    (void)state;
    static char before[65536];
    unsigned copies = 0;
    unsigned originals = 0;
    for (uint64_t quota = 0; quota < 600000; quota += 40000) {
        fixture f;
        init_filled(&f);
        (void)snprintf(before, sizeof before, "%s", call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
        memory_disk_set_quota(f.other_disk, quota);
        const char *reply = copy_vault(&f);
        if (!is_ok(reply)) {
            assert_refused(reply, "full");
            /* The vault goes on at once. */
            assert_ok(save(&f, "safety_plan", ID_PLAN, CHANGE("worker", "\"Another\"")));
            (void)snprintf(before, sizeof before, "%s", call(&f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
        }
        assert_one_vault(&f, before, &copies, &originals);
        fixture_free(&f);
    }
    assert_true(originals > 1);
}

static void rekey__every_allocation_fails_once(void **state)
{
    (void)state;
    bool has_failed = true;
    for (uint64_t k = 0; has_failed; k += 5) {
        fixture f;
        failing_allocator failing;
        fixture_init_with_other_disk(&f);
        fk_session_free(f.session);
        fk_buffer_free(&f.reply);
        failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
        fixture_open(&f, &failing.allocator);
        make_vault(&f);
        add_people(&f);
        failing.fail_at = failing.request_count + k;
        const char *reply = copy_vault(&f);
        has_failed = failing_allocator_failed(&failing);
        assert_true(is_ok(reply) || has(reply, "\"no-memory\""));
        failing.fail_at = FAILING_ALLOCATOR_NEVER;
        assert_has(call(&f, "case.list", everything), "Alder");
        fixture_free(&f);
        assert_int_equal(failing.live_bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rekey__the_copy_is_the_same_vault_under_another_key),
        cmocka_unit_test(rekey__refuses_by_name),
        cmocka_unit_test(rekey__a_power_cut_leaves_exactly_one_vault),
        cmocka_unit_test(rekey__a_source_that_breaks_keeps_its_vault),
        cmocka_unit_test(rekey__a_full_disk_keeps_the_vault),
        cmocka_unit_test(rekey__every_allocation_fails_once),
    };
    return cmocka_run_group_tests_name("rekey", tests, NULL, NULL);
}
