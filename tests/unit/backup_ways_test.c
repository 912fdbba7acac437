/* What opens an exported file: each way that opened the vault on that day, and no other; a slip in a typed recovery key
 * is named; whether it is one of practice is said before it is unlocked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "backup_fixture.h"
#include "key_calls.h"

static const char everything[] = "{\"limit\":10}";
static const uint8_t prf_together[32] = { 7, 1 };
static const uint8_t prf_alone[32] = { 7, 2 };
static const char ALLOW_ALONE[] =
    "{\"isPrfAloneAllowed\":true,\"areSyncedPasskeysAllowed\":false,\"isDistressAllowed\":false}";

/* backup.open with a set, and with a typed recovery key unless NULL. */
static const char *open_with(fixture *f, unsigned purpose, secret_set set, const char *typed, fk_bytes file)
{
    uint8_t request[1 + FK_SECRETS_SIZE_BYTES + FK_BACKUP_HEAD_SIZE_BYTES + FK_RECOVERY_TEXT_SIZE] = { 0 };
    size_t size_bytes = 1 + FK_SECRETS_SIZE_BYTES + FK_BACKUP_HEAD_SIZE_BYTES;
    request[0] = (uint8_t)purpose;
    secret_set_write(set, request + 1);
    memcpy(request + 1 + FK_SECRETS_SIZE_BYTES, file.data, FK_BACKUP_HEAD_SIZE_BYTES);
    if (typed != NULL) {
        assert_true(strlen(typed) <= FK_RECOVERY_TEXT_SIZE);
        memcpy(request + size_bytes, typed, strlen(typed));
        size_bytes += strlen(typed);
    }
    return call_bytes(f, "backup.open", fk_bytes_of(request, size_bytes));
}

/* A vault with every way in, and its export. */
static void export_with_all(fk_buffer *file_out, char recovery_out[FK_RECOVERY_TEXT_SIZE + 1])
{
    fixture f;
    begin(&f);
    add_people(&f);
    make_recovery_key(&f, recovery_out);
    assert_ok(call_typed(&f, "keys.recovery.confirm", recovery_out));
    assert_ok(call(&f, "keys.policy", ALLOW_ALONE));
    assert_ok(call_set(&f, "keys.add", (secret_set){ other_key, prf_together, false }));
    assert_ok(call_set(&f, "keys.add", (secret_set){ NULL, prf_alone, false }));
    export_file(&f, file_out);
    fixture_free(&f);
}

static void start_empty(fixture *f)
{
    fixture_init_with_other_disk(f);
    f->random.state = 811; /* another device than the one it was made on */
    assert_ok(call(f, "core.start", "{}"));
}

static void restore__by_each_way_of_that_day(void **state)
{
    (void)state;
    fk_buffer file;
    char recovery[FK_RECOVERY_TEXT_SIZE + 1];
    export_with_all(&file, recovery);
    const struct {
        secret_set set;
        const char *typed;
        const char *opened_with;
    } ways[] = {
        { RIGHT, NULL, "\"openedWith\":\"passphrase\"" },
        { { other_key, prf_together, false }, NULL, "\"openedWith\":\"both\"" },
        { { NULL, prf_alone, false }, NULL, "\"openedWith\":\"prf\"" },
        { NOTHING, recovery, "\"openedWith\":\"recovery\"" },
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        fixture g;
        start_empty(&g);
        assert_ok(open_with(&g, BACKUP_TEST, ways[i].set, ways[i].typed, fk_buffer_view(&file)));
        assert_has(read_file(&g, fk_buffer_view(&file), 50000), "\"isDone\":true");
        assert_ok(open_with(&g, BACKUP_RESTORE, ways[i].set, ways[i].typed, fk_buffer_view(&file)));
        assert_has(read_file(&g, fk_buffer_view(&file), 50000), "\"isDone\":true");
        assert_has(ways[i].typed == NULL ? unlock(&g, ways[i].set)
                                         : call_typed(&g, "keys.recovery.unlock", ways[i].typed),
                   ways[i].opened_with);
        assert_has(call(&g, "case.list", everything), "Alder");
        fixture_free(&g);
    }
    fk_buffer_free(&file);
}

static void restore__part_of_a_way_another_key_or_a_slip_opens_nothing(void **state)
{
    (void)state;
    fk_buffer file;
    char recovery[FK_RECOVERY_TEXT_SIZE + 1];
    char other[FK_RECOVERY_TEXT_SIZE + 1];
    fixture f;
    fixture g;
    export_with_all(&file, recovery);
    fk_bytes view = fk_buffer_view(&file);
    begin(&f);
    f.random.state = 812;
    make_recovery_key(&f, other);
    start_empty(&g);
    assert_refused(open_with(&g, BACKUP_RESTORE, OTHER, NULL, view), "auth");
    assert_refused(open_with(&g, BACKUP_RESTORE, (secret_set){ NULL, prf_together, false }, NULL, view), "auth");
    assert_refused(open_with(&g, BACKUP_RESTORE, (secret_set){ WRONG.key, prf_together, false }, NULL, view), "auth");
    assert_refused(open_with(&g, BACKUP_RESTORE, NOTHING, NULL, view), "auth");
    assert_refused(open_with(&g, BACKUP_RESTORE, NOTHING, other, view), "auth");
    assert_refused(open_with(&g, BACKUP_RESTORE, RIGHT, recovery, view), "invalid-input");
    for (size_t group = 1; group <= 8; group++) {
        char slipped[FK_RECOVERY_TEXT_SIZE + 1];
        char expected[64];
        memcpy(slipped, recovery, sizeof slipped);
        char *sign = &slipped[(group - 1) * 6 + 1];
        *sign = *sign == 'Z' ? 'Y' : 'Z';
        (void)snprintf(expected, sizeof expected, "\"code\":\"mistyped\",\"detail\":\"group %zu\"", group);
        assert_has(open_with(&g, BACKUP_RESTORE, NOTHING, slipped, view), expected);
    }
    assert_int_equal(memory_disk_used_bytes(g.disk), 0);
    fk_buffer_free(&file);
    fixture_free(&f);
    fixture_free(&g);
}

static void head__says_what_a_passkey_is_asked_with(void **state)
{
    (void)state;
    fixture f;
    fk_buffer file;
    begin(&f);
    export_file(&f, &file);
    const char *status = call(&f, "vault.status", "{}");
    const char *input = strstr(status, "\"prfInputHex\":\"");
    assert_non_null(input);
    char expected[96];
    (void)snprintf(expected, sizeof expected, "%.*s", (int)(strlen("\"prfInputHex\":\"") + 64), input);
    assert_has(call_bytes(&f, "backup.head", fk_bytes_of(file.data, FK_BACKUP_HEAD_SIZE_BYTES)), expected);
    fk_buffer_free(&file);
    fixture_free(&f);
}

static void finish__says_whether_it_is_one_of_practice(void **state)
{
    (void)state;
    for (int is_practice = 0; is_practice <= 1; is_practice++) {
        fixture f;
        fixture g;
        fk_buffer file;
        fixture_init(&f);
        assert_ok(call(&f, "core.start", "{}"));
        assert_ok(call(&f, "vault.prepare",
                       is_practice ? "{\"memoryKib\":65536,\"isPractice\":true}" : "{\"memoryKib\":65536}"));
        assert_ok(call_key(&f, "vault.create", right_key));
        export_file(&f, &file);
        start_empty(&g);
        assert_has(open_and_read(&g, BACKUP_RESTORE, right_key, fk_buffer_view(&file)),
                   is_practice ? "\"isPractice\":true" : "\"isPractice\":false");
        fk_buffer_free(&file);
        fixture_free(&f);
        fixture_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restore__by_each_way_of_that_day),
        cmocka_unit_test(restore__part_of_a_way_another_key_or_a_slip_opens_nothing),
        cmocka_unit_test(head__says_what_a_passkey_is_asked_with),
        cmocka_unit_test(finish__says_whether_it_is_one_of_practice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
