#include "fk/attempts.h"

#include <string.h>

#include "fk/crypto.h"
#include "fk/planted.h"

#include "fk/banned.h"

static const uint8_t MAGIC[8] = { 'F', 'K', 'T', 'R', 'I', 'E', 'S', '\n' };

enum {
    VERSION = 1,
    FLAG_OTHER_WAY = 1,
    AT_VERSION = 8,
    AT_COUNT = 12,
    AT_WAITED = 16,
    AT_FLAGS = 24,
    AT_ZEROS = 28,
    AT_DIGEST = 32,
};

_Static_assert(AT_DIGEST + FK_HASH_SIZE_BYTES == FK_ATTEMPTS_SIZE_BYTES, "the digest ends the file");

/* Seconds to wait after the third wrong try, the fourth and so on; the last stands for all that follow. Ten tries take
 * about an hour this way, which a person who mistypes never meets and one who guesses does at once. */
static const uint32_t WAITS_S[] = { 10, 30, 60, 120, 300, 600, 1800, 3600 };

_Static_assert(3600 * 1000 == FK_ATTEMPTS_WAIT_MS_MAX, "the longest wait");

void fk_attempts_write(const fk_attempts *attempts, uint8_t bytes_out[FK_ATTEMPTS_SIZE_BYTES])
{
    memset(bytes_out, 0, FK_ATTEMPTS_SIZE_BYTES);
    memcpy(bytes_out, MAGIC, sizeof MAGIC);
    fk_put_u32(bytes_out + AT_VERSION, VERSION);
    fk_put_u32(bytes_out + AT_COUNT, attempts->wrong_count);
    fk_put_u64(bytes_out + AT_WAITED, attempts->waited_ms);
    fk_put_u32(bytes_out + AT_FLAGS, attempts->has_other_way ? FLAG_OTHER_WAY : 0);
    fk_hash_of(fk_bytes_of(bytes_out, AT_DIGEST), bytes_out + AT_DIGEST);
}

fk_status fk_attempts_read(fk_bytes file, fk_attempts *attempts_out)
{
    *attempts_out = (fk_attempts){ .wrong_count = 0 };
    if (file.size_bytes != FK_ATTEMPTS_SIZE_BYTES && !FK_PLANTED(ATTEMPTS_SIZE)) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    uint8_t digest[FK_HASH_SIZE_BYTES];
    fk_hash_of(fk_bytes_of(file.data, AT_DIGEST), digest);
    bool is_ours = memcmp(file.data, MAGIC, sizeof MAGIC) == 0 && fk_get_u32(file.data + AT_VERSION) == VERSION &&
                   memcmp(digest, file.data + AT_DIGEST, sizeof digest) == 0;
    fk_attempts read = {
        .wrong_count = fk_get_u32(file.data + AT_COUNT),
        .waited_ms = fk_get_u64(file.data + AT_WAITED),
        .has_other_way = fk_get_u32(file.data + AT_FLAGS) == FLAG_OTHER_WAY,
    };
    if (!is_ours || read.wrong_count > FK_ATTEMPTS_COUNT_MAX || read.waited_ms > FK_ATTEMPTS_WAIT_MS_MAX ||
        fk_get_u32(file.data + AT_FLAGS) > FLAG_OTHER_WAY || fk_get_u32(file.data + AT_ZEROS) != 0) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    *attempts_out = read;
    return fk_ok();
}

uint64_t fk_attempts_wait_ms(uint32_t wrong_count)
{
    enum { LAST = sizeof WAITS_S / sizeof WAITS_S[0] - 1 };
    if (wrong_count <= FK_ATTEMPTS_FREE_COUNT) {
        return 0;
    }
    uint32_t index = wrong_count - FK_ATTEMPTS_FREE_COUNT - 1;
    return (uint64_t)WAITS_S[index < LAST ? index : LAST] * 1000;
}

bool fk_attempts_is_locked_out(const fk_attempts *attempts)
{
    return attempts->has_other_way && attempts->wrong_count >= FK_ATTEMPTS_LOCK_OUT_COUNT;
}

void fk_attempts_load(const fk_disk *disk, fk_attempts *attempts_out)
{
    uint8_t bytes[FK_ATTEMPTS_SIZE_BYTES];
    int64_t size_bytes = disk->read(disk->ctx, FK_FILE_ATTEMPTS, bytes, sizeof bytes, 0);
    *attempts_out = (fk_attempts){ .wrong_count = 0 };
    if (size_bytes <= 0 || size_bytes > (int64_t)sizeof bytes) {
        return;
    }
    if (!fk_is_ok(fk_attempts_read(fk_bytes_of(bytes, (size_t)size_bytes), attempts_out))) {
        attempts_out->wrong_count = FK_ATTEMPTS_FREE_COUNT + 1;
    }
}

fk_status fk_attempts_save(const fk_disk *disk, const fk_attempts *attempts)
{
    uint8_t bytes[FK_ATTEMPTS_SIZE_BYTES];
    fk_attempts_write(attempts, bytes);
    int64_t written = disk->write(disk->ctx, FK_FILE_ATTEMPTS, bytes, sizeof bytes, 0);
    if (written != (int64_t)sizeof bytes) {
        return fk_status_of(written >= 0 ? FK_ERR_FULL : FK_ERR_IO);
    }
    return fk_status_of(disk->flush(disk->ctx, FK_FILE_ATTEMPTS) == 0 ? FK_OK : FK_ERR_IO);
}
