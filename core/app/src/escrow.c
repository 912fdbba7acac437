#include "escrow.h"

#include <string.h>

#include "fk/escrow.h"
#include "keyslots.h"

#include "fk/banned.h"

static const fk_slot_type escrow_types[] = { FK_SLOT_ESCROW };

/* In vault_meta: a digest of what the slot says, because nothing here can open it again. */
static const char SAYS_KEY[] = "keys.escrow";

const fk_roster_recovery_key_row *fk_escrow_agency_key(const fk_session *session)
{
    fk_roster_place place;
    fk_status member = fk_sync_roster_place(session->sync, &place);
    return fk_is_ok(member) ? fk_roster_recovery_key_newest(fk_sync_roster(session->sync)) : NULL;
}

/* --- what it says -------------------------------------------------------------------------------- */

/* false while the roster does not know this device. */
static bool describe(const fk_session *session, const fk_id *key, fk_escrow_statement *statement_out)
{
    const fk_sync *sync = session->sync;
    *statement_out = (fk_escrow_statement){
        .vault = session->vault_id,
        .device = *fk_store_device(session->store),
        .key = *key,
        .made_on_ms = fk_session_now_ms(session),
    };
    if (!fk_sync_person_of_device(sync, &statement_out->device, &statement_out->person)) {
        return false;
    }
    fk_bytes name = fk_sync_name_of(sync, &statement_out->person);
    _Static_assert((int)FK_NAME_SIZE_BYTES_MAX == (int)FK_ESCROW_NAME_SIZE_BYTES_MAX, "every name has room");
    statement_out->name_size_bytes = name.size_bytes;
    if (name.size_bytes > 0) {
        memcpy(statement_out->name, name.data, name.size_bytes);
    }
    return true;
}

/* Of everything it says but the date. */
static void digest_of(const fk_escrow_statement *statement, uint8_t digest_out[FK_HASH_SIZE_BYTES])
{
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_hash_update(&hash, fk_bytes_of(statement->vault.bytes, FK_ID_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(statement->device.bytes, FK_ID_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(statement->person.bytes, FK_ID_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(statement->key.bytes, FK_ID_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(statement->name, statement->name_size_bytes));
    fk_hash_final(&hash, digest_out);
}

static fk_status says(fk_session *session, const uint8_t digest[FK_HASH_SIZE_BYTES], bool *is_same_out)
{
    fk_arena arena;
    fk_arena_init(&arena, session->host.allocator, 4096);
    fk_bytes stored = { NULL, 0 };
    fk_status status = fk_store_meta_get(session->store, SAYS_KEY, &arena, &stored);
    *is_same_out = fk_is_ok(status) && fk_bytes_equal(stored, fk_bytes_of(digest, FK_HASH_SIZE_BYTES));
    fk_arena_reset(&arena);
    return status.code == FK_ERR_NOT_FOUND ? fk_ok() : status;
}

/* --- which slot ------------------------------------------------------------------------------------- */

/* The slot of the list that is one of escrow for this key in the key file as well; NULL: none. */
static const fk_slot_entry *find_slot(const fk_keyfile *keyfile, const fk_slot_list *list, const fk_id *key)
{
    for (size_t i = 0; i < list->count; i++) {
        const fk_slot_entry *entry = &list->entries[i];
        fk_id found;
        if (entry->type == FK_SLOT_ESCROW && !entry->is_retiring &&
            fk_escrow_slot_key(keyfile, entry->slot_index, &found) && fk_id_equal(&found, key)) {
            return entry;
        }
    }
    return NULL;
}

fk_status fk_escrow_held(fk_session *session, bool *is_held_out, uint64_t *made_on_ms_out)
{
    const fk_roster_recovery_key_row *key = fk_escrow_agency_key(session);
    fk_keyfile keyfile;
    fk_slot_list list;
    *is_held_out = false;
    *made_on_ms_out = 0;
    if (key == NULL || session->is_second) {
        return fk_ok();
    }
    FK_TRY(fk_keyfile_load(session->host.disk, &keyfile));
    FK_TRY(fk_keyslots_read(session, &list));
    const fk_slot_entry *entry = find_slot(&keyfile, &list, &key->entry.key);
    *is_held_out = entry != NULL;
    *made_on_ms_out = entry != NULL ? entry->made_on_ms : 0;
    return fk_ok();
}

/* One that a crash left written and in no list, or that came with the key file of a copy: recognised, so overwritten.
 */
static fk_status wipe_strays(fk_session *session)
{
    const fk_disk *disk = session->host.disk;
    fk_keyfile keyfile;
    fk_slot_list list;
    FK_TRY(fk_keyfile_load(disk, &keyfile));
    FK_TRY(fk_keyslots_read(session, &list));
    for (uint32_t slot_index = 0; slot_index < FK_KEYFILE_SLOT_COUNT; slot_index++) {
        fk_id key;
        if (fk_escrow_slot_key(&keyfile, slot_index, &key) && fk_slot_list_find(&list, slot_index) == NULL) {
            fk_keyfile_retire_slot(&keyfile, slot_index);
            FK_TRY(fk_keyfile_save_slot(disk, &keyfile, slot_index));
        }
    }
    return fk_ok();
}

/* --- making it ------------------------------------------------------------------------------------------ */

/* The new one first, then the mark of what it says: cut between the two, it is made once more. */
static fk_status make(fk_session *session, const fk_roster_recovery_key *key, const fk_escrow_statement *statement,
                      const uint8_t digest[FK_HASH_SIZE_BYTES])
{
    uint8_t sealed[FK_KEYFILE_SLOT_SIZE_BYTES];
    uint32_t slot_index = 0;
    fk_slot_list list;
    FK_TRY(fk_keyslots_read(session, &list));
    FK_TRY(fk_escrow_seal(key->public_key, statement, &session->master, sealed));
    fk_slot_filling filling = { .type = FK_SLOT_ESCROW, .sealed = sealed };
    uint32_t older = fk_keyslots_of(&list, escrow_types, sizeof escrow_types / sizeof escrow_types[0]);
    FK_TRY(fk_keyslots_fill(session, &filling, older, &slot_index));
    return fk_store_meta_put(session->store, SAYS_KEY, fk_bytes_of(digest, FK_HASH_SIZE_BYTES));
}

static fk_status settle(fk_session *session)
{
    const fk_roster_recovery_key_row *key = fk_escrow_agency_key(session);
    fk_escrow_statement statement;
    if (key == NULL || session->is_second || session->is_reading || session->is_practice ||
        !describe(session, &key->entry.key, &statement)) {
        return fk_ok();
    }
    uint8_t digest[FK_HASH_SIZE_BYTES];
    uint64_t made_on_ms = 0;
    bool is_held = false;
    bool is_same = false;
    digest_of(&statement, digest);
    FK_TRY(fk_escrow_held(session, &is_held, &made_on_ms));
    FK_TRY(says(session, digest, &is_same));
    if (!is_held || !is_same) {
        FK_TRY(make(session, &key->entry, &statement, digest));
    }
    return wipe_strays(session);
}

void fk_escrow_settle(fk_session *session)
{
    session->escrow_problem = (fk_code)settle(session).code;
}
