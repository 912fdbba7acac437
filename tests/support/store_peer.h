/* store_peer.h — several stores in one test that exchange segments without a hub, without sealing them.
 *
 * A peer is a real store on a memory disk, in the home compartment of one team. What it "seals" is cut into segments by
 * the rules of fk/store_sync.h and kept as plain operations in an arena of the test. */
#ifndef FK_STORE_PEER_H
#define FK_STORE_PEER_H

#include "fk/store_sync.h"

#include "memory_disk.h"
#include "seeded_random.h"

extern const fk_id store_peer_team;

typedef struct store_peer {
    memory_disk *disk;
    fk_vault_keys keys;
    fk_store_config config;
    fk_store *store;
} store_peer;

/* fk_crypto_start() was called. The store has its team's id. */
void store_peer_open(store_peer *peer, const fk_allocator *allocator);
void store_peer_reopen(store_peer *peer);
void store_peer_close(store_peer *peer);

/* Several at once, with everything random from a seed; the arena, of at most 256 MiB, is for their segments. */
void store_peers_begin(store_peer *peers, size_t count, seeded_random *random, uint64_t seed, fk_arena *arena);
void store_peers_end(store_peer *peers, size_t count, fk_arena *arena);

typedef struct peer_write {
    fk_id case_id;
    fk_id record;
    const char *type;
    const char *field;
    const char *value; /* NULL: taken away */
    fk_bytes over;
    uint64_t time_ms;
} peer_write;

/* One operation in a transaction of its own, with a random mutation. Returns its sequence. */
uint64_t store_peer_write(store_peer *peer, const peer_write *write);
/* The same with `over` naming every current write of others. */
uint64_t store_peer_replace(store_peer *peer, const peer_write *write);

typedef struct peer_segment {
    fk_remote_segment remote; /* views into the arena */
    fk_digest id;
} peer_segment;

typedef struct peer_segments {
    peer_segment *items;
    size_t count;
    size_t capacity;
} peer_segments;

/* Seal everything that is not, at most operation_count_max in one, and add the segments to the list. */
void store_peer_seal(store_peer *peer, size_t operation_count_max, fk_arena *arena, peer_segments *list);
/* Take a segment in, in a transaction of its own. Answers what fk_store_apply answers; rolled back on failure. */
fk_status store_peer_take(store_peer *peer, const peer_segment *segment, uint64_t now_ms, uint32_t *ignored_out);

/* The dump of the derived tables; free the buffer. */
void store_peer_dump(store_peer *peer, fk_buffer *dump_out);
/* 16 bytes of a kind and a number. */
fk_id peer_id(uint8_t kind, unsigned number);

#endif
