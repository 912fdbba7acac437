#include "fk/status.h"

#include <stdarg.h>
#include <stdio.h>

#include "fk/banned.h"

const char *fk_code_name(uint8_t code)
{
    switch (code) {
#define FK_STATUS_CASE(name, value, text, explanation) \
    case (value):                                      \
        return text;
        FK_STATUS_LIST(FK_STATUS_CASE)
#undef FK_STATUS_CASE
    default:
        return "bug";
    }
}

void fk_error_set(fk_error *error, const char *format, ...)
{
    if (error == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->detail, sizeof error->detail, format, arguments);
    va_end(arguments);
}
