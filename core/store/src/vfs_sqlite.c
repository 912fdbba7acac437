/* SQLite's view of a store: one VFS for the process, one file per store.
 *
 * SQLite is built without an operating system layer; its sqlite3_os_init() is here. SQLite3
 * Multiple Ciphers then wraps this VFS and makes the wrapper the default, so a plain
 * sqlite3_open_v2(fk_vfs_name(vfs), .., NULL) is encrypted.
 *
 * The wrapper overwrites the result of a failed read with the result of decrypting the buffer, and
 * passes SQLITE_IOERR_SHORT_READ through, which SQLite takes for a page of zeros. So a read that
 * fails, or finds nothing where a page should be, leaves zeros behind, which no key authenticates,
 * and never says SHORT_READ; that is kept for reads behind the end of the database. */
#include "vfs_internal.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

typedef struct store_file {
    sqlite3_file base;
    fk_vfs *vfs;
} store_file;

/* State of the process: SQLite finds a file by its name only. */
static fk_vfs *first_store;
static uint64_t store_count;

void vfs_register(fk_vfs *vfs)
{
    (void)snprintf(vfs->name, sizeof vfs->name, "store-%llu", (unsigned long long)++store_count);
    vfs->next = first_store;
    first_store = vfs;
}

void vfs_unregister(fk_vfs *vfs)
{
    for (fk_vfs **link = &first_store; *link != NULL; link = &(*link)->next) {
        if (*link == vfs) {
            *link = vfs->next;
            return;
        }
    }
}

static int sqlite_code(fk_status status, int failure_code)
{
    switch (status.code) {
    case FK_OK:
        return SQLITE_OK;
    case FK_ERR_FULL:
    case FK_ERR_TOO_LARGE:
        return SQLITE_FULL;
    case FK_ERR_NO_MEMORY:
        return SQLITE_NOMEM;
    case FK_ERR_DAMAGED:
        return SQLITE_CORRUPT;
    case FK_ERR_READ_ONLY:
        return SQLITE_READONLY;
    default:
        return failure_code;
    }
}

static fk_vfs *store_of(sqlite3_file *file)
{
    return ((store_file *)(void *)file)->vfs;
}

/* --- file --------------------------------------------------------------------------------------- */

static int file_close(sqlite3_file *file)
{
    fk_vfs *vfs = store_of(file);
    vfs_batch_drop(vfs);
    vfs->is_file_open = false;
    return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *target, int size, sqlite3_int64 offset)
{
    FK_ASSERT(size >= 0);
    FK_ASSERT(offset >= 0);
    fk_vfs *vfs = store_of(file);
    uint64_t page_count = vfs->batch.is_open ? vfs->batch.page_count : vfs->page_count;
    memset(target, 0, (size_t)size);
    if (vfs->has_failed) {
        return SQLITE_IOERR_READ;
    }
    for (uint32_t done = 0; done < (uint32_t)size;) {
        uint64_t at = (uint64_t)offset + done;
        uint64_t page_index = at / vfs->page_size_bytes;
        if (page_index >= page_count) {
            return SQLITE_IOERR_SHORT_READ;
        }
        uint32_t offset_in_page = (uint32_t)(at % vfs->page_size_bytes);
        uint32_t rest_of_page = vfs->page_size_bytes - offset_in_page;
        uint32_t length = (uint32_t)size - done < rest_of_page ? (uint32_t)size - done : rest_of_page;
        fk_status status =
            vfs_read_page(vfs, (uint32_t)page_index + 1, offset_in_page, length, (uint8_t *)target + done);
        if (!fk_is_ok(status)) {
            memset(target, 0, (size_t)size);
            return sqlite_code(status, SQLITE_IOERR_READ);
        }
        done += length;
    }
    return SQLITE_OK;
}

static int file_write(sqlite3_file *file, const void *source, int size, sqlite3_int64 offset)
{
    fk_vfs *vfs = store_of(file);
    bool is_page = (uint32_t)size == vfs->page_size_bytes && offset % vfs->page_size_bytes == 0;
    if (vfs->has_failed || !vfs->batch.is_open || !is_page) {
        vfs->statistics.refused_write_count++;
        return SQLITE_IOERR_WRITE;
    }
    sqlite3_int64 page_number = offset / vfs->page_size_bytes + 1;
    if (page_number > UINT32_MAX) {
        return SQLITE_FULL;
    }
    return sqlite_code(vfs_batch_write(vfs, (uint32_t)page_number, source), SQLITE_IOERR_WRITE);
}

/* Lowers the page count in memory; the next record or superblock carries it. Never fails, because
 * SQLite would report failure of a transaction that is kept. */
static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    fk_vfs *vfs = store_of(file);
    uint64_t page_count = ((uint64_t)size + vfs->page_size_bytes - 1) / vfs->page_size_bytes;
    if (page_count < vfs->page_count) {
        vfs->page_count = page_count;
    }
    return SQLITE_OK;
}

/* The flush is in COMMIT_ATOMIC. */
static int file_sync(sqlite3_file *file, int flags)
{
    (void)file;
    (void)flags;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size_out)
{
    const fk_vfs *vfs = store_of(file);
    uint64_t page_count = vfs->batch.is_open ? vfs->batch.page_count : vfs->page_count;
    *size_out = (sqlite3_int64)(page_count * vfs->page_size_bytes);
    return SQLITE_OK;
}

/* One connection holds the files; the host's lock keeps others out. */
static int file_lock(sqlite3_file *file, int level)
{
    (void)file;
    (void)level;
    return SQLITE_OK;
}

static int file_check_reserved_lock(sqlite3_file *file, int *result_out)
{
    (void)file;
    *result_out = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    (void)argument;
    fk_vfs *vfs = store_of(file);
    switch (operation) {
    case SQLITE_FCNTL_BEGIN_ATOMIC_WRITE:
        if (vfs->has_failed) {
            return SQLITE_IOERR_BEGIN_ATOMIC;
        }
        if (vfs->is_read_only) {
            return SQLITE_READONLY;
        }
        vfs_batch_begin(vfs);
        return SQLITE_OK;
    case SQLITE_FCNTL_COMMIT_ATOMIC_WRITE:
        if (vfs->has_failed || !vfs->batch.is_open) {
            return SQLITE_IOERR_COMMIT_ATOMIC;
        }
        return sqlite_code(vfs_batch_commit(vfs), SQLITE_IOERR_COMMIT_ATOMIC);
    case SQLITE_FCNTL_ROLLBACK_ATOMIC_WRITE:
        vfs_batch_drop(vfs);
        return SQLITE_OK;
    default:
        return SQLITE_NOTFOUND;
    }
}

static int file_sector_size(sqlite3_file *file)
{
    return (int)store_of(file)->page_size_bytes;
}

static int file_device_characteristics(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_BATCH_ATOMIC | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN;
}

static const sqlite3_io_methods FILE_METHODS = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_device_characteristics,
};

/* --- the VFS ------------------------------------------------------------------------------------ */

/* Main files of known stores only: no journal, no temporary file ever exists. */
static int store_open(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
    (void)base;
    store_file *opened = (store_file *)(void *)file;
    *opened = (store_file){ .base = { NULL } };
    if (name == NULL || (flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return SQLITE_CANTOPEN;
    }
    for (fk_vfs *vfs = first_store; vfs != NULL; vfs = vfs->next) {
        if (strcmp(vfs->name, name) == 0 && !vfs->is_file_open) {
            vfs->is_file_open = true;
            *opened = (store_file){ .base = { &FILE_METHODS }, .vfs = vfs };
            if (flags_out != NULL) {
                *flags_out = flags;
            }
            return SQLITE_OK;
        }
    }
    return SQLITE_CANTOPEN;
}

static int store_delete(sqlite3_vfs *base, const char *name, int sync_directory)
{
    (void)base;
    (void)name;
    (void)sync_directory;
    return SQLITE_IOERR_DELETE;
}

static int store_access(sqlite3_vfs *base, const char *name, int flags, int *result_out)
{
    (void)base;
    (void)name;
    (void)flags;
    *result_out = 0;
    return SQLITE_OK;
}

static int store_full_pathname(sqlite3_vfs *base, const char *name, int size, char *target)
{
    (void)base;
    int length = snprintf(target, (size_t)size, "%s", name);
    return length >= 0 && length < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int store_randomness(sqlite3_vfs *base, int size, char *target)
{
    (void)base;
    fk_random_bytes((uint8_t *)target, (size_t)size);
    return size;
}

static int store_sleep(sqlite3_vfs *base, int microseconds)
{
    (void)base;
    return microseconds;
}

/* SQL has no clock: times come in as arguments. */
static int store_current_time(sqlite3_vfs *base, double *julian_day_out)
{
    (void)base;
    *julian_day_out = 0;
    return SQLITE_ERROR;
}

/* The wrapper calls this whether it is there or not. */
static int store_last_error(sqlite3_vfs *base, int size, char *target)
{
    (void)base;
    (void)size;
    (void)target;
    return 0;
}

static sqlite3_vfs store_vfs = {
    .iVersion = 1,
    .szOsFile = sizeof(store_file),
    .mxPathname = VFS_NAME_SIZE_BYTES,
    .zName = "fieldkit",
    .xOpen = store_open,
    .xDelete = store_delete,
    .xAccess = store_access,
    .xFullPathname = store_full_pathname,
    .xRandomness = store_randomness,
    .xSleep = store_sleep,
    .xCurrentTime = store_current_time,
    .xGetLastError = store_last_error,
};

int sqlite3_os_init(void)
{
    return sqlite3_vfs_register(&store_vfs, 1);
}

int sqlite3_os_end(void)
{
    return SQLITE_OK;
}
