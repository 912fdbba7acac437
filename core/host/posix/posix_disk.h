/* posix_disk.h — the files of a vault in a directory: pages log0 log1 super0 super1 keys
 * tries, and of a second store pages2 log2 log3 super2 super3.
 *
 * Files are made when missing, readable by their owner only, opened once and held. An advisory lock
 * on the directory keeps a second process out. */
#ifndef FK_POSIX_DISK_H
#define FK_POSIX_DISK_H

#include "fk/port.h"

typedef struct fk_posix_disk fk_posix_disk;

/* Open the files, making the directory (not its parents) and files that are missing.
 *
 * directory   borrowed for the call.
 * disk_out    on FK_OK owned by the caller, release with fk_posix_disk_close(); else NULL.
 * error       detail "vault-in-use" with FK_ERR_WRONG_STATE; else what could not be opened.
 *
 * FK_ERR_WRONG_STATE (another process, or this one, has it open), FK_ERR_IO, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_posix_disk_open(const fk_allocator *allocator, const char *directory, fk_posix_disk **disk_out,
                                         fk_error *error);
/* Does not flush. NULL is allowed. */
void fk_posix_disk_close(fk_posix_disk *disk);
/* Borrowed until fk_posix_disk_close(). Every descriptor is the one opened at the start. */
const fk_disk *fk_posix_disk_port(const fk_posix_disk *disk);

/* Remove the files of a vault and the directory. What else is in it stays, and then the directory does. */
void fk_posix_disk_remove(const char *directory);

#endif
