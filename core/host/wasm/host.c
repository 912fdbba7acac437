#include "abi.h"

#include "fk/assert.h"
#include "fk/protocol_gen.h"
#include "fk/session.h"

#include "fk/banned.h"

/* The one session of this instance. Globals are allowed in a host: an instance is a worker. */
static fk_session *session;
static fk_buffer reply;
/* Still set when a call trapped: whoever calls a broken instance again traps again. */
static bool is_in_call;

static const fk_host host = { &fk_allocator_libc, &fk_wasm_disk, &fk_wasm_clock, &fk_wasm_random, true,
                              &fk_wasm_other_disk };

FK_WASM_EXPORT("fk_abi_version") uint32_t fk_abi_version(void)
{
    return FK_PROTOCOL_VERSION;
}

FK_WASM_EXPORT("fk_abi_schema_hash") uint32_t fk_abi_schema_hash(void)
{
    return FK_PROTOCOL_SCHEMA_HASH;
}

FK_WASM_EXPORT("fk_abi_alloc") uint8_t *fk_abi_alloc(uint32_t size_bytes)
{
    if (size_bytes == 0 || size_bytes > FK_ABI_ALLOC_SIZE_BYTES_MAX) {
        return NULL;
    }
    return fk_allocate(&fk_allocator_libc, size_bytes);
}

FK_WASM_EXPORT("fk_abi_free") void fk_abi_free(uint8_t *block, uint32_t size_bytes)
{
    fk_release(&fk_allocator_libc, block, size_bytes);
}

static fk_status call(uint32_t command_id, fk_bytes request)
{
    if (session == NULL) {
        fk_buffer_init(&reply, &fk_allocator_libc, FK_SESSION_REPLY_SIZE_BYTES_MAX);
        FK_TRY(fk_session_new(&host, &session));
    }
    return fk_session_call(session, command_id, request, &reply);
}

FK_WASM_EXPORT("fk_abi_call")
int32_t fk_abi_call(uint32_t command_id, const uint8_t *request, uint32_t size_bytes)
{
    FK_ASSERT(!is_in_call);
    is_in_call = true;
    fk_status status = call(command_id, fk_bytes_of(request, size_bytes));
    is_in_call = false;
    return status.code;
}

FK_WASM_EXPORT("fk_abi_reply_ptr") const uint8_t *fk_abi_reply_ptr(void)
{
    return reply.data;
}

FK_WASM_EXPORT("fk_abi_reply_size_bytes") uint32_t fk_abi_reply_size_bytes(void)
{
    return (uint32_t)reply.size_bytes;
}
