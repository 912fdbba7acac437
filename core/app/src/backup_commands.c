/* backup_commands.c — the sealed export of a vault, its test restore, and restoring (fk/backup.h, docs/adr/0017). */
#include <string.h>

#include "backup_work.h"
#include "dispatch_gen.h"
#include "fk/assert.h"
#include "fk/backup.h"
#include "fk/recovering.h"
#include "fk/recovery_code.h"
#include "fk/secrets.h"
#include "keyslots.h"
#include "unlocking.h"

#include "fk/banned.h"

typedef enum reading_purpose {
    READING_TEST = 1,
    READING_RESTORE = 2,
} reading_purpose;

/* The layout of backup.open. */
enum {
    OPEN_SECRETS = 1,
    OPEN_HEAD = OPEN_SECRETS + (int)FK_SECRETS_SIZE_BYTES,
    OPEN_TYPED = OPEN_HEAD + (int)FK_BACKUP_HEAD_SIZE_BYTES, /* a recovery key, or nothing */
};

/* And of what backup.chunk gives before the piece. */
enum { CHUNK_IS_LAST = 1, CHUNK_ROWS = 2, CHUNK_PIECE = 10 };

/* One of writer and reader is there. */
typedef struct fk_backup_work {
    fk_backup_writer *writer;
    fk_backup_reader *reader;
    fk_store *target; /* of the reader */
    const fk_disk *target_disk;
    reading_purpose purpose;
    bool has_ended;     /* the last piece was given */
    fk_keyfile keyfile; /* of the file that is read, or the new one of a recovered vault */
    fk_slot_list slots; /* in the new one; none: what the file says of its own stands */
    fk_vault_keys target_keys;
} fk_backup_work;

void fk_backup_work_end(fk_session *session)
{
    fk_backup_work *work = session->backup;
    if (work == NULL) {
        return;
    }
    fk_backup_writer_free(work->writer);
    fk_backup_reader_free(work->reader);
    fk_store_close(work->target);
    fk_release(session->host.allocator, work, sizeof *work);
    session->backup = NULL;
}

static fk_status begin_work(fk_session *session, fk_backup_work **work_out)
{
    fk_backup_work_end(session);
    *work_out = fk_allocate(session->host.allocator, sizeof **work_out);
    session->backup = *work_out;
    return *work_out != NULL ? fk_ok() : fk_status_of(FK_ERR_NO_MEMORY);
}

/* What failed is over. */
static fk_status end_if_failed(fk_session *session, fk_status status)
{
    if (!fk_is_ok(status)) {
        fk_backup_work_end(session);
    }
    return status;
}

/* --- export ---------------------------------------------------------------------------------------------- */

static fk_status begin_export(fk_session *session, fk_backup_begin_reply *reply)
{
    fk_keyfile keyfile;
    fk_backup_work *work = NULL;
    FK_TRY(fk_keyfile_load(session->host.disk, &keyfile));
    FK_TRY(begin_work(session, &work));
    FK_TRY(fk_backup_writer_new(session->host.allocator, session->store, &keyfile, &session->keys.export_file,
                                &work->writer));
    reply->vault_id = keyfile.vault_id;
    reply->row_total = fk_backup_writer_counts(work->writer).total;
    return fk_ok();
}

fk_status fk_handle_backup_begin(fk_session *session, fk_arena *arena, const fk_backup_begin_request *request,
                                 fk_backup_begin_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    return end_if_failed(session, begin_export(session, reply));
}

static fk_status give_piece(fk_backup_work *work, fk_buffer *piece)
{
    uint8_t before[CHUNK_PIECE] = { 0 };
    bool is_last = false;
    FK_TRY(fk_buffer_append(piece, fk_bytes_of(before, sizeof before)));
    FK_TRY(fk_backup_writer_next(work->writer, piece, &is_last));
    piece->data[CHUNK_IS_LAST] = is_last;
    fk_put_u64(piece->data + CHUNK_ROWS, fk_backup_writer_counts(work->writer).done);
    work->has_ended = is_last;
    return fk_ok();
}

fk_status fk_handle_backup_chunk(fk_session *session, fk_arena *arena, const fk_backup_chunk_request *request,
                                 fk_backup_chunk_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    fk_backup_work *work = session->backup;
    if (work == NULL || work->writer == NULL || work->has_ended) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    fk_buffer piece;
    fk_buffer_init(&piece, session->host.allocator, CHUNK_PIECE + FK_BACKUP_PIECE_SIZE_BYTES_MAX);
    fk_status status = give_piece(work, &piece);
    if (fk_is_ok(status)) {
        status = fk_bytes_copy(fk_buffer_view(&piece), arena, &reply->raw);
    }
    fk_buffer_free(&piece);
    return end_if_failed(session, status);
}

fk_status fk_handle_backup_end(fk_session *session, fk_arena *arena, const fk_backup_end_request *request,
                               fk_backup_end_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    fk_backup_work *work = session->backup;
    if (work == NULL || work->writer == NULL || !work->has_ended) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    const fk_store_digests *digests = fk_backup_writer_digests(work->writer);
    reply->row_count = fk_backup_writer_counts(work->writer).done;
    fk_status status = fk_hex_text(fk_bytes_of(digests->whole, sizeof digests->whole), arena, &reply->digest_hex);
    fk_backup_work_end(session);
    return status;
}

/* --- reading ---------------------------------------------------------------------------------------------- */

static fk_status read_head(fk_bytes head, fk_keyfile *keyfile_out, fk_error *error)
{
    fk_status status = fk_backup_head_read(head, keyfile_out);
    if (status.code == FK_ERR_DAMAGED) {
        fk_error_set(error, "head");
    }
    return status;
}

fk_status fk_handle_backup_head(fk_session *session, fk_arena *arena, const fk_backup_head_request *request,
                                fk_backup_head_reply *reply, fk_error *error)
{
    (void)session;
    fk_keyfile keyfile;
    FK_TRY(read_head(request->raw, &keyfile, error));
    reply->vault_id = keyfile.vault_id;
    reply->memory_kib = keyfile.memory_kib;
    reply->passes = keyfile.passes;
    uint8_t input[FK_HASH_SIZE_BYTES];
    fk_keyfile_prf_input(&keyfile, input);
    FK_TRY(fk_hex_text(fk_bytes_of(input, sizeof input), arena, &reply->prf_input_hex));
    return fk_hex_text(fk_bytes_of(keyfile.salt, sizeof keyfile.salt), arena, &reply->salt_hex);
}

/* The master key by what the person has. A distress phrase opens a vault of its own, of which no file is restored. */
static fk_status open_keyfile(const fk_backup_work *work, const fk_slot_secrets *secrets, fk_key *master_out)
{
    fk_keyfile_opened opened;
    FK_TRY(fk_keyfile_open(&work->keyfile, secrets, &opened));
    *master_out = opened.master;
    fk_key_wipe(&opened.master);
    bool is_vault = opened.type != FK_SLOT_DISTRESS || work->purpose == READING_TEST;
    return is_vault ? fk_ok() : fk_status_of(FK_ERR_AUTH);
}

/* By a recovery key as it was typed. */
static fk_status open_by_typed(const fk_backup_work *work, fk_bytes typed, fk_key *master_out, fk_error *error)
{
    uint8_t recovery_key[FK_RECOVERY_KEY_SIZE_BYTES];
    FK_TRY(fk_recovery_code_read(typed, recovery_key, error));
    const fk_slot_secrets given = { .recovery_key = fk_bytes_of(recovery_key, sizeof recovery_key) };
    fk_status status = open_keyfile(work, &given, master_out);
    fk_wipe(recovery_key, sizeof recovery_key);
    return status;
}

/* The key of the file, and the keys of the store it is read into: those it had when it is restored, random ones for a
 * test whose store nobody will ever open. */
static fk_status find_keys(const fk_session *session, fk_backup_work *work, fk_bytes raw, fk_key *export_out,
                           fk_error *error)
{
    fk_key master;
    fk_slot_secrets given;
    fk_bytes secrets = fk_bytes_of(raw.data + OPEN_SECRETS, FK_SECRETS_SIZE_BYTES);
    fk_bytes typed = fk_bytes_of(raw.data + OPEN_TYPED, raw.size_bytes - OPEN_TYPED);
    FK_TRY(fk_secrets_read(secrets, &given, NULL));
    bool has_secrets = fk_get_u32(secrets.data) != 0;
    if (has_secrets && typed.size_bytes > 0) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    if (has_secrets || typed.size_bytes > 0) {
        FK_TRY(has_secrets ? open_keyfile(work, &given, &master) : open_by_typed(work, typed, &master, error));
        fk_vault_keys_derive(&master, &work->target_keys);
        *export_out = work->target_keys.export_file;
    } else if (work->purpose == READING_TEST && session->store != NULL) {
        *export_out = session->keys.export_file;
    } else {
        return fk_status_of(FK_ERR_AUTH);
    }
    if (work->purpose == READING_TEST) {
        fk_key_random(&master);
        fk_vault_keys_derive(&master, &work->target_keys);
    }
    fk_key_wipe(&master);
    return fk_ok();
}

static fk_status choose_disk(const fk_session *session, fk_backup_work *work)
{
    bool is_restore = work->purpose == READING_RESTORE;
    work->target_disk = is_restore ? session->host.disk : session->host.other_disk;
    bool is_possible = work->target_disk != NULL && (!is_restore || session->store == NULL);
    return is_possible ? fk_ok() : fk_status_of(FK_ERR_WRONG_STATE);
}

/* A key file with anything in it, readable or not, is somebody's vault. */
static fk_status require_no_vault(const fk_backup_work *work)
{
    int64_t size_bytes = work->target_disk->size(work->target_disk->ctx, FK_FILE_KEYS);
    return size_bytes == 0 ? fk_ok() : fk_status_of(size_bytes > 0 ? FK_ERR_EXISTS : FK_ERR_IO);
}

static fk_status make_target(const fk_session *session, fk_backup_work *work, fk_bytes head, const fk_key *export_key,
                             fk_error *error)
{
    FK_TRY(require_no_vault(work));
    fk_store_config config = {
        .allocator = session->host.allocator,
        .disk = work->target_disk,
        .keys = &work->target_keys,
        .vault_id = work->keyfile.vault_id,
    };
    FK_TRY(fk_store_create(&config, &work->target, error));
    fk_import_kind kind = work->purpose == READING_RESTORE ? FK_IMPORT_NEW_DEVICE : FK_IMPORT_SAME_DEVICE;
    return fk_backup_reader_new(session->host.allocator, work->target, kind, head, export_key, &work->reader);
}

static fk_status begin_reading(fk_session *session, fk_bytes raw, fk_backup_open_reply *reply, fk_error *error)
{
    fk_backup_work *work = NULL;
    fk_bytes head = fk_bytes_of(raw.data + OPEN_HEAD, FK_BACKUP_HEAD_SIZE_BYTES);
    FK_TRY(begin_work(session, &work));
    work->purpose = (reading_purpose)raw.data[0];
    if (work->purpose != READING_TEST && work->purpose != READING_RESTORE) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    FK_TRY(choose_disk(session, work));
    FK_TRY(read_head(head, &work->keyfile, error));
    fk_key export_key;
    FK_TRY(find_keys(session, work, raw, &export_key, error));
    fk_status status = make_target(session, work, head, &export_key, error);
    fk_key_wipe(&export_key);
    reply->vault_id = work->keyfile.vault_id;
    return status;
}

fk_status fk_handle_backup_open(fk_session *session, fk_arena *arena, const fk_backup_open_request *request,
                                fk_backup_open_reply *reply, fk_error *error)
{
    (void)arena;
    FK_ASSERT(request->raw.size_bytes >= OPEN_TYPED);
    return end_if_failed(session, begin_reading(session, request->raw, reply, error));
}

/* --- a vault that escrow opened ---------------------------------------------------------------------------- */

static fk_status begin_recovering(fk_session *session, fk_bytes head, const fk_key *master, fk_bytes secrets,
                                  fk_error *error)
{
    fk_backup_work *work = NULL;
    fk_vault_keys former;
    FK_TRY(begin_work(session, &work));
    work->purpose = READING_RESTORE;
    FK_TRY(choose_disk(session, work));
    FK_TRY(read_head(head, &work->keyfile, error));
    /* A key file and a master key of its own: neither a passphrase of before nor the slot that was used opens what is
     * made. */
    FK_TRY(fk_make_first_slot(secrets, fk_session_now_ms(session), &session->prepared, &work->slots,
                              &work->target_keys));
    work->keyfile = session->prepared;
    fk_vault_keys_derive(master, &former);
    fk_status status = make_target(session, work, head, &former.export_file, error);
    fk_vault_keys_wipe(&former);
    return status;
}

fk_status fk_session_recover(fk_session *session, fk_bytes head, const fk_key *master, fk_bytes secrets,
                             fk_error *error)
{
    if (!session->is_prepared || head.size_bytes != FK_BACKUP_HEAD_SIZE_BYTES ||
        secrets.size_bytes != FK_SECRETS_SIZE_BYTES) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    return end_if_failed(session, begin_recovering(session, head, master, secrets, error));
}

fk_status fk_session_look_into(fk_session *session, const fk_id *vault_id, const fk_key *master, fk_error *error)
{
    fk_store_report report;
    fk_opening opening = { .is_read_only = true };
    fk_status status = fk_session_open(session, opening, vault_id, master, &report, error);
    /* The slot opened, so its key was right: whatever does not authenticate now is damage. */
    return status.code == FK_ERR_AUTH ? fk_status_of(FK_ERR_DAMAGED) : status;
}

/* --- taking what the file holds ------------------------------------------------------------------------------ */

fk_status fk_handle_backup_take(fk_session *session, fk_arena *arena, const fk_backup_take_request *request,
                                fk_backup_take_reply *reply, fk_error *error)
{
    (void)arena;
    fk_backup_work *work = session->backup;
    if (work == NULL || work->reader == NULL) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    FK_TRY(end_if_failed(session, fk_backup_reader_take(work->reader, request->raw, error)));
    fk_transfer_counts counts = fk_backup_reader_counts(work->reader);
    reply->rows_done = counts.done;
    reply->row_total = counts.total;
    return fk_ok();
}

/* Keys of the new device, then everything on disk, then the key file, which makes it a vault. */
static fk_status complete_restore(fk_backup_work *work)
{
    FK_TRY(fk_vault_identity_make(work->target, &work->target_keys, &work->keyfile.vault_id));
    if (work->slots.count > 0) {
        FK_TRY(fk_keyslots_put(work->target, &work->slots));
    }
    FK_TRY(fk_store_checkpoint(work->target));
    return fk_keyfile_create_on_disk(work->target_disk, &work->keyfile);
}

static fk_status give_result(const fk_session *session, fk_arena *arena, fk_backup_finish_reply *reply)
{
    const fk_backup_work *work = session->backup;
    fk_store_numbers numbers;
    const fk_store_digests *digests = fk_backup_reader_digests(work->reader);
    FK_TRY(fk_store_numbers_read(work->target, &numbers));
    reply->is_done = true;
    reply->row_count = fk_backup_reader_counts(work->reader).done;
    reply->unsent_count = numbers.unsent_count;
    FK_TRY(fk_session_is_practice_store(session, work->target, &reply->is_practice));
    return fk_hex_text(fk_bytes_of(digests->whole, sizeof digests->whole), arena, &reply->digest_hex);
}

fk_status fk_handle_backup_finish(fk_session *session, fk_arena *arena, const fk_backup_finish_request *request,
                                  fk_backup_finish_reply *reply, fk_error *error)
{
    (void)request;
    fk_backup_work *work = session->backup;
    if (work == NULL || work->reader == NULL) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    bool is_done = false;
    fk_status status = fk_backup_reader_finish(work->reader, &is_done, error);
    if (fk_is_ok(status) && !is_done) {
        return fk_ok();
    }
    if (fk_is_ok(status)) {
        status = give_result(session, arena, reply);
    }
    if (fk_is_ok(status) && work->purpose == READING_RESTORE) {
        status = complete_restore(work);
    }
    fk_backup_work_end(session);
    return status;
}

fk_status fk_handle_backup_cancel(fk_session *session, fk_arena *arena, const fk_backup_cancel_request *request,
                                  fk_backup_cancel_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    fk_backup_work_end(session);
    return fk_ok();
}
