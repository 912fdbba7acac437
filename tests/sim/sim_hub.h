/* sim_hub.h — the hub: its core on a store in files, answering as the server does, and falling over. */
#ifndef FK_SIM_HUB_H
#define FK_SIM_HUB_H

#include "sim.h"

typedef enum sim_hub_fault {
    SIM_HUB_WORKS,
    SIM_HUB_DIES_BEFORE_COMMIT, /* nothing of the request is kept, no answer */
    SIM_HUB_DIES_AFTER_COMMIT,  /* all of it is kept, no answer */
} sim_hub_fault;

void sim_hub_make(sim *world);
void sim_hub_free(sim *world);
/* What a program that ended before left of its store; empty: nothing. */
void sim_hub_remove_dir(const char *dir);
/* Answer one request, `times` times in one transaction as group commit would when it came more than once.
 * Out: whether there is an answer; then it is in request->answer and request->http_status. */
bool sim_hub_answer(sim *world, sim_request *request, fk_bytes body, unsigned times, sim_hub_fault fault);
/* What it acknowledged before must be there when it comes up again. */
void sim_hub_crash(sim *world);
/* Keep a backup of what it holds now; the oldest of more than a few is forgotten. */
void sim_hub_keep(sim *world);
/* One of the backups takes the place of its store, if there is one: what was acknowledged since is gone there. */
void sim_hub_restore(sim *world);
/* Fails when a file of the store holds the canary. */
void sim_hub_refuse_canary(sim *world);

#endif
