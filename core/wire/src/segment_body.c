#include "fk/wire.h"

#include <string.h>

#include "dictionary.h"
#include "fk/assert.h"
#include "fk/messages.h"
#include "layout.h"
#include "operation.h"

#include "fk/banned.h"

/* Before the deflated bytes: their inflated size, their own. */
enum { PLAIN_HEADER_SIZE_BYTES = 8 };

/* --- collecting --------------------------------------------------------------------------------------- */

fk_status fk_segment_body_begin(fk_segment_body *body, const fk_allocator *allocator, const fk_id *case_id,
                                const fk_frontier_entry *entries, size_t entry_count)
{
    fk_buffer_init(&body->inflated, allocator, FK_SEGMENT_INFLATED_SIZE_BYTES_MAX);
    body->operation_count = 0;
    if (entry_count > FK_FRONTIER_ENTRY_COUNT_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    size_t entries_size_bytes = entry_count * FK_FRONTIER_ENTRY_SIZE_BYTES;
    uint8_t *at = NULL;
    FK_TRY(fk_buffer_extend(&body->inflated, sizeof(uint16_t) + entries_size_bytes + FK_ID_SIZE_BYTES, &at));
    fk_lay_u16(&at, (uint16_t)entry_count);
    const uint8_t *entries_begin = at;
    for (size_t i = 0; i < entry_count; i++) {
        fk_frontier_entry_write(&entries[i], at);
        at += FK_FRONTIER_ENTRY_SIZE_BYTES;
    }
    fk_status status = fk_frontier_entries_check(fk_bytes_of(entries_begin, entries_size_bytes));
    if (!fk_is_ok(status)) {
        fk_segment_body_free(body);
        return status;
    }
    fk_lay_bytes(&at, case_id->bytes, FK_ID_SIZE_BYTES);
    return fk_ok();
}

fk_status fk_segment_body_add(fk_segment_body *body, const fk_wire_operation *operation)
{
    if (!fk_operation_is_valid(operation)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    if (body->operation_count == FK_SEGMENT_OPERATION_COUNT_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    uint8_t *room = NULL;
    FK_TRY(fk_buffer_extend(&body->inflated, fk_operation_size(operation), &room));
    fk_operation_write(operation, room);
    body->operation_count++;
    return fk_ok();
}

static fk_status append_zeros(fk_buffer *plain, size_t size_bytes)
{
    if (size_bytes == 0) {
        return fk_ok();
    }
    uint8_t *room = NULL;
    FK_TRY(fk_buffer_extend(plain, size_bytes, &room));
    memset(room, 0, size_bytes);
    return fk_ok();
}

static fk_status deflate_and_pad(const fk_segment_body *body, fk_buffer *plain)
{
    uint8_t *header = NULL;
    FK_TRY(fk_buffer_extend(plain, PLAIN_HEADER_SIZE_BYTES, &header));
    fk_put_u32(header, (uint32_t)body->inflated.size_bytes);
    FK_TRY(fk_deflate(fk_buffer_view(&body->inflated), plain));
    fk_put_u32(plain->data + sizeof(uint32_t), (uint32_t)(plain->size_bytes - PLAIN_HEADER_SIZE_BYTES));
    return append_zeros(plain, fk_padded_size(plain->size_bytes) - plain->size_bytes);
}

fk_status fk_segment_body_finish(const fk_segment_body *body, fk_buffer *plain_out)
{
    FK_ASSERT(body->operation_count >= 1);
    fk_buffer_clear(plain_out);
    fk_status status = deflate_and_pad(body, plain_out);
    if (!fk_is_ok(status)) {
        fk_buffer_clear(plain_out);
    }
    return status;
}

void fk_segment_body_free(fk_segment_body *body)
{
    fk_buffer_free(&body->inflated);
    body->operation_count = 0;
}

/* --- reading -------------------------------------------------------------------------------------------- */

/* The deflated bytes of a plain body, and how large they say to be inflated. */
static fk_status read_plain(fk_bytes plain, fk_bytes *deflated_out, uint32_t *inflated_size_out)
{
    if (plain.size_bytes < PLAIN_HEADER_SIZE_BYTES ||
        plain.size_bytes > FK_SEGMENT_BODY_SIZE_BYTES_MAX - FK_WIRE_TAG_SIZE_BYTES) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    const uint8_t *at = plain.data;
    *inflated_size_out = fk_read_u32(&at);
    uint32_t deflated_size_bytes = fk_read_u32(&at);
    if (deflated_size_bytes > plain.size_bytes - PLAIN_HEADER_SIZE_BYTES || *inflated_size_out == 0) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    if (*inflated_size_out > FK_SEGMENT_INFLATED_SIZE_BYTES_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    *deflated_out = fk_bytes_of(at, deflated_size_bytes);
    at += deflated_size_bytes;
    size_t used_bytes = PLAIN_HEADER_SIZE_BYTES + deflated_size_bytes;
    bool is_padded =
        fk_padded_size(used_bytes) == plain.size_bytes && fk_read_zeros(&at, plain.size_bytes - used_bytes);
    return is_padded ? fk_ok() : fk_status_of(FK_ERR_INVALID_INPUT);
}

static fk_status read_inflated(fk_bytes inflated, uint16_t operation_count, fk_segment_content *content)
{
    fk_bytes rest = inflated;
    fk_bytes count;
    FK_TRY(fk_take(&rest, sizeof(uint16_t), &count));
    content->frontier_entry_count = fk_get_u16(count.data);
    FK_TRY(fk_take(&rest, content->frontier_entry_count * FK_FRONTIER_ENTRY_SIZE_BYTES, &content->frontier_entries));
    FK_TRY(fk_frontier_entries_check(content->frontier_entries));
    FK_TRY(fk_take_id(&rest, &content->case_id));
    content->operations = rest;
    content->operation_count = operation_count;
    for (uint16_t i = 0; i < operation_count; i++) {
        fk_wire_operation operation;
        if (!fk_operation_take(&rest, &operation)) {
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
    }
    return rest.size_bytes == 0 ? fk_ok() : fk_status_of(FK_ERR_INVALID_INPUT);
}

fk_status fk_segment_content_read(fk_bytes plain, uint16_t operation_count, fk_buffer *inflated_out,
                                  fk_segment_content *content_out)
{
    *content_out = (fk_segment_content){ .operation_count = 0 };
    fk_buffer_clear(inflated_out);
    fk_bytes deflated;
    uint32_t inflated_size_bytes = 0;
    FK_TRY(read_plain(plain, &deflated, &inflated_size_bytes));
    FK_TRY(fk_inflate(deflated, inflated_size_bytes, inflated_out));
    fk_segment_content content;
    fk_status status = read_inflated(fk_buffer_view(inflated_out), operation_count, &content);
    if (!fk_is_ok(status)) {
        fk_buffer_clear(inflated_out);
        return status;
    }
    *content_out = content;
    return fk_ok();
}

void fk_segment_content_frontier(const fk_segment_content *content, size_t index, fk_frontier_entry *entry_out)
{
    FK_ASSERT(index < content->frontier_entry_count);
    fk_frontier_entry_read(content->frontier_entries.data + index * FK_FRONTIER_ENTRY_SIZE_BYTES, entry_out);
}

void fk_segment_content_operation(const fk_segment_content *content, size_t *offset, fk_wire_operation *operation_out)
{
    FK_ASSERT(*offset < content->operations.size_bytes);
    fk_bytes rest = { content->operations.data + *offset, content->operations.size_bytes - *offset };
    bool is_whole = fk_operation_take(&rest, operation_out);
    FK_ASSERT(is_whole);
    *offset = content->operations.size_bytes - rest.size_bytes;
}
