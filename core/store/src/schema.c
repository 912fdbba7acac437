#include "schema.h"

#include <limits.h>
#include <stdbool.h>

#include "query.h"

#include "fk/banned.h"

/* One entry per version. A released entry never changes; a new version is a new entry.
 *
 * Sources are operations, drafts and vault_meta (core/domain/schema.json); every other table is
 * derived. compartment is a number of this vault: 0 is the home compartment, which gets its team's
 * id at enrolment, so that nothing recorded before has to be rewritten. hlc is 48 bits of ms and 16
 * bits of counter. over lists (device 16, sequence 8 little-endian) of the writes an operation replaces. */
enum { PART_COUNT = 2 }; /* no literal is longer than compilers must take */
static const char *const migrations[FK_STORE_SCHEMA_VERSION][PART_COUNT] = {
    {
        "CREATE TABLE vault_meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT;"
        "CREATE TABLE operations("
        " compartment INTEGER NOT NULL, device BLOB NOT NULL, sequence INTEGER NOT NULL, hlc INTEGER NOT NULL,"
        " case_id BLOB NOT NULL, record BLOB NOT NULL, type TEXT NOT NULL, field TEXT NOT NULL, value TEXT,"
        " over BLOB NOT NULL, reason TEXT NOT NULL, mutation BLOB NOT NULL,"
        " PRIMARY KEY(compartment, device, sequence)) WITHOUT ROWID, STRICT;"
        "CREATE TABLE drafts("
        " record BLOB NOT NULL, field TEXT NOT NULL, case_id BLOB NOT NULL, type TEXT NOT NULL, value TEXT,"
        " number INTEGER NOT NULL, saved_ms INTEGER NOT NULL, PRIMARY KEY(record, field)) WITHOUT ROWID, STRICT;"
        "CREATE INDEX drafts_by_case ON drafts(case_id);"

        "CREATE TABLE mutations("
        " mutation BLOB PRIMARY KEY, operation_count INTEGER NOT NULL) WITHOUT ROWID, STRICT;"
        "CREATE TABLE records("
        " compartment INTEGER NOT NULL, record BLOB NOT NULL, case_id BLOB NOT NULL, type TEXT NOT NULL,"
        " created_hlc INTEGER NOT NULL, changed_hlc INTEGER NOT NULL, hidden INTEGER NOT NULL,"
        " PRIMARY KEY(record, compartment)) WITHOUT ROWID, STRICT;"
        "CREATE INDEX records_by_case ON records(case_id, created_hlc, record);"
        "CREATE TABLE heads("
        " compartment INTEGER NOT NULL, case_id BLOB NOT NULL, record BLOB NOT NULL, field TEXT NOT NULL,"
        " device BLOB NOT NULL, sequence INTEGER NOT NULL,"
        " PRIMARY KEY(case_id, record, field, compartment, device, sequence)) WITHOUT ROWID, STRICT;"
        "CREATE TABLE cases("
        " id INTEGER PRIMARY KEY, case_id BLOB NOT NULL UNIQUE, changed_hlc INTEGER NOT NULL, status TEXT NOT NULL,"
        " reference TEXT NOT NULL, victim_name TEXT NOT NULL, next_review_on TEXT NOT NULL, names TEXT NOT NULL) "
        "STRICT;"
        "CREATE INDEX cases_by_change ON cases(changed_hlc, case_id);"
        "CREATE VIRTUAL TABLE case_names USING fts5(names, content='cases', content_rowid='id',"
        " tokenize='unicode61 remove_diacritics 2', prefix='1 2 3');"
        "INSERT INTO case_names(case_names, rank) VALUES('secure-delete', 1);"
        "CREATE VIRTUAL TABLE case_terms USING fts5vocab(case_names, 'instance');"

        /* What is current and shown: the one place that joins a head to its operation. */
        "CREATE VIEW shown AS SELECT h.case_id, h.record, r.type, r.created_hlc, h.field, o.value"
        " FROM heads h"
        " CROSS JOIN operations o ON o.compartment = h.compartment AND o.device = h.device AND o.sequence = h.sequence"
        " CROSS JOIN records r ON r.record = h.record AND r.compartment = h.compartment"
        " WHERE o.value IS NOT NULL AND NOT r.hidden;",
    },
    {
        /* 2: what comes from other devices. Operations get when they arrived (0: made here), drafts what their
         * author saw (docs/adr/0011). The numbers of compartments get the ids all devices know. */
        "ALTER TABLE operations ADD COLUMN arrived_ms INTEGER NOT NULL DEFAULT 0;"
        "CREATE INDEX operations_by_record ON operations(record, field);"
        "ALTER TABLE drafts ADD COLUMN over BLOB NOT NULL DEFAULT x'';"
        "CREATE TABLE compartments(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE) STRICT;"
        "CREATE TABLE segments("
        " compartment INTEGER NOT NULL, device BLOB NOT NULL, first_sequence INTEGER NOT NULL,"
        " last_sequence INTEGER NOT NULL, id BLOB NOT NULL, state INTEGER NOT NULL, problem INTEGER NOT NULL,"
        " arrived_ms INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE(compartment, device, first_sequence)) STRICT;"
        "CREATE INDEX segments_by_end ON segments(compartment, device, last_sequence, state, first_sequence, id);"
        "CREATE INDEX segments_by_state ON segments(state, compartment, device, first_sequence, last_sequence);"
        /* The author's operations from first_sequence on were made knowing that device's up to last_sequence. */
        "CREATE TABLE frontiers("
        " compartment INTEGER NOT NULL, author BLOB NOT NULL, device BLOB NOT NULL, last_sequence INTEGER NOT NULL,"
        " first_sequence INTEGER NOT NULL,"
        " PRIMARY KEY(compartment, author, device, last_sequence, first_sequence)) WITHOUT ROWID, STRICT;"
        "CREATE INDEX frontiers_by_author ON frontiers(compartment, author, first_sequence);"
        "CREATE TABLE roster(number INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;"
        "CREATE TABLE epoch_keys("
        " compartment_id BLOB NOT NULL, epoch INTEGER NOT NULL, epoch_key BLOB NOT NULL,"
        " PRIMARY KEY(compartment_id, epoch)) WITHOUT ROWID, STRICT;"
        "CREATE TABLE confirmations("
        " compartment INTEGER NOT NULL, by_device BLOB NOT NULL, number INTEGER NOT NULL, last_sequence INTEGER NOT "
        "NULL,"
        " PRIMARY KEY(compartment, by_device)) WITHOUT ROWID, STRICT;"
        "CREATE TABLE wants("
        " kind INTEGER NOT NULL, id BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(kind, id)) WITHOUT ROWID, STRICT;",

        "DROP VIEW shown;"
        "DROP TABLE mutations;"
        "DROP TABLE records;"
        "DROP TABLE heads;"
        /* By device: somebody else's use of an id of ours never makes a command look done. */
        "CREATE TABLE mutations("
        " device BLOB NOT NULL, mutation BLOB NOT NULL, operation_count INTEGER NOT NULL,"
        " PRIMARY KEY(device, mutation)) WITHOUT ROWID, STRICT;"
        /* With the case in the key, an operation that names the wrong case takes a record from nobody.
         * visibility: fk_visibility of store_internal.h. */
        "CREATE TABLE records("
        " compartment INTEGER NOT NULL, record BLOB NOT NULL, case_id BLOB NOT NULL, type TEXT NOT NULL,"
        " created_hlc INTEGER NOT NULL, changed_hlc INTEGER NOT NULL, visibility INTEGER NOT NULL,"
        " PRIMARY KEY(record, case_id, compartment)) WITHOUT ROWID, STRICT;"
        "CREATE INDEX records_by_case ON records(case_id, created_hlc, record);"
        "CREATE INDEX records_reopened ON records(case_id, record) WHERE visibility = 2;"
        "CREATE TABLE heads("
        " compartment INTEGER NOT NULL, case_id BLOB NOT NULL, record BLOB NOT NULL, field TEXT NOT NULL,"
        " device BLOB NOT NULL, sequence INTEGER NOT NULL, hlc INTEGER NOT NULL,"
        " PRIMARY KEY(case_id, record, field, compartment, device, sequence)) WITHOUT ROWID, STRICT;"
        "CREATE TABLE contested("
        " case_id BLOB NOT NULL, record BLOB NOT NULL, field TEXT NOT NULL, compartment INTEGER NOT NULL,"
        " head_count INTEGER NOT NULL, PRIMARY KEY(case_id, record, field, compartment)) WITHOUT ROWID, STRICT;"
        /* Each write that a valid `over` names, whether it is here yet or not, and the one that names it. */
        "CREATE TABLE overruled("
        " compartment INTEGER NOT NULL, case_id BLOB NOT NULL, record BLOB NOT NULL, field TEXT NOT NULL,"
        " device BLOB NOT NULL, sequence INTEGER NOT NULL, by_device BLOB NOT NULL, by_sequence INTEGER NOT NULL,"
        " PRIMARY KEY(case_id, record, field, compartment, device, sequence, by_device, by_sequence))"
        " WITHOUT ROWID, STRICT;"
        /* Each device's newest operation on each record; its newest beside `state` is its edit, 0 if there is none. */
        "CREATE TABLE writers("
        " compartment INTEGER NOT NULL, case_id BLOB NOT NULL, record BLOB NOT NULL, device BLOB NOT NULL,"
        " last_sequence INTEGER NOT NULL, last_edit INTEGER NOT NULL, last_hlc INTEGER NOT NULL,"
        " PRIMARY KEY(case_id, record, compartment, device)) WITHOUT ROWID, STRICT;"
        "CREATE INDEX writers_by_device ON writers(device, compartment, last_sequence, last_hlc);"

        /* What is current and shown. With several current writes of a field the newest is shown, which decides nothing:
         * the others stay, and fk/merge.h says what a person sees. */
        "CREATE VIEW shown AS SELECT h.case_id, h.record, r.type, r.created_hlc, h.field, o.value"
        " FROM heads h"
        " CROSS JOIN operations o ON o.compartment = h.compartment AND o.device = h.device AND o.sequence = h.sequence"
        " CROSS JOIN records r ON r.record = h.record AND r.case_id = h.case_id AND r.compartment = h.compartment"
        " WHERE o.value IS NOT NULL AND r.visibility <> 1 AND NOT EXISTS (SELECT 1 FROM heads n"
        "  WHERE n.case_id = h.case_id AND n.record = h.record AND n.field = h.field AND n.compartment = h.compartment"
        "  AND (n.hlc, n.device) > (h.hlc, h.device));",
    },
    {
        /* 3: writes that became another device's, under the name they had before (docs/adr/0022). */
        "CREATE TABLE adoptions("
        " compartment INTEGER NOT NULL, device BLOB NOT NULL, sequence INTEGER NOT NULL,"
        " from_device BLOB NOT NULL, from_sequence INTEGER NOT NULL,"
        " PRIMARY KEY(compartment, device, sequence)) WITHOUT ROWID, STRICT;"
        "CREATE INDEX adoptions_by_name ON adoptions(compartment, from_device, from_sequence);",
    },
};

/* Compartments by the id all devices know; the number is this vault's own. Before enrolment home has none. */
#define COMPARTMENT "(SELECT k.id FROM compartments k WHERE k.number = compartment)"

const fk_derived_table fk_derived_tables[] = {
    { "mutations", "DELETE FROM mutations", "SELECT * FROM mutations ORDER BY device, mutation", true },
    { "records", "DELETE FROM records",
      "SELECT record, case_id, " COMPARTMENT " AS c, type, created_hlc, changed_hlc, visibility FROM records"
      " ORDER BY record, case_id, c", false },
    { "heads", "DELETE FROM heads",
      "SELECT case_id, record, field, " COMPARTMENT " AS c, device, sequence, hlc FROM heads"
      " ORDER BY case_id, record, field, c, device, sequence", true },
    { "contested", "DELETE FROM contested",
      "SELECT case_id, record, field, " COMPARTMENT " AS c, head_count FROM contested"
      " ORDER BY case_id, record, field, c", false },
    { "overruled", "DELETE FROM overruled",
      "SELECT case_id, record, field, " COMPARTMENT " AS c, device, sequence, by_device, by_sequence FROM overruled"
      " ORDER BY case_id, record, field, c, device, sequence, by_device, by_sequence", true },
    { "writers", "DELETE FROM writers",
      "SELECT case_id, record, " COMPARTMENT " AS c, device, last_sequence, last_edit, last_hlc FROM writers"
      " ORDER BY case_id, record, c, device", true },
    { "case_names", "INSERT INTO case_names(case_names) VALUES('delete-all')",
      "SELECT t.term, c.case_id, t.offset FROM case_terms t CROSS JOIN cases c ON c.id = t.doc"
      " ORDER BY t.term, c.case_id, t.offset", false },
    { "cases", "DELETE FROM cases",
      "SELECT case_id, changed_hlc, status, reference, victim_name, next_review_on, names FROM cases"
      " ORDER BY case_id", false },
};

const unsigned fk_derived_table_count = sizeof fk_derived_tables / sizeof fk_derived_tables[0];

/* The first column of the first row; unchanged when there is no row. */
static fk_status read_number(sqlite3 *database, const char *sql, int *number)
{
    sqlite3_stmt *statement = NULL;
    FK_TRY(fk_status_of_sqlite(sqlite3_prepare_v2(database, sql, -1, &statement, NULL)));
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        *number = sqlite3_column_int(statement, 0);
    }
    sqlite3_finalize(statement);
    return fk_status_of_sqlite(result);
}

fk_status fk_schema_version(sqlite3 *database, int *version_out)
{
    *version_out = 0;
    FK_TRY(read_number(database, "PRAGMA user_version", version_out));
    if (*version_out >= 0 && *version_out <= FK_STORE_SCHEMA_VERSION) {
        return fk_ok();
    }
    int readable_by = INT_MAX;
    fk_status status = read_number(database, "SELECT CAST(value AS TEXT) FROM vault_meta WHERE key = 'readable_by'",
                                   &readable_by);
    bool is_readable = fk_is_ok(status) && *version_out > 0 && readable_by > 0 && readable_by <= FK_STORE_SCHEMA_VERSION;
    return is_readable ? fk_ok() : fk_status_of(FK_ERR_NEWER_VERSION);
}

fk_status fk_schema_upgrade(sqlite3 *database, int from_version)
{
    for (int version = from_version; version < FK_STORE_SCHEMA_VERSION; version++) {
        for (int part = 0; part < PART_COUNT && migrations[version][part] != NULL; part++) {
            FK_TRY(fk_sql_execute(database, migrations[version][part]));
        }
    }
    char set_version[160];
    sqlite3_snprintf(sizeof set_version, set_version,
                     "INSERT OR REPLACE INTO vault_meta(key, value) VALUES('readable_by', CAST('%d' AS BLOB));"
                     "PRAGMA user_version = %d",
                     FK_STORE_READABLE_BY_VERSION, FK_STORE_SCHEMA_VERSION);
    return fk_sql_execute(database, set_version);
}
