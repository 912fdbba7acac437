#include "fk/wire.h"

#include "fk/assert.h"
#include "fk/planted.h"
#include "layout.h"

#include "fk/banned.h"

static const char MAGIC[] = "FKGRNT01";

void fk_grant_write(const fk_grant *grant, uint8_t target[FK_GRANT_SIZE_BYTES])
{
    FK_ASSERT(grant->epoch >= 1);
    uint8_t *at = target;
    fk_lay_bytes(&at, MAGIC, FK_MAGIC_SIZE_BYTES);
    fk_lay_bytes(&at, grant->agency.bytes, FK_ID_SIZE_BYTES);
    fk_lay_bytes(&at, grant->compartment.bytes, FK_ID_SIZE_BYTES);
    fk_lay_u32(&at, grant->epoch);
    fk_lay_u32(&at, 0);
    fk_lay_bytes(&at, grant->epoch_entry.bytes, FK_DIGEST_SIZE_BYTES);
    fk_lay_bytes(&at, grant->device.bytes, FK_ID_SIZE_BYTES);
    fk_lay_bytes(&at, grant->maker.bytes, FK_ID_SIZE_BYTES);
    fk_lay_bytes(&at, grant->sealed, FK_GRANT_SEALED_SIZE_BYTES);
    FK_ASSERT(at == target + FK_GRANT_SIGNED_SIZE_BYTES);
    fk_lay_bytes(&at, grant->signature, FK_WIRE_SIGNATURE_SIZE_BYTES);
}

fk_status fk_grant_read(fk_bytes bytes, fk_grant *grant_out)
{
    *grant_out = (fk_grant){ .epoch = 0 };
    FK_TRY(fk_magic_check(bytes, MAGIC));
    if (bytes.size_bytes < FK_GRANT_SIZE_BYTES && !FK_PLANTED(GRANT_SIZE_BOUND)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_grant grant;
    const uint8_t *at = bytes.data + FK_MAGIC_SIZE_BYTES;
    fk_read_bytes(&at, grant.agency.bytes, FK_ID_SIZE_BYTES);
    fk_read_bytes(&at, grant.compartment.bytes, FK_ID_SIZE_BYTES);
    grant.epoch = fk_read_u32(&at);
    bool is_zero = fk_read_zeros(&at, sizeof(uint32_t));
    fk_read_bytes(&at, grant.epoch_entry.bytes, FK_DIGEST_SIZE_BYTES);
    fk_read_bytes(&at, grant.device.bytes, FK_ID_SIZE_BYTES);
    fk_read_bytes(&at, grant.maker.bytes, FK_ID_SIZE_BYTES);
    fk_read_bytes(&at, grant.sealed, FK_GRANT_SEALED_SIZE_BYTES);
    fk_read_bytes(&at, grant.signature, FK_WIRE_SIGNATURE_SIZE_BYTES);
    if (!is_zero || grant.epoch == 0) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    *grant_out = grant;
    return fk_ok();
}
