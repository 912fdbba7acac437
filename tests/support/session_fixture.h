/* session_fixture.h — a session on a memory disk, driven through the border as the app does. */
#ifndef FK_SESSION_FIXTURE_H
#define FK_SESSION_FIXTURE_H

#include "fk/session.h"

#include "memory_disk.h"
#include "seeded_random.h"

enum { TEXT_SIZE_MAX = 64 * 1024 };

extern const uint8_t right_key[32];
extern const uint8_t wrong_key[32];

/* Ids in requests are written short and spelled out here: case C, people V and P ... */
#define ID_CASE "c0000000000000000000000000000001"
#define ID_VICTIM "a0000000000000000000000000000001"
#define ID_PERPETRATOR "a0000000000000000000000000000002"
#define ID_CHILD "a0000000000000000000000000000003"
#define ID_ASSESSMENT "d0000000000000000000000000000001"
#define ID_EVALUATION "e0000000000000000000000000000001"
#define ID_PLAN "b0000000000000000000000000000001"
#define ID_REFERRAL "f0000000000000000000000000000001"

typedef struct fixture {
    memory_disk *disk;
    memory_disk *other_disk; /* NULL unless the test makes one before fixture_open() */
    fk_clock clock;
    seeded_random random;
    fk_random random_port;
    fk_host host;
    bool is_attended; /* for fk_host */
    fk_session *session;
    fk_buffer reply;
    unsigned mutation_count;
} fixture;

/* A session on an empty memory disk; no command has run. */
void fixture_init(fixture *f);
/* The same before a person, with a clock of the test. */
void fixture_init_attended(fixture *f, fk_clock clock);
/* A session on the disk there is, with that allocator. */
void fixture_open(fixture *f, const fk_allocator *allocator);
void fixture_free(fixture *f);
/* The reply, NUL-terminated so that tests can search it; valid until the next call. */
const char *call(fixture *f, const char *command, const char *request);
const char *call_bytes(fixture *f, const char *command, fk_bytes request);
/* The same with a passphrase key as its only secret (fk/secrets.h). */
const char *call_key(fixture *f, const char *command, const uint8_t key[32]);
bool is_ok(const char *reply);
bool has(const char *reply, const char *piece);
/* draft.save with changes made by CHANGE(). */
const char *save(fixture *f, const char *type, const char *record, const char *changes);
/* draft.commit of quoted ids. */
const char *commit(fixture *f, const char *records);
/* document.complete, on 2026-09-21. */
const char *complete(fixture *f, const char *record);
/* core.start and an open vault. */
void make_vault(fixture *f);
void add_person(fixture *f, const char *record, const char *party, const char *name, const char *role,
                const char *birth);
/* Case, victim, perpetrator and child, committed. */
void add_people(fixture *f);
/* An incident, one without a date of its own, and an earlier Marac. */
void add_history(fixture *f);
void begin_document(fixture *f, const char *type, const char *record, const char *previous);
/* Yes to the first items, no to the others, and what completion asks for. */
void fill_assessment(fixture *f, const char *record, unsigned yes_count);

#define assert_ok(reply)              \
    do {                              \
        const char *reply_ = (reply); \
        if (!is_ok(reply_)) {         \
            fail_msg("%s", reply_);   \
        }                             \
    } while (0)

#define assert_has(reply, piece)                          \
    do {                                                  \
        const char *reply_ = (reply);                     \
        if (!has(reply_, piece)) {                        \
            fail_msg("%s\nis not in\n%s", piece, reply_); \
        }                                                 \
    } while (0)

#define assert_refused(reply, code) assert_has(reply, "{\"ok\":false,\"error\":{\"code\":\"" code "\"")

#define CHANGE(field, value) "{\"field\":\"" field "\",\"value\":" value "}"

#endif
