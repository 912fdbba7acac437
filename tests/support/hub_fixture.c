#include "hub_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fk/assert.h"

static const char *const store_files[] = { "hub.db", "hub.db-wal", "hub.db-shm", "hub.db-journal" };

/* --- life -------------------------------------------------------------------------------------------- */

static void found(hub_fixture *f)
{
    fk_error error;
    fk_roster_payload payload = roster_founding(&f->team);
    fk_bytes entry = roster_fixture_make(&f->team, &f->team.root, &payload);
    FK_ASSERT(fk_is_ok(fk_hub_found(f->hub, entry, f->now_ms, &error)));
}

void hub_fixture_begin(hub_fixture *f, uint64_t seed)
{
    memset(f, 0, sizeof *f);
    f->now_ms = FIXTURE_MADE_MS;
    roster_fixture_begin(&f->team, seed, &fk_allocator_libc);
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/fk-hub-test-XXXXXX");
    FK_ASSERT(mkdtemp(f->folder) != NULL);
    (void)snprintf(f->store, sizeof f->store, "sqlite:%s/%s", f->folder, store_files[0]);
    fk_buffer_init(&f->request, &fk_allocator_libc, (size_t)2 * FK_HUB_BODY_SIZE_BYTES_MAX);
    fk_buffer_init(&f->reply, &fk_allocator_libc, FK_HUB_REPLY_SIZE_BYTES_MAX);
    f->answer.body = &f->reply;
    FK_ASSERT(fk_is_ok(hub_fixture_restart(f, &fk_allocator_libc)));
    found(f);
}

void hub_fixture_end(hub_fixture *f)
{
    fk_hub_close(f->hub);
    f->hub = NULL;
    for (size_t i = 0; i < sizeof store_files / sizeof store_files[0]; i++) {
        char path[HUB_PATH_SIZE + 32];
        (void)snprintf(path, sizeof path, "%s/%s", f->folder, store_files[i]);
        (void)unlink(path);
    }
    (void)rmdir(f->folder);
    fk_buffer_free(&f->request);
    fk_buffer_free(&f->reply);
    roster_fixture_end(&f->team);
}

fk_status hub_fixture_restart(hub_fixture *f, const fk_allocator *allocator)
{
    fk_error error = { "" };
    fk_hub_close(f->hub);
    return fk_hub_open(f->store, allocator, &f->hub, &error);
}

static hub_chain new_chain(const hub_fixture *f, const fk_identity *keys, const fk_id *device)
{
    return (hub_chain){ .keys = keys, .device = *device, .compartment = f->team.team, .next_sequence = 1 };
}

void hub_fixture_join(hub_fixture *f)
{
    fk_buffer entries;
    fk_buffer_init(&entries, &fk_allocator_libc, FK_HUB_BODY_SIZE_BYTES_MAX);
    f->team.added = &entries;
    FK_ASSERT(fk_is_ok(roster_fixture_found(&f->team)));
    fk_roster_entry founding;
    FK_ASSERT(fk_is_ok(fk_roster_entry_read(fk_buffer_view(&entries), &founding)));
    size_t founding_size = founding.whole.size_bytes;
    fk_bytes first = fk_bytes_of(entries.data + founding_size, entries.size_bytes - founding_size);
    FK_ASSERT(hub_post_roster(f, 0, first, ROSTER_FOUNDED_COUNT - 1, "") == FK_OK);
    FK_ASSERT(hub_sign_in(f, &f->team.founder_device, &f->team.founder, f->founder_token) == FK_OK);

    fk_buffer_clear(&entries);
    FK_ASSERT(fk_is_ok(roster_fixture_add_worker(&f->team)));
    FK_ASSERT(hub_post_roster(f, ROSTER_FOUNDED_COUNT - 1, fk_buffer_view(&entries),
                              ROSTER_JOINED_COUNT - ROSTER_FOUNDED_COUNT, f->founder_token) == FK_OK);
    FK_ASSERT(hub_sign_in(f, &f->team.worker_device, &f->team.worker, f->worker_token) == FK_OK);
    f->team.added = NULL;
    fk_buffer_free(&entries);
    f->founder_chain = new_chain(f, &f->team.founder, &f->team.founder_device);
    f->worker_chain = new_chain(f, &f->team.worker, &f->team.worker_device);
}

/* --- requests ------------------------------------------------------------------------------------------ */

fk_status hub_handle(hub_fixture *f, bool is_post, const char *path, const char *query, const char *token,
                     fk_code *code_out)
{
    fk_hub_request request = {
        .is_post = is_post,
        .path = fk_bytes_text(path),
        .query = fk_bytes_text(query),
        .token = fk_bytes_text(token),
        .body = is_post ? fk_buffer_view(&f->request) : fk_bytes_of("", 0),
        .now_ms = f->now_ms,
    };
    *code_out = FK_ERR_BUG;
    FK_TRY(fk_hub_handle(f->hub, &request, &f->answer));
    fk_frame frame;
    FK_ASSERT(fk_is_ok(fk_frame_read(fk_buffer_view(&f->reply), &frame)));
    FK_ASSERT((frame.kind == FK_FRAME_ERROR) == (f->answer.http_status != 200));
    *code_out = frame.kind == FK_FRAME_ERROR ? (fk_code)frame.count : FK_OK;
    return fk_ok();
}

static fk_code call(hub_fixture *f, bool is_post, const char *path, const char *query, const char *token)
{
    fk_code code = FK_ERR_BUG;
    FK_ASSERT(fk_is_ok(fk_hub_begin(f->hub)));
    FK_ASSERT(fk_is_ok(hub_handle(f, is_post, path, query, token, &code)));
    FK_ASSERT(fk_is_ok(fk_hub_commit(f->hub)));
    return code;
}

fk_code hub_get(hub_fixture *f, const char *path, const char *query, const char *token)
{
    return call(f, false, path, query, token);
}

fk_code hub_post(hub_fixture *f, const char *path, const char *token)
{
    return call(f, true, path, "", token);
}

void hub_frame(hub_fixture *f, fk_frame_kind kind, uint32_t count)
{
    uint8_t frame[FK_FRAME_SIZE_BYTES];
    fk_frame_write(kind, count, frame);
    fk_buffer_clear(&f->request);
    hub_add(f, frame, sizeof frame);
}

void hub_add(hub_fixture *f, const void *bytes, size_t size_bytes)
{
    FK_ASSERT(fk_is_ok(fk_buffer_append(&f->request, fk_bytes_of(bytes, size_bytes))));
}

void hub_add_id(hub_fixture *f, const fk_id *id)
{
    hub_add(f, id->bytes, sizeof id->bytes);
}

void hub_add_u32(hub_fixture *f, uint32_t value)
{
    uint8_t bytes[4];
    fk_put_u32(bytes, value);
    hub_add(f, bytes, sizeof bytes);
}

void hub_add_u64(hub_fixture *f, uint64_t value)
{
    uint8_t bytes[8];
    fk_put_u64(bytes, value);
    hub_add(f, bytes, sizeof bytes);
}

fk_bytes hub_reply_rest(const hub_fixture *f, size_t offset_bytes)
{
    FK_ASSERT(f->reply.size_bytes >= FK_FRAME_SIZE_BYTES + offset_bytes);
    return fk_bytes_of(f->reply.data + FK_FRAME_SIZE_BYTES + offset_bytes,
                       f->reply.size_bytes - FK_FRAME_SIZE_BYTES - offset_bytes);
}

uint32_t hub_reply_count(const hub_fixture *f)
{
    fk_frame frame;
    FK_ASSERT(fk_is_ok(fk_frame_read(fk_buffer_view(&f->reply), &frame)));
    return frame.count;
}

/* --- signing in ------------------------------------------------------------------------------------------ */

fk_code hub_sign_in(hub_fixture *f, const fk_id *device, const fk_identity *keys,
                    char token_out[HUB_TOKEN_HEX_SIZE + 1])
{
    enum { KEY = FK_WIRE_KEY_SIZE_BYTES, CHALLENGE = FK_CHALLENGE_SIZE_BYTES };
    uint8_t content[KEY + CHALLENGE + FK_ID_SIZE_BYTES];
    uint8_t signature[FK_SIGNATURE_SIZE_BYTES];
    hub_frame(f, FK_FRAME_CHALLENGE_REQUEST, 0);
    hub_add_id(f, &f->team.agency);
    hub_add_id(f, device);
    fk_code code = hub_post(f, "/v1/auth/challenge", "");
    if (code != FK_OK) {
        return code;
    }
    memcpy(content, hub_reply_rest(f, 0).data, KEY + CHALLENGE);
    memcpy(content + KEY + CHALLENGE, device->bytes, sizeof device->bytes);
    fk_sign(keys, FK_PURPOSE_AUTH, &f->team.agency, fk_bytes_of(content, sizeof content), signature);
    hub_frame(f, FK_FRAME_AUTH, 0);
    hub_add_id(f, &f->team.agency);
    hub_add_id(f, device);
    hub_add(f, content, KEY + CHALLENGE);
    hub_add(f, signature, sizeof signature);
    code = hub_post(f, "/v1/auth", "");
    for (size_t i = 0; code == FK_OK && i < FK_TOKEN_SIZE_BYTES; i++) {
        (void)snprintf(token_out + 2 * i, 3, "%02x", hub_reply_rest(f, i).data[0]);
    }
    return code;
}

fk_code hub_post_roster(hub_fixture *f, uint32_t head, fk_bytes entries, uint32_t count, const char *token)
{
    static const fk_digest none = { { 0 } };
    bool has_head = head < fk_roster_count(f->team.roster);
    hub_frame(f, FK_FRAME_ROSTER_ADD, count);
    hub_add_u32(f, head);
    hub_add_u32(f, 0);
    hub_add(f, has_head ? fk_roster_hash_at(f->team.roster, head)->bytes : none.bytes, FK_DIGEST_SIZE_BYTES);
    hub_add(f, entries.data, entries.size_bytes);
    return hub_post(f, "/v1/roster", token);
}

/* --- segments -------------------------------------------------------------------------------------------- */

fk_segment_header hub_segment_header(const hub_fixture *f, const hub_chain *chain, uint16_t operation_count)
{
    uint32_t head = fk_roster_count(f->team.roster) - 1;
    return (fk_segment_header){
        .operation_count = operation_count,
        .agency = f->team.agency,
        .compartment = chain->compartment,
        .epoch = 1,
        .roster_index = head,
        .roster_hash = *fk_roster_hash_at(f->team.roster, head),
        .device = chain->device,
        .first_sequence = chain->next_sequence,
        .prev = chain->last_id,
        .body_size_bytes = FK_SEGMENT_BODY_SIZE_BYTES_MIN,
    };
}

static uint8_t made[FK_SEGMENT_SIZE_BYTES_MAX];

fk_digest hub_segment_id(const fk_segment *segment)
{
    fk_digest body;
    fk_digest id;
    fk_hash hash;
    fk_hash_of(segment->body, body.bytes);
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_hash_update(&hash, segment->header_bytes);
    fk_hash_update(&hash, fk_bytes_of(body.bytes, sizeof body.bytes));
    fk_hash_update(&hash, segment->signature);
    fk_hash_final(&hash, id.bytes);
    return id;
}

fk_bytes hub_make_segment_of(hub_fixture *f, const fk_segment_header *header, const fk_identity *keys)
{
    (void)f;
    enum { HEADER = FK_SEGMENT_HEADER_SIZE_BYTES };
    fk_segment_header own = *header;
    fk_random_bytes(own.nonce, sizeof own.nonce);
    fk_segment_header_write(&own, made);
    fk_random_bytes(made + HEADER, own.body_size_bytes);
    uint8_t content[HEADER + FK_DIGEST_SIZE_BYTES];
    memcpy(content, made, HEADER);
    fk_hash_of(fk_bytes_of(made + HEADER, own.body_size_bytes), content + HEADER);
    fk_sign(keys, FK_PURPOSE_SEGMENT, &own.agency, fk_bytes_of(content, sizeof content),
            made + HEADER + own.body_size_bytes);
    return fk_bytes_of(made, HEADER + own.body_size_bytes + FK_SIGNATURE_SIZE_BYTES);
}

fk_bytes hub_make_segment(hub_fixture *f, hub_chain *chain, uint16_t operation_count)
{
    fk_segment_header header = hub_segment_header(f, chain, operation_count);
    fk_bytes bytes = hub_make_segment_of(f, &header, chain->keys);
    fk_segment segment;
    FK_ASSERT(fk_is_ok(fk_segment_read(bytes, &segment)));
    chain->next_sequence += operation_count;
    chain->last_id = hub_segment_id(&segment);
    return bytes;
}

fk_code hub_push_one(hub_fixture *f, fk_bytes segment, const char *token, uint64_t *number_out)
{
    enum { OUTCOME = 8 + FK_DIGEST_SIZE_BYTES };
    hub_frame(f, FK_FRAME_PUSH, 1);
    hub_add(f, segment.data, segment.size_bytes);
    fk_code code = hub_post(f, "/v1/push", token);
    if (code != FK_OK) {
        return code;
    }
    const uint8_t *outcome = hub_reply_rest(f, OUTCOME).data;
    if (number_out != NULL) {
        *number_out = fk_get_u64(outcome + 8);
    }
    return (fk_code)fk_get_u16(outcome);
}

uint32_t hub_pull_count(hub_fixture *f, const char *token, uint64_t after)
{
    static const fk_digest none = { { 0 } };
    hub_frame(f, FK_FRAME_PULL, 1);
    hub_add_u64(f, 0);
    hub_add(f, none.bytes, sizeof none.bytes);
    hub_add_id(f, &f->team.team);
    hub_add_u64(f, after);
    FK_ASSERT(hub_post(f, "/v1/pull", token) == FK_OK);
    return hub_reply_count(f);
}
