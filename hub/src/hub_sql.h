/* hub_sql.h — the tables of the hub and every statement it ever runs, as data.
 *
 * What SQLite and PostgreSQL both understand: types BIGINT and BYTEA, parameters $1 $2 .. in the order
 * of their first use, INSERT .. ON CONFLICT, UPDATE .. RETURNING; no sequences, no triggers, no row ids. */
#ifndef FK_HUB_SQL_H
#define FK_HUB_SQL_H

enum { FK_HUB_SCHEMA_VERSION = 1 };

/* fk_hub_migrations[v] brings a store of version v to v + 1. Several statements each. */
extern const char *const fk_hub_migrations[FK_HUB_SCHEMA_VERSION];

typedef enum fk_hub_sql {
    FK_HUB_SQL_HUB_GET = 0, /* seed, public key, MAC key of this hub */
    FK_HUB_SQL_HUB_PUT,
    FK_HUB_SQL_AGENCY_GET,  /* roster count, log number, log hash, change number, size */
    FK_HUB_SQL_AGENCY_LOCK, /* the same, and no other connection changes it until the transaction ends */
    FK_HUB_SQL_AGENCY_PUT,  /* new */
    FK_HUB_SQL_AGENCY_LIST, /* ids */
    FK_HUB_SQL_AGENCY_COUNT,
    FK_HUB_SQL_AGENCY_ROSTER, /* set the roster count */
    FK_HUB_SQL_AGENCY_LOG,    /* set log number, log hash, size */
    FK_HUB_SQL_AGENCY_CHANGE, /* count a change of grants or frontiers; gives its number */
    FK_HUB_SQL_ROSTER_PUT,
    FK_HUB_SQL_ROSTER_FROM, /* index, entry; from an index on */
    FK_HUB_SQL_TOKEN_GET,   /* agency, device, expires */
    FK_HUB_SQL_TOKEN_PUT,
    FK_HUB_SQL_TOKEN_COUNT, /* of a device */
    FK_HUB_SQL_TOKEN_DROP,  /* of a device */
    FK_HUB_SQL_TOKEN_EXPIRE,
    FK_HUB_SQL_CHALLENGE_USE, /* changes nothing when it was used before */
    FK_HUB_SQL_CHALLENGE_EXPIRE,
    FK_HUB_SQL_GRANT_GET, /* bytes; of one maker for one epoch and device */
    FK_HUB_SQL_GRANT_DROP,
    FK_HUB_SQL_GRANT_PUT,
    FK_HUB_SQL_GRANT_AFTER,  /* number, bytes; of a device */
    FK_HUB_SQL_FRONTIER_GET, /* number, bytes */
    FK_HUB_SQL_FRONTIER_PUT,
    FK_HUB_SQL_FRONTIER_LIST, /* compartment, bytes; newest first */
    FK_HUB_SQL_CHAIN_GET,     /* last sequence, last id */
    FK_HUB_SQL_CHAIN_PUT,
    FK_HUB_SQL_CHAIN_LIST, /* compartment, device, last sequence, last id */
    FK_HUB_SQL_SEGMENT_PUT,
    FK_HUB_SQL_SEGMENT_FIRST, /* number, id; of a chain, by first sequence */
    FK_HUB_SQL_SEGMENT_LAST,  /* id; of a chain, by last sequence */
    FK_HUB_SQL_SEGMENT_AFTER, /* number, bytes; of a compartment */
    FK_HUB_SQL_SEGMENT_LOG,   /* log hash at a number */
    FK_HUB_SQL_SEGMENT_WALK,  /* number, id, log hash, bytes; from a number on */
    FK_HUB_SQL_USAGE_GET,     /* size */
    FK_HUB_SQL_USAGE_ADD,
    FK_HUB_SQL_ENROL_GET, /* expires, request (empty: none yet) */
    FK_HUB_SQL_ENROL_PUT, /* changes nothing when the id is known */
    FK_HUB_SQL_ENROL_SET,
    FK_HUB_SQL_ENROL_LIST, /* requests that arrived */
    FK_HUB_SQL_ENROL_COUNT,
    FK_HUB_SQL_ENROL_DROP,
    FK_HUB_SQL_ENROL_EXPIRE,
    FK_HUB_SQL_COUNT
} fk_hub_sql;

extern const char *const fk_hub_sql_texts[FK_HUB_SQL_COUNT];

#endif
