/* The escrow slot: opened by its recovery key alone, says whose vault it is, and is of one vault only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/escrow.h"
#include "fk/roster.h"
#include "seeded_random.h"
#include "vectors.h"

enum { SLOT = 3 };

static seeded_random generator = { 81 };
static fk_keyfile keyfile;
static fk_identity recovery;
static fk_key master;
static fk_escrow_statement said;

/* A key file whose slot 3 is one of escrow. */
static int begin(void **state)
{
    (void)state;
    static const char name[] = "Fictional Worker";
    uint8_t salt[FK_KDF_SALT_SIZE_BYTES];
    uint8_t slot[FK_KEYFILE_SLOT_SIZE_BYTES];
    fk_identity_generate(&recovery);
    fk_key_random(&master);
    fk_random_bytes(salt, sizeof salt);
    said = (fk_escrow_statement){
        .vault = fk_random_id(),
        .device = fk_random_id(),
        .person = fk_random_id(),
        .key = fk_random_id(),
        .made_on_ms = 1790000000000,
        .name_size_bytes = sizeof name - 1,
    };
    memcpy(said.name, name, sizeof name - 1);
    if (!fk_is_ok(fk_keyfile_make(&said.vault, salt, FK_KDF_MEMORY_KIB_MIN, FK_KDF_PASSES_MIN, &keyfile)) ||
        !fk_is_ok(fk_escrow_seal(recovery.box_public, &said, &master, slot))) {
        return -1;
    }
    fk_keyfile_put_slot(&keyfile, SLOT, slot);
    return 0;
}

static int start(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

static fk_code open_with(const fk_keyfile *file, const fk_identity *key)
{
    static const fk_escrow_statement nothing;
    static const fk_key no_key;
    fk_escrow_statement statement;
    fk_key opened;
    fk_status status = fk_escrow_open(file, &said.key, key, &statement, &opened);
    assert_memory_equal(&statement, fk_is_ok(status) ? &said : &nothing, sizeof statement);
    assert_memory_equal(&opened, fk_is_ok(status) ? &master : &no_key, sizeof opened);
    return (fk_code)status.code;
}

static void escrow__opens_with_its_key_and_says_whose_vault_it_is(void **state)
{
    (void)state;
    fk_id key;
    uint32_t found = 0;
    assert_int_equal(open_with(&keyfile, &recovery), FK_OK);
    assert_true(fk_escrow_slot_key(&keyfile, SLOT, &key));
    assert_true(fk_id_equal(&key, &said.key));
    assert_code(fk_escrow_find(&keyfile, &said.key, &found), FK_OK);
    assert_int_equal(found, SLOT);
    for (uint32_t other = 0; other < FK_KEYFILE_SLOT_COUNT; other++) {
        assert_true(other == SLOT || !fk_escrow_slot_key(&keyfile, other, &key));
    }
}

static void escrow__does_not_open_with_another_key(void **state)
{
    (void)state;
    fk_identity other;
    fk_id no_such = fk_random_id();
    uint32_t found = 0;
    fk_identity_generate(&other);
    assert_int_equal(open_with(&keyfile, &other), FK_ERR_AUTH);
    assert_code(fk_escrow_find(&keyfile, &no_such, &found), FK_ERR_NOT_FOUND);
    fk_keyfile_retire_slot(&keyfile, SLOT);
    assert_int_equal(open_with(&keyfile, &recovery), FK_ERR_NOT_FOUND);
}

/* A slot carried into the key file of another vault would have its owner's name said for somebody else's records. */
static void escrow__of_another_vault_is_refused(void **state)
{
    (void)state;
    fk_keyfile other;
    fk_id vault = fk_random_id();
    assert_code(fk_keyfile_make(&vault, keyfile.salt, FK_KDF_MEMORY_KIB_MIN, FK_KDF_PASSES_MIN, &other), FK_OK);
    fk_keyfile_put_slot(&other, SLOT, fk_keyfile_slot_bytes(&keyfile, SLOT).data);
    assert_int_equal(open_with(&other, &recovery), FK_ERR_AUTH);
}

static void escrow__with_any_byte_changed_does_not_open(void **state)
{
    (void)state;
    for (size_t i = 0; i < FK_KEYFILE_SLOT_SIZE_BYTES; i++) {
        fk_keyfile changed = keyfile;
        uint8_t slot[FK_KEYFILE_SLOT_SIZE_BYTES];
        memcpy(slot, fk_keyfile_slot_bytes(&keyfile, SLOT).data, sizeof slot);
        slot[i] ^= (uint8_t)(1 + seeded_random_below(&generator, 255));
        fk_keyfile_put_slot(&changed, SLOT, slot);
        assert_int_equal(open_with(&changed, &recovery), i < 24 ? FK_ERR_NOT_FOUND : FK_ERR_AUTH);
    }
}

/* The id in the open is sealed as well: a slot cannot be passed off as one for another key. */
static void escrow__under_the_id_of_another_key_is_refused(void **state)
{
    (void)state;
    uint8_t slot[FK_KEYFILE_SLOT_SIZE_BYTES];
    fk_escrow_statement statement;
    fk_key opened;
    fk_id other = fk_random_id();
    memcpy(slot, fk_keyfile_slot_bytes(&keyfile, SLOT).data, sizeof slot);
    memcpy(slot + 8, other.bytes, sizeof other.bytes);
    fk_keyfile_put_slot(&keyfile, SLOT, slot);
    assert_code(fk_escrow_open(&keyfile, &other, &recovery, &statement, &opened), FK_ERR_AUTH);
}

static void escrow__is_opened_by_no_other_secret(void **state)
{
    (void)state;
    fk_keyfile_opened opened;
    fk_slot_secrets secrets = {
        .passphrase_key = fk_bytes_of(recovery.box_secret.bytes, FK_KEY_SIZE_BYTES),
        .prf = fk_bytes_of(master.bytes, FK_KEY_SIZE_BYTES),
        .recovery_key = fk_bytes_of(recovery.box_secret.bytes, FK_RECOVERY_KEY_SIZE_BYTES),
    };
    assert_code(fk_keyfile_open(&keyfile, &secrets, &opened), FK_ERR_AUTH);
}

static void escrow__is_refused_by_a_public_key_nobody_can_have(void **state)
{
    (void)state;
    static const uint8_t nobody[FK_PUBLIC_KEY_SIZE_BYTES];
    static const uint8_t nothing[FK_KEYFILE_SLOT_SIZE_BYTES];
    uint8_t slot[FK_KEYFILE_SLOT_SIZE_BYTES];
    assert_code(fk_escrow_seal(nobody, &said, &master, slot), FK_ERR_INVALID_INPUT);
    assert_memory_equal(slot, nothing, sizeof slot);
}

static void statement__is_read_as_it_was_written_and_in_no_other_form(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
    } wrong[] = { { 104, 80 }, { 104, 255 }, { 183, 1 }, { 105 + 16, 'x' }, { 105, 0xc0 } };
    uint8_t plain[FK_ESCROW_PLAIN_SIZE_BYTES];
    fk_escrow_statement read;
    fk_key key;
    fk_escrow_plain_write(&said, &master, plain);
    assert_code(fk_escrow_plain_read(fk_bytes_of(plain, sizeof plain), &read, &key), FK_OK);
    assert_memory_equal(&read, &said, sizeof read);
    assert_code(fk_escrow_plain_read(fk_bytes_of(plain, sizeof plain - 1), &read, &key), FK_ERR_DAMAGED);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t changed[sizeof plain];
        memcpy(changed, plain, sizeof plain);
        changed[wrong[i].at] = wrong[i].value;
        assert_code(fk_escrow_plain_read(fk_bytes_of(changed, sizeof changed), &read, &key), FK_ERR_DAMAGED);
    }
}

/* Whoever is found to have lost a passphrase years from now has a key file of today. */
static void escrow_v1__opens_for_ever(void **state)
{
    (void)state;
    size_t size_bytes = 0;
    uint8_t *bytes = vectors_read_own("escrow-v1.bin", &size_bytes);
    fk_keyfile golden;
    fk_escrow_statement statement;
    fk_identity identity;
    fk_key secret;
    fk_key opened;
    fk_id key;
    assert_code(fk_keyfile_parse(fk_bytes_of(bytes, size_bytes), &golden), FK_OK);
    free(bytes);
    for (size_t i = 0; i < sizeof secret.bytes; i++) {
        secret.bytes[i] = (uint8_t)(i + 1);
    }
    fk_identity_from_box_secret(&secret, &identity);
    assert_true(fk_escrow_slot_key(&golden, SLOT, &key));
    fk_id expected = fk_recovery_key_id(identity.box_public);
    assert_true(fk_id_equal(&key, &expected));
    assert_code(fk_escrow_open(&golden, &key, &identity, &statement, &opened), FK_OK);
    assert_int_equal(opened.bytes[0], 0x4d);
    assert_int_equal(opened.bytes[31], 0x4d);
    assert_int_equal(statement.vault.bytes[0], 0x11);
    assert_int_equal(statement.device.bytes[0], 0x22);
    assert_int_equal(statement.person.bytes[0], 0x33);
    assert_true(statement.made_on_ms == 1790000000000);
    assert_true(fk_bytes_equal_text(fk_bytes_of(statement.name, statement.name_size_bytes), "Fictional Worker"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(escrow__opens_with_its_key_and_says_whose_vault_it_is, begin),
        cmocka_unit_test_setup(escrow__does_not_open_with_another_key, begin),
        cmocka_unit_test_setup(escrow__of_another_vault_is_refused, begin),
        cmocka_unit_test_setup(escrow__with_any_byte_changed_does_not_open, begin),
        cmocka_unit_test_setup(escrow__under_the_id_of_another_key_is_refused, begin),
        cmocka_unit_test_setup(escrow__is_opened_by_no_other_secret, begin),
        cmocka_unit_test_setup(escrow__is_refused_by_a_public_key_nobody_can_have, begin),
        cmocka_unit_test(escrow_v1__opens_for_ever),
        cmocka_unit_test_setup(statement__is_read_as_it_was_written_and_in_no_other_form, begin),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
