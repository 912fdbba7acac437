#include "abi.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/identity.h"
#include "fk/wire.h"

#include "fk/banned.h"

/* core-test.wasm: bodies of segments and sealed boxes, so that tests/wasm can hold this build to the bytes of the
 * native one. Never shipped. */

int32_t fk_test_body_rewrite(const uint8_t *plain, uint32_t size_bytes, uint32_t operation_count, uint8_t *target,
                             uint32_t target_size_bytes);
int32_t fk_test_box_open(const uint8_t *box_public_and_secret, const uint8_t *sealed, uint32_t size_bytes,
                         uint8_t *plain_out);

static fk_status collect(const fk_segment_content *content, fk_segment_body *body)
{
    enum { ENTRY_COUNT_MAX = 16 };
    fk_frontier_entry entries[ENTRY_COUNT_MAX];
    FK_ASSERT(content->frontier_entry_count <= ENTRY_COUNT_MAX);
    for (size_t i = 0; i < content->frontier_entry_count; i++) {
        fk_segment_content_frontier(content, i, &entries[i]);
    }
    FK_TRY(fk_segment_body_begin(body, &fk_allocator_libc, &content->case_id, entries, content->frontier_entry_count));
    size_t offset = 0;
    for (uint16_t i = 0; i < content->operation_count; i++) {
        fk_wire_operation operation;
        fk_segment_content_operation(content, &offset, &operation);
        FK_TRY(fk_segment_body_add(body, &operation));
    }
    return fk_ok();
}

/* Read a plain body, collect what it holds, and deflate that again into target; the size of that, or minus the code of
 * a failure. */
FK_WASM_EXPORT("fk_test_body_rewrite")
int32_t fk_test_body_rewrite(const uint8_t *plain, uint32_t size_bytes, uint32_t operation_count, uint8_t *target,
                             uint32_t target_size_bytes)
{
    fk_buffer inflated;
    fk_buffer again;
    fk_segment_content content;
    fk_segment_body body;
    fk_buffer_init(&inflated, &fk_allocator_libc, FK_SEGMENT_INFLATED_SIZE_BYTES_MAX);
    fk_buffer_init(&again, &fk_allocator_libc, target_size_bytes);
    fk_buffer_init(&body.inflated, &fk_allocator_libc, 1);
    fk_status status =
        fk_segment_content_read(fk_bytes_of(plain, size_bytes), (uint16_t)operation_count, &inflated, &content);
    if (fk_is_ok(status)) {
        status = collect(&content, &body);
    }
    if (fk_is_ok(status)) {
        status = fk_segment_body_finish(&body, &again);
    }
    int32_t answer = fk_is_ok(status) ? (int32_t)again.size_bytes : -(int32_t)status.code;
    if (again.size_bytes > 0) {
        memcpy(target, again.data, again.size_bytes);
    }
    fk_segment_body_free(&body);
    fk_buffer_free(&again);
    fk_buffer_free(&inflated);
    return answer;
}

/* The code of fk_box_open(). */
FK_WASM_EXPORT("fk_test_box_open")
int32_t fk_test_box_open(const uint8_t *box_public_and_secret, const uint8_t *sealed, uint32_t size_bytes,
                         uint8_t *plain_out)
{
    fk_identity identity = { .signing_public = { 0 } };
    memcpy(identity.box_public, box_public_and_secret, FK_PUBLIC_KEY_SIZE_BYTES);
    memcpy(identity.box_secret.bytes, box_public_and_secret + FK_PUBLIC_KEY_SIZE_BYTES, FK_KEY_SIZE_BYTES);
    int32_t answer = fk_box_open(&identity, fk_bytes_of(sealed, size_bytes), plain_out).code;
    fk_identity_wipe(&identity);
    return answer;
}
