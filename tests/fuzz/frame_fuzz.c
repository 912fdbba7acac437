/* A whole body, as client and hub send it.
 * Target: fk_frame_read, fk_take, fk_enrol_request_read. Of what is accepted each kind is read to its end as the list
 * in fk/messages.h says: pieces of fixed size are there, all of them, and nothing is left over.
 */
#include "exact_input.h"
#include "fk/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What stands once, and each of count items; 0: items say their own size. */
static const struct {
    size_t once_size_bytes;
    size_t item_size_bytes;
    bool items_vary;
} KINDS[] = {
    [FK_FRAME_ERROR] = { 4, 0, false },
    [FK_FRAME_CHALLENGE_REQUEST] = { 16 + 16, 0, false },
    [FK_FRAME_CHALLENGE] = { 32 + 64 + 8 + 64, 0, false },
    [FK_FRAME_AUTH] = { 16 + 16 + 32 + 64 + 64, 0, false },
    [FK_FRAME_TOKEN] = { 32 + 8 + 8, 0, false },
    [FK_FRAME_ROSTER] = { 4 + 4, 0, true },
    [FK_FRAME_ROSTER_ADD] = { 4 + 4 + 32, 0, true },
    [FK_FRAME_GRANTS] = { 8, 308, false },
    [FK_FRAME_PUSH] = { 0, 0, true },
    [FK_FRAME_PUSHED] = { 8 + 32, 2 + 6 + 8, false },
    [FK_FRAME_PULL] = { 8 + 32, 16 + 8, false },
    [FK_FRAME_PULLED] = { 8 + 32 + 4 + 4, 0, true },
    [FK_FRAME_HAVE] = { 0, 16 + 16 + 8 + 32, false },
    [FK_FRAME_HELD] = { 0, 16 + 16 + 8 + 32, false },
    [FK_FRAME_FRONTIERS] = { 0, 0, true },
    [FK_FRAME_INVITE] = { 16 + 8, 0, false },
    [FK_FRAME_ENROL] = { 16 + 208, 0, false },
    [FK_FRAME_ENROLLING] = { 0, 208, false },
    [FK_FRAME_WITHDRAW] = { 16, 0, false },
};

static void check_enrol_request(fk_bytes bytes)
{
    fk_enrol_request request;
    uint8_t again[FK_ENROL_REQUEST_SIZE_BYTES];
    if (fk_is_ok(fk_enrol_request_read(bytes, &request))) {
        fk_enrol_request_write(&request, again);
        FK_ASSERT(memcmp(again, bytes.data, sizeof again) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *input = exact_input(data, size);
    fk_frame frame;
    fk_status status = fk_frame_read(fk_bytes_of(input, size), &frame);
    if (fk_is_ok(status)) {
        uint8_t header[FK_FRAME_SIZE_BYTES];
        fk_bytes piece;
        fk_frame_write(frame.kind, frame.count, header);
        FK_ASSERT(memcmp(header, input, sizeof header) == 0);
        FK_ASSERT(fk_is_ok(fk_take(&frame.rest, KINDS[frame.kind].once_size_bytes, &piece)));
        touch(piece);
        for (uint32_t i = 0; KINDS[frame.kind].item_size_bytes > 0 && i < frame.count; i++) {
            FK_ASSERT(fk_is_ok(fk_take(&frame.rest, KINDS[frame.kind].item_size_bytes, &piece)));
            touch(piece);
            if (frame.kind == FK_FRAME_ENROLLING) {
                check_enrol_request(piece);
            }
        }
        FK_ASSERT(KINDS[frame.kind].items_vary || frame.rest.size_bytes == 0);
        FK_ASSERT(!KINDS[frame.kind].items_vary || frame.rest.size_bytes >= frame.count);
        touch(frame.rest);
    } else {
        FK_ASSERT(status.code == FK_ERR_NOT_A_HUB || status.code == FK_ERR_OTHER_PROTOCOL);
        FK_ASSERT(frame.rest.data == NULL);
    }
    free(input);
    return 0;
}
