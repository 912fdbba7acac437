/* The head of an exported file.
 * Target: fk_backup_head_read. What is accepted is of the one size, and its key file the one in it.
 */
#include "exact_input.h"
#include "fk/backup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEYFILE_OFFSET_BYTES = 16, DIGEST_OFFSET_BYTES = 96 };

/* Input: one byte of choices, then the head. With bit 0 the digest of the key file's header is made right, as an
 * attacker would. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    uint8_t *head = exact_input(data + 1, size - 1);
    if ((data[0] & 1) != 0 && size - 1 >= KEYFILE_OFFSET_BYTES + FK_KEYFILE_HEADER_SIZE_BYTES) {
        uint8_t *keyfile = head + KEYFILE_OFFSET_BYTES;
        fk_hash_of(fk_bytes_of(keyfile, DIGEST_OFFSET_BYTES), keyfile + DIGEST_OFFSET_BYTES);
    }
    fk_keyfile keyfile;
    fk_status status = fk_backup_head_read(fk_bytes_of(head, size - 1), &keyfile);
    if (fk_is_ok(status)) {
        FK_ASSERT(size - 1 == FK_BACKUP_HEAD_SIZE_BYTES);
        FK_ASSERT(memcmp(keyfile.bytes, head + KEYFILE_OFFSET_BYTES, FK_KEYFILE_SIZE_BYTES) == 0);
    }
    free(head);
    return 0;
}
