/* abi.h — what core.wasm exports, and what both modules import.
 *
 * Seven functions, numbers and addresses only: no 64-bit integer crosses, because JavaScript would
 * get it in two halves. The committed list of both sides is build-scripts/wasm-border.txt.
 * Threading: none. One worker, one instance, one session, one call at a time. */
#ifndef FK_HOST_WASM_ABI_H
#define FK_HOST_WASM_ABI_H

#include "fk/port.h"

#define FK_WASM_EXPORT(name) __attribute__((export_name(name), used))
#define FK_WASM_IMPORT(name) __attribute__((import_module("host"), import_name(name)))

/* --- exports ---------------------------------------------------------------------------------- */

/* The version of protocol.json this module was generated from, and the first 4 bytes of the
 * SHA-256 of that file. JavaScript generated from another one refuses the module. */
uint32_t fk_abi_version(void);
uint32_t fk_abi_schema_hash(void);

/* Room for a request. NULL: no memory, size 0, or above FK_ABI_ALLOC_SIZE_BYTES_MAX. */
uint8_t *fk_abi_alloc(uint32_t size_bytes);
/* Wipe and release. size_bytes is the size given to fk_abi_alloc(). NULL is allowed. */
void fk_abi_free(uint8_t *block, uint32_t size_bytes);

/* Run one command. The request is borrowed for the call.
 * 0: a reply was written, successful or not. Else an fk_code: not even an error could be written. */
int32_t fk_abi_call(uint32_t command_id, const uint8_t *request, uint32_t size_bytes);

/* The reply of the last call, valid until the next. */
const uint8_t *fk_abi_reply_ptr(void);
uint32_t fk_abi_reply_size_bytes(void);

enum {
    /* Above the largest request, so that an oversized one reaches the core and is refused by name. */
    FK_ABI_ALLOC_SIZE_BYTES_MAX = 4 * 1024 * 1024
};

/* --- ports over the imports (ports.c) ---------------------------------------------------------- */

extern const fk_disk fk_wasm_disk;
/* The second set of files, numbered from here (web/src/worker/file-sets.ts). */
enum { FK_WASM_OTHER_FILE_FIRST = 16 };
extern const fk_disk fk_wasm_other_disk;
extern const fk_clock fk_wasm_clock;
extern const fk_random fk_wasm_random;

#endif
