#include <stdint.h>
#include <string.h>

#include "abi.h"
#include "fk/assert.h"

#include "fk/banned.h"

FK_WASM_IMPORT("panic")
void host_panic(const char *file, uint32_t file_size_bytes, int32_t line, const char *text, uint32_t text_size_bytes);

/* Declared by libc's assert.h, which core/ does not include. */
_Noreturn void __assert_fail(const char *condition, const char *file, int line, const char *function);

static void tell_host(const char *file, int line, const char *condition)
{
    host_panic(file, (uint32_t)strlen(file), line, condition, (uint32_t)strlen(condition));
}

/* Runs in _initialize, before any export is called. */
__attribute__((constructor)) static void set_panic_hook(void)
{
    fk_panic_set_hook(tell_host);
}

/* assert() of vendored code: libc's own would pull in stdio and its imports. */
_Noreturn void __assert_fail(const char *condition, const char *file, int line, const char *function)
{
    (void)function;
    fk_panic(file, line, condition);
}
