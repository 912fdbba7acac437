#include "known_answers.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_SIZE_BYTES_MAX = 256 * 1024 };

#define TESTS(X)              \
    X(aead_xchacha20poly1305) \
    X(box_seal) X(generichash) X(generichash2) X(generichash3) X(pwhash_argon2id) X(secretstream)

#define DECLARE(name) int known_answers_##name(void);
TESTS(DECLARE)

static char output[OUTPUT_SIZE_BYTES_MAX];
static size_t output_size;

int known_answers_print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(output + output_size, sizeof output - output_size, format, arguments);
    va_end(arguments);
    if (size < 0 || output_size + (size_t)size >= sizeof output) {
        abort(); /* a test that prints more than any of them does */
    }
    output_size += (size_t)size;
    return size;
}

int known_answers_run(const char *name)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } tests[] = {
#define ROW(test) { #test, known_answers_##test },
        TESTS(ROW)
    };
    output_size = 0;
    output[0] = '\0';
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        if (strcmp(tests[i].name, name) == 0) {
            return tests[i].run();
        }
    }
    return -1;
}

const char *known_answers_output(void)
{
    return output;
}
