#include "fk/enrol_code.h"

#include <string.h>

#include "fk/banned.h"

_Static_assert(FK_ENROL_WORD_COUNT * sizeof(uint64_t) == FK_HASH_LONG_SIZE_BYTES, "8 words take all of the hash");

/* BLAKE2b-256(label || agency || token). */
static void hash_token(const char *label, const fk_id *agency, const uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES],
                       uint8_t digest_out[FK_HASH_SIZE_BYTES])
{
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_hash_update(&hash, fk_bytes_text(label));
    fk_hash_update(&hash, fk_bytes_of(agency->bytes, FK_ID_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(token, FK_ENROL_TOKEN_SIZE_BYTES));
    fk_hash_final(&hash, digest_out);
}

fk_id fk_enrol_token_id(const fk_id *agency, const uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES])
{
    uint8_t digest[FK_HASH_SIZE_BYTES];
    fk_id id;
    hash_token(FK_CONTEXT_ENROL_ID, agency, token, digest);
    memcpy(id.bytes, digest, FK_ID_SIZE_BYTES);
    fk_wipe(digest, sizeof digest);
    return id;
}

void fk_enrol_mac_key(const fk_id *agency, const uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES], fk_key *key_out)
{
    hash_token(FK_CONTEXT_ENROL_KEY, agency, token, key_out->bytes);
}

void fk_enrol_founding_identity(const fk_id *agency, const uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES],
                                fk_identity *identity_out)
{
    fk_key seed;
    hash_token(FK_CONTEXT_FOUNDING_KEY, agency, token, seed.bytes);
    fk_identity_from_signing_seed(&seed, identity_out);
    fk_key_wipe(&seed);
}

void fk_enrol_words(const fk_id *agency, const fk_id *token_id, const fk_id *device,
                    const uint8_t signing_key[FK_PUBLIC_KEY_SIZE_BYTES],
                    const uint8_t box_key[FK_PUBLIC_KEY_SIZE_BYTES], uint32_t words_out[FK_ENROL_WORD_COUNT])
{
    uint8_t digest[FK_HASH_LONG_SIZE_BYTES];
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_LONG_SIZE_BYTES);
    fk_hash_update(&hash, fk_bytes_text(FK_CONTEXT_FINGERPRINT));
    fk_hash_update(&hash, fk_bytes_of(agency->bytes, FK_ID_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(token_id->bytes, FK_ID_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(device->bytes, FK_ID_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(signing_key, FK_PUBLIC_KEY_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(box_key, FK_PUBLIC_KEY_SIZE_BYTES));
    fk_hash_final(&hash, digest);
    for (size_t i = 0; i < FK_ENROL_WORD_COUNT; i++) {
        words_out[i] = (uint32_t)(fk_get_u64(digest + 8 * i) % (FK_ENROL_WORD_INDEX_MAX + 1));
    }
}
