/* fk/assert.h — broken invariants stop the program, in release builds too.
 *
 * Never assert on input from JavaScript, disk or network: that is a status. One condition each. */
#ifndef FK_ASSERT_H
#define FK_ASSERT_H

/* Report the place to the panic hook, then trap. The worker is restarted from disk state. */
_Noreturn void fk_panic(const char *file, int line, const char *condition);

/* Called once before the trap with what fk_panic() got; may not return control flow elsewhere.
 * NULL (the default) reports nothing. */
typedef void fk_panic_hook(const char *file, int line, const char *condition);
void fk_panic_set_hook(fk_panic_hook *hook);

#define FK_ASSERT(condition)                          \
    do {                                              \
        if (!(condition)) {                           \
            fk_panic(__FILE__, __LINE__, #condition); \
        }                                             \
    } while (0)

#endif
