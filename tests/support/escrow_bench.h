/* escrow_bench.h — an agency whose root names a recovery key, and what its vaults make of it. */
#ifndef FK_ESCROW_BENCH_H
#define FK_ESCROW_BENCH_H

#include "fk/escrow.h"
#include "fk/roster.h"
#include "sync_bench.h"

/* An entry by root that names the key of these, where the device's roster ends. roster.offer answers. */
const char *offer_recovery_key(sync_bench *bench, size_t device, const fk_identity *keys);
/* That, and a run of the device that posts it; its own slot is made with it. */
void name_recovery_key(sync_bench *bench, size_t device, const fk_identity *keys);

/* How many slots of the device's key file are recognised as escrow. */
unsigned escrow_slot_count(fixture *f);
/* Open the one for this key. The statement is of this device and vault, and the master key that of the open vault
 * (asserted). */
void assert_escrow_opens(fixture *f, const fk_identity *keys);

#endif
