/* fk/banned.h — included last by every .c file of core/: what must not be called there does not
 * compile. The replacements: fk/memory.h for memory, fk_bytes for text, FK_ASSERT for assert. */
#ifndef FK_BANNED_H
#define FK_BANNED_H

#pragma GCC poison malloc calloc realloc free strdup strndup
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok
#pragma GCC poison alloca assert rand srand time localtime gmtime getenv

#endif
