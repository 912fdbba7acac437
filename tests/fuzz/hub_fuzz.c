/* Requests to the hub.
 * Target: fk_hub_handle. Input: one byte of choices, then a body (or a query, for a GET). Low 4 bits: the endpoint.
 * With bit 4 the segments of a push name the agency, device, place in the roster and sequence that are right, with bit
 * 5 they are signed anew, as a colleague's changed app would. No request is a fault of the hub, each gets a well-formed
 * answer of the right kind, and a segment that is taken in follows the one before it. The hub is made once; each input
 * runs in a transaction that is rolled back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core_internal.h"
#include "fk/assert.h"
#include "hub_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REPAIR = 1 << 4, SIGN = 1 << 5, ENDPOINT_COUNT = 15, OUTCOMES = 8 + FK_DIGEST_SIZE_BYTES };

static const struct {
    const char *path;
    bool is_post;
    bool has_token;
} endpoints[ENDPOINT_COUNT] = {
    { "/v1/push", true, true },      { "/v1/auth/challenge", true, false },
    { "/v1/auth", true, false },     { "/v1/roster", true, true },
    { "/v1/roster", false, true },   { "/v1/grants", true, true },
    { "/v1/grants", false, true },   { "/v1/pull", true, true },
    { "/v1/have", true, true },      { "/v1/frontier", true, true },
    { "/v1/frontier", false, true }, { "/v1/enrol/invite", true, true },
    { "/v1/enrol", true, false },    { "/v1/enrol/withdraw", true, true },
    { "/v1/roster", true, false },
};

static hub_fixture fixture;
static hub_fixture *const f = &fixture;

static void end(void)
{
    hub_fixture_end(f);
}

/* The founder is an administrator, so everything is open to it. */
static void begin(void)
{
    hub_fixture_begin(f, 77);
    hub_fixture_join(f);
    FK_ASSERT(hub_push_one(f, hub_make_segment(f, &f->founder_chain, 2), f->founder_token, NULL) == FK_OK);
    FK_ASSERT(atexit(end) == 0);
}

static void sign_segment(uint8_t *bytes, const fk_segment *segment)
{
    uint8_t content[FK_HUB_SEGMENT_SIGNED_SIZE_BYTES];
    (void)fk_hub_segment_id(segment, content);
    fk_sign(&f->team.founder, FK_PURPOSE_SEGMENT, &segment->header.agency, fk_bytes_of(content, sizeof content),
            bytes + segment->whole.size_bytes - FK_SIGNATURE_SIZE_BYTES);
}

/* Make the segments of the body right in all but prev, count and body. */
static void repair_push(uint8_t *body, size_t size, uint8_t choice)
{
    uint64_t next_sequence = f->founder_chain.next_sequence;
    size_t offset = FK_FRAME_SIZE_BYTES;
    fk_segment segment;
    while (offset < size && fk_is_ok(fk_segment_read(fk_bytes_of(body + offset, size - offset), &segment))) {
        if ((choice & REPAIR) != 0) {
            fk_segment_header right = hub_segment_header(f, &f->founder_chain, segment.header.operation_count);
            right.epoch = segment.header.epoch;
            right.prev = segment.header.prev;
            right.first_sequence = next_sequence;
            right.body_size_bytes = segment.header.body_size_bytes;
            fk_segment_header_write(&right, body + offset);
            FK_ASSERT(fk_is_ok(fk_segment_read(fk_bytes_of(body + offset, size - offset), &segment)));
        }
        if ((choice & SIGN) != 0) {
            sign_segment(body + offset, &segment);
        }
        next_sequence += segment.header.operation_count;
        offset += segment.whole.size_bytes;
    }
}

/* What was taken in follows the chain as it stood, one after another. */
static void check_pushed(fk_bytes body)
{
    hub_chain chain = f->founder_chain;
    uint32_t count = hub_reply_count(f);
    size_t offset = FK_FRAME_SIZE_BYTES;
    for (uint32_t i = 0; i < count; i++) {
        fk_segment segment;
        FK_ASSERT(fk_is_ok(fk_segment_read(fk_bytes_of(body.data + offset, body.size_bytes - offset), &segment)));
        const uint8_t *outcome = hub_reply_rest(f, OUTCOMES + (size_t)i * 16).data;
        bool is_founders = fk_id_equal(&segment.header.device, &chain.device) &&
                           fk_id_equal(&segment.header.compartment, &chain.compartment);
        if (fk_get_u16(outcome) == FK_OK && is_founders) {
            FK_ASSERT(segment.header.first_sequence == chain.next_sequence);
            FK_ASSERT(memcmp(&segment.header.prev, &chain.last_id, sizeof chain.last_id) == 0);
            chain.next_sequence += segment.header.operation_count;
            chain.last_id = hub_segment_id(&segment);
        }
        offset += segment.whole.size_bytes;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (f->hub == NULL) {
        begin();
    }
    if (size < 1 || (data[0] & 0x0f) >= ENDPOINT_COUNT) {
        return 0;
    }
    size_t chosen = data[0] & 0x0f;
    fk_hub_rates_init(&f->hub->rates);
    fk_buffer_clear(&f->request);
    hub_add(f, data + 1, size - 1);
    if (chosen == 0) {
        repair_push(f->request.data, f->request.size_bytes, data[0]);
    }
    char query[32] = "";
    (void)snprintf(query, sizeof query, "%.*s", (int)(size - 1 < 31 ? size - 1 : 31), (const char *)data + 1);
    fk_code code = FK_ERR_BUG;
    FK_ASSERT(fk_is_ok(fk_hub_begin(f->hub)));
    fk_status status =
        hub_handle(f, endpoints[chosen].is_post, endpoints[chosen].path, endpoints[chosen].is_post ? "" : query,
                   endpoints[chosen].has_token ? f->founder_token : "", &code);
    FK_ASSERT(fk_is_ok(status));
    FK_ASSERT(code != FK_ERR_BUG);
    FK_ASSERT(f->reply.size_bytes <= FK_HUB_REPLY_SIZE_BYTES_MAX);
    if (chosen == 0 && code == FK_OK) {
        check_pushed(fk_buffer_view(&f->request));
    }
    fk_hub_rollback(f->hub);
    return 0;
}
