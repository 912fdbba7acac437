/* hub_rate.h — how many requests a device may make: buckets of tokens, in memory only. Pure. */
#ifndef FK_HUB_RATE_H
#define FK_HUB_RATE_H

#include "fk/bytes.h"

enum {
    FK_HUB_RATE_DEVICE_COUNT = 1024, /* seen last; who is pushed out begins with a full bucket again */
    FK_HUB_RATE_BURST = 600,         /* requests at once: a first sync of a large vault */
    FK_HUB_RATE_PER_S = 20,
    FK_HUB_RATE_OPEN_BURST = 2000, /* all callers that are not signed in, together */
    FK_HUB_RATE_OPEN_PER_S = 200,
};

typedef struct fk_hub_bucket {
    uint64_t thousandths; /* of a request */
    uint64_t at_ms;
} fk_hub_bucket;

typedef struct fk_hub_rates {
    fk_hub_bucket open;
    fk_id devices[FK_HUB_RATE_DEVICE_COUNT]; /* zero: free */
    fk_hub_bucket buckets[FK_HUB_RATE_DEVICE_COUNT];
} fk_hub_rates;

void fk_hub_rates_init(fk_hub_rates *rates);
/* Take one request from the bucket of a device, or of all who are not signed in (NULL).
 * 0: allowed. Else the seconds after which there will be one. A clock that goes back fills nothing. */
uint32_t fk_hub_rates_take(fk_hub_rates *rates, const fk_id *device, uint64_t now_ms);

#endif
