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

/* The key file and the list of its slots, as they are now. */
typedef struct key_slots {
    fk_keyfile keyfile;
    fk_slot_list list;
} key_slots;

static fk_status read_slots(fk_session *session, key_slots *slots_out)
{
    FK_TRY(fk_keyfile_load(session->host.disk, &slots_out->keyfile));
    return fk_keyslots_read(session, &slots_out->list);
}

fk_status fk_escrow_held(fk_session *session, bool *is_held_out, uint64_t *made_on_ms_out)
{
    const fk_roster_recovery_key_row *key = fk_escrow_agency_key(session);
    key_slots slots;
    *is_held_out = false;
    *made_on_ms_out = 0;
    if (key == NULL || session->is_second) {
        return fk_ok();
    }
    FK_TRY(read_slots(session, &slots));
    const fk_slot_entry *entry = find_slot(&slots.keyfile, &slots.list, &key->entry.key);
    *is_held_out = entry != NULL;
    *made_on_ms_out = entry != NULL ? entry->made_on_ms : 0;
    return fk_ok();
}

/* One that a crash left written and in no list, or that came with the key file of a copy: recognised, so overwritten.
 */
static fk_status wipe_strays(fk_session *session, key_slots *slots)
{
    for (uint32_t slot_index = 0; slot_index < FK_KEYFILE_SLOT_COUNT; slot_index++) {
        fk_id key;
        if (fk_escrow_slot_key(&slots->keyfile, slot_index, &key) &&
            fk_slot_list_find(&slots->list, slot_index) == NULL) {
            fk_keyfile_retire_slot(&slots->keyfile, slot_index);
            FK_TRY(fk_keyfile_save_slot(session->host.disk, &slots->keyfile, slot_index));
        }
    }
    return fk_ok();
}

/* --- making it ------------------------------------------------------------------------------------------ */

/* The new one first, then the mark of what it says: cut between the two, it is made once more. */
static fk_status make(fk_session *session, const fk_roster_recovery_key *key, const fk_escrow_statement *statement,
                      const uint8_t digest[FK_HASH_SIZE_BYTES], key_slots *slots)
{
    uint8_t sealed[FK_KEYFILE_SLOT_SIZE_BYTES];
    uint32_t slot_index = 0;
    FK_TRY(fk_escrow_seal(key->public_key, statement, &session->master, sealed));
    fk_slot_filling filling = { .type = FK_SLOT_ESCROW, .sealed = sealed };
    uint32_t older = fk_keyslots_of(&slots->list, escrow_types, sizeof escrow_types / sizeof escrow_types[0]);
    FK_TRY(fk_keyslots_fill(session, &filling, older, &slot_index));
    FK_TRY(fk_store_meta_put(session->store, SAYS_KEY, fk_bytes_of(digest, FK_HASH_SIZE_BYTES)));
    return read_slots(session, slots);
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
    key_slots slots;
    bool is_same = false;
    digest_of(&statement, digest);
    FK_TRY(read_slots(session, &slots));
    FK_TRY(fk_session_meta_is(session, SAYS_KEY, fk_bytes_of(digest, sizeof digest), &is_same));
    if (!is_same || find_slot(&slots.keyfile, &slots.list, &key->entry.key) == NULL) {
        FK_TRY(make(session, &key->entry, &statement, digest, &slots));
    }
    return wipe_strays(session, &slots);
}

void fk_escrow_settle(fk_session *session)
{
    session->escrow_problem = (fk_code)settle(session).code;
}
