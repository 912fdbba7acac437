/* layout.h — laying fields out one after another, and reading them back, for the files of this module.
 *
 * The caller has made sure of the size of the whole structure; what moves here is only the place. */
#ifndef FK_WIRE_LAYOUT_H
#define FK_WIRE_LAYOUT_H

#include "fk/bytes.h"

enum { FK_MAGIC_SIZE_BYTES = 8 };

/* What SQLite can hold: no number that is stored or counted up is larger. */
#define FK_WIRE_NUMBER_MAX ((uint64_t)INT64_MAX)

void fk_lay_bytes(uint8_t **at, const void *bytes, size_t size_bytes);
void fk_lay_zeros(uint8_t **at, size_t size_bytes);
void fk_lay_u8(uint8_t **at, uint8_t value);
void fk_lay_u16(uint8_t **at, uint16_t value);
void fk_lay_u32(uint8_t **at, uint32_t value);
void fk_lay_u64(uint8_t **at, uint64_t value);

void fk_read_bytes(const uint8_t **at, void *target, size_t size_bytes);
uint8_t fk_read_u8(const uint8_t **at);
uint16_t fk_read_u16(const uint8_t **at);
uint32_t fk_read_u32(const uint8_t **at);
uint64_t fk_read_u64(const uint8_t **at);
/* Go past reserved bytes. false when one is not zero. */
bool fk_read_zeros(const uint8_t **at, size_t size_bytes);

/* Do the bytes begin with this magic, six letters and a version of two digits?
 * FK_ERR_NEWER_VERSION for the same letters with a higher version, else FK_ERR_INVALID_INPUT. */
FK_MUST_USE fk_status fk_magic_check(fk_bytes bytes, const char *magic);

#endif
