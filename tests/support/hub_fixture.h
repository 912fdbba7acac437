/* hub_fixture.h — a hub on a file of its own, an agency of two devices, and requests of any kind. */
#ifndef FK_HUB_FIXTURE_H
#define FK_HUB_FIXTURE_H

#include "fk/hub_core.h"
#include "fk/messages.h"
#include "roster_fixture.h"

enum { HUB_TOKEN_HEX_SIZE = 2 * FK_TOKEN_SIZE_BYTES, HUB_PATH_SIZE = 64 };

/* Where a device's chain in one compartment stands. */
typedef struct hub_chain {
    const fk_identity *keys;
    fk_id device;
    fk_id compartment;
    uint64_t next_sequence;
    fk_digest last_id;
} hub_chain;

typedef struct hub_fixture {
    roster_fixture team; /* its roster is what the agency should have */
    fk_hub *hub;
    char folder[HUB_PATH_SIZE];
    char store[HUB_PATH_SIZE + 32];
    uint64_t now_ms;
    fk_buffer request; /* the body being made */
    fk_buffer reply;
    fk_hub_reply answer; /* of the last request */
    char founder_token[HUB_TOKEN_HEX_SIZE + 1];
    char worker_token[HUB_TOKEN_HEX_SIZE + 1];
    hub_chain founder_chain, worker_chain; /* in the team */
} hub_fixture;

/* A new store with a founded agency; nobody has joined. */
void hub_fixture_begin(hub_fixture *fixture, uint64_t seed);
/* Remove the files too. */
void hub_fixture_end(hub_fixture *fixture);
/* Close without committing what is open, and open again, as after a crash. allocator: of the new hub. */
fk_status hub_fixture_restart(hub_fixture *fixture, const fk_allocator *allocator);
/* Founder and worker are in the roster and signed in. */
void hub_fixture_join(hub_fixture *fixture);

/* --- requests ------------------------------------------------------------------------------------- */

/* One request in a transaction of its own. The answer is in fixture->answer; its code comes back: FK_OK, or what the
 * error frame says. A fault of the hub asserts. token may be "". */
fk_code hub_get(hub_fixture *fixture, const char *path, const char *query, const char *token);
/* The body is fixture->request, which hub_frame() began. */
fk_code hub_post(hub_fixture *fixture, const char *path, const char *token);
/* The same without begin and commit: the caller has them. */
fk_status hub_handle(hub_fixture *fixture, bool is_post, const char *path, const char *query, const char *token,
                     fk_code *code_out);

void hub_frame(hub_fixture *fixture, fk_frame_kind kind, uint32_t count);
void hub_add(hub_fixture *fixture, const void *bytes, size_t size_bytes);
void hub_add_id(hub_fixture *fixture, const fk_id *id);
void hub_add_u32(hub_fixture *fixture, uint32_t value);
void hub_add_u64(hub_fixture *fixture, uint64_t value);
/* What the last reply holds after its header and that many bytes. */
fk_bytes hub_reply_rest(const hub_fixture *fixture, size_t offset_bytes);
uint32_t hub_reply_count(const hub_fixture *fixture);

/* Challenge, signature, token. */
fk_code hub_sign_in(hub_fixture *fixture, const fk_id *device, const fk_identity *keys,
                    char token_out[HUB_TOKEN_HEX_SIZE + 1]);
/* The frame ROSTER_ADD after the entry at head, with entries of any number. */
fk_code hub_post_roster(hub_fixture *fixture, uint32_t head, fk_bytes entries, uint32_t count, const char *token);

/* --- segments --------------------------------------------------------------------------------------- */

/* Sealed bytes of no meaning with a right header and signature; the chain goes on. Whole bytes, valid until the next.
 */
fk_bytes hub_make_segment(hub_fixture *fixture, hub_chain *chain, uint16_t operation_count);
/* The same with a header given; only nonce, sizes and signature are made here. */
fk_bytes hub_make_segment_of(hub_fixture *fixture, const fk_segment_header *header, const fk_identity *keys);
fk_segment_header hub_segment_header(const hub_fixture *fixture, const hub_chain *chain, uint16_t operation_count);
fk_digest hub_segment_id(const fk_segment *segment);
/* Push one segment. Its outcome, or the code of the refused request. */
fk_code hub_push_one(hub_fixture *fixture, fk_bytes segment, const char *token, uint64_t *number_out);
/* Rows of the segments pulled by a device from the start, all compartments of the team. */
uint32_t hub_pull_count(hub_fixture *fixture, const char *token, uint64_t after);

#endif
