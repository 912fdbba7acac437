#include "core_internal.h"

#include <string.h>

#include "fk/banned.h"

/* The end of a chain as the walk over the log has seen it so far. */
typedef struct hub_seen_chain {
    fk_id compartment;
    fk_id device;
    uint64_t last_sequence;
    fk_digest last_id;
} hub_seen_chain;

typedef struct hub_walk {
    fk_hub *hub;
    fk_hub_agency *agency;
    fk_hub_report *report;
    fk_error *error;
    fk_buffer chains; /* of hub_seen_chain */
    uint64_t number;
    fk_digest log_hash;
    uint64_t size_bytes;
} hub_walk;

static fk_status damaged(fk_error *error, const char *sentence)
{
    fk_error_set(error, "%s", sentence);
    return fk_status_of(FK_ERR_DAMAGED);
}

/* The chain of a segment; a new one at 0 when this is its first. */
static fk_status find_chain(hub_walk *walk, const fk_segment_header *header, hub_seen_chain **chain_out)
{
    size_t count = walk->chains.size_bytes / sizeof **chain_out;
    hub_seen_chain *chains = (hub_seen_chain *)(void *)walk->chains.data;
    for (size_t i = 0; i < count; i++) {
        if (fk_id_equal(&chains[i].device, &header->device) &&
            fk_id_equal(&chains[i].compartment, &header->compartment)) {
            *chain_out = &chains[i];
            return fk_ok();
        }
    }
    uint8_t *room = NULL;
    FK_TRY(fk_buffer_extend(&walk->chains, sizeof **chain_out, &room));
    *chain_out = (hub_seen_chain *)(void *)room;
    **chain_out = (hub_seen_chain){ .compartment = header->compartment, .device = header->device };
    return fk_ok();
}

static fk_status check_chain(hub_walk *walk, const fk_segment *segment, const fk_digest *id)
{
    const fk_segment_header *header = &segment->header;
    hub_seen_chain *chain = NULL;
    FK_TRY(find_chain(walk, header, &chain));
    if (header->first_sequence != chain->last_sequence + 1 ||
        memcmp(header->prev.bytes, chain->last_id.bytes, sizeof header->prev.bytes) != 0) {
        return damaged(walk->error, "A segment does not follow the one before it of the same device.");
    }
    chain->last_sequence += header->operation_count;
    chain->last_id = *id;
    return fk_ok();
}

static fk_status check_segment(hub_walk *walk, fk_bytes bytes, const fk_digest *stored_id)
{
    fk_segment segment;
    const fk_roster *roster = walk->agency->roster;
    fk_status status = fk_segment_read(bytes, &segment);
    if (!fk_is_ok(status) || segment.whole.size_bytes != bytes.size_bytes ||
        !fk_id_equal(&segment.header.agency, &walk->agency->id)) {
        return damaged(walk->error, "The bytes of a segment are not those of one.");
    }
    uint8_t content[FK_HUB_SEGMENT_SIGNED_SIZE_BYTES];
    fk_digest id = fk_hub_segment_id(&segment, content);
    if (memcmp(id.bytes, stored_id->bytes, sizeof id.bytes) != 0) {
        return damaged(walk->error, "A segment has another id than the one it was stored under.");
    }
    const fk_roster_device_row *device = fk_roster_device_find(roster, &segment.header.device);
    if (device == NULL || !fk_is_ok(fk_verify(device->entry.signing_key, FK_PURPOSE_SEGMENT, &walk->agency->id,
                                              fk_bytes_of(content, sizeof content), segment.signature.data))) {
        return damaged(walk->error, "A segment is not signed by its device.");
    }
    walk->size_bytes += bytes.size_bytes;
    return check_chain(walk, &segment, &id);
}

/* One row of the log: its number, its link, its segment. */
static fk_status check_row(hub_walk *walk, const fk_hub_rows *rows)
{
    uint64_t number = 0;
    fk_digest id;
    fk_digest log_hash;
    FK_TRY(fk_hub_rows_number(rows, 0, &number));
    FK_TRY(fk_hub_rows_copy(rows, 1, id.bytes, sizeof id.bytes));
    FK_TRY(fk_hub_rows_copy(rows, 2, log_hash.bytes, sizeof log_hash.bytes));
    walk->number++;
    walk->log_hash = fk_hub_log_next(&walk->log_hash, walk->number, &id);
    if (number != walk->number || memcmp(log_hash.bytes, walk->log_hash.bytes, sizeof log_hash.bytes) != 0) {
        return damaged(walk->error, "The chain over the log is broken: a segment is missing, added or out of place.");
    }
    return check_segment(walk, fk_hub_rows_bytes(rows, 3), &id);
}

static fk_status walk_log(hub_walk *walk)
{
    fk_hub_rows rows;
    bool has_row = false;
    FK_TRY(fk_hub_rows_begin(walk->hub->store, FK_HUB_SQL_SEGMENT_WALK,
                             FK_HUB_VALUES(fk_hub_id(&walk->agency->id), fk_hub_number(0)), &rows));
    fk_status status = fk_hub_rows_next(&rows, &has_row);
    while (fk_is_ok(status) && has_row) {
        status = check_row(walk, &rows);
        if (fk_is_ok(status)) {
            status = fk_hub_rows_next(&rows, &has_row);
        }
    }
    fk_hub_rows_end(&rows);
    return status;
}

/* The heads that pushes are checked against are where the log says the chains end. */
static fk_status check_heads(hub_walk *walk)
{
    size_t count = walk->chains.size_bytes / sizeof(hub_seen_chain);
    const hub_seen_chain *chains = (const hub_seen_chain *)(const void *)walk->chains.data;
    for (size_t i = 0; i < count; i++) {
        uint64_t last_sequence = 0;
        fk_digest last_id;
        FK_TRY(fk_hub_chain_end(walk->hub, &walk->agency->id, &chains[i].compartment, &chains[i].device, &last_sequence,
                                &last_id));
        if (last_sequence != chains[i].last_sequence ||
            memcmp(last_id.bytes, chains[i].last_id.bytes, sizeof last_id.bytes) != 0) {
            return damaged(walk->error, "The end kept for a device's chain is not the end of its segments.");
        }
    }
    return fk_ok();
}

static fk_status check_agency(fk_hub *hub, const fk_id *id, fk_hub_report *report, fk_error *error)
{
    hub_walk walk = { .hub = hub, .report = report, .error = error };
    fk_status status = fk_hub_agency_open(hub, id, &walk.agency);
    if (!fk_is_ok(status)) {
        return status.code == FK_ERR_DAMAGED ? damaged(error, "A roster does not follow its own rules.") : status;
    }
    fk_buffer_init(&walk.chains, hub->allocator, (size_t)64 * 1024 * 1024);
    status = walk_log(&walk);
    if (fk_is_ok(status)) {
        status = check_heads(&walk);
    }
    fk_buffer_free(&walk.chains);
    FK_TRY(status);
    if (walk.number != walk.agency->log_number || walk.size_bytes != walk.agency->size_bytes ||
        memcmp(walk.log_hash.bytes, walk.agency->log_hash.bytes, sizeof walk.log_hash.bytes) != 0) {
        return damaged(error, "The log ends somewhere else than its agency says.");
    }
    report->agency_count++;
    report->entry_count += walk.agency->roster_count;
    report->segment_count += walk.number;
    report->size_bytes += walk.size_bytes;
    return fk_ok();
}

static fk_status list_agencies(fk_hub *hub, fk_id ids_out[FK_HUB_AGENCY_COUNT_MAX], size_t *count_out)
{
    fk_hub_rows rows;
    bool has_row = false;
    *count_out = 0;
    FK_TRY(fk_hub_rows_begin(hub->store, FK_HUB_SQL_AGENCY_LIST, FK_HUB_VALUES(fk_hub_number(FK_HUB_AGENCY_COUNT_MAX)),
                             &rows));
    fk_status status = fk_hub_rows_next(&rows, &has_row);
    while (fk_is_ok(status) && has_row) {
        status = fk_hub_rows_copy(&rows, 0, ids_out[(*count_out)++].bytes, FK_ID_SIZE_BYTES);
        if (fk_is_ok(status)) {
            status = fk_hub_rows_next(&rows, &has_row);
        }
    }
    fk_hub_rows_end(&rows);
    return status;
}

fk_status fk_hub_check(fk_hub *hub, fk_hub_report *report_out, fk_error *error)
{
    *report_out = (fk_hub_report){ .agency_count = 0 };
    error->detail[0] = '\0';
    fk_id ids[FK_HUB_AGENCY_COUNT_MAX];
    size_t count = 0;
    fk_status status = fk_hub_store_check(hub->store);
    if (status.code == FK_ERR_DAMAGED) {
        return damaged(error, "The database itself is damaged.");
    }
    FK_TRY(status);
    FK_TRY(list_agencies(hub, ids, &count));
    for (size_t i = 0; i < count; i++) {
        FK_TRY(check_agency(hub, &ids[i], report_out, error));
    }
    return fk_ok();
}
