#include "fk/messages.h"

#include "fk/assert.h"
#include "layout.h"

#include "fk/banned.h"

enum { RESERVED_SIZE_BYTES = 15 };

static bool kind_is_valid(uint8_t kind)
{
    return kind >= FK_DEVICE_TABLET && kind <= FK_DEVICE_PHONE;
}

void fk_enrol_request_write(const fk_enrol_request *request, uint8_t target[FK_ENROL_REQUEST_SIZE_BYTES])
{
    FK_ASSERT(kind_is_valid(request->kind));
    uint8_t *at = target;
    fk_lay_bytes(&at, request->token_id.bytes, FK_ID_SIZE_BYTES);
    fk_lay_bytes(&at, request->device.bytes, FK_ID_SIZE_BYTES);
    fk_lay_bytes(&at, request->signing_key, FK_WIRE_KEY_SIZE_BYTES);
    fk_lay_bytes(&at, request->box_key, FK_WIRE_KEY_SIZE_BYTES);
    fk_lay_u8(&at, request->kind);
    fk_lay_zeros(&at, RESERVED_SIZE_BYTES);
    FK_ASSERT(at == target + FK_ENROL_REQUEST_MACED_SIZE_BYTES);
    fk_lay_bytes(&at, request->mac, FK_DIGEST_SIZE_BYTES);
    FK_ASSERT(at == target + FK_ENROL_REQUEST_SIGNED_SIZE_BYTES);
    fk_lay_bytes(&at, request->signature, FK_WIRE_SIGNATURE_SIZE_BYTES);
}

fk_status fk_enrol_request_read(fk_bytes bytes, fk_enrol_request *request_out)
{
    *request_out = (fk_enrol_request){ .kind = 0 };
    if (bytes.size_bytes < FK_ENROL_REQUEST_SIZE_BYTES) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_enrol_request request;
    const uint8_t *at = bytes.data;
    fk_read_bytes(&at, request.token_id.bytes, FK_ID_SIZE_BYTES);
    fk_read_bytes(&at, request.device.bytes, FK_ID_SIZE_BYTES);
    fk_read_bytes(&at, request.signing_key, FK_WIRE_KEY_SIZE_BYTES);
    fk_read_bytes(&at, request.box_key, FK_WIRE_KEY_SIZE_BYTES);
    request.kind = fk_read_u8(&at);
    bool is_zero = fk_read_zeros(&at, RESERVED_SIZE_BYTES);
    fk_read_bytes(&at, request.mac, FK_DIGEST_SIZE_BYTES);
    fk_read_bytes(&at, request.signature, FK_WIRE_SIGNATURE_SIZE_BYTES);
    if (!is_zero || !kind_is_valid(request.kind)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    *request_out = request;
    return fk_ok();
}
