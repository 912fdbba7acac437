#include "dictionary.h"

#include <zlib.h>

#include "fk/assert.h"
#include "fk/banned.h"

enum {
    RAW_WINDOW_BITS = -15, /* no header, no checksum: the seal is the checksum */
    MEMORY_LEVEL = 8,
    ARENA_SIZE_BYTES_MAX = 1024 * 1024, /* deflate asks for 268 KiB, inflate for 40 */
};

/* zlib gives no size back when it frees, so its memory is released all at once, wiped, at the end of a call. */
static void *zlib_allocate(void *arena, uInt item_count, uInt item_size_bytes)
{
    size_t size_bytes = 0;
    return fk_multiply_size(item_count, item_size_bytes, &size_bytes) ? fk_arena_allocate(arena, size_bytes) : NULL;
}

static void zlib_free(void *arena, void *block)
{
    (void)arena;
    (void)block;
}

static z_stream stream_of(fk_arena *arena, fk_bytes input)
{
    FK_ASSERT(input.size_bytes <= UINT32_MAX);
    return (z_stream){ .zalloc = zlib_allocate,
                       .zfree = zlib_free,
                       .opaque = arena,
                       .next_in = (z_const Bytef *)(uintptr_t)input.data,
                       .avail_in = (uInt)input.size_bytes };
}

static fk_status run_deflate(z_stream *stream, fk_buffer *target)
{
    if (deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, RAW_WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    int result = deflateSetDictionary(stream, fk_dictionary_1, (uInt)fk_dictionary_1_size_bytes);
    FK_ASSERT(result == Z_OK);
    uLong bound = deflateBound(stream, stream->avail_in);
    uint8_t *room = NULL;
    FK_TRY(fk_buffer_extend(target, bound, &room));
    stream->next_out = room;
    stream->avail_out = (uInt)bound;
    result = deflate(stream, Z_FINISH);
    FK_ASSERT(result == Z_STREAM_END);
    target->size_bytes -= stream->avail_out;
    return fk_ok();
}

fk_status fk_deflate(fk_bytes input, fk_buffer *target)
{
    fk_arena arena;
    fk_arena_init(&arena, target->allocator, ARENA_SIZE_BYTES_MAX);
    z_stream stream = stream_of(&arena, input);
    fk_status status = run_deflate(&stream, target);
    fk_arena_reset(&arena);
    return status;
}

static fk_status run_inflate(z_stream *stream, size_t size_bytes, fk_buffer *target)
{
    if (inflateInit2(stream, RAW_WINDOW_BITS) != Z_OK ||
        inflateSetDictionary(stream, fk_dictionary_1, (uInt)fk_dictionary_1_size_bytes) != Z_OK) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    uint8_t *room = NULL;
    FK_TRY(fk_buffer_extend(target, size_bytes, &room));
    stream->next_out = room;
    stream->avail_out = (uInt)size_bytes;
    int result = inflate(stream, Z_FINISH);
    if (result == Z_STREAM_END && stream->avail_out == 0 && stream->avail_in == 0) {
        return fk_ok();
    }
    fk_wipe(room, size_bytes);
    target->size_bytes -= size_bytes;
    return fk_status_of(result == Z_MEM_ERROR ? FK_ERR_NO_MEMORY : FK_ERR_INVALID_INPUT);
}

fk_status fk_inflate(fk_bytes deflated, size_t size_bytes, fk_buffer *target)
{
    FK_ASSERT(size_bytes <= UINT32_MAX);
    fk_arena arena;
    fk_arena_init(&arena, target->allocator, ARENA_SIZE_BYTES_MAX);
    z_stream stream = stream_of(&arena, deflated);
    fk_status status = run_inflate(&stream, size_bytes, target);
    fk_arena_reset(&arena);
    return status;
}
