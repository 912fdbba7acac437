/* A superblock with its page-tag table, or the head of a log.
 * Target: vfs_root_parse. Input: one byte of choices, then the file. Bit 0 makes the MAC right, bit 1 the digest of the
 * table, bit 2 reads a log header instead. What is accepted is in bounds and, with no table, encodes to the same MAC
 * input when its unused bytes are zeros.
 */
#include <stdlib.h>
#include <string.h>

#include "fk/assert.h"
#include "vfs_root.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { AT_TAG_TABLE_BYTES = 88, AT_TAG_TABLE_DIGEST = 112, AT_ZEROS = 144, AT_MAC = 224 };

static const fk_id STORE = { { 1, 2, 3, 4 } };
static const fk_key KEY = { { 0x42 } };

static void renew(uint8_t *file, size_t file_size, vfs_root_kind kind, uint8_t choices)
{
    uint64_t table_bytes = fk_get_u64(file + AT_TAG_TABLE_BYTES);
    if ((choices & 2) != 0 && table_bytes <= file_size - VFS_ROOT_SIZE_BYTES) {
        fk_hash_of(fk_bytes_of(file + VFS_ROOT_SIZE_BYTES, (size_t)table_bytes), file + AT_TAG_TABLE_DIGEST);
    }
    if ((choices & 1) != 0) {
        fk_hash mac;
        fk_mac_init(&mac, fk_bytes_of(KEY.bytes, FK_KEY_SIZE_BYTES));
        fk_hash_update(&mac, fk_bytes_text(kind == VFS_ROOT_LOG ? "fk/log/v1" : "fk/super/v1"));
        fk_hash_update(&mac, fk_bytes_of(file, AT_MAC));
        fk_hash_final(&mac, file + AT_MAC);
    }
}

static void check_accepted(const uint8_t *file, size_t file_size, vfs_root_kind kind, const vfs_root *root)
{
    static const uint8_t zeros[AT_MAC - AT_ZEROS];
    uint8_t encoded[VFS_ROOT_SIZE_BYTES];
    FK_ASSERT(root->page_count <= UINT32_MAX);
    FK_ASSERT(kind == VFS_ROOT_LOG || root->tag_table_bytes <= file_size - VFS_ROOT_SIZE_BYTES);
    vfs_root_encode(kind, root, fk_bytes_of(NULL, 0), &KEY, encoded);
    if (kind == VFS_ROOT_SUPERBLOCK && root->tag_table_bytes == 0 &&
        memcmp(file + AT_ZEROS, zeros, sizeof zeros) == 0) {
        FK_ASSERT(memcmp(encoded, file, sizeof encoded) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    size_t file_size = size - 1;
    vfs_root_kind kind = (data[0] & 4) != 0 ? VFS_ROOT_LOG : VFS_ROOT_SUPERBLOCK;
    uint8_t *file = malloc(file_size); /* exactly as long, so that a byte too many is seen */
    FK_ASSERT(file != NULL);
    memcpy(file, data + 1, file_size);
    if (file_size >= VFS_ROOT_SIZE_BYTES) {
        renew(file, file_size, kind, data[0]);
    }
    vfs_root root;
    if (fk_is_ok(vfs_root_parse(kind, fk_bytes_of(file, file_size), &STORE, &KEY, &root))) {
        check_accepted(file, file_size, kind, &root);
    }
    free(file);
    return 0;
}
