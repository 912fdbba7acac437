/* The root key on three sheets: any two restore it, one alone says nothing, a changed one is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/roster.h"
#include "root_shares.h"
#include "seeded_random.h"

static seeded_random generator = { 21 };

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

/* A new root key and its shares. */
static void make(fk_identity *root, fk_root_share shares[FK_ROOT_SHARE_COUNT])
{
    fk_key seed;
    fk_key_random(&seed);
    fk_identity_from_signing_seed(&seed, root);
    fk_id agency = fk_agency_id(root->signing_public);
    fk_root_shares_split(&seed, &agency, shares);
}

static void shares__any_two_restore_the_key(void **state)
{
    (void)state;
    fk_identity root;
    fk_root_share shares[FK_ROOT_SHARE_COUNT];
    make(&root, shares);
    for (size_t i = 0; i < FK_ROOT_SHARE_COUNT; i++) {
        for (size_t j = 0; j < FK_ROOT_SHARE_COUNT; j++) {
            fk_identity restored;
            fk_status status = fk_root_shares_join(&shares[i], &shares[j], &restored);
            if (i == j) {
                assert_code(status, FK_ERR_INVALID_INPUT);
                continue;
            }
            assert_code(status, FK_OK);
            assert_memory_equal(&restored.signing_seed, &root.signing_seed, sizeof root.signing_seed);
            assert_memory_equal(restored.signing_public, root.signing_public, sizeof root.signing_public);
        }
    }
}

/* A random source that gives what it is told, 32 bytes a time: the pads of a split. */
typedef struct scripted {
    fk_key pads[FK_ROOT_SHARE_COUNT];
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
    assert_true(script->next < FK_ROOT_SHARE_COUNT);
    memcpy(target, script->pads[script->next++].bytes, size_bytes);
}

static void split_scripted(scripted *script, const fk_key *seed, const fk_id *agency,
                           fk_root_share shares[FK_ROOT_SHARE_COUNT])
{
    script->next = 0;
    script->is_scripted = true;
    fk_root_shares_split(seed, agency, shares);
    script->is_scripted = false;
    assert_int_equal(script->next, FK_ROOT_SHARE_COUNT);
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
    fk_key pads[FK_ROOT_SHARE_COUNT];
    for (size_t i = 0; i < sizeof seeds; i++) {
        ((uint8_t *)seeds)[i] = (uint8_t)seeded_random_next(&generator);
    }
    for (size_t i = 0; i < sizeof pads; i++) {
        ((uint8_t *)pads)[i] = (uint8_t)seeded_random_next(&generator);
    }
    static const size_t first_of_pad[FK_ROOT_SHARE_COUNT] = { 0, 0, 1 };
    static const size_t second_of_pad[FK_ROOT_SHARE_COUNT] = { 1, 2, 2 };
    fk_id agency = { { 1 } };
    for (size_t holder = 0; holder < FK_ROOT_SHARE_COUNT; holder++) {
        fk_root_share one[FK_ROOT_SHARE_COUNT];
        fk_root_share other[FK_ROOT_SHARE_COUNT];
        memcpy(script.pads, pads, sizeof pads);
        split_scripted(&script, &seeds[0], &agency, one);
        for (size_t pad = 0; pad < FK_ROOT_SHARE_COUNT; pad++) {
            for (size_t i = 0; second_of_pad[pad] == holder && i < FK_KEY_SIZE_BYTES; i++) {
                script.pads[pad].bytes[i] ^= seeds[0].bytes[i] ^ seeds[1].bytes[i];
            }
        }
        split_scripted(&script, &seeds[1], &agency, other);
        assert_memory_equal(&one[holder], &other[holder], sizeof one[holder]);
        for (size_t pad = 0; pad < FK_ROOT_SHARE_COUNT; pad++) { /* and the others' differ, or they would be no use */
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
    fk_root_share shares[FK_ROOT_SHARE_COUNT];
    make(&root, shares);
    for (size_t i = 0; i < FK_ROOT_SHARE_COUNT; i++) {
        for (size_t j = i + 1; j < FK_ROOT_SHARE_COUNT; j++) {
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
    fk_root_share shares[FK_ROOT_SHARE_COUNT];
    fk_root_share others[FK_ROOT_SHARE_COUNT];
    make(&root, shares);
    make(&root, others);
    assert_code(fk_root_shares_join(&shares[0], &others[1], &restored), FK_ERR_INVALID_INPUT);
    others[1].agency = shares[0].agency;
    assert_code(fk_root_shares_join(&shares[0], &others[1], &restored), FK_ERR_AUTH);
    assert_memory_equal(&restored, &none, sizeof none);
    shares[2].halves[1].bytes[31] ^= 0x80;
    assert_code(fk_root_shares_join(&shares[1], &shares[2], &restored), FK_ERR_AUTH);
    assert_code(fk_root_shares_join(&shares[0], &shares[2], &restored), FK_OK);
}

/* --- sheets ------------------------------------------------------------------------------------------ */

static fk_buffer sheet_of(const fk_root_share *share, const char *name)
{
    fk_buffer sheet;
    fk_buffer_init(&sheet, &fk_allocator_libc, FK_ROOT_SHARE_TEXT_SIZE_BYTES_MAX);
    assert_code(fk_root_share_print(share, fk_bytes_text(name), 20779, &sheet), FK_OK);
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
    fk_identity root;
    fk_root_share shares[FK_ROOT_SHARE_COUNT];
    make(&root, shares);
    for (size_t i = 0; i < FK_ROOT_SHARE_COUNT; i++) {
        fk_buffer sheet = sheet_of(&shares[i], "Fictional Refuge Network");
        assert_true(contains(fk_buffer_view(&sheet), fk_bytes_text("Agency: Fictional Refuge Network\n")));
        assert_true(contains(fk_buffer_view(&sheet), fk_bytes_text("Made on: 2026-11-22\n")));
        fk_root_share read;
        assert_code(fk_root_share_parse(fk_buffer_view(&sheet), &read), FK_OK);
        assert_memory_equal(&read, &shares[i], sizeof read);
        fk_buffer_free(&sheet);
    }
}

/* Whatever single character of a sheet is changed: the same share, or a refusal; never another share. */
static void sheet__with_one_character_changed_is_the_same_or_refused(void **state)
{
    (void)state;
    fk_identity root;
    fk_root_share shares[FK_ROOT_SHARE_COUNT];
    make(&root, shares);
    fk_buffer sheet = sheet_of(&shares[1], "");
    size_t refused = 0;
    for (size_t i = 0; i < sheet.size_bytes; i++) {
        uint8_t was = sheet.data[i];
        sheet.data[i] = was == '7' ? 'W' : '7';
        fk_root_share read;
        fk_status status = fk_root_share_parse(fk_buffer_view(&sheet), &read);
        if (!fk_is_ok(status)) {
            refused++;
            assert_int_equal(read.holder, 0);
        } else if (memcmp(&read.agency, &shares[1].agency, sizeof read.agency) == 0) {
            assert_memory_equal(&read, &shares[1], sizeof read);
        } else { /* the rest of the agency's number: noticed when it is joined */
            fk_identity restored;
            assert_code(fk_root_shares_join(&read, &shares[0], &restored), FK_ERR_INVALID_INPUT);
        }
        sheet.data[i] = was;
    }
    assert_true(refused >= 120);
    for (size_t size_bytes = 0; size_bytes < sheet.size_bytes; size_bytes++) {
        fk_root_share read;
        fk_status status = fk_root_share_parse(fk_bytes_of(sheet.data, size_bytes), &read);
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
        cmocka_unit_test(shares__one_alone_fits_every_key),
        cmocka_unit_test(shares__the_three_pads_are_independent),
        cmocka_unit_test(shares__changed_or_of_another_agency_are_refused),
        cmocka_unit_test(sheet__says_what_it_is_and_reads_back),
        cmocka_unit_test(sheet__with_one_character_changed_is_the_same_or_refused),
    };
    return cmocka_run_group_tests(tests, start_with_seed, NULL);
}
