/* SPDX-License-Identifier: MIT */
/* Which addresses a system's requests may go to. Private to http*.c. */
#pragma once

#include <curl/curl.h>

#include "connectors/profile/profile-plan.h"

typedef struct UrlParts {
        char *url, *scheme, *host, *port, *path, *user;
        CURLU *parsed; /* the same, as libcurl takes it: what it reads as a text anew costs a tenth of a request */
        bool beside;   /* made by url_beside: url and path from malloc, the rest borrowed of the base */
} UrlParts;

void url_parts_free(UrlParts *p);

/* `reference` resolved against `base` (absolute). 0, -EINVAL, -ENOMEM. */
int url_resolve(const char *base, const char *reference, UrlParts *ret);

/* The same for a path, with or without a query, that needs no resolving: no dots, nothing to be written another way. 1
 * for one that does. Most requests of a poll are such. `base` outlives it. */
int url_beside(const UrlParts *base, const char *path, UrlParts *ret);

/* Same scheme, host and port as the base, or an allowed host by https on its own port. Never with a user in it. */
bool url_allowed(const UrlParts *base, PlanNames hosts, const UrlParts *p);
