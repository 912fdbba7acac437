/* rekey_commands.c — a change of passphrase because somebody may know it: the vault is copied under a new master key
 * (docs/adr/0017). Same device, same identity, same team; another vault id, salt and key file. A device that went on in
 * two places comes out as another one, with keys of its own, which has to join its team again (docs/adr/0022). */
#include <string.h>

#include "dispatch_gen.h"
#include "fk/assert.h"
#include "fk/store_transfer.h"
#include "fk/secrets.h"
#include "keyslots.h"
#include "rekey_work.h"
#include "unlocking.h"

#include "fk/banned.h"

enum { STEP_SIZE_BYTES = 256 * 1024 };

typedef struct fk_rekey_work {
    fk_keyfile keyfile; /* of the copy */
    fk_slot_list slots; /* in it */
    fk_vault_keys keys;
    fk_store *target; /* NULL until rekey.begin */
    fk_store_export *rows_out;
    fk_store_import *rows_in;
    fk_buffer piece;
    bool is_read;       /* every row is out */
    bool is_new_device; /* the copy is another device than the vault */
} fk_rekey_work;

void fk_rekey_work_end(fk_session *session)
{
    fk_rekey_work *work = session->rekey;
    if (work == NULL) {
        return;
    }
    fk_store_export_free(work->rows_out);
    fk_store_import_free(work->rows_in);
    fk_store_close(work->target);
    fk_buffer_free(&work->piece);
    fk_release(session->host.allocator, work, sizeof *work);
    session->rekey = NULL;
}

static fk_status end_if_failed(fk_session *session, fk_status status)
{
    if (!fk_is_ok(status)) {
        fk_rekey_work_end(session);
    }
    return status;
}

/* --- before the copy ------------------------------------------------------------------------------------ */

static fk_status require_empty(const fk_disk *disk)
{
    for (fk_vault_file file = FK_FILE_PAGES; file < FK_FILE_COUNT; file++) {
        int64_t size_bytes = disk->size(disk->ctx, file);
        if (size_bytes != 0) {
            return fk_status_of(size_bytes > 0 ? FK_ERR_EXISTS : FK_ERR_IO);
        }
    }
    return fk_ok();
}

static fk_status prepare(fk_session *session, uint32_t memory_kib)
{
    uint8_t salt[FK_KDF_SALT_SIZE_BYTES];
    fk_id vault_id = fk_random_id();
    fk_random_bytes(salt, sizeof salt);
    FK_TRY(require_empty(session->host.other_disk));
    session->rekey = fk_allocate(session->host.allocator, sizeof *session->rekey);
    if (session->rekey == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_buffer_init(&session->rekey->piece, session->host.allocator, STEP_SIZE_BYTES + FK_TRANSFER_ROW_SIZE_BYTES_MAX);
    return fk_keyfile_make(&vault_id, salt, memory_kib, FK_KDF_PASSES_MIN, &session->rekey->keyfile);
}

fk_status fk_handle_rekey_prepare(fk_session *session, fk_arena *arena, const fk_rekey_prepare_request *request,
                                  fk_rekey_prepare_reply *reply, fk_error *error)
{
    (void)error;
    FK_TRY(fk_session_require_open(session));
    /* Never from the vault behind a distress phrase: the one it stands before would be destroyed. */
    if (session->host.other_disk == NULL || session->is_second) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    FK_TRY(fk_kdf_check_setting(request->memory_kib));
    fk_rekey_work_end(session);
    FK_TRY(end_if_failed(session, prepare(session, request->memory_kib)));
    const fk_keyfile *keyfile = &session->rekey->keyfile;
    reply->vault_id = keyfile->vault_id;
    reply->memory_kib = keyfile->memory_kib;
    reply->passes = keyfile->passes;
    return fk_hex_text(fk_bytes_of(keyfile->salt, sizeof keyfile->salt), arena, &reply->salt_hex);
}

/* --- the copy -------------------------------------------------------------------------------------------- */

static fk_status begin_copy(fk_session *session, fk_rekey_work *work, fk_bytes secrets, fk_error *error)
{
    /* Every other slot of the copy is unused, the recovery key's too; the next unlock makes the one of escrow. */
    const fk_clock *clock = session->host.clock;
    FK_TRY(fk_make_first_slot(secrets, clock->now_ms(clock->ctx), &work->keyfile, &work->slots, &work->keys));
    fk_store_config config = {
        .allocator = session->host.allocator,
        .disk = session->host.other_disk,
        .keys = &work->keys,
        .vault_id = work->keyfile.vault_id,
    };
    FK_TRY(fk_store_create(&config, &work->target, error));
    FK_TRY(fk_store_export_new(session->store, &work->rows_out));
    work->is_new_device = session->sync != NULL && fk_sync_status(session->sync).is_forked;
    return fk_store_import_new(work->target, work->is_new_device ? FK_IMPORT_FORKED_DEVICE : FK_IMPORT_SAME_DEVICE,
                               &work->rows_in);
}

fk_status fk_handle_rekey_begin(fk_session *session, fk_arena *arena, const fk_rekey_begin_request *request,
                                fk_rekey_begin_reply *reply, fk_error *error)
{
    (void)arena;
    fk_rekey_work *work = session->rekey;
    if (work == NULL || work->target != NULL) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    FK_TRY(end_if_failed(session, begin_copy(session, work, request->raw, error)));
    reply->row_total = fk_store_export_counts(work->rows_out).total;
    return fk_ok();
}

static fk_status copy_rows(fk_rekey_work *work)
{
    fk_buffer_clear(&work->piece);
    FK_TRY(fk_store_export_next(work->rows_out, STEP_SIZE_BYTES, &work->piece, &work->is_read));
    fk_bytes left = fk_buffer_view(&work->piece);
    while (left.size_bytes > 0) {
        size_t size_bytes = left.size_bytes < STEP_SIZE_BYTES ? left.size_bytes : STEP_SIZE_BYTES;
        FK_TRY(fk_store_import_take(work->rows_in, fk_bytes_of(left.data, size_bytes)));
        left = fk_bytes_of(left.data + size_bytes, left.size_bytes - size_bytes);
    }
    return fk_ok();
}

/* The device's keys under the new key, everything in the page file, and last the key file: from that write on the copy
 * is the vault. */
static fk_status complete(const fk_session *session, fk_rekey_work *work)
{
    const fk_id *vault_id = &work->keyfile.vault_id;
    FK_TRY(work->is_new_device ? fk_vault_identity_make(work->target, &work->keys, vault_id)
                               : fk_vault_identity_put(work->target, &work->keys, vault_id, &session->identity));
    FK_TRY(fk_keyslots_put(work->target, &work->slots));
    FK_TRY(fk_store_checkpoint(work->target));
    return fk_keyfile_create_on_disk(session->host.other_disk, &work->keyfile);
}

static fk_status step(const fk_session *session, fk_rekey_work *work, bool *is_done_out)
{
    *is_done_out = false;
    if (!work->is_read) {
        return copy_rows(work);
    }
    FK_TRY(fk_store_import_finish(work->rows_in, is_done_out));
    return *is_done_out ? complete(session, work) : fk_ok();
}

fk_status fk_handle_rekey_step(fk_session *session, fk_arena *arena, const fk_rekey_step_request *request,
                               fk_rekey_step_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)error;
    fk_rekey_work *work = session->rekey;
    if (work == NULL || work->rows_in == NULL) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    FK_TRY(end_if_failed(session, step(session, work, &reply->is_done)));
    reply->rows_done = fk_store_import_counts(work->rows_in).done;
    if (reply->is_done) {
        fk_rekey_work_end(session);
    }
    return fk_ok();
}

fk_status fk_handle_rekey_cancel(fk_session *session, fk_arena *arena, const fk_rekey_cancel_request *request,
                                 fk_rekey_cancel_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    fk_rekey_work_end(session);
    return fk_ok();
}
