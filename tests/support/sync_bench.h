/* sync_bench.h — vaults and a hub in one program: sessions driven through the border, the hub's real core behind them.
 */
#ifndef FK_SYNC_BENCH_H
#define FK_SYNC_BENCH_H

#include "fk/hub_core.h"
#include "fk/sync.h"

#include "session_fixture.h"

enum {
    BENCH_DEVICE_COUNT = 3,
    BENCH_STEP_COUNT_MAX = 500,
    BENCH_CODE_SIZE = 128,
};

#define BENCH_NOW_MS UINT64_C(1790000000000)

/* What the hub answered, before the device gets it; a test may change any of it. */
typedef struct bench_answer {
    fk_answer_kind kind;
    uint16_t http_status;
    fk_buffer *body;
    uint32_t retry_after_s; /* header of that name */
} bench_answer;

typedef struct sync_bench sync_bench;
typedef void bench_interference(sync_bench *bench, const char *path, bench_answer *answer);
/* What a stricter hub says of a request, before ours sees it: FK_OK, or by which name it refuses it. */
typedef fk_code bench_judge(sync_bench *bench, const char *path, fk_bytes body);

struct sync_bench {
    fixture devices[BENCH_DEVICE_COUNT];
    uint64_t now_ms[BENCH_DEVICE_COUNT]; /* each device's own clock */
    uint64_t hub_now_ms;
    fk_hub *hub;
    fk_identity root; /* of the agency */
    char folder[64];
    char store[96];
    char founding_code[BENCH_CODE_SIZE];
    fk_buffer reply; /* of the hub */
    fk_buffer answer;
    bench_interference *interfere; /* NULL: none */
    bench_judge *judge;            /* NULL: none */
    void *ctx;
    const char *unreachable; /* requests to this path never arrive; NULL: all do */
    unsigned request_count;  /* in all */
    char error[32];          /* of the last run: code of an error reply */
};

/* A hub with a founded agency that nobody has joined, and vaults that work alone. */
void sync_bench_init(sync_bench *bench);
void sync_bench_free(sync_bench *bench);
/* Close the hub and open it again. */
void sync_bench_restart_hub(sync_bench *bench);
/* Throw the device's session away and open the vault again, as after a crash. */
void sync_bench_reopen(sync_bench *bench, size_t device);

/* The same with that allocator of the session. */
void sync_bench_reopen_with(sync_bench *bench, size_t device, const fk_allocator *allocator);

/* Time passes for everybody. */
void sync_bench_wait(sync_bench *bench, uint64_t wait_ms);

/* One whole run of a device. NULL when it ended without a problem; else the problem, valid until the next call. */
const char *sync_run(sync_bench *bench, size_t device);
/* The same where commands may fail too: the code of the first error reply, else of the run's problem; NULL: neither. */
const char *sync_run_code(sync_bench *bench, size_t device);
/* Begin, at most `count` requests, and stop without a word: as when the machine dies. true when the run was over.
 * The hub has answered the last of them; the device got it only if `is_last_taken`. */
bool sync_run_cut(sync_bench *bench, size_t device, unsigned count, bool is_last_taken);

/* Device 0 founds, device 1 is invited as a colleague and admitted; both have synced to the end. */
void sync_found(sync_bench *bench);
void sync_join(sync_bench *bench, size_t device, fk_device_kind kind);
/* All of it, to begin with: device 0 has people recorded and founds the agency, device 1 joins as an office. */
void sync_bench_init_pair(sync_bench *bench);
/* The disk of the device becomes this one, which the bench owns from now on, and its vault is opened. */
void sync_bench_put_back(sync_bench *bench, size_t device, memory_disk *disk);
/* A whole way of joining needs several runs; each of them by this. */
extern const char *(*sync_bench_run)(sync_bench *bench, size_t device);
/* What sync_run() gave is no problem, or that one. */
void assert_clean(const char *problem);
void assert_problem(const char *problem, const char *code);
#define NOTHING_LEFT "\"deviceCount\":0" /* in sync.status */
/* Change the case of the fixture; does the list of cases say so? */
void set_reference(fixture *f, const char *reference);
bool shows_reference(fixture *f, const char *reference);
/* Make an error of the hub of it. */
void make_error(fk_buffer *body, fk_code code);
/* A text of a reply between "name":" and the next quote. */
void text_of(const char *reply, const char *name, char *target, size_t size);

#endif
