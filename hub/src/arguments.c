#include "fk/hub_arguments.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "fk/banned.h"

enum { HOST_SIZE_MAX = 64, ORIGIN_SIZE_MAX = 200, PORT_MAX = 65535 };

const char fk_hub_usage[] =
    "Usage: fieldkit-hub [--store STORE] [--app DIR] [--listen ADDR:PORT] [--hub-origin URL] [--app-origin URL]\n"
    "       fieldkit-hub found --store STORE ENTRYFILE\n"
    "       fieldkit-hub check --store STORE\n"
    "  --store STORE       sqlite:PATH, where sealed records are kept; made when it is not there\n"
    "  --app DIR           the built app (build/web)\n"
    "  --listen ADDR:PORT  default 127.0.0.1:8080; port 0 takes a free one\n"
    "  --hub-origin URL    a second origin the app may talk to: its hub, when that is not this one\n"
    "  --app-origin URL    the origin of an app that is not served here and may talk to this hub\n"
    "  found ENTRYFILE     put an agency there, by the file that `fieldkit agency create` wrote\n"
    "  check               read the whole store and check every chain in it\n";

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

/* Each option at most once, each with a value; what is no option is the file, at most one. */
typedef struct hub_words {
    const char *store;
    const char *app_dir;
    const char *listen;
    const char *hub_origin;
    const char *app_origin;
    const char *file;
} hub_words;

static fk_status read_words(int argc, char *const argv[], int first, hub_words *words, fk_error *error)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = {
        { "--store", &words->store },           { "--app", &words->app_dir },           { "--listen", &words->listen },
        { "--hub-origin", &words->hub_origin }, { "--app-origin", &words->app_origin },
    };
    for (int i = first; i < argc; i++) {
        const char **value = strncmp(argv[i], "--", 2) == 0 ? NULL : &words->file;
        bool is_option = value == NULL;
        for (size_t k = 0; is_option && k < sizeof known / sizeof known[0]; k++) {
            value = strcmp(argv[i], known[k].name) == 0 ? known[k].value : value;
        }
        if (value == NULL) {
            return refuse(error, "There is an argument the hub does not know.");
        }
        if (*value != NULL) {
            return refuse(error, "An argument is given twice.");
        }
        i += is_option ? 1 : 0;
        if (i == argc || argv[i][0] == '\0') {
            return refuse(error, "The last argument has no value.");
        }
        *value = argv[i];
    }
    return fk_ok();
}

static fk_status check_serving(const hub_words *words, fk_hub_options *options, fk_error *error)
{
    if (words->file != NULL) {
        return refuse(error, "There is an argument the hub does not know.");
    }
    if (words->app_dir == NULL && words->store == NULL) {
        return refuse(error, "--store or --app is missing: there is nothing to serve.");
    }
    if (!listen_read(words->listen == NULL ? "127.0.0.1:8080" : words->listen, &options->listen_address)) {
        return refuse(error, "--listen wants an address and a port, such as 127.0.0.1:8080 or [::1]:8080.");
    }
    if (words->hub_origin != NULL && !origin_is_valid(words->hub_origin)) {
        return refuse(error, "--hub-origin wants https://HOST or https://HOST:PORT (http:// for this machine only).");
    }
    if (words->app_origin != NULL && !origin_is_valid(words->app_origin)) {
        return refuse(error, "--app-origin wants https://HOST or https://HOST:PORT (http:// for this machine only).");
    }
    if (words->app_origin != NULL && words->store == NULL) {
        return refuse(error, "--app-origin is of use with --store only.");
    }
    return fk_ok();
}

static fk_status check_tool(const hub_words *words, bool wants_file, fk_error *error)
{
    if (words->store == NULL) {
        return refuse(error, "--store is missing.");
    }
    if (words->app_dir != NULL || words->listen != NULL || words->hub_origin != NULL || words->app_origin != NULL ||
        (words->file != NULL) != wants_file) {
        return refuse(error,
                      wants_file ? "found wants --store and one file." : "check wants --store and nothing else.");
    }
    return fk_ok();
}

fk_status fk_hub_options_read(int argc, char *const argv[], fk_hub_options *options_out, fk_error *error)
{
    *options_out = (fk_hub_options){ .task = FK_HUB_TASK_SERVE };
    fk_hub_options options = *options_out;
    hub_words words = { .store = NULL };
    if (argc > 1 && strcmp(argv[1], "found") == 0) {
        options.task = FK_HUB_TASK_FOUND;
    } else if (argc > 1 && strcmp(argv[1], "check") == 0) {
        options.task = FK_HUB_TASK_CHECK;
    }
    bool is_serving = options.task == FK_HUB_TASK_SERVE;
    FK_TRY(read_words(argc, argv, is_serving ? 1 : 2, &words, error));
    FK_TRY(is_serving ? check_serving(&words, &options, error)
                      : check_tool(&words, options.task == FK_HUB_TASK_FOUND, error));
    options.store = words.store;
    options.entry_path = words.file;
    options.app_dir = words.app_dir;
    options.hub_origin = words.hub_origin;
    options.app_origin = words.app_origin;
    *options_out = options;
    return fk_ok();
}
