/* SPDX-License-Identifier: MIT */
/* Which addresses a system's requests may go to. Private to http*.c. */
#pragma once

#include <curl/curl.h>

#include "connectors/profile-plan.h"

typedef struct UrlParts {
        char *url, *scheme, *host, *port, *path, *user;
} UrlParts;

void url_parts_free(UrlParts *p);

/* `reference` resolved against `base` (absolute). 0, -EINVAL, -ENOMEM. */
int url_resolve(const char *base, const char *reference, UrlParts *ret);

/* Same scheme, host and port as the base, or an allowed host by https on its own port. Never with a user in it. */
bool url_allowed(const UrlParts *base, PlanNames hosts, const UrlParts *p);
