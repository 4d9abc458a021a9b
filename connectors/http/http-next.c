/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <strings.h>

#include "connectors/http/http-url.h"
#include "connectors/http/http.h"

/* Behind scheme, host and port: curl writes a '/' there always. */
static const char *behind_host(const UrlParts *p) {
        return strchr(p->url + strlen(p->scheme) + 3, '/');
}

int http_next_address(const char *base_url, const char *answered, Str reference, bool any_host, Text *ret) {
        _cleanup_free_ char *text = str_dup(reference);
        UrlParts base = { 0 }, to = { 0 };
        int r = !text ? -ENOMEM : reference.len == 0 || strlen(text) != reference.len ? -EINVAL : 0;
        if (r == 0)
                r = url_resolve(NULL, base_url, &base);
        if (r == 0)
                r = url_resolve(answered, text, &to);
        const char *rest = r == 0 ? behind_host(&to) : NULL, *own = rest ? behind_host(&base) : NULL;
        if (r == 0 && (!rest || !own))
                r = -EINVAL;
        if (r == 0) {
                bool same = strcasecmp(to.host, base.host) == 0, downgraded = same && strcmp(to.scheme, "http") == 0;
                if (any_host || downgraded) {
                        text_add(ret, (Str) { base.url, (size_t) (own - base.url) });
                        text_add(ret, str_of(rest));
                } else {
                        text_add(ret, str_of(to.url));
                }
                r = ret->failed;
        }
        url_parts_free(&base);
        url_parts_free(&to);
        return r;
}
