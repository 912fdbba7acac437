/* fieldkit-hub — serves the app, keeps and passes on sealed records. Exit 0 after SIGTERM or SIGINT and when a task is
 * done, 2 on wrong use, 3 when what was given is refused, 1 when it cannot. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fk/hub_arguments.h"
#include "fk/hub_assets.h"
#include "fk/hub_server.h"
#include "tools.h"

#include "fk/banned.h"

enum { EXIT_STOPPED = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2, EXIT_REFUSED = 3 };

static int end(int exit_code, const fk_error *error)
{
    (void)fprintf(stderr, "fieldkit-hub: %s\n", error->detail);
    return exit_code;
}

/* A fault of the machine or the store is one thing, an entry that is not taken another. */
static int exit_code_of(fk_status status)
{
    switch (status.code) {
    case FK_OK:
        return EXIT_STOPPED;
    case FK_ERR_IO:
    case FK_ERR_FULL:
    case FK_ERR_NO_MEMORY:
    case FK_ERR_DAMAGED:
    case FK_ERR_BUSY:
    case FK_ERR_NO_RANDOM:
    case FK_ERR_NEWER_VERSION:
        return EXIT_FAILED;
    default:
        return EXIT_REFUSED;
    }
}

static int run_tool(const fk_hub_options *options)
{
    fk_error error = { "" };
    fk_status status = fk_ok();
    if (options->task == FK_HUB_TASK_CHECK) {
        status = fk_hub_tool_check(options->store, &error);
    } else {
        fk_hub *hub = NULL;
        status = fk_hub_tool_open(options->store, &hub, &error);
        if (fk_is_ok(status)) {
            status = fk_hub_tool_found(hub, options->entry_path, &error);
        }
        fk_hub_close(hub);
    }
    return fk_is_ok(status) ? EXIT_STOPPED : end(exit_code_of(status), &error);
}

static int serve(const fk_hub_options *options)
{
    fk_error error = { "" };
    fk_hub_assets *assets = NULL;
    fk_hub *hub = NULL;
    if (options->app_dir == NULL) {
        assets = fk_hub_assets_none(&fk_allocator_libc);
    } else if (!fk_is_ok(fk_hub_assets_load(options->app_dir, &fk_allocator_libc, &assets, &error))) {
        return end(EXIT_WRONG_USE, &error);
    }
    int exit_code = assets == NULL ? EXIT_FAILED : EXIT_STOPPED;
    if (assets != NULL && options->store != NULL && !fk_is_ok(fk_hub_tool_open(options->store, &hub, &error))) {
        exit_code = end(EXIT_FAILED, &error);
    }
    if (exit_code == EXIT_STOPPED && !fk_is_ok(fk_hub_serve(options, assets, hub, &error))) {
        exit_code = end(EXIT_FAILED, &error);
    }
    fk_hub_close(hub);
    if (assets != NULL) {
        fk_hub_assets_free(assets);
    }
    return exit_code;
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(fk_hub_usage, stdout);
        return EXIT_STOPPED;
    }
    (void)umask(S_IRWXG | S_IRWXO); /* what the store writes is for its own user alone */
    fk_error error = { "" };
    fk_hub_options options;
    if (!fk_is_ok(fk_hub_options_read(argc, argv, &options, &error))) {
        (void)fprintf(stderr, "fieldkit-hub: %s\n%s", error.detail, fk_hub_usage);
        return EXIT_WRONG_USE;
    }
    return options.task == FK_HUB_TASK_SERVE ? serve(&options) : run_tool(&options);
}
