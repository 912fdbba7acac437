#include "vfs_record.h"

#include <string.h>

#include "fk/contexts.h"
#include "fk/planted.h"
#include "vfs_page_tags.h"

#include "fk/banned.h"

static const uint8_t MAGIC[8] = { 'F', 'K', 'R', 'E', 'C', 'R', 'D', '\n' };

enum {
    AT_GENERATION = 8,
    AT_RECORD_BYTES = 24,
    AT_STORE_ID = 32,
    AT_SEQUENCE = 48,
    AT_PREVIOUS_MAC = 56,
    AT_PAGE_COUNT = 88,
    AT_RECORD_PAGE_COUNT = 96,
    AT_VERSION = 100,
};

_Static_assert(AT_VERSION + 4 == VFS_RECORD_MAC_OFFSET_BYTES, "the MAC follows the version");
_Static_assert(VFS_RECORD_MAC_OFFSET_BYTES + FK_HASH_SIZE_BYTES == VFS_RECORD_HEADER_SIZE_BYTES, "and ends the header");
_Static_assert((int)AT_RECORD_BYTES == (int)VFS_RECORD_START_SIZE_BYTES, "magic and generation come first");

size_t vfs_record_size_bytes(uint32_t version, uint32_t record_page_count)
{
    return VFS_RECORD_HEADER_SIZE_BYTES + (size_t)record_page_count * (vfs_format_page_size_bytes(version) + 4);
}

size_t vfs_record_padded_size_bytes(uint32_t version, uint32_t record_page_count)
{
    return (vfs_record_size_bytes(version, record_page_count) + VFS_RECORD_ALIGNMENT_BYTES - 1) /
           VFS_RECORD_ALIGNMENT_BYTES * VFS_RECORD_ALIGNMENT_BYTES;
}

void vfs_record_mac_begin(fk_hash *mac, const fk_key *mac_key, const uint8_t bytes[VFS_RECORD_HEADER_SIZE_BYTES])
{
    fk_mac_init(mac, fk_bytes_of(mac_key->bytes, FK_KEY_SIZE_BYTES));
    fk_hash_update(mac, fk_bytes_text(FK_CONTEXT_LOG));
    fk_hash_update(mac, fk_bytes_of(bytes, VFS_RECORD_MAC_OFFSET_BYTES));
}

void vfs_record_mac_page(fk_hash *mac, uint32_t version, const uint8_t *page)
{
    size_t page_size_bytes = vfs_format_page_size_bytes(version);
    size_t from = version == VFS_FORMAT_WHOLE_PAGES ? 0 : page_size_bytes - FK_PAGE_SEAL_SIZE_BYTES;
    fk_hash_update(mac, fk_bytes_of(page + from, page_size_bytes - from));
}

void vfs_record_finish(vfs_record_header *header, const fk_key *mac_key, uint8_t *record)
{
    size_t size_bytes = vfs_record_size_bytes(header->version, header->record_page_count);
    memcpy(record, MAGIC, sizeof MAGIC);
    memcpy(record + AT_GENERATION, header->generation.bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(record + AT_RECORD_BYTES, size_bytes);
    memcpy(record + AT_STORE_ID, header->store_id.bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(record + AT_SEQUENCE, header->sequence);
    memcpy(record + AT_PREVIOUS_MAC, header->previous_mac, FK_HASH_SIZE_BYTES);
    fk_put_u64(record + AT_PAGE_COUNT, header->page_count);
    fk_put_u32(record + AT_RECORD_PAGE_COUNT, header->record_page_count);
    fk_put_u32(record + AT_VERSION, header->version);
    fk_hash mac;
    vfs_record_mac_begin(&mac, mac_key, record);
    const uint8_t *rest = record + VFS_RECORD_HEADER_SIZE_BYTES;
    for (uint32_t i = 0; i < header->record_page_count; i++) {
        vfs_record_mac_page(&mac, header->version, rest);
        rest += vfs_format_page_size_bytes(header->version);
    }
    fk_hash_update(&mac, fk_bytes_of(rest, (size_t)header->record_page_count * 4));
    fk_hash_final(&mac, header->mac);
    memcpy(record + VFS_RECORD_MAC_OFFSET_BYTES, header->mac, FK_HASH_SIZE_BYTES);
}

bool vfs_record_starts(const uint8_t *bytes, const fk_id *generation)
{
    return memcmp(bytes, MAGIC, sizeof MAGIC) == 0 &&
           (memcmp(bytes + AT_GENERATION, generation->bytes, FK_ID_SIZE_BYTES) == 0 || FK_PLANTED(OLD_GENERATION));
}

fk_status vfs_record_parse_header(const uint8_t bytes[VFS_RECORD_HEADER_SIZE_BYTES], uint32_t version,
                                  vfs_record_header *header_out)
{
    *header_out = (vfs_record_header){ .sequence = 0 };
    uint32_t record_page_count = fk_get_u32(bytes + AT_RECORD_PAGE_COUNT);
    uint64_t page_count = fk_get_u64(bytes + AT_PAGE_COUNT);
    bool is_in_bounds = record_page_count >= 1 && record_page_count <= vfs_format_transaction_page_count_max(version);
    if (memcmp(bytes, MAGIC, sizeof MAGIC) != 0 || fk_get_u32(bytes + AT_VERSION) != version ||
        (!is_in_bounds && !FK_PLANTED(LOG_LENGTH_BOUND)) || page_count > VFS_PAGE_TAGS_PAGE_COUNT_MAX ||
        fk_get_u64(bytes + AT_RECORD_BYTES) != vfs_record_size_bytes(version, record_page_count)) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    header_out->version = version;
    header_out->sequence = fk_get_u64(bytes + AT_SEQUENCE);
    header_out->page_count = page_count;
    header_out->record_page_count = record_page_count;
    memcpy(header_out->generation.bytes, bytes + AT_GENERATION, FK_ID_SIZE_BYTES);
    memcpy(header_out->store_id.bytes, bytes + AT_STORE_ID, FK_ID_SIZE_BYTES);
    memcpy(header_out->previous_mac, bytes + AT_PREVIOUS_MAC, FK_HASH_SIZE_BYTES);
    memcpy(header_out->mac, bytes + VFS_RECORD_MAC_OFFSET_BYTES, FK_HASH_SIZE_BYTES);
    return fk_ok();
}
