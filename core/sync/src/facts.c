/* facts.c — what is kept of sync between runs: how far things got, a wish to join, invitations.
 *
 * Each is one value of the vault, laid out by hand; the vault is encrypted and authenticated, so bytes that do not
 * read are damage. */
#include "sync_internal.h"

#include <string.h>

#include "fk/banned.h"

enum { FACTS_VERSION = 1 };

/* One walk over the fields serves writing and reading, so the two cannot differ. */
typedef struct packer {
    fk_buffer *target; /* writing */
    fk_bytes source;   /* reading */
    fk_status status;
} packer;

static void pack_bytes(packer *pack, void *bytes, size_t size_bytes)
{
    if (!fk_is_ok(pack->status)) {
        return;
    }
    if (pack->target != NULL) {
        pack->status = fk_buffer_append(pack->target, fk_bytes_of(bytes, size_bytes));
        return;
    }
    fk_bytes piece = { NULL, 0 };
    pack->status = fk_take(&pack->source, size_bytes, &piece);
    if (fk_is_ok(pack->status)) {
        memcpy(bytes, piece.data, size_bytes);
    }
}

static void pack_u64(packer *pack, uint64_t *value)
{
    uint8_t bytes[8];
    fk_put_u64(bytes, *value);
    pack_bytes(pack, bytes, sizeof bytes);
    *value = fk_get_u64(bytes);
}

static void pack_u32(packer *pack, uint32_t *value)
{
    uint64_t wide = *value;
    pack_u64(pack, &wide);
    *value = (uint32_t)wide;
}

static void pack_u8(packer *pack, uint8_t *value)
{
    pack_bytes(pack, value, 1);
}

static void pack_bool(packer *pack, bool *flag)
{
    uint8_t byte = *flag ? 1 : 0;
    pack_u8(pack, &byte);
    *flag = byte != 0;
}

/* A size that was stored may be anything. */
static void pack_text(packer *pack, uint8_t *size_bytes, char text[FK_NAME_SIZE_BYTES_MAX])
{
    pack_u8(pack, size_bytes);
    if (*size_bytes > FK_NAME_SIZE_BYTES_MAX) {
        *size_bytes = 0;
        pack->status = fk_status_of(FK_ERR_DAMAGED);
    }
    pack_bytes(pack, text, FK_NAME_SIZE_BYTES_MAX);
}

static void pack_code(packer *pack, fk_enrol_code *code)
{
    uint32_t kind = (uint32_t)code->kind;
    pack_u32(pack, &kind);
    code->kind = (fk_enrol_kind)kind;
    pack_bytes(pack, code->agency.bytes, FK_ID_SIZE_BYTES);
    pack_bytes(pack, code->token, sizeof code->token);
    pack_u32(pack, &code->roster_index);
    pack_bytes(pack, code->roster_hash_prefix, sizeof code->roster_hash_prefix);
}

static void pack_facts(packer *pack, void *value)
{
    fk_sync_facts *facts = value;
    pack_bool(pack, &facts->is_member);
    pack_bytes(pack, facts->agency.bytes, FK_ID_SIZE_BYTES);
    pack_bool(pack, &facts->has_hub_key);
    pack_bytes(pack, facts->hub_key, sizeof facts->hub_key);
    pack_u64(pack, &facts->log_number);
    pack_bytes(pack, facts->log_hash.bytes, sizeof facts->log_hash.bytes);
    pack_u64(pack, &facts->pull_after);
    pack_u64(pack, &facts->pushed_number);
    pack_u64(pack, &facts->grants_after);
    pack_u32(pack, &facts->granted_count);
    pack_u32(pack, &facts->roster_wanted);
    pack_u64(pack, &facts->frontier_number);
    pack_bytes(pack, facts->frontier_hash.bytes, sizeof facts->frontier_hash.bytes);
    pack_u64(pack, &facts->frontier_ms);
    pack_u64(pack, &facts->last_synced_ms);
    pack_u64(pack, &facts->have_ms);
    pack_bool(pack, &facts->is_heal_wanted);
    pack_bool(pack, &facts->is_forked);
    pack_u8(pack, &facts->problem);
}

static void pack_enrolment(packer *pack, void *value)
{
    fk_enrolment *enrolment = value;
    uint32_t kind = (uint32_t)enrolment->device_kind;
    pack_bool(pack, &enrolment->is_there);
    pack_code(pack, &enrolment->code);
    pack_u32(pack, &kind);
    enrolment->device_kind = (fk_device_kind)kind;
    pack_bool(pack, &enrolment->is_confirmed);
    pack_u8(pack, &enrolment->problem);
    pack_text(pack, &enrolment->person_name_size, enrolment->person_name);
    pack_text(pack, &enrolment->team_name_size, enrolment->team_name);
    pack_text(pack, &enrolment->label_size, enrolment->label);
    pack_bytes(pack, enrolment->agency_compartment.bytes, FK_ID_SIZE_BYTES);
    pack_bytes(pack, enrolment->team.bytes, FK_ID_SIZE_BYTES);
    pack_bytes(pack, enrolment->agency_key.bytes, FK_KEY_SIZE_BYTES);
    pack_bytes(pack, enrolment->team_key.bytes, FK_KEY_SIZE_BYTES);
}

static void pack_invite(packer *pack, fk_invite *invite)
{
    pack_bytes(pack, invite->id.bytes, FK_ID_SIZE_BYTES);
    pack_code(pack, &invite->code);
    pack_bytes(pack, invite->token_id.bytes, FK_ID_SIZE_BYTES);
    pack_u64(pack, &invite->expires_ms);
    pack_bytes(pack, invite->person.bytes, FK_ID_SIZE_BYTES);
    pack_bool(pack, &invite->is_new_person);
    pack_bool(pack, &invite->is_administrator);
    pack_text(pack, &invite->name_size, invite->name);
    pack_u8(pack, &invite->state);
    pack_bool(pack, &invite->is_hub_untold);
    pack_u8(pack, &invite->problem);
    pack_bytes(pack, invite->device.bytes, FK_ID_SIZE_BYTES);
    pack_bytes(pack, invite->signing_key, sizeof invite->signing_key);
    pack_bytes(pack, invite->box_key, sizeof invite->box_key);
    pack_u8(pack, &invite->device_kind);
}

static void pack_invites(packer *pack, void *value)
{
    fk_invite_list *list = value;
    uint32_t count = (uint32_t)list->count;
    pack_u32(pack, &count);
    if (count > FK_INVITE_COUNT_MAX) {
        pack->status = fk_status_of(FK_ERR_DAMAGED);
        return;
    }
    list->count = count;
    for (size_t i = 0; i < list->count; i++) {
        pack_invite(pack, &list->items[i]);
    }
}

/* --- as values of the vault --------------------------------------------------------------------- */

typedef void pack_all(packer *pack, void *value);

static fk_status save(fk_store *store, const fk_allocator *allocator, const char *key, pack_all *walk, void *value)
{
    fk_buffer bytes;
    fk_buffer_init(&bytes, allocator, FK_META_SIZE_BYTES_MAX);
    packer pack = { .target = &bytes, .status = fk_buffer_append_byte(&bytes, FACTS_VERSION) };
    walk(&pack, value);
    if (fk_is_ok(pack.status)) {
        pack.status = fk_store_meta_put(store, key, fk_buffer_view(&bytes));
    }
    fk_buffer_free(&bytes);
    return pack.status;
}

/* *value stays as it is when nothing was kept yet. */
static fk_status load(fk_store *store, const fk_allocator *allocator, const char *key, pack_all *walk, void *value)
{
    fk_arena arena;
    fk_arena_init(&arena, allocator, FK_META_ARENA_SIZE_BYTES);
    fk_bytes bytes = { NULL, 0 };
    fk_status status = fk_store_meta_get(store, key, &arena, &bytes);
    if (status.code == FK_ERR_NOT_FOUND) {
        status = fk_ok();
    } else if (fk_is_ok(status)) {
        packer pack = { .source = bytes, .status = fk_ok() };
        uint8_t version = 0;
        pack_u8(&pack, &version);
        if (version > FACTS_VERSION) {
            pack.status = fk_status_of(FK_ERR_NEWER_VERSION);
        } else {
            walk(&pack, value);
        }
        bool is_whole = fk_is_ok(pack.status) && pack.source.size_bytes == 0;
        status = is_whole || pack.status.code == FK_ERR_NEWER_VERSION ? pack.status : fk_status_of(FK_ERR_DAMAGED);
    }
    fk_arena_reset(&arena);
    return status;
}

fk_status fk_facts_load(fk_store *store, const fk_allocator *allocator, fk_sync_facts *facts_out)
{
    *facts_out = (fk_sync_facts){ .is_member = false };
    return load(store, allocator, "sync.facts", pack_facts, facts_out);
}

fk_status fk_facts_save(fk_store *store, const fk_allocator *allocator, const fk_sync_facts *facts)
{
    fk_sync_facts copy = *facts;
    return save(store, allocator, "sync.facts", pack_facts, &copy);
}

fk_status fk_enrolment_load(fk_store *store, const fk_allocator *allocator, fk_enrolment *enrolment_out)
{
    *enrolment_out = (fk_enrolment){ .is_there = false };
    return load(store, allocator, "sync.enrolment", pack_enrolment, enrolment_out);
}

fk_status fk_enrolment_save(fk_store *store, const fk_allocator *allocator, const fk_enrolment *enrolment)
{
    fk_enrolment copy = *enrolment;
    fk_status status = save(store, allocator, "sync.enrolment", pack_enrolment, &copy);
    fk_wipe(&copy, sizeof copy);
    return status;
}

fk_status fk_invite_list_load(fk_store *store, const fk_allocator *allocator, fk_invite_list *list_out)
{
    *list_out = (fk_invite_list){ .allocator = allocator };
    list_out->items = fk_allocate(allocator, FK_INVITE_COUNT_MAX * sizeof *list_out->items);
    if (list_out->items == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_status status = load(store, allocator, "sync.invites", pack_invites, list_out);
    if (!fk_is_ok(status)) {
        fk_invite_list_free(list_out);
    }
    return status;
}

fk_status fk_invite_list_save(fk_store *store, const fk_invite_list *list)
{
    fk_invite_list copy = *list; /* the same items, which writing leaves as they are */
    return save(store, list->allocator, "sync.invites", pack_invites, &copy);
}

void fk_invite_list_free(fk_invite_list *list)
{
    fk_release(list->allocator, list->items, FK_INVITE_COUNT_MAX * sizeof *list->items);
    *list = (fk_invite_list){ .allocator = list->allocator };
}
