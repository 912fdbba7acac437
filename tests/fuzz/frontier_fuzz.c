/* Frontiers one after another, and what stands in the place of their sealed entries read as entries.
 * Target: fk_frontier_read, fk_frontier_entries_check. What is accepted lies inside the input; written again it is the
 * same.
 */
#include "exact_input.h"
#include "fk/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entries(fk_bytes entries)
{
    if (!fk_is_ok(fk_frontier_entries_check(entries))) {
        return;
    }
    fk_frontier_entry before = { .last_sequence = 0 };
    for (size_t at = 0; at < entries.size_bytes; at += FK_FRONTIER_ENTRY_SIZE_BYTES) {
        fk_frontier_entry entry;
        uint8_t again[FK_FRONTIER_ENTRY_SIZE_BYTES];
        fk_frontier_entry_read(entries.data + at, &entry);
        fk_frontier_entry_write(&entry, again);
        FK_ASSERT(memcmp(again, entries.data + at, sizeof again) == 0);
        FK_ASSERT(at == 0 || memcmp(&before.device, &entry.device, sizeof entry.device) < 0);
        FK_ASSERT(entry.last_sequence >= 1);
        before = entry;
    }
}

static void check_frontier(const fk_frontier *frontier)
{
    uint8_t header[FK_FRONTIER_HEADER_SIZE_BYTES];
    FK_ASSERT(frontier->whole.size_bytes <= FK_FRONTIER_SIZE_BYTES_MAX);
    touch(frontier->whole);
    touch(frontier->signature);
    fk_frontier_header_write(&frontier->header, header);
    FK_ASSERT(memcmp(header, frontier->header_bytes.data, sizeof header) == 0);
    check_entries(fk_bytes_of(frontier->sealed.data, frontier->sealed.size_bytes - FK_WIRE_TAG_SIZE_BYTES));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *input = exact_input(data, size);
    fk_bytes rest = fk_bytes_of(input, size);
    fk_frontier frontier;
    while (fk_is_ok(fk_frontier_read(rest, &frontier))) {
        check_frontier(&frontier);
        rest = fk_bytes_of(rest.data + frontier.whole.size_bytes, rest.size_bytes - frontier.whole.size_bytes);
    }
    free(input);
    return 0;
}
