#include "crash_vfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "fk/assert.h"
#include "seeded_random.h"

enum { FILE_COUNT = 4, NAME_SIZE = 128, SECTOR = 512, FILE_SIZE_MAX = 4 * 1024 * 1024 };

typedef struct image {
    uint8_t bytes[FILE_SIZE_MAX];
    size_t size;
} image;

typedef struct crash_entry {
    char name[NAME_SIZE]; /* empty: free */
    image *seen;
    image *durable;
} crash_entry;

typedef struct crash_file {
    sqlite3_file base;
    crash_entry *entry;
} crash_file;

static struct {
    crash_entry entries[FILE_COUNT];
    seeded_random generator;
    uint64_t count;
    uint64_t fail_at;
    bool is_full; /* what fails is room, not power */
    bool is_down;
} disk;

static crash_entry *find(const char *name)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        if (strcmp(disk.entries[i].name, name) == 0) {
            return &disk.entries[i];
        }
    }
    return NULL;
}

static void drop(crash_entry *entry)
{
    free(entry->seen);
    free(entry->durable);
    memset(entry, 0, sizeof *entry);
}

/* One more write, sync or truncate: does it come about? */
static bool happens(bool needs_room)
{
    if (disk.count == disk.fail_at) {
        disk.is_down = true;
    }
    disk.count++;
    return !disk.is_down || (disk.is_full && !needs_room);
}

/* --- a file ----------------------------------------------------------------------------------------- */

static crash_entry *entry_of(sqlite3_file *file)
{
    return ((crash_file *)(void *)file)->entry;
}

static int file_close(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *target, int size, sqlite3_int64 offset)
{
    const image *seen = entry_of(file)->seen;
    if (disk.is_down && !disk.is_full) {
        return SQLITE_IOERR_READ;
    }
    memset(target, 0, (size_t)size);
    size_t from = (size_t)offset < seen->size ? (size_t)offset : seen->size;
    size_t there = seen->size - from < (size_t)size ? seen->size - from : (size_t)size;
    memcpy(target, seen->bytes + from, there);
    return there == (size_t)size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *source, int size, sqlite3_int64 offset)
{
    image *seen = entry_of(file)->seen;
    size_t end = (size_t)offset + (size_t)size;
    FK_ASSERT(end <= FILE_SIZE_MAX);
    if (!happens(end > seen->size)) {
        return disk.is_full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    memcpy(seen->bytes + offset, source, (size_t)size);
    seen->size = end > seen->size ? end : seen->size;
    return SQLITE_OK;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    image *seen = entry_of(file)->seen;
    if (!happens(false)) {
        return SQLITE_IOERR_TRUNCATE;
    }
    if ((size_t)size < seen->size) {
        memset(seen->bytes + size, 0, seen->size - (size_t)size);
        seen->size = (size_t)size;
    }
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    if (!happens(false)) {
        return SQLITE_IOERR_FSYNC;
    }
    *entry_of(file)->durable = *entry_of(file)->seen;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size_out)
{
    *size_out = (sqlite3_int64)entry_of(file)->seen->size;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
    (void)file, (void)level;
    return SQLITE_OK;
}

static int file_is_reserved(sqlite3_file *file, int *is_reserved_out)
{
    (void)file;
    *is_reserved_out = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    (void)file, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_zero(sqlite3_file *file)
{
    (void)file;
    return 0;
}

static int file_sector_size(sqlite3_file *file)
{
    (void)file;
    return SECTOR;
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_zero,
};

/* --- the file system ---------------------------------------------------------------------------------- */

static int system_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
    (void)vfs;
    crash_entry *entry = name == NULL ? NULL : find(name);
    if (entry == NULL && name != NULL && (flags & SQLITE_OPEN_CREATE) != 0) {
        entry = find("");
        FK_ASSERT(entry != NULL && strlen(name) < NAME_SIZE);
        strcpy(entry->name, name);
        entry->seen = calloc(1, sizeof *entry->seen);
        entry->durable = calloc(1, sizeof *entry->durable);
        FK_ASSERT(entry->seen != NULL && entry->durable != NULL);
    }
    file->pMethods = NULL;
    if (entry == NULL) {
        return SQLITE_CANTOPEN;
    }
    ((crash_file *)(void *)file)->entry = entry;
    file->pMethods = &file_methods;
    if (flags_out != NULL) {
        *flags_out = flags;
    }
    return SQLITE_OK;
}

static int system_delete(sqlite3_vfs *vfs, const char *name, int syncs_folder)
{
    (void)vfs, (void)syncs_folder;
    crash_entry *entry = find(name);
    if (disk.is_down && !disk.is_full) {
        return SQLITE_IOERR_DELETE;
    }
    if (entry != NULL) {
        drop(entry);
    }
    return SQLITE_OK;
}

static int system_access(sqlite3_vfs *vfs, const char *name, int flags, int *answer_out)
{
    (void)vfs, (void)flags;
    *answer_out = find(name) != NULL;
    return SQLITE_OK;
}

static int system_full_path(sqlite3_vfs *vfs, const char *name, int size, char *target)
{
    (void)vfs;
    FK_ASSERT(strlen(name) < (size_t)size);
    strcpy(target, name);
    return SQLITE_OK;
}

static int system_random(sqlite3_vfs *vfs, int size, char *target)
{
    (void)vfs;
    for (int i = 0; i < size; i++) {
        target[i] = (char)seeded_random_below(&disk.generator, 256);
    }
    return size;
}

static int system_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int system_time(sqlite3_vfs *vfs, double *days_out)
{
    (void)vfs;
    *days_out = 2460000.0;
    return SQLITE_OK;
}

static sqlite3_vfs crash_system = {
    .iVersion = 1,
    .szOsFile = sizeof(crash_file),
    .mxPathname = NAME_SIZE,
    .zName = "crash",
    .xOpen = system_open,
    .xDelete = system_delete,
    .xAccess = system_access,
    .xFullPathname = system_full_path,
    .xRandomness = system_random,
    .xSleep = system_sleep,
    .xCurrentTime = system_time,
};

/* --- for tests ------------------------------------------------------------------------------------------ */

void crash_vfs_begin(uint64_t seed)
{
    memset(&disk, 0, sizeof disk);
    disk.generator.state = seed;
    disk.fail_at = UINT64_MAX;
    FK_ASSERT(sqlite3_vfs_register(&crash_system, 1) == SQLITE_OK);
}

void crash_vfs_end(void)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        drop(&disk.entries[i]);
    }
    FK_ASSERT(sqlite3_vfs_unregister(&crash_system) == SQLITE_OK);
}

void crash_vfs_crash_at(uint64_t k)
{
    disk.fail_at = disk.count + k;
    disk.is_full = false;
}

void crash_vfs_fill_at(uint64_t k)
{
    crash_vfs_crash_at(k);
    disk.is_full = true;
}

bool crash_vfs_is_down(void)
{
    return disk.is_down;
}

/* Sector by sector, and the length: as written, or as it was at the last sync. */
static void decide(crash_entry *entry)
{
    size_t longest = entry->seen->size > entry->durable->size ? entry->seen->size : entry->durable->size;
    for (size_t at = 0; at < longest; at += SECTOR) {
        if (seeded_random_below(&disk.generator, 2) == 0) {
            memcpy(entry->durable->bytes + at, entry->seen->bytes + at, SECTOR);
        }
    }
    if (seeded_random_below(&disk.generator, 2) == 0) {
        entry->durable->size = entry->seen->size;
    }
    memset(entry->durable->bytes + entry->durable->size, 0, FILE_SIZE_MAX - entry->durable->size);
    *entry->seen = *entry->durable;
}

void crash_vfs_restart(void)
{
    for (size_t i = 0; !disk.is_full && i < FILE_COUNT; i++) {
        if (disk.entries[i].name[0] != '\0') {
            decide(&disk.entries[i]);
        }
    }
    disk.is_down = false;
    disk.is_full = false;
    disk.fail_at = UINT64_MAX;
}

uint64_t crash_vfs_count(void)
{
    return disk.count;
}
