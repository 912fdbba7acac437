/* server_internal.h — the server's state, shared by server.c (life, connections), server_files.c (the app's files) and
 * server_api.c (requests to the hub). One thread runs all of it; the worker has a thread of its own. */
#ifndef FK_HUB_SERVER_INTERNAL_H
#define FK_HUB_SERVER_INTERNAL_H

#include <microhttpd.h>

#include "fk/hub_http.h"
#include "fk/hub_server.h"
#include "worker.h"

/* Where a request to the hub stands. */
typedef enum fk_hub_stage {
    FK_HUB_STAGE_NONE = 0,   /* for a file, or answered at once */
    FK_HUB_STAGE_TAKING = 1, /* its body is arriving */
    FK_HUB_STAGE_WAITING = 2,
    FK_HUB_STAGE_DONE = 3, /* the worker has answered, the client gets it */
} fk_hub_stage;

typedef struct fk_hub_connection {
    MHD_socket socket; /* valid while is_open */
    struct MHD_Connection *handle;
    bool is_open;
    uint64_t deadline_ms;
    /* the request being answered */
    const char *method; /* static */
    const char *path;   /* for the log: of an asset, of an endpoint, or "-"; static */
    uint32_t status;
    uint64_t size_bytes;
    /* a request to the hub */
    fk_hub_stage stage;
    bool is_of_app_origin; /* its Origin is --app-origin */
    bool is_body_lost;     /* there was no memory for it */
    fk_hub_job job;
} fk_hub_connection;

typedef struct fk_hub_server {
    const fk_hub_options *options;
    const fk_hub_assets *assets;
    fk_hub *hub;           /* NULL: no --store */
    fk_hub_worker *worker; /* NULL: no --store */
    int done_event;
    char policy[FK_HUB_POLICY_SIZE_MAX];
    struct MHD_Daemon *daemon;
    struct MHD_Response *found[FK_HUB_ASSET_COUNT_MAX]; /* per asset */
    struct MHD_Response *healthy, *missing, *refused, *too_large, *header_too_large;
    uint32_t open_count;
    uint32_t api_count;      /* requests whose body or reply is in memory */
    bool is_worker_finished; /* at the end of a stop: who sends one more request on an open connection is turned away */
    bool has_room_again;     /* a connection was closed since the loop last waited */
    fk_hub_connection connections[FK_HUB_CONNECTION_COUNT_MAX];
} fk_hub_server;

uint64_t fk_hub_monotonic_ms(void);
fk_hub_connection *fk_hub_connection_of(struct MHD_Connection *handle);
bool fk_hub_has_body(struct MHD_Connection *handle);
bool fk_hub_add_header(struct MHD_Response *response, const char *name, const char *value);
/* With the headers every answer has. NULL when memory is short. content is borrowed until the response is destroyed. */
struct MHD_Response *fk_hub_make_response(const fk_hub_server *server, fk_bytes content, const char *cache_control);
/* Queue it and note it for the log. path is static. */
enum MHD_Result fk_hub_answer(struct MHD_Connection *handle, const char *path, uint32_t status, uint64_t size_bytes,
                              struct MHD_Response *response);

/* --- server_files.c --------------------------------------------------------------------------------- */

bool fk_hub_files_begin(fk_hub_server *server);
void fk_hub_files_end(fk_hub_server *server);
/* The first call for a request (its header is complete): refuse it, or MHD_YES. */
enum MHD_Result fk_hub_files_head(const fk_hub_server *server, struct MHD_Connection *handle);
/* The last call: answer. */
enum MHD_Result fk_hub_files_answer(const fk_hub_server *server, struct MHD_Connection *handle, const char *path);

/* --- server_api.c ----------------------------------------------------------------------------------- */

bool fk_hub_api_is_path(const char *path);
/* The first call, the calls with pieces of the body, the last call, and the call after the worker is done. */
enum MHD_Result fk_hub_api_head(fk_hub_server *server, struct MHD_Connection *handle, const char *path);
enum MHD_Result fk_hub_api_more(fk_hub_server *server, struct MHD_Connection *handle, const char *upload,
                                size_t *upload_size_bytes);
/* Give the worker's finished replies back to their connections. */
void fk_hub_api_resume(fk_hub_server *server);
/* The request is over: release what it held. */
void fk_hub_api_end(fk_hub_server *server, fk_hub_connection *connection);

#endif
