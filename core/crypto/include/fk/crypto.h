/* fk/crypto.h — start, random bytes, hashes, MACs, sealing, and the keys of a vault.
 *
 * The only module that includes sodium.h. fk_crypto_start() comes before everything else here.
 * One process has one random source, because libsodium and the cipher of SQLite each reach for a
 * global one; this module makes both draw from the fk_random given at start.
 *
 * Keys are fk_key and live in types that are wiped by their _wipe function: whoever holds one by
 * value wipes it. Failing to authenticate is always FK_ERR_AUTH, whatever the reason. */
#ifndef FK_CRYPTO_H
#define FK_CRYPTO_H

#include "fk/port.h"

enum {
    FK_KEY_SIZE_BYTES = 32,
    FK_HASH_SIZE_BYTES = 32,       /* BLAKE2b-256: digests, MACs, commitments */
    FK_HASH_LONG_SIZE_BYTES = 64,  /* BLAKE2b-512: what is signed */
    FK_AEAD_NONCE_SIZE_BYTES = 24, /* XChaCha20-Poly1305 */
    FK_AEAD_TAG_SIZE_BYTES = 16,
};

/* --- start and random bytes ----------------------------------------------------------------- */

/* Make `random` the source of libsodium and of getentropy(), initialise libsodium, and check that
 * both sources really reach the host, never give only zeros and differ between draws.
 *
 * random   copied; its ctx is borrowed until the process ends or the next start.
 *
 * FK_ERR_NO_RANDOM: the app must not go on; random functions panic from then on. May be called
 * again (tests do, with another source). */
FK_MUST_USE fk_status fk_crypto_start(const fk_random *random);

/* Fill with random bytes of the host. Panics before a successful fk_crypto_start(). */
void fk_random_bytes(uint8_t *target, size_t size_bytes);
fk_id fk_random_id(void);

/* --- keys ----------------------------------------------------------------------------------- */

typedef struct fk_key {
    uint8_t bytes[FK_KEY_SIZE_BYTES];
} fk_key;

void fk_key_wipe(fk_key *key);
void fk_key_random(fk_key *key_out);

/* The keys of an open vault, all derived from its master key (labels: fk/contexts.h). */
typedef struct fk_vault_keys {
    fk_key page;          /* the cipher of SQLite's pages */
    fk_key store_mac;     /* log records and superblocks */
    fk_key identity_wrap; /* the device's secret keys at rest */
    fk_key export_file;   /* backups */
} fk_vault_keys;

void fk_vault_keys_derive(const fk_key *master, fk_vault_keys *keys_out);
void fk_vault_keys_wipe(fk_vault_keys *keys);

/* --- BLAKE2b -------------------------------------------------------------------------------- */

/* A running hash or keyed MAC. By value; fk_hash_final() wipes it. */
typedef struct fk_hash {
    _Alignas(64) uint8_t state[384];
    size_t size_bytes;
} fk_hash;

/* size_bytes of the digest: FK_HASH_SIZE_BYTES or FK_HASH_LONG_SIZE_BYTES. */
void fk_hash_init(fk_hash *hash, size_t size_bytes);
/* A MAC of FK_HASH_SIZE_BYTES. key: 16 to 64 bytes, borrowed for the call. */
void fk_mac_init(fk_hash *hash, fk_bytes key);
void fk_hash_update(fk_hash *hash, fk_bytes bytes);
/* digest_out holds the size given at init. */
void fk_hash_final(fk_hash *hash, uint8_t *digest_out);
/* BLAKE2b-256 of one piece. */
void fk_hash_of(fk_bytes bytes, uint8_t digest_out[FK_HASH_SIZE_BYTES]);

/* --- XChaCha20-Poly1305 --------------------------------------------------------------------- */

/* sealed_out receives plain.size_bytes + FK_AEAD_TAG_SIZE_BYTES, the tag last. A nonce is used
 * once; random ones are safe at this length. */
void fk_aead_seal(const fk_key *key, const uint8_t nonce[FK_AEAD_NONCE_SIZE_BYTES], fk_bytes associated, fk_bytes plain,
                  uint8_t *sealed_out);
/* plain_out receives sealed.size_bytes - FK_AEAD_TAG_SIZE_BYTES; zeros on FK_ERR_AUTH. */
FK_MUST_USE fk_status fk_aead_open(const fk_key *key, const uint8_t nonce[FK_AEAD_NONCE_SIZE_BYTES],
                                   fk_bytes associated, fk_bytes sealed, uint8_t *plain_out);

/* --- pages ------------------------------------------------------------------------------------ */

enum {
    FK_PAGE_TAG_SIZE_BYTES = 16,
    FK_PAGE_SEAL_SIZE_BYTES = 32, /* nonce and tag: what the cipher keeps at the end of a page */
};

/* The tag that the cipher of SQLite's pages gives this page as page_number, from 1: Poly1305 over all of it but the tag
 * itself, under the one-time key of its nonce and number. page: a whole sealed page. Compare with
 * fk_equal_constant_time() with its last FK_PAGE_TAG_SIZE_BYTES. */
void fk_page_tag(const fk_key *page_key, uint32_t page_number, fk_bytes page, uint8_t tag_out[FK_PAGE_TAG_SIZE_BYTES]);

#endif
