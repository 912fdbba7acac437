#include "fk/wire.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"
#include "layout.h"

#include "fk/banned.h"

static const char MAGIC[] = "FKFRON01";

static bool header_is_valid(const fk_frontier_header *header)
{
    return header->number <= FK_WIRE_NUMBER_MAX && header->epoch >= 1 &&
           header->entry_count <= FK_FRONTIER_ENTRY_COUNT_MAX;
}

void fk_frontier_header_write(const fk_frontier_header *header, uint8_t target[FK_FRONTIER_HEADER_SIZE_BYTES])
{
    FK_ASSERT(header_is_valid(header));
    uint8_t *at = target;
    fk_lay_bytes(&at, MAGIC, FK_MAGIC_SIZE_BYTES);
    fk_lay_bytes(&at, header->agency.bytes, FK_ID_SIZE_BYTES);
    fk_lay_bytes(&at, header->compartment.bytes, FK_ID_SIZE_BYTES);
    fk_lay_bytes(&at, header->device.bytes, FK_ID_SIZE_BYTES);
    fk_lay_u64(&at, header->number);
    fk_lay_u32(&at, header->epoch);
    fk_lay_u32(&at, header->entry_count);
    fk_lay_bytes(&at, header->nonce, FK_WIRE_NONCE_SIZE_BYTES);
    FK_ASSERT(at == target + FK_FRONTIER_HEADER_SIZE_BYTES);
}

static void read_fields(const uint8_t *at, fk_frontier_header *header)
{
    fk_read_bytes(&at, header->agency.bytes, FK_ID_SIZE_BYTES);
    fk_read_bytes(&at, header->compartment.bytes, FK_ID_SIZE_BYTES);
    fk_read_bytes(&at, header->device.bytes, FK_ID_SIZE_BYTES);
    header->number = fk_read_u64(&at);
    header->epoch = fk_read_u32(&at);
    header->entry_count = fk_read_u32(&at);
    fk_read_bytes(&at, header->nonce, FK_WIRE_NONCE_SIZE_BYTES);
}

fk_status fk_frontier_read(fk_bytes bytes, fk_frontier *frontier_out)
{
    *frontier_out = (fk_frontier){ .header = { .number = 0 } };
    FK_TRY(fk_magic_check(bytes, MAGIC));
    if (bytes.size_bytes < FK_FRONTIER_HEADER_SIZE_BYTES) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_frontier_header header;
    read_fields(bytes.data + FK_MAGIC_SIZE_BYTES, &header);
    if (!header_is_valid(&header)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    size_t sealed_size_bytes = header.entry_count * (size_t)FK_FRONTIER_ENTRY_SIZE_BYTES + FK_WIRE_TAG_SIZE_BYTES;
    size_t content_size_bytes = FK_FRONTIER_HEADER_SIZE_BYTES + sealed_size_bytes;
    size_t size_bytes = content_size_bytes + FK_WIRE_SIGNATURE_SIZE_BYTES;
    if (bytes.size_bytes < size_bytes && !FK_PLANTED(FRONTIER_COUNT_BOUND)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    frontier_out->header = header;
    frontier_out->whole = fk_bytes_of(bytes.data, size_bytes);
    frontier_out->header_bytes = fk_bytes_of(bytes.data, FK_FRONTIER_HEADER_SIZE_BYTES);
    frontier_out->sealed = fk_bytes_of(bytes.data + FK_FRONTIER_HEADER_SIZE_BYTES, sealed_size_bytes);
    frontier_out->content = fk_bytes_of(bytes.data, content_size_bytes);
    frontier_out->signature = fk_bytes_of(bytes.data + content_size_bytes, FK_WIRE_SIGNATURE_SIZE_BYTES);
    return fk_ok();
}

/* --- entries -------------------------------------------------------------------------------------- */

void fk_frontier_entry_write(const fk_frontier_entry *entry, uint8_t target[FK_FRONTIER_ENTRY_SIZE_BYTES])
{
    uint8_t *at = target;
    fk_lay_bytes(&at, entry->device.bytes, FK_ID_SIZE_BYTES);
    fk_lay_u64(&at, entry->last_sequence);
    fk_lay_bytes(&at, entry->hash_prefix, sizeof entry->hash_prefix);
    FK_ASSERT(at == target + FK_FRONTIER_ENTRY_SIZE_BYTES);
}

void fk_frontier_entry_read(const uint8_t source[FK_FRONTIER_ENTRY_SIZE_BYTES], fk_frontier_entry *entry_out)
{
    const uint8_t *at = source;
    fk_read_bytes(&at, entry_out->device.bytes, FK_ID_SIZE_BYTES);
    entry_out->last_sequence = fk_read_u64(&at);
    fk_read_bytes(&at, entry_out->hash_prefix, sizeof entry_out->hash_prefix);
}

fk_status fk_frontier_entries_check(fk_bytes entries)
{
    if (entries.size_bytes % FK_FRONTIER_ENTRY_SIZE_BYTES != 0 ||
        entries.size_bytes > FK_FRONTIER_ENTRY_COUNT_MAX * (size_t)FK_FRONTIER_ENTRY_SIZE_BYTES) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    for (size_t at = 0; at < entries.size_bytes; at += FK_FRONTIER_ENTRY_SIZE_BYTES) {
        const uint8_t *entry = entries.data + at;
        uint64_t last_sequence = fk_get_u64(entry + FK_ID_SIZE_BYTES);
        bool is_in_order = at == 0 || memcmp(entry - FK_FRONTIER_ENTRY_SIZE_BYTES, entry, FK_ID_SIZE_BYTES) < 0;
        if (!is_in_order || last_sequence == 0 || last_sequence > FK_WIRE_NUMBER_MAX) {
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
    }
    return fk_ok();
}
