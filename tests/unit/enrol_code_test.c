/* The typed code, base32 with check signs, what follows from a token, and the 8 words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/enrol_code.h"
#include "roster_fixture.h"

/* Computed from docs/adr/0010 by a separate program with none of this code. */
static const char GOLDEN[] = "26GA-38N3-MJJT-D9X8-N6NA-QB5D-NTQG-20G3-0G2G-C1R8-1450-60G1-Y3RZ-5WZM-V9F0";
static const char GOLDEN_FOUNDING[] = "2AGA-38N3-MJJT-D9X8-N6NA-QB5D-NTQG-20G3-0G2G-C1R8-1450-60G1-Y3RZ-5WZM-GFSH";
static const char GOLDEN_VERSION_2[] = "46GA-38N3-MJJT-D9X8-N6NA-QB5D-NTQG-20G3-0G2G-C1R8-1450-60G1-Y3RZ-5WZM-CXYP";
static const char GOLDEN_KIND_3[] = "2EGA-38N3-MJJT-D9X8-N6NA-QB5D-NTQG-20G3-0G2G-C1R8-1450-60G1-Y3RZ-5WZM-9AWR";
static const char GOLDEN_VERSION_0[] = "06GA-38N3-MJJT-D9X8-N6NA-QB5D-NTQG-20G3-0G2G-C1R8-1450-60G1-Y3RZ-5WZM-6CHX";

static const fk_enrol_code SAMPLE = {
    .kind = FK_ENROL_JOINING,
    .agency = { { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf } },
    .token = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
    .roster_index = 0x010203,
    .roster_hash_prefix = { 0xf0, 0xf1, 0xf2, 0xf3, 0xf4 },
};

static seeded_random generator = { 5 };

static int start_with_seed(void **state)
{
    (void)state;
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

static fk_status read_text(const char *text, fk_enrol_code *code_out)
{
    return fk_enrol_code_read(fk_bytes_text(text), code_out);
}

static bool is_sample(const fk_enrol_code *code)
{
    return code->kind == SAMPLE.kind && fk_id_equal(&code->agency, &SAMPLE.agency) &&
           memcmp(code->token, SAMPLE.token, sizeof code->token) == 0 && code->roster_index == SAMPLE.roster_index &&
           memcmp(code->roster_hash_prefix, SAMPLE.roster_hash_prefix, sizeof code->roster_hash_prefix) == 0;
}

static void assert_wrong(const char *text, fk_code wanted)
{
    static const fk_enrol_code none;
    fk_enrol_code code;
    memset(&code, 0xff, sizeof code);
    assert_code(read_text(text, &code), wanted);
    assert_int_equal(code.kind, none.kind);
    assert_memory_equal(code.token, none.token, sizeof none.token);
    assert_memory_equal(&code.agency, &none.agency, sizeof none.agency);
}

static void code__has_the_text_it_ever_had(void **state)
{
    (void)state;
    char text[FK_ENROL_CODE_TEXT_SIZE + 1];
    fk_enrol_code_write(&SAMPLE, text);
    assert_string_equal(text, GOLDEN);
    fk_enrol_code founding = SAMPLE;
    founding.kind = FK_ENROL_FOUNDING;
    fk_enrol_code_write(&founding, text);
    assert_string_equal(text, GOLDEN_FOUNDING);
    fk_enrol_code read;
    assert_code(read_text(GOLDEN_FOUNDING, &read), FK_OK);
    assert_int_equal(read.kind, FK_ENROL_FOUNDING);
}

static void code__is_read_as_people_type_it(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "26GA-38N3-MJJT-D9X8-N6NA-QB5D-NTQG-20G3-0G2G-C1R8-1450-60G1-Y3RZ-5WZM-V9F0",
        "26GA38N3MJJTD9X8N6NAQB5DNTQG20G30G2GC1R8145060G1Y3RZ5WZMV9F0",
        " 26ga 38n3 mjjt d9x8 n6na qb5d ntqg 20g3\r\n0g2g c1r8 1450 60g1 y3rz 5wzm v9f0\n",
        "26GA-38N3-MJJT-D9X8-N6NA-QB5D-NTQG-2OG3-oG2G-ClR8-i45O-6OGL-Y3RZ-5WZM-V9FO",
        "--26GA3 8N3MJJT\tD9X8N6NAQB5DNTQG20G30G2GC1R8I45060G1Y3RZ5WZMV9F0--",
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        fk_enrol_code code;
        assert_code(read_text(ways[i], &code), FK_OK);
        assert_true(is_sample(&code));
    }
}

/* For each place every character there is: what is read is the code, or is refused. */
static void code__catches_every_single_change(void **state)
{
    (void)state;
    size_t harmless = 0;
    size_t caught = 0;
    for (size_t i = 0; i < sizeof GOLDEN - 1; i++) {
        for (unsigned character = 0; character < 256; character++) {
            char text[sizeof GOLDEN];
            memcpy(text, GOLDEN, sizeof text);
            text[i] = (char)character;
            fk_enrol_code code;
            fk_status status = fk_enrol_code_read(fk_bytes_of(text, sizeof text - 1), &code);
            if (fk_is_ok(status)) {
                assert_true(is_sample(&code));
                harmless++;
            } else {
                assert_code(status, FK_ERR_CODE_WRONG);
                caught++;
            }
        }
    }
    assert_true(harmless >= sizeof GOLDEN - 1);
    assert_true(caught > 15000);
}

static void code__catches_what_is_left_out_doubled_or_swapped(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof GOLDEN - 1; i++) {
        if (GOLDEN[i] == '-') {
            continue;
        }
        char text[sizeof GOLDEN + 1];
        memcpy(text, GOLDEN, i);
        memcpy(text + i, GOLDEN + i + 1, sizeof GOLDEN - i - 1);
        assert_wrong(text, FK_ERR_CODE_WRONG);
        memcpy(text, GOLDEN, i + 1);
        memcpy(text + i + 1, GOLDEN + i, sizeof GOLDEN - i);
        assert_wrong(text, FK_ERR_CODE_WRONG);
        if (GOLDEN[i + 1] != '-' && GOLDEN[i + 1] != '\0' && GOLDEN[i + 1] != GOLDEN[i]) {
            memcpy(text, GOLDEN, sizeof GOLDEN);
            text[i] = GOLDEN[i + 1];
            text[i + 1] = GOLDEN[i];
            assert_wrong(text, FK_ERR_CODE_WRONG);
        }
    }
}

static void code__refuses_what_is_no_code(void **state)
{
    (void)state;
    char many[4096];
    memset(many, '0', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    assert_wrong("", FK_ERR_CODE_WRONG);
    assert_wrong("----", FK_ERR_CODE_WRONG);
    assert_wrong(many, FK_ERR_CODE_WRONG);
    assert_wrong("26GA-38N3-MJJT-D9X8-N6NA-QB5D-NTQG-20G3-0G2G-C1R8-1450-60G1-Y3RZ-5WZM-V9FU", FK_ERR_CODE_WRONG);
    assert_wrong("http://localhost:8080/", FK_ERR_CODE_WRONG);
    fk_enrol_code code;
    uint8_t with_nul[sizeof GOLDEN];
    memcpy(with_nul, GOLDEN, sizeof with_nul);
    assert_code(fk_enrol_code_read(fk_bytes_of(with_nul, sizeof with_nul), &code), FK_ERR_CODE_WRONG);
    assert_wrong(GOLDEN_VERSION_0, FK_ERR_CODE_WRONG);
}

static void code__of_a_later_version_is_named_as_such(void **state)
{
    (void)state;
    assert_wrong(GOLDEN_VERSION_2, FK_ERR_NEWER_VERSION);
    assert_wrong(GOLDEN_KIND_3, FK_ERR_NEWER_VERSION);
}

/* Random codes there and back, each with random single changes. */
static void code__comes_back_as_it_was(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) {
        fk_enrol_code code = { .kind = i % 2 == 0 ? FK_ENROL_JOINING : FK_ENROL_FOUNDING };
        fk_random random = seeded_random_port(&generator);
        random.fill(random.ctx, code.agency.bytes, sizeof code.agency.bytes);
        random.fill(random.ctx, code.token, sizeof code.token);
        random.fill(random.ctx, code.roster_hash_prefix, sizeof code.roster_hash_prefix);
        code.roster_index = (uint32_t)seeded_random_below(&generator, FK_ENROL_INDEX_MAX + 1);
        char text[FK_ENROL_CODE_TEXT_SIZE + 1];
        fk_enrol_code_write(&code, text);
        assert_int_equal(strlen(text), FK_ENROL_CODE_TEXT_SIZE);
        fk_enrol_code read;
        assert_code(read_text(text, &read), FK_OK);
        assert_int_equal(read.roster_index, code.roster_index);
        assert_memory_equal(read.token, code.token, sizeof code.token);
        assert_memory_equal(read.roster_hash_prefix, code.roster_hash_prefix, sizeof code.roster_hash_prefix);
        assert_true(fk_id_equal(&read.agency, &code.agency));
        fk_enrol_code_wipe(&read);
        assert_int_equal(read.token[0] | read.token[9], 0);
    }
}

static void base32__comes_back_at_every_size(void **state)
{
    (void)state;
    uint8_t bytes[FK_BASE32_SIZE_BYTES_MAX];
    uint8_t read[FK_BASE32_SIZE_BYTES_MAX];
    char text[FK_BASE32_TEXT_SIZE_MAX];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37 + 11);
    }
    for (size_t size_bytes = 5; size_bytes <= sizeof bytes; size_bytes += 5) {
        fk_base32_write(fk_bytes_of(bytes, size_bytes), text);
        assert_int_equal(strlen(text), FK_BASE32_TEXT_SIZE(size_bytes));
        assert_code(fk_base32_read(fk_bytes_text(text), size_bytes, read), FK_OK);
        assert_memory_equal(read, bytes, size_bytes);
        if (size_bytes > 5) {
            assert_code(fk_base32_read(fk_bytes_text(text), size_bytes - 5, read), FK_ERR_CODE_WRONG);
        }
    }
}

/* --- what follows from a token -------------------------------------------------------------------- */

static void assert_hex(const uint8_t *bytes, size_t size_bytes, const char *hex)
{
    static const char digits[] = "0123456789abcdef";
    char text[65];
    for (size_t i = 0; i < size_bytes; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size_bytes] = '\0';
    assert_string_equal(text, hex);
}

static void token__gives_what_it_ever_gave(void **state)
{
    (void)state;
    fk_id id = fk_enrol_token_id(&SAMPLE.agency, SAMPLE.token);
    assert_hex(id.bytes, sizeof id.bytes, "b204456322cfd0d3434dc9b1a5357ecc");
    fk_key key;
    fk_enrol_mac_key(&SAMPLE.agency, SAMPLE.token, &key);
    assert_hex(key.bytes, sizeof key.bytes, "ad8d87ee760b5f410c50ec09c9a405efceef50e1686ccf906b5ab661dc7feb75");
    fk_identity founding;
    fk_enrol_founding_identity(&SAMPLE.agency, SAMPLE.token, &founding);
    assert_hex(founding.signing_seed.bytes, FK_KEY_SIZE_BYTES,
               "2f1865f216f14006b7a66acf8bcec387a2d6443ce78f41dcac54aa09b4ff588e");
    assert_hex(founding.signing_public, FK_PUBLIC_KEY_SIZE_BYTES,
               "2e6b4ae32a58feca83d4a08c14cb51e81fd776c7ea897f95955779a899d647bc");
}

static void words__are_those_both_devices_compute(void **state)
{
    (void)state;
    static const uint32_t wanted[FK_ENROL_WORD_COUNT] = { 4286, 4834, 859, 6631, 5465, 3951, 5907, 5837 };
    fk_id token_id = fk_enrol_token_id(&SAMPLE.agency, SAMPLE.token);
    fk_id device;
    uint8_t signing_key[FK_PUBLIC_KEY_SIZE_BYTES];
    uint8_t box_key[FK_PUBLIC_KEY_SIZE_BYTES];
    memset(device.bytes, 0xd0, sizeof device.bytes);
    memset(signing_key, 0x51, sizeof signing_key);
    memset(box_key, 0xb0, sizeof box_key);
    uint32_t words[FK_ENROL_WORD_COUNT];
    fk_enrol_words(&SAMPLE.agency, &token_id, &device, signing_key, box_key, words);
    assert_memory_equal(words, wanted, sizeof wanted);
    uint8_t *parts[] = { token_id.bytes, device.bytes, signing_key, box_key };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        parts[i][0] ^= 1;
        fk_enrol_words(&SAMPLE.agency, &token_id, &device, signing_key, box_key, words);
        assert_memory_not_equal(words, wanted, sizeof wanted);
        parts[i][0] ^= 1;
    }
}

/* --- code and roster -------------------------------------------------------------------------------- */

static void code__fits_the_roster_it_was_made_for(void **state)
{
    (void)state;
    roster_fixture fixture;
    roster_fixture_begin(&fixture, 3, &fk_allocator_libc);
    assert_code(roster_fixture_found(&fixture), FK_OK);
    fk_enrol_code code;
    fk_enrol_code_make(FK_ENROL_JOINING, fixture.roster, SAMPLE.token, &code);
    assert_int_equal(code.roster_index, ROSTER_FOUNDED_COUNT - 1);
    assert_memory_equal(code.token, SAMPLE.token, sizeof code.token);
    assert_true(fk_enrol_code_fits(&code, fixture.roster));
    fk_roster_payload person = roster_person(&fixture.worker_person);
    assert_code(roster_fixture_add(&fixture, &fixture.founder, &person), FK_OK);
    assert_true(fk_enrol_code_fits(&code, fixture.roster));
    fk_enrol_code wrong[4] = { code, code, code, code };
    wrong[0].agency.bytes[0] ^= 1;
    wrong[1].roster_index++;
    wrong[2].roster_hash_prefix[4] ^= 1;
    wrong[3].roster_index = fk_roster_count(fixture.roster);
    for (size_t i = 0; i < 4; i++) {
        assert_false(fk_enrol_code_fits(&wrong[i], fixture.roster));
    }
    roster_fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code__has_the_text_it_ever_had),
        cmocka_unit_test(code__is_read_as_people_type_it),
        cmocka_unit_test(code__catches_every_single_change),
        cmocka_unit_test(code__catches_what_is_left_out_doubled_or_swapped),
        cmocka_unit_test(code__refuses_what_is_no_code),
        cmocka_unit_test(code__of_a_later_version_is_named_as_such),
        cmocka_unit_test(code__comes_back_as_it_was),
        cmocka_unit_test(base32__comes_back_at_every_size),
        cmocka_unit_test(token__gives_what_it_ever_gave),
        cmocka_unit_test(words__are_those_both_devices_compute),
        cmocka_unit_test(code__fits_the_roster_it_was_made_for),
    };
    return cmocka_run_group_tests(tests, start_with_seed, NULL);
}
