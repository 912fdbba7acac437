#include "fk/hub_arguments.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "fk/banned.h"

enum { HOST_SIZE_MAX = 64, ORIGIN_SIZE_MAX = 200, PORT_MAX = 65535 };

const char fk_hub_usage[] = "Usage: fieldkit-hub --app DIR [--listen ADDR:PORT] [--hub-origin URL]\n"
                            "  --app DIR           the built app (build/web)\n"
                            "  --listen ADDR:PORT  default 127.0.0.1:8080; port 0 takes a free one\n"
                            "  --hub-origin URL    a second origin the app may talk to\n";

/* Decimal, no sign, no leading zero but "0" itself. */
static bool port_read(const char *text, uint16_t *port_out)
{
    uint32_t port = 0;
    size_t length = strlen(text);
    if (length == 0 || length > 5 || (text[0] == '0' && length > 1)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        port = port * 10 + (uint32_t)(text[i] - '0');
    }
    *port_out = (uint16_t)port;
    return port <= PORT_MAX;
}

static bool ipv4_address(const char *host, uint16_t port, struct sockaddr_storage *address_out)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    if (inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &address.sin_addr) != 1) {
        return false;
    }
    memcpy(address_out, &address, sizeof address);
    return true;
}

static bool ipv6_address(const char *host, uint16_t port, struct sockaddr_storage *address_out)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    if (inet_pton(AF_INET6, host, &address.sin6_addr) != 1) {
        return false;
    }
    memcpy(address_out, &address, sizeof address);
    return true;
}

static bool listen_read(const char *text, struct sockaddr_storage *address_out)
{
    memset(address_out, 0, sizeof *address_out);
    const char *colon = strrchr(text, ':');
    uint16_t port = 0;
    if (colon == NULL || (size_t)(colon - text) >= HOST_SIZE_MAX || !port_read(colon + 1, &port)) {
        return false;
    }
    char host[HOST_SIZE_MAX] = { 0 };
    size_t size = (size_t)(colon - text);
    memcpy(host, text, size);
    if (size > 2 && host[0] == '[' && host[size - 1] == ']') {
        host[size - 1] = '\0';
        return ipv6_address(host + 1, port, address_out);
    }
    return ipv4_address(host, port, address_out);
}

static bool is_this_machine(const char *host)
{
    static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t size = strlen(names[i]);
        if (strncmp(host, names[i], size) == 0 && (host[size] == '\0' || host[size] == ':')) {
            return true;
        }
    }
    return false;
}

/* HOST[:PORT] with the characters of a host name or a bracketed IPv6 address: no path, no user
 * name, no space, no semicolon, no comma, so it cannot leave its place in the policy. */
static bool host_and_port_are_valid(const char *host)
{
    static const char name_characters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    size_t size = 0;
    if (host[0] == '[') {
        size = 1 + strspn(host + 1, "0123456789abcdef:");
        if (size < 3 || host[size] != ']') {
            return false;
        }
        size++;
    } else {
        size = strspn(host, name_characters);
        if (size == 0 || host[0] == '.' || host[0] == '-') {
            return false;
        }
    }
    uint16_t port = 0;
    return host[size] == '\0' || (host[size] == ':' && port_read(host + size + 1, &port) && port > 0);
}

static bool origin_is_valid(const char *origin)
{
    static const char https[] = "https://";
    static const char http[] = "http://";
    if (strlen(origin) >= ORIGIN_SIZE_MAX) {
        return false;
    }
    if (strncmp(origin, https, sizeof https - 1) == 0) {
        return host_and_port_are_valid(origin + sizeof https - 1);
    }
    const char *host = origin + sizeof http - 1;
    return strncmp(origin, http, sizeof http - 1) == 0 && host_and_port_are_valid(host) && is_this_machine(host);
}

static fk_status refuse(fk_error *error, const char *sentence)
{
    fk_error_set(error, "%s", sentence);
    return fk_status_of(FK_ERR_INVALID_INPUT);
}

fk_status fk_hub_options_read(int argc, char *const argv[], fk_hub_options *options_out, fk_error *error)
{
    const char *listen = NULL;
    fk_hub_options options = { 0 };
    *options_out = options;
    const struct {
        const char *name;
        const char **value;
    } known[] = { { "--app", &options.app_dir }, { "--listen", &listen }, { "--hub-origin", &options.hub_origin } };
    for (int i = 1; i < argc; i += 2) {
        const char **value = NULL;
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            value = strcmp(argv[i], known[k].name) == 0 ? known[k].value : value;
        }
        if (value == NULL) {
            return refuse(error, "There is an argument the hub does not know.");
        }
        if (*value != NULL) {
            return refuse(error, "An argument is given twice.");
        }
        if (i + 1 == argc || argv[i + 1][0] == '\0') {
            return refuse(error, "The last argument has no value.");
        }
        *value = argv[i + 1];
    }
    if (options.app_dir == NULL) {
        return refuse(error, "--app is missing: the folder of the built app.");
    }
    if (!listen_read(listen == NULL ? "127.0.0.1:8080" : listen, &options.listen_address)) {
        return refuse(error, "--listen wants an address and a port, such as 127.0.0.1:8080 or [::1]:8080.");
    }
    if (options.hub_origin != NULL && !origin_is_valid(options.hub_origin)) {
        return refuse(error, "--hub-origin wants https://HOST or https://HOST:PORT (http:// for this machine only).");
    }
    *options_out = options;
    return fk_ok();
}
