#include "fk/assert.h"

#include <stddef.h>

#include "fk/banned.h"

/* The one piece of state in base: set once by the host, read on the way down. */
static fk_panic_hook *panic_hook;

void fk_panic_set_hook(fk_panic_hook *hook)
{
    panic_hook = hook;
}

_Noreturn void fk_panic(const char *file, int line, const char *condition)
{
    if (panic_hook != NULL) {
        panic_hook(file, line, condition);
    }
    __builtin_trap();
}
