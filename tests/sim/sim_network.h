/* sim_network.h — runs of sync: the driver of a device, and the network between it and the hub. */
#ifndef FK_SIM_NETWORK_H
#define FK_SIM_NETWORK_H

#include "sim.h"

/* One run, to its end or to whatever ends it. Between steps the person may go on writing. */
void sim_sync(sim_device *device);
/* One run while a person has something open and writes nothing else: a colleague's value may arrive meanwhile. */
void sim_sync_at_form(sim_device *device);
/* Requests the network still held are delivered or forgotten. */
void sim_network_empty(sim *world);

#endif
