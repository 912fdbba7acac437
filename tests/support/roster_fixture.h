/* roster_fixture.h — an agency for tests of the roster: root, founder, a colleague, and entries by whom one wants. */
#ifndef FK_ROSTER_FIXTURE_H
#define FK_ROSTER_FIXTURE_H

#include "fk/roster.h"
#include "seeded_random.h"

enum {
    FIXTURE_MADE_MS = 1000000,
    FIXTURE_EXPIRES_MS = 2000000,
};

typedef struct roster_fixture {
    seeded_random generator;
    fk_roster *roster;
    fk_id agency;
    fk_identity root;
    fk_identity founding;
    fk_identity founder; /* the founder's device */
    fk_identity worker;  /* the colleague's */
    fk_id founder_person, worker_person;
    fk_id founder_device, worker_device;
    fk_id everybody; /* the agency-wide compartment */
    fk_id team;
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX]; /* made last */
    fk_buffer *added;                              /* not NULL: collects the bytes of each entry that is appended */
} roster_fixture;

/* Keys and ids from a seed, and an empty roster. fk_crypto_start() is done here. */
void roster_fixture_begin(roster_fixture *fixture, uint64_t seed, const fk_allocator *allocator);
void roster_fixture_end(roster_fixture *fixture);

/* An entry that follows the head; valid until the next is made. */
fk_bytes roster_fixture_make(roster_fixture *fixture, const fk_identity *signer, const fk_roster_payload *payload);
/* The same with header and payload given raw; the signature is right. */
fk_bytes roster_fixture_make_raw(roster_fixture *fixture, const fk_identity *signer, const fk_roster_header *header,
                                 fk_bytes payload);
/* Make and append. */
fk_status roster_fixture_add(roster_fixture *fixture, const fk_identity *signer, const fk_roster_payload *payload);
/* Raw header of the next entry, kind and payload size 0. */
fk_roster_header roster_fixture_header(const roster_fixture *fixture, const fk_identity *signer);

fk_roster_payload roster_founding(const roster_fixture *fixture);
fk_roster_payload roster_device(const fk_id *device, const fk_id *person, const fk_identity *keys, fk_device_kind kind);
fk_roster_payload roster_person(const fk_id *person);
fk_roster_payload roster_role(const fk_id *person, uint32_t roles);
fk_roster_payload roster_compartment(const fk_id *compartment, fk_compartment_kind kind);
fk_roster_payload roster_membership(const fk_id *compartment, const fk_id *person, bool is_member);
fk_roster_payload roster_epoch(const fk_id *compartment, uint32_t number);
/* Of the box key of these. */
fk_roster_payload roster_recovery_key(const fk_identity *keys);

enum { ROSTER_FOUNDED_COUNT = 9, ROSTER_JOINED_COUNT = 14 };
/* The entries of docs/adr/0010: founding (9), then founding and a colleague (14). Stops at the first refusal. */
fk_status roster_fixture_found(roster_fixture *fixture);
fk_status roster_fixture_join(roster_fixture *fixture);
/* The second part of it. */
fk_status roster_fixture_add_worker(roster_fixture *fixture);

/* A digest over everything the roster's functions say. */
void roster_fixture_digest(const fk_roster *roster, fk_digest *digest_out);

#endif
