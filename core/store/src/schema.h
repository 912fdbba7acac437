/* schema.h — the tables of the store and how a database gets to the newest version. Private to core/store. */
#ifndef FK_STORE_SCHEMA_H
#define FK_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>

#include "fk/status.h"

enum {
    FK_STORE_SCHEMA_VERSION = 3,
    /* The oldest version whose app reads these tables rightly. It stands in each vault (vault_meta "readable_by"), so that
     * an older app knows whether it may show what a newer one wrote. A migration that changes the meaning of what was
     * there, or a name that reading uses, raises it to its own version. */
    FK_STORE_READABLE_BY_VERSION = 2,
};

/* A table that is rebuilt from the sources, and the query that dumps it in a fixed order. Nothing of this vault
 * alone is dumped (row ids, numbers of compartments): devices with the same operations give the same dump. */
typedef struct fk_derived_table {
    const char *name;
    const char *clear;
    const char *dump;
    bool names_devices; /* says which device wrote: not the same once a vault is another device's */
} fk_derived_table;

extern const fk_derived_table fk_derived_tables[];
extern const unsigned fk_derived_table_count;

/* The version of an open database; 0: it is new. One beyond FK_STORE_SCHEMA_VERSION is given out when the database says
 * that this version can read it, else FK_ERR_NEWER_VERSION. */
FK_MUST_USE fk_status fk_schema_version(sqlite3 *database, int *version_out);

/* Bring the tables from that version to FK_STORE_SCHEMA_VERSION, inside a transaction of the caller. Derived tables
 * may be empty afterwards: rebuild them before the commit. */
FK_MUST_USE fk_status fk_schema_upgrade(sqlite3 *database, int from_version);

#endif
