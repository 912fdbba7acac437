/* The first sync of a device that comes into a team with much to fetch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"
#include "session_internal.h"
#include "sync_bench.h"

enum { MANY_CASE_COUNT = 400, MANY_TEXT_BYTES = 12000 };

static void add_case(fixture *f, seeded_random *random, unsigned number)
{
    static char value[MANY_TEXT_BYTES + 3];
    fk_store *store = f->session->store;
    fk_mutation mutation = { .id = fk_random_id(), .time_ms = BENCH_NOW_MS + number };
    fk_field_write fields[] = {
        { .field = fk_bytes_text("status"), .has_value = true, .value = fk_bytes_text("\"open\"") },
        { .field = fk_bytes_text("reference"), .has_value = true },
    };
    fk_field_write note = { .field = fk_bytes_text("description"), .has_value = true };
    fk_id case_id = fk_random_id();
    fk_record_write records[] = {
        { .case_id = case_id, .record = case_id, .type = fk_bytes_text("case"), .fields = fields, .field_count = 2 },
        { .case_id = case_id,
          .record = fk_random_id(),
          .type = fk_bytes_text("incident"),
          .fields = &note,
          .field_count = 1 },
    };
    char reference[16];
    (void)snprintf(reference, sizeof reference, "\"M-%u\"", number);
    fields[1].value = fk_bytes_text(reference);
    value[0] = value[MANY_TEXT_BYTES + 1] = '"'; /* what does not deflate, so that it takes several answers */
    for (size_t i = 1; i <= MANY_TEXT_BYTES; i++) {
        value[i] = (char)('0' + (int)seeded_random_below(random, 64));
        value[i] = value[i] == '\\' ? '~' : value[i];
    }
    note.value = fk_bytes_text(value);
    assert_code(fk_store_begin(store), FK_OK);
    assert_code(fk_store_write(store, &mutation, records, 2), FK_OK);
    assert_code(fk_store_commit(store), FK_OK);
}

static size_t case_count(fixture *f)
{
    const char *count = strstr(call(f, "case.list", "{\"limit\":1}"), "\"totalCount\":");
    assert_non_null(count);
    return strtoul(count + strlen("\"totalCount\":"), NULL, 10);
}

static void count_pulls(sync_bench *bench, const char *path, bench_answer *answer)
{
    (void)answer;
    *(unsigned *)bench->ctx += strcmp(path, "/v1/pull") == 0;
}

/* The first sync of a device that comes into a team with many cases: after each answer it can be worked with, and one
 * that was cut goes on where it was. */
static void first_sync__can_be_worked_with_and_goes_on_after_a_cut(void **state)
{
    (void)state;
    sync_bench bench;
    seeded_random random = { 7 };
    unsigned pull_count = 0;
    sync_bench_init(&bench);
    fixture *newcomer = &bench.devices[1];
    sync_found(&bench);
    sync_join(&bench, 1, FK_DEVICE_TABLET);
    for (unsigned i = 0; i < MANY_CASE_COUNT; i++) {
        add_case(&bench.devices[0], &random, i);
    }
    assert_clean(sync_run(&bench, 0));

    bench.ctx = &pull_count;
    bench.interfere = count_pulls;
    size_t before = 0;
    unsigned cut_count = 0;
    for (unsigned steps = 4; before < MANY_CASE_COUNT; steps++) {
        assert_true(steps < 40);
        bool is_over = sync_run_cut(&bench, 1, steps, true);
        size_t now = case_count(newcomer);
        assert_true(now >= before && (!is_over || now == MANY_CASE_COUNT));
        if (now > before && now < MANY_CASE_COUNT) {
            char list[64];
            char case_id[40];
            char request[128];
            (void)snprintf(list, sizeof list, "{\"limit\":1}");
            text_of(call(newcomer, "case.list", list), "caseId", case_id, sizeof case_id);
            (void)snprintf(request, sizeof request, "{\"caseId\":\"%s\"}", case_id);
            assert_has(call(newcomer, "case.get", request), "\"description\"");
            assert_has(call(newcomer, "vault.check", "{}"), "\"rebuiltEqual\":true");
            cut_count++;
        }
        before = now;
        sync_bench_reopen(&bench, 1);
    }
    printf("first sync: %u pulls, usable after %u of them\n", pull_count, cut_count);
    assert_true(cut_count >= 2);
    assert_true(pull_count <= 8); /* nothing was fetched twice */
    sync_bench_free(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_sync__can_be_worked_with_and_goes_on_after_a_cut),
    };
    return cmocka_run_group_tests_name("sync_first", tests, NULL, NULL);
}
