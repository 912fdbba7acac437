#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fk/assert.h"

bool vectors_folder(const char *name, char *path_out, size_t path_size_bytes)
{
    const char *root = getenv("FK_VECTORS");
    if (root == NULL) {
        root = FK_SOURCE_DIR "/../shared/vectors";
    }
    int size = snprintf(path_out, path_size_bytes, "%s/%s", root, name);
    FK_ASSERT(size > 0);
    FK_ASSERT((size_t)size < path_size_bytes);
    struct stat info;
    if (stat(path_out, &info) == 0 && S_ISDIR(info.st_mode)) {
        return true;
    }
    printf("SKIPPED: the test vectors are not at %s (set FK_VECTORS)\n", path_out);
    return false;
}

uint8_t *vectors_read_file(const char *path, size_t *size_bytes_out)
{
    FILE *file = fopen(path, "rb");
    FK_ASSERT(file != NULL);
    FK_ASSERT(fseek(file, 0, SEEK_END) == 0);
    long size = ftell(file);
    FK_ASSERT(size >= 0);
    rewind(file);
    *size_bytes_out = (size_t)size;
    uint8_t *bytes = malloc(size == 0 ? 1 : (size_t)size);
    FK_ASSERT(bytes != NULL);
    FK_ASSERT(fread(bytes, 1, *size_bytes_out, file) == *size_bytes_out);
    (void)fclose(file);
    return bytes;
}

uint8_t *vectors_read_own(const char *name, size_t *size_bytes_out)
{
    char path[1024];
    int size = snprintf(path, sizeof path, "%s/tests/vectors/%s", FK_SOURCE_DIR, name);
    FK_ASSERT(size > 0);
    FK_ASSERT((size_t)size < sizeof path);
    return vectors_read_file(path, size_bytes_out);
}
