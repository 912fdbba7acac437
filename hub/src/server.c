#include "fk/hub_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "fk/assert.h"
#include "server_internal.h"

#include "fk/banned.h"

enum {
    POOL_SIZE_BYTES = 32 * 1024, /* of one connection: a request header over the limit, and the answer's */
    IDLE_TIMEOUT_S = 30,
    DEADLINE_CHECK_MS = 250,
    STOP_DEADLINE_MS = 10 * 1000, /* for what is held when the signal to stop arrives */
    HTTP_UNKNOWN = 0
};

uint64_t fk_hub_monotonic_ms(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- answers ------------------------------------------------------------------------------- */

bool fk_hub_add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

struct MHD_Response *fk_hub_make_response(const fk_hub_server *server, fk_bytes content, const char *cache_control)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(content.size_bytes, (void *)(uintptr_t)content.data, MHD_RESPMEM_PERSISTENT);
    bool is_complete = response != NULL && fk_hub_add_header(response, "Content-Security-Policy", server->policy) &&
                       fk_hub_add_header(response, "Cache-Control", cache_control);
    for (const fk_hub_header *header = fk_hub_fixed_headers; is_complete && header->name != NULL; header++) {
        is_complete = fk_hub_add_header(response, header->name, header->value);
    }
    if (!is_complete && response != NULL) {
        MHD_destroy_response(response);
    }
    return is_complete ? response : NULL;
}

fk_hub_connection *fk_hub_connection_of(struct MHD_Connection *handle)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    FK_ASSERT(info != NULL);
    return info->socket_context;
}

enum MHD_Result fk_hub_answer(struct MHD_Connection *handle, const char *path, uint32_t status, uint64_t size_bytes,
                              struct MHD_Response *response)
{
    fk_hub_connection *connection = fk_hub_connection_of(handle);
    connection->path = path;
    connection->status = status;
    connection->size_bytes = size_bytes;
    connection->deadline_ms = fk_hub_monotonic_ms() + FK_HUB_RESPONSE_DEADLINE_MS;
    return MHD_queue_response(handle, status, response);
}

bool fk_hub_has_body(struct MHD_Connection *handle)
{
    const char *length = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return (length != NULL && strcmp(length, "0") != 0) ||
           MHD_lookup_connection_value(handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

/* --- one request --------------------------------------------------------------------------- */

static bool header_is_too_large(struct MHD_Connection *handle)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL || info->header_size > FK_HUB_HEADER_SIZE_BYTES_MAX;
}

static const char *method_of(const char *method)
{
    static const char *const known[] = { "GET", "HEAD", "POST", "OPTIONS" };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(method, known[i]) == 0) {
            return known[i];
        }
    }
    return "other";
}

/* Called by libmicrohttpd when the header of a request is complete, then for each piece of a body, and again when the
 * request is. An answer to the first call closes the connection, so that is where requests are refused: nobody reads a
 * body that is not wanted. */
static enum MHD_Result handle_request(void *ctx, struct MHD_Connection *handle, const char *path, const char *method,
                                      const char *version, const char *upload, size_t *upload_size_bytes,
                                      void **request_ctx)
{
    (void)version;
    fk_hub_server *server = ctx;
    fk_hub_connection *connection = fk_hub_connection_of(handle);
    bool is_api = fk_hub_api_is_path(path);
    if (*request_ctx != NULL) {
        return is_api ? fk_hub_api_more(server, handle, upload, upload_size_bytes)
                      : fk_hub_files_answer(server, handle, path);
    }
    *request_ctx = connection; /* finish_request() gets it: this request reached us */
    connection->method = method_of(method);
    if (header_is_too_large(handle)) {
        return fk_hub_answer(handle, "-", MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, 0, server->header_too_large);
    }
    return is_api ? fk_hub_api_head(server, handle, path) : fk_hub_files_head(server, handle);
}

/* The log line: nothing in it was chosen by a visitor but which of our files it was. */
static void finish_request(void *ctx, struct MHD_Connection *handle, void **request_ctx,
                           enum MHD_RequestTerminationCode how)
{
    (void)handle;
    fk_hub_connection *connection = *request_ctx;
    if (connection == NULL) {
        return;
    }
    *request_ctx = NULL;
    fk_hub_api_end(ctx, connection);
    connection->deadline_ms = fk_hub_monotonic_ms() + FK_HUB_REQUEST_DEADLINE_MS;
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

static void open_connection(fk_hub_server *server, struct MHD_Connection *handle, void **socket_ctx)
{
    fk_hub_connection *connection = server->connections;
    while (connection->is_open) {
        connection++;
        FK_ASSERT(connection < server->connections + FK_HUB_CONNECTION_COUNT_MAX);
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
    FK_ASSERT(info != NULL);
    *connection = (fk_hub_connection){ .socket = info->connect_fd,
                                       .handle = handle,
                                       .is_open = true,
                                       .method = "-",
                                       .path = "-",
                                       .status = HTTP_UNKNOWN,
                                       .deadline_ms = fk_hub_monotonic_ms() + FK_HUB_REQUEST_DEADLINE_MS };
    server->open_count++;
    *socket_ctx = connection;
}

static void notify_connection(void *ctx, struct MHD_Connection *handle, void **socket_ctx,
                              enum MHD_ConnectionNotificationCode what)
{
    fk_hub_server *server = ctx;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        open_connection(server, handle, socket_ctx);
        return;
    }
    fk_hub_connection *connection = *socket_ctx;
    FK_ASSERT(connection->is_open);
    connection->is_open = false;
    server->open_count--;
    server->has_room_again = true;
}

/* libmicrohttpd's own timeout starts again with every byte, so a client that sends one byte now and
 * then could hold a connection for ever. Shutting the socket down lets the library close it. */
static void close_overdue(fk_hub_server *server)
{
    uint64_t now_ms = fk_hub_monotonic_ms();
    for (size_t i = 0; server->open_count > 0 && i < FK_HUB_CONNECTION_COUNT_MAX; i++) {
        fk_hub_connection *connection = &server->connections[i];
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

static fk_status start_daemon(fk_hub_server *server, const fk_hub_options *options, fk_error *error)
{
    unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (options->listen_address.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0U);
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

static void print_address(const fk_hub_server *server, const fk_hub_options *options)
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
static int wait_ms(fk_hub_server *server)
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

/* Wait once for sockets, finished work or a signal, and do what there is. */
static fk_status turn(fk_hub_server *server, int epoll, int stop_signals, bool *is_stopped)
{
    struct epoll_event ready[3];
    int count = epoll_wait(epoll, ready, 3, wait_ms(server));
    for (int i = 0; i < count; i++) {
        if (ready[i].data.fd == stop_signals) {
            struct signalfd_siginfo signal_info;
            (void)!read(stop_signals, &signal_info, sizeof signal_info);
            *is_stopped = true;
        }
        if (ready[i].data.fd == server->done_event) {
            fk_hub_api_resume(server);
        }
    }
    close_overdue(server);
    bool has_failed = (count < 0 && errno != EINTR) || MHD_run(server->daemon) != MHD_YES;
    return has_failed ? fk_status_of(FK_ERR_BUG) : fk_ok();
}

/* Nobody new; whoever is being answered gets the answer, whoever sends has a little time. */
static void finish_held(fk_hub_server *server, int epoll, int stop_signals)
{
    MHD_socket listener = MHD_quiesce_daemon(server->daemon);
    uint64_t deadline_ms = fk_hub_monotonic_ms() + STOP_DEADLINE_MS;
    fk_status status = fk_ok();
    while (fk_is_ok(status) && server->api_count > 0 && fk_hub_monotonic_ms() < deadline_ms) {
        bool is_stopped = false;
        status = turn(server, epoll, stop_signals, &is_stopped);
    }
    if (server->worker != NULL) { /* now nobody waits for it whom libmicrohttpd would not let go */
        fk_hub_worker_finish(server->worker);
        server->is_worker_finished = true;
        fk_hub_api_resume(server);
        (void)MHD_run(server->daemon);
    }
    if (listener != MHD_INVALID_SOCKET) {
        (void)close(listener);
    }
}

/* Returns when a signal to stop arrives. */
static fk_status run_loop(fk_hub_server *server, int stop_signals, fk_error *error)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    FK_ASSERT(info != NULL);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    fk_status status = fk_ok();
    if (epoll < 0 || !watch(epoll, info->epoll_fd) || !watch(epoll, stop_signals) ||
        !watch(epoll, server->done_event)) {
        status = fail(error, FK_ERR_NO_MEMORY, "The system has no room for another program that waits for requests.");
    }
    for (bool is_stopped = false; fk_is_ok(status) && !is_stopped;) {
        status = turn(server, epoll, stop_signals, &is_stopped);
        if (!fk_is_ok(status)) {
            status = fail(error, FK_ERR_BUG, "Waiting for requests failed.");
        }
    }
    finish_held(server, epoll, stop_signals);
    if (epoll >= 0) {
        (void)close(epoll);
    }
    return status;
}

static fk_status prepare(fk_hub_server *server, fk_error *error)
{
    fk_status status = fk_hub_policy_write(server->options->hub_origin, server->policy);
    server->done_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fk_is_ok(status) && server->done_event >= 0 && server->hub != NULL) {
        server->worker = fk_hub_worker_start(server->hub, server->assets->allocator, server->done_event);
    }
    bool is_ready = fk_is_ok(status) && server->done_event >= 0 && fk_hub_files_begin(server) &&
                    (server->worker != NULL) == (server->hub != NULL);
    return is_ready ? fk_ok() : fail(error, FK_ERR_NO_MEMORY, "There is not enough memory to start.");
}

static void release(fk_hub_server *server)
{
    if (server->worker != NULL) {
        if (!server->is_worker_finished) {
            fk_hub_worker_finish(server->worker);
        }
        fk_hub_worker_free(server->worker);
    }
    if (server->done_event >= 0) {
        (void)close(server->done_event);
    }
    fk_hub_files_end(server);
    fk_release(server->assets->allocator, server, sizeof *server);
}

fk_status fk_hub_serve(const fk_hub_options *options, const fk_hub_assets *assets, fk_hub *hub, fk_error *error)
{
    sigset_t stop_set;
    (void)sigemptyset(&stop_set);
    (void)sigaddset(&stop_set, SIGTERM);
    (void)sigaddset(&stop_set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &stop_set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);

    int stop_signals = signalfd(-1, &stop_set, SFD_CLOEXEC | SFD_NONBLOCK);
    fk_hub_server *server = fk_allocate(assets->allocator, sizeof *server);
    if (server == NULL || stop_signals < 0) {
        fk_release(assets->allocator, server, sizeof *server);
        return fail(error, FK_ERR_NO_MEMORY, "There is not enough memory to start.");
    }
    server->options = options;
    server->assets = assets;
    server->hub = hub;
    fk_status status = prepare(server, error);
    if (fk_is_ok(status)) {
        status = start_daemon(server, options, error);
    }
    if (fk_is_ok(status)) {
        print_address(server, options);
        status = run_loop(server, stop_signals, error);
        MHD_stop_daemon(server->daemon);
    }
    release(server);
    (void)close(stop_signals);
    return status;
}
