#include "fk/identity.h"

#include <sodium.h>

#include "fk/assert.h"
#include "fk/banned.h"

_Static_assert((int)FK_BOX_SEAL_SIZE_BYTES == (int)crypto_box_SEALBYTES, "what a seal adds");
_Static_assert((int)FK_PUBLIC_KEY_SIZE_BYTES == (int)crypto_box_PUBLICKEYBYTES, "box public key");

fk_status fk_box_seal(const uint8_t box_public[FK_PUBLIC_KEY_SIZE_BYTES], fk_bytes plain, uint8_t *sealed_out)
{
    FK_ASSERT(plain.size_bytes > 0);
    int result = crypto_box_seal(sealed_out, plain.data, plain.size_bytes, box_public);
    if (result != 0) {
        fk_wipe(sealed_out, plain.size_bytes + FK_BOX_SEAL_SIZE_BYTES);
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    return fk_ok();
}
