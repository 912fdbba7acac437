#include "file.h"

#include <string.h>

#include "fk/planted.h"

#include "fk/banned.h"

static const uint8_t MAGIC[8] = { 'F', 'K', 'B', 'A', 'C', 'K', '\r', '\n' };

enum { AT_VERSION = 8, AT_KEYFILE_SIZE = 12, AT_KEYFILE = 16 };

void fk_backup_head_write(const fk_keyfile *keyfile, uint8_t head_out[FK_BACKUP_HEAD_SIZE_BYTES])
{
    memcpy(head_out, MAGIC, sizeof MAGIC);
    fk_put_u32(head_out + AT_VERSION, FK_BACKUP_VERSION);
    fk_put_u32(head_out + AT_KEYFILE_SIZE, FK_KEYFILE_SIZE_BYTES);
    memcpy(head_out + AT_KEYFILE, keyfile->bytes, FK_KEYFILE_SIZE_BYTES);
}

fk_status fk_backup_head_read(fk_bytes head, fk_keyfile *keyfile_out)
{
    *keyfile_out = (fk_keyfile){ .memory_kib = 0 };
    if (head.size_bytes < AT_KEYFILE || memcmp(head.data, MAGIC, sizeof MAGIC) != 0) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    if (fk_get_u32(head.data + AT_VERSION) != FK_BACKUP_VERSION) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    size_t size_bytes = fk_get_u32(head.data + AT_KEYFILE_SIZE);
    bool is_right = size_bytes == FK_KEYFILE_SIZE_BYTES && head.size_bytes == FK_BACKUP_HEAD_SIZE_BYTES;
    if (!is_right && !FK_PLANTED(BACKUP_HEAD_BOUND)) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    return fk_keyfile_parse(fk_bytes_of(head.data + AT_KEYFILE, size_bytes), keyfile_out);
}

void fk_backup_head_digest(const uint8_t head[FK_BACKUP_HEAD_SIZE_BYTES], uint8_t digest_out[FK_HASH_SIZE_BYTES])
{
    fk_hash_of(fk_bytes_of(head, FK_BACKUP_HEAD_SIZE_BYTES), digest_out);
}
