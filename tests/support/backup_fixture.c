#include "backup_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { PIECE_OFFSET_BYTES = 10, SECRETS_SIZE_BYTES = 88 };

void export_file(fixture *f, fk_buffer *file_out)
{
    fk_buffer_init(file_out, &fk_allocator_libc, BACKUP_FILE_SIZE_BYTES_MAX);
    assert_ok(call(f, "backup.begin", "{}"));
    bool is_last = false;
    while (!is_last) {
        const uint8_t *reply = (const uint8_t *)call(f, "backup.chunk", "{}");
        assert_int_equal(reply[0], 0);
        is_last = reply[1] == 1;
        size_t size_bytes = f->reply.size_bytes - 1 - PIECE_OFFSET_BYTES; /* without the NUL of the fixture */
        assert_true(fk_is_ok(fk_buffer_append(file_out, fk_bytes_of(reply + PIECE_OFFSET_BYTES, size_bytes))));
    }
    assert_ok(call(f, "backup.end", "{}"));
}

const char *open_file(fixture *f, unsigned purpose, const uint8_t *passphrase_key, fk_bytes file)
{
    uint8_t request[1 + SECRETS_SIZE_BYTES + FK_BACKUP_HEAD_SIZE_BYTES] = { (uint8_t)purpose };
    if (passphrase_key != NULL) {
        fk_put_u32(request + 1, 1);
        memcpy(request + 5, passphrase_key, FK_KDF_KEY_SIZE_BYTES);
    }
    assert_true(file.size_bytes >= FK_BACKUP_HEAD_SIZE_BYTES);
    memcpy(request + 1 + SECRETS_SIZE_BYTES, file.data, FK_BACKUP_HEAD_SIZE_BYTES);
    return call_bytes(f, "backup.open", fk_bytes_of(request, sizeof request));
}

const char *read_file(fixture *f, fk_bytes file, size_t piece_size_bytes)
{
    const char *reply = NULL;
    for (size_t at = FK_BACKUP_HEAD_SIZE_BYTES; at < file.size_bytes; at += piece_size_bytes) {
        size_t left = file.size_bytes - at;
        reply = call_bytes(f, "backup.take",
                           fk_bytes_of(file.data + at, left < piece_size_bytes ? left : piece_size_bytes));
        if (!is_ok(reply)) {
            return reply;
        }
    }
    do {
        reply = call(f, "backup.finish", "{}");
    } while (has(reply, "\"isDone\":false"));
    return reply;
}

const char *open_and_read(fixture *f, unsigned purpose, const uint8_t *passphrase_key, fk_bytes file)
{
    const char *reply = open_file(f, purpose, passphrase_key, file);
    return is_ok(reply) ? read_file(f, file, 50000) : reply;
}

void empty_disk(memory_disk *disk)
{
    for (unsigned file = 0; file < FK_FILE_COUNT; file++) {
        memory_disk_replace(disk, (fk_vault_file)file, fk_bytes_of("", 0));
    }
}

void fixture_init_with_other_disk(fixture *f)
{
    fixture_init(f);
    fk_session_free(f->session);
    f->other_disk = memory_disk_new(2);
    fixture_open(f, &fk_allocator_libc);
}
