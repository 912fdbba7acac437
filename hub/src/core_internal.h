/* core_internal.h — one request on its way through the hub, shared by the core_*.c files. */
#ifndef FK_HUB_CORE_INTERNAL_H
#define FK_HUB_CORE_INTERNAL_H

#include "fk/hub_core.h"
#include "fk/messages.h"
#include "fk/roster.h"
#include "hub_rate.h"
#include "hub_store.h"

enum {
    FK_HUB_AGENCY_COUNT_MAX = 64,
    FK_HUB_INVITE_COUNT_MAX = 256, /* open at one time, per agency */
    FK_HUB_TOKEN_COUNT_MAX = 16,   /* alive at one time, per device */
    FK_HUB_CHALLENGE_LIFE_MS = 2 * 60 * 1000,
    FK_HUB_TOKEN_LIFE_MS = 15 * 60 * 1000,
    FK_HUB_MAC_KEY_SIZE_BYTES = 32,
};
#define FK_HUB_INVITE_LIFE_MS_MAX ((uint64_t)31 * 24 * 60 * 60 * 1000)

/* What a device and an agency may keep here. */
typedef struct fk_hub_quota {
    uint64_t agency_size_bytes;
    uint64_t device_size_bytes;
} fk_hub_quota;

typedef struct fk_hub_agency {
    fk_id id;
    fk_roster *roster; /* NULL: to be loaded */
    bool has_grown;    /* in this transaction: the roster, here or read again, is ahead of what is on the disk */
    /* as read in this transaction */
    uint32_t roster_count;
    uint64_t log_number;
    fk_digest log_hash;
    uint64_t change_number;
    uint64_t size_bytes;
} fk_hub_agency;

struct fk_hub {
    const fk_allocator *allocator;
    fk_hub_store *store;
    fk_identity identity; /* signing only */
    uint8_t mac_key[FK_HUB_MAC_KEY_SIZE_BYTES];
    fk_hub_quota quota;
    fk_hub_rates rates;
    bool is_in_transaction;
    bool is_late; /* only with a planted fault: acknowledged and not committed */
    size_t agency_count;
    fk_hub_agency agencies[FK_HUB_AGENCY_COUNT_MAX];
};

/* One request. What a handler refuses is a status that is no fault of the store (fk_hub_is_fault). */
typedef struct fk_hub_call {
    fk_hub *hub;
    const fk_hub_request *request;
    fk_frame frame; /* of a POST */
    fk_bytes rest;  /* of the frame, handlers take from it */
    uint64_t after; /* of a GET */
    bool has_after;
    fk_hub_reply *reply;
    fk_hub_agency *agency; /* signed in: agency and device; else NULL until the handler opens one */
    fk_id device;
} fk_hub_call;

typedef fk_status fk_hub_handler(fk_hub_call *call);

fk_hub_handler fk_hub_challenge, fk_hub_auth, fk_hub_roster_get, fk_hub_roster_add, fk_hub_grants_get,
    fk_hub_grants_add, fk_hub_frontiers_get, fk_hub_frontiers_add, fk_hub_push, fk_hub_pull, fk_hub_have, fk_hub_invite,
    fk_hub_enrol, fk_hub_enrolling, fk_hub_withdraw;

/* Is it the store or the memory that failed, not the request? Then everything is rolled back. */
bool fk_hub_is_fault(fk_status status);

/* Read the agency's row and bring its roster in memory to what the row says. FK_ERR_NOT_FOUND, or a fault.
 * Borrowed until the transaction ends. */
FK_MUST_USE fk_status fk_hub_agency_open(fk_hub *hub, const fk_id *id, fk_hub_agency **agency_out);
/* The same row again, held until the transaction ends: before its numbers are counted up. */
FK_MUST_USE fk_status fk_hub_agency_lock(fk_hub *hub, fk_hub_agency *agency);
/* Forget the roster in memory; it is read again when it is needed. */
void fk_hub_forget(fk_hub_agency *agency);
/* Number of the next change of grants or frontiers. */
FK_MUST_USE fk_status fk_hub_next_change(fk_hub *hub, const fk_hub_agency *agency, uint64_t *number_out);

/* Where a chain ends here: last sequence and id of the segment that holds it; 0 and zeros for none. */
FK_MUST_USE fk_status fk_hub_chain_end(fk_hub *hub, const fk_id *agency, const fk_id *compartment, const fk_id *device,
                                       uint64_t *last_sequence_out, fk_digest *last_id_out);

/* Find who sent the token, check that the roster still has the device, and its rate.
 * FK_ERR_TOKEN, FK_ERR_FORBIDDEN, FK_ERR_BUSY, or a fault. */
FK_MUST_USE fk_status fk_hub_sign_in(fk_hub_call *call);
bool fk_hub_is_administrator(const fk_hub_call *call);
/* Is the device a member of the compartment now? */
bool fk_hub_is_member(const fk_hub_agency *agency, const fk_id *device, const fk_id *compartment);

/* Begin the reply: its frame and what stands before the items. The count is set at the end. */
FK_MUST_USE fk_status fk_hub_reply_begin(fk_hub_call *call, fk_frame_kind kind);
FK_MUST_USE fk_status fk_hub_reply_u32(fk_hub_call *call, uint32_t value);
FK_MUST_USE fk_status fk_hub_reply_u64(fk_hub_call *call, uint64_t value);
FK_MUST_USE fk_status fk_hub_reply_id(fk_hub_call *call, const fk_id *id);
FK_MUST_USE fk_status fk_hub_reply_digest(fk_hub_call *call, const fk_digest *digest);
FK_MUST_USE fk_status fk_hub_reply_bytes(fk_hub_call *call, fk_bytes bytes);
/* Is there room for an item of that many bytes? */
bool fk_hub_reply_has_room(const fk_hub_call *call, size_t size_bytes);
void fk_hub_reply_count(fk_hub_call *call, fk_frame_kind kind, uint32_t count);
FK_MUST_USE fk_status fk_hub_reply_done(fk_hub_call *call);
/* The reply FK_FRAME_ROSTER with the entries from an index on. */
FK_MUST_USE fk_status fk_hub_reply_roster(fk_hub_call *call, uint32_t from_index);

/* The one row of a statement, or none. Ends the rows on every path but FK_OK with *has_row_out. */
FK_MUST_USE fk_status fk_hub_row(fk_hub *hub, fk_hub_sql sql, const fk_hub_value *values, size_t value_count,
                                 fk_hub_rows *rows_out, bool *has_row_out);

/* BLAKE2b-256(header || BLAKE2b-256(body) || signature); signed_out, if any: the first two, what the signature is over.
 */
enum { FK_HUB_SEGMENT_SIGNED_SIZE_BYTES = FK_SEGMENT_HEADER_SIZE_BYTES + FK_DIGEST_SIZE_BYTES };
fk_digest fk_hub_segment_id(const fk_segment *segment, uint8_t signed_out[FK_HUB_SEGMENT_SIGNED_SIZE_BYTES]);
/* h(n) = BLAKE2b-256("fk/hub-log/v1" || h(n-1) || n || segment id); h(0) is zero. */
fk_digest fk_hub_log_next(const fk_digest *before, uint64_t number, const fk_digest *segment_id);

#endif
