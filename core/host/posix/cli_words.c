#include "cli_words.h"

#include "cli.h"
#include "fk/assert.h"
#include "fk/enrol_code.h"

#include "fk/banned.h"

enum { ANSWER_SIZE_BYTES_MAX = 80 };

/* Made from the list at build time. */
extern const char *const fk_cli_word_list[FK_ENROL_WORD_INDEX_MAX + 1];

const char *fk_cli_word(uint32_t index)
{
    FK_ASSERT(index <= FK_ENROL_WORD_INDEX_MAX);
    return fk_cli_word_list[index];
}

static fk_status print_words(const fk_json *words)
{
    if (fk_json_count(words) != FK_ENROL_WORD_COUNT) {
        return fk_status_of(FK_ERR_BUG);
    }
    (void)printf("Words:");
    for (const fk_json *word = fk_json_first(words); word != NULL; word = fk_json_next(word)) {
        uint64_t index = 0;
        FK_TRY(fk_json_to_uint64(word, 0, FK_ENROL_WORD_INDEX_MAX, &index));
        (void)printf(" %s", fk_cli_word((uint32_t)index));
    }
    (void)printf("\n");
    return fk_ok();
}

fk_status fk_cli_words_compare(const fk_json *words, bool is_confirmed_already, bool *is_same_out)
{
    *is_same_out = is_confirmed_already;
    FK_TRY(print_words(words));
    if (is_confirmed_already) {
        return fflush(stdout) == 0 ? fk_ok() : fk_status_of(FK_ERR_IO);
    }
    fk_buffer answer;
    fk_buffer_init(&answer, &fk_allocator_libc, ANSWER_SIZE_BYTES_MAX);
    for (;;) {
        bool is_end = false;
        (void)printf("Do both screens show these words? yes/no: ");
        if (fflush(stdout) != 0) {
            return fk_status_of(FK_ERR_IO);
        }
        fk_buffer_clear(&answer);
        fk_status read = fk_cli_read_line(stdin, &answer, &is_end);
        fk_bytes said = fk_text_trim(fk_buffer_view(&answer));
        bool is_yes = fk_is_ok(read) && fk_bytes_equal_text(said, "yes");
        bool is_no = fk_is_ok(read) && fk_bytes_equal_text(said, "no");
        if (is_yes || is_no || is_end) {
            *is_same_out = is_yes;
            fk_buffer_free(&answer);
            return is_yes || is_no ? fk_ok() : fk_status_of(FK_ERR_CANCELLED);
        }
    }
}
