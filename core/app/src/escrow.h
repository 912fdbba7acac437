/* escrow.h — the open vault's slot for the agency's recovery key (fk/escrow.h, docs/adr/0018).
 *
 * There is one when the roster names a key: sealed to the newest, saying the device, person and name of now. When any
 * of that changes it is made again, the old one overwritten. */
#ifndef FK_APP_ESCROW_H
#define FK_APP_ESCROW_H

#include "session_internal.h"

/* After unlocking and after a run of sync. What cannot be done now is tried the next time; session->escrow_problem
 * says why. Nothing else depends on it. */
void fk_escrow_settle(fk_session *session);

/* When the slot for the newest recovery key was made. false: there is none. */
FK_MUST_USE fk_status fk_escrow_held(fk_session *session, bool *is_held_out, uint64_t *made_on_ms_out);

/* NULL: this vault has no agency, or its agency has no recovery key. */
const fk_roster_recovery_key_row *fk_escrow_agency_key(const fk_session *session);

#endif
