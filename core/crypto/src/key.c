#include "fk/crypto.h"

#include "fk/banned.h"

void fk_key_wipe(fk_key *key)
{
    fk_wipe(key, sizeof *key);
}

void fk_key_random(fk_key *key_out)
{
    fk_random_bytes(key_out->bytes, sizeof key_out->bytes);
}
