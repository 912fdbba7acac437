/* Dates without times: reading, months, birthdays, day numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fk/civil_date.h"

static fk_civil_date date_of(const char *text)
{
    fk_civil_date date = { 0, 0, 0 };
    assert_true(fk_is_ok(fk_civil_date_parse(fk_bytes_text(text), &date)));
    return date;
}

static void assert_date(fk_civil_date date, const char *text)
{
    char formatted[FK_CIVIL_DATE_TEXT_SIZE_BYTES + 1];
    fk_civil_date_format(date, formatted);
    assert_string_equal(formatted, text);
}

static void parse__takes_days_that_exist(void **state)
{
    (void)state;
    static const char *const texts[] = { "0001-01-01", "2000-02-29", "2024-02-29", "2026-12-31", "9999-12-31" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_date(date_of(texts[i]), texts[i]);
    }
}

static void parse__refuses_everything_else(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "2026",        "2026-1-01",   "2026-01-1",
        "20260101",   "2026-01-01 ", " 2026-01-01", "2026/01/01",
        "2026-00-01", "2026-13-01",  "2026-01-00",  "2026-01-32",
        "2026-04-31", "2025-02-29",  "1900-02-29",  "2100-02-29",
        "0000-01-01", "+026-01-01",  "2026-01-0a",  "-026-01-01",
        "2026-0 -01", "2026-01-01T", "２026-01-0",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        fk_civil_date date = { 1, 1, 1 };
        assert_int_equal(fk_civil_date_parse(fk_bytes_text(texts[i]), &date).code, FK_ERR_INVALID_INPUT);
        assert_false(fk_civil_date_is_set(date));
    }
}

static void is_valid__knows_the_calendar(void **state)
{
    (void)state;
    static const struct {
        fk_civil_date date;
        bool is_valid;
    } cases[] = {
        { { 0, 0, 0 }, false },     { { 0, 1, 1 }, false },     { { 1, 1, 1 }, true },
        { { 2026, 0, 1 }, false },  { { 2026, 13, 1 }, false }, { { 2026, 6, 0 }, false },
        { { 2026, 6, 31 }, false }, { { 2000, 2, 29 }, true },  { { 1900, 2, 29 }, false },
        { { 10000, 1, 1 }, false }, { { 9999, 12, 31 }, true }, { { 2026, 255, 255 }, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(fk_civil_date_is_valid(cases[i].date), cases[i].is_valid);
    }
}

static void add_months__keeps_the_day_or_takes_the_last(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        uint32_t months;
        const char *to;
    } cases[] = {
        { "2024-02-29", 12, "2025-02-28" },         { "2024-02-29", 48, "2028-02-29" },
        { "2025-02-28", 12, "2026-02-28" },         { "2023-02-28", 12, "2024-02-28" },
        { "2025-01-31", 1, "2025-02-28" },          { "2024-01-31", 1, "2024-02-29" },
        { "2025-08-31", 6, "2026-02-28" },          { "2025-10-31", 1, "2025-11-30" },
        { "2025-12-31", 2, "2026-02-28" },          { "2025-12-15", 1, "2026-01-15" },
        { "2025-03-10", 0, "2025-03-10" },          { "2025-03-10", 12, "2026-03-10" },
        { "9999-06-30", 6, "9999-12-30" },          { "9999-06-30", 7, "9999-12-31" },
        { "2025-01-01", UINT32_MAX, "9999-12-31" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_date(fk_civil_date_add_months(date_of(cases[i].from), cases[i].months), cases[i].to);
    }
}

static void is_within__holds_from_the_day_to_the_anniversary(void **state)
{
    (void)state;
    static const struct {
        const char *earlier;
        const char *later;
        uint32_t months;
        bool is_within;
    } cases[] = {
        { "2025-03-10", "2026-03-09", 12, true },  { "2025-03-10", "2026-03-10", 12, true },
        { "2025-03-10", "2026-03-11", 12, false }, { "2025-03-10", "2025-03-10", 0, true },
        { "2025-03-10", "2025-03-11", 0, false },  { "2025-03-10", "2025-03-09", 12, false },
        { "2024-02-29", "2025-02-28", 12, true },  { "2024-02-29", "2025-03-01", 12, false },
        { "2023-02-28", "2024-02-28", 12, true },  { "2023-02-28", "2024-02-29", 12, false },
        { "2025-08-31", "2026-02-28", 6, true },   { "2025-08-31", "2026-03-01", 6, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(fk_civil_date_is_within(date_of(cases[i].earlier), date_of(cases[i].later), cases[i].months),
                         cases[i].is_within);
    }
}

static void first_within__is_the_smallest_day(void **state)
{
    (void)state;
    static const uint32_t months[] = { 0, 1, 2, 6, 11, 12, 13, 24 };
    int32_t from = fk_civil_date_to_day_number(date_of("2023-12-01"));
    int32_t to = fk_civil_date_to_day_number(date_of("2025-04-02"));
    for (int32_t day = from; day <= to; day++) {
        fk_civil_date later = fk_civil_date_from_day_number(day);
        for (size_t i = 0; i < sizeof months / sizeof months[0]; i++) {
            fk_civil_date first = fk_civil_date_first_within(later, months[i]);
            fk_civil_date before = fk_civil_date_from_day_number(fk_civil_date_to_day_number(first) - 1);
            assert_true(fk_civil_date_is_within(first, later, months[i]));
            assert_false(fk_civil_date_is_within(before, later, months[i]));
        }
    }
    assert_date(fk_civil_date_first_within(date_of("0001-05-05"), 4), "0001-01-05");
    assert_date(fk_civil_date_first_within(date_of("0001-05-05"), 5), "0001-01-01");
    assert_date(fk_civil_date_first_within(date_of("0001-05-05"), UINT32_MAX), "0001-01-01");
}

static void completed_years__turn_on_the_birthday(void **state)
{
    (void)state;
    static const struct {
        const char *birth;
        const char *on;
        uint32_t years;
    } cases[] = {
        { "2008-05-12", "2024-05-11", 15 }, { "2008-05-12", "2024-05-12", 16 }, { "2008-05-12", "2008-05-12", 0 },
        { "2008-02-29", "2026-02-28", 17 }, { "2008-02-29", "2026-03-01", 18 }, { "2008-02-29", "2024-02-28", 15 },
        { "2008-02-29", "2024-02-29", 16 }, { "2007-12-31", "2025-01-01", 17 }, { "1900-02-28", "2026-02-28", 126 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(fk_civil_date_completed_years(date_of(cases[i].birth), date_of(cases[i].on)), cases[i].years);
    }
}

/* The years are completed on the birthday and not the day before, whoever was born when. */
static void birthday__is_when_the_years_are_completed(void **state)
{
    (void)state;
    int32_t from = fk_civil_date_to_day_number(date_of("2007-12-25"));
    for (int32_t day = from; day < from + 500; day++) {
        fk_civil_date birth = fk_civil_date_from_day_number(day);
        for (uint32_t years = 1; years <= 18; years++) {
            fk_civil_date birthday = fk_civil_date_birthday(birth, years);
            fk_civil_date eve = fk_civil_date_from_day_number(fk_civil_date_to_day_number(birthday) - 1);
            assert_int_equal(fk_civil_date_completed_years(birth, birthday), years);
            assert_int_equal(fk_civil_date_completed_years(birth, eve), years - 1);
        }
    }
    assert_date(fk_civil_date_birthday(date_of("2008-02-29"), 18), "2026-03-01");
    assert_date(fk_civil_date_birthday(date_of("2008-02-29"), 16), "2024-02-29");
    assert_date(fk_civil_date_birthday(date_of("9990-01-01"), 9), "9999-01-01");
    assert_date(fk_civil_date_birthday(date_of("9990-01-01"), 10), "9999-12-31");
    assert_date(fk_civil_date_birthday(date_of("2008-01-01"), UINT32_MAX), "9999-12-31");
}

static void day_number__counts_every_day_once(void **state)
{
    (void)state;
    fk_civil_date previous = date_of("0001-01-01");
    int32_t number = fk_civil_date_to_day_number(previous);
    assert_false(fk_civil_date_is_set(fk_civil_date_from_day_number(number - 1)));
    assert_int_equal(fk_civil_date_to_day_number(date_of("1970-01-01")), 0);
    assert_int_equal(fk_civil_date_to_day_number(date_of("1969-12-31")), -1);
    assert_int_equal(fk_civil_date_to_day_number(date_of("2000-03-01")), 11017);
    for (number++;; number++) {
        fk_civil_date date = fk_civil_date_from_day_number(number);
        if (!fk_civil_date_is_set(date)) {
            break;
        }
        if (!fk_civil_date_is_valid(date) || fk_civil_date_to_day_number(date) != number ||
            fk_civil_date_compare(previous, date) >= 0) {
            fail_msg("day %d", number);
        }
        previous = date;
    }
    assert_date(previous, "9999-12-31");
}

static void trim__knows_white_space_beyond_ascii(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *trimmed;
    } cases[] = {
        { "", "" },
        { " \t\r\n\v\f", "" },
        { "\xC2\xA0 a b \xE2\x80\x83", "a b" },
        { "\xEF\xBB\xBF\xE3\x80\x80\xE1\x9A\x80\xE2\x81\x9F\xC2\x85", "" },
        { "a\xC3\xA0", "a\xC3\xA0" },
        { "\xE2\x80\x8B", "\xE2\x80\x8B" }, /* zero width space is no White_Space */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(fk_bytes_equal_text(fk_text_trim(fk_bytes_text(cases[i].text)), cases[i].trimmed));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__takes_days_that_exist),
        cmocka_unit_test(parse__refuses_everything_else),
        cmocka_unit_test(is_valid__knows_the_calendar),
        cmocka_unit_test(add_months__keeps_the_day_or_takes_the_last),
        cmocka_unit_test(is_within__holds_from_the_day_to_the_anniversary),
        cmocka_unit_test(first_within__is_the_smallest_day),
        cmocka_unit_test(completed_years__turn_on_the_birthday),
        cmocka_unit_test(birthday__is_when_the_years_are_completed),
        cmocka_unit_test(day_number__counts_every_day_once),
        cmocka_unit_test(trim__knows_white_space_beyond_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
