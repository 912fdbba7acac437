#include "keyslots.h"

#include <string.h>

#include "attempts_guard.h"

#include "fk/banned.h"

static const char LIST_KEY[] = "keys.slots";

static uint32_t bit_of(uint32_t slot_index)
{
    return UINT32_C(1) << slot_index;
}

/* --- the list --------------------------------------------------------------------------------- */

fk_status fk_keyslots_read(fk_session *session, fk_slot_list *list_out)
{
    *list_out = (fk_slot_list){ .count = 0 };
    fk_arena arena;
    fk_arena_init(&arena, session->host.allocator, 4096);
    fk_bytes bytes = { NULL, 0 };
    fk_status status = fk_store_meta_get(session->store, LIST_KEY, &arena, &bytes);
    if (fk_is_ok(status)) {
        status = fk_slot_list_read(bytes, list_out);
    }
    fk_arena_reset(&arena);
    return status;
}

/* Escrow opens a copy of the files. A browser gives none away while the vault is locked, so there it is no way in, and
 * ten wrong words would take the records from everybody (docs/adr/0018). */
static bool has_other_way(const fk_session *session, const fk_slot_list *list)
{
    static const fk_slot_type others[] = { FK_SLOT_RECOVERY, FK_SLOT_ESCROW };
    size_t type_count = session->host.is_attended ? 1 : sizeof others / sizeof others[0];
    return fk_slot_list_count_of(list, others, type_count) > 0;
}

fk_status fk_keyslots_put(fk_store *store, const fk_slot_list *list)
{
    uint8_t bytes[FK_SLOT_LIST_SIZE_BYTES_MAX];
    return fk_store_meta_put(store, LIST_KEY, fk_bytes_of(bytes, fk_slot_list_write(list, bytes)));
}

fk_status fk_keyslots_write(fk_session *session, const fk_slot_list *list)
{
    FK_TRY(fk_keyslots_put(session->store, list));
    if (!session->is_second) {
        fk_guard_set_other_way(session, has_other_way(session, list));
    }
    return fk_ok();
}

uint32_t fk_keyslots_of(const fk_slot_list *list, const fk_slot_type *types, size_t type_count)
{
    uint32_t slots = 0;
    for (size_t i = 0; i < list->count; i++) {
        for (size_t t = 0; t < type_count; t++) {
            slots |= list->entries[i].type == types[t] ? bit_of(list->entries[i].slot_index) : 0;
        }
    }
    return slots;
}

/* --- retiring ----------------------------------------------------------------------------------- */

/* Overwrite every slot that the list says is retiring, then forget them. */
static fk_status finish_retiring(fk_session *session, fk_slot_list *list)
{
    fk_keyfile keyfile;
    FK_TRY(fk_keyfile_load(session->host.disk, &keyfile));
    uint32_t done = 0;
    for (size_t i = 0; i < list->count; i++) {
        uint32_t slot_index = list->entries[i].slot_index;
        if (list->entries[i].is_retiring) {
            fk_keyfile_retire_slot(&keyfile, slot_index);
            FK_TRY(fk_keyfile_save_slot(session->host.disk, &keyfile, slot_index));
            done |= bit_of(slot_index);
        }
    }
    for (uint32_t slot_index = 0; slot_index < FK_KEYFILE_SLOT_COUNT; slot_index++) {
        if ((done & bit_of(slot_index)) != 0) {
            fk_slot_list_remove(list, slot_index);
        }
    }
    return done == 0 ? fk_ok() : fk_keyslots_write(session, list);
}

static void mark_retiring(fk_slot_list *list, uint32_t slots)
{
    for (size_t i = 0; i < list->count; i++) {
        list->entries[i].is_retiring =
            list->entries[i].is_retiring || (slots & bit_of(list->entries[i].slot_index)) != 0;
    }
}

fk_status fk_keyslots_retire(fk_session *session, uint32_t slots)
{
    fk_slot_list list;
    FK_TRY(fk_keyslots_read(session, &list));
    mark_retiring(&list, slots);
    FK_TRY(fk_keyslots_write(session, &list));
    return finish_retiring(session, &list);
}

/* --- filling -------------------------------------------------------------------------------------- */

static fk_status seal_slot(fk_keyfile *keyfile, const fk_slot_filling *filling, uint32_t slot_index,
                           uint64_t made_on_ms)
{
    if (filling->sealed != NULL) {
        fk_keyfile_put_slot(keyfile, slot_index, filling->sealed);
        return fk_ok();
    }
    if (fk_keyfile_is_taken(keyfile, filling->type, filling->secrets)) {
        return fk_status_of(FK_ERR_EXISTS);
    }
    return fk_keyfile_fill_slot(keyfile, slot_index, filling->type, filling->secrets, filling->master, made_on_ms);
}

static bool slot_is_right(const fk_keyfile *keyfile, const fk_slot_filling *filling, uint32_t slot_index)
{
    if (filling->sealed != NULL) {
        return memcmp(fk_keyfile_slot_bytes(keyfile, slot_index).data, filling->sealed, FK_KEYFILE_SLOT_SIZE_BYTES) ==
               0;
    }
    return fk_keyfile_slot_holds(keyfile, slot_index, filling->type, filling->secrets, filling->master);
}

/* Into the key file on disk; then read back and opened. */
static fk_status write_slot(fk_session *session, const fk_slot_filling *filling, uint32_t slot_index,
                            uint64_t made_on_ms)
{
    const fk_disk *disk = session->host.disk;
    fk_keyfile keyfile;
    FK_TRY(fk_keyfile_load(disk, &keyfile));
    FK_TRY(seal_slot(&keyfile, filling, slot_index, made_on_ms));
    FK_TRY(fk_keyfile_save_slot(disk, &keyfile, slot_index));
    FK_TRY(fk_keyfile_load(disk, &keyfile));
    return fk_status_of(slot_is_right(&keyfile, filling, slot_index) ? FK_OK : FK_ERR_DAMAGED);
}

/* A slot that was written and is in no list: nothing may open it. */
static void unwrite_slot(fk_session *session, uint32_t slot_index)
{
    fk_keyfile keyfile;
    if (fk_is_ok(fk_keyfile_load(session->host.disk, &keyfile))) {
        fk_keyfile_retire_slot(&keyfile, slot_index);
        fk_status status = fk_keyfile_save_slot(session->host.disk, &keyfile, slot_index);
        (void)status; /* the caller already says what failed */
    }
}

fk_status fk_keyslots_fill(fk_session *session, const fk_slot_filling *filling, uint32_t retired_slots,
                           uint32_t *slot_index_out)
{
    if (session->is_second) {
        return fk_status_of(FK_ERR_FULL); /* it does not know which slots the first vault uses */
    }
    fk_slot_list list;
    FK_TRY(fk_keyslots_read(session, &list));
    FK_TRY(fk_slot_list_free_slot(&list, slot_index_out));
    uint64_t now_ms = fk_session_now_ms(session);
    fk_status status = write_slot(session, filling, *slot_index_out, now_ms);
    if (status.code == FK_ERR_EXISTS) {
        return status;
    }
    if (fk_is_ok(status)) {
        mark_retiring(&list, retired_slots);
        fk_slot_entry entry = { .slot_index = *slot_index_out, .type = filling->type, .made_on_ms = now_ms };
        fk_slot_list_put(&list, &entry);
        status = fk_keyslots_write(session, &list);
    }
    if (!fk_is_ok(status)) {
        unwrite_slot(session, *slot_index_out);
        return status;
    }
    return finish_retiring(session, &list);
}

/* --- after unlocking -------------------------------------------------------------------------------- */

/* true when the list had to be changed to hold the slot that opened the vault. One that was retiring stays after all:
 * whoever used it may not know the new secret. */
static bool note_opened(const fk_session *session, fk_slot_list *list)
{
    fk_slot_entry *known = fk_slot_list_find(list, session->slot_index);
    if (known != NULL && known->made_on_ms == session->slot_made_ms && !known->is_retiring) {
        return false;
    }
    fk_slot_entry entry = {
        .slot_index = session->slot_index,
        .type = session->is_second ? FK_SLOT_PASSPHRASE : session->slot_type,
        .made_on_ms = session->slot_made_ms,
    };
    if (known != NULL && known->made_on_ms == session->slot_made_ms) {
        entry = *known;
        entry.is_retiring = false;
    }
    fk_slot_list_put(list, &entry);
    return true;
}

static fk_status settle(fk_session *session)
{
    fk_slot_list list;
    fk_status status = fk_keyslots_read(session, &list);
    if (status.code != FK_ERR_NOT_FOUND) {
        FK_TRY(status);
    }
    if (note_opened(session, &list)) {
        FK_TRY(fk_keyslots_write(session, &list));
    }
    if (session->is_second) {
        return fk_ok();
    }
    fk_guard_set_other_way(session, has_other_way(session, &list));
    return finish_retiring(session, &list);
}

void fk_keyslots_settle(fk_session *session)
{
    fk_status status = settle(session);
    (void)status; /* a vault that is too full to write must open all the same */
}
