/* memory_disk.h — a vault's files in memory, with the bad habits of real disks.
 *
 * What was written but not flushed is seen by reads, but at a power cut each of its 512-byte sectors
 * survives or not by the seed's choice: so writes are lost, torn and reordered. A flush that fails
 * leaves sectors that are seen but will never be durable. */
#ifndef FK_MEMORY_DISK_H
#define FK_MEMORY_DISK_H

#include "fk/port.h"

typedef struct memory_disk memory_disk;

typedef enum memory_disk_operation {
    MEMORY_DISK_READ,
    MEMORY_DISK_WRITE,
    MEMORY_DISK_FLUSH,
    MEMORY_DISK_TRUNCATE,
    MEMORY_DISK_SIZE,
    MEMORY_DISK_OPERATION_COUNT
} memory_disk_operation;

typedef enum memory_disk_failure {
    MEMORY_DISK_SHORT,  /* write: half of it, and says so */
    MEMORY_DISK_BROKEN, /* answers -1; a write or truncate does nothing, a flush some of its work */
} memory_disk_failure;

memory_disk *memory_disk_new(uint64_t seed);
/* The same durable bytes on another disk. */
memory_disk *memory_disk_clone(const memory_disk *source, uint64_t seed);
void memory_disk_free(memory_disk *disk);
/* What a power cut loses follows from this seed from now on. */
void memory_disk_reseed(memory_disk *disk, uint64_t seed);
const fk_disk *memory_disk_port(memory_disk *disk); /* borrowed until memory_disk_free() */

/* Power cut, then a restart: unflushed sectors are decided, failures set below are forgotten. */
void memory_disk_crash(memory_disk *disk);
/* The power goes during write, flush or truncate number k from now, counted from 0; every call from
 * then on answers -1, until memory_disk_crash(). */
void memory_disk_crash_at(memory_disk *disk, uint64_t k);
/* Did that happen? */
bool memory_disk_is_down(const memory_disk *disk);

/* Call number k from now of this operation fails. One failure at a time. */
void memory_disk_fail(memory_disk *disk, memory_disk_operation operation, uint64_t k, memory_disk_failure failure);
/* Every way in which a call can fail, for tests that try each. */
enum { MEMORY_DISK_FAULT_COUNT = 6 };
extern const struct memory_disk_fault {
    memory_disk_operation operation;
    memory_disk_failure failure;
} memory_disk_faults[MEMORY_DISK_FAULT_COUNT];
/* From call number k from now, of any operation, the handles are gone: every call answers -1 and does nothing. */
void memory_disk_lose_handles_at(memory_disk *disk, uint64_t k);
/* Did that happen? */
bool memory_disk_has_lost_handles(const memory_disk *disk);
/* Take both back: the handles were opened again. */
void memory_disk_heal(memory_disk *disk);
/* Room for this many bytes in all files together, or in one; writes beyond are short. */
void memory_disk_set_quota(memory_disk *disk, uint64_t quota_bytes);
void memory_disk_set_file_quota(memory_disk *disk, fk_vault_file file, uint64_t quota_bytes);
#define MEMORY_DISK_NO_QUOTA UINT64_MAX

uint64_t memory_disk_used_bytes(const memory_disk *disk);
uint64_t memory_disk_count(const memory_disk *disk, memory_disk_operation operation);
/* The content reads see; borrowed until the next change. */
fk_bytes memory_disk_content(const memory_disk *disk, fk_vault_file file);
/* Change durable and seen content at once, as rot or an attacker would. */
void memory_disk_flip(memory_disk *disk, fk_vault_file file, uint64_t offset_bytes, uint8_t mask);
void memory_disk_replace(memory_disk *disk, fk_vault_file file, fk_bytes content);
/* Is the text anywhere in what is seen or durable? */
bool memory_disk_contains(const memory_disk *disk, fk_bytes text);

#endif
