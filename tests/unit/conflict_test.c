/* Two people, two devices, one case: what each wrote is kept, shown with who and when, and ended by a decision with a
 * reason on both. The operations go from vault to vault; there is no network and no hub. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "two_vaults.h"

#define CONTACT "50000000000000000000000000000001"
#define NOON UINT64_C(1790000000000)
#define YEAR UINT64_C(31536000000)

static const char *get(fixture *f)
{
    return call(f, "case.get", "{\"caseId\":\"" ID_CASE "\"}");
}

/* The contact of the victim, agreed by both. */
static void add_contact(two_vaults *both)
{
    assert_ok(save(&both->ann, "safe_contact", CONTACT,
                   CHANGE("person", "\"" ID_VICTIM
                                    "\"") "," CHANGE("safeToCall", "\"not_known\"") "," CHANGE("number", "\"01234\"")));
    assert_ok(commit(&both->ann, "\"" CONTACT "\""));
    exchange(both);
}

/* Two fields of one record: both arrive, nobody is asked anything. */
static void conflict__different_fields_both_arrive(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON + 1, ""));
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("doctor", "\"Dr Elm\""), NOON + 2, ""));
    exchange(&both);
    assert_has(get(&both.ann), "\"doctor\":\"Dr Elm\",\"name\":\"Si\303\242n Alder\",\"phone\":\"0111\"");
    assert_has(get(&both.ben), "\"doctor\":\"Dr Elm\",\"name\":\"Si\303\242n Alder\",\"phone\":\"0111\"");
    assert_no_conflict(&both);
    two_vaults_free(&both);
}

/* One field: both are kept and shown, with who and when; the newest stands in the record. */
static void conflict__same_field_is_kept_twice(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON + 1000, "she told me"));
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\""), NOON + 2000, ""));
    exchange(&both);
    fixture *devices[] = { &both.ann, &both.ben };
    for (size_t i = 0; i < 2; i++) {
        assert_has(get(devices[i]), "\"phone\":\"0222\"");
        assert_has(get(devices[i]), "\"recordId\":\"" ID_VICTIM "\",\"type\":\"person\"");
        assert_has(get(devices[i]), "\"conflictCount\":1");
        assert_has(call(devices[i], "case.list", "{\"limit\":10}"), "\"conflictCount\":1");
        const char *list = conflicts(devices[i]);
        assert_has(list, "\"victimName\":\"Si\303\242n Alder\",\"recordId\":\"" ID_VICTIM
                         "\",\"type\":\"person\",\"field\":\"phone\",\"mergeClass\":\"R\"");
        assert_has(list, "\"value\":\"0111\"");
        assert_has(list, "\"value\":\"0222\"");
        assert_has(list, "\"timeMs\":1790000001000,\"isClockWrong\":false");
        assert_has(list, "\"timeMs\":1790000002000,\"isClockWrong\":false");
        assert_has(list,
                   i == 0 ? "\"isYou\":true,\"reason\":\"she told me\"" : "\"isYou\":false,\"reason\":\"she told me\"");
        assert_has(call(devices[i], "vault.check", "{}"), "\"rebuiltEqual\":true");
    }
    two_vaults_free(&both);
}

/* The inbox over every case says the same as the list of the one case. */
static void conflict__inbox_lists_every_case(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_has(call(&both.ann, "conflict.list", "{}"), "\"conflicts\":[]");
    assert_ok(
        change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\"") "," CHANGE("doctor", "\"A\""), NOON, ""));
    assert_ok(
        change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\"") "," CHANGE("doctor", "\"B\""), NOON, ""));
    exchange(&both);
    char one_case[TEXT_SIZE_MAX];
    (void)snprintf(one_case, sizeof one_case, "%s", conflicts(&both.ann));
    assert_string_equal(call(&both.ann, "conflict.list", "{}"), one_case);
    assert_has(one_case, "\"field\":\"doctor\"");
    const char *rest = call(&both.ann, "conflict.list", "{\"after\":\"" ID_VICTIM ":doctor\"}");
    assert_has(rest, "\"field\":\"phone\"");
    assert_false(has(rest, "\"field\":\"doctor\""));
    /* The row the page ended with was decided meanwhile: rather twice than never. */
    assert_has(call(&both.ann, "conflict.list", "{\"after\":\"" ID_VICTIM ":name\"}"), "\"field\":\"doctor\"");
    two_vaults_free(&both);
}

/* Whatever the clocks say, the value that assumes least safety stands until a person decides. */
static void conflict__safety_shows_least_safety(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    add_contact(&both);
    assert_ok(change(&both.ann, "safe_contact", CONTACT, CHANGE("safeToCall", "\"no\""), NOON + 1, ""));
    assert_ok(change(&both.ben, "safe_contact", CONTACT, CHANGE("safeToCall", "\"yes\""), NOON + 9999, ""));
    exchange(&both);
    assert_has(get(&both.ann), "\"safeToCall\":\"no\"");
    assert_has(get(&both.ben), "\"safeToCall\":\"no\"");
    assert_has(conflicts(&both.ben), "\"field\":\"safeToCall\",\"mergeClass\":\"S\"");
    two_vaults_free(&both);
}

static void conflict__a_decision_ends_it_on_both(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    add_contact(&both);
    assert_ok(change(&both.ann, "safe_contact", CONTACT, CHANGE("safeToCall", "\"no\""), NOON + 1, ""));
    assert_ok(change(&both.ben, "safe_contact", CONTACT, CHANGE("safeToCall", "\"yes\""), NOON + 2, ""));
    exchange(&both);
    assert_refused(resolve_first(&both.ben, "\"chosen\":0", "  "), "incomplete");
    assert_refused(resolve_first(&both.ben, "\"chosen\":2", "asked her"), "invalid-input");
    assert_has(conflicts(&both.ben), "\"field\":\"safeToCall\"");
    assert_has(resolve_first(&both.ben, "\"value\":\"yes\"", "asked her today"),
               "\"operationCount\":1,\"conflictCount\":0");
    exchange(&both);
    assert_no_conflict(&both);
    assert_has(get(&both.ann), "\"safeToCall\":\"yes\"");
    assert_has(get(&both.ben), "\"safeToCall\":\"yes\"");
    static const char history[] = "{\"caseId\":\"" ID_CASE "\",\"recordId\":\"" CONTACT "\",\"field\":\"safeToCall\"}";
    const char *writes = call(&both.ann, "field.history", history);
    assert_has(writes, "\"reason\":\"asked her today\"},\"isCurrent\":true,\"isShown\":true}");
    assert_has(writes, "\"value\":\"no\"");
    assert_has(writes, "\"value\":\"not_known\"");
    assert_has(writes, "\"isCurrent\":false,\"isShown\":false,\"replacedBy\":{\"deviceId\":\"");
    assert_has(writes, "\"isCut\":false");
    two_vaults_free(&both);
}

/* A repeat of the same decision, as after a crash, changes nothing and gets the same answer. */
static void conflict__a_decision_is_made_once(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON, ""));
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\""), NOON, ""));
    exchange(&both);
    char first[512];
    (void)snprintf(first, sizeof first, "%s", resolve_first(&both.ann, "\"chosen\":0", "checked"));
    assert_has(first, "\"conflictCount\":0");
    char before[TEXT_SIZE_MAX];
    (void)snprintf(before, sizeof before, "%s", call(&both.ann, "vault.storage", "{}"));
    char again[2048];
    (void)snprintf(again, sizeof again,
                   "{\"mutationId\":\"6%031u\",\"timeMs\":1,\"caseId\":\"" ID_CASE "\",\"recordId\":\"" ID_VICTIM
                   "\",\"field\":\"phone\",\"seen\":[],\"chosen\":0,\"reason\":\"checked\"}",
                   both.ann.mutation_count);
    assert_string_equal(call(&both.ann, "conflict.resolve", again), first);
    assert_string_equal(call(&both.ann, "vault.storage", "{}"), before);
    two_vaults_free(&both);
}

/* Only what was seen is replaced: a write that arrives between the list and the decision stands beside it. */
static void conflict__a_decision_replaces_what_was_seen(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON, ""));
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\""), NOON, ""));
    exchange(&both);
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0333\""), NOON + 5, ""));
    assert_has(resolve_first(&both.ann, "\"value\":\"0444\"", "rang her"), "\"conflictCount\":0");
    exchange(&both);
    assert_has(conflicts(&both.ann), "\"value\":\"0333\"");
    assert_has(conflicts(&both.ann), "\"value\":\"0444\"");
    assert_has(conflicts(&both.ben), "\"value\":\"0444\"");
    two_vaults_free(&both);
}

/* docs/adr/0011: a form opened before a colleague's value arrived replaces what its author saw and nothing else. */
static void draft__does_not_overrule_what_its_author_did_not_see(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(save(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\"")));
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON + 1, ""));
    exchange(&both);
    assert_ok(save(&both.ben, "person", ID_VICTIM,
                   CHANGE("phone", "\"0223\""))); /* what was seen is that of the first save */
    assert_has(commit(&both.ben, "\"" ID_VICTIM "\""), "\"operationCount\":1");
    exchange(&both);
    assert_has(conflicts(&both.ann), "\"value\":\"0111\"");
    assert_has(conflicts(&both.ann), "\"value\":\"0223\"");
    assert_has(conflicts(&both.ben), "\"value\":\"0111\"");
    two_vaults_free(&both);
}

/* ... and one opened after it arrived replaces it, without any conflict. */
static void draft__overrules_what_its_author_saw(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON + 5000, ""));
    exchange(&both);
    assert_ok(save(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\"")));
    assert_ok(commit(&both.ben, "\"" ID_VICTIM "\""));
    exchange(&both);
    assert_no_conflict(&both);
    assert_has(get(&both.ann), "\"phone\":\"0222\"");
    two_vaults_free(&both);
}

/* A field that was touched and put back to what it said is no change: the colleague's value stays alone. */
static void draft__put_back_is_no_change(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON, ""));
    exchange(&both);
    assert_ok(save(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0\"")));
    assert_ok(save(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0111\"")));
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0999\""), NOON + 9, ""));
    exchange(&both);
    assert_has(commit(&both.ben, "\"" ID_VICTIM "\""), "\"operationCount\":0");
    exchange(&both);
    assert_no_conflict(&both);
    assert_has(get(&both.ben), "\"phone\":\"0999\"");
    two_vaults_free(&both);
}

/* In a conflict an ordinary edit replaces only the value that is shown; the other stays. */
static void draft__in_a_conflict_replaces_only_the_shown_one(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON + 1, ""));
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\""), NOON + 2, ""));
    exchange(&both);
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0333\""), NOON + 3, ""));
    exchange(&both);
    assert_has(conflicts(&both.ann), "\"value\":\"0111\"");
    assert_has(conflicts(&both.ann), "\"value\":\"0333\"");
    assert_false(has(conflicts(&both.ann), "\"value\":\"0222\""));
    two_vaults_free(&both);
}

/* A clock a year ahead, or years behind, changes what is looked at first and loses nothing. */
static void clock__decides_no_loss(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    add_contact(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON + 1, ""));
    assert_ok(change(&both.ann, "safe_contact", CONTACT, CHANGE("safeToCall", "\"no\""), NOON + 1, ""));
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\""), NOON + YEAR, ""));
    assert_ok(change(&both.ben, "safe_contact", CONTACT, CHANGE("safeToCall", "\"yes\""), NOON + YEAR, ""));
    exchange(&both);
    fixture *devices[] = { &both.ann, &both.ben };
    for (size_t i = 0; i < 2; i++) {
        assert_has(get(devices[i]), "\"phone\":\"0111\"");
        assert_has(get(devices[i]), "\"safeToCall\":\"no\"");
        assert_has(conflicts(devices[i]), "\"value\":\"0222\"");
        assert_has(conflicts(devices[i]), "\"value\":\"yes\"");
        assert_has(conflicts(devices[i]), "\"isClockWrong\":true");
    }
    /* Who saw it replaces it, whatever the clocks say. */
    assert_has(resolve_first(&both.ann, "\"chosen\":1", "rang the number"), "\"conflictCount\":1");
    assert_has(resolve_first(&both.ann, "\"chosen\":0", "asked her"), "\"conflictCount\":0");
    exchange(&both);
    assert_no_conflict(&both);
    two_vaults_free(&both);
}

/* Two people who write the same agree; and whoever then changes it replaces both. */
static void conflict__equal_values_agree(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON + 1, ""));
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON + 2, ""));
    exchange(&both);
    assert_no_conflict(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0333\""), NOON + 3, ""));
    exchange(&both);
    assert_no_conflict(&both);
    assert_has(get(&both.ben), "\"phone\":\"0333\"");
    two_vaults_free(&both);
}

/* Memory may end anywhere: nothing leaks, nothing is half decided, and the next try goes through. */
static void conflict__every_allocation_may_fail(void **state)
{
    (void)state;
    two_vaults both;
    two_vaults_init(&both);
    assert_ok(change(&both.ann, "person", ID_VICTIM, CHANGE("phone", "\"0111\""), NOON, ""));
    assert_ok(change(&both.ben, "person", ID_VICTIM, CHANGE("phone", "\"0222\""), NOON, ""));
    exchange(&both);
    fixture *ann = &both.ann;
    char decision[8192];
    first_decision(ann, "\"chosen\":0", "asked her", decision, sizeof decision);
    fk_session_free(ann->session);
    failing_allocator failing;
    failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
    unsigned failures = 0;
    bool has_failed = true;
    for (uint64_t k = 0; has_failed; k++) {
        fk_buffer_free(&ann->reply);
        fixture_open(ann, &failing.allocator);
        assert_ok(call(ann, "core.start", "{}"));
        assert_ok(call_key(ann, "vault.unlock", right_key));
        failing.fail_at = failing.request_count + k;
        const char *reply = conflicts(ann);
        if (is_ok(reply)) {
            reply = call(ann, "field.history",
                         "{\"caseId\":\"" ID_CASE "\",\"recordId\":\"" ID_VICTIM "\",\"field\":\"phone\"}");
        }
        if (is_ok(reply)) {
            reply = call(ann, "conflict.resolve", decision);
        }
        has_failed = failing_allocator_failed(&failing);
        failing.fail_at = FAILING_ALLOCATOR_NEVER;
        if (!is_ok(reply)) {
            assert_has(reply, "\"code\":\"no-memory\"");
        }
        fk_session_free(ann->session);
        ann->session = NULL;
        assert_int_equal(failing.live_count, 0);
        failures += has_failed;
    }
    assert_true(failures > 20);
    fk_buffer_free(&ann->reply);
    fixture_open(ann, &fk_allocator_libc);
    assert_ok(call(ann, "core.start", "{}"));
    assert_ok(call_key(ann, "vault.unlock", right_key));
    assert_has(conflicts(ann), "\"conflicts\":[]");
    assert_has(call(ann, "vault.check", "{}"), "\"rebuiltEqual\":true");
    two_vaults_free(&both);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conflict__different_fields_both_arrive),
        cmocka_unit_test(conflict__same_field_is_kept_twice),
        cmocka_unit_test(conflict__inbox_lists_every_case),
        cmocka_unit_test(conflict__safety_shows_least_safety),
        cmocka_unit_test(conflict__a_decision_ends_it_on_both),
        cmocka_unit_test(conflict__a_decision_is_made_once),
        cmocka_unit_test(conflict__a_decision_replaces_what_was_seen),
        cmocka_unit_test(draft__does_not_overrule_what_its_author_did_not_see),
        cmocka_unit_test(draft__overrules_what_its_author_saw),
        cmocka_unit_test(draft__put_back_is_no_change),
        cmocka_unit_test(draft__in_a_conflict_replaces_only_the_shown_one),
        cmocka_unit_test(clock__decides_no_loss),
        cmocka_unit_test(conflict__equal_values_agree),
        cmocka_unit_test(conflict__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
