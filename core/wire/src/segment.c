#include "fk/wire.h"

#include "fk/assert.h"
#include "fk/planted.h"
#include "layout.h"

#include "fk/banned.h"

static const char MAGIC[] = "FKSEGM01";
enum { FORMAT = 1, DICTIONARY = 1, PADDED_SIZE_BYTES_MIN = 512 };

_Static_assert(FK_SEGMENT_BODY_SIZE_BYTES_MIN == PADDED_SIZE_BYTES_MIN + FK_WIRE_TAG_SIZE_BYTES, "smallest body");

/* PADMÉ: of a size with exponent e, only the first bits, as many as the number e has, may be other than zero. Rounded
 * up to such a size a body says at most log2(e) bits about its length, and grows by an eighth at most. */
size_t fk_padded_size(size_t size_bytes)
{
    FK_ASSERT(size_bytes <= FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    if (size_bytes <= PADDED_SIZE_BYTES_MIN) {
        return PADDED_SIZE_BYTES_MIN;
    }
    unsigned exponent = 0;
    while (size_bytes >> (exponent + 1) != 0) {
        exponent++;
    }
    unsigned exponent_bits = 0;
    while (exponent >> exponent_bits != 0) {
        exponent_bits++;
    }
    size_t mask = ((size_t)1 << (exponent - exponent_bits)) - 1;
    return (size_bytes + mask) & ~mask;
}

static bool body_size_is_valid(uint32_t size_bytes)
{
    return size_bytes >= FK_SEGMENT_BODY_SIZE_BYTES_MIN && size_bytes <= FK_SEGMENT_BODY_SIZE_BYTES_MAX &&
           fk_padded_size(size_bytes - FK_WIRE_TAG_SIZE_BYTES) == size_bytes - FK_WIRE_TAG_SIZE_BYTES;
}

static bool header_is_valid(const fk_segment_header *header)
{
    return header->operation_count >= 1 && header->operation_count <= FK_SEGMENT_OPERATION_COUNT_MAX &&
           header->epoch >= 1 && header->first_sequence >= 1 &&
           header->first_sequence <= FK_WIRE_NUMBER_MAX - FK_SEGMENT_OPERATION_COUNT_MAX;
}

void fk_segment_header_write(const fk_segment_header *header, uint8_t target[FK_SEGMENT_HEADER_SIZE_BYTES])
{
    FK_ASSERT(header_is_valid(header));
    FK_ASSERT(body_size_is_valid(header->body_size_bytes));
    uint8_t *at = target;
    fk_lay_bytes(&at, MAGIC, FK_MAGIC_SIZE_BYTES);
    fk_lay_u16(&at, FORMAT);
    fk_lay_u16(&at, DICTIONARY);
    fk_lay_u16(&at, header->operation_count);
    fk_lay_u16(&at, 0);
    fk_lay_bytes(&at, header->agency.bytes, FK_ID_SIZE_BYTES);
    fk_lay_bytes(&at, header->compartment.bytes, FK_ID_SIZE_BYTES);
    fk_lay_u32(&at, header->epoch);
    fk_lay_u32(&at, header->roster_index);
    fk_lay_bytes(&at, header->roster_hash.bytes, FK_DIGEST_SIZE_BYTES);
    fk_lay_bytes(&at, header->device.bytes, FK_ID_SIZE_BYTES);
    fk_lay_u64(&at, header->first_sequence);
    fk_lay_bytes(&at, header->prev.bytes, FK_DIGEST_SIZE_BYTES);
    fk_lay_bytes(&at, header->nonce, FK_WIRE_NONCE_SIZE_BYTES);
    fk_lay_u32(&at, header->body_size_bytes);
    fk_lay_u32(&at, 0);
    FK_ASSERT(at == target + FK_SEGMENT_HEADER_SIZE_BYTES);
}

/* The fields after magic and versions. false when reserved bytes are not zero. */
static bool read_fields(const uint8_t *at, fk_segment_header *header)
{
    header->operation_count = fk_read_u16(&at);
    bool is_zero = fk_read_zeros(&at, sizeof(uint16_t));
    fk_read_bytes(&at, header->agency.bytes, FK_ID_SIZE_BYTES);
    fk_read_bytes(&at, header->compartment.bytes, FK_ID_SIZE_BYTES);
    header->epoch = fk_read_u32(&at);
    header->roster_index = fk_read_u32(&at);
    fk_read_bytes(&at, header->roster_hash.bytes, FK_DIGEST_SIZE_BYTES);
    fk_read_bytes(&at, header->device.bytes, FK_ID_SIZE_BYTES);
    header->first_sequence = fk_read_u64(&at);
    fk_read_bytes(&at, header->prev.bytes, FK_DIGEST_SIZE_BYTES);
    fk_read_bytes(&at, header->nonce, FK_WIRE_NONCE_SIZE_BYTES);
    header->body_size_bytes = fk_read_u32(&at);
    return fk_read_zeros(&at, sizeof(uint32_t)) && is_zero;
}

/* Versions stand at the same place in every format, so they are looked at before the size. */
static fk_status check_versions(fk_bytes bytes)
{
    FK_TRY(fk_magic_check(bytes, MAGIC));
    if (bytes.size_bytes < FK_MAGIC_SIZE_BYTES + 2 * sizeof(uint16_t)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    const uint8_t *at = bytes.data + FK_MAGIC_SIZE_BYTES;
    uint16_t format = fk_read_u16(&at);
    uint16_t dictionary = fk_read_u16(&at);
    if (format == 0 || dictionary == 0) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    return format > FORMAT || dictionary > DICTIONARY ? fk_status_of(FK_ERR_NEWER_VERSION) : fk_ok();
}

fk_status fk_segment_read(fk_bytes bytes, fk_segment *segment_out)
{
    *segment_out = (fk_segment){ .header = { .operation_count = 0 } };
    FK_TRY(check_versions(bytes));
    if (bytes.size_bytes < FK_SEGMENT_HEADER_SIZE_BYTES) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_segment_header header;
    bool is_zero = read_fields(bytes.data + FK_MAGIC_SIZE_BYTES + 2 * sizeof(uint16_t), &header);
    if (!is_zero || !header_is_valid(&header) || !body_size_is_valid(header.body_size_bytes)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    size_t size_bytes = FK_SEGMENT_HEADER_SIZE_BYTES + header.body_size_bytes + FK_WIRE_SIGNATURE_SIZE_BYTES;
    if (bytes.size_bytes < size_bytes && !FK_PLANTED(SEGMENT_BODY_BOUND)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    const uint8_t *body = bytes.data + FK_SEGMENT_HEADER_SIZE_BYTES;
    segment_out->header = header;
    segment_out->whole = fk_bytes_of(bytes.data, size_bytes);
    segment_out->header_bytes = fk_bytes_of(bytes.data, FK_SEGMENT_HEADER_SIZE_BYTES);
    segment_out->body = fk_bytes_of(body, header.body_size_bytes);
    segment_out->signature = fk_bytes_of(body + header.body_size_bytes, FK_WIRE_SIGNATURE_SIZE_BYTES);
    return fk_ok();
}
