/* What stands inside the seal of an escrow slot, and the slots of a key file with any bytes in them.
 * Targets: fk_escrow_plain_read, fk_escrow_slot_key, fk_escrow_find. Input: the bytes of either. What is accepted is in
 * bounds and is written again as the same bytes; a slot that says a key is found by it.
 */
#include "exact_input.h"
#include "fk/escrow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_plain(fk_bytes input)
{
    fk_escrow_statement statement;
    fk_key master;
    uint8_t again[FK_ESCROW_PLAIN_SIZE_BYTES];
    if (fk_is_ok(fk_escrow_plain_read(input, &statement, &master))) {
        FK_ASSERT(statement.name_size_bytes <= FK_ESCROW_NAME_SIZE_BYTES_MAX);
        fk_escrow_plain_write(&statement, &master, again);
        FK_ASSERT(fk_bytes_equal(fk_bytes_of(again, sizeof again), input));
    }
}

static void try_slots(fk_bytes input)
{
    static fk_keyfile keyfile;
    for (uint32_t slot = 0; slot < FK_KEYFILE_SLOT_COUNT; slot++) {
        uint8_t bytes[FK_KEYFILE_SLOT_SIZE_BYTES] = { 0 };
        size_t at = (size_t)slot * sizeof bytes;
        size_t left = input.size_bytes > at ? input.size_bytes - at : 0;
        if (left > 0) {
            memcpy(bytes, input.data + at, left < sizeof bytes ? left : sizeof bytes);
        }
        fk_keyfile_put_slot(&keyfile, slot, bytes);
    }
    for (uint32_t slot = 0; slot < FK_KEYFILE_SLOT_COUNT; slot++) {
        fk_id key;
        uint32_t found = 0;
        if (fk_escrow_slot_key(&keyfile, slot, &key)) {
            FK_ASSERT(fk_is_ok(fk_escrow_find(&keyfile, &key, &found)) && found <= slot);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = exact_input(data, size);
    try_plain(fk_bytes_of(copy, size));
    try_slots(fk_bytes_of(copy, size));
    free(copy);
    return 0;
}
