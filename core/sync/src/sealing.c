/* sealing.c — own operations become segments: sealed and stored before any is sent, and never changed after. */
#include "sync_internal.h"

#include <string.h>

#include "fk/assert.h"

#include "fk/banned.h"

enum { SEALED_AT_ONCE_SIZE_BYTES = FK_BODY_SIZE_BYTES_MAX }; /* in one transaction; the rest follows what is sent */

typedef struct sealing {
    fk_sync *sync;
    fk_id compartment;
    uint32_t epoch;
    fk_key key;
    fk_chain_head head; /* what the segment follows */
    fk_id case_id;
    fk_segment_body body;
    fk_frontier_entry *entries;
    size_t entry_count;
} sealing;

/* --- collecting -------------------------------------------------------------------------------------- */

static fk_status add_entry(void *ctx, const fk_frontier_entry *entry)
{
    sealing *seal = ctx;
    if (seal->entry_count == FK_FRONTIER_ENTRY_COUNT_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    seal->entries[seal->entry_count++] = *entry;
    return fk_ok();
}

/* One case a segment; FK_ERR_TOO_LARGE ends the visit. */
static fk_status add_operation(void *ctx, const fk_unsealed_row *row)
{
    sealing *seal = ctx;
    if (seal->body.operation_count == 0) {
        FK_ASSERT(row->sequence == seal->head.last_sequence + 1);
        seal->case_id = row->case_id;
        FK_TRY(fk_segment_body_begin(&seal->body, seal->sync->config.allocator, &row->case_id, seal->entries,
                                     seal->entry_count));
    } else if (!fk_id_equal(&seal->case_id, &row->case_id)) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    return fk_segment_body_add(&seal->body, &row->operation);
}

static fk_status collect(sealing *seal)
{
    fk_store *store = seal->sync->config.store;
    seal->entry_count = 0;
    FK_TRY(fk_store_frontier_news(store, FK_COMPARTMENT_HOME, seal->head.last_sequence + 1, add_entry, seal));
    fk_status status =
        fk_store_unsealed(store, FK_COMPARTMENT_HOME, FK_SEGMENT_OPERATION_COUNT_MAX, add_operation, seal);
    bool is_full = status.code == FK_ERR_TOO_LARGE && seal->body.operation_count > 0;
    return is_full ? fk_ok() : status;
}

/* --- sealing ------------------------------------------------------------------------------------------- */

static void write_header(const sealing *seal, size_t plain_size_bytes, fk_segment_header *header)
{
    const fk_roster *roster = seal->sync->roster;
    uint32_t index = fk_roster_count(roster) - 1;
    *header = (fk_segment_header){
        .operation_count = seal->body.operation_count,
        .agency = seal->sync->facts.agency,
        .compartment = seal->compartment,
        .epoch = seal->epoch,
        .roster_index = index,
        .roster_hash = *fk_roster_hash_at(roster, index),
        .device = seal->head.device,
        .first_sequence = seal->head.last_sequence + 1,
        .prev = seal->head.id,
        .body_size_bytes = (uint32_t)(plain_size_bytes + FK_AEAD_TAG_SIZE_BYTES),
    };
    fk_random_bytes(header->nonce, sizeof header->nonce);
}

/* header || sealed body || signature */
static fk_status write_segment(const sealing *seal, fk_bytes plain, fk_buffer *whole)
{
    fk_segment_header header;
    uint8_t *header_bytes = NULL;
    uint8_t *body = NULL;
    uint8_t signature[FK_SIGNATURE_SIZE_BYTES];
    write_header(seal, plain.size_bytes, &header);
    size_t size_bytes = FK_SEGMENT_HEADER_SIZE_BYTES + header.body_size_bytes;
    FK_TRY(fk_buffer_extend(whole, size_bytes, &header_bytes));
    body = header_bytes + FK_SEGMENT_HEADER_SIZE_BYTES;
    fk_segment_header_write(&header, header_bytes);
    fk_bytes associated = fk_bytes_of(header_bytes, FK_SEGMENT_HEADER_SIZE_BYTES);
    fk_aead_seal(&seal->key, header.nonce, associated, plain, body);
    fk_segment half = { .header_bytes = associated, .body = fk_bytes_of(body, header.body_size_bytes) };
    uint8_t content[FK_SEGMENT_SIGNED_SIZE_BYTES];
    fk_segment_signed(&half, content);
    fk_sign(seal->sync->config.identity, FK_PURPOSE_SEGMENT, &header.agency, fk_bytes_of(content, sizeof content),
            signature);
    return fk_buffer_append(whole, fk_bytes_of(signature, sizeof signature));
}

/* Keep it and go on from it. */
static fk_status store_segment(sealing *seal, fk_bytes whole)
{
    fk_segment segment;
    FK_TRY(fk_segment_read(whole, &segment));
    fk_segment_row row = {
        .compartment = FK_COMPARTMENT_HOME,
        .device = seal->head.device,
        .first_sequence = segment.header.first_sequence,
        .last_sequence = segment.header.first_sequence + segment.header.operation_count - 1,
        .state = FK_SEGMENT_SEALED,
        .bytes = whole,
    };
    fk_segment_id(&segment, &row.id);
    FK_TRY(fk_store_segment_add(seal->sync->config.store, &row, fk_sync_now_ms(seal->sync)));
    seal->head.last_sequence = row.last_sequence;
    seal->head.id = row.id;
    return fk_ok();
}

/* size_out: of the segment made; 0: there was nothing left. */
static fk_status seal_next(sealing *seal, size_t *size_out)
{
    const fk_allocator *allocator = seal->sync->config.allocator;
    fk_buffer plain;
    fk_buffer whole;
    *size_out = 0;
    seal->body = (fk_segment_body){ .operation_count = 0 };
    fk_buffer_init(&plain, allocator, FK_SEGMENT_BODY_SIZE_BYTES_MAX);
    fk_buffer_init(&whole, allocator, FK_SEGMENT_SIZE_BYTES_MAX);
    fk_status status = collect(seal);
    if (fk_is_ok(status) && seal->body.operation_count > 0) {
        status = fk_segment_body_finish(&seal->body, &plain);
        if (fk_is_ok(status)) {
            status = write_segment(seal, fk_buffer_view(&plain), &whole);
        }
        if (fk_is_ok(status)) {
            status = store_segment(seal, fk_buffer_view(&whole));
        }
        *size_out = whole.size_bytes;
    }
    if (seal->body.inflated.allocator != NULL) {
        fk_segment_body_free(&seal->body);
    }
    fk_buffer_free(&plain);
    fk_buffer_free(&whole);
    return status;
}

static fk_status seal_some(sealing *seal)
{
    size_t sealed_bytes = 0;
    size_t size_bytes = 1;
    while (size_bytes > 0 && sealed_bytes < SEALED_AT_ONCE_SIZE_BYTES) {
        FK_TRY(seal_next(seal, &size_bytes));
        sealed_bytes += size_bytes;
    }
    return fk_ok();
}

fk_status fk_seal_some(fk_sync *sync)
{
    fk_store *store = sync->config.store;
    /* A colleague was shown a newer roster than this hub gives: who is a member is not known here. */
    if (sync->facts.roster_wanted >= fk_roster_count(sync->roster)) {
        return fk_ok();
    }
    sealing seal = { .sync = sync };
    FK_TRY(fk_store_compartment_id(store, FK_COMPARTMENT_HOME, &seal.compartment));
    /* A segment names the roster it was made under, for ever: one made while this device was no member would be refused
     * also after it is one again, and everything behind it. */
    if (!fk_roster_is_member(sync->roster, fk_sync_device(sync), &seal.compartment,
                             fk_roster_count(sync->roster) - 1)) {
        return fk_ok();
    }
    fk_status status = fk_sync_newest_key(sync, &seal.compartment, &seal.epoch, &seal.key);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_ok(); /* waits for a colleague's device to grant it */
    }
    FK_TRY(status);
    size_t entries_bytes = FK_FRONTIER_ENTRY_COUNT_MAX * sizeof *seal.entries;
    seal.entries = fk_allocate(sync->config.allocator, entries_bytes);
    status = seal.entries != NULL ? fk_store_chain_head(store, FK_COMPARTMENT_HOME, fk_sync_device(sync), &seal.head)
                                  : fk_status_of(FK_ERR_NO_MEMORY);
    if (fk_is_ok(status)) {
        status = seal_some(&seal);
    }
    fk_release(sync->config.allocator, seal.entries, entries_bytes);
    fk_key_wipe(&seal.key);
    return status;
}
