/* cli_options.h — the options of a command, as data. */
#ifndef FK_CLI_OPTIONS_H
#define FK_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* One option: either a value follows it, or it is a flag. Not given: the value stays as it was. */
typedef struct fk_cli_option {
    const char *name; /* "--vault"; NULL: the one argument that stands alone, such as a command */
    const char **value;
    bool *flag;
    bool is_needed;
} fk_cli_option;

/* false on an argument that is none of them, one given twice, a value that is missing, or a needed one not given. */
bool fk_cli_options(int argument_count, char **arguments, const fk_cli_option *options, size_t option_count);

#endif
