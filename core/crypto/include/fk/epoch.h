/* fk/epoch.h — what binds the key of an epoch to its compartment (docs/adr/0009, roster kind 6).
 *
 * An epoch is one key K of one compartment, counted from 1. Its roster entry commits to K, so a grant cannot bring
 * another, and unless it is a break holds the key before sealed under K, so who has the newest reads back to the break.
 */
#ifndef FK_EPOCH_H
#define FK_EPOCH_H

#include "fk/crypto.h"

enum { FK_EPOCH_LINK_SIZE_BYTES = FK_KEY_SIZE_BYTES + FK_AEAD_TAG_SIZE_BYTES };

typedef struct fk_epoch_name {
    fk_id agency;
    fk_id compartment;
    uint32_t number; /* from 1 */
} fk_epoch_name;

/* BLAKE2b-256(key = K, "fk/epoch/v1" || agency || compartment || number u32). Compare with fk_equal_constant_time(). */
void fk_epoch_commitment(const fk_key *key, const fk_epoch_name *epoch, uint8_t commitment_out[FK_HASH_SIZE_BYTES]);

/* Seal the key of epoch number - 1 under the key of epoch. Associated data: "fk/epoch-link/v1" and its NUL || agency ||
 * compartment || number u32. */
void fk_epoch_link_seal(const fk_key *key, const fk_epoch_name *epoch, const uint8_t nonce[FK_AEAD_NONCE_SIZE_BYTES],
                        const fk_key *previous, uint8_t link_out[FK_EPOCH_LINK_SIZE_BYTES]);
/* FK_ERR_AUTH, and then *previous_out is zero. The caller wipes it. */
FK_MUST_USE fk_status fk_epoch_link_open(const fk_key *key, const fk_epoch_name *epoch,
                                         const uint8_t nonce[FK_AEAD_NONCE_SIZE_BYTES],
                                         const uint8_t link[FK_EPOCH_LINK_SIZE_BYTES], fk_key *previous_out);

#endif
