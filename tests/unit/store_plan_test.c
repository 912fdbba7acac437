/* No statement of the store reads a whole table, but those that must: a vault holds 100,000 operations on a weak
 * tablet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "store_internal.h"

#include "seeded_random.h"
#include "store_peer.h"

typedef struct named_sql {
    const char *name;
    const char *text;
} named_sql;

static const named_sql statements[] = {
#define STATEMENT(name, text) { #name, text },
    FK_SQL_LIST(STATEMENT)
#undef STATEMENT
};

/* Steps that read all of something, and why they may. */
static const struct {
    const char *name; /* NULL: every statement */
    const char *step;
} allowed[] = {
    { NULL, "SCAN CONSTANT ROW" },
    { NULL, "SCAN compartments" }, /* a handful, and an index over them */
    { NULL, "SEARCH c USING AUTOMATIC COVERING INDEX (number=?)" },
    { "OPERATION_ALL", "SCAN operations" },
    { "CASE_IDS", "SCAN records USING COVERING INDEX records_by_case" },
    { "CASES_COUNT", "SCAN c" },
    { "CASES_FOUND", "SCAN case_names VIRTUAL TABLE INDEX 0:M1" },
    { "CASES_FOUND_COUNT", "SCAN case_names VIRTUAL TABLE INDEX 0:M1" },
    { "DRAFTS_UNLISTED", "SCAN d" },
    { "DRAFTS_LISTED", "SCAN d" },
    { "NUMBERS", "SCAN mutations" },
    { "ROSTER_ALL", "SCAN roster" },
    { "SEGMENT_COUNTS", "SCAN drafts" },
    { "SEGMENT_COUNTS", "SCAN d" }, /* chains of which something waits to be sent */
    { "REFUSED_PAGE", "SCAN d" },   /* the same */
    { "CHAIN_HEADS", "SCAN d" },      /* devices found by an index */
    { "PROGRESS_PAGE", "SCAN c" },    /* compartments */
    { "PROGRESS_PAGE", "SCAN p" },    /* the page */
    { "PROGRESS_NUMBERS", "SCAN c" }, /* compartments */
    { "CONTESTED", "SCAN x" },        /* what is in dispute */
};

/* A vault that is carried out of its store is read whole, once, in the order of its keys. */
static bool is_of_transfer(const char *name)
{
    static const char *const ends[] = { "_EXPORT", "_ROWS", "FRONTIER_INHERIT", "FRONTIER_OF_FORMER" };
    bool is_one = false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t size = strlen(name);
        size_t end = strlen(ends[i]);
        is_one = is_one || (size >= end && strcmp(name + size - end, ends[i]) == 0);
    }
    return is_one;
}

static bool is_allowed(const char *name, const char *step)
{
    if (is_of_transfer(name) && strstr(step, "AUTOMATIC") == NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        bool is_named = allowed[i].name == NULL || strcmp(allowed[i].name, name) == 0;
        if (is_named && strcmp(allowed[i].step, step) == 0) {
            return true;
        }
    }
    return false;
}

/* What is asked for each row of a list finds its case or its record, and reads nothing of what else a device wrote. */
static bool strays(const char *name, const char *step)
{
    bool is_of_one = strcmp(name, "CASE_PROGRESS") == 0 || strcmp(name, "RECORD_PROGRESS") == 0;
    return is_of_one && strstr(step, "writers_by_device") != NULL;
}

static unsigned check_plan(store_peer *peer, const named_sql *one)
{
    unsigned step_count = 0;
    char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", one->text);
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(peer->store->database, explain, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(statement, 3);
        bool reads_all = strncmp(step, "SCAN", 4) == 0 || strstr(step, "AUTOMATIC") != NULL;
        if (strays(one->name, step) || (reads_all && !is_allowed(one->name, step))) {
            fail_msg("%s: %s", one->name, step);
        }
        step_count++;
    }
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    sqlite3_free(explain);
    return step_count;
}

static void plan__reads_whole_tables_only_where_it_must(void **state)
{
    (void)state;
    seeded_random random = { 1 };
    fk_random port = seeded_random_port(&random);
    assert_true(fk_is_ok(fk_crypto_start(&port)));
    store_peer peer;
    store_peer_open(&peer, &fk_allocator_libc);
    unsigned step_count = 0;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        step_count += check_plan(&peer, &statements[i]);
    }
    assert_true(step_count > 100);
    store_peer_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan__reads_whole_tables_only_where_it_must),
    };
    return cmocka_run_group_tests_name("store_plan", tests, NULL, NULL);
}
