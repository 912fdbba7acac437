#include "fk/epoch.h"

#include <string.h>

#include "fk/contexts.h"

#include "fk/banned.h"

enum {
    NAME_SIZE_BYTES = 2 * FK_ID_SIZE_BYTES + 4,
    ASSOCIATED_SIZE_BYTES = sizeof FK_CONTEXT_EPOCH_LINK + NAME_SIZE_BYTES,
};

static fk_bytes name_bytes(const fk_epoch_name *epoch, uint8_t target[NAME_SIZE_BYTES])
{
    memcpy(target, epoch->agency.bytes, FK_ID_SIZE_BYTES);
    memcpy(target + FK_ID_SIZE_BYTES, epoch->compartment.bytes, FK_ID_SIZE_BYTES);
    fk_put_u32(target + 2 * FK_ID_SIZE_BYTES, epoch->number);
    return fk_bytes_of(target, NAME_SIZE_BYTES);
}

void fk_epoch_commitment(const fk_key *key, const fk_epoch_name *epoch, uint8_t commitment_out[FK_HASH_SIZE_BYTES])
{
    uint8_t name[NAME_SIZE_BYTES];
    fk_hash mac;
    fk_mac_init(&mac, fk_bytes_of(key->bytes, sizeof key->bytes));
    fk_hash_update(&mac, fk_bytes_text(FK_CONTEXT_EPOCH));
    fk_hash_update(&mac, name_bytes(epoch, name));
    fk_hash_final(&mac, commitment_out);
}

static fk_bytes associated_data(const fk_epoch_name *epoch, uint8_t target[ASSOCIATED_SIZE_BYTES])
{
    memcpy(target, FK_CONTEXT_EPOCH_LINK, sizeof FK_CONTEXT_EPOCH_LINK);
    (void)name_bytes(epoch, target + sizeof FK_CONTEXT_EPOCH_LINK);
    return fk_bytes_of(target, ASSOCIATED_SIZE_BYTES);
}

void fk_epoch_link_seal(const fk_key *key, const fk_epoch_name *epoch, const uint8_t nonce[FK_AEAD_NONCE_SIZE_BYTES],
                        const fk_key *previous, uint8_t link_out[FK_EPOCH_LINK_SIZE_BYTES])
{
    uint8_t associated[ASSOCIATED_SIZE_BYTES];
    fk_aead_seal(key, nonce, associated_data(epoch, associated), fk_bytes_of(previous->bytes, sizeof previous->bytes),
                 link_out);
}

fk_status fk_epoch_link_open(const fk_key *key, const fk_epoch_name *epoch,
                             const uint8_t nonce[FK_AEAD_NONCE_SIZE_BYTES],
                             const uint8_t link[FK_EPOCH_LINK_SIZE_BYTES], fk_key *previous_out)
{
    uint8_t associated[ASSOCIATED_SIZE_BYTES];
    return fk_aead_open(key, nonce, associated_data(epoch, associated), fk_bytes_of(link, FK_EPOCH_LINK_SIZE_BYTES),
                        previous_out->bytes);
}
