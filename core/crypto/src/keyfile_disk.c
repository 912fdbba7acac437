#include "fk/keyfile.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

/* Write, flush, read back, compare: a slot that was not verified is not relied on. */
static fk_status write_verified(const fk_disk *disk, fk_bytes bytes, uint64_t offset_bytes)
{
    uint8_t read_back[FK_KEYFILE_SIZE_BYTES];
    FK_ASSERT(bytes.size_bytes <= sizeof read_back);
    int64_t size_bytes = (int64_t)bytes.size_bytes;
    int64_t written = disk->write(disk->ctx, FK_FILE_KEYS, bytes.data, bytes.size_bytes, offset_bytes);
    if (written != size_bytes) {
        return fk_status_of(written >= 0 ? FK_ERR_FULL : FK_ERR_IO);
    }
    if (disk->flush(disk->ctx, FK_FILE_KEYS) != 0 ||
        disk->read(disk->ctx, FK_FILE_KEYS, read_back, bytes.size_bytes, offset_bytes) != size_bytes) {
        return fk_status_of(FK_ERR_IO);
    }
    return memcmp(read_back, bytes.data, bytes.size_bytes) == 0 ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
}

/* Empty, or slots whose header never came: it is written last, after the slots are flushed. Without its salt no secret
 * opens anything, so this is no vault, and a creation that was cut off can be taken away. */
static bool is_without_header(const uint8_t *bytes, size_t size_bytes)
{
    static const uint8_t nothing[FK_KEYFILE_HEADER_SIZE_BYTES];
    return memcmp(bytes, nothing, size_bytes < sizeof nothing ? size_bytes : sizeof nothing) == 0;
}

fk_status fk_keyfile_load(const fk_disk *disk, fk_keyfile *keyfile_out)
{
    *keyfile_out = (fk_keyfile){ .memory_kib = 0 };
    /* One byte more than a key file, so a longer one is seen. */
    uint8_t bytes[FK_KEYFILE_SIZE_BYTES + 1];
    int64_t size_bytes = disk->read(disk->ctx, FK_FILE_KEYS, bytes, sizeof bytes, 0);
    if (size_bytes < 0 || size_bytes > (int64_t)sizeof bytes) {
        return fk_status_of(FK_ERR_IO);
    }
    if (is_without_header(bytes, (size_t)size_bytes)) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    return fk_keyfile_parse(fk_bytes_of(bytes, (size_t)size_bytes), keyfile_out);
}

fk_status fk_keyfile_create_on_disk(const fk_disk *disk, const fk_keyfile *keyfile)
{
    int64_t size_bytes = disk->size(disk->ctx, FK_FILE_KEYS);
    if (size_bytes != 0) {
        return fk_status_of(size_bytes > 0 ? FK_ERR_EXISTS : FK_ERR_IO);
    }
    FK_TRY(write_verified(disk,
                          fk_bytes_of(keyfile->bytes + FK_KEYFILE_HEADER_SIZE_BYTES,
                                      FK_KEYFILE_SIZE_BYTES - FK_KEYFILE_HEADER_SIZE_BYTES),
                          FK_KEYFILE_HEADER_SIZE_BYTES));
    return write_verified(disk, fk_bytes_of(keyfile->bytes, FK_KEYFILE_HEADER_SIZE_BYTES), 0);
}

fk_status fk_keyfile_save_slot(const fk_disk *disk, const fk_keyfile *keyfile, uint32_t slot_index)
{
    FK_ASSERT(slot_index < FK_KEYFILE_SLOT_COUNT);
    uint64_t offset_bytes = FK_KEYFILE_HEADER_SIZE_BYTES + (uint64_t)slot_index * FK_KEYFILE_SLOT_SIZE_BYTES;
    return write_verified(disk, fk_bytes_of(keyfile->bytes + offset_bytes, FK_KEYFILE_SLOT_SIZE_BYTES), offset_bytes);
}
