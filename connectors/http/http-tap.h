/* SPDX-License-Identifier: MIT */
/* One place to look at what goes over the wire, or to answer in the network's stead: `nq57ctl probe` looks, --record
 * writes it down, --replay answers. A redirect that is followed is an exchange of its own. */
#pragma once

#include "connectors/profile/profile-plan.h"
#include "state/model/listing.h"

/* Everything is borrowed for the time of the call. */
typedef struct HttpExchange {
        const char *source;       /* the source's id */
        const char *account;      /* whose request it is; "" nobody's */
        const char *method, *url; /* absolute */
        PlanPairs headers;        /* ours, besides what the engine sets on every request */
        const char *secret_name;  /* the header that carries the session; NULL: none does */
        const char *content_type; /* of the body; NULL */
        Str body;
        bool conditional;         /* If-None-Match or If-Modified-Since went with it */
        bool login;               /* made for a session: the body and the answer hold what must not be kept */
        Instant began, ended;     /* wall */
        Fault fault;              /* not NONE: no answer came whole, and `detail` says why */
        Retry retry;
        const char *detail;
        int status;               /* 0: none */
        Str answer_headers;       /* lines as they came, each with its end, without the status line */
        Str answer;               /* unpacked */
} HttpExchange;

typedef void HttpAnswered(void *call, const HttpExchange *x);

typedef struct HttpTap {
        /* After the answer, before anybody acts on it; may be NULL. */
        void (*seen)(void *userdata, const HttpExchange *x);
        /* Not NULL: nothing goes to the network. Calls `answered` from the event loop, once, unless told to forget. */
        int (*ask)(void *userdata, const HttpExchange *asked, HttpAnswered *answered, void *call, Err *e);
        void (*forget)(void *userdata, void *call);
        void *userdata;
} HttpTap;
