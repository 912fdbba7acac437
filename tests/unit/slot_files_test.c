/* What stands around the key file: sets of secrets, the list of slots, the file of tries, the printed recovery key; and
 * that slots look alike, that a golden key file opens for ever, and only with the kind of secret a slot was made for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/attempts.h"
#include "fk/recovery_code.h"
#include "fk/secrets.h"
#include "fk/slot_list.h"
#include "seeded_random.h"
#include "vectors.h"

static seeded_random generator;

static const uint8_t A[32] = { 'A' };
static const uint8_t OTHER_A[32] = { 'B' };
static const uint8_t PRF[32] = { 'P' };
static const uint8_t RECOVERY[FK_RECOVERY_KEY_SIZE_BYTES] = { 'R' };

/* Computed from the description by a separate program with none of this code. */
static const char RECOVERY_GOLDEN[] = "0471V-PA1NJ-897N7-RTBPM-GE891-VANQ6-RK8X9-XTZRC";
static const uint8_t PRF_INPUT_GOLDEN[FK_HASH_SIZE_BYTES] = {
    0x73, 0x1d, 0x58, 0x7b, 0xb9, 0xab, 0xbc, 0x84, 0x24, 0x24, 0xe0, 0xdf, 0xee, 0xbf, 0x00, 0xff,
    0xd8, 0xfb, 0x45, 0xca, 0x56, 0xe2, 0x7f, 0x2e, 0x06, 0x62, 0xd6, 0x65, 0xe2, 0xa1, 0xb5, 0x32,
};

static int start_with_seed(void **state)
{
    (void)state;
    generator.state = 11;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

/* --- secrets ------------------------------------------------------------------------------------------ */

static void secrets__are_read_as_they_were_written_and_strictly(void **state)
{
    (void)state;
    for (unsigned present = 0; present < 16; present++) {
        fk_slot_secrets secrets = { .prf = { NULL, 0 } };
        bool has_key = (present & FK_SECRETS_PASSPHRASE) != 0;
        bool is_chosen = (present & FK_SECRETS_CHOSEN) != 0;
        secrets.passphrase_key = has_key ? fk_bytes_of(A, sizeof A) : secrets.prf;
        secrets.recovery_key =
            (present & FK_SECRETS_RECOVERY) != 0 ? fk_bytes_of(RECOVERY, sizeof RECOVERY) : secrets.prf;
        secrets.prf = (present & FK_SECRETS_PRF) != 0 ? fk_bytes_of(PRF, sizeof PRF) : secrets.prf;
        uint8_t raw[FK_SECRETS_SIZE_BYTES];
        fk_secrets_write(&secrets, is_chosen, raw);
        fk_slot_secrets read;
        bool read_chosen = false;
        assert_code(fk_secrets_read(fk_bytes_of(raw, sizeof raw), &read, &read_chosen),
                    is_chosen && !has_key ? FK_ERR_INVALID_INPUT : FK_OK);
        if (!is_chosen) {
            assert_true(fk_bytes_equal(read.passphrase_key, secrets.passphrase_key));
            assert_true(fk_bytes_equal(read.prf, secrets.prf));
            assert_true(fk_bytes_equal(read.recovery_key, secrets.recovery_key));
        }
        assert_int_equal(read_chosen, is_chosen && has_key);
        /* A byte where nothing is said to be, an unknown bit, another size. */
        static const size_t part_offsets[] = { 4, 36, 68 };
        for (size_t part = 0; part < 3; part++) {
            raw[part_offsets[part] + 1] ^= 1;
            bool is_there = (present >> part & 1) != 0;
            bool is_good = is_there && (!is_chosen || has_key);
            assert_code(fk_secrets_read(fk_bytes_of(raw, sizeof raw), &read, NULL),
                        is_good ? FK_OK : FK_ERR_INVALID_INPUT);
            raw[part_offsets[part] + 1] ^= 1;
        }
        assert_code(fk_secrets_read(fk_bytes_of(raw, sizeof raw - 1), &read, NULL), FK_ERR_INVALID_INPUT);
        raw[0] |= 16;
        assert_code(fk_secrets_read(fk_bytes_of(raw, sizeof raw), &read, NULL), FK_ERR_INVALID_INPUT);
    }
}

/* --- the list of slots ---------------------------------------------------------------------------------- */

static void slot_list__is_read_as_it_was_written_and_every_damage_is_named(void **state)
{
    (void)state;
    fk_slot_list list = { .count = 0 };
    for (uint32_t i = FK_KEYFILE_SLOT_COUNT; i-- > 0;) {
        fk_slot_entry entry = {
            .slot_index = i, .type = FK_SLOT_PASSPHRASE, .made_on_ms = i * 1000, .label_size_bytes = i
        };
        memset(entry.label, 'a' + (int)i, i);
        entry.is_retiring = i == 3;
        fk_slot_list_put(&list, &entry);
    }
    uint8_t bytes[FK_SLOT_LIST_SIZE_BYTES_MAX];
    size_t size_bytes = fk_slot_list_write(&list, bytes);
    fk_slot_list read;
    assert_code(fk_slot_list_read(fk_bytes_of(bytes, size_bytes), &read), FK_OK);
    assert_memory_equal(&read, &list, sizeof list);
    uint32_t free_slot = 0;
    assert_code(fk_slot_list_free_slot(&list, &free_slot), FK_ERR_NO_SLOT);
    fk_slot_list_remove(&list, 5);
    assert_code(fk_slot_list_free_slot(&list, &free_slot), FK_OK);
    assert_int_equal(free_slot, 5);
    assert_null(fk_slot_list_find(&list, 5));
    for (size_t cut = 0; cut < size_bytes; cut++) {
        assert_code(fk_slot_list_read(fk_bytes_of(bytes, cut), &read), FK_ERR_DAMAGED);
        assert_int_equal(read.count, 0);
    }
    bytes[0] = 2;
    assert_code(fk_slot_list_read(fk_bytes_of(bytes, size_bytes), &read), FK_ERR_NEWER_VERSION);
}

/* --- tries ------------------------------------------------------------------------------------------------ */

static void attempts__every_flipped_bit_is_damage(void **state)
{
    (void)state;
    const fk_attempts made = { .wrong_count = 7, .waited_ms = 1234, .has_other_way = true };
    uint8_t bytes[FK_ATTEMPTS_SIZE_BYTES];
    fk_attempts_write(&made, bytes);
    fk_attempts read;
    assert_code(fk_attempts_read(fk_bytes_of(bytes, sizeof bytes), &read), FK_OK);
    assert_int_equal(read.wrong_count, made.wrong_count);
    assert_int_equal(read.waited_ms, made.waited_ms);
    assert_true(read.has_other_way);
    for (size_t bit = 0; bit < sizeof bytes * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_code(fk_attempts_read(fk_bytes_of(bytes, sizeof bytes), &read), FK_ERR_DAMAGED);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_code(fk_attempts_read(fk_bytes_of(bytes, sizeof bytes - 1), &read), FK_ERR_DAMAGED);
}

static void attempts__waits_only_grow_and_end(void **state)
{
    (void)state;
    assert_int_equal(fk_attempts_wait_ms(0), 0);
    assert_int_equal(fk_attempts_wait_ms(FK_ATTEMPTS_FREE_COUNT), 0);
    assert_int_equal(fk_attempts_wait_ms(FK_ATTEMPTS_FREE_COUNT + 1), 10000);
    for (uint32_t count = 0; count < 40; count++) {
        assert_true(fk_attempts_wait_ms(count) <= fk_attempts_wait_ms(count + 1));
    }
    assert_int_equal(fk_attempts_wait_ms(UINT32_MAX), FK_ATTEMPTS_WAIT_MS_MAX);
}

/* --- recovery key ------------------------------------------------------------------------------------------ */

static void recovery_code__has_the_signs_it_ever_had(void **state)
{
    (void)state;
    char text[FK_RECOVERY_TEXT_SIZE + 1];
    uint8_t key[FK_RECOVERY_KEY_SIZE_BYTES];
    uint8_t read[FK_RECOVERY_KEY_SIZE_BYTES];
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)(i * 13 + 1);
    }
    fk_recovery_code_write(key, text);
    assert_string_equal(text, RECOVERY_GOLDEN);
    fk_error error = { "" };
    assert_code(fk_recovery_code_read(fk_bytes_text(text), read, &error), FK_OK);
    assert_memory_equal(read, key, sizeof key);
}

/* One wrong sign anywhere, two neighbours swapped and two groups swapped: never read, and the group is named. */
static void recovery_code__names_the_group_of_every_slip(void **state)
{
    (void)state;
    static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZUabc";
    for (int round = 0; round < 20; round++) {
        char text[FK_RECOVERY_TEXT_SIZE + 1];
        uint8_t key[FK_RECOVERY_KEY_SIZE_BYTES];
        uint8_t read[FK_RECOVERY_KEY_SIZE_BYTES];
        fk_error error = { "" };
        fk_random_bytes(key, sizeof key);
        fk_recovery_code_write(key, text);
        for (size_t at = 0; at < FK_RECOVERY_TEXT_SIZE; at++) {
            char right = text[at];
            char expected[16] = "group 0";
            expected[6] = (char)('1' + at / (FK_RECOVERY_GROUP_SIGN_COUNT + 1));
            for (size_t i = 0; right != '-' && signs[i] != '\0'; i++) {
                text[at] = signs[i];
                bool is_same = fk_base32_value((uint8_t)signs[i]) == fk_base32_value((uint8_t)right);
                assert_code(fk_recovery_code_read(fk_bytes_text(text), read, &error),
                            is_same ? FK_OK : FK_ERR_MISTYPED);
                if (!is_same) {
                    assert_string_equal(error.detail, expected);
                }
            }
            text[at] = right;
            char next = text[at + 1];
            if (right != '-' && next != '-' && next != '\0' && next != right) {
                text[at] = next;
                text[at + 1] = right;
                assert_code(fk_recovery_code_read(fk_bytes_text(text), read, &error), FK_ERR_MISTYPED);
                assert_string_equal(error.detail, expected);
                text[at] = right;
                text[at + 1] = next;
            }
        }
        char first[FK_RECOVERY_GROUP_SIGN_COUNT];
        memcpy(first, text, sizeof first);
        memcpy(text, text + 6, sizeof first);
        memcpy(text + 6, first, sizeof first);
        assert_code(fk_recovery_code_read(fk_bytes_text(text), read, &error), FK_ERR_MISTYPED);
        assert_string_equal(error.detail, "group 1");
    }
}

static void recovery_code__says_too_short_and_too_long(void **state)
{
    (void)state;
    char text[FK_RECOVERY_TEXT_SIZE + 2] = "";
    uint8_t read[FK_RECOVERY_KEY_SIZE_BYTES];
    static const uint8_t zeros[FK_RECOVERY_KEY_SIZE_BYTES];
    fk_error error = { "" };
    fk_recovery_code_write(RECOVERY, text);
    assert_code(fk_recovery_code_read(fk_bytes_of(text, FK_RECOVERY_TEXT_SIZE - 1), read, &error), FK_ERR_MISTYPED);
    assert_string_equal(error.detail, "group 8");
    assert_memory_equal(read, zeros, sizeof read);
    assert_code(fk_recovery_code_read(fk_bytes_of("", 0), read, &error), FK_ERR_MISTYPED);
    assert_string_equal(error.detail, "group 1");
    text[FK_RECOVERY_TEXT_SIZE] = '0';
    assert_code(fk_recovery_code_read(fk_bytes_of(text, FK_RECOVERY_TEXT_SIZE + 1), read, &error), FK_ERR_MISTYPED);
    assert_string_equal(error.detail, "too-long");
}

/* --- slots -------------------------------------------------------------------------------------------------- */

/* Slots of the golden file by index: 0 passphrase, 2 both, 3 passkey, 5 recovery, 6 distress; 1, 4 and 7 unused. */
static void keyfile_v1__opens_for_ever_and_with_the_right_kind_of_secret_only(void **state)
{
    (void)state;
    size_t size_bytes = 0;
    uint8_t *bytes = vectors_read_own("keyfile-v1.bin", &size_bytes);
    fk_keyfile keyfile;
    assert_code(fk_keyfile_parse(fk_bytes_of(bytes, size_bytes), &keyfile), FK_OK);
    free(bytes);
    const fk_bytes key = fk_bytes_of(A, sizeof A);
    const fk_bytes other = fk_bytes_of(OTHER_A, sizeof OTHER_A);
    const fk_bytes prf = fk_bytes_of(PRF, sizeof PRF);
    const fk_bytes none = { NULL, 0 };
    const struct {
        fk_slot_secrets secrets;
        fk_slot_type type; /* 0: opens nothing */
        uint32_t slot_index;
        uint8_t master_byte;
    } cases[] = {
        { { key, none, none }, FK_SLOT_PASSPHRASE, 0, 0x4d },
        { { key, prf, none }, FK_SLOT_BOTH, 2, 0x4d },
        { { none, prf, none }, FK_SLOT_PRF, 3, 0x4d },
        { { none, none, fk_bytes_of(RECOVERY, sizeof RECOVERY) }, FK_SLOT_RECOVERY, 5, 0x4d },
        { { other, none, none }, FK_SLOT_DISTRESS, 6, 0x44 },
        { { prf, none, none }, 0, 0, 0 }, /* the passkey's bytes as a passphrase key, and the other way round */
        { { none, key, none }, 0, 0, 0 },
        { { other, key, none }, FK_SLOT_DISTRESS, 6, 0x44 },
        { { none, none, fk_bytes_of(A, FK_RECOVERY_KEY_SIZE_BYTES) }, 0, 0, 0 },
        { { none, none, none }, 0, 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_keyfile_opened opened;
        fk_key expected;
        memset(expected.bytes, cases[i].master_byte, sizeof expected.bytes);
        assert_code(fk_keyfile_open(&keyfile, &cases[i].secrets, &opened), cases[i].type == 0 ? FK_ERR_AUTH : FK_OK);
        assert_int_equal(opened.type, cases[i].type);
        assert_int_equal(opened.slot_index, cases[i].slot_index);
        assert_memory_equal(opened.master.bytes, expected.bytes, sizeof expected.bytes);
    }
    uint8_t input[FK_HASH_SIZE_BYTES];
    fk_keyfile_prf_input(&keyfile, input);
    assert_memory_equal(input, PRF_INPUT_GOLDEN, sizeof input);
}

/* Pearson's statistic of a histogram against equal shares; 255 degrees of freedom: mean 255, deviation 22.6. */
static double chi_square(const uint32_t counts[256], double total)
{
    double sum = 0;
    for (size_t i = 0; i < 256; i++) {
        double off = counts[i] - total / 256;
        sum += off * off / (total / 256);
    }
    return sum;
}

/* Used and unused slots of many files: in both every byte value is as likely, over all and at every place. */
static void slots__in_use_and_unused_look_alike(void **state)
{
    (void)state;
    enum { FILE_COUNT = 400, USED_COUNT = 4, SLOTS = FILE_COUNT * USED_COUNT };
    static const fk_slot_type types[USED_COUNT] = { FK_SLOT_PASSPHRASE, FK_SLOT_BOTH, FK_SLOT_RECOVERY,
                                                    FK_SLOT_DISTRESS };
    static uint32_t all[2][256];
    static uint32_t by_place[2][FK_KEYFILE_SLOT_SIZE_BYTES][16];
    const fk_slot_secrets secrets = { { A, sizeof A }, { PRF, sizeof PRF }, { RECOVERY, sizeof RECOVERY } };
    for (int n = 0; n < FILE_COUNT; n++) {
        fk_keyfile keyfile;
        fk_id vault = fk_random_id();
        fk_key master;
        fk_key_random(&master);
        assert_code(fk_keyfile_make(&vault, vault.bytes, FK_KDF_MEMORY_KIB_MIN, FK_KDF_PASSES_MIN, &keyfile), FK_OK);
        for (uint32_t i = 0; i < USED_COUNT; i++) {
            assert_code(fk_keyfile_fill_slot(&keyfile, 2 * i, types[i], &secrets, &master, 5), FK_OK);
        }
        for (size_t at = 0; at < (size_t)FK_KEYFILE_SLOT_COUNT * FK_KEYFILE_SLOT_SIZE_BYTES; at++) {
            size_t slot = at / FK_KEYFILE_SLOT_SIZE_BYTES;
            uint8_t byte = keyfile.bytes[FK_KEYFILE_HEADER_SIZE_BYTES + at];
            all[slot % 2][byte]++;
            by_place[slot % 2][at % FK_KEYFILE_SLOT_SIZE_BYTES][byte >> 4]++;
        }
    }
    for (size_t kind = 0; kind < 2; kind++) {
        double statistic = chi_square(all[kind], (double)SLOTS * FK_KEYFILE_SLOT_SIZE_BYTES);
        assert_true(statistic > 255 - 5 * 22.6 && statistic < 255 + 5 * 22.6);
        for (size_t place = 0; place < FK_KEYFILE_SLOT_SIZE_BYTES; place++) {
            for (size_t nibble = 0; nibble < 16; nibble++) { /* 100 expected, deviation 9.7 */
                assert_in_range(by_place[kind][place][nibble], 50, 160);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets__are_read_as_they_were_written_and_strictly),
        cmocka_unit_test(slot_list__is_read_as_it_was_written_and_every_damage_is_named),
        cmocka_unit_test(attempts__every_flipped_bit_is_damage),
        cmocka_unit_test(attempts__waits_only_grow_and_end),
        cmocka_unit_test(recovery_code__has_the_signs_it_ever_had),
        cmocka_unit_test(recovery_code__names_the_group_of_every_slip),
        cmocka_unit_test(recovery_code__says_too_short_and_too_long),
        cmocka_unit_test(keyfile_v1__opens_for_ever_and_with_the_right_kind_of_secret_only),
        cmocka_unit_test(slots__in_use_and_unused_look_alike),
    };
    return cmocka_run_group_tests(tests, start_with_seed, NULL);
}
