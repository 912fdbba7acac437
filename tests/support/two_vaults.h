/* two_vaults.h — two sessions, each with a vault, that hand their operations to one another without a network. */
#ifndef FK_TWO_VAULTS_H
#define FK_TWO_VAULTS_H

#include "session_fixture.h"

/* Ann's device made the case and Ben's has it. */
typedef struct two_vaults {
    fixture ann;
    fixture ben;
} two_vaults;

/* Both have the people of the fixture, from Ann. */
void two_vaults_init(two_vaults *both);
void two_vaults_free(two_vaults *both);

/* Everything the one wrote and did not give yet reaches the other. */
void give(fixture *from, fixture *to);
/* Both ways. */
void exchange(two_vaults *both);

/* record.change at a time, with a reason (may be empty). */
const char *change(fixture *f, const char *type, const char *record, const char *changes, uint64_t time_ms,
                   const char *reason);
/* conflict.resolve of the first conflict that conflict.list gives: decision is `"chosen":0` or `"value":..`. */
const char *resolve_first(fixture *f, const char *decision, const char *reason);
/* The request of it, to be sent later. */
void first_decision(fixture *f, const char *decision, const char *reason, char *request, size_t request_size);
/* conflict.list of the case. */
const char *conflicts(fixture *f);
/* conflict.list, case.get and case.list of both say nothing of a conflict. */
void assert_no_conflict(two_vaults *both);

#endif
