/* SPDX-License-Identifier: MIT */
#include "connectors/http/http-url.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

void url_parts_free(UrlParts *p) {
        char *parts[] = { p->url, p->scheme, p->host, p->port, p->path, p->user };
        for (size_t i = 0; i < sizeof parts / sizeof *parts && !p->beside; i++)
                curl_free(parts[i]);
        if (p->beside) {
                free(p->url);
                free(p->path);
        }
        curl_url_cleanup(p->parsed);
        *p = (UrlParts) { 0 };
}

/* A path from the root that RFC 3986 5.2 leaves as it is: no empty first segment, no dot segments, no fragment. */
static bool path_plain(Str path) {
        static const char marks[] = "/_~-=&%+.?,:@";
        if (path.len < 2 || path.at[0] != '/' || path.at[1] == '/')
                return false;
        for (size_t i = 0; i < path.len; i++) {
                char c = path.at[i];
                bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                if (!letter && !memchr(marks, c, sizeof marks - 1))
                        return false;
                if (c == '.' && path.at[i - 1] == '/')
                        return false;
        }
        return true;
}

/* The address `base` is of, with another path and query. NULL: there is no memory for it. */
static CURLU *parsed_beside(const UrlParts *base, const char *path, const char *query) {
        CURLU *u = curl_url_dup(base->parsed);
        if (u && curl_url_set(u, CURLUPART_PATH, path, 0) == CURLUE_OK &&
            curl_url_set(u, CURLUPART_QUERY, query, 0) == CURLUE_OK)
                return u;
        curl_url_cleanup(u);
        return NULL;
}

int url_beside(const UrlParts *base, const char *path, UrlParts *ret) {
        size_t whole = strlen(base->url), own = strlen(base->path), n = strlen(path);
        if (base->user || whole < own || strcmp(base->url + whole - own, base->path) != 0 ||
            !path_plain((Str) { path, n }))
                return 1;
        UrlParts p = { .beside = true,
                       .url = malloc(whole - own + n + 1),
                       .scheme = base->scheme,
                       .host = base->host,
                       .port = base->port,
                       .path = strndup(path, strcspn(path, "?")) };
        const char *query = strchr(path, '?');
        if (p.path)
                p.parsed = parsed_beside(base, p.path, query ? query + 1 : NULL);
        if (!p.url || !p.parsed) {
                url_parts_free(&p);
                return -ENOMEM;
        }
        memcpy(p.url, base->url, whole - own);
        memcpy(p.url + whole - own, path, n + 1);
        *ret = p;
        return 0;
}

static int parts_get(CURLU *u, UrlParts *p) {
        bool fine = curl_url_get(u, CURLUPART_URL, &p->url, 0) == CURLUE_OK &&
                    curl_url_get(u, CURLUPART_SCHEME, &p->scheme, 0) == CURLUE_OK &&
                    curl_url_get(u, CURLUPART_HOST, &p->host, 0) == CURLUE_OK &&
                    curl_url_get(u, CURLUPART_PORT, &p->port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                    curl_url_get(u, CURLUPART_PATH, &p->path, 0) == CURLUE_OK;
        curl_url_get(u, CURLUPART_USER, &p->user, 0);
        return fine ? 0 : -EINVAL;
}

int url_resolve(const char *base, const char *reference, UrlParts *ret) {
        UrlParts p = { 0 };
        CURLU *u = curl_url();
        if (!u)
                return -ENOMEM;
        int r = base && curl_url_set(u, CURLUPART_URL, base, 0) != CURLUE_OK ? -EINVAL : 0;
        if (r == 0 && curl_url_set(u, CURLUPART_URL, reference, 0) != CURLUE_OK)
                r = -EINVAL;
        curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
        if (r == 0)
                r = parts_get(u, &p);
        p.parsed = u;
        if (r < 0) {
                url_parts_free(&p);
                return r;
        }
        *ret = p;
        return 0;
}

bool url_allowed(const UrlParts *base, PlanNames hosts, const UrlParts *p) {
        if (p->user)
                return false;
        if (strcasecmp(p->host, base->host) == 0)
                return strcmp(p->scheme, base->scheme) == 0 && strcmp(p->port, base->port) == 0;
        for (size_t i = 0; i < hosts.n; i++)
                if (strcasecmp(hosts.at[i], p->host) == 0)
                        return strcmp(p->scheme, "https") == 0 && strcmp(p->port, "443") == 0;
        return false;
}
