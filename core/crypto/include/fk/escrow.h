/* fk/escrow.h — the slot that the agency's recovery key opens, in place of an ordinary one of the key file.
 *
 *   magic 8 "FKESCR01" | key id 16 | sealed 232                                            256 bytes, a whole slot
 *   sealed: crypto_box_seal to the recovery key of  master key 32 | vault id 16 | device 16 | person 16 | key id 16 |
 *           made on, ms u64 | size of the name u8 | name of the person, UTF-8, then zeros 79
 *
 * It is recognisable and need not be hidden: which key opens it stands in the open, whose vault it is does not. A
 * device needs only the public key to fill one and cannot open it again (docs/adr/0018). All integers little-endian. */
#ifndef FK_ESCROW_H
#define FK_ESCROW_H

#include "fk/identity.h"
#include "fk/keyfile.h"

enum { FK_ESCROW_NAME_SIZE_BYTES_MAX = 79 };

/* What the slot says to whoever opens it, before a record is read. Whoever has the master key can write anything here:
 * it is what the vault said of itself. */
typedef struct fk_escrow_statement {
    fk_id vault;
    fk_id device;
    fk_id person;
    fk_id key; /* of the recovery key */
    uint64_t made_on_ms;
    size_t name_size_bytes; /* of the person; 0: not known to the device */
    uint8_t name[FK_ESCROW_NAME_SIZE_BYTES_MAX];
} fk_escrow_statement;

/* Seal the master key and the statement into a slot. statement->key names the key of recovery_public.
 * FK_ERR_INVALID_INPUT: nothing can be sealed to that public key; then slot_out is zeros. */
FK_MUST_USE fk_status fk_escrow_seal(const uint8_t recovery_public[FK_PUBLIC_KEY_SIZE_BYTES],
                                     const fk_escrow_statement *statement, const fk_key *master,
                                     uint8_t slot_out[FK_KEYFILE_SLOT_SIZE_BYTES]);

/* Is this slot one of escrow, and for which key? *key_out is zeros when it is none. */
bool fk_escrow_slot_key(const fk_keyfile *keyfile, uint32_t slot_index, fk_id *key_out);
/* The lowest slot for that key. FK_ERR_NOT_FOUND. */
FK_MUST_USE fk_status fk_escrow_find(const fk_keyfile *keyfile, const fk_id *key, uint32_t *slot_index_out);

/* Open the slot of a key file with the recovery key; its box half is used, its signing half not.
 *
 * key  id of the recovery key
 * FK_ERR_NOT_FOUND: no slot is for this key. FK_ERR_AUTH: it does not open, or was sealed for another vault or key.
 * On error *statement_out and *master_out are zeros. Release the master key with fk_key_wipe(). */
FK_MUST_USE fk_status fk_escrow_open(const fk_keyfile *keyfile, const fk_id *key, const fk_identity *recovery,
                                     fk_escrow_statement *statement_out, fk_key *master_out);

/* What stands inside the seal, laid out and read back: apart, because it is bytes from outside like any other. */
enum { FK_ESCROW_PLAIN_SIZE_BYTES = 184 };
void fk_escrow_plain_write(const fk_escrow_statement *statement, const fk_key *master,
                           uint8_t plain_out[FK_ESCROW_PLAIN_SIZE_BYTES]);
/* FK_ERR_DAMAGED: a size, a name or zeros that no version wrote; then both are zeros. */
FK_MUST_USE fk_status fk_escrow_plain_read(fk_bytes plain, fk_escrow_statement *statement_out, fk_key *master_out);

#endif
