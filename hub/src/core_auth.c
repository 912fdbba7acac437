#include "core_internal.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/banned.h"

enum {
    NONCE_SIZE_BYTES = 24,
    EXPIRES_OFFSET_BYTES = NONCE_SIZE_BYTES,
    MAC_OFFSET_BYTES = EXPIRES_OFFSET_BYTES + 8,
    /* hub key || challenge || hub time || device, and the same without the time */
    CHALLENGE_SIGNED_SIZE_BYTES = FK_WIRE_KEY_SIZE_BYTES + FK_CHALLENGE_SIZE_BYTES + 8 + FK_ID_SIZE_BYTES,
    AUTH_SIGNED_SIZE_BYTES = FK_WIRE_KEY_SIZE_BYTES + FK_CHALLENGE_SIZE_BYTES + FK_ID_SIZE_BYTES,
};

_Static_assert((int)FK_CHALLENGE_SIZE_BYTES == MAC_OFFSET_BYTES + (int)FK_DIGEST_SIZE_BYTES, "nonce, expires, MAC");

/* Over everything before it, agency and device: a challenge is worth something to the device that asked only, and the
 * hub remembers none that was not used. */
static void write_mac(const fk_hub *hub, const fk_id *agency, const fk_id *device, const uint8_t *challenge,
                      uint8_t mac_out[FK_DIGEST_SIZE_BYTES])
{
    fk_hash hash;
    fk_mac_init(&hash, fk_bytes_of(hub->mac_key, sizeof hub->mac_key));
    fk_hash_update(&hash, fk_bytes_text(FK_CONTEXT_HUB_MAC));
    fk_hash_update(&hash, fk_bytes_of(agency->bytes, sizeof agency->bytes));
    fk_hash_update(&hash, fk_bytes_of(device->bytes, sizeof device->bytes));
    fk_hash_update(&hash, fk_bytes_of(challenge, MAC_OFFSET_BYTES));
    fk_hash_final(&hash, mac_out);
}

fk_status fk_hub_challenge(fk_hub_call *call)
{
    fk_id agency;
    fk_id device;
    FK_TRY(fk_take_id(&call->rest, &agency));
    FK_TRY(fk_take_id(&call->rest, &device));

    uint8_t content[CHALLENGE_SIGNED_SIZE_BYTES];
    uint8_t *challenge = content + FK_WIRE_KEY_SIZE_BYTES;
    uint8_t *hub_time = challenge + FK_CHALLENGE_SIZE_BYTES;
    memcpy(content, call->hub->identity.signing_public, FK_WIRE_KEY_SIZE_BYTES);
    fk_random_bytes(challenge, NONCE_SIZE_BYTES);
    fk_put_u64(challenge + EXPIRES_OFFSET_BYTES, call->request->now_ms + FK_HUB_CHALLENGE_LIFE_MS);
    write_mac(call->hub, &agency, &device, challenge, challenge + MAC_OFFSET_BYTES);
    fk_put_u64(hub_time, call->request->now_ms);
    memcpy(hub_time + 8, device.bytes, sizeof device.bytes);
    uint8_t signature[FK_SIGNATURE_SIZE_BYTES];
    fk_sign(&call->hub->identity, FK_PURPOSE_HUB_CHALLENGE, &agency, fk_bytes_of(content, sizeof content), signature);

    FK_TRY(fk_hub_reply_begin(call, FK_FRAME_CHALLENGE));
    FK_TRY(fk_hub_reply_bytes(call, fk_bytes_of(content, sizeof content - FK_ID_SIZE_BYTES)));
    return fk_hub_reply_bytes(call, fk_bytes_of(signature, sizeof signature));
}

static fk_status check_challenge(const fk_hub_call *call, const fk_id *agency, const fk_id *device,
                                 const uint8_t *challenge)
{
    uint8_t mac[FK_DIGEST_SIZE_BYTES];
    write_mac(call->hub, agency, device, challenge, mac);
    bool is_ours = fk_equal_constant_time(mac, challenge + MAC_OFFSET_BYTES, sizeof mac);
    return is_ours && fk_get_u64(challenge + EXPIRES_OFFSET_BYTES) > call->request->now_ms ? fk_ok()
                                                                                           : fk_status_of(FK_ERR_AUTH);
}

static void token_hash(fk_bytes token, uint8_t hash_out[FK_HASH_SIZE_BYTES])
{
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_hash_update(&hash, fk_bytes_text(FK_CONTEXT_HUB_TOKEN));
    fk_hash_update(&hash, token);
    fk_hash_final(&hash, hash_out);
}

/* A device that signs in again and again keeps no more than its newest tokens alive. */
static fk_status bound_tokens(fk_hub *hub, const fk_id *agency, const fk_id *device)
{
    fk_hub_rows rows;
    bool has_row = false;
    uint64_t count = 0;
    FK_TRY(
        fk_hub_row(hub, FK_HUB_SQL_TOKEN_COUNT, FK_HUB_VALUES(fk_hub_id(agency), fk_hub_id(device)), &rows, &has_row));
    fk_status status = has_row ? fk_hub_rows_number(&rows, 0, &count) : fk_status_of(FK_ERR_DAMAGED);
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    if (count < FK_HUB_TOKEN_COUNT_MAX) {
        return fk_ok();
    }
    return fk_hub_store_run(hub->store, FK_HUB_SQL_TOKEN_DROP, FK_HUB_VALUES(fk_hub_id(agency), fk_hub_id(device)),
                            NULL);
}

static fk_status give_token(fk_hub_call *call, const fk_id *agency, const fk_id *device)
{
    uint64_t now_ms = call->request->now_ms;
    uint64_t expires_ms = now_ms + FK_HUB_TOKEN_LIFE_MS;
    fk_hub_store *store = call->hub->store;
    FK_TRY(fk_hub_store_run(store, FK_HUB_SQL_TOKEN_EXPIRE, FK_HUB_VALUES(fk_hub_number(now_ms)), NULL));
    FK_TRY(bound_tokens(call->hub, agency, device));
    uint8_t token[FK_TOKEN_SIZE_BYTES];
    uint8_t hash[FK_HASH_SIZE_BYTES];
    fk_random_bytes(token, sizeof token);
    token_hash(fk_bytes_of(token, sizeof token), hash);
    fk_status status = fk_hub_store_run(store, FK_HUB_SQL_TOKEN_PUT,
                                        FK_HUB_VALUES(fk_hub_bytes(fk_bytes_of(hash, sizeof hash)), fk_hub_id(agency),
                                                      fk_hub_id(device), fk_hub_number(expires_ms)),
                                        NULL);
    if (fk_is_ok(status)) {
        status = fk_hub_reply_begin(call, FK_FRAME_TOKEN);
    }
    if (fk_is_ok(status)) {
        status = fk_hub_reply_bytes(call, fk_bytes_of(token, sizeof token));
    }
    fk_wipe(token, sizeof token);
    FK_TRY(status);
    FK_TRY(fk_hub_reply_u64(call, expires_ms));
    return fk_hub_reply_u64(call, now_ms);
}

/* A challenge counts as used when it was answered rightly; until it expires the hub knows it. */
static fk_status use_challenge(const fk_hub_call *call, fk_bytes challenge)
{
    fk_hub_store *store = call->hub->store;
    uint64_t changed = 0;
    uint64_t expires_ms = fk_get_u64(challenge.data + EXPIRES_OFFSET_BYTES);
    FK_TRY(fk_hub_store_run(store, FK_HUB_SQL_CHALLENGE_EXPIRE, FK_HUB_VALUES(fk_hub_number(call->request->now_ms)),
                            NULL));
    FK_TRY(fk_hub_store_run(store, FK_HUB_SQL_CHALLENGE_USE,
                            FK_HUB_VALUES(fk_hub_bytes(challenge), fk_hub_number(expires_ms)), &changed));
    return changed == 1 ? fk_ok() : fk_status_of(FK_ERR_AUTH);
}

fk_status fk_hub_auth(fk_hub_call *call)
{
    fk_id agency;
    fk_id device;
    fk_bytes hub_key;
    fk_bytes challenge;
    fk_bytes signature;
    FK_TRY(fk_take_id(&call->rest, &agency));
    FK_TRY(fk_take_id(&call->rest, &device));
    FK_TRY(fk_take(&call->rest, FK_WIRE_KEY_SIZE_BYTES, &hub_key));
    FK_TRY(fk_take(&call->rest, FK_CHALLENGE_SIZE_BYTES, &challenge));
    FK_TRY(fk_take(&call->rest, FK_WIRE_SIGNATURE_SIZE_BYTES, &signature));

    if (memcmp(hub_key.data, call->hub->identity.signing_public, FK_WIRE_KEY_SIZE_BYTES) != 0) {
        return fk_status_of(FK_ERR_OTHER_HUB);
    }
    FK_TRY(check_challenge(call, &agency, &device, challenge.data));
    fk_status status = fk_hub_agency_open(call->hub, &agency, &call->agency);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_status_of(FK_ERR_FORBIDDEN);
    }
    FK_TRY(status);
    const fk_roster_device_row *row = fk_roster_device_find(call->agency->roster, &device);
    if (row == NULL) {
        return fk_status_of(FK_ERR_FORBIDDEN);
    }
    uint8_t content[AUTH_SIGNED_SIZE_BYTES];
    memcpy(content, hub_key.data, FK_WIRE_KEY_SIZE_BYTES);
    memcpy(content + FK_WIRE_KEY_SIZE_BYTES, challenge.data, FK_CHALLENGE_SIZE_BYTES);
    memcpy(content + FK_WIRE_KEY_SIZE_BYTES + FK_CHALLENGE_SIZE_BYTES, device.bytes, sizeof device.bytes);
    FK_TRY(fk_verify(row->entry.signing_key, FK_PURPOSE_AUTH, &agency, fk_bytes_of(content, sizeof content),
                     signature.data));
    FK_TRY(use_challenge(call, challenge));
    return give_token(call, &agency, &device);
}

/* --- tokens ------------------------------------------------------------------------------------- */

static bool digit_of(uint8_t sign, uint8_t *digit_out)
{
    bool is_number = sign >= '0' && sign <= '9';
    bool is_letter = sign >= 'a' && sign <= 'f';
    *digit_out = (uint8_t)(is_number ? sign - '0' : sign - 'a' + 10);
    return is_number || is_letter;
}

static bool token_from_hex(fk_bytes hex, uint8_t token_out[FK_TOKEN_SIZE_BYTES])
{
    bool is_valid = hex.size_bytes == (size_t)2 * FK_TOKEN_SIZE_BYTES;
    for (size_t i = 0; is_valid && i < FK_TOKEN_SIZE_BYTES; i++) {
        uint8_t high = 0;
        uint8_t low = 0;
        is_valid = digit_of(hex.data[2 * i], &high) && digit_of(hex.data[2 * i + 1], &low);
        token_out[i] = (uint8_t)(high << 4 | low);
    }
    return is_valid;
}

static fk_status find_token(fk_hub_call *call, fk_id *agency_out)
{
    uint8_t token[FK_TOKEN_SIZE_BYTES];
    uint8_t hash[FK_HASH_SIZE_BYTES];
    if (!token_from_hex(call->request->token, token)) {
        return fk_status_of(FK_ERR_TOKEN);
    }
    token_hash(fk_bytes_of(token, sizeof token), hash);
    fk_wipe(token, sizeof token);
    fk_hub_rows rows;
    bool has_row = false;
    uint64_t expires_ms = 0;
    FK_TRY(fk_hub_row(call->hub, FK_HUB_SQL_TOKEN_GET, FK_HUB_VALUES(fk_hub_bytes(fk_bytes_of(hash, sizeof hash))),
                      &rows, &has_row));
    if (!has_row) {
        return fk_status_of(FK_ERR_TOKEN);
    }
    fk_status status = fk_hub_rows_copy(&rows, 0, agency_out->bytes, sizeof agency_out->bytes);
    if (fk_is_ok(status)) {
        status = fk_hub_rows_copy(&rows, 1, call->device.bytes, sizeof call->device.bytes);
    }
    if (fk_is_ok(status)) {
        status = fk_hub_rows_number(&rows, 2, &expires_ms);
    }
    fk_hub_rows_end(&rows);
    FK_TRY(status);
    return expires_ms > call->request->now_ms ? fk_ok() : fk_status_of(FK_ERR_TOKEN);
}

fk_status fk_hub_sign_in(fk_hub_call *call)
{
    fk_id agency;
    FK_TRY(find_token(call, &agency));
    fk_id bucket = call->device; /* ids of devices are unique in their agency */
    for (size_t i = 0; i < FK_ID_SIZE_BYTES; i++) {
        bucket.bytes[i] ^= agency.bytes[i];
    }
    call->reply->retry_after_s = fk_hub_rates_take(&call->hub->rates, &bucket, call->request->now_ms);
    if (call->reply->retry_after_s > 0) {
        return fk_status_of(FK_ERR_BUSY);
    }
    fk_status status = fk_hub_agency_open(call->hub, &agency, &call->agency);
    if (status.code == FK_ERR_NOT_FOUND) {
        return fk_status_of(FK_ERR_TOKEN);
    }
    FK_TRY(status);
    const fk_roster_device_row *row = fk_roster_device_find(call->agency->roster, &call->device);
    return row != NULL ? fk_ok() : fk_status_of(FK_ERR_FORBIDDEN);
}
