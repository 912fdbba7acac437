/* What devices exchange, laid out: what is written reads back, every cut and every reserved byte is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/messages.h"
#include "wire_fixture.h"

/* --- segments --------------------------------------------------------------------------------------- */

enum { ROUND_COUNT = 200, STRUCTURE_SIZE_BYTES_MAX = 8192 };

static fk_code reads_segment(fk_bytes bytes)
{
    fk_segment segment;
    return (fk_code)fk_segment_read(bytes, &segment).code;
}

static fk_segment_header some_segment_header(void)
{
    fk_segment_header header;
    wire_fill(&header, sizeof header);
    header.operation_count = (uint16_t)wire_between(1, FK_SEGMENT_OPERATION_COUNT_MAX);
    header.epoch = (uint32_t)wire_between(1, UINT32_MAX);
    header.first_sequence = wire_between(1, 1U << 30);
    header.body_size_bytes = (uint32_t)fk_padded_size(wire_between(1, 2000)) + FK_WIRE_TAG_SIZE_BYTES;
    return header;
}

/* header, some body, some signature. Returns the size. */
static size_t segment_of(const fk_segment_header *header, uint8_t target[STRUCTURE_SIZE_BYTES_MAX])
{
    size_t size_bytes = FK_SEGMENT_HEADER_SIZE_BYTES + header->body_size_bytes + FK_WIRE_SIGNATURE_SIZE_BYTES;
    assert_true(size_bytes <= STRUCTURE_SIZE_BYTES_MAX);
    wire_fill(target, size_bytes);
    fk_segment_header_write(header, target);
    return size_bytes;
}

static void assert_same_segment_header(const fk_segment_header *a, const fk_segment_header *b)
{
    uint8_t bytes_a[FK_SEGMENT_HEADER_SIZE_BYTES];
    uint8_t bytes_b[FK_SEGMENT_HEADER_SIZE_BYTES];
    fk_segment_header_write(a, bytes_a);
    fk_segment_header_write(b, bytes_b);
    assert_memory_equal(bytes_a, bytes_b, sizeof bytes_a);
    assert_int_equal(a->operation_count, b->operation_count);
    assert_memory_equal(&a->device, &b->device, sizeof a->device);
    assert_int_equal(a->first_sequence, b->first_sequence);
    assert_memory_equal(&a->prev, &b->prev, sizeof a->prev);
    assert_int_equal(a->body_size_bytes, b->body_size_bytes);
}

static void segment__reads_back(void **state)
{
    (void)state;
    uint8_t bytes[STRUCTURE_SIZE_BYTES_MAX];
    for (int round = 0; round < ROUND_COUNT; round++) {
        fk_segment_header header = some_segment_header();
        size_t size_bytes = segment_of(&header, bytes);
        size_t more = (size_t)wire_between(0, 9); /* of what follows it */
        uint8_t *copy = wire_exact_copy(bytes, size_bytes + more);
        fk_segment segment;
        assert_code(fk_segment_read(fk_bytes_of(copy, size_bytes + more), &segment), FK_OK);
        assert_same_segment_header(&segment.header, &header);
        assert_ptr_equal(segment.whole.data, copy);
        assert_int_equal(segment.whole.size_bytes, size_bytes);
        assert_int_equal(segment.header_bytes.size_bytes, 176);
        assert_ptr_equal(segment.body.data, copy + 176);
        assert_int_equal(segment.body.size_bytes, header.body_size_bytes);
        assert_ptr_equal(segment.signature.data, copy + size_bytes - 64);
        assert_int_equal(segment.signature.size_bytes, 64);
        free(copy);
    }
}

static void segment__refuses_what_is_cut_or_reserved(void **state)
{
    (void)state;
    uint8_t bytes[STRUCTURE_SIZE_BYTES_MAX];
    fk_segment_header header = some_segment_header();
    size_t size_bytes = segment_of(&header, bytes);
    wire_assert_no_cut_is_read(bytes, size_bytes, reads_segment, FK_ERR_INVALID_INPUT);
    wire_assert_reserved(bytes, size_bytes, reads_segment, FK_ERR_INVALID_INPUT, 14, 2);
    wire_assert_reserved(bytes, size_bytes, reads_segment, FK_ERR_INVALID_INPUT, 172, 4);
}

static void segment__refuses_values_out_of_bounds(void **state)
{
    (void)state;
    static const wire_patch patches[] = {
        { "another magic", 0, "FKSEGN01", 8, FK_ERR_INVALID_INPUT },
        { "a newer magic", 0, "FKSEGM02", 8, FK_ERR_NEWER_VERSION },
        { "an older magic", 0, "FKSEGM00", 8, FK_ERR_INVALID_INPUT },
        { "a magic without a number", 0, "FKSEGMzz", 8, FK_ERR_INVALID_INPUT },
        { "format 0", 8, { 0 }, 2, FK_ERR_INVALID_INPUT },
        { "format 2", 8, { 2 }, 2, FK_ERR_NEWER_VERSION },
        { "dictionary 0", 10, { 0 }, 2, FK_ERR_INVALID_INPUT },
        { "dictionary 2", 10, { 2 }, 2, FK_ERR_NEWER_VERSION },
        { "no operations", 12, { 0 }, 2, FK_ERR_INVALID_INPUT },
        { "257 operations", 12, { 1, 1 }, 2, FK_ERR_INVALID_INPUT },
        { "epoch 0", 48, { 0 }, 4, FK_ERR_INVALID_INPUT },
        { "sequence 0", 104, { 0 }, 8, FK_ERR_INVALID_INPUT },
        { "the last sequence there is", 104, { 255, 255, 255, 255, 255, 255, 255, 127 }, 8, FK_ERR_INVALID_INPUT },
        { "no body", 168, { 0 }, 4, FK_ERR_INVALID_INPUT },
        { "a body below the smallest", 168, { 0x0f, 2 }, 4, FK_ERR_INVALID_INPUT },
        { "a body that no padding gives", 168, { 0x11, 2 }, 4, FK_ERR_INVALID_INPUT },
        { "a body larger than the largest", 168, { 1, 0x80, 4 }, 4, FK_ERR_INVALID_INPUT },
        { "a body of 4 GiB", 168, { 255, 255, 255, 255 }, 4, FK_ERR_INVALID_INPUT },
    };
    uint8_t bytes[STRUCTURE_SIZE_BYTES_MAX];
    fk_segment_header header = some_segment_header();
    size_t size_bytes = segment_of(&header, bytes);
    wire_assert_patches(patches, sizeof patches / sizeof patches[0], bytes, size_bytes, reads_segment);
}

/* Sizes computed by hand from the definition of PADME. */
static void padded_size__is_padme_and_at_least_512(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {
        { 0, 512 },       { 1, 512 },         { 512, 512 },       { 513, 544 },       { 544, 544 },
        { 545, 576 },     { 1000, 1024 },     { 1024, 1024 },     { 1025, 1088 },     { 65536, 65536 },
        { 65537, 67584 }, { 262144, 262144 }, { 262145, 270336 }, { 270337, 278528 }, { 294912, 294912 },
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(fk_padded_size(sizes[i][0]), sizes[i][1]);
    }
    for (size_t size = 0; size < 40000; size++) {
        size_t padded = fk_padded_size(size);
        assert_true(padded >= size && padded >= 512 && (size <= 512 || padded * 8 <= size * 9));
        assert_int_equal(fk_padded_size(padded), padded);
    }
}

/* --- grants, frontiers -------------------------------------------------------------------------------- */

static fk_code reads_grant(fk_bytes bytes)
{
    fk_grant grant;
    return (fk_code)fk_grant_read(bytes, &grant).code;
}

static void grant__reads_back_and_refuses(void **state)
{
    (void)state;
    static const wire_patch patches[] = {
        { "a newer magic", 0, "FKGRNT10", 8, FK_ERR_NEWER_VERSION },
        { "another magic", 0, "fKGRNT01", 8, FK_ERR_INVALID_INPUT },
        { "epoch 0", 40, { 0 }, 4, FK_ERR_INVALID_INPUT },
    };
    uint8_t bytes[FK_GRANT_SIZE_BYTES];
    for (int round = 0; round < ROUND_COUNT; round++) {
        fk_grant grant;
        wire_fill(&grant, sizeof grant);
        grant.epoch = (uint32_t)wire_between(1, UINT32_MAX);
        fk_grant_write(&grant, bytes);
        fk_grant read;
        assert_code(fk_grant_read(fk_bytes_of(bytes, sizeof bytes), &read), FK_OK);
        assert_memory_equal(&read, &grant, sizeof grant); /* it has no padding */
        assert_memory_equal(bytes + 112, grant.sealed, sizeof grant.sealed);
        assert_memory_equal(bytes + FK_GRANT_SIGNED_SIZE_BYTES, grant.signature, sizeof grant.signature);
    }
    wire_assert_no_cut_is_read(bytes, sizeof bytes, reads_grant, FK_ERR_INVALID_INPUT);
    wire_assert_reserved(bytes, sizeof bytes, reads_grant, FK_ERR_INVALID_INPUT, 44, 4);
    wire_assert_patches(patches, sizeof patches / sizeof patches[0], bytes, sizeof bytes, reads_grant);
}

static fk_code reads_frontier(fk_bytes bytes)
{
    fk_frontier frontier;
    return (fk_code)fk_frontier_read(bytes, &frontier).code;
}

static void frontier__reads_back_and_refuses(void **state)
{
    (void)state;
    static const wire_patch patches[] = {
        { "a newer magic", 0, "FKFRON02", 8, FK_ERR_NEWER_VERSION },
        { "another magic", 0, "FKFRAN01", 8, FK_ERR_INVALID_INPUT },
        { "a number no store holds", 63, { 128 }, 1, FK_ERR_INVALID_INPUT },
        { "epoch 0", 64, { 0 }, 4, FK_ERR_INVALID_INPUT },
        { "4,097 entries", 68, { 1, 16 }, 4, FK_ERR_INVALID_INPUT },
        { "one entry more than there is", 68, { 10 }, 4, FK_ERR_INVALID_INPUT },
    };
    uint8_t bytes[STRUCTURE_SIZE_BYTES_MAX];
    size_t size_bytes = 0;
    for (int round = 0; round < ROUND_COUNT; round++) {
        fk_frontier_header header;
        wire_fill(&header, sizeof header);
        header.number >>= 1;
        header.epoch = (uint32_t)wire_between(1, UINT32_MAX);
        header.entry_count = round + 1 < ROUND_COUNT ? (uint32_t)wire_between(0, 30) : 9;
        size_bytes = 96 + header.entry_count * 32 + 16 + 64;
        wire_fill(bytes, sizeof bytes);
        fk_frontier_header_write(&header, bytes);
        fk_frontier frontier;
        uint8_t *copy = wire_exact_copy(bytes, size_bytes);
        assert_code(fk_frontier_read(fk_bytes_of(copy, size_bytes), &frontier), FK_OK);
        assert_memory_equal(&frontier.header, &header, sizeof header); /* it has no padding */
        assert_int_equal(frontier.whole.size_bytes, size_bytes);
        assert_int_equal(frontier.header_bytes.size_bytes, 96);
        assert_ptr_equal(frontier.sealed.data, copy + 96);
        assert_int_equal(frontier.sealed.size_bytes, header.entry_count * 32 + 16);
        assert_int_equal(frontier.content.size_bytes, size_bytes - 64);
        assert_ptr_equal(frontier.signature.data, copy + size_bytes - 64);
        free(copy);
    }
    wire_assert_no_cut_is_read(bytes, size_bytes, reads_frontier, FK_ERR_INVALID_INPUT);
    wire_assert_patches(patches, sizeof patches / sizeof patches[0], bytes, size_bytes, reads_frontier);
}

static void frontier_entries__are_in_order(void **state)
{
    (void)state;
    uint8_t entries[3 * FK_FRONTIER_ENTRY_SIZE_BYTES];
    for (uint8_t i = 0; i < 3; i++) {
        fk_frontier_entry entry = { { { 1, i } }, (uint64_t)i + 1, { i } };
        fk_frontier_entry read;
        fk_frontier_entry_write(&entry, entries + i * FK_FRONTIER_ENTRY_SIZE_BYTES);
        fk_frontier_entry_read(entries + i * FK_FRONTIER_ENTRY_SIZE_BYTES, &read);
        assert_memory_equal(&read, &entry, sizeof entry);
    }
    assert_code(fk_frontier_entries_check(fk_bytes_of(entries, sizeof entries)), FK_OK);
    assert_code(fk_frontier_entries_check(fk_bytes_of(entries, 0)), FK_OK);
    assert_code(fk_frontier_entries_check(fk_bytes_of(entries, sizeof entries - 1)), FK_ERR_INVALID_INPUT);
    entries[FK_FRONTIER_ENTRY_SIZE_BYTES + 1] = 2; /* twice the same device */
    assert_code(fk_frontier_entries_check(fk_bytes_of(entries, sizeof entries)), FK_ERR_INVALID_INPUT);
    entries[FK_FRONTIER_ENTRY_SIZE_BYTES + 1] = 3; /* order */
    assert_code(fk_frontier_entries_check(fk_bytes_of(entries, sizeof entries)), FK_ERR_INVALID_INPUT);
    entries[FK_FRONTIER_ENTRY_SIZE_BYTES + 1] = 1;
    entries[16] = 0; /* sequence 0 */
    assert_code(fk_frontier_entries_check(fk_bytes_of(entries, sizeof entries)), FK_ERR_INVALID_INPUT);
    entries[16] = 1;
    entries[23] = 128; /* a sequence no store holds */
    assert_code(fk_frontier_entries_check(fk_bytes_of(entries, sizeof entries)), FK_ERR_INVALID_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segment__reads_back),
        cmocka_unit_test(segment__refuses_what_is_cut_or_reserved),
        cmocka_unit_test(segment__refuses_values_out_of_bounds),
        cmocka_unit_test(padded_size__is_padme_and_at_least_512),
        cmocka_unit_test(grant__reads_back_and_refuses),
        cmocka_unit_test(frontier__reads_back_and_refuses),
        cmocka_unit_test(frontier_entries__are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
