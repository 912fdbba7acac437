/* Roster entries and their payloads: each kind reads back, anything else than its one form is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/wire.h"
#include "wire_fixture.h"

enum { ROUND_COUNT = 200 };

static fk_code reads_entry(fk_bytes bytes)
{
    fk_roster_entry entry;
    fk_status status = fk_roster_entry_read(bytes, &entry);
    if (!fk_is_ok(status)) {
        return (fk_code)status.code;
    }
    fk_roster_payload payload;
    return (fk_code)fk_roster_payload_read(&entry, &payload).code;
}

static fk_roster_payload some_payload(fk_roster_kind kind)
{
    fk_roster_payload payload;
    wire_fill(&payload, sizeof payload);
    payload.kind = kind;
    switch (kind) {
    case FK_ROSTER_FOUNDING:
        payload.as.founding.expires_ms >>= 1;
        break;
    case FK_ROSTER_DEVICE:
        payload.as.device.kind = (uint8_t)wire_between(FK_DEVICE_TABLET, FK_DEVICE_PHONE);
        break;
    case FK_ROSTER_PERSON:
        if (wire_between(0, 1) == 0) {
            memset(&payload.as.person.name, 0, sizeof payload.as.person.name);
        }
        break;
    case FK_ROSTER_ROLE:
        payload.as.role.roles = (uint32_t)wire_between(0, 3);
        break;
    case FK_ROSTER_COMPARTMENT:
        payload.as.compartment.kind = (uint8_t)wire_between(FK_COMPARTMENT_AGENCY, FK_COMPARTMENT_CASE);
        break;
    case FK_ROSTER_MEMBERSHIP:
        payload.as.membership.is_member = wire_between(0, 1) == 1;
        payload.as.membership.whole_history = payload.as.membership.is_member && wire_between(0, 1) == 1;
        break;
    case FK_ROSTER_EPOCH:
        payload.as.epoch.has_link = wire_between(0, 1) == 1;
        payload.as.epoch.number = (uint32_t)wire_between(1, UINT32_MAX);
        if (!payload.as.epoch.has_link) {
            memset(payload.as.epoch.link_nonce, 0, sizeof payload.as.epoch.link_nonce);
            memset(payload.as.epoch.link, 0, sizeof payload.as.epoch.link);
        }
        break;
    case FK_ROSTER_RECOVERY_KEY:
    case FK_ROSTER_LATER:
        break;
    }
    return payload;
}

/* A whole entry; the signature is some bytes. Returns the size. */
static size_t entry_of(const fk_roster_payload *payload, uint8_t target[FK_ROSTER_ENTRY_SIZE_BYTES_MAX])
{
    fk_roster_header header;
    wire_fill(&header, sizeof header);
    header.kind = (uint16_t)payload->kind;
    header.made_ms >>= 1;
    header.payload_size_bytes = (uint16_t)fk_roster_payload_write(payload, target + FK_ROSTER_HEADER_SIZE_BYTES);
    fk_roster_header_write(&header, target);
    size_t size_bytes = FK_ROSTER_HEADER_SIZE_BYTES + (size_t)header.payload_size_bytes;
    wire_fill(target + size_bytes, FK_WIRE_SIGNATURE_SIZE_BYTES);
    return size_bytes + FK_WIRE_SIGNATURE_SIZE_BYTES;
}

static void roster_entry__reads_back_every_kind(void **state)
{
    (void)state;
    static const size_t payload_sizes[FK_ROSTER_KIND_COUNT] = { 104, 232, 144, 24, 152, 40, 128, 0, 48 };
    for (int round = 0; round < ROUND_COUNT; round++) {
        fk_roster_kind kind = (fk_roster_kind)(round % FK_ROSTER_KIND_COUNT);
        if (!fk_roster_kind_is_known((uint16_t)kind)) {
            continue;
        }
        fk_roster_payload payload = some_payload(kind);
        uint8_t bytes[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
        size_t size_bytes = entry_of(&payload, bytes);
        uint8_t *copy = wire_exact_copy(bytes, size_bytes);
        fk_roster_entry entry;
        fk_roster_payload read;
        assert_code(fk_roster_entry_read(fk_bytes_of(copy, size_bytes), &entry), FK_OK);
        assert_int_equal(entry.whole.size_bytes, size_bytes);
        assert_int_equal(entry.payload.size_bytes, payload_sizes[kind]);
        assert_int_equal(entry.content.size_bytes, 128 + payload_sizes[kind]);
        assert_ptr_equal(entry.signature.data, copy + size_bytes - 64);
        assert_code(fk_roster_payload_read(&entry, &read), FK_OK);
        assert_int_equal(read.kind, kind);
        uint8_t again[FK_ROSTER_PAYLOAD_SIZE_BYTES_MAX];
        assert_int_equal(fk_roster_payload_write(&read, again), payload_sizes[kind]);
        assert_memory_equal(again, entry.payload.data, payload_sizes[kind]);
        uint8_t header_again[FK_ROSTER_HEADER_SIZE_BYTES];
        fk_roster_header_write(&entry.header, header_again);
        assert_memory_equal(header_again, copy, sizeof header_again);
        free(copy);
    }
}

static void roster_entry__refuses_what_is_cut(void **state)
{
    (void)state;
    for (int kind = 0; kind < FK_ROSTER_KIND_COUNT; kind++) {
        if (!fk_roster_kind_is_known((uint16_t)kind)) {
            continue;
        }
        fk_roster_payload payload = some_payload((fk_roster_kind)kind);
        uint8_t bytes[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
        size_t size_bytes = entry_of(&payload, bytes);
        wire_assert_no_cut_is_read(bytes, size_bytes, reads_entry, FK_ERR_INVALID_INPUT);
        wire_assert_reserved(bytes, size_bytes, reads_entry, FK_ERR_INVALID_INPUT, 104, 24);
        bytes[14]++; /* the payload is a byte longer, the entry as well */
        assert_int_equal(reads_entry(fk_bytes_of(bytes, size_bytes + 1)), FK_ERR_INVALID_INPUT);
    }
}

static void roster_entry__keeps_kinds_for_later(void **state)
{
    (void)state;
    fk_roster_payload payload = some_payload(FK_ROSTER_ROLE);
    uint8_t bytes[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    size_t size_bytes = entry_of(&payload, bytes);
    for (uint16_t kind = FK_ROSTER_LATER; kind < 100; kind++) {
        if (fk_roster_kind_is_known(kind)) {
            continue;
        }
        fk_put_u16(bytes + 12, kind);
        fk_roster_entry entry;
        assert_code(fk_roster_entry_read(fk_bytes_of(bytes, size_bytes), &entry), FK_OK);
        assert_int_equal(entry.header.kind, kind);
        fk_roster_payload read;
        assert_code(fk_roster_payload_read(&entry, &read), FK_ERR_NOT_YET);
    }
}

static void roster_entry__refuses_values_out_of_bounds(void **state)
{
    (void)state;
    enum { P = FK_ROSTER_HEADER_SIZE_BYTES };
    static const wire_patch header_patches[] = {
        { "a newer magic", 0, "FKROST02", 8, FK_ERR_NEWER_VERSION },
        { "another magic", 0, "FKROSZ01", 8, FK_ERR_INVALID_INPUT },
        { "a payload above the bound", 14, { 1, 16 }, 2, FK_ERR_INVALID_INPUT },
        { "made at a time no store holds", 103, { 128 }, 1, FK_ERR_INVALID_INPUT },
    };
    static const struct {
        fk_roster_kind kind;
        wire_patch patch;
    } cases[] = {
        { FK_ROSTER_FOUNDING, { "expires never", P + 103, { 128 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_DEVICE, { "device kind 0", P + 32, { 0 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_DEVICE, { "device kind 4", P + 32, { 4 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_DEVICE, { "reserved", P + 39, { 1 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_DEVICE, { "reserved in a name", P + 108, { 1 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_DEVICE, { "a name without an epoch", P + 104, { 0 }, 4, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_ROLE, { "an unknown role", P + 16, { 4 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_ROLE, { "reserved", P + 23, { 1 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_COMPARTMENT, { "compartment kind 0", P + 16, { 0 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_COMPARTMENT, { "compartment kind 4", P + 16, { 4 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_COMPARTMENT, { "reserved", P + 17, { 1 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_MEMBERSHIP, { "member 2", P + 32, { 2 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_MEMBERSHIP, { "history of a stranger", P + 32, { 0, 1 }, 2, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_MEMBERSHIP, { "reserved", P + 34, { 1 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_EPOCH, { "epoch 0", P + 16, { 0 }, 4, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_EPOCH, { "link 2", P + 20, { 2 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_EPOCH, { "reserved", P + 21, { 1 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_EPOCH, { "a link that is not there", P + 127, { 1 }, 1, FK_ERR_INVALID_INPUT } },
        { FK_ROSTER_EPOCH, { "its nonce", P + 56, { 1 }, 1, FK_ERR_INVALID_INPUT } },
    };
    uint8_t bytes[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fk_roster_payload payload = some_payload(cases[i].kind);
        if (cases[i].kind == FK_ROSTER_EPOCH) {
            memset(&payload.as.epoch, 0, sizeof payload.as.epoch);
            payload.as.epoch.number = 1;
        }
        size_t size_bytes = entry_of(&payload, bytes);
        assert_int_equal(reads_entry(fk_bytes_of(bytes, size_bytes)), FK_OK);
        wire_assert_patches(&cases[i].patch, 1, bytes, size_bytes, reads_entry);
        wire_assert_patches(header_patches, sizeof header_patches / sizeof header_patches[0], bytes, size_bytes,
                            reads_entry);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roster_entry__reads_back_every_kind),
        cmocka_unit_test(roster_entry__refuses_what_is_cut),
        cmocka_unit_test(roster_entry__keeps_kinds_for_later),
        cmocka_unit_test(roster_entry__refuses_values_out_of_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
