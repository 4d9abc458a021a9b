/* SPDX-License-Identifier: MIT */
/* A call from inside. Private to http*.c: http.c leads it, http-request.c sets it up, http-answer.c reads what comes.
 */
#pragma once

#include "connectors/http/gunzip.h"
#include "connectors/http/http-url.h"
#include "connectors/http/http.h"

#define HTTP_IDLE_MAX 16 /* handles kept for the next call: making one costs more than a request */

struct Http {
        HttpOptions o;
        LoopCurl *curl;
        UrlParts base;
        bool loopback;
        Text lines; /* headers on every request, as http-request.c keeps them */
        CURL *idle[HTTP_IDLE_MAX];
        int n_idle;
        Text key, passphrase, proxy_password; /* of TLS and the proxy, once read */
        bool tls_ready;
        bool multiplexes; /* it answers by HTTP/2: requests wait for a connection to share, rather than make another */
        Gate gate;
        HttpCall *queue;            /* calls that wait for the gate, in their order */
        sd_event_source *timer;
};

struct HttpCall {
        Http *http;
        CURL *easy;
        Text lines;               /* headers of this call alone; a session's token may be among them */
        struct curl_slist *nodes; /* the list libcurl reads: of both kinds of lines */
        int n_nodes;
        bool repeated;            /* a redirect had its body sent once more */
        bool conditional;         /* a validator went with it; its text is not kept */
        bool left_origin;         /* at a host that is no session host, or led over one: what is this call's own stays
                                   * behind */
        HttpRequest q;
        char *body;           /* ours: the request's body until the answer came */
        UrlParts at;
        HttpDone *done;
        void *userdata;
        Text body_in, kept, location, jar_sent;
        Text head_in;               /* the answer's header lines, for the tap */
        Instant began;
        const HttpExchange *played; /* the answer, when the tap gives it */
        char retry_after[64];
        char encoding[32];          /* of the body, when it was not asked for */
        Gunzip *gunzip;
        size_t header_bytes, body_bytes; /* as received, of this hop */
        bool cookies, gzip, foreign, broken, too_large;
        int hops;
        bool queued;
        bool trial;                 /* of the breaker, as this hop left */
        HttpCall *next;             /* in the queue */
        char error[CURL_ERROR_SIZE];
};

/* The headers of every request. 0, -ENOMEM, -EINVAL for one that could end its line. */
int http_request_fixed(Http *h);
/* The handle and this call's headers; the same results, and -ENOKEY. */
int http_request_setup(HttpCall *c, Err *e);
/* The hop that is about to begin, as c->at, c->q.post and c->left_origin say: address, method, headers, body, cookies.
 * 0, -ENOMEM. */
int http_request_hop(HttpCall *c);
/* Gives the handle back to be used again, when `reuse`. */
void http_request_done(HttpCall *c, bool reuse);

void http_call_done(void *userdata, CURL *easy, CURLcode code); /* the hop has ended */
int http_call_start(HttpCall *c, Err *e);                       /* the hop as it stands, now */
void http_call_tell(HttpCall *c, HttpResponse *r);              /* ends the call */

/* http-queue.c: lets the hop go now or later, or ends the call with why not. */
int http_queue_open(Http *h, Err *e);
void http_queue_close(Http *h);
int http_queue_add(HttpCall *c, Err *e);
void http_queue_leave(HttpCall *c);                     /* NULL-safe when it is not in it */
void http_queue_ended(HttpCall *c, const HttpResponse *r); /* a hop came back; NULL: it was given up */

bool http_tap_answers(const Http *h); /* nothing goes to the network */
int http_tap_ask(HttpCall *c, Err *e);
void http_tap_forget(HttpCall *c);
void http_tap_seen(const HttpCall *c, const HttpResponse *r);

/* http-tls.c: whom a handle trusts, who we are, which proxy. 0, -ENOMEM, -ENOKEY with Err. */
int http_tls_set(Http *h, CURL *easy, Err *e);
void http_tls_close(Http *h);

void http_answer_begin(HttpCall *c); /* nothing came yet */
size_t http_answer_body(char *at, size_t size, size_t n, void *userdata);
size_t http_answer_header(char *at, size_t size, size_t n, void *userdata);
void http_answer_fill(HttpCall *c, CURLcode code, HttpResponse *r);
void http_answer_cookies(HttpCall *c, HttpResponse *r);
