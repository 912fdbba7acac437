/* keyslots.h — the slots of the open vault's key file, and the list of them that the vault keeps inside
 * (fk/slot_list.h).
 *
 * Order of every change: the new slot is written, flushed, read back and opened (one of escrow, which nothing here
 * opens, is compared); the list names it, and the old one as
 * retiring; the old slot is overwritten; the list forgets it. A crash anywhere leaves a vault that opens with the old
 * secret or the new one, and the next unlock brings it to an end. */
#ifndef FK_KEYSLOTS_H
#define FK_KEYSLOTS_H

#include "fk/secrets.h"
#include "fk/slot_list.h"
#include "session_internal.h"

/* The list as the open vault has it. FK_ERR_NOT_FOUND in a vault from before there was one, FK_ERR_DAMAGED,
 * FK_ERR_NEWER_VERSION. */
FK_MUST_USE fk_status fk_keyslots_read(fk_session *session, fk_slot_list *list_out);
FK_MUST_USE fk_status fk_keyslots_write(fk_session *session, const fk_slot_list *list);
/* Into a store that is not the open one: a copy of the vault. */
FK_MUST_USE fk_status fk_keyslots_put(fk_store *store, const fk_slot_list *list);

/* What goes into a new slot. */
typedef struct fk_slot_filling {
    fk_slot_type type;
    const fk_slot_secrets *secrets; /* meant without sealed, as is master */
    const fk_key *master;
    const uint8_t *sealed; /* not NULL: a whole slot that nothing here opens (fk/escrow.h) */
} fk_slot_filling;

/* Fill a free slot and retire those of a bit set of slot indices.
 *
 * FK_ERR_EXISTS: the secret opens a slot already. FK_ERR_NO_SLOT. FK_ERR_FULL, FK_ERR_IO, FK_ERR_DAMAGED: what was
 * written does not open; then the old slots stand. After any error the vault opens as before. */
FK_MUST_USE fk_status fk_keyslots_fill(fk_session *session, const fk_slot_filling *filling, uint32_t retired_slots,
                                       uint32_t *slot_index_out);
/* Overwrite slots and forget them. */
FK_MUST_USE fk_status fk_keyslots_retire(fk_session *session, uint32_t slots);
/* Set of the slots in the list with one of these types. */
uint32_t fk_keyslots_of(const fk_slot_list *list, const fk_slot_type *types, size_t type_count);

/* After a vault was opened: begins the list where there is none, and brings to its end what a crash cut. Never keeps
 * anybody out: what cannot be done now is done after the next unlock. */
void fk_keyslots_settle(fk_session *session);

#endif
