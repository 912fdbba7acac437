#include "http_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "fk/banned.h"

enum {
    TIMEOUT_S = 30, /* without a byte, and for a connection */
    URL_SIZE_BYTES_MAX = 1024,
    HEADER_SIZE_BYTES_MAX = 128,
    MINIMUM_BYTES_PER_S = 1,
};

struct fk_http_client {
    CURL *curl;
    char origin[FK_HTTP_ORIGIN_SIZE_BYTES_MAX + 1];
};

/* Where the bytes of an answer go. */
typedef struct receiver {
    fk_buffer *body;
    size_t size_bytes; /* of this answer */
} receiver;

static size_t receive(char *bytes, size_t unit, size_t count, void *ctx)
{
    receiver *r = ctx;
    size_t size_bytes = unit * count;
    if (size_bytes > FK_HTTP_REPLY_SIZE_BYTES_MAX - r->size_bytes ||
        !fk_is_ok(fk_buffer_append(r->body, fk_bytes_of(bytes, size_bytes)))) {
        return 0; /* which ends the transfer */
    }
    r->size_bytes += size_bytes;
    return size_bytes;
}

static bool starts_with(fk_bytes text, const char *beginning)
{
    size_t size_bytes = strlen(beginning);
    return text.size_bytes >= size_bytes && memcmp(text.data, beginning, size_bytes) == 0;
}

/* http://host:port or https://host:port, nothing behind it. What a host name may be is libcurl's to say; here is only
 * kept out what would put the request somewhere else (user, path, query, fragment, space, control). */
static bool origin_is_valid(fk_bytes origin)
{
    size_t scheme_size_bytes = starts_with(origin, "https://") ? 8 : starts_with(origin, "http://") ? 7 : 0;
    for (size_t i = scheme_size_bytes; i < origin.size_bytes; i++) {
        uint8_t byte = origin.data[i];
        if (byte <= ' ' || byte >= 0x7f || strchr("/\\?#@%\"<>{}|^`", byte) != NULL) {
            return false;
        }
    }
    return scheme_size_bytes > 0 && origin.size_bytes > scheme_size_bytes &&
           origin.size_bytes <= FK_HTTP_ORIGIN_SIZE_BYTES_MAX;
}

/* What holds for every request of a client. */
static bool set_up(CURL *curl)
{
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)TIMEOUT_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)MINIMUM_BYTES_PER_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)TIMEOUT_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK;
}

fk_status fk_http_client_new(fk_bytes origin, fk_http_client **client_out, fk_error *error)
{
    *client_out = NULL;
    if (origin.size_bytes > 0 && origin.data[origin.size_bytes - 1] == '/') {
        origin.size_bytes--;
    }
    if (!origin_is_valid(origin)) {
        fk_error_set(error, "hub");
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_http_client *client = fk_allocate(&fk_allocator_libc, sizeof *client);
    if (client == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    memcpy(client->origin, origin.data, origin.size_bytes);
    client->curl = curl_easy_init();
    if (client->curl == NULL || !set_up(client->curl)) {
        fk_http_client_free(client);
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    *client_out = client;
    return fk_ok();
}

void fk_http_client_free(fk_http_client *client)
{
    if (client == NULL) {
        return;
    }
    curl_easy_cleanup(client->curl);
    fk_release(&fk_allocator_libc, client, sizeof *client);
}

/* Adds a line to the list; false and the list as it was when there is no memory. */
static bool add_header(struct curl_slist **headers, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*headers, line);
    *headers = longer != NULL ? longer : *headers;
    return longer != NULL;
}

static bool make_headers(const fk_http_request *request, struct curl_slist **headers)
{
    char authorization[HEADER_SIZE_BYTES_MAX] = "";
    int size = snprintf(authorization, sizeof authorization, "Authorization: Bearer %.*s",
                        (int)request->token.size_bytes, (const char *)request->token.data);
    bool is_made = size > 0 && (size_t)size < sizeof authorization &&
                   add_header(headers, "Content-Type: application/octet-stream") && add_header(headers, "Expect:") &&
                   (request->token.size_bytes == 0 || add_header(headers, authorization));
    fk_wipe(authorization, sizeof authorization);
    return is_made;
}

static bool aim(fk_http_client *client, const fk_http_request *request, struct curl_slist *headers, receiver *target)
{
    char url[URL_SIZE_BYTES_MAX];
    int size = snprintf(url, sizeof url, "%s%.*s", client->origin, (int)request->path.size_bytes,
                        (const char *)request->path.data);
    CURL *curl = client->curl;
    bool is_aimed = size > 0 && (size_t)size < sizeof url && curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
                    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
                    curl_easy_setopt(curl, CURLOPT_WRITEDATA, target) == CURLE_OK;
    if (!request->is_post) {
        return is_aimed && curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    }
    const void *body = request->body.size_bytes > 0 ? (const void *)request->body.data : "";
    return is_aimed && curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size_bytes) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body) == CURLE_OK;
}

static fk_answer_kind kind_of(CURLcode code)
{
    if (code == CURLE_OK) {
        return FK_ANSWER_HTTP;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return FK_ANSWER_TIMED_OUT;
    }
    bool is_cut = code == CURLE_PARTIAL_FILE || code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
                  code == CURLE_WRITE_ERROR || code == CURLE_WEIRD_SERVER_REPLY;
    return is_cut ? FK_ANSWER_CUT : FK_ANSWER_UNREACHABLE;
}

static void read_reply(CURL *curl, fk_http_reply *reply)
{
    long http_status = 0;
    curl_off_t retry_after_s = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http_status) == CURLE_OK && http_status > 0 &&
        http_status <= UINT16_MAX) {
        reply->http_status = (uint16_t)http_status;
    }
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after_s) == CURLE_OK && retry_after_s > 0) {
        reply->retry_after_s = retry_after_s > UINT32_MAX ? UINT32_MAX : (uint32_t)retry_after_s;
    }
}

fk_status fk_http_send(fk_http_client *client, const fk_http_request *request, fk_buffer *body,
                       fk_http_reply *reply_out)
{
    *reply_out = (fk_http_reply){ .kind = FK_ANSWER_UNREACHABLE };
    size_t before_bytes = body->size_bytes;
    receiver target = { body, 0 };
    struct curl_slist *headers = NULL;
    fk_status status = fk_status_of(FK_ERR_NO_MEMORY);
    if (make_headers(request, &headers) && aim(client, request, headers, &target)) {
        reply_out->kind = kind_of(curl_easy_perform(client->curl));
        status = fk_ok();
    }
    if (reply_out->kind == FK_ANSWER_HTTP) {
        read_reply(client->curl, reply_out);
    } else {
        body->size_bytes = before_bytes;
    }
    curl_slist_free_all(headers);
    return status;
}
