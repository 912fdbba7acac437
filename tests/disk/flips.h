/* flips.h — a vault's files with one byte flipped, place after place: every byte of superblocks, key file, log headers
 * and the last record, every 64th of the pages. Each is refused by name, unreadable, a torn tail that is told, or of no
 * use to anybody; and another vault of the same program is what it was. */
#ifndef FK_FLIPS_H
#define FK_FLIPS_H

#include "workload.h"

typedef struct flip_counts {
    uint64_t verdicts[DAMAGE_VERDICT_COUNT];
} flip_counts;

/* stride: every place (1) or every so-manieth. NULL, or what went wrong first, with its place printed. */
const char *flips_run(uint64_t stride, flip_counts *counts_out);

#endif
