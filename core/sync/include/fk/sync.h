/* fk/sync.h — one run against the hub: bytes in, bytes and effects out, no network inside.
 *
 * The machine looks at what the vault wants (an enrolment begun, an invitation open, operations
 * unsent) and says which request comes next; the host sends it and brings the answer. Everything
 * wanted stands in the vault before it is asked for, so a run can be cut anywhere, on either side,
 * and the next one goes on (docs/adr/0010). Threading: none. */
#ifndef FK_SYNC_H
#define FK_SYNC_H

#include "fk/identity.h"
#include "fk/messages.h"
#include "fk/roster.h"
#include "fk/store_sync.h"

typedef enum fk_answer_kind {
    FK_ANSWER_NONE = 0, /* the first step of a run */
    FK_ANSWER_HTTP = 1,
    FK_ANSWER_UNREACHABLE = 2, /* no connection, name not found, refused, TLS */
    FK_ANSWER_TIMED_OUT = 3,
    FK_ANSWER_CUT = 4,       /* the answer ended early or was larger than FK_BODY_SIZE_BYTES_MAX + 4,096 */
    FK_ANSWER_CANCELLED = 5, /* the person, or the lock */
} fk_answer_kind;

/* How a host hands an answer to the command sync.step: kind u8 | reserved u8 | HTTP status u16 |
 * retry after, seconds u32 | body. */
enum { FK_ANSWER_HEADER_SIZE_BYTES = 8 };

typedef enum fk_effect_kind {
    FK_EFFECT_REQUEST = 1,
    FK_EFFECT_DONE = 2, /* the run is over; sync.status says how */
} fk_effect_kind;

/* What sync.step replies, not JSON: marker u8 0 | kind u8 | method u8 (1 GET, 2 POST) | has token u8 | reserved u32 |
 * path size u16 | reserved u16 | body size u32 | path (with query) | token, 64 hex digits, if any | body.
 * An error reply is JSON and begins with '{'. */
enum { FK_EFFECT_HEADER_SIZE_BYTES = 16 };

#endif
