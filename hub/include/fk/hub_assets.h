/* fk/hub_assets.h — the files of the app, read once at start and held in memory.
 *
 * After fk_hub_assets_load() nothing of a request reaches the file system: a path either equals the
 * name of a file that was there at start, byte for byte, or there is no such file. */
#ifndef FK_HUB_ASSETS_H
#define FK_HUB_ASSETS_H

#include "fk/bytes.h"

enum {
    FK_HUB_ASSET_COUNT_MAX = 512,
    FK_HUB_ASSET_SIZE_BYTES_MAX = 16 * 1024 * 1024,
    FK_HUB_ASSETS_SIZE_BYTES_MAX = 64 * 1024 * 1024,
    FK_HUB_PATH_SIZE_MAX = 160, /* with the leading slash and the NUL */
    FK_HUB_DEPTH_MAX = 8,
    FK_HUB_ETAG_SIZE = 19 /* a quoted 64-bit number in hex, and the NUL */
};

typedef struct fk_hub_asset {
    char path[FK_HUB_PATH_SIZE_MAX]; /* as in a request: "/index.html" */
    char etag[FK_HUB_ETAG_SIZE];
    const char *content_type;  /* static */
    const char *cache_control; /* static */
    fk_bytes content;          /* owned by the set */
} fk_hub_asset;

typedef struct fk_hub_assets {
    const fk_allocator *allocator;
    size_t count;
    size_t size_bytes;
    fk_hub_asset items[FK_HUB_ASSET_COUNT_MAX]; /* sorted by path */
} fk_hub_assets;

/* Read every file below dir.
 *
 * assets_out  on FK_OK owned by the caller, release with fk_hub_assets_free(); else NULL.
 * Fails with FK_ERR_INVALID_INPUT when the folder cannot be read, holds no index.html, or holds
 * anything but plain files with names of A-Z a-z 0-9 . _ - and a known type; FK_ERR_TOO_LARGE;
 * FK_ERR_NO_MEMORY. error then holds a sentence that names the file by its address, cut to fit. */
FK_MUST_USE fk_status fk_hub_assets_load(const char *dir, const fk_allocator *allocator, fk_hub_assets **assets_out,
                                         fk_error *error);
/* The set without a file. NULL when memory is short; else the same as above. */
fk_hub_assets *fk_hub_assets_none(const fk_allocator *allocator);
void fk_hub_assets_free(fk_hub_assets *assets); /* NULL is allowed */

/* "/" is "/index.html". NULL when there is no such file. Valid as long as the set. */
const fk_hub_asset *fk_hub_assets_find(const fk_hub_assets *assets, const char *path);

#endif
