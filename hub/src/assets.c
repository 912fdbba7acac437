#include "fk/hub_assets.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fk/assert.h"
#include "fk/hub_http.h"

#include "fk/banned.h"

static fk_status refuse(fk_error *error, fk_code code, const char *path, const char *why)
{
    fk_error_set(error, "%.60s %s", path, why);
    return fk_status_of(code);
}

/* 64-bit FNV-1a. Files with a hash in their name are never asked for twice; for the rest the tag
 * only has to tell one release from the next, and whoever could choose the bytes serves the app. */
static void etag_write(fk_bytes content, char etag_out[FK_HUB_ETAG_SIZE])
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < content.size_bytes; i++) {
        hash = (hash ^ content.data[i]) * 0x100000001b3U;
    }
    (void)snprintf(etag_out, FK_HUB_ETAG_SIZE, "\"%016llx\"", (unsigned long long)hash);
}

/* No name that is hidden, that needs escaping in an address or that means a folder. */
static bool name_is_valid(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return name[0] != '.' && name[0] != '\0' && name[strspn(name, allowed)] == '\0';
}

/* The whole file: a size that changes while it is read is an error, not half a file. */
static fk_status read_whole(int file, size_t size_bytes, uint8_t *target)
{
    size_t done_bytes = 0;
    while (done_bytes < size_bytes) {
        ssize_t moved = read(file, target + done_bytes, size_bytes - done_bytes);
        if (moved <= 0) {
            return fk_status_of(FK_ERR_INVALID_INPUT);
        }
        done_bytes += (size_t)moved;
    }
    uint8_t beyond = 0;
    return read(file, &beyond, 1) == 0 ? fk_ok() : fk_status_of(FK_ERR_INVALID_INPUT);
}

/* Add the open plain file as path. The file stays the caller's. */
static fk_status add_file(fk_hub_assets *assets, int file, const struct stat *info, const char *path, fk_error *error)
{
    if (fk_hub_content_type(path) == NULL) {
        return refuse(error, FK_ERR_INVALID_INPUT, path, "is of a type the app has no use for.");
    }
    if (info->st_size <= 0) {
        return refuse(error, FK_ERR_INVALID_INPUT, path, "is empty.");
    }
    if (assets->count == FK_HUB_ASSET_COUNT_MAX || info->st_size > FK_HUB_ASSET_SIZE_BYTES_MAX ||
        (size_t)info->st_size > FK_HUB_ASSETS_SIZE_BYTES_MAX - assets->size_bytes) {
        return refuse(error, FK_ERR_TOO_LARGE, path, "is too large, or one file too many.");
    }
    size_t size_bytes = (size_t)info->st_size;
    uint8_t *content = fk_allocate(assets->allocator, size_bytes);
    if (content == NULL) {
        return refuse(error, FK_ERR_NO_MEMORY, path, "does not fit into memory.");
    }
    if (!fk_is_ok(read_whole(file, size_bytes, content))) {
        fk_release(assets->allocator, content, size_bytes);
        return refuse(error, FK_ERR_INVALID_INPUT, path, "cannot be read.");
    }
    fk_hub_asset *asset = &assets->items[assets->count++];
    assets->size_bytes += size_bytes;
    asset->content = fk_bytes_of(content, size_bytes);
    asset->content_type = fk_hub_content_type(path);
    asset->cache_control = fk_hub_cache_control(path);
    etag_write(asset->content, asset->etag);
    (void)snprintf(asset->path, sizeof asset->path, "%s", path);
    return fk_ok();
}

static fk_status add_folder(fk_hub_assets *assets, int folder, const char *path, uint32_t depth, fk_error *error);

/* One name of a folder: a plain file or another folder. Links are refused, they could lead out. */
static fk_status add_entry(fk_hub_assets *assets, int folder, const char *folder_path, const char *name, uint32_t depth,
                           fk_error *error)
{
    char path[FK_HUB_PATH_SIZE_MAX];
    int path_size = snprintf(path, sizeof path, "%s/%s", folder_path, name);
    if (path_size < 0 || path_size >= FK_HUB_PATH_SIZE_MAX || !name_is_valid(name)) {
        return refuse(error, FK_ERR_INVALID_INPUT, path, "has a name that cannot be served.");
    }
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    fk_status status = fk_ok();
    if (file < 0 || fstat(file, &info) != 0) {
        status = refuse(error, FK_ERR_INVALID_INPUT, path, "cannot be opened, or is a link.");
    } else if (S_ISREG(info.st_mode)) {
        status = add_file(assets, file, &info, path, error);
    } else if (S_ISDIR(info.st_mode)) {
        status = add_folder(assets, file, path, depth + 1, error);
    } else {
        status = refuse(error, FK_ERR_INVALID_INPUT, path, "is not a plain file.");
    }
    if (file >= 0) {
        (void)close(file);
    }
    return status;
}

/* Recursion is bounded by FK_HUB_DEPTH_MAX. The folder stays the caller's. */
static fk_status add_folder(fk_hub_assets *assets, int folder, const char *path, uint32_t depth, fk_error *error)
{
    if (depth > FK_HUB_DEPTH_MAX) {
        return refuse(error, FK_ERR_TOO_LARGE, path, "lies too deep.");
    }
    int own_folder = dup(folder); /* closedir() closes what it reads */
    DIR *entries = own_folder < 0 ? NULL : fdopendir(own_folder);
    if (entries == NULL) {
        if (own_folder >= 0) {
            (void)close(own_folder);
        }
        return refuse(error, FK_ERR_INVALID_INPUT, path, "cannot be read.");
    }
    fk_status status = fk_ok();
    const struct dirent *entry = NULL;
    while (fk_is_ok(status) && (entry = readdir(entries)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            status = add_entry(assets, folder, path, entry->d_name, depth, error);
        }
    }
    (void)closedir(entries);
    return status;
}

static int compare_paths(const void *left, const void *right)
{
    return strcmp(((const fk_hub_asset *)left)->path, ((const fk_hub_asset *)right)->path);
}

fk_status fk_hub_assets_load(const char *dir, const fk_allocator *allocator, fk_hub_assets **assets_out,
                             fk_error *error)
{
    *assets_out = NULL;
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return refuse(error, FK_ERR_INVALID_INPUT, "--app", "does not name a folder that can be read.");
    }
    fk_status status = fk_ok();
    fk_hub_assets *assets = fk_allocate(allocator, sizeof *assets);
    if (assets == NULL) {
        status = refuse(error, FK_ERR_NO_MEMORY, "The app", "does not fit into memory.");
        goto cleanup;
    }
    assets->allocator = allocator;
    status = add_folder(assets, folder, "", 0, error);
    if (!fk_is_ok(status)) {
        goto cleanup;
    }
    qsort(assets->items, assets->count, sizeof assets->items[0], compare_paths);
    if (fk_hub_assets_find(assets, "/") == NULL) {
        status =
            refuse(error, FK_ERR_INVALID_INPUT, "--app", "names a folder without index.html: build the app first.");
        goto cleanup;
    }
    *assets_out = assets;
    assets = NULL;
cleanup:
    fk_hub_assets_free(assets);
    (void)close(folder);
    return status;
}

fk_hub_assets *fk_hub_assets_none(const fk_allocator *allocator)
{
    fk_hub_assets *assets = fk_allocate(allocator, sizeof *assets);
    if (assets != NULL) {
        assets->allocator = allocator;
    }
    return assets;
}

void fk_hub_assets_free(fk_hub_assets *assets)
{
    if (assets == NULL) {
        return;
    }
    for (size_t i = 0; i < assets->count; i++) {
        fk_bytes content = assets->items[i].content;
        fk_release(assets->allocator, (void *)(uintptr_t)content.data, content.size_bytes);
    }
    fk_release(assets->allocator, assets, sizeof *assets);
}

const fk_hub_asset *fk_hub_assets_find(const fk_hub_assets *assets, const char *path)
{
    FK_ASSERT(assets->count <= FK_HUB_ASSET_COUNT_MAX);
    const char *wanted = strcmp(path, "/") == 0 ? "/index.html" : path;
    size_t low = 0;
    size_t high = assets->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(wanted, assets->items[middle].path);
        if (order == 0) {
            return &assets->items[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}
