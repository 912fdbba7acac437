/* The opened body of a segment.
 * Target: fk_segment_content_read. Input: one byte of choices, the count of operations, then the bytes. With bit 0 they
 * are the plain body itself; without, what it inflates to, which the harness puts into one stored block with sizes and
 * padding as they should be, so that the operations are reached. What is accepted, collected again, is the same bytes.
 */
#include "exact_input.h"
#include "fk/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STORED_SIZE_BYTES_MAX = 60000, HEADER_SIZE_BYTES = 8, BLOCK_HEADER_SIZE_BYTES = 5 };

static void collect_again(const fk_segment_content *content, const fk_buffer *inflated)
{
    fk_segment_body body;
    fk_frontier_entry *entries = malloc((content->frontier_entry_count + 1) * sizeof *entries);
    FK_ASSERT(entries != NULL);
    for (size_t i = 0; i < content->frontier_entry_count; i++) {
        fk_segment_content_frontier(content, i, &entries[i]);
    }
    FK_ASSERT(fk_is_ok(
        fk_segment_body_begin(&body, &fk_allocator_libc, &content->case_id, entries, content->frontier_entry_count)));
    size_t offset = 0;
    for (uint16_t i = 0; i < content->operation_count; i++) {
        fk_wire_operation operation;
        fk_segment_content_operation(content, &offset, &operation);
        touch(operation.value);
        FK_ASSERT(fk_is_ok(fk_segment_body_add(&body, &operation)));
    }
    FK_ASSERT(offset == content->operations.size_bytes);
    FK_ASSERT(fk_bytes_equal(fk_buffer_view(&body.inflated), fk_buffer_view(inflated)));
    fk_segment_body_free(&body);
    free(entries);
}

/* Room for what the body says it inflates to and not a byte more, so that one read beyond it is seen. */
static size_t stated_size_bytes(fk_bytes plain)
{
    uint32_t stated = plain.size_bytes < sizeof stated ? 0 : fk_get_u32(plain.data);
    bool is_possible = stated > 0 && stated <= FK_SEGMENT_INFLATED_SIZE_BYTES_MAX;
    return is_possible ? stated : FK_SEGMENT_INFLATED_SIZE_BYTES_MAX;
}

static void read_body(fk_bytes plain, uint16_t operation_count)
{
    fk_buffer inflated;
    fk_segment_content content;
    fk_buffer_init(&inflated, &fk_allocator_libc, stated_size_bytes(plain));
    fk_status status = fk_segment_content_read(plain, operation_count, &inflated, &content);
    if (fk_is_ok(status)) {
        FK_ASSERT(content.operation_count == operation_count);
        collect_again(&content, &inflated);
    } else {
        FK_ASSERT(status.code == FK_ERR_INVALID_INPUT || status.code == FK_ERR_TOO_LARGE);
        FK_ASSERT(inflated.size_bytes == 0);
    }
    fk_buffer_free(&inflated);
}

/* One stored block (RFC 1951, 3.2.4), its sizes before it, padded. */
static void read_inflated(const uint8_t *data, size_t size, uint16_t operation_count)
{
    size_t used = HEADER_SIZE_BYTES + BLOCK_HEADER_SIZE_BYTES + size;
    size_t padded = fk_padded_size(used);
    uint8_t *plain = calloc(1, padded);
    FK_ASSERT(plain != NULL);
    fk_put_u32(plain, (uint32_t)size);
    fk_put_u32(plain + 4, (uint32_t)(BLOCK_HEADER_SIZE_BYTES + size));
    plain[HEADER_SIZE_BYTES] = 1;
    fk_put_u16(plain + HEADER_SIZE_BYTES + 1, (uint16_t)size);
    fk_put_u16(plain + HEADER_SIZE_BYTES + 3, (uint16_t)~size);
    memcpy(plain + HEADER_SIZE_BYTES + BLOCK_HEADER_SIZE_BYTES, data, size);
    read_body(fk_bytes_of(plain, padded), operation_count);
    free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > STORED_SIZE_BYTES_MAX) {
        return 0;
    }
    uint16_t operation_count = (uint16_t)(data[1] + 1);
    if ((data[0] & 1) == 0) {
        read_inflated(data + 2, size - 2, operation_count);
        return 0;
    }
    uint8_t *input = exact_input(data + 2, size - 2);
    read_body(fk_bytes_of(input, size - 2), operation_count);
    free(input);
    return 0;
}
