/* misfortunes.h — what happens to a vault on the simulated disk, one kind after the other. */
#ifndef FK_MISFORTUNES_H
#define FK_MISFORTUNES_H

#include "workload.h"

typedef struct misfortune {
    const char *name;
    /* On an open store; leaves it open. False: something did not hold, see work->complaint. */
    bool (*happen)(workload *work);
} misfortune;

extern const misfortune MISFORTUNES[];
extern const size_t MISFORTUNE_COUNT;

#endif
