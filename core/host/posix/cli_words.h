/* cli_words.h — the 8 words two people compare, on a terminal. */
#ifndef FK_CLI_WORDS_H
#define FK_CLI_WORDS_H

#include "cli_vault.h"

/* A word of the EFF large list; index 0 to FK_ENROL_WORD_INDEX_MAX. */
const char *fk_cli_word(uint32_t index);

/* Print the words of an array of indices and what to do with them. When !is_confirmed_already, ask on standard
 * input whether both screens show them, until the answer is yes or no; *is_same_out: yes.
 * FK_ERR_CANCELLED: the input ended without an answer. FK_ERR_BUG: no 8 words. */
FK_MUST_USE fk_status fk_cli_words_compare(const fk_json *words, bool is_confirmed_already, bool *is_same_out);

#endif
