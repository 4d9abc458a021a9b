/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <strings.h>

#include "connectors/decode/code-points.h"
#include "connectors/http/http-url.h"
#include "connectors/http/http.h"

/* Behind scheme, host and port: curl writes a '/' there always. */
static const char *behind_host(const UrlParts *p) {
        return strchr(p->url + strlen(p->scheme) + 3, '/');
}

/* Whether a part of a query, decoded as a form is, has that name. */
static bool named(Str part, const char *name) {
        for (size_t i = 0; i < part.len && part.at[i] != '='; i++, name++) {
                char c = part.at[i] == '+' ? ' ' : part.at[i];
                int high = c == '%' && i + 2 < part.len ? hex_digit(part.at[i + 1]) : -1;
                int low = high >= 0 ? hex_digit(part.at[i + 2]) : -1;
                if (low >= 0) {
                        c = (char) (high * 16 + low);
                        i += 2;
                }
                if (c == '\0' || c != *name)
                        return false;
        }
        return *name == '\0';
}

void http_query_drop(Text *url, const char *name) {
        char *query = url->len > 0 ? strchr(url->at, '?') : NULL;
        if (!query)
                return;
        size_t head = (size_t) (query - url->at);
        Str rest = { query + 1, url->len - head - 1 }, part;
        size_t kept = head;
        while (str_split(&rest, '&', &part)) {
                if (named(part, name))
                        continue;
                url->at[kept] = kept == head ? '?' : '&';
                memmove(url->at + kept + 1, part.at, part.len);
                kept += 1 + part.len;
        }
        explicit_bzero(url->at + kept, url->len - kept);
        url->len = kept;
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
