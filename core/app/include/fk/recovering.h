/* fk/recovering.h — what the native tool does with a master key that came out of an escrow slot (docs/adr/0018).
 *
 * Not a command of the border: no browser takes the key of an agency. What follows goes by the commands of the border:
 * backup.begin and backup.chunk read the vault that was opened, backup.take and backup.finish fill the new one. */
#ifndef FK_RECOVERING_H
#define FK_RECOVERING_H

#include "fk/crypto.h"
#include "fk/session.h"

/* Open the vault of this session's files as they are and change nothing in them. On any error the session is locked.
 * FK_ERR_DAMAGED: that key is not this vault's, or it cannot be read; and what opening a store answers. */
FK_MUST_USE fk_status fk_session_look_into(fk_session *session, const fk_id *vault_id, const fk_key *master,
                                           fk_error *error);

/* Begin a new vault in this session's empty files out of an export, whose first FK_BACKUP_HEAD_SIZE_BYTES are head.
 * vault.prepare came before and chose its id and salt. It gets a master key of its own, and is a new device's.
 *
 * master   of the vault that was exported
 * secrets  FK_SECRETS_SIZE_BYTES: what opens the new vault (fk/secrets.h)
 * FK_ERR_WRONG_STATE, FK_ERR_EXISTS (the files are somebody's), FK_ERR_DAMAGED (head), FK_ERR_NOT_ALLOWED (secrets),
 * and what making a store answers. */
FK_MUST_USE fk_status fk_session_recover(fk_session *session, fk_bytes head, const fk_key *master, fk_bytes secrets,
                                         fk_error *error);

#endif
