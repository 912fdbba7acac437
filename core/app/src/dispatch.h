/* dispatch.h — from bytes to a handler and back. */
#ifndef FK_DISPATCH_H
#define FK_DISPATCH_H

#include "fk/session.h"

/* Decode the request, run the command's handler, encode its reply.
 *
 * request    borrowed for the call.
 * arena      for the request, the handler and its reply; reset by the caller.
 * reply_out  empty; on FK_OK it holds {"ok":true,"reply":{..}}, on any error it is empty again and the caller writes
 *            fk_reply_encode_error().
 * error      filled on failure.
 *
 * FK_ERR_UNKNOWN_COMMAND, the errors of fk_request_decode() and fk_reply_encode(), and those of the handler. */
FK_MUST_USE fk_status fk_dispatch(fk_session *session, uint32_t command_id, fk_bytes request, fk_arena *arena,
                                  fk_buffer *reply_out, fk_error *error);

#endif
