#include "fk/crypto.h"

#include <sodium.h>

#include "fk/assert.h"
#include "fk/contexts.h"

#include "fk/banned.h"

_Static_assert((int)FK_KEY_SIZE_BYTES == (int)crypto_kdf_KEYBYTES, "master key size");

#define LABEL_IS_8_BYTES(name, number, context) \
    _Static_assert(sizeof(context) == crypto_kdf_CONTEXTBYTES + 1, "a KDF label is 8 bytes");
FK_KDF_LIST(LABEL_IS_8_BYTES)
#undef LABEL_IS_8_BYTES

static void derive(const fk_key *master, uint64_t number, const char *context, fk_key *key_out)
{
    int result = crypto_kdf_derive_from_key(key_out->bytes, sizeof key_out->bytes, number, context, master->bytes);
    FK_ASSERT(result == 0);
}

void fk_vault_keys_derive(const fk_key *master, fk_vault_keys *keys_out)
{
    fk_key *const targets[] = {
        [1] = &keys_out->page,
        [2] = &keys_out->store_mac,
        [3] = &keys_out->identity_wrap,
        [4] = &keys_out->export_file,
    };
#define DERIVE(name, number, context) derive(master, number, context, targets[number]);
    FK_KDF_LIST(DERIVE)
#undef DERIVE
}

void fk_vault_keys_wipe(fk_vault_keys *keys)
{
    fk_wipe(keys, sizeof *keys);
}
