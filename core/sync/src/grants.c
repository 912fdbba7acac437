/* grants.c — keys of epochs: given to devices that are new, taken from grants to this one. */
#include "sync_internal.h"

#include <string.h>

#include "fk/epoch.h"

#include "fk/banned.h"

enum {
    GRANT_COUNT_MAX = 256,      /* in one request */
    GRANT_EPOCH_COUNT_MAX = 64, /* newest of a compartment that a newcomer is given */
    /* K 32, agency 16, compartment 16, number u32, device 16 */
    GRANT_PLAIN_SIZE_BYTES = FK_KEY_SIZE_BYTES + 3 * FK_ID_SIZE_BYTES + 4,
    NUMBER_OFFSET = FK_KEY_SIZE_BYTES + 2 * FK_ID_SIZE_BYTES,
};

_Static_assert((int)GRANT_PLAIN_SIZE_BYTES + (int)FK_BOX_SEAL_SIZE_BYTES == (int)FK_GRANT_SEALED_SIZE_BYTES,
               "what is sealed fits a grant");

static void write_plain(const fk_grant *grant, const fk_key *key, uint8_t plain[GRANT_PLAIN_SIZE_BYTES])
{
    memcpy(plain, key->bytes, FK_KEY_SIZE_BYTES);
    memcpy(plain + FK_KEY_SIZE_BYTES, grant->agency.bytes, FK_ID_SIZE_BYTES);
    memcpy(plain + FK_KEY_SIZE_BYTES + FK_ID_SIZE_BYTES, grant->compartment.bytes, FK_ID_SIZE_BYTES);
    fk_put_u32(plain + NUMBER_OFFSET, grant->epoch);
    memcpy(plain + NUMBER_OFFSET + 4, grant->device.bytes, FK_ID_SIZE_BYTES);
}

/* --- giving ------------------------------------------------------------------------------------------ */

typedef struct giving {
    fk_sync *sync;
    uint32_t count;
} giving;

static fk_status give_one(giving *give, const fk_roster_device *device, const fk_id *compartment, uint32_t epoch)
{
    fk_sync *sync = give->sync;
    fk_key key;
    fk_status status = fk_store_epoch_key(sync->config.store, compartment, epoch, &key);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_ok(); /* somebody else has it */
    }
    FK_TRY(status);
    fk_grant grant = {
        .agency = sync->facts.agency,
        .compartment = *compartment,
        .epoch = epoch,
        .device = device->device,
        .maker = *fk_sync_device(sync),
    };
    fk_id maker;
    uint8_t plain[GRANT_PLAIN_SIZE_BYTES];
    uint8_t bytes[FK_GRANT_SIZE_BYTES];
    bool is_known = fk_roster_epoch_find(sync->roster, compartment, epoch, &grant.epoch_entry, &maker) != NULL;
    write_plain(&grant, &key, plain);
    status = fk_box_seal(device->box_key, fk_bytes_of(plain, sizeof plain), grant.sealed);
    fk_wipe(plain, sizeof plain);
    fk_key_wipe(&key);
    if (!is_known || !fk_is_ok(status)) {
        return fk_ok(); /* a box key nobody can seal to: that device cannot be helped */
    }
    fk_grant_write(&grant, bytes);
    fk_sign(sync->config.identity, FK_PURPOSE_GRANT, &grant.agency, fk_bytes_of(bytes, FK_GRANT_SIGNED_SIZE_BYTES),
            grant.signature);
    fk_grant_write(&grant, bytes);
    give->count++;
    return fk_buffer_append(&sync->request.body, fk_bytes_of(bytes, sizeof bytes));
}

/* Every key of its compartments that this device holds. */
static fk_status give_to(giving *give, const fk_roster_device *device)
{
    const fk_roster *roster = give->sync->roster;
    uint32_t head = fk_roster_count(roster) - 1;
    for (size_t i = 0; i < fk_roster_compartment_count(roster); i++) {
        const fk_roster_compartment_row *row = fk_roster_compartment_at(roster, i);
        const fk_id *compartment = &row->entry.compartment;
        bool are_both = fk_roster_is_member(roster, &device->device, compartment, head) &&
                        fk_roster_is_member(roster, fk_sync_device(give->sync), compartment, head);
        uint32_t first = row->epoch > GRANT_EPOCH_COUNT_MAX ? row->epoch - GRANT_EPOCH_COUNT_MAX : 0;
        for (uint32_t epoch = row->epoch; are_both && epoch > first && give->count < GRANT_COUNT_MAX; epoch--) {
            FK_TRY(give_one(give, device, compartment, epoch));
        }
    }
    return fk_ok();
}

/* Devices that came into the roster since the last time. Any member's device does it: should the one that admitted them
 * be lost in between, the next one helps. */
fk_status fk_ask_give(fk_sync *sync, bool *has_request_out)
{
    uint32_t count = fk_roster_count(sync->roster);
    if (sync->facts.granted_count >= count || fk_sync_own_row(sync) == NULL) {
        return fk_ok();
    }
    giving give = { .sync = sync };
    FK_TRY(fk_request_post(sync, "/v1/grants", true, FK_FRAME_GRANTS, 0));
    FK_TRY(fk_append_u64(&sync->request.body, 0));
    uint32_t done = count;
    for (size_t i = 0; i < fk_roster_device_count(sync->roster); i++) {
        const fk_roster_device_row *row = fk_roster_device_at(sync->roster, i);
        if (row->index < sync->facts.granted_count || row->index >= done) {
            continue;
        }
        if (give.count >= GRANT_COUNT_MAX / 2) {
            done = row->index; /* the rest in the next request */
            break;
        }
        FK_TRY(give_to(&give, &row->entry));
    }
    sync->granting_count = done;
    if (give.count == 0) {
        sync->facts.granted_count = done;
        return fk_ok();
    }
    fk_request_set_count(sync, FK_FRAME_GRANTS, give.count);
    *has_request_out = true;
    return fk_ok();
}

fk_status fk_answer_give(fk_sync *sync, const fk_frame *frame)
{
    (void)frame;
    sync->facts.granted_count = sync->granting_count;
    return fk_ok();
}

/* --- taking -------------------------------------------------------------------------------------------- */

/* Signed by a member's device, for an epoch of the roster, and the key is the one the roster commits to. */
static fk_status take_key(fk_sync *sync, const fk_grant *grant, fk_bytes bytes, fk_key *key_out)
{
    const fk_roster *roster = sync->roster;
    const fk_roster_device_row *maker = fk_roster_device_find(roster, &grant->maker);
    fk_digest entry_hash;
    fk_id epoch_maker;
    const fk_roster_epoch *epoch =
        fk_roster_epoch_find(roster, &grant->compartment, grant->epoch, &entry_hash, &epoch_maker);
    bool is_allowed = fk_id_equal(&grant->agency, &sync->facts.agency) &&
                      fk_id_equal(&grant->device, fk_sync_device(sync)) && maker != NULL && epoch != NULL &&
                      memcmp(&entry_hash, &grant->epoch_entry, sizeof entry_hash) == 0 &&
                      fk_roster_is_member(roster, &grant->maker, &grant->compartment, fk_roster_count(roster) - 1);
    if (!is_allowed) {
        return fk_status_of(FK_ERR_FORBIDDEN);
    }
    FK_TRY(fk_verify(maker->entry.signing_key, FK_PURPOSE_GRANT, &grant->agency,
                     fk_bytes_of(bytes.data, FK_GRANT_SIGNED_SIZE_BYTES), grant->signature));
    uint8_t plain[GRANT_PLAIN_SIZE_BYTES];
    uint8_t expected[GRANT_PLAIN_SIZE_BYTES];
    uint8_t commitment[FK_HASH_SIZE_BYTES];
    fk_epoch_name name = { grant->agency, grant->compartment, grant->epoch };
    fk_status status = fk_box_open(sync->config.identity, fk_bytes_of(grant->sealed, sizeof grant->sealed), plain);
    memcpy(key_out->bytes, plain, FK_KEY_SIZE_BYTES);
    write_plain(grant, key_out, expected);
    fk_epoch_commitment(key_out, &name, commitment);
    bool is_right = fk_is_ok(status) && fk_equal_constant_time(plain, expected, sizeof plain) &&
                    fk_equal_constant_time(commitment, epoch->commitment.bytes, sizeof commitment);
    fk_wipe(plain, sizeof plain);
    fk_wipe(expected, sizeof expected);
    if (!is_right) {
        fk_key_wipe(key_out);
    }
    return fk_status_of(is_right ? FK_OK : FK_ERR_AUTH);
}

static fk_status take_grant(fk_sync *sync, const fk_grant *grant, fk_bytes bytes)
{
    fk_key key;
    fk_status status = fk_store_epoch_key(sync->config.store, &grant->compartment, grant->epoch, &key);
    bool is_here = fk_is_ok(status);
    fk_key_wipe(&key);
    if (is_here || status.code != FK_ERR_NOT_FOUND) {
        return is_here ? fk_ok() : status;
    }
    if (!fk_is_ok(take_key(sync, grant, bytes, &key))) {
        fk_sync_note(sync, FK_ERR_FORBIDDEN, "a grant that is none"); /* another colleague's may be right */
        return fk_ok();
    }
    status = fk_store_epoch_key_put(sync->config.store, &grant->compartment, grant->epoch, &key);
    fk_key_wipe(&key);
    return status;
}

fk_status fk_ask_grants(fk_sync *sync, bool *has_request_out)
{
    if (sync->is_grants_read) {
        return fk_waiting_retry(sync);
    }
    fk_request_get(sync, "/v1/grants", sync->facts.grants_after);
    *has_request_out = true;
    return fk_ok();
}

fk_status fk_answer_grants(fk_sync *sync, const fk_frame *frame)
{
    fk_bytes rest = frame->rest;
    uint64_t newest = 0;
    FK_TRY(fk_take_u64(&rest, &newest));
    for (uint32_t i = 0; i < frame->count; i++) {
        fk_bytes bytes;
        fk_grant grant;
        FK_TRY(fk_take(&rest, FK_GRANT_SIZE_BYTES, &bytes));
        if (!fk_is_ok(fk_grant_read(bytes, &grant))) {
            return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "grant");
        }
        FK_TRY(take_grant(sync, &grant, bytes));
    }
    sync->is_grants_read = frame->count < GRANT_COUNT_MAX; /* no hub gives shorter pages */
    sync->facts.grants_after = newest;
    return fk_names_load(sync);
}
