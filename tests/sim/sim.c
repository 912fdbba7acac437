/* sim — random days of a team, one for each seed (tests/sim/README.md).
 *
 *   sim [--seed N] [--seeds COUNT] [--seed-from N] [--events LIST] [--trace] [--no-shrink]
 *
 * Ends with 0 when every seed held, else at the first that did not, with the fewest events that still make it fail
 * and how to repeat it with those. --events: after --seed, nothing else of that day happens. */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_day.h"
#include "sim_shrink.h"

enum { SEEDS_OF_A_RUN = 200 };

/* --- what all parts use ----------------------------------------------------------------------------- */

uint64_t sim_below(sim *world, uint64_t bound)
{
    return seeded_random_below(&world->choices, bound);
}

bool sim_chance(sim *world, uint64_t n)
{
    return sim_below(world, n) == 0;
}

fk_id sim_random_id(sim *world)
{
    fk_id id;
    fk_random port = seeded_random_port(&world->choices);
    port.fill(port.ctx, id.bytes, sizeof id.bytes);
    return id;
}

void sim_trace(sim *world, const char *format, ...)
{
    if (world->is_traced) {
        va_list arguments;
        va_start(arguments, format);
        (void)vprintf(format, arguments);
        va_end(arguments);
        (void)printf("\n");
    }
}

_Noreturn static void fail(sim *world, const char *kind, const char *format, va_list arguments)
{
    (void)snprintf(world->report->failure, sizeof world->report->failure, "%s", kind);
    (void)printf("seed %llu failed: ", (unsigned long long)world->seed);
    (void)vprintf(format, arguments);
    (void)printf("\n");
    (void)fflush(stdout);
    _Exit(1);
}

_Noreturn void sim_fail(sim *world, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail(world, format, format, arguments);
}

_Noreturn void sim_fail_at(sim *world, const char *kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail(world, kind, format, arguments);
}

void sim_must(sim *world, fk_status status, const char *what)
{
    if (!fk_is_ok(status)) {
        sim_fail_at(world, what, "%s: %s", what, fk_code_name(status.code));
    }
}

void sim_refuse_canary(sim *world, const char *what, fk_bytes bytes)
{
    if (bytes.size_bytes >= strlen(SIM_CANARY) &&
        memmem(bytes.data, bytes.size_bytes, SIM_CANARY, strlen(SIM_CANARY)) != NULL) {
        sim_fail(world, "%s holds what a person typed", what);
    }
}

/* --- the program --------------------------------------------------------------------------------------- */

typedef struct options {
    uint64_t first, count;
    const char *events; /* numbers; NULL: all */
    bool is_traced;
    bool is_shrunk; /* when one fails */
} options;

static void print_counts(const options *chosen, const sim_counts *counts)
{
    (void)printf(
        "seeds %llu to %llu: %llu commands, %llu requests, %llu writes, %llu conflicts resolved; lost %llu, "
        "repeated %llu, late %llu, cut %llu, answered by others %llu, power cuts %llu, hub crashes %llu, clocks "
        "set %llu, put back %llu, links to what nobody saw %llu, hub restored %llu, vaults "
        "copied %llu, made another device %llu, answers that lied %llu, told of %llu\n",
        (unsigned long long)chosen->first, (unsigned long long)(chosen->first + chosen->count - 1),
        (unsigned long long)counts->commands, (unsigned long long)counts->requests, (unsigned long long)counts->writes,
        (unsigned long long)counts->conflicts_resolved, (unsigned long long)counts->dropped,
        (unsigned long long)counts->repeated, (unsigned long long)counts->late, (unsigned long long)counts->cut,
        (unsigned long long)counts->foreign, (unsigned long long)counts->device_crashes,
        (unsigned long long)counts->hub_crashes, (unsigned long long)counts->clock_jumps,
        (unsigned long long)counts->put_back, (unsigned long long)counts->unseen_links,
        (unsigned long long)counts->hub_restored, (unsigned long long)counts->copied,
        (unsigned long long)counts->rekeyed, (unsigned long long)counts->hostile_answers,
        (unsigned long long)counts->hostile_told);
}

static void run_seeds(void *ctx, sim_report *report)
{
    const options *chosen = ctx;
    sim_counts counts = { 0 };
    for (uint64_t seed = chosen->first; seed < chosen->first + chosen->count; seed++) {
        sim_day day;
        sim_day_plan(seed, &day);
        if (chosen->events != NULL) {
            (void)sim_day_keep_only(&day, chosen->events);
        }
        sim_day_run(&day, chosen->is_traced, &counts, report);
    }
    report->seed = 0;
    print_counts(chosen, &counts);
}

/* An option with a value. False: there is none of that name, or no such value. */
static bool read_value(const char *name, const char *value, options *out)
{
    uint64_t number = strtoull(value, NULL, 10);
    if (strcmp(name, "--seed") == 0) {
        out->first = number;
        out->count = 1;
    } else if (strcmp(name, "--seed-from") == 0) {
        out->first = number;
    } else if (strcmp(name, "--seeds") == 0) {
        out->count = number;
    } else if (strcmp(name, "--events") == 0) {
        sim_day day;
        sim_day_plan(out->first, &day);
        out->events = value;
        out->is_shrunk = false;
        return sim_day_keep_only(&day, value);
    } else {
        return false;
    }
    return number > 0;
}

static bool read_options(int argc, char **argv, options *out)
{
    *out = (options){ .first = 1, .count = SEEDS_OF_A_RUN, .is_shrunk = true };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0) {
            out->is_traced = true;
        } else if (strcmp(argv[i], "--no-shrink") == 0) {
            out->is_shrunk = false;
        } else if (i + 1 == argc || !read_value(argv[i], argv[i + 1], out)) {
            return false;
        } else {
            i++;
        }
    }
    return true;
}

/* Out: the exit code. */
static int tell_failure(const options *chosen, sim_report *report)
{
    if (report->seed == 0) {
        (void)printf("0 passed, 1 failed\n"); /* all seeds held, and a sanitizer found something at the end */
        return 1;
    }
    (void)printf("repeat it with: sim --trace --seed %llu%s%s\n", (unsigned long long)report->seed,
                 chosen->events != NULL ? " --events " : "", chosen->events != NULL ? chosen->events : "");
    if (chosen->is_shrunk) {
        sim_shrink(report);
    }
    (void)printf("0 passed, 1 failed\n");
    return 1;
}

int main(int argc, char **argv)
{
    options chosen;
    if (!read_options(argc, argv, &chosen)) {
        (void)fprintf(stderr, "usage: sim [--seed N] [--seeds COUNT] [--seed-from N] [--events LIST] [--trace] "
                              "[--no-shrink]\n");
        return 2;
    }
    sim_report *report = sim_report_make();
    if (report == NULL) {
        (void)fprintf(stderr, "no memory for a report\n");
        return 2;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    if (!sim_run_apart(report, false, run_seeds, &chosen)) {
        return tell_failure(&chosen, report);
    }
    (void)printf("%llu passed, 0 failed\n", (unsigned long long)chosen.count);
    return 0;
}
