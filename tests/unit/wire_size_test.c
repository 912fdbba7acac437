/* What notes cost on the wire. Real prose (this project's own documents) is cut into notes of 690 bytes, each one
 * operation of one case; printed, and held to the bounds ADR 0009 names: 1,000 bytes for one alone, 350 each for 200
 * together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/wire.h"
#include "seeded_random.h"
#include "vectors.h"

enum {
    NOTE_COUNT = 200,
    NOTE_SIZE_BYTES = 690, /* with its quotation marks */
    PROSE_SIZE_BYTES = NOTE_COUNT * NOTE_SIZE_BYTES,
    ALONE_SIZE_BYTES_MAX = 1000,
    TOGETHER_SIZE_BYTES_MAX = 350,
};

static const char *const DOCUMENTS[] = {
    "DOMAIN.md",
    "THREAT-MODEL.md",
    "HAZARDS.md",
    "STYLE.md",
    "TO-CONFIRM.md",
    "ARCHITECTURE.md",
    "adr/0001-c17-core-and-prefix.md",
    "adr/0002-one-schema-for-the-border.md",
    "adr/0003-store-and-encryption.md",
    "adr/0004-operations-and-drafts.md",
    "adr/0005-one-complete-build.md",
    "adr/0006-lit-html-views.md",
    "adr/0007-criteria-as-pure-functions.md",
    "adr/0008-wasm-simd-in-five-files.md",
    "adr/0009-what-travels-byte-by-byte.md",
    "adr/0010-one-run-carries-out-what-the-vault-wants.md",
    "PROTOCOL.md",
};

static uint8_t prose[PROSE_SIZE_BYTES];
static seeded_random generator = { 690 };

/* Without the marks of a document: letters, digits and common punctuation stay, all else is one space. */
static size_t append_prose(size_t used_bytes, const uint8_t *text, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes && used_bytes < sizeof prose; i++) {
        bool stays = strchr(".,:;()'", text[i]) != NULL || (text[i] >= '0' && text[i] <= '9') ||
                     (text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= 'a' && text[i] <= 'z');
        if (stays || (used_bytes > 0 && prose[used_bytes - 1] != ' ')) {
            prose[used_bytes++] = stays ? text[i] : ' ';
        }
    }
    return used_bytes;
}

static int read_prose(void **state)
{
    (void)state;
    size_t used_bytes = 0;
    for (size_t i = 0; i < sizeof DOCUMENTS / sizeof DOCUMENTS[0]; i++) {
        char path[64];
        size_t size_bytes = 0;
        (void)snprintf(path, sizeof path, "../../docs/%s", DOCUMENTS[i]);
        uint8_t *text = vectors_read_own(path, &size_bytes);
        used_bytes = append_prose(used_bytes, text, size_bytes);
        free(text);
    }
    assert_int_equal(used_bytes, sizeof prose);
    return 0;
}

/* The size of one segment with these notes, header, seal and signature counted. */
static size_t segment_size(size_t first, size_t count)
{
    static const fk_id case_id = { { 1 } };
    fk_segment_body body;
    fk_buffer plain;
    fk_random random = seeded_random_port(&generator);
    assert_code(fk_segment_body_begin(&body, &fk_allocator_libc, &case_id, NULL, 0), FK_OK);
    for (size_t i = first; i < first + count; i++) {
        uint8_t *note = prose + i * NOTE_SIZE_BYTES;
        note[0] = note[NOTE_SIZE_BYTES - 1] = '"';
        fk_wire_operation operation = { .hlc = (1790000000000 + i * 60000) << 16,
                                        .type = fk_bytes_text("note"),
                                        .field = fk_bytes_text("text"),
                                        .has_value = true,
                                        .value = fk_bytes_of(note, NOTE_SIZE_BYTES) };
        random.fill(random.ctx, operation.record.bytes, FK_ID_SIZE_BYTES);
        random.fill(random.ctx, operation.mutation.bytes, FK_ID_SIZE_BYTES);
        assert_code(fk_segment_body_add(&body, &operation), FK_OK);
    }
    fk_buffer_init(&plain, &fk_allocator_libc, FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    assert_code(fk_segment_body_finish(&body, &plain), FK_OK);
    size_t size_bytes =
        FK_SEGMENT_HEADER_SIZE_BYTES + plain.size_bytes + FK_WIRE_TAG_SIZE_BYTES + FK_WIRE_SIGNATURE_SIZE_BYTES;
    fk_buffer_free(&plain);
    fk_segment_body_free(&body);
    return size_bytes;
}

static void note_alone__stays_below_its_bound(void **state)
{
    (void)state;
    size_t sum_bytes = 0;
    size_t largest_bytes = 0;
    for (size_t i = 0; i < NOTE_COUNT; i++) {
        size_t size_bytes = segment_size(i, 1);
        sum_bytes += size_bytes;
        largest_bytes = size_bytes > largest_bytes ? size_bytes : largest_bytes;
    }
    printf("one note of 690 bytes alone: %zu bytes, at most %zu\n", sum_bytes / NOTE_COUNT, largest_bytes);
    assert_true(largest_bytes <= ALONE_SIZE_BYTES_MAX);
}

static void notes_together__stay_below_their_bound(void **state)
{
    (void)state;
    size_t size_bytes = segment_size(0, NOTE_COUNT);
    printf("200 notes of 690 bytes together: %zu bytes, %zu each\n", size_bytes, size_bytes / NOTE_COUNT);
    assert_true(size_bytes <= (size_t)NOTE_COUNT * TOGETHER_SIZE_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(note_alone__stays_below_its_bound),
        cmocka_unit_test(notes_together__stay_below_their_bound),
    };
    return cmocka_run_group_tests(tests, read_prose, NULL);
}
