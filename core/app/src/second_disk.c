#include "second_disk.h"

#include "fk/assert.h"

#include "fk/banned.h"

static const fk_disk *real(void *ctx)
{
    return ctx;
}

static fk_vault_file moved(fk_vault_file file)
{
    FK_ASSERT((unsigned)file < FK_FILE_STORE_COUNT);
    return (fk_vault_file)((unsigned)file + FK_FILE_SECOND_PAGES);
}

static int64_t second_read(void *ctx, fk_vault_file file, uint8_t *target, size_t size_bytes, uint64_t offset_bytes)
{
    return real(ctx)->read(real(ctx)->ctx, moved(file), target, size_bytes, offset_bytes);
}

static int64_t second_write(void *ctx, fk_vault_file file, const uint8_t *source, size_t size_bytes,
                            uint64_t offset_bytes)
{
    return real(ctx)->write(real(ctx)->ctx, moved(file), source, size_bytes, offset_bytes);
}

static int second_flush(void *ctx, fk_vault_file file)
{
    return real(ctx)->flush(real(ctx)->ctx, moved(file));
}

static int second_truncate(void *ctx, fk_vault_file file, uint64_t size_bytes)
{
    return real(ctx)->truncate(real(ctx)->ctx, moved(file), size_bytes);
}

static int64_t second_size(void *ctx, fk_vault_file file)
{
    return real(ctx)->size(real(ctx)->ctx, moved(file));
}

fk_disk fk_second_disk(const fk_disk *disk)
{
    return (fk_disk){ second_read, second_write, second_flush, second_truncate, second_size, (void *)(uintptr_t)disk };
}
