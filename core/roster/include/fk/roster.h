/* fk/roster.h — who belongs to an agency: the chain of signed entries and the rules for adding one.
 *
 * The same code decides on the hub and on every device, so an entry the hub takes is one each
 * device accepts. Nothing is believed from the server: the first entry must be the one whose root
 * key hashes to the agency id, and every later one must be signed by somebody the entries before
 * allow (docs/adr/0009, docs/PROTOCOL.md). Names in entries stay sealed here. */
#ifndef FK_ROSTER_H
#define FK_ROSTER_H

#include "fk/identity.h"
#include "fk/wire.h"

enum {
    FK_ROSTER_ENTRY_COUNT_MAX = 65536,
    FK_ROSTER_DEVICE_COUNT_MAX = 4096,
    FK_ROSTER_PERSON_COUNT_MAX = 4096,
    FK_ROSTER_COMPARTMENT_COUNT_MAX = 4096,
};

typedef struct fk_roster fk_roster; /* opaque */

/* First 16 bytes of BLAKE2b-256("fk/agency/v1" || root key). */
fk_id fk_agency_id(const uint8_t root_key[FK_PUBLIC_KEY_SIZE_BYTES]);

/* First 16 bytes of BLAKE2b-256("fk/recovery-key/v1" || X25519 public key). */
fk_id fk_recovery_key_id(const uint8_t public_key[FK_PUBLIC_KEY_SIZE_BYTES]);

/* Empty. Release with fk_roster_free(). FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_roster_new(const fk_allocator *allocator, const fk_id *agency, fk_roster **roster_out);
void fk_roster_free(fk_roster *roster);

/* Check and add the next entry. On error nothing changed.
 * FK_ERR_HEAD_MOVED (another index or prev than the head's), FK_ERR_AUTH (signature, or agency id),
 * FK_ERR_FORBIDDEN (this signer may not), FK_ERR_EXISTS (id or key used before), FK_ERR_NOT_FOUND
 * (names somebody who is not there), FK_ERR_INVALID_INPUT, FK_ERR_TOO_LARGE, FK_ERR_NO_MEMORY.
 * Kinds for later are kept in the chain when root or an administrator signed them, and do nothing. */
FK_MUST_USE fk_status fk_roster_append(fk_roster *roster, fk_bytes entry, fk_error *error);

/* Make an entry that follows the head: header, payload, signature. identity signs.
 * entry_out holds FK_ROSTER_ENTRY_SIZE_BYTES_MAX. It is not appended. */
size_t fk_roster_entry_make(const fk_roster *roster, const fk_roster_payload *payload, const fk_identity *signer,
                            uint64_t made_ms, uint8_t *entry_out);

/* Where an entry stands: for a signer that has no roster at hand, such as root (docs/adr/0018). */
typedef struct fk_roster_place {
    fk_id agency;
    uint32_t index;
    fk_digest prev; /* hash of the entry before; zeros at index 0 */
} fk_roster_place;

fk_roster_place fk_roster_next_place(const fk_roster *roster);
/* fk_roster_entry_make() at a place. */
size_t fk_roster_entry_make_at(const fk_roster_place *place, const fk_roster_payload *payload,
                               const fk_identity *signer, uint64_t made_ms, uint8_t *entry_out);

/* Number of entries; the head is at count - 1. 0: empty. */
uint32_t fk_roster_count(const fk_roster *roster);
/* Hash of an entry: BLAKE2b-256 of its whole bytes. index < count. */
const fk_digest *fk_roster_hash_at(const fk_roster *roster, uint32_t index);
const fk_id *fk_roster_agency(const fk_roster *roster);
const fk_roster_founding *fk_roster_founding_of(const fk_roster *roster); /* NULL while empty */

typedef struct fk_roster_device_row {
    fk_roster_device entry;
    uint32_t index; /* of its entry */
    uint64_t made_ms;
} fk_roster_device_row;

typedef struct fk_roster_person_row {
    fk_roster_person entry; /* name.epoch 0: no name given yet */
    uint32_t roles;
} fk_roster_person_row;

typedef struct fk_roster_compartment_row {
    fk_roster_compartment entry;
    uint32_t epoch; /* newest; 0: none yet */
} fk_roster_compartment_row;

typedef struct fk_roster_recovery_key_row {
    fk_roster_recovery_key entry;
    uint32_t index; /* of its entry */
    uint64_t made_ms;
} fk_roster_recovery_key_row;

/* Rows in the order of their first entry. Views are valid until the next append. NULL: none. */
size_t fk_roster_device_count(const fk_roster *roster);
const fk_roster_device_row *fk_roster_device_at(const fk_roster *roster, size_t index);
const fk_roster_device_row *fk_roster_device_find(const fk_roster *roster, const fk_id *device);
size_t fk_roster_person_count(const fk_roster *roster);
const fk_roster_person_row *fk_roster_person_at(const fk_roster *roster, size_t index);
const fk_roster_person_row *fk_roster_person_find(const fk_roster *roster, const fk_id *person);
size_t fk_roster_compartment_count(const fk_roster *roster);
const fk_roster_compartment_row *fk_roster_compartment_at(const fk_roster *roster, size_t index);
const fk_roster_compartment_row *fk_roster_compartment_find(const fk_roster *roster, const fk_id *compartment);

/* The recovery key that counts. NULL: the agency has none. Valid until the next append. */
const fk_roster_recovery_key_row *fk_roster_recovery_key_newest(const fk_roster *roster);

/* Was the device's person a member of the compartment when the roster ended at that index? */
bool fk_roster_is_member(const fk_roster *roster, const fk_id *device, const fk_id *compartment, uint32_t at_index);
/* What the device's person might do (FK_ROLE_..) when the roster ended at that index; 0: nothing, or no such device then. */
uint32_t fk_roster_roles_at(const fk_roster *roster, const fk_id *device, uint32_t at_index);
/* The entry of an epoch and its hash. NULL when there is none. */
const fk_roster_epoch *fk_roster_epoch_find(const fk_roster *roster, const fk_id *compartment, uint32_t number,
                                            fk_digest *entry_hash_out, fk_id *maker_device_out);

#endif
