#include "sim_team.h"

#include <stdio.h>
#include <string.h>

#include "fk/enrol_code.h"
#include "fk/roster.h"

#include "sim_device.h"
#include "sim_network.h"

enum { RUN_COUNT_MAX = 120, CODE_SIZE = 128, CODE_LASTS_MS = 14 * 24 * 3600 * 1000 };

#define HUB_ORIGIN "https://hub.example"

static unsigned long long device_time(sim_device *device)
{
    return (unsigned long long)sim_device_now_ms(device);
}

/* --- founding ------------------------------------------------------------------------------------- */

static void put_founding_entry(sim *world, char code_out[CODE_SIZE])
{
    fk_identity root;
    fk_identity_generate(&root);
    fk_id agency = fk_agency_id(root.signing_public);
    uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES];
    fk_random_bytes(token, sizeof token);
    fk_identity founding;
    fk_enrol_founding_identity(&agency, token, &founding);
    fk_roster_payload payload = { .kind = FK_ROSTER_FOUNDING };
    memcpy(payload.as.founding.root_key, root.signing_public, FK_WIRE_KEY_SIZE_BYTES);
    memcpy(payload.as.founding.founding_key, founding.signing_public, FK_WIRE_KEY_SIZE_BYTES);
    payload.as.founding.person = fk_random_id();
    payload.as.founding.token_id = fk_enrol_token_id(&agency, token);
    payload.as.founding.expires_ms = world->now_ms + CODE_LASTS_MS;

    fk_roster *roster = NULL;
    sim_must(world, fk_roster_new(&fk_allocator_libc, &agency, &roster), "a roster");
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX];
    size_t size_bytes = fk_roster_entry_make(roster, &payload, &root, world->now_ms, entry);
    sim_must(world, fk_roster_append(roster, fk_bytes_of(entry, size_bytes), NULL), "the founding entry");
    fk_error error = { "" };
    sim_must(world, fk_hub_found(world->hub, fk_bytes_of(entry, size_bytes), world->now_ms, &error), error.detail);
    fk_enrol_code code;
    fk_enrol_code_make(FK_ENROL_FOUNDING, roster, token, &code);
    fk_enrol_code_write(&code, code_out);
    fk_roster_free(roster);
    fk_identity_wipe(&founding);
    fk_identity_wipe(&root);
}

static bool is_member(sim_device *device)
{
    sim_demand(device, "team.status", "{}");
    return sim_reply_is(device, "state", "member");
}

void sim_team_found(sim *world, sim_device *founder)
{
    char code[CODE_SIZE];
    put_founding_entry(world, code);
    sim_demand(founder, "enrol.begin",
               "{\"timeMs\":%llu,\"code\":\"%s\",\"hub\":\"" HUB_ORIGIN "\",\"personName\":\"" SIM_CANARY " founder\","
               "\"teamName\":\"" SIM_CANARY " team\",\"deviceLabel\":\"" SIM_CANARY
               " tablet\",\"deviceKind\":\"tablet\"}",
               device_time(founder), code);
    if (!sim_reply_is(founder, "kind", "founding")) {
        sim_fail(world, "a founding code is not taken as one");
    }
    sim_demand(founder, "enrol.confirm", "{}");
    for (unsigned runs = 0; !is_member(founder); runs++) {
        if (runs == RUN_COUNT_MAX) {
            sim_fail(world, "founding does not come to its end");
        }
        sim_sync(founder);
        world->now_ms += 60 * 1000;
    }
}

/* --- joining ------------------------------------------------------------------------------------------ */

typedef struct words {
    char text[128];
} words;

static words words_of(const fk_json *array)
{
    words result = { "" };
    for (const fk_json *word = fk_json_first(array); word != NULL; word = fk_json_next(word)) {
        fk_bytes number = fk_json_number_text(word);
        size_t used = strlen(result.text);
        (void)snprintf(result.text + used, sizeof result.text - used, "%.*s ", (int)number.size_bytes,
                       (const char *)number.data);
    }
    return result;
}

/* The newest invitation of the administrator, or NULL. */
static const fk_json *newest_invite(sim_device *administrator)
{
    sim_demand(administrator, "invite.list", "{}");
    return fk_json_first(sim_reply(administrator, "invites"));
}

/* Both persons look at both screens as soon as both show words, and confirm what is equal. */
static void compare_words(sim *world, sim_device *administrator, sim_device *newcomer)
{
    const fk_json *invite = newest_invite(administrator);
    fk_bytes state = fk_json_string(fk_json_member_text(invite, "state"));
    if (!fk_bytes_equal_text(state, "asked")) {
        return;
    }
    words there = words_of(fk_json_member_text(invite, "words"));
    char id[FK_ID_HEX_SIZE + 1];
    fk_bytes id_text = fk_json_string(fk_json_member_text(invite, "inviteId"));
    (void)snprintf(id, sizeof id, "%.*s", (int)id_text.size_bytes, (const char *)id_text.data);
    sim_demand(newcomer, "team.status", "{}");
    words here = words_of(sim_reply(newcomer, "words"));
    if (here.text[0] == '\0' || strcmp(here.text, there.text) != 0) {
        sim_fail(world, "the words differ: %s and %s", here.text, there.text);
    }
    if (sim_chance(world, 2)) {
        sim_demand(newcomer, "enrol.confirm", "{}");
    }
    sim_demand(administrator, "invite.confirm", "{\"inviteId\":\"%s\",\"timeMs\":%llu}", id,
               device_time(administrator));
}

/* The administrator makes a code, the other person types it. */
static void use_new_code(sim_device *administrator, sim_device *newcomer)
{
    sim_demand(administrator, "invite.begin",
               "{\"timeMs\":%llu,\"personName\":\"" SIM_CANARY " colleague %u\",\"administrator\":false}",
               device_time(administrator), newcomer->number);
    char code[CODE_SIZE];
    fk_bytes text = fk_json_string(sim_reply(administrator, "code"));
    (void)snprintf(code, sizeof code, "%.*s", (int)text.size_bytes, (const char *)text.data);
    sim_demand(newcomer, "enrol.begin",
               "{\"timeMs\":%llu,\"code\":\"%s\",\"hub\":\"" HUB_ORIGIN "\",\"deviceLabel\":\"" SIM_CANARY
               " desk\",\"deviceKind\":\"office\"}",
               device_time(newcomer), code);
}

/* A code made while the administrator's clock was set anew may be over before it began: both screens say so, and
 * people take another. */
static void replace_failed_code(sim *world, sim_device *administrator, sim_device *newcomer)
{
    const fk_json *invite = newest_invite(administrator);
    if (fk_bytes_equal_text(fk_json_string(fk_json_member_text(invite, "state")), "failed")) {
        sim_trace(world, "device %u: its code is over, another is made", administrator->number);
        sim_demand(newcomer, "enrol.cancel", "{}");
        use_new_code(administrator, newcomer);
    }
}

void sim_team_join(sim *world, sim_device *administrator, sim_device *newcomer)
{
    use_new_code(administrator, newcomer);
    for (unsigned runs = 0; !is_member(newcomer); runs++) {
        if (runs == RUN_COUNT_MAX) {
            sim_fail(world, "device %u does not get in", newcomer->number);
        }
        sim_sync(sim_chance(world, 2) ? administrator : newcomer);
        compare_words(world, administrator, newcomer);
        replace_failed_code(world, administrator, newcomer);
        if (runs > 4 && sim_chance(world, 3)) {
            (void)sim_call(newcomer, "enrol.confirm", "{}");
        }
        world->now_ms += 60 * 1000;
    }
}
