/* SPDX-License-Identifier: MIT */
/* Fills a request's templates in. Pure. */
#pragma once

#include "connectors/profile/profile-plan.h"

#define REQUEST_TARGET_MAX 32768
#define REQUEST_BODY_MAX (256u << 10)

typedef struct RequestText {
        Text target, body;        /* a path with its query; the body */
        Arena arena;
        PlanPairs headers;        /* in the arena */
        const char *content_type; /* NULL: no body */
        bool post;
} RequestText;

void request_text_init(RequestText *t);
void request_text_free(RequestText *t);

/* `parameters`: further `name=value` joined by '&', encoded. A query or form value that is one name and nothing else is
 * left out, name and all, when that stands for nothing: the first request has no <cursor>. 0; -EINVAL when a value
 * makes no path (empty, "." or ".." between two '/'); -E2BIG; -ENOMEM. */
int request_fill(const RequestPlan *p, const TemplateValues *v, Str parameters, RequestText *ret);
