/* The formats of log and superblock: golden bytes, every changed byte refused, sizes in bounds; and
 * the page map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "seeded_random.h"
#include "vfs_page_map.h"
#include "vfs_page_tags.h"
#include "vfs_record.h"
#include "vfs_root.h"

static seeded_random generator = { 31 };
static const fk_id STORE = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } };
static fk_key key;

static void assert_code(fk_status status, fk_code code)
{
    assert_string_equal(fk_code_name(status.code), fk_code_name((uint8_t)code));
}

static int start(void **state)
{
    (void)state;
    memset(key.bytes, 0x42, sizeof key.bytes);
    fk_random random = seeded_random_port(&generator);
    return fk_is_ok(fk_crypto_start(&random)) ? 0 : -1;
}

static vfs_root sample_root(uint32_t version, uint64_t counter)
{
    vfs_root root = { .version = version, .store_id = STORE, .counter = counter, .sequence = 7, .page_count = 9 };
    memset(root.mac, 0xaa, sizeof root.mac);
    memset(root.generation.bytes, 0xbb, sizeof root.generation.bytes);
    memset(root.page_key_check, version == VFS_FORMAT_WHOLE_PAGES ? 0 : 0xcc, sizeof root.page_key_check);
    return root;
}

enum { RECORD_SIZE_BYTES_MAX = VFS_RECORD_HEADER_SIZE_BYTES + VFS_PAGE_SIZE_BYTES_MAX + 4 };

/* A record of one page, all of whose bytes are 0x11, page number 3. */
static vfs_record_header sample_record(uint32_t version, uint8_t *record)
{
    size_t page_size_bytes = vfs_format_page_size_bytes(version);
    vfs_record_header header = {
        .version = version, .store_id = STORE, .sequence = 8, .page_count = 9, .record_page_count = 1
    };
    memset(header.generation.bytes, 0xbb, sizeof header.generation.bytes);
    memset(header.previous_mac, 0xaa, sizeof header.previous_mac);
    memset(record + VFS_RECORD_HEADER_SIZE_BYTES, 0x11, page_size_bytes);
    fk_put_u32(record + VFS_RECORD_HEADER_SIZE_BYTES + page_size_bytes, 3);
    vfs_record_finish(&header, &key, record);
    return header;
}

/* --- golden ----------------------------------------------------------------------------------------- */

static void assert_digests(uint32_t version, const uint8_t golden[3][FK_HASH_SIZE_BYTES])
{
    uint8_t digest[FK_HASH_SIZE_BYTES];
    uint8_t bytes[VFS_ROOT_SIZE_BYTES];
    vfs_root root = sample_root(version, 2);
    vfs_root_encode(VFS_ROOT_SUPERBLOCK, &root, fk_bytes_of(NULL, 0), &key, bytes);
    fk_hash_of(fk_bytes_of(bytes, sizeof bytes), digest);
    assert_memory_equal(digest, golden[0], sizeof digest);
    root = sample_root(version, 3);
    vfs_root_encode(VFS_ROOT_LOG, &root, fk_bytes_of(NULL, 0), &key, bytes);
    fk_hash_of(fk_bytes_of(bytes, sizeof bytes), digest);
    assert_memory_equal(digest, golden[1], sizeof digest);
    static uint8_t record[RECORD_SIZE_BYTES_MAX];
    (void)sample_record(version, record);
    fk_hash_of(fk_bytes_of(record, vfs_record_size_bytes(version, 1)), digest);
    assert_memory_equal(digest, golden[2], sizeof digest);
}

/* Digests of the bytes, computed from the formats' descriptions by a separate program with none of
 * this code. A change of a format locks people out; it needs a new version and an ADR. */
static void formats__have_the_bytes_they_ever_had(void **state)
{
    (void)state;
    static const uint8_t golden[VFS_FORMAT_NEWEST][3][FK_HASH_SIZE_BYTES] = {
        {
            { 0x06, 0x7a, 0xc4, 0xa5, 0x84, 0x8b, 0xc0, 0xe4, 0x62, 0x30, 0xf6, 0x81, 0xd4, 0x83, 0xf3, 0x6a,
              0x06, 0x08, 0xf0, 0xcc, 0x1a, 0x44, 0x81, 0xbb, 0xf3, 0x10, 0xde, 0xa3, 0xa7, 0x74, 0x25, 0x0c },
            { 0x49, 0x95, 0x89, 0x5e, 0x59, 0x26, 0xb9, 0xa1, 0xd8, 0x21, 0x86, 0x68, 0xa0, 0xe3, 0xf1, 0xdb,
              0x44, 0x76, 0x21, 0xbc, 0xf5, 0x09, 0xd7, 0xed, 0x1a, 0x29, 0x83, 0xdd, 0x17, 0x79, 0xb7, 0x76 },
            { 0xe8, 0xe3, 0x68, 0x14, 0x81, 0xd3, 0x56, 0x09, 0x6e, 0x7d, 0xa5, 0x32, 0x7c, 0x41, 0xab, 0x93,
              0x1d, 0x8a, 0xbf, 0xb8, 0xe3, 0xce, 0x84, 0xab, 0x55, 0x09, 0x1e, 0xa2, 0x1e, 0xcf, 0x16, 0x0d },
        },
        {
            { 0x7a, 0x65, 0xe4, 0x6d, 0x03, 0x2d, 0x37, 0x6b, 0x62, 0x4d, 0xb6, 0x95, 0x3f, 0x27, 0xce, 0x4e,
              0x7e, 0xf3, 0xb6, 0x13, 0xdb, 0x02, 0x7f, 0x68, 0x02, 0x21, 0x2b, 0xa4, 0x23, 0xe3, 0x1c, 0xd1 },
            { 0x17, 0xa5, 0xf2, 0x16, 0x59, 0x3e, 0x14, 0x0e, 0x7c, 0x5a, 0x9b, 0x03, 0x9d, 0x83, 0x1d, 0xb1,
              0xec, 0x0e, 0x42, 0xca, 0x71, 0xdb, 0x0e, 0x24, 0x38, 0x07, 0xdc, 0x34, 0x16, 0x5f, 0x09, 0x4f },
            { 0x75, 0x2f, 0x0d, 0x88, 0x05, 0x31, 0x23, 0x8f, 0xcf, 0x0d, 0x28, 0xb2, 0xd0, 0xe7, 0x2f, 0x45,
              0x13, 0x63, 0xa4, 0x86, 0x88, 0x1e, 0x71, 0x03, 0x4e, 0xb2, 0x3a, 0x11, 0x64, 0xa2, 0xbd, 0x1f },
        },
    };
    for (uint32_t version = VFS_FORMAT_WHOLE_PAGES; version <= VFS_FORMAT_NEWEST; version++) {
        assert_digests(version, golden[version - 1]);
    }
}

/* --- roots ------------------------------------------------------------------------------------------- */

static void root_parse__reads_what_was_written(void **state)
{
    (void)state;
    for (int kind = VFS_ROOT_SUPERBLOCK; kind <= VFS_ROOT_LOG; kind++) {
        uint8_t bytes[VFS_ROOT_SIZE_BYTES + 7] = { 0 };
        vfs_root written = sample_root(VFS_FORMAT_NEWEST, 11);
        vfs_root read;
        vfs_root_encode((vfs_root_kind)kind, &written, fk_bytes_of(NULL, 0), &key, bytes);
        assert_code(vfs_root_parse((vfs_root_kind)kind, fk_bytes_of(bytes, sizeof bytes), &STORE, &key, &read), FK_OK);
        assert_memory_equal(&read, &written, sizeof read);
        /* A superblock is no log header. */
        vfs_root_kind other = kind == VFS_ROOT_LOG ? VFS_ROOT_SUPERBLOCK : VFS_ROOT_LOG;
        assert_code(vfs_root_parse(other, fk_bytes_of(bytes, sizeof bytes), &STORE, &key, &read), FK_ERR_DAMAGED);
    }
}

static void root_parse__refuses_every_flipped_bit_and_short_file(void **state)
{
    (void)state;
    static const vfs_root nothing;
    uint8_t bytes[VFS_ROOT_SIZE_BYTES];
    vfs_root root = sample_root(VFS_FORMAT_NEWEST, 2);
    vfs_root_encode(VFS_ROOT_SUPERBLOCK, &root, fk_bytes_of(NULL, 0), &key, bytes);
    for (size_t bit = 0; bit < sizeof bytes * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        bool is_name = bit / 8 < 8 || (bit / 8 >= 16 && bit / 8 < 32); /* magic, store id */
        assert_code(vfs_root_parse(VFS_ROOT_SUPERBLOCK, fk_bytes_of(bytes, sizeof bytes), &STORE, &key, &root),
                    is_name ? FK_ERR_DAMAGED : FK_ERR_AUTH);
        assert_memory_equal(&root, &nothing, sizeof root);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t size = 0; size < sizeof bytes; size++) {
        assert_code(vfs_root_parse(VFS_ROOT_SUPERBLOCK, fk_bytes_of(bytes, size), &STORE, &key, &root), FK_ERR_DAMAGED);
    }
}

/* Fields set by somebody with the key: still in bounds or refused. */
static void root_parse__keeps_its_bounds_under_a_good_mac(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint32_t value;
        fk_code code;
    } cases[] = {
        { 8, 1, FK_OK },
        { 8, 0, FK_ERR_NEWER_VERSION },
        { 8, 3, FK_ERR_NEWER_VERSION },
        { 12, 1, FK_ERR_DAMAGED },
        { 12, 2, FK_ERR_DAMAGED },
        { 84, 1, FK_ERR_DAMAGED },
        { 88, 1, FK_ERR_DAMAGED },
        { 88, UINT32_MAX, FK_ERR_DAMAGED },
        { 92, UINT32_MAX, FK_ERR_DAMAGED },
        { 112, 0, FK_ERR_DAMAGED },
        { 40, 8, FK_OK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[VFS_ROOT_SIZE_BYTES];
        vfs_root root = sample_root(VFS_FORMAT_NEWEST, 2);
        vfs_root_encode(VFS_ROOT_SUPERBLOCK, &root, fk_bytes_of(NULL, 0), &key, bytes);
        fk_put_u32(bytes + cases[i].offset, cases[i].value);
        fk_hash mac;
        fk_mac_init(&mac, fk_bytes_of(key.bytes, FK_KEY_SIZE_BYTES));
        fk_hash_update(&mac, fk_bytes_text("fk/super/v1"));
        fk_hash_update(&mac, fk_bytes_of(bytes, 224));
        fk_hash_final(&mac, bytes + 224);
        assert_code(vfs_root_parse(VFS_ROOT_SUPERBLOCK, fk_bytes_of(bytes, sizeof bytes), &STORE, &key, &root),
                    cases[i].code);
    }
}

/* --- records ------------------------------------------------------------------------------------------ */

static void assert_header_is_read(uint32_t version)
{
    static uint8_t record[RECORD_SIZE_BYTES_MAX];
    vfs_record_header read;
    vfs_record_header written = sample_record(version, record);
    assert_code(vfs_record_parse_header(record, version, &read), FK_OK);
    assert_int_equal(read.version, version);
    assert_int_equal(read.sequence, written.sequence);
    assert_int_equal(read.page_count, written.page_count);
    assert_int_equal(read.record_page_count, 1);
    assert_memory_equal(read.mac, written.mac, sizeof read.mac);
    assert_memory_equal(read.previous_mac, written.previous_mac, sizeof read.previous_mac);
    assert_true(fk_id_equal(&read.generation, &written.generation));
    assert_true(fk_id_equal(&read.store_id, &STORE));
    assert_true(vfs_record_starts(record, &written.generation));
    assert_false(vfs_record_starts(record, &STORE));
    /* A store has records of its own version. */
    uint32_t other = version == VFS_FORMAT_NEWEST ? VFS_FORMAT_WHOLE_PAGES : VFS_FORMAT_NEWEST;
    assert_code(vfs_record_parse_header(record, other, &read), FK_ERR_DAMAGED);
}

static void assert_header_is_bounded(uint32_t version)
{
    static uint8_t record[RECORD_SIZE_BYTES_MAX];
    const uint32_t counts[] = { 0, vfs_format_transaction_page_count_max(version) + 1, UINT32_MAX };
    vfs_record_header header;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        (void)sample_record(version, record);
        fk_put_u32(record + 96, counts[i]);
        fk_put_u64(record + 24, vfs_record_size_bytes(version, counts[i]));
        assert_code(vfs_record_parse_header(record, version, &header), FK_ERR_DAMAGED);
    }
    (void)sample_record(version, record);
    fk_put_u64(record + 88, VFS_PAGE_TAGS_PAGE_COUNT_MAX);
    assert_code(vfs_record_parse_header(record, version, &header), FK_OK);
    fk_put_u64(record + 88, VFS_PAGE_TAGS_PAGE_COUNT_MAX + 1); /* no checkpoint could write its table */
    assert_code(vfs_record_parse_header(record, version, &header), FK_ERR_DAMAGED);
    static const size_t fields[] = { 0, 24, 92, 96, 100 }; /* magic, sizes, version: one is enough */
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        (void)sample_record(version, record);
        record[fields[i]] ^= 4;
        assert_code(vfs_record_parse_header(record, version, &header), FK_ERR_DAMAGED);
    }
}

static void record_parse_header__reads_what_was_written(void **state)
{
    (void)state;
    assert_header_is_read(VFS_FORMAT_WHOLE_PAGES);
    assert_header_is_read(VFS_FORMAT_PAGE_TAGS);
}

static void record_parse_header__refuses_sizes_out_of_bounds(void **state)
{
    (void)state;
    assert_header_is_bounded(VFS_FORMAT_WHOLE_PAGES);
    assert_header_is_bounded(VFS_FORMAT_PAGE_TAGS);
}

/* --- page map ------------------------------------------------------------------------------------------- */

static void page_map__keeps_the_newest_place_of_each_page(void **state)
{
    (void)state;
    enum { PAGES = 500 };
    vfs_page_map map;
    seeded_random random = { 3 };
    uint32_t expected[4 * PAGES] = { 0 };
    uint32_t distinct_count = 0;
    assert_code(vfs_page_map_init(&map, &fk_allocator_libc, PAGES), FK_OK);
    while (distinct_count < PAGES) {
        uint32_t page = 1 + (uint32_t)seeded_random_below(&random, 4 * PAGES - 1);
        uint32_t offset = 1 + (uint32_t)seeded_random_below(&random, 1000000);
        distinct_count += expected[page] == 0;
        expected[page] = offset;
        vfs_page_map_set(&map, page, offset);
    }
    for (uint32_t page = 1; page < 4 * PAGES; page++) {
        uint32_t offset = 0;
        assert_int_equal(vfs_page_map_get(&map, page, &offset), expected[page] != 0);
        assert_true(expected[page] == 0 || offset == expected[page]);
    }
    vfs_page_place sorted[PAGES];
    vfs_page_map_sorted(&map, sorted);
    for (uint32_t i = 0; i < PAGES; i++) {
        assert_int_equal(sorted[i].offset_bytes, expected[sorted[i].page_number]);
        assert_true(i == 0 || sorted[i - 1].page_number < sorted[i].page_number);
    }
    vfs_page_map_clear(&map);
    uint32_t offset = 0;
    assert_false(vfs_page_map_get(&map, sorted[0].page_number, &offset));
    vfs_page_map_free(&map);
    failing_allocator failing;
    failing_allocator_init(&failing, 0);
    assert_code(vfs_page_map_init(&map, &failing.allocator, PAGES), FK_ERR_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats__have_the_bytes_they_ever_had),
        cmocka_unit_test(root_parse__reads_what_was_written),
        cmocka_unit_test(root_parse__refuses_every_flipped_bit_and_short_file),
        cmocka_unit_test(root_parse__keeps_its_bounds_under_a_good_mac),
        cmocka_unit_test(record_parse_header__reads_what_was_written),
        cmocka_unit_test(record_parse_header__refuses_sizes_out_of_bounds),
        cmocka_unit_test(page_map__keeps_the_newest_place_of_each_page),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
