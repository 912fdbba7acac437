/* Which of several writes of one field is shown and how they stand: a table for each class of the design, and
 * properties over random writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fk/merge.h"
#include "records_gen.h"

#include "seeded_random.h"

enum { WRITES_MAX = 5 };

#define NOW_MS UINT64_C(1790000000000)

static const uint64_t day_ms = UINT64_C(24) * 60 * 60 * 1000;

/* A write as the tables say it: ms of its clock relative to now, value NULL for one taken away. */
typedef struct said {
    uint8_t device;
    int64_t offset_ms;
    const char *value;
    uint32_t rank;
} said;

static fk_merge_write write_of(const said *one, uint64_t sequence)
{
    fk_merge_write write = {
        .sequence = sequence,
        .hlc = (uint64_t)((int64_t)NOW_MS + one->offset_ms) << FK_MERGE_HLC_COUNTER_BITS,
        .has_value = one->value != NULL,
        .rank = one->rank,
    };
    memset(write.device.bytes, one->device, sizeof write.device.bytes);
    if (one->value != NULL) {
        write.value = fk_bytes_text(one->value);
    }
    return write;
}

typedef struct merge_case {
    fk_record_merge merge_class;
    said writes[WRITES_MAX];
    size_t count;
    size_t shown;
    fk_standing standing;
} merge_case;

#define DAYS(n) ((n) * (int64_t)(24 * 60 * 60 * 1000))

static const merge_case cases[] = {
    { FK_MERGE_REGISTER, { { 1, 0, "\"a\"", 0 } }, 1, 0, FK_STANDING_ONE },
    /* taken away by everybody: one state, not a conflict */
    { FK_MERGE_REGISTER, { { 1, 0, NULL, 0 }, { 2, 5, NULL, 0 } }, 2, 1, FK_STANDING_ONE },
    /* two people wrote the same: no conflict in any class */
    { FK_MERGE_REGISTER, { { 1, 0, "\"a\"", 0 }, { 2, 5, "\"a\"", 0 } }, 2, 1, FK_STANDING_ONE },
    { FK_MERGE_SAFETY, { { 1, 0, "\"no\"", 0 }, { 2, 5, "\"no\"", 0 } }, 2, 1, FK_STANDING_ONE },
    { FK_MERGE_LIFECYCLE, { { 1, 0, "\"closed\"", 1 }, { 2, 5, "\"closed\"", 1 } }, 2, 1, FK_STANDING_ONE },
    /* R: the newest, also when it takes the value away */
    { FK_MERGE_REGISTER, { { 1, 9, "\"a\"", 0 }, { 2, 5, "\"b\"", 0 } }, 2, 0, FK_STANDING_DIFFERS },
    { FK_MERGE_REGISTER, { { 1, 5, "\"a\"", 0 }, { 2, 9, NULL, 0 } }, 2, 1, FK_STANDING_DIFFERS },
    /* R: equal clocks go by device */
    { FK_MERGE_REGISTER, { { 3, 5, "\"a\"", 0 }, { 2, 5, "\"b\"", 0 } }, 2, 0, FK_STANDING_DIFFERS },
    /* R: up to a day ahead counts, more does not; all ahead: the least ahead */
    { FK_MERGE_REGISTER, { { 1, 0, "\"a\"", 0 }, { 2, DAYS(1), "\"b\"", 0 } }, 2, 1, FK_STANDING_DIFFERS },
    { FK_MERGE_REGISTER, { { 1, 0, "\"a\"", 0 }, { 2, DAYS(1) + 1, "\"b\"", 0 } }, 2, 0, FK_STANDING_DIFFERS },
    { FK_MERGE_REGISTER, { { 1, DAYS(9), "\"a\"", 0 }, { 2, DAYS(2), "\"b\"", 0 } }, 2, 1, FK_STANDING_DIFFERS },
    /* S: least safety, whoever was later; among equals the newest, and a value before none */
    { FK_MERGE_SAFETY, { { 1, 0, "\"no\"", 0 }, { 2, 9, "\"yes\"", 8 } }, 2, 0, FK_STANDING_DISAGREE },
    { FK_MERGE_SAFETY, { { 1, 9, "\"yes\"", 8 }, { 2, 0, "\"not_known\"", 2 } }, 2, 1, FK_STANDING_DISAGREE },
    { FK_MERGE_SAFETY, { { 1, 0, "{\"a\":1}", 0 }, { 2, 9, "{\"a\":2}", 0 } }, 2, 1, FK_STANDING_DISAGREE },
    { FK_MERGE_SAFETY, { { 1, 0, "\"not_known\"", 2 }, { 2, 9, NULL, 2 } }, 2, 0, FK_STANDING_DISAGREE },
    { FK_MERGE_SAFETY, { { 1, 0, "\"yes\"", 8 }, { 2, -DAYS(400), "\"no\"", 0 } }, 2, 1, FK_STANDING_DISAGREE },
    /* N: every version, the newest first */
    { FK_MERGE_NARRATIVE,
      { { 1, 0, "\"a\"", 0 }, { 2, 9, "\"b\"", 0 }, { 3, 4, "\"c\"", 0 } },
      3,
      1,
      FK_STANDING_SIDE_BY_SIDE },
    /* E: add wins, whoever was later */
    { FK_MERGE_SET, { { 1, 0, "true", 0 }, { 2, 9, NULL, 0 } }, 2, 0, FK_STANDING_ADD_WINS },
    { FK_MERGE_SET, { { 1, 0, "true", 0 }, { 2, 9, "true", 0 } }, 2, 1, FK_STANDING_ONE },
    /* L: open wins over closed, whoever was later */
    { FK_MERGE_LIFECYCLE, { { 1, 9, "\"closed\"", 1 }, { 2, 0, "\"open\"", 0 } }, 2, 1, FK_STANDING_REOPENED },
    { FK_MERGE_LIFECYCLE, { { 1, 0, "\"open\"", 0 }, { 2, 9, "\"closed\"", 1 } }, 2, 0, FK_STANDING_REOPENED },
    /* X: what was written first */
    { FK_MERGE_FIXED, { { 1, 9, "\"a\"", 0 }, { 2, 0, "\"b\"", 0 } }, 2, 1, FK_STANDING_FIXED },
    { FK_MERGE_FIXED, { { 1, DAYS(9), "\"a\"", 0 }, { 2, 0, "\"b\"", 0 } }, 2, 1, FK_STANDING_FIXED },
};

static void merge__table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_merge_write writes[WRITES_MAX];
        for (size_t j = 0; j < cases[i].count; j++) {
            writes[j] = write_of(&cases[i].writes[j], j + 1);
        }
        fk_merge_result result = fk_merge(cases[i].merge_class, writes, cases[i].count, NOW_MS);
        if (result.standing != cases[i].standing || result.shown_index != cases[i].shown) {
            fail_msg("case %zu: stands %d, shows %zu", i, (int)result.standing, result.shown_index);
        }
    }
}

static void merge__nothing_is_nothing(void **state)
{
    (void)state;
    fk_merge_result result = fk_merge(FK_MERGE_SAFETY, NULL, 0, NOW_MS);
    assert_int_equal(result.standing, FK_STANDING_NONE);
    assert_false(fk_standing_is_conflict(FK_STANDING_NONE));
    assert_false(fk_standing_is_conflict(FK_STANDING_ONE));
    assert_true(fk_standing_is_conflict(FK_STANDING_DIFFERS));
}

/* --- properties ------------------------------------------------------------------------------- */

static size_t random_writes(seeded_random *random, fk_merge_write *writes)
{
    static const char *const values[] = { "\"no\"", "\"not_known\"", "\"yes\"", NULL };
    static const int64_t offsets[] = { 0, 1, -5, DAYS(1), DAYS(2), DAYS(400), -DAYS(9) };
    size_t count = 1 + seeded_random_below(random, WRITES_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t value = seeded_random_below(random, 4);
        said one = { (uint8_t)seeded_random_below(random, 3), offsets[seeded_random_below(random, 7)], values[value],
                     (uint32_t)(value % 3) };
        writes[i] = write_of(&one, i + 1);
    }
    return count;
}

static void shuffle(seeded_random *random, fk_merge_write *writes, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = seeded_random_below(random, i);
        fk_merge_write kept = writes[i - 1];
        writes[i - 1] = writes[j];
        writes[j] = kept;
    }
}

static bool says_the_same(const fk_merge_write *writes, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (!fk_merge_says_same(&writes[0], &writes[i])) {
            return false;
        }
    }
    return true;
}

/* Nothing of lower rank is left out; no clock more than a day ahead is the newest; add and open win. */
static void check_shown(fk_record_merge merge_class, const fk_merge_write *writes, size_t count, size_t shown_index)
{
    const fk_merge_write *shown = &writes[shown_index];
    for (size_t i = 0; i < count; i++) {
        if (merge_class == FK_MERGE_SAFETY || merge_class == FK_MERGE_LIFECYCLE) {
            assert_true(shown->rank <= writes[i].rank);
        }
        if (merge_class == FK_MERGE_SET) {
            assert_true(shown->has_value || !writes[i].has_value);
        }
        if (merge_class == FK_MERGE_REGISTER || merge_class == FK_MERGE_NARRATIVE) {
            assert_false(fk_merge_is_ahead(shown->hlc, NOW_MS) && !fk_merge_is_ahead(writes[i].hlc, NOW_MS));
            assert_true(fk_merge_is_ahead(writes[i].hlc, NOW_MS) || shown->hlc >= writes[i].hlc);
        }
    }
}

static void merge__order_of_the_writes_never_matters(void **state)
{
    (void)state;
    seeded_random random = { 7 };
    for (unsigned round = 0; round < 20000; round++) {
        fk_merge_write writes[WRITES_MAX];
        size_t count = random_writes(&random, writes);
        fk_record_merge merge_class = (fk_record_merge)seeded_random_below(&random, FK_MERGE_FIXED + 1);
        fk_merge_result first = fk_merge(merge_class, writes, count, NOW_MS);
        uint64_t shown = writes[first.shown_index].sequence;
        check_shown(merge_class, writes, count, first.shown_index);
        assert_int_equal(fk_standing_is_conflict(first.standing), !says_the_same(writes, count));
        for (unsigned i = 0; i < 4; i++) {
            shuffle(&random, writes, count);
            fk_merge_result again = fk_merge(merge_class, writes, count, NOW_MS);
            assert_int_equal(again.standing, first.standing);
            assert_int_equal(writes[again.shown_index].sequence, shown);
        }
    }
}

/* A wrong clock moves what is shown of R and N, and nothing else: no write is ever gone. */
static void merge__clock_decides_no_safety_field(void **state)
{
    (void)state;
    seeded_random random = { 11 };
    static const fk_record_merge by_value[] = { FK_MERGE_SAFETY, FK_MERGE_SET, FK_MERGE_LIFECYCLE };
    for (unsigned round = 0; round < 5000; round++) {
        fk_merge_write writes[WRITES_MAX];
        size_t count = random_writes(&random, writes);
        fk_record_merge merge_class = by_value[seeded_random_below(&random, 3)];
        fk_merge_result before = fk_merge(merge_class, writes, count, NOW_MS);
        fk_merge_write shown = writes[before.shown_index];
        for (size_t i = 0; i < count; i++) {
            writes[i].hlc = (uint64_t)seeded_random_below(&random, 1000) * day_ms << FK_MERGE_HLC_COUNTER_BITS;
        }
        fk_merge_result after = fk_merge(merge_class, writes, count, NOW_MS);
        assert_int_equal(before.standing, after.standing);
        if (merge_class != FK_MERGE_SET) {
            assert_int_equal(shown.rank, writes[after.shown_index].rank);
        }
        assert_int_equal(shown.has_value, writes[after.shown_index].has_value);
    }
}

/* --- ranks ------------------------------------------------------------------------------------ */

static const fk_record_field *field_of(fk_record_type_id type, const char *path)
{
    const fk_record_field *field = fk_record_field_find(&fk_record_types[type], fk_bytes_text(path));
    assert_non_null(field);
    return field;
}

/* Texts from least to most safety; NULL stands for a value taken away. */
static void assert_order(const fk_record_field *field, const char *const *texts, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t before = fk_merge_rank(field, texts[i - 1] != NULL, fk_bytes_text(texts[i - 1] ? texts[i - 1] : ""));
        uint32_t after = fk_merge_rank(field, texts[i] != NULL, fk_bytes_text(texts[i] ? texts[i] : ""));
        if (before >= after) {
            fail_msg("%s: place %zu is not after the one before", field->name, i);
        }
    }
}

#define ASSERT_ORDER(field, ...)                                     \
    do {                                                             \
        const char *const texts_[] = { __VA_ARGS__ };                \
        assert_order(field, texts_, sizeof texts_ / sizeof *texts_); \
    } while (0)

static void rank__least_safety_comes_first(void **state)
{
    (void)state;
    const fk_record_field *call = field_of(FK_RECORD_TYPE_SAFE_CONTACT, "safeToCall");
    ASSERT_ORDER(call, "no", "not_known", "not_asked", "declined", "yes");
    ASSERT_ORDER(call, "no", NULL, "yes");
    ASSERT_ORDER(field_of(FK_RECORD_TYPE_INCIDENT, "childrenPresent"), "yes", NULL, "no");
    ASSERT_ORDER(field_of(FK_RECORD_TYPE_ASSESSMENT, "concernHigh"), "yes", "not_known", "no");
    ASSERT_ORDER(field_of(FK_RECORD_TYPE_ASSESSMENT, "answer/D01_INJURY"), "yes", "dont_know", "no");
    ASSERT_ORDER(field_of(FK_RECORD_TYPE_ASSESSMENT, "answer/D01_INJURY"), "yes", "not_answered", "no");
    ASSERT_ORDER(field_of(FK_RECORD_TYPE_PERSON, "address"), "true", "", "false");
    ASSERT_ORDER(field_of(FK_RECORD_TYPE_PERSON, "address"), "true", NULL, "false");
    ASSERT_ORDER(field_of(FK_RECORD_TYPE_SAFETY_PLAN, "mayHoldCopy"), "no_copy", NULL, "verbal_only",
                 "digital_in_safe_account");
    ASSERT_ORDER(field_of(FK_RECORD_TYPE_CASE, "status"), "open", "closed");
    ASSERT_ORDER(field_of(FK_RECORD_TYPE_CASE, "state"), NULL, "hidden");
    assert_int_equal(fk_merge_rank(field_of(FK_RECORD_TYPE_PERSON, "name"), true, fk_bytes_text("yes")), 0);
}

/* Whatever the schema says: each value of an ordered choice has a rank of its own, none is left to chance. */
static void rank__every_safety_field_orders_every_value(void **state)
{
    (void)state;
    unsigned ordered = 0;
    for (size_t i = 0; i < FK_RECORD_TYPE_COUNT; i++) {
        for (size_t j = 0; j < fk_record_types[i].field_count; j++) {
            const fk_record_field *field = &fk_record_types[i].fields[j];
            assert_int_equal(field->merge == FK_MERGE_SAFETY, field->least_safety != FK_LEAST_SAFETY_NONE);
            if (field->least_safety != FK_LEAST_SAFETY_ORDER) {
                continue;
            }
            ordered++;
            for (size_t k = 1; k < field->choice->value_count; k++) {
                fk_bytes before = fk_bytes_text(field->choice->values[field->least_safety_order[k - 1]]);
                fk_bytes after = fk_bytes_text(field->choice->values[field->least_safety_order[k]]);
                assert_true(fk_merge_rank(field, true, before) < fk_merge_rank(field, true, after));
            }
        }
    }
    assert_true(ordered >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge__table),
        cmocka_unit_test(merge__nothing_is_nothing),
        cmocka_unit_test(merge__order_of_the_writes_never_matters),
        cmocka_unit_test(merge__clock_decides_no_safety_field),
        cmocka_unit_test(rank__least_safety_comes_first),
        cmocka_unit_test(rank__every_safety_field_orders_every_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
