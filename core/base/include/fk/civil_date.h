/* fk/civil_date.h — dates of the civil calendar (Europe/London), without times or zones.
 *
 * Proleptic Gregorian, years 1 to 9999. Pure: "today" always comes in as an argument.
 * A date is none (all fields zero) or real; no function makes any other value, and every function
 * except is_set and is_valid asserts a real date. Rules: docs/DOMAIN.md 2.2. */
#ifndef FK_CIVIL_DATE_H
#define FK_CIVIL_DATE_H

#include "fk/bytes.h"

typedef struct fk_civil_date {
    uint16_t year; /* 1..9999; 0 means none */
    uint8_t month; /* 1..12 */
    uint8_t day;   /* 1..31, as the month has */
} fk_civil_date;

enum {
    FK_CIVIL_DATE_YEAR_MAX = 9999,
    FK_CIVIL_DATE_TEXT_SIZE_BYTES = 10, /* YYYY-MM-DD */
};

/* false for none. Asserts nothing. */
bool fk_civil_date_is_set(fk_civil_date date);
/* A day that exists in the calendar. false for none. Asserts nothing. */
bool fk_civil_date_is_valid(fk_civil_date date);

/* Exactly ten bytes YYYY-MM-DD of a day that exists; anything else is FK_ERR_INVALID_INPUT and
 * *date_out is none. */
FK_MUST_USE fk_status fk_civil_date_parse(fk_bytes text, fk_civil_date *date_out);
/* Ten characters and a NUL. */
void fk_civil_date_format(fk_civil_date date, char text_out[FK_CIVIL_DATE_TEXT_SIZE_BYTES + 1]);

/* Negative, 0 or positive, as a is before, on or after b. */
int fk_civil_date_compare(fk_civil_date a, fk_civil_date b);

/* The same day some months on; where that month is shorter, its last day (29 Feb 2024 + 12 is
 * 28 Feb 2025). A day after the year 9999 becomes 9999-12-31. */
fk_civil_date fk_civil_date_add_months(fk_civil_date date, uint32_t months);

/* earlier <= later <= add_months(earlier, months), both ends included: the one predicate for
 * "within n months". Months are never subtracted from the later date, which gives other answers
 * round the end of February. */
bool fk_civil_date_is_within(fk_civil_date earlier, fk_civil_date later, uint32_t months);

/* The first day that is within the months before `later`: the smallest d for which
 * is_within(d, later, months). Never before 0001-01-01. */
fk_civil_date fk_civil_date_first_within(fk_civil_date later, uint32_t months);

/* Completed years of a person born on birth, on a day not before it (asserted). Somebody born on
 * 29 February ages on 1 March in other years. */
uint32_t fk_civil_date_completed_years(fk_civil_date birth, fk_civil_date on);
/* The day of that birthday; 1 March where the year has no 29 February. At most 9999-12-31. */
fk_civil_date fk_civil_date_birthday(fk_civil_date birth, uint32_t years);

/* Days since 1970-01-01, negative before it. */
int32_t fk_civil_date_to_day_number(fk_civil_date date);
/* None when the day is outside the years 1 to 9999. */
fk_civil_date fk_civil_date_from_day_number(int32_t day_number);

#endif
