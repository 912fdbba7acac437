#include "hub_sql.h"

#include "fk/banned.h"

const char *const fk_hub_migrations[FK_HUB_SCHEMA_VERSION] = {
    "CREATE TABLE hub (id BIGINT PRIMARY KEY, signing_seed BYTEA NOT NULL, signing_public BYTEA NOT NULL,"
    " mac_key BYTEA NOT NULL);"
    "CREATE TABLE agency (id BYTEA PRIMARY KEY, founded_ms BIGINT NOT NULL, roster_count BIGINT NOT NULL,"
    " log_number BIGINT NOT NULL, log_hash BYTEA NOT NULL, change_number BIGINT NOT NULL,"
    " size_bytes BIGINT NOT NULL);"
    "CREATE TABLE roster (agency BYTEA NOT NULL, entry_index BIGINT NOT NULL, entry BYTEA NOT NULL,"
    " PRIMARY KEY (agency, entry_index));"
    "CREATE TABLE segment (agency BYTEA NOT NULL, number BIGINT NOT NULL, compartment BYTEA NOT NULL,"
    " device BYTEA NOT NULL, first_sequence BIGINT NOT NULL, last_sequence BIGINT NOT NULL, id BYTEA NOT NULL,"
    " log_hash BYTEA NOT NULL, received_ms BIGINT NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY (agency, number));"
    "CREATE INDEX segment_by_compartment ON segment (agency, compartment, number);"
    "CREATE INDEX segment_by_first ON segment (agency, compartment, device, first_sequence);"
    "CREATE INDEX segment_by_last ON segment (agency, compartment, device, last_sequence);"
    "CREATE TABLE chain (agency BYTEA NOT NULL, compartment BYTEA NOT NULL, device BYTEA NOT NULL,"
    " last_sequence BIGINT NOT NULL, last_id BYTEA NOT NULL, PRIMARY KEY (agency, compartment, device));"
    "CREATE TABLE device_usage (agency BYTEA NOT NULL, device BYTEA NOT NULL, size_bytes BIGINT NOT NULL,"
    " PRIMARY KEY (agency, device));"
    "CREATE TABLE device_grant (agency BYTEA NOT NULL, device BYTEA NOT NULL, compartment BYTEA NOT NULL,"
    " epoch BIGINT NOT NULL, maker BYTEA NOT NULL, number BIGINT NOT NULL, bytes BYTEA NOT NULL,"
    " PRIMARY KEY (agency, device, compartment, epoch, maker));"
    "CREATE TABLE frontier (agency BYTEA NOT NULL, compartment BYTEA NOT NULL, device BYTEA NOT NULL,"
    " number BIGINT NOT NULL, change_number BIGINT NOT NULL, bytes BYTEA NOT NULL,"
    " PRIMARY KEY (agency, compartment, device));"
    "CREATE TABLE token (hash BYTEA PRIMARY KEY, agency BYTEA NOT NULL, device BYTEA NOT NULL,"
    " expires_ms BIGINT NOT NULL);"
    "CREATE INDEX token_by_device ON token (agency, device);"
    "CREATE TABLE used_challenge (challenge BYTEA PRIMARY KEY, expires_ms BIGINT NOT NULL);"
    "CREATE TABLE enrolment (agency BYTEA NOT NULL, token_id BYTEA NOT NULL, expires_ms BIGINT NOT NULL,"
    " request BYTEA, PRIMARY KEY (agency, token_id));",
};

#define AGENCY_COLUMNS "roster_count, log_number, log_hash, change_number, size_bytes"

const char *const fk_hub_sql_texts[FK_HUB_SQL_COUNT] = {
    [FK_HUB_SQL_HUB_GET] = "SELECT signing_seed, signing_public, mac_key FROM hub WHERE id = $1",
    [FK_HUB_SQL_HUB_PUT] = "INSERT INTO hub (id, signing_seed, signing_public, mac_key) VALUES ($1, $2, $3, $4)",

    [FK_HUB_SQL_AGENCY_GET] = "SELECT " AGENCY_COLUMNS " FROM agency WHERE id = $1",
    [FK_HUB_SQL_AGENCY_LOCK] = "UPDATE agency SET log_number = log_number WHERE id = $1 RETURNING " AGENCY_COLUMNS,
    [FK_HUB_SQL_AGENCY_PUT] = "INSERT INTO agency (id, founded_ms, log_hash, roster_count, log_number, change_number,"
                              " size_bytes) VALUES ($1, $2, $3, 1, 0, 0, 0)",
    [FK_HUB_SQL_AGENCY_LIST] = "SELECT id FROM agency ORDER BY id LIMIT $1",
    [FK_HUB_SQL_AGENCY_COUNT] = "SELECT COUNT(*) FROM agency WHERE founded_ms >= $1",
    [FK_HUB_SQL_AGENCY_ROSTER] = "UPDATE agency SET roster_count = $1 WHERE id = $2",
    [FK_HUB_SQL_AGENCY_LOG] = "UPDATE agency SET log_number = $1, log_hash = $2, size_bytes = $3 WHERE id = $4",
    [FK_HUB_SQL_AGENCY_CHANGE] =
        "UPDATE agency SET change_number = change_number + 1 WHERE id = $1 RETURNING change_number",

    [FK_HUB_SQL_ROSTER_PUT] = "INSERT INTO roster (agency, entry_index, entry) VALUES ($1, $2, $3)",
    [FK_HUB_SQL_ROSTER_FROM] =
        "SELECT entry_index, entry FROM roster WHERE agency = $1 AND entry_index >= $2 ORDER BY entry_index",

    [FK_HUB_SQL_TOKEN_GET] = "SELECT agency, device, expires_ms FROM token WHERE hash = $1",
    [FK_HUB_SQL_TOKEN_PUT] = "INSERT INTO token (hash, agency, device, expires_ms) VALUES ($1, $2, $3, $4)",
    [FK_HUB_SQL_TOKEN_COUNT] = "SELECT COUNT(*) FROM token WHERE agency = $1 AND device = $2",
    [FK_HUB_SQL_TOKEN_DROP] = "DELETE FROM token WHERE agency = $1 AND device = $2",
    [FK_HUB_SQL_TOKEN_EXPIRE] = "DELETE FROM token WHERE expires_ms <= $1",
    [FK_HUB_SQL_CHALLENGE_USE] =
        "INSERT INTO used_challenge (challenge, expires_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    [FK_HUB_SQL_CHALLENGE_EXPIRE] = "DELETE FROM used_challenge WHERE expires_ms <= $1",

    [FK_HUB_SQL_GRANT_GET] = "SELECT bytes FROM device_grant WHERE agency = $1 AND device = $2 AND compartment = $3"
                             " AND epoch = $4 AND maker = $5",
    [FK_HUB_SQL_GRANT_DROP] = "DELETE FROM device_grant WHERE agency = $1 AND device = $2 AND compartment = $3"
                              " AND epoch = $4 AND maker = $5",
    [FK_HUB_SQL_GRANT_PUT] = "INSERT INTO device_grant (agency, device, compartment, epoch, maker, number, bytes)"
                             " VALUES ($1, $2, $3, $4, $5, $6, $7)",
    [FK_HUB_SQL_GRANT_AFTER] = "SELECT number, bytes FROM device_grant WHERE agency = $1 AND device = $2"
                               " AND number > $3 ORDER BY number LIMIT $4",
    [FK_HUB_SQL_FRONTIER_GET] =
        "SELECT number, bytes FROM frontier WHERE agency = $1 AND compartment = $2 AND device = $3",
    [FK_HUB_SQL_FRONTIER_PUT] =
        "INSERT INTO frontier (agency, compartment, device, number, change_number, bytes)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (agency, compartment, device) DO UPDATE SET"
        " number = excluded.number, change_number = excluded.change_number, bytes = excluded.bytes",
    [FK_HUB_SQL_FRONTIER_LIST] =
        "SELECT compartment, bytes FROM frontier WHERE agency = $1 ORDER BY change_number DESC",

    [FK_HUB_SQL_CHAIN_GET] =
        "SELECT last_sequence, last_id FROM chain WHERE agency = $1 AND compartment = $2 AND device = $3",
    [FK_HUB_SQL_CHAIN_PUT] =
        "INSERT INTO chain (agency, compartment, device, last_sequence, last_id) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (agency, compartment, device) DO UPDATE SET last_sequence = excluded.last_sequence,"
        " last_id = excluded.last_id",
    [FK_HUB_SQL_CHAIN_LIST] = "SELECT compartment, device, last_sequence, last_id FROM chain WHERE agency = $1",
    [FK_HUB_SQL_SEGMENT_PUT] = "INSERT INTO segment (agency, number, compartment, device, first_sequence,"
                               " last_sequence, id, log_hash, received_ms, bytes)"
                               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    [FK_HUB_SQL_SEGMENT_FIRST] = "SELECT number, id FROM segment WHERE agency = $1 AND compartment = $2"
                                 " AND device = $3 AND first_sequence = $4 ORDER BY number",
    [FK_HUB_SQL_SEGMENT_LAST] = "SELECT id FROM segment WHERE agency = $1 AND compartment = $2 AND device = $3"
                                " AND last_sequence = $4",
    [FK_HUB_SQL_SEGMENT_AFTER] = "SELECT number, bytes FROM segment WHERE agency = $1 AND compartment = $2"
                                 " AND number > $3 ORDER BY number LIMIT $4",
    [FK_HUB_SQL_SEGMENT_LOG] = "SELECT log_hash FROM segment WHERE agency = $1 AND number = $2",
    [FK_HUB_SQL_SEGMENT_WALK] =
        "SELECT number, id, log_hash, bytes FROM segment WHERE agency = $1 AND number >= $2 ORDER BY number",
    [FK_HUB_SQL_USAGE_GET] = "SELECT size_bytes FROM device_usage WHERE agency = $1 AND device = $2",
    [FK_HUB_SQL_USAGE_ADD] =
        "INSERT INTO device_usage (agency, device, size_bytes) VALUES ($1, $2, $3)"
        " ON CONFLICT (agency, device) DO UPDATE SET size_bytes = device_usage.size_bytes + excluded.size_bytes",

    [FK_HUB_SQL_ENROL_GET] = "SELECT expires_ms, request FROM enrolment WHERE agency = $1 AND token_id = $2",
    [FK_HUB_SQL_ENROL_PUT] = "INSERT INTO enrolment (agency, token_id, expires_ms) VALUES ($1, $2, $3)"
                             " ON CONFLICT DO NOTHING",
    [FK_HUB_SQL_ENROL_SET] = "UPDATE enrolment SET request = $1 WHERE agency = $2 AND token_id = $3",
    [FK_HUB_SQL_ENROL_LIST] = "SELECT request FROM enrolment WHERE agency = $1 AND expires_ms > $2"
                              " AND request IS NOT NULL ORDER BY token_id",
    [FK_HUB_SQL_ENROL_COUNT] = "SELECT COUNT(*) FROM enrolment WHERE agency = $1",
    [FK_HUB_SQL_ENROL_DROP] = "DELETE FROM enrolment WHERE agency = $1 AND token_id = $2",
    [FK_HUB_SQL_ENROL_EXPIRE] = "DELETE FROM enrolment WHERE agency = $1 AND expires_ms <= $2",
};
