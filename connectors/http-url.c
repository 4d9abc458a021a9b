/* SPDX-License-Identifier: MIT */
#include "connectors/http-url.h"

#include <errno.h>
#include <strings.h>

void url_parts_free(UrlParts *p) {
        curl_free(p->url);
        curl_free(p->scheme);
        curl_free(p->host);
        curl_free(p->port);
        curl_free(p->path);
        curl_free(p->user);
        *p = (UrlParts) { 0 };
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
        curl_url_cleanup(u);
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
