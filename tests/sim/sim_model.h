/* sim_model.h — what was recorded and what must come of it, worked out beside the product.
 *
 * The model knows each write by who made it and what stood on that person's screen at the moment they began
 * to change the field. From that alone follows what is current in the end (docs/adr/0011): a write replaces
 * what was shown to its author, and the author's own earlier writes; a resolution replaces everything it saw. */
#ifndef FK_SIM_MODEL_H
#define FK_SIM_MODEL_H

#include "sim.h"

void sim_model_make(sim *world);
void sim_model_free(sim *world);

/* A new case with a victim, an incident and a safe contact, recorded on that device. */
void sim_model_add_case(sim_device *device);
/* Somebody changes something: a field of a known record, a new incident, a set, the state of a record. */
void sim_model_write(sim_device *device);
/* A changed client: a write that says it replaces one its device has never had. It replaces nothing. */
void sim_model_link_unseen(sim_device *device);
/* A person resolves a conflict that this device shows, if there is one. */
void sim_model_resolve(sim_device *device);

/* That vault has become another device: what nobody had from it is its own now, under new names. */
void sim_model_adopted(sim_device *device, const fk_id *former);

/* After everything is healed: each device holds every acknowledged write once, current is what must be. */
void sim_model_check(sim *world);

#endif
