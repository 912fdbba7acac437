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
    fk_buffer *body;        /* of the caller, cleared first */
} fk_hub_reply;

/* Open the store of a hub, make it when it is new (with the hub's own key pair).
 * store: "sqlite:PATH". The random source of fk_crypto_start() must work.
 * FK_ERR_INVALID_INPUT, FK_ERR_NEWER_VERSION, FK_ERR_DAMAGED, FK_ERR_IO, FK_ERR_FULL, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_hub_open(const char *store, const fk_allocator *allocator, fk_hub **hub_out, fk_error *error);
/* Roll back what is open and close. NULL is allowed. */
void fk_hub_close(fk_hub *hub);

FK_MUST_USE fk_status fk_hub_begin(fk_hub *hub);
FK_MUST_USE fk_status fk_hub_commit(fk_hub *hub);
void fk_hub_rollback(fk_hub *hub);

/* Answer one request. Every fault of a request is a reply; a status other than FK_OK (FK_ERR_IO, FK_ERR_FULL,
 * FK_ERR_NO_MEMORY, FK_ERR_DAMAGED) means that the transaction must be rolled back and its requests answered 503. */
FK_MUST_USE fk_status fk_hub_handle(fk_hub *hub, const fk_hub_request *request, fk_hub_reply *reply);

/* Put the founding entry of an agency there: what `fieldkit agency create` does, over HTTP or into the store. */
FK_MUST_USE fk_status fk_hub_found(fk_hub *hub, fk_bytes founding_entry, uint64_t now_ms, fk_error *error);

#endif
