/* query_sql_transfer.h — every statement that carries a vault out of one store and into another. Private to core/store. */
#ifndef FK_STORE_QUERY_SQL_TRANSFER_H
#define FK_STORE_QUERY_SQL_TRANSFER_H

/* clang-format off: one clause a line reads better than what a formatter makes of a macro this long. */

/* Read in the order of the primary key, written as it was read, counted. */
#define FK_SQL_TRANSFER_TABLE(X, NAME, table, columns, values, order) \
    X(NAME##_EXPORT, "SELECT " columns " FROM " table order) \
    X(NAME##_IMPORT, "INSERT INTO " table "(" columns ") VALUES(" values ")") \
    X(NAME##_ROWS, "SELECT count(*) FROM " table)

#define FK_SQL_TRANSFER_LIST(X) \
    /* The keys of the device do not travel. */ \
    X(META_EXPORT, "SELECT key, value FROM vault_meta WHERE key <> 'identity' ORDER BY key") \
    X(META_IMPORT, "INSERT INTO vault_meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2") \
    X(META_ROWS, "SELECT count(*) FROM vault_meta WHERE key <> 'identity'") \
    FK_SQL_TRANSFER_TABLE(X, COMPARTMENTS, "compartments", "number, id", "?1, ?2", " ORDER BY number") \
    FK_SQL_TRANSFER_TABLE(X, SEGMENTS, "segments", \
      "compartment, device, first_sequence, last_sequence, id, state, problem, arrived_ms, bytes", \
      "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9", " ORDER BY compartment, device, first_sequence") \
    FK_SQL_TRANSFER_TABLE(X, FRONTIERS, "frontiers", "compartment, author, device, last_sequence, first_sequence", \
      "?1, ?2, ?3, ?4, ?5", " ORDER BY compartment, author, device, last_sequence, first_sequence") \
    FK_SQL_TRANSFER_TABLE(X, ROSTER, "roster", "number, entry", "?1, ?2", " ORDER BY number") \
    FK_SQL_TRANSFER_TABLE(X, EPOCH_KEYS, "epoch_keys", "compartment_id, epoch, epoch_key", "?1, ?2, ?3", \
      " ORDER BY compartment_id, epoch") \
    FK_SQL_TRANSFER_TABLE(X, CONFIRMATIONS, "confirmations", "compartment, by_device, number, last_sequence", \
      "?1, ?2, ?3, ?4", " ORDER BY compartment, by_device") \
    FK_SQL_TRANSFER_TABLE(X, WANTS, "wants", "kind, id, value", "?1, ?2, ?3", " ORDER BY kind, id") \
    FK_SQL_TRANSFER_TABLE(X, ADOPTIONS, "adoptions", "compartment, device, sequence, from_device, from_sequence", \
      "?1, ?2, ?3, ?4, ?5", " ORDER BY compartment, device, sequence") \
    FK_SQL_TRANSFER_TABLE(X, OPERATIONS, "operations", \
      "compartment, device, sequence, hlc, case_id, record, type, field, value, over, reason, mutation, arrived_ms", \
      "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13", " ORDER BY compartment, device, sequence") \
    FK_SQL_TRANSFER_TABLE(X, DRAFTS, "drafts", "record, field, case_id, type, value, number, saved_ms, over", \
      "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8", " ORDER BY record, field") \
    \
    X(CASE_IDS_AFTER, "SELECT DISTINCT case_id FROM records WHERE case_id > ?1 ORDER BY case_id LIMIT ?2") \
    \
    /* --- becoming another device (transfer_device.c) --- */ \
    /* The newest write of that field by the device ?2, sealed or not. */ \
    X(FIELD_NEWEST, \
      "SELECT coalesce(max(sequence), 0) FROM operations WHERE record = ?1 AND field = ?3 AND device = ?2" \
      " AND compartment = ?4 AND case_id = ?5") \
    /* What the former device ?1 knew up to what it sealed, the new one ?2 knows from its first write on. */ \
    X(FRONTIER_INHERIT, \
      "INSERT INTO frontiers(compartment, author, device, last_sequence, first_sequence)" \
      " SELECT f.compartment, ?2, f.device, max(f.last_sequence), 1 FROM frontiers f WHERE f.author = ?1" \
      "  AND NOT EXISTS (SELECT 1 FROM frontiers n WHERE n.compartment = f.compartment AND n.author = ?2" \
      "   AND n.device = f.device AND n.first_sequence = 1)" \
      " GROUP BY f.compartment, f.device") \
    /* And what the former device itself had sealed. */ \
    X(FRONTIER_OF_FORMER, \
      "INSERT INTO frontiers(compartment, author, device, last_sequence, first_sequence)" \
      " SELECT s.compartment, ?2, ?1, max(s.last_sequence), 1 FROM segments s WHERE s.device = ?1 GROUP BY s.compartment")

/* clang-format on */

#endif
