/* session_internal.h — what the command handlers share. */
#ifndef FK_SESSION_INTERNAL_H
#define FK_SESSION_INTERNAL_H

#include "fk/attempts.h"
#include "fk/identity.h"
#include "fk/keyfile.h"
#include "fk/lock.h"
#include "fk/session.h"
#include "fk/store.h"
#include "fk/sync.h"

#define FK_APP_VERSION "0.1.0"

struct fk_session {
    fk_host host;
    bool is_started; /* core.start succeeded */

    bool is_prepared; /* a new vault is chosen and not yet written */
    fk_keyfile prepared;
    bool is_prepared_practice; /* and is to be one of practice */

    fk_store *store; /* NULL while locked */
    fk_sync *sync;   /* there with the store */
    bool is_reading; /* the store was asked for as read-only */
    fk_id vault_id;
    bool is_practice;   /* fictional people: never of a team, never synced */
    fk_vault_keys keys; /* while open: to open the store again after an I/O fault */
    fk_key master;      /* while open: to seal it into another slot */
    fk_identity identity;
    fk_lock lock; /* cold while the vault is locked, or when nobody sits before it */

    /* The slot that opened the vault. */
    uint32_t slot_index;
    fk_slot_type slot_type;
    uint64_t slot_made_ms;

    fk_code
        escrow_problem; /* why the slot for the agency's recovery key could not be made; FK_OK: it could, or need not */

    bool is_second; /* open is the store behind the distress phrase (docs/adr/0014) */
    fk_disk second_disk;

    bool has_new_recovery_key; /* made, shown, and not yet typed back */
    uint8_t new_recovery_key[FK_RECOVERY_KEY_SIZE_BYTES];

    bool has_attempts; /* read from the disk */
    fk_attempts attempts;
    uint64_t wait_counted_ms; /* monotonic: up to here the wait is in attempts */

    struct fk_rekey_work *rekey;   /* a copy under a new master key under way (rekey_work.h); NULL: none */
    struct fk_backup_work *backup; /* an export or a reading of one under way (backup_work.h); NULL: none */
};

/* The files that the open store, or the one about to be opened, lies on. */
const fk_disk *fk_session_store_disk(const fk_session *session);

/* FK_ERR_WRONG_STATE while the vault is locked. */
FK_MUST_USE fk_status fk_session_require_open(const fk_session *session);

/* What joins a team or syncs begins with it. FK_ERR_WRONG_STATE while locked, FK_ERR_PRACTICE in a practice vault. */
FK_MUST_USE fk_status fk_session_require_team(const fk_session *session);

/* Wall clock of the host: for views only. What a person does carries the time of its request. */
uint64_t fk_session_now_ms(const fk_session *session);

/* The vault was opened: its lock begins, with the limits kept in the vault. FK_ERR_IO, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_session_start_lock(fk_session *session);
/* Before every command: time takes effect. Locks the vault when it is due; FK_ERR_WARM_LOCKED when this command would
 * show or change a record behind a warm lock. */
FK_MUST_USE fk_status fk_session_watch(fk_session *session, uint32_t command_id);

/* Close the store and wipe every key. */
void fk_session_lock(fk_session *session);

/* Keep the device's key pairs in a store, wrapped. */
FK_MUST_USE fk_status fk_vault_identity_put(fk_store *store, const fk_vault_keys *keys, const fk_id *vault_id,
                                            const fk_identity *identity);
/* New ones. */
FK_MUST_USE fk_status fk_vault_identity_make(fk_store *store, const fk_vault_keys *keys, const fk_id *vault_id);

/* Lower-case hex digits in the arena. FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_hex_text(fk_bytes bytes, fk_arena *arena, fk_bytes *hex_out);

/* In vault_meta of a practice vault, from its creation; in no other. */
#define FK_META_PRACTICE "practice"
/* Whether a store is one: the session's, or one that was read from an exported file. FK_ERR_IO, FK_ERR_DAMAGED,
 * FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_session_is_practice_store(const fk_session *session, fk_store *store, bool *is_practice_out);

/* Does vault_meta hold these bytes under this key? FK_ERR_IO, FK_ERR_DAMAGED, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_session_meta_is(const fk_session *session, const char *key, fk_bytes expected,
                                         bool *is_same_out);

typedef struct fk_opening {
    bool is_second;    /* the store on the second set of files */
    bool is_read_only; /* as far as it is consistent (fk/store.h) */
} fk_opening;

/* Open by master key: what every way of unlocking ends in. On any error the session is locked. */
FK_MUST_USE fk_status fk_session_open(fk_session *session, fk_opening opening, const fk_id *vault_id,
                                      const fk_key *master, fk_store_report *report_out, fk_error *error);

/* A new store with an identity of its own; on the second set of files or the first. They are empty. */
FK_MUST_USE fk_status fk_session_make_store(const fk_session *session, const fk_disk *disk, const fk_id *vault_id,
                                            const fk_key *master, fk_error *error);

#endif
