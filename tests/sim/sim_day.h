/* sim_day.h — what happens in a day, and the day itself.
 *
 * A day is a list of events that is drawn from the seed before it begins, and each event draws what it needs from
 * a stream of its own: without some of its events a day is the same day, with less in it (sim_shrink.h). */
#ifndef FK_SIM_DAY_H
#define FK_SIM_DAY_H

#include "sim.h"

enum {
    SIM_EVENT_COUNT_MAX = 101, /* 100, and a device that joins */
    SIM_EVENT_LIST_SIZE = SIM_EVENT_COUNT_MAX * 4,
};

typedef struct sim_event {
    unsigned number; /* in its day, from 1 */
    unsigned kind;   /* sim_event_name() */
    unsigned device; /* of those there are, modulo their number */
} sim_event;

typedef struct sim_day {
    uint64_t seed;
    sim_event events[SIM_EVENT_COUNT_MAX];
    size_t event_count;
} sim_day;

void sim_day_plan(uint64_t seed, sim_day *out);
const char *sim_event_name(const sim_event *event);
/* Numbers of events as text, 3,17,20, or 0 for none; and a day with those alone. False: text that is no such list. */
void sim_day_write(const sim_day *day, char out[SIM_EVENT_LIST_SIZE]);
bool sim_day_keep_only(sim_day *day, const char *list);

/* Fails the seed when something does not hold. report: where the program writes what it does. */
void sim_day_run(const sim_day *day, bool is_traced, sim_counts *counts, sim_report *report);

#endif
