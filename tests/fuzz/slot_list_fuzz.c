/* The list of slots that a vault keeps, and a set of secrets as it crosses the border.
 * Targets: fk_slot_list_read, fk_secrets_read. Input: the bytes of either. What is accepted is in bounds and is written
 * again as the same bytes.
 */
#include "exact_input.h"
#include "fk/secrets.h"
#include "fk/slot_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_secrets(fk_bytes input)
{
    fk_slot_secrets secrets;
    bool is_chosen = false;
    if (fk_is_ok(fk_secrets_read(input, &secrets, &is_chosen))) {
        uint8_t raw[FK_SECRETS_SIZE_BYTES];
        fk_secrets_write(&secrets, is_chosen, raw);
        FK_ASSERT(fk_bytes_equal(fk_bytes_of(raw, sizeof raw), input));
    }
}

static void try_slot_list(fk_bytes input)
{
    fk_slot_list list;
    if (!fk_is_ok(fk_slot_list_read(input, &list))) {
        FK_ASSERT(list.count == 0);
        return;
    }
    uint8_t bytes[FK_SLOT_LIST_SIZE_BYTES_MAX];
    FK_ASSERT(list.count <= FK_KEYFILE_SLOT_COUNT);
    size_t size_bytes = fk_slot_list_write(&list, bytes);
    FK_ASSERT(fk_bytes_equal(fk_bytes_of(bytes, size_bytes), input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = exact_input(data, size);
    try_secrets(fk_bytes_of(copy, size));
    try_slot_list(fk_bytes_of(copy, size));
    free(copy);
    return 0;
}
