#include "sim_shrink.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim_hub.h"

enum { TRY_SECONDS_MAX = 60 };

/* --- a program apart ---------------------------------------------------------------------------------- */

sim_report *sim_report_make(void)
{
    void *shared = mmap(NULL, sizeof(sim_report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared != MAP_FAILED ? shared : NULL;
}

_Noreturn static void be_apart(sim_report *report, bool is_quiet, sim_job *job, void *ctx)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (is_quiet) {
        (void)alarm(TRY_SECONDS_MAX); /* a day that does not end is another failure */
        if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL) {
            _Exit(1);
        }
    }
    job(ctx, report);
    exit(0); /* with what a sanitizer finds at the end of a program */
}

bool sim_run_apart(sim_report *report, bool is_quiet, sim_job *job, void *ctx)
{
    *report = (sim_report){ .seed = 0 };
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        be_apart(report, is_quiet, job, ctx);
    }
    int status = 0;
    bool is_known = child > 0 && waitpid(child, &status, 0) == child;
    if (is_known && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return true;
    }
    bool is_dead = is_known && report->failure[0] == '\0';
    if (is_dead) {
        (void)snprintf(report->failure, sizeof report->failure, WIFSIGNALED(status) ? "signal %d" : "exit code %d",
                       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    if (!is_quiet && is_dead) {
        (void)printf("seed %llu ended by %s\n", (unsigned long long)report->seed, report->failure);
    }
    sim_hub_remove_dir(report->hub_dir);
    return false;
}

/* --- leaving out events --------------------------------------------------------------------------------- */

typedef struct search {
    sim_report *report;
    char failure[SIM_FAILURE_SIZE];
    sim_day day; /* fails so */
    unsigned try_count;
} search;

static void run_day(void *ctx, sim_report *report)
{
    const sim_day *day = ctx;
    sim_counts counts = { 0 };
    sim_day_run(day, false, &counts, report);
}

static bool is_same_failure(search *in, sim_day *day)
{
    in->try_count++;
    return !sim_run_apart(in->report, true, run_day, day) && strcmp(in->report->failure, in->failure) == 0;
}

static bool leave_out(search *in, size_t at, size_t count)
{
    sim_day less = in->day;
    memmove(&less.events[at], &less.events[at + count], (less.event_count - at - count) * sizeof less.events[0]);
    less.event_count -= count;
    if (!is_same_failure(in, &less)) {
        return false;
    }
    in->day = less;
    return true;
}

/* Each run of `size` events, the last first: what happens after the failure goes at once. */
static bool leave_out_each(search *in, size_t size)
{
    bool is_shorter = false;
    for (size_t end = in->day.event_count; end > 0;) {
        size_t at = end > size ? end - size : 0;
        is_shorter = leave_out(in, at, end - at) || is_shorter;
        end = at;
    }
    return is_shorter;
}

static void print(const search *in)
{
    char list[SIM_EVENT_LIST_SIZE];
    sim_day_write(&in->day, list);
    (void)printf("of its events these are enough, after %u tries: %zu\n", in->try_count, in->day.event_count);
    for (size_t i = 0; i < in->day.event_count; i++) {
        (void)printf("  %u: %s\n", in->day.events[i].number, sim_event_name(&in->day.events[i]));
    }
    (void)printf("repeat it with: sim --trace --seed %llu --events %s\n", (unsigned long long)in->day.seed, list);
}

void sim_shrink(sim_report *report)
{
    search in = { .report = report };
    memcpy(in.failure, report->failure, sizeof in.failure);
    sim_day_plan(report->seed, &in.day);
    if (!is_same_failure(&in, &in.day)) {
        (void)printf("alone it does not fail so\n");
        return;
    }
    for (size_t size = in.day.event_count; size > 1; size = (size + 1) / 2) {
        (void)leave_out_each(&in, size);
    }
    while (leave_out_each(&in, 1)) {
    }
    print(&in);
}
