/* sim_device.h — one device: a session on a memory disk, crashed and opened again. */
#ifndef FK_SIM_DEVICE_H
#define FK_SIM_DEVICE_H

#include "sim.h"

typedef enum sim_outcome {
    SIM_OK,
    SIM_REFUSED, /* an error reply: sim_device_code() */
    SIM_DOWN,    /* the power went; the device was started again, whether the command counted is not known */
} sim_outcome;

void sim_device_make(sim *world, unsigned number);
void sim_device_free(sim_device *device);
uint64_t sim_device_now_ms(sim_device *device);

/* One command with a JSON request. */
sim_outcome sim_call(sim_device *device, const char *command, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* One command with raw bytes; the reply need not be JSON. */
sim_outcome sim_call_bytes(sim_device *device, const char *command, fk_bytes request);
/* As sim_call, again and again until it was answered. Fails the seed when it is refused. */
void sim_demand(sim_device *device, const char *command, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Of the newest JSON reply: a member of "reply", NULL when there is none. Valid until the next command. */
const fk_json *sim_reply(const sim_device *device, const char *member);
/* Of a number, or of a counter, which travels as text. */
uint64_t sim_number_of(const fk_json *value);
uint64_t sim_reply_number(const sim_device *device, const char *member);
bool sim_reply_is(const sim_device *device, const char *member, const char *text);
/* The error code of a refused command. */
const char *sim_device_code(const sim_device *device);

/* Power cut now, then started again and unlocked. */
void sim_device_crash(sim_device *device);
/* The power goes during one of the next writes to the disk. */
void sim_device_crash_soon(sim_device *device);

/* Keep the disk as it is now, if all it has is at the hub: what it had not sent then and has sent since, it would seal
 * anew when it is put back, and be two. A state that was kept before is forgotten. */
void sim_device_keep_state(sim_device *device);
/* The disk is what it was when its state was kept, if one was and all that was written since is at the hub: else work
 * would be gone that nobody has, or the device would be two (docs/adr/0022). Nor once the hub was restored. */
void sim_device_put_back(sim_device *device);
/* Has it the team's key? Only what was sealed can be sent. */
bool sim_device_has_sent(sim_device *device);
/* Is it still without operations of its own? Then nobody writes on it. */
bool sim_device_is_behind(sim_device *device);

/* Somebody copies the disk, and the copy goes on as well: the newest device of the world. */
sim_device *sim_device_copy(sim_device *device);
/* As after a change of passphrase because somebody may know it (docs/adr/0022); device->id is what it is then. */
void sim_device_rekey(sim_device *device);
bool sim_device_has_unsent(sim_device *device);

/* The store of the open vault, for reading what commands do not tell. */
fk_store *sim_device_store(sim_device *device);

#endif
