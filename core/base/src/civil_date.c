#include "fk/civil_date.h"

#include "fk/assert.h"
#include "fk/banned.h"

enum {
    MONTHS_PER_YEAR = 12,
    DAYS_PER_ERA = 146097,            /* 400 years of the Gregorian calendar */
    DAY_NUMBER_OF_YEAR_ZERO = 719468, /* days from 0000-03-01 to 1970-01-01 */
};

static const fk_civil_date last_day = { FK_CIVIL_DATE_YEAR_MAX, 12, 31 };
static const fk_civil_date first_day = { 1, 1, 1 };

static bool year_is_leap(uint32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint8_t month_day_count(uint32_t year, uint32_t month)
{
    static const uint8_t counts[MONTHS_PER_YEAR] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    FK_ASSERT(month >= 1);
    FK_ASSERT(month <= MONTHS_PER_YEAR);
    return month == 2 && year_is_leap(year) ? 29 : counts[month - 1];
}

bool fk_civil_date_is_set(fk_civil_date date)
{
    return date.year != 0;
}

bool fk_civil_date_is_valid(fk_civil_date date)
{
    return date.year >= 1 && date.year <= FK_CIVIL_DATE_YEAR_MAX && date.month >= 1 && date.month <= MONTHS_PER_YEAR &&
           date.day >= 1 && date.day <= month_day_count(date.year, date.month);
}

static bool read_digits(fk_bytes text, size_t from, size_t count, uint32_t *value_out)
{
    uint32_t value = 0;
    for (size_t i = from; i < from + count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(text.data[i] - '0');
    }
    *value_out = value;
    return true;
}

fk_status fk_civil_date_parse(fk_bytes text, fk_civil_date *date_out)
{
    *date_out = (fk_civil_date){ 0 };
    uint32_t year = 0;
    uint32_t month = 0;
    uint32_t day = 0;
    if (text.size_bytes != FK_CIVIL_DATE_TEXT_SIZE_BYTES || text.data[4] != '-' || text.data[7] != '-' ||
        !read_digits(text, 0, 4, &year) || !read_digits(text, 5, 2, &month) || !read_digits(text, 8, 2, &day)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_civil_date date = { (uint16_t)year, (uint8_t)month, (uint8_t)day };
    if (!fk_civil_date_is_valid(date)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    *date_out = date;
    return fk_ok();
}

static void write_digits(char *target, size_t count, uint32_t value)
{
    for (size_t i = count; i > 0; i--) {
        target[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
}

void fk_civil_date_format(fk_civil_date date, char text_out[FK_CIVIL_DATE_TEXT_SIZE_BYTES + 1])
{
    FK_ASSERT(fk_civil_date_is_valid(date));
    write_digits(text_out, 4, date.year);
    text_out[4] = '-';
    write_digits(text_out + 5, 2, date.month);
    text_out[7] = '-';
    write_digits(text_out + 8, 2, date.day);
    text_out[10] = '\0';
}

int fk_civil_date_compare(fk_civil_date a, fk_civil_date b)
{
    FK_ASSERT(fk_civil_date_is_valid(a));
    FK_ASSERT(fk_civil_date_is_valid(b));
    int a_key = (a.year * 100 + a.month) * 100 + a.day;
    int b_key = (b.year * 100 + b.month) * 100 + b.day;
    return (a_key > b_key) - (a_key < b_key);
}

fk_civil_date fk_civil_date_add_months(fk_civil_date date, uint32_t months)
{
    FK_ASSERT(fk_civil_date_is_valid(date));
    uint64_t month_index = (uint64_t)date.year * MONTHS_PER_YEAR + (date.month - 1U) + months;
    uint64_t year = month_index / MONTHS_PER_YEAR;
    if (year > FK_CIVIL_DATE_YEAR_MAX) {
        return last_day;
    }
    fk_civil_date later = { (uint16_t)year, (uint8_t)(month_index % MONTHS_PER_YEAR + 1), date.day };
    uint8_t day_count = month_day_count(later.year, later.month);
    if (later.day > day_count) {
        later.day = day_count;
    }
    return later;
}

bool fk_civil_date_is_within(fk_civil_date earlier, fk_civil_date later, uint32_t months)
{
    return fk_civil_date_compare(earlier, later) <= 0 &&
           fk_civil_date_compare(later, fk_civil_date_add_months(earlier, months)) <= 0;
}

fk_civil_date fk_civil_date_first_within(fk_civil_date later, uint32_t months)
{
    FK_ASSERT(fk_civil_date_is_valid(later));
    uint32_t month_index = (uint32_t)later.year * MONTHS_PER_YEAR + (later.month - 1U);
    if (months >= month_index || (month_index - months) / MONTHS_PER_YEAR < first_day.year) {
        return first_day;
    }
    uint32_t year = (month_index - months) / MONTHS_PER_YEAR;
    fk_civil_date first = { (uint16_t)year, (uint8_t)((month_index - months) % MONTHS_PER_YEAR + 1), 1 };
    /* add_months never turns the order of two days round, so the first hit is the smallest. It lies in
     * this month, or on the first of the next where clamping keeps the whole month too early. */
    while (!fk_civil_date_is_within(first, later, months)) {
        first = fk_civil_date_from_day_number(fk_civil_date_to_day_number(first) + 1);
    }
    return first;
}

uint32_t fk_civil_date_completed_years(fk_civil_date birth, fk_civil_date on)
{
    FK_ASSERT(fk_civil_date_compare(birth, on) <= 0);
    bool is_before_birthday = on.month < birth.month || (on.month == birth.month && on.day < birth.day);
    return (uint32_t)(on.year - birth.year) - (is_before_birthday ? 1U : 0U);
}

fk_civil_date fk_civil_date_birthday(fk_civil_date birth, uint32_t years)
{
    FK_ASSERT(fk_civil_date_is_valid(birth));
    if (years > (uint32_t)(FK_CIVIL_DATE_YEAR_MAX - birth.year)) {
        return last_day;
    }
    fk_civil_date birthday = { (uint16_t)(birth.year + years), birth.month, birth.day };
    if (!fk_civil_date_is_valid(birthday)) {
        birthday.month = 3;
        birthday.day = 1;
    }
    return birthday;
}

/* Both conversions count in years that begin on 1 March, so the leap day is the last of its year and
 * month lengths follow one formula (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
int32_t fk_civil_date_to_day_number(fk_civil_date date)
{
    FK_ASSERT(fk_civil_date_is_valid(date));
    uint32_t year = date.month <= 2 ? date.year - 1U : date.year;
    uint32_t era = year / 400;
    uint32_t year_of_era = year % 400;
    uint32_t month_from_march = (date.month + 9U) % MONTHS_PER_YEAR;
    uint32_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    uint32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * DAYS_PER_ERA + day_of_era) - DAY_NUMBER_OF_YEAR_ZERO;
}

fk_civil_date fk_civil_date_from_day_number(int32_t day_number)
{
    if (day_number < fk_civil_date_to_day_number(first_day) || day_number > fk_civil_date_to_day_number(last_day)) {
        return (fk_civil_date){ 0 };
    }
    uint32_t day = (uint32_t)(day_number + DAY_NUMBER_OF_YEAR_ZERO);
    uint32_t era = day / DAYS_PER_ERA;
    uint32_t day_of_era = day % DAYS_PER_ERA;
    uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t month_from_march = (5 * day_of_year + 2) / 153;
    uint32_t month = (month_from_march + 2) % MONTHS_PER_YEAR + 1;
    uint32_t year = era * 400 + year_of_era + (month <= 2 ? 1U : 0U);
    uint32_t day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    return (fk_civil_date){ (uint16_t)year, (uint8_t)month, (uint8_t)day_of_month };
}
