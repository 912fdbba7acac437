#include "session_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fk/protocol_codec.h"
#include "fk/secrets.h"

const uint8_t right_key[32] = { 1, 2, 3 };
const uint8_t wrong_key[32] = { 1, 2, 4 };

static uint64_t fixed_now_ms(void *ctx)
{
    (void)ctx;
    return UINT64_C(1790000000000);
}

void fixture_open(fixture *f, const fk_allocator *allocator)
{
    f->host = (fk_host){ allocator, memory_disk_port(f->disk), &f->clock, &f->random_port, f->is_attended,
                         f->other_disk == NULL ? NULL : memory_disk_port(f->other_disk) };
    fk_buffer_init(&f->reply, &fk_allocator_libc, FK_SESSION_REPLY_SIZE_BYTES_MAX);
    assert_true(fk_is_ok(fk_session_new(&f->host, &f->session)));
}

static void init(fixture *f, fk_clock clock, bool is_attended)
{
    memset(f, 0, sizeof *f);
    f->clock = clock;
    f->is_attended = is_attended;
    f->disk = memory_disk_new(1);
    f->random.state = 42;
    f->random_port = seeded_random_port(&f->random);
    fixture_open(f, &fk_allocator_libc);
}

void fixture_init(fixture *f)
{
    init(f, (fk_clock){ fixed_now_ms, fixed_now_ms, NULL }, false);
}

void fixture_init_attended(fixture *f, fk_clock clock)
{
    init(f, clock, true);
}

void fixture_free(fixture *f)
{
    fk_session_free(f->session);
    fk_buffer_free(&f->reply);
    memory_disk_free(f->disk);
    if (f->other_disk != NULL) {
        memory_disk_free(f->other_disk);
    }
}

const char *call_bytes(fixture *f, const char *command, fk_bytes request)
{
    const fk_command *known = fk_command_by_name(fk_bytes_text(command));
    assert_non_null(known);
    assert_true(fk_is_ok(fk_session_call(f->session, known->id, request, &f->reply)));
    assert_true(fk_is_ok(fk_buffer_append_byte(&f->reply, 0)));
    return (const char *)f->reply.data;
}

const char *call_key(fixture *f, const char *command, const uint8_t key[32])
{
    uint8_t raw[FK_SECRETS_SIZE_BYTES];
    const fk_slot_secrets secrets = { .passphrase_key = fk_bytes_of(key, 32) };
    fk_secrets_write(&secrets, false, raw);
    return call_bytes(f, command, fk_bytes_of(raw, sizeof raw));
}

const char *call(fixture *f, const char *command, const char *request)
{
    return call_bytes(f, command, fk_bytes_text(request));
}

bool is_ok(const char *reply)
{
    return strncmp(reply, "{\"ok\":true", 10) == 0;
}

bool has(const char *reply, const char *piece)
{
    return strstr(reply, piece) != NULL;
}

const char *save(fixture *f, const char *type, const char *record, const char *changes)
{
    char request[TEXT_SIZE_MAX];
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE "\",\"recordId\":\"%s\",\"type\":\"%s\","
                   "\"changes\":[%s]}",
                   record, type, changes);
    return call(f, "draft.save", request);
}

const char *commit(fixture *f, const char *records)
{
    char request[TEXT_SIZE_MAX];
    f->mutation_count++;
    (void)snprintf(request, sizeof request, "{\"mutationId\":\"9%031u\",\"timeMs\":1790000000000,\"recordIds\":[%s]}",
                   f->mutation_count, records);
    return call(f, "draft.commit", request);
}

const char *complete(fixture *f, const char *record)
{
    char request[TEXT_SIZE_MAX];
    f->mutation_count++;
    (void)snprintf(request, sizeof request,
                   "{\"mutationId\":\"9%031u\",\"timeMs\":1790000000000,\"today\":\"2026-09-21\",\"recordId\":\"%s\"}",
                   f->mutation_count, record);
    return call(f, "document.complete", request);
}

void make_vault(fixture *f)
{
    assert_ok(call(f, "core.start", "{}"));
    assert_has(call(f, "vault.status", "{}"), "\"state\":\"none\"");
    assert_ok(call(f, "vault.prepare", "{\"memoryKib\":65536}"));
    assert_ok(call_key(f, "vault.create", right_key));
}

void add_person(fixture *f, const char *record, const char *party, const char *name, const char *role,
                const char *birth)
{
    char changes[2048];
    (void)snprintf(changes, sizeof changes,
                   CHANGE("name", "\"%s\"") "," CHANGE("birth", "{\"date\":\"%s\",\"precision\":\"exact\"}"), name,
                   birth);
    assert_ok(save(f, "person", record, changes));
    (void)snprintf(changes, sizeof changes, CHANGE("person", "\"%s\"") "," CHANGE("role", "\"%s\""), record, role);
    assert_ok(save(f, "party", party, changes));
}

void add_people(fixture *f)
{
    assert_ok(save(f, "case", ID_CASE,
                   CHANGE("status", "\"open\"") "," CHANGE("openedOn", "\"2026-09-21\"") "," CHANGE(
                       "areaProfile", "\"AREA_NORTHMARSH\"") "," CHANGE("reference", "\"NM-7\"")));
    add_person(f, ID_VICTIM, "a1000000000000000000000000000001", "Si\303\242n Alder", "victim", "1991-04-03");
    assert_has(commit(f, "\"" ID_CASE "\",\"" ID_VICTIM "\",\"a1000000000000000000000000000001\""),
               "\"operationCount\":8");
    add_person(f, ID_PERPETRATOR, "a1000000000000000000000000000002", "Rowan Ash", "perpetrator", "1988-11-20");
    assert_ok(commit(f, "\"" ID_PERPETRATOR "\",\"a1000000000000000000000000000002\""));
    add_person(f, ID_CHILD, "a1000000000000000000000000000003", "Child Alder", "child", "2019-07-08");
    assert_ok(commit(f, "\"" ID_CHILD "\",\"a1000000000000000000000000000003\""));
}

void add_history(fixture *f)
{
    assert_ok(save(f, "incident", "10000000000000000000000000000001",
                   CHANGE("occurred", "{\"date\":\"2026-09-19\",\"precision\":\"exact\"}") "," CHANGE(
                       "incidentType", "\"unwanted_contact\"") "," CHANGE("perpetrator", "\"" ID_PERPETRATOR "\"")));
    assert_ok(save(f, "incident", "10000000000000000000000000000002",
                   CHANGE("occurred", "{\"disclosedOn\":\"2026-09-18\",\"precision\":\"unknown\"}") "," CHANGE(
                       "incidentType", "\"threat\"")));
    assert_ok(save(f, "prior_marac", "20000000000000000000000000000001",
                   CHANGE("areaProfile", "\"AREA_NORTHMARSH\"") "," CHANGE("referralDate", "\"2025-10-01\"") "," CHANGE(
                       "perpetrators", "[\"" ID_PERPETRATOR "\"]")));
    assert_ok(commit(f, "\"10000000000000000000000000000001\",\"10000000000000000000000000000002\","
                        "\"20000000000000000000000000000001\""));
}

static const char *const items[24] = {
    "D01_INJURY",           "D02_FRIGHTENED",   "D03_FEARS",         "D04_ISOLATION",
    "D05_LOW_SUICIDAL",     "D06_SEPARATION",   "D07_CHILD_CONTACT", "D08_STALKING",
    "D09_PREGNANCY",        "D10_MORE_OFTEN",   "D11_WORSE",         "D12_CONTROL_JEALOUSY",
    "D13_WEAPONS",          "D14_THREAT_KILL",  "D15_STRANGULATION", "D16_SEXUAL",
    "D17_OTHER_PERSON",     "D18_HURT_OTHERS",  "D19_ANIMAL",        "D20_FINANCIAL",
    "D21_PERP_DRUG_ALC_MH", "D22_PERP_SUICIDE", "D23_BREACH",        "D24_CRIMINAL",
};

void fill_assessment(fixture *f, const char *record, unsigned yes_count)
{
    char changes[512];
    for (unsigned i = 0; i < 24; i++) {
        (void)snprintf(changes, sizeof changes, CHANGE("answer/%s", "{\"answer\":\"%s\"}"), items[i],
                       i < yes_count ? "yes" : "no");
        assert_ok(save(f, "assessment", record, changes));
    }
    assert_ok(save(
        f, "assessment", record,
        CHANGE("instrument", "\"dash-adult\"") "," CHANGE("assessedOn", "\"2026-09-21\"") "," CHANGE(
            "worker", "\"W. Thorn\"") "," CHANGE("professionalSeen", "true") "," CHANGE("outcomeTold", "\"yes\"")));
}

void begin_document(fixture *f, const char *type, const char *record, const char *previous)
{
    char request[1024];
    (void)snprintf(request, sizeof request,
                   "{\"timeMs\":1790000000000,\"caseId\":\"" ID_CASE "\",\"recordId\":\"%s\",\"type\":\"%s\"%s%s%s}",
                   record, type, previous == NULL ? "" : ",\"previousId\":\"", previous == NULL ? "" : previous,
                   previous == NULL ? "" : "\"");
    assert_ok(call(f, "document.begin", request));
}
