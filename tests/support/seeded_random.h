/* seeded_random.h — a repeatable fk_random for tests, and a generator for their choices (SplitMix64). */
#ifndef FK_SEEDED_RANDOM_H
#define FK_SEEDED_RANDOM_H

#include "fk/port.h"

typedef struct seeded_random {
    uint64_t state;
} seeded_random;

/* generator is borrowed as the ctx of the result. */
fk_random seeded_random_port(seeded_random *generator);
uint64_t seeded_random_next(seeded_random *generator);
/* 0 to bound - 1; bound is not 0. */
uint64_t seeded_random_below(seeded_random *generator, uint64_t bound);

#endif
