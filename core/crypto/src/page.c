/* page.c — the tag of a page as SQLite3 Multiple Ciphers makes it (version 2.3.5, chacha20 without legacy). */
#include "fk/crypto.h"

#include <sodium.h>
#include <string.h>

#include "fk/assert.h"

#include "fk/banned.h"

_Static_assert(FK_PAGE_TAG_SIZE_BYTES == crypto_onetimeauth_poly1305_BYTES, "a tag is what Poly1305 gives");

void fk_page_tag(const fk_key *page_key, uint32_t page_number, fk_bytes page, uint8_t tag_out[FK_PAGE_TAG_SIZE_BYTES])
{
    enum { BLOCK_SIZE_BYTES = 64, COUNTER_OFFSET_BYTES = 12 };
    FK_ASSERT(page.size_bytes > FK_PAGE_SEAL_SIZE_BYTES);
    const uint8_t *nonce = page.data + page.size_bytes - FK_PAGE_SEAL_SIZE_BYTES;
    uint8_t one_time_key[BLOCK_SIZE_BYTES] = { 0 };
    /* One block, so the counter cannot pass its end. */
    crypto_stream_chacha20_ietf_xor_ic(one_time_key, one_time_key, sizeof one_time_key, nonce,
                                       fk_get_u32(nonce + COUNTER_OFFSET_BYTES) ^ page_number, page_key->bytes);
    crypto_onetimeauth_poly1305(tag_out, page.data, page.size_bytes - FK_PAGE_TAG_SIZE_BYTES, one_time_key);
    fk_wipe(one_time_key, sizeof one_time_key);
}
