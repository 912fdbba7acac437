/* dictionary.h — the preset dictionary of segment bodies, and deflating with it.
 *
 * Frozen: what was deflated with dictionary 1 is read with the same bytes for ever. */
#ifndef FK_WIRE_DICTIONARY_H
#define FK_WIRE_DICTIONARY_H

#include "fk/bytes.h"

extern const uint8_t fk_dictionary_1[];
extern const size_t fk_dictionary_1_size_bytes;

/* Append the raw deflate stream of input (RFC 1951) to target. FK_ERR_NO_MEMORY, FK_ERR_TOO_LARGE (no room in
 * target); then nothing changed. */
FK_MUST_USE fk_status fk_deflate(fk_bytes input, fk_buffer *target);
/* Inflate exactly size_bytes, which the caller has bounded, and append them to target. Never writes more.
 * FK_ERR_INVALID_INPUT (no deflate stream, another size, bytes after its end), FK_ERR_NO_MEMORY, FK_ERR_TOO_LARGE. */
FK_MUST_USE fk_status fk_inflate(fk_bytes deflated, size_t size_bytes, fk_buffer *target);

#endif
