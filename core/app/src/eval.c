#include "fk/eval.h"

#include "evaluation_json.h"

#include "fk/banned.h"

static const fk_json_limits evaluation_limits = {
    .size_bytes_max = FK_EVAL_INPUT_SIZE_BYTES_MAX,
    .depth_max = 32,
    .value_count_max = 65536,
};

static fk_status evaluate(const fk_json *root, fk_arena *arena, fk_evaluation *evaluation, fk_buffer *out,
                          fk_error *error)
{
    fk_criteria_result result;
    fk_json_writer writer;
    FK_TRY(fk_evaluation_read(root, arena, evaluation, error));
    FK_TRY(fk_criteria_evaluate(&evaluation->input, arena, &result, error));
    fk_json_writer_init(&writer, out);
    fk_evaluation_write(&writer, &evaluation->input, &result);
    return fk_json_finish(&writer);
}

fk_status fk_eval_criteria(const fk_allocator *allocator, fk_bytes json, fk_buffer *out, fk_error *error)
{
    fk_json_doc *doc = NULL;
    fk_arena arena;
    fk_buffer result;
    fk_arena_init(&arena, allocator, FK_EVAL_MEMORY_BYTES_MAX);
    fk_buffer_init(&result, allocator, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);

    fk_status status = fk_json_parse(allocator, json, &evaluation_limits, &doc, error);
    if (!fk_is_ok(status)) {
        goto cleanup;
    }
    fk_evaluation *evaluation = fk_arena_allocate(&arena, sizeof *evaluation);
    if (evaluation == NULL) {
        status = fk_status_of(FK_ERR_NO_MEMORY);
        goto cleanup;
    }
    status = evaluate(fk_json_root(doc), &arena, evaluation, &result, error);
    if (fk_is_ok(status)) {
        status = fk_buffer_append(out, fk_buffer_view(&result));
    }
cleanup:
    fk_buffer_free(&result);
    fk_arena_reset(&arena);
    fk_json_doc_free(doc);
    return status;
}
