#include "roster_internal.h"

#include <string.h>

#include "fk/banned.h"

/* Who signed an entry, as far as the entries before it know. */
typedef enum signer_role {
    SIGNER_ROOT = 1u << 0,
    SIGNER_FOUNDING_KEY = 1u << 1,
    SIGNER_ADMINISTRATOR = 1u << 2, /* a device of one */
    SIGNER_DEVICE = 1u << 3,
} signer_role;

/* Who may sign what (docs/adr/0009). A device signs an epoch only of a compartment its person is a member of. */
static const unsigned MAY_SIGN[] = {
    [FK_ROSTER_FOUNDING] = SIGNER_ROOT, /* and only as the first */
    [FK_ROSTER_DEVICE] = SIGNER_ROOT | SIGNER_FOUNDING_KEY | SIGNER_ADMINISTRATOR,
    [FK_ROSTER_PERSON] = SIGNER_ROOT | SIGNER_ADMINISTRATOR,
    [FK_ROSTER_ROLE] = SIGNER_ROOT | SIGNER_ADMINISTRATOR,
    [FK_ROSTER_COMPARTMENT] = SIGNER_ROOT | SIGNER_ADMINISTRATOR,
    [FK_ROSTER_MEMBERSHIP] = SIGNER_ROOT | SIGNER_ADMINISTRATOR,
    [FK_ROSTER_EPOCH] = SIGNER_DEVICE,
    [FK_ROSTER_LATER] = SIGNER_ROOT | SIGNER_ADMINISTRATOR,
    [FK_ROSTER_RECOVERY_KEY] = SIGNER_ROOT,
};

static fk_status refuse(fk_error *error, fk_code code, const char *detail)
{
    fk_error_set(error, "%s", detail);
    return fk_status_of(code);
}

static bool key_equal(const uint8_t a[FK_WIRE_KEY_SIZE_BYTES], const uint8_t b[FK_WIRE_KEY_SIZE_BYTES])
{
    return memcmp(a, b, FK_WIRE_KEY_SIZE_BYTES) == 0;
}

static bool key_is_zero(const uint8_t key[FK_WIRE_KEY_SIZE_BYTES])
{
    static const uint8_t zero[FK_WIRE_KEY_SIZE_BYTES];
    return key_equal(key, zero);
}

static fk_roster_kind rule_of(uint16_t kind)
{
    return fk_roster_kind_is_known(kind) ? (fk_roster_kind)kind : FK_ROSTER_LATER;
}

/* --- place in the chain, signature ------------------------------------------------------------ */

/* The roster is empty: the entry has to prove that it founds this agency and no other. */
static fk_status check_founding(const fk_roster *roster, const fk_roster_step *step, fk_error *error)
{
    const fk_roster_founding *founding = &step->payload.as.founding;
    fk_id agency = fk_agency_id(founding->root_key);
    if (!fk_id_equal(&agency, &roster->agency)) {
        return refuse(error, FK_ERR_AUTH, "agency");
    }
    if (!key_equal(step->entry.header.signer, founding->root_key)) {
        return refuse(error, FK_ERR_FORBIDDEN, "signer");
    }
    if (fk_id_is_zero(&founding->person) || fk_id_is_zero(&founding->token_id) || key_is_zero(founding->founding_key) ||
        key_equal(founding->founding_key, founding->root_key)) {
        return refuse(error, FK_ERR_INVALID_INPUT, "founding");
    }
    return fk_ok();
}

static fk_status check_place(const fk_roster *roster, const fk_roster_header *header, fk_error *error)
{
    static const fk_digest none;
    uint32_t count = fk_roster_count(roster);
    const fk_digest *head = count == 0 ? &none : fk_roster_hash_at(roster, count - 1);
    if (!fk_id_equal(&header->agency, &roster->agency)) {
        return refuse(error, FK_ERR_AUTH, "agency");
    }
    if (header->index != count || memcmp(&header->prev, head, sizeof *head) != 0) {
        return refuse(error, FK_ERR_HEAD_MOVED, header->index != count ? "index" : "prev");
    }
    if ((count == 0) != (header->kind == FK_ROSTER_FOUNDING)) {
        return refuse(error, FK_ERR_FORBIDDEN, "founding");
    }
    return fk_ok();
}

/* --- signer ------------------------------------------------------------------------------------- */

static const fk_roster_device_row *device_of_key(const fk_roster *roster, const uint8_t key[FK_WIRE_KEY_SIZE_BYTES])
{
    const fk_roster_device_row *rows = roster->devices.items;
    for (size_t i = 0; i < roster->devices.count; i++) {
        if (key_equal(rows[i].entry.signing_key, key)) {
            return &rows[i];
        }
    }
    return NULL;
}

/* The roster has its founding entry. 0: nobody it knows. */
static unsigned signer_of(const fk_roster *roster, const uint8_t key[FK_WIRE_KEY_SIZE_BYTES],
                          const fk_roster_device_row **device_out)
{
    *device_out = NULL;
    if (key_equal(key, roster->founding.root_key)) {
        return SIGNER_ROOT;
    }
    if (key_equal(key, roster->founding.founding_key)) {
        return SIGNER_FOUNDING_KEY;
    }
    *device_out = device_of_key(roster, key);
    if (*device_out == NULL) {
        return 0;
    }
    const fk_roster_person_row *person = fk_roster_person_find(roster, &(*device_out)->entry.person);
    return SIGNER_DEVICE | (person->roles & FK_ROLE_ADMINISTRATOR ? SIGNER_ADMINISTRATOR : 0u);
}

static fk_status check_signer(const fk_roster *roster, fk_roster_step *step, fk_error *error)
{
    const fk_roster_header *header = &step->entry.header;
    const fk_roster_device_row *device = NULL;
    unsigned signer = signer_of(roster, header->signer, &device);
    if ((signer & MAY_SIGN[rule_of(header->kind)]) == 0) {
        return refuse(error, FK_ERR_FORBIDDEN, "signer");
    }
    step->uses_founding_key = signer == SIGNER_FOUNDING_KEY;
    if (step->uses_founding_key && (roster->is_founding_used || header->made_ms >= roster->founding.expires_ms)) {
        return refuse(error, FK_ERR_FORBIDDEN, roster->is_founding_used ? "founding-key-used" : "founding-key-expired");
    }
    if (device != NULL) {
        step->maker_device = device->entry.device;
    }
    return fk_ok();
}

/* --- what each kind may say ------------------------------------------------------------------------ */

/* Sealed names are bound to the id they name, so one id never names two things. */
static bool id_is_used(const fk_roster *roster, const fk_id *id)
{
    return fk_roster_device_find(roster, id) != NULL || fk_roster_person_find(roster, id) != NULL ||
           fk_roster_compartment_find(roster, id) != NULL;
}

static bool keys_are_used(const fk_roster *roster, const fk_roster_device *device)
{
    const fk_roster_device_row *rows = roster->devices.items;
    for (size_t i = 0; i < roster->devices.count; i++) {
        if (key_equal(rows[i].entry.signing_key, device->signing_key) ||
            key_equal(rows[i].entry.box_key, device->box_key)) {
            return true;
        }
    }
    return key_equal(device->signing_key, roster->founding.root_key) ||
           key_equal(device->signing_key, roster->founding.founding_key);
}

static fk_status check_device(const fk_roster *roster, const fk_roster_step *step, fk_error *error)
{
    const fk_roster_device *device = &step->payload.as.device;
    if (fk_roster_person_find(roster, &device->person) == NULL) {
        return refuse(error, FK_ERR_NOT_FOUND, "person");
    }
    if (step->uses_founding_key && !fk_id_equal(&device->person, &roster->founding.person)) {
        return refuse(error, FK_ERR_FORBIDDEN, "founding-person");
    }
    const fk_roster_device_row *known = fk_roster_device_find(roster, &device->device);
    if (known != NULL) { /* again, for a new label and nothing else */
        bool is_same = fk_id_equal(&known->entry.person, &device->person) && known->entry.kind == device->kind &&
                       key_equal(known->entry.signing_key, device->signing_key) &&
                       key_equal(known->entry.box_key, device->box_key);
        return is_same ? fk_ok() : refuse(error, FK_ERR_EXISTS, "device");
    }
    if (fk_id_is_zero(&device->device) || key_is_zero(device->signing_key) || key_is_zero(device->box_key)) {
        return refuse(error, FK_ERR_INVALID_INPUT, "device");
    }
    if (id_is_used(roster, &device->device) || keys_are_used(roster, device)) {
        return refuse(error, FK_ERR_EXISTS, "device");
    }
    return fk_ok();
}

static fk_status check_person(const fk_roster *roster, const fk_roster_person *person, fk_error *error)
{
    if (fk_roster_person_find(roster, &person->person) != NULL) {
        return fk_ok(); /* a new name */
    }
    if (fk_id_is_zero(&person->person)) {
        return refuse(error, FK_ERR_INVALID_INPUT, "person");
    }
    return id_is_used(roster, &person->person) ? refuse(error, FK_ERR_EXISTS, "person") : fk_ok();
}

/* Names are sealed for everybody under the one agency-wide compartment. */
static fk_status check_compartment(const fk_roster *roster, const fk_roster_compartment *compartment, fk_error *error)
{
    if (fk_id_is_zero(&compartment->compartment)) {
        return refuse(error, FK_ERR_INVALID_INPUT, "compartment");
    }
    if (id_is_used(roster, &compartment->compartment)) {
        return refuse(error, FK_ERR_EXISTS, "compartment");
    }
    const fk_roster_compartment_row *rows = roster->compartments.items;
    for (size_t i = 0; compartment->kind == FK_COMPARTMENT_AGENCY && i < roster->compartments.count; i++) {
        if (rows[i].entry.kind == FK_COMPARTMENT_AGENCY) {
            return refuse(error, FK_ERR_EXISTS, "compartment.kind");
        }
    }
    return fk_ok();
}

static fk_status check_membership(const fk_roster *roster, const fk_roster_membership *membership, fk_error *error)
{
    if (fk_roster_compartment_find(roster, &membership->compartment) == NULL) {
        return refuse(error, FK_ERR_NOT_FOUND, "compartment");
    }
    if (fk_roster_person_find(roster, &membership->person) == NULL) {
        return refuse(error, FK_ERR_NOT_FOUND, "person");
    }
    return fk_ok();
}

static fk_status check_epoch(const fk_roster *roster, const fk_roster_step *step, fk_error *error)
{
    const fk_roster_epoch *epoch = &step->payload.as.epoch;
    const fk_roster_compartment_row *row = fk_roster_compartment_find(roster, &epoch->compartment);
    if (row == NULL) {
        return refuse(error, FK_ERR_NOT_FOUND, "compartment");
    }
    if (!fk_roster_is_member(roster, &step->maker_device, &epoch->compartment, step->entry.header.index)) {
        return refuse(error, FK_ERR_FORBIDDEN, "member");
    }
    if (epoch->number <= row->epoch) {
        return refuse(error, FK_ERR_EXISTS, "number");
    }
    if (epoch->number != row->epoch + 1 || (epoch->number == 1 && epoch->has_link)) {
        return refuse(error, FK_ERR_INVALID_INPUT, epoch->has_link ? "link" : "number");
    }
    return fk_ok();
}

/* Its id says which key it is, so a key that was used comes back under no other id; and it was never here before. */
static fk_status check_recovery_key(const fk_roster *roster, const fk_roster_recovery_key *key, fk_error *error)
{
    fk_id id = fk_recovery_key_id(key->public_key);
    if (key_is_zero(key->public_key) || !fk_id_equal(&id, &key->key)) {
        return refuse(error, FK_ERR_INVALID_INPUT, "recovery-key");
    }
    const fk_roster_recovery_key_row *rows = roster->recovery_keys.items;
    for (size_t i = 0; i < roster->recovery_keys.count; i++) {
        if (fk_id_equal(&rows[i].entry.key, &key->key)) {
            return refuse(error, FK_ERR_EXISTS, "recovery-key");
        }
    }
    return fk_ok();
}

static fk_status check_payload(const fk_roster *roster, const fk_roster_step *step, fk_error *error)
{
    switch (step->payload.kind) {
    case FK_ROSTER_FOUNDING:
        return check_founding(roster, step, error);
    case FK_ROSTER_DEVICE:
        return check_device(roster, step, error);
    case FK_ROSTER_PERSON:
        return check_person(roster, &step->payload.as.person, error);
    case FK_ROSTER_ROLE:
        return fk_roster_person_find(roster, &step->payload.as.role.person) != NULL
                   ? fk_ok()
                   : refuse(error, FK_ERR_NOT_FOUND, "person");
    case FK_ROSTER_COMPARTMENT:
        return check_compartment(roster, &step->payload.as.compartment, error);
    case FK_ROSTER_MEMBERSHIP:
        return check_membership(roster, &step->payload.as.membership, error);
    case FK_ROSTER_EPOCH:
        return check_epoch(roster, step, error);
    case FK_ROSTER_RECOVERY_KEY:
        return check_recovery_key(roster, &step->payload.as.recovery_key, error);
    case FK_ROSTER_LATER:
    default:
        return fk_ok();
    }
}

fk_status fk_roster_check(const fk_roster *roster, fk_bytes bytes, fk_roster_step *step_out, fk_error *error)
{
    fk_roster_step *step = step_out;
    *step = (fk_roster_step){ .uses_founding_key = false };
    fk_status status = fk_roster_entry_read(bytes, &step->entry);
    if (!fk_is_ok(status)) {
        return refuse(error, (fk_code)status.code, "entry");
    }
    if (step->entry.whole.size_bytes != bytes.size_bytes) {
        return refuse(error, FK_ERR_INVALID_INPUT, "entry");
    }
    const fk_roster_header *header = &step->entry.header;
    FK_TRY(check_place(roster, header, error));
    if (header->kind != FK_ROSTER_FOUNDING) {
        FK_TRY(check_signer(roster, step, error));
    }
    status =
        fk_verify(header->signer, FK_PURPOSE_ROSTER, &roster->agency, step->entry.content, step->entry.signature.data);
    if (!fk_is_ok(status)) {
        return refuse(error, (fk_code)status.code, "signature");
    }
    if (rule_of(header->kind) == FK_ROSTER_LATER) {
        step->payload.kind = FK_ROSTER_LATER;
        return fk_ok();
    }
    status = fk_roster_payload_read(&step->entry, &step->payload);
    if (!fk_is_ok(status)) {
        return refuse(error, (fk_code)status.code, "payload");
    }
    return check_payload(roster, step, error);
}
