/* fk/completion.h — what a version of a document still needs before it can be completed (docs/DOMAIN.md 1.2, 2.1, 3.1).
 *
 * A draft is saved whatever is missing; only completion is refused. Rules are data over an abstract view of the
 * drafted values, so the same table serves the screen that shows the gaps and the command that refuses. Pure. */
#ifndef FK_COMPLETION_H
#define FK_COMPLETION_H

#include "fk/dash.h"

/* The values of one drafted version.
 *
 * value  one value as text by its names in core/domain/schema.json: a text as it is, a choice or a reference by its
 *        id, a date as YYYY-MM-DD, a boolean as "true" or "false". key is the key of a keyed field, member the member
 *        of a composite; both NULL where there is none. Empty when nothing is recorded. Borrowed until the next call.
 *        Values have been checked against the schema; an impossible date counts as not recorded. */
typedef struct fk_document_values {
    fk_bytes (*value)(void *ctx, const char *field, const char *key, const char *member);
    void *ctx;
} fk_document_values;

typedef enum fk_gap_code {
    FK_GAP_REQUIRED = 0,
    FK_GAP_REASON_NEEDED = 1,
    FK_GAP_UNANSWERED = 2, /* an item of the form without one of its four states */
    FK_GAP_TOO_EARLY = 3,  /* a date that has to be after another one is not */
} fk_gap_code;
extern const fk_names fk_gap_code_names;

typedef struct fk_gap {
    const char *field; /* of schema.json; static */
    const char *key;   /* of a keyed field, static, or NULL; on screen field/key */
    fk_gap_code code;
} fk_gap;

enum { FK_COMPLETION_GAPS_MAX = 40 };

typedef struct fk_completion {
    size_t gap_count; /* 0: the version can be completed */
    fk_gap gaps[FK_COMPLETION_GAPS_MAX];
} fk_completion;

/* Find every gap, in the order of the form.
 *
 * type     of the record in schema.json: assessment, safety_plan or referral.
 * version  1 for the first; a later one says why it was changed.
 *
 * FK_ERR_INVALID_INPUT for any other type, with *completion_out empty. */
FK_MUST_USE fk_status fk_completion_check(fk_bytes type, uint32_t version, const fk_document_values *values,
                                          fk_completion *completion_out);

#endif
