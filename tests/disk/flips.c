#include "flips.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "damage.h"
#include "fk/keyfile.h"

enum {
    TRANSACTIONS_BEFORE = 12,
    TRANSACTIONS_AFTER = 4,
    EACH_OF_PAGES = 64,
    LOG_HEADER_SIZE_BYTES = 512,
    ROOM_SIZE_BYTES = 20000,
    SLOT_INDEX = 3,
};

typedef struct scene {
    workload work;     /* closed; its files are what is flipped */
    workload other;    /* open all the time */
    fk_vault_file log; /* the one in use */
    uint64_t last_record_bytes;
    uint64_t log_end_bytes;
    fk_key passphrase_key;
    fk_key master;
    flip_counts *counts;
} scene;

/* --- the vault ------------------------------------------------------------------------------------------ */

static bool write_keyfile(scene *s)
{
    fk_keyfile keyfile;
    uint8_t salt[FK_KDF_SALT_SIZE_BYTES] = { 7 };
    fk_id vault_id = { { 0x5a, 1, 2, 3 } };
    fk_key_random(&s->passphrase_key);
    fk_key_random(&s->master);
    fk_slot_secrets secrets = { .passphrase_key = fk_bytes_of(s->passphrase_key.bytes, FK_KEY_SIZE_BYTES) };
    const fk_disk *disk = memory_disk_port(s->work.store.memory);
    return fk_is_ok(fk_keyfile_make(&vault_id, salt, FK_KDF_MEMORY_KIB_MIN, FK_KDF_PASSES_MIN, &keyfile)) &&
           fk_is_ok(fk_keyfile_fill_slot(&keyfile, SLOT_INDEX, FK_SLOT_PASSPHRASE, &secrets, &s->master, 1)) &&
           fk_is_ok(fk_keyfile_create_on_disk(disk, &keyfile));
}

/* Pages, both superblocks, both logs with records, room behind the last one. */
static bool set_the_scene(scene *s)
{
    workload *work = &s->work;
    bool is_right = workload_begin(work, memory_disk_new(1), 1) && workload_begin(&s->other, memory_disk_new(2), 2);
    for (int i = 0; is_right && i < TRANSACTIONS_BEFORE; i++) {
        is_right = workload_transact(work) == SQLITE_OK && workload_transact(&s->other) == SQLITE_OK;
    }
    is_right = is_right && fk_is_ok(fk_vfs_checkpoint(work->store.vfs)) &&
               fk_is_ok(fk_vfs_reserve(work->store.vfs, ROOM_SIZE_BYTES));
    for (int i = 0; is_right && i < TRANSACTIONS_AFTER; i++) {
        s->last_record_bytes = test_store_statistics(&work->store).log_bytes;
        is_right = workload_transact_small(work) == SQLITE_OK;
    }
    s->log_end_bytes = test_store_statistics(&work->store).log_bytes;
    s->log = FK_FILE_LOG_0; /* of the second counter */
    test_store_close(&work->store);
    is_right = is_right && write_keyfile(s);
    memory_disk_crash(work->store.memory); /* everything was flushed: nothing changes */
    return is_right;
}

/* --- what one flip does ------------------------------------------------------------------------------------ */

static damage_verdict judge_keys(const scene *s, memory_disk *copy)
{
    static const fk_code named[] = { FK_ERR_DAMAGED, FK_ERR_AUTH, FK_ERR_NEWER_VERSION, FK_ERR_WEAK_PARAMETERS };
    fk_keyfile keyfile;
    fk_keyfile_opened opened;
    fk_slot_secrets secrets = { .passphrase_key = fk_bytes_of(s->passphrase_key.bytes, FK_KEY_SIZE_BYTES) };
    fk_status status = fk_keyfile_load(memory_disk_port(copy), &keyfile);
    if (fk_is_ok(status)) {
        status = fk_keyfile_open(&keyfile, &secrets, &opened);
    }
    if (fk_is_ok(status)) {
        bool is_right = memcmp(opened.master.bytes, s->master.bytes, FK_KEY_SIZE_BYTES) == 0;
        return is_right ? DAMAGE_UNUSED : DAMAGE_WRONG;
    }
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (status.code == named[i]) {
            return DAMAGE_REFUSED;
        }
    }
    return DAMAGE_WRONG;
}

static bool other_vault_is_fine(scene *s)
{
    uint8_t digest[FK_HASH_SIZE_BYTES];
    return test_store_digest(&s->other.store, WORKLOAD_EVERYTHING, digest) &&
           memcmp(digest, s->other.acknowledged, sizeof digest) == 0;
}

static const char *flip(scene *s, fk_vault_file file, uint64_t at)
{
    memory_disk *copy = memory_disk_clone(s->work.store.memory, 1);
    memory_disk_flip(copy, file, at, 0xff);
    damage_verdict verdict = file == FK_FILE_KEYS ? judge_keys(s, copy) : damage_judge(&s->work, copy);
    s->counts->verdicts[verdict]++;
    memory_disk_free(copy);
    const char *complaint = NULL;
    if (verdict == DAMAGE_WRONG) {
        complaint = "a flipped byte was read as data or lost work silently";
    } else if (!other_vault_is_fine(s)) {
        complaint = "a flipped byte of one vault was felt in another";
    }
    if (complaint != NULL) {
        printf("disk: flips failed, file %d, byte %" PRIu64 ": %s\n", (int)file, at, complaint);
    }
    return complaint;
}

const char *flips_run(uint64_t stride, flip_counts *counts_out)
{
    static scene s;
    s = (scene){ .counts = counts_out };
    *counts_out = (flip_counts){ .verdicts = { 0 } };
    const char *complaint = set_the_scene(&s) ? NULL : "the scene cannot be set";
    uint64_t whole = UINT64_MAX;
    fk_vault_file older_log = s.log == FK_FILE_LOG_0 ? FK_FILE_LOG_1 : FK_FILE_LOG_0;
    const struct {
        fk_vault_file file;
        uint64_t from;
        uint64_t to;
        uint64_t each;
    } regions[] = {
        { FK_FILE_SUPERBLOCK_0, 0, whole, 1 },
        { FK_FILE_SUPERBLOCK_1, 0, whole, 1 },
        { FK_FILE_LOG_0, 0, LOG_HEADER_SIZE_BYTES, 1 },
        { FK_FILE_LOG_1, 0, LOG_HEADER_SIZE_BYTES, 1 },
        { s.log, s.last_record_bytes, s.log_end_bytes, 1 },
        { FK_FILE_KEYS, 0, whole, 1 },
        { FK_FILE_PAGES, 0, whole, EACH_OF_PAGES },
        { s.log, LOG_HEADER_SIZE_BYTES, whole, EACH_OF_PAGES },
        { older_log, LOG_HEADER_SIZE_BYTES, whole, EACH_OF_PAGES },
    };
    for (size_t i = 0; complaint == NULL && i < sizeof regions / sizeof regions[0]; i++) {
        uint64_t size_bytes = memory_disk_content(s.work.store.memory, regions[i].file).size_bytes;
        uint64_t to = regions[i].to < size_bytes ? regions[i].to : size_bytes;
        for (uint64_t at = regions[i].from; complaint == NULL && at < to; at += regions[i].each * stride) {
            complaint = flip(&s, regions[i].file, at);
        }
    }
    if (s.other.store.vfs != NULL) {
        test_store_close(&s.other.store);
    }
    memory_disk_free(s.work.store.memory);
    memory_disk_free(s.other.store.memory);
    return complaint;
}
