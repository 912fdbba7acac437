#define _GNU_SOURCE
#include "posix_system.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "fk/assert.h"
#include "fk/banned.h"

static uint64_t read_clock(clockid_t id)
{
    struct timespec now = { 0, 0 };
    int result = clock_gettime(id, &now);
    FK_ASSERT(result == 0);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t now_ms(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_REALTIME);
}

/* Goes on during suspend: elapsed time must not be less than it was. */
static uint64_t monotonic_ms(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_BOOTTIME);
}

fk_clock fk_posix_clock(void)
{
    return (fk_clock){ now_ms, monotonic_ms, NULL };
}

static void fill(void *ctx, uint8_t *target, size_t size_bytes)
{
    (void)ctx;
    for (size_t done = 0; done < size_bytes;) {
        ssize_t count = getrandom(target + done, size_bytes - done, 0);
        FK_ASSERT(count > 0 || errno == EINTR);
        done += count > 0 ? (size_t)count : 0;
    }
}

fk_random fk_posix_random(void)
{
    return (fk_random){ fill, NULL };
}
