#include "fk/crypto.h"

#include <sodium.h>
#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"
#include "fk/banned.h"

/* State of the process, not of a vault: libsodium keeps one pointer to an implementation, and
 * SQLite's cipher calls a function named getentropy. Both end in host_random. */
static fk_random host_random;
static uint64_t host_draw_count;
static bool is_checked;

enum { CHECK_DRAW_COUNT = 2, CHECK_DRAW_SIZE_BYTES = 32 };

/* SQLite3 Multiple Ciphers is built to take its randomness from here (cmake/ThirdParty.cmake).
 * Standard headers hide the prototype in strict C17. */
int getentropy(void *target, size_t size_bytes);

static void draw(void *target, size_t size_bytes)
{
    FK_ASSERT(host_random.fill != NULL);
    host_draw_count++;
    host_random.fill(host_random.ctx, target, size_bytes);
    if (FK_PLANTED(NONCE_REPEATED) && is_checked) {
        memset(target, 0x5a, size_bytes);
    }
}

int getentropy(void *target, size_t size_bytes)
{
    draw(target, size_bytes);
    return 0;
}

static const char *implementation_name(void)
{
    return "fieldkit-host";
}

static uint32_t implementation_random(void)
{
    uint32_t value = 0;
    draw(&value, sizeof value);
    return value;
}

static void implementation_stir(void)
{
}

static void implementation_buf(void *const target, const size_t size_bytes)
{
    draw(target, size_bytes);
}

static int implementation_close(void)
{
    return 0;
}

static randombytes_implementation implementation = {
    .implementation_name = implementation_name,
    .random = implementation_random,
    .stir = implementation_stir,
    .uniform = NULL,
    .buf = implementation_buf,
    .close = implementation_close,
};

static bool draw_by_libsodium(uint8_t *target, size_t size_bytes)
{
    randombytes_buf(target, size_bytes);
    return true;
}

static bool draw_by_getentropy(uint8_t *target, size_t size_bytes)
{
    return getentropy(target, size_bytes) == 0;
}

/* Each way draws from the host, gives something other than zeros, and never the same twice. A
 * stubbed import or a library that kept its own source is found here, before a key is made. */
static bool random_is_sound(void)
{
    static bool (*const ways[])(uint8_t *, size_t) = { draw_by_libsodium, draw_by_getentropy };
    enum { WAY_COUNT = sizeof ways / sizeof ways[0], DRAW_COUNT = WAY_COUNT * CHECK_DRAW_COUNT };
    static const uint8_t zeros[CHECK_DRAW_SIZE_BYTES];
    uint8_t draws[DRAW_COUNT][CHECK_DRAW_SIZE_BYTES] = { { 0 } };
    bool is_sound = true;
    for (size_t i = 0; i < DRAW_COUNT; i++) {
        uint64_t count_before = host_draw_count;
        is_sound = ways[i % WAY_COUNT](draws[i], sizeof draws[i]) && is_sound;
        is_sound = is_sound && host_draw_count > count_before;
        is_sound = is_sound && memcmp(draws[i], zeros, sizeof zeros) != 0;
        for (size_t k = 0; k < i; k++) {
            is_sound = is_sound && memcmp(draws[i], draws[k], sizeof draws[i]) != 0;
        }
    }
    fk_wipe(draws, sizeof draws);
    return is_sound;
}

fk_status fk_crypto_start(const fk_random *random)
{
    FK_ASSERT(random->fill != NULL);
    host_random = *random;
    is_checked = false;
    /* Before sodium_init(), which would otherwise open the system's source. */
    if (randombytes_set_implementation(&implementation) != 0 || sodium_init() < 0 || !random_is_sound()) {
        host_random = (fk_random){ NULL, NULL };
        return fk_status_of(FK_ERR_NO_RANDOM);
    }
    is_checked = true;
    return fk_ok();
}

void fk_random_bytes(uint8_t *target, size_t size_bytes)
{
    draw(target, size_bytes);
}

fk_id fk_random_id(void)
{
    fk_id id;
    draw(id.bytes, sizeof id.bytes);
    return id;
}
