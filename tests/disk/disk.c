/* disk — a vault under real SQLite on a disk that loses, tears and reorders unflushed writes, runs full, loses
 * handles, rots, and shows old copies (tests/support/memory_disk.h): seed after seed.
 *
 *   disk [--seeds N] [--from S] [--flip-each N]
 *
 * First two sessions are compared (sessions.h). --flip-each: then one byte is flipped in every (1) or every so-manieth
 * place of a vault (flips.h). Then the seeds. Prints seeds, crashes, acknowledged and lost; the first seed that fails is named with the way to repeat it. Exit 0
 * when every seed held. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flips.h"
#include "misfortunes.h"
#include "sessions.h"

enum { MISFORTUNES_A_SEED = 4, LARGE_ROWS_EACH = 256, LARGE_ROW_SIZE_BYTES_MAX = 700000 };

static void add_counts(workload_counts *total, const workload_counts *part)
{
    total->crashes += part->crashes;
    total->acknowledged += part->acknowledged;
    total->vanished += part->vanished;
    total->torn += part->torn;
    for (size_t i = 0; i < DAMAGE_VERDICT_COUNT; i++) {
        total->damages[i] += part->damages[i];
    }
}

static bool run_seed(uint64_t seed, workload_counts *total)
{
    seeded_random generator = { seed };
    fk_random random = seeded_random_port(&generator);
    if (!fk_is_ok(fk_crypto_start(&random))) {
        return false;
    }
    memory_disk *memory = memory_disk_new(seed);
    workload work;
    const char *name = "creation";
    bool is_right = workload_begin(&work, memory, seed);
    if (seed % LARGE_ROWS_EACH == 0) {
        work.row_size_bytes_max = LARGE_ROW_SIZE_BYTES_MAX; /* the log grows to where commits move it */
    }
    for (int i = 0; is_right && i < MISFORTUNES_A_SEED; i++) {
        const misfortune *chosen = &MISFORTUNES[seeded_random_below(&work.random, MISFORTUNE_COUNT)];
        name = chosen->name;
        is_right = chosen->happen(&work);
    }
    add_counts(total, &work.counts);
    if (!is_right) {
        printf("disk: seed %" PRIu64 " failed, %s, step %d: %s; again: disk --seeds 1 --from %" PRIu64 "\n", seed, name,
               work.step, work.complaint, seed);
    }
    if (work.store.vfs != NULL) {
        test_store_close(&work.store);
    }
    memory_disk_free(memory);
    return is_right;
}

static uint64_t option(int count, char **arguments, const char *name, uint64_t otherwise)
{
    for (int i = 1; i + 1 < count; i += 2) {
        if (strcmp(arguments[i], name) == 0) {
            return strtoull(arguments[i + 1], NULL, 10);
        }
    }
    return otherwise;
}

static bool compare_sessions(void)
{
    uint64_t nonce_count = 0;
    bool is_right = sessions_draw_different_nonces(&nonce_count);
    printf("disk: nonces of two sessions: %" PRIu64 ", %s\n", nonce_count,
           is_right ? "none twice" : "sessions failed, one is there twice");
    return is_right;
}

static bool flip_each(uint64_t stride)
{
    seeded_random generator = { 3 };
    fk_random random = seeded_random_port(&generator);
    flip_counts counts;
    bool is_right = fk_is_ok(fk_crypto_start(&random)) && flips_run(stride, &counts) == NULL;
    printf("disk: flipped bytes, every %" PRIu64 ": refused: %" PRIu64 ", unreadable: %" PRIu64
           ", torn and told: %" PRIu64 ", unused: %" PRIu64 ", wrong: %" PRIu64 "\n",
           stride, counts.verdicts[DAMAGE_REFUSED], counts.verdicts[DAMAGE_UNREADABLE], counts.verdicts[DAMAGE_TOLD],
           counts.verdicts[DAMAGE_UNUSED], counts.verdicts[DAMAGE_WRONG]);
    return is_right;
}

int main(int argument_count, char **arguments)
{
    uint64_t seed_count = option(argument_count, arguments, "--seeds", 100);
    uint64_t from = option(argument_count, arguments, "--from", 0);
    uint64_t flip_stride = option(argument_count, arguments, "--flip-each", 0);
    uint64_t failed = !compare_sessions();
    failed += flip_stride > 0 && !flip_each(flip_stride);
    workload_counts total = { .crashes = 0 };
    uint64_t done = 0;
    for (; done < seed_count && failed == 0; done++) {
        failed += !run_seed(from + done, &total);
    }
    printf("disk: seeds: %" PRIu64 " from %" PRIu64 ", crashes: %" PRIu64 ", acknowledged: %" PRIu64
           ", unacknowledged ones gone: %" PRIu64 ", torn and told: %" PRIu64 "\n",
           done, from, total.crashes, total.acknowledged, total.vanished, total.torn);
    printf("disk: damaged copies refused: %" PRIu64 ", unreadable: %" PRIu64 ", torn and told: %" PRIu64
           ", unused: %" PRIu64 ", lost: %" PRIu64 "\n",
           total.damages[DAMAGE_REFUSED], total.damages[DAMAGE_UNREADABLE], total.damages[DAMAGE_TOLD],
           total.damages[DAMAGE_UNUSED], failed);
    return failed == 0 ? 0 : 1;
}
