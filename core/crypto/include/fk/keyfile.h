/* fk/keyfile.h — the key file: what a passphrase, a passkey or a recovery key opens.
 *
 *   header 128  magic 8 | version u32 | slot count u32 | vault id 16 | salt 16 | memory KiB u32 |
 *               passes u32 | parallelism u32 | algorithm u32 | zeros 32 | BLAKE2b-256 of the above 32
 *   slot 256    nonce 24 | sealed 184 | tag 16 | commitment 32          (8 times)
 *   sealed      type u32 | made on, ms u64 | master key 32 | zeros 140
 *
 * All integers little-endian. A slot in use and an unused one look alike: unused ones are random
 * bytes. The key of a slot is KEK = BLAKE2b-256(key = secret, "fk/kek/v1" || vault id || index), the
 * associated data is header || index, the commitment BLAKE2b-256(key = KEK, "fk/slot/v1" || vault id ||
 * index), so a file cannot be made to open differently under two keys.
 *
 * A slot of escrow is laid out otherwise and recognisable (fk/escrow.h).
 *
 * Invariants: the header never changes after creation; every version keeps the magic, the version
 * and the digest where they are; 32 trials are made whatever opens (8 slots, 4 kinds of secret); a slot opens only with
 * the kind of secret that its sealed type names. */
#ifndef FK_KEYFILE_H
#define FK_KEYFILE_H

#include "fk/crypto.h"
#include "fk/kdf.h"

enum {
    FK_KEYFILE_HEADER_SIZE_BYTES = 128,
    FK_KEYFILE_SLOT_SIZE_BYTES = 256,
    FK_KEYFILE_SLOT_COUNT = 8,
    FK_KEYFILE_SIZE_BYTES = FK_KEYFILE_HEADER_SIZE_BYTES + FK_KEYFILE_SLOT_COUNT * FK_KEYFILE_SLOT_SIZE_BYTES,
    FK_KEYFILE_VERSION = 1,
    FK_PRF_SIZE_BYTES = 32,
    FK_RECOVERY_KEY_SIZE_BYTES = 20,
};

/* What opens a slot. Values stand on disk. */
typedef enum fk_slot_type {
    FK_SLOT_PASSPHRASE = 1, /* A, the Argon2id result */
    FK_SLOT_PRF = 2,        /* the output of a passkey */
    FK_SLOT_BOTH = 3,       /* A || PRF */
    FK_SLOT_RECOVERY = 4,   /* the printed recovery key */
    FK_SLOT_ESCROW = 5,     /* the agency's recovery key (fk/escrow.h); opened by none of the secrets here */
    FK_SLOT_DISTRESS = 6,   /* A of the distress phrase; holds the master key of another vault (docs/adr/0014) */
} fk_slot_type;

/* The secrets at hand; an empty view is one that is not. Borrowed. */
typedef struct fk_slot_secrets {
    fk_bytes passphrase_key; /* FK_KDF_KEY_SIZE_BYTES or empty */
    fk_bytes prf;            /* FK_PRF_SIZE_BYTES or empty */
    fk_bytes recovery_key;   /* FK_RECOVERY_KEY_SIZE_BYTES or empty */
} fk_slot_secrets;

typedef struct fk_keyfile {
    fk_id vault_id;
    uint8_t salt[FK_KDF_SALT_SIZE_BYTES];
    uint32_t memory_kib;
    uint32_t passes;
    uint8_t bytes[FK_KEYFILE_SIZE_BYTES]; /* the file itself */
} fk_keyfile;

/* A key file with 8 unused slots. FK_ERR_WEAK_PARAMETERS. */
FK_MUST_USE fk_status fk_keyfile_make(const fk_id *vault_id, const uint8_t salt[FK_KDF_SALT_SIZE_BYTES],
                                      uint32_t memory_kib, uint32_t passes, fk_keyfile *keyfile_out);

/* Read a file's bytes; copies them. FK_ERR_DAMAGED (size, magic, digest, a value that no version
 * wrote), FK_ERR_NEWER_VERSION, FK_ERR_WEAK_PARAMETERS. Nothing is known about the slots yet. */
FK_MUST_USE fk_status fk_keyfile_parse(fk_bytes file, fk_keyfile *keyfile_out);

/* Seal the master key into a slot of the bytes. FK_ERR_INVALID_INPUT when the secret of that type
 * is not at hand or has the wrong size; then nothing changed. Whatever was in the slot is gone. */
FK_MUST_USE fk_status fk_keyfile_fill_slot(fk_keyfile *keyfile, uint32_t slot_index, fk_slot_type type,
                                           const fk_slot_secrets *secrets, const fk_key *master, uint64_t made_on_ms);
/* Overwrite a slot with random bytes. */
void fk_keyfile_retire_slot(fk_keyfile *keyfile, uint32_t slot_index);

typedef struct fk_keyfile_opened {
    fk_key master; /* secret: wipe with fk_key_wipe() */
    uint32_t slot_index;
    fk_slot_type type;
    uint64_t made_on_ms;
} fk_keyfile_opened;

/* Try every secret on every slot; passphrase and passkey together before each alone. FK_ERR_AUTH when nothing opens,
 * FK_ERR_NEWER_VERSION when what opened has a type this version does not know; then *opened_out is zero. */
FK_MUST_USE fk_status fk_keyfile_open(const fk_keyfile *keyfile, const fk_slot_secrets *secrets,
                                      fk_keyfile_opened *opened_out);
/* Does some slot open with the secret of exactly this type? */
bool fk_keyfile_is_taken(const fk_keyfile *keyfile, fk_slot_type type, const fk_slot_secrets *secrets);
/* Does this slot, of this type, open and hold this master key? */
bool fk_keyfile_slot_holds(const fk_keyfile *keyfile, uint32_t slot_index, fk_slot_type type,
                           const fk_slot_secrets *secrets, const fk_key *master);

/* The bytes of a slot; borrowed from the key file. */
fk_bytes fk_keyfile_slot_bytes(const fk_keyfile *keyfile, uint32_t slot_index);
/* Put a slot that was sealed elsewhere (fk/escrow.h) in its place. Whatever was in it is gone. */
void fk_keyfile_put_slot(fk_keyfile *keyfile, uint32_t slot_index, const uint8_t slot[FK_KEYFILE_SLOT_SIZE_BYTES]);

/* What a passkey is asked with: BLAKE2b-256("fk/prf/v1" || vault id || salt). No secret. */
void fk_keyfile_prf_input(const fk_keyfile *keyfile, uint8_t input_out[FK_HASH_SIZE_BYTES]);

/* --- on disk -------------------------------------------------------------------------------- */

/* FK_ERR_NOT_FOUND when the file is empty or got no header (no vault, or one whose creation did not end),
 * FK_ERR_IO, and what fk_keyfile_parse() answers. */
FK_MUST_USE fk_status fk_keyfile_load(const fk_disk *disk, fk_keyfile *keyfile_out);
/* Write a new key file and read it back: slots first, header last, so a file with a valid header
 * is whole. The last step of creating a vault. FK_ERR_EXISTS, FK_ERR_FULL, FK_ERR_IO,
 * FK_ERR_DAMAGED (what was read back is not what was written). */
FK_MUST_USE fk_status fk_keyfile_create_on_disk(const fk_disk *disk, const fk_keyfile *keyfile);
/* Write one slot and read it back. FK_ERR_FULL, FK_ERR_IO, FK_ERR_DAMAGED. */
FK_MUST_USE fk_status fk_keyfile_save_slot(const fk_disk *disk, const fk_keyfile *keyfile, uint32_t slot_index);

#endif
