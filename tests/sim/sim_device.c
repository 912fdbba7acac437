#include "sim_device.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fk/protocol_codec.h"

#include "fk/secrets.h"
#include "fk/store_sync.h"
#include "session_internal.h"

enum { CRASH_WITHIN_WRITES = 24, REKEY_TRY_COUNT_MAX = 20 };

/* A passphrase key, as the border takes secrets (fk/secrets.h). */
static const uint8_t secrets[FK_SECRETS_SIZE_BYTES] = { FK_SECRETS_PASSPHRASE, 0, 0, 0, 7, 7, 7 };

/* The hub's time as this device works it out is its clock, less what that was ahead at any time before. */
uint64_t sim_device_now_ms(sim_device *device)
{
    device->skew_least_ms = device->skew_ms < device->skew_least_ms ? device->skew_ms : device->skew_least_ms;
    uint64_t most_ms = device->world->now_ms + (uint64_t)(device->skew_ms - device->skew_least_ms);
    device->clock_most_ms = most_ms > device->clock_most_ms ? most_ms : device->clock_most_ms;
    return (uint64_t)((int64_t)device->world->now_ms + device->skew_ms);
}

static uint64_t clock_now_ms(void *ctx)
{
    return sim_device_now_ms(ctx);
}

static uint64_t clock_monotonic_ms(void *ctx)
{
    return ((const sim_device *)ctx)->world->now_ms;
}

static void forget_reply(sim_device *device)
{
    fk_json_doc_free(device->tree);
    device->tree = NULL;
}

static void open_session(sim_device *device)
{
    sim *world = device->world;
    device->start_count++;
    device->clock = (fk_clock){ clock_now_ms, clock_monotonic_ms, device };
    device->host = (fk_host){
        &fk_allocator_libc, memory_disk_port(device->disk), &device->clock, &world->secrets_port, false, NULL
    };
    if (device->other_disk != NULL) {
        device->host.other_disk = memory_disk_port(device->other_disk);
    }
    sim_must(world, fk_session_new(&device->host, &device->session), "fk_session_new");
    sim_demand(device, "core.start", "{}");
}

void sim_device_make(sim *world, unsigned number)
{
    sim_device *device = &world->devices[number];
    *device = (sim_device){ .world = world, .number = number };
    device->disk = memory_disk_new(world->seed * SIM_DEVICE_COUNT_MAX + number);
    fk_buffer_init(&device->reply, &fk_allocator_libc, FK_SESSION_REPLY_SIZE_BYTES_MAX);
    open_session(device);
    sim_demand(device, "vault.prepare", "{\"memoryKib\":65536}");
    if (sim_call_bytes(device, "vault.create", fk_bytes_of(secrets, sizeof secrets)) != SIM_OK) {
        sim_fail(world, "device %u: no vault: %s", number, sim_device_code(device));
    }
    device->id = *fk_store_device(sim_device_store(device));
    world->device_count = number + 1;
}

void sim_device_free(sim_device *device)
{
    forget_reply(device);
    fk_session_free(device->session);
    fk_buffer_free(&device->reply);
    memory_disk_free(device->disk);
    memory_disk_free(device->older);
}

/* --- commands --------------------------------------------------------------------------------- */

static bool is_json(const fk_buffer *reply)
{
    return reply->size_bytes > 0 && reply->data[0] == '{';
}

sim_outcome sim_call_bytes(sim_device *device, const char *command, fk_bytes request)
{
    sim *world = device->world;
    forget_reply(device);
    const fk_command *known = fk_command_by_name(fk_bytes_text(command));
    if (known == NULL) {
        sim_fail(world, "there is no command %s", command);
    }
    world->counts->commands++;
    sim_must(world, fk_session_call(device->session, known->id, request, &device->reply), command);
    if (memory_disk_is_down(device->disk)) {
        sim_trace(world, "device %u: power cut during %s", device->number, command);
        sim_device_crash(device);
        return SIM_DOWN;
    }
    if (!is_json(&device->reply)) {
        return SIM_OK;
    }
    sim_must(world,
             fk_json_parse(&fk_allocator_libc, fk_bytes_of(device->reply.data, device->reply.size_bytes),
                           &fk_json_limits_form, &device->tree, NULL),
             "a reply");
    bool is_ok = false;
    sim_must(world, fk_json_to_bool(fk_json_member_text(fk_json_root(device->tree), "ok"), &is_ok), "a reply's ok");
    return is_ok ? SIM_OK : SIM_REFUSED;
}

static sim_outcome call_va(sim_device *device, const char *command, const char *format, va_list arguments)
{
    char request[SIM_TEXT_SIZE_MAX];
    int size = vsnprintf(request, sizeof request, format, arguments);
    if (size < 0 || (size_t)size >= sizeof request) {
        sim_fail(device->world, "a request of %s is too long", command);
    }
    return sim_call_bytes(device, command, fk_bytes_text(request));
}

sim_outcome sim_call(sim_device *device, const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    sim_outcome outcome = call_va(device, command, format, arguments);
    va_end(arguments);
    return outcome;
}

void sim_demand(sim_device *device, const char *command, const char *format, ...)
{
    for (;;) {
        va_list arguments;
        va_start(arguments, format);
        sim_outcome outcome = call_va(device, command, format, arguments);
        va_end(arguments);
        if (outcome == SIM_REFUSED) {
            sim_fail_at(device->world, command, "device %u: %s is refused: %.*s", device->number, command,
                        (int)device->reply.size_bytes, (const char *)device->reply.data);
        }
        if (outcome == SIM_OK) {
            return;
        }
    }
}

const fk_json *sim_reply(const sim_device *device, const char *member)
{
    return fk_json_member_text(fk_json_member_text(fk_json_root(device->tree), "reply"), member);
}

uint64_t sim_number_of(const fk_json *value)
{
    fk_bytes digits = fk_json_kind_of(value) == FK_JSON_STRING ? fk_json_string(value) : fk_json_number_text(value);
    uint64_t number = 0;
    for (size_t i = 0; i < digits.size_bytes; i++) {
        number = number * 10 + (uint64_t)(digits.data[i] - '0');
    }
    return number;
}

uint64_t sim_reply_number(const sim_device *device, const char *member)
{
    return sim_number_of(sim_reply(device, member));
}

bool sim_reply_is(const sim_device *device, const char *member, const char *text)
{
    return fk_bytes_equal_text(fk_json_string(sim_reply(device, member)), text);
}

const char *sim_device_code(const sim_device *device)
{
    static char code[64];
    const fk_json *error = fk_json_member_text(fk_json_root(device->tree), "error");
    fk_bytes text = fk_json_string(fk_json_member_text(error, "code"));
    (void)snprintf(code, sizeof code, "%.*s", (int)text.size_bytes, (const char *)text.data);
    return code;
}

/* --- crashes ---------------------------------------------------------------------------------- */

static void start(sim_device *device, const char *after)
{
    open_session(device);
    if (sim_call_bytes(device, "vault.unlock", fk_bytes_of(secrets, sizeof secrets)) != SIM_OK) {
        sim_fail(device->world, "device %u does not open after %s: %s", device->number, after, sim_device_code(device));
    }
}

void sim_device_crash(sim_device *device)
{
    sim *world = device->world;
    world->counts->device_crashes++;
    forget_reply(device);
    memory_disk_crash_at(device->disk, 0); /* closing must not get to write what a power cut would have lost */
    fk_session_free(device->session);
    memory_disk_crash(device->disk);
    start(device, "a power cut");
}

void sim_device_crash_soon(sim_device *device)
{
    memory_disk_crash_at(device->disk, sim_below(device->world, CRASH_WITHIN_WRITES));
}

static uint64_t own_operations(sim_device *device, uint64_t *unsent_out)
{
    fk_progress_numbers numbers;
    sim_must(device->world, fk_store_progress_numbers(sim_device_store(device), &numbers), "fk_store_progress_numbers");
    *unsent_out = numbers.device_operations;
    return numbers.device_operations + numbers.sent_operations + numbers.confirmed_operations;
}

void sim_device_keep_state(sim_device *device)
{
    uint64_t unsent = 0;
    (void)own_operations(device, &unsent);
    if (!device->is_behind && unsent == 0) {
        memory_disk_free(device->older);
        device->older = memory_disk_clone(device->disk, sim_below(device->world, UINT32_MAX));
    }
}

void sim_device_put_back(sim_device *device)
{
    sim *world = device->world;
    uint64_t unsent = 0;
    (void)own_operations(device, &unsent);
    if (device->older == NULL || device->is_behind || unsent > 0 || world->was_hub_restored || world->was_copied) {
        return;
    }
    sim_trace(world, "device %u: its disk is put back", device->number);
    world->counts->put_back++;
    memory_disk *newer = device->disk;
    device->disk = device->older;
    device->older = NULL;
    device->is_behind = device->was_put_back = true;
    forget_reply(device);
    fk_session_free(device->session);
    memory_disk_free(newer);
    start(device, "it was put back");
}

bool sim_device_has_sent(sim_device *device)
{
    uint64_t unsent = 0;
    return own_operations(device, &unsent) > unsent;
}

bool sim_device_is_behind(sim_device *device)
{
    uint64_t unsent = 0;
    device->is_behind = device->is_behind && own_operations(device, &unsent) < device->acknowledged_operations;
    return device->is_behind;
}

/* --- copies -------------------------------------------------------------------------------------- */

sim_device *sim_device_copy(sim_device *device)
{
    sim *world = device->world;
    sim_device *copy = &world->devices[world->device_count];
    *copy = (sim_device){
        .world = world,
        .number = world->device_count++,
        .disk = memory_disk_clone(device->disk, sim_below(world, UINT32_MAX)),
        .id = device->id,
        .skew_ms = device->skew_ms,
        .skew_least_ms = device->skew_least_ms,
        .clock_most_ms = device->clock_most_ms,
    };
    copy->was_put_back = device->was_put_back = true;
    fk_buffer_init(&copy->reply, &fk_allocator_libc, FK_SESSION_REPLY_SIZE_BYTES_MAX);
    start(copy, "it was copied");
    return copy;
}

/* False: the power went, and the copy under the new key is of no use. */
static bool try_rekey(sim_device *device)
{
    bool is_done = false;
    if (sim_call(device, "rekey.prepare", "{\"memoryKib\":65536}") != SIM_OK ||
        sim_call_bytes(device, "rekey.begin", fk_bytes_of(secrets, sizeof secrets)) != SIM_OK) {
        return false;
    }
    while (!is_done) {
        if (sim_call(device, "rekey.step", "{}") != SIM_OK) {
            return false;
        }
        sim_must(device->world, fk_json_to_bool(sim_reply(device, "isDone"), &is_done), "rekey.step");
    }
    return true;
}

static void open_with_other_disk(sim_device *device)
{
    memory_disk_free(device->other_disk);
    device->other_disk = memory_disk_new(sim_below(device->world, UINT32_MAX));
    sim_device_crash(device); /* the session is given it when it begins */
}

void sim_device_rekey(sim_device *device)
{
    sim_trace(device->world, "device %u: is put under a new key", device->number);
    for (unsigned tries = 0; tries == 0 || !try_rekey(device); tries++) {
        if (tries == REKEY_TRY_COUNT_MAX) {
            sim_fail(device->world, "device %u is not put under a new key: %s", device->number,
                     sim_device_code(device));
        }
        open_with_other_disk(device);
    }
    forget_reply(device);
    fk_session_free(device->session);
    memory_disk_free(device->disk);
    memory_disk_free(device->older);
    device->disk = device->other_disk;
    device->other_disk = device->older = NULL;
    start(device, "it was put under a new key");
    device->id = *fk_store_device(sim_device_store(device));
}

bool sim_device_has_unsent(sim_device *device)
{
    uint64_t unsent = 0;
    (void)own_operations(device, &unsent);
    return unsent > 0;
}

fk_store *sim_device_store(sim_device *device)
{
    if (device->session->store == NULL) {
        sim_fail(device->world, "device %u: the vault is not open", device->number);
    }
    return device->session->store;
}
