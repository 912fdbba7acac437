#define _GNU_SOURCE
#include "posix_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fk/assert.h"
#include "fk/banned.h"

static const char *const FILE_NAMES[FK_FILE_COUNT] = {
    [FK_FILE_PAGES] = "pages",
    [FK_FILE_LOG_0] = "log0",
    [FK_FILE_LOG_1] = "log1",
    [FK_FILE_SUPERBLOCK_0] = "super0",
    [FK_FILE_SUPERBLOCK_1] = "super1",
    [FK_FILE_KEYS] = "keys",
    [FK_FILE_ATTEMPTS] = "tries",
    [FK_FILE_SECOND_PAGES] = "pages2",
    [FK_FILE_SECOND_LOG_0] = "log2",
    [FK_FILE_SECOND_LOG_1] = "log3",
    [FK_FILE_SECOND_SUPERBLOCK_0] = "super2",
    [FK_FILE_SECOND_SUPERBLOCK_1] = "super3",
};

struct fk_posix_disk {
    const fk_allocator *allocator;
    fk_disk port;
    int directory;
    int files[FK_FILE_COUNT];
};

static int descriptor(void *ctx, fk_vault_file file)
{
    FK_ASSERT((unsigned)file < FK_FILE_COUNT);
    return ((fk_posix_disk *)ctx)->files[file];
}

/* --- the port ------------------------------------------------------------------------------------ */

static int64_t disk_read(void *ctx, fk_vault_file file, uint8_t *target, size_t size_bytes, uint64_t offset_bytes)
{
    int fd = descriptor(ctx, file);
    size_t done = 0;
    while (done < size_bytes) {
        ssize_t count = pread(fd, target + done, size_bytes - done, (off_t)(offset_bytes + done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return -1;
        }
        if (count == 0) {
            break;
        }
        done += (size_t)count;
    }
    return (int64_t)done;
}

static bool means_full(int error_number)
{
    return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
}

static int64_t disk_write(void *ctx, fk_vault_file file, const uint8_t *source, size_t size_bytes,
                          uint64_t offset_bytes)
{
    int fd = descriptor(ctx, file);
    size_t done = 0;
    while (done < size_bytes) {
        ssize_t count = pwrite(fd, source + done, size_bytes - done, (off_t)(offset_bytes + done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return means_full(errno) ? (int64_t)done : -1;
        }
        done += (size_t)count;
    }
    return (int64_t)done;
}

static int disk_flush(void *ctx, fk_vault_file file)
{
    return fdatasync(descriptor(ctx, file)) == 0 ? 0 : -1;
}

static int disk_truncate(void *ctx, fk_vault_file file, uint64_t size_bytes)
{
    return ftruncate(descriptor(ctx, file), (off_t)size_bytes) == 0 ? 0 : -1;
}

static int64_t disk_size(void *ctx, fk_vault_file file)
{
    struct stat status;
    return fstat(descriptor(ctx, file), &status) == 0 ? (int64_t)status.st_size : -1;
}

/* --- life ---------------------------------------------------------------------------------------- */

static fk_status open_directory(fk_posix_disk *disk, const char *directory, fk_error *error)
{
    if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
        fk_error_set(error, "directory: %s", strerror(errno));
        return fk_status_of(FK_ERR_IO);
    }
    disk->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (disk->directory < 0) {
        fk_error_set(error, "directory: %s", strerror(errno));
        return fk_status_of(FK_ERR_IO);
    }
    if (flock(disk->directory, LOCK_EX | LOCK_NB) != 0) {
        bool is_held = errno == EWOULDBLOCK;
        fk_error_set(error, "%s", is_held ? "vault-in-use" : strerror(errno));
        return fk_status_of(is_held ? FK_ERR_WRONG_STATE : FK_ERR_IO);
    }
    return fk_ok();
}

static fk_status open_files(fk_posix_disk *disk, fk_error *error)
{
    for (size_t i = 0; i < FK_FILE_COUNT; i++) {
        disk->files[i] = openat(disk->directory, FILE_NAMES[i], O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (disk->files[i] < 0) {
            fk_error_set(error, "%s: %s", FILE_NAMES[i], strerror(errno));
            return fk_status_of(FK_ERR_IO);
        }
    }
    /* The names themselves must outlive a power cut. */
    if (fsync(disk->directory) != 0) {
        fk_error_set(error, "directory: %s", strerror(errno));
        return fk_status_of(FK_ERR_IO);
    }
    return fk_ok();
}

fk_status fk_posix_disk_open(const fk_allocator *allocator, const char *directory, fk_posix_disk **disk_out,
                             fk_error *error)
{
    *disk_out = NULL;
    fk_posix_disk *disk = fk_allocate(allocator, sizeof *disk);
    if (disk == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    disk->allocator = allocator;
    disk->port = (fk_disk){ disk_read, disk_write, disk_flush, disk_truncate, disk_size, disk };
    disk->directory = -1;
    for (size_t i = 0; i < FK_FILE_COUNT; i++) {
        disk->files[i] = -1;
    }
    fk_status status = open_directory(disk, directory, error);
    if (fk_is_ok(status)) {
        status = open_files(disk, error);
    }
    if (!fk_is_ok(status)) {
        fk_posix_disk_close(disk);
        return status;
    }
    *disk_out = disk;
    return fk_ok();
}

void fk_posix_disk_close(fk_posix_disk *disk)
{
    if (disk == NULL) {
        return;
    }
    for (size_t i = 0; i < FK_FILE_COUNT; i++) {
        if (disk->files[i] >= 0) {
            (void)close(disk->files[i]);
        }
    }
    if (disk->directory >= 0) {
        (void)close(disk->directory); /* releases the lock */
    }
    fk_release(disk->allocator, disk, sizeof *disk);
}

const fk_disk *fk_posix_disk_port(const fk_posix_disk *disk)
{
    return &disk->port;
}

void fk_posix_disk_remove(const char *directory)
{
    int opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    for (size_t i = 0; opened >= 0 && i < FK_FILE_COUNT; i++) {
        (void)unlinkat(opened, FILE_NAMES[i], 0);
    }
    if (opened >= 0) {
        (void)close(opened);
    }
    (void)rmdir(directory);
}
