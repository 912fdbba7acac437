#include "core_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

/* --- endpoints --------------------------------------------------------------------------------- */

typedef enum hub_access {
    FOR_ANYBODY,
    FOR_DEVICES, /* of the roster, with a token */
    FOR_ADMINISTRATORS,
    FOR_DEVICES_OR_FOUNDER, /* the handler looks itself when there is no token */
} hub_access;

typedef struct hub_endpoint {
    const char *path;
    bool is_post;
    hub_access access;
    fk_frame_kind kind; /* of the body of a POST */
    fk_hub_handler *handler;
} hub_endpoint;

static const hub_endpoint endpoints[] = {
    { "/v1/auth/challenge", true, FOR_ANYBODY, FK_FRAME_CHALLENGE_REQUEST, fk_hub_challenge },
    { "/v1/auth", true, FOR_ANYBODY, FK_FRAME_AUTH, fk_hub_auth },
    { "/v1/roster", false, FOR_DEVICES, 0, fk_hub_roster_get },
    { "/v1/roster", true, FOR_DEVICES_OR_FOUNDER, FK_FRAME_ROSTER_ADD, fk_hub_roster_add },
    { "/v1/grants", false, FOR_DEVICES, 0, fk_hub_grants_get },
    { "/v1/grants", true, FOR_DEVICES, FK_FRAME_GRANTS, fk_hub_grants_add },
    { "/v1/push", true, FOR_DEVICES, FK_FRAME_PUSH, fk_hub_push },
    { "/v1/pull", true, FOR_DEVICES, FK_FRAME_PULL, fk_hub_pull },
    { "/v1/have", true, FOR_DEVICES, FK_FRAME_HAVE, fk_hub_have },
    { "/v1/frontier", false, FOR_DEVICES, 0, fk_hub_frontiers_get },
    { "/v1/frontier", true, FOR_DEVICES, FK_FRAME_FRONTIERS, fk_hub_frontiers_add },
    { "/v1/enrol/invite", true, FOR_ADMINISTRATORS, FK_FRAME_INVITE, fk_hub_invite },
    { "/v1/enrol/withdraw", true, FOR_ADMINISTRATORS, FK_FRAME_WITHDRAW, fk_hub_withdraw },
    { "/v1/enrol", true, FOR_ANYBODY, FK_FRAME_ENROL, fk_hub_enrol },
    { "/v1/enrol", false, FOR_ADMINISTRATORS, 0, fk_hub_enrolling },
};
enum { ENDPOINT_COUNT = sizeof endpoints / sizeof endpoints[0] };

/* Named in the design, not in this version. */
static const char *const later_paths[] = { "/v1/blob",     "/v1/wait",  "/v1/revoke", "/v1/erase",
                                           "/v1/transfer", "/v1/found", "/v1/metrics" };
enum { LATER_COUNT = sizeof later_paths / sizeof later_paths[0] };

/* "/v1/blob" and what lies below it. */
static bool is_below(fk_bytes path, const char *folder)
{
    size_t size = strlen(folder);
    return path.size_bytes >= size && memcmp(path.data, folder, size) == 0 &&
           (path.size_bytes == size || path.data[size] == '/');
}

const char *fk_hub_endpoint_name(fk_bytes path)
{
    for (size_t i = 0; i < ENDPOINT_COUNT; i++) {
        if (fk_bytes_equal_text(path, endpoints[i].path)) {
            return endpoints[i].path;
        }
    }
    for (size_t i = 0; i < LATER_COUNT; i++) {
        if (is_below(path, later_paths[i])) {
            return later_paths[i];
        }
    }
    return "/v1/-";
}

static fk_status find_endpoint(const fk_hub_request *request, const hub_endpoint **endpoint_out)
{
    *endpoint_out = NULL;
    for (size_t i = 0; i < ENDPOINT_COUNT; i++) {
        if (fk_bytes_equal_text(request->path, endpoints[i].path) && endpoints[i].is_post == request->is_post) {
            *endpoint_out = &endpoints[i];
            return fk_ok();
        }
    }
    for (size_t i = 0; i < LATER_COUNT; i++) {
        if (is_below(request->path, later_paths[i])) {
            return fk_status_of(FK_ERR_NOT_YET);
        }
    }
    return fk_status_of(FK_ERR_NOT_FOUND);
}

/* --- reading a request --------------------------------------------------------------------------- */

/* "after=" and a number without sign or leading zero. */
static fk_status read_query(fk_hub_call *call)
{
    static const char name[] = "after=";
    fk_bytes query = call->request->query;
    if (query.size_bytes == 0) {
        return fk_ok();
    }
    fk_bytes digits = { NULL, 0 };
    if (query.size_bytes > sizeof name - 1 && memcmp(query.data, name, sizeof name - 1) == 0) {
        digits = fk_bytes_of(query.data + sizeof name - 1, query.size_bytes - (sizeof name - 1));
    }
    if (digits.size_bytes == 0 || digits.size_bytes > 18 || (digits.data[0] == '0' && digits.size_bytes > 1)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    for (size_t i = 0; i < digits.size_bytes; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9') {
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
        call->after = call->after * 10 + (uint64_t)(digits.data[i] - '0');
    }
    call->has_after = true;
    return fk_ok();
}

static fk_status read_body(fk_hub_call *call, fk_frame_kind kind)
{
    fk_bytes body = call->request->body;
    if (body.size_bytes > FK_HUB_BODY_SIZE_BYTES_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    fk_status status = fk_frame_read(body, &call->frame);
    if (!fk_is_ok(status)) {
        /* what a client may say of an answer, a hub does not say of a request */
        return status.code == FK_ERR_NOT_A_HUB ? fk_status_of(FK_ERR_INVALID_INPUT) : status;
    }
    call->rest = call->frame.rest;
    return call->frame.kind == kind ? fk_ok() : fk_status_of(FK_ERR_INVALID_INPUT);
}

/* Who asks is known before anything of the body is looked at. */
static fk_status run(fk_hub_call *call)
{
    const hub_endpoint *endpoint = NULL;
    FK_TRY(find_endpoint(call->request, &endpoint));
    bool needs_token = endpoint->access == FOR_DEVICES || endpoint->access == FOR_ADMINISTRATORS;
    if (needs_token || (endpoint->access == FOR_DEVICES_OR_FOUNDER && call->request->token.size_bytes > 0)) {
        FK_TRY(fk_hub_sign_in(call));
    } else {
        call->reply->retry_after_s = fk_hub_rates_take(&call->hub->rates, NULL, call->request->now_ms);
        if (call->reply->retry_after_s > 0) {
            return fk_status_of(FK_ERR_BUSY);
        }
    }
    if (endpoint->access == FOR_ADMINISTRATORS && !fk_hub_is_administrator(call)) {
        return fk_status_of(FK_ERR_FORBIDDEN);
    }
    FK_TRY(endpoint->is_post ? read_body(call, endpoint->kind) : read_query(call));
    return endpoint->handler(call);
}

/* --- answering ----------------------------------------------------------------------------------- */

static uint16_t http_status_of(uint8_t code)
{
    static const struct {
        fk_code code;
        uint16_t http_status;
    } known[] = {
        { FK_ERR_TOKEN, 401 },     { FK_ERR_AUTH, 401 },      { FK_ERR_OTHER_HUB, 401 },  { FK_ERR_FORBIDDEN, 403 },
        { FK_ERR_CODE_USED, 403 }, { FK_ERR_NOT_FOUND, 404 }, { FK_ERR_HEAD_MOVED, 409 }, { FK_ERR_EXISTS, 409 },
        { FK_ERR_TOO_LARGE, 413 }, { FK_ERR_BUSY, 429 },      { FK_ERR_NOT_YET, 501 },    { FK_ERR_QUOTA, 503 },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].code == code) {
            return known[i].http_status;
        }
    }
    return 400;
}

fk_status fk_hub_refuse(fk_hub_reply *reply, fk_code code, uint32_t retry_after_s)
{
    uint8_t bytes[FK_FRAME_SIZE_BYTES + 4];
    fk_frame_write(FK_FRAME_ERROR, (uint32_t)code, bytes);
    fk_put_u32(bytes + FK_FRAME_SIZE_BYTES, retry_after_s);
    reply->http_status = http_status_of((uint8_t)code);
    reply->retry_after_s = retry_after_s;
    fk_buffer_clear(reply->body);
    return fk_buffer_append(reply->body, fk_bytes_of(bytes, sizeof bytes));
}

/* Take back what a refused request did, in the store and in memory. */
static fk_status take_back(fk_hub_call *call, fk_status refusal)
{
    if (call->agency != NULL && call->agency->has_grown) {
        fk_hub_forget(call->agency); /* also of what an earlier request of this transaction added: that is stored */
    }
    if (fk_hub_is_fault(refusal)) {
        return refusal; /* the whole transaction is rolled back */
    }
    if (call->request->is_post) {
        FK_TRY(fk_hub_store_part_end(call->hub->store, false));
    }
    return fk_hub_refuse(call->reply, (fk_code)refusal.code, call->reply->retry_after_s);
}

fk_status fk_hub_handle(fk_hub *hub, const fk_hub_request *request, fk_hub_reply *reply)
{
    FK_ASSERT(hub->is_in_transaction);
    fk_buffer_clear(reply->body);
    reply->http_status = 200;
    reply->retry_after_s = 0;
    if (request->now_ms > INT64_MAX / 2) {
        return fk_hub_refuse(reply, FK_ERR_BUG, 0);
    }
    fk_hub_call call = { .hub = hub, .request = request, .reply = reply };
    if (request->is_post) {
        FK_TRY(fk_hub_store_part_begin(hub->store));
    }
    fk_status status = run(&call);
    if (!fk_is_ok(status)) {
        return take_back(&call, status);
    }
    return request->is_post ? fk_hub_store_part_end(hub->store, true) : fk_ok();
}

/* --- writing a reply ------------------------------------------------------------------------------- */

fk_status fk_hub_reply_begin(fk_hub_call *call, fk_frame_kind kind)
{
    uint8_t frame[FK_FRAME_SIZE_BYTES];
    fk_frame_write(kind, 0, frame);
    return fk_buffer_append(call->reply->body, fk_bytes_of(frame, sizeof frame));
}

fk_status fk_hub_reply_bytes(fk_hub_call *call, fk_bytes bytes)
{
    return fk_buffer_append(call->reply->body, bytes);
}

fk_status fk_hub_reply_u32(fk_hub_call *call, uint32_t value)
{
    uint8_t bytes[4];
    fk_put_u32(bytes, value);
    return fk_buffer_append(call->reply->body, fk_bytes_of(bytes, sizeof bytes));
}

fk_status fk_hub_reply_u64(fk_hub_call *call, uint64_t value)
{
    uint8_t bytes[8];
    fk_put_u64(bytes, value);
    return fk_buffer_append(call->reply->body, fk_bytes_of(bytes, sizeof bytes));
}

fk_status fk_hub_reply_id(fk_hub_call *call, const fk_id *id)
{
    return fk_buffer_append(call->reply->body, fk_bytes_of(id->bytes, sizeof id->bytes));
}

fk_status fk_hub_reply_digest(fk_hub_call *call, const fk_digest *digest)
{
    return fk_buffer_append(call->reply->body, fk_bytes_of(digest->bytes, sizeof digest->bytes));
}

bool fk_hub_reply_has_room(const fk_hub_call *call, size_t size_bytes)
{
    return call->reply->body->size_bytes + size_bytes <= FK_HUB_BODY_SIZE_BYTES_MAX;
}

void fk_hub_reply_count(fk_hub_call *call, fk_frame_kind kind, uint32_t count)
{
    fk_frame_write(kind, count, call->reply->body->data);
}

fk_status fk_hub_reply_done(fk_hub_call *call)
{
    return fk_hub_reply_begin(call, FK_FRAME_DONE);
}
