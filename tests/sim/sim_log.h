/* sim_log.h — what the hub's log says of itself in the answers it gives: each segment once, each number for one. */
#ifndef FK_SIM_LOG_H
#define FK_SIM_LOG_H

#include "sim.h"

void sim_log_make(sim *world);
void sim_log_free(sim *world);
/* The hub was restored: its numbers mean something else from now on. */
void sim_log_forget(sim *world);
/* Looks at an answer; one to a pull is read, any other passed over. */
void sim_log_watch(sim *world, fk_bytes answer);

#endif
