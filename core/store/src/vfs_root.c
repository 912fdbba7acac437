#include "vfs_root.h"

#include <string.h>

#include "fk/contexts.h"
#include "fk/planted.h"
#include "vfs_format.h"
#include "vfs_page_tags.h"

#include "fk/banned.h"

enum {
    MAGIC_SIZE_BYTES = 8,
    AT_VERSION = 8,
    AT_LOG_INDEX = 12,
    AT_STORE_ID = 16,
    AT_COUNTER = 32,
    AT_SEQUENCE = 40,
    AT_LAST_MAC = 48,
    AT_PAGE_COUNT = 80,
    AT_TAG_TABLE_BYTES = 88,
    AT_GENERATION = 96,
    AT_TAG_TABLE_DIGEST = 112,
    AT_PAGE_KEY_CHECK = 144,
    AT_MAC = 224,
};

_Static_assert(AT_MAC + FK_HASH_SIZE_BYTES == VFS_ROOT_SIZE_BYTES, "the MAC ends the root");

static const struct {
    char magic[MAGIC_SIZE_BYTES + 1];
    const char *label;
} KINDS[] = {
    [VFS_ROOT_SUPERBLOCK] = { "FKSUPER\n", FK_CONTEXT_SUPERBLOCK },
    [VFS_ROOT_LOG] = { "FKLOGHD\n", FK_CONTEXT_LOG },
};

static void compute_mac(vfs_root_kind kind, const uint8_t *bytes, const fk_key *mac_key,
                        uint8_t mac_out[FK_HASH_SIZE_BYTES])
{
    fk_hash mac;
    fk_mac_init(&mac, fk_bytes_of(mac_key->bytes, FK_KEY_SIZE_BYTES));
    fk_hash_update(&mac, fk_bytes_text(KINDS[kind].label));
    fk_hash_update(&mac, fk_bytes_of(bytes, AT_MAC));
    fk_hash_final(&mac, mac_out);
}

void vfs_root_check_of(uint32_t version, const fk_key *page_key, uint8_t check_out[FK_HASH_SIZE_BYTES])
{
    memset(check_out, 0, FK_HASH_SIZE_BYTES);
    if (version == VFS_FORMAT_WHOLE_PAGES) {
        return;
    }
    fk_hash mac;
    fk_mac_init(&mac, fk_bytes_of(page_key->bytes, FK_KEY_SIZE_BYTES));
    fk_hash_update(&mac, fk_bytes_text(FK_CONTEXT_PAGE_KEY));
    fk_hash_final(&mac, check_out);
}

void vfs_root_encode(vfs_root_kind kind, const vfs_root *root, fk_bytes tag_table, const fk_key *mac_key,
                     uint8_t bytes_out[VFS_ROOT_SIZE_BYTES])
{
    memset(bytes_out, 0, VFS_ROOT_SIZE_BYTES);
    memcpy(bytes_out, KINDS[kind].magic, MAGIC_SIZE_BYTES);
    fk_put_u32(bytes_out + AT_VERSION, root->version);
    fk_put_u32(bytes_out + AT_LOG_INDEX, vfs_root_slot(root->counter));
    memcpy(bytes_out + AT_STORE_ID, root->store_id.bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(bytes_out + AT_COUNTER, root->counter);
    fk_put_u64(bytes_out + AT_SEQUENCE, root->sequence);
    memcpy(bytes_out + AT_LAST_MAC, root->mac, FK_HASH_SIZE_BYTES);
    fk_put_u64(bytes_out + AT_PAGE_COUNT, root->page_count);
    memcpy(bytes_out + AT_GENERATION, root->generation.bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(bytes_out + AT_TAG_TABLE_BYTES, tag_table.size_bytes);
    fk_hash_of(tag_table, bytes_out + AT_TAG_TABLE_DIGEST);
    memcpy(bytes_out + AT_PAGE_KEY_CHECK, root->page_key_check, FK_HASH_SIZE_BYTES);
    compute_mac(kind, bytes_out, mac_key, bytes_out + AT_MAC);
}

/* The page-tag table behind a superblock: of the database or none, and the one it was written with. */
static bool tag_table_is_whole(fk_bytes file)
{
    uint64_t size_bytes = fk_get_u64(file.data + AT_TAG_TABLE_BYTES);
    bool is_in_file = size_bytes <= file.size_bytes - VFS_ROOT_SIZE_BYTES;
    bool is_of_database = size_bytes == fk_get_u64(file.data + AT_PAGE_COUNT) * VFS_PAGE_TAG_SIZE_BYTES;
    if ((!is_in_file || (!is_of_database && size_bytes > 0)) && !FK_PLANTED(SUPERBLOCK_BOUND)) {
        return false;
    }
    uint8_t digest[FK_HASH_SIZE_BYTES];
    fk_hash_of(fk_bytes_of(file.data + VFS_ROOT_SIZE_BYTES, (size_t)size_bytes), digest);
    return memcmp(digest, file.data + AT_TAG_TABLE_DIGEST, sizeof digest) == 0;
}

fk_status vfs_root_parse(vfs_root_kind kind, fk_bytes bytes, const fk_id *store_id, const fk_key *mac_key,
                         vfs_root *root_out)
{
    *root_out = (vfs_root){ .counter = 0 };
    if (bytes.size_bytes < VFS_ROOT_SIZE_BYTES || memcmp(bytes.data, KINDS[kind].magic, MAGIC_SIZE_BYTES) != 0 ||
        memcmp(bytes.data + AT_STORE_ID, store_id->bytes, FK_ID_SIZE_BYTES) != 0) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    uint8_t mac[FK_HASH_SIZE_BYTES];
    compute_mac(kind, bytes.data, mac_key, mac);
    if (!fk_equal_constant_time(mac, bytes.data + AT_MAC, sizeof mac)) {
        return fk_status_of(FK_ERR_AUTH);
    }
    uint32_t version = fk_get_u32(bytes.data + AT_VERSION);
    if (!vfs_format_is_known(version)) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    uint64_t counter = fk_get_u64(bytes.data + AT_COUNTER);
    uint64_t page_count = fk_get_u64(bytes.data + AT_PAGE_COUNT);
    if (fk_get_u32(bytes.data + AT_LOG_INDEX) != vfs_root_slot(counter) || page_count > UINT32_MAX ||
        (kind == VFS_ROOT_SUPERBLOCK && !tag_table_is_whole(bytes))) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    *root_out = (vfs_root){
        .version = version,
        .store_id = *store_id,
        .counter = counter,
        .sequence = fk_get_u64(bytes.data + AT_SEQUENCE),
        .page_count = page_count,
        .tag_table_bytes = fk_get_u64(bytes.data + AT_TAG_TABLE_BYTES),
    };
    memcpy(root_out->mac, bytes.data + AT_LAST_MAC, FK_HASH_SIZE_BYTES);
    memcpy(root_out->generation.bytes, bytes.data + AT_GENERATION, FK_ID_SIZE_BYTES);
    memcpy(root_out->page_key_check, bytes.data + AT_PAGE_KEY_CHECK, FK_HASH_SIZE_BYTES);
    return fk_ok();
}
