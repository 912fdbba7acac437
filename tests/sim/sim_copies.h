/* sim_copies.h — a vault that is copied and goes on in two places. */
#ifndef FK_SIM_COPIES_H
#define FK_SIM_COPIES_H

#include "sim.h"

/* Once in a seed, of a device that administers nothing and has sent all it has. Both go on until the one that comes too
 * late is told, becomes another device and is invited again; or the copy is thrown away, when it has nothing of its own
 * left. Fails the seed when work of two copies goes on for a day and nobody is told. */
void sim_copy_vault(sim *world);

#endif
