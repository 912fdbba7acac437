/* Segments one after another, as they are pushed.
 * Target: fk_segment_read. What is accepted lies inside the input, is within its bounds, and its header written again
 * is the same.
 */
#include "exact_input.h"
#include "fk/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_segment(const fk_segment *segment, fk_bytes rest)
{
    uint8_t header[FK_SEGMENT_HEADER_SIZE_BYTES];
    FK_ASSERT(segment->whole.size_bytes <= FK_SEGMENT_SIZE_BYTES_MAX);
    FK_ASSERT(segment->whole.data == rest.data);
    FK_ASSERT(segment->signature.data + segment->signature.size_bytes == rest.data + segment->whole.size_bytes);
    FK_ASSERT(segment->header.operation_count <= FK_SEGMENT_OPERATION_COUNT_MAX);
    touch(segment->whole);
    touch(segment->body);
    touch(segment->signature);
    fk_segment_header_write(&segment->header, header);
    FK_ASSERT(memcmp(header, segment->header_bytes.data, sizeof header) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *input = exact_input(data, size);
    fk_bytes rest = fk_bytes_of(input, size);
    fk_segment segment;
    while (fk_is_ok(fk_segment_read(rest, &segment))) {
        check_segment(&segment, rest);
        rest = fk_bytes_of(rest.data + segment.whole.size_bytes, rest.size_bytes - segment.whole.size_bytes);
    }
    FK_ASSERT(segment.whole.data == NULL);
    free(input);
    return 0;
}
