/* requests.c — building what goes to the hub. */
#include "sync_internal.h"

#include <stdio.h>
#include <string.h>

#include "fk/assert.h"

#include "fk/banned.h"

fk_status fk_append_u64(fk_buffer *buffer, uint64_t value)
{
    uint8_t bytes[8];
    fk_put_u64(bytes, value);
    return fk_buffer_append(buffer, fk_bytes_of(bytes, sizeof bytes));
}

fk_status fk_append_u32(fk_buffer *buffer, uint32_t value)
{
    uint8_t bytes[4];
    fk_put_u32(bytes, value);
    return fk_buffer_append(buffer, fk_bytes_of(bytes, sizeof bytes));
}

fk_status fk_append_id(fk_buffer *buffer, const fk_id *id)
{
    return fk_buffer_append(buffer, fk_bytes_of(id->bytes, FK_ID_SIZE_BYTES));
}

fk_status fk_request_post(fk_sync *sync, const char *path, bool has_token, fk_frame_kind kind, uint32_t count)
{
    fk_request_plan *request = &sync->request;
    request->is_post = true;
    request->has_token = has_token;
    (void)snprintf(request->path, sizeof request->path, "%s", path);
    fk_buffer_clear(&request->body);
    uint8_t header[FK_FRAME_SIZE_BYTES];
    fk_frame_write(kind, count, header);
    return fk_buffer_append(&request->body, fk_bytes_of(header, sizeof header));
}

void fk_request_set_count(fk_sync *sync, fk_frame_kind kind, uint32_t count)
{
    FK_ASSERT(sync->request.body.size_bytes >= FK_FRAME_SIZE_BYTES);
    fk_frame_write(kind, count, sync->request.body.data);
}

void fk_request_get(fk_sync *sync, const char *path, uint64_t after)
{
    fk_request_plan *request = &sync->request;
    request->is_post = false;
    request->has_token = true;
    (void)snprintf(request->path, sizeof request->path, "%s?after=%llu", path, (unsigned long long)after);
    fk_buffer_clear(&request->body);
}

/* --- hashes of segments ---------------------------------------------------------------------------- */

void fk_segment_signed(const fk_segment *segment, uint8_t signed_out[FK_SEGMENT_SIGNED_SIZE_BYTES])
{
    memcpy(signed_out, segment->header_bytes.data, FK_SEGMENT_HEADER_SIZE_BYTES);
    fk_hash_of(segment->body, signed_out + FK_SEGMENT_HEADER_SIZE_BYTES);
}

void fk_segment_id(const fk_segment *segment, fk_digest *id_out)
{
    uint8_t content[FK_SEGMENT_SIGNED_SIZE_BYTES];
    fk_segment_signed(segment, content);
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_hash_update(&hash, fk_bytes_of(content, sizeof content));
    fk_hash_update(&hash, segment->signature);
    fk_hash_final(&hash, id_out->bytes);
}
