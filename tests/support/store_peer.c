#include "store_peer.h"

#include <string.h>

#include "fk/assert.h"

const fk_id store_peer_team = { { 0x7e, 0xa3 } };

enum { DUMP_SIZE_BYTES_MAX = 64 * 1024 * 1024 };

static void must(fk_status status)
{
    FK_ASSERT(fk_is_ok(status));
}

void store_peer_open(store_peer *peer, const fk_allocator *allocator)
{
    static const fk_key master = { { 9 } };
    *peer = (store_peer){ .disk = memory_disk_new(1) };
    fk_vault_keys_derive(&master, &peer->keys);
    peer->config = (fk_store_config){
        .allocator = allocator,
        .disk = memory_disk_port(peer->disk),
        .keys = &peer->keys,
        .vault_id = { { 5 } },
    };
    fk_error error;
    must(fk_store_create(&peer->config, &peer->store, &error));
    uint32_t number = 1;
    must(fk_store_begin(peer->store));
    must(fk_store_compartment_set(peer->store, &store_peer_team, true, &number));
    must(fk_store_commit(peer->store));
    FK_ASSERT(number == FK_COMPARTMENT_HOME);
}

void store_peer_reopen(store_peer *peer)
{
    fk_store_report report;
    fk_error error;
    fk_store_close(peer->store);
    must(fk_store_open(&peer->config, &peer->store, &report, &error));
}

void store_peer_close(store_peer *peer)
{
    fk_store_close(peer->store);
    memory_disk_free(peer->disk);
}

void store_peers_begin(store_peer *peers, size_t count, seeded_random *random, uint64_t seed, fk_arena *arena)
{
    random->state = seed;
    fk_random port = seeded_random_port(random);
    FK_ASSERT(fk_is_ok(fk_crypto_start(&port)));
    fk_arena_init(arena, &fk_allocator_libc, 256 * 1024 * 1024);
    for (size_t i = 0; i < count; i++) {
        store_peer_open(&peers[i], &fk_allocator_libc);
    }
}

void store_peers_end(store_peer *peers, size_t count, fk_arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        store_peer_close(&peers[i]);
    }
    fk_arena_reset(arena);
}

fk_id peer_id(uint8_t kind, unsigned number)
{
    fk_id id = { { kind } };
    fk_put_u32(id.bytes + 12, number);
    return id;
}

/* --- writing ------------------------------------------------------------------------------------- */

uint64_t store_peer_write(store_peer *peer, const peer_write *write)
{
    fk_field_write field = {
        .field = fk_bytes_text(write->field),
        .has_value = write->value != NULL,
        .value = fk_bytes_text(write->value != NULL ? write->value : ""),
        .over = write->over,
    };
    fk_record_write record = { write->case_id, write->record, fk_bytes_text(write->type), &field, 1 };
    fk_mutation mutation = { .id = fk_random_id(), .time_ms = write->time_ms };
    must(fk_store_begin(peer->store));
    must(fk_store_write(peer->store, &mutation, &record, 1));
    must(fk_store_commit(peer->store));
    fk_progress_numbers progress;
    must(fk_store_progress_numbers(peer->store, &progress));
    return progress.device_operations + progress.sent_operations + progress.confirmed_operations;
}

uint64_t store_peer_replace(store_peer *peer, const peer_write *write)
{
    fk_arena arena;
    fk_arena_init(&arena, &fk_allocator_libc, 64 * 1024);
    peer_write replacing = *write;
    must(fk_store_over_others(peer->store, &write->record, fk_bytes_text(write->field), &arena, &replacing.over));
    uint64_t sequence = store_peer_write(peer, &replacing);
    fk_arena_reset(&arena);
    return sequence;
}

/* --- sealing -------------------------------------------------------------------------------------- */

typedef struct collector {
    fk_arena *arena;
    fk_wire_operation operations[FK_SEGMENT_OPERATION_COUNT_MAX];
    size_t operation_count;
    size_t operation_count_max;
    fk_id case_id;
    fk_frontier_entry entries[64];
    size_t entry_count;
} collector;

static fk_status collect_operation(void *ctx, const fk_unsealed_row *row)
{
    collector *all = ctx;
    bool is_other_case = all->operation_count > 0 && !fk_id_equal(&all->case_id, &row->case_id);
    if (is_other_case || all->operation_count == all->operation_count_max) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    all->case_id = row->case_id;
    fk_wire_operation *copy = &all->operations[all->operation_count++];
    *copy = row->operation;
    must(fk_bytes_copy(copy->type, all->arena, &copy->type));
    must(fk_bytes_copy(copy->field, all->arena, &copy->field));
    must(fk_bytes_copy(copy->value, all->arena, &copy->value));
    must(fk_bytes_copy(copy->reason, all->arena, &copy->reason));
    must(fk_bytes_copy(copy->over, all->arena, &copy->over));
    return fk_ok();
}

static fk_status collect_entry(void *ctx, const fk_frontier_entry *entry)
{
    collector *all = ctx;
    FK_ASSERT(all->entry_count < sizeof all->entries / sizeof all->entries[0]);
    all->entries[all->entry_count++] = *entry;
    return fk_ok();
}

static void *copy_to(fk_arena *arena, const void *source, size_t size_bytes)
{
    void *copy = fk_arena_allocate(arena, size_bytes);
    FK_ASSERT(copy != NULL);
    memcpy(copy, source, size_bytes);
    return copy;
}

static void add_to_list(fk_arena *arena, peer_segments *list, const peer_segment *segment)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 64;
        peer_segment *items = fk_arena_allocate(arena, capacity * sizeof *items);
        FK_ASSERT(items != NULL);
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = *segment;
}

static fk_segment_row row_of(const peer_segment *segment, fk_segment_state state)
{
    return (fk_segment_row){
        .compartment = segment->remote.compartment,
        .device = segment->remote.device,
        .first_sequence = segment->remote.first_sequence,
        .last_sequence = segment->remote.first_sequence + segment->remote.operation_count - 1,
        .id = segment->id,
        .state = state,
        .bytes = fk_bytes_text("sealed"),
    };
}

static bool seal_one(store_peer *peer, collector *all, peer_segments *list)
{
    fk_chain_head head;
    must(fk_store_chain_head(peer->store, FK_COMPARTMENT_HOME, fk_store_device(peer->store), &head));
    all->operation_count = 0;
    all->entry_count = 0;
    fk_status status = fk_store_unsealed(peer->store, FK_COMPARTMENT_HOME, 1000, collect_operation, all);
    FK_ASSERT(fk_is_ok(status) || status.code == FK_ERR_TOO_LARGE);
    if (all->operation_count == 0) {
        return false;
    }
    must(fk_store_frontier_news(peer->store, FK_COMPARTMENT_HOME, head.last_sequence + 1, collect_entry, all));
    peer_segment segment = { .remote = {
                                 .compartment = FK_COMPARTMENT_HOME,
                                 .device = *fk_store_device(peer->store),
                                 .first_sequence = head.last_sequence + 1,
                                 .case_id = all->case_id,
                                 .frontier_count = all->entry_count,
                                 .operation_count = all->operation_count,
                             } };
    segment.remote.frontier = copy_to(all->arena, all->entries, all->entry_count * sizeof all->entries[0]);
    segment.remote.operations = copy_to(all->arena, all->operations, all->operation_count * sizeof all->operations[0]);
    memcpy(segment.id.bytes, segment.remote.device.bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(segment.id.bytes + FK_ID_SIZE_BYTES, segment.remote.first_sequence);
    fk_segment_row row = row_of(&segment, FK_SEGMENT_SEALED);
    must(fk_store_begin(peer->store));
    must(fk_store_segment_add(peer->store, &row, 0));
    must(fk_store_commit(peer->store));
    add_to_list(all->arena, list, &segment);
    return true;
}

void store_peer_seal(store_peer *peer, size_t operation_count_max, fk_arena *arena, peer_segments *list)
{
    collector *all = fk_arena_allocate(arena, sizeof *all);
    FK_ASSERT(all != NULL);
    all->arena = arena;
    all->operation_count_max = operation_count_max;
    while (seal_one(peer, all, list)) {
    }
}

fk_status store_peer_take(store_peer *peer, const peer_segment *segment, uint64_t now_ms, uint32_t *ignored_out)
{
    *ignored_out = 0;
    fk_segment_row row = row_of(segment, FK_SEGMENT_RECEIVED);
    fk_status status = fk_store_begin(peer->store);
    if (fk_is_ok(status)) {
        status = fk_store_segment_add(peer->store, &row, now_ms);
    }
    if (fk_is_ok(status)) {
        status = fk_store_apply(peer->store, &segment->remote, now_ms, ignored_out);
    }
    if (fk_is_ok(status)) {
        status = fk_store_commit(peer->store);
    }
    if (!fk_is_ok(status)) {
        fk_store_rollback(peer->store);
    }
    return status;
}

/* --- looking --------------------------------------------------------------------------------------- */

static void append_piece(void *ctx, fk_bytes piece)
{
    must(fk_buffer_append(ctx, piece));
}

void store_peer_dump(store_peer *peer, fk_buffer *dump_out)
{
    uint64_t row_count = 0;
    fk_buffer_init(dump_out, &fk_allocator_libc, DUMP_SIZE_BYTES_MAX);
    must(fk_store_dump(peer->store, append_piece, dump_out, &row_count));
    FK_ASSERT(row_count > 0);
}
