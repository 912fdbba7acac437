/* The sealed export of a vault: what it holds, that a test restore proves it, that restoring makes a new device which
 * shows the same, and that no other bytes are ever taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "backup_fixture.h"
#include "failing_allocator.h"

static const char *const lists[] = {
    "{\"limit\":100,\"closedToo\":true}",
    "{\"limit\":100,\"search\":\"sian al\"}",
    "{\"limit\":100,\"search\":\"rowan\"}",
};

/* A vault with people, papers, a completed document and a draft. */
static void fill_vault(fixture *f)
{
    add_people(f);
    add_history(f);
    begin_document(f, "assessment", ID_ASSESSMENT, NULL);
    fill_assessment(f, ID_ASSESSMENT, 13);
    assert_ok(complete(f, ID_ASSESSMENT));
    begin_document(f, "safety_plan", ID_PLAN, NULL);
    assert_ok(save(f, "safety_plan", ID_PLAN, CHANGE("worker", "\"Canary Quillfeather\"")));
}

static void init_filled(fixture *f)
{
    fixture_init_with_other_disk(f);
    make_vault(f);
    fill_vault(f);
}

static fk_bytes view(const fk_buffer *file)
{
    return fk_buffer_view(file);
}

/* The value of a text or counter of a reply. */
static void text_of(const char *reply, const char *name, char text_out[128])
{
    char key[64];
    (void)snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *start = strstr(reply, key);
    assert_non_null(start);
    size_t length = strcspn(start + strlen(key), "\"");
    assert_true(length < 128);
    memcpy(text_out, start + strlen(key), length);
    text_out[length] = '\0';
}

static void assert_shows_the_same(fixture *a, fixture *b)
{
    static char expected[1024 * 1024];
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        (void)snprintf(expected, sizeof expected, "%s", call(a, "case.list", lists[i]));
        assert_string_equal(call(b, "case.list", lists[i]), expected);
    }
    (void)snprintf(expected, sizeof expected, "%s", call(a, "case.get", "{\"caseId\":\"" ID_CASE "\"}"));
    assert_string_equal(call(b, "case.get", "{\"caseId\":\"" ID_CASE "\"}"), expected);
    assert_has(expected, "Quillfeather"); /* the draft too */
}

static void start_empty(fixture *f)
{
    fixture_init_with_other_disk(f);
    f->random.state = 4711;
    f->mutation_count = 1000; /* ids of its own */
    assert_ok(call(f, "core.start", "{}"));
}

static void unlock(fixture *f)
{
    assert_ok(call_key(f, "vault.unlock", right_key));
}

/* --- what must work -------------------------------------------------------------------------------------- */

static void export__a_test_restore_comes_to_the_same(void **state)
{
    (void)state;
    fixture f;
    fk_buffer file;
    char here[128];
    char there[128];
    init_filled(&f);
    text_of(call(&f, "vault.check", "{}"), "digestHex", here);
    export_file(&f, &file);
    const char *result = open_and_read(&f, BACKUP_TEST, NULL, view(&file));
    assert_has(result, "\"isDone\":true");
    text_of(result, "digestHex", there);
    assert_string_equal(here, there);
    assert_true(memory_disk_content(f.other_disk, FK_FILE_KEYS).size_bytes == 0);
    /* And with the passphrase, and byte by byte. */
    empty_disk(f.other_disk);
    assert_ok(open_file(&f, BACKUP_TEST, right_key, view(&file)));
    assert_has(read_file(&f, view(&file), 1), "\"isDone\":true");
    assert_has(call(&f, "vault.check", "{}"), here);
    fk_buffer_free(&file);
    fixture_free(&f);
}

static void restore__makes_a_new_device_that_shows_the_same(void **state)
{
    (void)state;
    fixture f;
    fixture g;
    fk_buffer file;
    char device_f[128];
    char device_g[128];
    char unsent[128];
    init_filled(&f);
    export_file(&f, &file);
    start_empty(&g);
    assert_has(open_and_read(&g, BACKUP_RESTORE, right_key, view(&file)), "\"isDone\":true");
    assert_has(call(&g, "vault.status", "{}"), "\"state\":\"locked\"");
    unlock(&g);
    assert_shows_the_same(&f, &g);
    text_of(call(&f, "vault.storage", "{}"), "deviceId", device_f);
    text_of(call(&f, "vault.storage", "{}"), "unsentCount", unsent);
    const char *storage = call(&g, "vault.storage", "{}");
    text_of(storage, "deviceId", device_g);
    assert_string_not_equal(device_f, device_g);
    assert_has(storage, unsent); /* nothing that was unsent counts as sent */
    assert_has(call(&g, "vault.check", "{}"), "\"rebuiltEqual\":true");
    /* The draft goes on where it was, and an edit is no conflict with oneself. */
    assert_ok(save(&g, "person", ID_VICTIM, CHANGE("name", "\"Si\303\242n Elder\"")));
    assert_ok(commit(&g, "\"" ID_VICTIM "\""));
    assert_has(call(&g, "conflict.list", "{}"), "\"conflicts\":[]");
    assert_has(call(&g, "case.list", lists[0]), "Si\303\242n Elder");
    fk_buffer_free(&file);
    fixture_free(&f);
    fixture_free(&g);
}

/* Larger than one chunk, and than one transaction. */
static void export__of_many_chunks(void **state)
{
    (void)state;
    fixture f;
    fixture g;
    fk_buffer file;
    init_filled(&f);
    char text[2048];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (unsigned i = 0; i < 150; i++) {
        char record[40];
        char change[3000];
        (void)snprintf(record, sizeof record, "4%031u", i);
        (void)snprintf(change, sizeof change, CHANGE("description", "\"%s\""), text);
        assert_ok(save(&f, "incident", record, change));
    }
    export_file(&f, &file);
    assert_true(file.size_bytes > 4 * FK_BACKUP_CHUNK_SIZE_BYTES);
    start_empty(&g);
    assert_has(open_and_read(&g, BACKUP_RESTORE, right_key, view(&file)), "\"isDone\":true");
    unlock(&g);
    assert_shows_the_same(&f, &g);
    fk_buffer_free(&file);
    fixture_free(&f);
    fixture_free(&g);
}

static void export__holds_no_plain_text(void **state)
{
    (void)state;
    static const char *const canaries[] = { "Quillfeather", "Alder",      "Rowan Ash",  "NM-7",
                                            "2026-09",      "assessment", "vault_meta", "FKROWS" };
    fixture f;
    fk_buffer file;
    init_filled(&f);
    export_file(&f, &file);
    for (size_t i = 0; i < sizeof canaries / sizeof canaries[0]; i++) {
        size_t size_bytes = strlen(canaries[i]);
        for (size_t at = 0; at + size_bytes <= file.size_bytes; at++) {
            assert_memory_not_equal(file.data + at, canaries[i], size_bytes);
        }
    }
    fk_buffer_free(&file);
    fixture_free(&f);
}

/* --- what must not ---------------------------------------------------------------------------------------- */

static void export__of_two_moments_is_refused(void **state)
{
    (void)state;
    fixture f;
    init_filled(&f);
    assert_refused(call(&f, "backup.chunk", "{}"), "wrong-state");
    assert_ok(call(&f, "backup.begin", "{}"));
    assert_refused(call(&f, "backup.end", "{}"), "wrong-state");
    assert_ok(save(&f, "safety_plan", ID_PLAN, CHANGE("worker", "\"Another\"")));
    assert_refused(call(&f, "backup.chunk", "{}"), "wrong-state");
    assert_refused(call(&f, "backup.chunk", "{}"), "wrong-state"); /* it is over */
    assert_ok(call(&f, "backup.begin", "{}"));
    assert_ok(call(&f, "backup.cancel", "{}"));
    assert_refused(call(&f, "backup.chunk", "{}"), "wrong-state");
    assert_ok(call(&f, "vault.lock", "{}"));
    assert_refused(call(&f, "backup.begin", "{}"), "wrong-state");
    fixture_free(&f);
}

static void open__refuses_by_name(void **state)
{
    (void)state;
    fixture f;
    fixture g;
    fk_buffer file;
    init_filled(&f);
    export_file(&f, &file);
    start_empty(&g);
    assert_refused(open_file(&g, BACKUP_RESTORE, wrong_key, view(&file)), "auth");
    assert_refused(open_file(&g, BACKUP_TEST, NULL, view(&file)), "auth");
    assert_refused(open_file(&g, 3, right_key, view(&file)), "invalid-input");
    assert_int_equal(memory_disk_used_bytes(g.disk), 0);
    /* Over a vault, open or locked. */
    assert_refused(open_file(&f, BACKUP_RESTORE, right_key, view(&file)), "wrong-state");
    assert_ok(call(&f, "vault.lock", "{}"));
    assert_refused(open_file(&f, BACKUP_RESTORE, right_key, view(&file)), "exists");
    unlock(&f);
    /* A newer format is told from damage. */
    file.data[8] = 2;
    assert_refused(open_file(&g, BACKUP_RESTORE, right_key, view(&file)), "newer-version");
    file.data[8] = 1;
    file.data[0] ^= 1;
    assert_has(open_file(&g, BACKUP_RESTORE, right_key, view(&file)), "{\"code\":\"damaged\",\"detail\":\"head\"}");
    assert_refused(call_bytes(&g, "backup.take", fk_bytes_text("x")), "wrong-state");
    assert_refused(call(&g, "backup.finish", "{}"), "wrong-state");
    fk_buffer_free(&file);
    fixture_free(&f);
    fixture_free(&g);
}

/* Read that file into g's disk, which must refuse and keep no vault. */
static void assert_unreadable(fixture *g, fk_bytes file, const char *detail)
{
    empty_disk(g->disk);
    const char *reply = open_and_read(g, BACKUP_RESTORE, right_key, file);
    assert_refused(reply, "damaged");
    assert_has(reply, detail);
    assert_false(has(call(g, "vault.status", "{}"), "\"state\":\"locked\""));
    assert_refused(call(g, "backup.finish", "{}"), "wrong-state");
}

static void read__cut_moved_foreign_or_longer_is_refused(void **state)
{
    (void)state;
    enum { CHUNKS_AT = FK_BACKUP_HEAD_SIZE_BYTES + FK_STREAM_HEADER_SIZE_BYTES };
    fixture f;
    fixture g;
    fk_buffer file;
    fk_buffer other;
    init_filled(&f);
    char text[60000];
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    char change[sizeof text + 64];
    for (unsigned i = 0; i < 3; i++) {
        char record[40];
        (void)snprintf(record, sizeof record, "5%031u", i);
        (void)snprintf(change, sizeof change, CHANGE("description", "\"%.*s\""), 19000, text);
        for (unsigned k = 0; k < 3; k++) {
            record[1] = (char)('1' + k);
            assert_ok(save(&f, "incident", record, change));
        }
    }
    export_file(&f, &file);
    export_file(&f, &other);
    assert_true(file.size_bytes > CHUNKS_AT + 2 * FK_BACKUP_SEALED_CHUNK_SIZE_BYTES);
    start_empty(&g);
    /* Cut: at the stream's header, at a chunk's end, in a chunk, one byte before the end. */
    const size_t ends[] = { FK_BACKUP_HEAD_SIZE_BYTES + 10, CHUNKS_AT + FK_BACKUP_SEALED_CHUNK_SIZE_BYTES,
                            CHUNKS_AT + FK_BACKUP_SEALED_CHUNK_SIZE_BYTES + 100, file.size_bytes - 1 };
    const char *const details[] = { "cut-off", "cut-off", "chunk-1", "chunk-" };
    for (size_t i = 0; i < 4; i++) {
        assert_unreadable(&g, fk_bytes_of(file.data, ends[i]), details[i]);
    }
    /* Two chunks in each other's place. */
    uint8_t *first = file.data + CHUNKS_AT;
    uint8_t *second = first + FK_BACKUP_SEALED_CHUNK_SIZE_BYTES;
    static uint8_t kept[FK_BACKUP_SEALED_CHUNK_SIZE_BYTES];
    memcpy(kept, first, sizeof kept);
    memcpy(first, second, sizeof kept);
    memcpy(second, kept, sizeof kept);
    assert_unreadable(&g, view(&file), "chunk-0");
    memcpy(second, first, sizeof kept);
    memcpy(first, kept, sizeof kept);
    /* A chunk of another export of the same vault. */
    memcpy(kept, second, sizeof kept);
    memcpy(second, other.data + CHUNKS_AT + FK_BACKUP_SEALED_CHUNK_SIZE_BYTES, sizeof kept);
    assert_unreadable(&g, view(&file), "chunk-1");
    memcpy(second, kept, sizeof kept);
    /* Bytes behind the end. */
    assert_true(fk_is_ok(fk_buffer_append(&file, fk_bytes_of(kept, 100))));
    assert_unreadable(&g, view(&file), "chunk-");
    assert_true(fk_is_ok(fk_buffer_append(&file, fk_bytes_of(kept, sizeof kept))));
    assert_unreadable(&g, view(&file), "chunk-");
    fk_buffer_free(&file);
    fk_buffer_free(&other);
    fixture_free(&f);
    fixture_free(&g);
}

/* Every byte of the head, every 97th of the rest. */
static void read__a_changed_byte_is_never_taken(void **state)
{
    (void)state;
    fixture f;
    fixture g;
    fk_buffer file;
    init_filled(&f);
    export_file(&f, &file);
    start_empty(&g);
    for (size_t at = 0; at < file.size_bytes; at += at < FK_BACKUP_HEAD_SIZE_BYTES + 64 ? 7 : 397) {
        empty_disk(g.disk);
        file.data[at] ^= 0x10;
        const char *reply = open_and_read(&g, BACKUP_RESTORE, right_key, view(&file));
        if (is_ok(reply)) {
            fail_msg("byte %zu was changed and the file was read", at);
        }
        assert_false(has(reply, "\"bug\""));
        file.data[at] ^= 0x10;
    }
    empty_disk(g.disk);
    assert_has(open_and_read(&g, BACKUP_RESTORE, right_key, view(&file)), "\"isDone\":true");
    fk_buffer_free(&file);
    fixture_free(&f);
    fixture_free(&g);
}

/* --- the k-th failure --------------------------------------------------------------------------------------- */

/* Goal: a power cut at any write of a restore leaves no vault or the whole one. */
static void restore__a_power_cut_leaves_no_vault_or_all_of_it(void **state)
{
    (void)state;
    fixture f;
    fk_buffer file;
    unsigned none_count = 0;
    bool was_cut = true;
    init_filled(&f);
    export_file(&f, &file);
    for (uint64_t k = 0; was_cut; k++) {
        fixture g;
        start_empty(&g);
        memory_disk_crash_at(g.disk, k);
        const char *reply = open_and_read(&g, BACKUP_RESTORE, right_key, view(&file));
        was_cut = memory_disk_is_down(g.disk);
        assert_true(was_cut || is_ok(reply));
        fk_session_free(g.session);
        memory_disk_crash(g.disk);
        fk_buffer_free(&g.reply);
        fixture_open(&g, &fk_allocator_libc);
        assert_ok(call(&g, "core.start", "{}"));
        const char *status = call(&g, "vault.status", "{}");
        if (has(status, "\"state\":\"locked\"")) {
            unlock(&g);
            assert_shows_the_same(&f, &g);
        } else if (!has(status, "\"code\":\"damaged\"")) { /* half a key file: offered for removal like the others */
            assert_true(has(status, "\"unfinished\"") || has(status, "\"none\""));
            none_count++;
        }
        fixture_free(&g);
    }
    assert_true(none_count > 10);
    fk_buffer_free(&file);
    fixture_free(&f);
}

static void restore__on_a_full_disk_is_refused(void **state)
{
    (void)state;
    fixture f;
    fixture g;
    fk_buffer file;
    init_filled(&f);
    export_file(&f, &file);
    start_empty(&g);
    assert_has(open_and_read(&g, BACKUP_RESTORE, right_key, view(&file)), "\"isDone\":true");
    uint64_t used = memory_disk_used_bytes(g.disk);
    for (unsigned part = 0; part < 40; part++) {
        empty_disk(g.disk);
        memory_disk_set_quota(g.disk, used * part / 41);
        assert_refused(open_and_read(&g, BACKUP_RESTORE, right_key, view(&file)), "full");
        assert_int_equal(memory_disk_content(g.disk, FK_FILE_KEYS).size_bytes == FK_KEYFILE_SIZE_BYTES, 0);
    }
    fk_buffer_free(&file);
    fixture_free(&f);
    fixture_free(&g);
}

static void backup__every_allocation_fails_once(void **state)
{
    (void)state;
    fixture f;
    fk_buffer file;
    init_filled(&f);
    export_file(&f, &file);
    bool has_failed = true;
    for (uint64_t k = 0; has_failed; k += 3) {
        fixture g;
        failing_allocator failing;
        fixture_init(&g);
        fk_session_free(g.session);
        fk_buffer_free(&g.reply);
        failing_allocator_init(&failing, FAILING_ALLOCATOR_NEVER);
        fixture_open(&g, &failing.allocator);
        assert_ok(call(&g, "core.start", "{}"));
        failing.fail_at = failing.request_count + k;
        const char *reply = open_and_read(&g, BACKUP_RESTORE, right_key, view(&file));
        has_failed = failing_allocator_failed(&failing);
        if (has_failed && !is_ok(reply)) {
            assert_refused(reply, "no-memory");
        }
        fixture_free(&g);
        assert_int_equal(failing.live_bytes, 0);
    }
    fk_buffer_free(&file);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export__a_test_restore_comes_to_the_same),
        cmocka_unit_test(restore__makes_a_new_device_that_shows_the_same),
        cmocka_unit_test(export__of_many_chunks),
        cmocka_unit_test(export__holds_no_plain_text),
        cmocka_unit_test(export__of_two_moments_is_refused),
        cmocka_unit_test(open__refuses_by_name),
        cmocka_unit_test(read__cut_moved_foreign_or_longer_is_refused),
        cmocka_unit_test(read__a_changed_byte_is_never_taken),
        cmocka_unit_test(restore__a_power_cut_leaves_no_vault_or_all_of_it),
        cmocka_unit_test(restore__on_a_full_disk_is_refused),
        cmocka_unit_test(backup__every_allocation_fails_once),
    };
    return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
