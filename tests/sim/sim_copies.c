#include "sim_copies.h"

#include "sim_device.h"
#include "sim_model.h"
#include "sim_network.h"
#include "sim_team.h"

enum { STEP_COUNT = 8, HOUR_COUNT = 24, HOUR_MS = 60 * 60 * 1000 };

static void go_on_in_both(sim *world, sim_device *pair[2])
{
    for (unsigned i = 0; i < STEP_COUNT; i++) {
        sim_device *device = pair[sim_below(world, 2)];
        if (sim_chance(world, 3)) {
            sim_sync(device);
        } else {
            sim_model_write(device);
        }
        world->now_ms += sim_below(world, HOUR_MS);
    }
}

static bool is_told(sim_device *device)
{
    sim_demand(device, "sync.status", "{}");
    return sim_reply_is(device, "problem", "fork");
}

/* One run; when it tells of a fork the person puts the notebook under a new key. True: it is another device now. */
static bool sync_and_heed(sim_device *device)
{
    fk_id former = device->id;
    sim_sync(device);
    if (!is_told(device)) {
        return false;
    }
    sim_device_rekey(device);
    if (fk_id_equal(&device->id, &former)) {
        return false;
    }
    device->world->counts->rekeyed++;
    sim_model_adopted(device, &former);
    sim_team_join(device->world, &device->world->devices[0], device);
    return true;
}

static void throw_away(sim_device *device, sim_device *copy)
{
    sim *world = device->world;
    sim_trace(world, "device %u: the copy has nothing of its own and is thrown away", copy->number);
    device->acknowledged_operations += copy->acknowledged_operations;
    device->is_behind = true; /* until it has taken back what the copy sent under its name */
    sim_device_free(copy);
    world->device_count--;
}

static void settle(sim *world, sim_device *pair[2])
{
    for (unsigned hours = 0; hours < HOUR_COUNT; hours++) {
        for (unsigned i = 0; i < 2; i++) {
            if (sync_and_heed(pair[i])) {
                return;
            }
        }
        if (!sim_device_has_unsent(pair[0]) && !sim_device_has_unsent(pair[1])) {
            throw_away(pair[0], pair[1]);
            return;
        }
        world->now_ms += HOUR_MS;
    }
    sim_fail(world, "devices %u and %u went on from one vault for a day, and nobody was told", pair[0]->number,
             pair[1]->number);
}

void sim_copy_vault(sim *world)
{
    sim_device *device = &world->devices[1 + sim_below(world, world->device_count - 1)];
    if (world->was_copied || world->was_hub_restored || world->device_count == SIM_DEVICE_COUNT_MAX) {
        return;
    }
    sim_sync(device);
    if (sim_device_is_behind(device) || sim_device_has_unsent(device) || !sim_device_has_sent(device)) {
        return;
    }
    world->was_copied = true;
    world->counts->copied++;
    sim_trace(world, "device %u: its disk is copied, and both go on", device->number);
    sim_device *pair[2] = { device, sim_device_copy(device) };
    go_on_in_both(world, pair);
    settle(world, pair);
}
