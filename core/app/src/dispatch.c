#include "dispatch.h"

#include "dispatch_gen.h"
#include "fk/protocol_codec.h"

#include "fk/banned.h"

fk_status fk_dispatch(fk_session *session, uint32_t command_id, fk_bytes request, fk_arena *arena, fk_buffer *reply_out,
                      fk_error *error)
{
    const fk_command *command = fk_command_by_id(command_id);
    if (command == NULL) {
        fk_error_set(error, "command %u", (unsigned)command_id);
        return fk_status_of(FK_ERR_UNKNOWN_COMMAND);
    }
    void *reply = fk_arena_allocate(arena, command->reply->size_bytes);
    if (reply == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_request decoded;
    FK_TRY(fk_request_decode(command, request, arena, &decoded, error));
    fk_status status = fk_handlers[command - fk_commands](session, arena, decoded.fields, reply, error);
    if (fk_is_ok(status)) {
        status = fk_reply_encode(command, reply, reply_out, error);
    }
    fk_request_free(&decoded);
    return status;
}
