/* The parts of the hub that need no network: arguments, headers, the files it reads at start. */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "failing_allocator.h"
#include "fk/hub_arguments.h"
#include "fk/hub_assets.h"
#include "fk/hub_http.h"

enum { ARGUMENT_COUNT_MAX = 8 };

static fk_status read_options(const char *const *arguments, fk_hub_options *options_out, fk_error *error)
{
    char *argv[ARGUMENT_COUNT_MAX + 1] = { (char *)(uintptr_t) "fieldkit-hub" };
    int argc = 1;
    for (; arguments[argc - 1] != NULL; argc++) {
        assert_true(argc < ARGUMENT_COUNT_MAX);
        argv[argc] = (char *)(uintptr_t)arguments[argc - 1];
    }
    return fk_hub_options_read(argc, argv, options_out, error);
}

static void options_have_defaults(void **state)
{
    (void)state;
    fk_hub_options options;
    fk_error error = { "" };
    const char *const arguments[] = { "--app", "build/web", NULL };
    assert_int_equal(read_options(arguments, &options, &error).code, FK_OK);
    assert_string_equal(options.app_dir, "build/web");
    assert_null(options.hub_origin);
    const struct sockaddr_in *address = (const struct sockaddr_in *)&options.listen_address;
    assert_int_equal(address->sin_family, AF_INET);
    assert_int_equal(ntohs(address->sin_port), 8080);
    assert_int_equal(ntohl(address->sin_addr.s_addr), INADDR_LOOPBACK);
}

static void options_refuse_wrong_use(void **state)
{
    (void)state;
    static const char *const wrong[][7] = {
        { NULL },
        { "--app", NULL },
        { "--app", "", NULL },
        { "build/web", NULL },
        { "--app", "a", "--app", "b", NULL },
        { "--app", "a", "--verbose", NULL },
        { "--app", "a", "--listen", NULL },
        { "--app", "a", "b", NULL },
        { "--app", "a", "--app-origin", "https://app.example.org", NULL },
        { "--listen", "127.0.0.1:1", NULL },
        { "found", "--store", "sqlite:x", NULL },
        { "found", "entry", NULL },
        { "found", "--store", "sqlite:x", "entry", "other", NULL },
        { "found", "--store", "sqlite:x", "entry", "--app", "a" },
        { "check", NULL },
        { "check", "--store", "sqlite:x", "entry", NULL },
        { "check", "--store", "sqlite:x", "--listen", "127.0.0.1:1", NULL },
        { "--store", "sqlite:x", "check", NULL },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fk_hub_options options;
        fk_error error = { "" };
        assert_int_equal(read_options(wrong[i], &options, &error).code, FK_ERR_INVALID_INPUT);
        assert_true(strlen(error.detail) > 10);
        assert_null(options.app_dir);
    }
}

static void options_name_the_task(void **state)
{
    (void)state;
    fk_hub_options options;
    fk_error error = { "" };
    const char *const serve[] = { "--app-origin", "https://app.example.org", "--store", "sqlite:x", NULL };
    assert_int_equal(read_options(serve, &options, &error).code, FK_OK);
    assert_int_equal(options.task, FK_HUB_TASK_SERVE);
    assert_null(options.app_dir);
    assert_string_equal(options.store, "sqlite:x");
    assert_string_equal(options.app_origin, "https://app.example.org");
    const char *const found[] = { "found", "entry", "--store", "sqlite:x", NULL };
    assert_int_equal(read_options(found, &options, &error).code, FK_OK);
    assert_int_equal(options.task, FK_HUB_TASK_FOUND);
    assert_string_equal(options.entry_path, "entry");
    const char *const check[] = { "check", "--store", "sqlite:x", NULL };
    assert_int_equal(read_options(check, &options, &error).code, FK_OK);
    assert_int_equal(options.task, FK_HUB_TASK_CHECK);
    assert_string_equal(options.store, "sqlite:x");
}

static bool listen_is_accepted(const char *text, fk_hub_options *options)
{
    fk_error error = { "" };
    const char *const arguments[] = { "--app", "a", "--listen", text, NULL };
    return fk_is_ok(read_options(arguments, options, &error));
}

static void listen_addresses(void **state)
{
    (void)state;
    static const char *const good[] = { "127.0.0.1:0", "0.0.0.0:65535", "localhost:80", "10.1.2.3:8080" };
    static const char *const bad[] = { "8080",          ":8080",           "127.0.0.1",
                                       "127.0.0.1:",    "127.0.0.1:65536", "host:8080",
                                       "127.0.0.1:+80", "127.0.0.1:08080", "127.0.0.1:80 ",
                                       "[::1]",         "[]:80",           "[::1:80",
                                       "::1:80x",       "256.0.0.1:8080",  "[127.0.0.1]:80" };
    fk_hub_options options;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(listen_is_accepted(good[i], &options));
        assert_int_equal(options.listen_address.ss_family, AF_INET);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(listen_is_accepted(bad[i], &options));
    }
    assert_true(listen_is_accepted("[::1]:443", &options));
    const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)&options.listen_address;
    assert_int_equal(address->sin6_family, AF_INET6);
    assert_int_equal(ntohs(address->sin6_port), 443);
    assert_memory_equal(&address->sin6_addr, &in6addr_loopback, sizeof in6addr_loopback);
}

static bool origin_is_accepted(const char *origin)
{
    fk_hub_options options;
    fk_error error = { "" };
    const char *const as_hub[] = { "--app", "a", "--hub-origin", origin, NULL };
    const char *const as_app[] = { "--store", "s", "--app-origin", origin, NULL };
    bool is_accepted = fk_is_ok(read_options(as_hub, &options, &error));
    assert_int_equal(fk_is_ok(read_options(as_app, &options, &error)), is_accepted);
    return is_accepted;
}

static void origins(void **state)
{
    (void)state;
    static const char *const good[] = { "https://hub.example.org",   "https://hub.example.org:8443",
                                        "https://[2001:db8::1]:443", "http://localhost:9000",
                                        "http://127.0.0.1:9000",     "http://[::1]:9000" };
    static const char *const bad[] = { "hub.example.org",
                                       "http://hub.example.org",
                                       "http://localhost.example.org",
                                       "http://127.0.0.1.example.org:80",
                                       "https://",
                                       "https://hub.example.org/",
                                       "https://hub.example.org:0",
                                       "https://hub.example.org; script-src *",
                                       "https://a.example https://b.example",
                                       "https://user@hub.example.org",
                                       "https://*.example.org",
                                       "https://hub.example.org\r\nX: y",
                                       "https://HUB.example.org",
                                       "ftp://hub.example.org",
                                       "https://[::1",
                                       "*" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(origin_is_accepted(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(origin_is_accepted(bad[i]));
    }
    char endless[400] = "https://";
    memset(endless + 8, 'a', sizeof endless - 9);
    assert_false(origin_is_accepted(endless));
}

static void policy_names_the_hub_and_nothing_else(void **state)
{
    (void)state;
    char policy[FK_HUB_POLICY_SIZE_MAX];
    assert_int_equal(fk_hub_policy_write(NULL, policy).code, FK_OK);
    assert_non_null(strstr(policy, "connect-src 'self';"));
    assert_null(strstr(policy, "http"));
    assert_int_equal(fk_hub_policy_write("https://hub.example.org", policy).code, FK_OK);
    assert_non_null(strstr(policy, "connect-src 'self' https://hub.example.org;"));
    char endless[FK_HUB_POLICY_SIZE_MAX + 1] = { 0 };
    memset(endless, 'a', sizeof endless - 1);
    assert_int_equal(fk_hub_policy_write(endless, policy).code, FK_ERR_TOO_LARGE);
    assert_string_equal(policy, "");
}

static void types_and_caching_follow_the_name(void **state)
{
    (void)state;
    assert_string_equal(fk_hub_content_type("/core-0123456789abcdef.wasm"), "application/wasm");
    assert_string_equal(fk_hub_content_type("/manifest.webmanifest"), "application/manifest+json");
    assert_null(fk_hub_content_type("/notes"));
    assert_null(fk_hub_content_type("/page.html.bak"));
    static const char *const kept[] = { "/app-0123456789abcdef.js", "/icons/a-b-ffffffffffffffff.png" };
    static const char *const asked[] = { "/index.html",
                                         "/sw.js",
                                         "/app-0123456789abcde.js",
                                         "/app-0123456789ABCDEF.js",
                                         "/app0123456789abcdef.js",
                                         "/app-0123456789abcdef.js.txt",
                                         "/0123456789abcdef" };
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        assert_non_null(strstr(fk_hub_cache_control(kept[i]), "immutable"));
    }
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        assert_string_equal(fk_hub_cache_control(asked[i]), "no-cache");
    }
}

static void etags(void **state)
{
    (void)state;
    static const char *const same[] = { "\"ab\"", "W/\"ab\"", " \"x\" , \"ab\"", "\"x\",W/\"ab\",\"y\"", "*" };
    static const char *const other[] = { "", "\"a\"", "\"abc\"", "ab", "W/", ", ,", "\"x\" *" };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_true(fk_hub_etag_matches(same[i], "\"ab\""));
    }
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        assert_false(fk_hub_etag_matches(other[i], "\"ab\""));
    }
}

/* --- files ---------------------------------------------------------------------------------- */

typedef struct folder {
    char path[64];
} folder;

static int make_folder(void **state)
{
    folder *made = calloc(1, sizeof *made);
    strcpy(made->path, "/tmp/fieldkit-hub-test-XXXXXX");
    *state = made;
    return mkdtemp(made->path) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    folder *made = *state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", made->path);
    int result = system(command);
    free(made);
    return result;
}

static void put_file(const folder *made, const char *name, const char *content)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", made->path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void put_folder(const folder *made, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", made->path, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void assets_are_found_by_exact_address(void **state)
{
    const folder *made = *state;
    put_file(made, "index.html", "<p>");
    put_file(made, "sw.js", "0");
    put_folder(made, "icons");
    put_file(made, "icons/a.svg", "<svg/>");
    fk_hub_assets *assets = NULL;
    fk_error error = { "" };
    assert_int_equal(fk_hub_assets_load(made->path, &fk_allocator_libc, &assets, &error).code, FK_OK);
    assert_int_equal(assets->count, 3);
    assert_int_equal(assets->size_bytes, 3 + 1 + 6);
    assert_ptr_equal(fk_hub_assets_find(assets, "/"), fk_hub_assets_find(assets, "/index.html"));
    const fk_hub_asset *icon = fk_hub_assets_find(assets, "/icons/a.svg");
    assert_non_null(icon);
    assert_true(fk_bytes_equal_text(icon->content, "<svg/>"));
    assert_string_equal(icon->content_type, "image/svg+xml");
    assert_int_equal(strlen(icon->etag), FK_HUB_ETAG_SIZE - 1);
    static const char *const absent[] = { "",        "index.html",      "//index.html", "/icons",
                                          "/icons/", "/icons/../sw.js", "/SW.js",       "/sw.js/" };
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
        assert_null(fk_hub_assets_find(assets, absent[i]));
    }
    fk_hub_assets_free(assets);
}

static void assert_refused(const folder *made, fk_code code, const char *reason)
{
    fk_hub_assets *assets = NULL;
    fk_error error = { "" };
    assert_int_equal(fk_hub_assets_load(made->path, &fk_allocator_libc, &assets, &error).code, code);
    assert_null(assets);
    assert_non_null(strstr(error.detail, reason));
}

static void folder_without_a_page_is_refused(void **state)
{
    const folder *made = *state;
    assert_refused(made, FK_ERR_INVALID_INPUT, "index.html");
    const folder nowhere = { "/nonexistent" };
    assert_refused(&nowhere, FK_ERR_INVALID_INPUT, "--app");
}

static void links_are_refused(void **state)
{
    const folder *made = *state;
    put_file(made, "index.html", "<p>");
    char path[256];
    (void)snprintf(path, sizeof path, "%s/passwd.txt", made->path);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_refused(made, FK_ERR_INVALID_INPUT, "/passwd.txt");
}

static void odd_files_are_refused(void **state)
{
    const folder *made = *state;
    static const struct {
        const char *name, *content, *reason;
    } odd[] = { { "notes.doc", "x", "type" },
                { "empty.txt", "", "empty" },
                { ".hidden.txt", "x", "name" },
                { "a b.txt", "x", "name" },
                { "a%2e.txt", "x", "name" } };
    put_file(made, "index.html", "<p>");
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        char path[256];
        put_file(made, odd[i].name, odd[i].content);
        assert_refused(made, FK_ERR_INVALID_INPUT, odd[i].reason);
        (void)snprintf(path, sizeof path, "%s/%s", made->path, odd[i].name);
        assert_int_equal(unlink(path), 0);
    }
}

static void bounds_are_kept(void **state)
{
    const folder *made = *state;
    put_file(made, "index.html", "<p>");
    char path[256];
    (void)snprintf(path, sizeof path, "%s/large.wasm", made->path);
    put_file(made, "large.wasm", "x");
    assert_int_equal(truncate(path, FK_HUB_ASSET_SIZE_BYTES_MAX + 1), 0);
    assert_refused(made, FK_ERR_TOO_LARGE, "/large.wasm");
    assert_int_equal(unlink(path), 0);
    char name[64] = "d";
    for (int depth = 0; depth <= FK_HUB_DEPTH_MAX; depth++) {
        put_folder(made, name);
        strcat(name, "/d");
    }
    assert_refused(made, FK_ERR_TOO_LARGE, "deep");
}

static void too_many_files_are_refused(void **state)
{
    const folder *made = *state;
    put_file(made, "index.html", "<p>");
    for (int i = 0; i < FK_HUB_ASSET_COUNT_MAX; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "f%d.txt", i);
        put_file(made, name, "x");
    }
    assert_refused(made, FK_ERR_TOO_LARGE, "too many");
}

static void loading_survives_every_failed_allocation(void **state)
{
    const folder *made = *state;
    put_file(made, "index.html", "<p>");
    put_file(made, "sw.js", "0");
    for (uint64_t k = 0;; k++) {
        failing_allocator failing;
        failing_allocator_init(&failing, k);
        fk_hub_assets *assets = NULL;
        fk_error error = { "" };
        fk_status status = fk_hub_assets_load(made->path, &failing.allocator, &assets, &error);
        if (!failing_allocator_failed(&failing)) {
            assert_int_equal(status.code, FK_OK);
            assert_int_equal(k, 3); /* the set and two files */
            fk_hub_assets_free(assets);
            assert_int_equal(failing.live_bytes, 0);
            return;
        }
        assert_int_equal(status.code, FK_ERR_NO_MEMORY);
        assert_null(assets);
        assert_int_equal(failing.live_bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_have_defaults),
        cmocka_unit_test(options_refuse_wrong_use),
        cmocka_unit_test(options_name_the_task),
        cmocka_unit_test(listen_addresses),
        cmocka_unit_test(origins),
        cmocka_unit_test(policy_names_the_hub_and_nothing_else),
        cmocka_unit_test(types_and_caching_follow_the_name),
        cmocka_unit_test(etags),
        cmocka_unit_test_setup_teardown(assets_are_found_by_exact_address, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(folder_without_a_page_is_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(links_are_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(odd_files_are_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(bounds_are_kept, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(too_many_files_are_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(loading_survives_every_failed_allocation, make_folder, remove_folder),
    };
    return cmocka_run_group_tests_name("hub", tests, NULL, NULL);
}
