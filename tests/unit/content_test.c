/* The embedded content: lookup, order, and every file as the core's strict reader and tables see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fk/content.h"
#include "fk/criteria.h"
#include "fk/dash.h"
#include "fk/json.h"

/* content.get of core/protocol/protocol.json. */
enum { CONTENT_SIZE_BYTES_MAX = 1048576 };

static void assert_text(fk_bytes actual, const char *expected)
{
    assert_true(fk_bytes_equal_text(actual, expected));
}

static fk_json_doc *parse(const char *name)
{
    const fk_content *content = fk_content_find(fk_bytes_text(name));
    fk_json_doc *doc = NULL;
    assert_non_null(content);
    assert_true(fk_is_ok(fk_json_parse(&fk_allocator_libc, content->json, &fk_json_limits_form, &doc, NULL)));
    return doc;
}

static int start_codec(void **state)
{
    (void)state;
    fk_codec_start(&fk_allocator_libc);
    return 0;
}

static void content_find__knows_every_name_and_no_other(void **state)
{
    static const char *const names[] = { "about",     "after-asking",   "areas",      "before-asking",
                                         "choices",   "criteria-words", "dash-adult", "emergency",
                                         "errors",    "practice-cases", "referral",   "safety-plan",
                                         "to-confirm" };
    static const char *const strangers[] = { "", "dash", "dash-adult.json", "Dash-adult", "dash-adult ", "../schema" };
    (void)state;
    assert_int_equal(fk_content_count(), sizeof names / sizeof names[0]);
    for (size_t i = 0; i < fk_content_count(); i++) {
        assert_text(fk_content_at(i)->name, names[i]);
        assert_ptr_equal(fk_content_find(fk_bytes_text(names[i])), fk_content_at(i));
    }
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        assert_null(fk_content_find(fk_bytes_text(strangers[i])));
    }
}

static void content__passes_the_strict_reader(void **state)
{
    (void)state;
    for (size_t i = 0; i < fk_content_count(); i++) {
        const fk_content *content = fk_content_at(i);
        assert_in_range(content->json.size_bytes, 2, CONTENT_SIZE_BYTES_MAX);
        assert_true(fk_is_ok(fk_json_check(&fk_allocator_libc, content->json, NULL)));
    }
}

/* The form, and the table the count is made with, are the same 24 items in the same order. */
static void dash_adult__is_the_form_of_the_domain(void **state)
{
    (void)state;
    fk_json_doc *doc = parse("dash-adult");
    size_t index = 0;
    const fk_json *groups = fk_json_member_text(fk_json_root(doc), "item");
    for (const fk_json *group = fk_json_first(groups); group != NULL; group = fk_json_next(group)) {
        const fk_json *items = fk_json_member_text(group, "item");
        for (const fk_json *item = fk_json_first(items); item != NULL; item = fk_json_next(item)) {
            assert_in_range(index, 0, FK_DASH_ITEM_COUNT - 1);
            assert_text(fk_json_string(fk_json_member_text(item, "linkId")), fk_dash_items[index].id);
            index++;
        }
    }
    assert_int_equal(index, FK_DASH_ITEM_COUNT);
    fk_json_doc_free(doc);
}

/* The first area profile is the one "with every setting at its default". */
static void areas__first_has_the_defaults_of_the_domain(void **state)
{
    (void)state;
    fk_json_doc *doc = parse("areas");
    const fk_criteria_area *defaults = &fk_criteria_area_default;
    const fk_json *areas = fk_json_member_text(fk_json_root(doc), "areas");
    const fk_json *rules = fk_json_member_text(fk_json_first(areas), "rules");
    const fk_json *escalation = fk_json_member_text(rules, "escalation");
    const fk_json *repeat = fk_json_member_text(rules, "repeat");
    const struct {
        const fk_json *parent;
        const char *name;
        uint32_t expected;
    } numbers[] = {
        { rules, "vhrThreshold", defaults->vhr_threshold },     { escalation, "count", defaults->escalation_count },
        { escalation, "months", defaults->escalation_months },  { repeat, "months", defaults->repeat_months },
        { rules, "transferMonths", defaults->transfer_months }, { rules, "minVictimAge", defaults->victim_age_min },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uint64_t value = 0;
        const fk_json *member = fk_json_member_text(numbers[i].parent, numbers[i].name);
        assert_true(fk_is_ok(fk_json_to_uint64(member, 0, UINT32_MAX, &value)));
        assert_int_equal(value, numbers[i].expected);
    }
    bool is_same_pair = false;
    assert_true(fk_is_ok(fk_json_to_bool(fk_json_member_text(escalation, "samePair"), &is_same_pair)));
    assert_int_equal(is_same_pair, defaults->escalation_same_pair);
    assert_text(fk_json_string(fk_json_member_text(escalation, "source")),
                fk_names_text(&fk_escalation_source_names, defaults->escalation_source));
    assert_text(fk_json_string(fk_json_member_text(repeat, "anchor")),
                fk_names_text(&fk_repeat_anchor_names, defaults->repeat_anchor));
    assert_text(fk_json_string(fk_json_member_text(repeat, "definition")),
                fk_names_text(&fk_repeat_definition_names, defaults->repeat_definition));
    assert_int_equal(fk_json_kind_of(fk_json_member_text(rules, "localCriteria")), FK_JSON_ARRAY);
    assert_int_equal(fk_json_count(fk_json_member_text(rules, "localCriteria")), defaults->local_criteria_count);
    fk_json_doc_free(doc);
}

/* Words exist for every id the core can put into a result. */
static void criteria_words__cover_every_name_of_the_core(void **state)
{
    (void)state;
    const struct {
        const char *member;
        const fk_names *names;
    } tables[] = {
        { "notices", &fk_notice_names },
        { "composites", &fk_dash_composite_names },
        { "clusters", &fk_dash_cluster_names },
        { "reasons", &fk_criterion_names },
        { "statuses", &fk_criterion_status_names },
    };
    fk_json_doc *doc = parse("criteria-words");
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        const fk_json *words = fk_json_member_text(fk_json_root(doc), tables[i].member);
        assert_int_equal(fk_json_count(words), tables[i].names->count);
        for (size_t k = 0; k < tables[i].names->count; k++) {
            assert_non_null(fk_json_member_text(words, fk_names_text(tables[i].names, k)));
        }
    }
    fk_json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_find__knows_every_name_and_no_other),
        cmocka_unit_test(content__passes_the_strict_reader),
        cmocka_unit_test(dash_adult__is_the_form_of_the_domain),
        cmocka_unit_test(areas__first_has_the_defaults_of_the_domain),
        cmocka_unit_test(criteria_words__cover_every_name_of_the_core),
    };
    return cmocka_run_group_tests(tests, start_codec, NULL);
}
