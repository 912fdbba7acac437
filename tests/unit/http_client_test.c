/* The HTTP client against a server of one answer on a real socket: what is sent, and what each kind of answer becomes.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "assert_code.h"
#include "http_client.h"

enum { REQUEST_SIZE_BYTES_MAX = 2 * 1024 * 1024 };

/* Takes one connection, reads one request, gives one answer, closes. */
typedef struct server {
    int listener;
    uint16_t port;
    pthread_t thread;
    const char *answer;       /* NULL: closes without one */
    size_t filler_size_bytes; /* zeros after the answer */
    char *request;
    size_t request_size_bytes;
} server;

/* Has the whole request come, by its Content-Length? The beginning of TLS is answered at once. */
static bool is_whole(const server *s)
{
    const char *end = memmem(s->request, s->request_size_bytes, "\r\n\r\n", 4);
    const char *length = memmem(s->request, s->request_size_bytes, "Content-Length: ", 16);
    size_t body = length == NULL ? 0 : (size_t)strtoul(length + 16, NULL, 10);
    if (s->request_size_bytes > 0 && s->request[0] == 0x16) {
        return true;
    }
    return end != NULL && s->request_size_bytes == (size_t)(end + 4 - s->request) + body;
}

static void *serve(void *ctx)
{
    server *s = ctx;
    int connection = accept(s->listener, NULL, NULL);
    while (!is_whole(s)) {
        ssize_t count =
            recv(connection, s->request + s->request_size_bytes, REQUEST_SIZE_BYTES_MAX - s->request_size_bytes, 0);
        if (count <= 0) {
            break;
        }
        s->request_size_bytes += (size_t)count;
    }
    if (s->answer != NULL) {
        static const char zeros[64 * 1024];
        (void)send(connection, s->answer, strlen(s->answer), MSG_NOSIGNAL);
        for (size_t sent = 0; sent < s->filler_size_bytes;) {
            size_t size_bytes = s->filler_size_bytes - sent < sizeof zeros ? s->filler_size_bytes - sent : sizeof zeros;
            ssize_t count = send(connection, zeros, size_bytes, MSG_NOSIGNAL);
            if (count <= 0) {
                break;
            }
            sent += (size_t)count;
        }
    }
    close(connection);
    return NULL;
}

static void server_start(server *s, const char *answer, size_t filler_size_bytes)
{
    *s = (server){ .answer = answer, .filler_size_bytes = filler_size_bytes };
    s->request = calloc(1, REQUEST_SIZE_BYTES_MAX + 1);
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof address;
    assert_int_equal(bind(s->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(s->listener, 1), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &size), 0);
    s->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_end(server *s)
{
    pthread_join(s->thread, NULL);
    close(s->listener);
    free(s->request);
}

/* One request to the server by the scheme; body is initialised here. */
static fk_http_reply ask(const server *s, const char *scheme, const fk_http_request *request, fk_buffer *body)
{
    char origin[64];
    fk_http_client *client = NULL;
    fk_http_reply reply;
    (void)snprintf(origin, sizeof origin, "%s://127.0.0.1:%u/", scheme, s->port);
    fk_buffer_init(body, &fk_allocator_libc, FK_HTTP_REPLY_SIZE_BYTES_MAX + 8);
    assert_code(fk_buffer_append(body, fk_bytes_text("8 before")), FK_OK);
    assert_code(fk_http_client_new(fk_bytes_text(origin), &client, NULL), FK_OK);
    assert_code(fk_http_send(client, request, body, &reply), FK_OK);
    fk_http_client_free(client);
    return reply;
}

static const char FRONTIER[] = "/v1/frontier";

static fk_http_reply get(const char *scheme, const char *answer, size_t filler_size_bytes, fk_buffer *body)
{
    server s;
    server_start(&s, answer, filler_size_bytes);
    const fk_http_request request = { .path = { (const uint8_t *)FRONTIER, sizeof FRONTIER - 1 } };
    fk_http_reply reply = ask(&s, scheme, &request, body);
    server_end(&s);
    return reply;
}

static void assert_get(const char *scheme, const char *answer, size_t filler_size_bytes, fk_answer_kind kind)
{
    fk_buffer body;
    assert_int_equal(get(scheme, answer, filler_size_bytes, &body).kind, kind);
    assert_int_equal(body.size_bytes, 8 + (kind == FK_ANSWER_HTTP ? filler_size_bytes : 0));
    assert_memory_equal(body.data, "8 before", 8);
    fk_buffer_free(&body);
}

static void request__is_what_the_run_asked_for(void **state)
{
    (void)state;
    server s;
    fk_buffer body;
    static uint8_t payload[FK_BODY_SIZE_BYTES_MAX];
    memset(payload, 0xfe, sizeof payload);
    server_start(&s, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0);
    const fk_http_request request = { .is_post = true,
                                      .path = fk_bytes_text("/v1/push?x=1"),
                                      .token = fk_bytes_text("00ff00ff"),
                                      .body = fk_bytes_of(payload, sizeof payload) };
    fk_http_reply reply = ask(&s, "http", &request, &body);
    assert_int_equal(reply.kind, FK_ANSWER_HTTP);
    assert_int_equal(reply.http_status, 200);
    assert_int_equal(reply.retry_after_s, 0);
    assert_memory_equal(body.data, "8 beforehello", 13);
    pthread_join(s.thread, NULL);
    assert_memory_equal(s.request, "POST /v1/push?x=1 HTTP/1.1\r\n", 28);
    assert_non_null(strstr(s.request, "\r\nAuthorization: Bearer 00ff00ff\r\n"));
    assert_non_null(strstr(s.request, "\r\nContent-Type: application/octet-stream\r\n"));
    assert_null(strstr(s.request, "\r\nExpect:"));
    assert_null(strstr(s.request, "\r\nUser-Agent:"));
    assert_memory_equal(s.request + s.request_size_bytes - sizeof payload, payload, sizeof payload);
    close(s.listener);
    free(s.request);
    fk_buffer_free(&body);
}

static void request__without_token_or_body_has_neither(void **state)
{
    (void)state;
    static const bool methods[] = { false, true };
    for (size_t i = 0; i < 2; i++) {
        server s;
        fk_buffer body;
        server_start(&s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0);
        const fk_http_request request = { .is_post = methods[i], .path = fk_bytes_text("/v1/roster?after=3") };
        assert_int_equal(ask(&s, "http", &request, &body).kind, FK_ANSWER_HTTP);
        pthread_join(s.thread, NULL);
        const char *line = methods[i] ? "POST /v1/roster?after=3 HTTP/1.1\r\n" : "GET /v1/roster?after=3 HTTP/1.1\r\n";
        assert_memory_equal(s.request, line, strlen(line));
        assert_null(strstr(s.request, "Authorization"));
        close(s.listener);
        free(s.request);
        fk_buffer_free(&body);
    }
}

static void answer__of_an_error_carries_status_and_retry_after(void **state)
{
    (void)state;
    fk_buffer body;
    fk_http_reply reply = get("http", "HTTP/1.1 503 Later\r\nRetry-After: 17\r\nContent-Length: 2\r\n\r\nno", 0, &body);
    assert_int_equal(reply.kind, FK_ANSWER_HTTP);
    assert_int_equal(reply.http_status, 503);
    assert_int_equal(reply.retry_after_s, 17);
    assert_int_equal(body.size_bytes, 10);
    fk_buffer_free(&body);
}

/* A captive portal sends people elsewhere; a hub never does. */
static void answer__that_redirects_is_not_followed(void **state)
{
    (void)state;
    fk_buffer body;
    fk_http_reply reply =
        get("http", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n", 0, &body);
    assert_int_equal(reply.kind, FK_ANSWER_HTTP);
    assert_int_equal(reply.http_status, 302);
    fk_buffer_free(&body);
}

static void answer__may_be_as_large_as_a_hub_s_and_no_larger(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n";
    assert_get("http", head, FK_HTTP_REPLY_SIZE_BYTES_MAX, FK_ANSWER_HTTP);
    assert_get("http", head, FK_HTTP_REPLY_SIZE_BYTES_MAX + 1, FK_ANSWER_CUT);
    assert_get("http", head, 40 * 1024 * 1024, FK_ANSWER_CUT);
}

static void answer__that_ends_early_is_cut(void **state)
{
    (void)state;
    assert_get("http", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 999, FK_ANSWER_CUT);
    assert_get("http", NULL, 0, FK_ANSWER_CUT);
    assert_get("http", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n", 100, FK_ANSWER_CUT);
}

static void answer__without_tls_or_without_a_server_is_unreachable(void **state)
{
    (void)state;
    assert_get("https", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, FK_ANSWER_UNREACHABLE);
    server s;
    server_start(&s, "", 0);
    int probe = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(s.port),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    assert_int_equal(connect(probe, (struct sockaddr *)&address, sizeof address), 0);
    close(probe);
    server_end(&s); /* nobody listens there any more */
    fk_buffer body;
    const fk_http_request request = { .path = fk_bytes_text("/") };
    assert_int_equal(ask(&s, "http", &request, &body).kind, FK_ANSWER_UNREACHABLE);
    fk_buffer_free(&body);
}

static void origin__is_scheme_host_and_port_and_nothing_else(void **state)
{
    (void)state;
    static const char *const good[] = { "http://localhost:8080", "https://hub.example", "https://hub.example/",
                                        "http://[::1]:8080" };
    static const char *const wrong[] = { "",
                                         "hub.example",
                                         "ftp://hub.example",
                                         "file:///etc/passwd",
                                         "http://",
                                         "https:///",
                                         "http://hub.example/path",
                                         "http://hub.example//",
                                         "http://user@hub.example",
                                         "http://hub.example?x",
                                         "http://hub.example#x",
                                         "http://hub example",
                                         "http://hub.example\r\nX: y",
                                         "HTTP://hub.example\\x" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        fk_http_client *client = NULL;
        assert_code(fk_http_client_new(fk_bytes_text(good[i]), &client, NULL), FK_OK);
        fk_http_client_free(client);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fk_http_client *client = NULL;
        assert_code(fk_http_client_new(fk_bytes_text(wrong[i]), &client, NULL), FK_ERR_INVALID_INPUT);
        assert_null(client);
    }
    char long_one[FK_HTTP_ORIGIN_SIZE_BYTES_MAX + 2];
    memset(long_one, 'a', sizeof long_one);
    memcpy(long_one, "http://", 7);
    fk_http_client *client = NULL;
    assert_code(fk_http_client_new(fk_bytes_of(long_one, sizeof long_one), &client, NULL), FK_ERR_INVALID_INPUT);
    fk_http_client_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request__is_what_the_run_asked_for),
        cmocka_unit_test(request__without_token_or_body_has_neither),
        cmocka_unit_test(answer__of_an_error_carries_status_and_retry_after),
        cmocka_unit_test(answer__that_redirects_is_not_followed),
        cmocka_unit_test(answer__may_be_as_large_as_a_hub_s_and_no_larger),
        cmocka_unit_test(answer__that_ends_early_is_cut),
        cmocka_unit_test(answer__without_tls_or_without_a_server_is_unreachable),
        cmocka_unit_test(origin__is_scheme_host_and_port_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
