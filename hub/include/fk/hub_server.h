/* fk/hub_server.h — answers requests for the files of the app, and those to the hub, until it is told to stop. */
#ifndef FK_HUB_SERVER_H
#define FK_HUB_SERVER_H

#include "fk/hub_arguments.h"
#include "fk/hub_assets.h"
#include "fk/hub_core.h"

enum {
    FK_HUB_CONNECTION_COUNT_MAX = 256,
    FK_HUB_HEADER_SIZE_BYTES_MAX = 8 * 1024,
    FK_HUB_REQUEST_DEADLINE_MS = 10 * 1000,   /* from connecting, or from the last answer, to the end of a request */
    FK_HUB_BODY_DEADLINE_MS = 120 * 1000,     /* for the body of a request with a token: 1 MiB at 9 kB/s */
    FK_HUB_RESPONSE_DEADLINE_MS = 300 * 1000, /* to take an answer: the largest file at 55 kB/s */
    FK_HUB_API_COUNT_MAX = 128,               /* requests to the hub that are in memory at one time; more are asked to
                                                 come back */
    FK_HUB_OPEN_BODY_SIZE_BYTES_MAX = 64 * 1024, /* of a request without a token */
};

/* Serve until SIGTERM or SIGINT; then nobody new is let in, and who is being answered gets the answer. One thread for
 * sockets, one for the store. hub: borrowed; NULL answers requests to the hub with FK_ERR_NOT_YET.
 *
 * Writes the address to standard output once requests are answered, then one line for each:
 * time, method, address of the file, name of the endpoint or "-", status, bytes. No address of a visitor, no query, no
 * text that a visitor chose.
 * Fails with FK_ERR_INVALID_INPUT (error: a sentence) when the address cannot be listened on,
 * FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_hub_serve(const fk_hub_options *options, const fk_hub_assets *assets, fk_hub *hub,
                                   fk_error *error);

#endif
