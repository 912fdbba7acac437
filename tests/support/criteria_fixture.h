/* criteria_fixture.h — one case of the Marac criteria that a test changes and evaluates. */
#ifndef FK_CRITERIA_FIXTURE_H
#define FK_CRITERIA_FIXTURE_H

#include "fk/criteria.h"

enum { FIXTURE_ITEMS_MAX = 6, FIXTURE_ARENA_BYTES_MAX = 64 * 1024 };

/* A case to change: evaluated on 2026-03-10 in AREA_A with the default rules; the victim is 36, the one perpetrator,
 * P1, is 38; every answer is no; nothing else is recorded. */
typedef struct fixture {
    fk_criteria_input input;
    fk_criteria_person perpetrators[FIXTURE_ITEMS_MAX];
    fk_criteria_incident incidents[FIXTURE_ITEMS_MAX];
    fk_criteria_prior priors[FIXTURE_ITEMS_MAX];
    fk_bytes prior_ids[FIXTURE_ITEMS_MAX];
    fk_bytes enabled[FIXTURE_ITEMS_MAX];
    fk_bytes flags[FIXTURE_ITEMS_MAX];
    fk_arena arena;
    fk_criteria_result result;
} fixture;

/* Not to be copied or moved afterwards: the input points into it. */
void fixture_init(fixture *f);

/* "" is none. */
fk_civil_date date_of(const char *text);
void assert_date(fk_civil_date date, const char *text);

void add_perpetrator(fixture *f, const char *id, const char *birth);
/* Reported to the police; an id of "" is none. */
void add_incident(fixture *f, const char *date, fk_incident_type type, const char *perpetrator_id);
/* About one perpetrator, or with "" about nobody named. */
void add_prior(fixture *f, const char *area, const char *referral, const char *meeting, const char *about);

/* Evaluate; the lists live until fk_arena_reset(). */
void run(fixture *f);
/* Evaluate and give the memory back; what the result says without its lists stays. */
void run_once(fixture *f);

bool has_notice(const fixture *f, fk_notice notice);
/* For tables: names the case and what differs. */
void assert_at(size_t case_index, const char *what, long actual, long expected);

#endif
