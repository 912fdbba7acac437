#include "fk/escrow.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"

#include "fk/banned.h"

static const uint8_t MAGIC[8] = { 'F', 'K', 'E', 'S', 'C', 'R', '0', '1' };

enum {
    AT_KEY = 8,
    AT_SEALED = AT_KEY + FK_ID_SIZE_BYTES,
    SEALED_SIZE_BYTES = FK_ESCROW_PLAIN_SIZE_BYTES + FK_BOX_SEAL_SIZE_BYTES,

    PLAIN_AT_MASTER = 0,
    PLAIN_AT_VAULT = 32,
    PLAIN_AT_DEVICE = 48,
    PLAIN_AT_PERSON = 64,
    PLAIN_AT_KEY = 80,
    PLAIN_AT_MADE_ON = 96,
    PLAIN_AT_NAME_SIZE = 104,
    PLAIN_AT_NAME = 105,
};

_Static_assert(AT_SEALED + SEALED_SIZE_BYTES == FK_KEYFILE_SLOT_SIZE_BYTES, "the seal ends a slot");
_Static_assert((int)PLAIN_AT_NAME + (int)FK_ESCROW_NAME_SIZE_BYTES_MAX == (int)FK_ESCROW_PLAIN_SIZE_BYTES,
               "the name ends what is sealed");

/* --- inside the seal ----------------------------------------------------------------------------- */

void fk_escrow_plain_write(const fk_escrow_statement *statement, const fk_key *master,
                           uint8_t plain_out[FK_ESCROW_PLAIN_SIZE_BYTES])
{
    FK_ASSERT(statement->name_size_bytes <= FK_ESCROW_NAME_SIZE_BYTES_MAX);
    memset(plain_out, 0, FK_ESCROW_PLAIN_SIZE_BYTES);
    memcpy(plain_out + PLAIN_AT_MASTER, master->bytes, FK_KEY_SIZE_BYTES);
    memcpy(plain_out + PLAIN_AT_VAULT, statement->vault.bytes, FK_ID_SIZE_BYTES);
    memcpy(plain_out + PLAIN_AT_DEVICE, statement->device.bytes, FK_ID_SIZE_BYTES);
    memcpy(plain_out + PLAIN_AT_PERSON, statement->person.bytes, FK_ID_SIZE_BYTES);
    memcpy(plain_out + PLAIN_AT_KEY, statement->key.bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(plain_out + PLAIN_AT_MADE_ON, statement->made_on_ms);
    plain_out[PLAIN_AT_NAME_SIZE] = (uint8_t)statement->name_size_bytes;
    memcpy(plain_out + PLAIN_AT_NAME, statement->name, statement->name_size_bytes);
}

/* As long as it says, text, and nothing behind it. */
static bool name_is_good(const uint8_t *plain)
{
    size_t size_bytes = plain[PLAIN_AT_NAME_SIZE];
    if (size_bytes > FK_ESCROW_NAME_SIZE_BYTES_MAX) {
        return FK_PLANTED(ESCROW_NAME_BOUND);
    }
    for (size_t i = size_bytes; i < FK_ESCROW_NAME_SIZE_BYTES_MAX; i++) {
        if (plain[PLAIN_AT_NAME + i] != 0) {
            return false;
        }
    }
    return fk_utf8_is_valid(fk_bytes_of(plain + PLAIN_AT_NAME, size_bytes));
}

fk_status fk_escrow_plain_read(fk_bytes plain, fk_escrow_statement *statement_out, fk_key *master_out)
{
    memset(statement_out, 0, sizeof *statement_out);
    memset(master_out, 0, sizeof *master_out);
    if (plain.size_bytes != FK_ESCROW_PLAIN_SIZE_BYTES || !name_is_good(plain.data)) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    memcpy(master_out->bytes, plain.data + PLAIN_AT_MASTER, FK_KEY_SIZE_BYTES);
    memcpy(statement_out->vault.bytes, plain.data + PLAIN_AT_VAULT, FK_ID_SIZE_BYTES);
    memcpy(statement_out->device.bytes, plain.data + PLAIN_AT_DEVICE, FK_ID_SIZE_BYTES);
    memcpy(statement_out->person.bytes, plain.data + PLAIN_AT_PERSON, FK_ID_SIZE_BYTES);
    memcpy(statement_out->key.bytes, plain.data + PLAIN_AT_KEY, FK_ID_SIZE_BYTES);
    statement_out->made_on_ms = fk_get_u64(plain.data + PLAIN_AT_MADE_ON);
    statement_out->name_size_bytes = plain.data[PLAIN_AT_NAME_SIZE];
    memcpy(statement_out->name, plain.data + PLAIN_AT_NAME, statement_out->name_size_bytes);
    return fk_ok();
}

/* --- the slot ---------------------------------------------------------------------------------------- */

fk_status fk_escrow_seal(const uint8_t recovery_public[FK_PUBLIC_KEY_SIZE_BYTES], const fk_escrow_statement *statement,
                         const fk_key *master, uint8_t slot_out[FK_KEYFILE_SLOT_SIZE_BYTES])
{
    uint8_t plain[FK_ESCROW_PLAIN_SIZE_BYTES];
    memcpy(slot_out, MAGIC, sizeof MAGIC);
    memcpy(slot_out + AT_KEY, statement->key.bytes, FK_ID_SIZE_BYTES);
    fk_escrow_plain_write(statement, master, plain);
    fk_status status = fk_box_seal(recovery_public, fk_bytes_of(plain, sizeof plain), slot_out + AT_SEALED);
    fk_wipe(plain, sizeof plain);
    if (!fk_is_ok(status)) {
        memset(slot_out, 0, FK_KEYFILE_SLOT_SIZE_BYTES);
    }
    return status;
}

bool fk_escrow_slot_key(const fk_keyfile *keyfile, uint32_t slot_index, fk_id *key_out)
{
    fk_bytes slot = fk_keyfile_slot_bytes(keyfile, slot_index);
    *key_out = (fk_id){ { 0 } };
    if (memcmp(slot.data, MAGIC, sizeof MAGIC) != 0) {
        return false;
    }
    memcpy(key_out->bytes, slot.data + AT_KEY, FK_ID_SIZE_BYTES);
    return true;
}

fk_status fk_escrow_find(const fk_keyfile *keyfile, const fk_id *key, uint32_t *slot_index_out)
{
    fk_id found;
    uint32_t index = 0;
    while (index < FK_KEYFILE_SLOT_COUNT && !(fk_escrow_slot_key(keyfile, index, &found) && fk_id_equal(&found, key))) {
        index++;
    }
    *slot_index_out = index;
    return fk_status_of(index < FK_KEYFILE_SLOT_COUNT ? FK_OK : FK_ERR_NOT_FOUND);
}

fk_status fk_escrow_open(const fk_keyfile *keyfile, const fk_id *key, const fk_identity *recovery,
                         fk_escrow_statement *statement_out, fk_key *master_out)
{
    memset(statement_out, 0, sizeof *statement_out);
    memset(master_out, 0, sizeof *master_out);
    uint32_t slot_index = 0;
    FK_TRY(fk_escrow_find(keyfile, key, &slot_index));
    fk_bytes slot = fk_keyfile_slot_bytes(keyfile, slot_index);
    uint8_t plain[FK_ESCROW_PLAIN_SIZE_BYTES];
    fk_status status = fk_box_open(recovery, fk_bytes_of(slot.data + AT_SEALED, SEALED_SIZE_BYTES), plain);
    if (fk_is_ok(status)) {
        status = fk_escrow_plain_read(fk_bytes_of(plain, sizeof plain), statement_out, master_out);
    }
    fk_wipe(plain, sizeof plain);
    bool is_ours = fk_is_ok(status) && fk_id_equal(&statement_out->vault, &keyfile->vault_id) &&
                   fk_id_equal(&statement_out->key, key);
    if (!is_ours) {
        memset(statement_out, 0, sizeof *statement_out);
        fk_key_wipe(master_out);
    }
    return is_ours ? fk_ok() : fk_status_of(FK_ERR_AUTH);
}
