/* fk/hub_arguments.h — what the hub's command line says. */
#ifndef FK_HUB_ARGUMENTS_H
#define FK_HUB_ARGUMENTS_H

#include <sys/socket.h>

#include "fk/status.h"

typedef enum fk_hub_task {
    FK_HUB_TASK_SERVE = 0,
    FK_HUB_TASK_FOUND = 1, /* put the founding entry of an agency into the store */
    FK_HUB_TASK_CHECK = 2, /* read the whole store and compute it again */
} fk_hub_task;

/* Texts are borrowed from argv. */
typedef struct fk_hub_options {
    fk_hub_task task;
    const char *store;      /* sqlite:PATH; NULL: none, the files of the app only */
    const char *entry_path; /* of the task "found" */
    const char *app_dir;    /* NULL: no app, the hub only */
    const char *hub_origin; /* NULL: none but the app's own origin */
    const char *app_origin; /* the one other origin whose app may ask this hub; NULL: none */
    struct sockaddr_storage listen_address;
} fk_hub_options;

extern const char fk_hub_usage[];

/* Read `[--store S] [--app DIR] [--listen ADDR:PORT] [--hub-origin URL] [--app-origin URL]`, `found --store S
 * ENTRYFILE` or `check --store S`.
 *
 * ADDR is an IPv4 address, an IPv6 address in brackets or "localhost"; port 0 lets the system
 * choose. To serve, there is a store or an app. An origin is https://HOST[:PORT], or http:// for this machine itself,
 * and holds nothing that could leave its place in a header. On FK_ERR_INVALID_INPUT error holds a sentence for the
 * person who typed it. */
FK_MUST_USE fk_status fk_hub_options_read(int argc, char *const argv[], fk_hub_options *options_out, fk_error *error);

#endif
