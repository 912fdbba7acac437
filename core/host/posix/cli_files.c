#define _GNU_SOURCE
#include "cli_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#include "fk/banned.h"

enum { DIRECTORY_MODE = 0700, FILE_MODE = 0600 };

static fk_status refuse(fk_error *error, fk_code code, const char *what)
{
    fk_error_set(error, "%s", what);
    return fk_status_of(code);
}

static bool is_empty(int directory)
{
    int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = copy < 0 ? NULL : fdopendir(copy);
    if (listing == NULL) {
        if (copy >= 0) {
            (void)close(copy);
        }
        return false;
    }
    const struct dirent *entry = NULL;
    bool found = false;
    while (!found && (entry = readdir(listing)) != NULL) {
        found = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    (void)closedir(listing);
    return !found;
}

fk_status fk_cli_directory_open(const char *path, int *directory_out, fk_error *error)
{
    *directory_out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *directory_out >= 0 ? fk_ok() : refuse(error, FK_ERR_NOT_FOUND, path);
}

fk_status fk_cli_directory_new(const char *path, int *directory_out, fk_error *error)
{
    *directory_out = -1;
    if (mkdir(path, DIRECTORY_MODE) != 0 && errno != EEXIST) {
        return refuse(error, FK_ERR_IO, path);
    }
    int directory = -1;
    FK_TRY(fk_cli_directory_open(path, &directory, error));
    fk_status status = fk_ok();
    if (!is_empty(directory)) {
        status = refuse(error, FK_ERR_EXISTS, path);
    } else if (fchmod(directory, DIRECTORY_MODE) != 0) {
        status = refuse(error, FK_ERR_IO, path);
    }
    if (!fk_is_ok(status)) {
        (void)close(directory);
        return status;
    }
    *directory_out = directory;
    return fk_ok();
}

fk_status fk_cli_file_write(int directory, const char *name, fk_bytes content, fk_error *error)
{
    int file = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (file < 0) {
        return refuse(error, errno == EEXIST ? FK_ERR_EXISTS : FK_ERR_IO, name);
    }
    size_t done = 0;
    while (done < content.size_bytes) {
        ssize_t count = write(file, content.data + done, content.size_bytes - done);
        if (count < 0 && errno != EINTR) {
            break;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    bool is_written = done == content.size_bytes && fsync(file) == 0;
    is_written = close(file) == 0 && is_written;
    return is_written ? fk_ok() : refuse(error, FK_ERR_IO, name);
}

fk_status fk_cli_file_read(int directory, const char *name, fk_buffer *content, fk_error *error)
{
    int file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    FILE *stream = file < 0 ? NULL : fdopen(file, "rb");
    if (stream == NULL) {
        if (file >= 0) {
            (void)close(file);
        }
        return refuse(error, FK_ERR_NOT_FOUND, name);
    }
    fk_status status = fk_cli_read_all(stream, content);
    (void)fclose(stream);
    return fk_is_ok(status) ? status : refuse(error, (fk_code)status.code, name);
}

fk_status fk_cli_directory_flush(int directory, fk_error *error)
{
    return fsync(directory) == 0 ? fk_ok() : refuse(error, FK_ERR_IO, "directory");
}
