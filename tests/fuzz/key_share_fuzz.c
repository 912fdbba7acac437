/* A printed sheet of the root key or the recovery key, as somebody typed it.
 * Target: fk_key_share_parse. What is accepted is a share within its bounds; printed again it reads back the same. What
 * is refused leaves zeros.
 */
#include "exact_input.h"
#include "key_shares.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_kind(fk_bytes input, fk_share_kind kind)
{
    static const fk_key_share none;
    fk_key_share share;
    fk_key_share again;
    if (!fk_is_ok(fk_key_share_parse(input, kind, &share))) {
        FK_ASSERT(memcmp(&share, &none, sizeof share) == 0);
        return;
    }
    FK_ASSERT(share.holder >= 1 && share.holder <= FK_KEY_SHARE_COUNT && share.kind == kind);
    fk_buffer sheet;
    fk_buffer_init(&sheet, &fk_allocator_libc, FK_KEY_SHARE_TEXT_SIZE_BYTES_MAX);
    FK_ASSERT(fk_is_ok(fk_key_share_print(&share, fk_bytes_of(NULL, 0), 20779, &sheet)));
    FK_ASSERT(fk_is_ok(fk_key_share_parse(fk_buffer_view(&sheet), kind, &again)));
    FK_ASSERT(memcmp(&share, &again, sizeof share) == 0);
    fk_buffer_free(&sheet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = exact_input(data, size);
    try_kind(fk_bytes_of(copy, size), FK_SHARE_ROOT);
    try_kind(fk_bytes_of(copy, size), FK_SHARE_RECOVERY);
    free(copy);
    return 0;
}
