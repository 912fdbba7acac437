#include "memory_disk.h"

#include <stdlib.h>
#include <string.h>

#include "fk/assert.h"
#include "seeded_random.h"

enum { SECTOR_SIZE_BYTES = 512 };

typedef struct content {
    uint8_t *bytes;
    size_t size_bytes;
    size_t capacity_bytes;
} content;

/* A write, or with bytes NULL a truncate to offset_bytes, that was not flushed. */
typedef struct pending {
    uint64_t offset_bytes;
    uint8_t *bytes;
    size_t size_bytes;
} pending;

typedef struct memory_file {
    content seen;
    content durable;
    uint64_t quota_bytes;
    pending *pending;
    size_t pending_count;
    size_t pending_capacity;
} memory_file;

struct memory_disk {
    memory_file files[FK_FILE_COUNT];
    fk_disk port;
    seeded_random random;
    uint64_t counts[MEMORY_DISK_OPERATION_COUNT];
    uint64_t mutation_count;
    uint64_t crash_at; /* mutation number */
    bool is_down;
    uint64_t call_count;
    uint64_t lose_at; /* number of the first call whose handle is gone */
    bool has_failure;
    memory_disk_operation failing_operation;
    uint64_t fail_at; /* call number of that operation */
    memory_disk_failure failure;
    uint64_t quota_bytes;
};

static void *must(void *block)
{
    FK_ASSERT(block != NULL);
    return block;
}

/* --- content --------------------------------------------------------------------------------- */

static void content_resize(content *target, size_t size_bytes)
{
    if (size_bytes > target->capacity_bytes) {
        target->capacity_bytes = size_bytes * 2;
        target->bytes = must(realloc(target->bytes, target->capacity_bytes));
    }
    if (size_bytes > target->size_bytes) {
        memset(target->bytes + target->size_bytes, 0, size_bytes - target->size_bytes);
    }
    target->size_bytes = size_bytes;
}

/* Of no bytes: nothing grows, wherever it is. */
static void content_write(content *target, uint64_t offset_bytes, const uint8_t *bytes, size_t size_bytes)
{
    if (size_bytes == 0) {
        return;
    }
    if (offset_bytes + size_bytes > target->size_bytes) {
        content_resize(target, (size_t)offset_bytes + size_bytes);
    }
    memcpy(target->bytes + offset_bytes, bytes, size_bytes);
}

static void content_set(content *target, fk_bytes bytes)
{
    content_resize(target, 0);
    content_write(target, 0, bytes.data, bytes.size_bytes);
}

/* --- what is not flushed ------------------------------------------------------------------------ */

static void forget_pending(memory_file *file)
{
    for (size_t i = 0; i < file->pending_count; i++) {
        free(file->pending[i].bytes);
    }
    file->pending_count = 0;
}

static void add_pending(memory_file *file, uint64_t offset_bytes, const uint8_t *bytes, size_t size_bytes)
{
    if (file->pending_count == file->pending_capacity) {
        file->pending_capacity = file->pending_capacity * 2 + 8;
        file->pending = must(realloc(file->pending, file->pending_capacity * sizeof *file->pending));
    }
    pending *added = &file->pending[file->pending_count++];
    *added = (pending){ .offset_bytes = offset_bytes, .size_bytes = size_bytes };
    if (bytes != NULL) {
        added->bytes = must(malloc(size_bytes + 1));
        memcpy(added->bytes, bytes, size_bytes);
    }
}

static void make_all_durable(memory_file *file)
{
    for (size_t i = 0; i < file->pending_count; i++) {
        const pending *change = &file->pending[i];
        if (change->bytes == NULL) {
            content_resize(&file->durable, (size_t)change->offset_bytes);
        } else {
            content_write(&file->durable, change->offset_bytes, change->bytes, change->size_bytes);
        }
    }
    forget_pending(file);
}

/* How likely a sector survives, in eighths: from nothing to everything, so that both ends are common. */
static bool survives(memory_disk *disk, uint64_t eighths)
{
    return seeded_random_below(&disk->random, 8) < eighths;
}

static void make_some_durable(memory_disk *disk, memory_file *file)
{
    uint64_t eighths = seeded_random_below(&disk->random, 5) * 2;
    for (size_t i = 0; i < file->pending_count; i++) {
        const pending *change = &file->pending[i];
        if (change->bytes == NULL) {
            if (survives(disk, eighths)) {
                content_resize(&file->durable, (size_t)change->offset_bytes);
            }
            continue;
        }
        for (size_t at = 0; at < change->size_bytes;) {
            size_t length = SECTOR_SIZE_BYTES - (size_t)((change->offset_bytes + at) % SECTOR_SIZE_BYTES);
            length = length < change->size_bytes - at ? length : change->size_bytes - at;
            if (survives(disk, eighths)) {
                content_write(&file->durable, change->offset_bytes + at, change->bytes + at, length);
            }
            at += length;
        }
    }
    forget_pending(file);
}

/* --- the port ------------------------------------------------------------------------------------ */

uint64_t memory_disk_used_bytes(const memory_disk *disk)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < FK_FILE_COUNT; i++) {
        sum += disk->files[i].seen.size_bytes;
    }
    return sum;
}

static uint64_t beyond(uint64_t value, uint64_t limit)
{
    return value > limit ? value - limit : 0;
}

typedef enum outcome { WORKS, FAILS, IS_SHORT } outcome;

/* Count the call and say how it goes. */
static outcome begin(memory_disk *disk, memory_disk_operation operation)
{
    uint64_t number = disk->counts[operation]++;
    if (disk->is_down || disk->call_count++ >= disk->lose_at) {
        return FAILS;
    }
    if (disk->has_failure && disk->failing_operation == operation && number == disk->fail_at) {
        disk->has_failure = false;
        return disk->failure == MEMORY_DISK_SHORT ? IS_SHORT : FAILS;
    }
    return WORKS;
}

/* A change: may be the one during which the power goes. */
static bool power_goes(memory_disk *disk)
{
    disk->is_down = disk->is_down || disk->mutation_count++ == disk->crash_at;
    return disk->is_down;
}

static int64_t port_read(void *ctx, fk_vault_file index, uint8_t *target, size_t size_bytes, uint64_t offset_bytes)
{
    memory_disk *disk = ctx;
    const content *seen = &disk->files[index].seen;
    if (begin(disk, MEMORY_DISK_READ) != WORKS) {
        return -1;
    }
    if (offset_bytes >= seen->size_bytes) {
        return 0;
    }
    size_t available_bytes = seen->size_bytes - (size_t)offset_bytes;
    size_t length = size_bytes < available_bytes ? size_bytes : available_bytes;
    memcpy(target, seen->bytes + offset_bytes, length);
    return (int64_t)length;
}

static int64_t port_write(void *ctx, fk_vault_file index, const uint8_t *source, size_t size_bytes,
                          uint64_t offset_bytes)
{
    memory_disk *disk = ctx;
    memory_file *file = &disk->files[index];
    outcome outcome = begin(disk, MEMORY_DISK_WRITE);
    if (outcome == FAILS) {
        return -1;
    }
    if (outcome == IS_SHORT) {
        size_bytes /= 2;
    }
    uint64_t end_bytes = offset_bytes + size_bytes;
    uint64_t growth_bytes = end_bytes > file->seen.size_bytes ? end_bytes - file->seen.size_bytes : 0;
    uint64_t missing_bytes = beyond(memory_disk_used_bytes(disk) + growth_bytes, disk->quota_bytes);
    uint64_t missing_in_file_bytes = beyond(file->seen.size_bytes + growth_bytes, file->quota_bytes);
    missing_bytes = missing_bytes > missing_in_file_bytes ? missing_bytes : missing_in_file_bytes;
    missing_bytes = missing_bytes < growth_bytes ? missing_bytes : growth_bytes;
    size_bytes -= missing_bytes < size_bytes ? (size_t)missing_bytes : size_bytes;
    bool is_last = power_goes(disk);
    content_write(&file->seen, offset_bytes, source, size_bytes);
    add_pending(file, offset_bytes, source, size_bytes);
    return is_last ? -1 : (int64_t)size_bytes;
}

static int port_flush(void *ctx, fk_vault_file index)
{
    memory_disk *disk = ctx;
    if (begin(disk, MEMORY_DISK_FLUSH) != WORKS) {
        if (!disk->is_down && !memory_disk_has_lost_handles(disk)) {
            make_some_durable(disk, &disk->files[index]);
        }
        return -1;
    }
    if (power_goes(disk)) {
        return -1;
    }
    make_all_durable(&disk->files[index]);
    return 0;
}

static int port_truncate(void *ctx, fk_vault_file index, uint64_t size_bytes)
{
    memory_disk *disk = ctx;
    if (begin(disk, MEMORY_DISK_TRUNCATE) != WORKS) {
        return -1;
    }
    bool is_last = power_goes(disk);
    content_resize(&disk->files[index].seen, (size_t)size_bytes);
    add_pending(&disk->files[index], size_bytes, NULL, 0);
    return is_last ? -1 : 0;
}

static int64_t port_size(void *ctx, fk_vault_file index)
{
    memory_disk *disk = ctx;
    return begin(disk, MEMORY_DISK_SIZE) == WORKS ? (int64_t)disk->files[index].seen.size_bytes : -1;
}

/* --- life ---------------------------------------------------------------------------------------- */

memory_disk *memory_disk_new(uint64_t seed)
{
    memory_disk *disk = must(calloc(1, sizeof *disk));
    disk->random.state = seed;
    disk->crash_at = UINT64_MAX;
    disk->lose_at = UINT64_MAX;
    disk->quota_bytes = MEMORY_DISK_NO_QUOTA;
    for (size_t i = 0; i < FK_FILE_COUNT; i++) {
        disk->files[i].quota_bytes = MEMORY_DISK_NO_QUOTA;
    }
    disk->port = (fk_disk){ port_read, port_write, port_flush, port_truncate, port_size, disk };
    return disk;
}

memory_disk *memory_disk_clone(const memory_disk *source, uint64_t seed)
{
    memory_disk *disk = memory_disk_new(seed);
    for (size_t i = 0; i < FK_FILE_COUNT; i++) {
        const content *durable = &source->files[i].durable;
        memory_disk_replace(disk, (fk_vault_file)i, fk_bytes_of(durable->bytes, durable->size_bytes));
    }
    return disk;
}

void memory_disk_reseed(memory_disk *disk, uint64_t seed)
{
    disk->random.state = seed;
}

void memory_disk_free(memory_disk *disk)
{
    if (disk == NULL) {
        return;
    }
    for (size_t i = 0; i < FK_FILE_COUNT; i++) {
        forget_pending(&disk->files[i]);
        free(disk->files[i].pending);
        free(disk->files[i].seen.bytes);
        free(disk->files[i].durable.bytes);
    }
    free(disk);
}

const fk_disk *memory_disk_port(memory_disk *disk)
{
    return &disk->port;
}

void memory_disk_crash(memory_disk *disk)
{
    for (size_t i = 0; i < FK_FILE_COUNT; i++) {
        memory_file *file = &disk->files[i];
        make_some_durable(disk, file);
        content_set(&file->seen, fk_bytes_of(file->durable.bytes, file->durable.size_bytes));
    }
    disk->is_down = false;
    memory_disk_heal(disk);
    disk->crash_at = UINT64_MAX;
}

void memory_disk_crash_at(memory_disk *disk, uint64_t k)
{
    disk->crash_at = disk->mutation_count + k;
}

bool memory_disk_is_down(const memory_disk *disk)
{
    return disk->is_down;
}

const struct memory_disk_fault memory_disk_faults[MEMORY_DISK_FAULT_COUNT] = {
    { MEMORY_DISK_READ, MEMORY_DISK_BROKEN }, { MEMORY_DISK_WRITE, MEMORY_DISK_BROKEN },
    { MEMORY_DISK_WRITE, MEMORY_DISK_SHORT }, { MEMORY_DISK_FLUSH, MEMORY_DISK_BROKEN },
    { MEMORY_DISK_SIZE, MEMORY_DISK_BROKEN }, { MEMORY_DISK_TRUNCATE, MEMORY_DISK_BROKEN },
};

void memory_disk_fail(memory_disk *disk, memory_disk_operation operation, uint64_t k, memory_disk_failure failure)
{
    FK_ASSERT(failure == MEMORY_DISK_BROKEN || operation == MEMORY_DISK_WRITE);
    disk->has_failure = true;
    disk->failing_operation = operation;
    disk->fail_at = disk->counts[operation] + k;
    disk->failure = failure;
}

void memory_disk_lose_handles_at(memory_disk *disk, uint64_t k)
{
    disk->lose_at = disk->call_count + k;
}

bool memory_disk_has_lost_handles(const memory_disk *disk)
{
    return disk->call_count > disk->lose_at;
}

void memory_disk_heal(memory_disk *disk)
{
    disk->has_failure = false;
    disk->lose_at = UINT64_MAX;
}

void memory_disk_set_quota(memory_disk *disk, uint64_t quota_bytes)
{
    disk->quota_bytes = quota_bytes;
}

void memory_disk_set_file_quota(memory_disk *disk, fk_vault_file file, uint64_t quota_bytes)
{
    disk->files[file].quota_bytes = quota_bytes;
}

uint64_t memory_disk_count(const memory_disk *disk, memory_disk_operation operation)
{
    return disk->counts[operation];
}

fk_bytes memory_disk_content(const memory_disk *disk, fk_vault_file file)
{
    const content *seen = &disk->files[file].seen;
    return fk_bytes_of(seen->bytes, seen->size_bytes);
}

void memory_disk_flip(memory_disk *disk, fk_vault_file file, uint64_t offset_bytes, uint8_t mask)
{
    content *both[] = { &disk->files[file].seen, &disk->files[file].durable };
    for (size_t i = 0; i < 2; i++) {
        FK_ASSERT(offset_bytes < both[i]->size_bytes);
        both[i]->bytes[offset_bytes] ^= mask;
    }
}

void memory_disk_replace(memory_disk *disk, fk_vault_file file, fk_bytes bytes)
{
    forget_pending(&disk->files[file]);
    content_set(&disk->files[file].seen, bytes);
    content_set(&disk->files[file].durable, bytes);
}

static bool content_contains(const content *haystack, fk_bytes text)
{
    for (size_t at = 0; at + text.size_bytes <= haystack->size_bytes; at++) {
        if (memcmp(haystack->bytes + at, text.data, text.size_bytes) == 0) {
            return true;
        }
    }
    return false;
}

bool memory_disk_contains(const memory_disk *disk, fk_bytes text)
{
    for (size_t i = 0; i < FK_FILE_COUNT; i++) {
        if (content_contains(&disk->files[i].seen, text) || content_contains(&disk->files[i].durable, text)) {
            return true;
        }
    }
    return false;
}
