/* json_scan.h — the strict grammar, in front of cJSON. */
#ifndef FK_JSON_SCAN_H
#define FK_JSON_SCAN_H

#include "fk/json.h"

/* The copy cJSON gets: numbers are strings that begin with NUMBER, strings that begin with one of the two marks
 * have STRING put in front. */
enum { FK_JSON_MARK_NUMBER = 1, FK_JSON_MARK_STRING = 2 };

/* Check text against the grammar and the limits and write the marked copy without white space.
 *
 * copy                 initialised by the caller, who frees it, also on error.
 * member_count_max_out members of the largest object.
 *
 * Does not see members of one name: names compare only after unescaping. */
FK_MUST_USE fk_status fk_json_scan(fk_bytes text, const fk_json_limits *limits, fk_buffer *copy,
                                   size_t *member_count_max_out, fk_error *error);

/* The double a number's source text stands for; false when it is not finite or longer than the maximum. */
FK_MUST_USE bool fk_json_number_value(fk_bytes text, double *out);

/* The number that decimal digits alone stand for; false, with 0, on anything else and on overflow. */
FK_MUST_USE bool fk_json_digits_value(fk_bytes digits, uint64_t *out);

#endif
