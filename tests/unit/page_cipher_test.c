/* The page cipher's two functions: the RFC's examples, and the same bytes whichever way a message is cut, also where
 * the block counter passes its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cipher.h"

enum { BLOCK_BYTES = 64, PAGE_BYTES = 8192 };

static void fill_key(uint8_t key[32])
{
    for (uint8_t i = 0; i < 32; i++) {
        key[i] = i;
    }
}

/* RFC 8439 2.4.2 */
static void chacha20_gives_the_example_of_the_rfc(void **state)
{
    (void)state;
    static const uint8_t NONCE[12] = { 0, 0, 0, 0, 0, 0, 0, 0x4a, 0, 0, 0, 0 };
    static const uint8_t FIRST[16] = { 0x6e, 0x2e, 0x35, 0x9a, 0x25, 0x68, 0xf9, 0x80,
                                       0x41, 0xba, 0x07, 0x28, 0xdd, 0x0d, 0x69, 0x81 };
    static const uint8_t LAST[8] = { 0x8e, 0xed, 0xf2, 0x78, 0x5e, 0x42, 0x87, 0x4d };
    char text[] = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
                  "sunscreen would be it.";
    uint8_t key[32];
    fill_key(key);
    fk_sqlite3mc_chacha20_xor(text, sizeof text - 1, key, NONCE, 1);
    assert_memory_equal(text, FIRST, sizeof FIRST);
    assert_memory_equal(text + sizeof text - 1 - sizeof LAST, LAST, sizeof LAST);
}

/* RFC 8439 2.5.2 */
static void poly1305_gives_the_example_of_the_rfc(void **state)
{
    (void)state;
    static const uint8_t KEY[32] = { 0x85, 0xd6, 0xbe, 0x78, 0x57, 0x55, 0x6d, 0x33, 0x7f, 0x44, 0x52,
                                     0xfe, 0x42, 0xd5, 0x06, 0xa8, 0x01, 0x03, 0x80, 0x8a, 0xfb, 0x0d,
                                     0xb2, 0xfd, 0x4a, 0xbf, 0xf6, 0xaf, 0x41, 0x49, 0xf5, 0x1b };
    static const uint8_t TAG[16] = { 0xa8, 0x06, 0x1d, 0xc1, 0x30, 0x51, 0x36, 0xc6,
                                     0xc2, 0x2b, 0x8b, 0xaf, 0x0c, 0x01, 0x27, 0xa9 };
    static const char TEXT[] = "Cryptographic Forum Research Group";
    uint8_t tag[16];
    fk_sqlite3mc_poly1305((const uint8_t *)TEXT, sizeof TEXT - 1, KEY, tag);
    assert_memory_equal(tag, TAG, sizeof tag);
}

/* A page in one piece against the same page block by block, the counter going on at 0 after 2^32 - 1. */
static void the_counter_goes_on_at_zero(void **state)
{
    (void)state;
    static const uint32_t COUNTERS[] = { 0, 1, UINT32_MAX - 200, UINT32_MAX - 127, UINT32_MAX - 126, UINT32_MAX - 5,
                                         UINT32_MAX - 1, UINT32_MAX };
    static const size_t SIZES[] = { 0, 1, 63, 64, 65, 255, 256, 257, 320, 1000, PAGE_BYTES - 32 };
    static const uint8_t NONCE[12] = { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 255, 254 };
    static uint8_t whole[PAGE_BYTES];
    static uint8_t cut[PAGE_BYTES];
    uint8_t key[32];
    fill_key(key);
    for (size_t c = 0; c < sizeof COUNTERS / sizeof COUNTERS[0]; c++) {
        for (size_t s = 0; s < sizeof SIZES / sizeof SIZES[0]; s++) {
            memset(whole, 0x5a, sizeof whole);
            memset(cut, 0x5a, sizeof cut);
            fk_sqlite3mc_chacha20_xor(whole, SIZES[s], key, NONCE, COUNTERS[c]);
            uint32_t counter = COUNTERS[c];
            for (size_t at = 0; at < SIZES[s]; at += BLOCK_BYTES) {
                size_t left = SIZES[s] - at;
                fk_sqlite3mc_chacha20_xor(cut + at, left < BLOCK_BYTES ? left : BLOCK_BYTES, key, NONCE, counter);
                counter = counter == UINT32_MAX ? 0 : counter + 1;
            }
            assert_memory_equal(whole, cut, sizeof whole);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chacha20_gives_the_example_of_the_rfc),
        cmocka_unit_test(poly1305_gives_the_example_of_the_rfc),
        cmocka_unit_test(the_counter_goes_on_at_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
