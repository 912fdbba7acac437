/* The key file: exact bytes, every secret on every slot, refusals, and its life on a disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/keyfile.h"
#include "memory_disk.h"
#include "seeded_random.h"

static seeded_random generator;

static const uint8_t SALT[FK_KDF_SALT_SIZE_BYTES] = { 's', 'a', 'l', 't' };
static const fk_id VAULT = { { 0x11, 0x22, 0x33 } };
static const uint8_t A[FK_KDF_KEY_SIZE_BYTES] = { 'A' };
static const uint8_t PRF[FK_PRF_SIZE_BYTES] = { 'P' };
static const uint8_t RECOVERY[FK_RECOVERY_KEY_SIZE_BYTES] = { 'R' };
static const fk_key MASTER = { { 0x4d, 0x4b } };
enum { MADE_ON_MS = 1790000000 };

static const fk_slot_secrets EVERY_SECRET = { { A, sizeof A }, { PRF, sizeof PRF }, { RECOVERY, sizeof RECOVERY } };
static const fk_slot_secrets PASSPHRASE_ONLY = { .passphrase_key = { A, sizeof A } };

static int start_with_seed(void **state)
{
    (void)state;
    generator.state = 7;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

static fk_keyfile keyfile_with(uint32_t slot_index, fk_slot_type type)
{
    fk_keyfile keyfile;
    assert_code(fk_keyfile_make(&VAULT, SALT, FK_KDF_MEMORY_KIB_MIN, FK_KDF_PASSES_MIN, &keyfile), FK_OK);
    assert_code(fk_keyfile_fill_slot(&keyfile, slot_index, type, &EVERY_SECRET, &MASTER, MADE_ON_MS), FK_OK);
    return keyfile;
}

static fk_bytes file_of(const fk_keyfile *keyfile)
{
    return fk_bytes_of(keyfile->bytes, FK_KEYFILE_SIZE_BYTES);
}

/* After a change of the header its digest is made right again, as an attacker would. */
static void renew_digest(uint8_t *file)
{
    fk_hash_of(fk_bytes_of(file, 96), file + 96);
}

/* --- format --------------------------------------------------------------------------------- */

/* Golden bytes with fixed random: the header byte for byte, all of the file by its digest, which was
 * computed from the format's description by a separate program with none of this code. A change of
 * the format locks people out; it needs a new version and an ADR. */
static void keyfile__has_the_bytes_it_ever_had(void **state)
{
    (void)state;
    static const uint8_t header[96] = { 'F',  'K',  'K',  'E', 'Y', 'S', 13, 10, 1, 0, 0, 0, 8, 0, 0, 0,
                                        0x11, 0x22, 0x33, 0,   0,   0,   0,  0,  0, 0, 0, 0, 0, 0, 0, 0,
                                        's',  'a',  'l',  't', 0,   0,   0,  0,  0, 0, 0, 0, 0, 0, 0, 0,
                                        0,    0,    1,    0,   3,   0,   0,  0,  1, 0, 0, 0, 1, 0, 0, 0 };
    static const uint8_t digest_of_file[FK_HASH_SIZE_BYTES] = { 0x19, 0x30, 0x46, 0x37, 0xc2, 0xde, 0x0c, 0x86,
                                                                0xcd, 0x1a, 0x1e, 0xa9, 0x56, 0xd2, 0xed, 0x01,
                                                                0xc6, 0x35, 0xcf, 0x84, 0x1b, 0xf6, 0xf4, 0x63,
                                                                0x31, 0x6a, 0x8d, 0x3f, 0xe5, 0xc4, 0xd3, 0x9c };
    assert_int_equal(FK_KEYFILE_SIZE_BYTES, 2176);
    fk_keyfile keyfile = keyfile_with(2, FK_SLOT_PASSPHRASE);
    assert_memory_equal(keyfile.bytes, header, sizeof header);
    uint8_t digest[FK_HASH_SIZE_BYTES];
    fk_hash_of(file_of(&keyfile), digest);
    assert_memory_equal(digest, digest_of_file, sizeof digest);
}

static void keyfile_parse__reads_what_was_made(void **state)
{
    (void)state;
    fk_keyfile made = keyfile_with(0, FK_SLOT_PASSPHRASE);
    fk_keyfile read;
    assert_code(fk_keyfile_parse(file_of(&made), &read), FK_OK);
    assert_memory_equal(&made, &read, sizeof made);
}

static void keyfile_parse__refuses_wrong_sizes(void **state)
{
    (void)state;
    fk_keyfile made = keyfile_with(0, FK_SLOT_PASSPHRASE);
    uint8_t longer[FK_KEYFILE_SIZE_BYTES + 1] = { 0 };
    memcpy(longer, made.bytes, FK_KEYFILE_SIZE_BYTES);
    fk_keyfile read;
    for (size_t size = 0; size <= sizeof longer; size++) {
        assert_code(fk_keyfile_parse(fk_bytes_of(longer, size), &read),
                    size == FK_KEYFILE_SIZE_BYTES ? FK_OK : FK_ERR_DAMAGED);
    }
}

static void keyfile_parse__tells_a_flipped_header_bit_from_a_wrong_passphrase(void **state)
{
    (void)state;
    fk_keyfile made = keyfile_with(0, FK_SLOT_PASSPHRASE);
    fk_keyfile read;
    for (size_t bit = 0; bit < FK_KEYFILE_HEADER_SIZE_BYTES * 8; bit++) {
        made.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_code(fk_keyfile_parse(file_of(&made), &read), FK_ERR_DAMAGED);
        made.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void keyfile_parse__refuses_forged_headers_by_name(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint32_t value;
        fk_code code;
    } cases[] = {
        { 8, 2, FK_ERR_NEWER_VERSION },
        { 8, 0, FK_ERR_NEWER_VERSION },
        { 12, 7, FK_ERR_DAMAGED },
        { 12, 9, FK_ERR_DAMAGED },
        { 12, UINT32_MAX, FK_ERR_DAMAGED },
        { 48, 65535, FK_ERR_WEAK_PARAMETERS },
        { 48, 1048577, FK_ERR_WEAK_PARAMETERS },
        { 52, 2, FK_ERR_WEAK_PARAMETERS },
        { 52, 17, FK_ERR_WEAK_PARAMETERS },
        { 56, 2, FK_ERR_DAMAGED },
        { 60, 2, FK_ERR_DAMAGED },
        { 92, 1, FK_ERR_DAMAGED },
        { 48, 131072, FK_OK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_keyfile made = keyfile_with(0, FK_SLOT_PASSPHRASE);
        fk_keyfile read;
        fk_put_u32(made.bytes + cases[i].offset, cases[i].value);
        renew_digest(made.bytes);
        assert_code(fk_keyfile_parse(file_of(&made), &read), cases[i].code);
        if (cases[i].code == FK_OK) {
            /* Stronger settings are allowed, but the slots are bound to the header they were made with. */
            fk_keyfile_opened opened;
            assert_code(fk_keyfile_open(&read, &EVERY_SECRET, &opened), FK_ERR_AUTH);
        }
    }
}

static void keyfile_make__keeps_the_floor(void **state)
{
    (void)state;
    fk_keyfile keyfile;
    assert_code(fk_keyfile_make(&VAULT, SALT, FK_KDF_MEMORY_KIB_MIN - 1, 3, &keyfile), FK_ERR_WEAK_PARAMETERS);
    assert_code(fk_keyfile_make(&VAULT, SALT, FK_KDF_MEMORY_KIB_MIN, 2, &keyfile), FK_ERR_WEAK_PARAMETERS);
}

/* --- slots ---------------------------------------------------------------------------------- */

static void keyfile_open__finds_every_type_in_every_slot(void **state)
{
    (void)state;
    for (uint32_t slot = 0; slot < FK_KEYFILE_SLOT_COUNT; slot++) {
        for (fk_slot_type type = FK_SLOT_PASSPHRASE; type <= FK_SLOT_RECOVERY; type++) {
            fk_keyfile keyfile = keyfile_with(slot, type);
            fk_keyfile_opened opened;
            assert_code(fk_keyfile_open(&keyfile, &EVERY_SECRET, &opened), FK_OK);
            assert_int_equal(opened.slot_index, slot);
            assert_int_equal(opened.type, type);
            assert_int_equal(opened.made_on_ms, MADE_ON_MS);
            assert_memory_equal(&opened.master, &MASTER, sizeof MASTER);
        }
    }
}

static void keyfile_open__needs_the_secrets_of_the_slot(void **state)
{
    (void)state;
    static const uint8_t wrong_a[FK_KDF_KEY_SIZE_BYTES] = { 'B' };
    const fk_slot_secrets none = { .prf = { NULL, 0 } };
    const fk_slot_secrets wrong = { { wrong_a, sizeof wrong_a }, { PRF, sizeof PRF }, { NULL, 0 } };
    const struct {
        fk_slot_type type;
        const fk_slot_secrets *secrets;
        fk_code code;
    } cases[] = {
        { FK_SLOT_PASSPHRASE, &PASSPHRASE_ONLY, FK_OK },     { FK_SLOT_PASSPHRASE, &wrong, FK_ERR_AUTH },
        { FK_SLOT_PASSPHRASE, &none, FK_ERR_AUTH },          { FK_SLOT_BOTH, &PASSPHRASE_ONLY, FK_ERR_AUTH },
        { FK_SLOT_PRF, &PASSPHRASE_ONLY, FK_ERR_AUTH },      { FK_SLOT_PRF, &wrong, FK_OK },
        { FK_SLOT_RECOVERY, &PASSPHRASE_ONLY, FK_ERR_AUTH },
    };
    static const fk_keyfile_opened nothing;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_keyfile keyfile = keyfile_with(5, cases[i].type);
        fk_keyfile_opened opened;
        assert_code(fk_keyfile_open(&keyfile, cases[i].secrets, &opened), cases[i].code);
        if (cases[i].code != FK_OK) {
            assert_memory_equal(&opened, &nothing, sizeof nothing);
        }
    }
}

static void keyfile_open__refuses_every_flipped_byte_of_its_slot(void **state)
{
    (void)state;
    fk_keyfile keyfile = keyfile_with(0, FK_SLOT_PASSPHRASE);
    fk_keyfile_opened opened;
    for (size_t i = 0; i < FK_KEYFILE_SLOT_SIZE_BYTES; i++) {
        keyfile.bytes[FK_KEYFILE_HEADER_SIZE_BYTES + i] ^= 0x10;
        assert_code(fk_keyfile_open(&keyfile, &PASSPHRASE_ONLY, &opened), FK_ERR_AUTH);
        keyfile.bytes[FK_KEYFILE_HEADER_SIZE_BYTES + i] ^= 0x10;
    }
    assert_code(fk_keyfile_open(&keyfile, &PASSPHRASE_ONLY, &opened), FK_OK);
}

static void keyfile_open__refuses_a_slot_moved_or_taken_from_another_vault(void **state)
{
    (void)state;
    fk_keyfile keyfile = keyfile_with(1, FK_SLOT_PASSPHRASE);
    uint8_t slot[FK_KEYFILE_SLOT_SIZE_BYTES];
    memcpy(slot, keyfile.bytes + FK_KEYFILE_HEADER_SIZE_BYTES + sizeof slot, sizeof slot);
    fk_keyfile_retire_slot(&keyfile, 1);
    memcpy(keyfile.bytes + FK_KEYFILE_HEADER_SIZE_BYTES, slot, sizeof slot);
    fk_keyfile_opened opened;
    assert_code(fk_keyfile_open(&keyfile, &PASSPHRASE_ONLY, &opened), FK_ERR_AUTH);

    const fk_id other_vault = { { 0x12 } };
    assert_code(fk_keyfile_make(&other_vault, SALT, FK_KDF_MEMORY_KIB_MIN, 3, &keyfile), FK_OK);
    memcpy(keyfile.bytes + FK_KEYFILE_HEADER_SIZE_BYTES + sizeof slot, slot, sizeof slot);
    assert_code(fk_keyfile_open(&keyfile, &PASSPHRASE_ONLY, &opened), FK_ERR_AUTH);
}

static void keyfile_fill_slot__refuses_a_missing_or_short_secret(void **state)
{
    (void)state;
    fk_keyfile keyfile = keyfile_with(0, FK_SLOT_PASSPHRASE);
    fk_keyfile before = keyfile;
    const fk_slot_secrets short_secret = { .passphrase_key = { A, sizeof A - 1 } };
    assert_code(fk_keyfile_fill_slot(&keyfile, 0, FK_SLOT_BOTH, &PASSPHRASE_ONLY, &MASTER, 1), FK_ERR_INVALID_INPUT);
    assert_code(fk_keyfile_fill_slot(&keyfile, 0, FK_SLOT_PASSPHRASE, &short_secret, &MASTER, 1), FK_ERR_INVALID_INPUT);
    assert_memory_equal(&keyfile, &before, sizeof before);
}

static void keyfile_open__makes_the_same_number_of_trials_whatever_opens(void **state)
{
    (void)state;
    /* The random bytes drawn stand in for missing secrets: the same number for the same secrets. */
    fk_keyfile first = keyfile_with(0, FK_SLOT_PASSPHRASE);
    fk_keyfile last = keyfile_with(7, FK_SLOT_PASSPHRASE);
    fk_keyfile_opened opened;
    generator.state = 99;
    assert_code(fk_keyfile_open(&first, &PASSPHRASE_ONLY, &opened), FK_OK);
    uint64_t state_after_first = generator.state;
    generator.state = 99;
    assert_code(fk_keyfile_open(&last, &PASSPHRASE_ONLY, &opened), FK_OK);
    assert_int_equal(generator.state, state_after_first);
}

/* --- on disk -------------------------------------------------------------------------------- */

static void keyfile_on_disk__is_created_once_loaded_and_changed(void **state)
{
    (void)state;
    memory_disk *memory = memory_disk_new(1);
    const fk_disk *disk = memory_disk_port(memory);
    fk_keyfile made = keyfile_with(0, FK_SLOT_PASSPHRASE);
    fk_keyfile read;
    assert_code(fk_keyfile_load(disk, &read), FK_ERR_NOT_FOUND);
    assert_code(fk_keyfile_create_on_disk(disk, &made), FK_OK);
    assert_code(fk_keyfile_create_on_disk(disk, &made), FK_ERR_EXISTS);
    memory_disk_crash(memory);
    assert_code(fk_keyfile_load(disk, &read), FK_OK);
    assert_memory_equal(&read, &made, sizeof made);

    /* A new secret: fill a free slot, save, then retire the old one, save. */
    assert_code(fk_keyfile_fill_slot(&read, 3, FK_SLOT_PRF, &EVERY_SECRET, &MASTER, 2), FK_OK);
    assert_code(fk_keyfile_save_slot(disk, &read, 3), FK_OK);
    fk_keyfile_retire_slot(&read, 0);
    assert_code(fk_keyfile_save_slot(disk, &read, 0), FK_OK);
    memory_disk_crash(memory);
    fk_keyfile_opened opened;
    assert_code(fk_keyfile_load(disk, &read), FK_OK);
    assert_code(fk_keyfile_open(&read, &PASSPHRASE_ONLY, &opened), FK_ERR_AUTH);
    assert_code(fk_keyfile_open(&read, &EVERY_SECRET, &opened), FK_OK);
    assert_int_equal(opened.slot_index, 3);
    memory_disk_free(memory);
}

/* Power cut at each write and flush of the creation: the file is whole, or it is not a key file. */
static void keyfile_create_on_disk__is_whole_or_nothing_after_a_crash(void **state)
{
    (void)state;
    bool is_done = false;
    for (uint64_t k = 0; !is_done; k++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            memory_disk *memory = memory_disk_new(seed);
            fk_keyfile made = keyfile_with(0, FK_SLOT_PASSPHRASE);
            memory_disk_crash_at(memory, k);
            is_done = fk_is_ok(fk_keyfile_create_on_disk(memory_disk_port(memory), &made));
            memory_disk_crash(memory);
            fk_keyfile read;
            fk_status status = fk_keyfile_load(memory_disk_port(memory), &read);
            if (fk_is_ok(status)) {
                assert_memory_equal(&read, &made, sizeof made);
            } else {
                assert_false(is_done);
                assert_true(status.code == FK_ERR_NOT_FOUND || status.code == FK_ERR_DAMAGED);
            }
            memory_disk_free(memory);
        }
    }
}

static void keyfile_on_disk__names_each_failure(void **state)
{
    (void)state;
    static const struct {
        memory_disk_operation operation;
        memory_disk_failure failure;
        fk_code code;
    } cases[] = {
        { MEMORY_DISK_WRITE, MEMORY_DISK_SHORT, FK_ERR_FULL }, { MEMORY_DISK_WRITE, MEMORY_DISK_BROKEN, FK_ERR_IO },
        { MEMORY_DISK_FLUSH, MEMORY_DISK_BROKEN, FK_ERR_IO },  { MEMORY_DISK_READ, MEMORY_DISK_BROKEN, FK_ERR_IO },
        { MEMORY_DISK_SIZE, MEMORY_DISK_BROKEN, FK_ERR_IO },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memory_disk *memory = memory_disk_new(1);
        fk_keyfile made = keyfile_with(0, FK_SLOT_PASSPHRASE);
        memory_disk_fail(memory, cases[i].operation, 0, cases[i].failure);
        assert_code(fk_keyfile_create_on_disk(memory_disk_port(memory), &made), cases[i].code);
        memory_disk_free(memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keyfile__has_the_bytes_it_ever_had, start_with_seed),
        cmocka_unit_test(keyfile_parse__reads_what_was_made),
        cmocka_unit_test(keyfile_parse__refuses_wrong_sizes),
        cmocka_unit_test(keyfile_parse__tells_a_flipped_header_bit_from_a_wrong_passphrase),
        cmocka_unit_test(keyfile_parse__refuses_forged_headers_by_name),
        cmocka_unit_test(keyfile_make__keeps_the_floor),
        cmocka_unit_test(keyfile_open__finds_every_type_in_every_slot),
        cmocka_unit_test(keyfile_open__needs_the_secrets_of_the_slot),
        cmocka_unit_test(keyfile_open__refuses_every_flipped_byte_of_its_slot),
        cmocka_unit_test(keyfile_open__refuses_a_slot_moved_or_taken_from_another_vault),
        cmocka_unit_test(keyfile_fill_slot__refuses_a_missing_or_short_secret),
        cmocka_unit_test(keyfile_open__makes_the_same_number_of_trials_whatever_opens),
        cmocka_unit_test(keyfile_on_disk__is_created_once_loaded_and_changed),
        cmocka_unit_test(keyfile_create_on_disk__is_whole_or_nothing_after_a_crash),
        cmocka_unit_test(keyfile_on_disk__names_each_failure),
    };
    return cmocka_run_group_tests(tests, start_with_seed, NULL);
}
