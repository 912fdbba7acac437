#include "cli.h"

#include <string.h>

#include "fk/eval.h"
#include "fk/json.h"

#include "fk/banned.h"

/* One evaluation, the whole of standard input. */
static int eval_one(fk_buffer *input, fk_buffer *output)
{
    fk_error error = { { 0 } };
    fk_status status = fk_cli_read_all(stdin, input);
    if (fk_is_ok(status)) {
        status = fk_eval_criteria(&fk_allocator_libc, fk_buffer_view(input), output, &error);
    }
    if (fk_is_ok(status)) {
        status = fk_buffer_append_byte(output, '\n');
    }
    if (!fk_is_ok(status)) {
        return fk_cli_report(status, &error);
    }
    return fk_cli_write(stdout, fk_buffer_view(output)) ? FK_CLI_SUCCESS : FK_CLI_FAILED;
}

/* The reply of one line, in the form replies have at the border. */
static fk_status write_line_reply(fk_status result, const fk_error *error, fk_bytes result_json, fk_buffer *output)
{
    fk_json_writer writer;
    fk_json_writer_init(&writer, output);
    fk_json_object_begin(&writer);
    fk_json_key_text(&writer, "ok");
    fk_json_write_bool(&writer, fk_is_ok(result));
    if (fk_is_ok(result)) {
        fk_json_key_text(&writer, "reply");
        fk_json_write_raw(&writer, result_json);
    } else {
        fk_json_key_text(&writer, "error");
        fk_json_object_begin(&writer);
        fk_json_key_text(&writer, "code");
        fk_json_write_text(&writer, fk_code_name(result.code));
        fk_json_key_text(&writer, "detail");
        fk_json_write_text(&writer, error->detail);
        fk_json_object_end(&writer);
    }
    fk_json_object_end(&writer);
    FK_TRY(fk_json_finish(&writer));
    return fk_buffer_append_byte(output, '\n');
}

/* One evaluation a line, one reply a line; refused if any line was. */
static int eval_lines(fk_buffer *input, fk_buffer *output)
{
    int exit_code = FK_CLI_SUCCESS;
    fk_buffer result;
    fk_buffer_init(&result, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
    for (;;) {
        fk_error error = { { 0 } };
        bool is_end = false;
        fk_buffer_clear(input);
        fk_buffer_clear(output);
        fk_buffer_clear(&result);
        fk_status status = fk_cli_read_line(stdin, input, &is_end);
        if (is_end) {
            break;
        }
        if (fk_is_ok(status)) {
            status = fk_eval_criteria(&fk_allocator_libc, fk_buffer_view(input), &result, &error);
        }
        if (!fk_is_ok(status)) {
            exit_code = FK_CLI_REFUSED;
        }
        status = write_line_reply(status, &error, fk_buffer_view(&result), output);
        if (!fk_is_ok(status) || !fk_cli_write(stdout, fk_buffer_view(output))) {
            exit_code = FK_CLI_FAILED;
            break;
        }
    }
    fk_buffer_free(&result);
    return exit_code;
}

int fk_cli_eval_criteria(int argument_count, char **arguments)
{
    bool is_lines = argument_count == 1 && strcmp(arguments[0], "--lines") == 0;
    if (argument_count != 0 && !is_lines) {
        return FK_CLI_WRONG_USE;
    }
    fk_buffer input;
    fk_buffer output;
    fk_codec_start(&fk_allocator_libc);
    fk_buffer_init(&input, &fk_allocator_libc, FK_EVAL_INPUT_SIZE_BYTES_MAX);
    fk_buffer_init(&output, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX + 1024);
    int exit_code = is_lines ? eval_lines(&input, &output) : eval_one(&input, &output);
    fk_buffer_free(&output);
    fk_buffer_free(&input);
    return exit_code;
}
