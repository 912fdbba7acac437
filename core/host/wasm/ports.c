#include "abi.h"

#include "fk/banned.h"

/* Imports. JavaScript's side is web/src/worker/core.ts; sizes and offsets beyond 32 bits travel as
 * doubles, exact up to 2^53. */
FK_WASM_IMPORT("sah_read") int32_t host_sah_read(int32_t file, uint8_t *target, uint32_t size_bytes, double offset);
FK_WASM_IMPORT("sah_write")
int32_t host_sah_write(int32_t file, const uint8_t *source, uint32_t size_bytes, double offset);
FK_WASM_IMPORT("sah_flush") int32_t host_sah_flush(int32_t file);
FK_WASM_IMPORT("sah_truncate") int32_t host_sah_truncate(int32_t file, double size_bytes);
FK_WASM_IMPORT("sah_size") double host_sah_size(int32_t file);
FK_WASM_IMPORT("now_ms") double host_now_ms(void);
FK_WASM_IMPORT("monotonic_ms") double host_monotonic_ms(void);
FK_WASM_IMPORT("random") void host_random(uint8_t *target, uint32_t size_bytes);

enum { HANDLE_FAILED = -1 };

static const double EXACT_INTEGER_MAX = 9007199254740991.0;

static bool is_exact_integer(double value)
{
    /* A NaN compares false, so it is none. */
    return value >= 0 && value <= EXACT_INTEGER_MAX;
}

/* The number of a file as it crosses the border. ctx: where its set begins. */
static int32_t border_file(const void *ctx, fk_vault_file file)
{
    return *(const int32_t *)ctx + (int32_t)file;
}

/* A count above what was asked for is no count: browsers answer so at quota. Nothing is known to
 * have been moved then. */
static int64_t moved_bytes(int32_t answer, size_t size_bytes)
{
    if (answer < 0) {
        return HANDLE_FAILED;
    }
    return (size_t)answer > size_bytes ? 0 : answer;
}

static int64_t disk_read(void *ctx, fk_vault_file file, uint8_t *target, size_t size_bytes, uint64_t offset_bytes)
{
    int32_t number = border_file(ctx, file);
    return moved_bytes(host_sah_read(number, target, (uint32_t)size_bytes, (double)offset_bytes), size_bytes);
}

static int64_t disk_write(void *ctx, fk_vault_file file, const uint8_t *source, size_t size_bytes,
                          uint64_t offset_bytes)
{
    int32_t number = border_file(ctx, file);
    return moved_bytes(host_sah_write(number, source, (uint32_t)size_bytes, (double)offset_bytes), size_bytes);
}

static int disk_flush(void *ctx, fk_vault_file file)
{
    return host_sah_flush(border_file(ctx, file));
}

static int disk_truncate(void *ctx, fk_vault_file file, uint64_t size_bytes)
{
    return host_sah_truncate(border_file(ctx, file), (double)size_bytes);
}

static int64_t disk_size(void *ctx, fk_vault_file file)
{
    double size_bytes = host_sah_size(border_file(ctx, file));
    return is_exact_integer(size_bytes) ? (int64_t)size_bytes : HANDLE_FAILED;
}

static uint64_t milliseconds(double value)
{
    return is_exact_integer(value) ? (uint64_t)value : 0;
}

static uint64_t clock_now_ms(void *ctx)
{
    (void)ctx;
    return milliseconds(host_now_ms());
}

static uint64_t clock_monotonic_ms(void *ctx)
{
    (void)ctx;
    return milliseconds(host_monotonic_ms());
}

static void random_fill(void *ctx, uint8_t *target, size_t size_bytes)
{
    (void)ctx;
    host_random(target, (uint32_t)size_bytes);
}

static int32_t first_file = 0;
static int32_t first_other_file = FK_WASM_OTHER_FILE_FIRST;

_Static_assert((int)FK_FILE_COUNT <= (int)FK_WASM_OTHER_FILE_FIRST, "two sets of files");

const fk_disk fk_wasm_disk = { disk_read, disk_write, disk_flush, disk_truncate, disk_size, &first_file };
const fk_disk fk_wasm_other_disk = { disk_read, disk_write, disk_flush, disk_truncate, disk_size, &first_other_file };
const fk_clock fk_wasm_clock = { clock_now_ms, clock_monotonic_ms, NULL };
const fk_random fk_wasm_random = { random_fill, NULL };
