#include "seeded_random.h"

uint64_t seeded_random_next(seeded_random *generator)
{
    generator->state += 0x9e3779b97f4a7c15u;
    uint64_t value = generator->state;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

uint64_t seeded_random_below(seeded_random *generator, uint64_t bound)
{
    return seeded_random_next(generator) % bound;
}

static void fill(void *ctx, uint8_t *target, size_t size_bytes)
{
    seeded_random *generator = ctx;
    for (size_t i = 0; i < size_bytes; i++) {
        target[i] = (uint8_t)seeded_random_next(generator);
    }
}

fk_random seeded_random_port(seeded_random *generator)
{
    return (fk_random){ fill, generator };
}
