#include "file.h"

#include <string.h>

#include "fk/assert.h"

#include "fk/banned.h"

struct fk_backup_reader {
    const fk_allocator *allocator;
    fk_store_import *rows;
    fk_buffer sealed; /* bytes of the file that are not opened yet */
    fk_buffer plain;  /* of one chunk */
    fk_stream stream;
    bool has_begun; /* the header of the stream was read */
    bool has_ended; /* its last chunk was opened */
    uint64_t chunk_count;
    uint8_t head_digest[FK_HASH_SIZE_BYTES];
    fk_key key;
};

fk_status fk_backup_reader_new(const fk_allocator *allocator, fk_store *target, fk_import_kind kind, fk_bytes head,
                               const fk_key *export_key, fk_backup_reader **reader_out)
{
    *reader_out = NULL;
    FK_ASSERT(head.size_bytes == FK_BACKUP_HEAD_SIZE_BYTES);
    fk_backup_reader *reader = fk_allocate(allocator, sizeof *reader);
    if (reader == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    reader->allocator = allocator;
    reader->key = *export_key;
    fk_backup_head_digest(head.data, reader->head_digest);
    fk_buffer_init(&reader->sealed, allocator, FK_BACKUP_SEALED_CHUNK_SIZE_BYTES + FK_BACKUP_PIECE_SIZE_BYTES_MAX);
    fk_buffer_init(&reader->plain, allocator, FK_BACKUP_CHUNK_SIZE_BYTES);
    fk_status status = fk_store_import_new(target, kind, &reader->rows);
    if (!fk_is_ok(status)) {
        fk_backup_reader_free(reader);
        return status;
    }
    *reader_out = reader;
    return fk_ok();
}

void fk_backup_reader_free(fk_backup_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    fk_store_import_free(reader->rows);
    fk_buffer_free(&reader->sealed);
    fk_buffer_free(&reader->plain);
    fk_release(reader->allocator, reader, sizeof *reader);
}

fk_transfer_counts fk_backup_reader_counts(const fk_backup_reader *reader)
{
    return fk_store_import_counts(reader->rows);
}

const fk_store_digests *fk_backup_reader_digests(const fk_backup_reader *reader)
{
    return fk_store_import_digests(reader->rows);
}

static void drop(fk_buffer *buffer, size_t size_bytes)
{
    memmove(buffer->data, buffer->data + size_bytes, buffer->size_bytes - size_bytes);
    buffer->size_bytes -= size_bytes;
}

static fk_status take_rows(fk_backup_reader *reader, fk_error *error)
{
    fk_status status = fk_store_import_take(reader->rows, fk_buffer_view(&reader->plain));
    if (status.code == FK_ERR_DAMAGED) {
        fk_error_set(error, "rows");
    }
    return status;
}

static fk_status open_chunk(fk_backup_reader *reader, size_t size_bytes, fk_error *error)
{
    if (reader->has_ended) {
        fk_error_set(error, "after-end");
        return fk_status_of(FK_ERR_DAMAGED);
    }
    uint8_t *plain = NULL;
    fk_status status = fk_status_of(FK_ERR_AUTH);
    fk_buffer_clear(&reader->plain);
    if (size_bytes >= FK_STREAM_CHUNK_ADDED_BYTES) {
        FK_TRY(fk_buffer_extend(&reader->plain, size_bytes - FK_STREAM_CHUNK_ADDED_BYTES, &plain));
        status = fk_stream_open(&reader->stream, fk_bytes_of(reader->head_digest, sizeof reader->head_digest),
                                fk_bytes_of(reader->sealed.data, size_bytes), plain, &reader->has_ended);
    }
    if (!fk_is_ok(status)) {
        fk_error_set(error, "chunk-%llu", (unsigned long long)reader->chunk_count);
        return fk_status_of(FK_ERR_DAMAGED);
    }
    reader->chunk_count++;
    drop(&reader->sealed, size_bytes);
    return take_rows(reader, error);
}

static void take_header(fk_backup_reader *reader)
{
    if (!reader->has_begun && reader->sealed.size_bytes >= FK_STREAM_HEADER_SIZE_BYTES) {
        fk_stream_open_begin(&reader->stream, &reader->key, reader->sealed.data);
        drop(&reader->sealed, FK_STREAM_HEADER_SIZE_BYTES);
        reader->has_begun = true;
    }
}

/* A full chunk is opened as soon as it is here; a shorter one is the last, which finishing opens. */
fk_status fk_backup_reader_take(fk_backup_reader *reader, fk_bytes piece, fk_error *error)
{
    FK_TRY(fk_buffer_append(&reader->sealed, piece));
    take_header(reader);
    while (reader->has_begun && reader->sealed.size_bytes >= FK_BACKUP_SEALED_CHUNK_SIZE_BYTES) {
        FK_TRY(open_chunk(reader, FK_BACKUP_SEALED_CHUNK_SIZE_BYTES, error));
    }
    return fk_ok();
}

static fk_status open_last(fk_backup_reader *reader, fk_error *error)
{
    if (reader->has_begun && reader->sealed.size_bytes > 0) {
        FK_TRY(open_chunk(reader, reader->sealed.size_bytes, error));
    }
    if (!reader->has_ended) {
        fk_error_set(error, "cut-off");
        return fk_status_of(FK_ERR_DAMAGED);
    }
    return fk_ok();
}

fk_status fk_backup_reader_finish(fk_backup_reader *reader, bool *is_done_out, fk_error *error)
{
    *is_done_out = false;
    FK_TRY(open_last(reader, error));
    fk_status status = fk_store_import_finish(reader->rows, is_done_out);
    if (status.code == FK_ERR_DAMAGED) {
        fk_error_set(error, "%s", *is_done_out ? "not-equal" : "rows");
    }
    return status;
}
