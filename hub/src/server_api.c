#include "server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fk/assert.h"
#include "fk/messages.h"

#include "fk/banned.h"

enum { HTTP_LENGTH_DIGITS_MAX = 10 };

static const char api_prefix[] = "/v1/";

bool fk_hub_api_is_path(const char *path)
{
    return strncmp(path, api_prefix, sizeof api_prefix - 1) == 0;
}

/* --- answering ---------------------------------------------------------------------------------- */

/* Only the app of --app-origin may read an answer from another origin. */
static bool add_cors(const fk_hub_server *server, const fk_hub_connection *connection, struct MHD_Response *response)
{
    return fk_hub_add_header(response, "Vary", "Origin") &&
           (!connection->is_of_app_origin ||
            (fk_hub_add_header(response, "Access-Control-Allow-Origin", server->options->app_origin) &&
             fk_hub_add_header(response, "Access-Control-Expose-Headers", "Retry-After")));
}

/* content: borrowed until the request ends. MHD_NO closes the connection: there was no memory for an answer. */
static enum MHD_Result send_reply(const fk_hub_server *server, fk_hub_connection *connection, fk_bytes content,
                                  uint16_t http_status, uint32_t retry_after_s, bool closes)
{
    struct MHD_Response *response = fk_hub_make_response(server, content, "no-store");
    if (response == NULL) {
        return MHD_NO;
    }
    char seconds[12] = "";
    (void)snprintf(seconds, sizeof seconds, "%u", (unsigned)retry_after_s);
    bool is_complete = fk_hub_add_header(response, "Content-Type", "application/octet-stream") &&
                       (retry_after_s == 0 || fk_hub_add_header(response, "Retry-After", seconds)) &&
                       (!closes || fk_hub_add_header(response, "Connection", "close")) &&
                       add_cors(server, connection, response);
    enum MHD_Result result = MHD_NO;
    if (is_complete) {
        result = fk_hub_answer(connection->handle, connection->path, http_status, content.size_bytes, response);
    }
    MHD_destroy_response(response);
    return result;
}

/* Refuse before the worker sees it. At the first call of a request with a body that also closes the connection. */
static enum MHD_Result refuse(const fk_hub_server *server, fk_hub_connection *connection, fk_code code,
                              uint16_t http_status, bool closes)
{
    fk_hub_job *job = &connection->job;
    job->reply.body = &job->reply_body;
    uint32_t retry_after_s = code == FK_ERR_BUSY ? FK_HUB_RETRY_AFTER_S : 0;
    if (!fk_is_ok(fk_hub_refuse(&job->reply, code, retry_after_s))) {
        return MHD_NO;
    }
    return send_reply(server, connection, fk_buffer_view(&job->reply_body), http_status, retry_after_s, closes);
}

/* --- the header of a request ----------------------------------------------------------------------- */

static const char *header_of(struct MHD_Connection *handle, const char *name)
{
    return MHD_lookup_connection_value(handle, MHD_HEADER_KIND, name);
}

static void read_token(struct MHD_Connection *handle, fk_hub_job *job)
{
    static const char scheme[] = "Bearer ";
    const char *value = header_of(handle, MHD_HTTP_HEADER_AUTHORIZATION);
    if (value == NULL) {
        return;
    }
    bool is_bearer = strncmp(value, scheme, sizeof scheme - 1) == 0;
    const char *token = is_bearer ? value + sizeof scheme - 1 : "?";
    (void)snprintf(job->token, sizeof job->token, "%s", strlen(token) < sizeof job->token ? token : "?");
}

/* "after" and nothing else; anything else becomes a query that is refused. */
static void read_query(struct MHD_Connection *handle, fk_hub_job *job)
{
    int count = MHD_get_connection_values(handle, MHD_GET_ARGUMENT_KIND, NULL, NULL);
    const char *after = MHD_lookup_connection_value(handle, MHD_GET_ARGUMENT_KIND, "after");
    if (count == 1 && after != NULL && strlen(after) < sizeof job->query - sizeof "after=") {
        (void)snprintf(job->query, sizeof job->query, "after=%s", after);
    } else if (count > 0) {
        (void)snprintf(job->query, sizeof job->query, "?");
    }
}

/* Is there a length, in digits, and how many? Without one (chunks) it would be known too late. */
static bool read_length(struct MHD_Connection *handle, size_t *length_out)
{
    const char *text = header_of(handle, MHD_HTTP_HEADER_CONTENT_LENGTH);
    *length_out = 0;
    if (text == NULL || header_of(handle, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL) {
        return false;
    }
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > HTTP_LENGTH_DIGITS_MAX || text[digits] != '\0') {
        return false;
    }
    *length_out = (size_t)strtoull(text, NULL, 10);
    return true;
}

/* What the browser asks before it lets the app ask: only for --app-origin is there an answer. */
static enum MHD_Result answer_preflight(const fk_hub_server *server, fk_hub_connection *connection)
{
    static const char *const allowed[][2] = {
        { "Access-Control-Allow-Methods", "GET, POST" },
        { "Access-Control-Allow-Headers", "Authorization, Content-Type" },
        { "Access-Control-Max-Age", "7200" },
    };
    struct MHD_Response *response = fk_hub_make_response(server, fk_bytes_text(""), "no-store");
    if (response == NULL) {
        return MHD_NO;
    }
    bool is_complete = add_cors(server, connection, response);
    for (size_t i = 0; is_complete && i < sizeof allowed / sizeof allowed[0]; i++) {
        is_complete = fk_hub_add_header(response, allowed[i][0], allowed[i][1]);
    }
    enum MHD_Result result = MHD_NO;
    if (is_complete) {
        result = fk_hub_answer(connection->handle, connection->path, MHD_HTTP_NO_CONTENT, 0, response);
    }
    MHD_destroy_response(response);
    return result;
}

/* Make room for the body before it is read. */
static enum MHD_Result take_body(fk_hub_server *server, fk_hub_connection *connection)
{
    fk_hub_job *job = &connection->job;
    bool has_token = job->token[0] != '\0';
    size_t length = 0;
    size_t length_max = has_token ? FK_HUB_BODY_SIZE_BYTES_MAX : FK_HUB_OPEN_BODY_SIZE_BYTES_MAX;
    if (job->is_post ? !read_length(connection->handle, &length) || length > length_max
                     : fk_hub_has_body(connection->handle)) {
        return refuse(server, connection, FK_ERR_TOO_LARGE, MHD_HTTP_CONTENT_TOO_LARGE, true);
    }
    if (server->api_count >= FK_HUB_API_COUNT_MAX) {
        return refuse(server, connection, FK_ERR_BUSY, MHD_HTTP_SERVICE_UNAVAILABLE, true);
    }
    fk_buffer_init(&job->body, server->assets->allocator, length);
    connection->stage = FK_HUB_STAGE_TAKING;
    server->api_count++;
    if (has_token && job->is_post) {
        connection->deadline_ms = fk_hub_monotonic_ms() + FK_HUB_BODY_DEADLINE_MS;
    }
    return MHD_YES;
}

enum MHD_Result fk_hub_api_head(fk_hub_server *server, struct MHD_Connection *handle, const char *path)
{
    fk_hub_connection *connection = fk_hub_connection_of(handle);
    fk_hub_job *job = &connection->job;
    const char *origin = header_of(handle, MHD_HTTP_HEADER_ORIGIN);
    *job = (fk_hub_job){ .is_post = strcmp(connection->method, "POST") == 0 };
    fk_buffer_init(&job->reply_body, server->assets->allocator, FK_HUB_REPLY_SIZE_BYTES_MAX);
    connection->path = job->path = fk_hub_endpoint_name(fk_bytes_text(path));
    connection->is_body_lost = false;
    connection->is_of_app_origin =
        origin != NULL && server->options->app_origin != NULL && strcmp(origin, server->options->app_origin) == 0;
    if (strcmp(connection->method, "OPTIONS") == 0 && connection->is_of_app_origin) {
        return answer_preflight(server, connection);
    }
    if (!job->is_post && strcmp(connection->method, "GET") != 0) {
        return refuse(server, connection, FK_ERR_NOT_FOUND, MHD_HTTP_METHOD_NOT_ALLOWED, true);
    }
    if (server->worker == NULL) {
        return refuse(server, connection, FK_ERR_NOT_YET, MHD_HTTP_NOT_IMPLEMENTED, true);
    }
    read_token(handle, job);
    read_query(handle, job);
    return take_body(server, connection);
}

/* --- the body, and the way to the worker and back ----------------------------------------------------- */

enum MHD_Result fk_hub_api_more(fk_hub_server *server, struct MHD_Connection *handle, const char *upload,
                                size_t *upload_size_bytes)
{
    fk_hub_connection *connection = fk_hub_connection_of(handle);
    fk_hub_job *job = &connection->job;
    if (connection->stage == FK_HUB_STAGE_DONE) {
        fk_bytes content = fk_buffer_view(&job->reply_body);
        return job->reply.http_status == 0
                   ? MHD_NO
                   : send_reply(server, connection, content, job->reply.http_status, job->reply.retry_after_s, false);
    }
    FK_ASSERT(connection->stage == FK_HUB_STAGE_TAKING);
    if (*upload_size_bytes > 0) {
        fk_status status = fk_buffer_append(&job->body, fk_bytes_of(upload, *upload_size_bytes));
        connection->is_body_lost = connection->is_body_lost || !fk_is_ok(status);
        *upload_size_bytes = 0;
        return MHD_YES;
    }
    /* A connection that waits for a worker that has ended would stop libmicrohttpd from ending: it aborts. */
    if (connection->is_body_lost || server->is_worker_finished) {
        return refuse(server, connection, FK_ERR_BUSY, MHD_HTTP_SERVICE_UNAVAILABLE, false);
    }
    connection->stage = FK_HUB_STAGE_WAITING;
    connection->deadline_ms = UINT64_MAX;
    MHD_suspend_connection(handle);
    fk_hub_worker_put(server->worker, job);
    return MHD_YES;
}

static fk_hub_connection *owner_of(fk_hub_job *job)
{
    return (fk_hub_connection *)(void *)((uint8_t *)job - offsetof(fk_hub_connection, job));
}

void fk_hub_api_resume(fk_hub_server *server)
{
    uint64_t batches = 0;
    (void)!read(server->done_event, &batches, sizeof batches);
    for (fk_hub_job *job = fk_hub_worker_take_done(server->worker); job != NULL;) {
        fk_hub_job *next = job->next;
        fk_hub_connection *connection = owner_of(job);
        connection->stage = FK_HUB_STAGE_DONE;
        connection->deadline_ms = fk_hub_monotonic_ms() + FK_HUB_RESPONSE_DEADLINE_MS;
        fk_buffer_free(&job->body); /* read; while the reply is on its way it would only take room */
        MHD_resume_connection(connection->handle);
        job = next;
    }
}

void fk_hub_api_end(fk_hub_server *server, fk_hub_connection *connection)
{
    if (connection->stage != FK_HUB_STAGE_NONE) {
        FK_ASSERT(connection->stage != FK_HUB_STAGE_WAITING);
        FK_ASSERT(server->api_count > 0);
        server->api_count--;
        connection->stage = FK_HUB_STAGE_NONE;
    }
    if (connection->job.path != NULL) {
        fk_buffer_free(&connection->job.body);
        fk_buffer_free(&connection->job.reply_body);
        fk_wipe(&connection->job, sizeof connection->job);
    }
}
