/* The row of a case in the list is what it would be made anew, whatever was written.
 *
 * Most changes only raise the time of a row (case_list.c). Two authors write and exchange at random on records of every
 * kind that a row reads, on others, and on records whose writes name several types; after each step the tables are
 * compared with rebuilt ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "seeded_random.h"
#include "store_peer.h"

enum { AUTHOR_COUNT = 2, STEP_COUNT = 120, SEED_COUNT = 4, CASE_COUNT = 2, RECORD_COUNT = 5 };

typedef struct world {
    seeded_random random;
    fk_arena arena;
    store_peer authors[AUTHOR_COUNT];
    peer_segments segments;
    size_t taken[AUTHOR_COUNT]; /* segments of the list each has looked at */
    uint64_t now_ms;
} world;

static void world_begin(world *w, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->now_ms = 1790000000000;
    store_peers_begin(w->authors, AUTHOR_COUNT, &w->random, seed, &w->arena);
}

static void world_end(world *w)
{
    store_peers_end(w->authors, AUTHOR_COUNT, &w->arena);
}

static uint64_t below(world *w, uint64_t bound)
{
    return seeded_random_below(&w->random, bound);
}

/* Record 0 of a case is the case. */
static fk_id record_of(unsigned case_number, unsigned number)
{
    return number == 0 ? peer_id(0xC0, case_number) : peer_id(0xA0, 16 * case_number + number);
}

/* The reader takes the next segment of another author, if there is one. */
static void take_next(world *w, unsigned reader)
{
    const fk_id *own = fk_store_device(w->authors[reader].store);
    uint32_t ignored = 0;
    while (w->taken[reader] < w->segments.count) {
        const peer_segment *next = &w->segments.items[w->taken[reader]++];
        if (!fk_id_equal(&next->remote.device, own)) {
            assert_int_equal(store_peer_take(&w->authors[reader], next, w->now_ms, &ignored).code, FK_OK);
            return;
        }
    }
}

static void write_something(world *w, unsigned author)
{
    static const char *const types[] = { "person", "party", "safety_plan", "note", "aaa", "zzz" };
    static const char *const fields[] = {
        "name", "aliases", "role", "person", "nextReviewOn", "text", "state", "status"
    };
    unsigned case_number = (unsigned)below(w, CASE_COUNT);
    unsigned record_number = (unsigned)below(w, RECORD_COUNT);
    const char *field = fields[below(w, 8)];
    char value[FK_ID_HEX_SIZE + 3];
    (void)snprintf(value, sizeof value, "\"Ann %u\"", (unsigned)below(w, 3));
    if (strcmp(field, "person") == 0) {
        fk_id person = record_of(case_number, (unsigned)below(w, RECORD_COUNT));
        char hex[FK_ID_HEX_SIZE + 1];
        fk_id_to_hex(&person, hex);
        (void)snprintf(value, sizeof value, "\"%s\"", hex);
    }
    w->now_ms += below(w, 1000);
    peer_write write = {
        .case_id = peer_id(0xC0, case_number),
        .record = record_of(case_number, record_number),
        .type = below(w, 4) == 0 ? types[below(w, 6)] : types[(case_number + record_number) % 6],
        .field = field,
        .value = value,
        .time_ms = w->now_ms + author * UINT64_C(90000),
    };
    if (strcmp(field, "role") == 0) {
        write.value = "\"victim\"";
    } else if (strcmp(field, "state") == 0) {
        write.value = below(w, 2) == 0 ? "\"hidden\"" : "\"shown\"";
    }
    (void)store_peer_replace(&w->authors[author], &write);
}

static void assert_row_is_right(store_peer *peer)
{
    fk_store_check_result check;
    assert_true(fk_is_ok(fk_store_check(peer->store, &check)));
    assert_true(check.rebuilt_equal);
}

/* Looked at after each write: a later one that lists the case anew would heal a row that is wrong. */
static void list__row_of_a_case_is_what_it_would_be_made_anew(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++) {
        world w;
        world_begin(&w, seed);
        for (unsigned step = 0; step < STEP_COUNT; step++) {
            unsigned author = (unsigned)below(&w, AUTHOR_COUNT);
            if (below(&w, 5) == 0) {
                store_peer_seal(&w.authors[1 - author], 8, &w.arena, &w.segments);
                take_next(&w, author);
            } else {
                write_something(&w, author);
            }
            assert_row_is_right(&w.authors[author]);
        }
        world_end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list__row_of_a_case_is_what_it_would_be_made_anew),
    };
    return cmocka_run_group_tests_name("store_list", tests, NULL, NULL);
}
