/* sim_shrink.h — seeds run in a program apart, so that one that fails, or dies, can be looked into afterwards. */
#ifndef FK_SIM_SHRINK_H
#define FK_SIM_SHRINK_H

#include "sim_day.h"

typedef void sim_job(void *ctx, sim_report *report);

/* Memory that a program apart shares with this one; until the end of both. NULL: there is none. */
sim_report *sim_report_make(void);
/* Runs the job in a program apart; is_quiet: what it prints is seen by nobody. True: it came to its end. If not,
 * report->failure says why: as sim_fail did, or by what the program was ended. */
bool sim_run_apart(sim_report *report, bool is_quiet, sim_job *job, void *ctx);
/* The day of report->seed failed. Leaves out events as long as it fails in the same way, prints those that are left
 * and how to repeat it with them alone. */
void sim_shrink(sim_report *report);

#endif
