/* schema.h — the tables of the store and how a database gets to the newest version. Private to core/store. */
#ifndef FK_STORE_SCHEMA_H
#define FK_STORE_SCHEMA_H

#include <sqlite3.h>

#include "fk/status.h"

enum { FK_STORE_SCHEMA_VERSION = 1 };

/* A table that is rebuilt from the sources, and the query that dumps it in a fixed order. Surrogate
 * row ids are not dumped: they depend on the order of arrival. */
typedef struct fk_derived_table {
    const char *name;
    const char *clear;
    const char *dump;
} fk_derived_table;

extern const fk_derived_table fk_derived_tables[];
extern const unsigned fk_derived_table_count;

/* Bring an open database to FK_STORE_SCHEMA_VERSION, each step in a transaction of its own.
 * FK_ERR_NEWER_VERSION when it is beyond; then nothing changed. */
FK_MUST_USE fk_status fk_schema_migrate(sqlite3 *database);

#endif
