#include "identity_internal.h"

#include <sodium.h>

#include "fk/assert.h"
#include "fk/banned.h"

_Static_assert((int)FK_KEY_SIZE_BYTES == (int)crypto_sign_ed25519_SEEDBYTES, "signing seed");
_Static_assert((int)FK_KEY_SIZE_BYTES == (int)crypto_box_SECRETKEYBYTES, "box secret key");

void fk_identity_compute_public(fk_identity *identity)
{
    uint8_t expanded[crypto_sign_ed25519_SECRETKEYBYTES];
    int signing = crypto_sign_ed25519_seed_keypair(identity->signing_public, expanded, identity->signing_seed.bytes);
    fk_wipe(expanded, sizeof expanded);
    FK_ASSERT(signing == 0);
    int box = crypto_scalarmult_base(identity->box_public, identity->box_secret.bytes);
    FK_ASSERT(box == 0);
}

void fk_identity_generate(fk_identity *identity_out)
{
    fk_key_random(&identity_out->signing_seed);
    fk_key_random(&identity_out->box_secret);
    fk_identity_compute_public(identity_out);
}

void fk_identity_from_signing_seed(const fk_key *seed, fk_identity *identity_out)
{
    identity_out->signing_seed = *seed;
    fk_key_random(&identity_out->box_secret);
    fk_identity_compute_public(identity_out);
}

void fk_identity_from_box_secret(const fk_key *secret, fk_identity *identity_out)
{
    fk_key_random(&identity_out->signing_seed);
    identity_out->box_secret = *secret;
    fk_identity_compute_public(identity_out);
}

void fk_identity_wipe(fk_identity *identity)
{
    fk_wipe(identity, sizeof *identity);
}
