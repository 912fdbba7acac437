/* http_client.h — one hub over HTTP: a request out, an answer in. The only user of curl.h.
 *
 * TLS certificates are checked, redirects are not followed, no other scheme than http and https is
 * spoken, an answer larger than the hub may send is cut off, and nothing waits longer than 30 s
 * without a byte. What was sent and got is never logged. */
#ifndef FK_HTTP_CLIENT_H
#define FK_HTTP_CLIENT_H

#include "fk/sync.h"

enum {
    FK_HTTP_ORIGIN_SIZE_BYTES_MAX = 300,
    FK_HTTP_REPLY_SIZE_BYTES_MAX = FK_BODY_SIZE_BYTES_MAX + 4096,
};

typedef struct fk_http_client fk_http_client; /* opaque */

typedef struct fk_http_request {
    bool is_post;
    fk_bytes path;  /* with its query */
    fk_bytes token; /* hex; may be empty */
    fk_bytes body;  /* of a POST */
} fk_http_request;

typedef struct fk_http_reply {
    fk_answer_kind kind; /* HTTP, UNREACHABLE, TIMED_OUT or CUT */
    uint16_t http_status;
    uint32_t retry_after_s;
} fk_http_reply;

/* origin: scheme, host, maybe a port, maybe one slash; copied. Release with fk_http_client_free().
 * FK_ERR_INVALID_INPUT (error: "hub"), FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_http_client_new(fk_bytes origin, fk_http_client **client_out, fk_error *error);
void fk_http_client_free(fk_http_client *client);

/* Send and wait. The body of the answer is appended to body, which has room for FK_HTTP_REPLY_SIZE_BYTES_MAX more and
 * is as it was when the kind is not HTTP. FK_ERR_NO_MEMORY; everything the network does is a kind of answer. */
FK_MUST_USE fk_status fk_http_send(fk_http_client *client, const fk_http_request *request, fk_buffer *body,
                                   fk_http_reply *reply_out);

#endif
