#include "tools.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fk/crypto.h"
#include "fk/wire.h"

#include "posix_system.h"

#include "fk/banned.h"

fk_status fk_hub_tool_open(const char *store, fk_hub **hub_out, fk_error *error)
{
    *hub_out = NULL;
    const fk_random random_source = fk_posix_random();
    fk_status status = fk_crypto_start(&random_source);
    if (!fk_is_ok(status)) {
        fk_error_set(error, "The random source of the system failed its check.");
        return status;
    }
    return fk_hub_open(store, &fk_allocator_libc, hub_out, error);
}

static fk_status read_entry(const char *path, uint8_t *target, size_t room_bytes, size_t *size_bytes_out,
                            fk_error *error)
{
    FILE *file = fopen(path, "rb");
    *size_bytes_out = file == NULL ? 0 : fread(target, 1, room_bytes, file);
    bool is_read = file != NULL && ferror(file) == 0;
    if (file != NULL) {
        (void)fclose(file);
    }
    if (!is_read) {
        fk_error_set(error, "The file of the founding entry cannot be read.");
    } else if (*size_bytes_out == room_bytes || *size_bytes_out == 0) {
        fk_error_set(error, "The file holds no founding entry.");
        is_read = false;
    }
    return is_read ? fk_ok() : fk_status_of(FK_ERR_INVALID_INPUT);
}

fk_status fk_hub_tool_found(fk_hub *hub, const char *entry_path, fk_error *error)
{
    uint8_t entry[FK_ROSTER_ENTRY_SIZE_BYTES_MAX + 1];
    size_t size_bytes = 0;
    FK_TRY(read_entry(entry_path, entry, sizeof entry, &size_bytes, error));
    const fk_clock clock = fk_posix_clock();
    fk_status status = fk_hub_found(hub, fk_bytes_of(entry, size_bytes), clock.now_ms(clock.ctx), error);
    if (!fk_is_ok(status)) {
        fk_error_set(error, "The founding entry was not taken: %s.", fk_code_name(status.code));
    }
    return status;
}

fk_status fk_hub_tool_check(const char *store, fk_error *error)
{
    const char *path = strchr(store, ':');
    if (path != NULL && access(path + 1, F_OK) != 0) {
        fk_error_set(error, "There is no store at the place --store names.");
        return fk_status_of(FK_ERR_NOT_FOUND);
    }
    fk_hub *hub = NULL;
    fk_hub_report report;
    FK_TRY(fk_hub_tool_open(store, &hub, error));
    fk_status status = fk_hub_check(hub, &report, error);
    fk_hub_close(hub);
    if (fk_is_ok(status)) {
        (void)printf("checked: %" PRIu32 " agencies, %" PRIu64 " roster entries, %" PRIu64 " segments, %" PRIu64
                     " bytes\n",
                     report.agency_count, report.entry_count, report.segment_count, report.size_bytes);
    } else if (error->detail[0] == '\0') {
        fk_error_set(error, "The store cannot be read: %s.", fk_code_name(status.code));
    }
    return status;
}
