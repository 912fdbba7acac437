/* cli_files.h — files a command makes in a directory of its own: readable by their owner, on disk before it ends. */
#ifndef FK_CLI_FILES_H
#define FK_CLI_FILES_H

#include "fk/bytes.h"

/* Make the directory (not its parents), or take an empty one, for its owner only. The descriptor is the caller's.
 * FK_ERR_EXISTS (there is something in it), FK_ERR_IO. error says which path. */
FK_MUST_USE fk_status fk_cli_directory_new(const char *path, int *directory_out, fk_error *error);
/* An existing one. FK_ERR_NOT_FOUND. */
FK_MUST_USE fk_status fk_cli_directory_open(const char *path, int *directory_out, fk_error *error);
/* A new file with that content, flushed. FK_ERR_EXISTS, FK_ERR_IO. */
FK_MUST_USE fk_status fk_cli_file_write(int directory, const char *name, fk_bytes content, fk_error *error);
/* Append to the buffer. FK_ERR_NOT_FOUND, FK_ERR_TOO_LARGE, FK_ERR_IO, FK_ERR_NO_MEMORY. No link is followed. */
FK_MUST_USE fk_status fk_cli_file_read(int directory, const char *name, fk_buffer *content, fk_error *error);
/* Make sure that the names of the files are on disk. FK_ERR_IO. */
FK_MUST_USE fk_status fk_cli_directory_flush(int directory, fk_error *error);

#endif
