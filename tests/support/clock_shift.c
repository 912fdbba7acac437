/* clock_shift.c — preloaded into a program under test: its wall clock is CLOCK_SHIFT_S seconds ahead. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *time_out)
{
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = real(clock, time_out);
    const char *shift = getenv("CLOCK_SHIFT_S");
    if (clock == CLOCK_REALTIME && shift != NULL) {
        time_out->tv_sec += strtol(shift, NULL, 10);
    }
    return result;
}
