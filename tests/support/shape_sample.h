/* shape_sample.h — JSON by the tables of the codec, with one field written in a chosen way. */
#ifndef FK_SHAPE_SAMPLE_H
#define FK_SHAPE_SAMPLE_H

#include "fk/protocol_codec.h"

/* How the one field under test is written. */
typedef enum variant {
    AS_SAMPLE,
    AT_MAX,
    LEFT_OUT,
    AS_NULL,
    WRONG_TYPE,
    OVER_MAX,
    UNDER_MIN,
    NOT_WHOLE,
    BAD_FORM,
    AT_COUNT_MAX,
    OVER_COUNT_MAX,
    BESIDE_UNKNOWN, /* with a member nobody knows next to it */
    VARIANT_COUNT,
} variant;

typedef struct plan {
    const fk_shape_field *field; /* NULL: none */
    variant how;
} plan;

#define SHAPE_SAMPLE_ID "0123456789abcdef0123456789abcdef"
#define SHAPE_SAMPLE_DATE "2024-02-29"

/* Letters; the longest text of the protocol fits. Whoever writes into it calls shape_sample_reset() afterwards. */
extern char shape_sample_filler[2 << 20];
void shape_sample_reset(void);

bool shape_field_is_number(const fk_shape_field *field);
bool shape_field_is_json(const fk_shape_field *field);

/* Every field of the shape with a good value, two elements in each array, except as planned. text is initialised here
 * and freed by the caller. */
void shape_sample_text(const fk_shape *shape, const plan *what, fk_buffer *text);

#endif
