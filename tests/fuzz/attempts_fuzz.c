/* The file of wrong tries.
 * Target: fk_attempts_read. Input: one byte of choices, then the file. With bit 0 its digest is made right, as an
 * attacker would. What is accepted is in bounds and is written again as the same bytes.
 */
#include "exact_input.h"
#include "fk/attempts.h"
#include "fk/crypto.h"
#include "seeded_random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DIGEST_OFFSET_BYTES = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    seeded_random generator = { 1 };
    fk_random random = seeded_random_port(&generator);
    if (size < 1 || !fk_is_ok(fk_crypto_start(&random))) {
        return 0;
    }
    size_t file_size = size - 1;
    uint8_t *copy = exact_input(data + 1, file_size);
    if ((data[0] & 1) != 0 && file_size >= FK_ATTEMPTS_SIZE_BYTES) {
        fk_hash_of(fk_bytes_of(copy, DIGEST_OFFSET_BYTES), copy + DIGEST_OFFSET_BYTES);
    }
    fk_attempts attempts;
    if (fk_is_ok(fk_attempts_read(fk_bytes_of(copy, file_size), &attempts))) {
        uint8_t bytes[FK_ATTEMPTS_SIZE_BYTES];
        fk_attempts_write(&attempts, bytes);
        FK_ASSERT(fk_bytes_equal(fk_bytes_of(bytes, sizeof bytes), fk_bytes_of(copy, file_size)));
        FK_ASSERT(attempts.waited_ms <= FK_ATTEMPTS_WAIT_MS_MAX && attempts.wrong_count <= FK_ATTEMPTS_COUNT_MAX);
    } else {
        FK_ASSERT(attempts.wrong_count == 0 && !attempts.has_other_way);
    }
    free(copy);
    return 0;
}
