#include "fk/wire.h"

#include "fk/assert.h"
#include "fk/planted.h"
#include "layout.h"

#include "fk/banned.h"

static const char MAGIC[] = "FKROST01";
enum { RESERVED_SIZE_BYTES = 24 };

static bool header_is_valid(const fk_roster_header *header)
{
    return header->payload_size_bytes <= FK_ROSTER_PAYLOAD_SIZE_BYTES_MAX && header->made_ms <= FK_WIRE_NUMBER_MAX;
}

void fk_roster_header_write(const fk_roster_header *header, uint8_t target[FK_ROSTER_HEADER_SIZE_BYTES])
{
    FK_ASSERT(header_is_valid(header));
    uint8_t *at = target;
    fk_lay_bytes(&at, MAGIC, FK_MAGIC_SIZE_BYTES);
    fk_lay_u32(&at, header->index);
    fk_lay_u16(&at, header->kind);
    fk_lay_u16(&at, header->payload_size_bytes);
    fk_lay_bytes(&at, header->agency.bytes, FK_ID_SIZE_BYTES);
    fk_lay_bytes(&at, header->prev.bytes, FK_DIGEST_SIZE_BYTES);
    fk_lay_bytes(&at, header->signer, FK_WIRE_KEY_SIZE_BYTES);
    fk_lay_u64(&at, header->made_ms);
    fk_lay_zeros(&at, RESERVED_SIZE_BYTES);
    FK_ASSERT(at == target + FK_ROSTER_HEADER_SIZE_BYTES);
}

static bool read_fields(const uint8_t *at, fk_roster_header *header)
{
    header->index = fk_read_u32(&at);
    header->kind = fk_read_u16(&at);
    header->payload_size_bytes = fk_read_u16(&at);
    fk_read_bytes(&at, header->agency.bytes, FK_ID_SIZE_BYTES);
    fk_read_bytes(&at, header->prev.bytes, FK_DIGEST_SIZE_BYTES);
    fk_read_bytes(&at, header->signer, FK_WIRE_KEY_SIZE_BYTES);
    header->made_ms = fk_read_u64(&at);
    return fk_read_zeros(&at, RESERVED_SIZE_BYTES);
}

fk_status fk_roster_entry_read(fk_bytes bytes, fk_roster_entry *entry_out)
{
    *entry_out = (fk_roster_entry){ .header = { .index = 0 } };
    FK_TRY(fk_magic_check(bytes, MAGIC));
    if (bytes.size_bytes < FK_ROSTER_HEADER_SIZE_BYTES) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_roster_header header;
    bool is_zero = read_fields(bytes.data + FK_MAGIC_SIZE_BYTES, &header);
    if (!is_zero || !header_is_valid(&header)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    size_t content_size_bytes = (size_t)FK_ROSTER_HEADER_SIZE_BYTES + header.payload_size_bytes;
    size_t size_bytes = content_size_bytes + FK_WIRE_SIGNATURE_SIZE_BYTES;
    if (bytes.size_bytes < size_bytes && !FK_PLANTED(ROSTER_PAYLOAD_BOUND)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    entry_out->header = header;
    entry_out->whole = fk_bytes_of(bytes.data, size_bytes);
    entry_out->content = fk_bytes_of(bytes.data, content_size_bytes);
    entry_out->payload = fk_bytes_of(bytes.data + FK_ROSTER_HEADER_SIZE_BYTES, header.payload_size_bytes);
    entry_out->signature = fk_bytes_of(bytes.data + content_size_bytes, FK_WIRE_SIGNATURE_SIZE_BYTES);
    return fk_ok();
}
