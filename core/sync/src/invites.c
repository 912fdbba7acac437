/* invites.c — codes this device made for others: what a person wants of them. The steps are in admitting.c. */
#include "sync_internal.h"

#include <string.h>

#include "fk/banned.h"

/* --- changing the list ------------------------------------------------------------------------------- */

typedef fk_status change(fk_sync *sync, fk_invite_list *list, const void *ctx);

/* In a transaction of its own. */
static fk_status change_list(fk_sync *sync, change *apply, const void *ctx)
{
    fk_store *store = sync->config.store;
    fk_invite_list list;
    FK_TRY(fk_invite_list_load(store, sync->config.allocator, &list));
    fk_status status = apply(sync, &list, ctx);
    if (fk_is_ok(status)) {
        status = fk_store_begin(store);
    }
    if (fk_is_ok(status)) {
        status = fk_invite_list_save(store, &list);
        if (fk_is_ok(status)) {
            status = fk_store_commit(store);
        }
        if (!fk_is_ok(status)) {
            fk_store_rollback(store);
        }
    }
    fk_invite_list_free(&list);
    return status;
}

static fk_invite *find(fk_invite_list *list, const fk_id *id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (fk_id_equal(&list->items[i].id, id)) {
            return &list->items[i];
        }
    }
    return NULL;
}

static bool is_over(const fk_invite *invite)
{
    return (invite->state >= FK_INVITE_DONE) && !invite->is_hub_untold;
}

/* Room for one more: the oldest that is over makes it. */
static fk_status make_room(fk_invite_list *list)
{
    for (size_t i = 0; list->count == FK_INVITE_COUNT_MAX && i < list->count; i++) {
        if (is_over(&list->items[i])) {
            memmove(&list->items[i], &list->items[i + 1], (list->count - i - 1) * sizeof *list->items);
            list->count--;
        }
    }
    return fk_status_of(list->count < FK_INVITE_COUNT_MAX ? FK_OK : FK_ERR_TOO_LARGE);
}

/* --- views --------------------------------------------------------------------------------------------- */

static void view_of(const fk_invite *invite, fk_invite_view *view)
{
    *view = (fk_invite_view){
        .id = invite->id,
        .person_name = fk_bytes_of(invite->name, invite->name_size),
        .state = (fk_invite_state)invite->state,
        .has_words = invite->state >= FK_INVITE_ASKED && !fk_id_is_zero(&invite->device),
        .expires_ms = invite->expires_ms,
        .problem = (fk_code)invite->problem,
    };
    _Static_assert((int)FK_ENROL_CODE_TEXT_SIZE < (int)FK_INVITE_TEXT_SIZE_BYTES, "a code and its NUL fit");
    if (invite->state <= FK_INVITE_OFFERED) {
        fk_enrol_code_write(&invite->code, view->code);
    }
    if (view->has_words) {
        fk_enrol_words(&invite->code.agency, &invite->token_id, &invite->device, invite->signing_key, invite->box_key,
                       view->words);
    }
}

fk_status fk_sync_invites(fk_sync *sync, fk_invite_visitor *visitor, void *ctx)
{
    fk_invite_list list;
    FK_TRY(fk_invite_list_load(sync->config.store, sync->config.allocator, &list));
    fk_status status = fk_ok();
    for (size_t i = list.count; i > 0 && fk_is_ok(status); i--) {
        fk_invite_view view;
        view_of(&list.items[i - 1], &view);
        status = visitor(ctx, &view);
        fk_wipe(view.code, sizeof view.code);
    }
    fk_invite_list_free(&list);
    return status;
}

/* --- what a person wants ----------------------------------------------------------------------------------- */

typedef struct making {
    const fk_invite_wish *wish;
    fk_invite_view *view;
} making;

/* The name shown for the invitation: of the new person, or of the one who is known. */
static fk_status name_invite(const fk_sync *sync, const fk_invite_wish *wish, fk_invite *invite)
{
    fk_bytes name = fk_text_trim(wish->person_name);
    invite->is_new_person = wish->is_new_person;
    if (wish->is_new_person) {
        invite->person = fk_random_id();
    } else if (fk_roster_person_find(sync->roster, &wish->person) != NULL) {
        invite->person = wish->person;
        name = fk_sync_name_of(sync, &wish->person);
    } else {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    if (wish->is_new_person && name.size_bytes == 0) {
        return fk_status_of(FK_ERR_INCOMPLETE);
    }
    if (name.size_bytes > FK_NAME_SIZE_BYTES_MAX) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    invite->name_size = (uint8_t)name.size_bytes;
    if (name.size_bytes > 0) {
        memcpy(invite->name, name.data, name.size_bytes);
    }
    return fk_ok();
}

static fk_status make_invite(fk_sync *sync, fk_invite_list *list, const void *ctx)
{
    const making *make = ctx;
    FK_TRY(make_room(list));
    fk_invite *invite = &list->items[list->count];
    *invite = (fk_invite){
        .id = fk_random_id(),
        .is_administrator = make->wish->is_administrator,
        .expires_ms = fk_sync_now_ms(sync) + FK_INVITE_LASTS_MS,
        .state = FK_INVITE_NEW,
    };
    FK_TRY(name_invite(sync, make->wish, invite));
    uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES];
    fk_random_bytes(token, sizeof token);
    fk_enrol_code_make(FK_ENROL_JOINING, sync->roster, token, &invite->code);
    fk_wipe(token, sizeof token);
    invite->token_id = fk_enrol_token_id(&invite->code.agency, invite->code.token);
    list->count++;
    view_of(invite, make->view);
    make->view->person_name = make->wish->person_name;
    return fk_ok();
}

fk_status fk_sync_invite(fk_sync *sync, const fk_invite_wish *wish, fk_invite_view *view_out)
{
    if (!sync->facts.is_member || !fk_sync_is_administrator(sync)) {
        return fk_status_of(sync->facts.is_member ? FK_ERR_FORBIDDEN : FK_ERR_WRONG_STATE);
    }
    making make = { wish, view_out };
    return change_list(sync, make_invite, &make);
}

static fk_status confirm(fk_sync *sync, fk_invite_list *list, const void *ctx)
{
    (void)sync;
    fk_invite *invite = find(list, ctx);
    if (invite == NULL) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    if (invite->state == FK_INVITE_CONFIRMED) {
        return fk_ok();
    }
    if (invite->state != FK_INVITE_ASKED) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    invite->state = FK_INVITE_CONFIRMED;
    return fk_ok();
}

fk_status fk_sync_invite_confirm(fk_sync *sync, const fk_id *invite)
{
    return change_list(sync, confirm, invite);
}

/* Not once it was confirmed: the entries may be at the hub already. */
static fk_status withdraw(fk_sync *sync, fk_invite_list *list, const void *ctx)
{
    (void)sync;
    fk_invite *invite = find(list, ctx);
    if (invite == NULL) {
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    if (invite->state == FK_INVITE_CONFIRMED || invite->state == FK_INVITE_DONE) {
        return fk_status_of(FK_ERR_WRONG_STATE);
    }
    invite->is_hub_untold = invite->state == FK_INVITE_OFFERED || invite->state == FK_INVITE_ASKED;
    invite->state = FK_INVITE_WITHDRAWN;
    return fk_ok();
}

fk_status fk_sync_invite_withdraw(fk_sync *sync, const fk_id *invite)
{
    return change_list(sync, withdraw, invite);
}
