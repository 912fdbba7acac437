/* roster_step.c — the roster as stored, what the hub adds to it, and who this device is in it. */
#include "sync_internal.h"

#include <string.h>

#include "fk/assert.h"

#include "fk/banned.h"

enum { ROSTER_COUNT_MAX = 256 }; /* readings in one run: a roster comes in pages of 1 MiB */

typedef struct copier {
    fk_roster *roster;
} copier;

static fk_status copy_entry(void *ctx, uint32_t index, fk_bytes entry)
{
    const copier *copy = ctx;
    fk_status status = index == fk_roster_count(copy->roster) ? fk_roster_append(copy->roster, entry, NULL)
                                                              : fk_status_of(FK_ERR_DAMAGED);
    return fk_is_ok(status) || status.code == FK_ERR_NO_MEMORY ? status : fk_status_of(FK_ERR_DAMAGED);
}

fk_status fk_sync_roster_copy(const fk_sync *sync, const fk_id *agency, fk_roster **roster_out)
{
    FK_TRY(fk_roster_new(sync->config.allocator, agency, roster_out));
    copier copy = { *roster_out };
    fk_status status = fk_store_roster(sync->config.store, copy_entry, &copy);
    if (!fk_is_ok(status)) {
        fk_roster_free(*roster_out);
        *roster_out = NULL;
    }
    return status;
}

/* --- taking entries ---------------------------------------------------------------------------------- */

/* One entry: known and the same, or the next and allowed. An index further on is no next one and refused with it. */
static fk_status take_entry(fk_sync *sync, fk_roster *roster, const fk_roster_entry *entry, bool is_kept)
{
    uint32_t index = entry->header.index;
    if (index < fk_roster_count(roster)) {
        fk_digest hash;
        fk_hash_of(entry->whole, hash.bytes);
        bool is_same = memcmp(&hash, fk_roster_hash_at(roster, index), sizeof hash) == 0;
        return is_same ? fk_ok() : fk_sync_refuse(sync, FK_ERR_FORK, "roster: another entry than known");
    }
    fk_error error = { "" };
    fk_status status = fk_roster_append(roster, entry->whole, &error);
    if (status.code == FK_ERR_NO_MEMORY) {
        return status;
    }
    if (!fk_is_ok(status)) {
        return fk_sync_refuse(sync, FK_ERR_OTHER_HUB, error.detail);
    }
    return is_kept ? fk_store_roster_add(sync->config.store, index, entry->whole) : fk_ok();
}

static fk_status take_entries(fk_sync *sync, fk_roster *roster, uint32_t count, fk_bytes rest, bool is_kept)
{
    for (uint32_t i = 0; i < count; i++) {
        fk_roster_entry entry;
        fk_status status = fk_roster_entry_read(rest, &entry);
        if (!fk_is_ok(status)) {
            fk_code code = status.code == FK_ERR_NEWER_VERSION ? FK_ERR_OTHER_PROTOCOL : FK_ERR_NOT_A_HUB;
            return fk_sync_refuse(sync, code, "roster entry");
        }
        FK_TRY(take_entry(sync, roster, &entry, is_kept));
        rest = fk_bytes_of(rest.data + entry.whole.size_bytes, rest.size_bytes - entry.whole.size_bytes);
    }
    return rest.size_bytes == 0 ? fk_ok() : fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "bytes after the roster");
}

fk_status fk_sync_roster_take(fk_sync *sync, const fk_id *agency, uint32_t count, fk_bytes rest, bool is_kept)
{
    /* Added to a copy: what cannot be stored must not be believed either. */
    fk_roster *roster = NULL;
    FK_TRY(fk_sync_roster_copy(sync, agency, &roster));
    fk_status status = take_entries(sync, roster, count, rest, is_kept);
    if (!fk_is_ok(status)) {
        fk_roster_free(roster);
        return status;
    }
    fk_roster_free(sync->roster);
    sync->roster = roster;
    return fk_ok();
}

/* Nothing new: what came is compared with what is here, without verifying all of it again. */
static fk_status check_known(fk_sync *sync, uint32_t count, fk_bytes rest)
{
    fk_roster_entry entry;
    uint32_t known = fk_roster_count(sync->roster);
    for (fk_bytes at = rest; at.size_bytes > 0;) {
        if (!fk_is_ok(fk_roster_entry_read(at, &entry)) || entry.header.index >= known) {
            return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "roster entry");
        }
        at = fk_bytes_of(at.data + entry.whole.size_bytes, at.size_bytes - entry.whole.size_bytes);
    }
    return take_entries(sync, sync->roster, count, rest, false);
}

fk_status fk_sync_roster_reload(fk_sync *sync)
{
    if (sync->roster == NULL) {
        return fk_ok();
    }
    fk_id agency = *fk_roster_agency(sync->roster);
    fk_roster *roster = NULL;
    FK_TRY(fk_sync_roster_copy(sync, &agency, &roster));
    fk_roster_free(sync->roster);
    sync->roster = roster;
    return fk_ok();
}

/* --- the step ------------------------------------------------------------------------------------------ */

void fk_roster_read_again(fk_sync *sync)
{
    sync->is_roster_lacking = sync->is_roster_fresh = false;
    fk_sync_jump(sync, FK_PHASE_ROSTER);
}

fk_status fk_ask_roster(fk_sync *sync, bool *has_request_out)
{
    if (!sync->facts.is_member && sync->roster_count > 0) {
        fk_sync_jump(sync, FK_PHASE_COUNT); /* signed in, in the roster, and the words are not confirmed here yet */
        return fk_ok();
    }
    if (sync->is_roster_fresh || sync->roster_count >= ROSTER_COUNT_MAX) {
        return fk_ok();
    }
    *has_request_out = true;
    sync->roster_count++;
    /* From the last entry known here, so that another one in its place is seen. UINT32_MAX: from the start. */
    uint32_t count = fk_roster_count(sync->roster);
    fk_request_get(sync, "/v1/roster", count > 1 ? count - 2 : UINT32_MAX);
    return fk_ok();
}

fk_status fk_answer_roster(fk_sync *sync, const fk_frame *frame)
{
    if (!sync->facts.is_member) {
        return fk_answer_enrol(sync, frame);
    }
    fk_bytes rest = frame->rest;
    uint32_t head = 0;
    uint32_t reserved = 0;
    FK_TRY(fk_take_u32(&rest, &head));
    FK_TRY(fk_take_u32(&rest, &reserved));
    uint32_t known = fk_roster_count(sync->roster);
    if (head + 1 < known) {
        return fk_roster_return_wish(sync, head);
    }
    bool is_news = head + 1 > known;
    FK_TRY(is_news ? fk_sync_roster_take(sync, &sync->facts.agency, frame->count, rest, true)
                   : check_known(sync, frame->count, rest));
    uint32_t count = fk_roster_count(sync->roster);
    if (head >= FK_ROSTER_ENTRY_COUNT_MAX || (count <= head && count == known)) {
        return fk_sync_refuse(sync, FK_ERR_NOT_A_HUB, "roster head");
    }
    if (count <= head) {
        return fk_ok(); /* the next page */
    }
    sync->is_roster_fresh = true;
    FK_TRY(fk_invites_settle(sync));
    FK_TRY(fk_names_load(sync));
    if (sync->facts.roster_wanted > head) {
        /* Somebody was shown more than we are: until it is shown to us, nothing is sealed. */
        fk_sync_note(sync, FK_ERR_FORK, "a colleague has seen a newer roster than this hub gives");
    }
    return fk_ok();
}

/* --- who is who ------------------------------------------------------------------------------------------ */

const fk_roster *fk_sync_roster(const fk_sync *sync)
{
    return sync->roster != NULL && fk_roster_count(sync->roster) > 0 ? sync->roster : NULL;
}

const fk_id *fk_sync_device(const fk_sync *sync)
{
    return fk_store_device(sync->config.store);
}

const fk_roster_device_row *fk_sync_own_row(const fk_sync *sync)
{
    const fk_identity *identity = sync->config.identity;
    const fk_roster_device_row *row =
        sync->roster != NULL ? fk_roster_device_find(sync->roster, fk_sync_device(sync)) : NULL;
    bool is_own = row != NULL &&
                  memcmp(row->entry.signing_key, identity->signing_public, sizeof row->entry.signing_key) == 0 &&
                  memcmp(row->entry.box_key, identity->box_public, sizeof row->entry.box_key) == 0;
    return is_own ? row : NULL;
}

bool fk_sync_person_of_device(const fk_sync *sync, const fk_id *device, fk_id *person_out)
{
    const fk_roster_device_row *row = sync->roster != NULL ? fk_roster_device_find(sync->roster, device) : NULL;
    if (row != NULL) {
        *person_out = row->entry.person;
    }
    return row != NULL;
}

bool fk_sync_is_administrator(const fk_sync *sync)
{
    const fk_roster_device_row *own = fk_sync_own_row(sync);
    const fk_roster_person_row *person = own != NULL ? fk_roster_person_find(sync->roster, &own->entry.person) : NULL;
    return person != NULL && (person->roles & FK_ROLE_ADMINISTRATOR) != 0;
}

/* Of a team, the first this device is a member of: this version has one. */
const fk_roster_compartment_row *fk_sync_compartment_of_kind(const fk_sync *sync, fk_compartment_kind kind)
{
    uint32_t count = fk_roster_count(sync->roster);
    for (size_t i = 0; i < fk_roster_compartment_count(sync->roster); i++) {
        const fk_roster_compartment_row *row = fk_roster_compartment_at(sync->roster, i);
        bool is_ours = kind == FK_COMPARTMENT_AGENCY ||
                       fk_roster_is_member(sync->roster, fk_sync_device(sync), &row->entry.compartment, count - 1);
        if (row->entry.kind == kind && is_ours) {
            return row;
        }
    }
    return NULL;
}

fk_status fk_sync_newest_key(const fk_sync *sync, const fk_id *compartment, uint32_t *epoch_out, fk_key *key_out)
{
    const fk_roster_compartment_row *row = fk_roster_compartment_find(sync->roster, compartment);
    *epoch_out = row != NULL ? row->epoch : 0;
    if (*epoch_out == 0) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    return fk_store_epoch_key(sync->config.store, compartment, *epoch_out, key_out);
}
