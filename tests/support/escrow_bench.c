#include "escrow_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "session_internal.h"

const char *offer_recovery_key(sync_bench *bench, size_t device, const fk_identity *keys)
{
    fixture *f = &bench->devices[device];
    fk_roster_place place;
    fk_roster_payload payload = { .kind = FK_ROSTER_RECOVERY_KEY };
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    payload.as.recovery_key.key = fk_recovery_key_id(keys->box_public);
    memcpy(payload.as.recovery_key.public_key, keys->box_public, FK_PUBLIC_KEY_SIZE_BYTES);
    assert_code(fk_sync_roster_place(f->session->sync, &place), FK_OK);
    size_t size_bytes = fk_roster_entry_make_at(&place, &payload, &bench->root, BENCH_NOW_MS, entry);
    return call_bytes(f, "roster.offer", fk_bytes_of(entry, size_bytes));
}

void name_recovery_key(sync_bench *bench, size_t device, const fk_identity *keys)
{
    assert_ok(offer_recovery_key(bench, device, keys));
    assert_clean(sync_run(bench, device));
}

unsigned escrow_slot_count(fixture *f)
{
    fk_keyfile keyfile;
    unsigned count = 0;
    assert_code(fk_keyfile_load(memory_disk_port(f->disk), &keyfile), FK_OK);
    for (uint32_t slot_index = 0; slot_index < FK_KEYFILE_SLOT_COUNT; slot_index++) {
        fk_id key;
        count += fk_escrow_slot_key(&keyfile, slot_index, &key);
    }
    return count;
}

void assert_escrow_opens(fixture *f, const fk_identity *keys)
{
    fk_keyfile keyfile;
    fk_escrow_statement statement;
    fk_key master;
    fk_id key = fk_recovery_key_id(keys->box_public);
    const fk_session *session = f->session;
    const fk_id *device = fk_store_device(session->store);
    fk_id person;
    assert_code(fk_keyfile_load(memory_disk_port(f->disk), &keyfile), FK_OK);
    assert_code(fk_escrow_open(&keyfile, &key, keys, &statement, &master), FK_OK);
    assert_memory_equal(&master, &session->master, sizeof master);
    assert_true(fk_id_equal(&statement.vault, &session->vault_id));
    assert_true(fk_id_equal(&statement.device, device));
    assert_true(fk_sync_person_of_device(session->sync, device, &person));
    assert_true(fk_id_equal(&statement.person, &person));
    fk_bytes name = fk_sync_name_of(session->sync, &person);
    assert_true(name.size_bytes > 0);
    assert_int_equal(statement.name_size_bytes, name.size_bytes);
    assert_memory_equal(statement.name, name.data, name.size_bytes);
    fk_key_wipe(&master);
}
