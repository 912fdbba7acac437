#include "field_path.h"

#include <stdarg.h>
#include <stdio.h>

#include "fk/banned.h"

static size_t append(field_path *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

static size_t append(field_path *path, const char *format, ...)
{
    size_t before = path->size_bytes;
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(path->text + before, sizeof path->text - before, format, arguments);
    va_end(arguments);
    size_t wanted = written < 0 ? 0 : (size_t)written;
    size_t room = sizeof path->text - 1 - before;
    path->size_bytes = before + (wanted < room ? wanted : room);
    return before;
}

void field_path_init(field_path *path, const char *root)
{
    *path = (field_path){ .size_bytes = 0 };
    (void)append(path, "%s", root);
}

size_t field_path_enter_member(field_path *path, const char *name)
{
    return append(path, ".%s", name);
}

size_t field_path_enter_element(field_path *path, size_t index)
{
    return append(path, "[%zu]", index);
}

void field_path_leave(field_path *path, size_t size_bytes)
{
    path->size_bytes = size_bytes;
    path->text[size_bytes] = '\0';
}

fk_status field_path_refuse(const field_path *path, fk_code code, const char *reason, fk_error *error)
{
    fk_error_set(error, "%s: %s", path->text, reason);
    return fk_status_of(code);
}
