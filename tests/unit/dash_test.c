/* The Dash table and what answers say; the same ids as the record schema and the shipped form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fk/criteria.h"
#include "fk/dash.h"
#include "fk/record.h"

/* Yes to the items of the list (numbers, ended by 0), no to all others. */
static fk_dash_summary summary_of(const uint8_t *yes_numbers)
{
    fk_dash_answers answers;
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        answers.item[i] = FK_DASH_NO;
    }
    for (; *yes_numbers != 0; yes_numbers++) {
        answers.item[*yes_numbers - 1] = FK_DASH_YES;
    }
    return fk_dash_summarise(&answers);
}

static void items__stand_in_the_order_of_the_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        char prefix[8];
        size_t index = 99;
        (void)snprintf(prefix, sizeof prefix, "D%02zu_", i + 1);
        assert_int_equal(fk_dash_items[i].number, i + 1);
        assert_memory_equal(fk_dash_items[i].id, prefix, 4);
        assert_true(fk_dash_item_find(fk_bytes_text(fk_dash_items[i].id), &index));
        assert_int_equal(index, i);
        assert_true(fk_dash_items[i].cluster < fk_dash_cluster_names.count);
    }
    size_t index = 99;
    assert_false(fk_dash_item_find(fk_bytes_text("D25_OTHER"), &index));
    assert_int_equal(index, 0);
}

/* docs/DOMAIN.md 1.1: the items with "B". */
static void items__that_count_only_in_combination(void **state)
{
    (void)state;
    static const uint8_t combined[] = { 1, 4, 7, 18, 19, 20, 21, 24 };
    uint32_t set = 0;
    for (size_t i = 0; i < sizeof combined; i++) {
        set |= UINT32_C(1) << (combined[i] - 1);
    }
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        assert_int_equal(fk_dash_items[i].prompts_judgement, (set >> i & 1) == 0);
    }
}

static void summarise__counts_the_four_states(void **state)
{
    (void)state;
    fk_dash_answers answers = { { FK_DASH_NOT_ANSWERED } };
    fk_dash_summary summary = fk_dash_summarise(&answers);
    assert_int_equal(summary.not_answered_count, 24);
    assert_int_equal(summary.unknown_set, 0xFFFFFF);
    assert_int_equal(summary.yes_count + summary.dont_know_count, 0);
    answers.item[0] = FK_DASH_YES;
    answers.item[1] = FK_DASH_NO;
    answers.item[2] = FK_DASH_DONT_KNOW;
    summary = fk_dash_summarise(&answers);
    assert_int_equal(summary.yes_count, 1);
    assert_int_equal(summary.dont_know_count, 1);
    assert_int_equal(summary.not_answered_count, 21);
    assert_int_equal(summary.unknown_set, 0xFFFFFC);
    assert_int_equal(summary.prompt_set, 0); /* item 1 only counts in combination */
}

static void summarise__finds_composites(void **state)
{
    (void)state;
    enum { TRIAD = 1, PERP_SUICIDE = 2, CONTACT = 4, STRANGLE = 8, VICTIM_SUICIDE = 16, PREGNANCY = 32 };
    static const struct {
        uint8_t yes[8];
        uint32_t composite_set;
    } cases[] = {
        { { 0 }, 0 },
        { { 6, 12, 0 }, 0 },
        { { 6, 12, 1, 0 }, TRIAD },
        { { 6, 12, 13, 0 }, TRIAD },
        { { 6, 12, 15, 0 }, TRIAD },
        { { 6, 12, 16, 0 }, TRIAD },
        { { 6, 12, 14, 0 }, 0 },
        { { 6, 1, 13, 15, 16, 0 }, 0 },
        { { 12, 1, 13, 0 }, 0 },
        { { 6, 22, 0 }, PERP_SUICIDE },
        { { 5, 22, 0 }, 0 },
        { { 6, 7, 0 }, CONTACT },
        { { 7, 8, 0 }, 0 },
        { { 15, 10, 0 }, STRANGLE },
        { { 15, 11, 0 }, STRANGLE },
        { { 15, 0 }, 0 },
        { { 10, 11, 0 }, 0 },
        { { 5, 4, 0 }, VICTIM_SUICIDE },
        { { 5, 8, 0 }, VICTIM_SUICIDE },
        { { 5, 12, 0 }, VICTIM_SUICIDE },
        { { 5, 0 }, 0 },
        { { 4, 8, 12, 0 }, 0 },
        { { 9, 1, 0 }, PREGNANCY },
        { { 9, 13, 0 }, PREGNANCY },
        { { 9, 15, 0 }, PREGNANCY },
        { { 9, 16, 0 }, PREGNANCY },
        { { 9, 14, 0 }, 0 },
        { { 6, 7, 22, 9, 16, 12, 0 }, TRIAD | PERP_SUICIDE | CONTACT | PREGNANCY },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(summary_of(cases[i].yes).composite_set, cases[i].composite_set);
    }
}

/* Only a yes makes a composite, a cluster or a prompt. */
static void summarise__takes_nothing_from_unknown_answers(void **state)
{
    (void)state;
    fk_dash_answers answers;
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        answers.item[i] = i % 2 == 0 ? FK_DASH_DONT_KNOW : FK_DASH_NOT_ANSWERED;
    }
    fk_dash_summary summary = fk_dash_summarise(&answers);
    assert_int_equal(summary.composite_set | summary.cluster_set | summary.prompt_set, 0);
}

static void summarise__names_clusters_once(void **state)
{
    (void)state;
    static const uint8_t frightened_and_fears[] = { 2, 3, 10, 11, 0 };
    fk_dash_summary summary = summary_of(frightened_and_fears);
    size_t count = 0;
    for (size_t i = 0; i < fk_dash_cluster_names.count; i++) {
        if ((summary.cluster_set >> i & 1) != 0) {
            const char *name = fk_names_text(&fk_dash_cluster_names, i);
            assert_true(strcmp(name, "CL_FEAR") == 0 || strcmp(name, "CL_ESCALATION") == 0);
            count++;
        }
    }
    assert_int_equal(count, 2);
    assert_int_equal(summary.prompt_set, 0x606);
}

static const fk_record_choice *choice_of(const char *type, const char *field, const char *member)
{
    const fk_record_field *found = fk_record_field_find(fk_record_type_find(fk_bytes_text(type)), fk_bytes_text(field));
    assert_non_null(found);
    for (size_t i = 0; member != NULL && i < found->composite->member_count; i++) {
        if (strcmp(found->composite->members[i].name, member) == 0) {
            return found->composite->members[i].choice;
        }
    }
    assert_non_null(found->choice);
    return found->choice;
}

static void assert_same_values(const fk_record_choice *choice, const fk_names *names)
{
    assert_int_equal(choice->value_count, names->count);
    for (size_t i = 0; i < names->count; i++) {
        size_t index = 0;
        assert_true(fk_record_choice_index(choice, fk_bytes_text(names->text[i]), &index));
    }
}

/* A record can hold exactly what the rules know. */
static void names__are_those_of_the_record_schema(void **state)
{
    (void)state;
    assert_same_values(choice_of("assessment", "answer/D01_INJURY", "answer"), &fk_dash_answer_names);
    assert_same_values(choice_of("incident", "incidentType", NULL), &fk_incident_type_names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items__stand_in_the_order_of_the_form),
        cmocka_unit_test(items__that_count_only_in_combination),
        cmocka_unit_test(summarise__counts_the_four_states),
        cmocka_unit_test(summarise__finds_composites),
        cmocka_unit_test(summarise__takes_nothing_from_unknown_answers),
        cmocka_unit_test(summarise__names_clusters_once),
        cmocka_unit_test(names__are_those_of_the_record_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
