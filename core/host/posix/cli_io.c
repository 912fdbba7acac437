#include "cli.h"

#include "fk/banned.h"

enum { CHUNK_SIZE_BYTES = 64 * 1024 };

fk_status fk_cli_read_all(FILE *stream, fk_buffer *buffer)
{
    uint8_t chunk[CHUNK_SIZE_BYTES];
    size_t size_bytes = 0;
    while ((size_bytes = fread(chunk, 1, sizeof chunk, stream)) > 0) {
        FK_TRY(fk_buffer_append(buffer, fk_bytes_of(chunk, size_bytes)));
    }
    return ferror(stream) ? fk_status_of(FK_ERR_IO) : fk_ok();
}

fk_status fk_cli_read_line(FILE *stream, fk_buffer *buffer, bool *is_end_out)
{
    fk_status status = fk_ok();
    int byte = getc(stream);
    *is_end_out = byte == EOF;
    while (byte != EOF && byte != '\n') {
        if (fk_is_ok(status)) {
            status = fk_buffer_append_byte(buffer, (uint8_t)byte);
        }
        byte = getc(stream);
    }
    return ferror(stream) ? fk_status_of(FK_ERR_IO) : status;
}

bool fk_cli_write(FILE *stream, fk_bytes bytes)
{
    return fwrite(bytes.data, 1, bytes.size_bytes, stream) == bytes.size_bytes && fflush(stream) == 0;
}

static const char *sentence_of(fk_status status)
{
    switch (status.code) {
#define SENTENCE_CASE(name, value, text, explanation) \
    case (value):                                     \
        return explanation;
        FK_STATUS_LIST(SENTENCE_CASE)
#undef SENTENCE_CASE
    default:
        return "an unknown error";
    }
}

int fk_cli_report(fk_status status, const fk_error *error)
{
    const char *detail = error->detail;
    (void)fprintf(stderr, "%s: %s%s%s%s\n", fk_code_name(status.code), sentence_of(status), detail[0] ? " (" : "",
                  detail, detail[0] ? ")" : "");
    return status.code == FK_ERR_NO_MEMORY || status.code == FK_ERR_IO ? FK_CLI_FAILED : FK_CLI_REFUSED;
}
