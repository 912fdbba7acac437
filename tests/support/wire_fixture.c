#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire_fixture.h"
#include "seeded_random.h"

static seeded_random generator = { 20261122 };

void wire_fill(void *target, size_t size_bytes)
{
    fk_random random = seeded_random_port(&generator);
    random.fill(random.ctx, target, size_bytes);
}

uint64_t wire_between(uint64_t low, uint64_t high)
{
    return low + seeded_random_below(&generator, high - low + 1);
}

uint8_t *wire_exact_copy(const uint8_t *bytes, size_t size_bytes)
{
    uint8_t *copy = malloc(size_bytes > 0 ? size_bytes : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size_bytes);
    return copy;
}

void wire_assert_no_cut_is_read(const uint8_t *bytes, size_t size_bytes, wire_reads *read, fk_code wanted)
{
    for (size_t cut = 0; cut < size_bytes; cut++) {
        uint8_t *copy = wire_exact_copy(bytes, cut);
        assert_int_equal(read(fk_bytes_of(copy, cut)), wanted);
        free(copy);
    }
}

void wire_assert_reserved(const uint8_t *bytes, size_t size_bytes, wire_reads *read, fk_code wanted, size_t from,
                          size_t count)
{
    for (size_t i = from; i < from + count; i++) {
        uint8_t *copy = wire_exact_copy(bytes, size_bytes);
        assert_int_equal(copy[i], 0);
        copy[i] = 1;
        assert_int_equal(read(fk_bytes_of(copy, size_bytes)), wanted);
        free(copy);
    }
}

void wire_assert_patches(const wire_patch *patches, size_t count, const uint8_t *bytes, size_t size_bytes,
                         wire_reads *read)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t *copy = wire_exact_copy(bytes, size_bytes);
        memcpy(copy + patches[i].offset_bytes, patches[i].bytes, patches[i].size_bytes);
        if (read(fk_bytes_of(copy, size_bytes)) != patches[i].wanted) {
            fail_msg("%s: %s", patches[i].what, fk_code_name((uint8_t)read(fk_bytes_of(copy, size_bytes))));
        }
        free(copy);
    }
}
