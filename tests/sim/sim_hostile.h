/* sim_hostile.h — a hub that lies: its core is honest, and what one device is told of it is not. */
#ifndef FK_SIM_HOSTILE_H
#define FK_SIM_HOSTILE_H

#include "sim.h"

/* A colleague's work is kept back from one device, left out in part, exchanged, spoiled, or an old answer is given
 * again, for up to a day. Fails the seed when the device lacks that work and its person was not told. */
void sim_hostile_day(sim *world);
/* Changes what the device that syncs now is answered, while the hub lies to it. */
void sim_hostile_change(sim *world, sim_request *request);

#endif
