/* A key file.
 * Target: fk_keyfile_parse, then fk_keyfile_open. Input: one byte of choices, then the file. With bit 0 the digest of
 * the header is made right, as an attacker would. What is accepted is in bounds, and only the seed's own passphrase
 * key opens it, to the seed's own master key.
 */
#include <stdlib.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/keyfile.h"
#include "seeded_random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DIGEST_OFFSET_BYTES = 96, MASTER_BYTE = 0x4d, SECRET_BYTE = 'A' };

static void check_opening(const fk_keyfile *keyfile)
{
    uint8_t secret[FK_KDF_KEY_SIZE_BYTES];
    fk_key master;
    memset(secret, SECRET_BYTE, sizeof secret);
    memset(master.bytes, MASTER_BYTE, sizeof master.bytes);
    const fk_slot_secrets secrets = { .passphrase_key = { secret, sizeof secret } };
    fk_keyfile_opened opened;
    fk_status status = fk_keyfile_open(keyfile, &secrets, &opened);
    if (fk_is_ok(status)) {
        FK_ASSERT(memcmp(&opened.master, &master, sizeof master) == 0);
        FK_ASSERT(opened.slot_index < FK_KEYFILE_SLOT_COUNT);
    } else {
        FK_ASSERT(status.code == FK_ERR_AUTH);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    seeded_random generator = { 1 };
    fk_random random = seeded_random_port(&generator);
    if (size < 2 || !fk_is_ok(fk_crypto_start(&random))) {
        return 0;
    }
    size_t file_size = size - 1;
    uint8_t *file = malloc(file_size); /* exactly as long, so that a byte too many is seen */
    FK_ASSERT(file != NULL);
    memcpy(file, data + 1, file_size);
    if ((data[0] & 1) != 0 && file_size >= FK_KEYFILE_HEADER_SIZE_BYTES) {
        fk_hash_of(fk_bytes_of(file, DIGEST_OFFSET_BYTES), file + DIGEST_OFFSET_BYTES);
    }
    fk_keyfile keyfile;
    fk_status status = fk_keyfile_parse(fk_bytes_of(file, file_size), &keyfile);
    if (fk_is_ok(status)) {
        FK_ASSERT(fk_is_ok(fk_kdf_check_parameters(keyfile.memory_kib, keyfile.passes)));
        FK_ASSERT(memcmp(keyfile.bytes, file, FK_KEYFILE_SIZE_BYTES) == 0);
        check_opening(&keyfile);
    }
    free(file);
    return 0;
}
