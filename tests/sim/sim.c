/* sim — random days of a team, one for each seed (tests/sim/README.md).
 *
 *   sim [--seed N] [--seeds COUNT] [--seed-from N] [--trace]
 *
 * Ends with 0 when every seed held, else at the first that did not, with how to repeat it. */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_copies.h"
#include "sim_device.h"
#include "sim_hostile.h"
#include "sim_hub.h"
#include "sim_log.h"
#include "sim_model.h"
#include "sim_network.h"
#include "sim_team.h"

enum {
    SEEDS_OF_A_RUN = 200,
    EVENT_COUNT = 100,
    HEALING_ROUNDS = 4,
    MINUTE_MS = 60 * 1000,
};

static const uint64_t start_ms = UINT64_C(1790000000000);

/* --- what all parts use ----------------------------------------------------------------------------- */

uint64_t sim_below(sim *world, uint64_t bound)
{
    return seeded_random_below(&world->choices, bound);
}

bool sim_chance(sim *world, uint64_t n)
{
    return sim_below(world, n) == 0;
}

fk_id sim_random_id(sim *world)
{
    fk_id id;
    fk_random port = seeded_random_port(&world->choices);
    port.fill(port.ctx, id.bytes, sizeof id.bytes);
    return id;
}

void sim_trace(sim *world, const char *format, ...)
{
    if (world->is_traced) {
        va_list arguments;
        va_start(arguments, format);
        (void)vprintf(format, arguments);
        va_end(arguments);
        (void)printf("\n");
    }
}

_Noreturn void sim_fail(sim *world, const char *format, ...)
{
    (void)printf("seed %llu failed: ", (unsigned long long)world->seed);
    va_list arguments;
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)printf("\nrepeat it with: sim --trace --seed %llu\n0 passed, 1 failed\n", (unsigned long long)world->seed);
    (void)fflush(stdout);
    _Exit(1);
}

void sim_must(sim *world, fk_status status, const char *what)
{
    if (!fk_is_ok(status)) {
        sim_fail(world, "%s: %s", what, fk_code_name(status.code));
    }
}

void sim_refuse_canary(sim *world, const char *what, fk_bytes bytes)
{
    if (bytes.size_bytes >= strlen(SIM_CANARY) &&
        memmem(bytes.data, bytes.size_bytes, SIM_CANARY, strlen(SIM_CANARY)) != NULL) {
        sim_fail(world, "%s holds what a person typed", what);
    }
}

/* --- one seed --------------------------------------------------------------------------------------- */

/* A clock that is minutes, days or a year off, or goes back: it may order views, never decide a loss. */
static void set_clock(sim *world, sim_device *device)
{
    static const int64_t skews_ms[] = { 0,
                                        3 * MINUTE_MS,
                                        -3 * MINUTE_MS,
                                        INT64_C(26) * 60 * MINUTE_MS,
                                        INT64_C(365) * 24 * 60 * MINUTE_MS,
                                        -INT64_C(365) * 24 * 60 * MINUTE_MS };
    device->skew_ms = skews_ms[sim_below(world, sizeof skews_ms / sizeof skews_ms[0])];
    world->counts->clock_jumps++;
    sim_trace(world, "device %u: its clock is %lld ms ahead", device->number, (long long)device->skew_ms);
}

/* Not before everybody has the team's keys: whose grants a hub lost without a trace is not helped by anybody. */
static void keep_hub(sim *world)
{
    for (unsigned d = 0; d < world->device_count; d++) {
        if (!sim_device_has_sent(&world->devices[d])) {
            return;
        }
    }
    sim_hub_keep(world);
}

/* What a device that was put back still has to be given must not be taken from the hub as well. Nor an entry of the
 * roster that others have read and its administrator does not know to have been taken: it would be signed anew. */
static void restore_hub(sim *world)
{
    uint64_t index = 0;
    for (unsigned d = 0; d < world->device_count; d++) {
        sim_demand(&world->devices[d], "roster.head", "{}");
        index = d == 0 ? sim_reply_number(&world->devices[d], "index") : index;
        if (sim_device_is_behind(&world->devices[d]) || sim_reply_number(&world->devices[d], "index") > index) {
            return;
        }
    }
    if (!world->was_copied && sim_chance(world, 3)) {
        sim_hub_restore(world);
    }
}

static void one_event(sim *world)
{
    sim_device *device = &world->devices[sim_below(world, world->device_count)];
    switch (sim_below(world, 27)) {
    case 0:
        set_clock(world, device);
        break;
    case 1:
        sim_device_crash(device);
        break;
    case 2:
        sim_device_crash_soon(device);
        break;
    case 3:
    case 4:
        sim_model_resolve(device);
        break;
    case 5:
    case 6:
    case 7:
    case 8:
        sim_sync(device);
        break;
    case 9:
        world->now_ms += sim_below(world, 24 * 60 * MINUTE_MS);
        break;
    case 10:
        sim_hub_crash(world);
        break;
    case 11:
        sim_sync(device);
        sim_device_keep_state(device);
        break;
    case 12:
        sim_sync(device);
        sim_device_put_back(device);
        break;
    case 13:
        sim_model_link_unseen(device);
        break;
    case 14:
        keep_hub(world);
        break;
    case 15:
        restore_hub(world);
        break;
    case 16:
        if (sim_chance(world, 3)) {
            sim_copy_vault(world);
        }
        break;
    case 17:
        if (sim_chance(world, 4)) {
            sim_hostile_day(world);
        }
        break;
    default:
        sim_model_write(device);
        break;
    }
    world->now_ms += sim_below(world, 10 * MINUTE_MS);
}

/* Everything works again: each device runs until all news is everywhere. Clocks stay as wrong as they are. */
static void heal(sim *world)
{
    world->has_faults = false;
    sim_network_empty(world);
    for (unsigned d = 0; d < world->device_count; d++) {
        sim_device_crash(&world->devices[d]);
    }
    for (unsigned round = 0; round < HEALING_ROUNDS; round++) {
        for (unsigned d = 0; d < world->device_count; d++) {
            world->now_ms += 2 * 60 * MINUTE_MS;
            sim_sync(&world->devices[d]);
        }
    }
}

static void check_device(sim *world, sim_device *device, char digest_out[80])
{
    sim_demand(device, "sync.status", "{}");
    if (sim_reply(device, "problem") != NULL || sim_reply_number(device, "deviceCount") != 0 ||
        sim_reply_number(device, "refusedCount") != 0 || sim_reply_number(device, "waitingCount") != 0) {
        sim_fail(world, "device %u is not through: %.*s", device->number, (int)device->reply.size_bytes,
                 (const char *)device->reply.data);
    }
    uint64_t expected = 0;
    for (unsigned d = 0; d < world->device_count; d++) {
        expected += world->devices[d].acknowledged_operations;
    }
    sim_demand(device, "vault.storage", "{}");
    uint64_t held = sim_reply_number(device, "operationCount");
    if (held != expected) {
        sim_fail(world, "device %u holds %llu operations; %llu were acknowledged", device->number,
                 (unsigned long long)held, (unsigned long long)expected);
    }
    sim_demand(device, "vault.check", "{}");
    bool is_equal = false;
    sim_must(world, fk_json_to_bool(sim_reply(device, "rebuiltEqual"), &is_equal), "vault.check");
    if (!is_equal) {
        sim_fail(world, "device %u: rebuilt tables differ", device->number);
    }
    fk_bytes digest = fk_json_string(sim_reply(device, "digestHex"));
    (void)snprintf(digest_out, 80, "%.*s", (int)digest.size_bytes, (const char *)digest.data);
}

static void check(sim *world)
{
    char first[80] = "";
    for (unsigned d = 0; d < world->device_count; d++) {
        char digest[80];
        check_device(world, &world->devices[d], digest);
        if (d == 0) {
            (void)snprintf(first, sizeof first, "%s", digest);
        } else if (strcmp(first, digest) != 0) {
            sim_fail(world, "devices 0 and %u derived different tables", d);
        }
    }
    sim_model_check(world);
    sim_hub_refuse_canary(world);
}

static void run_seed(uint64_t seed, bool is_traced, sim_counts *counts)
{
    sim world = { .seed = seed, .is_traced = is_traced, .counts = counts, .now_ms = start_ms };
    world.choices.state = seed * 2 + 1;
    world.secrets.state = ~seed;
    world.secrets_port = seeded_random_port(&world.secrets);
    sim_must(&world, fk_crypto_start(&world.secrets_port), "fk_crypto_start");
    sim_hub_make(&world);
    sim_model_make(&world);
    sim_log_make(&world);
    sim_device_make(&world, 0);
    sim_device_make(&world, 1);
    world.has_faults = true;
    sim_model_add_case(&world.devices[0]); /* recorded before there is a team: sealed to it once there is one */
    sim_model_add_case(&world.devices[1]);
    sim_team_found(&world, &world.devices[0]);
    sim_team_join(&world, &world.devices[0], &world.devices[1]);
    for (unsigned i = 0; i < EVENT_COUNT; i++) {
        one_event(&world);
        if (i == EVENT_COUNT / 2 && seed % 4 == 0) {
            unsigned newest = world.device_count;
            sim_device_make(&world, newest);
            sim_team_join(&world, &world.devices[0], &world.devices[newest]);
        }
    }
    heal(&world);
    check(&world);
    for (unsigned d = 0; d < world.device_count; d++) {
        sim_device_free(&world.devices[d]);
    }
    sim_network_empty(&world);
    sim_log_free(&world);
    sim_model_free(&world);
    sim_hub_free(&world);
}

/* --- the program --------------------------------------------------------------------------------------- */

typedef struct options {
    uint64_t first, count;
    bool is_traced;
} options;

static bool read_options(int argc, char **argv, options *out)
{
    *out = (options){ 1, SEEDS_OF_A_RUN, false };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0) {
            out->is_traced = true;
            continue;
        }
        uint64_t number = i + 1 < argc ? strtoull(argv[i + 1], NULL, 10) : 0;
        if (number == 0) {
            return false;
        }
        if (strcmp(argv[i], "--seed") == 0) {
            *out = (options){ number, 1, out->is_traced };
        } else if (strcmp(argv[i], "--seed-from") == 0) {
            out->first = number;
        } else if (strcmp(argv[i], "--seeds") == 0) {
            out->count = number;
        } else {
            return false;
        }
        i++;
    }
    return true;
}

int main(int argc, char **argv)
{
    options chosen;
    if (!read_options(argc, argv, &chosen)) {
        (void)fprintf(stderr, "usage: sim [--seed N] [--seeds COUNT] [--seed-from N] [--trace]\n");
        return 2;
    }
    sim_counts counts = { 0 };
    for (uint64_t seed = chosen.first; seed < chosen.first + chosen.count; seed++) {
        run_seed(seed, chosen.is_traced, &counts);
    }
    (void)printf(
        "seeds %llu to %llu: %llu commands, %llu requests, %llu writes, %llu conflicts resolved; lost %llu, "
        "repeated %llu, late %llu, cut %llu, answered by others %llu, power cuts %llu, hub crashes %llu, clocks "
        "set %llu, put back %llu, links to what nobody saw %llu, hub restored %llu, vaults "
        "copied %llu, made another device %llu, answers that lied %llu, told of %llu\n",
        (unsigned long long)chosen.first, (unsigned long long)(chosen.first + chosen.count - 1),
        (unsigned long long)counts.commands, (unsigned long long)counts.requests, (unsigned long long)counts.writes,
        (unsigned long long)counts.conflicts_resolved, (unsigned long long)counts.dropped,
        (unsigned long long)counts.repeated, (unsigned long long)counts.late, (unsigned long long)counts.cut,
        (unsigned long long)counts.foreign, (unsigned long long)counts.device_crashes,
        (unsigned long long)counts.hub_crashes, (unsigned long long)counts.clock_jumps,
        (unsigned long long)counts.put_back, (unsigned long long)counts.unseen_links,
        (unsigned long long)counts.hub_restored, (unsigned long long)counts.copied, (unsigned long long)counts.rekeyed,
        (unsigned long long)counts.hostile_answers, (unsigned long long)counts.hostile_told);
    (void)printf("%llu passed, 0 failed\n", (unsigned long long)chosen.count);
    return 0;
}
