/* sync_internal.h — what the steps of a run share. */
#ifndef FK_SYNC_INTERNAL_H
#define FK_SYNC_INTERNAL_H

#include "fk/enrol_code.h"
#include "fk/sync.h"

/* --- what is kept between runs ------------------------------------------------------------------ */

/* How far things got with the hub; one value of the vault, written with the answer that moved it. */
typedef struct fk_sync_facts {
    bool is_member;
    fk_id agency;
    bool has_hub_key;
    uint8_t hub_key[FK_WIRE_KEY_SIZE_BYTES]; /* pinned at first contact */
    uint64_t log_number;                     /* newest known place in the hub's log, and its hash */
    fk_digest log_hash;
    uint64_t pull_after;
    uint64_t pushed_number; /* of the hub's log when it took own segments; 0: nothing since the log was last read */
    uint64_t grants_after;
    uint32_t granted_count;   /* roster entries whose new devices were given the keys held here */
    uint32_t roster_wanted;   /* a colleague has seen the roster up to this index */
    uint64_t frontier_number; /* of the newest own frontier */
    fk_digest frontier_hash;  /* of what it said */
    uint64_t frontier_ms;     /* when the hub took it; 0: it has not yet */
    uint64_t last_synced_ms;
    uint64_t have_ms;    /* when lists of chains were last compared */
    bool is_heal_wanted; /* the hub's log is another one, or a piece of a chain is missing */
    bool is_forked;      /* the hub holds another chain of this device: nothing is sent any more */
    uint8_t problem;     /* fk_code of the last run */
} fk_sync_facts;

FK_MUST_USE fk_status fk_facts_load(fk_store *store, const fk_allocator *allocator, fk_sync_facts *facts_out);
/* Inside a transaction. */
FK_MUST_USE fk_status fk_facts_save(fk_store *store, const fk_allocator *allocator, const fk_sync_facts *facts);

/* The last millisecond of the year 9999: what a hub calls its time is no more. */
#define FK_SYNC_TIME_MS_MAX UINT64_C(253402300799999)

enum {
    FK_META_SIZE_BYTES_MAX = 256 * 1024,
    FK_META_ARENA_SIZE_BYTES = FK_META_SIZE_BYTES_MAX + 4096,
};

/* A wish to join, until it is fulfilled or given up. Wipe it: it holds keys. */
typedef struct fk_enrolment {
    bool is_there;
    fk_enrol_code code;
    fk_device_kind device_kind;
    bool is_confirmed; /* the words, by the person here */
    uint8_t problem;   /* fk_code */
    uint8_t person_name_size, team_name_size, label_size;
    char person_name[FK_NAME_SIZE_BYTES_MAX];
    char team_name[FK_NAME_SIZE_BYTES_MAX];
    char label[FK_NAME_SIZE_BYTES_MAX];
    /* Made with the wish, so that each try posts the same: founding only. */
    fk_id agency_compartment, team;
    fk_key agency_key, team_key;
} fk_enrolment;

FK_MUST_USE fk_status fk_enrolment_load(fk_store *store, const fk_allocator *allocator, fk_enrolment *enrolment_out);
FK_MUST_USE fk_status fk_enrolment_save(fk_store *store, const fk_allocator *allocator, const fk_enrolment *enrolment);
/* What the device says of itself under the code, signed. */
void fk_enrolment_request(const fk_enrolment *enrolment, const fk_id *device, const fk_identity *identity,
                          fk_enrol_request *request_out);

/* One invitation. Wipe it: the token is a secret. */
typedef struct fk_invite {
    fk_id id;
    fk_enrol_code code;
    fk_id token_id;
    uint64_t expires_ms;
    fk_id person;
    bool is_new_person;
    bool is_administrator;
    uint8_t name_size;
    char name[FK_NAME_SIZE_BYTES_MAX];
    uint8_t state;      /* fk_invite_state */
    bool is_hub_untold; /* withdrawn, and the hub does not know yet */
    uint8_t problem;    /* fk_code */
    fk_id device;       /* from asked on, as are the three below */
    uint8_t signing_key[FK_WIRE_KEY_SIZE_BYTES];
    uint8_t box_key[FK_WIRE_KEY_SIZE_BYTES];
    uint8_t device_kind;
} fk_invite;

typedef struct fk_invite_list {
    const fk_allocator *allocator;
    size_t count;
    fk_invite *items; /* room for FK_INVITE_COUNT_MAX; oldest first */
} fk_invite_list;

/* Release with fk_invite_list_free(), which wipes. */
FK_MUST_USE fk_status fk_invite_list_load(fk_store *store, const fk_allocator *allocator, fk_invite_list *list_out);
FK_MUST_USE fk_status fk_invite_list_save(fk_store *store, const fk_invite_list *list);
void fk_invite_list_free(fk_invite_list *list);

/* --- the machine -------------------------------------------------------------------------------- */

typedef struct fk_name_row {
    fk_id id;
    uint8_t size_bytes;
    uint8_t text[FK_NAME_SIZE_BYTES_MAX];
} fk_name_row;

typedef struct fk_names {
    fk_name_row *rows;
    size_t count;
} fk_names;

/* One own segment under way to the hub. */
typedef struct fk_sent_place {
    uint32_t compartment;
    fk_id device;
    uint64_t first_sequence;
    uint64_t last_sequence;
} fk_sent_place;

typedef struct fk_offer {
    fk_id device;
    uint64_t after; /* what the hub has of that chain */
} fk_offer;

typedef struct fk_request_plan {
    bool is_post;
    bool has_token;
    char path[FK_EFFECT_PATH_SIZE_BYTES_MAX];
    fk_buffer body;
} fk_request_plan;

struct fk_sync {
    fk_sync_config config;
    fk_roster *roster; /* what the store holds; NULL: nothing */
    fk_names names;
    fk_sync_facts facts;
    fk_sync_facts facts_stored;

    bool has_hub_time;
    int64_t clock_ahead_ms;
    char problem_detail[120];
    uint32_t retry_after_s; /* what the hub asked for in the run under way or the last; 0: nothing */

    /* of the run under way */
    fk_id agency;
    bool is_running;
    bool is_asking; /* a request is out */
    size_t phase;   /* in the table of phases */
    bool is_jump;   /* a step chose the phase that comes next */
    uint32_t done, total;
    fk_code fault;    /* what ends the run: of hub or network */
    fk_code noted;    /* what is told at the end, though the run goes on */
    char detail[120]; /* of fault or noted */
    fk_request_plan request;
    uint8_t challenge[FK_CHALLENGE_SIZE_BYTES];
    uint8_t token[FK_TOKEN_SIZE_BYTES];
    bool has_token;
    unsigned sign_in_count, roster_count, head_moved_count, other_log_count, roster_again_count, gap_count;
    bool is_enrol_asked, is_roster_fresh, is_requests_read, is_grants_read, is_frontier_posted, is_frontiers_read;
    bool is_sending_over; /* quota, fork: nothing more in this run */
    bool is_one_by_one;   /* the hub refused several segments at once: which of them it was is to be found */
    fk_code push_refusal; /* of a request with one segment, to be kept with it */
    bool is_pull_over;
    bool is_have_done, is_healing, is_heal_over;
    bool has_lacking; /* a colleague holds this, and it is not here */
    fk_frontier_entry lacking;
    bool is_roster_lacking;        /* at the hub, from the entry below on */
    uint32_t roster_returned_from; /* 0: nothing was missing there in this run */
    bool is_code_over;             /* the code is used or expired: signing in tells whether it was by this device */
    fk_id invite;                  /* whose request is out */
    uint32_t granting_count;       /* roster entries that count as given once the answer is there */
    fk_digest frontier_hash;       /* of the frontier under way */
    size_t taken_bytes;            /* in the transaction that is open */
    size_t sent_count;
    fk_sent_place sent[FK_PUSH_SEGMENT_COUNT_MAX];
    size_t offer_count, offer_index;
    fk_offer *offers; /* FK_HAVE_CHAIN_COUNT_MAX, while the hub is being healed */
};

/* A roster built again from the store, to which entries can be added before they are stored.
 * FK_ERR_DAMAGED when what is stored does not verify. */
FK_MUST_USE fk_status fk_sync_roster_copy(const fk_sync *sync, const fk_id *agency, fk_roster **roster_out);
/* Verify the entries of a frame on top of those that are stored; then sync->roster is the longer one, and the new ones
 * are stored if they are to be kept: a device that only waits keeps none. By fk_sync_refuse(): FK_ERR_FORK (another
 * entry at an index we have), FK_ERR_OTHER_HUB (one the rules forbid). */
FK_MUST_USE fk_status fk_sync_roster_take(fk_sync *sync, const fk_id *agency, uint32_t count, fk_bytes rest,
                                          bool is_kept);
/* sync->roster as the store has it, after a transaction was rolled back. */
FK_MUST_USE fk_status fk_sync_roster_reload(fk_sync *sync);

/* End the run with this, told as the hub's or the network's; what the answer changed is rolled back. */
FK_MUST_USE fk_status fk_sync_refuse(fk_sync *sync, fk_code code, const char *detail);
/* Tell this at the end and go on. The first stays. */
void fk_sync_note(fk_sync *sync, fk_code code, const char *detail);

/* After each segment: begin another transaction when this one holds much. What was taken so far is complete in itself.
 */
FK_MUST_USE fk_status fk_sync_checkpoint(fk_sync *sync, size_t taken_bytes);

/* The wanted compartment, its newest epoch and the key: FK_ERR_NOT_FOUND when no key is here. Wipe the key. */
const fk_roster_compartment_row *fk_sync_compartment_of_kind(const fk_sync *sync, fk_compartment_kind kind);
FK_MUST_USE fk_status fk_sync_newest_key(const fk_sync *sync, const fk_id *compartment, uint32_t *epoch_out,
                                         fk_key *key_out);
const fk_id *fk_sync_device(const fk_sync *sync);
/* This device's row; NULL until the roster knows it with these very keys. */
const fk_roster_device_row *fk_sync_own_row(const fk_sync *sync);
bool fk_sync_is_administrator(const fk_sync *sync);

/* --- requests and hashes -------------------------------------------------------------------------- */

/* Begin a request: the body holds the frame header. count as in fk/messages.h. */
FK_MUST_USE fk_status fk_request_post(fk_sync *sync, const char *path, bool has_token, fk_frame_kind kind,
                                      uint32_t count);
void fk_request_get(fk_sync *sync, const char *path, uint64_t after);
/* The count of a frame that was begun before it was known. */
void fk_request_set_count(fk_sync *sync, fk_frame_kind kind, uint32_t count);
FK_MUST_USE fk_status fk_append_u64(fk_buffer *buffer, uint64_t value);
FK_MUST_USE fk_status fk_append_u32(fk_buffer *buffer, uint32_t value);
FK_MUST_USE fk_status fk_append_id(fk_buffer *buffer, const fk_id *id);

/* header || BLAKE2b-256(sealed body): what is signed. */
enum { FK_SEGMENT_SIGNED_SIZE_BYTES = FK_SEGMENT_HEADER_SIZE_BYTES + FK_DIGEST_SIZE_BYTES };
void fk_segment_signed(const fk_segment *segment, uint8_t signed_out[FK_SEGMENT_SIGNED_SIZE_BYTES]);
void fk_segment_id(const fk_segment *segment, fk_digest *id_out);

/* Entries on their way to POST /v1/roster, each following the one before. */
typedef struct fk_entries {
    fk_sync *sync;
    fk_roster *roster; /* that they are added to: of the caller */
    uint64_t made_ms;
    uint32_t count;
} fk_entries;

/* Begin the request; the caller then sets entries_out->roster, which ends where sync->roster does. */
FK_MUST_USE fk_status fk_entries_begin(fk_sync *sync, bool has_token, uint64_t made_ms, fk_entries *entries_out);
FK_MUST_USE fk_status fk_entry_add(fk_entries *entries, const fk_roster_payload *payload, const fk_identity *signer);
/* head-moved, and not too often yet: read the roster and sign again. */
bool fk_head_moved(fk_sync *sync, fk_code code);

/* --- names ----------------------------------------------------------------------------------------- */

void fk_name_seal(const fk_key *key, uint32_t epoch, const fk_id *agency, const fk_id *named, fk_bytes text,
                  fk_sealed_name *name_out);
FK_MUST_USE fk_status fk_name_open(const fk_key *key, const fk_id *agency, const fk_id *named,
                                   const fk_sealed_name *name, fk_name_row *row_out);
/* Open what can be opened. */
FK_MUST_USE fk_status fk_names_load(fk_sync *sync);
void fk_names_free(fk_sync *sync);

/* --- steps ------------------------------------------------------------------------------------------ */

/* ask: whether there is something to request; then sync->request says what. answer: take what came.
 * Both run inside a transaction. */
typedef fk_status fk_ask(fk_sync *sync, bool *has_request_out);
typedef fk_status fk_answer(fk_sync *sync, const fk_frame *frame);
/* An error of the hub that the step knows what to do with: true when it is dealt with. */
typedef bool fk_answer_refused(fk_sync *sync, fk_code code);

typedef enum fk_phase_index {
    FK_PHASE_ENROL,
    FK_PHASE_FOUND,
    FK_PHASE_CHALLENGE,
    FK_PHASE_AUTH,
    FK_PHASE_ROSTER,
    FK_PHASE_RETURN_ROSTER,
    FK_PHASE_OFFERED,
    FK_PHASE_OFFER_CODE,
    FK_PHASE_WITHDRAW_CODE,
    FK_PHASE_READ_REQUESTS,
    FK_PHASE_ADMIT,
    FK_PHASE_GIVE,
    FK_PHASE_GRANTS,
    FK_PHASE_PUSH,
    FK_PHASE_HAVE,
    FK_PHASE_HEAL,
    FK_PHASE_PULL,
    FK_PHASE_POST_FRONTIER,
    FK_PHASE_READ_FRONTIERS,
    FK_PHASE_COUNT,
} fk_phase_index;

/* Go on with that phase instead of the next. */
void fk_sync_jump(fk_sync *sync, fk_phase_index phase);

fk_ask fk_ask_enrol, fk_ask_found, fk_ask_challenge, fk_ask_auth, fk_ask_roster, fk_ask_return_roster, fk_ask_offered,
    fk_ask_offer_code, fk_ask_withdraw_code, fk_ask_read_requests, fk_ask_admit, fk_ask_give, fk_ask_grants,
    fk_ask_push, fk_ask_have, fk_ask_heal, fk_ask_pull, fk_ask_post_frontier, fk_ask_read_frontiers;
fk_answer fk_answer_enrol, fk_answer_found, fk_answer_challenge, fk_answer_auth, fk_answer_roster,
    fk_answer_return_roster, fk_answer_offered, fk_answer_offer_code, fk_answer_withdraw_code, fk_answer_read_requests,
    fk_answer_admit, fk_answer_give, fk_answer_grants, fk_answer_push, fk_answer_have, fk_answer_heal, fk_answer_pull,
    fk_answer_post_frontier, fk_answer_read_frontiers;
fk_answer_refused fk_refused_enrol, fk_refused_found, fk_refused_auth, fk_refused_return_roster, fk_refused_offered,
    fk_refused_offer_code, fk_refused_admit, fk_refused_push, fk_refused_heal;
/* A step the others do not depend on: what the hub refused is told at the end of the run, which goes on with the next
 * step. What concerns every request (busy, token, another hub) still ends it. */
fk_answer_refused fk_refused_alone;
bool fk_is_of_one_request(fk_code code);

/* Keep why joining does not go on. */
void fk_enrolment_note(fk_sync *sync, fk_code code);
/* Invitations whose device the roster knows are done. */
FK_MUST_USE fk_status fk_invites_settle(fk_sync *sync);

/* Seal what no segment holds yet, about as much as one request takes. */
FK_MUST_USE fk_status fk_seal_some(fk_sync *sync);

/* A push body: begin, visit segments of the store with the visitor (ctx: the fk_sync), end with what the visit said. */
FK_MUST_USE fk_status fk_push_begin(fk_sync *sync);
extern fk_segment_visitor *const fk_push_visitor;
FK_MUST_USE fk_status fk_push_end(fk_sync *sync, fk_status visited, bool *has_request_out);
/* What became of each of sync->sent. */
FK_MUST_USE fk_status fk_pushed_read(fk_sync *sync, const fk_frame *frame,
                                     fk_code codes_out[FK_PUSH_SEGMENT_COUNT_MAX]);

/* Go back to reading the roster: it may hold more by now, or less than ours. */
void fk_roster_read_again(fk_sync *sync);

/* The hub's roster ends at that index and ours goes on: give it the rest. By fk_sync_refuse(): FK_ERR_FORK (it was
 * given that in this run already). */
FK_MUST_USE fk_status fk_roster_return_wish(fk_sync *sync, uint32_t head);

/* Everything is to be compared, offered and asked for again. */
void fk_heal_wish(fk_sync *sync);

/* One segment as it came. size_out: of what it held, inflated. */
FK_MUST_USE fk_status fk_segment_take(fk_sync *sync, const fk_segment *segment, size_t *size_out);
/* Try those again that waited for a key or a roster entry. */
FK_MUST_USE fk_status fk_waiting_retry(fk_sync *sync);

#endif
