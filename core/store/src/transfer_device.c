/* transfer_device.c — a vault that is restored becomes a new device.
 *
 * What the former device sealed is signed by it and stays its own: it is in other hands, or will be. What it had not
 * sealed nobody else has, so it becomes the new device's work: the same operations, numbered from 1 after a frontier
 * that knows all the former had sealed and knew. A device's later write replaces its own earlier one without saying
 * so; across the change of device it has to say so, by `over`. */
#include "transfer_device.h"

#include <string.h>

#include "fk/assert.h"

#include "fk/banned.h"

_Static_assert((int)FK_ADOPTED_OVER_SIZE_BYTES_MAX == (int)FK_OVER_COUNT_MAX * (int)FK_OVER_SIZE_BYTES, "room for over");

/* Positions in the rows of transfer_tables.c. */
enum {
    FRONTIER_COMPARTMENT = 0,
    FRONTIER_AUTHOR = 1,
    FRONTIER_FIRST = 4,
    OPERATION_COMPARTMENT = 0,
    OPERATION_DEVICE = 1,
    OPERATION_SEQUENCE = 2,
    OPERATION_CASE = 4,
    OPERATION_RECORD = 5,
    OPERATION_FIELD = 7,
    OPERATION_OVER = 9,
    ADOPTION_COMPARTMENT = 0,
    ADOPTION_DEVICE = 1,
    ADOPTION_SEQUENCE = 2,
    SEGMENT_DEVICE = 1,
    SEGMENT_STATE = 5,
    DRAFT_RECORD = 0,
    DRAFT_FIELD = 1,
    DRAFT_CASE = 2,
    DRAFT_OVER = 7,
};

static bool is_id(const fk_transfer_value *value, const fk_id *id)
{
    return memcmp(value->bytes.data, id->bytes, FK_ID_SIZE_BYTES) == 0;
}

static fk_bytes own_device(const fk_store *store, fk_adopted *adopted)
{
    adopted->device = store->device;
    return fk_bytes_of(adopted->device.bytes, FK_ID_SIZE_BYTES);
}

/* The last sequence the former device sealed there. */
static fk_status sealed_of(fk_store *store, const fk_id *former, const fk_transfer_value *compartment,
                           int64_t *sequence_out)
{
    fk_chain_head head;
    *sequence_out = 0;
    FK_TRY(fk_store_chain_head(store, (uint32_t)compartment->number, former, &head));
    *sequence_out = (int64_t)head.last_sequence;
    return fk_ok();
}

static fk_status adopt_frontier(fk_store *store, const fk_id *former, fk_transfer_row *row, fk_adopted *adopted)
{
    int64_t sealed = 0;
    if (!is_id(&row->values[FRONTIER_AUTHOR], former)) {
        return fk_ok();
    }
    FK_TRY(sealed_of(store, former, &row->values[FRONTIER_COMPARTMENT], &sealed));
    if (row->values[FRONTIER_FIRST].number > sealed) {
        row->values[FRONTIER_AUTHOR].bytes = own_device(store, adopted);
        row->values[FRONTIER_FIRST].number -= sealed;
    }
    return fk_ok();
}

/* Put a name into the list, in its place. A list that is full, or has it, stays as it is. */
static void add_name(fk_adopted *adopted, size_t *size_bytes, const fk_id *device, int64_t sequence)
{
    uint8_t entry[FK_OVER_SIZE_BYTES];
    memcpy(entry, device->bytes, FK_ID_SIZE_BYTES);
    fk_put_u64(entry + FK_ID_SIZE_BYTES, (uint64_t)sequence);
    size_t at = 0;
    while (at < *size_bytes && memcmp(adopted->over + at, entry, sizeof entry) < 0) {
        at += sizeof entry;
    }
    bool is_there = at < *size_bytes && memcmp(adopted->over + at, entry, sizeof entry) == 0;
    if (is_there || *size_bytes + sizeof entry > sizeof adopted->over) {
        return;
    }
    memmove(adopted->over + at + sizeof entry, adopted->over + at, *size_bytes - at);
    memcpy(adopted->over + at, entry, sizeof entry);
    *size_bytes += sizeof entry;
}

/* A field of a record of the former device, as an operation or a draft has it. */
typedef struct former_field {
    const fk_id *former;
    int64_t compartment;
    int64_t sealed; /* the former device's last sealed sequence there */
    fk_bytes case_id;
    fk_bytes record;
    fk_bytes field;
} former_field;

static fk_status newest_sealed(fk_store *store, const former_field *of, int64_t *sequence_out)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_FIELD_NEWEST, &query));
    fk_query_blob(&query, 1, of->record);
    fk_query_id(&query, 2, of->former);
    fk_query_text(&query, 3, of->field);
    fk_query_integer(&query, 4, of->compartment);
    fk_query_blob(&query, 5, of->case_id);
    return fk_query_number(&query, 0, sequence_out);
}

/* Names of the former device's unsealed writes are the new device's now. To them comes its newest sealed write of the
 * field, which the new device's write replaces. */
static fk_status adopt_over(fk_store *store, const former_field *of, fk_transfer_value *over, fk_adopted *adopted)
{
    size_t size_bytes = 0;
    int64_t newest = 0;
    if (!fk_over_is_valid(over->bytes)) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    for (size_t at = 0; at < over->bytes.size_bytes; at += FK_OVER_SIZE_BYTES) {
        fk_id device;
        memcpy(device.bytes, over->bytes.data + at, FK_ID_SIZE_BYTES);
        uint64_t sequence = fk_get_u64(over->bytes.data + at + FK_ID_SIZE_BYTES);
        bool is_unsealed = fk_id_equal(&device, of->former) && sequence > (uint64_t)of->sealed;
        add_name(adopted, &size_bytes, is_unsealed ? &store->device : &device,
                 (int64_t)(is_unsealed ? sequence - (uint64_t)of->sealed : sequence));
    }
    FK_TRY(newest_sealed(store, of, &newest));
    if (newest > 0) {
        add_name(adopted, &size_bytes, of->former, newest);
    }
    over->bytes = fk_bytes_of(adopted->over, size_bytes);
    return fk_ok();
}

static fk_status adopt_operation(fk_store *store, const fk_id *former, fk_transfer_row *row, fk_adopted *adopted)
{
    fk_transfer_value *values = row->values;
    int64_t sealed = 0;
    if (!is_id(&values[OPERATION_DEVICE], former)) {
        return fk_ok();
    }
    FK_TRY(sealed_of(store, former, &values[OPERATION_COMPARTMENT], &sealed));
    if (values[OPERATION_SEQUENCE].number <= sealed) {
        return fk_ok();
    }
    former_field of = { former,
                        values[OPERATION_COMPARTMENT].number,
                        sealed,
                        values[OPERATION_CASE].bytes,
                        values[OPERATION_RECORD].bytes,
                        values[OPERATION_FIELD].bytes };
    FK_TRY(adopt_over(store, &of, &values[OPERATION_OVER], adopted));
    fk_operation named = {
        .compartment = values[OPERATION_COMPARTMENT].number,
        .device = store->device,
        .sequence = values[OPERATION_SEQUENCE].number - sealed,
        .adopted_device = *former,
        .adopted_sequence = values[OPERATION_SEQUENCE].number,
    };
    values[OPERATION_DEVICE].bytes = own_device(store, adopted);
    values[OPERATION_SEQUENCE].number = named.sequence;
    return fk_adoption_add(store, &named);
}

/* The name it had first stays its old one, through however many devices. */
static fk_status adopt_adoption(fk_store *store, const fk_id *former, fk_transfer_row *row, fk_adopted *adopted)
{
    fk_transfer_value *values = row->values;
    int64_t sealed = 0;
    if (!is_id(&values[ADOPTION_DEVICE], former)) {
        return fk_ok();
    }
    FK_TRY(sealed_of(store, former, &values[ADOPTION_COMPARTMENT], &sealed));
    if (values[ADOPTION_SEQUENCE].number > sealed) {
        values[ADOPTION_DEVICE].bytes = own_device(store, adopted);
        values[ADOPTION_SEQUENCE].number -= sealed;
    }
    return fk_ok();
}

/* Of a forked device only what the hub took is in a chain that others have. */
static bool is_in_a_chain(fk_import_kind kind, const fk_id *former, const fk_transfer_row *row)
{
    return kind != FK_IMPORT_FORKED_DEVICE || !is_id(&row->values[SEGMENT_DEVICE], former) ||
           row->values[SEGMENT_STATE].number == FK_SEGMENT_SENT;
}

/* A draft belongs to the home compartment, as everything that is written here. */
static fk_status adopt_draft(fk_store *store, const fk_id *former, fk_transfer_row *row, fk_adopted *adopted)
{
    static const fk_transfer_value home = { .number = FK_COMPARTMENT_HOME };
    fk_transfer_value *values = row->values;
    int64_t sealed = 0;
    FK_TRY(sealed_of(store, former, &home, &sealed));
    former_field of = { former,
                        FK_COMPARTMENT_HOME,
                        sealed,
                        values[DRAFT_CASE].bytes,
                        values[DRAFT_RECORD].bytes,
                        values[DRAFT_FIELD].bytes };
    return adopt_over(store, &of, &values[DRAFT_OVER], adopted);
}

/* The new device has its own id, and no membership: where a run stood, invitations and the hub are the former's. */
static bool is_of_former(fk_bytes key)
{
    static const char membership[] = "sync.";
    size_t size_bytes = sizeof membership - 1;
    bool is_membership = key.size_bytes >= size_bytes && memcmp(key.data, membership, size_bytes) == 0;
    return is_membership || fk_bytes_equal_text(key, "device");
}

fk_status fk_transfer_adopt(fk_store *store, fk_import_kind kind, const fk_id *former, fk_transfer_row *row,
                            fk_adopted *adopted, bool *is_kept_out)
{
    *is_kept_out = true;
    switch ((fk_transfer_place)(row->table - fk_transfer_tables)) {
    case FK_TRANSFER_META:
        *is_kept_out = !is_of_former(row->values[0].bytes);
        return fk_ok();
    case FK_TRANSFER_ROSTER:        /* comes with enrolment, from its beginning */
    case FK_TRANSFER_CONFIRMATIONS: /* of the former device's work */
    case FK_TRANSFER_WANTS:         /* of the former device's runs */
        *is_kept_out = false;
        return fk_ok();
    case FK_TRANSFER_FRONTIERS:
        return adopt_frontier(store, former, row, adopted);
    case FK_TRANSFER_OPERATIONS:
        return adopt_operation(store, former, row, adopted);
    case FK_TRANSFER_DRAFTS:
        return adopt_draft(store, former, row, adopted);
    case FK_TRANSFER_ADOPTIONS:
        return adopt_adoption(store, former, row, adopted);
    case FK_TRANSFER_SEGMENTS:
        *is_kept_out = is_in_a_chain(kind, former, row);
        return fk_ok();
    case FK_TRANSFER_COMPARTMENTS:
    case FK_TRANSFER_EPOCH_KEYS:
    case FK_TRANSFER_TABLE_COUNT:
    default:
        return fk_ok();
    }
}

static fk_status run_with_devices(fk_store *store, fk_sql sql, const fk_id *former)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, sql, &query));
    fk_query_id(&query, 1, former);
    fk_query_id(&query, 2, &store->device);
    return fk_query_run(&query);
}

fk_status fk_transfer_inherit(fk_store *store, const fk_id *former)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    FK_TRY(run_with_devices(store, FK_SQL_FRONTIER_INHERIT, former));
    return run_with_devices(store, FK_SQL_FRONTIER_OF_FORMER, former);
}
