/* query_sql.h — every statement about records, by name; query_sql_sync.h has those about what travels,
 * query_sql_transfer.h those that carry a vault from one store into another. Private to
 * core/store. */
#ifndef FK_STORE_QUERY_SQL_H
#define FK_STORE_QUERY_SQL_H

#include "query_sql_sync.h"
#include "query_sql_transfer.h"

/* clang-format off: one clause a line reads better than what a formatter makes of a macro this long. */

/* A JSON string to its text: values are JSON, lists and searches want the text. */
#define FK_SQL_TEXT_OF(column) column " ->> '$'"

/* From a head h to its operation o. */
#define FK_SQL_OPERATION_OF_HEAD \
    " CROSS JOIN operations o ON o.compartment = h.compartment AND o.device = h.device AND o.sequence = h.sequence"

/* Of an adoption a: its operation o under one of the two names. */
#define FK_SQL_OPERATION_AT(device, sequence) \
    " CROSS JOIN operations o ON o.compartment = a.compartment AND o.device = " device " AND o.sequence = " sequence
#define FK_SQL_SAME_WRITE " AND o.case_id = ?4 AND o.record = ?5 AND o.field = ?6 AND o.mutation = ?7"
#define FK_SQL_ADOPTION_OF_IT " FROM adoptions WHERE compartment = ?1 AND device = ?2 AND sequence = ?3"

/* The newest of the current writes of a field; the same rule stands in the view `shown` (schema.c). */
#define FK_SQL_HEAD_IS_NEWEST \
    "NOT EXISTS (SELECT 1 FROM heads n WHERE n.case_id = h.case_id AND n.record = h.record AND n.field = h.field" \
    " AND n.compartment = h.compartment AND (n.hlc, n.device) > (h.hlc, h.device))"

/* One field: ?1 case, ?2 record, ?3 field, ?4 compartment. */
#define FK_SQL_OF_FIELD " WHERE case_id = ?1 AND record = ?2 AND field = ?3 AND compartment = ?4"
/* One record: ?1 case, ?2 record, ?3 compartment; s are the current writes of its state. */
#define FK_SQL_OF_RECORD " WHERE case_id = ?1 AND record = ?2 AND compartment = ?3"
#define FK_SQL_STATE_HEADS \
    " FROM heads s WHERE s.case_id = ?1 AND s.record = ?2 AND s.field = 'state' AND s.compartment = ?3"

/* The rows of `cases` that a list shows, newest change first. */
#define FK_SQL_CASE_COLUMNS \
    "SELECT c.case_id, c.victim_name, c.reference, c.status, c.next_review_on, c.changed_hlc," \
    " (SELECT count(DISTINCT d.record) FROM drafts d WHERE d.case_id = c.case_id) "
/* ?1 closed too, ?2 sort key and ?3 id of the last row before, ?4 limit */
#define FK_SQL_CASE_PAGE \
    " (?1 OR c.status <> 'closed') AND (c.changed_hlc, c.case_id) < (?2, ?3)" \
    " ORDER BY c.changed_hlc DESC, c.case_id DESC LIMIT ?4"
/* A value of the case's own record, or a default. */
#define FK_SQL_CASE_VALUE(field, otherwise) \
    " coalesce((SELECT " FK_SQL_TEXT_OF("value") " FROM shown" \
    " WHERE case_id = ?1 AND record = ?1 AND field = '" field "'), '" otherwise "')"

/* Records of these types, what bears a name, and the case's own, are all that the row of a case reads but for the time of
 * its newest change; FK_SQL_CASE_REFRESH names no other. */
#define FK_SQL_TYPE_PARTY "'party'"
#define FK_SQL_TYPE_PERSON "'person'"
#define FK_SQL_TYPE_PLAN "'safety_plan'"
#define FK_SQL_TYPES_LISTED "(" FK_SQL_TYPE_PARTY ", " FK_SQL_TYPE_PERSON ", " FK_SQL_TYPE_PLAN ")"

#define FK_SQL_RECORD_COLUMNS "SELECT r.record, r.case_id, r.type, r.created_hlc, r.changed_hlc, r.visibility"
#define FK_SQL_DRAFT_COLUMNS "SELECT record, case_id, type, max(saved_ms), max(number) AS newest FROM drafts d"

#define FK_SQL_RECORD_LIST(X) \
    X(BEGIN, "BEGIN IMMEDIATE") \
    X(COMMIT, "COMMIT") \
    X(ROLLBACK, "ROLLBACK") \
    X(META_PUT, "INSERT INTO vault_meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2") \
    X(META_GET, "SELECT value FROM vault_meta WHERE key = ?1") \
    \
    X(OWN_NEWEST, \
      "SELECT sequence, hlc FROM operations WHERE compartment = ?1 AND device = ?2 ORDER BY sequence DESC LIMIT 1") \
    X(OPERATION_ADD, \
      "INSERT INTO operations(compartment, device, sequence, hlc, case_id, record, type, field, value, over, reason," \
      " mutation, arrived_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)") \
    X(OPERATION_ALL, \
      "SELECT compartment, device, sequence, hlc, case_id, record, type, field, over, mutation" \
      " FROM operations ORDER BY compartment, device, sequence") \
    X(OPERATION_SAME, \
      "SELECT count(*) FROM operations WHERE compartment = ?1 AND device = ?2 AND sequence = ?3 AND hlc = ?4" \
      " AND case_id = ?5 AND record = ?6 AND type = ?7 AND field = ?8 AND value IS ?9 AND over = ?10 AND reason = ?11" \
      " AND mutation = ?12 AND ?13 IS (SELECT from_device" FK_SQL_ADOPTION_OF_IT ")" \
      " AND ?14 IS (SELECT from_sequence" FK_SQL_ADOPTION_OF_IT ")") \
    X(ADOPTION_ADD, \
      "INSERT INTO adoptions(compartment, device, sequence, from_device, from_sequence) VALUES(?1, ?2, ?3, ?4, ?5)" \
      " ON CONFLICT DO NOTHING") \
    /* The same write as ?2, ?3 under the name it got later, or had before: same case, record, field and mutation. */ \
    X(ADOPTED_BY, \
      "SELECT o.device, o.sequence FROM adoptions a" FK_SQL_OPERATION_AT("a.device", "a.sequence") \
      " WHERE a.compartment = ?1 AND a.from_device = ?2 AND a.from_sequence = ?3" FK_SQL_SAME_WRITE \
      " ORDER BY o.device, o.sequence LIMIT 1") \
    X(ADOPTED_FROM, \
      "SELECT o.device, o.sequence FROM adoptions a" FK_SQL_OPERATION_AT("a.from_device", "a.from_sequence") \
      " WHERE a.compartment = ?1 AND a.device = ?2 AND a.sequence = ?3" FK_SQL_SAME_WRITE) \
    X(OPERATION_COUNT, \
      "SELECT count(*) FROM operations WHERE compartment = ?1 AND device = ?2 AND sequence BETWEEN ?3 AND ?4") \
    X(MUTATION_ADD, \
      "INSERT INTO mutations(device, mutation, operation_count) VALUES(?1, ?2, ?3)" \
      " ON CONFLICT(device, mutation) DO UPDATE SET operation_count = operation_count + ?3") \
    X(MUTATION_SIZE, "SELECT operation_count FROM mutations WHERE device = ?1 AND mutation = ?2") \
    \
    X(HEAD_DROP_OWN, "DELETE FROM heads" FK_SQL_OF_FIELD " AND device = ?5 AND sequence < ?6") \
    X(HEAD_DROP, "DELETE FROM heads" FK_SQL_OF_FIELD " AND device = ?5 AND sequence = ?6") \
    X(HEAD_ADD, \
      "INSERT INTO heads(case_id, record, field, compartment, device, sequence, hlc)" \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)") \
    /* Before a write ?5, ?6 of a field: has it current writes, is it listed as contested, is this write overruled \
     * already, has it another name? */ \
    X(FIELD_STATE, \
      "SELECT EXISTS (SELECT 1 FROM heads" FK_SQL_OF_FIELD "), EXISTS (SELECT 1 FROM contested" FK_SQL_OF_FIELD ")," \
      " EXISTS (SELECT 1 FROM overruled" FK_SQL_OF_FIELD " AND device = ?5 AND sequence = ?6)," \
      " EXISTS (SELECT 1 FROM adoptions WHERE compartment = ?4 AND device = ?5 AND sequence = ?6)" \
      " OR EXISTS (SELECT 1 FROM adoptions WHERE compartment = ?4 AND from_device = ?5 AND from_sequence = ?6)") \
    X(HEAD_COUNT, "SELECT count(*) FROM heads" FK_SQL_OF_FIELD) \
    X(HEADS_OF_OTHERS, \
      "SELECT h.device, h.sequence FROM records r" \
      " CROSS JOIN heads h ON h.case_id = r.case_id AND h.record = r.record AND h.compartment = r.compartment" \
      " WHERE r.record = ?1 AND h.field = ?2 AND h.device <> ?3 ORDER BY h.device, h.sequence") \
    X(CONTESTED_PUT, \
      "INSERT INTO contested(case_id, record, field, compartment, head_count) VALUES(?1, ?2, ?3, ?4, ?5)" \
      " ON CONFLICT DO UPDATE SET head_count = ?5") \
    X(CONTESTED_DROP, "DELETE FROM contested" FK_SQL_OF_FIELD) \
    X(OVERRULED_ADD, \
      "INSERT INTO overruled(case_id, record, field, compartment, device, sequence, by_device, by_sequence)" \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING") \
    /* Is the write ?2, ?3 here, but of another field than ?4 case, ?5 record, ?6 field? */ \
    X(OPERATION_ELSEWHERE, \
      "SELECT count(*) FROM operations WHERE compartment = ?1 AND device = ?2 AND sequence = ?3" \
      " AND NOT (case_id = ?4 AND record = ?5 AND field = ?6)") \
    \
    X(RECORD_TOUCH, \
      "INSERT INTO records(compartment, record, case_id, type, created_hlc, changed_hlc, visibility)" \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0) ON CONFLICT(record, case_id, compartment) DO UPDATE SET" \
      " type = min(type, ?4), created_hlc = min(created_hlc, ?5), changed_hlc = max(changed_hlc, ?6)") \
    X(WRITER_TOUCH, \
      "INSERT INTO writers(compartment, case_id, record, device, last_sequence, last_edit, last_hlc)" \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(case_id, record, compartment, device) DO UPDATE SET" \
      " last_sequence = max(last_sequence, ?5), last_edit = max(last_edit, ?6), last_hlc = max(last_hlc, ?7)") \
    /* Hidden: each current state says so, and each device's newest edit (of the record; of anything on the case when \
     * the record is the case: ?4 to ?5) was known to the author of one of them. Else shown; flagged when only the \
     * second fails. README.md says it in prose. */ \
    X(RECORD_VISIBILITY, \
      "UPDATE records SET visibility = CASE" \
      " WHEN NOT EXISTS (SELECT 1" FK_SQL_STATE_HEADS ") THEN 0" \
      " WHEN EXISTS (SELECT 1 FROM heads h" FK_SQL_OPERATION_OF_HEAD \
      "  WHERE h.case_id = ?1 AND h.record = ?2 AND h.field = 'state' AND h.compartment = ?3" \
      "  AND o.value IS NOT '\"hidden\"') THEN 0" \
      " WHEN EXISTS (SELECT 1 FROM writers w" \
      "  WHERE w.case_id = ?1 AND w.record BETWEEN ?4 AND ?5 AND w.compartment = ?3 AND w.last_edit > 0" \
      "  AND NOT EXISTS (SELECT 1" FK_SQL_STATE_HEADS \
      "   AND ((w.device = s.device AND w.last_edit < s.sequence)" \
      "    OR EXISTS (SELECT 1 FROM frontiers f WHERE f.compartment = ?3 AND f.author = s.device" \
      "     AND f.device = w.device AND f.last_sequence >= w.last_edit AND f.first_sequence <= s.sequence)))) THEN 2" \
      " ELSE 1 END" FK_SQL_OF_RECORD " AND (visibility <> 0 OR EXISTS (SELECT 1" FK_SQL_STATE_HEADS "))") \
    X(RECORD, FK_SQL_RECORD_COLUMNS " FROM records r WHERE r.record = ?1 ORDER BY r.case_id, r.compartment") \
    X(RECORDS_FIRST, \
      FK_SQL_RECORD_COLUMNS " FROM records r WHERE r.case_id = ?1 AND r.visibility <> 1" \
      " ORDER BY r.created_hlc, r.record LIMIT ?2") \
    X(RECORDS_NEXT, \
      FK_SQL_RECORD_COLUMNS " FROM records a CROSS JOIN records r ON r.case_id = ?1 AND r.visibility <> 1" \
      " AND (r.created_hlc, r.record) > (a.created_hlc, a.record)" \
      " WHERE a.record = ?3 AND a.case_id = ?1 ORDER BY r.created_hlc, r.record LIMIT ?2") \
    X(FIELDS, \
      "SELECT h.field, o.value FROM heads h" FK_SQL_OPERATION_OF_HEAD \
      " WHERE h.case_id = ?1 AND h.record = ?2 AND o.value IS NOT NULL AND " FK_SQL_HEAD_IS_NEWEST \
      " ORDER BY h.field") \
    \
    X(CASE_NAMES, "SELECT id, names FROM cases WHERE case_id = ?1") \
    X(CASE_NAMES_REMOVE, "INSERT INTO case_names(case_names, rowid, names) VALUES('delete', ?1, ?2)") \
    X(CASE_NAMES_ADD, "INSERT INTO case_names(rowid, names) VALUES(?1, ?2)") \
    X(CASE_REMOVE, \
      "DELETE FROM cases WHERE case_id = ?1 AND NOT EXISTS" \
      " (SELECT 1 FROM records WHERE record = ?1 AND case_id = ?1 AND visibility <> 1)") \
    /* A case is closed when every current write of its status says so. Every current name is found, also of two that \
     * are in dispute. A plan that nobody completed sets no review (docs/adr/0027). */ \
    X(CASE_REFRESH, \
      "INSERT INTO cases(case_id, changed_hlc, status, reference, victim_name, next_review_on, names) SELECT ?1," \
      " (SELECT max(changed_hlc) FROM records WHERE case_id = ?1)," \
      " CASE WHEN EXISTS (SELECT 1 FROM heads h" FK_SQL_OPERATION_OF_HEAD \
      "  WHERE h.case_id = ?1 AND h.record = ?1 AND h.field = 'status' AND o.value IS '\"open\"')" \
      "  THEN 'open' ELSE" FK_SQL_CASE_VALUE("status", "open") " END," \
      FK_SQL_CASE_VALUE("reference", "") "," \
      " coalesce((SELECT " FK_SQL_TEXT_OF("n.value") " FROM shown r" \
      "  CROSS JOIN shown p ON p.case_id = ?1 AND p.record = r.record AND p.field = 'person'" \
      "  CROSS JOIN shown n ON n.case_id = ?1 AND n.record = unhex(" FK_SQL_TEXT_OF("p.value") ") AND n.field = 'name'" \
      "  WHERE r.case_id = ?1 AND r.type = " FK_SQL_TYPE_PARTY " AND r.field = 'role' AND r.value = '\"victim\"'" \
      "  ORDER BY r.created_hlc, r.record LIMIT 1), '')," \
      " coalesce((SELECT " FK_SQL_TEXT_OF("value") " FROM shown" \
      "  WHERE case_id = ?1 AND type = " FK_SQL_TYPE_PLAN " AND field = 'nextReviewOn'" \
      "  AND EXISTS (SELECT 1 FROM shown f WHERE f.case_id = ?1 AND f.record = shown.record AND f.field = 'completedOn')" \
      "  ORDER BY created_hlc DESC, record LIMIT 1), '')," \
      " coalesce((SELECT group_concat(" FK_SQL_TEXT_OF("o.value") \
      "   , char(10) ORDER BY h.record, h.field, h.hlc, h.device)" \
      "  FROM records r CROSS JOIN heads h ON h.case_id = r.case_id AND h.record = r.record" \
      "   AND h.compartment = r.compartment AND h.field IN ('name', 'aliases')" FK_SQL_OPERATION_OF_HEAD \
      "  WHERE r.case_id = ?1 AND r.type = " FK_SQL_TYPE_PERSON " AND r.visibility <> 1), '')" \
      " WHERE EXISTS (SELECT 1 FROM records WHERE record = ?1 AND case_id = ?1 AND visibility <> 1)" \
      " ON CONFLICT(case_id) DO UPDATE SET changed_hlc = excluded.changed_hlc, status = excluded.status," \
      " reference = excluded.reference, victim_name = excluded.victim_name," \
      " next_review_on = excluded.next_review_on, names = excluded.names") \
    /* Does the row of its case read this record? ?1 case, ?2 record, ?3 compartment, ?4 the type of a write of it. What \
     * a victim is called may stand in a record of any type. */ \
    X(RECORD_IS_LISTED, \
      "SELECT ?4 IN " FK_SQL_TYPES_LISTED " OR EXISTS (SELECT 1 FROM records" FK_SQL_OF_RECORD \
      " AND type IN " FK_SQL_TYPES_LISTED ") OR EXISTS (SELECT 1 FROM heads WHERE case_id = ?1 AND record = ?2" \
      " AND field = 'name')") \
    X(CASE_RAISE, "UPDATE cases SET changed_hlc = max(changed_hlc, ?2) WHERE case_id = ?1") \
    X(CASE_IDS, "SELECT DISTINCT case_id FROM records ORDER BY case_id") \
    \
    X(CASE_AFTER, "SELECT id, case_id FROM cases WHERE id > ?1 ORDER BY id") \
    X(NEWEST_SAVE, "SELECT max(coalesce((SELECT max(changed_hlc) >> 16 FROM cases), 0)," \
      " coalesce((SELECT max(saved_ms) FROM drafts), 0))") \
    X(CASES, FK_SQL_CASE_COLUMNS "FROM cases c WHERE" FK_SQL_CASE_PAGE) \
    X(CASES_COUNT, "SELECT count(*) FROM cases c WHERE ?1 OR c.status <> 'closed'") \
    X(CASES_FOUND, \
      FK_SQL_CASE_COLUMNS "FROM case_names CROSS JOIN cases c ON c.id = case_names.rowid" \
      " WHERE case_names MATCH ?5 AND" FK_SQL_CASE_PAGE) \
    X(CASES_FOUND_COUNT, \
      "SELECT count(*) FROM case_names CROSS JOIN cases c ON c.id = case_names.rowid" \
      " WHERE case_names MATCH ?2 AND (?1 OR c.status <> 'closed')") \
    \
    X(DRAFT_PUT, \
      "INSERT INTO drafts(record, field, case_id, type, value, number, saved_ms, over)" \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)" \
      " ON CONFLICT(record, field) DO UPDATE SET value = ?5, number = ?6, saved_ms = ?7") \
    X(DRAFT_REMOVE, "DELETE FROM drafts WHERE record = ?1") \
    X(DRAFT, FK_SQL_DRAFT_COLUMNS " WHERE record = ?1 GROUP BY record") \
    X(DRAFTS, FK_SQL_DRAFT_COLUMNS " WHERE case_id = ?1 GROUP BY record ORDER BY newest LIMIT ?2") \
    X(DRAFTS_UNLISTED, \
      FK_SQL_DRAFT_COLUMNS " WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.case_id = d.case_id)" \
      " GROUP BY record ORDER BY newest DESC LIMIT ?1") \
    X(DRAFTS_LISTED, \
      FK_SQL_DRAFT_COLUMNS " WHERE EXISTS (SELECT 1 FROM cases c WHERE c.case_id = d.case_id)" \
      " GROUP BY record ORDER BY newest DESC LIMIT ?1") \
    X(DRAFT_FIELDS, "SELECT field, value, over FROM drafts WHERE record = ?1 ORDER BY field") \
    \
    /* Every operation is counted under its mutation: there are fewer of these to read. */ \
    X(NUMBERS, \
      "SELECT (SELECT coalesce(sum(operation_count), 0) FROM mutations), (SELECT min(saved_ms) FROM drafts)")

/* clang-format on */

#define FK_SQL_LIST(X) FK_SQL_RECORD_LIST(X) FK_SQL_SYNC_LIST(X) FK_SQL_TRANSFER_LIST(X)

#endif
