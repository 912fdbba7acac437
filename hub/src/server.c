#include "fk/hub_server.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "fk/assert.h"
#include "fk/hub_http.h"

#include "fk/banned.h"

enum {
    POOL_SIZE_BYTES = 32 * 1024, /* of one connection: a request header over the limit, and the answer's */
    IDLE_TIMEOUT_S = 30,
    DEADLINE_CHECK_MS = 250,
    HTTP_UNKNOWN = 0
};

typedef struct hub_connection {
    MHD_socket socket; /* valid while is_open */
    bool is_open;
    uint64_t deadline_ms;
    /* the request being answered */
    const char *method;
    const char *path; /* of an asset, or "-" */
    uint32_t status;
    uint64_t size_bytes;
} hub_connection;

typedef struct hub_server {
    const fk_hub_assets *assets;
    char policy[FK_HUB_POLICY_SIZE_MAX];
    struct MHD_Daemon *daemon;
    struct MHD_Response *found[FK_HUB_ASSET_COUNT_MAX]; /* per asset */
    struct MHD_Response *healthy, *missing, *refused, *too_large, *header_too_large;
    uint32_t open_count;
    bool has_room_again; /* a connection was closed since the loop last waited */
    hub_connection connections[FK_HUB_CONNECTION_COUNT_MAX];
} hub_server;

static uint64_t monotonic_ms(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- answers ------------------------------------------------------------------------------- */

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* NULL when memory is short. The content is borrowed until the response is destroyed. */
static struct MHD_Response *make_response(const hub_server *server, fk_bytes content, const char *cache_control)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(content.size_bytes, (void *)(uintptr_t)content.data, MHD_RESPMEM_PERSISTENT);
    bool is_complete = response != NULL && add_header(response, "Content-Security-Policy", server->policy) &&
                       add_header(response, "Cache-Control", cache_control);
    for (const fk_hub_header *header = fk_hub_fixed_headers; is_complete && header->name != NULL; header++) {
        is_complete = add_header(response, header->name, header->value);
    }
    if (!is_complete && response != NULL) {
        MHD_destroy_response(response);
    }
    return is_complete ? response : NULL;
}

static struct MHD_Response *make_text(const hub_server *server, const char *text)
{
    struct MHD_Response *response = make_response(server, fk_bytes_text(text), "no-store");
    if (response != NULL && !add_header(response, "Content-Type", "text/plain; charset=utf-8")) {
        MHD_destroy_response(response);
        response = NULL;
    }
    return response;
}

static struct MHD_Response *make_asset(const hub_server *server, const fk_hub_asset *asset)
{
    struct MHD_Response *response = make_response(server, asset->content, asset->cache_control);
    if (response != NULL &&
        !(add_header(response, "Content-Type", asset->content_type) && add_header(response, "ETag", asset->etag))) {
        MHD_destroy_response(response);
        response = NULL;
    }
    return response;
}

static bool make_responses(hub_server *server)
{
    server->healthy = make_text(server, "ok\n");
    server->missing = make_text(server, "Not found.\n");
    server->refused = make_text(server, "This server answers GET and HEAD only.\n");
    server->too_large = make_text(server, "A request here has no body.\n");
    server->header_too_large = make_text(server, "The request header is too large.\n");
    bool is_complete =
        server->healthy != NULL && server->missing != NULL && server->refused != NULL && server->too_large != NULL &&
        server->header_too_large != NULL && add_header(server->refused, "Allow", "GET, HEAD") &&
        add_header(server->refused, "Connection", "close") && add_header(server->too_large, "Connection", "close") &&
        add_header(server->header_too_large, "Connection", "close");
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

static void destroy_responses(hub_server *server)
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

static hub_connection *connection_of(struct MHD_Connection *handle)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    FK_ASSERT(info != NULL);
    return info->socket_context;
}

static enum MHD_Result answer(struct MHD_Connection *handle, const char *path, uint32_t status, uint64_t size_bytes,
                              struct MHD_Response *response)
{
    hub_connection *connection = connection_of(handle);
    connection->path = path;
    connection->status = status;
    connection->size_bytes = size_bytes;
    connection->deadline_ms = monotonic_ms() + FK_HUB_RESPONSE_DEADLINE_MS;
    return MHD_queue_response(handle, status, response);
}

static bool has_body(struct MHD_Connection *handle)
{
    const char *length = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return (length != NULL && strcmp(length, "0") != 0) ||
           MHD_lookup_connection_value(handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

static bool header_is_too_large(struct MHD_Connection *handle)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL || info->header_size > FK_HUB_HEADER_SIZE_BYTES_MAX;
}

/* What a request may not be. NULL: it is one for a file. */
static struct MHD_Response *refusal(const hub_server *server, struct MHD_Connection *handle, const char *method,
                                    uint32_t *status_out)
{
    if (header_is_too_large(handle)) {
        *status_out = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
        return server->header_too_large;
    }
    if (strcmp(method, "other") == 0) {
        *status_out = MHD_HTTP_METHOD_NOT_ALLOWED;
        return server->refused;
    }
    *status_out = MHD_HTTP_CONTENT_TOO_LARGE;
    return has_body(handle) ? server->too_large : NULL;
}

static enum MHD_Result answer_file(const hub_server *server, struct MHD_Connection *handle, const char *path,
                                   bool is_head)
{
    if (strcmp(path, "/healthz") == 0) {
        return answer(handle, "/healthz", MHD_HTTP_OK, 0, server->healthy);
    }
    const fk_hub_asset *asset = fk_hub_assets_find(server->assets, path);
    if (asset == NULL) {
        return answer(handle, "-", MHD_HTTP_NOT_FOUND, 0, server->missing);
    }
    struct MHD_Response *response = server->found[asset - server->assets->items];
    const char *known = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (known != NULL && fk_hub_etag_matches(known, asset->etag)) {
        return answer(handle, asset->path, MHD_HTTP_NOT_MODIFIED, 0, response); /* sent without its body */
    }
    return answer(handle, asset->path, MHD_HTTP_OK, is_head ? 0 : asset->content.size_bytes, response);
}

/* Called by libmicrohttpd when the header of a request is complete, and again when the request is.
 * An answer to the first call closes the connection, so that is where requests are refused: nobody
 * reads a body that is not wanted. */
static enum MHD_Result handle_request(void *ctx, struct MHD_Connection *handle, const char *path, const char *method,
                                      const char *version, const char *upload, size_t *upload_size_bytes,
                                      void **request_ctx)
{
    (void)version, (void)upload, (void)upload_size_bytes;
    const hub_server *server = ctx;
    hub_connection *connection = connection_of(handle);
    if (*request_ctx != NULL) {
        return answer_file(server, handle, path, strcmp(connection->method, "HEAD") == 0);
    }
    *request_ctx = connection; /* finish_request() gets it: this request reached us */
    connection->method = strcmp(method, "GET") == 0 ? "GET" : strcmp(method, "HEAD") == 0 ? "HEAD" : "other";
    uint32_t status = 0;
    struct MHD_Response *response = refusal(server, handle, connection->method, &status);
    return response == NULL ? MHD_YES : answer(handle, "-", status, 0, response);
}

/* The log line: nothing in it was chosen by a visitor but which of our files it was. */
static void finish_request(void *ctx, struct MHD_Connection *handle, void **request_ctx,
                           enum MHD_RequestTerminationCode how)
{
    (void)ctx, (void)handle;
    hub_connection *connection = *request_ctx;
    if (connection == NULL) {
        return;
    }
    *request_ctx = NULL;
    connection->deadline_ms = monotonic_ms() + FK_HUB_REQUEST_DEADLINE_MS;
    struct timespec now = { 0 };
    struct tm utc = { 0 };
    char when[32] = "";
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &utc) != NULL) {
        (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    (void)printf("%s %s %s %" PRIu32 " %" PRIu64 "%s\n", when, connection->method, connection->path, connection->status,
                 connection->size_bytes, how == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "" : " cut off");
}

/* Addresses are compared as they were sent: names of files need no escape, so "%2e" is just not found. */
static size_t keep_escapes(void *ctx, struct MHD_Connection *handle, char *text)
{
    (void)ctx, (void)handle;
    return strlen(text);
}

/* --- connections ---------------------------------------------------------------------------- */

static void open_connection(hub_server *server, struct MHD_Connection *handle, void **socket_ctx)
{
    hub_connection *connection = server->connections;
    while (connection->is_open) {
        connection++;
        FK_ASSERT(connection < server->connections + FK_HUB_CONNECTION_COUNT_MAX);
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
    FK_ASSERT(info != NULL);
    *connection = (hub_connection){ .socket = info->connect_fd,
                                    .is_open = true,
                                    .method = "-",
                                    .path = "-",
                                    .status = HTTP_UNKNOWN,
                                    .deadline_ms = monotonic_ms() + FK_HUB_REQUEST_DEADLINE_MS };
    server->open_count++;
    *socket_ctx = connection;
}

static void notify_connection(void *ctx, struct MHD_Connection *handle, void **socket_ctx,
                              enum MHD_ConnectionNotificationCode what)
{
    hub_server *server = ctx;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        open_connection(server, handle, socket_ctx);
        return;
    }
    hub_connection *connection = *socket_ctx;
    FK_ASSERT(connection->is_open);
    connection->is_open = false;
    server->open_count--;
    server->has_room_again = true;
}

/* libmicrohttpd's own timeout starts again with every byte, so a client that sends one byte now and
 * then could hold a connection for ever. Shutting the socket down lets the library close it. */
static void close_overdue(hub_server *server)
{
    uint64_t now_ms = monotonic_ms();
    for (size_t i = 0; server->open_count > 0 && i < FK_HUB_CONNECTION_COUNT_MAX; i++) {
        hub_connection *connection = &server->connections[i];
        if (connection->is_open && now_ms > connection->deadline_ms) {
            (void)shutdown(connection->socket, SHUT_RDWR);
            connection->deadline_ms = UINT64_MAX;
        }
    }
}

/* --- life ----------------------------------------------------------------------------------- */

static fk_status fail(fk_error *error, fk_code code, const char *sentence)
{
    fk_error_set(error, "%s", sentence);
    return fk_status_of(code);
}

static fk_status start_daemon(hub_server *server, const fk_hub_options *options, fk_error *error)
{
    unsigned flags = MHD_USE_EPOLL | (options->listen_address.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0U);
    errno = 0;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, handle_request, server, MHD_OPTION_SOCK_ADDR,
        (const struct sockaddr *)&options->listen_address, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)FK_HUB_CONNECTION_COUNT_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_SIZE_BYTES, MHD_OPTION_NOTIFY_CONNECTION, notify_connection,
        server, MHD_OPTION_NOTIFY_COMPLETED, finish_request, server, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
    if (server->daemon != NULL) {
        return fk_ok();
    }
    switch (errno) {
    case EADDRINUSE:
        return fail(error, FK_ERR_INVALID_INPUT,
                    "Another program listens on this address and port. Choose another --listen.");
    case EACCES:
        return fail(error, FK_ERR_INVALID_INPUT, "Ports below 1024 need more rights. Choose another --listen.");
    case EADDRNOTAVAIL:
        return fail(error, FK_ERR_INVALID_INPUT, "This machine does not have the address of --listen.");
    default:
        return fail(error, FK_ERR_INVALID_INPUT, "The hub cannot listen on the address of --listen.");
    }
}

static void print_address(const hub_server *server, const fk_hub_options *options)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    FK_ASSERT(info != NULL);
    char host[INET6_ADDRSTRLEN] = "";
    bool is_ipv6 = options->listen_address.ss_family == AF_INET6;
    const void *address = is_ipv6 ? (const void *)&((const struct sockaddr_in6 *)&options->listen_address)->sin6_addr
                                  : (const void *)&((const struct sockaddr_in *)&options->listen_address)->sin_addr;
    (void)inet_ntop(options->listen_address.ss_family, address, host, sizeof host);
    (void)printf(is_ipv6 ? "listening on http://[%s]:%u, %zu files, %zu bytes\n"
                         : "listening on http://%s:%u, %zu files, %zu bytes\n",
                 host, (unsigned)info->port, server->assets->count, server->assets->size_bytes);
}

static bool watch(int epoll, int file)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = file };
    return file >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, file, &event) == 0;
}

/* At its limit of connections libmicrohttpd stops listening, and starts again only when it is run
 * once more after one was closed: so then the loop does not wait. */
static int wait_ms(hub_server *server)
{
    if (server->has_room_again) {
        server->has_room_again = false;
        return 0;
    }
    MHD_UNSIGNED_LONG_LONG library_ms = 0;
    int bound_ms = server->open_count > 0 ? DEADLINE_CHECK_MS : -1;
    if (MHD_get_timeout(server->daemon, &library_ms) != MHD_YES) {
        return bound_ms;
    }
    return bound_ms >= 0 && library_ms > (unsigned)bound_ms ? bound_ms : (int)(library_ms & INT32_MAX);
}

/* Returns when a signal to stop arrives. */
static fk_status run_loop(hub_server *server, int stop_signals, fk_error *error)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    FK_ASSERT(info != NULL);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    fk_status status = fk_ok();
    if (epoll < 0 || !watch(epoll, info->epoll_fd) || !watch(epoll, stop_signals)) {
        status = fail(error, FK_ERR_NO_MEMORY, "The system has no room for another program that waits for requests.");
        goto cleanup;
    }
    for (bool is_stopped = false; !is_stopped;) {
        struct epoll_event ready[2];
        int count = epoll_wait(epoll, ready, 2, wait_ms(server));
        for (int i = 0; i < count; i++) {
            is_stopped = is_stopped || ready[i].data.fd == stop_signals;
        }
        if ((count < 0 && errno != EINTR) || MHD_run(server->daemon) != MHD_YES) {
            status = fail(error, FK_ERR_BUG, "Waiting for requests failed.");
            break;
        }
        close_overdue(server);
    }
cleanup:
    if (epoll >= 0) {
        (void)close(epoll);
    }
    return status;
}

fk_status fk_hub_serve(const fk_hub_options *options, const fk_hub_assets *assets, fk_error *error)
{
    sigset_t stop_set;
    (void)sigemptyset(&stop_set);
    (void)sigaddset(&stop_set, SIGTERM);
    (void)sigaddset(&stop_set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &stop_set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);

    fk_status status = fk_status_of(FK_ERR_NO_MEMORY);
    int stop_signals = signalfd(-1, &stop_set, SFD_CLOEXEC | SFD_NONBLOCK);
    hub_server *server = fk_allocate(assets->allocator, sizeof *server);
    if (server == NULL || stop_signals < 0) {
        status = fail(error, FK_ERR_NO_MEMORY, "There is not enough memory to start.");
        goto cleanup;
    }
    server->assets = assets;
    status = fk_hub_policy_write(options->hub_origin, server->policy);
    if (!fk_is_ok(status) || !make_responses(server)) {
        status = fail(error, FK_ERR_NO_MEMORY, "There is not enough memory to start.");
        goto cleanup;
    }
    status = start_daemon(server, options, error);
    if (fk_is_ok(status)) {
        print_address(server, options);
        status = run_loop(server, stop_signals, error);
        MHD_stop_daemon(server->daemon);
    }
cleanup:
    if (stop_signals >= 0) {
        (void)close(stop_signals);
    }
    if (server != NULL) {
        destroy_responses(server);
        fk_release(assets->allocator, server, sizeof *server);
    }
    return status;
}
