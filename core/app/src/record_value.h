/* record_value.h — a value of a field, checked against the schema and made canonical.
 *
 * Canonical: no spaces; members of a composite in the order of the schema, absent and null ones left out; sets and
 * lists of references sorted bytewise, each element once. Equal values are equal texts (docs/RECORDS.md). Pure. */
#ifndef FK_RECORD_VALUE_H
#define FK_RECORD_VALUE_H

#include "fk/json.h"
#include "fk/record.h"

typedef enum fk_record_value_use {
    FK_VALUE_OF_DRAFT,  /* required members of a composite may still be missing: everything typed is kept */
    FK_VALUE_OF_RECORD, /* they may not */
} fk_record_value_use;

/* Check a value and write its canonical text.
 *
 * value          borrowed for the call. null takes the value away, and so does a composite without any member.
 * has_value_out  false when it takes the value away.
 * text_out       in the arena; "null" when it takes the value away. On error empty.
 * error          field and member with a reason: missing, wrong-type, out-of-range, not-allowed, too-long, too-many,
 *                unknown-member. Never a value.
 *
 * FK_ERR_INVALID_INPUT, FK_ERR_TOO_LARGE (a text over its bytes, a list over its count, more than
 * FK_RECORD_VALUE_SIZE_BYTES_MAX in all), FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_record_value_make(const fk_record_field *field, const fk_json *value, fk_record_value_use use,
                                           fk_arena *arena, bool *has_value_out, fk_bytes *text_out, fk_error *error);

/* Check a canonical text, as a draft kept it, once more as the value of a record. Errors as above, and
 * FK_ERR_BAD_JSON for a text that is not JSON at all. */
FK_MUST_USE fk_status fk_record_value_recheck(const fk_record_field *field, fk_bytes text, fk_arena *arena,
                                              fk_error *error);

#endif
