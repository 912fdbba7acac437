/* fk/port.h — what the core needs from its host: clock, random bytes, the files of one vault.
 *
 * Small structs of function pointers with a ctx. core/host/wasm fills them from imports, core/host/posix
 * from the operating system, tests from seeded doubles. Nothing else in core/ reaches outside. */
#ifndef FK_PORT_H
#define FK_PORT_H

#include "fk/bytes.h"

typedef struct fk_clock {
    uint64_t (*now_ms)(void *ctx);       /* wall clock, ms since 1970 UTC; may jump */
    uint64_t (*monotonic_ms)(void *ctx); /* never goes back; from an arbitrary start */
    void *ctx;
} fk_clock;

typedef struct fk_random {
    /* Fill with cryptographically secure bytes. There is no failure answer: a host whose source
     * fails traps, because no caller could go on. */
    void (*fill)(void *ctx, uint8_t *target, size_t size_bytes);
    void *ctx;
} fk_random;

/* The files of one vault, opened by the host before the core starts and held until it stops
 * (ADR 0003). Values stand in the wasm border: do not renumber. */
typedef enum fk_vault_file {
    FK_FILE_PAGES = 0,
    FK_FILE_LOG_0 = 1,
    FK_FILE_LOG_1 = 2,
    FK_FILE_SUPERBLOCK_0 = 3,
    FK_FILE_SUPERBLOCK_1 = 4,
    FK_FILE_KEYS = 5,
    FK_FILE_ATTEMPTS = 6,     /* fk/attempts.h */
    FK_FILE_SECOND_PAGES = 7, /* the second store of this vault, in the order of the first (docs/adr/0014) */
    FK_FILE_SECOND_LOG_0 = 8,
    FK_FILE_SECOND_LOG_1 = 9,
    FK_FILE_SECOND_SUPERBLOCK_0 = 10,
    FK_FILE_SECOND_SUPERBLOCK_1 = 11,
    FK_FILE_COUNT = 12
} fk_vault_file;

enum { FK_FILE_STORE_COUNT = 5 }; /* of one store: pages, logs, superblocks */

/* Synchronous file access, shaped after OPFS sync access handles.
 * read and write return how many bytes were moved (read: short at the end of the file; write:
 * short when the disk is full) or a negative number when the handle failed. flush, truncate
 * return 0 or a negative number. size returns the size in bytes or a negative number.
 * Nothing is durable before flush returned 0. */
typedef struct fk_disk {
    int64_t (*read)(void *ctx, fk_vault_file file, uint8_t *target, size_t size_bytes, uint64_t offset_bytes);
    int64_t (*write)(void *ctx, fk_vault_file file, const uint8_t *source, size_t size_bytes, uint64_t offset_bytes);
    int (*flush)(void *ctx, fk_vault_file file);
    int (*truncate)(void *ctx, fk_vault_file file, uint64_t size_bytes);
    int64_t (*size)(void *ctx, fk_vault_file file);
    void *ctx;
} fk_disk;

#endif
