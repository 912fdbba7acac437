#include "sim_hub.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim_log.h"

enum { FILE_SIZE_BYTES_MAX = 64 * 1024 * 1024 };

static void open_store(sim *world)
{
    char store[SIM_DIR_SIZE + 32];
    (void)snprintf(store, sizeof store, "sqlite:%s/hub.sqlite", world->report->hub_dir);
    fk_error error = { "" };
    fk_status status = fk_hub_open(store, &fk_allocator_libc, &world->hub, &error);
    if (!fk_is_ok(status)) {
        sim_fail(world, "the hub's store does not open: %s %s", fk_code_name(status.code), error.detail);
    }
}

/* In memory where the machine has such a folder: a flush costs nothing there. */
void sim_hub_make(sim *world)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(world->report->hub_dir, SIM_DIR_SIZE, "%s/fieldkit-sim-XXXXXX", base);
    if (mkdtemp(world->report->hub_dir) == NULL) {
        sim_fail(world, "no folder for the hub's store");
    }
    open_store(world);
}

/* --- the files of the store ----------------------------------------------------------------------- */

typedef void file_visitor(void *ctx, const char *path);

/* False: there is no such folder. */
static bool visit_files(const char *dir_path, file_visitor *visit, void *ctx)
{
    DIR *dir = opendir(dir_path);
    if (dir == NULL) {
        return false;
    }
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[SIM_DIR_SIZE + sizeof entry->d_name + 2];
        (void)snprintf(path, sizeof path, "%s/%s", dir_path, entry->d_name);
        if (entry->d_name[0] != '.') {
            visit(ctx, path);
        }
    }
    (void)closedir(dir);
    return true;
}

static void scan_file(void *ctx, const char *path)
{
    sim *world = ctx;
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(FILE_SIZE_BYTES_MAX);
    if (file == NULL || bytes == NULL) {
        sim_fail(world, "%s is not read", path);
    }
    size_t size_bytes = fread(bytes, 1, FILE_SIZE_BYTES_MAX, file);
    if (size_bytes == FILE_SIZE_BYTES_MAX) {
        sim_fail(world, "%s is larger than what is looked at", path);
    }
    sim_refuse_canary(world, path, fk_bytes_of(bytes, size_bytes));
    free(bytes);
    (void)fclose(file);
}

void sim_hub_refuse_canary(sim *world)
{
    if (!visit_files(world->report->hub_dir, scan_file, world)) {
        sim_fail(world, "the folder of the hub's store is gone");
    }
}

static void remove_file(void *ctx, const char *path)
{
    (void)ctx;
    (void)remove(path);
}

void sim_hub_remove_dir(const char *dir)
{
    if (dir[0] != '\0' && visit_files(dir, remove_file, NULL)) {
        (void)rmdir(dir);
    }
}

/* --- backups ---------------------------------------------------------------------------------------- */

static void forget_copy(sim *world)
{
    fk_buffer_free(&world->hub_copies[0].bytes);
    world->hub_copy_count--;
    memmove(&world->hub_copies[0], &world->hub_copies[1], world->hub_copy_count * sizeof world->hub_copies[0]);
}

static FILE *open_file(sim *world, const char *mode)
{
    char path[SIM_DIR_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/hub.sqlite", world->report->hub_dir);
    FILE *file = fopen(path, mode);
    if (file == NULL) {
        sim_fail(world, "%s does not open", path);
    }
    return file;
}

void sim_hub_keep(sim *world)
{
    if (world->hub_copy_count == SIM_HUB_COPY_COUNT_MAX) {
        forget_copy(world);
    }
    fk_hub_close(world->hub);
    fk_buffer *bytes = &world->hub_copies[world->hub_copy_count++].bytes;
    fk_buffer_init(bytes, &fk_allocator_libc, FILE_SIZE_BYTES_MAX);
    FILE *file = open_file(world, "rb");
    uint8_t piece[4096];
    for (size_t size = fread(piece, 1, sizeof piece, file); size > 0; size = fread(piece, 1, sizeof piece, file)) {
        sim_must(world, fk_buffer_append(bytes, fk_bytes_of(piece, size)), "a backup of the hub");
    }
    (void)fclose(file);
    open_store(world);
}

void sim_hub_restore(sim *world)
{
    if (world->hub_copy_count == 0) {
        return;
    }
    const fk_buffer *bytes = &world->hub_copies[sim_below(world, world->hub_copy_count)].bytes;
    sim_trace(world, "hub: is restored from a backup");
    world->counts->hub_restored++;
    world->was_hub_restored = true;
    fk_hub_close(world->hub);
    (void)visit_files(world->report->hub_dir, remove_file, NULL);
    FILE *file = open_file(world, "wb");
    if (fwrite(bytes->data, 1, bytes->size_bytes, file) != bytes->size_bytes) {
        sim_fail(world, "a backup of the hub is not written");
    }
    (void)fclose(file);
    open_store(world);
    sim_log_forget(world);
}

void sim_hub_free(sim *world)
{
    fk_hub_close(world->hub);
    while (world->hub_copy_count > 0) {
        forget_copy(world);
    }
    sim_hub_remove_dir(world->report->hub_dir);
    world->report->hub_dir[0] = '\0';
}

/* --- answering -------------------------------------------------------------------------------------- */

static void die(sim *world, const char *when)
{
    sim_trace(world, "hub: dies %s", when);
    world->counts->hub_crashes++;
    fk_hub_close(world->hub);
    open_store(world);
}

void sim_hub_crash(sim *world)
{
    die(world, "between two requests");
}

static fk_status handle(sim *world, sim_request *request, fk_bytes body)
{
    fk_bytes whole = fk_bytes_of(request->path.data, request->path.size_bytes);
    const uint8_t *mark = memchr(whole.data, '?', whole.size_bytes);
    size_t path_size_bytes = mark != NULL ? (size_t)(mark - whole.data) : whole.size_bytes;
    fk_hub_request asked = {
        .is_post = request->is_post,
        .path = fk_bytes_of(whole.data, path_size_bytes),
        .token = fk_bytes_of(request->token.data, request->token.size_bytes),
        .body = body,
        .now_ms = world->now_ms,
    };
    if (mark != NULL) {
        asked.query = fk_bytes_of(mark + 1, whole.size_bytes - path_size_bytes - 1);
    }
    fk_hub_reply reply = { .body = &request->answer };
    fk_status status = fk_hub_handle(world->hub, &asked, &reply);
    request->http_status = reply.http_status;
    return status;
}

bool sim_hub_answer(sim *world, sim_request *request, fk_bytes body, unsigned times, sim_hub_fault fault)
{
    sim_must(world, fk_hub_begin(world->hub), "fk_hub_begin");
    for (unsigned i = 0; i < times; i++) {
        sim_must(world, handle(world, request, body), "fk_hub_handle");
    }
    if (fault == SIM_HUB_DIES_BEFORE_COMMIT) {
        die(world, "before commit");
        return false;
    }
    sim_must(world, fk_hub_commit(world->hub), "fk_hub_commit");
    if (fault == SIM_HUB_DIES_AFTER_COMMIT) {
        die(world, "after commit");
        return false;
    }
    sim_log_watch(world, fk_bytes_of(request->answer.data, request->answer.size_bytes));
    sim_refuse_canary(world, "an answer of the hub", fk_bytes_of(request->answer.data, request->answer.size_bytes));
    return true;
}
