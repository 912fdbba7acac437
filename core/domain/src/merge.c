#include "fk/merge.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"

#include "fk/banned.h"

bool fk_merge_is_ahead(uint64_t hlc, uint64_t now_ms)
{
    uint64_t ms = hlc >> FK_MERGE_HLC_COUNTER_BITS;
    return ms > now_ms && ms - now_ms > FK_MERGE_AHEAD_MS_MAX;
}

bool fk_merge_says_same(const fk_merge_write *left, const fk_merge_write *right)
{
    return left->has_value == right->has_value && (!left->has_value || fk_bytes_equal(left->value, right->value));
}

/* A total order: no two writes have one device and sequence, so the order they are given in decides nothing. */
static bool is_later(const fk_merge_write *left, const fk_merge_write *right)
{
    if (left->hlc != right->hlc) {
        return left->hlc > right->hlc;
    }
    int by_device = memcmp(left->device.bytes, right->device.bytes, sizeof left->device.bytes);
    return by_device != 0 ? by_device > 0 : left->sequence > right->sequence;
}

/* The later one, but never one whose clock is wrong while another is there; of clocks all wrong the one least ahead. */
static bool is_newer(const fk_merge_write *left, const fk_merge_write *right, uint64_t now_ms)
{
    bool is_left_ahead = fk_merge_is_ahead(left->hlc, now_ms) && !FK_PLANTED(CLOCK_AHEAD_WINS);
    bool is_right_ahead = fk_merge_is_ahead(right->hlc, now_ms) && !FK_PLANTED(CLOCK_AHEAD_WINS);
    if (is_left_ahead != is_right_ahead) {
        return is_right_ahead;
    }
    return is_left_ahead ? is_later(right, left) : is_later(left, right);
}

static bool is_before(fk_record_merge merge_class, const fk_merge_write *left, const fk_merge_write *right,
                      uint64_t now_ms)
{
    bool goes_by_rank = merge_class == FK_MERGE_SAFETY || merge_class == FK_MERGE_LIFECYCLE;
    if (goes_by_rank && left->rank != right->rank && !FK_PLANTED(CLOCK_DECIDES)) {
        return left->rank < right->rank;
    }
    if ((goes_by_rank || merge_class == FK_MERGE_SET) && left->has_value != right->has_value) {
        return left->has_value;
    }
    if (merge_class == FK_MERGE_FIXED) {
        return is_later(right, left);
    }
    return is_newer(left, right, now_ms);
}

static fk_standing standing_of_several(fk_record_merge merge_class)
{
    switch (merge_class) {
    case FK_MERGE_SAFETY:
        return FK_STANDING_DISAGREE;
    case FK_MERGE_REGISTER:
        return FK_STANDING_DIFFERS;
    case FK_MERGE_NARRATIVE:
        return FK_STANDING_SIDE_BY_SIDE;
    case FK_MERGE_SET:
        return FK_STANDING_ADD_WINS;
    case FK_MERGE_LIFECYCLE:
        return FK_STANDING_REOPENED;
    case FK_MERGE_FIXED:
        return FK_STANDING_FIXED;
    }
    FK_ASSERT(false);
    return FK_STANDING_NONE;
}

fk_merge_result fk_merge(fk_record_merge merge_class, const fk_merge_write *writes, size_t count, uint64_t now_ms)
{
    if (count == 0) {
        return (fk_merge_result){ FK_STANDING_NONE, 0 };
    }
    fk_merge_result result = { FK_STANDING_ONE, 0 };
    bool is_same = true;
    for (size_t i = 1; i < count; i++) {
        is_same = is_same && fk_merge_says_same(&writes[0], &writes[i]);
        if (is_before(merge_class, &writes[i], &writes[result.shown_index], now_ms)) {
            result.shown_index = i;
        }
    }
    if (!is_same && !FK_PLANTED(CLOCK_DECIDES)) {
        result.standing = standing_of_several(merge_class);
    }
    return result;
}

bool fk_standing_is_conflict(fk_standing standing)
{
    return standing != FK_STANDING_NONE && standing != FK_STANDING_ONE;
}

/* --- ranks ------------------------------------------------------------------------------------ */

/* Places in an order stand two apart, so that what is not known has room between them. */
enum { RANK_STEP = 2, RANK_NOT_KNOWN = 1 };

static bool is_text(fk_bytes left, const char *right)
{
    return fk_bytes_equal_text(left, right);
}

static uint32_t rank_in_order(const fk_record_field *field, bool has_value, fk_bytes text)
{
    uint32_t not_known = RANK_NOT_KNOWN;
    for (size_t i = 0; i < field->choice->value_count; i++) {
        const char *value = field->choice->values[field->least_safety_order[i]];
        uint32_t rank = (uint32_t)i * RANK_STEP;
        if (has_value && is_text(text, value)) {
            return rank;
        }
        if (strcmp(value, "not_known") == 0) {
            not_known = rank;
        }
    }
    return not_known;
}

static uint32_t rank_of_lifecycle(const fk_record_field *field, bool has_value, fk_bytes text)
{
    size_t index = 0;
    bool is_known = has_value && fk_record_choice_index(field->choice, text, &index);
    return is_known ? (uint32_t)index : 0;
}

uint32_t fk_merge_rank(const fk_record_field *field, bool has_value, fk_bytes text)
{
    if (field->merge == FK_MERGE_LIFECYCLE) {
        return rank_of_lifecycle(field, has_value, text);
    }
    switch (field->least_safety) {
    case FK_LEAST_SAFETY_ORDER:
        return rank_in_order(field, has_value, text);
    case FK_LEAST_SAFETY_RISK_ANSWER:
        if (has_value && is_text(text, "yes")) {
            return 0;
        }
        return has_value && is_text(text, "no") ? RANK_STEP : RANK_NOT_KNOWN;
    case FK_LEAST_SAFETY_MOST_CONFIDENTIAL:
        if (has_value && is_text(text, "true")) {
            return 0;
        }
        return has_value && is_text(text, "false") ? RANK_STEP : RANK_NOT_KNOWN;
    case FK_LEAST_SAFETY_NONE:
        return 0;
    }
    FK_ASSERT(false);
    return 0;
}
