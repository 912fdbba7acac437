/* Requests of every command: the first byte is its id, so that seeds keep their command when others are added; the rest
 * is the request.
 * Targets: fk_request_decode, fk_shape_encode. What was decoded, written again, decodes to the same. */
#include "fk/assert.h"
#include "fk/protocol_codec.h"
#include "fk/protocol_gen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static fk_status decode_and_write(const fk_command *command, fk_bytes bytes, fk_buffer *text)
{
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 8U << 20);
    fk_request request;
    fk_error error = { "" };
    fk_status status = fk_request_decode(command, bytes, &arena, &request, &error);
    FK_ASSERT(fk_is_ok(status) == (error.detail[0] == '\0'));
    fk_buffer_init(text, &fk_allocator_libc, SIZE_MAX / 2);
    if (fk_is_ok(status) && command->raw_size_bytes_max == 0) {
        fk_json_writer writer;
        fk_json_writer_init(&writer, text);
        FK_ASSERT(fk_is_ok(fk_shape_encode(command->request, "request", request.fields, &writer, NULL)));
        FK_ASSERT(fk_is_ok(fk_json_finish(&writer)));
    }
    fk_request_free(&request);
    fk_arena_reset(&arena);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fk_codec_start(&fk_allocator_libc);
    const fk_command *command = size == 0 ? NULL : fk_command_by_id(data[0]);
    if (command == NULL) {
        return 0;
    }
    fk_buffer first;
    fk_buffer second;
    fk_status status = decode_and_write(command, fk_bytes_of(data + 1, size - 1), &first);
    FK_ASSERT(status.code != FK_ERR_BUG);
    if (fk_is_ok(status) && command->raw_size_bytes_max == 0) {
        FK_ASSERT(fk_is_ok(decode_and_write(command, fk_buffer_view(&first), &second)));
        FK_ASSERT(fk_bytes_equal(fk_buffer_view(&first), fk_buffer_view(&second)));
        fk_buffer_free(&second);
    }
    fk_buffer_free(&first);
    return 0;
}
