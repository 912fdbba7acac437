#include "two_vaults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fk/store_sync.h"

#include "session_internal.h"

enum { OPERATIONS_MAX = 256, ENTRIES_MAX = 8, PARCEL_SIZE_BYTES_MAX = 4 * 1024 * 1024 };

/* What one segment would hold. */
typedef struct parcel {
    fk_arena arena;
    fk_wire_operation operations[OPERATIONS_MAX];
    size_t operation_count;
    fk_frontier_entry entries[ENTRIES_MAX];
    size_t entry_count;
    fk_id case_id;
    uint64_t first_sequence;
} parcel;

static fk_status take_operation(void *ctx, const fk_unsealed_row *row)
{
    parcel *taken = ctx;
    if (taken->operation_count == OPERATIONS_MAX ||
        (taken->operation_count > 0 && !fk_id_equal(&taken->case_id, &row->case_id))) {
        return fk_status_of(FK_ERR_TOO_LARGE); /* ends the visit */
    }
    if (taken->operation_count == 0) {
        taken->case_id = row->case_id;
        taken->first_sequence = row->sequence;
    }
    fk_wire_operation *copy = &taken->operations[taken->operation_count];
    *copy = row->operation;
    FK_TRY(fk_bytes_copy(row->operation.type, &taken->arena, &copy->type));
    FK_TRY(fk_bytes_copy(row->operation.field, &taken->arena, &copy->field));
    FK_TRY(fk_bytes_copy(row->operation.value, &taken->arena, &copy->value));
    FK_TRY(fk_bytes_copy(row->operation.reason, &taken->arena, &copy->reason));
    FK_TRY(fk_bytes_copy(row->operation.over, &taken->arena, &copy->over));
    taken->operation_count++;
    return fk_ok();
}

static fk_status take_entry(void *ctx, const fk_frontier_entry *entry)
{
    parcel *taken = ctx;
    assert_true(taken->entry_count < ENTRIES_MAX);
    taken->entries[taken->entry_count++] = *entry;
    return fk_ok();
}

static void must(fk_status status)
{
    assert_int_equal(status.code, FK_OK);
}

/* The segment as the sender and the receiver keep it: its bytes do not matter here. */
static fk_segment_row row_of(const parcel *sent, const fk_id *device, fk_segment_state state)
{
    fk_segment_row row = {
        .compartment = FK_COMPARTMENT_HOME,
        .device = *device,
        .first_sequence = sent->first_sequence,
        .last_sequence = sent->first_sequence + sent->operation_count - 1,
        .state = state,
        .bytes = fk_bytes_text("a segment"),
    };
    memcpy(row.id.bytes, device->bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(row.id.bytes + FK_ID_SIZE_BYTES, row.last_sequence);
    return row;
}

static void deliver(fixture *from, fixture *to, const parcel *sent)
{
    fk_store *source = from->session->store;
    fk_store *target = to->session->store;
    const fk_id *device = fk_store_device(source);
    fk_segment_row kept = row_of(sent, device, FK_SEGMENT_SENT);
    must(fk_store_begin(source));
    must(fk_store_segment_add(source, &kept, 1));
    must(fk_store_commit(source));
    fk_remote_segment segment = {
        .compartment = FK_COMPARTMENT_HOME,
        .device = *device,
        .first_sequence = sent->first_sequence,
        .case_id = sent->case_id,
        .frontier = sent->entries,
        .frontier_count = sent->entry_count,
        .operations = sent->operations,
        .operation_count = sent->operation_count,
    };
    uint32_t ignored = 0;
    kept.state = FK_SEGMENT_RECEIVED;
    must(fk_store_begin(target));
    must(fk_store_segment_add(target, &kept, 1));
    must(fk_store_apply(target, &segment, UINT64_C(1790000000000), &ignored));
    must(fk_store_commit(target));
    assert_int_equal(ignored, 0);
}

void give(fixture *from, fixture *to)
{
    static parcel taken; /* large */
    do {
        memset(&taken, 0, sizeof taken);
        fk_arena_init(&taken.arena, &fk_allocator_libc, PARCEL_SIZE_BYTES_MAX);
        fk_store *source = from->session->store;
        fk_status status = fk_store_unsealed(source, FK_COMPARTMENT_HOME, OPERATIONS_MAX, take_operation, &taken);
        assert_true(fk_is_ok(status) || status.code == FK_ERR_TOO_LARGE);
        if (taken.operation_count > 0) {
            must(fk_store_frontier_news(source, FK_COMPARTMENT_HOME, taken.first_sequence, take_entry, &taken));
            deliver(from, to, &taken);
        }
        fk_arena_reset(&taken.arena);
    } while (taken.operation_count > 0);
}

void exchange(two_vaults *both)
{
    give(&both->ann, &both->ben);
    give(&both->ben, &both->ann);
}

void two_vaults_init(two_vaults *both)
{
    fixture_init(&both->ann);
    fixture_init(&both->ben);
    both->ben.random.state = 77; /* another device, other ids */
    make_vault(&both->ann);
    make_vault(&both->ben);
    add_people(&both->ann);
    give(&both->ann, &both->ben);
}

void two_vaults_free(two_vaults *both)
{
    fixture_free(&both->ann);
    fixture_free(&both->ben);
}

const char *change(fixture *f, const char *type, const char *record, const char *changes, uint64_t time_ms,
                   const char *reason)
{
    char request[TEXT_SIZE_MAX];
    f->mutation_count++;
    (void)snprintf(request, sizeof request,
                   "{\"mutationId\":\"7%031u\",\"timeMs\":%llu,\"caseId\":\"" ID_CASE "\",\"recordId\":\"%s\","
                   "\"type\":\"%s\",\"changes\":[%s],\"reason\":\"%s\"}",
                   f->mutation_count, (unsigned long long)time_ms, record, type, changes, reason);
    return call(f, "record.change", request);
}

const char *conflicts(fixture *f)
{
    return call(f, "conflict.list", "{\"caseId\":\"" ID_CASE "\"}");
}

/* The text of a member of the first object that has it, without quotes. */
static void member_of(const char *json, const char *name, char *text_out, size_t size)
{
    char key[64];
    (void)snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *start = strstr(json, key);
    assert_non_null(start);
    start += strlen(key);
    size_t length = strcspn(start, "\"");
    assert_true(length < size);
    memcpy(text_out, start, length);
    text_out[length] = '\0';
}

void first_decision(fixture *f, const char *decision, const char *reason, char *request, size_t request_size)
{
    char record[64];
    char field[128];
    char seen[4096] = "";
    const char *list = conflicts(f);
    member_of(list, "recordId", record, sizeof record);
    member_of(list, "field", field, sizeof field);
    const char *end = strstr(list + 1, "},{\"caseId\"");
    for (const char *at = strstr(list, "{\"deviceId\""); at != NULL && (end == NULL || at < end);
         at = strstr(at + 1, "{\"deviceId\"")) {
        char device[64];
        char sequence[32];
        member_of(at, "deviceId", device, sizeof device);
        member_of(at, "sequence", sequence, sizeof sequence);
        size_t used = strlen(seen);
        (void)snprintf(seen + used, sizeof seen - used, "%s{\"deviceId\":\"%s\",\"sequence\":\"%s\"}",
                       used == 0 ? "" : ",", device, sequence);
    }
    f->mutation_count++;
    (void)snprintf(request, request_size,
                   "{\"mutationId\":\"6%031u\",\"timeMs\":1790000100000,\"caseId\":\"" ID_CASE "\",\"recordId\":\"%s\","
                   "\"field\":\"%s\",\"seen\":[%s],%s,\"reason\":\"%s\"}",
                   f->mutation_count, record, field, seen, decision, reason);
}

const char *resolve_first(fixture *f, const char *decision, const char *reason)
{
    char request[8192];
    first_decision(f, decision, reason, request, sizeof request);
    return call(f, "conflict.resolve", request);
}

static void assert_quiet(fixture *f)
{
    assert_has(conflicts(f), "\"conflicts\":[]");
    assert_has(call(f, "case.list", "{\"limit\":100,\"closedToo\":true}"), "\"conflictCount\":0");
    assert_false(has(call(f, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), "\"conflictCount\":1"));
}

void assert_no_conflict(two_vaults *both)
{
    assert_quiet(&both->ann);
    assert_quiet(&both->ben);
}
