/* What was ever written to a field: in which order, what was overruled by whom, and undoing a decision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fk/merge.h"

#include "session_internal.h"
#include "two_vaults.h"

#define NOON UINT64_C(1790000000000)
#define HOUR UINT64_C(3600000)
#define DAY (24 * HOUR)

static const char *history_of(fixture *f, const char *record, const char *field)
{
    char request[512];
    (void)snprintf(request, sizeof request, "{\"caseId\":\"" ID_CASE "\",\"recordId\":\"%s\",\"field\":\"%s\"}", record,
                   field);
    return call(f, "field.history", request);
}

static const char *phones(fixture *f)
{
    return history_of(f, ID_VICTIM, "phone");
}

/* The values of a history as they stand in it, and that there are no others. */
static void assert_values(const char *history, const char *const *values, size_t count)
{
    const char *at = history;
    for (size_t i = 0; i < count; i++) {
        at = strstr(at, "\"value\":");
        assert_non_null(at);
        at += strlen("\"value\":");
        assert_int_equal(strncmp(at, values[i], strlen(values[i])), 0);
    }
    assert_null(strstr(at, "\"value\":"));
}

static const char *device_of(fixture *f, char hex_out[FK_ID_HEX_SIZE + 1])
{
    fk_id_to_hex(fk_store_device(f->session->store), hex_out);
    return hex_out;
}

/* The row that holds a value, up to the next one. */
static void assert_row_has(const char *history, const char *value, const char *text)
{
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\"value\":%s", value);
    const char *row = strstr(history, wanted);
    assert_non_null(row);
    const char *end = strstr(row, "{\"write\"");
    const char *found = strstr(row, text);
    if (found == NULL || (end != NULL && found > end)) {
        fail_msg("%s is not in the row of %s in %s", text, value, history);
    }
}

static void differ(two_vaults *both)
{
    assert_ok(change(&both->ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON + 1, ""));
    assert_ok(change(&both->ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\""), NOON + 2, ""));
    exchange(both);
}

/* --- who overruled what ---------------------------------------------------------------------------------- */

/* Also once the author of what was overruled has written again. */
static void history__says_what_was_overruled_and_by_whom(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    differ(&both);
    assert_ok(resolve_first(&both.ben, "\"value\":\"0222\"", "rang her"));
    exchange(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0333\""), NOON + DAY / 2, "new phone"));
    exchange(&both);
    char ben[FK_ID_HEX_SIZE + 1];
    char ann[FK_ID_HEX_SIZE + 1];
    char by_ben[128];
    char by_ann[128];
    (void)snprintf(by_ben, sizeof by_ben, "\"replacedBy\":{\"deviceId\":\"%s\",\"sequence\":\"2\"}",
                   device_of(&both.ben, ben));
    (void)snprintf(by_ann, sizeof by_ann, "\"replacedBy\":{\"deviceId\":\"%s\"", device_of(&both.ann, ann));
    static const char *const values[] = { "\"0333\"", "\"0222\"", "\"0222\"", "\"0111\"" };
    fixture *devices[] = { &both.ann, &both.ben };
    for (size_t i = 0; i < 2; i++) {
        const char *history = phones(devices[i]);
        assert_values(history, values, 4);
        assert_row_has(history, "\"0333\"", "\"isCurrent\":true");
        assert_row_has(history, "\"0222\"", "\"reason\":\"rang her\"");
        assert_row_has(history, "\"0222\"", by_ann); /* the decision is the first of the two */
        assert_row_has(history, "\"0111\"", by_ben);
    }
    two_vaults_free(&both);
}

/* --- undoing a decision ---------------------------------------------------------------------------------- */

/* conflict.resolve about one write that stands: the earlier value `value` again. */
static const char *undo(fixture *f, const char *record, const char *field, const char *value)
{
    char standing[160] = "";
    char earlier[160] = "";
    const char *history = history_of(f, record, field);
    for (const char *at = strstr(history, "{\"deviceId\":\""); at != NULL;
         at = strstr(at + 1, "{\"write\":{\"deviceId\"")) {
        char wanted[64];
        char name[160];
        const char *device = strstr(at, "\"deviceId\":\"") + strlen("\"deviceId\":\"");
        const char *sequence = strstr(at, "\"sequence\":\"") + strlen("\"sequence\":\"");
        (void)snprintf(name, sizeof name, "{\"deviceId\":\"%.32s\",\"sequence\":\"%lu\"}", device,
                       strtoul(sequence, NULL, 10));
        (void)snprintf(wanted, sizeof wanted, "\"value\":%s,", value);
        const char *end = strstr(at + 1, "{\"write\":{");
        const char *found = strstr(at, wanted);
        bool is_wanted = found != NULL && (end == NULL || found < end);
        (void)snprintf(standing[0] == '\0' ? standing : earlier, sizeof standing, "%s",
                       standing[0] == '\0' || is_wanted ? name : earlier);
    }
    char request[2048];
    f->mutation_count++;
    (void)snprintf(request, sizeof request,
                   "{\"mutationId\":\"5%031u\",\"timeMs\":1790000200000,\"caseId\":\"" ID_CASE
                   "\",\"recordId\":\"%s\",\"field\":\"%s\",\"seen\":[%s,%s],\"chosen\":1,\"reason\":\"it was right\"}",
                   f->mutation_count, record, field, standing, earlier);
    return call(f, "conflict.resolve", request);
}

static void decision__can_be_undone_by_whoever_knows_better(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    differ(&both);
    assert_ok(resolve_first(&both.ben, "\"value\":\"0222\"", "rang her"));
    exchange(&both);
    assert_ok(undo(&both.ann, ID_VICTIM, "phone", "\"0111\""));
    exchange(&both);
    assert_no_conflict(&both);
    static const char *const values[] = { "\"0111\"", "\"0222\"", "\"0222\"", "\"0111\"" };
    fixture *devices[] = { &both.ann, &both.ben };
    for (size_t i = 0; i < 2; i++) {
        assert_has(call(devices[i], "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "\"phone\":\"0111\"");
        const char *history = phones(devices[i]);
        assert_values(history, values, 4);
        assert_row_has(history, "\"0111\"", "\"reason\":\"it was right\"");
        assert_row_has(history, "\"0222\"", "\"reason\":\"rang her\"");
    }
    two_vaults_free(&both);
}

/* One checklist completed on two devices: what was decided about it can be decided again, by what was written alone. */
static void decision__about_a_completed_document_can_be_undone(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    fixture *devices[] = { &both.ann, &both.ben };
    static const char *const concerns[] = { CHANGE("concernHigh", "\"yes\""), CHANGE("concernHigh", "\"no\"") };
    for (size_t i = 0; i < 2; i++) {
        begin_document(devices[i], "assessment", ID_ASSESSMENT, NULL);
        fill_assessment(devices[i], ID_ASSESSMENT, 14);
        assert_ok(save(devices[i], "assessment", ID_ASSESSMENT, concerns[i]));
        assert_ok(save(devices[i], "assessment", ID_ASSESSMENT, CHANGE("concernReason", "\"He was there.\"")));
        assert_ok(complete(devices[i], ID_ASSESSMENT));
    }
    exchange(&both);
    assert_has(conflicts(&both.ann), "\"field\":\"concernHigh\",\"mergeClass\":\"S\"");
    assert_has(call(&both.ben, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "\"concernHigh\":\"yes\"");
    assert_has(resolve_first(&both.ann, "\"chosen\":1", "asked him"), "\"operationCount\":1");
    exchange(&both);
    const char *after = strstr(history_of(&both.ben, ID_ASSESSMENT, "concernHigh"), "\"value\":");
    assert_non_null(after);
    bool is_no = strncmp(after, "\"value\":\"no\"", strlen("\"value\":\"no\"")) == 0;
    assert_ok(undo(&both.ben, ID_ASSESSMENT, "concernHigh", is_no ? "\"yes\"" : "\"no\""));
    exchange(&both);
    for (size_t i = 0; i < 2; i++) {
        assert_has(call(devices[i], "case.get", "{\"caseId\":\"" ID_CASE "\"}"),
                   is_no ? "\"concernHigh\":\"yes\"" : "\"concernHigh\":\"no\"");
        assert_null(strstr(conflicts(devices[i]), "\"field\":\"concernHigh\""));
    }
    two_vaults_free(&both);
}

/* --- the order ---------------------------------------------------------------------------------------------- */

/* A write of a colleague's device that arrives at a time of this device. */
typedef struct arrival {
    fk_wire_operation operation;
    fk_remote_segment segment;
    uint8_t over[FK_OVER_SIZE_BYTES];
} arrival;

static void arrive(fixture *f, arrival *one, uint64_t device_number, const char *value, uint64_t clock_ms,
                   uint64_t arrived_ms)
{
    fk_id device = { { 0xC0 } };
    fk_put_u64(device.bytes + 8, device_number);
    one->operation.hlc = clock_ms << FK_MERGE_HLC_COUNTER_BITS;
    one->operation.type = fk_bytes_text("person");
    one->operation.field = fk_bytes_text("phone");
    one->operation.has_value = true;
    one->operation.value = fk_bytes_text(value);
    one->operation.mutation = fk_id_is_zero(&one->operation.mutation) ? device : one->operation.mutation;
    assert_true(fk_is_ok(fk_id_from_hex(fk_bytes_text(ID_VICTIM), &one->operation.record)));
    one->segment.compartment = FK_COMPARTMENT_HOME;
    one->segment.device = device;
    one->segment.first_sequence = 1;
    one->segment.operations = &one->operation;
    one->segment.operation_count = 1;
    assert_true(fk_is_ok(fk_id_from_hex(fk_bytes_text(ID_CASE), &one->segment.case_id)));
    uint32_t ignored = 0;
    fk_store *store = f->session->store;
    assert_int_equal(fk_store_begin(store).code, FK_OK);
    assert_int_equal(fk_store_apply(store, &one->segment, arrived_ms, &ignored).code, FK_OK);
    assert_int_equal(fk_store_commit(store).code, FK_OK);
}

static uint64_t now_of(fixture *f)
{
    return fk_session_now_ms(f->session);
}

/* A clock more than a day ahead is marked, stands where its write arrived, and is never the newest. */
static void order__a_clock_far_ahead_stands_where_it_arrived(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    fixture *f = &both.ann;
    uint64_t now = now_of(f);
    arrival ones[4] = { { .operation = { .hlc = 0 } } };
    arrive(f, &ones[0], 1, "\"first\"", now - 6 * HOUR, now - 6 * HOUR);
    arrive(f, &ones[1], 2, "\"next year\"", now + 365 * DAY, now - 4 * HOUR);
    arrive(f, &ones[2], 3, "\"in two days\"", now + 2 * DAY, now - 3 * HOUR);
    arrive(f, &ones[3], 4, "\"last\"", now - 2 * HOUR, now - 2 * HOUR);
    static const char *const values[] = { "\"last\"", "\"in two days\"", "\"next year\"", "\"first\"" };
    const char *history = phones(f);
    assert_values(history, values, 4);
    assert_row_has(history, "\"next year\"", "\"isClockWrong\":true");
    assert_row_has(history, "\"in two days\"", "\"isClockWrong\":true");
    assert_row_has(history, "\"first\"", "\"isClockWrong\":false");
    assert_row_has(history, "\"last\"", "\"isShown\":true");
    two_vaults_free(&both);
}

/* Twenty hours ahead is not marked; whoever saw it and wrote something else is later all the same. */
static void order__what_replaced_a_write_is_later_whatever_the_clocks(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    uint64_t now = now_of(&both.ann);
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"fast\""), now + 20 * HOUR, ""));
    give(&both.ben, &both.ann);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"after\""), now, ""));
    exchange(&both);
    static const char *const values[] = { "\"after\"", "\"fast\"" };
    fixture *devices[] = { &both.ann, &both.ben };
    for (size_t i = 0; i < 2; i++) {
        const char *history = phones(devices[i]);
        assert_values(history, values, 2);
        assert_row_has(history, "\"after\"", "\"isShown\":true");
        assert_has(call(devices[i], "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "\"phone\":\"after\"");
    }
    two_vaults_free(&both);
}

/* A clock of the year 2100, or of 1970, refuses no record. */
static void order__no_clock_refuses_a_record(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    arrival ones[2] = { { .operation = { .hlc = 0 } } };
    arrive(&both.ann, &ones[0], 1, "\"1970\"", 0, now_of(&both.ann));
    arrive(&both.ann, &ones[1], 2, "\"2100\"", UINT64_C(4102444800000), now_of(&both.ann));
    assert_has(phones(&both.ann), "\"1970\"");
    assert_has(phones(&both.ann), "\"2100\"");
    assert_has(conflicts(&both.ann), "\"2100\"");
    two_vaults_free(&both);
}

/* --- the name a write had before ------------------------------------------------------------------------------ */

/* A notebook that was restored sends again what the former device wrote: it stands there once, and says where from. A
 * write of another device with the same words is another write. */
static void history__an_adopted_write_stands_there_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        bool is_adopted = i == 0;
        two_vaults both;
        two_vaults_init(&both);
        uint64_t now = now_of(&both.ann);
        arrival former = { .operation = { .hlc = 0 } };
        arrival later = { .operation = { .hlc = 0 } };
        arrive(&both.ann, &former, 1, "\"0111\"", now - HOUR, now - HOUR);
        if (is_adopted) {
            later.operation.is_adopted = true;
            later.operation.adopted_device = former.segment.device;
            later.operation.adopted_sequence = 1;
            later.operation.mutation = former.operation.mutation;
        }
        arrive(&both.ann, &later, 2, "\"0111\"", now - HOUR, now);
        const char *history = phones(&both.ann);
        static const char *const values[] = { "\"0111\"", "\"0111\"" };
        assert_values(history, values, is_adopted ? 1 : 2);
        if (is_adopted) {
            assert_row_has(history, "\"0111\"", "\"adoptedFrom\":{\"deviceId\":\"c0");
            assert_row_has(history, "\"0111\"", "\"isShown\":true");
        } else {
            assert_null(strstr(history, "adoptedFrom"));
        }
        two_vaults_free(&both);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history__says_what_was_overruled_and_by_whom),
        cmocka_unit_test(decision__can_be_undone_by_whoever_knows_better),
        cmocka_unit_test(decision__about_a_completed_document_can_be_undone),
        cmocka_unit_test(order__a_clock_far_ahead_stands_where_it_arrived),
        cmocka_unit_test(order__what_replaced_a_write_is_later_whatever_the_clocks),
        cmocka_unit_test(order__no_clock_refuses_a_record),
        cmocka_unit_test(history__an_adopted_write_stands_there_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
