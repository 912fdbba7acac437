#include "sim_network.h"

#include <stdio.h>
#include <string.h>

#include "fk/sync.h"

#include "sim_device.h"
#include "sim_hostile.h"
#include "sim_hub.h"
#include "sim_model.h"

enum { STEP_COUNT_MAX = 2000, BODY_SIZE_BYTES_MAX = FK_HUB_REPLY_SIZE_BYTES_MAX };

/* What the driver hands to sync.step. */
typedef struct answer {
    fk_answer_kind kind;
    uint16_t http_status;
    uint32_t retry_after_s;
    fk_bytes body;
} answer;

static void request_init(sim_request *request)
{
    fk_buffer_init(&request->path, &fk_allocator_libc, 256);
    fk_buffer_init(&request->token, &fk_allocator_libc, 64);
    fk_buffer_init(&request->body, &fk_allocator_libc, BODY_SIZE_BYTES_MAX);
    fk_buffer_init(&request->answer, &fk_allocator_libc, BODY_SIZE_BYTES_MAX);
}

static void request_free(sim_request *request)
{
    fk_buffer_free(&request->path);
    fk_buffer_free(&request->token);
    fk_buffer_free(&request->body);
    fk_buffer_free(&request->answer);
}

static fk_bytes view(const fk_buffer *buffer)
{
    return fk_bytes_of(buffer->data, buffer->size_bytes);
}

/* --- what the network keeps ---------------------------------------------------------------------- */

static void forget_held(sim *world, size_t index)
{
    request_free(&world->held[index]);
    world->held_count--;
    memmove(&world->held[index], &world->held[index + 1], (world->held_count - index) * sizeof world->held[0]);
}

static void hold(sim *world, sim_request *request)
{
    if (world->held_count == SIM_HELD_COUNT_MAX) {
        forget_held(world, 0);
    }
    world->held[world->held_count++] = *request;
}

void sim_network_empty(sim *world)
{
    while (world->held_count > 0) {
        forget_held(world, world->held_count - 1);
    }
}

/* An earlier request, of any device, reaches the hub once more; nobody waits for its answer. */
static void deliver_late(sim *world)
{
    if (world->held_count > 0) {
        sim_request *late = &world->held[sim_below(world, world->held_count)];
        sim_trace(world, "network: %.*s comes again, late", (int)late->path.size_bytes, (const char *)late->path.data);
        world->counts->late++;
        fk_buffer answered; /* what it was answered first stays what a cache may serve again */
        fk_buffer_init(&answered, &fk_allocator_libc, BODY_SIZE_BYTES_MAX);
        fk_buffer first = late->answer;
        uint16_t first_status = late->http_status;
        late->answer = answered;
        (void)sim_hub_answer(world, late, view(&late->body), 1, SIM_HUB_WORKS);
        fk_buffer_free(&late->answer);
        late->answer = first;
        late->http_status = first_status;
    }
}

/* --- faults --------------------------------------------------------------------------------------- */

/* Answers of machines that are no hub. */
static const char *const foreign_answers[] = {
    "<!DOCTYPE html><html><body>Please sign in to the hotel's wireless network</body></html>",
    "",
    "{\"ok\":true}",
    "FKHB\1",
    "502 Bad Gateway",
};

static answer foreign_answer(sim *world)
{
    const char *text = foreign_answers[sim_below(world, sizeof foreign_answers / sizeof foreign_answers[0])];
    world->counts->foreign++;
    sim_trace(world, "network: another machine answers");
    return (answer){ FK_ANSWER_HTTP, sim_chance(world, 2) ? 200 : 502, 0, fk_bytes_text(text) };
}

static answer of_request(const sim_request *request)
{
    return (answer){ FK_ANSWER_HTTP, request->http_status, 0, view(&request->answer) };
}

/* The answer is cut. A host that notices says so and hands nothing on; else half of it looks like all. */
static answer cut_answer(sim *world, const sim_request *request)
{
    world->counts->cut++;
    sim_trace(world, "network: the answer is cut");
    if (sim_chance(world, 2)) {
        return (answer){ .kind = FK_ANSWER_CUT };
    }
    answer half = of_request(request);
    half.body.size_bytes = half.body.size_bytes > 0 ? sim_below(world, half.body.size_bytes) : 0;
    return half;
}

/* The hub gets a request that ends in the middle of its body; it must keep nothing of it. */
static void deliver_cut(sim *world, sim_request *request)
{
    fk_bytes body = view(&request->body);
    if (body.size_bytes > 0) {
        sim_trace(world, "network: the request is cut");
        world->counts->cut++;
        (void)sim_hub_answer(world, request, fk_bytes_of(body.data, sim_below(world, body.size_bytes)), 1,
                             SIM_HUB_WORKS);
    }
}

/* A cache on the way gives what it was told before to the same question; without one the hub answers. */
static answer earlier_answer(sim *world, sim_request *request)
{
    for (size_t i = 0; i < world->held_count; i++) {
        const sim_request *earlier = &world->held[i];
        bool is_same = !request->is_post && !earlier->is_post && earlier->answer.size_bytes > 0 &&
                       fk_bytes_equal(view(&earlier->path), view(&request->path));
        if (is_same) {
            sim_trace(world, "network: an earlier answer comes again");
            world->counts->late++;
            request->http_status = earlier->http_status;
            sim_must(world, fk_buffer_append(&request->answer, view(&earlier->answer)), "an earlier answer");
            return of_request(request);
        }
    }
    (void)sim_hub_answer(world, request, view(&request->body), 1, SIM_HUB_WORKS);
    return of_request(request);
}

static answer lost(sim *world, const char *what)
{
    world->counts->dropped++;
    sim_trace(world, "network: %s is lost", what);
    return (answer){ .kind = sim_chance(world, 2) ? FK_ANSWER_UNREACHABLE : FK_ANSWER_TIMED_OUT };
}

static answer deliver_with_fault(sim *world, sim_request *request)
{
    switch (sim_below(world, 11)) {
    case 0:
        return lost(world, "a request");
    case 1:
        (void)sim_hub_answer(world, request, view(&request->body), 1, SIM_HUB_WORKS);
        return lost(world, "an answer");
    case 2:
        (void)sim_hub_answer(world, request, view(&request->body), 1, SIM_HUB_WORKS);
        return cut_answer(world, request);
    case 3:
        deliver_cut(world, request);
        return lost(world, "the rest of a request");
    case 4:
        world->counts->repeated++;
        (void)sim_hub_answer(world, request, view(&request->body), 2, SIM_HUB_WORKS);
        return of_request(request);
    case 5:
        (void)sim_hub_answer(world, request, view(&request->body), 1, SIM_HUB_DIES_BEFORE_COMMIT);
        return lost(world, "the hub");
    case 6:
        (void)sim_hub_answer(world, request, view(&request->body), 1, SIM_HUB_DIES_AFTER_COMMIT);
        return lost(world, "the hub");
    case 7:
        return foreign_answer(world);
    case 8:
        sim_hub_crash(world);
        return lost(world, "the hub");
    case 9:
        return earlier_answer(world, request);
    default:
        deliver_late(world);
        (void)sim_hub_answer(world, request, view(&request->body), 1, SIM_HUB_WORKS);
        return of_request(request);
    }
}

static answer deliver(sim *world, sim_request *request)
{
    world->counts->requests++;
    world->now_ms += 20 + sim_below(world, 400);
    sim_refuse_canary(world, "the path of a request", view(&request->path));
    sim_refuse_canary(world, "the body of a request", view(&request->body));
    if (world->has_faults && sim_chance(world, 6)) {
        return deliver_with_fault(world, request);
    }
    (void)sim_hub_answer(world, request, view(&request->body), 1, SIM_HUB_WORKS);
    sim_hostile_change(world, request);
    if (world->has_faults && sim_chance(world, 20)) {
        sim_hub_crash(world); /* after its answer is out */
    }
    return of_request(request);
}

/* --- the driver ------------------------------------------------------------------------------------- */

/* Reads an effect of sync.step. False: the run is over. */
static bool read_effect(sim_device *device, sim_request *request)
{
    fk_bytes effect = view(&device->reply);
    if (effect.size_bytes < FK_EFFECT_HEADER_SIZE_BYTES || effect.data[0] != 0) {
        sim_fail(device->world, "device %u: an effect of %zu bytes", device->number, effect.size_bytes);
    }
    if (effect.data[1] == FK_EFFECT_DONE) {
        return false;
    }
    request->is_post = effect.data[2] == 2;
    size_t sizes[] = { fk_get_u16(effect.data + 8), effect.data[3] != 0 ? 2 * FK_TOKEN_SIZE_BYTES : 0,
                       fk_get_u32(effect.data + 12) };
    fk_buffer *parts[] = { &request->path, &request->token, &request->body };
    const uint8_t *at = effect.data + FK_EFFECT_HEADER_SIZE_BYTES;
    if (effect.data[1] != FK_EFFECT_REQUEST ||
        FK_EFFECT_HEADER_SIZE_BYTES + sizes[0] + sizes[1] + sizes[2] != effect.size_bytes) {
        sim_fail(device->world, "device %u: an effect whose sizes do not add up", device->number);
    }
    for (size_t i = 0; i < 3; i++) {
        sim_must(device->world, fk_buffer_append(parts[i], fk_bytes_of(at, sizes[i])), "a request");
        at += sizes[i];
    }
    return true;
}

static sim_outcome step(sim_device *device, const answer *given)
{
    uint8_t header[FK_ANSWER_HEADER_SIZE_BYTES] = { (uint8_t)given->kind };
    fk_put_u16(header + 2, given->http_status);
    fk_put_u32(header + 4, given->retry_after_s);
    fk_buffer bytes;
    fk_buffer_init(&bytes, &fk_allocator_libc, FK_ANSWER_HEADER_SIZE_BYTES + BODY_SIZE_BYTES_MAX);
    sim_must(device->world, fk_buffer_append(&bytes, fk_bytes_of(header, sizeof header)), "an answer");
    sim_must(device->world, fk_buffer_append(&bytes, given->body), "an answer");
    sim_outcome outcome = sim_call_bytes(device, "sync.step", view(&bytes));
    fk_buffer_free(&bytes);
    return outcome;
}

/* What else happens between two steps of a run. True: the run does not go on. */
static bool is_interrupted(sim_device *device)
{
    sim *world = device->world;
    if (!world->has_faults) {
        return false;
    }
    if (sim_chance(world, 40)) {
        sim_device_crash_soon(device);
    }
    if (!world->is_at_form && sim_chance(world, 12)) {
        unsigned starts = device->start_count;
        sim_model_write(device);
        if (device->start_count != starts) {
            return true;
        }
    }
    if (sim_chance(world, 60)) {
        sim_trace(world, "device %u: the run is cancelled", device->number);
        (void)sim_call(device, "sync.cancel", "{}");
        return true;
    }
    return false;
}

static bool exchange(sim_device *device, answer *given)
{
    sim *world = device->world;
    sim_request request = { .is_post = false };
    request_init(&request);
    sim_outcome outcome = step(device, given);
    if (outcome == SIM_REFUSED) {
        sim_fail(world, "device %u: sync.step is refused: %s", device->number, sim_device_code(device));
    }
    if (outcome == SIM_DOWN || !read_effect(device, &request)) {
        request_free(&request);
        return false;
    }
    *given = deliver(world, &request);
    sim_trace(world, "device %u: %.*s (%zu) -> %d %u (%zu)", device->number, (int)request.path.size_bytes,
              (const char *)request.path.data, request.body.size_bytes, (int)given->kind, given->http_status,
              given->body.size_bytes);
    hold(world, &request); /* keeps the answer's bytes */
    return true;
}

void sim_sync_at_form(sim_device *device)
{
    device->world->is_at_form = true;
    sim_sync(device);
    device->world->is_at_form = false;
}

void sim_sync(sim_device *device)
{
    sim *world = device->world;
    sim_trace(world, "device %u: a run begins", device->number);
    sim_outcome begun =
        sim_call(device, "sync.begin", "{\"timeMs\":%llu}", (unsigned long long)sim_device_now_ms(device));
    if (begun == SIM_DOWN) {
        return;
    }
    if (begun == SIM_REFUSED) {
        sim_fail(world, "device %u: sync.begin is refused: %s", device->number, sim_device_code(device));
    }
    answer given = { .kind = FK_ANSWER_NONE };
    world->is_in_run = true;
    for (unsigned steps = 0; exchange(device, &given); steps++) {
        if (steps == STEP_COUNT_MAX) {
            sim_fail(world, "device %u: a run that does not end", device->number);
        }
        if (is_interrupted(device)) {
            break;
        }
    }
    world->is_in_run = false;
}
