#include "cli_options.h"

#include <string.h>

#include "fk/banned.h"

static const fk_cli_option *option_of(const char *argument, const fk_cli_option *options, size_t option_count)
{
    const fk_cli_option *alone = NULL;
    for (size_t i = 0; i < option_count; i++) {
        if (options[i].name == NULL) {
            alone = &options[i];
        } else if (strcmp(options[i].name, argument) == 0) {
            return &options[i];
        }
    }
    return strncmp(argument, "--", 2) == 0 ? NULL : alone;
}

bool fk_cli_options(int argument_count, char **arguments, const fk_cli_option *options, size_t option_count)
{
    for (int i = 0; i < argument_count; i++) {
        const fk_cli_option *option = option_of(arguments[i], options, option_count);
        if (option == NULL) {
            return false;
        }
        if (option->flag != NULL) {
            *option->flag = true;
            continue;
        }
        bool is_named = option->name != NULL;
        if (*option->value != NULL || (is_named && i + 1 == argument_count)) {
            return false;
        }
        i += is_named ? 1 : 0;
        *option->value = arguments[i];
    }
    for (size_t i = 0; i < option_count; i++) {
        if (options[i].is_needed && *options[i].value == NULL) {
            return false;
        }
    }
    return true;
}
