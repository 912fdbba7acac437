/* fk/hub_core.h — what the hub answers: requests in, replies out, no sockets, no threads, no clock.
 *
 * The server (fk/hub_server.h) and the simulation drive this same code. One call runs inside the
 * transaction of fk_hub_begin() and fk_hub_commit(): the server takes every request that waits,
 * runs them in one transaction, flushes once and only then sends the replies (group commit). A
 * request that fails leaves nothing behind; a crash before the commit leaves nothing of any. */
#ifndef FK_HUB_CORE_H
#define FK_HUB_CORE_H

#include "fk/bytes.h"

typedef struct fk_hub fk_hub; /* opaque */

enum {
    FK_HUB_BODY_SIZE_BYTES_MAX = 1024 * 1024,
    FK_HUB_REPLY_SIZE_BYTES_MAX = 1024 * 1024 + 4096,
};

typedef struct fk_hub_request {
    bool is_post;
    fk_bytes path;  /* "/v1/push", without its query */
    fk_bytes query; /* "after=12"; may be empty */
    fk_bytes token; /* 64 hex digits of the Authorization header; may be empty */
    fk_bytes body;
    uint64_t now_ms; /* wall clock of the hub */
} fk_hub_request;

typedef struct fk_hub_reply {
    uint16_t http_status;
    uint32_t retry_after_s; /* 0: none */
    fk_buffer *body;        /* of the caller, holds FK_HUB_REPLY_SIZE_BYTES_MAX; cleared first */
} fk_hub_reply;

/* Open the store of a hub, make it when it is new (with the hub's own key pair).
 * store: "sqlite:PATH"; one process at a time. The random source of fk_crypto_start() must work.
 * hub_out: on FK_OK owned by the caller, fk_hub_close(); else NULL. error: a sentence for who started it.
 * FK_ERR_INVALID_INPUT, FK_ERR_NEWER_VERSION, FK_ERR_BUSY (another process has it open), FK_ERR_DAMAGED, FK_ERR_IO,
 * FK_ERR_FULL, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_hub_open(const char *store, const fk_allocator *allocator, fk_hub **hub_out, fk_error *error);
/* Roll back what is open and close. NULL is allowed. */
void fk_hub_close(fk_hub *hub);

/* FK_ERR_IO, FK_ERR_FULL, FK_ERR_NO_MEMORY, FK_ERR_DAMAGED; then nothing is open. */
FK_MUST_USE fk_status fk_hub_begin(fk_hub *hub);
/* FK_OK: everything since fk_hub_begin() is on the disk. Else, with the same errors, nothing of it is. */
FK_MUST_USE fk_status fk_hub_commit(fk_hub *hub);
void fk_hub_rollback(fk_hub *hub);

/* Answer one request. Every refusal is a reply; a status other than FK_OK (FK_ERR_IO, FK_ERR_FULL,
 * FK_ERR_NO_MEMORY, FK_ERR_DAMAGED) means that the transaction must be rolled back and its requests answered 503. */
FK_MUST_USE fk_status fk_hub_handle(fk_hub *hub, const fk_hub_request *request, fk_hub_reply *reply);
/* The reply of a caller that could not even ask: an FK_FRAME_ERROR and its HTTP status. FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_hub_refuse(fk_hub_reply *reply, fk_code code, uint32_t retry_after_s);
/* The name of the endpoint a path belongs to, for a log; "/v1/-" for none. Static storage. */
const char *fk_hub_endpoint_name(fk_bytes path);

/* Put the founding entry of an agency there, in a transaction of its own; the same one again is fine.
 * FK_ERR_EXISTS (the agency is there with another founding), FK_ERR_QUOTA (too many agencies), what
 * fk_roster_append() refuses, and the faults of fk_hub_handle(). */
FK_MUST_USE fk_status fk_hub_found(fk_hub *hub, fk_bytes founding_entry, uint64_t now_ms, fk_error *error);

typedef struct fk_hub_report {
    uint32_t agency_count;
    uint64_t entry_count; /* of all rosters */
    uint64_t segment_count;
    uint64_t size_bytes; /* of all segments */
} fk_hub_report;

/* Read everything and compute it again: the database's own check, rosters by their rules, ids, signatures and
 * chains of segments, the chain over the log. Outside a transaction.
 * FK_ERR_DAMAGED: error says what does not fit, without naming anybody; the other faults of fk_hub_handle(). */
FK_MUST_USE fk_status fk_hub_check(fk_hub *hub, fk_hub_report *report_out, fk_error *error);

#endif
