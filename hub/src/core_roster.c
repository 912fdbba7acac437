#include "core_internal.h"

#include <string.h>

#include "fk/banned.h"

fk_status fk_hub_reply_roster(fk_hub_call *call, uint32_t from_index)
{
    FK_TRY(fk_hub_reply_begin(call, FK_FRAME_ROSTER));
    FK_TRY(fk_hub_reply_u32(call, call->agency->roster_count - 1));
    FK_TRY(fk_hub_reply_u32(call, 0));
    fk_hub_rows rows;
    FK_TRY(fk_hub_rows_begin(call->hub->store, FK_HUB_SQL_ROSTER_FROM,
                             FK_HUB_VALUES(fk_hub_id(&call->agency->id), fk_hub_number(from_index)), &rows));
    uint32_t count = 0;
    bool has_row = false;
    fk_status status = fk_hub_rows_next(&rows, &has_row);
    while (fk_is_ok(status) && has_row) {
        fk_bytes entry = fk_hub_rows_bytes(&rows, 1);
        if (!fk_hub_reply_has_room(call, entry.size_bytes)) {
            break; /* the head index says that there is more */
        }
        count++;
        status = fk_hub_reply_bytes(call, entry);
        if (fk_is_ok(status)) {
            status = fk_hub_rows_next(&rows, &has_row);
        }
    }
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    fk_hub_reply_count(call, FK_FRAME_ROSTER, count);
    return fk_ok();
}

fk_status fk_hub_roster_get(fk_hub_call *call)
{
    if (!call->has_after || call->after == UINT32_MAX) {
        return fk_hub_reply_roster(call, 0);
    }
    /* Who knows more than this hub, because it was restored, sees it by the head index. */
    uint32_t count = call->agency->roster_count;
    return fk_hub_reply_roster(call, call->after < count ? (uint32_t)call->after + 1 : count);
}

/* Without a token: only the founding key's own first entry, before there is any device. */
static fk_status open_for_founder(fk_hub_call *call, fk_bytes entries)
{
    fk_roster_entry first;
    FK_TRY(fk_roster_entry_read(entries, &first));
    fk_status status = fk_hub_agency_open(call->hub, &first.header.agency, &call->agency);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_status_of(FK_ERR_TOKEN);
    }
    FK_TRY(status);
    const fk_roster_founding *founding = fk_roster_founding_of(call->agency->roster);
    bool is_founder = call->agency->roster_count == 1 &&
                      memcmp(first.header.signer, founding->founding_key, FK_WIRE_KEY_SIZE_BYTES) == 0;
    if (!is_founder) {
        return fk_status_of(FK_ERR_TOKEN);
    }
    return founding->expires_ms > call->request->now_ms ? fk_ok() : fk_status_of(FK_ERR_CODE_USED);
}

static fk_status add_entry(fk_hub_call *call)
{
    fk_hub_agency *agency = call->agency;
    fk_roster_entry entry;
    fk_error error = { "" };
    fk_bytes whole;
    FK_TRY(fk_roster_entry_read(call->rest, &entry));
    FK_TRY(fk_take(&call->rest, entry.whole.size_bytes, &whole));
    FK_TRY(fk_roster_append(agency->roster, whole, &error));
    agency->has_grown = true;
    return fk_hub_store_run(
        call->hub->store, FK_HUB_SQL_ROSTER_PUT,
        FK_HUB_VALUES(fk_hub_id(&agency->id), fk_hub_number(entry.header.index), fk_hub_bytes(whole)), NULL);
}

fk_status fk_hub_roster_add(fk_hub_call *call)
{
    uint32_t head_index = 0;
    uint32_t reserved = 0;
    fk_digest head_hash;
    FK_TRY(fk_take_u32(&call->rest, &head_index));
    FK_TRY(fk_take_u32(&call->rest, &reserved));
    FK_TRY(fk_take_digest(&call->rest, &head_hash));
    if (reserved != 0 || call->frame.count == 0) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    if (call->agency == NULL) {
        FK_TRY(open_for_founder(call, call->rest));
    }
    FK_TRY(fk_hub_agency_lock(call->hub, call->agency));
    uint32_t head = fk_roster_count(call->agency->roster) - 1;
    const fk_digest *hash = fk_roster_hash_at(call->agency->roster, head);
    if (head_index != head || memcmp(hash->bytes, head_hash.bytes, sizeof hash->bytes) != 0) {
        return fk_status_of(FK_ERR_HEAD_MOVED);
    }
    for (uint32_t i = 0; i < call->frame.count; i++) {
        FK_TRY(add_entry(call));
    }
    if (call->rest.size_bytes > 0) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    FK_TRY(fk_hub_store_run(
        call->hub->store, FK_HUB_SQL_AGENCY_ROSTER,
        FK_HUB_VALUES(fk_hub_number(fk_roster_count(call->agency->roster)), fk_hub_id(&call->agency->id)), NULL));
    call->agency->roster_count = fk_roster_count(call->agency->roster);
    return fk_hub_reply_done(call);
}
