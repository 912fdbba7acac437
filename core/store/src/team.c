/* team.c — compartments, roster, keys of epochs, confirmations, and what the vault wants of a run. */
#include "store_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

/* --- compartments ------------------------------------------------------------------------------ */

fk_status fk_store_compartment_number(fk_store *store, const fk_id *compartment, uint32_t *number_out)
{
    *number_out = 0;
    int64_t number = 0;
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_COMPARTMENT_NUMBER, &query));
    fk_query_id(&query, 1, compartment);
    FK_TRY(fk_query_number(&query, -1, &number));
    if (number < 0) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    *number_out = (uint32_t)number;
    return fk_ok();
}

fk_status fk_store_compartment_id(fk_store *store, uint32_t number, fk_id *compartment_out)
{
    *compartment_out = (fk_id){ { 0 } };
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_COMPARTMENT_ID, &query));
    fk_query_integer(&query, 1, number);
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    if (!has_row) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    fk_status status = fk_query_column_id(&query, 0, compartment_out);
    fk_query_end(&query);
    return status;
}

static fk_status next_compartment(fk_store *store, bool is_home, int64_t *number_out)
{
    fk_id home;
    fk_query query;
    *number_out = FK_COMPARTMENT_HOME;
    if (!is_home) {
        FK_TRY(fk_query_begin(&store->statements, FK_SQL_COMPARTMENT_NEXT, &query));
        return fk_query_number(&query, 1, number_out);
    }
    fk_status status = fk_store_compartment_id(store, FK_COMPARTMENT_HOME, &home);
    if (fk_is_ok(status)) {
        return fk_status_of(FK_ERR_EXISTS);
    }
    return status.code == FK_ERR_NOT_FOUND ? fk_ok() : status;
}

fk_status fk_store_compartment_set(fk_store *store, const fk_id *compartment, bool is_home, uint32_t *number_out)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    fk_status known = fk_store_compartment_number(store, compartment, number_out);
    if (fk_is_ok(known)) {
        return is_home && *number_out != FK_COMPARTMENT_HOME ? fk_status_of(FK_ERR_EXISTS) : fk_ok();
    }
    FK_TRY(known.code == FK_ERR_NOT_FOUND ? fk_ok() : known);
    int64_t number = 0;
    FK_TRY(next_compartment(store, is_home, &number));
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_COMPARTMENT_ADD, &query));
    fk_query_integer(&query, 1, number);
    fk_query_id(&query, 2, compartment);
    FK_TRY(fk_query_run(&query));
    *number_out = (uint32_t)number;
    return fk_ok();
}

/* --- bytes by a key: what is here stays ------------------------------------------------------------ */

/* Compare the first column of the only row. FK_ERR_NOT_FOUND without a row, `otherwise` when it differs. */
static fk_status require_equal(fk_query *query, fk_bytes wanted, fk_code otherwise)
{
    bool has_row = false;
    FK_TRY(fk_query_next(query, &has_row));
    if (!has_row) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    fk_bytes here = fk_query_column(query, 0);
    bool is_same =
        here.size_bytes == wanted.size_bytes && fk_equal_constant_time(here.data, wanted.data, here.size_bytes);
    fk_query_end(query);
    return is_same ? fk_ok() : fk_status_of(otherwise);
}

/* --- roster -------------------------------------------------------------------------------------- */

fk_status fk_store_roster_add(fk_store *store, uint32_t index, fk_bytes entry)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    if (entry.size_bytes == 0 || entry.size_bytes > FK_ROSTER_ENTRY_SIZE_BYTES_MAX) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_ROSTER_AT, &query));
    fk_query_integer(&query, 1, index);
    fk_status here = require_equal(&query, entry, FK_ERR_FORK);
    if (here.code != FK_ERR_NOT_FOUND) {
        return here;
    }
    int64_t next = 0;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_ROSTER_NEXT, &query));
    FK_TRY(fk_query_number(&query, 0, &next));
    if (next != index) {
        return fk_status_of(FK_ERR_HEAD_MOVED);
    }
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_ROSTER_ADD, &query));
    fk_query_integer(&query, 1, index);
    fk_query_blob(&query, 2, entry);
    return fk_query_run(&query);
}

typedef struct roster_visit {
    fk_roster_bytes_visitor *visitor;
    void *ctx;
} roster_visit;

static fk_status visit_roster(void *ctx, const fk_query *query)
{
    const roster_visit *visit = ctx;
    return visit->visitor(visit->ctx, (uint32_t)fk_query_column_integer(query, 0), fk_query_column(query, 1));
}

fk_status fk_store_roster(fk_store *store, fk_roster_bytes_visitor *visitor, void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_ROSTER_ALL, &query));
    return fk_query_each(&query, visit_roster, &(roster_visit){ visitor, ctx });
}

/* --- keys of epochs -------------------------------------------------------------------------------- */

static fk_status begin_epoch(fk_store *store, fk_sql sql, const fk_id *compartment, uint32_t epoch, fk_query *query_out)
{
    FK_TRY(fk_query_begin(&store->statements, sql, query_out));
    fk_query_id(query_out, 1, compartment);
    fk_query_integer(query_out, 2, epoch);
    return fk_ok();
}

fk_status fk_store_epoch_key_put(fk_store *store, const fk_id *compartment, uint32_t epoch, const fk_key *key)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    fk_bytes bytes = fk_bytes_of(key->bytes, sizeof key->bytes);
    fk_query query;
    FK_TRY(begin_epoch(store, FK_SQL_EPOCH_KEY, compartment, epoch, &query));
    fk_status here = require_equal(&query, bytes, FK_ERR_EXISTS);
    if (here.code != FK_ERR_NOT_FOUND) {
        return here;
    }
    FK_TRY(begin_epoch(store, FK_SQL_EPOCH_KEY_ADD, compartment, epoch, &query));
    fk_query_blob(&query, 3, bytes);
    return fk_query_run(&query);
}

fk_status fk_store_epoch_key(fk_store *store, const fk_id *compartment, uint32_t epoch, fk_key *key_out)
{
    *key_out = (fk_key){ { 0 } };
    fk_query query;
    FK_TRY(begin_epoch(store, FK_SQL_EPOCH_KEY, compartment, epoch, &query));
    bool has_row = false;
    FK_TRY(fk_query_next(&query, &has_row));
    if (!has_row) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    fk_bytes bytes = fk_query_column(&query, 0);
    bool is_whole = bytes.size_bytes == sizeof key_out->bytes;
    if (is_whole) {
        memcpy(key_out->bytes, bytes.data, sizeof key_out->bytes);
    }
    fk_query_end(&query);
    return is_whole ? fk_ok() : fk_status_of(FK_ERR_DAMAGED);
}

fk_status fk_store_epoch_newest(fk_store *store, const fk_id *compartment, uint32_t *epoch_out)
{
    int64_t epoch = 0;
    *epoch_out = 0;
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_EPOCH_NEWEST, &query));
    fk_query_id(&query, 1, compartment);
    FK_TRY(fk_query_number(&query, 0, &epoch));
    *epoch_out = (uint32_t)epoch;
    return fk_ok();
}

/* --- confirmations ----------------------------------------------------------------------------------- */

fk_status fk_store_confirmation_put(fk_store *store, uint32_t compartment, const fk_id *by_device, uint64_t number,
                                    uint64_t last_sequence)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    fk_chain_head head;
    FK_TRY(fk_store_chain_head(store, compartment, &store->device, &head));
    if (last_sequence > head.last_sequence || number > INT64_MAX) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_CONFIRMATION_PUT, &query));
    fk_query_integer(&query, 1, compartment);
    fk_query_id(&query, 2, by_device);
    fk_query_integer(&query, 3, (int64_t)number);
    fk_query_integer(&query, 4, (int64_t)last_sequence);
    return fk_query_run(&query);
}

fk_status fk_store_confirmed_sequence(fk_store *store, uint32_t compartment, uint64_t *sequence_out)
{
    int64_t sequence = 0;
    *sequence_out = 0;
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_CONFIRMED, &query));
    fk_query_integer(&query, 1, compartment);
    FK_TRY(fk_query_number(&query, 0, &sequence));
    *sequence_out = (uint64_t)sequence;
    return fk_ok();
}

/* --- wants --------------------------------------------------------------------------------------------- */

static fk_status begin_want(fk_store *store, fk_sql sql, uint32_t kind, const fk_id *id, fk_query *query_out)
{
    FK_TRY(fk_query_begin(&store->statements, sql, query_out));
    fk_query_integer(query_out, 1, kind);
    fk_query_id(query_out, 2, id);
    return fk_ok();
}

fk_status fk_store_want_put(fk_store *store, uint32_t kind, const fk_id *id, fk_bytes value)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    if (value.size_bytes > FK_WANT_SIZE_BYTES_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    fk_query query;
    FK_TRY(begin_want(store, FK_SQL_WANT_PUT, kind, id, &query));
    fk_query_blob(&query, 3, value);
    return fk_query_run(&query);
}

fk_status fk_store_want_get(fk_store *store, uint32_t kind, const fk_id *id, fk_arena *arena, fk_bytes *value_out)
{
    *value_out = (fk_bytes){ NULL, 0 };
    fk_query query;
    FK_TRY(begin_want(store, FK_SQL_WANT_GET, kind, id, &query));
    return fk_query_bytes(&query, arena, value_out);
}

typedef struct want_visit {
    fk_want_visitor *visitor;
    void *ctx;
} want_visit;

static fk_status visit_want(void *ctx, const fk_query *query)
{
    const want_visit *visit = ctx;
    fk_id id;
    FK_TRY(fk_query_column_id(query, 0, &id));
    return visit->visitor(visit->ctx, &id, fk_query_column(query, 1));
}

fk_status fk_store_wants(fk_store *store, uint32_t kind, fk_want_visitor *visitor, void *ctx)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_WANT_ALL, &query));
    fk_query_integer(&query, 1, kind);
    return fk_query_each(&query, visit_want, &(want_visit){ visitor, ctx });
}

fk_status fk_store_want_remove(fk_store *store, uint32_t kind, const fk_id *id)
{
    FK_ASSERT(!sqlite3_get_autocommit(store->database));
    fk_query query;
    FK_TRY(begin_want(store, FK_SQL_WANT_REMOVE, kind, id, &query));
    FK_TRY(fk_query_run(&query));
    return sqlite3_changes64(store->database) > 0 ? fk_ok() : fk_status_of(FK_ERR_NOT_FOUND);
}
