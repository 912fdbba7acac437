/* fk/status.h — how every fallible function answers.
 *
 * A status is a one-field struct, so a length or a bool cannot pass for one, and FK_MUST_USE makes
 * the compiler refuse a call whose status nobody looks at. The list of codes stands in
 * core/protocol/protocol.json ("errors"); status_list_gen.h is generated from it, so the core, the
 * web and docs/PROTOCOL.md cannot drift apart.
 *
 * A status reports what the world did (input, disk, memory). A broken invariant of our own is
 * FK_ASSERT (fk/assert.h). The two never mix. */
#ifndef FK_STATUS_H
#define FK_STATUS_H

#include <stdint.h>

#include "fk/status_list_gen.h"

#define FK_MUST_USE __attribute__((warn_unused_result))

typedef enum fk_code {
#define FK_STATUS_ENUM(name, value, text, explanation) FK_##name = (value),
    FK_STATUS_LIST(FK_STATUS_ENUM)
#undef FK_STATUS_ENUM
} fk_code;

typedef struct fk_status {
    uint8_t code; /* an fk_code */
} fk_status;

/* Where and why, for developers and for choosing the sentence on screen: a field path such as
 * "request.limit" or a short reason such as "torn-tail". Never holds what a person typed. */
typedef struct fk_error {
    char detail[120];
} fk_error;

static inline fk_status fk_status_of(fk_code code)
{
    return (fk_status){ (uint8_t)code };
}

static inline fk_status fk_ok(void)
{
    return fk_status_of(FK_OK);
}

static inline _Bool fk_is_ok(fk_status status)
{
    return status.code == FK_OK;
}

/* Leave the function on failure. Only where nothing is owned yet; otherwise `goto cleanup`. */
#define FK_TRY(expression)                       \
    do {                                         \
        fk_status fk_try_status_ = (expression); \
        if (!fk_is_ok(fk_try_status_)) {         \
            return fk_try_status_;               \
        }                                        \
    } while (0)

/* The kebab-case name of a code as it crosses the border, such as "invalid-input".
 * An unknown code gives "bug". Static storage. */
const char *fk_code_name(uint8_t code);

/* Write a detail, cut to fit. NULL error is allowed. The format is a literal. */
void fk_error_set(fk_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
