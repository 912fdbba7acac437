/* backup_fixture.h — exports and readings of them through the border, as the app drives them. */
#ifndef FK_BACKUP_FIXTURE_H
#define FK_BACKUP_FIXTURE_H

#include "fk/backup.h"

#include "session_fixture.h"

enum { BACKUP_TEST = 1, BACKUP_RESTORE = 2, BACKUP_FILE_SIZE_BYTES_MAX = 64 * 1024 * 1024 };

/* The whole sealed file; fk_buffer_free() it. */
void export_file(fixture *f, fk_buffer *file_out);
/* backup.open: with the passphrase key, or with NULL by the open vault's own. The reply. */
const char *open_file(fixture *f, unsigned purpose, const uint8_t *passphrase_key, fk_bytes file);
/* Everything behind the head, in pieces of that size, then the end. The first reply that refuses, or the last. */
const char *read_file(fixture *f, fk_bytes file, size_t piece_size_bytes);
/* Both of them. */
const char *open_and_read(fixture *f, unsigned purpose, const uint8_t *passphrase_key, fk_bytes file);
/* fixture_init(), with a second set of files. */
void fixture_init_with_other_disk(fixture *f);
void empty_disk(memory_disk *disk);

#endif
