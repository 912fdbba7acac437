#include "server_internal.h"

#include <string.h>

#include "fk/banned.h"

static struct MHD_Response *make_text(const fk_hub_server *server, const char *text)
{
    struct MHD_Response *response = fk_hub_make_response(server, fk_bytes_text(text), "no-store");
    if (response != NULL && !fk_hub_add_header(response, "Content-Type", "text/plain; charset=utf-8")) {
        MHD_destroy_response(response);
        response = NULL;
    }
    return response;
}

static struct MHD_Response *make_asset(const fk_hub_server *server, const fk_hub_asset *asset)
{
    struct MHD_Response *response = fk_hub_make_response(server, asset->content, asset->cache_control);
    if (response != NULL && !(fk_hub_add_header(response, "Content-Type", asset->content_type) &&
                              fk_hub_add_header(response, "ETag", asset->etag))) {
        MHD_destroy_response(response);
        response = NULL;
    }
    return response;
}

bool fk_hub_files_begin(fk_hub_server *server)
{
    server->healthy = make_text(server, "ok\n");
    server->missing = make_text(server, "Not found.\n");
    server->refused = make_text(server, "This server answers GET and HEAD only.\n");
    server->too_large = make_text(server, "A request here has no body.\n");
    server->header_too_large = make_text(server, "The request header is too large.\n");
    bool is_complete = server->healthy != NULL && server->missing != NULL && server->refused != NULL &&
                       server->too_large != NULL && server->header_too_large != NULL &&
                       fk_hub_add_header(server->refused, "Allow", "GET, HEAD") &&
                       fk_hub_add_header(server->refused, "Connection", "close") &&
                       fk_hub_add_header(server->too_large, "Connection", "close") &&
                       fk_hub_add_header(server->header_too_large, "Connection", "close");
    for (size_t i = 0; is_complete && i < server->assets->count; i++) {
        server->found[i] = make_asset(server, &server->assets->items[i]);
        is_complete = server->found[i] != NULL;
    }
    return is_complete;
}

static void destroy_response(struct MHD_Response *response)
{
    if (response != NULL) {
        MHD_destroy_response(response);
    }
}

void fk_hub_files_end(fk_hub_server *server)
{
    struct MHD_Response *const texts[] = { server->healthy, server->missing, server->refused, server->too_large,
                                           server->header_too_large };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        destroy_response(texts[i]);
    }
    for (size_t i = 0; i < server->assets->count; i++) {
        destroy_response(server->found[i]);
    }
}

/* --- one request --------------------------------------------------------------------------- */

/* What a request may not be. NULL: it is one for a file. */
static struct MHD_Response *refusal(const fk_hub_server *server, struct MHD_Connection *handle, uint32_t *status_out)
{
    const char *method = fk_hub_connection_of(handle)->method;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        *status_out = MHD_HTTP_METHOD_NOT_ALLOWED;
        return server->refused;
    }
    *status_out = MHD_HTTP_CONTENT_TOO_LARGE;
    return fk_hub_has_body(handle) ? server->too_large : NULL;
}

enum MHD_Result fk_hub_files_head(const fk_hub_server *server, struct MHD_Connection *handle)
{
    uint32_t status = 0;
    struct MHD_Response *response = refusal(server, handle, &status);
    return response == NULL ? MHD_YES : fk_hub_answer(handle, "-", status, 0, response);
}

enum MHD_Result fk_hub_files_answer(const fk_hub_server *server, struct MHD_Connection *handle, const char *path)
{
    bool is_head = strcmp(fk_hub_connection_of(handle)->method, "HEAD") == 0;
    if (strcmp(path, "/healthz") == 0) {
        return fk_hub_answer(handle, "/healthz", MHD_HTTP_OK, 0, server->healthy);
    }
    const fk_hub_asset *asset = fk_hub_assets_find(server->assets, path);
    if (asset == NULL) {
        return fk_hub_answer(handle, "-", MHD_HTTP_NOT_FOUND, 0, server->missing);
    }
    struct MHD_Response *response = server->found[asset - server->assets->items];
    const char *known = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (known != NULL && fk_hub_etag_matches(known, asset->etag)) {
        return fk_hub_answer(handle, asset->path, MHD_HTTP_NOT_MODIFIED, 0, response); /* sent without its body */
    }
    return fk_hub_answer(handle, asset->path, MHD_HTTP_OK, is_head ? 0 : asset->content.size_bytes, response);
}
