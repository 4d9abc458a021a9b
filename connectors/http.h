/* SPDX-License-Identifier: MIT */
/* HTTP requests to one system: its base URL and the hosts its profile allows, and no other, over redirects too. A
 * session is a jar of cookies and a header, never a curl handle; connections are kept by the multi's pool. */
#pragma once

#include "connectors/http-tap.h"
#include "connectors/limits.h"
#include "connectors/loop-curl.h"
#include "connectors/profile-plan.h"
#include "state/model/clock.h"

typedef struct HttpOptions {
        sd_event *loop;
        const Clock *clock;
        const char *base_url;    /* https://host[:port][/prefix]; http only to a loopback literal */
        const char *ca_file;     /* NULL: the system's */
        PlanNames allowed_hosts; /* by https on its own port */
        PlanPairs headers;       /* on every request */
        int concurrency, timeout_seconds;
        const char *source;      /* the source's id, for the tap */
        const HttpTap *tap;      /* NULL: nobody looks on */
} HttpOptions;

typedef struct Http Http;

/* -EINVAL with Err for a base URL that is none of the above. Texts are borrowed and must outlive it. */
int http_new(const HttpOptions *o, Http **ret, Err *e);
Http *http_free(Http *h); /* abandon every call before */
DEFINE_CLEANUP(Http, http_free)

typedef struct HttpRequest {
        const char *target;       /* a path below the base URL, with or without a query; or an absolute URL */
        const char *referer;      /* what a relative target is relative to, when not the base: an absolute URL; NULL */
        bool post;
        bool login;               /* for a session: told to the tap */
        Str body;
        const char *content_type;
        const char *header, *value; /* the session's own header; NULL: none */
        Text *jar;                /* cookies sent, and merged when the answer came; NULL: none. Outlives the call. */
        size_t body_max;
        int follow;               /* redirects to follow */
        const char *stop_path;    /* a redirect to this path is given back, not followed; NULL: none */
} HttpRequest;

typedef struct HttpResponse {
        Fault fault;              /* FAULT_NONE: an answer came whole, whatever its status */
        Retry retry;
        int status;               /* 0: none */
        Text body;                /* the callback may take it */
        const char *url;          /* of this answer, after redirects */
        const char *path;         /* its path */
        const char *location_path; /* of a redirect given back; NULL: none */
        bool sent;                /* a request went out, at least in part: the system may have acted on it */
        Instant retry_after;      /* wall instant asked for, or INSTANT_NONE; never in the past */
        int hops;                 /* requests it took */
        char detail[300];         /* what was expected and seen */
} HttpResponse;

typedef struct HttpCall HttpCall;
typedef void HttpDone(void *userdata, HttpResponse *r);

/* Sends it; `done` is called once from the loop, and never after http_abandon. 0, negative with Err. */
int http_send(Http *h, const HttpRequest *q, HttpDone *done, void *userdata, HttpCall **ret, Err *e);
HttpCall *http_abandon(HttpCall *c); /* NULL-safe; returns NULL */

/* Retry-After (RFC 9110 10.2.3): seconds or a date. 0: *ret is a wall instant, at least a second from `now`, however
 * far; -EINVAL for what is neither. */
int http_retry_after(Str value, Instant now, Instant *ret);

/* application/x-www-form-urlencoded (WHATWG URL 5.2). */
void http_form_add(Text *t, Str name, Str value);
