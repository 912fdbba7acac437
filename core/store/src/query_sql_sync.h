/* query_sql_sync.h — every statement about what travels and how far it got, by name. Private to core/store. */
#ifndef FK_STORE_QUERY_SQL_SYNC_H
#define FK_STORE_QUERY_SQL_SYNC_H

/* clang-format off: one clause a line reads better than what a formatter makes of a macro this long. */

/* How far this device's (?1) own operations got, per compartment: up to `sent` the hub has them, up to `confirmed`
 * another device. A segment that the hub lost is SEALED (0) again, and then nothing from it on counts as sent. */
#define FK_SQL_MARKS \
    "WITH marks(compartment, sent, confirmed) AS (SELECT c.number," \
    " max(coalesce((SELECT max(f.last_sequence) FROM confirmations f WHERE f.compartment = c.number), 0)," \
    "  coalesce((SELECT min(s.first_sequence) - 1 FROM segments s" \
    "    WHERE s.state = 0 AND s.compartment = c.number AND s.device = ?1)," \
    "   (SELECT max(s.last_sequence) FROM segments s WHERE s.compartment = c.number AND s.device = ?1), 0))," \
    " coalesce((SELECT max(f.last_sequence) FROM confirmations f WHERE f.compartment = c.number), 0)" \
    " FROM (SELECT 0 AS number UNION SELECT number FROM compartments) c) "
/* A record's own operations, by the newest of them (w): 0 here only, 1 sent, 2 confirmed, as fk_progress. */
#define FK_SQL_LEAST_FAR \
    "SELECT min(CASE WHEN w.last_sequence > m.sent THEN 0 WHEN w.last_sequence > m.confirmed THEN 1 ELSE 2 END)"
/* The sequences that are in progress ?2. */
#define FK_SQL_IN_PROGRESS(column) \
    " " column " > CASE ?2 WHEN 0 THEN m.sent WHEN 1 THEN m.confirmed ELSE 0 END" \
    " AND " column " <= CASE ?2 WHEN 0 THEN 9223372036854775807 WHEN 1 THEN m.sent ELSE m.confirmed END"

/* ?1 the case, or NULL for every one: a range, so that an index serves both. */
#define FK_SQL_ONE_CASE_OR_ALL(column) \
    " " column " >= coalesce(?1, x'') AND " column " <= coalesce(?1, x'ffffffffffffffffffffffffffffffff')"

/* What a restored vault inherited sealed and no hub has acknowledged: segments of the former device, sent by this one. */
#define FK_SQL_INHERITED \
    "SELECT EXISTS (SELECT 1 FROM segments s CROSS JOIN writers w ON w.device = s.device" \
    " AND w.compartment = s.compartment AND w.last_sequence >= s.first_sequence" \
    " WHERE s.state = 0 AND s.device <> ?1 AND "

/* What the hub refused by name: the operations of the first sealed segment of a chain, if it has a problem. What follows
 * it waits and has none. Thousands may wait, so they are passed over in the index. */
#define FK_SQL_REFUSED \
    " FROM (SELECT compartment, device, min(first_sequence) AS first_sequence FROM segments INDEXED BY segments_by_state" \
    "   WHERE state = 0 GROUP BY compartment, device) d" \
    " CROSS JOIN segments s INDEXED BY segments_by_state ON s.state = 0 AND s.compartment = d.compartment" \
    "  AND s.device = d.device AND s.first_sequence = d.first_sequence AND s.problem <> 0" \
    " CROSS JOIN operations o ON o.compartment = s.compartment" \
    "  AND o.device = s.device AND o.sequence BETWEEN s.first_sequence AND s.last_sequence"

#define FK_SQL_SEGMENT_COLUMNS \
    "SELECT compartment, device, first_sequence, last_sequence, id, state, problem, bytes FROM segments"

/* The current writes of record ?2 on case ?1, in the order in which they lie: nothing is sorted. */
#define FK_SQL_HEAD_COLUMNS \
    "SELECT h.field, h.device, h.sequence, h.hlc, o.value, o.reason, o.arrived_ms FROM heads h" \
    " CROSS JOIN operations o ON o.compartment = h.compartment AND o.device = h.device AND o.sequence = h.sequence" \
    " WHERE h.case_id = ?1 AND h.record = ?2"

/* The history of a field: a write o, the name it had before (docs/adr/0022), and what replaced it. */
#define FK_SQL_HISTORY_COLUMNS \
    "o.field, o.device, o.sequence, o.hlc, o.value, o.reason, o.arrived_ms, a.from_device, a.from_sequence"
#define FK_SQL_FORMER_NAME \
    " LEFT JOIN adoptions a ON a.compartment = o.compartment AND a.device = o.device AND a.sequence = o.sequence"
#define FK_SQL_OVERRULER \
    " FROM overruled v WHERE v.case_id = o.case_id AND v.record = o.record" \
    "  AND v.field = o.field AND v.compartment = o.compartment AND v.device = o.device AND v.sequence = o.sequence" \
    "  ORDER BY v.by_device, v.by_sequence LIMIT 1"
#define FK_SQL_OWN_LATER \
    " WHERE n.record = o.record AND n.field = o.field AND n.compartment = o.compartment AND n.device = o.device" \
    "  AND n.sequence > o.sequence AND n.case_id = o.case_id"

#define FK_SQL_SYNC_LIST(X) \
    X(COMPARTMENT_NUMBER, "SELECT number FROM compartments WHERE id = ?1") \
    X(COMPARTMENT_ID, "SELECT id FROM compartments WHERE number = ?1") \
    X(COMPARTMENT_NEXT, "SELECT max(0, coalesce(max(number), 0)) + 1 FROM compartments") \
    X(COMPARTMENT_ADD, "INSERT INTO compartments(number, id) VALUES(?1, ?2)") \
    \
    X(SEGMENT_ADD, \
      "INSERT INTO segments(compartment, device, first_sequence, last_sequence, id, state, problem, arrived_ms, bytes)" \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)") \
    X(SEGMENT_OVERLAPS, \
      "SELECT first_sequence, last_sequence, id FROM segments" \
      " WHERE compartment = ?1 AND device = ?2 AND last_sequence >= ?3 ORDER BY last_sequence LIMIT 1") \
    X(SEGMENT_STATE, \
      "UPDATE segments SET state = ?4, problem = ?5 WHERE compartment = ?1 AND device = ?2 AND first_sequence = ?3") \
    X(SEGMENTS, \
      FK_SQL_SEGMENT_COLUMNS " WHERE state = ?1 ORDER BY compartment, device, first_sequence LIMIT ?2") \
    X(CHAIN, \
      FK_SQL_SEGMENT_COLUMNS " WHERE compartment = ?1 AND device = ?2 AND last_sequence > ?3" \
      " ORDER BY last_sequence LIMIT ?4") \
    /* Up to the first that is not merged (?2), or to the end. */ \
    X(CHAIN_HEADS, \
      "SELECT d.device, s.last_sequence, s.id" \
      " FROM (SELECT DISTINCT device FROM segments WHERE compartment = ?1) d" \
      " CROSS JOIN segments s ON s.compartment = ?1 AND s.device = d.device AND s.last_sequence =" \
      "  (SELECT max(e.last_sequence) FROM segments e WHERE e.compartment = ?1 AND e.device = d.device" \
      "   AND e.last_sequence < coalesce((SELECT min(w.first_sequence) FROM segments w INDEXED BY segments_by_state" \
      "    WHERE ?2 AND w.state IN (3, 4) AND w.compartment = ?1 AND w.device = d.device), 9223372036854775807))" \
      " ORDER BY d.device") \
    X(CHAIN_HEAD, \
      "SELECT last_sequence, id FROM segments WHERE compartment = ?1 AND device = ?2" \
      " ORDER BY last_sequence DESC LIMIT 1") \
    \
    X(UNSEALED, \
      "SELECT o.sequence, o.case_id, o.hlc, o.record, o.mutation, o.type, o.field, o.value, o.reason, o.over," \
      " a.from_device, a.from_sequence FROM operations o" \
      " LEFT JOIN adoptions a ON a.compartment = ?1 AND a.device = ?2 AND a.sequence = o.sequence" \
      " WHERE o.compartment = ?1 AND o.device = ?2 AND o.sequence > ?3 AND o.sequence < coalesce(" \
      "  (SELECT min(first_sequence) FROM frontiers WHERE compartment = ?1 AND author = ?2 AND first_sequence > ?3 + 1)," \
      "  9223372036854775807)" \
      " ORDER BY o.sequence LIMIT ?4") \
    \
    X(FRONTIER_ADD, \
      "INSERT INTO frontiers(compartment, author, device, first_sequence, last_sequence) VALUES(?1, ?2, ?3, ?4, ?5)" \
      " ON CONFLICT DO NOTHING") \
    /* What the author says at ?4 already, said again with more. */ \
    X(FRONTIER_RAISE, \
      "UPDATE frontiers SET last_sequence = ?5 WHERE compartment = ?1 AND author = ?2 AND device = ?3" \
      " AND first_sequence = ?4 AND last_sequence = (SELECT max(last_sequence) FROM frontiers" \
      "  WHERE compartment = ?1 AND author = ?2 AND device = ?3)") \
    /* What the author was going to say at ?4 it says at ?5. */ \
    X(FRONTIER_POSTPONE, \
      "UPDATE OR REPLACE frontiers SET first_sequence = ?5 WHERE compartment = ?1 AND author = ?2 AND first_sequence >= ?4") \
    X(FRONTIER_NEWEST, \
      "SELECT coalesce(max(last_sequence), 0) FROM frontiers WHERE compartment = ?1 AND author = ?2 AND device = ?3") \
    /* Did the author's write ?4 know the device's write ?5? */ \
    X(FRONTIER_KNOWS, \
      "SELECT EXISTS (SELECT 1 FROM frontiers WHERE compartment = ?1 AND author = ?2 AND device = ?3" \
      " AND last_sequence >= ?5 AND first_sequence <= ?4)") \
    X(FRONTIER_NEWS, \
      "SELECT f.device, f.last_sequence, (SELECT s.id FROM segments s" \
      "  WHERE s.compartment = ?1 AND s.device = f.device AND s.last_sequence = f.last_sequence)" \
      " FROM frontiers f WHERE f.compartment = ?1 AND f.author = ?2 AND f.first_sequence = ?3 ORDER BY f.device") \
    X(ROSTER_NEXT, "SELECT coalesce(max(number) + 1, 0) FROM roster") \
    X(ROSTER_AT, "SELECT entry FROM roster WHERE number = ?1") \
    X(ROSTER_ADD, "INSERT INTO roster(number, entry) VALUES(?1, ?2)") \
    X(ROSTER_ALL, "SELECT number, entry FROM roster ORDER BY number") \
    X(EPOCH_KEY_ADD, "INSERT INTO epoch_keys(compartment_id, epoch, epoch_key) VALUES(?1, ?2, ?3)") \
    X(EPOCH_KEY, "SELECT epoch_key FROM epoch_keys WHERE compartment_id = ?1 AND epoch = ?2") \
    X(EPOCH_NEWEST, "SELECT coalesce(max(epoch), 0) FROM epoch_keys WHERE compartment_id = ?1") \
    X(CONFIRMATION_PUT, \
      "INSERT INTO confirmations(compartment, by_device, number, last_sequence) VALUES(?1, ?2, ?3, ?4)" \
      " ON CONFLICT DO UPDATE SET number = ?3, last_sequence = ?4 WHERE number < ?3") \
    X(CONFIRMED, "SELECT coalesce(max(last_sequence), 0) FROM confirmations WHERE compartment = ?1") \
    X(WANT_PUT, "INSERT INTO wants(kind, id, value) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = ?3") \
    X(WANT_GET, "SELECT value FROM wants WHERE kind = ?1 AND id = ?2") \
    X(WANT_ALL, "SELECT id, value FROM wants WHERE kind = ?1 ORDER BY id") \
    X(WANT_REMOVE, "DELETE FROM wants WHERE kind = ?1 AND id = ?2") \
    \
    X(RECORD_PROGRESS, \
      FK_SQL_MARKS FK_SQL_LEAST_FAR " FROM records r CROSS JOIN marks m ON m.compartment = r.compartment" \
      " CROSS JOIN writers w ON w.case_id = r.case_id AND w.record = r.record AND w.compartment = r.compartment" \
      "  AND w.device = ?1" \
      " WHERE r.record = ?2") \
    /* By case, not by device: the plus keeps the index of everything this device wrote out of it. */ \
    X(CASE_PROGRESS, \
      FK_SQL_MARKS FK_SQL_LEAST_FAR " FROM writers w CROSS JOIN marks m ON m.compartment = w.compartment" \
      " WHERE w.case_id = ?2 AND +w.device = ?1") \
    X(PROGRESS_PAGE, \
      FK_SQL_MARKS "SELECT p.record, p.case_id, p.type, p.changed_ms, (SELECT count(*)" \
      "  FROM operations o INDEXED BY operations_by_record WHERE o.record = p.record AND o.compartment = p.compartment AND o.device = ?1 AND" \
      FK_SQL_IN_PROGRESS("o.sequence") ")" \
      " FROM (SELECT w.record, w.case_id, r.type, w.last_hlc >> 16 AS changed_ms, w.compartment" \
      "  FROM marks m CROSS JOIN writers w ON w.device = ?1 AND w.compartment = m.compartment AND" \
      FK_SQL_IN_PROGRESS("w.last_sequence") \
      "  CROSS JOIN records r ON r.record = w.record AND r.case_id = w.case_id AND r.compartment = w.compartment" \
      "  WHERE (w.last_hlc >> 16, w.record) < (?3, ?4) ORDER BY w.last_hlc >> 16 DESC, w.record DESC LIMIT ?5) p" \
      " CROSS JOIN marks m ON m.compartment = p.compartment ORDER BY p.changed_ms DESC, p.record DESC") \
    X(PROGRESS_NUMBERS, \
      FK_SQL_MARKS "SELECT m.sent, m.confirmed," \
      " (SELECT coalesce(max(o.sequence), 0) FROM operations o WHERE o.compartment = m.compartment AND o.device = ?1)," \
      " (SELECT count(*) FROM writers w WHERE w.device = ?1 AND w.compartment = m.compartment" \
      "  AND w.last_sequence > m.sent)," \
      " (SELECT count(*) FROM writers w WHERE w.device = ?1 AND w.compartment = m.compartment" \
      "  AND w.last_sequence > m.confirmed AND w.last_sequence <= m.sent)," \
      " (SELECT count(*) FROM writers w WHERE w.device = ?1 AND w.compartment = m.compartment" \
      "  AND w.last_sequence <= m.confirmed)," \
      " (SELECT o.hlc >> 16 FROM operations o WHERE o.compartment = m.compartment AND o.device = ?1" \
      "  AND o.sequence > m.sent ORDER BY o.sequence LIMIT 1)" \
      " FROM marks m") \
    X(SEGMENT_COUNTS, \
      "SELECT (SELECT count(*) FROM segments WHERE state = 3), (SELECT count(*) FROM segments WHERE state = 4)," \
      " (SELECT count(DISTINCT record) FROM drafts), (SELECT coalesce(sum(last_sequence - first_sequence + 1), 0)" \
      "  FROM segments WHERE state = 0 AND device <> ?1)," \
      " (SELECT count(DISTINCT o.record)" FK_SQL_REFUSED ")") \
    X(REFUSED_PAGE, \
      "SELECT o.record, o.case_id, o.type, max(o.hlc) >> 16 AS changed_ms, count(*), s.problem" FK_SQL_REFUSED \
      " GROUP BY o.record, o.case_id HAVING (max(o.hlc) >> 16, o.record) < (?1, ?2)" \
      " ORDER BY changed_ms DESC, o.record DESC LIMIT ?3") \
    X(RECORD_INHERITED, FK_SQL_INHERITED "w.record = ?2)") \
    X(CASE_INHERITED, FK_SQL_INHERITED "w.case_id = ?2)") \
    \
    X(HEADS, FK_SQL_HEAD_COLUMNS " ORDER BY h.field, h.compartment, h.device, h.sequence") \
    X(HEADS_OF_FIELD, FK_SQL_HEAD_COLUMNS " AND h.field = ?3 ORDER BY h.compartment, h.device, h.sequence") \
    /* Of a field that was written once: nothing replaced it, and there is nothing to sort. */ \
    X(HISTORY_OF_ONE, \
      "SELECT " FK_SQL_HISTORY_COLUMNS ", NULL, NULL FROM operations o" FK_SQL_FORMER_NAME \
      " WHERE o.record = ?1 AND o.field = ?2 AND NOT EXISTS (SELECT 1 FROM operations n WHERE n.record = ?1" \
      "  AND n.field = ?2 AND (n.compartment, n.device, n.sequence) <> (o.compartment, o.device, o.sequence))") \
    /* Replaced by: a write that names it, for that is who overruled it; else the device's own next write of the field. */ \
    X(HISTORY, \
      "SELECT " FK_SQL_HISTORY_COLUMNS "," \
      " coalesce((SELECT v.by_device" FK_SQL_OVERRULER ")," \
      "  (SELECT o.device FROM operations n" FK_SQL_OWN_LATER "))," \
      " coalesce((SELECT v.by_sequence" FK_SQL_OVERRULER ")," \
      "  (SELECT min(n.sequence) FROM operations n" FK_SQL_OWN_LATER "))" \
      " FROM operations o" FK_SQL_FORMER_NAME " WHERE o.record = ?1 AND o.field = ?2" \
      " ORDER BY o.hlc DESC, o.device DESC, o.sequence DESC") \
    /* ?1 the case, or NULL for every one. A record that was re-opened stands here with its state. */ \
    X(CONTESTED, \
      "SELECT x.record, x.case_id, x.type, x.field, x.head_count FROM" \
      " (SELECT t.record, t.case_id, r.type, t.field, t.head_count, t.compartment FROM contested t" \
      "   CROSS JOIN records r ON r.record = t.record AND r.case_id = t.case_id AND r.compartment = t.compartment" \
      "   WHERE" FK_SQL_ONE_CASE_OR_ALL("t.case_id") " AND r.visibility <> 1" \
      "  UNION ALL SELECT r.record, r.case_id, r.type, 'state', 1, r.compartment FROM records r" \
      "   WHERE" FK_SQL_ONE_CASE_OR_ALL("r.case_id") " AND r.visibility = 2 AND NOT EXISTS (SELECT 1 FROM contested t" \
      "    WHERE t.case_id = r.case_id AND t.record = r.record AND t.field = 'state' AND t.compartment = r.compartment)" \
      " ) x LEFT JOIN records k ON k.record = x.case_id AND k.case_id = x.case_id AND k.compartment = x.compartment" \
      " ORDER BY k.created_hlc, x.case_id, x.record, x.field")

/* clang-format on */

#endif
