/* A grant.
 * Target: fk_grant_read. What is accepted, written again, is the same bytes.
 */
#include "exact_input.h"
#include "fk/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *input = exact_input(data, size);
    fk_grant grant;
    if (fk_is_ok(fk_grant_read(fk_bytes_of(input, size), &grant))) {
        uint8_t again[FK_GRANT_SIZE_BYTES];
        FK_ASSERT(size >= sizeof again);
        fk_grant_write(&grant, again);
        FK_ASSERT(memcmp(again, input, sizeof again) == 0);
    } else {
        FK_ASSERT(grant.epoch == 0);
    }
    free(input);
    return 0;
}
