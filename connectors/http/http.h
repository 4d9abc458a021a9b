/* SPDX-License-Identifier: MIT */
/* HTTP requests to one system: its base URL and the hosts its profile allows, and no other, over redirects too. A
 * session is a jar of cookies and a header, never a curl handle; connections are kept by the multi's pool. */
#pragma once

#include "connectors/http/gate.h"
#include "connectors/http/http-tap.h"
#include "connectors/http/loop-curl.h"
#include "connectors/http/tls.h"
#include "connectors/limits.h"
#include "connectors/profile/profile-plan.h"
#include "state/model/clock.h"
#include "state/model/finding.h"

typedef struct HttpOptions {
        sd_event *loop;
        const Clock *clock;
        const char *base_url;    /* https://host[:port][/prefix]; http only to a loopback literal */
        TlsOptions tls;
        TlsSecret *secret;       /* of the client key and the proxy; NULL: none */
        void *secret_userdata;
        PlanNames allowed_hosts; /* by https on its own port, without anything that is the session's */
        PlanNames session_hosts; /* the same, with it */
        PlanPairs headers;       /* on every request */
        int concurrency, timeout_seconds;
        GateOptions gate;
        FindingSink *news;       /* what ops should know: the breaker opened, or closed; NULL */
        const char *source;      /* the source's id, for the tap */
        const HttpTap *tap;      /* NULL: nobody looks on */
} HttpOptions;

typedef struct Http Http;

/* -EINVAL with Err for a base URL that is none of the above. Texts are borrowed and must outlive it. */
int http_new(const HttpOptions *o, Http **ret, Err *e);
Http *http_free(Http *h); /* abandon every call before */
DEFINE_CLEANUP(Http, http_free)
const char *http_host(const Http *h, bool *ret_secure); /* of the base URL, and whether it is reached over TLS */

/* RFC 7617; RFC 7616, which costs a request more: the first brings the challenge. */
typedef enum HttpAuth { HTTP_AUTH_NONE, HTTP_AUTH_BASIC, HTTP_AUTH_DIGEST } HttpAuth;

/* Everything is copied by http_send unless it says otherwise. */
typedef struct HttpRequest {
        const char *target;       /* a path below the base URL, with or without a query; or an absolute URL */
        const char *referer;      /* what a relative target is relative to, when not the base: an absolute URL; NULL */
        bool post;                /* else GET; 307 and 308 keep it and its body (a login's once, and to its own host
                                   * alone), other redirects make it a GET */
        const char *account;      /* whose request it is, for the tap; borrowed; NULL: nobody's */
        bool login;               /* for a session: told to the tap */
        bool once;                /* holds what may count each time, a password or a token that serves once: takes a
                                   * fresh connection, since libcurl sends again by itself on a kept one that died;
                                   * -EPERM to another host than a session host */
        bool sealed;              /* the body holds a token of the session: goes to no other host than a session host */
        Str body;
        const char *content_type; /* borrowed */
        const char *header, *value; /* the session's own header; NULL: none. It and all that follows up to the
                                     * validators goes to the system itself and its session hosts alone */
        int auth;                 /* HttpAuth, with `user` and `password` */
        const char *user, *password;
        PlanPairs headers;        /* further ones; takes the place of one in the options that has the same name */
        const char *etag, *modified; /* If-None-Match, If-Modified-Since: as they were received; NULL: none */
        PlanNames keep;           /* names of headers of the answer that are wanted besides HTTP_KEPT; borrowed */
        Text *jar;                /* cookies sent, and merged when the answer came; NULL: none. Outlives the call. To
                                   * other hosts go only those that are not the system's. */
        size_t body_max;
        int follow;               /* redirects to follow */
        const char *stop_path;    /* a redirect to this path is given back, not followed; borrowed; NULL: none */
} HttpRequest;

typedef struct HttpResponse {
        Fault fault;              /* FAULT_NONE: an answer came whole, whatever its status (304 has no body) */
        Retry retry;
        int status;               /* 0: none */
        Text body;                /* the callback may take it */
        Str headers;              /* what was kept of the answer's headers: read it with http_header */
        const char *url;          /* of this answer, after redirects */
        const char *path;         /* its path, below the base URL's when it stands there */
        const char *location_path; /* of a redirect given back, likewise; NULL: none */
        bool sent;                /* a request went out, at least in part: the system may have acted on it */
        Instant date;             /* the system's own clock (Date), or INSTANT_NONE */
        Instant retry_after;      /* wall instant asked for, or INSTANT_NONE; never in the past */
        int hops;                 /* requests it took */
        char detail[300];         /* what was expected and seen */
} HttpResponse;

/* Always kept of an answer's headers. */
#define HTTP_KEPT "content-type", "date", "etag", "last-modified", "link"

/* The first value of a kept header, trimmed, without its name; STR_NULL: it was not sent. Case of `name` is ignored. */
Str http_header(const HttpResponse *r, const char *name);
/* One after another, for headers that may come several times (Link): begin with *rest = r->headers. */
bool http_header_next(Str *rest, const char *name, Str *ret);

typedef struct HttpCall HttpCall;
typedef void HttpDone(void *userdata, HttpResponse *r);

/* Sends it when the limits of the system let it go, in the order of the calls; `done` is called once from the loop, and
 * never after http_abandon. What they do not let go is answered with FAULT_QUIET, FAULT_RATE_LIMITED or, by the
 * breaker, with the fault that opened it, and `retry_after`. Redirects wait their turn like others. 0, negative with
 * Err. A header's name or value with a control character in it is -EINVAL. */
int http_send(Http *h, const HttpRequest *q, HttpDone *done, void *userdata, HttpCall **ret, Err *e);
/* Whether a request for that target goes to the system itself or a session host, and may carry what is secret. */
bool http_at_home(const Http *h, const char *target);
/* What a failed http_send means: FAULT_REDIRECT for an address that is not allowed, FAULT_NO_SECRET for a secret of TLS
 * or of the proxy that is not there. */
Fault http_send_fault(int code);
HttpCall *http_abandon(HttpCall *c); /* NULL-safe; returns NULL */

/* The absolute address of a next page, from a reference on the page `answered` came from. http to the system's own host
 * is what a page behind a TLS proxy says: it becomes the base's scheme and port. With `any_host` path and query alone
 * count. Whether it may be asked is judged by http_send. 0, -EINVAL for no address, -ENOMEM, -E2BIG. */
int http_next_address(const char *base_url, const char *answered, Str reference, bool any_host, Text *ret);

/* Takes every parameter of that name out of an address: `name` as it is read, however it is written there. */
void http_query_drop(Text *url, const char *name);

/* When a request sent now would leave, µs of the loop's monotonic clock: who waits until then computes its headers
 * late. Not later than now also for what would be refused. */
uint64_t http_ready_at(Http *h);

/* Retry-After (RFC 9110 10.2.3): seconds, or a date by the system's own clock. `theirs`: what that clock shows (`ours`
 * when it is unknown). 0: *ret is an instant of our clock, at least a second away, however far; -EINVAL for what is
 * neither. */
int http_retry_after(Str value, Instant theirs, Instant ours, Instant *ret);

/* application/x-www-form-urlencoded (WHATWG URL 5.2): a text, and `name=value` behind what is there. */
void http_form_encode(Text *t, Str s);
void http_form_add(Text *t, Str name, Str value);
