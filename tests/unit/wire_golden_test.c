/* Golden bytes: one of each structure from fixed inputs is, byte for byte, the file in tests/vectors/wire, and the file
 * reads as those inputs. What was signed once is checked years later: a change here needs a new magic and an ADR.
 * tests/wire.test.mjs holds the same files against the document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "fk/messages.h"
#include "vectors.h"

enum { GOLDEN_SIZE_BYTES_MAX = 4096, SEGMENT_BODY_SIZE_BYTES = 560 };

typedef struct golden {
    uint8_t bytes[GOLDEN_SIZE_BYTES_MAX];
    size_t size_bytes;
} golden;

static void count_up(void *target, size_t size_bytes, uint8_t first)
{
    for (size_t i = 0; i < size_bytes; i++) {
        ((uint8_t *)target)[i] = (uint8_t)(first + i);
    }
}

static uint8_t digit_value(uint8_t digit)
{
    return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

static golden read_golden(const char *name)
{
    char path[64];
    size_t text_size = 0;
    golden golden = { .size_bytes = 0 };
    (void)snprintf(path, sizeof path, "wire/%s.hex", name);
    uint8_t *text = vectors_read_own(path, &text_size);
    for (size_t i = 0; i + 1 < text_size; i += 2) {
        i += text[i] == '\n';
        if (i + 1 < text_size) {
            assert_true(golden.size_bytes < sizeof golden.bytes);
            golden.bytes[golden.size_bytes++] = (uint8_t)(digit_value(text[i]) << 4 | digit_value(text[i + 1]));
        }
    }
    free(text);
    return golden;
}

static void assert_golden(const golden *golden, const uint8_t *bytes, size_t size_bytes)
{
    assert_int_equal(golden->size_bytes, size_bytes);
    assert_memory_equal(golden->bytes, bytes, size_bytes);
}

/* --- structures ------------------------------------------------------------------------------------------- */

static void segment__has_the_bytes_it_ever_had(void **state)
{
    (void)state;
    golden golden = read_golden("segment");
    fk_segment_header header = { .operation_count = 3, .epoch = 2, .roster_index = 77, .first_sequence = 0x0102030405 };
    header.body_size_bytes = SEGMENT_BODY_SIZE_BYTES;
    count_up(&header.agency, sizeof header.agency, 0x10);
    count_up(&header.compartment, sizeof header.compartment, 0x20);
    count_up(&header.roster_hash, sizeof header.roster_hash, 0x30);
    count_up(&header.device, sizeof header.device, 0x50);
    count_up(&header.prev, sizeof header.prev, 0x60);
    count_up(header.nonce, sizeof header.nonce, 0xc0);
    uint8_t bytes[FK_SEGMENT_HEADER_SIZE_BYTES + SEGMENT_BODY_SIZE_BYTES + FK_WIRE_SIGNATURE_SIZE_BYTES];
    uint8_t *body = bytes + FK_SEGMENT_HEADER_SIZE_BYTES;
    fk_segment_header_write(&header, bytes);
    count_up(body, SEGMENT_BODY_SIZE_BYTES, 0);
    count_up(body + SEGMENT_BODY_SIZE_BYTES, FK_WIRE_SIGNATURE_SIZE_BYTES, 0x80);
    assert_golden(&golden, bytes, sizeof bytes);
    fk_segment read;
    assert_code(fk_segment_read(fk_bytes_of(golden.bytes, golden.size_bytes), &read), FK_OK);
    assert_int_equal(read.header.operation_count, 3);
    assert_int_equal(read.header.epoch, 2);
    assert_int_equal(read.header.roster_index, 77);
    assert_true(read.header.first_sequence == 0x0102030405);
    assert_memory_equal(&read.header.agency, &header.agency, sizeof header.agency);
    assert_memory_equal(&read.header.compartment, &header.compartment, sizeof header.compartment);
    assert_memory_equal(&read.header.roster_hash, &header.roster_hash, sizeof header.roster_hash);
    assert_memory_equal(&read.header.device, &header.device, sizeof header.device);
    assert_memory_equal(&read.header.prev, &header.prev, sizeof header.prev);
    assert_memory_equal(read.header.nonce, header.nonce, sizeof header.nonce);
    assert_memory_equal(read.signature.data, body + SEGMENT_BODY_SIZE_BYTES, FK_WIRE_SIGNATURE_SIZE_BYTES);
}

static void some_name(fk_sealed_name *name, uint8_t first)
{
    name->epoch = 4;
    count_up(name->nonce, sizeof name->nonce, first);
    count_up(name->sealed, sizeof name->sealed, (uint8_t)(first + 1));
}

static void make_founding(fk_roster_payload *payload)
{
    fk_roster_founding *founding = &payload->as.founding;
    count_up(founding->root_key, sizeof founding->root_key, 1);
    count_up(founding->founding_key, sizeof founding->founding_key, 2);
    count_up(&founding->person, sizeof founding->person, 3);
    count_up(&founding->token_id, sizeof founding->token_id, 4);
    founding->expires_ms = 1790000000000;
}

static void make_device(fk_roster_payload *payload)
{
    fk_roster_device *device = &payload->as.device;
    count_up(&device->device, sizeof device->device, 1);
    count_up(&device->person, sizeof device->person, 2);
    device->kind = FK_DEVICE_PHONE;
    count_up(device->signing_key, sizeof device->signing_key, 5);
    count_up(device->box_key, sizeof device->box_key, 6);
    some_name(&device->label, 7);
}

static void make_person(fk_roster_payload *payload)
{
    count_up(&payload->as.person.person, sizeof payload->as.person.person, 1);
    some_name(&payload->as.person.name, 2);
}

static void make_role(fk_roster_payload *payload)
{
    count_up(&payload->as.role.person, sizeof payload->as.role.person, 1);
    payload->as.role.roles = FK_ROLE_ADMINISTRATOR | FK_ROLE_CASEWORKER;
}

static void make_compartment(fk_roster_payload *payload)
{
    count_up(&payload->as.compartment.compartment, sizeof payload->as.compartment.compartment, 1);
    payload->as.compartment.kind = FK_COMPARTMENT_TEAM;
    some_name(&payload->as.compartment.name, 3);
}

static void make_membership(fk_roster_payload *payload)
{
    count_up(&payload->as.membership.compartment, sizeof payload->as.membership.compartment, 1);
    count_up(&payload->as.membership.person, sizeof payload->as.membership.person, 2);
    payload->as.membership.is_member = true;
    payload->as.membership.whole_history = true;
}

static void make_epoch(fk_roster_payload *payload)
{
    fk_roster_epoch *epoch = &payload->as.epoch;
    count_up(&epoch->compartment, sizeof epoch->compartment, 1);
    epoch->number = 2;
    epoch->has_link = true;
    count_up(&epoch->commitment, sizeof epoch->commitment, 3);
    count_up(epoch->link_nonce, sizeof epoch->link_nonce, 4);
    count_up(epoch->link, sizeof epoch->link, 5);
}

static void make_recovery_key(fk_roster_payload *payload)
{
    fk_roster_recovery_key *key = &payload->as.recovery_key;
    count_up(&key->key, sizeof key->key, 1);
    count_up(key->public_key, sizeof key->public_key, 2);
}

static const struct {
    const char *name;
    void (*make)(fk_roster_payload *payload);
} ROSTER_KINDS[FK_ROSTER_KIND_COUNT] = {
    [FK_ROSTER_FOUNDING] = { "roster-founding", make_founding },
    [FK_ROSTER_DEVICE] = { "roster-device", make_device },
    [FK_ROSTER_PERSON] = { "roster-person", make_person },
    [FK_ROSTER_ROLE] = { "roster-role", make_role },
    [FK_ROSTER_COMPARTMENT] = { "roster-compartment", make_compartment },
    [FK_ROSTER_MEMBERSHIP] = { "roster-membership", make_membership },
    [FK_ROSTER_EPOCH] = { "roster-epoch", make_epoch },
    [FK_ROSTER_RECOVERY_KEY] = { "roster-recovery-key", make_recovery_key },
};

static void roster_entry__has_the_bytes_it_ever_had(void **state)
{
    (void)state;
    for (uint16_t kind = 0; kind < FK_ROSTER_KIND_COUNT; kind++) {
        assert_int_equal(fk_roster_kind_is_known(kind), ROSTER_KINDS[kind].make != NULL);
        if (!fk_roster_kind_is_known(kind)) {
            continue;
        }
        golden golden = read_golden(ROSTER_KINDS[kind].name);
        fk_roster_payload payload;
        memset(&payload, 0, sizeof payload);
        payload.kind = (fk_roster_kind)kind;
        ROSTER_KINDS[kind].make(&payload);
        uint8_t bytes[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
        fk_roster_header header = { .index = kind + 40U, .kind = kind, .made_ms = 1790000000001 };
        header.payload_size_bytes = (uint16_t)fk_roster_payload_write(&payload, bytes + FK_ROSTER_HEADER_SIZE_BYTES);
        count_up(&header.agency, sizeof header.agency, 0x10);
        count_up(&header.prev, sizeof header.prev, 0x20);
        count_up(header.signer, sizeof header.signer, 0x40);
        fk_roster_header_write(&header, bytes);
        size_t content_size_bytes = FK_ROSTER_HEADER_SIZE_BYTES + (size_t)header.payload_size_bytes;
        count_up(bytes + content_size_bytes, FK_WIRE_SIGNATURE_SIZE_BYTES, 0x80);
        assert_golden(&golden, bytes, content_size_bytes + FK_WIRE_SIGNATURE_SIZE_BYTES);
        fk_roster_entry entry;
        fk_roster_payload read;
        assert_code(fk_roster_entry_read(fk_bytes_of(golden.bytes, golden.size_bytes), &entry), FK_OK);
        assert_int_equal(entry.header.index, kind + 40);
        assert_true(entry.header.made_ms == 1790000000001);
        assert_memory_equal(entry.header.signer, header.signer, sizeof header.signer);
        assert_code(fk_roster_payload_read(&entry, &read), FK_OK);
        assert_memory_equal(&read, &payload, sizeof payload); /* both began as zeros */
    }
}

static void grant__has_the_bytes_it_ever_had(void **state)
{
    (void)state;
    golden golden = read_golden("grant");
    fk_grant grant;
    count_up(&grant.agency, sizeof grant.agency, 0x10);
    count_up(&grant.compartment, sizeof grant.compartment, 0x20);
    grant.epoch = 9;
    count_up(&grant.epoch_entry, sizeof grant.epoch_entry, 0x30);
    count_up(&grant.device, sizeof grant.device, 0x40);
    count_up(&grant.maker, sizeof grant.maker, 0x50);
    count_up(grant.sealed, sizeof grant.sealed, 0x60);
    count_up(grant.signature, sizeof grant.signature, 0x80);
    uint8_t bytes[FK_GRANT_SIZE_BYTES];
    fk_grant_write(&grant, bytes);
    assert_golden(&golden, bytes, sizeof bytes);
    fk_grant read;
    assert_code(fk_grant_read(fk_bytes_of(golden.bytes, golden.size_bytes), &read), FK_OK);
    assert_memory_equal(&read, &grant, sizeof grant);
}

static void frontier__has_the_bytes_it_ever_had(void **state)
{
    (void)state;
    golden golden = read_golden("frontier");
    fk_frontier_header header = { .number = 12, .epoch = 9, .entry_count = 2 };
    count_up(&header.agency, sizeof header.agency, 0x10);
    count_up(&header.compartment, sizeof header.compartment, 0x20);
    count_up(&header.device, sizeof header.device, 0x30);
    count_up(header.nonce, sizeof header.nonce, 0x40);
    enum { SEALED_SIZE_BYTES = 2 * FK_FRONTIER_ENTRY_SIZE_BYTES + FK_WIRE_TAG_SIZE_BYTES };
    uint8_t bytes[FK_FRONTIER_HEADER_SIZE_BYTES + SEALED_SIZE_BYTES + FK_WIRE_SIGNATURE_SIZE_BYTES];
    fk_frontier_header_write(&header, bytes);
    count_up(bytes + FK_FRONTIER_HEADER_SIZE_BYTES, SEALED_SIZE_BYTES, 0x50);
    count_up(bytes + FK_FRONTIER_HEADER_SIZE_BYTES + SEALED_SIZE_BYTES, FK_WIRE_SIGNATURE_SIZE_BYTES, 0x80);
    assert_golden(&golden, bytes, sizeof bytes);
    fk_frontier read;
    assert_code(fk_frontier_read(fk_bytes_of(golden.bytes, golden.size_bytes), &read), FK_OK);
    assert_memory_equal(&read.header, &header, sizeof header);
    assert_int_equal(read.whole.size_bytes, golden.size_bytes);
}

static void enrol_request__has_the_bytes_it_ever_had(void **state)
{
    (void)state;
    golden golden = read_golden("enrol-request");
    fk_enrol_request request = { .kind = FK_DEVICE_OFFICE };
    count_up(&request.token_id, sizeof request.token_id, 1);
    count_up(&request.device, sizeof request.device, 2);
    count_up(request.signing_key, sizeof request.signing_key, 3);
    count_up(request.box_key, sizeof request.box_key, 4);
    count_up(request.mac, sizeof request.mac, 5);
    count_up(request.signature, sizeof request.signature, 0x80);
    uint8_t bytes[FK_ENROL_REQUEST_SIZE_BYTES];
    fk_enrol_request_write(&request, bytes);
    assert_golden(&golden, bytes, sizeof bytes);
    fk_enrol_request read;
    assert_code(fk_enrol_request_read(fk_bytes_of(golden.bytes, golden.size_bytes), &read), FK_OK);
    assert_memory_equal(&read, &request, sizeof request);
}

static void frame__has_the_bytes_it_ever_had(void **state)
{
    (void)state;
    golden golden = read_golden("frame-pull");
    uint8_t header[FK_FRAME_SIZE_BYTES];
    fk_frame_write(FK_FRAME_PULL, 1, header);
    assert_memory_equal(golden.bytes, header, sizeof header);
    fk_frame frame;
    uint64_t number = 0;
    uint64_t after = 0;
    fk_digest hash;
    fk_id compartment;
    assert_code(fk_frame_read(fk_bytes_of(golden.bytes, golden.size_bytes), &frame), FK_OK);
    assert_int_equal(frame.kind, FK_FRAME_PULL);
    assert_int_equal(frame.count, 1);
    assert_code(fk_take_u64(&frame.rest, &number), FK_OK);
    assert_code(fk_take_digest(&frame.rest, &hash), FK_OK);
    assert_code(fk_take_id(&frame.rest, &compartment), FK_OK);
    assert_code(fk_take_u64(&frame.rest, &after), FK_OK);
    assert_true(number == 5 && after == 8 && hash.bytes[31] == 37 && compartment.bytes[15] == 22);
    assert_int_equal(frame.rest.size_bytes, 0);
}

/* --- the body of a segment --------------------------------------------------------------------------------- */

static const fk_frontier_entry ENTRIES[] = {
    { { { 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20 } },
      3,
      { 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77 } },
    { { { 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21 } },
      4,
      { 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f } },
};

static fk_wire_operation operation_of(uint64_t hlc, uint8_t record, uint8_t mutation, const char *type,
                                      const char *field)
{
    fk_wire_operation operation = { .hlc = hlc, .type = fk_bytes_text(type), .field = fk_bytes_text(field) };
    count_up(&operation.record, sizeof operation.record, record);
    count_up(&operation.mutation, sizeof operation.mutation, mutation);
    return operation;
}

enum { OPERATION_COUNT = 3 };

static void golden_operations(fk_wire_operation operations[OPERATION_COUNT])
{
    static uint8_t over[2 * FK_OVER_SIZE_BYTES];
    for (size_t i = 0; i < 2; i++) {
        memcpy(over + i * FK_OVER_SIZE_BYTES, ENTRIES[i].device.bytes, FK_ID_SIZE_BYTES);
        over[i * FK_OVER_SIZE_BYTES + FK_ID_SIZE_BYTES] = (uint8_t)ENTRIES[i].last_sequence;
    }
    operations[0] = operation_of(0x0102030405060708, 1, 2, "incident", "description");
    operations[0].has_value = true;
    operations[0].value = fk_bytes_text("\"He waited outside the school. C\xc5\x93ur.\"");
    operations[1] = operation_of(0x0102030405060709, 1, 3, "safe_contact", "safeToCall");
    operations[1].has_value = true;
    operations[1].value = fk_bytes_text("\"no\"");
    operations[1].reason = fk_bytes_text("She asked us not to.");
    operations[1].over = fk_bytes_of(over, sizeof over);
    operations[2] = operation_of(0x010203040506070a, 4, 5, "person", "phone");
}

static void body__has_the_bytes_it_ever_had(void **state)
{
    (void)state;
    golden golden = read_golden("body");
    fk_wire_operation operations[OPERATION_COUNT];
    golden_operations(operations);
    fk_id case_id;
    count_up(&case_id, sizeof case_id, 0xca);
    fk_segment_body body;
    fk_buffer plain;
    assert_code(fk_segment_body_begin(&body, &fk_allocator_libc, &case_id, ENTRIES, 2), FK_OK);
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        assert_code(fk_segment_body_add(&body, &operations[i]), FK_OK);
    }
    fk_buffer_init(&plain, &fk_allocator_libc, FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    assert_code(fk_segment_body_finish(&body, &plain), FK_OK);
    assert_golden(&golden, plain.data, plain.size_bytes);
    fk_buffer_free(&plain);
    fk_segment_body_free(&body);
}

static void body__reads_as_it_ever_did(void **state)
{
    (void)state;
    golden golden = read_golden("body");
    fk_wire_operation operations[OPERATION_COUNT];
    golden_operations(operations);
    fk_buffer inflated;
    fk_segment_content content;
    fk_buffer_init(&inflated, &fk_allocator_libc, FK_SEGMENT_INFLATED_SIZE_BYTES_MAX);
    assert_code(
        fk_segment_content_read(fk_bytes_of(golden.bytes, golden.size_bytes), OPERATION_COUNT, &inflated, &content),
        FK_OK);
    assert_int_equal(content.case_id.bytes[0], 0xca);
    assert_int_equal(content.frontier_entry_count, 2);
    for (size_t i = 0; i < 2; i++) {
        fk_frontier_entry entry;
        fk_segment_content_frontier(&content, i, &entry);
        assert_memory_equal(&entry, &ENTRIES[i], sizeof entry);
    }
    size_t offset = 0;
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        fk_wire_operation read;
        fk_segment_content_operation(&content, &offset, &read);
        assert_true(read.hlc == operations[i].hlc);
        assert_true(fk_id_equal(&read.record, &operations[i].record));
        assert_true(fk_id_equal(&read.mutation, &operations[i].mutation));
        assert_true(fk_bytes_equal(read.type, operations[i].type) && fk_bytes_equal(read.field, operations[i].field));
        assert_int_equal(read.has_value, operations[i].has_value);
        assert_true(fk_bytes_equal(read.value, operations[i].value));
        assert_true(fk_bytes_equal(read.reason, operations[i].reason));
        assert_true(fk_bytes_equal(read.over, operations[i].over));
    }
    fk_buffer_free(&inflated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segment__has_the_bytes_it_ever_had),
        cmocka_unit_test(roster_entry__has_the_bytes_it_ever_had),
        cmocka_unit_test(grant__has_the_bytes_it_ever_had),
        cmocka_unit_test(frontier__has_the_bytes_it_ever_had),
        cmocka_unit_test(enrol_request__has_the_bytes_it_ever_had),
        cmocka_unit_test(frame__has_the_bytes_it_ever_had),
        cmocka_unit_test(body__has_the_bytes_it_ever_had),
        cmocka_unit_test(body__reads_as_it_ever_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
