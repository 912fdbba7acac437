/* fk_hub_check: whatever is changed behind the hub's back is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "assert_code.h"
#include "hub_fixture.h"

static hub_fixture fixture;
static hub_fixture *const f = &fixture;

enum { PUSHED_COUNT = 4 };

static int begin(void **state)
{
    (void)state;
    hub_fixture_begin(f, 45);
    hub_fixture_join(f);
    for (int i = 0; i < PUSHED_COUNT; i++) {
        hub_chain *chain = i % 2 == 0 ? &f->worker_chain : &f->founder_chain;
        const char *token = i % 2 == 0 ? f->worker_token : f->founder_token;
        assert_int_equal(hub_push_one(f, hub_make_segment(f, chain, 2), token, NULL), FK_OK);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    hub_fixture_end(f);
    return 0;
}

static void change(const char *sql)
{
    sqlite3 *db = NULL;
    fk_hub_close(f->hub); /* it has the file to itself */
    f->hub = NULL;
    assert_int_equal(sqlite3_open(f->store + strlen("sqlite:"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_changes(db) > 0, 1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_code(hub_fixture_restart(f, &fk_allocator_libc), FK_OK);
}

static fk_status check(fk_error *error)
{
    fk_hub_report report;
    return fk_hub_check(f->hub, &report, error);
}

static void check__finds_nothing_where_nothing_is_wrong(void **state)
{
    (void)state;
    fk_hub_report report;
    fk_error error;
    assert_code(fk_hub_check(f->hub, &report, &error), FK_OK);
    assert_int_equal(report.agency_count, 1);
    assert_int_equal(report.entry_count, ROSTER_JOINED_COUNT);
    assert_int_equal(report.segment_count, PUSHED_COUNT);
}

static void check__finds_what_was_changed(void **state)
{
    const char *sql = *state;
    begin(NULL);
    fk_error error = { "" };
    change(sql);
    assert_code(check(&error), FK_ERR_DAMAGED);
    assert_true(strlen(error.detail) > 20);
    end(NULL);
}

static void roster__that_was_changed_is_not_used(void **state)
{
    (void)state;
    fk_code code = FK_OK;
    change("UPDATE roster SET entry = (SELECT entry FROM roster WHERE entry_index = 3) WHERE entry_index = 12");
    assert_code(fk_hub_begin(f->hub), FK_OK);
    assert_code(hub_handle(f, false, "/v1/roster", "", f->worker_token, &code), FK_ERR_DAMAGED);
    fk_hub_rollback(f->hub);
}

/* The database itself gets no memory, at every few bytes of a push: a named fault, and nothing of it stays. */
static void memory__of_the_database_that_is_short_is_a_fault(void **state)
{
    (void)state;
    fk_bytes segment = hub_make_segment(f, &f->worker_chain, 1);
    uint64_t failures = 0;
    bool is_done = false;
    for (int64_t room = 0; !is_done; room += 512) {
        fk_code code = FK_ERR_BUG;
        assert_code(hub_fixture_restart(f, &fk_allocator_libc), FK_OK);
        (void)sqlite3_hard_heap_limit64(sqlite3_memory_used() + room + 1);
        fk_status status = fk_hub_begin(f->hub);
        if (fk_is_ok(status)) {
            hub_frame(f, FK_FRAME_PUSH, 1);
            hub_add(f, segment.data, segment.size_bytes);
            status = hub_handle(f, true, "/v1/push", "", f->worker_token, &code);
            if (fk_is_ok(status)) {
                assert_int_equal(code, FK_OK);
                status = fk_hub_commit(f->hub);
            } else {
                fk_hub_rollback(f->hub);
            }
        }
        (void)sqlite3_hard_heap_limit64(0);
        is_done = fk_is_ok(status);
        failures += is_done ? 0 : 1;
        fk_hub_report report;
        fk_error error;
        assert_true(is_done || status.code == FK_ERR_NO_MEMORY || status.code == FK_ERR_IO);
        assert_code(fk_hub_check(f->hub, &report, &error), FK_OK); /* also without opening it anew */
        assert_int_equal(report.segment_count, PUSHED_COUNT + (is_done ? 1 : 0));
    }
    assert_true(failures > 5);
}

#define CHANGE(name, sql)                                                                         \
    {                                                                                             \
        "check__finds_" name, check__finds_what_was_changed, NULL, NULL, (void *)(uintptr_t)(sql) \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(check__finds_nothing_where_nothing_is_wrong, begin, end),
        cmocka_unit_test_setup_teardown(roster__that_was_changed_is_not_used, begin, end),
        cmocka_unit_test_setup_teardown(memory__of_the_database_that_is_short_is_a_fault, begin, end),
        CHANGE("a_segment_taken_out", "DELETE FROM segment WHERE number = 2"),
        CHANGE("the_last_segment_taken_out", "DELETE FROM segment WHERE number = 4"),
        CHANGE("the_log_cut_short", "DELETE FROM segment WHERE number = 4; UPDATE agency SET log_number = 3, log_hash ="
                                    " (SELECT log_hash FROM segment WHERE number = 3)"),
        CHANGE("a_changed_byte",
               "UPDATE segment SET bytes = CAST(substr(bytes, 1, 500) || x'0102' || substr(bytes, 503)"
               " AS BLOB) WHERE number = 3"),
        CHANGE("two_in_another_order", "UPDATE segment SET number = 9 WHERE number = 3; UPDATE segment SET number = 3"
                                       " WHERE number = 4; UPDATE segment SET number = 4 WHERE number = 9"),
        CHANGE("another_link", "UPDATE segment SET log_hash = zeroblob(32) WHERE number = 2"),
        CHANGE("another_head_of_a_chain", "UPDATE chain SET last_sequence = 2"),
        CHANGE("another_count", "UPDATE agency SET log_number = 3"),
        CHANGE("another_size", "UPDATE agency SET size_bytes = size_bytes + 1"),
        CHANGE("a_longer_roster", "UPDATE agency SET roster_count = roster_count + 1"),
        CHANGE("a_shorter_roster", "UPDATE agency SET roster_count = 10"),
        CHANGE("an_entry_taken_out", "DELETE FROM roster WHERE entry_index = 4"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
