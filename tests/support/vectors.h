/* vectors.h — where the outside test vectors are, and reading a file whole. */
#ifndef FK_VECTORS_H
#define FK_VECTORS_H

#include "fk/bytes.h"

/* The folder `name` of the vectors: in FK_VECTORS if set, else beside the checkout. false, after saying so on
 * standard output, when it is not there: the test then calls skip(). */
bool vectors_folder(const char *name, char *path_out, size_t path_size_bytes);

/* The whole file in libc memory, for free() by the caller; asserts that it can be read. Exactly size_bytes are
 * allocated, so a reader that goes one too far is caught. */
uint8_t *vectors_read_file(const char *path, size_t *size_bytes_out);
/* The same for a file of tests/vectors. */
uint8_t *vectors_read_own(const char *name, size_t *size_bytes_out);

#endif
