/* clock_shift.c — preloaded into a program under test: its wall clock is ahead (or behind) by CLOCK_SHIFT_S seconds, or by the
 * 8 bytes of the file CLOCK_SHIFT_FILE, which may change while it runs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shared_shift(void)
{
    static const volatile int64_t *shared;
    const char *path = getenv("CLOCK_SHIFT_FILE");
    if (shared == NULL && path != NULL) {
        int file = open(path, O_RDONLY | O_CLOEXEC);
        void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *shared, PROT_READ, MAP_SHARED, file, 0);
        if (mapped != MAP_FAILED) {
            shared = mapped;
        }
        if (file >= 0) {
            close(file);
        }
    }
    return shared;
}

static int64_t shift_s(void)
{
    const volatile int64_t *shared = shared_shift();
    const char *fixed = getenv("CLOCK_SHIFT_S");
    return shared != NULL ? *shared : fixed != NULL ? strtol(fixed, NULL, 10) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time_out)
{
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = real(clock, time_out);
    if (clock == CLOCK_REALTIME) {
        time_out->tv_sec += shift_s();
    }
    return result;
}

int gettimeofday(struct timeval *restrict time_out, void *restrict zone)
{
    static int (*real)(struct timeval *, void *);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "gettimeofday");
    }
    int result = real(time_out, zone);
    time_out->tv_sec += shift_s();
    return result;
}
