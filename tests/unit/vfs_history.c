#include "vfs_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_code.h"

const char EVERYTHING[] = "SELECT id, body FROM t ORDER BY id";

static void commit(test_store *store, history *past)
{
    assert_int_equal(test_store_run(store, "INSERT INTO t(body) VALUES(zeroblob(3000))"), SQLITE_OK);
    assert_true(test_store_digest(store, EVERYTHING, past->digests[past->digest_count++]));
}

history make_history(void)
{
    history past = { .memory = memory_disk_new(1) };
    test_store store = test_store_on(past.memory);
    assert_code(test_store_create(&store), FK_OK);
    assert_int_equal(test_store_run(&store, "CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)"), SQLITE_OK);
    assert_true(test_store_digest(&store, EVERYTHING, past.digests[past.digest_count++]));
    for (int i = 0; i < COMMITS_BEFORE; i++) {
        commit(&store, &past);
    }
    assert_code(fk_vfs_checkpoint(store.vfs), FK_OK);
    for (int i = 0; i < COMMITS_AFTER; i++) {
        past.record_offset_bytes[i] = test_store_statistics(&store).log_bytes;
        commit(&store, &past);
    }
    past.record_offset_bytes[COMMITS_AFTER] = test_store_statistics(&store).log_bytes;
    past.sequence = test_store_statistics(&store).sequence;
    test_store_close(&store);
    memory_disk_crash(past.memory); /* everything was flushed: nothing changes */
    return past;
}

int state_shown(test_store *store, const history *past)
{
    uint8_t digest[FK_HASH_SIZE_BYTES];
    if (!test_store_digest(store, EVERYTHING, digest)) {
        return -1;
    }
    for (int i = 0; i < past->digest_count; i++) {
        if (memcmp(digest, past->digests[i], sizeof digest) == 0) {
            return i;
        }
    }
    return -1;
}

void assert_refused(memory_disk *memory, fk_code code, fk_vfs_damage damage)
{
    memory_disk *before = memory_disk_clone(memory, 0);
    test_store store = test_store_on(memory);
    assert_code(test_store_open_vfs(&store), code);
    assert_null(store.vfs);
    assert_int_equal(store.report.damage, damage);
    for (int file = 0; file < FK_FILE_COUNT; file++) {
        assert_true(fk_bytes_equal(memory_disk_content(memory, (fk_vault_file)file),
                                   memory_disk_content(before, (fk_vault_file)file)));
    }
    memory_disk_free(before);
}

void assert_opens_with(memory_disk *memory, const history *past, int state_index, test_store *store_out)
{
    *store_out = test_store_on(memory);
    assert_code(test_store_open(store_out), FK_OK);
    assert_int_equal(state_shown(store_out, past), state_index);
}
