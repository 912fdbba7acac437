#include "schema.h"

#include <stddef.h>

#include "query.h"

#include "fk/banned.h"

/* One entry per version. A released entry never changes; a new version is a new entry.
 *
 * Sources are operations, drafts and vault_meta (core/domain/schema.json); every other table is
 * derived. compartment is a number of this vault: 0 is the home compartment, which gets its team's
 * id at enrolment, so that nothing recorded before has to be rewritten. hlc is 48 bits of ms and 16
 * bits of counter. over lists (device 16, sequence 8 little-endian) of the writes an operation replaces. */
static const char *const migrations[FK_STORE_SCHEMA_VERSION] = {
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
    " reference TEXT NOT NULL, victim_name TEXT NOT NULL, next_review_on TEXT NOT NULL, names TEXT NOT NULL) STRICT;"
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
};

const fk_derived_table fk_derived_tables[] = {
    { "mutations", "DELETE FROM mutations", "SELECT * FROM mutations ORDER BY mutation" },
    { "records", "DELETE FROM records", "SELECT * FROM records ORDER BY record, compartment" },
    { "heads", "DELETE FROM heads",
      "SELECT * FROM heads ORDER BY case_id, record, field, compartment, device, sequence" },
    { "case_names", "INSERT INTO case_names(case_names) VALUES('delete-all')",
      "SELECT t.term, c.case_id, t.offset FROM case_terms t CROSS JOIN cases c ON c.id = t.doc"
      " ORDER BY t.term, c.case_id, t.offset" },
    { "cases", "DELETE FROM cases",
      "SELECT case_id, changed_hlc, status, reference, victim_name, next_review_on, names FROM cases"
      " ORDER BY case_id" },
};

const unsigned fk_derived_table_count = sizeof fk_derived_tables / sizeof fk_derived_tables[0];

static fk_status read_version(sqlite3 *database, int *version_out)
{
    *version_out = 0;
    sqlite3_stmt *statement = NULL;
    FK_TRY(fk_status_of_sqlite(sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &statement, NULL)));
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        *version_out = sqlite3_column_int(statement, 0);
    }
    sqlite3_finalize(statement);
    return fk_status_of_sqlite(result);
}

static fk_status migrate_step(sqlite3 *database, int version)
{
    char set_version[40];
    sqlite3_snprintf(sizeof set_version, set_version, "PRAGMA user_version = %d", version);
    FK_TRY(fk_sql_execute(database, "BEGIN IMMEDIATE"));
    fk_status status = fk_sql_execute(database, migrations[version - 1]);
    if (fk_is_ok(status)) {
        status = fk_sql_execute(database, set_version);
    }
    if (fk_is_ok(status)) {
        status = fk_sql_execute(database, "COMMIT");
    }
    if (!fk_is_ok(status) && !sqlite3_get_autocommit(database)) {
        (void)sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
    }
    return status;
}

fk_status fk_schema_migrate(sqlite3 *database)
{
    int version = 0;
    FK_TRY(read_version(database, &version));
    if (version > FK_STORE_SCHEMA_VERSION || version < 0) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    while (version < FK_STORE_SCHEMA_VERSION) {
        version++;
        FK_TRY(migrate_step(database, version));
    }
    return fk_ok();
}
