/* fk/backup.h — the sealed export of a vault as a file: written from one store, read into another.
 *
 *   head    magic 8 | version u32 | size of the key file u32 | the vault's key file as it was
 *   stream  header 24 | chunks of 64 KiB, each with 17 bytes more; the last is shorter or full and says it is the last
 *
 * What opens the vault opens the file: its passphrase of that day, a passkey, the recovery key. The chunks are sealed
 * under the export key that follows from the master key (fk/stream.h), each bound to the whole head. The plain text is
 * the stream of rows of fk/store_transfer.h. The file says nothing of whose it is but the random id of the vault. */
#ifndef FK_BACKUP_H
#define FK_BACKUP_H

#include "fk/keyfile.h"
#include "fk/store_transfer.h"
#include "fk/stream.h"

enum {
    FK_BACKUP_VERSION = 1,
    FK_BACKUP_HEAD_SIZE_BYTES = 16 + FK_KEYFILE_SIZE_BYTES,
    FK_BACKUP_CHUNK_SIZE_BYTES = 64 * 1024,
    FK_BACKUP_SEALED_CHUNK_SIZE_BYTES = FK_BACKUP_CHUNK_SIZE_BYTES + FK_STREAM_CHUNK_ADDED_BYTES,
    /* The most that fk_backup_writer_next() gives at once. */
    FK_BACKUP_PIECE_SIZE_BYTES_MAX =
        FK_BACKUP_HEAD_SIZE_BYTES + FK_STREAM_HEADER_SIZE_BYTES + FK_BACKUP_SEALED_CHUNK_SIZE_BYTES,
};

/* --- writing ----------------------------------------------------------------------------------------- */

typedef struct fk_backup_writer fk_backup_writer; /* opaque */

/* store borrowed until fk_backup_writer_free(); the others are copied. export_key of that store's master key.
 * FK_ERR_NO_MEMORY, and what reading the store answers. */
FK_MUST_USE fk_status fk_backup_writer_new(const fk_allocator *allocator, fk_store *store, const fk_keyfile *keyfile,
                                           const fk_key *export_key, fk_backup_writer **writer_out);
/* Append the next piece of the file. FK_ERR_WRONG_STATE: the vault was written to since the export began, or the last
 * piece was given; what was taken so far is of no use. */
FK_MUST_USE fk_status fk_backup_writer_next(fk_backup_writer *writer, fk_buffer *piece, bool *is_last_out);
fk_transfer_counts fk_backup_writer_counts(const fk_backup_writer *writer);
const fk_store_digests *fk_backup_writer_digests(const fk_backup_writer *writer);
void fk_backup_writer_free(fk_backup_writer *writer); /* wipes; NULL is allowed */

/* --- reading ----------------------------------------------------------------------------------------- */

/* The key file in the first FK_BACKUP_HEAD_SIZE_BYTES of a file. FK_ERR_DAMAGED: no export of a vault, or changed;
 * FK_ERR_NEWER_VERSION, FK_ERR_WEAK_PARAMETERS. */
FK_MUST_USE fk_status fk_backup_head_read(fk_bytes head, fk_keyfile *keyfile_out);

typedef struct fk_backup_reader fk_backup_reader; /* opaque */

/* Into a new store, borrowed until fk_backup_reader_free(). head is what fk_backup_head_read() accepted, its key what
 * the key file's master key gives. FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_backup_reader_new(const fk_allocator *allocator, fk_store *target, fk_import_kind kind,
                                           fk_bytes head, const fk_key *export_key, fk_backup_reader **reader_out);
/* The next bytes after the head, cut anywhere, at most FK_BACKUP_PIECE_SIZE_BYTES_MAX. On error the target is of no
 * use: FK_ERR_DAMAGED with the reason in error ("chunk-N": changed, moved, missing or of another file; "after-end";
 * "rows": not a stream of rows), and what fk_store_import_take() answers. */
FK_MUST_USE fk_status fk_backup_reader_take(fk_backup_reader *reader, fk_bytes piece, fk_error *error);
/* After the last bytes: again until *is_done_out. FK_ERR_DAMAGED: "cut-off" (the file has no end), "not-equal" (the
 * target does not show what the vault showed), and what fk_store_import_finish() answers. */
FK_MUST_USE fk_status fk_backup_reader_finish(fk_backup_reader *reader, bool *is_done_out, fk_error *error);
fk_transfer_counts fk_backup_reader_counts(const fk_backup_reader *reader);
const fk_store_digests *fk_backup_reader_digests(const fk_backup_reader *reader);
void fk_backup_reader_free(fk_backup_reader *reader); /* wipes; NULL is allowed */

#endif
