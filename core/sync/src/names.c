/* names.c — names of people, devices and compartments: sealed in the roster, opened here. */
#include "sync_internal.h"

#include <string.h>

#include "fk/assert.h"

#include "fk/banned.h"

/* The text "fk/name/v1" and its NUL, agency, the id it names (docs/adr/0009). */
enum { ASSOCIATED_SIZE_BYTES = sizeof FK_CONTEXT_NAME + 2 * FK_ID_SIZE_BYTES };

static void associate(const fk_id *agency, const fk_id *named, uint8_t target[ASSOCIATED_SIZE_BYTES])
{
    memcpy(target, FK_CONTEXT_NAME, sizeof FK_CONTEXT_NAME);
    memcpy(target + sizeof FK_CONTEXT_NAME, agency->bytes, FK_ID_SIZE_BYTES);
    memcpy(target + sizeof FK_CONTEXT_NAME + FK_ID_SIZE_BYTES, named->bytes, FK_ID_SIZE_BYTES);
}

void fk_name_seal(const fk_key *key, uint32_t epoch, const fk_id *agency, const fk_id *named, fk_bytes text,
                  fk_sealed_name *name_out)
{
    FK_ASSERT(text.size_bytes <= FK_NAME_SIZE_BYTES_MAX);
    uint8_t associated[ASSOCIATED_SIZE_BYTES];
    uint8_t plain[FK_SEALED_NAME_PLAIN_SIZE_BYTES] = { (uint8_t)text.size_bytes };
    if (text.size_bytes > 0) {
        memcpy(plain + 1, text.data, text.size_bytes);
    }
    associate(agency, named, associated);
    name_out->epoch = epoch;
    fk_random_bytes(name_out->nonce, sizeof name_out->nonce);
    fk_aead_seal(key, name_out->nonce, fk_bytes_of(associated, sizeof associated), fk_bytes_of(plain, sizeof plain),
                 name_out->sealed);
    fk_wipe(plain, sizeof plain);
}

fk_status fk_name_open(const fk_key *key, const fk_id *agency, const fk_id *named, const fk_sealed_name *name,
                       fk_name_row *row_out)
{
    uint8_t associated[ASSOCIATED_SIZE_BYTES];
    uint8_t plain[FK_SEALED_NAME_PLAIN_SIZE_BYTES];
    associate(agency, named, associated);
    *row_out = (fk_name_row){ .id = *named };
    FK_TRY(fk_aead_open(key, name->nonce, fk_bytes_of(associated, sizeof associated),
                        fk_bytes_of(name->sealed, sizeof name->sealed), plain));
    /* A colleague's device wrote it: that it opens says nothing about what it holds. */
    bool is_text = plain[0] <= FK_NAME_SIZE_BYTES_MAX && fk_utf8_is_valid(fk_bytes_of(plain + 1, plain[0]));
    if (is_text) {
        row_out->size_bytes = plain[0];
        memcpy(row_out->text, plain + 1, plain[0]);
    }
    fk_wipe(plain, sizeof plain);
    return fk_status_of(is_text ? FK_OK : FK_ERR_INVALID_INPUT);
}

/* --- all of them --------------------------------------------------------------------------------- */

typedef struct loader {
    fk_sync *sync;
    fk_name_row *rows;
    size_t count;
    uint32_t epoch; /* of the key at hand; 0: none yet */
    bool has_key;
    fk_key key;
    const fk_roster_compartment_row *agency;
} loader;

/* A name that does not open stays empty: its key may come later. */
static fk_status add_name(loader *load, const fk_id *named, const fk_sealed_name *name)
{
    if (name->epoch == 0) {
        return fk_ok();
    }
    if (name->epoch != load->epoch) {
        fk_store *store = load->sync->config.store;
        fk_status status = fk_store_epoch_key(store, &load->agency->entry.compartment, name->epoch, &load->key);
        load->epoch = name->epoch;
        load->has_key = fk_is_ok(status);
        if (!load->has_key && status.code != FK_ERR_NOT_FOUND) {
            return status;
        }
    }
    fk_name_row *row = &load->rows[load->count];
    const fk_id *agency = fk_roster_agency(load->sync->roster);
    if (load->has_key && fk_is_ok(fk_name_open(&load->key, agency, named, name, row))) {
        load->count++;
    }
    return fk_ok();
}

static fk_status add_all(loader *load)
{
    const fk_roster *roster = load->sync->roster;
    for (size_t i = 0; i < fk_roster_person_count(roster); i++) {
        const fk_roster_person *person = &fk_roster_person_at(roster, i)->entry;
        FK_TRY(add_name(load, &person->person, &person->name));
    }
    for (size_t i = 0; i < fk_roster_device_count(roster); i++) {
        const fk_roster_device *device = &fk_roster_device_at(roster, i)->entry;
        FK_TRY(add_name(load, &device->device, &device->label));
    }
    for (size_t i = 0; i < fk_roster_compartment_count(roster); i++) {
        const fk_roster_compartment *compartment = &fk_roster_compartment_at(roster, i)->entry;
        FK_TRY(add_name(load, &compartment->compartment, &compartment->name));
    }
    return fk_ok();
}

static size_t capacity_of(const fk_roster *roster)
{
    return fk_roster_person_count(roster) + fk_roster_device_count(roster) + fk_roster_compartment_count(roster);
}

void fk_names_free(fk_sync *sync)
{
    fk_release(sync->config.allocator, sync->names.rows, sync->names.count * sizeof *sync->names.rows);
    sync->names = (fk_names){ .rows = NULL };
}

fk_status fk_names_load(fk_sync *sync)
{
    loader load = { .sync = sync };
    if (sync->roster != NULL) {
        load.agency = fk_sync_compartment_of_kind(sync, FK_COMPARTMENT_AGENCY);
    }
    size_t capacity = load.agency != NULL ? capacity_of(sync->roster) : 0;
    if (capacity == 0) {
        fk_names_free(sync);
        return fk_ok();
    }
    load.rows = fk_allocate(sync->config.allocator, capacity * sizeof *load.rows);
    if (load.rows == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_status status = add_all(&load);
    fk_key_wipe(&load.key);
    if (!fk_is_ok(status)) {
        fk_release(sync->config.allocator, load.rows, capacity * sizeof *load.rows);
        return status;
    }
    fk_names_free(sync);
    /* Rows that did not open stay behind the others, with a zero id that nothing has. */
    memset(load.rows + load.count, 0, (capacity - load.count) * sizeof *load.rows);
    sync->names = (fk_names){ load.rows, capacity };
    return fk_ok();
}

fk_bytes fk_sync_name_of(const fk_sync *sync, const fk_id *person_device_or_compartment)
{
    for (size_t i = 0; i < sync->names.count; i++) {
        const fk_name_row *row = &sync->names.rows[i];
        if (fk_id_equal(&row->id, person_device_or_compartment)) {
            return fk_bytes_of(row->text, row->size_bytes);
        }
    }
    return fk_bytes_of(NULL, 0);
}
