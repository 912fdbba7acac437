#include "fk/hub_http.h"

#include <stdio.h>
#include <string.h>

#include "fk/banned.h"

/* Every feature that browsers in support know by name and this app does not need, and the camera, which only this app
 * itself may use: it reads enrolment codes. An unknown name is an error on the console of Chromium
 * (tests/hub/service-worker.test.mjs). */
#define FEATURES                                                                                              \
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(self), clipboard-read=(), "                   \
    "clipboard-write=(), compute-pressure=(), display-capture=(), encrypted-media=(), fullscreen=(), "        \
    "gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), keyboard-map=(), local-fonts=(), "  \
    "magnetometer=(), microphone=(), midi=(), otp-credentials=(), payment=(), picture-in-picture=(), "        \
    "publickey-credentials-create=(self), publickey-credentials-get=(self), screen-wake-lock=(), serial=(), " \
    "storage-access=(), sync-xhr=(), usb=(), window-management=(), xr-spatial-tracking=()"

const fk_hub_header fk_hub_fixed_headers[] = {
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Embedder-Policy", "require-corp" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Referrer-Policy", "no-referrer" },
    { "Permissions-Policy", FEATURES },
    { "X-Content-Type-Options", "nosniff" },
    { NULL, NULL },
};

fk_status fk_hub_policy_write(const char *hub_origin, char policy_out[FK_HUB_POLICY_SIZE_MAX])
{
    int size = snprintf(policy_out, FK_HUB_POLICY_SIZE_MAX,
                        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
                        "connect-src 'self'%s%s; style-src 'self'; img-src 'self' blob: data:; manifest-src 'self'; "
                        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                        "require-trusted-types-for 'script'; trusted-types lit-html fk-url",
                        hub_origin == NULL ? "" : " ", hub_origin == NULL ? "" : hub_origin);
    if (size < 0 || size >= FK_HUB_POLICY_SIZE_MAX) {
        policy_out[0] = '\0';
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    return fk_ok();
}

const char *fk_hub_content_type(const char *name)
{
    static const struct {
        const char *ending;
        const char *type;
    } types[] = {
        { ".css", "text/css; charset=utf-8" },
        { ".html", "text/html; charset=utf-8" },
        { ".ico", "image/x-icon" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".json", "application/json" },
        { ".png", "image/png" },
        { ".svg", "image/svg+xml" },
        { ".txt", "text/plain; charset=utf-8" },
        { ".wasm", "application/wasm" },
        { ".webmanifest", "application/manifest+json" },
    };
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending != NULL && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(ending, types[i].ending) == 0) {
            return types[i].type;
        }
    }
    return NULL;
}

/* "-", 16 hex digits, "." and an ending without another dot: what build-scripts/build-web.mjs writes. */
static bool name_is_hashed(const char *name)
{
    enum { HASH_SIZE = 16 };
    const char *ending = strrchr(name, '.');
    if (ending == NULL || ending - name < HASH_SIZE + 1) {
        return false;
    }
    const char *hash = ending - HASH_SIZE;
    return hash[-1] == '-' && strspn(hash, "0123456789abcdef") == HASH_SIZE;
}

const char *fk_hub_cache_control(const char *name)
{
    return name_is_hashed(name) ? "public, max-age=31536000, immutable" : "no-cache";
}

bool fk_hub_etag_matches(const char *if_none_match, const char *etag)
{
    static const char separators[] = " \t,";
    size_t etag_size = strlen(etag);
    const char *rest = if_none_match + strspn(if_none_match, separators);
    if (strcmp(rest, "*") == 0) {
        return true;
    }
    while (*rest != '\0') {
        rest += strncmp(rest, "W/", 2) == 0 ? 2 : 0;
        size_t size = strcspn(rest, separators);
        if (size == etag_size && strncmp(rest, etag, size) == 0) {
            return true;
        }
        rest += size;
        rest += strspn(rest, separators);
    }
    return false;
}
