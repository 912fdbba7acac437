/* Changing the ways into a vault while the power goes, a write fails or memory runs out: at every place. The vault
 * opens with the old secret or the new one, whatever happened; what was answered as done stays done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "key_calls.h"

static const char ALLOW_ALL[] =
    "{\"isPrfAloneAllowed\":true,\"areSyncedPasskeysAllowed\":true,\"isDistressAllowed\":true}";

/* A vault with a recovery key, locked, and the text of that key. */
typedef struct bench {
    fixture f;
    memory_disk *before;
    char recovery[FK_RECOVERY_TEXT_SIZE + 1];
} bench;

static void bench_begin(bench *b)
{
    begin(&b->f);
    assert_ok(call(&b->f, "keys.policy", ALLOW_ALL));
    make_recovery_key(&b->f, b->recovery);
    assert_ok(call_typed(&b->f, "keys.recovery.confirm", b->recovery));
    lock(&b->f);
    b->before = memory_disk_clone(b->f.disk, 0);
}

/* The vault as it was, on a disk of its own. */
static void bench_reset(bench *b, uint64_t seed)
{
    fk_session_free(b->f.session);
    b->f.session = NULL;
    memory_disk_free(b->f.disk);
    b->f.disk = memory_disk_clone(b->before, seed);
    restart(&b->f);
}

static void bench_end(bench *b)
{
    memory_disk_free(b->before);
    fixture_free(&b->f);
}

/* What is done to an open vault, and what is true of one that survived it. */
typedef struct deed {
    const char *(*act)(bench *b);
    void (*check)(bench *b, bool is_done);
} deed;

static const char *act_change(bench *b)
{
    return change_keys(&b->f, NOTHING, NEW);
}

static void check_change(bench *b, bool is_done)
{
    bool opens_old = opens_with(&b->f, RIGHT);
    bool opens_new = opens_with(&b->f, NEW);
    assert_true(opens_old || opens_new);
    assert_true(!is_done || (opens_new && !opens_old));
}

static const char *act_add_and_remove(bench *b)
{
    const char *reply = call_set(&b->f, "keys.add", NEW);
    return is_ok(reply) ? call(&b->f, "keys.remove", "{\"slotIndex\":0}") : reply;
}

static const char *act_recovery(bench *b)
{
    char text[FK_RECOVERY_TEXT_SIZE + 1];
    const char *reply = call(&b->f, "keys.recovery.make", "{}");
    if (reply[0] == '{') {
        return reply;
    }
    memcpy(text, reply + 1, sizeof text);
    reply = call_typed(&b->f, "keys.recovery.confirm", text);
    if (is_ok(reply)) {
        memcpy(b->recovery, text, sizeof text);
    }
    return reply;
}

static void check_recovery(bench *b, bool is_done)
{
    assert_true(opens_with(&b->f, RIGHT));
    if (is_done) {
        restart(&b->f);
        assert_ok(call_typed(&b->f, "keys.recovery.unlock", b->recovery));
    }
}

static const char *act_distress(bench *b)
{
    return call_set(&b->f, "keys.distress", OTHER);
}

static void check_distress(bench *b, bool is_done)
{
    assert_true(opens_with(&b->f, RIGHT));
    restart(&b->f);
    const char *reply = unlock(&b->f, OTHER);
    assert_true(is_ok(reply) || !is_done);
    if (is_ok(reply)) {
        assert_has(reply, "\"profile\":\"neutral\"");
    }
}

static const deed deeds[] = {
    { act_change, check_change },
    { act_add_and_remove, check_change },
    { act_recovery, check_recovery },
    { act_distress, check_distress },
};

/* And then the vault is as good as new: another change works, and the list says what opens. */
static void check_works_on(bench *b)
{
    restart(&b->f);
    bool is_old = is_ok(unlock(&b->f, RIGHT));
    if (!is_old) {
        assert_ok(unlock(&b->f, NEW));
    }
    static const uint8_t last_key[32] = { 0x66 };
    const secret_set last = { last_key, NULL, false };
    assert_ok(change_keys(&b->f, NOTHING, last));
    assert_has(call(&b->f, "vault.check", "{}"), "\"rebuiltEqual\":true");
    assert_true(opens_with(&b->f, last));
    assert_false(opens_with(&b->f, is_old ? RIGHT : NEW));
}

static void changes__survive_a_power_cut_at_every_write_and_flush(void **state)
{
    (void)state;
    bench b;
    bench_begin(&b);
    for (size_t d = 0; d < sizeof deeds / sizeof deeds[0]; d++) {
        bool is_done = false;
        for (uint64_t k = 0; !is_done; k++) {
            for (uint64_t seed = 0; seed < 3; seed++) {
                bench_reset(&b, seed);
                assert_ok(unlock(&b.f, RIGHT));
                memory_disk_crash_at(b.f.disk, k);
                is_done = is_ok(deeds[d].act(&b)) && !memory_disk_is_down(b.f.disk);
                memory_disk_crash(b.f.disk);
                deeds[d].check(&b, is_done);
            }
            if (k % 4 == 1) {
                check_works_on(&b);
            }
        }
    }
    bench_end(&b);
}

static void changes__survive_every_failing_call_of_the_disk(void **state)
{
    (void)state;
    bench b;
    bench_begin(&b);
    for (size_t d = 0; d < sizeof deeds / sizeof deeds[0]; d++) {
        for (size_t i = 0; i < MEMORY_DISK_FAULT_COUNT; i++) {
            bool has_failed = true;
            for (uint64_t k = 0; has_failed; k++) {
                bench_reset(&b, k);
                assert_ok(unlock(&b.f, RIGHT));
                uint64_t first = memory_disk_count(b.f.disk, memory_disk_faults[i].operation);
                memory_disk_fail(b.f.disk, memory_disk_faults[i].operation, k, memory_disk_faults[i].failure);
                bool is_done = is_ok(deeds[d].act(&b));
                has_failed = memory_disk_count(b.f.disk, memory_disk_faults[i].operation) - first > k;
                assert_true(is_done || has_failed);
                memory_disk_heal(b.f.disk);
                memory_disk_crash(b.f.disk);
                deeds[d].check(&b, is_done);
            }
        }
    }
    bench_end(&b);
}

static void changes__say_no_memory_and_leave_the_vault_as_it_was_or_changed(void **state)
{
    (void)state;
    bench b;
    bench_begin(&b);
    for (size_t d = 0; d < sizeof deeds / sizeof deeds[0]; d++) {
        failing_allocator failing;
        failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
        bool has_failed = true;
        for (uint64_t k = 0; has_failed; k++) {
            bench_reset(&b, k);
            restart_with(&b.f, &failing.allocator);
            assert_ok(unlock(&b.f, RIGHT));
            failing.fail_at = failing.request_count + k;
            const char *reply = deeds[d].act(&b);
            has_failed = failing_allocator_failed(&failing);
            failing.fail_at = FAILING_ALLOCATOR_NEVER;
            bool is_done = is_ok(reply);
            if (!is_done) {
                assert_has(reply, "\"code\":\"no-memory\"");
            }
            fk_session_free(b.f.session);
            b.f.session = NULL;
            assert_int_equal(failing.live_count, 0);
            deeds[d].check(&b, is_done);
        }
    }
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes__survive_a_power_cut_at_every_write_and_flush),
        cmocka_unit_test(changes__survive_every_failing_call_of_the_disk),
        cmocka_unit_test(changes__say_no_memory_and_leave_the_vault_as_it_was_or_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
