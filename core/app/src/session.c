#include "fk/session.h"

#include <string.h>

#include "fk/json.h"
#include "fk/protocol_codec.h"
#include "fk/protocol_gen.h"

#include "backup_work.h"
#include "dispatch.h"
#include "operation_check.h"
#include "rekey_work.h"
#include "second_disk.h"
#include "session_internal.h"

#include "fk/banned.h"

fk_status fk_session_new(const fk_host *host, fk_session **session_out)
{
    *session_out = fk_allocate(host->allocator, sizeof **session_out);
    if (*session_out == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    (*session_out)->host = *host;
    (*session_out)->second_disk = fk_second_disk(host->disk);
    fk_codec_start(host->allocator);
    return fk_ok();
}

void fk_session_free(fk_session *session)
{
    if (session == NULL) {
        return;
    }
    fk_session_lock(session);
    fk_release(session->host.allocator, session, sizeof *session);
}

fk_status fk_session_require_open(const fk_session *session)
{
    return session->store != NULL ? fk_ok() : fk_status_of(FK_ERR_WRONG_STATE);
}

fk_status fk_session_require_team(const fk_session *session)
{
    FK_TRY(fk_session_require_open(session));
    return session->is_practice ? fk_status_of(FK_ERR_PRACTICE) : fk_ok();
}

uint64_t fk_session_now_ms(const fk_session *session)
{
    return session->sync != NULL ? fk_sync_now_ms(session->sync)
                                 : session->host.clock->now_ms(session->host.clock->ctx);
}

static void close_store(fk_session *session)
{
    fk_backup_work_end(session);
    fk_rekey_work_end(session);
    fk_sync_free(session->sync);
    fk_store_close(session->store);
    session->sync = NULL;
    session->store = NULL;
}

void fk_session_lock(fk_session *session)
{
    close_store(session);
    fk_vault_keys_wipe(&session->keys);
    fk_key_wipe(&session->master);
    fk_identity_wipe(&session->identity);
    fk_wipe(session->new_recovery_key, sizeof session->new_recovery_key);
    session->has_new_recovery_key = false;
    fk_wipe(&session->prepared, sizeof session->prepared);
    session->is_prepared = false;
    session->is_second = false;
    fk_lock_end(&session->lock);
    session->is_reading = false;
    session->is_prepared_practice = false;
    session->is_practice = false;
    session->escrow_problem = FK_OK;
}

const fk_disk *fk_session_store_disk(const fk_session *session)
{
    return session->is_second ? &session->second_disk : session->host.disk;
}

static fk_status open_store(fk_session *session, fk_store_report *report_out, fk_error *error)
{
    fk_store_config config = {
        .allocator = session->host.allocator,
        .disk = fk_session_store_disk(session),
        .keys = &session->keys,
        .vault_id = session->vault_id,
        .is_read_only = session->is_reading,
    };
    return fk_store_open(&config, &session->store, report_out, error);
}

static fk_status load_identity(fk_session *session)
{
    fk_arena arena;
    fk_arena_init(&arena, session->host.allocator, 4096);
    fk_bytes wrapped = { NULL, 0 };
    fk_status status = fk_store_meta_get(session->store, "identity", &arena, &wrapped);
    if (fk_is_ok(status)) {
        status = fk_identity_unwrap(wrapped, &session->keys.identity_wrap, &session->vault_id, &session->identity);
    }
    fk_arena_reset(&arena);
    return status;
}

fk_status fk_session_is_practice_store(const fk_session *session, fk_store *store, bool *is_practice_out)
{
    fk_arena arena;
    fk_arena_init(&arena, session->host.allocator, 4096);
    fk_bytes value = { NULL, 0 };
    fk_status status = fk_store_meta_get(store, FK_META_PRACTICE, &arena, &value);
    fk_arena_reset(&arena);
    *is_practice_out = fk_is_ok(status);
    return status.code == FK_ERR_NOT_FOUND ? fk_ok() : status;
}

fk_status fk_session_meta_is(const fk_session *session, const char *key, fk_bytes expected, bool *is_same_out)
{
    fk_arena arena;
    fk_arena_init(&arena, session->host.allocator, 4096);
    fk_bytes stored = { NULL, 0 };
    fk_status status = fk_store_meta_get(session->store, key, &arena, &stored);
    *is_same_out = fk_is_ok(status) && fk_bytes_equal(stored, expected);
    fk_arena_reset(&arena);
    return status.code == FK_ERR_NOT_FOUND ? fk_ok() : status;
}

static fk_status open_sync(fk_session *session)
{
    fk_sync_config config = {
        .allocator = session->host.allocator,
        .store = session->store,
        .identity = &session->identity,
        .clock = session->host.clock,
        .check = fk_operation_check,
        .check_ctx = (void *)(uintptr_t)session->host.allocator,
    };
    return fk_sync_new(&config, &session->sync);
}

fk_status fk_session_open(fk_session *session, fk_opening opening, const fk_id *vault_id, const fk_key *master,
                          fk_store_report *report_out, fk_error *error)
{
    fk_session_lock(session);
    session->is_second = opening.is_second;
    session->vault_id = *vault_id;
    session->is_reading = opening.is_read_only;
    session->master = *master;
    fk_vault_keys_derive(master, &session->keys);
    fk_status status = open_store(session, report_out, error);
    if (fk_is_ok(status)) {
        status = load_identity(session);
    }
    if (fk_is_ok(status)) {
        status = fk_session_is_practice_store(session, session->store, &session->is_practice);
    }
    if (fk_is_ok(status)) {
        status = open_sync(session);
    }
    if (fk_is_ok(status)) {
        status = fk_session_start_lock(session);
    }
    if (!fk_is_ok(status)) {
        fk_session_lock(session);
    }
    return status;
}

/* After an I/O fault SQLite fails every later statement. What was acknowledged is in the log: open
 * the store again, which recovers it. If that fails too the vault is locked, and unlocking says why. */
static void reopen_after_fault(fk_session *session)
{
    close_store(session);
    fk_store_report report;
    if (!fk_is_ok(open_store(session, &report, NULL)) || !fk_is_ok(open_sync(session))) {
        fk_session_lock(session);
    }
}

static fk_status run_command(fk_session *session, uint32_t command_id, fk_bytes request, fk_arena *arena,
                             fk_buffer *reply_out, fk_error *error)
{
    if (!session->is_started && command_id != FK_COMMAND_CORE_START) {
        fk_error_set(error, "core.start comes first");
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    FK_TRY(fk_session_watch(session, command_id));
    return fk_dispatch(session, command_id, request, arena, reply_out, error);
}

fk_status fk_session_call(fk_session *session, uint32_t command_id, fk_bytes request, fk_buffer *reply_out)
{
    fk_buffer_clear(reply_out);
    fk_error error = { "" };
    fk_arena arena;
    fk_arena_init(&arena, session->host.allocator, FK_SESSION_CALL_MEMORY_BYTES_MAX);
    fk_status status = run_command(session, command_id, request, &arena, reply_out, &error);
    fk_arena_reset(&arena);
    if (session->store != NULL && !fk_is_ok(fk_store_failure(session->store))) {
        reopen_after_fault(session);
    }
    return fk_is_ok(status) ? status : fk_reply_encode_error(status, &error, reply_out);
}
