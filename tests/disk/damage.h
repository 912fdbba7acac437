/* damage.h — copies of a vault's files with one thing wrong: rot, single old pages, an old log. Each must be
 * refused by name, or be unreadable, or show the newest state, or an older one with the torn tail told. One that is
 * refused and then opened for reading shows a state that was acknowledged once, and names its damage. */
#ifndef FK_DAMAGE_H
#define FK_DAMAGE_H

#include "workload.h"

/* The store of work is closed; its files are not changed. before is an older copy of the same disk, borrowed.
 * False with a complaint: a copy showed what was never acknowledged, or lost work silently. */
bool damage_copies(workload *work, const memory_disk *before);

/* What does a store with these files do, whose newest state is the one of work? */
damage_verdict damage_judge(const workload *work, memory_disk *copy);

#endif
