/* workload.h — transactions on a store whose state is known before each commit, and what must hold
 * after every misfortune: an acknowledged transaction is there, one that was not is there whole or
 * not at all, and a torn one is told. */
#ifndef FK_WORKLOAD_H
#define FK_WORKLOAD_H

#include "seeded_random.h"
#include "test_store.h"

/* What a store did whose files were damaged (damage.h). */
typedef enum damage_verdict {
    DAMAGE_REFUSED,    /* it does not open, with a named error */
    DAMAGE_UNREADABLE, /* it opens, and reading says SQLITE_CORRUPT or SQLITE_NOTADB */
    DAMAGE_TOLD,       /* it shows an older state and tells the torn tail */
    DAMAGE_UNUSED,     /* what was changed counts for nothing */
    DAMAGE_WRONG,      /* it shows what it must not */
    DAMAGE_VERDICT_COUNT
} damage_verdict;

typedef struct workload_counts {
    uint64_t crashes;      /* power cuts, those during recovery too */
    uint64_t acknowledged; /* transactions whose commit answered OK */
    uint64_t vanished;     /* transactions that were under way and are gone, whole */
    uint64_t torn;         /* those that left bytes behind, each told */
    uint64_t damages[DAMAGE_VERDICT_COUNT];
} workload_counts;

enum { WORKLOAD_PAST_COUNT = 128 };

typedef struct workload {
    test_store store;
    seeded_random random;
    size_t row_size_bytes_max;
    int step;
    uint8_t acknowledged[FK_HASH_SIZE_BYTES]; /* state after the last commit that answered OK */
    uint8_t past[WORKLOAD_PAST_COUNT]
                [FK_HASH_SIZE_BYTES]; /* the states before it, the newest in place past_count - 1 */
    size_t past_count;
    uint8_t candidate[FK_HASH_SIZE_BYTES]; /* state after the commit under way */
    uint64_t log_ends_bytes[2];            /* of the last byte that is not zero, when the last commit answered OK */
    workload_counts counts;
    const char *complaint; /* what went wrong first; NULL while all is well */
} workload;

/* All rows in order: the query whose digest is a state. */
extern const char WORKLOAD_EVERYTHING[];

/* A new store with one table on an empty disk, borrowed; of each third seed one as an older app made it. False with a
 * complaint, as below. */
bool workload_begin(workload *work, memory_disk *memory, uint64_t seed);
/* One transaction of a few random changes. SQLite's code. */
int workload_transact(workload *work);
/* One small row: a record of at most 8 pages. */
int workload_transact_small(workload *work);
/* Transactions and checkpoints until one fails or enough were done. */
void workload_run(workload *work);
/* Was this state acknowledged once? */
bool workload_was_acknowledged(const workload *work, const uint8_t digest[FK_HASH_SIZE_BYTES]);
/* The open store shows the state before or after the transaction under way; from then on that counts as acknowledged.
 */
bool workload_check(workload *work);
/* The transaction under way was refused: only the state before it is right now. */
void workload_refused(workload *work);
/* Open the closed store and check. */
bool workload_reopen(workload *work);
/* Power cut, sometimes more of them while recovering, then workload_reopen(). */
bool workload_crash(workload *work);
/* Remember a complaint and answer false. */
bool workload_complain(workload *work, const char *complaint);

#endif
