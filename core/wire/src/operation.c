#include "operation.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/messages.h"
#include "fk/planted.h"
#include "layout.h"

#include "fk/banned.h"

enum {
    FLAG_VALUE = 1,
    FLAG_REASON = 2,
    FLAG_ADOPTED = 4,
    NAME_SIZE_BYTES_MAX = UINT8_MAX,
    FIXED_SIZE_BYTES = 8 + 2 * FK_ID_SIZE_BYTES, /* HLC, record, mutation */
    LARGEST_SIZE_BYTES = FIXED_SIZE_BYTES + 2 * (1 + NAME_SIZE_BYTES_MAX) + 2 + FK_OVER_COUNT_MAX * FK_OVER_SIZE_BYTES +
                         4 + FK_OPERATION_VALUE_SIZE_BYTES_MAX + 2 + FK_OPERATION_REASON_SIZE_BYTES_MAX +
                         FK_OVER_SIZE_BYTES,
    LARGEST_FRONTIER_SIZE_BYTES = 2 + FK_FRONTIER_ENTRY_COUNT_MAX * FK_FRONTIER_ENTRY_SIZE_BYTES,
};

_Static_assert(LARGEST_FRONTIER_SIZE_BYTES + FK_ID_SIZE_BYTES + LARGEST_SIZE_BYTES <=
                   FK_SEGMENT_INFLATED_SIZE_BYTES_MAX,
               "an empty body has room for any operation, whatever its frontier");

/* --- bounds --------------------------------------------------------------------------------------- */

static bool name_is_valid(fk_bytes name)
{
    return name.size_bytes >= 1 && name.size_bytes <= NAME_SIZE_BYTES_MAX && fk_utf8_is_valid(name);
}

static bool over_is_valid(fk_bytes over)
{
    if (over.size_bytes % FK_OVER_SIZE_BYTES != 0 || over.size_bytes > FK_OVER_COUNT_MAX * (size_t)FK_OVER_SIZE_BYTES) {
        return false;
    }
    for (size_t at = 0; at < over.size_bytes; at += FK_OVER_SIZE_BYTES) {
        const uint8_t *entry = over.data + at;
        uint64_t sequence = fk_get_u64(entry + FK_ID_SIZE_BYTES);
        bool is_in_order = at == 0 || memcmp(entry - FK_OVER_SIZE_BYTES, entry, FK_OVER_SIZE_BYTES) < 0;
        if (!is_in_order || sequence == 0 || sequence > FK_WIRE_NUMBER_MAX) {
            return false;
        }
    }
    return true;
}

static bool value_is_valid(const fk_wire_operation *operation)
{
    if (!operation->has_value) {
        return operation->value.size_bytes == 0;
    }
    return operation->value.size_bytes >= 1 && operation->value.size_bytes <= FK_OPERATION_VALUE_SIZE_BYTES_MAX &&
           fk_utf8_is_valid(operation->value);
}

static bool adoption_is_valid(const fk_wire_operation *operation)
{
    return !operation->is_adopted ||
           (operation->adopted_sequence >= 1 && operation->adopted_sequence <= FK_WIRE_NUMBER_MAX);
}

bool fk_operation_is_valid(const fk_wire_operation *operation)
{
    return operation->hlc <= FK_WIRE_NUMBER_MAX && name_is_valid(operation->type) && name_is_valid(operation->field) &&
           value_is_valid(operation) && operation->reason.size_bytes <= FK_OPERATION_REASON_SIZE_BYTES_MAX &&
           fk_utf8_is_valid(operation->reason) && over_is_valid(operation->over) && adoption_is_valid(operation);
}

/* --- writing ---------------------------------------------------------------------------------------- */

size_t fk_operation_size(const fk_wire_operation *operation)
{
    size_t size_bytes = FIXED_SIZE_BYTES + 1 + operation->type.size_bytes + 1 + operation->field.size_bytes + 2 +
                        operation->over.size_bytes;
    if (operation->has_value) {
        size_bytes += sizeof(uint32_t) + operation->value.size_bytes;
    }
    if (operation->reason.size_bytes > 0) {
        size_bytes += sizeof(uint16_t) + operation->reason.size_bytes;
    }
    if (operation->is_adopted) {
        size_bytes += FK_OVER_SIZE_BYTES;
    }
    return size_bytes;
}

static void lay_view(uint8_t **at, fk_bytes view)
{
    fk_lay_bytes(at, view.data, view.size_bytes);
}

void fk_operation_write(const fk_wire_operation *operation, uint8_t *target)
{
    bool has_reason = operation->reason.size_bytes > 0;
    uint8_t *at = target;
    fk_lay_u64(&at, operation->hlc);
    fk_lay_bytes(&at, operation->record.bytes, FK_ID_SIZE_BYTES);
    fk_lay_bytes(&at, operation->mutation.bytes, FK_ID_SIZE_BYTES);
    fk_lay_u8(&at, (uint8_t)operation->type.size_bytes);
    lay_view(&at, operation->type);
    fk_lay_u8(&at, (uint8_t)operation->field.size_bytes);
    lay_view(&at, operation->field);
    fk_lay_u8(&at, (uint8_t)((operation->has_value ? FLAG_VALUE : 0) | (has_reason ? FLAG_REASON : 0) |
                             (operation->is_adopted ? FLAG_ADOPTED : 0)));
    fk_lay_u8(&at, (uint8_t)(operation->over.size_bytes / FK_OVER_SIZE_BYTES));
    lay_view(&at, operation->over);
    if (operation->has_value) {
        fk_lay_u32(&at, (uint32_t)operation->value.size_bytes);
        lay_view(&at, operation->value);
    }
    if (has_reason) {
        fk_lay_u16(&at, (uint16_t)operation->reason.size_bytes);
        lay_view(&at, operation->reason);
    }
    if (operation->is_adopted) {
        fk_lay_bytes(&at, operation->adopted_device.bytes, FK_ID_SIZE_BYTES);
        fk_lay_u64(&at, operation->adopted_sequence);
    }
    FK_ASSERT(at == target + fk_operation_size(operation));
}

/* --- reading ------------------------------------------------------------------------------------------ */

static bool take_number(fk_bytes *rest, size_t size_bytes, uint32_t *value_out)
{
    fk_bytes piece;
    *value_out = 0;
    if (!fk_is_ok(fk_take(rest, size_bytes, &piece))) {
        return false;
    }
    for (size_t i = size_bytes; i > 0; i--) {
        *value_out = *value_out << 8 | piece.data[i - 1];
    }
    return true;
}

/* A size of prefix_size_bytes, then that many bytes. */
static bool take_sized(fk_bytes *rest, size_t prefix_size_bytes, fk_bytes *piece_out)
{
    uint32_t size_bytes = 0;
    *piece_out = (fk_bytes){ NULL, 0 };
    if (!take_number(rest, prefix_size_bytes, &size_bytes)) {
        return false;
    }
    if (FK_PLANTED(SEGMENT_VALUE_BOUND) && size_bytes > rest->size_bytes) {
        *piece_out = (fk_bytes){ rest->data, size_bytes };
        rest->size_bytes = 0;
        return true;
    }
    return fk_is_ok(fk_take(rest, size_bytes, piece_out));
}

bool fk_operation_take(fk_bytes *rest, fk_wire_operation *operation_out)
{
    fk_wire_operation operation = { .hlc = 0 };
    uint32_t flags = 0;
    uint32_t over_count = 0;
    bool is_whole = fk_is_ok(fk_take_u64(rest, &operation.hlc)) && fk_is_ok(fk_take_id(rest, &operation.record)) &&
                    fk_is_ok(fk_take_id(rest, &operation.mutation)) &&
                    take_sized(rest, sizeof(uint8_t), &operation.type) &&
                    take_sized(rest, sizeof(uint8_t), &operation.field) && take_number(rest, sizeof(uint8_t), &flags) &&
                    take_number(rest, sizeof(uint8_t), &over_count) &&
                    fk_is_ok(fk_take(rest, over_count * (size_t)FK_OVER_SIZE_BYTES, &operation.over));
    if (!is_whole || flags > (FLAG_VALUE | FLAG_REASON | FLAG_ADOPTED)) {
        return false;
    }
    operation.has_value = (flags & FLAG_VALUE) != 0;
    if (operation.has_value && !take_sized(rest, sizeof(uint32_t), &operation.value)) {
        return false;
    }
    if ((flags & FLAG_REASON) != 0 &&
        (!take_sized(rest, sizeof(uint16_t), &operation.reason) || operation.reason.size_bytes == 0)) {
        return false;
    }
    operation.is_adopted = (flags & FLAG_ADOPTED) != 0;
    if (operation.is_adopted && (!fk_is_ok(fk_take_id(rest, &operation.adopted_device)) ||
                                 !fk_is_ok(fk_take_u64(rest, &operation.adopted_sequence)))) {
        return false;
    }
    *operation_out = operation;
    return fk_operation_is_valid(&operation);
}
