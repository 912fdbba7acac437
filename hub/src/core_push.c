#include "core_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"

#include "fk/banned.h"

/* What became of one segment: FK_OK stored, FK_ERR_EXISTS there already, else why not. */
typedef struct hub_outcome {
    fk_code code;
    uint64_t number; /* in the log, of a stored or known one */
} hub_outcome;

typedef struct hub_push {
    fk_hub_call *call;
    fk_hub_agency *agency;
    bool has_stored;
} hub_push;

/* --- whose it is ----------------------------------------------------------------------------------- */

/* Who brings it is a member now; who made it was one when the roster ended where the header says. So any member can
 * give back what a restored hub lost, also of a colleague who has left. */
static fk_code check_author(const hub_push *push, const fk_segment *segment, fk_digest *id_out)
{
    const fk_segment_header *header = &segment->header;
    const fk_roster *roster = push->agency->roster;
    if (!fk_id_equal(&header->agency, &push->agency->id) ||
        !fk_hub_is_member(push->agency, &push->call->device, &header->compartment)) {
        return FK_ERR_FORBIDDEN;
    }
    bool is_known = header->roster_index < fk_roster_count(roster) &&
                    memcmp(fk_roster_hash_at(roster, header->roster_index)->bytes, header->roster_hash.bytes,
                           sizeof header->roster_hash.bytes) == 0;
    if (!is_known) {
        return FK_ERR_HEAD_MOVED;
    }
    const fk_roster_device_row *device = fk_roster_device_find(roster, &header->device);
    if (device == NULL || !fk_roster_is_member(roster, &header->device, &header->compartment, header->roster_index)) {
        return FK_ERR_FORBIDDEN;
    }
    uint8_t content[FK_HUB_SEGMENT_SIGNED_SIZE_BYTES];
    *id_out = fk_hub_segment_id(segment, content);
    return (fk_code)fk_verify(device->entry.signing_key, FK_PURPOSE_SEGMENT, &push->agency->id,
                              fk_bytes_of(content, sizeof content), segment->signature.data)
        .code;
}

/* --- where it belongs -------------------------------------------------------------------------------- */

/* Something stands at its first sequence: the same segment, or a fork. */
static fk_status look_for_same(const hub_push *push, const fk_segment_header *header, const fk_digest *id,
                               hub_outcome *outcome_out)
{
    fk_hub_rows rows;
    bool has_row = false;
    fk_digest known;
    *outcome_out = (hub_outcome){ .code = FK_ERR_FORK };
    FK_TRY(fk_hub_row(push->call->hub, FK_HUB_SQL_SEGMENT_FIRST,
                      FK_HUB_VALUES(fk_hub_id(&header->agency), fk_hub_id(&header->compartment),
                                    fk_hub_id(&header->device), fk_hub_number(header->first_sequence)),
                      &rows, &has_row));
    if (!has_row) {
        return fk_ok();
    }
    uint64_t number = 0;
    fk_status status = fk_hub_rows_number(&rows, 0, &number);
    if (fk_is_ok(status)) {
        status = fk_hub_rows_copy(&rows, 1, known.bytes, sizeof known.bytes);
    }
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    if (memcmp(known.bytes, id->bytes, sizeof known.bytes) == 0) {
        *outcome_out = (hub_outcome){ FK_ERR_EXISTS, number };
    }
    return fk_ok();
}

/* --- room -------------------------------------------------------------------------------------------- */

static fk_status check_quota(const hub_push *push, const fk_segment *segment, fk_code *code_out)
{
    const fk_hub_quota *quota = &push->call->hub->quota;
    uint64_t size_bytes = segment->whole.size_bytes;
    *code_out = FK_ERR_QUOTA;
    if (push->agency->size_bytes + size_bytes > quota->agency_size_bytes) {
        return fk_ok();
    }
    fk_hub_rows rows;
    bool has_row = false;
    uint64_t used_bytes = 0;
    FK_TRY(fk_hub_row(push->call->hub, FK_HUB_SQL_USAGE_GET,
                      FK_HUB_VALUES(fk_hub_id(&push->agency->id), fk_hub_id(&segment->header.device)), &rows,
                      &has_row));
    fk_status status = has_row ? fk_hub_rows_number(&rows, 0, &used_bytes) : fk_ok();
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    *code_out = used_bytes + size_bytes > quota->device_size_bytes ? FK_ERR_QUOTA : FK_OK;
    return fk_ok();
}

/* --- storing ----------------------------------------------------------------------------------------- */

/* The log's number and hash are counted up in memory, under the lock of the agency, and written at the end. */
static fk_status store_segment(hub_push *push, const fk_segment *segment, const fk_digest *id, uint64_t *number_out)
{
    const fk_segment_header *header = &segment->header;
    fk_hub_store *store = push->call->hub->store;
    fk_hub_agency *agency = push->agency;
    uint64_t last_sequence = header->first_sequence + header->operation_count - 1;
    uint64_t number = agency->log_number + 1;
    fk_digest log_hash = fk_hub_log_next(&agency->log_hash, number, id);
    FK_TRY(
        fk_hub_store_run(store, FK_HUB_SQL_SEGMENT_PUT,
                         FK_HUB_VALUES(fk_hub_id(&agency->id), fk_hub_number(number), fk_hub_id(&header->compartment),
                                       fk_hub_id(&header->device), fk_hub_number(header->first_sequence),
                                       fk_hub_number(last_sequence), fk_hub_digest(id), fk_hub_digest(&log_hash),
                                       fk_hub_number(push->call->request->now_ms), fk_hub_bytes(segment->whole)),
                         NULL));
    FK_TRY(fk_hub_store_run(store, FK_HUB_SQL_CHAIN_PUT,
                            FK_HUB_VALUES(fk_hub_id(&agency->id), fk_hub_id(&header->compartment),
                                          fk_hub_id(&header->device), fk_hub_number(last_sequence), fk_hub_digest(id)),
                            NULL));
    FK_TRY(fk_hub_store_run(
        store, FK_HUB_SQL_USAGE_ADD,
        FK_HUB_VALUES(fk_hub_id(&agency->id), fk_hub_id(&header->device), fk_hub_number(segment->whole.size_bytes)),
        NULL));
    agency->log_number = number;
    agency->log_hash = log_hash;
    agency->size_bytes += segment->whole.size_bytes;
    push->has_stored = true;
    *number_out = number;
    return fk_ok();
}

static fk_status push_one(hub_push *push, const fk_segment *segment, hub_outcome *outcome_out)
{
    const fk_segment_header *header = &segment->header;
    fk_digest id;
    uint64_t last_sequence = 0;
    fk_digest last_id;
    *outcome_out = (hub_outcome){ .code = check_author(push, segment, &id) };
    if (outcome_out->code != FK_OK) {
        return fk_ok();
    }
    FK_TRY(fk_hub_chain_end(push->call->hub, &header->agency, &header->compartment, &header->device, &last_sequence,
                            &last_id));
    bool is_next = header->first_sequence == last_sequence + 1;
    bool follows = FK_PLANTED(HUB_CHAIN_PREV) || memcmp(header->prev.bytes, last_id.bytes, sizeof last_id.bytes) == 0;
    bool is_known = header->first_sequence <= last_sequence;
    if (is_known && !FK_PLANTED(DUPLICATE_APPLIED_TWICE)) {
        return look_for_same(push, header, &id, outcome_out);
    }
    if (!is_known && (!is_next || !follows)) {
        outcome_out->code = is_next ? FK_ERR_FORK : FK_ERR_GAP;
        return fk_ok();
    }
    FK_TRY(check_quota(push, segment, &outcome_out->code));
    return outcome_out->code == FK_OK ? store_segment(push, segment, &id, &outcome_out->number) : fk_ok();
}

/* All of them are readable, or nothing of the request counts. */
static fk_status check_bounds(fk_bytes rest, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        fk_segment segment;
        fk_bytes whole;
        FK_TRY(fk_segment_read(rest, &segment));
        FK_TRY(fk_take(&rest, segment.whole.size_bytes, &whole));
        if (segment.header.first_sequence > (uint64_t)INT64_MAX - FK_SEGMENT_OPERATION_COUNT_MAX) {
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
    }
    return rest.size_bytes == 0 ? fk_ok() : fk_status_of(FK_ERR_INVALID_INPUT);
}

static fk_status reply_outcome(fk_hub_call *call, const hub_outcome *outcome)
{
    uint8_t code[8] = { 0 };
    fk_put_u16(code, (uint16_t)outcome->code);
    FK_TRY(fk_hub_reply_bytes(call, fk_bytes_of(code, sizeof code)));
    return fk_hub_reply_u64(call, outcome->number);
}

fk_status fk_hub_push(fk_hub_call *call)
{
    if (call->frame.count > FK_PUSH_SEGMENT_COUNT_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    FK_TRY(check_bounds(call->rest, call->frame.count));
    FK_TRY(fk_hub_agency_lock(call->hub, call->agency));
    hub_push push = { .call = call, .agency = call->agency };
    hub_outcome outcomes[FK_PUSH_SEGMENT_COUNT_MAX];
    for (uint32_t i = 0; i < call->frame.count; i++) {
        fk_segment segment;
        fk_bytes whole;
        FK_TRY(fk_segment_read(call->rest, &segment));
        FK_TRY(fk_take(&call->rest, segment.whole.size_bytes, &whole));
        FK_TRY(push_one(&push, &segment, &outcomes[i]));
    }
    if (push.has_stored) {
        FK_TRY(fk_hub_store_run(call->hub->store, FK_HUB_SQL_AGENCY_LOG,
                                FK_HUB_VALUES(fk_hub_number(push.agency->log_number),
                                              fk_hub_digest(&push.agency->log_hash),
                                              fk_hub_number(push.agency->size_bytes), fk_hub_id(&push.agency->id)),
                                NULL));
    }
    FK_TRY(fk_hub_reply_begin(call, FK_FRAME_PUSHED));
    FK_TRY(fk_hub_reply_u64(call, push.agency->log_number));
    FK_TRY(fk_hub_reply_digest(call, &push.agency->log_hash));
    for (uint32_t i = 0; i < call->frame.count; i++) {
        FK_TRY(reply_outcome(call, &outcomes[i]));
    }
    fk_hub_reply_count(call, FK_FRAME_PUSHED, call->frame.count);
    return fk_ok();
}
