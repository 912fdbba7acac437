/* roster_commands.c — entries of the roster that somebody signs elsewhere (docs/adr/0018). */
#include "dispatch_gen.h"
#include "session_internal.h"

#include "fk/banned.h"

fk_status fk_handle_roster_head(fk_session *session, fk_arena *arena, const fk_roster_head_request *request,
                                fk_roster_head_reply *reply, fk_error *error)
{
    (void)request;
    (void)error;
    FK_TRY(fk_session_require_team(session));
    fk_roster_place place;
    FK_TRY(fk_sync_roster_place(session->sync, &place));
    reply->agency_id = place.agency;
    reply->index = place.index;
    return fk_hex_text(fk_bytes_of(place.prev.bytes, sizeof place.prev.bytes), arena, &reply->prev_hex);
}

fk_status fk_handle_roster_offer(fk_session *session, fk_arena *arena, const fk_roster_offer_request *request,
                                 fk_roster_offer_reply *reply, fk_error *error)
{
    (void)arena;
    (void)reply;
    FK_TRY(fk_session_require_team(session));
    return fk_sync_roster_offer(session->sync, request->raw, error);
}
