/* Keys on their way to other devices: sealed boxes, signing keys from a seed, what binds an epoch's key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/contexts.h"
#include "fk/epoch.h"
#include "fk/identity.h"
#include "seeded_random.h"

enum { PLAIN_SIZE_BYTES = 84, SEALED_SIZE_BYTES = PLAIN_SIZE_BYTES + FK_BOX_SEAL_SIZE_BYTES };

static seeded_random generator = { 77 };

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

/* first, first + 1, .. */
static void count_up(uint8_t *target, size_t size_bytes, uint8_t first)
{
    for (size_t i = 0; i < size_bytes; i++) {
        target[i] = (uint8_t)(first + i);
    }
}

static void assert_hex(const uint8_t *bytes, size_t size_bytes, const char *hex)
{
    static const char digits[] = "0123456789abcdef";
    assert_int_equal(strlen(hex), 2 * size_bytes);
    for (size_t i = 0; i < size_bytes; i++) {
        assert_int_equal(hex[2 * i], digits[bytes[i] >> 4]);
        assert_int_equal(hex[2 * i + 1], digits[bytes[i] & 15]);
    }
}

/* --- sealed boxes --------------------------------------------------------------------------------------- */

/* Good random bytes until the start is over, then the fixed ones the vector was made with. */
typedef struct switched_random {
    seeded_random generator;
    bool is_fixed;
} switched_random;

static void fill_switched(void *ctx, uint8_t *target, size_t size_bytes)
{
    switched_random *random = ctx;
    if (random->is_fixed) {
        count_up(target, size_bytes, 0x40);
        return;
    }
    fk_random port = seeded_random_port(&random->generator);
    port.fill(port.ctx, target, size_bytes);
}

/* Computed with none of this code: X25519, HSalsa20, XSalsa20-Poly1305 and BLAKE2b written down from their definitions.
 * Secret key 0, 1, 2 ..; ephemeral secret key 0x40, 0x41 ..; plain 0, 1, 2 .. */
static const char SEALED_HEX[] =
    "79a631eede1bf9c98f12032cdeadd0e7a079398fc786b88cc846ec89af85a51ab6045f61869cf67e097f3cce300be1a6c959837a1d9f988993"
    "31480474d230b4a8e5579124179c2ee40f63829d0a7e780a9536967b7cae6452d62c4f8950521cdda5473f246fd676198dfc3e492c421f83a7"
    "182868fd408fc4912130c26152a9dcd2f589";
static const char BOX_PUBLIC_HEX[] = "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f";
static const uint8_t BOX_PUBLIC[FK_PUBLIC_KEY_SIZE_BYTES] = { 0x8f, 0x40, 0xc5, 0xad, 0xb6, 0x8f, 0x25, 0x62,
                                                              0x4a, 0xe5, 0xb2, 0x14, 0xea, 0x76, 0x7a, 0x6e,
                                                              0xc9, 0x4d, 0x82, 0x9d, 0x3d, 0x7b, 0x5e, 0x1a,
                                                              0xd1, 0xba, 0x6f, 0x3e, 0x21, 0x38, 0x28, 0x5f };

static void box__is_the_one_other_implementations_make(void **state)
{
    switched_random source = { { 3 }, false };
    fk_random random = { fill_switched, &source };
    assert_code(fk_crypto_start(&random), FK_OK);
    source.is_fixed = true;
    uint8_t plain[PLAIN_SIZE_BYTES];
    uint8_t sealed[SEALED_SIZE_BYTES];
    uint8_t opened[PLAIN_SIZE_BYTES];
    fk_identity identity = { .signing_public = { 0 } };
    count_up(identity.box_secret.bytes, sizeof identity.box_secret.bytes, 0);
    memcpy(identity.box_public, BOX_PUBLIC, sizeof BOX_PUBLIC);
    assert_hex(BOX_PUBLIC, sizeof BOX_PUBLIC, BOX_PUBLIC_HEX);
    count_up(plain, sizeof plain, 0);
    assert_code(fk_box_seal(BOX_PUBLIC, fk_bytes_of(plain, sizeof plain), sealed), FK_OK);
    assert_hex(sealed, sizeof sealed, SEALED_HEX);
    assert_code(fk_box_open(&identity, fk_bytes_of(sealed, sizeof sealed), opened), FK_OK);
    assert_memory_equal(opened, plain, sizeof plain);
    assert_int_equal(start_with_seed(state), 0);
}

static void box_open__refuses_everything_but_the_sealed_bytes(void **state)
{
    (void)state;
    static const uint8_t zeros[PLAIN_SIZE_BYTES];
    fk_identity identity;
    fk_identity other;
    fk_identity_generate(&identity);
    fk_identity_generate(&other);
    uint8_t plain[PLAIN_SIZE_BYTES];
    uint8_t sealed[SEALED_SIZE_BYTES];
    uint8_t opened[PLAIN_SIZE_BYTES];
    count_up(plain, sizeof plain, 9);
    assert_code(fk_box_seal(identity.box_public, fk_bytes_of(plain, sizeof plain), sealed), FK_OK);
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 1;
        memset(opened, 0xee, sizeof opened);
        assert_code(fk_box_open(&identity, fk_bytes_of(sealed, sizeof sealed), opened), FK_ERR_AUTH);
        assert_memory_equal(opened, zeros, sizeof opened);
        sealed[i] ^= 1;
        assert_code(fk_box_open(&identity, fk_bytes_of(sealed, i), opened), FK_ERR_AUTH);
    }
    assert_code(fk_box_open(&other, fk_bytes_of(sealed, sizeof sealed), opened), FK_ERR_AUTH);
    assert_code(fk_box_open(&identity, fk_bytes_of(sealed, sizeof sealed), opened), FK_OK);
    assert_memory_equal(opened, plain, sizeof plain);
}

/* Points of small order: with them every agreed key is zero, and anybody could open. */
static void box_seal__refuses_keys_that_agree_on_nothing(void **state)
{
    (void)state;
    static const uint8_t small[][FK_PUBLIC_KEY_SIZE_BYTES] = {
        { 0 },
        { 1 },
        { 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
          0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
    };
    static const uint8_t zeros[SEALED_SIZE_BYTES];
    uint8_t plain[PLAIN_SIZE_BYTES];
    count_up(plain, sizeof plain, 9);
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        uint8_t sealed[SEALED_SIZE_BYTES];
        memset(sealed, 0xee, sizeof sealed);
        assert_code(fk_box_seal(small[i], fk_bytes_of(plain, sizeof plain), sealed), FK_ERR_INVALID_INPUT);
        assert_memory_equal(sealed, zeros, sizeof sealed);
    }
}

/* --- signing key from a seed ------------------------------------------------------------------------------ */

/* RFC 8032, 7.1, TEST 2: secret key and public key. */
static void identity_from_signing_seed__gives_the_published_key(void **state)
{
    (void)state;
    static const fk_key seed = { { 0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3,
                                   0x46, 0xec, 0x11, 0x4e, 0x0f, 0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab,
                                   0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb } };
    fk_identity first;
    fk_identity second;
    fk_identity_from_signing_seed(&seed, &first);
    fk_identity_from_signing_seed(&seed, &second);
    assert_hex(first.signing_public, sizeof first.signing_public,
               "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    assert_memory_equal(first.signing_public, second.signing_public, sizeof first.signing_public);
    assert_memory_not_equal(first.box_public, second.box_public, sizeof first.box_public);
    static const fk_id agency = { { 5 } };
    fk_bytes content = fk_bytes_text("who belongs to an agency");
    uint8_t signature[FK_SIGNATURE_SIZE_BYTES];
    fk_sign(&first, FK_PURPOSE_ROSTER, &agency, content, signature);
    assert_code(fk_verify(second.signing_public, FK_PURPOSE_ROSTER, &agency, content, signature), FK_OK);
    assert_code(fk_verify(second.signing_public, FK_PURPOSE_ENROL, &agency, content, signature), FK_ERR_AUTH);
}

/* --- epochs ------------------------------------------------------------------------------------------------- */

static fk_epoch_name epoch_seven(void)
{
    fk_epoch_name epoch = { .number = 7 };
    count_up(epoch.agency.bytes, sizeof epoch.agency.bytes, 0xa0);
    count_up(epoch.compartment.bytes, sizeof epoch.compartment.bytes, 0xc0);
    return epoch;
}

/* The digest by another implementation of BLAKE2b over the bytes the design names. */
static void epoch_commitment__binds_key_and_name(void **state)
{
    (void)state;
    fk_epoch_name epoch = epoch_seven();
    fk_key key;
    uint8_t commitment[FK_HASH_SIZE_BYTES];
    uint8_t other[FK_HASH_SIZE_BYTES];
    count_up(key.bytes, sizeof key.bytes, 0x10);
    fk_epoch_commitment(&key, &epoch, commitment);
    assert_hex(commitment, sizeof commitment, "c2d6963d1dd3003764af479d848e2a0ba7de28d0c9b530650558d525a7c1a1b8");
    uint8_t *const parts[] = { key.bytes, epoch.agency.bytes, epoch.compartment.bytes, (uint8_t *)&epoch.number };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        parts[i][0] ^= 1;
        fk_epoch_commitment(&key, &epoch, other);
        assert_memory_not_equal(commitment, other, sizeof commitment);
        parts[i][0] ^= 1;
    }
}

static void epoch_link__opens_under_the_next_key_of_the_same_compartment_only(void **state)
{
    (void)state;
    static const fk_key nothing;
    fk_epoch_name epoch = epoch_seven();
    fk_key key;
    fk_key previous;
    fk_key opened;
    uint8_t nonce[FK_AEAD_NONCE_SIZE_BYTES];
    uint8_t link[FK_EPOCH_LINK_SIZE_BYTES];
    fk_key_random(&key);
    fk_key_random(&previous);
    fk_random_bytes(nonce, sizeof nonce);
    fk_epoch_link_seal(&key, &epoch, nonce, &previous, link);
    assert_code(fk_epoch_link_open(&key, &epoch, nonce, link, &opened), FK_OK);
    assert_memory_equal(&opened, &previous, sizeof opened);
    uint8_t *const parts[] = {
        key.bytes, epoch.agency.bytes,    epoch.compartment.bytes, (uint8_t *)&epoch.number, nonce,
        link,      link + sizeof link - 1
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        parts[i][0] ^= 1;
        assert_code(fk_epoch_link_open(&key, &epoch, nonce, link, &opened), FK_ERR_AUTH);
        assert_memory_equal(&opened, &nothing, sizeof opened);
        parts[i][0] ^= 1;
    }
    /* The bytes the layout names: label and its NUL, agency, compartment, number. */
    uint8_t associated[sizeof FK_CONTEXT_EPOCH_LINK + 36] = "fk/epoch-link/v1";
    memcpy(associated + 17, epoch.agency.bytes, 16);
    memcpy(associated + 33, epoch.compartment.bytes, 16);
    associated[49] = 7;
    assert_code(fk_aead_open(&key, nonce, fk_bytes_of(associated, sizeof associated), fk_bytes_of(link, sizeof link),
                             opened.bytes),
                FK_OK);
    assert_memory_equal(&opened, &previous, sizeof opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(box__is_the_one_other_implementations_make),
        cmocka_unit_test(box_open__refuses_everything_but_the_sealed_bytes),
        cmocka_unit_test(box_seal__refuses_keys_that_agree_on_nothing),
        cmocka_unit_test(identity_from_signing_seed__gives_the_published_key),
        cmocka_unit_test(epoch_commitment__binds_key_and_name),
        cmocka_unit_test(epoch_link__opens_under_the_next_key_of_the_same_compartment_only),
    };
    return cmocka_run_group_tests(tests, start_with_seed, NULL);
}
