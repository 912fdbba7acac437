/* sim.h — devices and a hub in one process: what all parts of the simulation share.
 *
 * Everything that happens follows from the seed. Devices are real sessions on memory disks and speak
 * through the session's commands alone; the hub is the real hub core on a real store. Between them
 * stands a network that loses, repeats, delays and cuts. What is expected is worked out beside the
 * product (sim_model.h) from what was asked and what was acknowledged, never from what it stored. */
#ifndef FK_SIM_H
#define FK_SIM_H

#include "fk/hub_core.h"
#include "fk/json.h"
#include "fk/session.h"
#include "fk/store.h"
#include "fk/wire.h"

#include "memory_disk.h"
#include "seeded_random.h"

enum {
    SIM_DEVICE_COUNT_MAX = 4, /* three, and a copy of one */
    SIM_HELD_COUNT_MAX = 8,   /* requests and answers the network still has */
    SIM_HUB_COPY_COUNT_MAX = 4,
    SIM_TEXT_SIZE_MAX = 4096,
};

/* Stands in everything a person types; nothing that leaves a device may hold it. */
#define SIM_CANARY "qzcanaryvx"

typedef struct sim sim;

typedef struct sim_device {
    sim *world;
    unsigned number;
    memory_disk *disk;
    fk_clock clock;
    int64_t skew_ms; /* what its clock is ahead of the world's */
    fk_host host;
    fk_session *session;
    fk_buffer reply;   /* of the newest command */
    fk_json_doc *tree; /* of that reply, when it was JSON */
    fk_id id;
    uint64_t clock_most_ms; /* its clock was never further on, nor the hub's time by its clock */
    int64_t skew_least_ms;
    unsigned start_count;             /* how often it was started */
    uint64_t acknowledged_operations; /* own ones */
    memory_disk *other_disk;          /* while it is put under a new key */
    memory_disk *older;               /* a state of the disk that somebody kept; NULL: none */
    bool is_behind;                   /* put back to it, and not yet told by the hub what it had */
    bool was_put_back;                /* once */
} sim_device;

typedef struct sim_request {
    bool is_post;
    fk_buffer path; /* with query */
    fk_buffer token;
    fk_buffer body;
    fk_buffer answer; /* what the hub said to it; empty: nothing */
    uint16_t http_status;
} sim_request;

typedef enum sim_hostility {
    SIM_HOSTILE_NOT,
    SIM_HOSTILE_WITHHOLDS, /* all that is new */
    SIM_HOSTILE_OMITS,     /* the first of it */
    SIM_HOSTILE_SWAPS,     /* the first and the last */
    SIM_HOSTILE_REPEATS,   /* gives the first alone */
} sim_hostility;
enum { SIM_HOSTILE_COUNT = 5 };

/* A backup of the hub's store: one file, taken while it was shut. */
typedef struct sim_hub_copy {
    fk_buffer bytes;
} sim_hub_copy;

typedef struct sim_model sim_model;
typedef struct sim_log sim_log;

typedef struct sim_counts {
    uint64_t commands, requests, writes, conflicts_resolved;
    uint64_t dropped, repeated, late, cut, foreign, device_crashes, hub_crashes, clock_jumps, put_back, unseen_links,
        hub_restored, copied, rekeyed, hostile_answers, hostile_told;
} sim_counts;

enum { SIM_FAILURE_SIZE = 160, SIM_DIR_SIZE = 64 };

/* What a program that runs seeds leaves behind for the one that looks into it when it ended (sim_shrink.h). */
typedef struct sim_report {
    uint64_t seed;                  /* that runs, or ran last */
    char failure[SIM_FAILURE_SIZE]; /* what kind of failure, without numbers; empty: none was told */
    char hub_dir[SIM_DIR_SIZE];     /* files of the hub's store; empty: there are none */
} sim_report;

struct sim {
    uint64_t seed;
    bool is_traced;
    seeded_random choices; /* what happens */
    seeded_random secrets; /* what the core draws: keys, nonces, ids */
    fk_random secrets_port;
    uint64_t now_ms;
    bool has_faults;
    bool is_in_run;  /* of sync: no other begins inside it */
    bool is_at_form; /* somebody looks at a form or a decision: nothing else is written meanwhile */
    fk_hub *hub;
    sim_hub_copy hub_copies[SIM_HUB_COPY_COUNT_MAX];
    size_t hub_copy_count;
    sim_hostility hostility; /* of the hub, to whoever syncs now */
    bool was_copied;         /* a vault, once; then no disk is put back and the hub is not restored */
    bool was_hub_restored;   /* once: no disk is put back then, or nobody may have what both lost */
    sim_device devices[SIM_DEVICE_COUNT_MAX];
    unsigned device_count;
    sim_request held[SIM_HELD_COUNT_MAX];
    size_t held_count;
    sim_model *model;
    sim_log *log;
    sim_counts *counts;
    sim_report *report;
};

/* True once in `n` times. */
bool sim_chance(sim *world, uint64_t n);
uint64_t sim_below(sim *world, uint64_t bound);
fk_id sim_random_id(sim *world);
/* With --trace: what happens, one line each. */
void sim_trace(sim *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The seed failed: say why, and end the program. Two failures of one format are of one kind. */
_Noreturn void sim_fail(sim *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, where the format says less than what was tried. */
_Noreturn void sim_fail_at(sim *world, const char *kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A status that nothing in this world may make an error of. */
void sim_must(sim *world, fk_status status, const char *what);
/* Fails when the bytes hold the canary. */
void sim_refuse_canary(sim *world, const char *what, fk_bytes bytes);

#endif
