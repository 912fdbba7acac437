/* fk/eval.h — evaluations without a vault: JSON in, JSON out (docs/DOMAIN.md 7).
 *
 * For the command line, tests and anyone who wants to check the rules. Reads nothing else, keeps nothing. */
#ifndef FK_EVAL_H
#define FK_EVAL_H

#include "fk/bytes.h"

enum {
    FK_EVAL_INPUT_SIZE_BYTES_MAX = 1024 * 1024,
    FK_EVAL_OUTPUT_SIZE_BYTES_MAX = 1024 * 1024,
    FK_EVAL_MEMORY_BYTES_MAX = 4 * 1024 * 1024,
};

/* Evaluate the Marac criteria of one evaluation with its people.
 *
 * allocator  for scratch memory; fk_codec_start() has been called.
 * json       one evaluation with "victim", "perpetrators" and "children" beside its fields; unknown members are
 *            ignored; absent, null and [] are equal. Borrowed for the call.
 * out        the result is appended: the keys of "expected" and, under "evidence", the numbers and dates used.
 *            On any error it holds what it held.
 * error      on failure the field, such as "incidents[2].date". May be NULL.
 *
 * FK_ERR_BAD_JSON, FK_ERR_TOO_LARGE, FK_ERR_INVALID_INPUT, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_eval_criteria(const fk_allocator *allocator, fk_bytes json, fk_buffer *out, fk_error *error);

#endif
