/* fk/hub_http.h — the words of HTTP the hub speaks: types, caching, security headers. Pure. */
#ifndef FK_HUB_HTTP_H
#define FK_HUB_HTTP_H

#include "fk/bytes.h"

typedef struct fk_hub_header {
    const char *name;
    const char *value;
} fk_hub_header;

/* Sent with every answer beside the content security policy. Ends with a NULL name. */
extern const fk_hub_header fk_hub_fixed_headers[];

enum { FK_HUB_POLICY_SIZE_MAX = 1024 };

/* The content security policy. hub_origin may be NULL; it was checked by fk_hub_options_read().
 * FK_ERR_TOO_LARGE when it does not fit. */
FK_MUST_USE fk_status fk_hub_policy_write(const char *hub_origin, char policy_out[FK_HUB_POLICY_SIZE_MAX]);

/* By the ending of the name; NULL for a type the app has no use for. */
const char *fk_hub_content_type(const char *name);

/* Names that hold a hash of their content ("app-0123456789abcdef.js") are kept for a year and
 * never asked for again; all others are asked for each time. */
const char *fk_hub_cache_control(const char *name);

/* Does an If-None-Match header name this entity tag? Weak tags compare by their text. */
bool fk_hub_etag_matches(const char *if_none_match, const char *etag);

#endif
