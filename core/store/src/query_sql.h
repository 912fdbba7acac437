/* query_sql.h — every statement of the store, by name. Private to core/store. */
#ifndef FK_STORE_QUERY_SQL_H
#define FK_STORE_QUERY_SQL_H

/* A JSON string to its text: values are JSON, lists and searches want the text. */
#define FK_SQL_TEXT_OF(column) column " ->> '$'"

/* The rows of `cases` that a list shows, newest change first. */
#define FK_SQL_CASE_COLUMNS                                                                    \
    "SELECT c.case_id, c.victim_name, c.reference, c.status, c.next_review_on, c.changed_hlc," \
    " (SELECT count(DISTINCT d.record) FROM drafts d WHERE d.case_id = c.case_id) "
/* ?1 closed too, ?2 sort key and ?3 id of the last row before, ?4 limit */
#define FK_SQL_CASE_PAGE                                                      \
    " (?1 OR c.status <> 'closed') AND (c.changed_hlc, c.case_id) < (?2, ?3)" \
    " ORDER BY c.changed_hlc DESC, c.case_id DESC LIMIT ?4"

#define FK_SQL_LIST(X)                                                                                                 \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                                        \
    X(COMMIT, "COMMIT")                                                                                                \
    X(ROLLBACK, "ROLLBACK")                                                                                            \
    X(META_PUT, "INSERT INTO vault_meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2")         \
    X(META_GET, "SELECT value FROM vault_meta WHERE key = ?1")                                                         \
                                                                                                                       \
    X(OWN_NEWEST, "SELECT sequence, hlc FROM operations WHERE compartment = ?1 AND device = ?2"                        \
                  " ORDER BY sequence DESC LIMIT 1")                                                                   \
    X(OPERATION_ADD,                                                                                                   \
      "INSERT INTO operations(compartment, device, sequence, hlc, case_id, record, type, field, value, over, reason,"  \
      " mutation) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")                                          \
    X(OPERATION_ALL, "SELECT compartment, device, sequence, hlc, case_id, record, type, field, over, mutation"         \
                     " FROM operations ORDER BY compartment, device, sequence")                                        \
    X(MUTATION_ADD, "INSERT INTO mutations(mutation, operation_count) VALUES(?1, 1)"                                   \
                    " ON CONFLICT(mutation) DO UPDATE SET operation_count = operation_count + 1")                      \
    X(MUTATION_SIZE, "SELECT operation_count FROM mutations WHERE mutation = ?1")                                      \
                                                                                                                       \
    X(HEADS_OF_OTHERS, "SELECT device, sequence FROM heads WHERE case_id = ?1 AND record = ?2 AND field = ?3"          \
                       " AND compartment = ?4 AND device <> ?5 ORDER BY device, sequence")                             \
    X(HEAD_DROP_OWN, "DELETE FROM heads WHERE case_id = ?1 AND record = ?2 AND field = ?3 AND compartment = ?4"        \
                     " AND device = ?5 AND sequence < ?6")                                                             \
    X(HEAD_DROP, "DELETE FROM heads WHERE case_id = ?1 AND record = ?2 AND field = ?3 AND compartment = ?4"            \
                 " AND device = ?5 AND sequence = ?6")                                                                 \
    X(HEAD_ADD, "INSERT INTO heads(case_id, record, field, compartment, device, sequence)"                             \
                " VALUES(?1, ?2, ?3, ?4, ?5, ?6)")                                                                     \
                                                                                                                       \
    X(RECORD_TOUCH, "INSERT INTO records(compartment, record, case_id, type, created_hlc, changed_hlc, hidden)"        \
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?5, 0) ON CONFLICT(record, compartment) DO UPDATE SET"                \
                    " created_hlc = min(created_hlc, ?5), changed_hlc = max(changed_hlc, ?5)")                         \
    X(RECORD_HIDE, "UPDATE records SET hidden = (SELECT o.value IS '\"hidden\"' FROM heads h"                          \
                   " CROSS JOIN operations o ON o.compartment = h.compartment AND o.device = h.device"                 \
                   " AND o.sequence = h.sequence WHERE h.case_id = ?1 AND h.record = ?2 AND h.field = 'state')"        \
                   " WHERE record = ?2")                                                                               \
    X(RECORD, "SELECT record, case_id, type, created_hlc, changed_hlc FROM records WHERE record = ?1")                 \
    X(RECORDS_FIRST, "SELECT record, case_id, type, created_hlc, changed_hlc FROM records WHERE case_id = ?1"          \
                     " AND NOT hidden ORDER BY created_hlc, record LIMIT ?2")                                          \
    X(RECORDS_NEXT, "SELECT r.record, r.case_id, r.type, r.created_hlc, r.changed_hlc"                                 \
                    " FROM records a CROSS JOIN records r ON r.case_id = ?1 AND NOT r.hidden"                          \
                    " AND (r.created_hlc, r.record) > (a.created_hlc, a.record)"                                       \
                    " WHERE a.record = ?3 ORDER BY r.created_hlc, r.record LIMIT ?2")                                  \
    X(FIELDS, "SELECT h.field, o.value FROM heads h CROSS JOIN operations o ON o.compartment = h.compartment"          \
              " AND o.device = h.device AND o.sequence = h.sequence"                                                   \
              " WHERE h.case_id = ?1 AND h.record = ?2 AND o.value IS NOT NULL ORDER BY h.field")                      \
                                                                                                                       \
    X(CASE_NAMES, "SELECT id, names FROM cases WHERE case_id = ?1")                                                    \
    X(CASE_NAMES_REMOVE, "INSERT INTO case_names(case_names, rowid, names) VALUES('delete', ?1, ?2)")                  \
    X(CASE_NAMES_ADD, "INSERT INTO case_names(rowid, names) VALUES(?1, ?2)")                                           \
    X(CASE_REMOVE, "DELETE FROM cases WHERE case_id = ?1"                                                              \
                   " AND NOT EXISTS (SELECT 1 FROM records WHERE record = ?1 AND case_id = ?1 AND NOT hidden)")        \
    X(CASE_REFRESH,                                                                                                    \
      "INSERT INTO cases(case_id, changed_hlc, status, reference, victim_name, next_review_on, names) SELECT ?1,"      \
      " (SELECT max(changed_hlc) FROM records WHERE case_id = ?1),"                                                    \
      " coalesce((SELECT " FK_SQL_TEXT_OF(                                                                             \
          "value") " FROM shown WHERE case_id = ?1 AND record = ?1 AND"                                                \
                   "  field = 'status'), 'open'),"                                                                     \
                   " coalesce((SELECT " FK_SQL_TEXT_OF(                                                                \
                       "value") " FROM shown WHERE case_id = ?1 AND record = ?1 AND"                                   \
                                "  field = 'reference'), ''),"                                                         \
                                " coalesce((SELECT " FK_SQL_TEXT_OF(                                                   \
                                    "n.value") " FROM shown r"                                                         \
                                               "  CROSS JOIN shown p ON p.case_id = ?1 AND p.record = r.record AND "   \
                                               "p.field = 'person'"                                                    \
                                               "  CROSS JOIN shown n ON n.case_id = ?1 AND n.record = "                \
                                               "unhex(" FK_SQL_TEXT_OF(                                                \
                                                   "p.value") ") AND n.field = 'name'"                                 \
                                                              "  WHERE r.case_id = ?1 AND r.type = 'party' AND "       \
                                                              "r.field = 'role' AND r.value = '\"victim\"'"            \
                                                              "  ORDER BY r.created_hlc, r.record LIMIT 1), ''),"      \
                                                              " coalesce((SELECT " FK_SQL_TEXT_OF(                     \
                                                                  "value") " FROM shown WHERE case_id = ?1 AND type "  \
                                                                           "= 'safety_plan'"                           \
                                                                           "  AND field = 'nextReviewOn' ORDER BY "    \
                                                                           "created_hlc DESC, record LIMIT 1), ''),"   \
                                                                           " coalesce((SELECT "                        \
                                                                           "group_concat(" FK_SQL_TEXT_OF(             \
                                                                               "value") ", char(10) ORDER BY record, " \
                                                                                        "field) FROM shown"            \
                                                                                        "  WHERE case_id = ?1 AND "    \
                                                                                        "type = 'person' AND field "   \
                                                                                        "IN ('name', 'aliases')), '')" \
                                                                                        " WHERE EXISTS (SELECT 1 "     \
                                                                                        "FROM records WHERE record = " \
                                                                                        "?1 AND case_id = ?1 AND NOT " \
                                                                                        "hidden)"                      \
                                                                                        " ON CONFLICT(case_id) DO "    \
                                                                                        "UPDATE SET changed_hlc = "    \
                                                                                        "excluded.changed_hlc, "       \
                                                                                        "status = excluded.status,"    \
                                                                                        " reference = "                \
                                                                                        "excluded.reference, "         \
                                                                                        "victim_name = "               \
                                                                                        "excluded.victim_name,"        \
                                                                                        " next_review_on = "           \
                                                                                        "excluded.next_review_on, "    \
                                                                                        "names = excluded.names")      \
    X(CASE_IDS, "SELECT DISTINCT case_id FROM records ORDER BY case_id")                                               \
                                                                                                                       \
    X(CASES, FK_SQL_CASE_COLUMNS "FROM cases c WHERE" FK_SQL_CASE_PAGE)                                                \
    X(CASES_COUNT, "SELECT count(*) FROM cases c WHERE ?1 OR c.status <> 'closed'")                                    \
    X(CASES_FOUND, FK_SQL_CASE_COLUMNS "FROM case_names CROSS JOIN cases c ON c.id = case_names.rowid"                 \
                                       " WHERE case_names MATCH ?5 AND" FK_SQL_CASE_PAGE)                              \
    X(CASES_FOUND_COUNT, "SELECT count(*) FROM case_names CROSS JOIN cases c ON c.id = case_names.rowid"               \
                         " WHERE case_names MATCH ?2 AND (?1 OR c.status <> 'closed')")                                \
                                                                                                                       \
    X(DRAFT_PUT, "INSERT INTO drafts(record, field, case_id, type, value, number, saved_ms)"                           \
                 " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(record, field) DO UPDATE SET"                        \
                 " value = ?5, number = ?6, saved_ms = ?7")                                                            \
    X(DRAFT_REMOVE, "DELETE FROM drafts WHERE record = ?1")                                                            \
    X(DRAFT, "SELECT record, case_id, type, max(saved_ms), max(number) FROM drafts WHERE record = ?1"                  \
             " GROUP BY record")                                                                                       \
    X(DRAFTS, "SELECT record, case_id, type, max(saved_ms), max(number) AS newest FROM drafts"                         \
              " WHERE case_id = ?1 GROUP BY record ORDER BY newest LIMIT ?2")                                          \
    X(DRAFTS_UNLISTED, "SELECT record, case_id, type, max(saved_ms), max(number) AS newest FROM drafts d"              \
                       " WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.case_id = d.case_id)"                         \
                       " GROUP BY record ORDER BY newest DESC LIMIT ?1")                                               \
    X(DRAFT_FIELDS, "SELECT field, value FROM drafts WHERE record = ?1 ORDER BY field")                                \
                                                                                                                       \
    X(NUMBERS, "SELECT (SELECT count(*) FROM operations), (SELECT count(DISTINCT record) FROM drafts),"                \
               " (SELECT min(hlc) >> 16 FROM operations), (SELECT min(saved_ms) FROM drafts)")

#endif
