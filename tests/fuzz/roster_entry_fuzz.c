/* Entries of a roster one after another.
 * Target: fk_roster_entry_read, fk_roster_payload_read. What is accepted lies inside the input; header and payload
 * written again are the same bytes.
 */
#include "exact_input.h"
#include "fk/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_payload(const fk_roster_entry *entry)
{
    fk_roster_payload payload;
    uint8_t again[FK_ROSTER_PAYLOAD_SIZE_BYTES_MAX];
    fk_status status = fk_roster_payload_read(entry, &payload);
    if (fk_is_ok(status)) {
        FK_ASSERT(fk_roster_payload_write(&payload, again) == entry->payload.size_bytes);
        FK_ASSERT(memcmp(again, entry->payload.data, entry->payload.size_bytes) == 0);
    } else if (!fk_roster_kind_is_known(entry->header.kind)) {
        FK_ASSERT(status.code == FK_ERR_NOT_YET);
    } else {
        FK_ASSERT(status.code == FK_ERR_INVALID_INPUT);
    }
}

static void check_entry(const fk_roster_entry *entry)
{
    uint8_t header[FK_ROSTER_HEADER_SIZE_BYTES];
    FK_ASSERT(entry->whole.size_bytes <= FK_ROSTER_ENTRY_SIZE_BYTES_MAX);
    touch(entry->whole);
    touch(entry->signature);
    fk_roster_header_write(&entry->header, header);
    FK_ASSERT(memcmp(header, entry->content.data, sizeof header) == 0);
    check_payload(entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *input = exact_input(data, size);
    fk_bytes rest = fk_bytes_of(input, size);
    fk_roster_entry entry;
    while (fk_is_ok(fk_roster_entry_read(rest, &entry))) {
        check_entry(&entry);
        rest = fk_bytes_of(rest.data + entry.whole.size_bytes, rest.size_bytes - entry.whole.size_bytes);
    }
    free(input);
    return 0;
}
