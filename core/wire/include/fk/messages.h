/* fk/messages.h — what client and hub say to one another (docs/PROTOCOL.md, "Between device and hub").
 *
 * Every body, both ways, begins with one frame header; what follows are fixed-size items or the
 * self-delimiting structures of fk/wire.h. An answer that does not begin with it did not come from
 * a hub (a captive portal, a proxy, an error page) and is never read further. */
#ifndef FK_MESSAGES_H
#define FK_MESSAGES_H

#include "fk/wire.h"

enum {
    FK_FRAME_SIZE_BYTES = 16, /* magic "FKHB" | version u16 | kind u16 | count u32 | reserved u32 */
    FK_FRAME_VERSION = 1,
    FK_PUSH_SEGMENT_COUNT_MAX = 64,
    FK_PULL_PAIR_COUNT_MAX = 256,
    FK_HAVE_CHAIN_COUNT_MAX = 4096,
    FK_BODY_SIZE_BYTES_MAX = 1024 * 1024,
    FK_TOKEN_SIZE_BYTES = 32,
    FK_CHALLENGE_SIZE_BYTES = 64, /* random 24 | expires ms u64 | MAC 32 */
    FK_ENROL_TOKEN_SIZE_BYTES = 10,
};

typedef enum fk_frame_kind {
    FK_FRAME_ERROR = 1,             /* count: fk_code. retry after, seconds u32 */
    FK_FRAME_DONE = 2,              /* nothing follows */
    FK_FRAME_CHALLENGE_REQUEST = 3, /* agency | device */
    FK_FRAME_CHALLENGE = 4,         /* hub key 32 | challenge | hub time u64 | signature 64 (HUB_CHALLENGE, by hub key,
                                       over hub key || challenge || hub time || device) */
    FK_FRAME_AUTH = 5,              /* agency | device | hub key 32 | challenge | signature 64 (AUTH, by device, over
                                       hub key || challenge || device) */
    FK_FRAME_TOKEN = 6,             /* token 32 | expires ms u64 | hub time u64 */
    FK_FRAME_ROSTER = 7,            /* head index u32 | reserved u32 | count entries */
    FK_FRAME_ROSTER_ADD = 8,        /* expected head index u32 | reserved u32 | expected head hash 32 | count entries */
    FK_FRAME_GRANTS = 9, /* newest number u64 | count grants. Reply to GET /v1/grants?after=N; also posted (number 0) */
    FK_FRAME_PUSH = 10,  /* count segments */
    FK_FRAME_PUSHED = 11,    /* log number u64 | log hash 32 | count times: code u16 | reserved 6 | number u64.
                                Codes: FK_OK stored, FK_ERR_EXISTS held already, both with its number in the log;
                                FK_ERR_GAP, FK_ERR_FORK, FK_ERR_QUOTA, FK_ERR_FORBIDDEN, FK_ERR_AUTH (signature),
                                FK_ERR_HEAD_MOVED (names a roster entry the hub does not have), FK_ERR_REVOKED */
    FK_FRAME_PULL = 12,      /* known log number u64 | known log hash 32 | count times: compartment | after u64 */
    FK_FRAME_PULLED = 13,    /* log number u64 | log hash 32 | flags u32 (1 more follows, 2 the log is another one,
                                then no segments) | reserved u32 | count times: number u64 | segment */
    FK_FRAME_HAVE = 14,      /* count times: compartment | device | last sequence u64 | id 32 */
    FK_FRAME_HELD = 15,      /* count times, chains the hub holds less or other of: compartment | device |
                                last sequence u64 | id 32 (zeros: none) */
    FK_FRAME_FRONTIERS = 16, /* count frontiers. Reply to GET /v1/frontier; also posted */
    FK_FRAME_INVITE = 17,    /* token id 16 | expires ms u64 */
    FK_FRAME_ENROL = 18,     /* agency | enrolment request 208 */
    FK_FRAME_ENROLLING = 19, /* count times: enrolment request 208. Reply to GET /v1/enrol */
    FK_FRAME_WITHDRAW = 20,  /* token id 16 */
} fk_frame_kind;

typedef struct fk_frame {
    fk_frame_kind kind;
    uint32_t count;
    fk_bytes rest; /* what follows the header */
} fk_frame;

/* count: 0 where the list above names none. */
void fk_frame_write(fk_frame_kind kind, uint32_t count, uint8_t target[FK_FRAME_SIZE_BYTES]);
/* FK_ERR_NOT_A_HUB (no such magic, cut, more than its kind has), FK_ERR_OTHER_PROTOCOL (another version or kind).
 * rest holds what its kind begins with and count items, exactly; of segments, roster entries and frontiers, which say
 * their own size, at least the smallest: whoever reads them also checks that nothing is left over. */
FK_MUST_USE fk_status fk_frame_read(fk_bytes body, fk_frame *frame_out);

/* Take the next piece from the front of rest. FK_ERR_INVALID_INPUT when it is shorter. */
FK_MUST_USE fk_status fk_take(fk_bytes *rest, size_t size_bytes, fk_bytes *piece_out);
FK_MUST_USE fk_status fk_take_u32(fk_bytes *rest, uint32_t *value_out);
FK_MUST_USE fk_status fk_take_u64(fk_bytes *rest, uint64_t *value_out);
FK_MUST_USE fk_status fk_take_id(fk_bytes *rest, fk_id *id_out);
FK_MUST_USE fk_status fk_take_digest(fk_bytes *rest, fk_digest *digest_out);

/* What a device that wants to join says of itself: authentic to whoever holds the code's token. */
typedef struct fk_enrol_request {
    fk_id token_id; /* first 16 of BLAKE2b-256("fk/enrol-id/v1" || agency || token) */
    fk_id device;
    uint8_t signing_key[FK_WIRE_KEY_SIZE_BYTES];
    uint8_t box_key[FK_WIRE_KEY_SIZE_BYTES];
    uint8_t kind;                      /* fk_device_kind; then 15 reserved */
    uint8_t mac[FK_DIGEST_SIZE_BYTES]; /* BLAKE2b-256(key = BLAKE2b-256("fk/enrol-key/v1" || agency || token), all
                                          before) */
    uint8_t signature[FK_WIRE_SIGNATURE_SIZE_BYTES]; /* ENROL, by signing_key, over all before */
} fk_enrol_request;

enum {
    FK_ENROL_REQUEST_MACED_SIZE_BYTES = 112,  /* what stands before the MAC */
    FK_ENROL_REQUEST_SIGNED_SIZE_BYTES = 144, /* what stands before the signature */
    FK_ENROL_REQUEST_SIZE_BYTES = 208,
};

void fk_enrol_request_write(const fk_enrol_request *request, uint8_t target[FK_ENROL_REQUEST_SIZE_BYTES]);
FK_MUST_USE fk_status fk_enrol_request_read(fk_bytes bytes, fk_enrol_request *request_out);

#endif
