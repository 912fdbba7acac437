#include "core_internal.h"

#include <string.h>

#include "fk/banned.h"

/* The mailbox of an enrolment: an administrator's device says which code is open, the newcomer's
 * device leaves its request under it, the administrator's device fetches it. The hub knows neither
 * code nor token and could exchange a request only for one whose MAC and words do not fit. */

static fk_status count_invites(const fk_hub_call *call, uint64_t *count_out)
{
    fk_hub_rows rows;
    bool has_row = false;
    *count_out = 0;
    FK_TRY(fk_hub_row(call->hub, FK_HUB_SQL_ENROL_COUNT, FK_HUB_VALUES(fk_hub_id(&call->agency->id)), &rows, &has_row));
    fk_status status = has_row ? fk_hub_rows_number(&rows, 0, count_out) : fk_status_of(FK_ERR_DAMAGED);
    fk_hub_rows_end(&rows);
    return status;
}

fk_status fk_hub_invite(fk_hub_call *call)
{
    fk_id token_id;
    uint64_t expires_ms = 0;
    uint64_t now_ms = call->request->now_ms;
    const fk_id *agency = &call->agency->id;
    FK_TRY(fk_take_id(&call->rest, &token_id));
    FK_TRY(fk_take_u64(&call->rest, &expires_ms));
    if (expires_ms <= now_ms) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    uint64_t latest_ms = now_ms + FK_HUB_INVITE_LIFE_MS_MAX;
    expires_ms = expires_ms < latest_ms ? expires_ms : latest_ms;
    FK_TRY(fk_hub_store_run(call->hub->store, FK_HUB_SQL_ENROL_EXPIRE,
                            FK_HUB_VALUES(fk_hub_id(agency), fk_hub_number(now_ms)), NULL));
    uint64_t count = 0;
    FK_TRY(count_invites(call, &count));
    if (count >= FK_HUB_INVITE_COUNT_MAX) {
        return fk_status_of(FK_ERR_QUOTA);
    }
    FK_TRY(fk_hub_store_run(call->hub->store, FK_HUB_SQL_ENROL_PUT,
                            FK_HUB_VALUES(fk_hub_id(agency), fk_hub_id(&token_id), fk_hub_number(expires_ms)), NULL));
    return fk_hub_reply_done(call);
}

/* The first device that asks under a code has it; the same request again is a repeat. */
static fk_status leave_request(fk_hub_call *call, const fk_enrol_request *request, fk_bytes bytes)
{
    const fk_id *agency = &call->agency->id;
    fk_hub_rows rows;
    bool has_row = false;
    uint64_t expires_ms = 0;
    FK_TRY(fk_hub_row(call->hub, FK_HUB_SQL_ENROL_GET, FK_HUB_VALUES(fk_hub_id(agency), fk_hub_id(&request->token_id)),
                      &rows, &has_row));
    if (!has_row) {
        return fk_status_of(FK_ERR_CODE_USED);
    }
    fk_status status = fk_hub_rows_number(&rows, 0, &expires_ms);
    fk_bytes known = fk_hub_rows_bytes(&rows, 1);
    bool is_free = known.size_bytes == 0;
    bool is_same = fk_bytes_equal(known, bytes);
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    if (expires_ms <= call->request->now_ms || (!is_free && !is_same)) {
        return fk_status_of(FK_ERR_CODE_USED);
    }
    FK_TRY(fk_verify(request->signing_key, FK_PURPOSE_ENROL, agency,
                     fk_bytes_of(bytes.data, FK_ENROL_REQUEST_SIGNED_SIZE_BYTES), request->signature));
    if (is_same) {
        return fk_ok();
    }
    return fk_hub_store_run(call->hub->store, FK_HUB_SQL_ENROL_SET,
                            FK_HUB_VALUES(fk_hub_bytes(bytes), fk_hub_id(agency), fk_hub_id(&request->token_id)), NULL);
}

fk_status fk_hub_enrol(fk_hub_call *call)
{
    fk_id agency;
    fk_bytes bytes;
    fk_enrol_request request;
    FK_TRY(fk_take_id(&call->rest, &agency));
    FK_TRY(fk_take(&call->rest, FK_ENROL_REQUEST_SIZE_BYTES, &bytes));
    FK_TRY(fk_enrol_request_read(bytes, &request));
    fk_status status = fk_hub_agency_open(call->hub, &agency, &call->agency);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_status_of(FK_ERR_CODE_USED); /* an unknown agency and an unknown code look alike */
    }
    FK_TRY(status);
    FK_TRY(leave_request(call, &request, bytes));
    return fk_hub_reply_roster(call, 0);
}

fk_status fk_hub_enrolling(fk_hub_call *call)
{
    FK_TRY(fk_hub_reply_begin(call, FK_FRAME_ENROLLING));
    fk_hub_rows rows;
    FK_TRY(fk_hub_rows_begin(call->hub->store, FK_HUB_SQL_ENROL_LIST,
                             FK_HUB_VALUES(fk_hub_id(&call->agency->id), fk_hub_number(call->request->now_ms)), &rows));
    uint32_t count = 0;
    bool has_row = false;
    fk_status status = fk_hub_rows_next(&rows, &has_row);
    while (fk_is_ok(status) && has_row) {
        count++;
        status = fk_hub_reply_bytes(call, fk_hub_rows_bytes(&rows, 0));
        if (fk_is_ok(status)) {
            status = fk_hub_rows_next(&rows, &has_row);
        }
    }
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    fk_hub_reply_count(call, FK_FRAME_ENROLLING, count);
    return fk_ok();
}

fk_status fk_hub_withdraw(fk_hub_call *call)
{
    fk_id token_id;
    FK_TRY(fk_take_id(&call->rest, &token_id));
    FK_TRY(fk_hub_store_run(call->hub->store, FK_HUB_SQL_ENROL_DROP,
                            FK_HUB_VALUES(fk_hub_id(&call->agency->id), fk_hub_id(&token_id)), NULL));
    return fk_hub_reply_done(call);
}
