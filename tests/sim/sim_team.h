/* sim_team.h — founding an agency and letting devices in, each step through commands and runs. */
#ifndef FK_SIM_TEAM_H
#define FK_SIM_TEAM_H

#include "sim.h"

/* What `fieldkit agency create` does: root key, founding entry at the hub, first code. */
void sim_team_found(sim *world, sim_device *founder);
/* An administrator's device invites, the new one types the code, both persons compare the words. */
void sim_team_join(sim *world, sim_device *administrator, sim_device *newcomer);

#endif
