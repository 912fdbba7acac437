/* What client and hub say to one another: the frame every body begins with, pieces, the enrolment request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/messages.h"
#include "seeded_random.h"

/* What stands behind the frame header: fixed bytes, then count items. */
typedef struct shape {
    fk_frame_kind kind;
    size_t fixed_size_bytes;
    size_t item_size_bytes;
    uint32_t count;
    bool items_vary;
} shape;

/* Written down from the list in fk/messages.h. */
static const shape SHAPES[] = {
    { FK_FRAME_ERROR, 4, 0, 29, false },
    { FK_FRAME_DONE, 0, 0, 0, false },
    { FK_FRAME_CHALLENGE_REQUEST, 32, 0, 0, false },
    { FK_FRAME_CHALLENGE, 168, 0, 0, false },
    { FK_FRAME_AUTH, 192, 0, 0, false },
    { FK_FRAME_TOKEN, 48, 0, 0, false },
    { FK_FRAME_ROSTER, 8, 192, 3, true },
    { FK_FRAME_ROSTER_ADD, 40, 192, 2, true },
    { FK_FRAME_GRANTS, 8, 308, 2, false },
    { FK_FRAME_PUSH, 0, 768, 64, true },
    { FK_FRAME_PUSHED, 40, 16, 64, false },
    { FK_FRAME_PULL, 40, 24, 256, false },
    { FK_FRAME_PULLED, 48, 776, 2, true },
    { FK_FRAME_HAVE, 0, 72, 4096, false },
    { FK_FRAME_HELD, 0, 72, 4096, false },
    { FK_FRAME_FRONTIERS, 0, 176, 2, true },
    { FK_FRAME_INVITE, 24, 0, 0, false },
    { FK_FRAME_ENROL, 224, 0, 0, false },
    { FK_FRAME_ENROLLING, 0, 208, 5, false },
    { FK_FRAME_WITHDRAW, 16, 0, 0, false },
};
enum { SHAPE_COUNT = sizeof SHAPES / sizeof SHAPES[0] };

/* Reads size_bytes zeros behind the header of a kind. */
static fk_code reads_frame(fk_frame_kind kind, uint32_t count, size_t size_bytes, fk_frame *frame_out)
{
    uint8_t *body = calloc(1, FK_FRAME_SIZE_BYTES + size_bytes);
    assert_non_null(body);
    fk_frame_write(kind, 0, body);
    fk_put_u32(body + 8, count);
    fk_code code = (fk_code)fk_frame_read(fk_bytes_of(body, FK_FRAME_SIZE_BYTES + size_bytes), frame_out).code;
    free(body);
    return code;
}

static void frame__holds_what_its_kind_says(void **state)
{
    (void)state;
    assert_int_equal(SHAPES[SHAPE_COUNT - 1].kind, SHAPE_COUNT); /* every kind */
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        const shape *shape = &SHAPES[i];
        size_t size_bytes = shape->fixed_size_bytes + shape->count * shape->item_size_bytes;
        fk_frame frame;
        assert_int_equal(reads_frame(shape->kind, shape->count, size_bytes, &frame), FK_OK);
        assert_int_equal(frame.kind, shape->kind);
        assert_int_equal(frame.count, shape->count);
        assert_int_equal(frame.rest.size_bytes, size_bytes);
        if (size_bytes > 0) {
            assert_int_equal(reads_frame(shape->kind, shape->count, size_bytes - 1, &frame), FK_ERR_NOT_A_HUB);
            assert_int_equal(frame.kind, 0);
        }
        fk_code longer = shape->items_vary ? FK_OK : FK_ERR_NOT_A_HUB;
        assert_int_equal(reads_frame(shape->kind, shape->count, size_bytes + 1, &frame), longer);
        assert_int_equal(reads_frame(shape->kind, UINT32_MAX, size_bytes, &frame), FK_ERR_NOT_A_HUB);
        if (shape->items_vary) { /* no items, no room for any */
            assert_int_equal(reads_frame(shape->kind, 0, shape->fixed_size_bytes + 1, &frame), FK_ERR_NOT_A_HUB);
        }
    }
}

static void frame__bounds_the_count(void **state)
{
    (void)state;
    fk_frame frame;
    assert_int_equal(reads_frame(FK_FRAME_PUSH, 65, 65 * 768, &frame), FK_ERR_NOT_A_HUB);
    assert_int_equal(reads_frame(FK_FRAME_PULL, 257, 40 + 257 * 24, &frame), FK_ERR_NOT_A_HUB);
    assert_int_equal(reads_frame(FK_FRAME_HAVE, 4097, 4097 * 72, &frame), FK_ERR_NOT_A_HUB);
    assert_int_equal(reads_frame(FK_FRAME_ERROR, 256, 4, &frame), FK_ERR_NOT_A_HUB);
    assert_int_equal(reads_frame(FK_FRAME_AUTH, 1, 192, &frame), FK_ERR_NOT_A_HUB);
    /* count * size as 32 bits would be 0 */
    assert_int_equal(reads_frame(FK_FRAME_ENROLLING, 0x10000000, 0, &frame), FK_ERR_NOT_A_HUB);
}

static void frame__tells_a_hub_from_what_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        size_t size_bytes;
        fk_code wanted;
    } cases[] = {
        { "", 0, FK_ERR_NOT_A_HUB },
        { "<!doctype html><title>Sign in to WiFi</title>", 45, FK_ERR_NOT_A_HUB },
        { "FKHB\1\0\2\0\0\0\0\0\0\0\0", 15, FK_ERR_NOT_A_HUB },
        { "FKHB\1\0\2\0\0\0\0\0\0\0\0\0", 16, FK_OK },
        { "FKHC\1\0\2\0\0\0\0\0\0\0\0\0", 16, FK_ERR_NOT_A_HUB },
        { "FKHB\2\0\2\0\0\0\0\0\0\0\0\0", 16, FK_ERR_OTHER_PROTOCOL },
        { "FKHB\0\0\2\0\0\0\0\0\0\0\0\0", 16, FK_ERR_OTHER_PROTOCOL },
        { "FKHB\2\0\2\0\0\0\0\0\0\0\0\0of another shape", 32, FK_ERR_OTHER_PROTOCOL },
        { "FKHB\1\0\0\0\0\0\0\0\0\0\0\0", 16, FK_ERR_OTHER_PROTOCOL },
        { "FKHB\1\0\25\0\0\0\0\0\0\0\0\0", 16, FK_ERR_OTHER_PROTOCOL },
        { "FKHB\1\0\2\0\0\0\0\0\1\0\0\0", 16, FK_ERR_NOT_A_HUB },
        { "FKHB\1\0\2\0\1\0\0\0\0\0\0\0", 16, FK_ERR_NOT_A_HUB },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_frame frame;
        assert_code(fk_frame_read(fk_bytes_of(cases[i].body, cases[i].size_bytes), &frame), cases[i].wanted);
    }
}

static void frame__has_the_bytes_it_ever_had(void **state)
{
    (void)state;
    uint8_t bytes[FK_FRAME_SIZE_BYTES];
    fk_frame_write(FK_FRAME_HAVE, 0x0102, bytes);
    assert_memory_equal(bytes, "FKHB\1\0\16\0\2\1\0\0\0\0\0\0", sizeof bytes);
}

static void take__gives_pieces_in_order_and_no_byte_more(void **state)
{
    (void)state;
    uint8_t bytes[4 + 8 + 16 + 32 + 3];
    for (uint8_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = i;
    }
    fk_bytes rest = fk_bytes_of(bytes, sizeof bytes);
    uint32_t u32 = 0;
    uint64_t u64 = 0;
    fk_id id;
    fk_digest digest;
    fk_bytes piece;
    assert_code(fk_take_u32(&rest, &u32), FK_OK);
    assert_code(fk_take_u64(&rest, &u64), FK_OK);
    assert_code(fk_take_id(&rest, &id), FK_OK);
    assert_code(fk_take_digest(&rest, &digest), FK_OK);
    assert_int_equal(u32, 0x03020100);
    assert_true(u64 == 0x0b0a090807060504);
    assert_memory_equal(id.bytes, bytes + 12, sizeof id.bytes);
    assert_memory_equal(digest.bytes, bytes + 28, sizeof digest.bytes);
    assert_code(fk_take_u32(&rest, &u32), FK_ERR_INVALID_INPUT);
    assert_code(fk_take_u64(&rest, &u64), FK_ERR_INVALID_INPUT);
    assert_code(fk_take_id(&rest, &id), FK_ERR_INVALID_INPUT);
    assert_code(fk_take_digest(&rest, &digest), FK_ERR_INVALID_INPUT);
    assert_int_equal(u32, 0);
    assert_true(u64 == 0 && fk_id_is_zero(&id));
    assert_int_equal(rest.size_bytes, 3);
    assert_code(fk_take(&rest, 4, &piece), FK_ERR_INVALID_INPUT);
    assert_code(fk_take(&rest, SIZE_MAX, &piece), FK_ERR_INVALID_INPUT);
    assert_code(fk_take(&rest, 3, &piece), FK_OK);
    assert_ptr_equal(piece.data, bytes + sizeof bytes - 3);
    assert_code(fk_take(&rest, 0, &piece), FK_OK);
    assert_code(fk_take(&rest, 1, &piece), FK_ERR_INVALID_INPUT);
}

static void enrol_request__reads_back_and_refuses(void **state)
{
    (void)state;
    seeded_random generator = { 5 };
    fk_random random = seeded_random_port(&generator);
    fk_enrol_request request;
    random.fill(random.ctx, (uint8_t *)&request, sizeof request);
    for (uint8_t kind = 0; kind < 6; kind++) {
        request.kind = FK_DEVICE_OFFICE;
        uint8_t bytes[FK_ENROL_REQUEST_SIZE_BYTES];
        fk_enrol_request_write(&request, bytes);
        assert_memory_equal(bytes + FK_ENROL_REQUEST_MACED_SIZE_BYTES, request.mac, sizeof request.mac);
        assert_memory_equal(bytes + FK_ENROL_REQUEST_SIGNED_SIZE_BYTES, request.signature, sizeof request.signature);
        bytes[96] = kind;
        request.kind = kind;
        bool is_kind = kind >= FK_DEVICE_TABLET && kind <= FK_DEVICE_PHONE;
        fk_enrol_request read;
        assert_code(fk_enrol_request_read(fk_bytes_of(bytes, sizeof bytes), &read),
                    is_kind ? FK_OK : FK_ERR_INVALID_INPUT);
        assert_true(is_kind ? memcmp(&read, &request, sizeof read) == 0 : read.kind == 0);
        assert_code(fk_enrol_request_read(fk_bytes_of(bytes, sizeof bytes - 1), &read), FK_ERR_INVALID_INPUT);
        bytes[96] = FK_DEVICE_PHONE;
        for (size_t i = 97; i < 112; i++) {
            bytes[i] = 1;
            assert_code(fk_enrol_request_read(fk_bytes_of(bytes, sizeof bytes), &read), FK_ERR_INVALID_INPUT);
            bytes[i] = 0;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame__holds_what_its_kind_says),
        cmocka_unit_test(frame__bounds_the_count),
        cmocka_unit_test(frame__tells_a_hub_from_what_is_none),
        cmocka_unit_test(frame__has_the_bytes_it_ever_had),
        cmocka_unit_test(take__gives_pieces_in_order_and_no_byte_more),
        cmocka_unit_test(enrol_request__reads_back_and_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
