#include "fk/messages.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"
#include "layout.h"

#include "fk/banned.h"

static const uint8_t MAGIC[4] = { 'F', 'K', 'H', 'B' };

/* --- frames ------------------------------------------------------------------------------------------ */

enum {
    SMALLEST_ROSTER_ENTRY = FK_ROSTER_HEADER_SIZE_BYTES + FK_WIRE_SIGNATURE_SIZE_BYTES,
    SMALLEST_SEGMENT = FK_SEGMENT_HEADER_SIZE_BYTES + FK_SEGMENT_BODY_SIZE_BYTES_MIN + FK_WIRE_SIGNATURE_SIZE_BYTES,
    SMALLEST_FRONTIER = FK_FRONTIER_HEADER_SIZE_BYTES + FK_WIRE_TAG_SIZE_BYTES + FK_WIRE_SIGNATURE_SIZE_BYTES,
    CHAIN = 2 * FK_ID_SIZE_BYTES + 8 + FK_DIGEST_SIZE_BYTES,
    ANY_COUNT = FK_BODY_SIZE_BYTES_MAX, /* what fits is the bound */
};

/* How many bytes a frame of a kind has: first, then count items of at least, or of exactly, a size. */
typedef struct frame_shape {
    uint32_t fixed_size_bytes;
    uint32_t item_size_bytes; /* 0: no items, the count is 0 */
    uint32_t count_max;
    bool items_vary;
} frame_shape;

static const frame_shape shapes[] = {
    [FK_FRAME_ERROR] = { 4, 0, UINT8_MAX, false }, /* the count is a code */
    [FK_FRAME_DONE] = { 0, 0, 0, false },
    [FK_FRAME_CHALLENGE_REQUEST] = { 2 * FK_ID_SIZE_BYTES, 0, 0, false },
    [FK_FRAME_CHALLENGE] = { FK_WIRE_KEY_SIZE_BYTES + FK_CHALLENGE_SIZE_BYTES + 8 + FK_WIRE_SIGNATURE_SIZE_BYTES, 0, 0,
                             false },
    [FK_FRAME_AUTH] = { 2 * FK_ID_SIZE_BYTES + FK_WIRE_KEY_SIZE_BYTES + FK_CHALLENGE_SIZE_BYTES +
                            FK_WIRE_SIGNATURE_SIZE_BYTES,
                        0, 0, false },
    [FK_FRAME_TOKEN] = { FK_TOKEN_SIZE_BYTES + 8 + 8, 0, 0, false },
    [FK_FRAME_ROSTER] = { 8, SMALLEST_ROSTER_ENTRY, ANY_COUNT, true },
    [FK_FRAME_ROSTER_ADD] = { 8 + FK_DIGEST_SIZE_BYTES, SMALLEST_ROSTER_ENTRY, ANY_COUNT, true },
    [FK_FRAME_GRANTS] = { 8, FK_GRANT_SIZE_BYTES, ANY_COUNT, false },
    [FK_FRAME_PUSH] = { 0, SMALLEST_SEGMENT, FK_PUSH_SEGMENT_COUNT_MAX, true },
    [FK_FRAME_PUSHED] = { 8 + FK_DIGEST_SIZE_BYTES, 16, FK_PUSH_SEGMENT_COUNT_MAX, false },
    [FK_FRAME_PULL] = { 8 + FK_DIGEST_SIZE_BYTES, FK_ID_SIZE_BYTES + 8, FK_PULL_PAIR_COUNT_MAX, false },
    [FK_FRAME_PULLED] = { 8 + FK_DIGEST_SIZE_BYTES + 8, 8 + SMALLEST_SEGMENT, ANY_COUNT, true },
    [FK_FRAME_HAVE] = { 0, CHAIN, FK_HAVE_CHAIN_COUNT_MAX, false },
    [FK_FRAME_HELD] = { 0, CHAIN, FK_HAVE_CHAIN_COUNT_MAX, false },
    [FK_FRAME_FRONTIERS] = { 0, SMALLEST_FRONTIER, ANY_COUNT, true },
    [FK_FRAME_INVITE] = { FK_ID_SIZE_BYTES + 8, 0, 0, false },
    [FK_FRAME_ENROL] = { FK_ID_SIZE_BYTES + FK_ENROL_REQUEST_SIZE_BYTES, 0, 0, false },
    [FK_FRAME_ENROLLING] = { 0, FK_ENROL_REQUEST_SIZE_BYTES, ANY_COUNT, false },
    [FK_FRAME_WITHDRAW] = { FK_ID_SIZE_BYTES, 0, 0, false },
};
enum { KIND_COUNT = sizeof shapes / sizeof shapes[0] };

static bool kind_is_known(uint32_t kind)
{
    return kind >= FK_FRAME_ERROR && kind < KIND_COUNT;
}

void fk_frame_write(fk_frame_kind kind, uint32_t count, uint8_t target[FK_FRAME_SIZE_BYTES])
{
    FK_ASSERT(kind_is_known(kind));
    FK_ASSERT(count <= shapes[kind].count_max);
    uint8_t *at = target;
    fk_lay_bytes(&at, MAGIC, sizeof MAGIC);
    fk_lay_u16(&at, FK_FRAME_VERSION);
    fk_lay_u16(&at, (uint16_t)kind);
    fk_lay_u32(&at, count);
    fk_lay_u32(&at, 0);
    FK_ASSERT(at == target + FK_FRAME_SIZE_BYTES);
}

static bool size_fits(const frame_shape *shape, uint32_t count, size_t size_bytes)
{
    if (count > shape->count_max) {
        return false;
    }
    uint64_t needed_bytes = shape->fixed_size_bytes + (uint64_t)count * shape->item_size_bytes;
    if (FK_PLANTED(FRAME_COUNT_BOUND)) {
        needed_bytes = shape->fixed_size_bytes;
    }
    bool is_longer = size_bytes > needed_bytes;
    return size_bytes == needed_bytes || (is_longer && shape->items_vary && count > 0);
}

fk_status fk_frame_read(fk_bytes body, fk_frame *frame_out)
{
    *frame_out = (fk_frame){ .count = 0 };
    if (body.size_bytes < FK_FRAME_SIZE_BYTES || memcmp(body.data, MAGIC, sizeof MAGIC) != 0) {
        return fk_status_of(FK_ERR_NOT_A_HUB);
    }
    const uint8_t *at = body.data + sizeof MAGIC;
    uint16_t version = fk_read_u16(&at);
    uint16_t kind = fk_read_u16(&at);
    uint32_t count = fk_read_u32(&at);
    if (version != FK_FRAME_VERSION || !kind_is_known(kind)) {
        return fk_status_of(FK_ERR_OTHER_PROTOCOL);
    }
    fk_bytes rest = fk_bytes_of(body.data + FK_FRAME_SIZE_BYTES, body.size_bytes - FK_FRAME_SIZE_BYTES);
    if (!fk_read_zeros(&at, sizeof(uint32_t)) || !size_fits(&shapes[kind], count, rest.size_bytes)) {
        return fk_status_of(FK_ERR_NOT_A_HUB);
    }
    *frame_out = (fk_frame){ (fk_frame_kind)kind, count, rest };
    return fk_ok();
}

/* --- pieces ------------------------------------------------------------------------------------------- */

fk_status fk_take(fk_bytes *rest, size_t size_bytes, fk_bytes *piece_out)
{
    *piece_out = (fk_bytes){ NULL, 0 };
    if (rest->size_bytes < size_bytes) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    if (size_bytes > 0) {
        *piece_out = (fk_bytes){ rest->data, size_bytes };
        *rest = (fk_bytes){ rest->data + size_bytes, rest->size_bytes - size_bytes };
    }
    return fk_ok();
}

fk_status fk_take_u32(fk_bytes *rest, uint32_t *value_out)
{
    *value_out = 0;
    fk_bytes piece;
    FK_TRY(fk_take(rest, sizeof *value_out, &piece));
    *value_out = fk_get_u32(piece.data);
    return fk_ok();
}

fk_status fk_take_u64(fk_bytes *rest, uint64_t *value_out)
{
    *value_out = 0;
    fk_bytes piece;
    FK_TRY(fk_take(rest, sizeof *value_out, &piece));
    *value_out = fk_get_u64(piece.data);
    return fk_ok();
}

static fk_status take_into(fk_bytes *rest, uint8_t *target, size_t size_bytes)
{
    memset(target, 0, size_bytes);
    fk_bytes piece;
    FK_TRY(fk_take(rest, size_bytes, &piece));
    memcpy(target, piece.data, size_bytes);
    return fk_ok();
}

fk_status fk_take_id(fk_bytes *rest, fk_id *id_out)
{
    return take_into(rest, id_out->bytes, sizeof id_out->bytes);
}

fk_status fk_take_digest(fk_bytes *rest, fk_digest *digest_out)
{
    return take_into(rest, digest_out->bytes, sizeof digest_out->bytes);
}
