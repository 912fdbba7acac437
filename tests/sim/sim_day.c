#include "sim_day.h"

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
    DRAWN_EVENT_COUNT = 100,
    DEVICE_DRAW_BOUND = 12, /* of 2, 3 or 4 devices each is as likely as any other */
    HEALING_ROUNDS = 4,
    MINUTE_MS = 60 * 1000,
    PART_BEFORE = 0, /* of a day: its streams are those of no event */
    PART_AFTER = SIM_EVENT_COUNT_MAX + 1,
};

static const uint64_t start_ms = UINT64_C(1790000000000);

/* --- events ----------------------------------------------------------------------------------------- */

/* A clock that is minutes, days or a year off, or goes back: it may order views, never decide a loss. */
static void set_clock(sim_device *device)
{
    static const int64_t skews_ms[] = { 0,
                                        3 * MINUTE_MS,
                                        -3 * MINUTE_MS,
                                        INT64_C(26) * 60 * MINUTE_MS,
                                        INT64_C(365) * 24 * 60 * MINUTE_MS,
                                        -INT64_C(365) * 24 * 60 * MINUTE_MS };
    sim *world = device->world;
    device->skew_ms = skews_ms[sim_below(world, sizeof skews_ms / sizeof skews_ms[0])];
    world->counts->clock_jumps++;
    sim_trace(world, "device %u: its clock is %lld ms ahead", device->number, (long long)device->skew_ms);
}

static void let_time_pass(sim_device *device)
{
    device->world->now_ms += sim_below(device->world, 24 * 60 * MINUTE_MS);
}

static void crash_hub(sim_device *device)
{
    sim_hub_crash(device->world);
}

static void keep_state(sim_device *device)
{
    sim_sync(device);
    sim_device_keep_state(device);
}

static void put_back(sim_device *device)
{
    sim_sync(device);
    sim_device_put_back(device);
}

/* Not before everybody has the team's keys: whose grants a hub lost without a trace is not helped by anybody. */
static void keep_hub(sim_device *device)
{
    sim *world = device->world;
    for (unsigned d = 0; d < world->device_count; d++) {
        if (!sim_device_has_sent(&world->devices[d])) {
            return;
        }
    }
    sim_hub_keep(world);
}

/* What a device that was put back still has to be given must not be taken from the hub as well. Nor an entry of the
 * roster that others have read and its administrator does not know to have been taken: it would be signed anew. */
static void restore_hub(sim_device *device)
{
    sim *world = device->world;
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

static void copy_vault(sim_device *device)
{
    if (sim_chance(device->world, 3)) {
        sim_copy_vault(device->world);
    }
}

static void lie_for_a_day(sim_device *device)
{
    if (sim_chance(device->world, 4)) {
        sim_hostile_day(device->world);
    }
}

static void join(sim_device *device)
{
    sim *world = device->world;
    unsigned newest = world->device_count;
    if (newest < SIM_DEVICE_COUNT_MAX) {
        sim_device_make(world, newest);
        sim_team_join(world, &world->devices[0], &world->devices[newest]);
    }
}

static const struct event_kind {
    const char *name;
    unsigned weight; /* how often it is drawn, of the sum of all */
    void (*run)(sim_device *device);
} event_kinds[] = {
    { "a device joins", 0, join }, /* in the middle of each fourth day */
    { "somebody writes", 9, sim_model_write },
    { "a run of sync", 4, sim_sync },
    { "somebody resolves a conflict", 2, sim_model_resolve },
    { "a clock is set", 1, set_clock },
    { "a power cut", 1, sim_device_crash },
    { "a power cut soon", 1, sim_device_crash_soon },
    { "time passes", 1, let_time_pass },
    { "the hub falls over", 1, crash_hub },
    { "a state of a disk is kept", 1, keep_state },
    { "a disk is put back", 1, put_back },
    { "a link to what nobody saw", 1, sim_model_link_unseen },
    { "a backup of the hub", 1, keep_hub },
    { "the hub is restored", 1, restore_hub },
    { "a vault is copied", 1, copy_vault },
    { "the hub lies for a day", 1, lie_for_a_day },
};

enum { EVENT_KIND_COUNT = sizeof event_kinds / sizeof event_kinds[0], KIND_JOIN = 0 };

const char *sim_event_name(const sim_event *event)
{
    return event_kinds[event->kind].name;
}

/* --- the plan of a day -------------------------------------------------------------------------------- */

static uint64_t stream_of(uint64_t seed, uint64_t number)
{
    seeded_random mixed = { seed };
    mixed.state = seeded_random_next(&mixed) ^ number;
    return seeded_random_next(&mixed);
}

static unsigned draw_kind(seeded_random *draws)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++) {
        sum += event_kinds[i].weight;
    }
    uint64_t left = seeded_random_below(draws, sum);
    unsigned kind = 0;
    while (left >= event_kinds[kind].weight) {
        left -= event_kinds[kind++].weight;
    }
    return kind;
}

static void add_event(sim_day *day, unsigned kind, unsigned device)
{
    unsigned number = (unsigned)day->event_count + 1;
    day->events[day->event_count++] = (sim_event){ number, kind, device };
}

void sim_day_plan(uint64_t seed, sim_day *out)
{
    seeded_random draws = { seed * 2 + 1 };
    *out = (sim_day){ .seed = seed };
    for (unsigned i = 0; i < DRAWN_EVENT_COUNT; i++) {
        unsigned kind = draw_kind(&draws);
        add_event(out, kind, (unsigned)seeded_random_below(&draws, DEVICE_DRAW_BOUND));
        if (i == DRAWN_EVENT_COUNT / 2 && seed % 4 == 0) {
            add_event(out, KIND_JOIN, 0);
        }
    }
}

void sim_day_write(const sim_day *day, char out[SIM_EVENT_LIST_SIZE])
{
    size_t used = 0;
    (void)snprintf(out, SIM_EVENT_LIST_SIZE, "0");
    for (size_t i = 0; i < day->event_count; i++) {
        used +=
            (size_t)snprintf(out + used, SIM_EVENT_LIST_SIZE - used, "%s%u", i > 0 ? "," : "", day->events[i].number);
    }
}

bool sim_day_keep_only(sim_day *day, const char *list)
{
    size_t kept = 0;
    const char *at = strcmp(list, "0") == 0 ? "" : list;
    for (size_t i = 0; i < day->event_count && *at != '\0'; i++) {
        char *end = NULL;
        if (strtoul(at, &end, 10) == day->events[i].number) {
            day->events[kept++] = day->events[i];
            at = *end == ',' ? end + 1 : end;
        }
    }
    day->event_count = kept;
    return *at == '\0';
}

/* --- one day ------------------------------------------------------------------------------------------ */

static void begin_part(sim *world, unsigned part)
{
    world->choices.state = stream_of(world->seed, UINT64_C(2) * part);
    world->secrets.state = stream_of(world->seed, UINT64_C(2) * part + 1);
    for (unsigned d = 0; d < world->device_count; d++) {
        memory_disk_reseed(world->devices[d].disk, sim_below(world, UINT32_MAX));
    }
}

static void begin_day(sim *world)
{
    begin_part(world, PART_BEFORE);
    sim_must(world, fk_crypto_start(&world->secrets_port), "fk_crypto_start");
    sim_hub_make(world);
    sim_model_make(world);
    sim_log_make(world);
    sim_device_make(world, 0);
    sim_device_make(world, 1);
    world->has_faults = true;
    sim_model_add_case(&world->devices[0]); /* recorded before there is a team: sealed to it once there is one */
    sim_model_add_case(&world->devices[1]);
    sim_team_found(world, &world->devices[0]);
    sim_team_join(world, &world->devices[0], &world->devices[1]);
}

static void one_event(sim *world, const sim_event *event)
{
    begin_part(world, event->number);
    sim_device *device = &world->devices[event->device % world->device_count];
    sim_trace(world, "event %u: %s (device %u)", event->number, sim_event_name(event), device->number);
    event_kinds[event->kind].run(device);
    world->now_ms += sim_below(world, 10 * MINUTE_MS);
}

/* Everything works again: each device runs until all news is everywhere. Clocks stay as wrong as they are. */
static void heal(sim *world)
{
    begin_part(world, PART_AFTER);
    sim_trace(world, "everything works again");
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

void sim_day_run(const sim_day *day, bool is_traced, sim_counts *counts, sim_report *report)
{
    sim world = { .seed = day->seed, .is_traced = is_traced, .counts = counts, .report = report, .now_ms = start_ms };
    report->seed = day->seed;
    world.secrets_port = seeded_random_port(&world.secrets);
    begin_day(&world);
    for (size_t i = 0; i < day->event_count; i++) {
        one_event(&world, &day->events[i]);
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
