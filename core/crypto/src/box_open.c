#include "fk/identity.h"

#include <sodium.h>

#include "fk/banned.h"

fk_status fk_box_open(const fk_identity *identity, fk_bytes sealed, uint8_t *plain_out)
{
    if (sealed.size_bytes <= FK_BOX_SEAL_SIZE_BYTES) {
        return fk_status_of(FK_ERR_AUTH);
    }
    int result = crypto_box_seal_open(plain_out, sealed.data, sealed.size_bytes, identity->box_public,
                                      identity->box_secret.bytes);
    if (result != 0) {
        fk_wipe(plain_out, sealed.size_bytes - FK_BOX_SEAL_SIZE_BYTES);
        return fk_status_of(FK_ERR_AUTH);
    }
    return fk_ok();
}
