#include "core_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"

#include "fk/banned.h"

enum { HUB_ROW = 1 };

static const fk_hub_quota standard_quota = {
    .agency_size_bytes = (uint64_t)64 * 1024 * 1024 * 1024,
    .device_size_bytes = (uint64_t)8 * 1024 * 1024 * 1024,
};

bool fk_hub_is_fault(fk_status status)
{
    return status.code == FK_ERR_IO || status.code == FK_ERR_FULL || status.code == FK_ERR_NO_MEMORY ||
           status.code == FK_ERR_DAMAGED;
}

/* --- life ------------------------------------------------------------------------------------- */

/* Both keys are made with the store and never leave it: a copy of the store is the same hub. */
static fk_status make_keys(fk_hub *hub)
{
    fk_identity_generate(&hub->identity);
    fk_key_wipe(&hub->identity.box_secret);
    fk_random_bytes(hub->mac_key, sizeof hub->mac_key);
    FK_TRY(fk_hub_store_begin(hub->store));
    fk_status status = fk_hub_store_run(
        hub->store, FK_HUB_SQL_HUB_PUT,
        FK_HUB_VALUES(fk_hub_number(HUB_ROW),
                      fk_hub_bytes(fk_bytes_of(hub->identity.signing_seed.bytes, FK_KEY_SIZE_BYTES)),
                      fk_hub_bytes(fk_bytes_of(hub->identity.signing_public, FK_PUBLIC_KEY_SIZE_BYTES)),
                      fk_hub_bytes(fk_bytes_of(hub->mac_key, sizeof hub->mac_key))),
        NULL);
    if (!fk_is_ok(status)) {
        fk_hub_store_rollback(hub->store);
        return status;
    }
    return fk_hub_store_commit(hub->store);
}

static fk_status load_keys(fk_hub *hub)
{
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(fk_hub_row(hub, FK_HUB_SQL_HUB_GET, FK_HUB_VALUES(fk_hub_number(HUB_ROW)), &rows, &has_row));
    if (!has_row) {
        return make_keys(hub);
    }
    fk_status status = fk_hub_rows_copy(&rows, 0, hub->identity.signing_seed.bytes, FK_KEY_SIZE_BYTES);
    if (fk_is_ok(status)) {
        status = fk_hub_rows_copy(&rows, 1, hub->identity.signing_public, FK_PUBLIC_KEY_SIZE_BYTES);
    }
    if (fk_is_ok(status)) {
        status = fk_hub_rows_copy(&rows, 2, hub->mac_key, sizeof hub->mac_key);
    }
    fk_hub_rows_end(&rows);
    return status;
}

fk_status fk_hub_open(const char *store, const fk_allocator *allocator, fk_hub **hub_out, fk_error *error)
{
    *hub_out = NULL;
    fk_hub *hub = fk_allocate(allocator, sizeof *hub);
    if (hub == NULL) {
        fk_error_set(error, "There is not enough memory to open the store.");
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    hub->allocator = allocator;
    hub->quota = standard_quota;
    fk_hub_rates_init(&hub->rates);
    fk_status status = fk_hub_store_open(store, allocator, &hub->store, error);
    if (fk_is_ok(status)) {
        status = load_keys(hub);
        if (!fk_is_ok(status)) {
            fk_error_set(error, "The store cannot be read.");
        }
    }
    if (!fk_is_ok(status)) {
        fk_hub_close(hub);
        return status;
    }
    *hub_out = hub;
    return fk_ok();
}

/* What grew in this transaction: kept when it is on the disk, else forgotten. */
static void settle_rosters(fk_hub *hub, bool is_kept)
{
    for (size_t i = 0; i < hub->agency_count; i++) {
        if (hub->agencies[i].has_grown && !is_kept) {
            fk_hub_forget(&hub->agencies[i]);
        }
        hub->agencies[i].has_grown = false;
    }
}

void fk_hub_close(fk_hub *hub)
{
    if (hub == NULL) {
        return;
    }
    fk_hub_store_close(hub->store);
    for (size_t i = 0; i < hub->agency_count; i++) {
        fk_hub_forget(&hub->agencies[i]);
    }
    fk_release(hub->allocator, hub, sizeof *hub);
}

/* --- transactions ------------------------------------------------------------------------------- */

fk_status fk_hub_begin(fk_hub *hub)
{
    FK_ASSERT(!hub->is_in_transaction);
    if (FK_PLANTED(ACK_BEFORE_FLUSH) && hub->is_late) {
        hub->is_late = false;
        FK_TRY(fk_hub_store_commit(hub->store));
    }
    FK_TRY(fk_hub_store_begin(hub->store));
    hub->is_in_transaction = true;
    return fk_ok();
}

fk_status fk_hub_commit(fk_hub *hub)
{
    FK_ASSERT(hub->is_in_transaction);
    hub->is_in_transaction = false;
    if (FK_PLANTED(ACK_BEFORE_FLUSH)) {
        hub->is_late = true;
        return fk_ok();
    }
    fk_status status = fk_hub_store_commit(hub->store);
    settle_rosters(hub, fk_is_ok(status));
    return status;
}

void fk_hub_rollback(fk_hub *hub)
{
    hub->is_in_transaction = false;
    fk_hub_store_rollback(hub->store);
    settle_rosters(hub, false);
}

/* --- founding ------------------------------------------------------------------------------------- */

static fk_status same_founding(fk_hub *hub, const fk_id *agency, fk_bytes founding_entry)
{
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(
        fk_hub_row(hub, FK_HUB_SQL_ROSTER_FROM, FK_HUB_VALUES(fk_hub_id(agency), fk_hub_number(0)), &rows, &has_row));
    bool is_same = has_row && fk_bytes_equal(fk_hub_rows_bytes(&rows, 1), founding_entry);
    fk_hub_rows_end(&rows);
    return is_same ? fk_ok() : fk_status_of(FK_ERR_EXISTS);
}

static fk_status agency_count(fk_hub *hub, uint64_t *count_out)
{
    fk_hub_rows rows;
    bool has_row = false;
    *count_out = 0;
    FK_TRY(fk_hub_row(hub, FK_HUB_SQL_AGENCY_COUNT, FK_HUB_VALUES(fk_hub_number(0)), &rows, &has_row));
    fk_status status = has_row ? fk_hub_rows_number(&rows, 0, count_out) : fk_status_of(FK_ERR_DAMAGED);
    fk_hub_rows_end(&rows);
    return status;
}

static fk_status store_founding(fk_hub *hub, const fk_roster *roster, fk_bytes founding_entry, uint64_t now_ms)
{
    static const fk_digest no_log = { { 0 } };
    const fk_id *agency = fk_roster_agency(roster);
    const fk_roster_founding *founding = fk_roster_founding_of(roster);
    fk_hub_agency *known = NULL;
    fk_status status = fk_hub_agency_open(hub, agency, &known);
    if (status.code != FK_ERR_NOT_FOUND) {
        return fk_is_ok(status) ? same_founding(hub, agency, founding_entry) : status;
    }
    uint64_t count = 0;
    FK_TRY(agency_count(hub, &count));
    if (count >= FK_HUB_AGENCY_COUNT_MAX) {
        return fk_status_of(FK_ERR_QUOTA);
    }
    FK_TRY(fk_hub_store_run(hub->store, FK_HUB_SQL_AGENCY_PUT,
                            FK_HUB_VALUES(fk_hub_id(agency), fk_hub_number(now_ms), fk_hub_digest(&no_log)), NULL));
    FK_TRY(fk_hub_store_run(hub->store, FK_HUB_SQL_ROSTER_PUT,
                            FK_HUB_VALUES(fk_hub_id(agency), fk_hub_number(0), fk_hub_bytes(founding_entry)), NULL));
    return fk_hub_store_run(
        hub->store, FK_HUB_SQL_ENROL_PUT,
        FK_HUB_VALUES(fk_hub_id(agency), fk_hub_id(&founding->token_id), fk_hub_number(founding->expires_ms)), NULL);
}

fk_status fk_hub_found(fk_hub *hub, fk_bytes founding_entry, uint64_t now_ms, fk_error *error)
{
    error->detail[0] = '\0';
    fk_roster_entry entry;
    fk_roster *roster = NULL;
    fk_status status = fk_roster_entry_read(founding_entry, &entry);
    if (fk_is_ok(status) && entry.whole.size_bytes != founding_entry.size_bytes) {
        status = fk_status_of(FK_ERR_INVALID_INPUT);
    }
    if (fk_is_ok(status)) {
        status = fk_roster_new(hub->allocator, &entry.header.agency, &roster);
    }
    if (fk_is_ok(status)) {
        status = fk_roster_append(roster, founding_entry, error);
    }
    if (fk_is_ok(status) && fk_roster_founding_of(roster)->expires_ms > INT64_MAX) {
        status = fk_status_of(FK_ERR_INVALID_INPUT);
    }
    if (fk_is_ok(status)) {
        status = fk_hub_begin(hub);
    }
    if (fk_is_ok(status)) {
        status = store_founding(hub, roster, founding_entry, now_ms);
        if (fk_is_ok(status)) {
            status = fk_hub_commit(hub);
        } else {
            fk_hub_rollback(hub);
        }
    }
    fk_roster_free(roster);
    return status;
}

/* --- what several files need ----------------------------------------------------------------------- */

fk_status fk_hub_row(fk_hub *hub, fk_hub_sql sql, const fk_hub_value *values, size_t value_count, fk_hub_rows *rows_out,
                     bool *has_row_out)
{
    *has_row_out = false;
    FK_TRY(fk_hub_rows_begin(hub->store, sql, values, value_count, rows_out));
    fk_status status = fk_hub_rows_next(rows_out, has_row_out);
    if (!fk_is_ok(status) || !*has_row_out) {
        fk_hub_rows_end(rows_out);
    }
    return status;
}

fk_digest fk_hub_segment_id(const fk_segment *segment, uint8_t signed_out[FK_HUB_SEGMENT_SIGNED_SIZE_BYTES])
{
    memcpy(signed_out, segment->header_bytes.data, FK_SEGMENT_HEADER_SIZE_BYTES);
    fk_hash_of(segment->body, signed_out + FK_SEGMENT_HEADER_SIZE_BYTES);
    fk_digest id;
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_hash_update(&hash, fk_bytes_of(signed_out, FK_HUB_SEGMENT_SIGNED_SIZE_BYTES));
    fk_hash_update(&hash, segment->signature);
    fk_hash_final(&hash, id.bytes);
    return id;
}

fk_digest fk_hub_log_next(const fk_digest *before, uint64_t number, const fk_digest *segment_id)
{
    uint8_t number_bytes[8];
    fk_put_u64(number_bytes, number);
    fk_digest next;
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_hash_update(&hash, fk_bytes_text(FK_CONTEXT_HUB_LOG));
    fk_hash_update(&hash, fk_bytes_of(before->bytes, sizeof before->bytes));
    fk_hash_update(&hash, fk_bytes_of(number_bytes, sizeof number_bytes));
    fk_hash_update(&hash, fk_bytes_of(segment_id->bytes, sizeof segment_id->bytes));
    fk_hash_final(&hash, next.bytes);
    return next;
}
