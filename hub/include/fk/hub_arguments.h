/* fk/hub_arguments.h — what the hub's command line says. */
#ifndef FK_HUB_ARGUMENTS_H
#define FK_HUB_ARGUMENTS_H

#include <sys/socket.h>

#include "fk/status.h"

typedef struct fk_hub_options {
    const char *app_dir;    /* borrowed from argv */
    const char *hub_origin; /* borrowed from argv; NULL: none but the app's own origin */
    struct sockaddr_storage listen_address;
} fk_hub_options;

extern const char fk_hub_usage[];

/* Read `--app DIR [--listen ADDR:PORT] [--hub-origin URL]`.
 *
 * ADDR is an IPv4 address, an IPv6 address in brackets or "localhost"; port 0 lets the system
 * choose. The origin is https://HOST[:PORT], or http:// for this machine itself, and holds nothing
 * that could leave its place in a header.
 * On FK_ERR_INVALID_INPUT error holds a sentence for the person who typed it. */
FK_MUST_USE fk_status fk_hub_options_read(int argc, char *const argv[], fk_hub_options *options_out, fk_error *error);

#endif
