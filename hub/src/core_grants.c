#include "core_internal.h"

#include <string.h>

#include "fk/banned.h"

enum { GRANT_PAGE_COUNT = 2048 };

/* --- grants -------------------------------------------------------------------------------------- */

fk_status fk_hub_grants_get(fk_hub_call *call)
{
    FK_TRY(fk_hub_reply_begin(call, FK_FRAME_GRANTS));
    FK_TRY(fk_hub_reply_u64(call, 0));
    fk_hub_rows rows;
    FK_TRY(fk_hub_rows_begin(call->hub->store, FK_HUB_SQL_GRANT_AFTER,
                             FK_HUB_VALUES(fk_hub_id(&call->agency->id), fk_hub_id(&call->device),
                                           fk_hub_number(call->after), fk_hub_number(GRANT_PAGE_COUNT)),
                             &rows));
    uint32_t count = 0;
    uint64_t newest = call->after;
    bool has_row = false;
    fk_status status = fk_hub_rows_next(&rows, &has_row);
    while (fk_is_ok(status) && has_row) {
        count++;
        status = fk_hub_rows_number(&rows, 0, &newest);
        if (fk_is_ok(status)) {
            status = fk_hub_reply_bytes(call, fk_hub_rows_bytes(&rows, 1));
        }
        if (fk_is_ok(status)) {
            status = fk_hub_rows_next(&rows, &has_row);
        }
    }
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    fk_hub_reply_count(call, FK_FRAME_GRANTS, count);
    fk_put_u64(call->reply->body->data + FK_FRAME_SIZE_BYTES, newest);
    return fk_ok();
}

/* Any member may bring a grant; what counts is who made it. */
static fk_status check_grant(const fk_hub_agency *agency, const fk_grant *grant, fk_bytes bytes)
{
    if (!fk_id_equal(&grant->agency, &agency->id)) {
        return fk_status_of(FK_ERR_FORBIDDEN);
    }
    const fk_roster_device_row *maker = fk_roster_device_find(agency->roster, &grant->maker);
    if (maker == NULL || !fk_hub_is_member(agency, &grant->maker, &grant->compartment) ||
        !fk_hub_is_member(agency, &grant->device, &grant->compartment)) {
        return fk_status_of(FK_ERR_FORBIDDEN);
    }
    fk_digest epoch_entry;
    fk_id epoch_maker;
    if (fk_roster_epoch_find(agency->roster, &grant->compartment, grant->epoch, &epoch_entry, &epoch_maker) == NULL ||
        memcmp(epoch_entry.bytes, grant->epoch_entry.bytes, sizeof epoch_entry.bytes) != 0) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    return fk_verify(maker->entry.signing_key, FK_PURPOSE_GRANT, &agency->id,
                     fk_bytes_of(bytes.data, FK_GRANT_SIGNED_SIZE_BYTES), grant->signature);
}

/* One grant of a maker to a device for an epoch; a later one takes its place and gets a new number. */
static fk_status store_grant(fk_hub_call *call, const fk_grant *grant, fk_bytes bytes)
{
    fk_hub_store *store = call->hub->store;
    const fk_hub_value key[] = { fk_hub_id(&grant->agency), fk_hub_id(&grant->device), fk_hub_id(&grant->compartment),
                                 fk_hub_number(grant->epoch), fk_hub_id(&grant->maker) };
    enum { KEY_COUNT = sizeof key / sizeof key[0] };
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(fk_hub_row(call->hub, FK_HUB_SQL_GRANT_GET, key, KEY_COUNT, &rows, &has_row));
    bool is_same = has_row && fk_bytes_equal(fk_hub_rows_bytes(&rows, 0), bytes);
    fk_hub_rows_end(&rows);
    if (is_same) {
        return fk_ok();
    }
    uint64_t number = 0;
    FK_TRY(fk_hub_next_change(call->hub, call->agency, &number));
    FK_TRY(fk_hub_store_run(store, FK_HUB_SQL_GRANT_DROP, key, KEY_COUNT, NULL));
    return fk_hub_store_run(
        store, FK_HUB_SQL_GRANT_PUT,
        FK_HUB_VALUES(key[0], key[1], key[2], key[3], key[4], fk_hub_number(number), fk_hub_bytes(bytes)), NULL);
}

fk_status fk_hub_grants_add(fk_hub_call *call)
{
    uint64_t number = 0;
    FK_TRY(fk_take_u64(&call->rest, &number));
    if (number != 0) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    for (uint32_t i = 0; i < call->frame.count; i++) {
        fk_bytes bytes;
        fk_grant grant;
        FK_TRY(fk_take(&call->rest, FK_GRANT_SIZE_BYTES, &bytes));
        FK_TRY(fk_grant_read(bytes, &grant));
        FK_TRY(check_grant(call->agency, &grant, bytes));
        FK_TRY(store_grant(call, &grant, bytes));
    }
    return fk_hub_reply_done(call);
}

/* --- frontiers ------------------------------------------------------------------------------------- */

/* Add the frontier of a row, if its compartment is the caller's and there is room. */
static fk_status add_frontier_row(fk_hub_call *call, const fk_hub_rows *rows, uint32_t *count)
{
    fk_id compartment;
    FK_TRY(fk_hub_rows_copy(rows, 0, compartment.bytes, sizeof compartment.bytes));
    fk_bytes bytes = fk_hub_rows_bytes(rows, 1);
    if (!fk_hub_is_member(call->agency, &call->device, &compartment) ||
        !fk_hub_reply_has_room(call, bytes.size_bytes)) {
        return fk_ok();
    }
    (*count)++;
    return fk_hub_reply_bytes(call, bytes);
}

/* The newest first: where they do not all fit, those left out tell of "confirmed" a little later. */
fk_status fk_hub_frontiers_get(fk_hub_call *call)
{
    FK_TRY(fk_hub_reply_begin(call, FK_FRAME_FRONTIERS));
    fk_hub_rows rows;
    FK_TRY(fk_hub_rows_begin(call->hub->store, FK_HUB_SQL_FRONTIER_LIST, FK_HUB_VALUES(fk_hub_id(&call->agency->id)),
                             &rows));
    uint32_t count = 0;
    bool has_row = false;
    fk_status status = fk_hub_rows_next(&rows, &has_row);
    while (fk_is_ok(status) && has_row) {
        status = add_frontier_row(call, &rows, &count);
        if (fk_is_ok(status)) {
            status = fk_hub_rows_next(&rows, &has_row);
        }
    }
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    fk_hub_reply_count(call, FK_FRAME_FRONTIERS, count);
    return fk_ok();
}

/* What a device says of itself: nobody else can, and an older one cannot take the place of a newer. */
static fk_status add_frontier(fk_hub_call *call, const fk_frontier *frontier)
{
    const fk_frontier_header *header = &frontier->header;
    const fk_roster_device_row *device = fk_roster_device_find(call->agency->roster, &call->device);
    if (!fk_id_equal(&header->agency, &call->agency->id) || !fk_id_equal(&header->device, &call->device) ||
        !fk_hub_is_member(call->agency, &call->device, &header->compartment)) {
        return fk_status_of(FK_ERR_FORBIDDEN);
    }
    FK_TRY(fk_verify(device->entry.signing_key, FK_PURPOSE_FRONTIER, &header->agency, frontier->content,
                     frontier->signature.data));
    fk_hub_rows rows;
    bool has_row = false;
    uint64_t known = 0;
    bool is_same = false;
    FK_TRY(fk_hub_row(
        call->hub, FK_HUB_SQL_FRONTIER_GET,
        FK_HUB_VALUES(fk_hub_id(&header->agency), fk_hub_id(&header->compartment), fk_hub_id(&header->device)), &rows,
        &has_row));
    if (has_row) {
        fk_status status = fk_hub_rows_number(&rows, 0, &known);
        is_same = fk_bytes_equal(fk_hub_rows_bytes(&rows, 1), frontier->whole);
        fk_hub_rows_end(&rows);
        FK_TRY(status);
        if (header->number <= known) {
            return is_same ? fk_ok() : fk_status_of(FK_ERR_EXISTS);
        }
    }
    uint64_t change = 0;
    FK_TRY(fk_hub_next_change(call->hub, call->agency, &change));
    return fk_hub_store_run(call->hub->store, FK_HUB_SQL_FRONTIER_PUT,
                            FK_HUB_VALUES(fk_hub_id(&header->agency), fk_hub_id(&header->compartment),
                                          fk_hub_id(&header->device), fk_hub_number(header->number),
                                          fk_hub_number(change), fk_hub_bytes(frontier->whole)),
                            NULL);
}

fk_status fk_hub_frontiers_add(fk_hub_call *call)
{
    for (uint32_t i = 0; i < call->frame.count; i++) {
        fk_frontier frontier;
        fk_bytes whole;
        FK_TRY(fk_frontier_read(call->rest, &frontier));
        FK_TRY(fk_take(&call->rest, frontier.whole.size_bytes, &whole));
        FK_TRY(add_frontier(call, &frontier));
    }
    return call->rest.size_bytes == 0 ? fk_hub_reply_done(call) : fk_status_of(FK_ERR_INVALID_INPUT);
}
