#include "fk/stream.h"

#include <sodium.h>

#include "fk/assert.h"
#include "fk/banned.h"

_Static_assert(sizeof(crypto_secretstream_xchacha20poly1305_state) <= sizeof((fk_stream *)NULL)->state,
               "fk_stream holds libsodium's state");
_Static_assert((int)FK_KEY_SIZE_BYTES == (int)crypto_secretstream_xchacha20poly1305_KEYBYTES, "key size");
_Static_assert((int)FK_STREAM_HEADER_SIZE_BYTES == (int)crypto_secretstream_xchacha20poly1305_HEADERBYTES, "header");
_Static_assert((int)FK_STREAM_CHUNK_ADDED_BYTES == (int)crypto_secretstream_xchacha20poly1305_ABYTES, "overhead");

static crypto_secretstream_xchacha20poly1305_state *state_of(fk_stream *stream)
{
    return (crypto_secretstream_xchacha20poly1305_state *)(void *)stream->state;
}

void fk_stream_wipe(fk_stream *stream)
{
    fk_wipe(stream, sizeof *stream);
}

void fk_stream_seal_begin(fk_stream *stream, const fk_key *key, uint8_t header_out[FK_STREAM_HEADER_SIZE_BYTES])
{
    int result = crypto_secretstream_xchacha20poly1305_init_push(state_of(stream), header_out, key->bytes);
    FK_ASSERT(result == 0);
}

void fk_stream_seal(fk_stream *stream, fk_bytes associated, fk_bytes plain, bool is_last, uint8_t *sealed_out)
{
    uint8_t tag = is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                          : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    int result = crypto_secretstream_xchacha20poly1305_push(state_of(stream), sealed_out, NULL, plain.data,
                                                            plain.size_bytes, associated.data, associated.size_bytes,
                                                            tag);
    FK_ASSERT(result == 0);
}

void fk_stream_open_begin(fk_stream *stream, const fk_key *key, const uint8_t header[FK_STREAM_HEADER_SIZE_BYTES])
{
    int result = crypto_secretstream_xchacha20poly1305_init_pull(state_of(stream), header, key->bytes);
    FK_ASSERT(result == 0);
}

fk_status fk_stream_open(fk_stream *stream, fk_bytes associated, fk_bytes sealed, uint8_t *plain_out, bool *is_last_out)
{
    *is_last_out = false;
    if (sealed.size_bytes < FK_STREAM_CHUNK_ADDED_BYTES) {
        return fk_status_of(FK_ERR_AUTH);
    }
    uint8_t tag = 0;
    int result = crypto_secretstream_xchacha20poly1305_pull(state_of(stream), plain_out, NULL, &tag, sealed.data,
                                                            sealed.size_bytes, associated.data,
                                                            associated.size_bytes);
    if (result != 0) {
        fk_wipe(plain_out, sealed.size_bytes - FK_STREAM_CHUNK_ADDED_BYTES);
        return fk_status_of(FK_ERR_AUTH);
    }
    *is_last_out = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return fk_ok();
}
