/* Room ahead of use: zeros behind the last record that are on the disk before a person is asked to type. Written, not
 * truncated to: a file made longer without writing takes no room, and a host that refuses to make it longer cannot say
 * why (docs/adr/0013-room-before-a-form.md). */
#include "vfs_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"

#include "fk/banned.h"

enum { ZEROS_SIZE_BYTES_MAX = 256 * 1024 };

static fk_status write_pieces(fk_vfs *vfs, fk_vault_file file, const uint8_t *zeros, uint64_t from_bytes,
                              uint64_t to_bytes)
{
    while (from_bytes < to_bytes) {
        uint64_t left_bytes = to_bytes - from_bytes;
        size_t size_bytes = left_bytes < ZEROS_SIZE_BYTES_MAX ? (size_t)left_bytes : ZEROS_SIZE_BYTES_MAX;
        FK_TRY(vfs_write(vfs, file, zeros, size_bytes, from_bytes));
        from_bytes += size_bytes;
    }
    return fk_ok();
}

fk_status vfs_write_zeros(fk_vfs *vfs, fk_vault_file file, uint64_t from_bytes, uint64_t to_bytes)
{
    if (from_bytes >= to_bytes) {
        return fk_ok();
    }
    size_t size_bytes = to_bytes - from_bytes < ZEROS_SIZE_BYTES_MAX ? (size_t)(to_bytes - from_bytes)
                                                                     : (size_t)ZEROS_SIZE_BYTES_MAX;
    uint8_t *zeros = fk_allocate(vfs->allocator, size_bytes); /* zeroed */
    if (zeros == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_status status = write_pieces(vfs, file, zeros, from_bytes, to_bytes);
    fk_release(vfs->allocator, zeros, size_bytes);
    return status;
}

fk_status vfs_take_room(fk_vfs *vfs, uint64_t size_bytes)
{
    if (vfs->room_bytes >= size_bytes) {
        return fk_ok();
    }
    fk_vault_file log = vfs_log_file(vfs->root.counter);
    uint64_t from_bytes = vfs->log_end_bytes + vfs->room_bytes;
    fk_status status = FK_PLANTED(ROOM_NOT_TAKEN)
                           ? fk_ok()
                           : vfs_write_zeros(vfs, log, from_bytes, vfs->log_end_bytes + size_bytes);
    if (status.code == FK_ERR_FULL) {
        FK_TRY(vfs_truncate(vfs, log, from_bytes));
    }
    FK_TRY(status);
    FK_TRY(vfs_flush(vfs, log));
    vfs->room_bytes = size_bytes;
    return fk_ok();
}

fk_status fk_vfs_reserve(fk_vfs *vfs, uint32_t size_bytes)
{
    FK_ASSERT(size_bytes <= FK_VFS_ROOM_SIZE_BYTES_MAX);
    FK_TRY(fk_vfs_failure(vfs));
    if (vfs->is_read_only) {
        return fk_status_of(FK_ERR_READ_ONLY);
    }
    if (vfs->room_bytes >= size_bytes) {
        return fk_ok();
    }
    uint64_t twice_bytes = (uint64_t)size_bytes * 2;
    /* What the first commit would have to do before it may write; and no room is behind the end a log may have. */
    if (vfs->needs_rewrite || vfs->log_end_bytes + twice_bytes > FK_VFS_LOG_SIZE_BYTES_MAX) {
        FK_TRY(fk_vfs_checkpoint(vfs));
    }
    fk_status status = vfs_take_room(vfs, twice_bytes);
    return status.code == FK_ERR_FULL ? vfs_take_room(vfs, size_bytes) : status;
}
