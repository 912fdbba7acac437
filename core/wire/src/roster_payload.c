#include "fk/wire.h"

#include <string.h>

#include "fk/assert.h"
#include "layout.h"

#include "fk/banned.h"

/* --- where each field stands ---------------------------------------------------------------------- */

typedef enum field_form {
    FORM_END = 0,
    FORM_BYTES,
    FORM_U8,
    FORM_U32,
    FORM_U64,
    FORM_BOOL,     /* one byte, 0 or 1 */
    FORM_RESERVED, /* zeros; no member */
} field_form;

typedef struct payload_field {
    field_form form;
    size_t offset_bytes; /* in fk_roster_payload */
    size_t size_bytes;   /* on the wire */
} payload_field;

#define AT(member) offsetof(fk_roster_payload, as.member)
#define BYTES(member)                                                        \
    {                                                                        \
        FORM_BYTES, AT(member), sizeof((fk_roster_payload *)NULL)->as.member \
    }
#define U8(member)             \
    {                          \
        FORM_U8, AT(member), 1 \
    }
#define U32(member)             \
    {                           \
        FORM_U32, AT(member), 4 \
    }
#define U64(member)             \
    {                           \
        FORM_U64, AT(member), 8 \
    }
#define BOOL(member)             \
    {                            \
        FORM_BOOL, AT(member), 1 \
    }
#define RESERVED(size)         \
    {                          \
        FORM_RESERVED, 0, size \
    }
#define NAME(member) U32(member.epoch), RESERVED(4), BYTES(member.nonce), BYTES(member.sealed)

static const payload_field founding_fields[] = {
    BYTES(founding.root_key), BYTES(founding.founding_key), BYTES(founding.person),
    BYTES(founding.token_id), U64(founding.expires_ms),     { FORM_END, 0, 0 },
};
static const payload_field device_fields[] = {
    BYTES(device.device),      BYTES(device.person),  U8(device.kind),    RESERVED(7),
    BYTES(device.signing_key), BYTES(device.box_key), NAME(device.label), { FORM_END, 0, 0 },
};
static const payload_field person_fields[] = { BYTES(person.person), NAME(person.name), { FORM_END, 0, 0 } };
static const payload_field role_fields[] = { BYTES(role.person), U32(role.roles), RESERVED(4), { FORM_END, 0, 0 } };
static const payload_field compartment_fields[] = {
    BYTES(compartment.compartment), U8(compartment.kind), RESERVED(7), NAME(compartment.name), { FORM_END, 0, 0 },
};
static const payload_field membership_fields[] = {
    BYTES(membership.compartment),
    BYTES(membership.person),
    BOOL(membership.is_member),
    BOOL(membership.whole_history),
    RESERVED(6),
    { FORM_END, 0, 0 },
};
static const payload_field epoch_fields[] = {
    BYTES(epoch.compartment), U32(epoch.number),       BOOL(epoch.has_link), RESERVED(3),
    BYTES(epoch.commitment),  BYTES(epoch.link_nonce), BYTES(epoch.link),    { FORM_END, 0, 0 },
};

static const payload_field recovery_key_fields[] = {
    BYTES(recovery_key.key),
    BYTES(recovery_key.public_key),
    { FORM_END, 0, 0 },
};

static const payload_field *const fields_of_kind[FK_ROSTER_KIND_COUNT] = {
    [FK_ROSTER_FOUNDING] = founding_fields,
    [FK_ROSTER_DEVICE] = device_fields,
    [FK_ROSTER_PERSON] = person_fields,
    [FK_ROSTER_ROLE] = role_fields,
    [FK_ROSTER_COMPARTMENT] = compartment_fields,
    [FK_ROSTER_MEMBERSHIP] = membership_fields,
    [FK_ROSTER_EPOCH] = epoch_fields,
    [FK_ROSTER_RECOVERY_KEY] = recovery_key_fields,
};

bool fk_roster_kind_is_known(uint16_t kind)
{
    return kind < FK_ROSTER_KIND_COUNT && fields_of_kind[kind] != NULL;
}

static size_t size_of_fields(const payload_field *fields)
{
    size_t size_bytes = 0;
    for (; fields->form != FORM_END; fields++) {
        size_bytes += fields->size_bytes;
    }
    return size_bytes;
}

/* --- one field, either way --------------------------------------------------------------------------- */

static void write_field(const payload_field *field, const uint8_t *member, uint8_t **at)
{
    uint32_t value_u32 = 0;
    uint64_t value_u64 = 0;
    switch (field->form) {
    case FORM_BYTES:
    case FORM_U8:
        fk_lay_bytes(at, member, field->size_bytes);
        return;
    case FORM_U32:
        memcpy(&value_u32, member, sizeof value_u32);
        fk_lay_u32(at, value_u32);
        return;
    case FORM_U64:
        memcpy(&value_u64, member, sizeof value_u64);
        fk_lay_u64(at, value_u64);
        return;
    case FORM_BOOL:
        fk_lay_u8(at, *(const bool *)member ? 1 : 0);
        return;
    case FORM_RESERVED:
        fk_lay_zeros(at, field->size_bytes);
        return;
    case FORM_END:
        break;
    }
    FK_ASSERT(field->form != FORM_END);
}

/* false when a reserved byte is not zero or a bool is neither 0 nor 1. */
static bool read_field(const payload_field *field, uint8_t *member, const uint8_t **at)
{
    uint32_t value_u32 = 0;
    uint64_t value_u64 = 0;
    uint8_t value_u8 = 0;
    switch (field->form) {
    case FORM_BYTES:
    case FORM_U8:
        fk_read_bytes(at, member, field->size_bytes);
        return true;
    case FORM_U32:
        value_u32 = fk_read_u32(at);
        memcpy(member, &value_u32, sizeof value_u32);
        return true;
    case FORM_U64:
        value_u64 = fk_read_u64(at);
        memcpy(member, &value_u64, sizeof value_u64);
        return true;
    case FORM_BOOL:
        value_u8 = fk_read_u8(at);
        *(bool *)member = value_u8 == 1;
        return value_u8 <= 1;
    case FORM_RESERVED:
        return fk_read_zeros(at, field->size_bytes);
    case FORM_END:
        break;
    }
    return false;
}

/* --- values -------------------------------------------------------------------------------------------- */

static bool all_zero(const uint8_t *bytes, size_t size_bytes)
{
    return fk_read_zeros(&bytes, size_bytes);
}

/* Epoch 0 is no name at all, and has one form. */
static bool name_is_valid(const fk_sealed_name *name)
{
    return name->epoch != 0 ||
           (all_zero(name->nonce, sizeof name->nonce) && all_zero(name->sealed, sizeof name->sealed));
}

static bool epoch_is_valid(const fk_roster_epoch *epoch)
{
    return epoch->number >= 1 && (epoch->has_link || (all_zero(epoch->link_nonce, sizeof epoch->link_nonce) &&
                                                      all_zero(epoch->link, sizeof epoch->link)));
}

static bool values_are_valid(const fk_roster_payload *payload)
{
    switch (payload->kind) {
    case FK_ROSTER_FOUNDING:
        return payload->as.founding.expires_ms <= FK_WIRE_NUMBER_MAX;
    case FK_ROSTER_DEVICE:
        return payload->as.device.kind >= FK_DEVICE_TABLET && payload->as.device.kind <= FK_DEVICE_PHONE &&
               name_is_valid(&payload->as.device.label);
    case FK_ROSTER_PERSON:
        return name_is_valid(&payload->as.person.name);
    case FK_ROSTER_ROLE:
        return (payload->as.role.roles & ~(uint32_t)(FK_ROLE_ADMINISTRATOR | FK_ROLE_CASEWORKER)) == 0;
    case FK_ROSTER_COMPARTMENT:
        return payload->as.compartment.kind >= FK_COMPARTMENT_AGENCY &&
               payload->as.compartment.kind <= FK_COMPARTMENT_CASE && name_is_valid(&payload->as.compartment.name);
    case FK_ROSTER_MEMBERSHIP:
        return payload->as.membership.is_member || !payload->as.membership.whole_history;
    case FK_ROSTER_EPOCH:
        return epoch_is_valid(&payload->as.epoch);
    case FK_ROSTER_RECOVERY_KEY:
        return true;
    case FK_ROSTER_LATER:
        break;
    }
    return false;
}

size_t fk_roster_payload_write(const fk_roster_payload *payload, uint8_t *target)
{
    FK_ASSERT(values_are_valid(payload));
    uint8_t *at = target;
    for (const payload_field *field = fields_of_kind[payload->kind]; field->form != FORM_END; field++) {
        write_field(field, (const uint8_t *)payload + field->offset_bytes, &at);
    }
    return (size_t)(at - target);
}

fk_status fk_roster_payload_read(const fk_roster_entry *entry, fk_roster_payload *payload_out)
{
    memset(payload_out, 0, sizeof *payload_out);
    if (!fk_roster_kind_is_known(entry->header.kind)) {
        return fk_status_of(FK_ERR_NOT_YET);
    }
    const payload_field *fields = fields_of_kind[entry->header.kind];
    if (entry->payload.size_bytes != size_of_fields(fields)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_roster_payload payload;
    memset(&payload, 0, sizeof payload);
    payload.kind = (fk_roster_kind)entry->header.kind;
    const uint8_t *at = entry->payload.data;
    bool is_canonical = true;
    for (const payload_field *field = fields; field->form != FORM_END; field++) {
        is_canonical = read_field(field, (uint8_t *)&payload + field->offset_bytes, &at) && is_canonical;
    }
    if (!is_canonical || !values_are_valid(&payload)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    *payload_out = payload;
    return fk_ok();
}
