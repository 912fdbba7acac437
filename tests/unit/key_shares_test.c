/* The root key and the recovery key on three sheets: any two restore it, one alone says nothing, a changed one is
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/roster.h"
#include "key_shares.h"
#include "seeded_random.h"

static seeded_random generator = { 21 };

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

static const fk_share_kind KINDS[] = { FK_SHARE_ROOT, FK_SHARE_RECOVERY };
enum { KIND_COUNT = 2 };

/* A new key and its shares. */
static void make(fk_share_kind kind, fk_identity *key, fk_key_share shares[FK_KEY_SHARE_COUNT])
{
    fk_key seed;
    fk_key_random(&seed);
    fk_key_share_identity(kind, &seed, key);
    fk_id id = fk_key_share_id(kind, key);
    fk_key_shares_split(kind, &seed, &id, shares);
}

static void assert_restores(const fk_key_share shares[FK_KEY_SHARE_COUNT], const fk_identity *key)
{
    bool is_root = shares[0].kind == FK_SHARE_ROOT;
    for (size_t i = 0; i < FK_KEY_SHARE_COUNT; i++) {
        for (size_t j = 0; j < FK_KEY_SHARE_COUNT; j++) {
            fk_identity restored;
            fk_status status = fk_key_shares_join(&shares[i], &shares[j], &restored, NULL);
            if (i == j) {
                assert_code(status, FK_ERR_INVALID_INPUT);
                continue;
            }
            assert_code(status, FK_OK);
            assert_memory_equal(is_root ? &restored.signing_seed : &restored.box_secret,
                                is_root ? &key->signing_seed : &key->box_secret, FK_KEY_SIZE_BYTES);
            assert_memory_equal(is_root ? restored.signing_public : restored.box_public,
                                is_root ? key->signing_public : key->box_public, FK_PUBLIC_KEY_SIZE_BYTES);
        }
    }
}

static void shares__any_two_restore_the_key(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        fk_identity key;
        fk_key_share shares[FK_KEY_SHARE_COUNT];
        make(KINDS[kind], &key, shares);
        assert_restores(shares, &key);
    }
}

static void shares__of_two_keys_are_refused_by_name(void **state)
{
    (void)state;
    fk_identity key;
    fk_identity restored;
    fk_error error = { "" };
    fk_key_share before[FK_KEY_SHARE_COUNT];
    fk_key_share after[FK_KEY_SHARE_COUNT];
    fk_key_share root[FK_KEY_SHARE_COUNT];
    make(FK_SHARE_RECOVERY, &key, before);
    make(FK_SHARE_RECOVERY, &key, after);
    make(FK_SHARE_ROOT, &key, root);
    root[2].id = before[0].id;
    assert_code(fk_key_shares_join(&before[0], &after[1], &restored, &error), FK_ERR_INVALID_INPUT);
    assert_string_equal(error.detail, "sheets of two different keys");
    assert_code(fk_key_shares_join(&before[0], &root[2], &restored, &error), FK_ERR_INVALID_INPUT);
    assert_string_equal(error.detail, "sheets of two different keys");
    assert_code(fk_key_shares_join(&before[0], &before[0], &restored, &error), FK_ERR_INVALID_INPUT);
    assert_string_equal(error.detail, "twice the same sheet");
}

/* A random source that gives what it is told, 32 bytes a time: the pads of a split. */
typedef struct scripted {
    fk_key pads[FK_KEY_SHARE_COUNT];
    size_t next;
    bool is_scripted;
} scripted;

static void fill_scripted(void *ctx, uint8_t *target, size_t size_bytes)
{
    scripted *script = ctx;
    if (!script->is_scripted) { /* the check of fk_crypto_start() */
        for (size_t i = 0; i < size_bytes; i++) {
            target[i] = (uint8_t)seeded_random_next(&generator);
        }
        return;
    }
    assert_int_equal(size_bytes, FK_KEY_SIZE_BYTES);
    assert_true(script->next < FK_KEY_SHARE_COUNT);
    memcpy(target, script->pads[script->next++].bytes, size_bytes);
}

static void split_scripted(scripted *script, const fk_key *seed, const fk_id *agency,
                           fk_key_share shares[FK_KEY_SHARE_COUNT])
{
    script->next = 0;
    script->is_scripted = true;
    fk_key_shares_split(FK_SHARE_ROOT, seed, agency, shares);
    script->is_scripted = false;
    assert_int_equal(script->next, FK_KEY_SHARE_COUNT);
}

/* For every holder and every other seed there are pads, just as likely, that give this holder the very same sheet.
 * So one sheet fits every key there could be, and says nothing. */
static void shares__one_alone_fits_every_key(void **state)
{
    (void)state;
    scripted script = { .is_scripted = false };
    fk_random random = { fill_scripted, &script };
    assert_code(fk_crypto_start(&random), FK_OK);
    fk_key seeds[2];
    fk_key pads[FK_KEY_SHARE_COUNT];
    for (size_t i = 0; i < sizeof seeds; i++) {
        ((uint8_t *)seeds)[i] = (uint8_t)seeded_random_next(&generator);
    }
    for (size_t i = 0; i < sizeof pads; i++) {
        ((uint8_t *)pads)[i] = (uint8_t)seeded_random_next(&generator);
    }
    static const size_t first_of_pad[FK_KEY_SHARE_COUNT] = { 0, 0, 1 };
    static const size_t second_of_pad[FK_KEY_SHARE_COUNT] = { 1, 2, 2 };
    fk_id agency = { { 1 } };
    for (size_t holder = 0; holder < FK_KEY_SHARE_COUNT; holder++) {
        fk_key_share one[FK_KEY_SHARE_COUNT];
        fk_key_share other[FK_KEY_SHARE_COUNT];
        memcpy(script.pads, pads, sizeof pads);
        split_scripted(&script, &seeds[0], &agency, one);
        for (size_t pad = 0; pad < FK_KEY_SHARE_COUNT; pad++) {
            for (size_t i = 0; second_of_pad[pad] == holder && i < FK_KEY_SIZE_BYTES; i++) {
                script.pads[pad].bytes[i] ^= seeds[0].bytes[i] ^ seeds[1].bytes[i];
            }
        }
        split_scripted(&script, &seeds[1], &agency, other);
        assert_memory_equal(&one[holder], &other[holder], sizeof one[holder]);
        for (size_t pad = 0; pad < FK_KEY_SHARE_COUNT; pad++) { /* and the others' differ, or they would be no use */
            if (first_of_pad[pad] == holder || second_of_pad[pad] == holder) {
                size_t peer = first_of_pad[pad] == holder ? second_of_pad[pad] : first_of_pad[pad];
                assert_memory_not_equal(&one[peer].halves[holder], &other[peer].halves[holder], FK_KEY_SIZE_BYTES);
            }
        }
    }
    assert_int_equal(start_with_seed(NULL), 0);
}

static void shares__the_three_pads_are_independent(void **state)
{
    (void)state;
    fk_identity root;
    fk_key_share shares[FK_KEY_SHARE_COUNT];
    make(FK_SHARE_ROOT, &root, shares);
    for (size_t i = 0; i < FK_KEY_SHARE_COUNT; i++) {
        for (size_t j = i + 1; j < FK_KEY_SHARE_COUNT; j++) {
            assert_memory_not_equal(&shares[i].halves[j], &shares[j].halves[i], FK_KEY_SIZE_BYTES);
        }
    }
    assert_memory_not_equal(&shares[0].halves[1], &shares[0].halves[2], FK_KEY_SIZE_BYTES);
    assert_memory_not_equal(&shares[1].halves[0], &shares[2].halves[0], FK_KEY_SIZE_BYTES);
    assert_memory_not_equal(&shares[0].halves[1], &shares[1].halves[2], FK_KEY_SIZE_BYTES);
}

static void shares__changed_or_of_another_agency_are_refused(void **state)
{
    (void)state;
    static const fk_identity none;
    fk_identity root;
    fk_identity restored;
    fk_key_share shares[FK_KEY_SHARE_COUNT];
    fk_key_share others[FK_KEY_SHARE_COUNT];
    make(FK_SHARE_ROOT, &root, shares);
    make(FK_SHARE_ROOT, &root, others);
    assert_code(fk_key_shares_join(&shares[0], &others[1], &restored, NULL), FK_ERR_INVALID_INPUT);
    others[1].id = shares[0].id;
    assert_code(fk_key_shares_join(&shares[0], &others[1], &restored, NULL), FK_ERR_AUTH);
    assert_memory_equal(&restored, &none, sizeof none);
    shares[2].halves[1].bytes[31] ^= 0x80;
    assert_code(fk_key_shares_join(&shares[1], &shares[2], &restored, NULL), FK_ERR_AUTH);
    assert_code(fk_key_shares_join(&shares[0], &shares[2], &restored, NULL), FK_OK);
}

/* --- sheets ------------------------------------------------------------------------------------------ */

static fk_buffer sheet_of(const fk_key_share *share, const char *name)
{
    fk_buffer sheet;
    fk_buffer_init(&sheet, &fk_allocator_libc, FK_KEY_SHARE_TEXT_SIZE_BYTES_MAX);
    assert_code(fk_key_share_print(share, fk_bytes_text(name), 20779, &sheet), FK_OK);
    return sheet;
}

static bool contains(fk_bytes text, fk_bytes piece)
{
    for (size_t i = 0; i + piece.size_bytes <= text.size_bytes; i++) {
        if (memcmp(text.data + i, piece.data, piece.size_bytes) == 0) {
            return true;
        }
    }
    return false;
}

static void sheet__says_what_it_is_and_reads_back(void **state)
{
    (void)state;
    static const char *const titles[KIND_COUNT] = { "of 3 of an agency's root key\n",
                                                    "of 3 of an agency's recovery key\n" };
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        fk_identity key;
        fk_key_share shares[FK_KEY_SHARE_COUNT];
        make(KINDS[kind], &key, shares);
        for (size_t i = 0; i < FK_KEY_SHARE_COUNT; i++) {
            fk_buffer sheet = sheet_of(&shares[i], "Fictional Refuge Network");
            assert_true(contains(fk_buffer_view(&sheet), fk_bytes_text(titles[kind])));
            assert_true(contains(fk_buffer_view(&sheet), fk_bytes_text("Agency: Fictional Refuge Network\n")));
            assert_true(contains(fk_buffer_view(&sheet), fk_bytes_text("Made on: 2026-11-22\n")));
            fk_key_share read;
            assert_code(fk_key_share_parse(fk_buffer_view(&sheet), KINDS[kind], &read), FK_OK);
            assert_memory_equal(&read, &shares[i], sizeof read);
            assert_code(fk_key_share_parse(fk_buffer_view(&sheet), KINDS[1 - kind], &read), FK_ERR_INVALID_INPUT);
            assert_int_equal(read.holder, 0);
            fk_buffer_free(&sheet);
        }
    }
}

/* Whatever single character of a sheet is changed: the same share, or a refusal; never another share. */
static void sheet__with_one_character_changed_is_the_same_or_refused(void **state)
{
    (void)state;
    fk_identity root;
    fk_key_share shares[FK_KEY_SHARE_COUNT];
    make(FK_SHARE_ROOT, &root, shares);
    fk_buffer sheet = sheet_of(&shares[1], "");
    size_t refused = 0;
    for (size_t i = 0; i < sheet.size_bytes; i++) {
        uint8_t was = sheet.data[i];
        sheet.data[i] = was == '7' ? 'W' : '7';
        fk_key_share read;
        fk_status status = fk_key_share_parse(fk_buffer_view(&sheet), shares[0].kind, &read);
        if (!fk_is_ok(status)) {
            refused++;
            assert_int_equal(read.holder, 0);
        } else if (memcmp(&read.id, &shares[1].id, sizeof read.id) == 0) {
            assert_memory_equal(&read, &shares[1], sizeof read);
        } else { /* the rest of the agency's number: noticed when it is joined */
            fk_identity restored;
            assert_code(fk_key_shares_join(&read, &shares[0], &restored, NULL), FK_ERR_INVALID_INPUT);
        }
        sheet.data[i] = was;
    }
    assert_true(refused >= 120);
    for (size_t size_bytes = 0; size_bytes < sheet.size_bytes; size_bytes++) {
        fk_key_share read;
        fk_status status = fk_key_share_parse(fk_bytes_of(sheet.data, size_bytes), FK_SHARE_ROOT, &read);
        if (fk_is_ok(status)) {
            assert_memory_equal(&read, &shares[1], sizeof read);
        }
    }
    fk_buffer_free(&sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares__any_two_restore_the_key),
        cmocka_unit_test(shares__of_two_keys_are_refused_by_name),
        cmocka_unit_test(shares__one_alone_fits_every_key),
        cmocka_unit_test(shares__the_three_pads_are_independent),
        cmocka_unit_test(shares__changed_or_of_another_agency_are_refused),
        cmocka_unit_test(sheet__says_what_it_is_and_reads_back),
        cmocka_unit_test(sheet__with_one_character_changed_is_the_same_or_refused),
    };
    return cmocka_run_group_tests(tests, start_with_seed, NULL);
}
