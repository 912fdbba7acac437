/* fk/session.h — one vault, one worker, one command at a time.
 *
 * The only module that knows everything: it opens the vault, runs the command handlers and writes
 * their replies. Hosts (wasm, CLI, tests) give it the outside through fk_host and then only call.
 * Threading: none. Several sessions may live in one process, each on its own disk. */
#ifndef FK_SESSION_H
#define FK_SESSION_H

#include "fk/port.h"
#include "fk/protocol_gen.h"

enum {
    FK_SESSION_REQUEST_SIZE_BYTES_MAX = FK_PROTOCOL_REQUEST_BYTES_MAX,
    FK_SESSION_REPLY_SIZE_BYTES_MAX = FK_PROTOCOL_REPLY_BYTES_MAX,
    FK_SESSION_CALL_MEMORY_BYTES_MAX = 32 * 1024 * 1024
};

/* Borrowed by the session for its whole life. */
typedef struct fk_host {
    const fk_allocator *allocator;
    const fk_disk *disk;
    const fk_clock *clock;
    const fk_random *random;
    /* A person sits before it: an open vault locks by time (fk/lock.h). False for programs that end by themselves. */
    bool is_attended;
    /* A second set of the same six files, for a test restore and for copying the vault; the host says when it stands
     * for which directory. NULL: there is none, and the commands that need it answer FK_ERR_WRONG_STATE. */
    const fk_disk *other_disk;
} fk_host;

typedef struct fk_session fk_session; /* opaque */

/* Make a session. It answers only core.start until that succeeded.
 *
 * session_out  on FK_OK owned by the caller, release with fk_session_free(); else NULL.
 * Fails with FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_session_new(const fk_host *host, fk_session **session_out);

/* Lock (wipes every key), close and release. NULL is allowed. */
void fk_session_free(fk_session *session);

/* Run one command of protocol.json.
 *
 * request    JSON, or the raw bytes the command asks for; borrowed for the call.
 * reply_out  cleared, then {"ok":true,"reply":{..}} or {"ok":false,"error":{"code","detail"}}.
 * Fails only when not even an error reply could be written (FK_ERR_NO_MEMORY). */
FK_MUST_USE fk_status fk_session_call(fk_session *session, uint32_t command_id, fk_bytes request,
                                      fk_buffer *reply_out);

#endif
