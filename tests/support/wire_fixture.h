/* wire_fixture.h — what the tests of core/wire share: repeatable bytes, and readers tried on spoiled copies. */
#ifndef FK_WIRE_FIXTURE_H
#define FK_WIRE_FIXTURE_H

#include "fk/bytes.h"

void wire_fill(void *target, size_t size_bytes);
/* low to high, both included. */
uint64_t wire_between(uint64_t low, uint64_t high);
/* A copy exactly as long, so that reading one byte too many is seen. The caller frees it. */
uint8_t *wire_exact_copy(const uint8_t *bytes, size_t size_bytes);

/* The reader under test, reduced to its answer. */
typedef fk_code wire_reads(fk_bytes bytes);

/* No shorter piece is read, as no byte beyond it. */
void wire_assert_no_cut_is_read(const uint8_t *bytes, size_t size_bytes, wire_reads *read, fk_code wanted);
/* Each of these bytes is zero, and changed makes the reader refuse. */
void wire_assert_reserved(const uint8_t *bytes, size_t size_bytes, wire_reads *read, fk_code wanted, size_t from,
                          size_t count);

/* One spoiled place, and the answer it must get. */
typedef struct wire_patch {
    const char *what;
    size_t offset_bytes;
    uint8_t bytes[8];
    size_t size_bytes;
    fk_code wanted;
} wire_patch;

void wire_assert_patches(const wire_patch *patches, size_t count, const uint8_t *bytes, size_t size_bytes,
                         wire_reads *read);

#endif
