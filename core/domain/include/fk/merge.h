/* fk/merge.h — which of the writes of one field is shown, and how they stand to one another.
 *
 * Several people write one field on devices that were offline. Current are the writes that no valid `over` names
 * (docs/adr/0011); this says what a screen, a count or a criterion takes from them. It drops nothing: every write
 * that is not shown stays until a person resolves the field with a reason.
 *
 * | class | shown | stands |
 * | S safety | least rank: the value that assumes least safety | FK_STANDING_DISAGREE |
 * | R register | newest | FK_STANDING_DIFFERS |
 * | N narrative | newest; the others beside it | FK_STANDING_SIDE_BY_SIDE |
 * | E element of a set | the one that adds | FK_STANDING_ADD_WINS |
 * | L lifecycle | least rank: open, shown | FK_STANDING_REOPENED |
 * | X fixed | the first | FK_STANDING_FIXED |
 *
 * Newest is by clock, then device, then sequence: an order of views that never decides a loss. A write whose clock is
 * more than a day ahead of now is never the newest while another is there. Equal values are no conflict. The order in
 * which the writes are given never matters. Pure: no I/O, no clock; now comes in. */
#ifndef FK_MERGE_H
#define FK_MERGE_H

#include "fk/record.h"

/* Ahead of now by more than this, a clock is taken for wrong. */
#define FK_MERGE_AHEAD_MS_MAX (UINT64_C(24) * 60 * 60 * 1000)

enum { FK_MERGE_HLC_COUNTER_BITS = 16 };

/* One current write of a field. */
typedef struct fk_merge_write {
    fk_id device;
    uint64_t sequence;
    uint64_t hlc;   /* 48 bits of ms, 16 bits of counter */
    bool has_value; /* false: it took the value away */
    fk_bytes value; /* canonical JSON text, borrowed: equal values are equal bytes */
    uint32_t rank;  /* S and L: less is shown first (core/app works it out from the value); else 0 */
} fk_merge_write;

typedef enum fk_standing {
    FK_STANDING_NONE,         /* nobody wrote it */
    FK_STANDING_ONE,          /* one value, whoever wrote it and however often */
    FK_STANDING_DISAGREE,     /* S: two workers disagree */
    FK_STANDING_DIFFERS,      /* R */
    FK_STANDING_SIDE_BY_SIDE, /* N */
    FK_STANDING_ADD_WINS,     /* E: one took the element away, another did not */
    FK_STANDING_REOPENED,     /* L: one closed or hid it, another did not */
    FK_STANDING_FIXED,        /* X: two writes of what is written once */
} fk_standing;

typedef struct fk_merge_result {
    fk_standing standing;
    size_t shown_index; /* among the writes given; 0 when there are none */
} fk_merge_result;

/* Choose. writes: each device and sequence once. */
fk_merge_result fk_merge(fk_record_merge merge_class, const fk_merge_write *writes, size_t count, uint64_t now_ms);

/* The rank of a value of a field of class S or L; of any other class 0.
 *
 * text  the choice itself; of a risk answer its member answer; of an address its member confidential as "true" or
 *       "false", empty when it is not said. Borrowed for the call.
 *
 * A value taken away, or one this version does not know, ranks as not known: below what assumes least safety and above
 * what assumes most. Of class L it counts as the first choice, open or shown. */
uint32_t fk_merge_rank(const fk_record_field *field, bool has_value, fk_bytes text);

/* Whether a person has to see it: several values. */
bool fk_standing_is_conflict(fk_standing standing);

/* Whether two writes say the same. */
bool fk_merge_says_same(const fk_merge_write *left, const fk_merge_write *right);

/* Whether this clock is more than a day ahead: such a write is marked and never counts as the newest. */
bool fk_merge_is_ahead(uint64_t hlc, uint64_t now_ms);

#endif
