#include "hub_rate.h"

#include <string.h>

#include "fk/banned.h"

enum { ONE = 1000, WAIT_S_MAX = 60 };

void fk_hub_rates_init(fk_hub_rates *rates)
{
    memset(rates, 0, sizeof *rates);
    rates->open.thousandths = (uint64_t)FK_HUB_RATE_OPEN_BURST * ONE;
}

static uint32_t take(fk_hub_bucket *bucket, uint64_t burst, uint64_t per_s, uint64_t now_ms)
{
    uint64_t capacity = burst * ONE;
    uint64_t passed_ms = now_ms > bucket->at_ms ? now_ms - bucket->at_ms : 0;
    /* per_s requests in a second are per_s thousandths in a millisecond */
    uint64_t gained = passed_ms >= capacity ? capacity : passed_ms * per_s;
    bucket->thousandths = bucket->thousandths + gained > capacity ? capacity : bucket->thousandths + gained;
    bucket->at_ms = now_ms;
    if (bucket->thousandths >= ONE) {
        bucket->thousandths -= ONE;
        return 0;
    }
    uint64_t wait_s = (ONE - bucket->thousandths) / (per_s * ONE) + 1;
    return wait_s > WAIT_S_MAX ? WAIT_S_MAX : (uint32_t)wait_s;
}

/* The device's place, or the one that was used longest ago. */
static size_t place_of(const fk_hub_rates *rates, const fk_id *device)
{
    size_t oldest = 0;
    for (size_t i = 0; i < FK_HUB_RATE_DEVICE_COUNT; i++) {
        if (fk_id_equal(&rates->devices[i], device)) {
            return i;
        }
        oldest = rates->buckets[i].at_ms < rates->buckets[oldest].at_ms ? i : oldest;
    }
    return oldest;
}

uint32_t fk_hub_rates_take(fk_hub_rates *rates, const fk_id *device, uint64_t now_ms)
{
    if (device == NULL) {
        return take(&rates->open, FK_HUB_RATE_OPEN_BURST, FK_HUB_RATE_OPEN_PER_S, now_ms);
    }
    size_t place = place_of(rates, device);
    if (!fk_id_equal(&rates->devices[place], device)) {
        rates->devices[place] = *device;
        rates->buckets[place] = (fk_hub_bucket){ (uint64_t)FK_HUB_RATE_BURST * ONE, now_ms };
    }
    return take(&rates->buckets[place], FK_HUB_RATE_BURST, FK_HUB_RATE_PER_S, now_ms);
}
