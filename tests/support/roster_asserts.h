/* roster_asserts.h — what tests of the roster ask again and again; after cmocka.h. */
#ifndef FK_ROSTER_ASSERTS_H
#define FK_ROSTER_ASSERTS_H

#include "assert_code.h"
#include "roster_fixture.h"

/* The entry is refused with that code and the roster says what it said before. */
static inline void assert_entry_refused(fk_roster *roster, fk_bytes entry, fk_code code)
{
    fk_digest before;
    fk_digest after;
    fk_error error = { .detail = "" };
    roster_fixture_digest(roster, &before);
    assert_code(fk_roster_append(roster, entry, &error), code);
    roster_fixture_digest(roster, &after);
    assert_memory_equal(&before, &after, sizeof before);
}

static inline fk_identity new_keys(void)
{
    fk_identity keys;
    fk_identity_generate(&keys);
    return keys;
}

#define assert_refused(entry, code) assert_entry_refused(f->roster, (entry), (code))
#define assert_add_refused(signer, payload, code)                                        \
    do {                                                                                 \
        fk_roster_payload refused_ = (payload);                                          \
        assert_refused(roster_fixture_make(f, (signer), &refused_), (code));             \
    } while (0)
#define add(signer, payload)                                          \
    do {                                                              \
        fk_roster_payload added_ = (payload);                         \
        assert_code(roster_fixture_add(f, (signer), &added_), FK_OK); \
    } while (0)

#endif
