/* What devices say of one another: who confirms, what waits for a key, what is refused, and a vault that went back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/secrets.h"
#include "session_internal.h"
#include "sync_bench.h"

static bool shows(fixture *f, const char *piece)
{
    return has(call(f, "case.list", "{\"limit\":10}"), piece);
}

/* --- confirmed ------------------------------------------------------------------------------------- */

static void confirmed__is_what_another_persons_device_holds(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init(&bench);
    fixture *tablet = &bench.devices[0];
    add_people(tablet);
    sync_found(&bench);
    assert_true(shows(tablet, "\"progress\":\"sent\""));
    sync_join(&bench, 1, FK_DEVICE_TABLET);
    assert_clean(sync_run(&bench, 0));
    assert_true(shows(tablet, "\"progress\":\"confirmed\"")); /* no office yet: any colleague's device does */

    sync_join(&bench, 2, FK_DEVICE_OFFICE);
    set_reference(tablet, "NM-8");
    assert_true(shows(tablet, "\"progress\":\"device\""));
    assert_has(call(tablet, "sync.items", "{\"state\":\"device\"}"), ID_CASE);
    assert_clean(sync_run(&bench, 0));
    assert_clean(sync_run(&bench, 1));
    assert_clean(sync_run(&bench, 0));
    assert_true(shows(tablet, "\"progress\":\"sent\"")); /* a tablet is not the office */
    assert_clean(sync_run(&bench, 2));
    assert_clean(sync_run(&bench, 0));
    assert_true(shows(tablet, "\"progress\":\"confirmed\""));
    sync_bench_free(&bench);
}

/* --- names ----------------------------------------------------------------------------------------------- */

static void records__say_who_wrote_them(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init_pair(&bench);
    const char *record = call(&bench.devices[1], "case.get", "{\"caseId\":\"" ID_CASE "\"}");
    assert_has(record, "\"authorName\":\"Ada Admin\",\"authorIsYou\":false");
    record = call(&bench.devices[0], "case.get", "{\"caseId\":\"" ID_CASE "\"}");
    assert_has(record, "\"authorName\":\"Ada Admin\",\"authorIsYou\":true");
    sync_bench_free(&bench);
}

/* --- waiting --------------------------------------------------------------------------------------------- */

/* The administrator's device is lost between letting somebody in and giving the keys; then a key comes. */
static void segments__wait_for_their_key(void **state)
{
    (void)state;
    sync_bench bench;
    char code[BENCH_CODE_SIZE];
    char invite[64];
    char request[1024];
    sync_bench_init(&bench);
    fixture *admin = &bench.devices[0];
    fixture *newcomer = &bench.devices[1];
    add_people(admin);
    sync_found(&bench);
    const char *reply = call(admin, "invite.begin", "{\"timeMs\":1,\"personName\":\"Bo\",\"administrator\":true}");
    text_of(reply, "code", code, sizeof code);
    text_of(reply, "inviteId", invite, sizeof invite);
    assert_clean(sync_run(&bench, 0));
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1,\"code\":\"%s\",\"hub\":\"https://hub.example\",\"deviceLabel\":\"\",\"deviceKind\":"
                   "\"office\"}",
                   code);
    assert_ok(call(newcomer, "enrol.begin", request));
    assert_clean(sync_run(&bench, 1));
    assert_clean(sync_run(&bench, 0));
    (void)snprintf(request, sizeof request, "{\"inviteId\":\"%s\",\"timeMs\":1}", invite);
    assert_ok(call(admin, "invite.confirm", request));
    bench.unreachable = "/v1/grants";
    assert_non_null(sync_run(&bench, 0));
    bench.unreachable = NULL;
    assert_has(call(admin, "invite.list", "{}"), "\"state\":\"done\"");

    assert_clean(sync_run(&bench, 1));
    assert_has(call(newcomer, "team.status", "{}"), "\"state\":\"waiting\""); /* the words are not confirmed here */
    assert_ok(call(newcomer, "enrol.confirm", "{}"));
    assert_clean(sync_run(&bench, 1));
    assert_has(call(newcomer, "team.status", "{}"), "\"state\":\"member\"");
    assert_has(call(newcomer, "sync.status", "{}"), "\"waitingCount\":1");
    assert_false(shows(newcomer, ID_CASE));
    assert_clean(sync_run(&bench, 0));
    assert_clean(sync_run(&bench, 1));
    assert_has(call(newcomer, "sync.status", "{}"), "\"waitingCount\":0");
    assert_true(shows(newcomer, ID_CASE));
    assert_has(call(newcomer, "team.status", "{}"), "\"isAdministrator\":true");
    sync_bench_free(&bench);
}

/* --- refused --------------------------------------------------------------------------------------------- */

/* What no app of ours writes: straight into the store, past every check. */
static void write_past_the_checks(fixture *f, const char *type, const char *field, const char *value)
{
    fk_store *store = f->session->store;
    fk_mutation mutation = { .id = fk_random_id(), .time_ms = BENCH_NOW_MS };
    fk_field_write write = { .field = fk_bytes_text(field), .has_value = true, .value = fk_bytes_text(value) };
    fk_record_write record = { .type = fk_bytes_text(type), .fields = &write, .field_count = 1 };
    assert_code(fk_id_from_hex(fk_bytes_text(ID_CASE), &record.case_id), FK_OK);
    record.record = strcmp(type, "case") == 0 ? record.case_id : fk_random_id();
    assert_code(fk_store_begin(store), FK_OK);
    assert_code(fk_store_write(store, &mutation, &record, 1), FK_OK);
    assert_code(fk_store_commit(store), FK_OK);
}

/* What the person of device 1 may do from now on, by an entry of the root. */
static void set_roles(sync_bench *bench, uint32_t roles)
{
    fk_roster_place place;
    fk_roster_payload payload = { .kind = FK_ROSTER_ROLE };
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    fixture *f = &bench->devices[0];
    const fk_id *device = fk_store_device(bench->devices[1].session->store);
    assert_true(fk_sync_person_of_device(f->session->sync, device, &payload.as.role.person));
    payload.as.role.roles = roles;
    assert_code(fk_sync_roster_place(f->session->sync, &place), FK_OK);
    size_t size_bytes = fk_roster_entry_make_at(&place, &payload, &bench->root, BENCH_NOW_MS, entry);
    assert_ok(call_bytes(f, "roster.offer", fk_bytes_of(entry, size_bytes)));
    assert_clean(sync_run(bench, 0));
}

/* The role counts that the author had when it was sealed: what was written before stays, and what is written after a
 * role came back is taken. */
static void segments__of_an_author_without_the_role_are_kept_apart(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init_pair(&bench);
    fixture *here = &bench.devices[0];
    static const struct {
        uint32_t roles;
        const char *reference, *refused;
        bool is_taken;
    } rows[] = {
        { FK_ROLE_CASEWORKER, "NM-1", "\"refusedCount\":0", true },
        { 0, "NM-2", "\"refusedCount\":1", false },
        { FK_ROLE_ADMINISTRATOR, "NM-3", "\"refusedCount\":1", true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        set_roles(&bench, rows[i].roles);
        assert_clean(sync_run(&bench, 1)); /* knows it */
        set_reference(&bench.devices[1], rows[i].reference);
        assert_clean(sync_run(&bench, 1));
        assert_clean(sync_run(&bench, 0));
        assert_has(call(here, "sync.status", "{}"), rows[i].refused);
        assert_int_equal(shows(here, rows[i].reference), rows[i].is_taken);
    }
    sync_bench_free(&bench);
}

static void segments__with_wrong_values_are_kept_apart_and_stop_nobody(void **state)
{
    (void)state;
    static const struct {
        const char *type, *field, *value;
    } wrong[] = {
        { "case", "status", "\"nonsense\"" },     { "case", "reference", "7" }, { "case", "reference", "{}" },
        { "case", "reference", "\"\\u0061\"" }, /* not canonical */
        { "case", "openedOn", "\"2026-02-30\"" },
    };
    enum { WRONG_COUNT = sizeof wrong / sizeof *wrong };
    sync_bench bench;
    sync_bench_init_pair(&bench);
    for (size_t i = 0; i < WRONG_COUNT; i++) {
        char refused[40];
        write_past_the_checks(&bench.devices[1], wrong[i].type, wrong[i].field, wrong[i].value);
        assert_clean(sync_run(&bench, 1));
        assert_clean(sync_run(&bench, 0));
        (void)snprintf(refused, sizeof refused, "\"refusedCount\":%zu", i + 1);
        assert_has(call(&bench.devices[0], "sync.status", "{}"), refused);
    }
    write_past_the_checks(&bench.devices[1], "case", "fromNextYear", "1");
    set_reference(&bench.devices[1], "NM-8");
    assert_clean(sync_run(&bench, 1));
    assert_clean(sync_run(&bench, 0));
    assert_true(shows(&bench.devices[0], "\"reference\":\"NM-7\"")); /* sealed together with what is not known here */
    assert_has(call(&bench.devices[0], "sync.status", "{}"), "\"waitingCount\":1");
    set_reference(&bench.devices[1], "NM-9");
    assert_clean(sync_run(&bench, 1));
    assert_clean(sync_run(&bench, 0));
    assert_true(shows(&bench.devices[0], "\"reference\":\"NM-9\""));
    assert_has(call(&bench.devices[0], "vault.check", "{}"), "\"rebuiltEqual\":true");
    sync_bench_free(&bench);
}

/* --- much at once ------------------------------------------------------------------------------------------ */

/* What deflates well comes in one answer and is far more than one transaction of the store takes (12 MiB). */
static void answers__that_hold_much_are_taken_in_pieces(void **state)
{
    (void)state;
    enum { TEXT_BYTES = 19000, NOTE_COUNT = 700 };
    static char value[TEXT_BYTES + 3];
    sync_bench bench;
    sync_bench_init(&bench);
    add_people(&bench.devices[0]);
    memset(value, 'a', sizeof value);
    value[0] = value[TEXT_BYTES + 1] = '"';
    value[TEXT_BYTES + 2] = '\0';
    for (unsigned i = 0; i < NOTE_COUNT; i++) {
        (void)snprintf(value + 1, 8, "%06u", i);
        value[7] = 'a';
        write_past_the_checks(&bench.devices[0], "incident", "description", value);
    }
    sync_found(&bench);
    sync_join(&bench, 1, FK_DEVICE_OFFICE);
    assert_has(call(&bench.devices[1], "sync.status", "{}"), "\"refusedCount\":0,\"waitingCount\":0");
    fk_store_numbers numbers[2];
    for (size_t i = 0; i < 2; i++) {
        assert_code(fk_store_numbers_read(bench.devices[i].session->store, &numbers[i]), FK_OK);
    }
    assert_int_equal(numbers[0].operation_count, numbers[1].operation_count);
    assert_true(numbers[1].operation_count > NOTE_COUNT);
    sync_bench_free(&bench);
}

/* One more device of one's own: the same person there, and no confirmation. */
static void device__of_ones_own_confirms_nothing(void **state)
{
    (void)state;
    sync_bench bench;
    char code[BENCH_CODE_SIZE];
    char text[64];
    char request[1024];
    sync_bench_init(&bench);
    fixture *tablet = &bench.devices[0];
    fixture *second = &bench.devices[1];
    add_people(tablet);
    sync_found(&bench);
    text_of(call(tablet, "team.status", "{}"), "personId", text, sizeof text);
    (void)snprintf(request, sizeof request, "{\"timeMs\":1,\"personId\":\"%s\",\"administrator\":false}", text);
    const char *reply = call(tablet, "invite.begin", request);
    text_of(reply, "code", code, sizeof code);
    text_of(reply, "inviteId", text, sizeof text);
    assert_has(call(tablet, "invite.list", "{}"), "\"personName\":\"Ada Admin\"");
    assert_clean(sync_run(&bench, 0));
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1,\"code\":\"%s\",\"hub\":\"https://hub.example\",\"deviceLabel\":\"\",\"deviceKind\":"
                   "\"office\"}",
                   code);
    assert_ok(call(second, "enrol.begin", request));
    assert_ok(call(second, "enrol.confirm", "{}"));
    assert_clean(sync_run(&bench, 1));
    assert_clean(sync_run(&bench, 0));
    (void)snprintf(request, sizeof request, "{\"inviteId\":\"%s\",\"timeMs\":1}", text);
    assert_ok(call(tablet, "invite.confirm", request));
    assert_clean(sync_run(&bench, 0));
    assert_clean(sync_run(&bench, 1));
    assert_clean(sync_run(&bench, 0));
    assert_true(shows(tablet, "\"progress\":\"sent\""));
    assert_has(call(second, "case.get", "{\"caseId\":\"" ID_CASE "\"}"),
               "\"authorName\":\"Ada Admin\",\"authorIsYou\":true");
    assert_has(call(second, "team.status", "{}"), "\"isAdministrator\":true");
    sync_bench_free(&bench);
}

/* --- a vault that went back ------------------------------------------------------------------------------- */

static void vault__that_went_back_is_told_and_sends_nothing(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init_pair(&bench);
    fixture *f = &bench.devices[0];
    memory_disk *before = memory_disk_clone(f->disk, 7);
    set_reference(f, "NM-8");
    assert_clean(sync_run(&bench, 0));
    /* The copy of the vault from before takes its place, and goes on from there. */
    sync_bench_put_back(&bench, 0, before);
    set_reference(f, "NM-9");
    for (unsigned i = 0; i < 2; i++) {
        const char *problem = sync_run(&bench, 0);
        assert_non_null(problem);
        assert_has(problem, "\"problem\":\"fork\"");
        assert_true(shows(f, "\"reference\":\"NM-9\",\"status\":\"open\""));
        assert_true(shows(f, "\"progress\":\"device\""));
    }
    assert_clean(sync_run(&bench, 1));
    assert_true(shows(&bench.devices[1], "\"reference\":\"NM-8\""));
    sync_bench_free(&bench);
}

static void swap_disks(fixture *f)
{
    memory_disk *other = f->other_disk;
    f->other_disk = f->disk;
    f->disk = other;
}

/* As the change of passphrase does because somebody may know it; here the words stay the same. */
static void rekey(sync_bench *bench, size_t device)
{
    fixture *f = &bench->devices[device];
    uint8_t secrets[FK_SECRETS_SIZE_BYTES] = { 0 };
    fk_slot_secrets given = { .passphrase_key = fk_bytes_of(right_key, 32) };
    fk_secrets_write(&given, false, secrets);
    f->other_disk = memory_disk_new(31);
    sync_bench_reopen(bench, device);
    assert_ok(call(f, "rekey.prepare", "{\"memoryKib\":65536}"));
    assert_ok(call_bytes(f, "rekey.begin", fk_bytes_of(secrets, sizeof secrets)));
    const char *reply = "";
    do {
        reply = call(f, "rekey.step", "{}");
        assert_ok(reply);
    } while (!has(reply, "\"isDone\":true"));
    swap_disks(f);
    sync_bench_reopen(bench, device);
}

/* Goal: a vault that went on in two places becomes two devices, and everything either wrote is there, once. */
static void vault__that_went_on_in_two_places_becomes_two_devices(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init_pair(&bench);
    fixture *f = &bench.devices[1];
    fk_id former = *fk_store_device(f->session->store);
    memory_disk *copy = memory_disk_clone(f->disk, 7);
    set_reference(f, "NM-8");
    assert_clean(sync_run(&bench, 1));
    sync_bench_put_back(&bench, 1, copy);
    set_reference(f, "NM-9");
    assert_has(sync_run(&bench, 1), "\"problem\":\"fork\""); /* sealed by now, and refused */
    set_reference(f, "NM-10");
    rekey(&bench, 1);
    assert_false(fk_id_equal(fk_store_device(f->session->store), &former));
    assert_true(shows_reference(f, "NM-10"));
    assert_has(call(f, "vault.check", "{}"), "\"rebuiltEqual\":true");
    sync_join(&bench, 1, FK_DEVICE_OFFICE);
    for (unsigned round = 0; round < 2; round++) {
        assert_clean(sync_run(&bench, 1));
        assert_clean(sync_run(&bench, 0));
    }
    for (unsigned device = 0; device < 2; device++) {
        const char *found = call(&bench.devices[device], "conflict.list", "{}");
        assert_has(found, "NM-8");
        assert_has(found, "NM-10");
        assert_has(call(&bench.devices[device], "sync.status", "{}"), NOTHING_LEFT);
        assert_has(call(&bench.devices[device], "vault.check", "{}"), "\"rebuiltEqual\":true");
    }
    sync_bench_free(&bench);
}

/* Goal: a vault put back to an older state, with nothing new in it, takes back what the hub has of it, and goes on. */
static void vault__that_went_back_takes_back_what_the_hub_has(void **state)
{
    (void)state;
    sync_bench bench;
    sync_bench_init_pair(&bench);
    fixture *f = &bench.devices[0];
    memory_disk *before = memory_disk_clone(f->disk, 7);
    set_reference(f, "NM-7");
    set_reference(f, "NM-8");
    assert_clean(sync_run(&bench, 0));
    assert_clean(sync_run(&bench, 1));
    sync_bench_put_back(&bench, 0, before);
    assert_false(shows_reference(f, "NM-8"));
    assert_clean(sync_run(&bench, 0));
    assert_true(shows_reference(f, "NM-8"));
    assert_has(call(f, "sync.status", "{}"), NOTHING_LEFT);
    assert_has(call(f, "vault.check", "{}"), "\"rebuiltEqual\":true");
    /* The same operation under its old number, and the next one after it: no place holds two. */
    sync_bench_reopen(&bench, 0);
    set_reference(f, "NM-9");
    assert_clean(sync_run(&bench, 0));
    assert_clean(sync_run(&bench, 1));
    assert_true(shows_reference(&bench.devices[1], "NM-9"));
    assert_has(call(&bench.devices[1], "conflict.list", "{}"), "\"conflicts\":[]");
    sync_bench_free(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confirmed__is_what_another_persons_device_holds),
        cmocka_unit_test(records__say_who_wrote_them),
        cmocka_unit_test(segments__wait_for_their_key),
        cmocka_unit_test(segments__of_an_author_without_the_role_are_kept_apart),
        cmocka_unit_test(segments__with_wrong_values_are_kept_apart_and_stop_nobody),
        cmocka_unit_test(answers__that_hold_much_are_taken_in_pieces),
        cmocka_unit_test(device__of_ones_own_confirms_nothing),
        cmocka_unit_test(vault__that_went_back_is_told_and_sends_nothing),
        cmocka_unit_test(vault__that_went_back_takes_back_what_the_hub_has),
        cmocka_unit_test(vault__that_went_on_in_two_places_becomes_two_devices),
    };
    return cmocka_run_group_tests_name("sync_cases", tests, NULL, NULL);
}
