#include "field_path.h"

#include <stdarg.h>
#include <stdio.h>

#include "fk/banned.h"

/* Names of the protocol are short; a longer text is cut. */
enum { TEXT_SIZE_BYTES = 96 };

void field_path_init(field_path *path, const char *root)
{
    *path = (field_path){ .root = root };
}

static size_t enter(field_path *path, const char *member, size_t index)
{
    size_t outer = path->depth++;
    if (outer < FIELD_PATH_DEPTH_MAX) {
        path->steps[outer].member = member;
        path->steps[outer].index = index;
    }
    return outer;
}

size_t field_path_enter_member(field_path *path, const char *name)
{
    return enter(path, name, 0);
}

size_t field_path_enter_element(field_path *path, size_t index)
{
    return enter(path, NULL, index);
}

void field_path_leave(field_path *path, size_t outer)
{
    path->depth = outer;
}

static size_t append(char text[TEXT_SIZE_BYTES], size_t before, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static size_t append(char text[TEXT_SIZE_BYTES], size_t before, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(text + before, TEXT_SIZE_BYTES - before, format, arguments);
    va_end(arguments);
    size_t wanted = written < 0 ? 0 : (size_t)written;
    size_t room = TEXT_SIZE_BYTES - 1 - before;
    return before + (wanted < room ? wanted : room);
}

fk_status field_path_refuse(const field_path *path, fk_code code, const char *reason, fk_error *error)
{
    char text[TEXT_SIZE_BYTES] = { 0 };
    size_t size_bytes = append(text, 0, "%s", path->root);
    size_t depth = path->depth < FIELD_PATH_DEPTH_MAX ? path->depth : FIELD_PATH_DEPTH_MAX;
    for (size_t i = 0; i < depth; i++) {
        size_bytes = path->steps[i].member != NULL ? append(text, size_bytes, ".%s", path->steps[i].member)
                                                   : append(text, size_bytes, "[%zu]", path->steps[i].index);
    }
    fk_error_set(error, "%s: %s", text, reason);
    return fk_status_of(code);
}
