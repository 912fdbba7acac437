#include "core_internal.h"

#include <string.h>

#include "fk/banned.h"

enum {
    FLAG_MORE = 1,
    FLAG_OTHER_LOG = 2,
    PAGE_COUNT = 2048, /* more than fit into an answer */
    FLAGS_OFFSET_BYTES = FK_FRAME_SIZE_BYTES + 8 + FK_DIGEST_SIZE_BYTES,
    CHAIN_SIZE_BYTES = 2 * FK_ID_SIZE_BYTES + 8 + FK_DIGEST_SIZE_BYTES
};

_Static_assert(PAGE_COUNT *FK_SEGMENT_BODY_SIZE_BYTES_MIN > FK_HUB_BODY_SIZE_BYTES_MAX, "a page fills an answer");

/* --- pull ------------------------------------------------------------------------------------------ */

/* Is what the caller last saw of the log still there? If not, this hub was restored or rolled back. */
static fk_status is_same_log(fk_hub_call *call, uint64_t number, const fk_digest *hash, bool *is_same_out)
{
    *is_same_out = number == 0;
    if (number == 0 || number > call->agency->log_number) {
        return fk_ok();
    }
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(fk_hub_row(call->hub, FK_HUB_SQL_SEGMENT_LOG,
                      FK_HUB_VALUES(fk_hub_id(&call->agency->id), fk_hub_number(number)), &rows, &has_row));
    *is_same_out = has_row && fk_bytes_equal(fk_hub_rows_bytes(&rows, 0), fk_bytes_of(hash->bytes, sizeof hash->bytes));
    fk_hub_rows_end(&rows);
    return fk_ok();
}

/* The segments of one compartment after a number, as many as there is room for. */
static fk_status add_segments(fk_hub_call *call, const fk_id *compartment, uint64_t after, uint32_t *count,
                              bool *is_full)
{
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(fk_hub_rows_begin(call->hub->store, FK_HUB_SQL_SEGMENT_AFTER,
                             FK_HUB_VALUES(fk_hub_id(&call->agency->id), fk_hub_id(compartment), fk_hub_number(after),
                                           fk_hub_number(PAGE_COUNT)),
                             &rows));
    fk_status status = fk_hub_rows_next(&rows, &has_row);
    while (fk_is_ok(status) && has_row) {
        uint64_t number = 0;
        fk_bytes bytes = fk_hub_rows_bytes(&rows, 1);
        *is_full = !fk_hub_reply_has_room(call, 8 + bytes.size_bytes);
        if (*is_full) {
            break;
        }
        status = fk_hub_rows_number(&rows, 0, &number);
        if (fk_is_ok(status)) {
            status = fk_hub_reply_u64(call, number);
        }
        if (fk_is_ok(status)) {
            status = fk_hub_reply_bytes(call, bytes);
        }
        (*count)++;
        if (fk_is_ok(status)) {
            status = fk_hub_rows_next(&rows, &has_row);
        }
    }
    fk_hub_rows_end(&rows);
    return status;
}

/* Pairs of the caller's own compartments only; one other refuses them all. */
static fk_status check_pairs(const fk_hub_call *call, fk_bytes pairs)
{
    for (uint32_t i = 0; i < call->frame.count; i++) {
        fk_id compartment;
        uint64_t after = 0;
        FK_TRY(fk_take_id(&pairs, &compartment));
        FK_TRY(fk_take_u64(&pairs, &after));
        if (!fk_hub_is_member(call->agency, &call->device, &compartment)) {
            return fk_status_of(FK_ERR_FORBIDDEN);
        }
        if (after > INT64_MAX) {
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
    }
    return fk_ok();
}

fk_status fk_hub_pull(fk_hub_call *call)
{
    uint64_t known_number = 0;
    fk_digest known_hash;
    bool is_same = false;
    FK_TRY(fk_take_u64(&call->rest, &known_number));
    FK_TRY(fk_take_digest(&call->rest, &known_hash));
    FK_TRY(check_pairs(call, call->rest));
    FK_TRY(is_same_log(call, known_number, &known_hash, &is_same));
    FK_TRY(fk_hub_reply_begin(call, FK_FRAME_PULLED));
    FK_TRY(fk_hub_reply_u64(call, call->agency->log_number));
    FK_TRY(fk_hub_reply_digest(call, &call->agency->log_hash));
    FK_TRY(fk_hub_reply_u64(call, 0)); /* flags, reserved */
    uint32_t count = 0;
    bool is_full = false;
    for (uint32_t i = 0; is_same && !is_full && i < call->frame.count; i++) {
        fk_id compartment;
        uint64_t after = 0;
        FK_TRY(fk_take_id(&call->rest, &compartment));
        FK_TRY(fk_take_u64(&call->rest, &after));
        FK_TRY(add_segments(call, &compartment, after, &count, &is_full));
    }
    fk_hub_reply_count(call, FK_FRAME_PULLED, count);
    fk_put_u32(call->reply->body->data + FLAGS_OFFSET_BYTES,
               (is_full ? FLAG_MORE : 0U) | (is_same ? 0U : FLAG_OTHER_LOG));
    return fk_ok();
}

/* --- have ------------------------------------------------------------------------------------------ */

typedef struct hub_have {
    fk_id compartment;
    fk_id device;
    uint64_t last_sequence;
    fk_digest id;
} hub_have;

static fk_status take_have(fk_hub_call *call, hub_have *have_out)
{
    FK_TRY(fk_take_id(&call->rest, &have_out->compartment));
    FK_TRY(fk_take_id(&call->rest, &have_out->device));
    FK_TRY(fk_take_u64(&call->rest, &have_out->last_sequence));
    FK_TRY(fk_take_digest(&call->rest, &have_out->id));
    if (!fk_hub_is_member(call->agency, &call->device, &have_out->compartment)) {
        return fk_status_of(FK_ERR_FORBIDDEN);
    }
    return have_out->last_sequence <= INT64_MAX ? fk_ok() : fk_status_of(FK_ERR_INVALID_INPUT);
}

/* Does the hub hold the segment of that id that ends there? */
static fk_status holds(fk_hub_call *call, const hub_have *have, bool *holds_out)
{
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(fk_hub_row(call->hub, FK_HUB_SQL_SEGMENT_LAST,
                      FK_HUB_VALUES(fk_hub_id(&call->agency->id), fk_hub_id(&have->compartment),
                                    fk_hub_id(&have->device), fk_hub_number(have->last_sequence)),
                      &rows, &has_row));
    *holds_out =
        has_row && fk_bytes_equal(fk_hub_rows_bytes(&rows, 0), fk_bytes_of(have->id.bytes, sizeof have->id.bytes));
    fk_hub_rows_end(&rows);
    return fk_ok();
}

fk_status fk_hub_have(fk_hub_call *call)
{
    FK_TRY(fk_hub_reply_begin(call, FK_FRAME_HELD));
    uint32_t count = 0;
    for (uint32_t i = 0; i < call->frame.count; i++) {
        hub_have have;
        bool is_held = false;
        FK_TRY(take_have(call, &have));
        FK_TRY(holds(call, &have, &is_held));
        if (is_held) {
            continue;
        }
        uint64_t last_sequence = 0;
        fk_digest id;
        FK_TRY(fk_hub_chain_end(call->hub, &call->agency->id, &have.compartment, &have.device, &last_sequence, &id));
        FK_TRY(fk_hub_reply_id(call, &have.compartment));
        FK_TRY(fk_hub_reply_id(call, &have.device));
        FK_TRY(fk_hub_reply_u64(call, last_sequence));
        FK_TRY(fk_hub_reply_digest(call, &id));
        count++;
    }
    fk_hub_reply_count(call, FK_FRAME_HELD, count);
    return fk_ok();
}

_Static_assert(FK_FRAME_SIZE_BYTES + FK_HAVE_CHAIN_COUNT_MAX * CHAIN_SIZE_BYTES <= FK_HUB_REPLY_SIZE_BYTES_MAX,
               "a reply to the longest list fits");
