/* vault_commands.c — starting, making, opening and locking a vault, and its storage page. */
#include <string.h>

#include "attempts_guard.h"
#include "dispatch_gen.h"
#include "keyslots.h"
#include "records_gen.h"
#include "unlocking.h"

#include "fk/banned.h"

static const char hex_digits[] = "0123456789abcdef";

fk_status fk_hex_text(fk_bytes bytes, fk_arena *arena, fk_bytes *hex_out)
{
    uint8_t *hex = fk_arena_allocate(arena, bytes.size_bytes * 2);
    if (hex == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < bytes.size_bytes; i++) {
        hex[2 * i] = (uint8_t)hex_digits[bytes.data[i] >> 4];
        hex[2 * i + 1] = (uint8_t)hex_digits[bytes.data[i] & 15];
    }
    *hex_out = fk_bytes_of(hex, bytes.size_bytes * 2);
    return fk_ok();
}

fk_status fk_handle_core_start(fk_session *session, fk_arena *arena, const fk_core_start_request *request,
                               fk_core_start_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)error;
    FK_TRY(fk_crypto_start(session->host.random));
    session->is_started = true;
    reply->app_version = fk_bytes_text(FK_APP_VERSION);
    reply->protocol_version = FK_PROTOCOL_VERSION;
    reply->schema_version = FK_SCHEMA_VERSION;
    reply->store_version = fk_store_version();
    reply->sqlite_version = fk_bytes_text(fk_store_sqlite_version());
    reply->cipher = fk_bytes_text("chacha20");
    return fk_ok();
}

/* Whether any file but the key file holds something: a creation that did not end. */
static fk_status has_leftovers(const fk_disk *disk, bool *result_out)
{
    *result_out = false;
    for (fk_vault_file file = FK_FILE_PAGES; file < FK_FILE_KEYS; file++) {
        int64_t size_bytes = disk->size(disk->ctx, file);
        if (size_bytes < 0) {
            return fk_status_of(FK_ERR_IO);
        }
        *result_out = *result_out || size_bytes > 0;
    }
    return fk_ok();
}

static fk_status prf_input_text(const fk_keyfile *keyfile, fk_arena *arena, fk_bytes *hex_out)
{
    uint8_t input[FK_HASH_SIZE_BYTES];
    fk_keyfile_prf_input(keyfile, input);
    return fk_hex_text(fk_bytes_of(input, sizeof input), arena, hex_out);
}

fk_status fk_handle_vault_status(fk_session *session, fk_arena *arena, const fk_vault_status_request *request,
                                 fk_vault_status_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    fk_keyfile keyfile;
    fk_status status = fk_keyfile_load(session->host.disk, &keyfile);
    if (status.code == FK_ERR_NOT_FOUND) {
        bool is_unfinished = false;
        FK_TRY(has_leftovers(session->host.disk, &is_unfinished));
        reply->state = is_unfinished ? FK_PROTOCOL_VAULT_STATE_UNFINISHED : FK_PROTOCOL_VAULT_STATE_NONE;
        return fk_ok();
    }
    FK_TRY(status);
    fk_guard_state guard = fk_guard_look(session);
    reply->wrong_count = guard.wrong_count;
    reply->wait_ms = guard.wait_ms;
    reply->is_locked_out = guard.is_locked_out;
    reply->state = session->store != NULL ? FK_PROTOCOL_VAULT_STATE_OPEN : FK_PROTOCOL_VAULT_STATE_LOCKED;
    reply->has_vault_id = reply->has_salt_hex = reply->has_memory_kib = reply->has_passes = true;
    reply->vault_id = keyfile.vault_id;
    reply->memory_kib = keyfile.memory_kib;
    reply->passes = keyfile.passes;
    reply->has_prf_input_hex = true;
    FK_TRY(prf_input_text(&keyfile, arena, &reply->prf_input_hex));
    reply->has_is_practice = session->store != NULL;
    reply->is_practice = session->is_practice;
    return fk_hex_text(fk_bytes_of(keyfile.salt, sizeof keyfile.salt), arena, &reply->salt_hex);
}

fk_status fk_handle_vault_prepare(fk_session *session, fk_arena *arena, const fk_vault_prepare_request *request,
                                  fk_vault_prepare_reply *reply, fk_error *error)
{
    if (session->store != NULL) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    fk_vault_status_reply found = { .state = FK_PROTOCOL_VAULT_STATE_NONE };
    FK_TRY(fk_handle_vault_status(session, arena, NULL, &found, error));
    if (found.state != FK_PROTOCOL_VAULT_STATE_NONE) {
        return fk_status_of(FK_ERR_EXISTS);
    }
    FK_TRY(fk_kdf_check_setting(request->memory_kib));
    uint8_t salt[FK_KDF_SALT_SIZE_BYTES];
    fk_random_bytes(salt, sizeof salt);
    fk_id vault_id = fk_random_id();
    FK_TRY(fk_keyfile_make(&vault_id, salt, request->memory_kib, FK_KDF_PASSES_MIN, &session->prepared));
    session->is_prepared = true;
    session->is_prepared_practice = request->has_is_practice && request->is_practice;
    reply->vault_id = vault_id;
    reply->memory_kib = request->memory_kib;
    reply->passes = FK_KDF_PASSES_MIN;
    FK_TRY(prf_input_text(&session->prepared, arena, &reply->prf_input_hex));
    return fk_hex_text(fk_bytes_of(salt, sizeof salt), arena, &reply->salt_hex);
}

fk_status fk_vault_identity_put(fk_store *store, const fk_vault_keys *keys, const fk_id *vault_id,
                                const fk_identity *identity)
{
    uint8_t wrapped[FK_IDENTITY_WRAPPED_SIZE_BYTES];
    fk_identity_wrap(identity, &keys->identity_wrap, vault_id, wrapped);
    return fk_store_meta_put(store, "identity", fk_bytes_of(wrapped, sizeof wrapped));
}

fk_status fk_vault_identity_make(fk_store *store, const fk_vault_keys *keys, const fk_id *vault_id)
{
    fk_identity identity;
    fk_identity_generate(&identity);
    fk_status status = fk_vault_identity_put(store, keys, vault_id, &identity);
    fk_identity_wipe(&identity);
    return status;
}

fk_status fk_session_make_store(const fk_session *session, const fk_disk *disk, const fk_id *vault_id,
                                const fk_key *master, fk_error *error)
{
    fk_vault_keys keys;
    fk_vault_keys_derive(master, &keys);
    fk_store_config config = {
        .allocator = session->host.allocator,
        .disk = disk,
        .keys = &keys,
        .vault_id = *vault_id,
    };
    fk_store *store = NULL;
    fk_status status = fk_store_create(&config, &store, error);
    if (fk_is_ok(status)) {
        status = fk_vault_identity_make(store, &keys, vault_id);
    }
    if (fk_is_ok(status) && session->is_prepared_practice) {
        status = fk_store_meta_put(store, FK_META_PRACTICE, fk_bytes_text("1"));
    }
    fk_store_close(store);
    fk_vault_keys_wipe(&keys);
    return status;
}

/* Pages, log and superblocks first; the key file last. Then the vault is open. */
static fk_status make_vault(fk_session *session, fk_slot_type type, const fk_slot_secrets *secrets, fk_error *error)
{
    fk_key master;
    fk_key_random(&master);
    const fk_clock *clock = session->host.clock;
    uint64_t now_ms = clock->now_ms(clock->ctx);
    fk_keyfile *keyfile = &session->prepared;
    fk_id vault_id = keyfile->vault_id;
    fk_store_report report;
    fk_status status = fk_keyfile_fill_slot(keyfile, 0, type, secrets, &master, now_ms);
    if (fk_is_ok(status)) {
        status = fk_session_make_store(session, session->host.disk, &vault_id, &master, error);
    }
    if (fk_is_ok(status)) {
        status = fk_keyfile_create_on_disk(session->host.disk, keyfile);
    }
    if (fk_is_ok(status)) {
        status = fk_session_open(session, (fk_opening){ .is_second = false }, &vault_id, &master, &report, error);
    }
    if (fk_is_ok(status)) {
        session->slot_index = 0;
        session->slot_type = type;
        session->slot_made_ms = now_ms;
        fk_keyslots_settle(session);
    }
    fk_key_wipe(&master);
    return status;
}

fk_status fk_handle_vault_create(fk_session *session, fk_arena *arena, const fk_vault_create_request *request,
                                 fk_vault_create_reply *reply, fk_error *error)
{
    (void)arena;
    if (!session->is_prepared) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    fk_slot_secrets secrets;
    fk_slot_type type = FK_SLOT_PASSPHRASE;
    FK_TRY(fk_read_first_secrets(request->raw, &secrets, &type));
    reply->vault_id = session->prepared.vault_id;
    return make_vault(session, type, &secrets, error);
}

fk_status fk_handle_vault_unlock(fk_session *session, fk_arena *arena, const fk_vault_unlock_request *request,
                                 fk_vault_unlock_reply *reply, fk_error *error)
{
    (void)arena;
    fk_slot_secrets secrets;
    fk_unlocked unlocked;
    FK_TRY(fk_secrets_read(request->raw, &secrets, NULL));
    FK_TRY(fk_unlock(session, &secrets, false, &unlocked, error));
    reply->vault_id = unlocked.vault_id;
    reply->torn_tail = unlocked.report.torn_tail;
    reply->finished_checkpoint = unlocked.report.finished_checkpoint;
    reply->rewrite_pending = unlocked.report.rewrite_pending;
    reply->is_read_only = unlocked.report.is_read_only;
    reply->opened_with = unlocked.opened_with;
    reply->profile = unlocked.profile;
    reply->is_practice = session->is_practice;
    return fk_ok();
}

fk_status fk_handle_vault_lock(fk_session *session, fk_arena *arena, const fk_vault_lock_request *request,
                               fk_vault_lock_reply *reply, fk_error *error)
{
    (void)arena;
    (void)request;
    (void)reply;
    (void)error;
    fk_session_lock(session);
    return fk_ok();
}

fk_status fk_handle_vault_storage(fk_session *session, fk_arena *arena, const fk_vault_storage_request *request,
                                  fk_vault_storage_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    fk_store_numbers numbers;
    FK_TRY(fk_store_numbers_read(session->store, &numbers));
    reply->page_file_bytes = numbers.page_file_bytes;
    reply->log_bytes = numbers.log_bytes;
    reply->operation_count = numbers.operation_count;
    reply->draft_count = numbers.draft_count;
    reply->unsent_count = numbers.unsent_count;
    reply->has_oldest_unsent_ms = numbers.oldest_unsent_ms > 0;
    reply->oldest_unsent_ms = numbers.oldest_unsent_ms;
    reply->device_id = *fk_store_device(session->store);
    fk_bytes signing_key = fk_bytes_of(session->identity.signing_public, FK_PUBLIC_KEY_SIZE_BYTES);
    return fk_hex_text(signing_key, arena, &reply->signing_key_hex);
}

fk_status fk_handle_vault_check(fk_session *session, fk_arena *arena, const fk_vault_check_request *request,
                                fk_vault_check_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_open(session));
    fk_store_check_result result;
    FK_TRY(fk_store_check(session->store, &result));
    reply->pages_good = result.pages_good;
    reply->rebuilt_equal = result.rebuilt_equal;
    reply->row_count = result.row_count;
    return fk_hex_text(fk_bytes_of(result.digest, sizeof result.digest), arena, &reply->digest_hex);
}
