/* known_answers.h — libsodium's own tests (test/default of its source), compiled as they are against the library we
 * link.
 *
 * Included before each of them by the compiler, in place of their cmptest.h: what they print is kept, and their main()
 * has a name of its own. */
#ifndef FK_KNOWN_ANSWERS_H
#define FK_KNOWN_ANSWERS_H

/* Keeps what a test prints. */
int known_answers_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Run a test by its name. 0 on success; -1 when there is none of that name. */
int known_answers_run(const char *name);
/* What it printed, NUL-terminated; until the next run. */
const char *known_answers_output(void);

#ifdef FK_KNOWN_ANSWERS_MAIN
#undef NDEBUG /* their checks are assertions */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

static unsigned char *guard_page __attribute__((unused));
#define printf known_answers_print
#define main FK_KNOWN_ANSWERS_MAIN
#endif

#endif
