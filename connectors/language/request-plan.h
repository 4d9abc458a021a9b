/* SPDX-License-Identifier: MIT */
/* One kind of request of a stream, as compiled: every text is a template (template.h). docs/profiles/requests.md
 * explains each key. Private to connectors/. */
#pragma once

#include "connectors/language/plan-pairs.h"
#include "connectors/language/template.h"
#include "state/model/tree.h"

typedef enum BodyKind { BODY_NONE, BODY_JSON, BODY_FORM, BODY_RAW } BodyKind;

typedef struct RequestPlan {
        int method;               /* 0: GET, 1: POST */
        const char *path;         /* below the base URL */
        PlanPairs query, headers, form;
        const char *json, *raw;   /* bodies; at most one of form, json and raw is given */
        const char *content_type; /* NULL: what the kind of body implies */
} RequestPlan;

BodyKind request_body_kind(const RequestPlan *p);

/* Whether any part of it, or its body, mentions the name. */
bool request_uses(const RequestPlan *p, const char *name);
bool request_body_uses(const RequestPlan *p, const char *name);
