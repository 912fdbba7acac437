#include "sim_hostile.h"

#include <string.h>

#include "fk/messages.h"

#include "sim_device.h"
#include "sim_model.h"
#include "sim_network.h"

enum {
    HOUR_COUNT = 24,
    HOUR_MS = 60 * 60 * 1000,
    WRITE_COUNT = 3,
    HEAD_SIZE_BYTES = FK_FRAME_SIZE_BYTES + 8 + FK_DIGEST_SIZE_BYTES + 8, /* frame, log number, hash, flags */
    PIECE_COUNT_MAX = 256,
};

/* --- what it makes of an answer ---------------------------------------------------------------------- */

typedef struct piece {
    fk_bytes number; /* in the log */
    fk_bytes segment;
} piece;

typedef struct pulled {
    piece pieces[PIECE_COUNT_MAX];
    uint32_t count;
} pulled;

static pulled read_pulled(sim *world, const fk_buffer *answer)
{
    pulled result = { .count = 0 };
    fk_bytes rest = fk_bytes_of(answer->data + HEAD_SIZE_BYTES, answer->size_bytes - HEAD_SIZE_BYTES);
    while (rest.size_bytes > 0) {
        fk_segment segment;
        piece *next = &result.pieces[result.count++];
        if (result.count > PIECE_COUNT_MAX) {
            sim_fail(world, "more segments in an answer than the hostile hub looks at");
        }
        sim_must(world, fk_take(&rest, 8, &next->number), "a log number");
        sim_must(world, fk_segment_read(rest, &segment), "a pulled segment");
        sim_must(world, fk_take(&rest, segment.whole.size_bytes, &next->segment), "a pulled segment");
    }
    return result;
}

static void change_pieces(sim_hostility hostility, pulled *answer)
{
    fk_bytes first = answer->pieces[0].segment;
    switch (hostility) {
    case SIM_HOSTILE_NOT:
        break;
    case SIM_HOSTILE_WITHHOLDS:
        answer->count = 0;
        break;
    case SIM_HOSTILE_OMITS:
        memmove(&answer->pieces[0], &answer->pieces[1], --answer->count * sizeof answer->pieces[0]);
        break;
    case SIM_HOSTILE_SWAPS:
        answer->pieces[0].segment = answer->pieces[answer->count - 1].segment;
        answer->pieces[answer->count - 1].segment = first;
        break;
    case SIM_HOSTILE_REPEATS:
        answer->count = 1; /* the first, each time it is asked */
        break;
    }
}

void sim_hostile_change(sim *world, sim_request *request)
{
    fk_frame frame;
    fk_buffer *answer = &request->answer;
    bool is_pulled = fk_is_ok(fk_frame_read(fk_bytes_of(answer->data, answer->size_bytes), &frame)) &&
                     frame.kind == FK_FRAME_PULLED && frame.count > 0;
    if (world->hostility == SIM_HOSTILE_NOT || !is_pulled) {
        return;
    }
    pulled changed = read_pulled(world, answer);
    change_pieces(world->hostility, &changed);
    fk_buffer made;
    fk_buffer_init(&made, &fk_allocator_libc, answer->size_bytes);
    sim_must(world, fk_buffer_append(&made, fk_bytes_of(answer->data, HEAD_SIZE_BYTES)), "a hostile answer");
    for (uint32_t i = 0; i < changed.count; i++) {
        sim_must(world, fk_buffer_append(&made, changed.pieces[i].number), "a hostile answer");
        sim_must(world, fk_buffer_append(&made, changed.pieces[i].segment), "a hostile answer");
    }
    fk_frame_write(FK_FRAME_PULLED, changed.count, made.data);
    fk_buffer_free(answer);
    *answer = made;
    world->counts->hostile_answers++;
    sim_trace(world, "hub: lies about its log");
}

/* --- a day of it ----------------------------------------------------------------------------------------- */

static uint64_t operation_count(sim_device *device)
{
    sim_demand(device, "vault.storage", "{}");
    return sim_reply_number(device, "operationCount");
}

static bool is_told(sim_device *device)
{
    sim_demand(device, "sync.status", "{}");
    return sim_reply(device, "problem") != NULL;
}

static sim_hostility any_lie(sim *world)
{
    return (sim_hostility)(1 + sim_below(world, SIM_HOSTILE_COUNT - 1));
}

/* In one way all day, so that what is kept back stays so, or in another one each hour. */
static void lie_for_a_day(sim *world, sim_device *device, sim_device *author, uint64_t expected)
{
    bool was_told = false;
    bool is_steady = !sim_chance(world, 3);
    sim_hostility lie = any_lie(world);
    for (unsigned hours = 0; hours < HOUR_COUNT && !was_told; hours++) {
        world->hostility = is_steady ? lie : any_lie(world);
        sim_sync(device);
        world->hostility = SIM_HOSTILE_NOT;
        was_told = is_told(device);
        if (operation_count(device) == expected) {
            return; /* it lied in a way that kept nothing back */
        }
        world->now_ms += HOUR_MS;
    }
    if (!was_told) {
        sim_fail(world, "device %u was kept from work of device %u for a day and not told", device->number,
                 author->number);
    }
    world->counts->hostile_told++;
}

void sim_hostile_day(sim *world)
{
    sim_device *author = &world->devices[sim_below(world, world->device_count)];
    sim_device *device = &world->devices[sim_below(world, world->device_count)];
    if (author == device || !sim_device_has_sent(author) || !sim_device_has_sent(device)) {
        return;
    }
    bool had_faults = world->has_faults;
    world->has_faults = false; /* what the network does is no excuse, nor a power cut that was about to come */
    sim_device_crash(author);
    sim_device_crash(device);
    sim_sync(author);
    sim_sync(device);
    uint64_t before = operation_count(device);
    uint64_t own_before = author->acknowledged_operations;
    for (unsigned i = 0; i < WRITE_COUNT; i++) {
        sim_model_write(author);
    }
    sim_sync(author);
    uint64_t made = author->acknowledged_operations - own_before;
    if (made > 0 && !is_told(device) && !is_told(author) && !sim_device_has_unsent(author)) {
        lie_for_a_day(world, device, author, before + made);
    }
    world->has_faults = had_faults;
}
