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

/* --- the machine ---------------------------------------------------------------------------------- */

typedef struct fk_sync fk_sync; /* opaque; one for each open vault */

/* Whether an operation of another device says something the schema allows, by an author who had these roles (FK_ROLE_..)
 * when it was sealed. FK_ERR_FORBIDDEN, FK_ERR_INVALID_INPUT and the like when not; FK_ERR_NO_MEMORY is never taken for a
 * refusal. */
typedef fk_status fk_sync_checker(void *ctx, uint32_t roles, const fk_wire_operation *operation);

/* All borrowed for the life of the machine. */
typedef struct fk_sync_config {
    const fk_allocator *allocator;
    fk_store *store;
    const fk_identity *identity;
    const fk_clock *clock;
    fk_sync_checker *check;
    void *check_ctx;
} fk_sync_config;

/* Read what the vault knows of its agency: roster (every entry verified again), names, how far things got.
 *
 * sync_out  on FK_OK release with fk_sync_free(); else NULL.
 * FK_ERR_DAMAGED (what is stored does not verify), FK_ERR_IO, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_sync_new(const fk_sync_config *config, fk_sync **sync_out);
/* Wipes. NULL is allowed. */
void fk_sync_free(fk_sync *sync);

typedef enum fk_sync_phase {
    FK_SYNC_IDLE = 0,
    FK_SYNC_SIGNING_IN = 1,
    FK_SYNC_ROSTER = 2,
    FK_SYNC_TEAM = 3,
    FK_SYNC_SENDING = 4,
    FK_SYNC_FETCHING = 5,
    FK_SYNC_CONFIRMING = 6,
} fk_sync_phase;

/* Start a run, or start anew. FK_ERR_WRONG_STATE: the vault belongs to no agency and wants to join none. */
FK_MUST_USE fk_status fk_sync_begin(fk_sync *sync);
/* Take an answer (header and body, as above) and say what is next. Each answer is stored in one transaction.
 *
 * effect_out  cleared, then an effect, at most FK_EFFECT_SIZE_BYTES_MAX.
 * What hub and network do ends the run with a problem and is no error. FK_ERR_WRONG_STATE (no run, or an answer to
 * nothing), FK_ERR_INVALID_INPUT (bytes that are no answer), and the faults of this device, which end the run as well:
 * FK_ERR_FULL, FK_ERR_IO, FK_ERR_DAMAGED, FK_ERR_NO_MEMORY. */
enum { FK_EFFECT_PATH_SIZE_BYTES_MAX = 64 };
enum {
    FK_EFFECT_SIZE_BYTES_MAX =
        FK_EFFECT_HEADER_SIZE_BYTES + FK_EFFECT_PATH_SIZE_BYTES_MAX + 2 * FK_TOKEN_SIZE_BYTES + FK_BODY_SIZE_BYTES_MAX,
};
FK_MUST_USE fk_status fk_sync_step(fk_sync *sync, fk_bytes answer, fk_buffer *effect_out);
/* End the run with the problem `cancelled`. Nothing that was stored is lost. */
void fk_sync_cancel(fk_sync *sync);

typedef struct fk_sync_state {
    bool is_running;
    fk_sync_phase phase;
    uint32_t done, total;
    fk_code problem; /* FK_OK: none. Of this run, or of the last */
    const char *problem_detail;
    uint32_t retry_after_s; /* the hub asked not to be asked before; at most FK_SYNC_RETRY_AFTER_S_MAX. 0: it did not */
    uint64_t last_synced_ms; /* 0: never */
    bool has_hub_time;       /* signed in since the vault was opened */
    int64_t clock_ahead_ms;  /* of this device, against the hub's */
    bool is_clock_wrong;     /* by more than FK_SYNC_CLOCK_TOLERANCE_MS */
    bool is_forked;          /* another copy of this device went on: nothing is sent until it is another device */
} fk_sync_state;

enum {
    FK_SYNC_CLOCK_TOLERANCE_MS = 5 * 60 * 1000,
    FK_SYNC_RETRY_AFTER_S_MAX = 60 * 60, /* whatever stands between device and hub says */
};

fk_sync_state fk_sync_status(const fk_sync *sync);
/* Milliseconds of this device's clock, corrected by the hub's once it is known. */
uint64_t fk_sync_now_ms(const fk_sync *sync);

/* --- joining an agency ------------------------------------------------------------------------------- */

enum { FK_HUB_ORIGIN_SIZE_BYTES_MAX = 300 };

typedef struct fk_enrol_wish {
    fk_bytes code;                   /* as typed */
    fk_bytes hub;                    /* origin */
    fk_bytes person_name, team_name; /* with a founding code; else empty */
    fk_bytes device_label;
    fk_device_kind device_kind;
} fk_enrol_wish;

/* Want to join: kept in the vault, sent by the next runs. A wish there was is replaced.
 * FK_ERR_WRONG_STATE (belongs to an agency), FK_ERR_CODE_WRONG, FK_ERR_NEWER_VERSION, FK_ERR_INCOMPLETE (error names
 * what a founding code needs), FK_ERR_INVALID_INPUT (a name too long, an origin that is none). */
FK_MUST_USE fk_status fk_sync_enrol(fk_sync *sync, const fk_enrol_wish *wish, bool *is_founding_out, fk_error *error);
/* The person says that the words are the same on both screens. FK_ERR_WRONG_STATE: does not wait. */
FK_MUST_USE fk_status fk_sync_enrol_confirm(fk_sync *sync);
FK_MUST_USE fk_status fk_sync_enrol_cancel(fk_sync *sync);

typedef enum fk_team_state {
    FK_TEAM_ALONE = 0,
    FK_TEAM_WAITING = 1,
    FK_TEAM_MEMBER = 2,
} fk_team_state;

/* Where this device stands. Texts live in the arena. */
typedef struct fk_team_view {
    fk_team_state state;
    fk_id agency; /* unless alone */
    fk_bytes hub; /* unless alone */
    fk_device_kind device_kind;
    fk_code problem; /* while waiting */
    bool is_confirmed;
    bool is_founding;  /* while waiting: there is no second screen to compare words with */
    uint32_t words[8]; /* while waiting */
    fk_id person;      /* of a member, as is all below */
    fk_id team;
    bool is_administrator;
    fk_bytes person_name, team_name;
} fk_team_view;

FK_MUST_USE fk_status fk_sync_team(fk_sync *sync, fk_arena *arena, fk_team_view *view_out);

/* The roster as stored and verified; NULL before the first. Valid until the next step. */
const fk_roster *fk_sync_roster(const fk_sync *sync);
/* Where the next entry stands, for a signer elsewhere. FK_ERR_WRONG_STATE: in no agency. */
FK_MUST_USE fk_status fk_sync_roster_place(const fk_sync *sync, fk_roster_place *place_out);
/* Keep an entry that was signed elsewhere, by root, until the next run has posted it. One that waits is replaced. A run
 * that finds it too late forgets it and tells FK_ERR_HEAD_MOVED: it has to be signed again.
 * FK_ERR_WRONG_STATE (in no agency, or a run is under way), and what fk_roster_append() refuses. */
FK_MUST_USE fk_status fk_sync_roster_offer(fk_sync *sync, fk_bytes entry, fk_error *error);
/* Names opened with the keys that are here; empty when there is none. Valid until the next step. */
fk_bytes fk_sync_name_of(const fk_sync *sync, const fk_id *person_device_or_compartment);
/* Of whom a device is; false when the roster does not know it. */
bool fk_sync_person_of_device(const fk_sync *sync, const fk_id *device, fk_id *person_out);

/* --- letting others join --------------------------------------------------------------------------------- */

enum {
    FK_INVITE_COUNT_MAX = 100,
    FK_INVITE_TEXT_SIZE_BYTES = 80,
    FK_INVITE_LASTS_MS = 24 * 60 * 60 * 1000,
};

typedef enum fk_invite_state {
    FK_INVITE_NEW = 0,
    FK_INVITE_OFFERED = 1,
    FK_INVITE_ASKED = 2,
    FK_INVITE_CONFIRMED = 3,
    FK_INVITE_DONE = 4,
    FK_INVITE_FAILED = 5,
    FK_INVITE_WITHDRAWN = 6,
} fk_invite_state;

typedef struct fk_invite_wish {
    bool is_new_person;
    fk_id person;         /* unless new */
    fk_bytes person_name; /* when new */
    bool is_administrator;
} fk_invite_wish;

typedef struct fk_invite_view {
    fk_id id;
    fk_bytes person_name; /* valid until the visitor returns */
    fk_invite_state state;
    char code[FK_INVITE_TEXT_SIZE_BYTES]; /* empty once it is worth nothing */
    bool has_words;
    uint32_t words[8];
    uint64_t expires_ms;
    fk_code problem;
} fk_invite_view;

/* Make a code. FK_ERR_FORBIDDEN (not an administrator's device), FK_ERR_NOT_FOUND (person), FK_ERR_INCOMPLETE (name),
 * FK_ERR_INVALID_INPUT (name too long), FK_ERR_TOO_LARGE (too many open ones). */
FK_MUST_USE fk_status fk_sync_invite(fk_sync *sync, const fk_invite_wish *wish, fk_invite_view *view_out);
typedef fk_status fk_invite_visitor(void *ctx, const fk_invite_view *view);
/* Newest first. */
FK_MUST_USE fk_status fk_sync_invites(fk_sync *sync, fk_invite_visitor *visitor, void *ctx);
/* FK_ERR_NOT_FOUND, FK_ERR_WRONG_STATE (nobody has asked yet; or it is over). */
FK_MUST_USE fk_status fk_sync_invite_confirm(fk_sync *sync, const fk_id *invite);
FK_MUST_USE fk_status fk_sync_invite_withdraw(fk_sync *sync, const fk_id *invite);

#endif
