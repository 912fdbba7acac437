#include "file.h"

#include <string.h>

#include "fk/banned.h"

/* Rows come whole, so a chunk is cut somewhere in the last of those that fill it; the rest waits for the next. */
struct fk_backup_writer {
    const fk_allocator *allocator;
    fk_store_export *rows;
    fk_buffer plain;
    fk_stream stream;
    bool has_begun;
    bool has_ended;
    uint8_t head[FK_BACKUP_HEAD_SIZE_BYTES];
    uint8_t head_digest[FK_HASH_SIZE_BYTES];
    fk_key key;
};

fk_status fk_backup_writer_new(const fk_allocator *allocator, fk_store *store, const fk_keyfile *keyfile,
                               const fk_key *export_key, fk_backup_writer **writer_out)
{
    *writer_out = NULL;
    fk_backup_writer *writer = fk_allocate(allocator, sizeof *writer);
    if (writer == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    writer->allocator = allocator;
    writer->key = *export_key;
    fk_backup_head_write(keyfile, writer->head);
    fk_backup_head_digest(writer->head, writer->head_digest);
    fk_buffer_init(&writer->plain, allocator, FK_BACKUP_CHUNK_SIZE_BYTES + FK_TRANSFER_ROW_SIZE_BYTES_MAX);
    fk_status status = fk_store_export_new(store, &writer->rows);
    if (!fk_is_ok(status)) {
        fk_backup_writer_free(writer);
        return status;
    }
    *writer_out = writer;
    return fk_ok();
}

void fk_backup_writer_free(fk_backup_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    fk_store_export_free(writer->rows);
    fk_buffer_free(&writer->plain);
    fk_release(writer->allocator, writer, sizeof *writer);
}

fk_transfer_counts fk_backup_writer_counts(const fk_backup_writer *writer)
{
    return fk_store_export_counts(writer->rows);
}

const fk_store_digests *fk_backup_writer_digests(const fk_backup_writer *writer)
{
    return fk_store_export_digests(writer->rows);
}

static fk_status begin(fk_backup_writer *writer, fk_buffer *piece)
{
    uint8_t header[FK_STREAM_HEADER_SIZE_BYTES];
    FK_TRY(fk_buffer_append(piece, fk_bytes_of(writer->head, sizeof writer->head)));
    fk_stream_seal_begin(&writer->stream, &writer->key, header);
    FK_TRY(fk_buffer_append(piece, fk_bytes_of(header, sizeof header)));
    writer->has_begun = true;
    return fk_ok();
}

static fk_status seal(fk_backup_writer *writer, size_t size_bytes, bool is_last, fk_buffer *piece)
{
    uint8_t *room = NULL;
    fk_buffer *plain = &writer->plain;
    FK_TRY(fk_buffer_extend(piece, size_bytes + FK_STREAM_CHUNK_ADDED_BYTES, &room));
    fk_stream_seal(&writer->stream, fk_bytes_of(writer->head_digest, sizeof writer->head_digest),
                   fk_bytes_of(plain->data, size_bytes), is_last, room);
    memmove(plain->data, plain->data + size_bytes, plain->size_bytes - size_bytes);
    plain->size_bytes -= size_bytes;
    return fk_ok();
}

fk_status fk_backup_writer_next(fk_backup_writer *writer, fk_buffer *piece, bool *is_last_out)
{
    bool is_end = false;
    *is_last_out = false;
    if (writer->has_ended) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    /* One byte more than a chunk, so that the last is known to be the last, however the rows fill it. */
    FK_TRY(fk_store_export_next(writer->rows, FK_BACKUP_CHUNK_SIZE_BYTES + 1, &writer->plain, &is_end));
    FK_TRY(writer->has_begun ? fk_ok() : begin(writer, piece));
    bool is_last = is_end && writer->plain.size_bytes <= FK_BACKUP_CHUNK_SIZE_BYTES;
    size_t size_bytes = is_last ? writer->plain.size_bytes : FK_BACKUP_CHUNK_SIZE_BYTES;
    FK_TRY(seal(writer, size_bytes, is_last, piece));
    writer->has_ended = is_last;
    *is_last_out = is_last;
    return fk_ok();
}
