/* A recovery key as somebody typed it.
 * Target: fk_recovery_code_read. Input: the text. What is accepted is a key whose printed form reads as the same key;
 * what is refused says where.
 */
#include "exact_input.h"
#include "fk/recovery_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t key[FK_RECOVERY_KEY_SIZE_BYTES];
    uint8_t again[FK_RECOVERY_KEY_SIZE_BYTES];
    char text[FK_RECOVERY_TEXT_SIZE + 1];
    fk_error error = { "" };
    uint8_t *copy = exact_input(data, size);
    if (fk_is_ok(fk_recovery_code_read(fk_bytes_of(copy, size), key, &error))) {
        fk_recovery_code_write(key, text);
        FK_ASSERT(fk_is_ok(fk_recovery_code_read(fk_bytes_text(text), again, &error)));
        FK_ASSERT(memcmp(key, again, sizeof key) == 0);
    } else {
        FK_ASSERT(error.detail[0] != '\0');
    }
    free(copy);
    return 0;
}
