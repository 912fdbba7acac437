/* fieldkit-hub — serves the app. Exit 0 after SIGTERM or SIGINT, 2 on wrong use, 1 when it cannot serve. */
#include <stdio.h>
#include <string.h>

#include "fk/hub_arguments.h"
#include "fk/hub_assets.h"
#include "fk/hub_server.h"

#include "fk/banned.h"

enum { EXIT_STOPPED = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2 };

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(fk_hub_usage, stdout);
        return EXIT_STOPPED;
    }
    fk_error error = { "" };
    fk_hub_options options;
    if (!fk_is_ok(fk_hub_options_read(argc, argv, &options, &error))) {
        (void)fprintf(stderr, "fieldkit-hub: %s\n%s", error.detail, fk_hub_usage);
        return EXIT_WRONG_USE;
    }
    fk_hub_assets *assets = NULL;
    if (!fk_is_ok(fk_hub_assets_load(options.app_dir, &fk_allocator_libc, &assets, &error))) {
        (void)fprintf(stderr, "fieldkit-hub: %s\n", error.detail);
        return EXIT_WRONG_USE;
    }
    int exit_code = EXIT_STOPPED;
    if (!fk_is_ok(fk_hub_serve(&options, assets, &error))) {
        (void)fprintf(stderr, "fieldkit-hub: %s\n", error.detail);
        exit_code = EXIT_FAILED;
    }
    fk_hub_assets_free(assets);
    return exit_code;
}
