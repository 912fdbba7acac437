/* fk/stream.h — a long text sealed in chunks, of which none can be left out, changed, moved or added unnoticed.
 *
 * libsodium's crypto_secretstream_xchacha20poly1305: chunk by chunk, the last one says that it is the last. One key
 * may seal any number of streams; each has a random header. */
#ifndef FK_STREAM_H
#define FK_STREAM_H

#include "fk/crypto.h"

enum {
    FK_STREAM_HEADER_SIZE_BYTES = 24,
    FK_STREAM_CHUNK_ADDED_BYTES = 17, /* what sealing adds to a chunk */
};

/* A running stream, in one direction. By value; secret: fk_stream_wipe(). */
typedef struct fk_stream {
    _Alignas(16) uint8_t state[64];
} fk_stream;

void fk_stream_wipe(fk_stream *stream);

/* Begin to seal. header_out goes before the chunks. */
void fk_stream_seal_begin(fk_stream *stream, const fk_key *key, uint8_t header_out[FK_STREAM_HEADER_SIZE_BYTES]);
/* sealed_out receives plain.size_bytes + FK_STREAM_CHUNK_ADDED_BYTES. associated is authenticated with the chunk and
 * not part of it. Nothing is sealed after the chunk that is_last. */
void fk_stream_seal(fk_stream *stream, fk_bytes associated, fk_bytes plain, bool is_last, uint8_t *sealed_out);

/* Begin to open. A wrong key or header shows at the first chunk. */
void fk_stream_open_begin(fk_stream *stream, const fk_key *key, const uint8_t header[FK_STREAM_HEADER_SIZE_BYTES]);
/* plain_out receives sealed.size_bytes - FK_STREAM_CHUNK_ADDED_BYTES. FK_ERR_AUTH when this is not the next chunk of
 * this stream; then plain_out is zero and the stream cannot go on. */
FK_MUST_USE fk_status fk_stream_open(fk_stream *stream, fk_bytes associated, fk_bytes sealed, uint8_t *plain_out,
                                     bool *is_last_out);

#endif
