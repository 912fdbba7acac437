#include "sim_log.h"

#include <stdlib.h>

#include "fk/messages.h"

enum { ENTRY_COUNT_MAX = 4096 };

typedef struct log_entry {
    uint64_t number;
    fk_id compartment;
    fk_id device;
    uint64_t first_sequence;
} log_entry;

struct sim_log {
    log_entry entries[ENTRY_COUNT_MAX];
    size_t count;
};

void sim_log_make(sim *world)
{
    world->log = calloc(1, sizeof *world->log);
    if (world->log == NULL) {
        sim_fail(world, "no memory for the hub's log");
    }
}

void sim_log_free(sim *world)
{
    free(world->log);
}

void sim_log_forget(sim *world)
{
    world->log->count = 0;
}

static void keep(sim *world, const log_entry *seen)
{
    sim_log *log = world->log;
    for (size_t i = 0; i < log->count; i++) {
        const log_entry *known = &log->entries[i];
        bool is_same_segment = fk_id_equal(&known->compartment, &seen->compartment) &&
                               fk_id_equal(&known->device, &seen->device) &&
                               known->first_sequence == seen->first_sequence;
        if (is_same_segment != (known->number == seen->number)) {
            sim_fail(world, "the hub's log holds one segment as %llu and as %llu, or two under one number",
                     (unsigned long long)known->number, (unsigned long long)seen->number);
        }
        if (is_same_segment) {
            return;
        }
    }
    if (log->count == ENTRY_COUNT_MAX) {
        sim_fail(world, "more segments than the simulation looks at");
    }
    log->entries[log->count++] = *seen;
}

void sim_log_watch(sim *world, fk_bytes answer)
{
    fk_frame frame;
    if (!fk_is_ok(fk_frame_read(answer, &frame)) || frame.kind != FK_FRAME_PULLED) {
        return;
    }
    enum { HEAD_SIZE_BYTES = 8 + FK_DIGEST_SIZE_BYTES + 4 + 4 };
    fk_bytes rest = frame.rest;
    fk_bytes piece;
    sim_must(world, fk_take(&rest, HEAD_SIZE_BYTES, &piece), "a pulled head");
    for (uint32_t i = 0; i < frame.count; i++) {
        log_entry seen = { .number = 0 };
        sim_must(world, fk_take_u64(&rest, &seen.number), "a log number");
        fk_segment segment;
        sim_must(world, fk_segment_read(rest, &segment), "a pulled segment");
        sim_must(world, fk_take(&rest, segment.whole.size_bytes, &piece), "a pulled segment");
        seen.compartment = segment.header.compartment;
        seen.device = segment.header.device;
        seen.first_sequence = segment.header.first_sequence;
        keep(world, &seen);
    }
}
