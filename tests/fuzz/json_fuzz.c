/* The strict reader, and the writer behind it: what is read and written again is the same value.
 * Targets: fk_json_parse, fk_json_write_value, fk_json_text_size_bytes. */
#include "fk/assert.h"
#include "fk/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static fk_json_doc *parse(fk_bytes text)
{
    fk_json_doc *doc = NULL;
    fk_status status = fk_json_parse(&fk_allocator_libc, text, &fk_json_limits_form, &doc, NULL);
    FK_ASSERT(status.code != FK_ERR_BUG);
    FK_ASSERT(fk_is_ok(status) == (doc != NULL));
    return doc;
}

/* Tight limits refuse more, and only by size. */
static void parse_within_tight_limits(fk_bytes text, bool is_good)
{
    static const fk_json_limits tight = { .size_bytes_max = 200, .depth_max = 3, .value_count_max = 10 };
    fk_json_doc *doc = NULL;
    fk_status status = fk_json_parse(&fk_allocator_libc, text, &tight, &doc, NULL);
    FK_ASSERT(fk_is_ok(status) ? is_good : status.code == FK_ERR_TOO_LARGE || !is_good);
    fk_json_doc_free(doc);
}

static void write(const fk_json_doc *doc, fk_buffer *text)
{
    fk_json_writer writer;
    fk_buffer_init(text, &fk_allocator_libc, SIZE_MAX / 2);
    fk_json_writer_init(&writer, text);
    fk_json_write_value(&writer, fk_json_root(doc));
    FK_ASSERT(fk_is_ok(fk_json_finish(&writer)));
    FK_ASSERT(text->size_bytes == fk_json_text_size_bytes(fk_json_root(doc)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fk_codec_start(&fk_allocator_libc);
    fk_json_doc *doc = parse(fk_bytes_of(data, size));
    parse_within_tight_limits(fk_bytes_of(data, size), doc != NULL);
    if (doc == NULL) {
        return 0;
    }
    fk_buffer first;
    fk_buffer second;
    write(doc, &first);
    fk_json_doc *again = parse(fk_buffer_view(&first));
    FK_ASSERT(again != NULL);
    write(again, &second);
    FK_ASSERT(fk_bytes_equal(fk_buffer_view(&first), fk_buffer_view(&second)));
    fk_json_doc_free(again);
    fk_json_doc_free(doc);
    fk_buffer_free(&first);
    fk_buffer_free(&second);
    return 0;
}
